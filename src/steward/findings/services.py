"""Running the checks and keeping what they say; calling a finding right; drafting the entry that cures it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.findings import Finding, Status
from steward.core.ids import new_uid
from steward.core.refusals import refuse
from steward.core.service import Call, note, service
from steward.findings import selectors
from steward.findings.logic.memory import at_risk, merge
from steward.findings.models import Found, Run
from steward.findings.states import MAY
from steward.ledger.selectors import month_open
from steward.ledger.services import JournalState, draft_journal, submit_journal
from steward.ledger.types import LineDraft

RANK = {"high": 0, "medium": 1, "low": 2}
SEEN = ["severity", "rank", "title", "fix", "evidence", "proposal", "confidence_ppm", "cents", "fingerprint", "last_seen"]
TOLD = [*SEEN, "status", "ended_at", "decided_by", "reason", "accepted_print", "voucher", "times"]
STEP = 500


@service("findings.run_checks", "finding.run", says="ran the checks")
def run_checks(call: Call) -> Run:
    """Ask every room, open what is new or back, keep what stands, cure what is gone. Bulk; safe to repeat.

    A room whose checks fail is named in the run; what it had found before stays as it was.
    """
    looked = selectors.look(call.clock)
    rows = {row.key: row for row in Found.objects.select_for_update().order_by("id")}
    known = selectors.kept()
    changes = merge(known, looked.findings, looked.ran)
    Found.objects.bulk_create([_new(call, one) for one in changes.new], batch_size=STEP)
    _update([_seen(call, rows[one.id], one) for one in changes.still], SEEN)
    _update([_back(call, rows[one.id], one) for one in changes.back], TOLD)
    _update([_gone(call, rows[key]) for key in changes.gone], ["status", "ended_at"])
    run = Run.objects.create(
        at=call.now, by_id=call.user_id, found=len(looked.findings), told=changes.crying, gone=len(changes.gone),
        broken=list(looked.broken),
    )  # fmt: skip
    note(run)
    return run


def _update(rows: list[Found], fields: list[str]) -> None:
    if rows:
        Found.objects.bulk_update(rows, fields, batch_size=STEP)


def _seen(call: Call, row: Found, one: Finding) -> Found:
    said = one.as_json()
    row.severity, row.rank, row.title, row.fix = one.severity.value, RANK[one.severity.value], one.title[:300], one.fix[:300]
    row.evidence, row.proposal, row.confidence_ppm = said["evidence"], said["proposal"], one.confidence_ppm
    row.cents, row.fingerprint, row.last_seen = at_risk(one), one.fingerprint, call.now
    return row


def _new(call: Call, one: Finding) -> Found:
    return _seen(call, Found(key=one.id, check_name=one.check, first_seen=call.now), one)


def _back(call: Call, row: Found, one: Finding) -> Found:
    """It speaks again: nobody has decided about it as it is now."""
    row.status, row.ended_at, row.decided_by, row.reason = Status.OPEN.value, None, None, ""
    row.accepted_print, row.voucher, row.times = "", None, row.times + 1
    return _seen(call, row, one)


def _gone(call: Call, row: Found) -> Found:
    row.status, row.ended_at = Status.CURED.value, call.now
    return row


def _locked(uid: UUID, act: str) -> Found:
    row = Found.objects.select_for_update().get(uid=uid)
    if Status(row.status) not in MAY[act]:
        raise refuse("finding_ended", _("This finding is not open any more."), _("Run the checks again to see how it stands."))
    return row


@service("findings.accept", "finding.decide", says="called a finding right", about=lambda **kw: kw["row"])
def accept(call: Call, *, row: Found, reason: str) -> Found:
    """"Reviewed, ok": it stays quiet until its amounts change. Refuses without a ``reason``."""
    row = _locked(row.uid, "accept")
    if not reason.strip():
        raise refuse("reason", _("Say why it is right."), _("Whoever reads it next year wants to know."), field="reason")
    row.status, row.ended_at, row.decided_by_id = Status.ACCEPTED.value, call.now, call.user_id
    row.reason, row.accepted_print = reason.strip()[:300], row.fingerprint
    row.save(update_fields=["status", "ended_at", "decided_by", "reason", "accepted_print"])
    note(row, fields=["status"], reason=row.reason)
    return row


@service("findings.accept_many", "finding.decide", says="called findings right")
def accept_many(call: Call, *, uids: list[UUID], reason: str) -> int:
    """Several at once with one reason; what is not open any more is left alone. Returns how many."""
    rows = list(Found.objects.select_for_update().filter(uid__in=uids, status=Status.OPEN).order_by("id"))
    if not reason.strip():
        raise refuse("reason", _("Say why they are right."), _("Whoever reads it next year wants to know."), field="reason")
    for row in rows:
        row.status, row.ended_at, row.decided_by_id = Status.ACCEPTED.value, call.now, call.user_id
        row.reason, row.accepted_print = reason.strip()[:300], row.fingerprint
    _update(rows, ["status", "ended_at", "decided_by", "reason", "accepted_print"])
    note(refs=[str(row.uid) for row in rows], reason=reason.strip()[:300])
    return len(rows)


@service("findings.reopen", "finding.decide", says="opened a finding again", about=lambda **kw: kw["row"])
def reopen(call: Call, *, row: Found) -> Found:
    """Take "reviewed, ok" back."""
    row = _locked(row.uid, "reopen")
    row.status, row.ended_at, row.decided_by, row.reason, row.accepted_print = Status.OPEN.value, None, None, "", ""
    row.save(update_fields=["status", "ended_at", "decided_by", "reason", "accepted_print"])
    note(row, fields=["status"])
    return row


@service("findings.propose", "journal.write", says="drafted the entry that cures a finding", about=lambda **kw: kw["row"])
def propose(call: Call, *, row: Found) -> JournalState:
    """Draft the proposed entry as a journal by hand and submit it: a second person signs as always, then the next run finds
    it cured. Refuses ``no_proposal``, ``proposed`` when a draft of it waits, and what the journal refuses.
    """
    row = _locked(row.uid, "propose")
    if row.proposal is None:
        raise refuse("no_proposal", _("No entry mends this by itself."), row.fix)
    if row.voucher is not None:
        raise refuse("proposed", _("Its entry is drafted already."), _("Open it from the finding."))
    uid = new_uid()
    memo = _("Cures: %s") % row.title
    draft_journal(call, uid=uid, date=_day(row.proposal["date"], call.today), memo=memo[:200], lines=_lines(row.proposal))
    row.voucher, row.decided_by_id = uid, call.user_id
    row.save(update_fields=["voucher", "decided_by"])
    note(row, fields=["voucher"])
    return submit_journal(call, uid=uid)


def _day(said: str, today: date) -> date:
    """The day the proposal names; today once its month takes no more entries."""
    day = date.fromisoformat(said)
    return day if day <= today and month_open(day) else today


def _lines(proposal: dict[str, Any]) -> list[LineDraft]:
    """The proposal's lines with their dimensions; an account is a code when it begins with a digit, else a role."""
    return [_line(one) for one in proposal["lines"]]


#: Dimensions of a proposed line that are primary keys.
KEYS = ("entity", "site", "department", "provider", "payer", "party")


def _line(one: dict[str, Any]) -> LineDraft:
    code = one["account"][0].isdigit()
    keys: dict[str, Any] = {key: int(one[key]) for key in KEYS if key in one}
    return LineDraft(
        role=None if code else one["account"], account=one["account"] if code else None, cents=one["cents"],
        party_role=one.get("party_role", ""), item=one.get("item", ""), memo=one.get("memo", ""), **keys,
    )  # fmt: skip
