"""A kept visit gets its charge, or the reason why it has none; who is to see to it; the codes a provider wants at hand."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from steward.billing.entry_words import refusals
from steward.billing.logic import entry
from steward.billing.logic.charges_csv import CODE, DIAGNOSIS
from steward.billing.models import Charge, Claim, Favourite, VisitDuty
from steward.billing.selectors.entry import known_of
from steward.billing.selectors.uncharged import unused_of_visit
from steward.billing.services.charges import enter_charges
from steward.billing.states import CodeKind
from steward.billing.types import ClaimData, VisitCharges
from steward.core.access.decide import Facts
from steward.core.access.models import User
from steward.core.money import format_cents
from steward.core.refusals import Refused, refuse
from steward.core.service import Call, note, service
from steward.frontdesk.models import Visit
from steward.frontdesk.services import no_charge
from steward.people.models import Provider


def visit_facts(visit: Visit) -> Facts:
    """Whose visit it is: own to the provider who saw the patient."""
    user = visit.provider.party.user_id
    return Facts(owners=frozenset({user} if user else ()), sites=frozenset({visit.site_id}))


@service("billing.charge_visit", "visit.charge", says="entered a visit's charges", about=lambda **kw: visit_facts(kw["visit"]))
def charge_visit(call: Call, *, visit: Visit, data: VisitCharges, uid: UUID | None = None) -> Claim:
    """Post a visit's charges as typed: fees filled in, to the coverage of the day, to the patient, or to nobody's plan.

    Refuses every fault of ``logic.entry`` by its own code beside its field, ``voided`` (the check-in was taken back) and what
    ``enter_charges`` refuses. A reason why there was no charge goes.
    """
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    _standing(visit)
    known = known_of(visit, data.typed)
    if found := entry.faults(data.typed, known):
        raise Refused(*refusals(found))
    claim = enter_charges(call, uid=uid, data=ClaimData(
        visit.patient_id, data.provider or visit.provider_id, visit.service_date, entry.charges(data.typed, known),
        payer_of_day=data.typed.insured, visit=visit.pk, site=visit.site_id, auth_number=data.auth_number,
        details=dict(data.typed.details), no_claim=data.silent,
        abn_on_file=any(entry.SIGNED & set(line.modifiers) for line in data.typed.lines),
    ))  # fmt: skip
    if visit.no_charge_reason:
        no_charge(call, visit=visit, reason="")
    return claim


def _standing(visit: Visit) -> None:
    if visit.voided_at is not None:
        raise refuse("voided", _("This check-in was taken back."), _("Nothing is left to do."))


@service("billing.leave_uncharged", "visit.charge", says="said why a visit has no charge",
         about=lambda **kw: visit_facts(kw["visit"]))  # fmt: skip
def leave_uncharged(call: Call, *, visit: Visit, reason: str) -> Visit:
    """Say why a kept visit has no charge. Refuses ``no_reason``, ``voided``, ``charged`` (it has one that stands) and ``paid``
    while money taken for it lies unused: a visit is not called free that somebody paid for.
    """
    if not reason.strip():
        raise refuse("no_reason", _("A visit without a charge needs a reason."), _("Say why."), field="reason")
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if held := unused_of_visit(visit.uid):
        fix = _("Enter its charge, put the money to another charge, or have it given back.")
        raise refuse("paid", _("%s was taken for this visit.") % format_cents(held), fix, field="reason")
    if Charge.objects.filter(claim__visit=visit.pk, voided_on=None).exists():
        raise refuse("charged", _("This visit has a charge."), _("Void that first, if it was a mistake."), field="reason")
    return no_charge(call, visit=visit, reason=reason)


@service("billing.name_owner", "charge.enter", says="named who sees to visits without a charge")
def name_owner(call: Call, *, visits: Sequence[Visit], owner: User, note_text: str = "") -> int:
    """Name who is to see that these kept visits get their charge; how many. Refuses ``none`` and ``owner`` (has left)."""
    if not visits:
        raise refuse("none", _("No visit is chosen."), _("Choose some in the list."))
    if not owner.is_active or owner.ended_at is not None:
        raise refuse("owner", _("%s does not work here any more.") % owner.name, _("Name somebody else."), field="owner")
    known = {row.visit_id: row for row in VisitDuty.objects.filter(visit__in=[one.pk for one in visits])}
    rows = [known.get(one.pk) or VisitDuty(visit=one) for one in visits]
    for row in rows:
        row.owner, row.note, row.named_by_id, row.named_at = owner, note_text.strip()[:200], call.user_id, call.now
    VisitDuty.objects.bulk_create([row for row in rows if row.pk is None], batch_size=500)
    VisitDuty.objects.bulk_update(
        [row for row in rows if row.pk is not None], ["owner", "note", "named_by", "named_at"], batch_size=200
    )
    note(refs=[one.uid for one in visits[:200]])
    return len(rows)


@service("billing.pin_code", "visit.charge", says="pinned a code for charge entry",
         about=lambda **kw: _provider_facts(kw["provider"]))  # fmt: skip
def pin_code(call: Call, *, provider: Provider, kind: str, code: str, key: int | None = None) -> Favourite:
    """Keep a code at hand for a provider, on a key of its own if wanted; another code on that key loses the key only.

    Refuses ``code``, ``kind``, ``key`` (1 to 9).
    """
    code = code.strip().upper()
    pattern = {CodeKind.SERVICE.value: CODE, CodeKind.DIAGNOSIS.value: DIAGNOSIS}.get(kind)
    if pattern is None:
        raise refuse("kind", _("A favourite is a service or a diagnosis."), _("Choose one of both."), field="kind")
    if not pattern.fullmatch(code):
        raise refuse("code", _("%s is no such code.") % code, _("Check it."), field="code")
    if key is not None and not 1 <= key <= 9:
        raise refuse("key", _("A key is 1 to 9."), _("Choose one, or none."), field="key")
    own = Favourite.objects.filter(provider=provider, kind=kind)
    if key is not None:
        own.filter(key=key).exclude(code=code).update(key=None)
    row, _made = Favourite.objects.update_or_create(provider=provider, kind=kind, code=code, defaults={"key": key})
    note(row, fields=["code", "key"])
    return row


@service("billing.unpin_code", "visit.charge", says="let go of a pinned code",
         about=lambda **kw: _provider_facts(kw["favourite"].provider))  # fmt: skip
def unpin_code(call: Call, *, favourite: Favourite) -> None:
    """Let a pinned code go; it comes back by itself while it is used much."""
    note(favourite, fields=["code"])
    favourite.delete()


def _provider_facts(provider: Provider) -> Facts:
    user = provider.party.user_id
    return Facts(owners=frozenset({user} if user else ()))
