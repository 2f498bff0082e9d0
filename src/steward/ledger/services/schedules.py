"""Schedules: terms that a second person approves once, then entries that post themselves until they end.

What is still to be posted is derived from the terms; a step's key is made of the schedule and its number, so that no run, however
often repeated, posts it twice. Steps post in order: one that cannot be posted holds the later ones of its schedule, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from steward.core.access.separation import perform
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.money import format_cents
from steward.core.refusals import Refused, refuse
from steward.core.service import Call, note, service
from steward.ledger.logic.entry import faults
from steward.ledger.logic.periods import LOCKED
from steward.ledger.logic.schedules import LOAN, Step, TermsError, next_month, plan
from steward.ledger.models import Document, Period, Schedule, ScheduleLine, ScheduleStep
from steward.ledger.posting import Hands, take_head
from steward.ledger.selectors.schedules import Due, due, releases_due
from steward.ledger.services import resolve
from steward.ledger.services.documents import store_document
from steward.ledger.services.journals import KIND
from steward.ledger.services.posting import post_checked, reverse
from steward.ledger.services.undo import SCHEDULED
from steward.ledger.types import EntryDraft, LineDraft

#: An unending schedule is approved for what it moves in a year.
YEAR = 12


@dataclass(frozen=True, slots=True)
class ScheduleData:
    """What a person fills in. ``lines`` as in a journal entry: cents of one step (recurring) or of the whole (spread); a loan has
    three without amounts: the loan, the interest, what it is paid from. ``total_cents``, ``rate_ppm``, ``payment_cents`` are a
    loan's."""

    kind: str
    name: str
    first_on: date
    lines: tuple[LineDraft, ...]
    every_months: int = 1
    steps: int | None = None
    by_day: bool = False
    released: bool = False
    total_cents: int = 0
    rate_ppm: int = 0
    payment_cents: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A step that could not be posted, and why."""

    schedule: Schedule
    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run posted, took back, and could not post."""

    posted: int
    released: int
    held: tuple[Held, ...]


@service("ledger.make_schedule", "journal.write", says="made a schedule")
def make_schedule(call: Call, *, uid: UUID, data: ScheduleData, document: Document | None = None) -> Schedule:
    """Store the terms and ask for the second signature; it runs at once where the rules ask none. ``uid`` is made by the form, so
    that saving twice makes one.

    Refuses terms that give no plan (``unbalanced``, ``one_credit``, ``steps``, ``loan``, ``payment`` and more), what ``post``
    refuses of the first step, ``period_locked`` and ``no_period`` for a first day in a month that takes nothing.
    """
    take_head()
    if (found := Schedule.objects.filter(uid=uid).first()) is not None:
        return found
    row = Schedule(
        uid=uid, kind=data.kind, name=data.name.strip(), first_on=data.first_on, every_months=data.every_months, steps=data.steps,
        by_day=data.by_day, released=data.released, total_cents=data.total_cents, rate_ppm=data.rate_ppm,
        payment_cents=data.payment_cents, drafted_by_id=call.user_id, made_at=call.now,
    )  # fmt: skip
    first = _first_step(row, data.lines)
    draft = draft_of(row, data.lines, first, document.pk if document else None)
    if wrong := [fault for fault in faults(draft, resolve.practice_entity()) if fault.code != "no_source"]:
        raise Refused(*wrong)
    _refuse_closed(data.first_on)
    chart = resolve.read_chart(call, [], [draft])
    row.document = document or store_document(call, content=_voucher(row, data.lines), name=f"schedule-{uid}.txt")
    row.save()
    ScheduleLine.objects.bulk_create(
        ScheduleLine(
            schedule=row, n=n, account_id=_account(chart.by_role, chart.by_code, line), cents=line.cents, entity_id=line.entity,
            site_id=line.site, department_id=line.department, memo=line.memo,
        )
        for n, line in enumerate(data.lines, 1)
    )  # fmt: skip
    return _submit(call, row, _moved(row, data.lines, first))


def _account(by_role: dict[str, int], by_code: dict[str, int], line: LineDraft) -> int:
    found = by_role.get(line.role) if line.role is not None else by_code.get(line.account or "")
    if found is None:
        name = line.role or line.account
        raise refuse("unknown_account", _("There is no account %s.") % name, _("Choose one of the chart, or add it."))
    return found


def _first_step(row: Schedule, lines: Sequence[LineDraft]) -> Step:
    if not row.name:
        raise refuse("no_name", _("The schedule has no name."), _("Say what it is: it stands on every entry."), field="name")
    if row.kind == LOAN and len(lines) != 3:
        what = _("A loan has three accounts: the loan, the interest, and what it is paid from.")
        raise refuse("loan", what, _("Choose all three."), field="lines")
    try:
        return next(plan(row.terms(tuple(line.cents for line in lines)), date.max))
    except TermsError as error:
        raise refuse(error.code, _(error.what), _(error.mend), field=error.field) from error


def _refuse_closed(day: date) -> None:
    first = Period.objects.order_by("year", "month").first()
    found = Period.objects.filter(year=day.year, month=day.month).first()
    if found is not None and found.state == LOCKED:
        fix = _("Begin in an open month; what belongs to earlier ones is entered by hand.")
        raise refuse("period_locked", _("Period %s is locked.") % found, fix, field="first_on")
    if first is None or (day.year, day.month) < (first.year, first.month):
        fix = _("Begin in a month the books have, with what is still left then.")
        raise refuse("no_period", _("The books do not go back to %s.") % f"{day:%Y-%m}", fix, field="first_on")


def draft_of(row: Schedule, lines: Sequence[LineDraft], step: Step, document: int | None) -> EntryDraft:
    """The entry of one step. Pure."""
    booked = tuple(
        LineDraft(role=line.role, account=line.account, cents=cents, entity=line.entity, site=line.site,
                  department=line.department, memo=line.memo, item=f"schedule:{row.uid}" if row.kind == LOAN else "")
        for line, cents in zip(lines, step.cents, strict=True)
        if cents
    )  # fmt: skip
    of = f" {step.n}/{row.steps}" if row.steps and row.steps > 1 else ""
    return EntryDraft(
        uuid5(row.uid, str(step.n)), step.day, f"{row.name}{of}", "adjusting", SCHEDULED, f"{row.uid}:{step.n}", booked, document
    )


def _moved(row: Schedule, lines: Sequence[LineDraft], first: Step) -> int:
    """What is approved: debits of all steps, of a year's where there is no end; a loan's principal."""
    if row.kind == LOAN:
        return row.total_cents
    debits = sum(line.cents for line in lines if line.cents > 0)
    if row.kind != "recurring":
        return debits
    return debits * (row.steps or max(1, YEAR // row.every_months))


def _submit(call: Call, row: Schedule, cents: int) -> Schedule:
    row.state = "waiting"
    row.save(update_fields=["state"])
    perform(call, "enter_journal", row)
    title = _("Schedule %(name)s, %(amount)s from %(day)s") % {
        "name": row.name, "amount": format_cents(cents), "day": row.first_on.isoformat(),
    }  # fmt: skip
    asked_row = request(call, about=row, subject=_subject(call, row, cents), title=title[:200], url=f"/ledger/schedules/{row.uid}/")
    note(row, fields=["terms", "lines"])
    return _settled(row, asked_row, None)


def _subject(call: Call, row: Schedule, cents: int) -> approval.Subject:
    """Terms never change after submitting (guards), so that the schedule's name for good is its fingerprint."""
    return subject(
        call, KIND, {"schedule": str(row.uid)}, amount_cents=cents,
        parties=(("preparer", row.drafted_by_id),) if row.drafted_by_id else (),
    )  # fmt: skip


def _settled(row: Schedule, asked_row: ApprovalRequest, by: int | None) -> Schedule:
    if asked_row.waiting:
        return row
    row.state = "active" if asked_row.approved else "rejected"
    row.approved_by_id = by if asked_row.approved and by != row.drafted_by_id else None
    row.save(update_fields=["state", "approved_by"])
    return row


@service("ledger.sign_schedule", "approval.decide", says="decided on a schedule")
def sign_schedule(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> Schedule:
    """The second person's yes, after which it posts by itself, or no. Refuses what ``approvals.decide`` refuses."""
    row = Schedule.objects.select_for_update().filter(uid=uid).first()
    asked_row = asked.latest(uid, KIND) if row is not None else None
    if row is None or asked_row is None or row.state != "waiting":
        raise refuse("no_schedule", _("Nothing waits under this name."), _("Open it from the schedules."))
    if approve:
        perform(call, "approve_journal", row)
    asked_row = decide(call, request=asked_row, approve=approve, comment=comment)
    note(row, reason=comment)
    return _settled(row, asked_row, call.user_id)


@service("ledger.withdraw_schedule", "journal.write", says="took a schedule back")
def withdraw_schedule(call: Call, *, uid: UUID) -> Schedule:
    """Take back one's own schedule before anybody signed it: it is handed back and posts nothing. Refuses ``no_schedule``, and what
    ``approvals.withdraw`` refuses."""
    row = Schedule.objects.select_for_update().filter(uid=uid).first()
    asked_row = asked.latest(uid, KIND) if row is not None else None
    if row is None or asked_row is None or row.state != "waiting":
        raise refuse("no_schedule", _("Nothing waits under this name."), _("Open it from the schedules."))
    withdraw(call, request=asked_row)
    row.state = "rejected"
    row.save(update_fields=["state"])
    note(row, fields=["state"])
    return row


@service("ledger.end_schedule", "journal.write", says="ended a schedule")
def end_schedule(call: Call, *, uid: UUID, ended_on: date, reason: str) -> Schedule:
    """Nothing after ``ended_on`` is posted any more; what was posted stands. What is left of a spread or a loan is entered by
    hand, where it belongs. Refuses ``no_reason``, ``no_schedule``, and ``posted`` for a day before the last step posted.
    """
    row = Schedule.objects.select_for_update().filter(uid=uid).first()
    if row is None or row.state != "active":
        raise refuse("no_schedule", _("No running schedule has this name."), _("Open it from the schedules."))
    if not reason.strip():
        raise refuse("no_reason", _("Ending needs a reason."), _("Say why it stops."), field="reason")
    last = row.posted_steps.select_related("entry").order_by("-n").first()
    if last is not None and last.entry.date > ended_on:
        message = _("Step %(n)s of %(day)s is posted already.") % {"n": last.n, "day": last.entry.date.isoformat()}
        raise refuse("posted", message, _("End it on that day or later; reverse the entry if it was wrong."), field="ended_on")
    row.state, row.ended_on, row.end_reason = "ended", ended_on, reason.strip()[:200]
    row.save(update_fields=["state", "ended_on", "end_reason"])
    note(row, fields=["state", "ended_on"], reason=reason.strip())
    return row


@service("ledger.post_schedules", "journal.write", says="posted what was due by schedule")
def post_schedules(call: Call, *, until: date | None = None) -> Ran:
    """Post every step due up to ``until`` (today at the latest), and take back the accruals whose month is over.

    Safe to repeat. What a month or an account does not take is held and told, the rest goes on.
    """
    until = min(until or call.today, call.today)
    take_head()
    posted, held = 0, []
    for one in due(until):
        done, problem = _post_steps(call, one)
        posted += done
        held += [problem] if problem else []
    released, kept = _release(call, until)
    note(refs=[f"schedule:{posted}"])
    return Ran(posted, released, (*held, *kept))


def _post_steps(call: Call, one: Due) -> tuple[int, Held | None]:
    row, hands = one.schedule, Hands(one.schedule.drafted_by_id, one.schedule.approved_by_id, call.user_id, call.now)
    for count, step in enumerate(one.steps):
        try:
            posted = post_checked(call, [draft_of(row, one.lines, step, row.document_id)], hands)[0]
        except Refused as refused:
            return count, Held(row, step.day, refused.refusals[0].message)
        ScheduleStep.objects.create(schedule=row, n=step.n, entry_id=posted.id)
    return len(one.steps), None


def _release(call: Call, until: date) -> tuple[int, list[Held]]:
    done, held = 0, []
    for step in releases_due(until):
        day = next_month(step.entry.date)
        try:
            reverse(call, number=step.entry.number or 0, date=day, reason=_("released: %s") % step.schedule.name)
            done += 1
        except Refused as refused:
            held.append(Held(step.schedule, day, refused.refusals[0].message))
    return done, held


def _voucher(row: Schedule, lines: Sequence[LineDraft]) -> bytes:
    """The terms as a paper, where no contract was attached."""
    terms = [f"{name}: {getattr(row, name)}" for name in
             ("kind", "first_on", "every_months", "steps", "by_day", "released", "total_cents", "rate_ppm", "payment_cents")]  # fmt: skip
    booked = [f"{n:>3}  {line.account or line.role or '':<16} {format_cents(line.cents, true_minus=False):>16}  {line.memo}"
              for n, line in enumerate(lines, 1)]  # fmt: skip
    return ("\n".join([f"Schedule {row.uid}", row.name, *terms, "", *booked]) + "\n").encode()
