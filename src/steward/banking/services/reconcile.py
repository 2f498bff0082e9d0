"""Tying bank lines to what the books expected, and the entry that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic.matching import Group
from steward.banking.models import BankAccount, BankLine, Match, MatchPart, Settlement
from steward.banking.postings import Where
from steward.banking.selectors.deposits import open_settlements
from steward.banking.selectors.learned import ruled
from steward.banking.selectors.reconcile import Work, work_list
from steward.banking.selectors.reconciliations import finished_through
from steward.banking.services.books import draft
from steward.banking.services.deposits import sessions_behind
from steward.banking.states import SettlementKind
from steward.core.access.separation import perform
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.refusals import Refused
from steward.core.service import Call, note, refuse, service
from steward.ledger import services as ledger
from steward.ledger.types import EntryDraft, LineDraft

MAX_CARD_FEE_PERCENT = 5


@dataclass
class _Ready:
    """Matches about to be written with their entries."""

    matches: list[tuple[Match, list[BankLine], list[Settlement]]] = field(default_factory=list)
    drafts: list[EntryDraft] = field(default_factory=list)


@service("banking.reconcile", "bank.import", says="reconciled a bank account")
def reconcile(call: Call, *, account: BankAccount) -> dict[str, Any]:
    """Match what is open on an account; post what an identity proves; list the rest. Safe to repeat.

    The answer is the contract's: `auto` (posted now), `suggested`, `ambiguous`, `open_bank`, `open_book`, ids being
    uids of bank lines and settlements. A match the caller may not make (she prepared that deposit) is suggested with
    rule `separation`; one whose period is closed with rule `period`.
    """
    BankAccount.objects.select_for_update().get(pk=account.pk)
    work = work_list(account)
    posted, left = _post_groups(call, account, work)
    learned = _post_ruled(call, account, work)
    answer = work.result.as_json()
    answer["auto"] = _as_json([*posted, *learned])
    booked = {one for group in learned for one in group.bank}
    answer["open_bank"] = [one for one in answer["open_bank"] if one not in booked]  # type: ignore[attr-defined]
    answer["suggested"] = [*_as_json(left), *answer["suggested"]]  # type: ignore[misc]
    note(account, refs=[f"auto:{len(posted)}"])
    return answer


def _as_json(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {"bank": list(one.bank), "book": list(one.book), "rule": one.rule, "difference_cents": one.difference_cents}
        for one in groups
    ]


def _post_groups(call: Call, account: BankAccount, work: Work) -> tuple[list[Group], list[Group]]:
    """Post every automatic group in one batch; those somebody else must do come back as suggestions."""
    ready, posted, left = _Ready(), [], []
    for group in work.result.auto:
        lines = [work.lines[one] for one in group.bank]
        settlements = [work.settlements[one] for one in group.book]
        try:
            _separate(call, settlements)
        except Refused:
            left.append(Group(group.bank, group.book, "separation"))
            continue
        _prepare(call, account, lines, settlements, group.rule, ready, auto=True)
        posted.append(group)
    try:
        with transaction.atomic():
            _write(call, ready)
    except Refused as fault:
        if not any(one.code.startswith("period") or one.code == "no_period" for one in fault.refusals):
            raise
        return [], [*left, *(Group(one.bank, one.book, "period") for one in posted)]
    return posted, left


def _post_ruled(call: Call, account: BankAccount, work: Work) -> list[Group]:
    """Book the lines that nothing else explains and exactly one signed rule fits, in one batch; none of it in a closed month."""
    found = ruled(account, [work.lines[one] for one in work.result.open_bank])
    ready = _Ready()
    for line, rule in found:
        match = Match(
            uid=new_uid(), bank_account=account, rule="learned", auto=True, learned=rule, matched_at=call.now, matched_by_id=call.user_id
        )
        where = Where(entity=account.entity_id)
        against = LineDraft(account=rule.account.code, item=line.item, entity=where.entity)
        lines = postings.other_bank_line(line.cents, line.item, account.account.code, where, against)
        ready.matches.append((match, [line], []))
        ready.drafts.append(_draft(match, line.posted_on, rule.memo or line.text, lines))
    try:
        with transaction.atomic():
            _write(call, ready)
    except Refused as fault:
        if not any(one.code.startswith("period") or one.code == "no_period" for one in fault.refusals):
            raise
        return []
    return [Group((str(line.uid),), (), "learned") for line, _rule in found]


def _separate(call: Call, settlements: Sequence[Settlement]) -> None:
    """Whoever took the cash or prepared the deposit does not reconcile it."""
    for one in settlements:
        deposit = getattr(one, "deposit", None)
        if deposit is not None:
            items = list(deposit.lines.values_list("item", flat=True))
            perform(call, "reconcile_bank", deposit, *sessions_behind(items))


def _prepare(
    call: Call, account: BankAccount, lines: Sequence[BankLine], settlements: Sequence[Settlement], rule: str,
    ready: _Ready, *, auto: bool,
) -> None:  # fmt: skip
    match = Match(
        uid=new_uid(), bank_account=account, rule=rule[:16], auto=auto, matched_at=call.now, matched_by_id=call.user_id
    )
    posting = postings.settled(
        [(one.item, one.cents) for one in lines],
        [(one.role, one.item, one.due_gross_cents) for one in settlements],
        account.account.code,
        Where(entity=account.entity_id),
    )
    ready.matches.append((match, list(lines), list(settlements)))
    memo = ", ".join(str(one) for one in settlements)
    ready.drafts.append(_draft(match, max(one.posted_on for one in lines), memo, posting))


def _draft(match: Match, day: date, memo: str, lines: Sequence[LineDraft]) -> EntryDraft:
    return draft("match", match.uid, day=day, memo=memo, journal="bank", source="match", lines=lines)


def _write(call: Call, ready: _Ready) -> None:
    """Entries first (their head is the first lock), then matches and their parts, in bulk."""
    if not ready.drafts:
        return
    first = ledger.post_many(call, drafts=ready.drafts).first_number
    assert first is not None, "keys are fresh, so every draft was posted, in this order"
    for number, (match, _lines, _settlements) in enumerate(ready.matches, start=first):
        match.entry = number
    Match.objects.bulk_create([match for match, _lines, _settlements in ready.matches])
    kept = {one.uid: one for one in Match.objects.filter(uid__in=[match.uid for match, _l, _s in ready.matches])}
    MatchPart.objects.bulk_create(
        part
        for match, lines, settlements in ready.matches
        for part in (
            *(MatchPart(match=kept[match.uid], line=one) for one in lines),
            *(MatchPart(match=kept[match.uid], settlement=one) for one in settlements),
        )
    )


# --- by hand -------------------------------------------------------------------------------------------------------


@service("banking.match_by_hand", "bank.import", says="matched bank lines by hand")
def match_by_hand(call: Call, *, account: BankAccount, lines: Sequence[UUID], settlements: Sequence[UUID]) -> Match:
    """Tie chosen bank lines to chosen settlements (uids); sums must agree, save that a card batch may keep its fee.

    Refuses `not_open`, `differs` (with the difference), `separation`.
    """
    rows = list(
        BankLine.objects.select_for_update().filter(bank_account=account, uid__in=lines).exclude(parts__live=True)
    )
    open_ones = open_settlements(account.entity_id).filter(uid__in=settlements)
    chosen = list(open_ones.select_for_update(of=("self",)).select_related("deposit"))
    if len(rows) != len(set(lines)) or len(chosen) != len(set(settlements)) or not rows or not chosen:
        raise refuse(
            "not_open", _("One of them is matched already, or not of this account."), _("Look at the list again.")
        )
    if any(one.entity_id != account.entity_id for one in chosen):
        raise refuse("entity", _("They belong to different legal entities."), _("Choose the entity's own account."))
    _refuse_difference(rows, chosen)
    _separate(call, chosen)
    ready = _Ready()
    _prepare(call, account, rows, chosen, "hand", ready, auto=False)
    return _written(call, ready)


def _refuse_difference(lines: Sequence[BankLine], settlements: Sequence[Settlement]) -> None:
    paid = sum(one.cents for one in lines)
    gross = sum(one.due_gross_cents for one in settlements)
    cards = all(one.kind == SettlementKind.CARD_BATCH for one in settlements)
    if paid == gross or (cards and 0 < gross - paid <= gross * MAX_CARD_FEE_PERCENT // 100):
        return
    message = _("The bank shows %(paid)s, the books %(gross)s: a difference of %(difference)s.") % {
        "paid": format_cents(paid), "gross": format_cents(gross), "difference": format_cents(paid - gross),
    }  # fmt: skip
    raise refuse("differs", message, _("Add what is missing, or explain the bank line by itself."))


def _written(call: Call, ready: _Ready) -> Match:
    try:
        with transaction.atomic():
            _write(call, ready)
    except IntegrityError:
        raise refuse("not_open", _("A colleague matched one of them just now."), _("Look at the list again."))
    match = Match.objects.get(uid=ready.matches[0][0].uid)
    note(match, refs=[f"entry:{match.entry}"])
    return match


@service("banking.explain_line", "bank.import", says="explained a bank line")
def explain_line(
    call: Call, *, line: BankLine, account: str = "", party: int | None = None, party_role: str = "", item: str = "",
    memo: str = "",
) -> Match:  # fmt: skip
    """Book a bank line the books did not expect: a charge, interest, or anything else against `account` (a code).

    Without `account` a fee goes to `bank_fees`, interest to its role. Refuses `not_open`, `account_needed`, and what
    the ledger refuses.
    """
    line = BankLine.objects.select_for_update(of=("self",)).select_related("bank_account__account").get(pk=line.pk)
    if line.parts.filter(live=True).exists():
        raise refuse("not_open", _("This line is matched already."), _("Undo its match first."))
    bank, where = line.bank_account, Where(entity=line.bank_account.entity_id)
    match = Match(uid=new_uid(), bank_account=bank, rule="explained", matched_at=call.now, matched_by_id=call.user_id)
    code = bank.account.code
    if account:
        against = LineDraft(
            account=account, party=party, party_role=party_role, item=item or line.item, entity=where.entity
        )
        lines = postings.other_bank_line(line.cents, line.item, code, where, against)
    elif line.kind == "fee" and line.cents < 0:
        lines = postings.bank_charge(-line.cents, line.item, code, where)
    elif line.kind == "interest":
        lines = postings.interest(line.cents, line.item, code, where)
    else:
        raise refuse(
            "account_needed", _("Say what this line is."), _("Choose the account it belongs to."), field="account"
        )
    ready = _Ready([(match, [line], [])], [_draft(match, line.posted_on, memo or line.text, lines)])
    return _written(call, ready)


@service("banking.unmatch", "bank.import", says="undid a match")
def unmatch(call: Call, *, match: Match, reason: str) -> Match:
    """Undo a match: its entry is reversed and both sides are open again. Refuses `undone` and `no_reason`."""
    match = Match.objects.select_for_update().get(pk=match.pk)
    if match.undone_at:
        raise refuse("undone", _("This match was undone before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("Undoing a match needs a reason."), _("Say why."), field="reason")
    _refuse_reconciled(match)
    day = max(match.parts.filter(line__isnull=False).values_list("line__posted_on", flat=True))
    entry = None  # tied to what stood in the books: nothing was posted, nothing is reversed
    if match.book_line_id is None:
        entry = ledger.reverse(call, number=match.entry or 0, date=max(day, call.today), reason=reason.strip()[:150]).number
    match.undone_at, match.undone_by_id = call.now, call.user_id
    match.undone_reason, match.undone_entry = reason.strip()[:200], entry
    match.save(update_fields=["undone_at", "undone_by", "undone_reason", "undone_entry"])
    match.parts.update(live=False)
    note(match, fields=["undone_at"], reason=reason)
    return match


def _refuse_reconciled(match: Match) -> None:
    """What a finished reconciliation holds stands (the guards say it too)."""
    first = match.parts.filter(line__isnull=False).order_by("line__posted_on").values_list("line__posted_on", flat=True).first()
    last = finished_through(match.bank_account)
    if last is not None and first is not None and first <= last:
        message = _("The account is reconciled through %s.") % last.isoformat()
        raise refuse("reconciled", message, _("Reopen the reconciliation first, with a reason."))
