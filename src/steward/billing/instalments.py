"""What the scheduler runs for billing: the instalments of payment plans that a card on file pays."""

from __future__ import annotations

from django.utils.translation import gettext as _

from steward.banking import cards
from steward.banking.cards import Processor
from steward.banking.models import DrawerSession
from steward.billing.models import CardAttempt
from steward.billing.selectors.cards import Due, due_today, open_session, unanswered
from steward.billing.services.cards import ask_processor, begin_charge
from steward.billing.states import AttemptState
from steward.core.jobs.work import Result, Work
from steward.core.refusals import Refused


def charge_instalments(work: Work) -> Result:
    """Ask again for what was never answered, then charge what is due today. Safe to repeat and to break off anywhere: an attempt is
    noted before the processor is asked, and asked again with the same key.
    """
    processor, session = cards.processor(), open_session(work.call.today)
    if processor is None or session is None:
        return Result("/billing/accounts/", _("Nothing charged: no card processor, or no drawer is open."), {"paid": 0})
    waiting, due = unanswered(), due_today(work.call.today)
    states = [_try(work, processor, session, attempt) for attempt in waiting]
    for done, one in enumerate(due):
        work.progress(len(waiting) + done, len(waiting) + len(due))
        states.append(_charge(work, processor, session, one))
    paid = states.count(AttemptState.APPROVED)
    values = {"paid": paid, "declined": states.count(AttemptState.DECLINED), "waiting": states.count(AttemptState.ASKED)}
    words = _("%(paid)s instalments paid by card, %(declined)s declined, %(waiting)s without an answer.") % values
    return Result("/billing/accounts/", words, values)


def _charge(work: Work, processor: Processor, session: DrawerSession, one: Due) -> str:
    """Begin one instalment and ask for it; empty when it was held, ended or begun by somebody meanwhile."""
    wanted = one.instalment
    try:
        attempt = begin_charge(
            work.call.with_key(None), card=one.card, cents=wanted.cents, plan=one.plan, due_on=wanted.due_on, n=wanted.n,
            session=session,
        )  # fmt: skip
    except Refused:
        return ""
    return _try(work, processor, session, attempt)


def _try(work: Work, processor: Processor, session: DrawerSession, attempt: CardAttempt) -> str:
    """The attempt's state after asking; it waits for the next run when the drawer was counted meanwhile."""
    try:
        return ask_processor(work.call, processor, attempt, session).state
    except Refused:
        return attempt.state
