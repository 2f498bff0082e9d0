"""Entities, sites, departments and places: made, corrected, ended."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from steward.core.refusals import Refusal
from steward.core.service import Call, note, refuse, service
from steward.registry.logic import validate
from steward.registry.logic.contacts import phone_digits
from steward.registry.logic.identifiers import tin_digits
from steward.registry.models import Department, Entity, Party, Place, Site
from steward.registry.services._common import changed, end_record, refusing, stand
from steward.registry.services.parties import party_values
from steward.registry.states import BOOKABLE, BillType, Certificate, PlaceKind
from steward.registry.types import DepartmentData, EntityData, OrganisationData, PlaceData, SiteData

_TAKEN = ("exists", "This code is already used.", "Choose another code.", "code")


def _entity_values(data: EntityData) -> dict[str, object]:
    return {
        "code": data.code,
        "name": data.name.strip(),
        "tin": tin_digits(data.tin),
        "npi": data.npi,
        "taxonomy": data.taxonomy,
    }


def _entity_faults(data: EntityData, unproved_npi: bool) -> list[Refusal]:
    return [
        *validate.code_faults(data.code),
        *validate.name_faults(data.name),
        *validate.tax_faults(data.tin, "tin"),
        *validate.npi_faults(data.npi, unproved=unproved_npi),
        *validate.taxonomy_faults(data.taxonomy),
    ]


@service("registry.create_entity", "registry.write", says="added a legal entity")
def create_entity(
    call: Call,
    *,
    data: EntityData,
    is_practice: bool = False,
    party: Party | None = None,
    unproved_npi: bool = False,
    uid: UUID | None = None,
) -> Entity:
    """Add a legal entity; its party (an organisation) is made unless given. `unproved_npi`: see `validate.npi_faults`.

    Refuses code, name, tin, npi, taxonomy, `exists` (code, tax number or NPI of another entity, or a second practice).
    """
    stand(_entity_faults(data, unproved_npi))
    if party is None:
        party = Party(created_at=call.now, **party_values(OrganisationData(data.name, tax_id=data.tin)))
        party.save()
    entity = Entity(party=party, is_practice=is_practice, **_entity_values(data))
    if uid is not None:
        entity.uid = uid
    fix = "Each code, tax number and NPI belongs to one entity; the practice itself is one."
    with refusing("exists", "This entity is already here.", fix, "code"):
        entity.save()
    return entity


@service("registry.update_entity", "office.write", says="corrected a legal entity")
def update_entity(call: Call, *, entity: Entity, data: EntityData) -> Entity:
    """Correct an entity. Refuses as `create_entity`."""
    stand(_entity_faults(data, unproved_npi=data.npi == entity.npi))  # what stands is not asked again
    fields = changed(entity, _entity_values(data))
    with refusing("exists", "Another entity has this code, tax number or NPI.", "Check which is right.", "code"):
        entity.save()
    note(entity, fields=fields)
    return entity


@service("registry.end_entity", "registry.write", says="ended a legal entity")
def end_entity(call: Call, *, entity: Entity, on: date) -> Entity:
    """End an entity. Refuses `practice` for the practice itself, `in_use` while a site stands under it, `ended`."""
    if entity.is_practice:
        raise refuse("practice", "The practice itself does not end here.", "End another entity.")
    if Site.objects.filter(entity=entity, ended_on=None).exists():
        raise refuse("in_use", "A site still belongs to this entity.", "End or move its sites first.")
    end_record(call, entity, on, "entity")
    return entity


def _site_values(data: SiteData) -> dict[str, object]:
    return {
        "code": data.code,
        "name": data.name.strip(),
        "entity_id": data.entity,
        "place_of_service": data.place_of_service,
        "phone": data.phone.strip(),
        "street": data.street.strip(),
        "city": data.city.strip(),
        "state": data.state.strip().upper(),
        "zip": data.zip.strip(),
        "npi": data.npi.strip(),
        "bill_type": data.bill_type,
        "revenue": data.revenue.strip(),
        "clia": data.clia.strip().upper(),
        "clia_kind": data.clia_kind,
    }


def _site_faults(data: SiteData) -> list[Refusal]:
    faults = (
        validate.code_faults(data.code) + validate.name_faults(data.name) + validate.pos_faults(data.place_of_service)
    )
    if data.street or data.city or data.state or data.zip:
        faults += validate.address_faults([data])
    if data.phone and not phone_digits(data.phone):
        faults.append(Refusal("phone", "This is not a phone number.", "Type ten digits.", "phone"))
    if not Entity.objects.filter(pk=data.entity, ended_on=None).exists():
        faults.append(Refusal("entity", "This entity does not stand.", "Choose one that does.", "entity"))
    faults += validate.npi_faults(data.npi.strip())
    faults += validate.institutional_faults(data.bill_type, data.revenue.strip(), BillType.values)
    return faults + validate.clia_faults(data.clia.strip().upper(), data.clia_kind, Certificate.values)


@service("registry.create_site", "registry.write", says="added a site")
def create_site(call: Call, *, data: SiteData, uid: UUID | None = None) -> Site:
    """Add a site. Refuses code, name, place_of_service, address, phone, entity, npi, `bill_type`, `inpatient`, `revenue`,
    `clia`, `clia_kind`, `exists`."""
    stand(_site_faults(data))
    site = Site(**_site_values(data))
    if uid is not None:
        site.uid = uid
    with refusing(*_TAKEN):
        site.save()
    return site


@service("registry.update_site", "registry.write", says="corrected a site")
def update_site(call: Call, *, site: Site, data: SiteData) -> Site:
    """Correct a site. Refuses as `create_site`."""
    stand(_site_faults(data))
    fields = changed(site, _site_values(data))
    with refusing(*_TAKEN):
        site.save()
    note(site, fields=fields)
    return site


@service("registry.end_site", "registry.write", says="ended a site")
def end_site(call: Call, *, site: Site, on: date) -> Site:
    """End a site. Refuses `in_use` while a place or department stands in it, `last` for the last one, `ended`."""
    if (
        Place.objects.filter(site=site, ended_on=None).exists()
        or Department.objects.filter(site=site, ended_on=None).exists()
    ):
        raise refuse("in_use", "Places or departments still stand in this site.", "End or move them first.")
    if not Site.objects.filter(ended_on=None).exclude(pk=site.pk).exists():
        raise refuse("last", "This is the only site.", "Add the new one first.")
    end_record(call, site, on, "site")
    return site


def _department_faults(data: DepartmentData) -> list[Refusal]:
    faults = validate.code_faults(data.code) + validate.name_faults(data.name)
    if data.site is not None and not Site.objects.filter(pk=data.site, ended_on=None).exists():
        faults.append(Refusal("site", "This site does not stand.", "Choose one that does.", "site"))
    return faults


@service("registry.create_department", "registry.write", says="added a department")
def create_department(call: Call, *, data: DepartmentData, uid: UUID | None = None) -> Department:
    """Add a department. Refuses code, name, site, `exists`."""
    stand(_department_faults(data))
    department = Department(code=data.code, name=data.name.strip(), site_id=data.site)
    if uid is not None:
        department.uid = uid
    with refusing(*_TAKEN):
        department.save()
    return department


@service("registry.update_department", "registry.write", says="corrected a department")
def update_department(call: Call, *, department: Department, data: DepartmentData) -> Department:
    """Correct a department. Refuses as `create_department`."""
    stand(_department_faults(data))
    fields = changed(department, {"code": data.code, "name": data.name.strip(), "site_id": data.site})
    with refusing(*_TAKEN):
        department.save()
    note(department, fields=fields)
    return department


@service("registry.end_department", "registry.write", says="ended a department")
def end_department(call: Call, *, department: Department, on: date) -> Department:
    """End a department. Refuses `ended`."""
    end_record(call, department, on, "department")
    return department


def _place_faults(data: PlaceData, place: Place | None = None) -> list[Refusal]:
    faults = validate.name_faults(data.name)
    if data.kind not in PlaceKind.values:
        faults.append(Refusal("kind", "This kind of place is not known.", "Choose one of the list.", "kind"))
    if not Site.objects.filter(pk=data.site, ended_on=None).exists():
        faults.append(Refusal("site", "This site does not stand.", "Choose one that does.", "site"))
    return faults + (_parent_faults(data, place) if data.parent is not None else [])


def _parent_faults(data: PlaceData, place: Place | None) -> list[Refusal]:
    """The parent stands, in the same site, and is not the place itself nor anything in it."""
    parents = dict(Place.objects.filter(site_id=data.site, ended_on=None).values_list("pk", "parent"))
    if data.parent not in parents:
        return [Refusal("parent", "The place around it is not in this site.", "Choose one of this site.", "parent")]
    step: int | None = data.parent
    while step is not None and place is not None:
        if step == place.pk:
            return [Refusal("parent", "A place cannot stand in itself.", "Choose a place outside it.", "parent")]
        step = parents.get(step)
    return []


def _place_values(data: PlaceData) -> dict[str, object]:
    bookable = data.kind in BOOKABLE if data.bookable is None else data.bookable
    return {
        "name": data.name.strip(),
        "site_id": data.site,
        "kind": data.kind,
        "parent_id": data.parent,
        "bookable": bookable,
    }


_PLACE_TAKEN = ("exists", "A place of this name already stands there.", "Choose another name.", "name")


@service("registry.create_place", "registry.write", says="added a place")
def create_place(call: Call, *, data: PlaceData, uid: UUID | None = None) -> Place:
    """Add a room, cabinet or bin. Refuses name, kind, site, parent, `exists`."""
    stand(_place_faults(data))
    place = Place(**_place_values(data))
    if uid is not None:
        place.uid = uid
    with refusing(*_PLACE_TAKEN):
        place.save()
    return place


@service("registry.update_place", "registry.write", says="corrected a place")
def update_place(call: Call, *, place: Place, data: PlaceData) -> Place:
    """Correct or move a place. Refuses as `create_place`; `site` when places stand in it and the site would change."""
    stand(_place_faults(data, place))
    if data.site != place.site_id and Place.objects.filter(parent=place, ended_on=None).exists():
        raise refuse("site", "Other places stand in it.", "Move those first.", field="site")
    fields = changed(place, _place_values(data))
    with refusing(*_PLACE_TAKEN):
        place.save()
    note(place, fields=fields)
    return place


@service("registry.end_place", "registry.write", says="ended a place")
def end_place(call: Call, *, place: Place, on: date) -> Place:
    """End a place. Refuses `in_use` while another stands in it, `ended`."""
    if Place.objects.filter(parent=place, ended_on=None).exists():
        raise refuse("in_use", "Other places stand in it.", "End those first.")
    end_record(call, place, on, "place")
    return place
