"""Rules learned from what a person explained: proposed by one, signed by another, then applied whenever the account is reconciled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking.models import BankLine, LearnedRule
from steward.banking.states import RuleState
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.ledger.logic.costs import payee
from steward.ledger.models import Account

KIND = "bank_rule"


@service("banking.learn_rule", "bank.import", says="asked that lines of the bank be booked by a rule")
def learn_rule(
    call: Call, *, line: BankLine, account: str, least_cents: int, most_cents: int, memo: str = ""
) -> LearnedRule:  # fmt: skip
    """Propose that lines like ``line`` be booked to ``account`` (a code); a second person signs.

    Refuses ``no_name`` (the text names nobody), ``range`` (the line itself must lie in it), ``unknown_account``, ``known`` (a rule of
    this text and these amounts stands).
    """
    name, inward = payee(line.text), line.cents > 0
    if not name:
        raise refuse("no_name", _("The bank's text names nobody: nothing can be learned of it."), _("Explain such lines one by one."))
    if not 0 < least_cents <= abs(line.cents) <= most_cents:
        raise refuse("range", _("The line itself lies outside these amounts."), _("Give a range around it."), field="least_cents")
    to = Account.objects.filter(code=account, active=True).first()
    if to is None or to.pk == line.bank_account.account_id:
        raise refuse("unknown_account", _("There is no open account %s.") % account, _("Choose one of the chart."), field="account")
    same = LearnedRule.objects.filter(bank_account=line.bank_account, text=name, inward=inward, state__in=(RuleState.WAITING, RuleState.ACTIVE))
    if same.filter(least_cents__lte=most_cents, most_cents__gte=least_cents).exists():
        raise refuse("known", _("A rule of this text and these amounts stands."), _("End it first."))
    row = LearnedRule.objects.create(
        bank_account=line.bank_account, text=name, inward=inward, least_cents=least_cents, most_cents=most_cents, account=to,
        memo=memo.strip()[:120], made_by_id=call.user_id, made_at=call.now,
    )  # fmt: skip
    note(row, fields=["text", "account"])
    return _settled(call, row, _ask(call, row))


def _ask(call: Call, row: LearnedRule) -> ApprovalRequest:
    fields: dict[str, Any] = {
        "text": row.text, "account": row.account_id, "inward": row.inward, "least": row.least_cents, "most": row.most_cents,
    }  # fmt: skip
    parties = (("preparer", row.made_by_id),) if row.made_by_id else ()
    about = subject(call, KIND, fields, amount_cents=row.most_cents, parties=parties)
    words = {"text": row.text, "to": str(row.account), "least": format_cents(row.least_cents), "most": format_cents(row.most_cents)}
    title = _("Book “%(text)s”, %(least)s to %(most)s, to %(to)s by itself") % words
    return request(call, about=row, subject=about, title=title[:200], url=reverse("banking:rule", args=[row.uid]))


def _settled(call: Call, row: LearnedRule, done: ApprovalRequest) -> LearnedRule:
    if not done.waiting:
        row.state = RuleState.ACTIVE if done.approved else RuleState.REJECTED
        if done.approved:
            row.approved_at = call.now
            row.approved_by_id = call.user_id if call.user_id != row.made_by_id else None
        row.save(update_fields=["state", "approved_by", "approved_at"])
        note(row, fields=["state"])
    return row


@service("banking.sign_rule", "approval.decide", says="decided on a rule for the bank's lines")
def sign_rule(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> LearnedRule:
    """The second person's yes, after which it is applied, or no."""
    row, waiting = _waiting(uid)
    return _settled(call, row, decide(call, request=waiting, approve=approve, comment=comment))


@service("banking.withdraw_rule", "bank.import", says="took a rule back before it was signed")
def withdraw_rule(call: Call, *, uid: UUID) -> LearnedRule:
    """Take one's own back."""
    row, waiting = _waiting(uid)
    return _settled(call, row, withdraw(call, request=waiting))


def _waiting(uid: UUID) -> tuple[LearnedRule, ApprovalRequest]:
    row = LearnedRule.objects.select_for_update(of=("self",)).select_related("account").filter(uid=uid).first()
    waiting = asked.latest(uid, KIND) if row is not None else None
    if row is None or waiting is None or row.state != RuleState.WAITING:
        raise refuse("no_rule", _("Nothing waits under this name."), _("Open it from the list."))
    return row, waiting


@service("banking.end_rule", "bank.import", says="ended a rule for the bank's lines")
def end_rule(call: Call, *, uid: UUID, reason: str) -> LearnedRule:
    """It is applied no more; what it booked stays. Refuses ``no_rule`` and ``no_reason``."""
    row = LearnedRule.objects.select_for_update(of=("self",)).filter(uid=uid, state=RuleState.ACTIVE).first()
    if row is None:
        raise refuse("no_rule", _("No rule of this name is applied."), _("Look at the list."))
    if not reason.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why."), field="reason")
    row.state, row.ended_on, row.ended_by_id, row.end_reason = RuleState.ENDED, call.today, call.user_id, reason.strip()[:200]
    row.save(update_fields=["state", "ended_on", "ended_by", "end_reason"])
    note(row, fields=["state"], reason=reason)
    return row
