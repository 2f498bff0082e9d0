"""Paper EOBs: typed as a draft, then posted the way every 835 is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.billing.logic import paper_eob as logic
from steward.billing.models import PaperEob, Remittance
from steward.billing.selectors.paper_eobs import body_of, claim_to_type, head_of, open_to_typing
from steward.billing.services.remittances import READ, import_remittance
from steward.billing.types import RemittanceResult
from steward.core.approvals.services import mark_for_owner
from steward.core.files.models import StoredFile
from steward.core.files.selectors import links_of
from steward.core.files.services import link, store
from steward.core.money import format_cents
from steward.core.refusals import Refusal, Refused
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer
from steward.registry.models import Entity

METHODS = ("CHK", "ACH", "NON")


@dataclass(frozen=True)
class PaperHead:
    """The top of the paper. ``trace`` is the check's or the transfer's number."""

    payer: Payer
    entity: Entity
    method: str
    trace: str
    paid_on: date
    cents: int


@service("billing.type_paper", "remittance.post", says="began a paper EOB")
def start_paper(call: Call, *, head: PaperHead) -> PaperEob:
    """Begin a paper. Refuses ``method``, ``trace``, ``amount`` (a payment of nothing is NON) and ``paid_on``."""
    _check(call, head)
    row = PaperEob(changed_at=call.now, changed_by_id=call.user_id, body=logic.to_json(logic.Body()), **head.__dict__)
    row.trace = head.trace.strip().upper()
    row.save(force_insert=True)
    note(row)
    return row


def _check(call: Call, head: PaperHead) -> None:
    if head.method not in METHODS:
        raise refuse("method", _("This is no way to pay."), _("Choose one of the list."), field="method")
    if not head.trace.strip():
        raise refuse("trace", _("The payment has no number."), _("Type the number of the check or transfer."), field="trace")
    if head.cents < 0 or (head.cents == 0) != (head.method == "NON"):
        raise refuse("amount", _("A check or transfer is more than 0.00; a paper without money is 0.00."),
                     _("Correct the amount, or choose no payment."), field="cents")  # fmt: skip
    if head.paid_on > call.today:
        raise refuse("paid_on", _("That day is to come."), _("Type the day on the check."), field="paid_on")


@service("billing.change_paper", "remittance.post", says="changed the head of a paper EOB")
def change_paper(call: Call, *, paper: PaperEob, head: PaperHead) -> PaperEob:
    """Correct the head. Refuses as ``start_paper``, and ``posted``."""
    _check(call, head)
    row = _open(paper)
    for name, value in head.__dict__.items():
        setattr(row, name, value)
    row.trace = head.trace.strip().upper()
    return _keep(call, row)


@service("billing.add_paper_claim", "remittance.post", says="added a claim to a paper EOB")
def add_paper_claim(call: Call, *, paper: PaperEob, number: str) -> int:
    """Put a claim on the paper, with its services when it is ours; its place. Refuses ``number``, ``too_many``, ``posted``."""
    row = _open(paper)
    wanted = number.strip()[:20]
    if not wanted:
        raise refuse("number", _("Which claim?"), _("Type our claim number, or the payer's if ours is not on it."), field="number")
    body = body_of(row)
    if len(body.claims) >= logic.MOST_CLAIMS:
        raise refuse("too_many", _("A paper holds at most %d claims.") % logic.MOST_CLAIMS, _("Begin another paper."))
    typed, _found = claim_to_type(call.subject, wanted)
    row.body = logic.to_json(logic.with_claim(body, None, typed))
    _keep(call, row)
    return len(body.claims)


@service("billing.save_paper_claim", "remittance.post", says="typed a claim of a paper EOB")
def save_paper_claim(call: Call, *, paper: PaperEob, at: int, claim: logic.Claim) -> PaperEob:
    """Keep one claim as typed, balanced or not. Refuses ``gone``, ``status``, ``too_many`` and ``posted``."""
    row = _open(paper)
    body = _at(row, at)
    if claim.status not in logic.STATUSES:
        raise refuse("status", _("This is no status."), _("Choose one of the list."), field="status")
    if len(claim.lines) > logic.MOST_LINES:
        raise refuse("too_many", _("A claim holds at most %d services.") % logic.MOST_LINES, _("Split it."))
    row.body = logic.to_json(logic.with_claim(body, at, claim))
    return _keep(call, row)


@service("billing.drop_paper_claim", "remittance.post", says="took a claim off a paper EOB")
def drop_paper_claim(call: Call, *, paper: PaperEob, at: int) -> PaperEob:
    """Take a claim off a paper that is not posted. Refuses ``gone`` and ``posted``."""
    row = _open(paper)
    row.body = logic.to_json(logic.without_claim(_at(row, at), at))
    return _keep(call, row)


@service("billing.save_paper_provider", "remittance.post", says="typed what a payer took from a payment")
def save_paper_provider(call: Call, *, paper: PaperEob, rows: tuple[tuple[str, int, str], ...]) -> PaperEob:
    """Keep what was taken from or added to the whole payment (PLB). Refuses ``posted``."""
    row = _open(paper)
    body = body_of(row)
    row.body = logic.to_json(logic.Body(body.claims, rows))
    return _keep(call, row)


@service("billing.scan_paper", "remittance.post", says="attached the picture of a paper EOB")
def scan_paper(call: Call, *, paper: PaperEob, content: bytes) -> StoredFile:
    """Attach a picture or PDF of the paper; also after it is posted. Refuses what ``files.store`` refuses."""
    file = store(call, data=content, name=f"Paper EOB {paper.trace}", capability=READ, link_to=paper, label="scan")
    if paper.remittance is not None:
        link(call, file=file, to=paper.remittance, label="scan")
    return file


@service("billing.drop_paper", "remittance.post", says="threw a paper EOB away")
def drop_paper(call: Call, *, paper: PaperEob) -> PaperEob:
    """Throw a draft away. Refuses ``posted`` once a remittance came of it."""
    row = _open(paper)
    if row.remittance is not None:
        raise refuse("posted", _("A remittance came of this paper."), _("It stays as it is, taken back."))
    row.dropped_at = call.now
    return _keep(call, row)


@service("billing.post_paper", "remittance.post", says="posted a paper EOB")
def post_paper(call: Call, *, paper: PaperEob) -> RemittanceResult:
    """Post it by the rules of every 835: matched, white-listed, held, once. Refuses ``posted`` and every sum that is off.

    Without a picture of the paper only one person has seen what the payer wrote: it goes onto the owner's review list.
    """
    row = _open(paper)
    head, body = head_of(row), body_of(row)
    faults = logic.faults(head, body)
    if faults:
        raise Refused(*(Refusal(one.code, one.message, one.fix) for one in faults[:20]))
    content = logic.as_835(head, body, call.now.astimezone(call.clock.zone))
    result = import_remittance(
        call, content=content, name=f"paper-{row.uid}.835", payer=row.payer, entity=row.entity
    )
    if result.uid is not None:
        row.remittance = Remittance.objects.get(uid=result.uid)
        scans = links_of(call.subject, row)
        for one in scans:
            link(call, file=one.file, to=row.remittance, label="scan")
        if not scans and result.state != "duplicate":
            _tell_owner(call, row.remittance)
    _keep(call, row)
    return result


def _tell_owner(call: Call, made: Remittance) -> None:
    title = _("Paper EOB %(trace)s of %(amount)s without a scan") % {"trace": made.trace, "amount": format_cents(made.paid_cents)}
    mark_for_owner(
        call, pair=("post_payment", "show_paper"), object_type=made._meta.label_lower, object_uid=made.uid, title=title,
        why=_("whoever types a paper shows it to a second pair of eyes"),
    )  # fmt: skip


def _open(paper: PaperEob) -> PaperEob:
    row = PaperEob.objects.select_for_update(of=("self",)).select_related("remittance", "payer", "entity").get(pk=paper.pk)
    if not open_to_typing(row):
        raise refuse("posted", _("This paper is posted or thrown away."), _("Take its remittance back to change it."))
    return row


def _at(row: PaperEob, at: int) -> logic.Body:
    body = body_of(row)
    if not 0 <= at < len(body.claims):
        raise refuse("gone", _("This claim is not on the paper any more."), _("Open the paper again."))
    return body


def _keep(call: Call, row: PaperEob) -> PaperEob:
    row.changed_at, row.changed_by_id = call.now, call.user_id
    row.save()
    note(row, fields=["body"])
    return row
