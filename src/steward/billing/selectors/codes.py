"""Questions about code sets: which were imported, and which codes begin so or are described in such words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length

from steward.billing.models import Code, CodeImport, HeldChange
from steward.billing.states import HeldKind, ListKind
from steward.core.access.decide import Subject
from steward.core.access.policy import scoped
from steward.core.approvals.models import ApprovalRequest
from steward.registry.logic.names import name_key, prefix_range

MOST_FOUND = 20
MOST_WORDS = 6
#: What a person asks for -> the lists that answer. A kind by its own name answers for itself.
ASKED: dict[str, tuple[str, ...]] = {
    "diagnosis": (ListKind.ICD10,), "service": (ListKind.HCPCS, ListKind.CPT), "modifier": (ListKind.MODIFIER,),
    "reason": (ListKind.CARC, ListKind.RARC), "taxonomy": (ListKind.TAXONOMY,),
    ListKind.ICD10: (ListKind.ICD10,), ListKind.HCPCS: (ListKind.HCPCS,), ListKind.CPT: (ListKind.CPT,),
}  # fmt: skip
_CODE = re.compile(r"[0-9A-Z]{1,10}")


@dataclass(frozen=True, slots=True)
class Found:
    """A code that was searched for. ``shown`` is how a person writes it (a diagnosis with its dot); a code that is no ``leaf``
    is a heading: it needs more characters and goes on no claim."""

    kind: str
    code: str
    shown: str
    label: str
    leaf: bool
    valid_from: date
    valid_to: date | None


def dotted(code: str) -> str:
    """An ICD-10-CM code with its dot: E119 -> E11.9."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def search(kind: str, text: str, day: date, most: int = MOST_FOUND) -> tuple[Found, ...]:
    """Codes that may be used on ``day`` and begin with ``text`` (dots do not count), then those whose label has words that
    begin with each of its words; at most ``most``. Codes come in their order, the very code first; words find leaves before
    headings, short labels before long ones.

    ``kind`` is ``diagnosis``, ``service``, ``modifier`` or one list's own name. Two queries at most; nothing for an empty text
    or a list that was not imported. Raises KeyError for a kind that nobody knows.
    """
    rows = _in_force(ASKED[kind], day)
    code = text.strip().upper().replace(".", "")
    found: list[Code] = []
    if _CODE.fullmatch(code):
        low, high = prefix_range(code)
        found = list(rows.filter(code__gte=low, code__lt=high).order_by("code")[:most])
    words = name_key(text).split()[:MOST_WORDS]
    if len(found) < most and words and (len(words) > 1 or len(words[0]) > 1):
        for word in words:
            rows = rows.filter(words__contains=f" {word}")
        known = {row.pk for row in found}
        by_words = rows.order_by("-leaf", Length("label"), "code")[:most]
        found += [row for row in by_words if row.pk not in known][: most - len(found)]
    return tuple(_found(row) for row in found)


def labels(kind: str, codes: Sequence[str], day: date) -> dict[str, str]:
    """Code (without dots, in capitals) -> its words on ``day``, of those that are known. One query."""
    rows = _in_force(ASKED[kind], day).filter(code__in=codes)
    return dict(rows.values_list("code", "label"))


def _in_force(kinds: Sequence[str], day: date) -> QuerySet[Code]:
    return Code.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), kind__in=kinds, valid_from__lte=day)


def _found(row: Code) -> Found:
    shown = dotted(row.code) if row.kind == ListKind.ICD10 else row.code
    return Found(row.kind, row.code, shown, row.label, row.leaf, row.valid_from, row.valid_to)


def imports(subject: Subject) -> QuerySet[CodeImport]:
    """Every edition that came in."""
    rows = CodeImport.objects.select_related("imported_by")
    return scoped(subject, "payer.read", rows)


def latest() -> dict[str, CodeImport]:
    """Kind -> its edition that holds latest. One query (a few rows a quarter)."""
    rows = CodeImport.objects.order_by(F("starts_on").asc(), "id")
    return {row.kind: row for row in rows}


def held() -> QuerySet[HeldChange]:
    """Editions that wait for a second person or, ``signed``, to be brought in."""
    signed = ApprovalRequest.objects.filter(object_uid=OuterRef("uid"), kind="code_edition", outcome="approved")
    rows = HeldChange.objects.filter(kind=HeldKind.EDITION, done_at=None, ended_at=None).select_related("asked_by")
    return rows.annotate(signed=Exists(signed)).order_by("-id")
