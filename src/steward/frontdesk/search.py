"""The patient list's search as a filter of the list component: it understands names, birth dates, phones and charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from steward.frontdesk.selectors import patient_q


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """One text that means patients (see `registry.logic.search.read_search`)."""

    name: str
    label: Any

    @property
    def params(self) -> tuple[str, ...]:
        return (self.name,)

    def apply(self, rows: QuerySet[Any], given: Mapping[str, str], today: date) -> QuerySet[Any]:
        text = given.get(self.name, "").strip()
        return rows.filter(patient_q(text)) if text else rows

    def said(self, given: Mapping[str, str], today: date) -> str:
        return given.get(self.name, "").strip()

    def html(self, given: Mapping[str, str]) -> SafeString:
        return format_html(
            '<div class="field"><label for="f-{0}">{1}</label><input id="f-{0}" name="{0}" type="search" value="{2}" '
            'autocomplete="off"></div>',
            self.name,
            self.label,
            given.get(self.name, ""),
        )
