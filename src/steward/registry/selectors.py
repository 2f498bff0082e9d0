"""The registry's questions. Rows that name people start from `core.access.policy.scoped`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Prefetch, Q, QuerySet

from steward.core.access.decide import Subject
from steward.core.access.policy import holds, masks, scoped
from steward.core.vault import blind
from steward.registry.logic.contacts import email_key, phone_digits
from steward.registry.logic.duplicates import Known, Twin, twins
from steward.registry.logic.identifiers import tin_digits
from steward.registry.logic.names import initials, name_key, prefix_range
from steward.registry.logic.search import Wanted, read_search
from steward.registry.models import Address, Contact, Department, Entity, Party, Place, Site
from steward.registry.types import AddressData, ContactData, OrganisationData, PersonData

M = TypeVar("M", bound=Model)
CANDIDATES = 200  # duplicates looked at in one check; a family of more shares a phone by mistake


def prefix_q(field: str, prefix: str) -> Q:
    """The condition that `field` begins with `prefix` (a key as `name_key` makes it), served by its index.

    SQLite compares by code points, so a range does it; PostgreSQL may collate otherwise, where only LIKE is right.
    """
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": prefix})
    low, high = prefix_range(prefix)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


def party_q(wanted: Wanted, path: str = "") -> Q:
    """The condition on parties that a search text means; `path` such as "party__" reaches them from a role.

    Numbers (`wanted.number`) are the caller's: only a role knows its number. A wanted that is empty matches nobody.
    """
    found = Q()
    if wanted.last:
        found &= _name_q(wanted, path)
    if wanted.birth_date:
        found &= Q(**{f"{path}birth_date": wanted.birth_date})
    if wanted.phone:
        found &= Q(**{f"{path}pk__in": _by_phone(wanted.phone)})
    if wanted.email:
        found &= Q(**{f"{path}pk__in": Contact.objects.filter(key=wanted.email, ended_on=None).values("party")})
    return found or Q(**{f"{path}pk__in": []})


def _name_q(wanted: Wanted, path: str) -> Q:
    last, first = f"{path}last_key", f"{path}first_key"
    if not wanted.first:
        whole = prefix_q(last, wanted.last)
        return whole | prefix_q(first, wanted.last) if wanted.swapped else whole
    straight = prefix_q(last, wanted.last) & prefix_q(first, wanted.first)
    if not wanted.swapped:
        return straight
    turned = prefix_q(first, wanted.last) & prefix_q(last, wanted.first.rsplit(" ", 1)[-1])
    whole = prefix_q(last, f"{wanted.last} {wanted.first}")  # organisations and two-word family names
    return straight | turned | whole


def _by_phone(digits: str) -> QuerySet[Contact, Any]:
    rows = Contact.objects.filter(kind="phone", ended_on=None)
    found = rows.filter(key=digits) if len(digits) == 10 else rows.filter(key__endswith=digits)
    return found.values("party")


def parties(subject: Subject) -> QuerySet[Party]:
    """The parties this person may see, in order of filing. A clinician sees none here: patients are the front desk's."""
    rows = scoped(subject, "party.read", Party.objects.all(), own=Q(user_id=subject.user_id))
    return rows.order_by("last_key", "first_key", "id")


def search_parties(subject: Subject, text: str, limit: int = 20) -> list[Party]:
    """Parties a search text means, standing ones only, in order of filing. Two queries: parties and their contacts."""
    wanted = read_search(text)
    if wanted.empty:
        return []
    return list(with_contacts(parties(subject).filter(party_q(wanted), ended_on=None), subject)[:limit])


#: Uses of a contact or an address at which staff are private people.
PRIVATE = ("home", "mobile", "other")


def with_contacts(rows: QuerySet[Party], shown_to: Subject | None = None) -> QuerySet[Party]:
    """The same rows with `current_contacts` and `current_addresses` read along (two more queries for all of them).

    ``shown_to``: colleagues' homes and mobiles are left out for whoever does not keep their records (`office.write`).
    """
    contacts = Contact.objects.filter(ended_on=None).order_by("-preferred", "kind", "id")
    addresses = Address.objects.filter(ended_on=None).order_by("id")
    if shown_to is not None and not holds(shown_to, "office.write"):
        hidden = Q(use__in=PRIVATE, party__in=_colleagues(shown_to))
        contacts, addresses = contacts.exclude(hidden), addresses.exclude(hidden)
    return rows.prefetch_related(
        Prefetch("contacts", contacts, to_attr="current_contacts"),
        Prefetch("addresses", addresses, to_attr="current_addresses"),
    )


def _colleagues(subject: Subject) -> QuerySet[Party]:
    """People who work here or sign in, but for the person asking."""
    works = Q(user__isnull=False) | Q(employee__isnull=False) | Q(provider__isnull=False)
    rows = Party.objects.filter(works, kind="person")
    return rows if subject.user_id is None else rows.exclude(user_id=subject.user_id)


def party_by_uid(subject: Subject, uid: UUID) -> Party | None:
    """One party with its contacts, or None when there is none this person may see."""
    return with_contacts(parties(subject), subject).filter(uid=uid).first()


def data_of(party: Party) -> PersonData | OrganisationData:
    """What was typed for a party, to fill a form again. Uses `current_contacts` when read along."""
    contacts = getattr(party, "current_contacts", None)
    if contacts is None:
        contacts = list(Contact.objects.filter(party=party, ended_on=None).order_by("id"))
    addresses = getattr(party, "current_addresses", None)
    if addresses is None:
        addresses = list(Address.objects.filter(party=party, ended_on=None).order_by("id"))
    ways = tuple(ContactData(c.kind, c.text, c.use, c.preferred) for c in contacts)
    homes = tuple(AddressData(a.street, a.city, a.state, a.zip, a.street2, a.use) for a in addresses)
    if party.kind == "organisation":
        return OrganisationData(party.name, party.tax_id, ways, homes, party.note, party.language)
    return PersonData(
        party.last_name,
        party.first_name,
        party.middle_name,
        party.suffix,
        party.birth_date,
        party.death_date,
        party.sex,
        party.language,
        party.tax_id,
        ways,
        homes,
        party.note,
    )


def _known(party: Party) -> Known:
    contacts = list(getattr(party, "current_contacts", ()))
    return Known(
        party.pk,
        party.name,
        party.birth_date,
        frozenset(c.key for c in contacts if c.kind == "phone"),
        frozenset(c.key for c in contacts if c.kind == "email"),
        party.tax_id_index,
    )


def known_of(rows: QuerySet[Party]) -> list[Known]:
    """Parties as they are compared for being one person. Two queries."""
    return [_known(row) for row in with_contacts(rows)]


@dataclass(frozen=True)
class PartyTwin:
    """A party that may be the one being entered, and why."""

    party: Party
    twin: Twin


def twins_of(data: PersonData | OrganisationData, *, ref: int | None = None) -> list[PartyTwin]:
    """Standing parties that may be the one being entered, the likeliest first. At most four queries.

    Looked for by tax number, by birth date, by any phone and by any e-mail, organisations by name also; whatever is
    found is then judged by `logic.duplicates`. Not scoped: a duplicate must be seen by whoever is about to make it.
    """
    phones = frozenset(filter(None, (phone_digits(c.text) for c in data.contacts if c.kind == "phone")))
    emails = frozenset(filter(None, (email_key(c.text) for c in data.contacts if c.kind == "email")))
    tax = blind(Party, "tax_id_index", data.tax_id) if tin_digits(data.tax_id) else ""
    person = isinstance(data, PersonData)
    born = data.birth_date if isinstance(data, PersonData) else None
    name = f"{data.first_name} {data.last_name}" if isinstance(data, PersonData) else data.name
    near = Q(pk__in=Contact.objects.filter(key__in=phones | emails, ended_on=None).values("party"))
    near |= Q(tax_id_index=tax) if tax else Q()
    near |= Q(birth_date=born) if born else Q()
    near |= Q(kind="organisation", last_key=name_key(name)) if not person else Q()
    rows = list(with_contacts(Party.objects.filter(near, ended_on=None).order_by("id"))[:CANDIDATES])
    by_id = {row.pk: row for row in rows}
    found = twins(Known(ref, name, born, phones, emails, tax), map(_known, rows))
    return [PartyTwin(by_id[twin.known.ref], twin) for twin in found if twin.known.ref is not None]


def practice() -> Entity | None:
    """The practice itself, or None before it is set up."""
    return Entity.objects.filter(is_practice=True).select_related("party").first()


def entities(on: date | None = None) -> QuerySet[Entity]:
    """Legal entities, the practice first; with `on` only those that stand that day."""
    return _standing(Entity.objects.order_by("-is_practice", "name", "id"), on)


def sites(on: date | None = None) -> QuerySet[Site]:
    """Sites by name; with `on` only those that stand that day."""
    return _standing(Site.objects.select_related("entity").order_by("name", "id"), on)


def departments(on: date | None = None) -> QuerySet[Department]:
    """Departments by name; with `on` only those that stand that day."""
    return _standing(Department.objects.select_related("site").order_by("name", "id"), on)


def places(site: Site | None = None, on: date | None = None) -> QuerySet[Place]:
    """Places by site and name; with `on` only those that stand that day."""
    rows = Place.objects.select_related("site", "parent").order_by("site__name", "name", "id")
    return _standing(rows.filter(site=site) if site else rows, on)


def rooms(site: Site | None = None, on: date | None = None) -> QuerySet[Place]:
    """Places that can be booked."""
    return places(site, on).filter(bookable=True)


def _standing(rows: QuerySet[M], on: date | None) -> QuerySet[M]:
    if on is None:
        return rows
    return rows.filter(Q(ended_on=None) | Q(ended_on__gt=on))


@dataclass(frozen=True)
class Branch:
    """A place in its tree: how deep it stands (0 directly in its site)."""

    place: Place
    depth: int


def place_tree(site: Site) -> list[Branch]:
    """The standing places of a site, each under the place it stands in, by name. One query."""
    rows = list(Place.objects.filter(site=site, ended_on=None).order_by("name", "id"))
    under: dict[int | None, list[Place]] = {}
    for row in rows:
        under.setdefault(row.parent_id, []).append(row)
    found: list[Branch] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in under.get(parent, ()):
            found.append(Branch(row, depth))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


def entity_by_ref(ref: str) -> Entity | None:
    """The entity a file names by code, tax number, NPI or name (any case); "" is the practice itself."""
    if not ref.strip():
        return practice()
    tin = tin_digits(ref)
    return _first_of(Entity.objects.all(), ref, Q(npi=ref) | (Q(tin=tin) if tin else Q(pk__in=[])))


def site_by_ref(ref: str) -> Site | None:
    """The site a file names by code or name (any case); "" is the first that stands."""
    if not ref.strip():
        return Site.objects.filter(ended_on=None).order_by("id").first()
    return _first_of(Site.objects.all(), ref)


def department_by_ref(ref: str) -> Department | None:
    """The department a file names by code or name (any case)."""
    return _first_of(Department.objects.all(), ref) if ref.strip() else None


def _first_of(rows: QuerySet[M], ref: str, also: Q | None = None) -> M | None:
    ref = ref.strip()
    named = Q(code__iexact=ref) | Q(name__iexact=ref)
    return rows.filter(named | also if also is not None else named).order_by("ended_on", "id").first()


def names_of(pks: Iterable[int]) -> dict[int, str]:
    """The names of parties by primary key, for registers of other rooms. One query."""
    return dict(Party.objects.filter(pk__in=set(pks)).values_list("pk", "name"))


def contacts_of(parties: Iterable[int]) -> tuple[dict[int, Address], dict[int, str]]:
    """Party -> its postal address (home before others), and party -> its phone number (preferred first). Two queries a
    thousand parties."""
    wanted = sorted(set(parties))
    addresses: dict[int, Address] = {}
    phones: dict[int, str] = {}
    for start in range(0, len(wanted), 1000):
        part = wanted[start : start + 1000]
        for row in Address.objects.filter(party__in=part, ended_on=None).order_by("id"):
            if row.party_id not in addresses or row.use == "home":
                addresses[row.party_id] = row
        lines = Contact.objects.filter(party__in=part, kind="phone", ended_on=None).order_by("-preferred", "id")
        for party, text in lines.values_list("party_id", "text"):
            phones.setdefault(party, text)
    return addresses, phones


def name_for(subject: Subject, party: Party, capability: str = "patient.read") -> str:
    """A person's name as the subject may see it by a capability: in full, or as initials when that is masked or not
    held. No query.
    """
    plain = holds(subject, capability) and not masks(subject, capability)
    return party.name if plain else initials(party.first_name, party.last_name)


def party_by_pk(pk: int) -> Party:
    """A party by primary key, for services of other rooms. Raises Party.DoesNotExist."""
    return Party.objects.get(pk=pk)


def site_by_pk(pk: int) -> Site | None:
    """A site by primary key."""
    return Site.objects.filter(pk=pk).first()


def place_by_pk(pk: int) -> Place | None:
    """A place by primary key."""
    return Place.objects.filter(pk=pk).first()


def place_counts() -> dict[int, tuple[int, int]]:
    """Site -> (standing places, of them bookable rooms). One query."""
    rows = Place.objects.filter(ended_on=None).values("site")
    counted = rows.annotate(all=Count("pk"), rooms=Count("pk", filter=Q(bookable=True)))
    return {row["site"]: (row["all"], row["rooms"]) for row in counted}
