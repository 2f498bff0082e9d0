"""The verbs of the budget: drafted, filled from a table or from the books, submitted, signed; orders bind and release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from steward.budget.logic.drivers import BudgetLine as Planned
from steward.budget.models import KINDS, Budget, BudgetLine, Comment, Commitment
from steward.budget.selectors import Codes, booked, codes, year_of
from steward.core.approvals import logic as approval
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.money import format_cents, round_half_up
from steward.core.service import Call, note, refuse, service

KIND = "budget"


@service("budget.draft_budget", "budget.write", says="drafted a budget")
def draft_budget(
    call: Call, *, uid: UUID, name: str, first_on: date, kind: str = "plan", assumptions: str = "", based_on: Budget | None = None,
    from_books: bool = False, change_ppm: int = 0,
) -> Budget:  # fmt: skip
    """A new draft; ``uid`` is made by the form, so that saving twice makes one. Its lines are those of ``based_on``, or what the books
    say of the twelve months before (``from_books``), each changed by ``change_ppm`` millionths.

    Refuses ``no_name``, ``kind``, ``first_on`` (not the first of a month).
    """
    if (found := Budget.objects.filter(uid=uid).first()) is not None:
        return found
    if not name.strip():
        raise refuse("no_name", _("The budget has no name."), _("Say which year and version it is."), field="name")
    if kind not in KINDS:
        raise refuse("kind", _("This kind of budget is not known."), _("Choose one of the list."), field="kind")
    if first_on.day != 1:
        raise refuse("first_on", _("A budget begins on the first of a month."), _("Give the first day of the year."), field="first_on")
    row = Budget.objects.create(
        uid=uid, name=name.strip(), kind=kind, first_on=first_on, assumptions=assumptions.strip(), based_on=based_on,
        made_by_id=call.user_id, made_at=call.now,
    )  # fmt: skip
    lines: Sequence[Planned] = ()
    if based_on is not None:
        lines = year_of(based_on)
    elif from_books:
        lines = booked(date(first_on.year - 1, first_on.month, 1))
    fill(row, [_changed(line, change_ppm) for line in lines])
    note(row, fields=["name", "lines"])
    return row


def _changed(line: Planned, ppm: int) -> Planned:
    cents = line.cents + round_half_up(line.cents * ppm, 1_000_000)
    return Planned(line.account, line.site, line.department, line.month, cents)


def fill(row: Budget, lines: Sequence[Planned]) -> None:
    known: Codes = codes()
    BudgetLine.objects.bulk_create(
        BudgetLine(
            budget=row, account_id=known.accounts[line.account], site_id=known.sites.get(line.site),
            department_id=known.departments.get(line.department), month=line.month, cents=line.cents,
        )
        for line in lines
        if line.cents
    )  # fmt: skip


def draft_of(uid: UUID) -> Budget:
    row = Budget.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if row is None:
        raise refuse("no_budget", _("There is no such budget."), _("Open it from the list."))
    if row.state != "draft":
        raise refuse("approved", _("%s was submitted: it stands.") % row.name, _("Make another version of it."))
    return row


@service("budget.put_lines", "budget.write", says="filled a budget")
def put_lines(call: Call, *, uid: UUID, lines: Sequence[Planned]) -> Budget:
    """Replace every line of a draft, all or nothing. Refuses ``approved`` once it was submitted."""
    row = draft_of(uid)
    row.lines.all().delete()
    fill(row, lines)
    note(row, fields=["lines"])
    return row


@service("budget.write_assumptions", "budget.write", says="wrote the assumptions of a budget")
def write_assumptions(call: Call, *, uid: UUID, assumptions: str) -> Budget:
    """What the plan rests on, in words. Refuses ``approved``."""
    row = draft_of(uid)
    row.assumptions = assumptions.strip()
    row.save(update_fields=["assumptions"])
    note(row, fields=["assumptions"])
    return row


@service("budget.submit_budget", "budget.write", says="submitted a budget")
def submit_budget(call: Call, *, uid: UUID) -> Budget:
    """Ask for the second signature. Refuses ``empty``, and ``one_plan`` where another plan of the year is approved."""
    row = draft_of(uid)
    if not row.lines.exists():
        raise refuse("empty", _("The budget has no lines."), _("Fill it from the books or from a table."))
    if row.kind == "plan" and Budget.objects.filter(kind="plan", state="approved", first_on=row.first_on).exists():
        raise refuse("one_plan", _("This year has an approved plan."), _("Make this one a reforecast."), field="kind")
    row.state = "waiting"
    row.save(update_fields=["state"])
    title = _("Budget %(name)s from %(day)s") % {"name": row.name, "day": row.first_on.isoformat()}
    asked_row = request(call, about=row, subject=_subject(call, row), title=title[:200], url=f"/budget/{row.uid}/")
    note(row, fields=["state"])
    return _settled(call, row, asked_row)


def _subject(call: Call, row: Budget) -> approval.Subject:
    cents = sum(abs(line) for line in row.lines.values_list("cents", flat=True))
    return subject(
        call, KIND, {"budget": str(row.uid)}, amount_cents=cents, parties=(("preparer", row.made_by_id),) if row.made_by_id else ()
    )


def _settled(call: Call, row: Budget, asked_row: ApprovalRequest) -> Budget:
    if asked_row.waiting:
        return row
    row.state = "approved" if asked_row.approved else "draft"
    if asked_row.approved:
        row.approved_by_id = call.user_id if call.user_id != row.made_by_id else None
        row.approved_at = call.now
    row.save(update_fields=["state", "approved_by", "approved_at"])
    return row


@service("budget.sign_budget", "approval.decide", says="decided on a budget")
def sign_budget(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> Budget:
    """The second person's yes, after which it stands, or no, which makes it a draft again."""
    row, asked_row = _waiting(uid)
    if approve and row.kind == "plan" and Budget.objects.filter(kind="plan", state="approved", first_on=row.first_on).exists():
        raise refuse("one_plan", _("This year has an approved plan."), _("Hand it back, to be made a reforecast."))
    asked_row = decide(call, request=asked_row, approve=approve, comment=comment)
    note(row, reason=comment)
    return _settled(call, row, asked_row)


@service("budget.withdraw_budget", "budget.write", says="took a budget back")
def withdraw_budget(call: Call, *, uid: UUID) -> Budget:
    """Take back one's own before anybody signed it: a draft again."""
    row, asked_row = _waiting(uid)
    withdraw(call, request=asked_row)
    row.state = "draft"
    row.save(update_fields=["state"])
    note(row, fields=["state"])
    return row


def _waiting(uid: UUID) -> tuple[Budget, ApprovalRequest]:
    row = Budget.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    asked_row = asked.latest(uid, KIND) if row is not None else None
    if row is None or asked_row is None or row.state != "waiting":
        raise refuse("no_budget", _("Nothing waits under this name."), _("Open it from the list."))
    return row, asked_row


@service("budget.commit", "budget.commit", says="bound money of the budget")
def commit(
    call: Call, *, ref: str, account: str, cents: int, on: date, site: str = "", department: str = "", words: str = ""
) -> Commitment:  # fmt: skip
    """Bind ``cents`` of an account for an order; ``ref`` is the order's own name, so that asking twice binds once.

    Refuses ``cents``, ``unknown_account``, and ``ref`` when the same name bound something else.
    """
    if cents <= 0:
        raise refuse("cents", _("An order binds an amount above zero."), _("Give the amount."), field="cents")
    known = codes()
    if account not in known.accounts:
        raise refuse("unknown_account", _("There is no account %s.") % account, _("Choose one of the chart."), field="account")
    found = Commitment.objects.filter(ref=ref).first()
    if found is not None:
        if (found.account_id, found.cents) != (known.accounts[account], cents):
            message = _("%(ref)s binds %(cents)s already.") % {"ref": ref, "cents": format_cents(found.cents)}
            raise refuse("ref", message, _("Release it and bind under another name."), field="ref")
        return found
    row = Commitment.objects.create(
        ref=ref, account_id=known.accounts[account], cents=cents, on=on, site_id=known.sites.get(site),
        department_id=known.departments.get(department), words=words[:200],
    )  # fmt: skip
    note(row)
    return row


@service("budget.release", "budget.commit", says="released money of the budget")
def release(call: Call, *, ref: str) -> Commitment | None:
    """The order is billed or gone. Done twice, it is done once; an unknown name is None."""
    row = Commitment.objects.select_for_update(of=("self",)).filter(ref=ref).first()
    if row is not None and row.released_at is None:
        row.released_at = call.now
        row.save(update_fields=["released_at"])
        note(row, fields=["released_at"])
    return row


@service("budget.comment", "budget.write", says="explained a variance")
def comment(call: Call, *, uid: UUID, account: str, month: int, words: str) -> Comment:
    """Say why an account differs from the plan in a month. Refuses ``no_words`` and ``unknown_account``."""
    row = Budget.objects.filter(uid=uid).first()
    known = codes()
    if row is None or account not in known.accounts or not 1 <= month <= 12:
        raise refuse("unknown_account", _("There is no such line."), _("Choose one of the page."), field="account")
    if not words.strip():
        raise refuse("no_words", _("Say why."), _("A sentence is enough."), field="words")
    said = Comment.objects.create(
        budget=row, account_id=known.accounts[account], month=month, words=words.strip()[:400], by_id=call.user_id, at=call.now
    )
    note(row, fields=[f"comment:{account}:{month}"])
    return said
