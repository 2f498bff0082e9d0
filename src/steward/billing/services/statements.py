"""Statements to guarantors: made in bulk, sent as letters, taken back with a reason; and holds that stop them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from steward.billing.models import AccountHold, PaymentPlan, Statement
from steward.billing.papers import statement_letter
from steward.billing.selectors.plans import running_plans
from steward.billing.selectors.rules import rules
from steward.billing.selectors.statements import candidates, told, with_choice
from steward.billing.services.agency import recall_lines
from steward.billing.services.plans import end_plan
from steward.billing.states import STOPS, HoldKind
from steward.core.numbers import reserve
from steward.core.outbox.models import Message
from steward.core.outbox.services import cancel, queue
from steward.core.outbox.states import Kind, MessageState
from steward.core.service import Call, note, refuse, service
from steward.registry.models import Party

SERIES = "billing.statement"
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class StatementRun:
    """What a run made: first and last number (0: none), how many, their cents; ``left`` wait for another run."""

    count: int
    cents: int
    first: int = 0
    last: int = 0
    left: int = 0


@service("billing.make_statements", "statement.send", says="made statements")
def make_statements(
    call: Call, *, minimum_cents: int | None = None, cycle_days: int | None = None, only: Sequence[Party] = ()
) -> StatementRun:
    """A statement for every guarantor who owes at least the minimum, had none within the cycle, and is not held; largest first.

    ``None`` takes the practice's rules; ``only`` narrows to these guarantors. At most 500 a run. The amount asked for is what
    the books say less what was paid ahead. Refuses ``minimum``, ``cycle`` and ``meanwhile`` (another run made them).
    """
    if minimum_cents is not None and minimum_cents < 1:
        raise refuse(
            "minimum", _("A statement asks for at least one cent."), _("Type an amount."), field="minimum_cents"
        )
    if cycle_days is not None and not 1 <= cycle_days <= 366:
        raise refuse("cycle", _("A cycle has 1 to 366 days."), _("Type a number of days."), field="cycle_days")
    rule = with_choice(rules(), minimum_cents, cycle_days)
    ready = [one for one in candidates(call.today, rule, only=[who.pk for who in only]) if one.skip is None]
    chosen = ready[:MOST_AT_ONCE]
    numbers = reserve(SERIES, len(chosen))
    says, plans = told(chosen, call.today), running_plans([one.guarantor.pk for one in chosen], call.today)
    rows = []
    for number, one in zip(numbers, chosen, strict=True):
        who, plan = one.guarantor, plans.get(one.guarantor.pk)
        next_due = plan.standing.next_due if plan else None
        planned = {"cents": plan.plan.cents, "next_due": next_due.isoformat()} if plan and next_due else None
        rows.append(Statement(
            number=number, guarantor=who, language=who.language, cents=one.standing.asked_cents,
            told={**says[who.pk], "plan": planned}, cycle_days=rule.cycle_days, made_on=call.today, made_at=call.now,
            made_by_id=call.user_id, due_on=call.today + timedelta(days=max(rule.due_days, 1)),
        ))  # fmt: skip
    for row in rows:
        row.message = _letter(call, row)
    try:
        Statement.objects.bulk_create(rows, batch_size=100)
    except IntegrityError as error:
        message = _("Somebody made statements for the same people meanwhile.")
        raise refuse("meanwhile", message, _("Look at the list, then run it again.")) from error
    note(refs=[row.uid for row in rows])
    return StatementRun(
        len(rows), sum(row.cents for row in rows), numbers[0] if rows else 0, numbers[-1] if rows else 0,
        len(ready) - len(chosen),
    )  # fmt: skip


def _letter(call: Call, row: Statement) -> Message:
    to = ", ".join([row.told["name"], *row.told["address"]])[:254]
    return queue(call, kind=Kind.LETTER, to=to, subject=_("Your statement"), body=statement_letter(row))


@service("billing.void_statement", "statement.send", says="took a statement back")
def void_statement(call: Call, *, statement: Statement, reason: str) -> Statement:
    """Take a statement back: it keeps its number, its letter is stopped if it has not left, and the cycle begins anew.

    Refuses ``voided`` and ``no_reason``.
    """
    row = Statement.objects.select_for_update(of=("self",)).select_related("message").get(pk=statement.pk)
    if row.voided_at:
        raise refuse("voided", _("This statement was taken back before."), _("Nothing is left to do."))
    row.voided_at, row.voided_by_id, row.void_reason = call.now, call.user_id, _reason(reason)
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])
    if row.message and row.message.state == MessageState.QUEUED.value:
        cancel(call, message=row.message)
    note(row, fields=["voided_at"], reason=reason)
    return row


@service("billing.hold_account", "statement.send", says="held an account")
def hold_account(
    call: Call, *, guarantor: Party, kind: str, reason: str, effective_on: date | None = None
) -> AccountHold:
    """Stop every statement, small-balance run, bad debt, card and agency file for a guarantor.

    Bankruptcy (11 U.S.C. 362) and death stop what is under way too: the plan that runs, letters that have not left, what lies at
    an agency. ``effective_on``: the day of the petition or of death. Refuses ``kind``, ``held``, ``no_reason``, ``day``.
    """
    if kind not in HoldKind.values:
        raise refuse("kind", _("This is no kind of hold."), _("Choose one of the list."), field="kind")
    if AccountHold.objects.filter(guarantor=guarantor, kind=kind, lifted_at=None).exists():
        raise refuse("held", _("The account is held for this already."), _("Nothing is left to do."))
    if effective_on is not None and effective_on > call.today:
        raise refuse("day", _("This day has not come yet."), _("Correct it."), field="effective_on")
    row = AccountHold(
        guarantor=guarantor, kind=kind, reason=_reason(reason), effective_on=effective_on, placed_at=call.now,
        placed_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    if kind in STOPS:
        _stop(call, guarantor, str(row.get_kind_display()))
    note(row, fields=["kind"], reason=reason)
    return row


def _stop(call: Call, guarantor: Party, why: str) -> None:
    """What is under way against this guarantor ends: the plan, letters still here, lines at an agency."""
    plan = PaymentPlan.objects.filter(guarantor=guarantor, ended_at=None).first()
    if plan is not None:
        end_plan(call, plan=plan, reason=why)
    waiting = Statement.objects.filter(guarantor=guarantor, voided_at=None, message__state=MessageState.QUEUED.value)
    for statement in waiting.order_by("id"):
        void_statement(call, statement=statement, reason=why)
    recall_lines(call, guarantor, why)


@service("billing.lift_hold", "statement.send", says="lifted a hold")
def lift_hold(call: Call, *, hold: AccountHold, reason: str) -> AccountHold:
    """End a hold; the account is asked again from the next run on. Refuses ``lifted`` and ``no_reason``."""
    row = AccountHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if row.lifted_at:
        raise refuse("lifted", _("This hold was lifted before."), _("Nothing is left to do."))
    row.lifted_at, row.lifted_by_id, row.lift_reason = call.now, call.user_id, _reason(reason)
    row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    note(row, fields=["lifted_at"], reason=reason)
    return row


def _reason(text: str) -> str:
    if not text.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    return text.strip()[:200]
