"""Charges that are no claim: entered and posted at once, paid from what was paid ahead, voided by reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.banking.logic.cards import looks_like_card
from steward.banking.models import Receipt
from steward.billing import postings
from steward.billing.logic.other_charges import Policy, records_cap
from steward.billing.models import AccountHolder, OtherCharge, SalesTaxRate
from steward.billing.postings import OtherFacts, PrepaidFacts
from steward.billing.selectors.others import family_of, other_lines, owed_cents, paid_ahead, sales_tax
from steward.billing.selectors.rules import policy
from steward.billing.services import books
from steward.billing.services.holding import hold_others, hold_paid
from steward.billing.states import HolderKind, OtherKind
from steward.core.access.separation import perform
from steward.core.ids import new_uid
from steward.core.money import apply_rate, format_cents
from steward.core.numbers import next_number
from steward.core.service import Call, note, refuse, service
from steward.frontdesk.models import Appointment, Patient
from steward.frontdesk.states import State
from steward.insurance.selectors import covering_many
from steward.ledger.selectors.open_lines import party_items
from steward.registry.models import Party, Site
from steward.registry.selectors import site_by_ref
from steward.registry.services import create_party
from steward.registry.types import AddressData, OrganisationData

SERIES = "billing.other"
MOST_CENTS, MOST_PIECES = 10_000_000, 10_000


@dataclass(frozen=True)
class OtherData:
    """What is charged to whom. ``cents`` is the whole before tax; ``quantity`` pieces, or pages of copies.

    ``patient`` is whom it is about when another owes; ``site`` None is the appointment's, the patient's, or the first.
    """

    kind: str
    debtor: Party
    cents: int
    what: str = ""
    quantity: int = 1
    patient: Patient | None = None
    appointment: Appointment | None = None
    site: Site | None = None


@service("billing.open_holder", "charge.enter", says="opened an account for an employer or attorney")
def open_holder(
    call: Call, *, kind: str, party: Party | None = None, name: str = "", address: AddressData | None = None
) -> AccountHolder:
    """Let an organisation or person that is no patient owe. ``party`` None makes a new organisation of ``name``.

    Refuses ``kind``, ``patient`` (charge the patient), ``exists``, ``name``.
    """
    if kind not in HolderKind.values:
        raise refuse("kind", _("This is no kind of account."), _("Choose one of the list."), field="kind")
    if party is None:
        if not name.strip():
            raise refuse("name", _("An account has a name."), _("Type whose it is."), field="name")
        where = (address,) if address is not None else ()
        party = create_party(call, data=OrganisationData(name.strip(), addresses=where))
    if Patient.objects.filter(party=party).exists() or Patient.objects.filter(guarantor=party).exists():
        raise refuse("patient", _("This person is a patient or answers for one."), _("Charge the patient."), field="party")
    row = AccountHolder(party=party, kind=kind, opened_at=call.now, opened_by_id=call.user_id)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("exists", _("It has an account already."), _("Use that one."), field="name") from error
    note(row, fields=["kind"])
    return row


@service("billing.set_sales_tax", "payer.write", says="noted a sales tax rate")
def set_sales_tax(call: Call, *, site: Site, rate_ppm: int, starts_on: date, source: str) -> SalesTaxRate:
    """Note what a site adds from a day on. Refuses ``rate`` (0 to 20 percent), ``source``, ``exists``."""
    if not 0 <= rate_ppm <= 200_000:
        raise refuse("rate", _("A sales tax is 0 to 20 percent."), _("Correct it."), field="rate_ppm")
    if not source.strip():
        raise refuse("source", _("A rate was read somewhere."), _("Say where."), field="source")
    row = SalesTaxRate(
        site=site, rate_ppm=rate_ppm, starts_on=starts_on, source=source.strip()[:200], noted_at=call.now,
        noted_by_id=call.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("exists", _("This site has a rate from that day."), _("Begin another day."), field="starts_on") from error
    note(row, fields=["rate_ppm"])
    return row


@service("billing.enter_other", "charge.enter", says="entered a charge that is no claim")
def enter_other(call: Call, *, data: OtherData) -> OtherCharge:
    """Enter one and post it. Refuses ``kind``, ``debtor`` (neither a patient nor an account), ``amount``, ``what``, ``card``;
    of a missed appointment ``appointment``, ``medicaid``, ``exists``; of copies ``cap``, ``no_cap``; of products ``no_rate``.
    """
    if data.kind == OtherKind.RETURNED:
        raise refuse("kind", _("This fee comes with the returned payment."), _("Enter that on its receipt."), field="kind")
    return post_other(call, data)


def post_other(call: Call, data: OtherData) -> OtherCharge:
    """As ``enter_other``, of any kind; joins the caller's service."""
    rules = policy()
    site = _site(data)
    _refuse_bad(call, data, rules, site)
    ppm = _tax_ppm(call, data, site)
    number, uid = next_number(SERIES), new_uid()
    facts = OtherFacts(
        f"fee:{uid}", data.debtor.pk, rules.accounts[data.kind], data.cents, int(apply_rate(data.cents, ppm)),
        site.entity_id, site.pk,
    )  # fmt: skip
    draft = books.draft(
        "other", uid, day=call.today, memo=f"{OtherKind(data.kind).value} {number}", journal="charges", source="othercharge",
        lines=postings.other_charge(facts),
    )  # fmt: skip
    row = OtherCharge(
        uid=uid, number=number, kind=data.kind, debtor=data.debtor, patient=data.patient, appointment=data.appointment,
        site=site, what=data.what.strip()[:120], quantity=data.quantity, cents=data.cents, tax_ppm=ppm,
        tax_cents=facts.tax_cents, charged_on=call.today, charged_at=call.now, charged_by_id=call.user_id,
        entry=books.post_drafts(call, [draft])[0],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise refuse("exists", _("This missed appointment was charged already."), _("Look at the account.")) from error
    perform(call, "post_charge", row)
    note(row, fields=["cents", "kind"])
    return row


def _site(data: OtherData) -> Site:
    found = data.site or (data.appointment.site if data.appointment else None)
    found = found or (data.patient.site if data.patient else None) or site_by_ref("")
    if found is None:
        raise refuse("site", _("There is no site."), _("Enter one under places."), field="site")
    return found


def _refuse_bad(call: Call, data: OtherData, rules: Policy, site: Site) -> None:
    if data.kind not in OtherKind.values:
        raise refuse("kind", _("This is no kind of charge."), _("Choose one of the list."), field="kind")
    if not 0 < data.cents <= MOST_CENTS or not 0 < data.quantity <= MOST_PIECES:
        raise refuse("amount", _("The amount cannot be right."), _("Check it."), field="cents")
    if looks_like_card(data.what):
        raise refuse("card", _("This looks like a card number."), _("Never type card numbers here."), field="what")
    if data.kind in (OtherKind.FORM, OtherKind.PRODUCT, OtherKind.SERVICE) and not data.what.strip():
        raise refuse("what", _("Say what it is for."), _("Type it in a few words."), field="what")
    known = Patient.objects.filter(party=data.debtor).exists()
    if not known and not AccountHolder.objects.filter(party=data.debtor, ended_on=None).exists():
        fix = _("Register the patient, or open an account for the employer or attorney.")
        raise refuse("debtor", _("Whoever owes is a patient or has an account."), fix, field="debtor")
    if data.kind == OtherKind.NO_SHOW:
        _refuse_missed(call, data, rules)
    if data.kind == OtherKind.RECORDS:
        _refuse_copies(call, data, rules, site, "patient" if known else "third_party")


def _refuse_missed(call: Call, data: OtherData, rules: Policy) -> None:
    """A fee needs a missed appointment of this patient; members of Medicaid are never asked (42 CFR 447.15)."""
    patient = data.patient
    # as it stands now: the desk may have found that the patient came after all
    seen = Appointment.objects.select_for_update().get(pk=data.appointment.pk) if data.appointment else None
    if seen is None or patient is None or seen.patient_id != patient.pk or seen.state != State.NO_SHOW:
        message = _("A fee is for an appointment this patient missed.")
        raise refuse("appointment", message, _("Open the appointment and mark it as missed."), field="appointment")
    if data.debtor.pk != patient.party_id:
        raise refuse("debtor", _("Only the patient owes for a missed appointment."), _("Charge the patient."), field="debtor")
    day = seen.starts_at.astimezone(call.clock.zone).date()
    if never_asked(patient.party_id, day, rules.no_show_never):
        message = _("A member of Medicaid is never charged for a missed appointment (42 CFR 447.15).")
        raise refuse("medicaid", message, _("Leave it, and talk about the next appointment instead."))


def never_asked(patient: int, day: date, filings: frozenset[str]) -> bool:
    """Whether one of the payers that cover the patient that day forbids the fee, by its claim filing indicator."""
    covers = covering_many([(patient, day)]).get((patient, day), [])
    return any(cover.plan.payer.filing in filings for cover in covers)


def _refuse_copies(call: Call, data: OtherData, rules: Policy, site: Site, requester: str) -> None:
    most = records_cap(rules.records, site.state, requester, data.quantity, call.today)
    if most is None:
        message = _("No cap for copies is known in %s.") % (site.state or _("this site's state"))
        raise refuse("no_cap", message, _("Put the state's rule into other_charges.toml in the data folder."))
    if data.cents > most:
        message = _("At most %(most)s may be asked for %(n)d pages.") % {"most": format_cents(most), "n": data.quantity}
        raise refuse("cap", message, _("Correct the amount."), field="cents")


def _tax_ppm(call: Call, data: OtherData, site: Site) -> int:
    if data.kind != OtherKind.PRODUCT:
        return 0
    rate = sales_tax(site.pk, call.today)
    if rate is None:
        message = _("No sales tax rate is noted for %s.") % site.name
        raise refuse("no_rate", message, _("Note it first; 0 where products are exempt."), field="kind")
    return rate.rate_ppm


@service("billing.void_other", "charge.enter", says="voided a charge that is no claim")
def void_other(call: Call, *, charge: OtherCharge, reason: str) -> OtherCharge:
    """Take it back by reversal. Refuses ``voided``, ``no_reason``, ``paid`` once a payment was put to it, and ``separation``
    of who entered it once its day is over: that would be a write-off nobody approves.
    """
    row = OtherCharge.objects.select_for_update(of=("self",)).get(pk=charge.pk)
    if row.voided_at:
        raise refuse("voided", _("This charge was voided before."), _("Nothing is left to do."))
    if not reason.strip():
        raise refuse("no_reason", _("A void needs a reason."), _("Say why."), field="reason")
    if owed_cents(row) != row.total_cents:
        raise refuse("paid", _("A payment was put to it."), _("Give that back first."))
    if row.charged_on < call.today:
        perform(call, "void_charge", row)
    return post_void(call, row, reason)


def post_void(call: Call, row: OtherCharge, reason: str) -> OtherCharge:
    """As ``void_other``, for what goes with something else that is undone; joins the caller's service."""
    row.void_entry = books.undo(call, [row.entry], reason=reason.strip())[0]
    row.voided_at, row.voided_by_id, row.void_reason = call.now, call.user_id, reason.strip()[:200]
    row.save(update_fields=["voided_at", "voided_by", "void_reason", "void_entry"])
    note(row, fields=["voided_at"], reason=reason)
    return row


@service("billing.apply_to_other", "charge.enter", says="put a payment to a charge that is no claim")
def apply_to_other(call: Call, *, charge: OtherCharge, receipt_item: str, cents: int) -> OtherCharge:
    """Put what is left of a payment of the debtor, or of whoever answers for it, to such a charge. Refuses ``payment``, ``amount``."""
    hold_paid([receipt_item])
    row = OtherCharge.objects.select_for_update(of=("self",)).select_related("site").get(pk=charge.pk)
    held = next((one for one in paid_ahead(family_of(row)) if one.item == receipt_item), None)
    if held is None:
        message = _("Nothing is left of this payment.")
        raise refuse("payment", message, _("Choose a payment of the same account."), field="receipt_item")
    if not 0 < cents <= min(held.cents, owed_cents(row)):
        message = _("At most %s can be put to it.") % format_cents(max(min(held.cents, owed_cents(row)), 0))
        raise refuse("amount", message, _("Correct the amount."), field="cents")
    _pay(call, row, held, cents)
    note(row, fields=["paid"])
    return row


@service("billing.pay_other", "receipt.take", says="took a payment for a charge that is no claim")
def pay_other(call: Call, *, uid: UUID, receipt: Receipt) -> int:
    """Put a receipt that was taken for such a charge to it, as far as it goes; cents applied, 0 when it is another's or paid."""
    hold_paid([receipt.item])
    row = OtherCharge.objects.select_for_update(of=("self",)).select_related("site").filter(uid=uid).first()
    held = next((one for one in paid_ahead(family_of(row)) if one.item == receipt.item), None) if row else None
    cents = min(held.cents, owed_cents(row)) if row and held else 0
    if row and held and cents > 0:
        _pay(call, row, held, cents)
        note(row, fields=["paid"])
    return max(cents, 0)


@service("billing.settle_others", "charge.enter", says="put payments to what an account owes")
def settle_others(call: Call, *, debtor: Party, receipt_items: tuple[str, ...] = ()) -> int:
    """Put what an account's party has paid ahead to its open charges, oldest first; cents applied.

    ``receipt_items`` narrows to these payments. Only the party's own payments and charges are touched.
    """
    hold_paid(held.item for held in paid_ahead([debtor.pk]))
    hold_others(OtherCharge.objects.filter(debtor=debtor, voided_at=None).values_list("pk", flat=True))
    lines = list(other_lines(party_items([debtor.pk], ["ar_patient"]), call.today))
    applied = 0
    for held in paid_ahead([debtor.pk]):
        if receipt_items and held.item not in receipt_items:
            continue
        left = held.cents
        while left and lines:
            row, owed = lines[0].charge, owed_cents(lines[0].charge)
            cents = min(left, owed)
            if cents > 0:
                _pay(call, row, PrepaidFacts(held.item, left, held.entity, held.patient), cents)
                left, applied = left - cents, applied + cents
            if cents >= owed:
                lines.pop(0)
    note(debtor, fields=["paid"])
    return applied


def _pay(call: Call, row: OtherCharge, held: PrepaidFacts, cents: int) -> None:
    facts = OtherFacts(row.item, row.debtor_id, "", row.cents, 0, row.site.entity_id, row.site_id)
    # what was left of the payment names the event: the same sum put twice is two events, a repeat of one is none
    uid = uuid5(books.EVENTS, f"{held.item}:{held.cents}:{cents}")
    books.post(call, f"pay-other:{uid}", row.uid, posting=postings.pay_other(facts, held, cents), day=call.today,
               memo=f"Payment to charge {row.number}", journal="receipts", source="othercharge")  # fmt: skip
