"""Short messages after an act; one may carry its undo, or the next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.messages import constants
from django.http import HttpRequest
from django.utils.translation import gettext as _

from steward.core.ids import new_uid

_MARK, _NEXT = "undo|", "next|"
_LEVELS = {"good": constants.SUCCESS, "warn": constants.WARNING, "bad": constants.ERROR, "": constants.INFO}


@dataclass(frozen=True, slots=True)
class Toast:
    """How a message is shown. ``undo_url`` takes a POST with ``key`` as its idempotency key; ``next_url`` is a link."""

    tone: str = ""
    undo_url: str = ""
    undo_label: str = ""
    key: str = ""
    next_url: str = ""
    next_label: str = ""

    @classmethod
    def of(cls, message: Any) -> Toast:
        tone = {constants.WARNING: "warn", constants.ERROR: "bad", constants.SUCCESS: "good"}.get(message.level, "")
        tags = message.extra_tags or ""
        if tags.startswith(_NEXT):
            _mark, label, url = tags.split("|", 2)
            return cls(tone, next_url=url, next_label=label)
        if not tags.startswith(_MARK):
            return cls(tone)
        _mark, key, label, url = tags.split("|", 3)
        return cls(tone, url, label, key)


def toast(
    request: HttpRequest, text: object, tone: str = "good", undo_url: str = "", undo_label: str = "",
    after: tuple[str, object] = ("", ""),
) -> None:  # fmt: skip
    """Say ``text`` on the next page. ``undo_url`` is a local path that takes a POST; anything else is left out. ``after`` is
    the next step instead: (local path, words)."""
    tags = ""
    if after[0]:
        tags = f"{_NEXT}{str(after[1]).replace('|', ' ')}|{after[0]}"
    if undo_url.startswith("/") and not undo_url.startswith("//"):
        tags = f"{_MARK}{new_uid()}|{str(undo_label or _('Undo')).replace('|', ' ')}|{undo_url}"
    messages.add_message(request, _LEVELS.get(tone, constants.INFO), str(text), extra_tags=tags)
