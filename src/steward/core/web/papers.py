"""Papers a patient takes home, in the patient's own language whatever language the desk works in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString


def paper_language(request: HttpRequest, preferred: str) -> str:
    """The language to print in: what the page was asked for (``?paper=es``), else what the patient prefers."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("paper", "")
    return asked if asked in known else preferred if preferred in known else "en"


def patient_paper(request: HttpRequest, template: str, preferred: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a paper needs: ``paper`` (drawn), ``paper_language``, and the other languages to print it in."""
    language = paper_language(request, preferred)
    with translation.override(language):
        paper: SafeString = render_to_string(template, {**context, "paper_language": language}, request)
    others = [(code, name) for code, name in settings.LANGUAGES if code != language]
    return {"paper": paper, "paper_language": language, "paper_others": others}
