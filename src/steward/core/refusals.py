"""What a person must act on is a value: a code, a sentence, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. ``code`` is stable (scripts test it), ``message`` says what and where, ``fix`` how to mend it."""

    code: str
    message: str
    fix: str = ""
    field: str = ""

    def as_json(self) -> dict[str, str]:
        return {k: v for k, v in asdict(self).items() if v or k != "field"}


class Refused(Exception):
    """Raised by services; carries one or more refusals. Whatever the service did is rolled back."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals
        super().__init__("; ".join(r.message for r in refusals))

    @property
    def code(self) -> str:
        return self.refusals[0].code


class Denied(Refused):
    """Refused because the person may not. ``step_up`` says that confirming who they are would be enough."""

    def __init__(self, refusal: Refusal, *, step_up: bool = False) -> None:
        super().__init__(refusal)
        self.step_up = step_up


def refuse(code: str, message: str, fix: str = "", field: str = "") -> Refused:
    """``raise refuse("period_locked", "October 2026 is locked.", "Date it in November, or reopen October.")``"""
    return Refused(Refusal(code, message, fix, field))
