"""Giving up many patient balances under one signature: small ones, hardship, bad debt; and the agency's file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from steward.billing import postings
from steward.billing.models import AgencyFile, Charge, Hardship, RemittanceClaim, WriteOffLine, WriteOffRun
from steward.billing.selectors.facts import known_by_pk
from steward.billing.selectors.runs import Proposal, bad_debts, hardship_lines, small_balances, to_agency
from steward.billing.selectors.statements import holds_on
from steward.billing.services import books
from steward.billing.states import RUN_ROLES, RunKind
from steward.core.access.separation import perform
from steward.core.approvals import selectors as asked
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.services import decide, request, subject, withdraw
from steward.core.clock import local_day, practice_zone
from steward.core.files.services import store
from steward.core.listing.export import safe
from steward.core.money import format_cents, format_dollars_file
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.registry.models import Party
from steward.registry.selectors import contacts_of

MOST_LINES = 2_000


@service("billing.ask_small_balances", "writeoff.request", says="asked to give up small balances")
def ask_small_balances(call: Call) -> WriteOffRun:
    """Ask to write off every balance that is small and old by the rules; one signature, judged by the sum. Refuses ``nothing``."""
    found = small_balances(call.today)
    return _ask(call, RunKind.SMALL, found, _("Small and old by the practice's rules"))


@service("billing.ask_bad_debt", "writeoff.request", says="asked to call debts bad")
def ask_bad_debt(call: Call, *, guarantor: Party, reason: str) -> WriteOffRun:
    """Ask to call a guarantor's ripe lines bad debt. Refuses ``nothing`` (not enough statements, held, a plan that is kept)."""
    found = [one for one in bad_debts(call.today) if one.guarantor.pk == guarantor.pk]
    return _ask(call, RunKind.BAD_DEBT, found, reason)


@service("billing.grant_hardship", "statement.send", says="granted a hardship discount")
def grant_hardship(
    call: Call, *, guarantor: Party, percent: int, starts_on: date, ends_on: date, reason: str
) -> Hardship:
    """Note a discount; it takes nothing off before ``ask_hardship`` is signed. Refuses ``percent``, ``days``, ``no_reason``."""
    if not 1 <= percent <= 100:
        raise refuse("percent", _("A discount is 1 to 100 percent."), _("Correct it."), field="percent")
    if ends_on < starts_on:
        raise refuse("days", _("It ends before it begins."), _("Correct the days."), field="ends_on")
    row = Hardship(
        guarantor=guarantor, percent=percent, starts_on=starts_on, ends_on=ends_on, reason=_reason(reason),
        granted_at=call.now, granted_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    note(row, fields=["percent"], reason=reason)
    return row


@service("billing.end_hardship", "statement.send", says="ended a hardship discount")
def end_hardship(call: Call, *, hardship: Hardship, reason: str) -> Hardship:
    """End a discount; what it took off stays off. Refuses ``ended`` and ``no_reason``."""
    row = Hardship.objects.select_for_update(of=("self",)).get(pk=hardship.pk)
    if row.ended_at:
        raise refuse("ended", _("This discount was ended before."), _("Nothing is left to do."))
    row.ended_at, row.ended_by_id, row.end_reason = call.now, call.user_id, _reason(reason)
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])
    note(row, fields=["ended_at"], reason=reason)
    return row


@service("billing.ask_hardship", "writeoff.request", says="asked for a hardship write-off")
def ask_hardship(call: Call, *, hardship: Hardship) -> WriteOffRun:
    """Ask to take the discount off every open line of its days; asked twice it takes nothing twice. Refuses ``nothing``, ``ended``."""
    if hardship.ended_at:
        raise refuse("ended", _("This discount was ended."), _("Grant it anew."))
    found = hardship_lines(hardship)
    return _ask(call, RunKind.HARDSHIP, [found] if found.lines else [], hardship.reason, hardship)


def _ask(
    call: Call, kind: RunKind, found: Sequence[Proposal], reason: str, hardship: Hardship | None = None
) -> WriteOffRun:
    lines = [line for one in found for line in one.lines][:MOST_LINES]
    if not lines:
        raise refuse("nothing", _("Nothing is ready to be given up."), _("See the account for what is still missing."))
    row = WriteOffRun(
        kind=kind, role=RUN_ROLES[kind], cents=sum(cents for _charge, cents in lines), reason=_reason(reason),
        hardship=hardship, asked_at=call.now, asked_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    WriteOffLine.objects.bulk_create(
        [WriteOffLine(run=row, charge=charge, cents=cents) for charge, cents in lines], 500
    )
    note(row, fields=["cents"], reason=reason)
    title = _("%(kind)s: %(amount)s on %(n)d charges") % {
        "kind": row.get_kind_display(), "amount": format_cents(row.cents), "n": len(lines),
    }  # fmt: skip
    fields = {"kind": kind.value, "role": row.role, "reason": row.reason, "lines": len(lines)}
    about = subject(call, "write_off", fields, amount_cents=row.cents)
    url = reverse("billing:run", args=[row.uid])
    return _settled(call, row, request(call, about=row, subject=about, title=title, url=url))


@service("billing.sign_run", "approval.decide", says="decided on a write-off run")
def sign_run(call: Call, *, uid: UUID, approve: bool, comment: str = "") -> WriteOffRun:
    """The second person's yes (which posts every line) or no. Refuses what ``approvals.decide`` refuses, and ``separation``."""
    row = WriteOffRun.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    waiting = asked.latest(uid, "write_off") if row else None
    if row is None or waiting is None:
        raise refuse("no_run", _("Nothing waits under this name."), _("Open it from the approvals."))
    if approve:
        claims = {line.charge.claim_id: line.charge.claim for line in row.lines.select_related("charge__claim")}
        told = RemittanceClaim.objects.filter(claim__in=list(claims), live=True).select_related("remittance")
        payments = {answer.remittance_id: answer.remittance for answer in told}
        perform(call, "approve_writeoff", row, *claims.values(), *payments.values())
    return _settled(call, row, decide(call, request=waiting, approve=approve, comment=comment))


@service("billing.withdraw_run", "approval.request", says="took a write-off run back before it was signed")
def withdraw_run(call: Call, *, uid: UUID) -> WriteOffRun:
    """Take one's own open run back; its lines are free again. Refuses ``no_run`` and what ``approvals.withdraw`` refuses."""
    row = WriteOffRun.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    waiting = asked.latest(uid, "write_off") if row else None
    if row is None or waiting is None:
        raise refuse("no_run", _("Nothing waits under this name."), _("Open it from the approvals."))
    return _settled(call, row, withdraw(call, request=waiting))


def _settled(call: Call, row: WriteOffRun, done: ApprovalRequest) -> WriteOffRun:
    if done.approved and row.posted_at is None:
        _post(call, row)
        row.posted_at = call.now
        row.save(update_fields=["posted_at"])
    elif not done.waiting and not done.approved:
        row.rejected_at = call.now
        row.save(update_fields=["rejected_at"])
    note(row)
    return row


def _post(call: Call, row: WriteOffRun) -> None:
    """Every line for what is still open of it; a guarantor who was held meanwhile is left out."""
    lines = list(row.lines.select_related("charge__claim__patient").order_by("id"))
    known = known_by_pk(line.charge.claim_id for line in lines)
    facts = {one.uid: one for claim in known.by_ref.values() for one in claim.charges}
    held = holds_on({line.charge.claim.patient.guarantor_id for line in lines})
    if row.kind == RunKind.HARDSHIP:
        held = {}  # a discount helps who is held
    drafts, posted = [], []
    memo = f"Write-off run: {row.get_kind_display()}"
    for line in lines:
        one = facts.get(str(line.charge.uid))
        cents = min(line.cents, one.balances.get(("ar_patient", None), 0)) if one else 0
        if one is None or cents <= 0 or line.charge.claim.patient.guarantor_id in held:
            continue
        sheet = postings.write_off(one, None, row.role, cents).lines
        drafts.append(books.draft(
            "run", line.uid, day=call.today, memo=memo, journal="charges", source="run", lines=sheet
        ))  # fmt: skip
        line.posted_cents = cents
        posted.append(line)
    for line, number in zip(posted, books.post_drafts(call, drafts), strict=True):
        line.entry = number
    WriteOffLine.objects.bulk_update(posted, ["posted_cents", "entry"], batch_size=200)


@service("billing.make_agency_file", "statement.send", says="made a collection agency's file")
def make_agency_file(call: Call, *, agency: str) -> AgencyFile:
    """A CSV of signed bad debt that no file has yet: who owes, where they live, what for; no tax id, no diagnosis.

    Held guarantors and the dead are left out. Refuses ``agency`` and ``nothing``.
    """
    if not agency.strip():
        raise refuse("agency", _("A file goes to an agency."), _("Type its name."), field="agency")
    rows = to_agency()
    held = holds_on({_who(line.charge).pk for line in rows})
    rows = [line for line in rows if _who(line.charge).pk not in held and _who(line.charge).death_date is None]
    if not rows:
        raise refuse("nothing", _("No signed bad debt waits for an agency."), _("Have bad debt signed first."))
    number = next_number("billing.agency")
    data = _csv(number, rows).encode("utf-8")
    file = store(call, data=data, name=f"agency-{number}.csv", capability="charge.read")
    row = AgencyFile(
        number=number, agency=agency.strip()[:120], file=file, accounts=len({_who(line.charge).pk for line in rows}),
        cents=sum(line.posted_cents for line in rows), made_at=call.now, made_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    WriteOffLine.objects.filter(pk__in=[line.pk for line in rows]).update(agency_file=row)
    note(row, fields=["cents"])
    return row


def _who(charge: Charge) -> Party:
    return charge.claim.patient.guarantor


def _csv(number: int, rows: Sequence[WriteOffLine]) -> str:
    addresses, phones = contacts_of({_who(line.charge).pk for line in rows})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file", "account", "name", "street", "city", "state", "zip", "phone", "patient", "service_date",
                     "claim", "amount", "written_off"])  # fmt: skip
    for line in rows:
        who, claim = _who(line.charge), line.charge.claim
        to = addresses.get(who.pk)
        where = [to.street, to.city, to.state, to.zip] if to else ["", "", "", ""]
        texts = [who.name, *where, phones.get(who.pk, ""), claim.patient.party.name]
        signed = local_day(line.run.posted_at, practice_zone()).isoformat() if line.run.posted_at else ""
        writer.writerow([number, safe(claim.patient.chart), *map(safe, texts), line.charge.service_date.isoformat(),
                         safe(claim.ref), format_dollars_file(line.posted_cents), signed])  # fmt: skip
    return out.getvalue()


def _reason(text: str) -> str:
    if not text.strip():
        raise refuse("no_reason", _("This needs a reason."), _("Say why, in a few words."), field="reason")
    return text.strip()[:200]
