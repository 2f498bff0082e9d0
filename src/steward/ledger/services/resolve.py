"""Names to ids, keys to what was posted under them: what every post needs to know first, in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from steward.core.refusals import Refusal, Refused, refuse
from steward.core.service import Call
from steward.core.sql import marks, query
from steward.ledger.logic.chain import body
from steward.ledger.models import Document, Entry, Line, Period
from steward.ledger.posting import Chart, resolve_lines
from steward.ledger.types import EntryDraft, LineDraft, Posted

#: A softly closed month takes only what an accountant adds to it.
SOFT_JOURNALS: Final = frozenset({"manual", "adjusting", "closing"})
CHUNK: Final = 500
FEW: Final = 12  # names up to which they are asked for one by one


def read_chart(call: Call, drafts: Sequence[EntryDraft], known: Sequence[EntryDraft] = ()) -> Chart:
    """Everything the drafts name, with every name that does not resolve refused at once. Opens no closed door for nothing:
    a period is asked for only where something is posted; ``known`` were posted before and only resolve their accounts.
    """
    names = {(line.role, line.account) for draft in drafts for line in draft.lines}
    old_names = {(line.role, line.account) for draft in known for line in draft.lines}
    by_role, by_code, code_of, closed = _accounts(names | old_names)
    problems = [*_unknown_accounts(names, by_role, by_code, closed, code_of)]
    periods, refusals = _periods(call, drafts) if drafts else ({}, [])
    problems += refusals
    if problems:
        raise Refused(*problems)
    documents = _documents({d.document for d in drafts if d.document})
    reversed_ids = [d.reverses for d in drafts if d.reverses]
    numbers: dict[int, int] = {}
    if reversed_ids:
        rows = Entry.objects.filter(id__in=reversed_ids, number__isnull=False).values_list("id", "number")
        numbers = {pk: number or 0 for pk, number in rows}
    return Chart(by_role, by_code, code_of, periods, documents, numbers, practice_entity())


def practice_entity() -> int:
    """The entity that stands where none is named: the practice itself."""
    found = query("SELECT id FROM registry_entity WHERE is_practice")  # one indexed row; asked at every post
    if not found:
        raise refuse("no_entity", _("The practice has no legal entity yet."), _("Set up the practice first."))
    return int(found[0][0])


Names = set[tuple[str | None, str | None]]


def _accounts(names: Names) -> tuple[dict[str, int], dict[str, int], dict[int, str], set[int]]:
    """By role, by code, codes, and those closed: of the accounts named (by role or code), or of all when many are."""
    sql, values = "SELECT id, code, role, active FROM ledger_account", []
    if 0 < len(names) <= FEW:
        values = [name for pair in names for name in pair if name is not None]
        sql, values = f"{sql} WHERE role IN ({marks(values)}) OR code IN ({marks(values)})", values * 2
    rows = query(sql, *values)
    by_role = {role: pk for pk, _code, role, _active in rows if role}
    by_code = {code: pk for pk, code, _role, _active in rows}
    return by_role, by_code, {pk: code for pk, code, _r, _a in rows}, {pk for pk, _c, _r, active in rows if not active}


def _unknown_accounts(
    names: Iterable[tuple[str | None, str | None]], by_role: dict[str, int], by_code: dict[str, int], closed: set[int],
    code_of: dict[int, str],
) -> Iterable[Refusal]:  # fmt: skip
    for role, code in names:
        pk = by_role.get(role) if role is not None else by_code.get(code or "")
        name = role if role is not None else code
        if pk is None:
            yield Refusal(
                "unknown_account", _("There is no account %s.") % name, _("Choose one of the chart, or add it.")
            )
        elif pk in closed:
            message = _("Account %s is closed.") % code_of[pk]
            yield Refusal("account_closed", message, _("Choose another account, or reopen it."))


def _periods(call: Call, drafts: Sequence[EntryDraft]) -> tuple[dict[tuple[int, int], int], list[Refusal]]:
    wanted: dict[tuple[int, int], set[str]] = {}
    for draft in drafts:
        # a reversal is one person's act: it takes no part in what an accountant adds to a closed month
        wanted.setdefault((draft.date.year, draft.date.month), set()).add("" if draft.reverses else draft.journal)
    years = [year for year, _month in wanted]
    rows = query(
        "SELECT year, month, id, state FROM ledger_period WHERE year BETWEEN %s AND %s", min(years), max(years)
    )
    found = {(year, month): (pk, state) for year, month, pk, state in rows}
    periods, problems = {}, []
    for (year, month), journals in wanted.items():
        pk, state = found.get((year, month)) or (open_by_itself(call, year, month), "open")
        name = f"{year:04d}-{month:02d}"
        if pk is None:
            problems.append(
                Refusal("no_period", _("The books have no period %s.") % name, _("Open it, or check the date."), "date")
            )
        elif state == "locked":
            fix = _("Date the entry in an open month, or have the period reopened.")
            problems.append(Refusal("period_locked", _("Period %s is locked.") % name, fix, "date"))
        elif state == "soft" and not journals <= SOFT_JOURNALS:
            fix = _("Date the entry in an open month; only manual and adjusting entries still go here.")
            problems.append(Refusal("period_soft", _("Period %s is closed to ordinary posting.") % name, fix, "date"))
        else:
            periods[year, month] = pk
    return periods, problems


def open_by_itself(call: Call, year: int, month: int) -> int | None:
    """The month's period, made now if the calendar has reached it and the month before is on the books; else None.

    So that nobody stands before closed books on the first of a month.
    """
    if (year, month) > (call.today.year, call.today.month):
        return None
    before = date(year - (month == 1), (month - 2) % 12 + 1, 1)
    if not Period.objects.filter(year=before.year, month=before.month).exists():
        return None
    period, _made = Period.objects.get_or_create(year=year, month=month)
    return int(period.pk)


def _documents(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    found = dict(Document.objects.filter(id__in=ids).values_list("id", "sha256"))
    if missing := ids - set(found):
        raise refuse("no_source", _("Source document %s is not stored.") % min(missing), _("Store the document first."))
    return found


def posted_before(drafts: Sequence[EntryDraft]) -> dict[UUID, Posted]:
    """What was posted under the keys of these drafts."""
    found: dict[UUID, Posted] = {}
    keys = [draft.key for draft in drafts]
    for start in range(0, len(keys), CHUNK):
        part = [key.hex for key in keys[start : start + CHUNK]]
        sql = f"SELECT uid, id, number, hash, state FROM ledger_entry WHERE uid IN ({marks(part)})"  # noqa: S608
        rows = query(sql, *part)
        for text, pk, number, digest, state in rows:
            uid = text if isinstance(text, UUID) else UUID(text)
            if state != "posted":
                raise refuse(
                    "key_reused", _("This key belongs to a draft."), _("Submit the draft, or use a fresh key.")
                )
            found[uid] = Posted(pk, number, uid, digest, duplicate=True)
    return found


def refuse_other_bodies(drafts: Sequence[EntryDraft], before: dict[UUID, Posted], chart: Chart) -> None:
    """Refuse when a key was used for another entry: same day, memo and lines make the same entry."""
    ids = [before[d.key].id for d in drafts if d.key in before]
    lines: dict[int, list[tuple[Any, ...]]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = Line.objects.filter(entry_id__in=ids[start : start + CHUNK]).order_by("entry_id", "n").values_list(
            "entry_id", "n", "account__code", "cents", "entity_id", "site_id", "department_id", "provider_id", "payer_id",
            "party_id", "party_role", "item", "memo",
        )  # fmt: skip
        for pk, *line in rows:
            lines.setdefault(pk, []).append(tuple(line))
    heads = {pk: (day, memo) for pk, day, memo in Entry.objects.filter(id__in=ids).values_list("id", "date", "memo")}
    for draft in drafts:
        first = before.get(draft.key)
        if first is None:
            continue
        if _body(draft, chart) != body(*heads[first.id], lines[first.id]):
            message = _("Key %(key)s was posted before as entry %(number)s with another content.")
            raise refuse(
                "key_reused", message % {"key": draft.key, "number": first.number},
                _("Use a fresh key for a new entry; reverse the old one if it was wrong."),
            )  # fmt: skip


def _body(draft: EntryDraft, chart: Chart) -> str | None:
    """None when it names an account that does not exist: then it is no repetition of anything posted."""
    try:
        return body(draft.date, draft.memo, [line for _account, line in resolve_lines(draft, chart)])
    except KeyError:
        return None


def mirrored(lines: Iterable[Line]) -> tuple[LineDraft, ...]:
    """The lines of a reversal: every amount on the other side, every dimension kept."""
    return tuple(
        LineDraft(
            account=line.account.code, cents=-line.cents, entity=line.entity_id, site=line.site_id,
            department=line.department_id, provider=line.provider_id, payer=line.payer_id, party=line.party_id,
            party_role=line.party_role, item=line.item, memo=line.memo,
        )
        for line in lines
    )  # fmt: skip


def account_codes() -> list[str]:
    """Every code of the chart."""
    return list(_accounts(set())[1])


def dimensions(wanted: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], int]:
    """(dimension or party role, its code, uid or primary key) -> primary key, for those that exist. One query a dimension."""
    by_name: dict[str, set[Any]] = {}
    for name, ref in wanted:
        by_name.setdefault(name, set()).add(ref)
    found: dict[tuple[str, Any], int] = {}
    for name, refs in by_name.items():
        model: Any = Line._meta.get_field(name if name in _OWN_FIELD else "party").related_model
        texts = {str(ref): ref for ref in refs}
        uids = {UUID(text): ref for text, ref in texts.items() if _is_uid(text)}
        numbers = {int(text): ref for text, ref in texts.items() if text.isdecimal() and len(text) < 18}
        where = Q(pk__in=numbers) | Q(uid__in=uids)
        coded = name in ("entity", "site", "department")
        if coded:
            where |= Q(code__in=texts)
        for row in model._default_manager.filter(where):
            if row.pk in numbers:
                found[name, numbers[row.pk]] = row.pk
            if row.uid in uids:
                found[name, uids[row.uid]] = row.pk
        for row in model._default_manager.filter(code__in=texts) if coded else ():
            found[name, texts[row.code]] = row.pk  # a code beats a number that looks like it
    return found


_OWN_FIELD: Final = frozenset({"entity", "site", "department", "provider", "payer"})


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
