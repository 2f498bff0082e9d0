"""Payment plans: agreed and ended. A plan schedules; what is owed stays in the ledger, line by line."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from steward.billing.models import PaymentPlan
from steward.billing.selectors.rules import rules
from steward.billing.selectors.statements import candidates
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.registry.models import Party


@service("billing.agree_plan", "statement.send", says="agreed a payment plan")
def agree_plan(call: Call, *, guarantor: Party, cents: int, day_of_month: int, first_due: date) -> PaymentPlan:
    """Agree so much a month on a day of the month (1 to 28), from ``first_due`` on, for what is owed now.

    Refuses ``nothing`` (nothing is owed), ``amount``, ``day``, ``first``, ``held`` and ``plan`` (one runs already).
    """
    found = candidates(call.today, rules(), only=[guarantor.pk])
    owed = found[0].standing.asked_cents if found else 0
    if owed <= 0:
        raise refuse("nothing", _("Nothing is owed."), _("A plan needs a balance."))
    if found[0].standing.held:
        raise refuse("held", _("The account is held."), _("Lift the hold first."))
    if not 0 < cents <= owed:
        message = _("A payment is more than 0.00 and at most %s.") % format_cents(owed)
        raise refuse("amount", message, _("Correct the amount."), field="cents")
    if not 1 <= day_of_month <= 28:
        raise refuse("day", _("Every month has the days 1 to 28."), _("Choose one."), field="day_of_month")
    if first_due < call.today:
        raise refuse("first", _("The first payment lies ahead."), _("Correct the day."), field="first_due")
    if PaymentPlan.objects.select_for_update().filter(guarantor=guarantor, ended_at=None).exists():
        raise refuse("plan", _("A plan runs already."), _("End it first."))
    row = PaymentPlan(
        guarantor=guarantor, cents=cents, day_of_month=day_of_month, agreed_cents=owed, first_due=first_due,
        agreed_at=call.now, agreed_on=call.today, agreed_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    note(row, fields=["cents", "day_of_month"])
    return row


@service("billing.end_plan", "statement.send", says="ended a payment plan")
def end_plan(call: Call, *, plan: PaymentPlan, reason: str) -> PaymentPlan:
    """End a plan, kept or broken; what is owed is asked for as before. Refuses ``ended`` and ``no_reason``."""
    row = PaymentPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if row.ended_at:
        raise refuse("ended", _("This plan was ended before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    row.ended_at, row.ended_by_id, row.end_reason = call.now, call.user_id, reason.strip()[:200]
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    note(row, fields=["ended_at"], reason=reason)
    return row
