"""Closing a day: the mail log, the first signature, the second, the lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from steward.banking.logic.day import may_lock
from steward.banking.models import DayClose, DrawerSession, MailLog
from steward.banking.selectors.deposits import card_receipts_open, undeposited
from steward.banking.selectors.sheet import DayFacts, close_of, day_checks, day_sheet, deposit_rows
from steward.banking.selectors.statements import bank_accounts
from steward.banking.services.books import refuse_closed_day
from steward.banking.services.deposits import close_terminal_batch, make_deposit
from steward.banking.services.drawers import count_drawer, count_for
from steward.banking.states import CLOSE_MOVES, CloseState, SessionState
from steward.core.access.models import User
from steward.core.access.policy import holds
from steward.core.access.separation import perform
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.registry.models import Site

NO_FACTS = DayFacts()
WAIVABLE = ("patients", "mail", "visits", "receivables", "receipts")
NOT_SIGNED_OVER = ("deposits", "undeposited_cents")
"""Parts of the sheet that may go on after the first signature: the deposit is another person's work."""


@service("banking.log_mail", "deposit.make", says="logged the mail")
def log_mail(
    call: Call, *, site: Site, witness: User, checks: int = 0, checks_cents: int = 0, note_text: str = "",
    day: date | None = None,
) -> MailLog:  # fmt: skip
    """Log the day's mail, opened by the caller while `witness` watched. Refuses `two_people`, `amount`, `day_closed`."""
    day = day or call.today
    refuse_closed_day(day)
    if call.user_id is None or witness.pk == call.user_id:
        raise refuse("two_people", _("Two people open the mail."), _("Name who watched."), field="witness")
    if checks < 0 or checks_cents < 0 or (checks_cents and not checks):
        raise refuse("amount", _("Say how many checks, and their sum."), _("Count again."), field="checks_cents")
    return MailLog.objects.create(
        day=day, site=site, opened_by_id=call.user_id, witness=witness, checks=checks, checks_cents=checks_cents,
        note=note_text[:300], logged_at=call.now,
    )  # fmt: skip


@service("banking.prepare_day_close", "day.prepare", says="prepared the day's close")
def prepare_day_close(
    call: Call,
    *,
    day: date,
    facts: DayFacts = NO_FACTS,
    reasons: Mapping[str, str] | None = None,
) -> DayClose:
    """Take the day's figures as they stand and sign first. May be repeated until the second signature.

    `facts` come from the caller (kept visits without a charge, who is still booked or here); `reasons` {check id: words}
    waive what may be waived. Refuses `future`, `day_closed`, `day_open` while the day's patients are still to come, and
    one refusal a question that still stands, its id as code and field.
    """
    if day > call.today or call.user_id is None:
        raise refuse("future", _("A day is closed when it is over."), _("Choose today or an earlier day."), field="day")
    found = close_of(day)
    if (found.state if found else "", "prepare") not in CLOSE_MOVES:
        refuse_closed_day(day)
    given = {key: str(value)[:300] for key, value in (reasons or {}).items()}
    _refuse_standing(day, facts, given)
    sheet = day_sheet(day, facts, given)
    close = found or DayClose(day=day)
    close.state, close.sheet, close.sheet_sha256, close.reasons = CloseState.PREPARED, sheet, fingerprint(sheet), given
    close.prepared_at, close.prepared_by_id = call.now, call.user_id
    close.save()
    perform(call, "prepare_day", close)
    note(close, fields=["sheet"], reason="; ".join(f"{key}: {words}" for key, words in sorted(given.items())))
    return close


def _refuse_standing(day: date, facts: DayFacts, reasons: dict[str, str]) -> None:
    standing = may_lock(day_checks(day, facts, reasons))
    if standing:
        raise Refused(
            *(
                Refusal(one.id, one.words, _("Give a reason.") if one.waivable else _("Do this first."), one.id)
                for one in standing
            )
        )


def fingerprint(sheet: Mapping[str, Any]) -> str:
    """SHA-256 of the figures both signatures stand under."""
    signed = {key: value for key, value in sheet.items() if key not in NOT_SIGNED_OVER}
    return hashlib.sha256(json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@service("banking.sign_day_close", "day.sign", says="signed the day's close")
def sign_day_close(call: Call, *, day: date, facts: DayFacts = NO_FACTS) -> DayClose:
    """Sign second and lock the day. Refuses `not_prepared`, `separation` (whoever prepared it or counted a drawer), and
    `changed` when a figure is not what was signed first.
    """
    close = DayClose.objects.select_for_update().filter(day=day).first()
    if close is None or (close.state, "sign") not in CLOSE_MOVES:
        message = _("This day waits for no signature.")
        raise refuse("not_prepared", message, _("Prepare its close first.") if close is None else _("It is closed."))
    sessions = list(DrawerSession.objects.filter(day=day))
    perform(call, "sign_day", close, *sessions)
    fresh = day_sheet(day, facts, close.reasons)
    if fingerprint(fresh) != close.sheet_sha256:
        message = _("Something was booked on this day after the first signature.")
        raise refuse("changed", message, _("Prepare the close again, then sign."))
    close.state, close.signed_at, close.signed_by_id = CloseState.SIGNED, call.now, call.user_id
    close.sheet = {**close.sheet, **{key: fresh[key] for key in NOT_SIGNED_OVER}}
    close.save(update_fields=["state", "signed_at", "signed_by", "sheet"])
    note(close, fields=["state"])
    return close


def close_day(
    call: Call, *, day: date, counts: Sequence[Mapping[str, Any]] = (), facts: DayFacts = NO_FACTS,
    reasons: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The whole evening in one call, each step a service of its own: count, batch, deposit, first signature; called
    again by another person, the second. Safe to repeat.

    `counts` are `{"drawer", "cents", "reason"}`, the drawer by name or uid; `{"check", "reason"}` answers a question
    that may be waived. A day without a mail log is closed as such, and so is a past day whose appointments were never
    finished: the second signer reads it. Returns the day sheet,
    over and short a drawer, the deposit slips, and `state` waiting or closed. Raises Refused.
    """
    found = close_of(day)
    waits_for_me = found is not None and found.state == CloseState.PREPARED and found.prepared_by_id != call.user_id
    if found is not None and found.state == CloseState.SIGNED:
        return _answer(found)
    if waits_for_me and holds(call.subject, "day.sign") and not _uncounted(counts, day):
        return _answer(sign_day_close(call, day=day, facts=facts))
    given = {"mail": _("No mail was logged.")} | dict(reasons or {})
    if day < call.today:
        given.setdefault("patients", _("Left as they stood; closed on a later day."))
    given |= {str(row["check"]): str(row.get("reason", "")) for row in counts if "check" in row}
    for row in counts:
        if "drawer" in row:
            _count(call, row, day)
    if card_receipts_open(day).exists():
        close_terminal_batch(call, day=day)
    held_back = _deposit(call, day)
    try:
        return _answer(prepare_day_close(call, day=day, facts=facts, reasons=given), held_back)
    except Refused as fault:
        raise Refused(*(_with_row(one) for one in fault.refusals)) from fault


def _with_row(one: Refusal) -> Refusal:
    """How to answer a question in the counts file."""
    if one.code not in WAIVABLE:
        return one
    row = f'{{"check": "{one.code}", "reason": "..."}}'
    return replace(one, fix=_("Mend it, or add a reason to the counts: %s") % row)


def _uncounted(counts: Sequence[Mapping[str, Any]], day: date) -> bool:
    names = {str(row["drawer"]) for row in counts if "drawer" in row}
    return DrawerSession.objects.filter(day__lte=day, state=SessionState.OPEN, drawer__name__in=names).exists()


def _count(call: Call, row: Mapping[str, Any], day: date) -> None:
    """Count one drawer of the day; one that was counted with the same result before is left alone."""
    name, cents = str(row["drawer"]), row.get("cents")
    latest = DrawerSession.objects.select_related("drawer").filter(day__lte=day).order_by("-id")[:500]
    rows = [one for one in latest if name in (one.drawer.name, str(one.drawer.uid))]
    session = next((one for one in rows if one.state == SessionState.OPEN), None)
    if session is not None:
        reason = str(row.get("reason") or "")
        if session.cashier_id != call.user_id and holds(call.subject, "drawer.count_other"):
            count_for(call, session=session, cents=cents, reason=reason, why=reason or _("Counted at the day's close"))
        else:
            count_drawer(call, session=session, cents=cents, reason=reason)
    elif not any(one.day == day and one.counted_cents == cents for one in rows):
        message = _("No drawer %s is open on %s.") % (name, day.isoformat())
        raise refuse("no_drawer", message, _("Check its name; a counted drawer is not counted again."), field="drawer")


def _deposit(call: Call, day: date) -> list[dict[str, str]]:
    """A slip for each bank account that something is in hand for; what this person may not deposit stays in hand."""
    refused: list[dict[str, str]] = []
    accounts = {one.entity_id: one for one in reversed(list(bank_accounts()))}
    for entity in sorted({one.entity for one in undeposited(day=day)}):
        if entity in accounts:
            try:
                make_deposit(call, bank_account=accounts[entity], day=day)
            except Refused as fault:
                refused += [one.as_json() for one in fault.refusals]
    return refused


def _answer(close: DayClose, held_back: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    sheet = close.sheet
    slips = deposit_rows(close.day)
    return {
        "date": close.day.isoformat(),
        "state": "closed" if close.state == CloseState.SIGNED else "waiting",
        "drawers": [
            {key: row[key] for key in ("drawer", "expected_cents", "counted_cents", "over_short_cents", "reason")}
            for row in sheet["drawers"]
        ],
        "over_short_cents": sum(row["over_short_cents"] or 0 for row in sheet["drawers"]),
        "deposit_slip": slips[0] if slips else None,
        "deposit_slips": slips,
        "deposit_refused": list(held_back),
        "day_sheet": sheet,
    }
