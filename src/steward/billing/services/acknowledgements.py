"""What clearinghouses and payers answer before they pay: tied to the submission it is about, rejections to the work list.

Nothing here moves money. An answer read twice says nothing new; answers may come late and in any order (``STAGES``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext as _

from steward.billing.logic.acknowledgement import (
    ClaimStatus,
    InterchangeAnswer,
    Meaning,
    SegmentFault,
    StatusAnswer,
    SyntaxAnswer,
    fault_words,
    note_words,
    read_277,
    read_277ca,
    read_999,
    read_ta1,
)
from steward.billing.logic.acknowledgement.syntax import REJECTED as SAID_REJECTED
from steward.billing.models import Batch, Claim, Submission, SubmissionEvent, WorkItem
from steward.billing.services.work import open_work
from steward.billing.states import STAGES, Sending, WorkKind
from steward.core.files.models import StoredFile
from steward.core.files.selectors import content as bytes_of
from steward.core.files.services import store
from steward.core.service import Call, note, service

MEND_WITHIN: Final = timedelta(days=2)  # a rejection stops no filing clock
OUTCOMES: Final[dict[Meaning, Sending]] = {
    Meaning.ACCEPTED: Sending.ACCEPTED, Meaning.FORWARDED: Sending.SYNTAX_OK, Meaning.REJECTED: Sending.PAYER_REJECTED,
    Meaning.PENDED: Sending.IN_PROCESS, Meaning.INFORMATION: Sending.PENDED, Meaning.FINISHED: Sending.IN_PROCESS,
    Meaning.PAID: Sending.IN_PROCESS, Meaning.DENIED: Sending.IN_PROCESS, Meaning.REVISED: Sending.IN_PROCESS,
    Meaning.NOTHING_DUE: Sending.IN_PROCESS,
}  # fmt: skip
"""Decided claims wait for their remittance; what is not found or not understood changes nothing and is asked of a person."""


@dataclass(frozen=True)
class Noted:
    """What became of one answer of the file: ``state`` noted, known or strange (nothing of ours)."""

    ref: str
    state: str
    message: str = ""


@dataclass(frozen=True)
class _Said:
    """One event to be: of which submission, what, in which words."""

    submission: Submission
    outcome: Sending
    codes: str = ""
    words: str = ""
    control: str = ""


@service("billing.import_acknowledgement", "claim.send", says="read what a payer said of claims sent")
def import_acknowledgement(call: Call, *, kind: str, content: bytes, name: str) -> list[Noted]:
    """Note every answer of a TA1, 999, 277CA or 277. Raises X12Error for a file that cannot be read (nothing is kept)."""
    noted: list[Noted] = []
    said: list[_Said] = []
    for ref, found, words in _answers(kind, content):
        said += found
        noted.append(Noted(ref, "noted" if found else "strange", words))
    file = store(call, data=content, name=name, capability="remittance.read") if said else None
    fresh = _keep(call, kind.upper(), said, file)
    _open(call, fresh)
    note(refs=[f"{kind}:{len(fresh)} new of {len(said)}"])
    if said and not fresh:
        return [Noted(one.ref, "known", one.message) if one.state == "noted" else one for one in noted]
    return noted


def _answers(kind: str, content: bytes) -> Iterable[tuple[str, list[_Said], str]]:
    if kind == "ta1":
        return [_interchange(one) for one in read_ta1(content)]
    if kind == "999":
        return [_group(one) for one in read_999(content)]
    read = read_277ca if kind == "277ca" else read_277
    return [row for one in read(content) for row in _statuses(one)]


def _keep(call: Call, source: str, said: Sequence[_Said], file: StoredFile | None) -> list[_Said]:
    """Write the events that are new, and give those."""
    pks = {one.submission.pk for one in said}
    rows = SubmissionEvent.objects.filter(submission__in=pks, source=source, file=file)
    known = set(rows.values_list("submission_id", "outcome", "codes"))
    fresh = [one for one in said if (one.submission.pk, one.outcome, one.codes[:200]) not in known]
    SubmissionEvent.objects.bulk_create(
        [
            SubmissionEvent(
                submission=one.submission, outcome=one.outcome, source=source, stage=STAGES[source], codes=one.codes[:200],
                words=one.words[:300], payer_control=one.control[:50], file=file, at=call.now, by_id=call.user_id,
            )
            for one in fresh
        ],
        batch_size=500, ignore_conflicts=True,
    )  # fmt: skip
    return fresh


def _open(call: Call, fresh: Sequence[_Said]) -> None:
    """Rejections and questions come to somebody, once a claim."""
    kinds = {
        Sending.INTERCHANGE_REJECTED: WorkKind.REJECTED_CLAIM, Sending.SYNTAX_REJECTED: WorkKind.REJECTED_CLAIM,
        Sending.PAYER_REJECTED: WorkKind.REJECTED_CLAIM, Sending.PENDED: WorkKind.INFORMATION,
    }  # fmt: skip
    asked = {(one.submission.claim_id, kinds[one.outcome]): one for one in fresh if one.outcome in kinds}
    sent = Submission.objects.filter(claim__in={claim for claim, _kind in asked}).values("claim").annotate(last=Max("id"))
    last = {row["claim"]: row["last"] for row in sent}
    asked = {key: one for key, one in asked.items() if last[one.submission.claim_id] == one.submission.pk}  # else it went again since
    open_now = WorkItem.objects.filter(claim__in={claim for claim, _kind in asked}, closed_at=None)
    known = set(open_now.values_list("claim_id", "kind"))
    open_work(call, [
        {"kind": kind, "claim_id": claim, "reason": (one.words or str(one.outcome.label))[:300],
         "amount_cents": one.submission.charge_cents, "due": call.today + MEND_WITHIN}
        for (claim, kind), one in asked.items() if (claim, kind) not in known
    ])  # fmt: skip


# ---- TA1 and 999: answers to a file ----
def _batch(number: str) -> Batch | None:
    return Batch.objects.filter(number=int(number)).first() if number.strip().isdigit() and len(number) < 12 else None


def _every(batch: Batch, outcome: Sending, codes: str, words: str) -> list[_Said]:
    return [_Said(row, outcome, codes, words) for row in batch.submissions.order_by("position")]


def _strange(what: str, number: str) -> str:
    return _("No file of ours has %(what)s %(number)s.") % {"what": what, "number": number[:20] or "—"}


def _interchange(one: InterchangeAnswer) -> tuple[str, list[_Said], str]:
    batch = _batch(one.control)
    if batch is None:
        return one.control, [], _strange(_("the control number"), one.control)
    if one.outcome != SAID_REJECTED:
        return batch.name, _every(batch, Sending.SENT, one.note, ""), ""
    words = " ".join(note_words(one.note)).strip()
    return batch.name, _every(batch, Sending.INTERCHANGE_REJECTED, one.note, words), words


def _group(one: SyntaxAnswer) -> tuple[str, list[_Said], str]:
    batch = _batch(one.group)
    if batch is None:
        return one.group, [], _strange(_("the group number"), one.group)
    placed = one.placed(bytes_of(batch.file))
    faults = [fault for each in placed.transactions for fault in each.faults]
    if placed.outcome == SAID_REJECTED or any(each.outcome == SAID_REJECTED for each in placed.transactions):
        return batch.name, _rejected(batch, faults), _("The file was rejected: %d faults.") % len(faults)
    own = {fault.claim: _fault_words(fault) for fault in faults if fault.claim}
    rows = batch.submissions.select_related("claim").order_by("position")
    return batch.name, [_Said(row, Sending.SYNTAX_OK, "", own.get(row.claim.ref, "")) for row in rows], ""


def _rejected(batch: Batch, faults: Sequence[SegmentFault]) -> list[_Said]:
    """The whole file came back: the claims in which a fault stands are told their own, the others that it was not theirs."""
    own: dict[str, str] = {}
    for fault in faults:
        own.setdefault(fault.claim, _fault_words(fault))
    general = own.pop("", "") or _("The file was rejected because of another claim in it.")
    rows = batch.submissions.select_related("claim").order_by("position")
    return [_Said(row, Sending.SYNTAX_REJECTED, "", own.get(row.claim.ref, general)) for row in rows]


def _fault_words(fault: SegmentFault) -> str:
    what, fix = fault_words(fault)
    return f"{what} {fix}".strip()


# ---- 277CA and 277: answers about claims ----
def _statuses(answer: StatusAnswer) -> Iterable[tuple[str, list[_Said], str]]:
    rows = _submissions([_ref(one) for one in answer.claims], _file_of(answer))
    for one in answer.claims:
        submission = rows.get(_ref(one))
        if submission is None:
            yield one.ref or one.trace, [], _("No claim of ours with this number is out.")
            continue
        outcome = OUTCOMES.get(one.meaning)
        words = _words(one)
        if outcome is None:
            yield one.ref, [], _("The answer (%s) says nothing that Steward may act on; read it.") % _codes(one)
            continue
        yield one.ref, [_Said(submission, outcome, _codes(one), words, one.control)], words
    if not answer.claims and answer.batch and any(one.meaning == Meaning.REJECTED for one in answer.levels):
        ours = _file_of(answer)  # a refusal of the file or of the provider names no claims
        words = _("The payer rejected the whole file.")
        yield answer.batch.trace, _every(ours, Sending.PAYER_REJECTED, "", words) if ours else [], words


def _ref(one: ClaimStatus) -> str:
    """Our claim number; an answer that leaves it out brings the trace of our question (``inquiries``) back."""
    return one.ref or one.trace.rpartition("-")[0]


def _file_of(answer: StatusAnswer) -> Batch | None:
    """The file of ours that an answer names by its reference (BHT03 of the 837, as ``services.submissions`` gives it)."""
    trace = answer.batch.trace if answer.batch else ""
    return _batch(trace[1:]) if trace.startswith("B") else None


def _submissions(refs: Iterable[str], batch: Batch | None) -> dict[str, Submission]:
    """Claim number -> its submission in ``batch``, else its last: what a clearinghouse says late or twice of a claim that
    went out again since is said of the file it was in. Two queries."""
    claims = dict(Claim.objects.filter(ref__in=set(refs)).values_list("pk", "ref"))
    rows = list(Submission.objects.filter(claim__in=claims).order_by("id"))
    last = {claims[row.claim_id]: row for row in rows}
    return last | {claims[row.claim_id]: row for row in rows if batch is not None and row.batch_id == batch.pk}


def _codes(one: ClaimStatus) -> str:
    statuses = one.statuses or tuple(status for line in one.lines for status in line.statuses)
    codes = dict.fromkeys(
        ":".join(part for part in (code.category, code.status, code.entity) if part) for status in statuses for code in status.codes
    )
    return ";".join(codes)


def _words(one: ClaimStatus) -> str:
    said = [status.message for status in one.statuses if status.message]
    return " ".join([_("Status %s.") % _codes(one), *said])
