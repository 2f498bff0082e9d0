"""Parties: entered, corrected, ended, merged. Search keys are derived here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.access.decide import Subject
from steward.core.access.models import User
from steward.core.access.policy import holds, may
from steward.core.refusals import Denied, Refusal
from steward.core.service import Call, note, refuse, service
from steward.registry.logic import validate
from steward.registry.logic.contacts import email_key, phone_digits, phone_text
from steward.registry.logic.identifiers import tin_digits
from steward.registry.logic.names import full_name, name_key
from steward.registry.models import Address, Contact, Party
from steward.registry.services._common import changed, refusing, stand
from steward.registry.states import ContactKind, PartyKind, Sex
from steward.registry.types import AddressData, ContactData, OrganisationData, PersonData

PartyData = PersonData | OrganisationData


def party_faults(data: PartyData, today: date) -> list[Refusal]:
    """Everything wrong with a person or an organisation as typed."""
    faults = validate.tax_faults(data.tax_id)
    faults += validate.contact_faults(data.contacts) + validate.address_faults(data.addresses)
    if isinstance(data, OrganisationData):
        return validate.name_faults(data.name) + faults
    faults += validate.birth_faults(data.birth_date, today, data.death_date)
    if data.sex and data.sex not in Sex.values:
        faults.append(Refusal("sex", "This is not a sex a claim knows.", "Use F, M or U.", "sex"))
    return validate.name_faults(data.last_name, "last_name") + faults


def party_values(data: PartyData) -> dict[str, object]:
    """The columns of a party, search keys included."""
    shared = {"tax_id": tin_digits(data.tax_id), "note": data.note, "language": data.language}
    if isinstance(data, OrganisationData):
        return {
            **shared,
            "kind": PartyKind.ORGANISATION.value,
            "name": data.name.strip(),
            "last_key": name_key(data.name),
        }
    names = [part.strip() for part in (data.first_name, data.middle_name, data.last_name, data.suffix)]
    return {
        **shared,
        "kind": PartyKind.PERSON.value,
        "name": full_name(*names),
        "first_name": names[0],
        "middle_name": names[1],
        "last_name": names[2],
        "suffix": names[3],
        "last_key": name_key(names[2]),
        "first_key": name_key(" ".join(names[:2])),
        "birth_date": data.birth_date,
        "death_date": data.death_date,
        "sex": data.sex,
    }


def _contact_row(party: Party, data: ContactData) -> Contact:
    is_phone = data.kind == ContactKind.PHONE
    key = phone_digits(data.text) if is_phone else email_key(data.text)
    text = phone_text(key) if is_phone and "x" not in data.text.lower() else data.text.strip()
    return Contact(party=party, kind=data.kind, use=data.use, text=text, key=key, preferred=data.preferred)


def _address_row(party: Party, data: AddressData) -> Address:
    return Address(
        party=party,
        use=data.use,
        street=data.street.strip(),
        street2=data.street2.strip(),
        city=data.city.strip(),
        state=data.state.strip().upper(),
        zip=data.zip.strip(),
    )


def _make_party(call: Call, data: PartyData, uid: UUID | None) -> Party:
    row = Party(created_at=call.now, **party_values(data))
    if uid is not None:
        row.uid = uid
    return row


@service("registry.create_party", "party.write", says="entered")
def create_party(call: Call, *, data: PartyData, uid: UUID | None = None) -> Party:
    """Enter a person or an organisation. Duplicates are asked about by the screen (selectors.twins_of), never refused.

    Refuses with every fault of the data: name, birth_date, death_date, sex, tax_id, phone, email, address, state, zip.
    """
    stand(party_faults(data, call.today))
    party = _make_party(call, data, uid)
    with refusing("exists", "This record is already here.", "Reload the page.", "uid"):
        party.save()
    Contact.objects.bulk_create([_contact_row(party, each) for each in _once(data.contacts)])
    Address.objects.bulk_create([_address_row(party, each) for each in data.addresses])
    return party


@service("registry.create_parties_many", "party.write", says="entered many")
def create_parties_many(call: Call, *, data: Sequence[PartyData], uids: Sequence[UUID] = ()) -> list[Party]:
    """Enter many parties in a few statements; same refusals as `create_party`, the fault's field names the row's index.

    `uids`, when given, has one uid for every row.
    """
    if uids and len(uids) != len(data):
        raise ValueError("uids: one for every row, or none")
    stand(
        Refusal(fault.code, fault.message, fault.fix, f"{index}.{fault.field}")
        for index, each in enumerate(data)
        for fault in party_faults(each, call.today)
    )
    rows = [_make_party(call, each, uids[index] if uids else None) for index, each in enumerate(data)]
    Party.objects.bulk_create(rows, batch_size=500)
    pairs = list(zip(rows, data, strict=True))
    contacts = [_contact_row(row, c) for row, each in pairs for c in _once(each.contacts)]
    Contact.objects.bulk_create(contacts, batch_size=500)
    Address.objects.bulk_create([_address_row(r, a) for r, each in pairs for a in each.addresses], batch_size=500)
    note(refs=rows)
    return rows


@service("registry.update_party", "party.write", says="corrected")
def update_party(call: Call, *, party: Party, data: PartyData) -> Party:
    """Bring a party to what was typed: names, dates, tax number, and the whole set of its contacts and addresses.

    Contacts and addresses that are no longer listed end today; none is deleted. Refuses as `create_party`, and
    `kind` when a person would become an organisation or the other way round, `ended` when the party has ended, and
    `denied` or `step_up` (see `require_office`) when it is an entity, payer, provider, employee or has a login.
    """
    stand(party_faults(data, call.today))
    values = party_values(data)
    if values["kind"] != party.kind:
        raise refuse("kind", "A person does not become an organisation.", "Enter a new record instead.")
    if party.ended_on is not None:
        raise refuse("ended", "This record has ended.", "Open it again before you correct it.")
    fields = changed(party, values)
    if fields:
        party.save()
    fields += _sync_contacts(call, party, data.contacts) + _sync_addresses(call, party, data.addresses)
    require_office(call, party, fields)
    note(party, fields=fields)
    return party


#: Roles by which money, letters or a sign-in reach a party: whoever may change its address could redirect them.
GUARDED: Final = frozenset({"entity", "payer", "provider", "employee", "user"})
_OWN_WAYS: Final = frozenset({"contacts", "addresses"})


def guarded_roles(party: Party) -> list[str]:
    """The roles for which a party is the administrator's to correct; empty for patients and everybody else."""
    return [role for role in roles_of(party) if role in GUARDED]


def may_correct(subject: Subject, party: Party) -> bool:
    """Whether the person is shown the way to correct this party: `update_party` has the last word."""
    if not holds(subject, "party.write"):
        return False
    return _is_own(subject, party) or holds(subject, "office.write") or not guarded_roles(party)


def _is_own(subject: Subject, party: Party) -> bool:
    return party.user_id is not None and party.user_id == subject.user_id


def require_office(call: Call, party: Party, fields: Sequence[str]) -> None:
    """Raise Denied when what changed takes the administrator, freshly proved (`office.write`). Undone with the transaction.

    People with a login keep their own contacts and addresses; never a provider's, whom claims name.
    """
    roles = guarded_roles(party) if fields else []
    own = _is_own(call.subject, party) and set(fields) <= _OWN_WAYS and set(roles) <= {"user", "employee"}
    if not roles or own:
        return
    decision = may(call.subject, "office.write", None, replace(call.context, now=call.now))
    if decision.allowed:
        return
    if decision.step_up_needed:
        raise Denied(Refusal("step_up", _("Not done: %s.") % decision.reason, _("Confirm who you are.")), step_up=True)
    message = _("%(name)s is %(roles)s: only the administrator corrects this record.") % {
        "name": party.name, "roles": ", ".join(roles),
    }  # fmt: skip
    raise Denied(Refusal("denied", message, _("Tell the administrator what has changed.")))


def _once(contacts: Iterable[ContactData]) -> list[ContactData]:
    """The contacts without repetitions of a key, at most one preferred of a kind."""
    kept: dict[tuple[str, str], ContactData] = {}
    preferred: set[str] = set()
    for each in contacts:
        key = (each.kind, phone_digits(each.text) if each.kind == ContactKind.PHONE else email_key(each.text))
        if key in kept:
            continue
        first = each.preferred and each.kind not in preferred
        preferred |= {each.kind} if first else set()
        kept[key] = ContactData(each.kind, each.text, each.use, first)
    return list(kept.values())


def _sync_contacts(call: Call, party: Party, wanted: Sequence[ContactData]) -> list[str]:
    """End what is no longer wanted, add what is new, keep the rest. Gives the changed field's name."""
    rows = [_contact_row(party, each) for each in _once(wanted)]
    shape = {(r.kind, r.key, r.use, r.text, r.preferred): r for r in rows}
    present = Contact.objects.filter(party=party, ended_on=None)
    old = {(c.kind, c.key, c.use, c.text, c.preferred): c for c in present}
    gone = [c.pk for key, c in old.items() if key not in shape]
    new = [row for key, row in shape.items() if key not in old]
    if gone:
        Contact.objects.filter(pk__in=gone).update(ended_on=call.today)
    Contact.objects.bulk_create(new)
    return ["contacts"] if gone or new else []


def _sync_addresses(call: Call, party: Party, wanted: Sequence[AddressData]) -> list[str]:
    """As `_sync_contacts`, for addresses."""

    def shape(row: Address) -> tuple[str, ...]:
        return (row.use, row.street, row.street2, row.city, row.state, row.zip)

    rows = {shape(row): row for row in (_address_row(party, each) for each in wanted)}
    old = {shape(row): row for row in Address.objects.filter(party=party, ended_on=None)}
    gone = [row.pk for key, row in old.items() if key not in rows]
    new = [row for key, row in rows.items() if key not in old]
    if gone:
        Address.objects.filter(pk__in=gone).update(ended_on=call.today)
    Address.objects.bulk_create(new)
    return ["addresses"] if gone or new else []


def lock_party(pk: int) -> Party:
    """The party, locked until the transaction ends: for rules about what one party may have at most once."""
    return Party.objects.select_for_update().get(pk=pk)


def roles_of(party: Party) -> list[str]:
    """The names of the roles a party plays in any room: patient, provider, payer, entity, user, ..."""
    found = ["user"] if party.user_id else []
    for relation in Party._meta.related_objects:
        accessor = relation.get_accessor_name()
        if not (relation.one_to_one and accessor):
            continue
        if relation.related_model._base_manager.filter(**{relation.field.name: party}).exists():
            found.append(accessor)
    return sorted(found)


@service("registry.end_party", "party.write", says="ended")
def end_party(call: Call, *, party: Party, on: date, reason: str = "") -> Party:
    """End a party that plays no role any more. Refuses `role` while one stands (its own room ends it), `ended`."""
    roles = roles_of(party)
    if roles:
        raise refuse("role", f"{party.name} is still {', '.join(roles)}.", "End that role first, on its own page.")
    if party.ended_on is not None:
        raise refuse("ended", "This record has already ended.", "Open it again first, if the end was a mistake.")
    party.ended_on = on
    party.save(update_fields=["ended_on"])
    note(party, fields=["ended_on"], reason=reason)
    return party


@service("registry.reopen_party", "party.write", says="opened again")
def reopen_party(call: Call, *, party: Party) -> Party:
    """Take back an end. Refuses `merged`: a merged record stays merged."""
    if party.merged_into_id is not None:
        raise refuse("merged", "This record was merged into another.", "Work on the other record.")
    party.ended_on = None
    party.save(update_fields=["ended_on"])
    note(party, fields=["ended_on"])
    return party


@dataclass(frozen=True)
class Merged:
    """The outcome of a merge: which record stands, how many contacts and addresses it took over."""

    keep: UUID
    contacts: int
    addresses: int


@service("registry.merge_parties", "party.write", says="merged a duplicate")
def merge_parties(call: Call, *, keep: Party, duplicate: Party, reason: str) -> Merged:
    """End a duplicate and let it point to the record that stands; what it alone knew goes over.

    Refuses `same`, `kind`, `ended` (either has ended), `role` when the duplicate plays a role: two charts, two payers
    or two logins are joined by their own room first, because each has its own history to keep.
    """
    if keep.pk == duplicate.pk:
        raise refuse("same", "This is one record.", "Choose two different ones.")
    if keep.kind != duplicate.kind:
        raise refuse("kind", "A person and an organisation are never one.", "Choose two of a kind.")
    if keep.ended_on or duplicate.ended_on:
        raise refuse("ended", "One of the two has ended.", "Merge records that stand.")
    roles = roles_of(duplicate)
    if roles:
        raise refuse(
            "role", f"The duplicate is {', '.join(roles)}.", "Keep that record, or end the role on its own page first."
        )
    merged = Merged(keep.uid, _move_contacts(keep, duplicate), _move_addresses(keep, duplicate))
    gaps = [f for f in ("birth_date", "sex", "tax_id", "death_date") if getattr(duplicate, f) and not getattr(keep, f)]
    for name in gaps:
        setattr(keep, name, getattr(duplicate, name))
    keep.save()
    duplicate.merged_into, duplicate.ended_on = keep, call.today
    duplicate.save(update_fields=["merged_into", "ended_on"])
    require_office(call, keep, ["merged"])
    note(keep, refs=[keep, duplicate], fields=["merged", *gaps], reason=reason)
    return merged


def _move_contacts(keep: Party, duplicate: Party) -> int:
    known = set(Contact.objects.filter(party=keep, ended_on=None).values_list("kind", "key"))
    moving = [c for c in Contact.objects.filter(party=duplicate, ended_on=None) if (c.kind, c.key) not in known]
    for contact in moving:
        contact.party, contact.preferred = keep, False
    Contact.objects.bulk_update(moving, ["party", "preferred"])
    return len(moving)


def _move_addresses(keep: Party, duplicate: Party) -> int:
    known = set(Address.objects.filter(party=keep, ended_on=None).values_list("use", flat=True))
    moving = [a for a in Address.objects.filter(party=duplicate, ended_on=None) if a.use not in known]
    for address in moving:
        address.party = keep
    Address.objects.bulk_update(moving, ["party"])
    return len(moving)


@service("registry.link_user", "user.write", says="tied a login to a person")
def link_user(call: Call, *, party: Party, user: User) -> Party:
    """Tie a login to its person. Refuses `taken` when either already belongs elsewhere, `kind` for organisations."""
    if party.kind != PartyKind.PERSON:
        raise refuse("kind", "Only a person signs in.", "Choose a person.")
    if party.user_id not in (None, user.pk):
        raise refuse("taken", f"{party.name} already has a login.", "End that login first.")
    party.user = user
    with refusing("taken", "This login belongs to somebody else.", "Make a login of her own.", "user"):
        party.save(update_fields=["user"])
    note(party, fields=["user"])
    return party
