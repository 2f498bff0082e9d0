"""The rows behind the checks of patients' money in the books (15, 20, 28 to 30, 41, 47). Bulk: a fixed number of queries, and one for
each five hundred charges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from steward.banking.models import Receipt
from steward.billing import checks_control as checks
from steward.billing.checks_control import BookLine
from steward.billing.models import Charge, OtherCharge, ReturnedPayment, WriteOffLine
from steward.billing.selectors.facts import chunks
from steward.billing.selectors.underpaid import agreed
from steward.core.approvals.models import ApprovalRequest
from steward.core.approvals.selectors import policy
from steward.core.approvals.states import Outcome
from steward.core.findings import Finding
from steward.frontdesk.models import Patient, Visit
from steward.ledger.models import Account, Line
from steward.ledger.selectors import account_balance, item_balances, open_items

LOOK_BACK = timedelta(days=400)
RECENT = timedelta(days=92)
CONTROLS = ("ar_patient", "ar_insurance")
GIVEN_UP = ("bad_debt", "charity", "admin_writeoff")
HELD = ("patient_prepaid", "credit_balance", "refunds_payable")
#: What bears the items of the receivables: a charge, a fee that is no claim, a payment that came back.
BEARERS: dict[str, Any] = {"charge": Charge, "fee": OtherCharge, "returned": ReturnedPayment}
DIMS = ("entity_id", "site_id", "provider_id", "payer_id", "party_id", "party_role")
OTHER_RECEIVABLES = "1190"


def findings(today: date) -> Iterator[Finding]:
    """Everything these checks find."""
    yield from checks.control_vs_subledger(strays(today))
    applied = list(payments_applied(today))
    yield from checks.cutoff_revenue(one for one, _day in applied)
    yield from checks.lapping(crossed(applied))
    yield from without_contract(list(checks.contractual_outlier(reduced(today))))
    yield from checks.writeoff_no_approval(given_up(today), unsigned_limit())
    over = list(overpaid(today))
    yield from checks.refund_without_original(over, OTHER_RECEIVABLES if over else "")
    yield from checks.deleted_appointment_with_cash(taken_for_visits(today))


def book_line(row: dict[str, Any]) -> BookLine:
    """A line read with ``DIMS``, account and item as the checks see it."""
    names = [(name.removesuffix("_id"), row[name]) for name in DIMS]
    dims = tuple((name, str(value)) for name, value in names if value not in (None, ""))
    return BookLine(row["account__role"] or row["account__code"], row["cents"], row["item"], dims)


COLUMNS = ("account__role", "account__code", "cents", "item", *DIMS)


# ---- 15 ----
def strays(today: date) -> Iterator[checks.Stray]:
    """Open items of the receivables that nothing in billing bears, with the account's two totals."""
    for account in Account.objects.filter(role__in=CONTROLS).order_by("code"):
        role = account.role or ""
        items = open_items([role], day=today)
        known = _borne(one.item for one in items)
        book = account_balance(today, role=role)
        strange = [one for one in items if one.item not in known]
        named = sum(one.cents for one in items)
        detail = named - sum(one.cents for one in strange)
        for one in strange:
            last = Line.objects.filter(account=account, item=one.item, date__lte=today).order_by("-id").values(*COLUMNS)[0]
            yield checks.Stray(book_line(last), account.name, one.cents, one.first, book, detail)
        if book != named:
            first = Line.objects.filter(account=account, item="", date__lte=today).order_by("date", "id").values(*COLUMNS, "date")[0]
            yield checks.Stray(book_line(first), account.name, book - named, first["date"], book, detail)


def _borne(items: Iterable[str]) -> set[str]:
    """Those of the items that a row of billing bears. One query for each five hundred."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for item in items:
        kind, _colon, uid = item.partition(":")
        if kind in BEARERS and _uid(uid):
            by_kind[kind].append(uid)
    return {
        f"{kind}:{uid}"
        for kind, uids in by_kind.items()
        for part in chunks(uids)
        for uid in BEARERS[kind].objects.filter(uid__in=part).values_list("uid", flat=True)
    }


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# ---- 20 and 41 ----
def payments_applied(today: date) -> Iterator[tuple[checks.Applied, date]]:
    """Receipts put to charges in the last 92 days that nobody took off again, with the day the receipt's money came."""
    since = today - RECENT
    lines: Any = Line.objects.filter(date__gte=since, date__lte=today, entry__reverses=None, entry__reversed_by=None)
    held_rows: Any = lines.filter(account__role="patient_prepaid", cents__gt=0).exclude(entry__journal="manual")
    held: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in held_rows.values("entry_id", *COLUMNS):
        held[row["entry_id"]].append(row)
    owed = lines.filter(account__role="ar_patient", cents__lt=0, entry__in=held_rows.values("entry")).order_by("id")
    rows = [row for row in owed.values("entry_id", "entry__number", "date", *COLUMNS) if row["item"].startswith("charge:")]
    charges = _charges(row["item"] for row in rows)
    taken_back = _by_hand(since)
    came = _came(one["item"] for group in held.values() for one in group)
    for row in rows:
        of = held[row["entry_id"]]
        charge = charges.get(row["item"])
        if len(of) == 1 and charge is not None and ("ar_patient", row["item"], -row["cents"]) not in taken_back:
            applied = checks.Applied(row["entry__number"], row["date"], book_line(row), book_line(of[0]), charge[0], charge[1])
            yield applied, came.get(of[0]["item"], row["date"])


def _charges(items: Iterable[str]) -> dict[str, tuple[date, str]]:
    """Item of a charge -> its day of service and its claim's number."""
    found = {}
    for part in chunks(item.partition(":")[2] for item in items):
        for uid, day, ref in Charge.objects.filter(uid__in=part).values_list("uid", "service_date", "claim__ref"):
            found[f"charge:{uid}"] = (day, ref)
    return found


def _came(items: Iterable[str]) -> dict[str, date]:
    """Item of a receipt -> the day it was taken."""
    uids = [uid for item in items if (uid := _uid(item.partition(":")[2]))]
    return {
        f"receipt:{uid}": day
        for part in chunks(uids)
        for uid, day in Receipt.objects.filter(uid__in=part).values_list("uid", "day")
    }


def _by_hand(since: date) -> set[tuple[str, str, int]]:
    """(role, item, cents) of what was entered by hand since: how a finding of these is cured. One query."""
    rows: Any = Line.objects.filter(date__gte=since, entry__journal="manual").exclude(item="")
    return {(role or "", item, cents) for role, item, cents in rows.values_list("account__role", "item", "cents")}


def crossed(applied: Iterable[tuple[checks.Applied, date]]) -> list[checks.Crossed]:
    """Those whose money came from another household: another patient, another guarantor. One query for each five hundred people."""
    pairs = [
        (one, came, owner, payer)
        for one, came in applied
        if (owner := _party(one.owed)) and (payer := _party(one.held)) and owner != payer
    ]
    homes = {
        party: guarantor
        for part in chunks(party for *_rest, owner, payer in pairs for party in (owner, payer))
        for party, guarantor in Patient.objects.filter(party__in=part).values_list("party_id", "guarantor_id")
    }
    return [
        checks.Crossed(one, came)
        for one, came, owner, payer in pairs
        if homes.get(owner, owner) != homes.get(payer, payer)
    ]


def _party(line: BookLine) -> int:
    return int(dict(line.dims).get("party", 0))


# ---- 28 ----
def reduced(today: date) -> list[checks.Reduced]:
    """What payers took off charges of the last 400 days, by charge. A charge two payers reduced is left out."""
    rows: Any = Line.objects.filter(account__role="contractual", date__gte=today - LOOK_BACK, date__lte=today, item__startswith="charge:")
    sums: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[str, date] = {}
    for item, payer, cents, day in rows.values_list("item", "payer_id", "cents", "date"):
        sums[item][payer or 0] += cents
        last[item] = max(day, last.get(item, day))
    single = {item: next(iter(by.items())) for item, by in sums.items() if len(by) == 1}
    found = []
    for part in chunks(item.partition(":")[2] for item in single):
        told: Any = Charge.objects.filter(uid__in=part, voided_on=None)
        for uid, code, cents, ref, name in told.values_list("uid", "code", "charge_cents", "claim__ref", "claim__payer__party__name"):
            item = f"charge:{uid}"
            off = single[item][1]
            if off > 0:
                recent = last[item] >= today - RECENT
                found.append(checks.Reduced(name or "-", code, ref, item, cents, off, recent))
    return found


def without_contract(found: list[Finding]) -> list[Finding]:
    """Those of a service for which no contract says what is allowed: of the others the list of underpaid services tells."""
    items = {one.id: next(e.ref.partition(":")[2] for e in one.evidence if e.kind == "item") for one in found}
    charges = [
        row
        for part in chunks(items.values())
        for row in Charge.objects.filter(uid__in=part).select_related("claim__payer", "claim__patient__party", "claim__provider")
    ]
    told = agreed(charges)
    priced = {str(row.uid) for row in charges if row.pk in told and told[row.pk].cents is not None}
    return [one for one in found if items[one.id] not in priced]


# ---- 29 ----
def unsigned_limit() -> int:
    """Below this nobody signs a write-off: the largest amount for which a rule asks no step; 0 without such a rule."""
    return max((rule.to_cents or 0 for rule in policy().rules if rule.kind == "write_off" and not rule.steps), default=0)


def given_up(today: date) -> list[checks.GivenUp]:
    """Entries of the last 400 days that write off what somebody owes, and whether a signature stands behind each."""
    since = today - LOOK_BACK
    wrote: Any = Line.objects.filter(account__role__in=GIVEN_UP, cents__gt=0, date__gte=since, date__lte=today)
    wrote = wrote.filter(entry__reverses=None, entry__reversed_by=None)
    heads = {
        pk: (number, day, kind, ref, uid)
        for pk, number, day, kind, ref, uid in wrote.values_list(
            "entry_id", "entry__number", "date", "entry__source_type", "entry__source_ref", "entry__uid"
        )
    }
    lines: dict[int, list[BookLine]] = defaultdict(list)
    for part in chunks(heads):
        for row in Line.objects.filter(entry__in=part).order_by("entry_id", "n").values("entry_id", *COLUMNS):
            lines[row["entry_id"]].append(book_line(row))
    back = _by_hand(since)
    about = _asked({(kind, ref, str(uid)) for _n, _d, kind, ref, uid in heads.values()})
    found = []
    for pk, (number, day, kind, ref, uid) in heads.items():
        cents = sum(line.cents for line in lines[pk] if line.account in GIVEN_UP)
        if all((line.account, line.item, -line.cents) in back for line in lines[pk]):
            continue
        signed, whole = about.get((kind, ref, str(uid)), (False, 0))
        found.append(checks.GivenUp(number, day, tuple(lines[pk]), max(cents, whole), signed))
    return found


def _asked(sources: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], tuple[bool, int]]:
    """Source of an entry -> (whether it was approved, the sum of the run that was judged as one). Two queries for each five hundred."""
    runs = {
        str(uid): (str(run), cents)
        for part in chunks(ref for kind, ref, _uid in sources if kind == "billing.run")
        for uid, run, cents in WriteOffLine.objects.filter(uid__in=part).values_list("uid", "run__uid", "run__cents")
    }
    subjects: dict[tuple[str, str, str], str] = {}
    for source in sources:
        kind, ref, uid = source
        subjects[source] = runs[ref][0] if kind == "billing.run" and ref in runs else ref if kind == "billing.decision" else uid
    yes = {
        str(uid)
        for part in chunks(one for one in subjects.values() if _uid(one))
        for uid in ApprovalRequest.objects.filter(object_uid__in=part, outcome=Outcome.APPROVED).values_list("object_uid", flat=True)
    }
    return {one: (subjects[one] in yes, runs.get(one[1], ("", 0))[1]) for one in sources}


# ---- 30 ----
def overpaid(today: date) -> Iterator[tuple[BookLine, int, date]]:
    """Payments and credits of which more was given back than stood there. Two queries, and one for each that is found."""
    refunded: Any = Line.objects.filter(account__role="refunds_payable", date__lte=today).exclude(item="")
    items = set(refunded.values_list("item", flat=True))
    for one in open_items(list(HELD), day=today):
        if one.cents > 0 and one.item in items:
            rows: Any = Line.objects.filter(account__role=one.role, item=one.item, cents__gt=0, date__lte=today)
            last = rows.order_by("-id").values(*COLUMNS, "date")[0]
            yield book_line(last), one.cents, last["date"]


# ---- 47 ----
def taken_for_visits(today: date) -> list[checks.Taken]:
    """Receipts of the last 92 days taken for a visit that is no more, with what of them is still held."""
    rows = Receipt.objects.filter(day__gte=today - RECENT, day__lte=today, voided_at=None, for_ref__startswith="visit:").order_by("id")
    told = [(one, _uid(one.for_ref.partition(":")[2])) for one in rows]
    stands: dict[UUID, str] = {}
    for part in chunks(uid for _one, uid in told if uid):
        for uid, voided, state in Visit.objects.filter(uid__in=part).values_list("uid", "voided_at", "appointment__state"):
            stands[uid] = "voided" if voided else state if state in ("cancelled", "no_show") else ""
    gone = [(one, stands.get(uid, "missing") if uid else "missing") for one, uid in told]
    gone = [(one, how) for one, how in gone if how]
    held = item_balances(one.item for one, _how in gone)
    return [
        checks.Taken(str(one.uid), one.number, one.day, one.cents, -held.get(one.item, {}).get("patient_prepaid", 0), how)
        for one, how in gone
    ]
