"""Denials worked: given to somebody, written about, put in another category, and their cause named and mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steward.billing.models import DenialCause, WorkItem, WorkNote
from steward.billing.selectors.denials import in_scope, workers
from steward.billing.selectors.rules import categories
from steward.billing.states import DENIED_KINDS, CauseKind
from steward.core.access.models import User
from steward.core.service import Call, note, refuse, service
from steward.insurance.models import Payer

MOST_AT_ONCE = 500


@service("billing.assign_denials", "remittance.post", says="gave denials to somebody")
def assign_denials(call: Call, *, items: Sequence[WorkItem], owner: User | None) -> int:
    """Give open denials to ``owner`` (None: to nobody); how many changed hands. Refuses ``owner``, ``nothing``, ``too_many``."""
    if not items:
        raise refuse("nothing", _("No denial was chosen."), _("Tick the denials first."))
    if len(items) > MOST_AT_ONCE:
        raise refuse("too_many", _("At most %d denials at once.") % MOST_AT_ONCE, _("Choose fewer."))
    if owner is not None and owner not in workers(call.today):
        raise refuse("owner", _("This person may not work denials."), _("Choose one of the list."), field="owner")
    rows = WorkItem.objects.filter(pk__in=[item.pk for item in items], closed_at=None, kind__in=DENIED_KINDS)
    changed = rows.exclude(owner=owner).update(owner=owner) if owner else rows.exclude(owner=None).update(owner=None)
    note(refs=[item.uid for item in items])
    return changed


@service("billing.note_work", "remittance.post", says="wrote a note on a work item")
def note_work(call: Call, *, item: WorkItem, text: str) -> WorkNote:
    """Write down what was found out. Refuses ``text`` (empty)."""
    if not text.strip():
        raise refuse("text", _("The note is empty."), _("Write what you found out."), field="text")
    row = WorkNote(item=item, text=text.strip()[:500], at=call.now, by_id=call.user_id)
    row.save(force_insert=True)
    note(item, fields=["notes"])
    return row


@service("billing.recategorise", "remittance.post", says="put a denial in another category")
def recategorise(call: Call, *, item: WorkItem, category: str) -> WorkItem:
    """Say what a denial is really about. Refuses ``category``."""
    if category not in {one.id for one in categories().known}:
        raise refuse("category", _("This is no category."), _("Choose one of the list."), field="category")
    item.category = category
    item.save(update_fields=["category"])
    note(item, fields=["category"])
    return item


@dataclass(frozen=True)
class CauseData:
    """What is known of a cause: where it shows (empty: everywhere), who mends it and how."""

    title: str
    kind: str
    rule: str = ""
    duty: str = ""
    category: str = ""
    carc: str = ""
    code: str = ""
    payer: Payer | None = None
    owner: User | None = None


@service("billing.name_cause", "remittance.post", says="named the cause of denials")
def name_cause(call: Call, *, data: CauseData) -> DenialCause:
    """Name why a kind of denial keeps coming; open and past denials in its scope that have no cause are tied to it.

    Refuses ``title``, ``kind``, ``scope`` (nothing says which denials), ``rule`` and ``duty`` (what mends it is missing).
    """
    if not data.title.strip():
        raise refuse("title", _("The cause needs a name."), _("Say in a few words what goes wrong."), field="title")
    if data.kind not in CauseKind.values:
        raise refuse("kind", _("This is no way to mend it."), _("Choose one of the list."), field="kind")
    if not (data.category or data.carc or data.code):
        raise refuse("scope", _("Nothing says which denials are meant."), _("Give a category, a reason code or a service."),
                     field="category")  # fmt: skip
    wanted = {CauseKind.SCRUB: "rule", CauseKind.DESK: "duty"}.get(CauseKind(data.kind), "")
    if wanted and not getattr(data, wanted).strip():
        raise refuse(wanted, _("What mends it is missing."), _("Name the rule, or the duty."), field=wanted)
    row = DenialCause(
        title=data.title.strip()[:120], kind=data.kind, rule=data.rule.strip()[:80], duty=data.duty.strip()[:200],
        category=data.category[:20], carc=data.carc.strip().upper()[:5], code=data.code.strip().upper()[:12],
        payer=data.payer, owner=data.owner, found_on=call.today, made_by_id=call.user_id,
    )  # fmt: skip
    row.save(force_insert=True)
    tied = WorkItem.objects.filter(in_scope(row), cause=None).values("pk")
    WorkItem.objects.filter(pk__in=tied).update(cause=row)
    note(row)
    return row


@service("billing.mend_cause", "remittance.post", says="mended the cause of denials")
def mend_cause(call: Call, *, cause: DenialCause, on: date) -> DenialCause:
    """Say since when the cause is mended; the rate is compared around that month. Refuses ``on`` outside of its time."""
    row = DenialCause.objects.select_for_update(of=("self",)).get(pk=cause.pk)
    if not row.found_on <= on <= call.today:
        raise refuse("on", _("It is mended between the day it was found and today."), _("Correct the day."), field="on")
    row.fixed_on = on
    row.save(update_fields=["fixed_on"])
    note(row, fields=["fixed_on"])
    return row
