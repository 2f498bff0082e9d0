"""The verbs of what providers are paid by: a contract made and ended, a way to share overhead put."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steward.billing.logic.compensation import BASES
from steward.billing.models import OverheadRule, ProviderContract
from steward.core.service import Call, note, refuse, service
from steward.people.models import Provider


@service("billing.make_contract", "compensation.write", says="made a provider's contract")
def make_contract(
    call: Call, *, provider: Provider, starts_on: date, month_cents: int = 0, share_ppm: int = 0, threshold_cents: int = 0,
    point_cents: int = 0, note_text: str = "",
) -> ProviderContract:  # fmt: skip
    """Terms from the first of a month. Refuses ``first``, ``pays`` (it gives nothing), ``share``, and ``overlap`` with one that holds."""
    if starts_on.day != 1:
        raise refuse("first", _("A contract begins on the first of a month."), _("Give the first of the month."), field="starts_on")
    if not (month_cents or share_ppm or point_cents):
        raise refuse("pays", _("The contract gives nothing."), _("Give a guarantee, a share or a rate."), field="month_cents")
    if not 0 <= share_ppm <= 1_000_000 or min(month_cents, threshold_cents, point_cents) < 0:
        raise refuse("share", _("A share is 0 to 100 percent, an amount not negative."), _("Correct it."), field="share")
    row = ProviderContract(
        provider=provider, starts_on=starts_on, month_cents=month_cents, share_ppm=share_ppm, threshold_cents=threshold_cents,
        point_cents=point_cents, note=note_text.strip()[:300], made_at=call.now, made_by_id=call.user_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        message = _("Another contract of this provider holds then.")
        raise refuse("overlap", message, _("End it on the last of the month before."), field="starts_on") from error
    note(row, fields=["starts_on", "month_cents", "share_ppm", "threshold_cents", "point_cents"])
    return row


@service("billing.end_contract", "compensation.write", says="ended a provider's contract")
def end_contract(call: Call, *, uid: UUID, ends_on: date) -> ProviderContract:
    """Its last day, the last of a month. Refuses ``no_contract``, ``ended`` and ``last``."""
    row = ProviderContract.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if row is None:
        raise refuse("no_contract", _("There is no such contract."), _("Open it from the list."))
    if row.ends_on is not None:
        raise refuse("ended", _("It ends on %s.") % row.ends_on.isoformat(), _("Make another one after it."))
    if ends_on < row.starts_on or ends_on.day != monthrange(ends_on.year, ends_on.month)[1]:
        raise refuse("last", _("A contract ends on the last of a month, not before it begins."), _("Correct the day."), field="ends_on")
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    note(row, fields=["ends_on"])
    return row


@service("billing.put_overhead", "compensation.write", says="changed how overhead is shared")
def put_overhead(call: Call, *, starts_on: date, basis: str, weights: Mapping[str, int] | None = None) -> OverheadRule:
    """How overhead is shared from a month on. Refuses ``first``, ``basis``, ``weights`` (fixed shares that give nobody anything), and
    ``known`` when a rule of this month stands: it is followed by another, never changed."""
    if starts_on.day != 1:
        raise refuse("first", _("A way to share begins on the first of a month."), _("Give the first of the month."), field="starts_on")
    if basis not in BASES:
        raise refuse("basis", _("This way to share is not known."), _("Choose one of the list."), field="basis")
    found = {key: int(weight) for key, weight in (weights or {}).items() if weight}
    if basis == "fixed" and (not found or min(found.values()) < 0):
        raise refuse("weights", _("Fixed shares give somebody something."), _("Give each provider a weight of 0 or more."), field="weights")
    if OverheadRule.objects.filter(starts_on=starts_on).exists():
        raise refuse("known", _("A rule from this month on stands."), _("Put another from a later month."), field="starts_on")
    row = OverheadRule.objects.create(
        starts_on=starts_on, basis=basis, weights=found if basis == "fixed" else {}, made_at=call.now, made_by_id=call.user_id
    )
    note(row, fields=["starts_on", "basis", "weights"])
    return row
