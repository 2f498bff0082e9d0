"""Write-offs, refunds and voids by who asked for them: what an auditor reads first (facts of practice, "Theft exposure").

The rows are ledger lines, so that nothing is missing: what was asked and never signed moved no money and is not among them.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from steward.billing.logic.report import Behind, Cell, Col, Line, Proof, Table, summed
from steward.billing.models import Charge, Decision, WriteOffLine
from steward.billing.selectors.reports.whose import Asked
from steward.billing.states import WriteOff
from steward.core.access.decide import Subject
from steward.core.access.models import RoleGrant, User
from steward.core.access.policy import role_names, scoped
from steward.core.money import format_cents
from steward.ledger.selectors import flows
from steward.ledger.selectors.registers import lines_of_roles

DECISION, RUN, VOID = "billing.decision", "billing.run", "billing.charge"
#: What a payer's file booked by the practice's rules is nobody's act.
BY_RULE = ("billing.remittance", "billing.answer")
REFUND, CHARGES = "refunds_payable", "charges"
ROLES = (*WriteOff.values, REFUND, CHARGES)


def acts(subject: Subject) -> QuerySet[Any]:
    """Every write-off, refund and void that moved money: one row a ledger line, with who asked, who signed, what kind, why."""
    # a refund is owed on the credit side, a void stands on the debit side; paying the one, entering the other is neither
    rows = lines_of_roles(ROLES).exclude(entry__source_type__in=BY_RULE).exclude(account__role=REFUND, cents__gt=0)
    rows = rows.exclude(account__role=CHARGES, cents__lt=0)
    number = OuterRef("entry__number")
    decision = Decision.objects.filter(entry=number)
    given = WriteOffLine.objects.filter(entry=number)
    void = Charge.objects.filter(void_entry=number)
    whole = BigIntegerField()
    rows = rows.annotate(
        uid=F("entry__uid"),
        kind=Case(
            When(account__role=CHARGES, then=Value("void")), When(account__role=REFUND, then=Value("refund")),
            default=Value("write_off"), output_field=CharField(),
        ),
        amount=Case(
            When(account__role=REFUND, then=ExpressionWrapper(F("cents") * -1, output_field=whole)), default=F("cents"),
            output_field=whole,
        ),
        asker=Case(
            When(entry__source_type=DECISION, then=Subquery(decision.values("asked_by")[:1])),
            When(entry__source_type=RUN, then=Subquery(given.values("run__asked_by")[:1])),
            default=F("entry__posted_by"), output_field=whole,
        ),
        why=Case(
            When(entry__source_type=DECISION, then=Subquery(decision.values("reason")[:1])),
            When(entry__source_type=RUN, then=Subquery(given.values("run__reason")[:1])),
            When(entry__source_type=VOID, then=Subquery(void.values("void_reason")[:1])),
            default=F("entry__memo"), output_field=CharField(),
        ),
        claim_uid=Coalesce(
            Subquery(decision.values("charge__claim__uid")[:1]), Subquery(given.values("charge__claim__uid")[:1]),
            Subquery(void.values("claim__uid")[:1]),
        ),
        claim_ref=Coalesce(
            Subquery(decision.values("charge__claim__ref")[:1]), Subquery(given.values("charge__claim__ref")[:1]),
            Subquery(void.values("claim__ref")[:1]),
        ),
        asked_name=Subquery(User.objects.filter(pk=OuterRef("asker")).values("name")[:1]),
        # whoever asked posted it alone when the rules let a small amount pass without a second person
        signed=Case(When(entry__posted_by=F("asker"), then=None), default=F("entry__posted_by"), output_field=whole),
        signed_name=Case(
            When(entry__posted_by=F("asker"), then=Value("")), default=F("entry__posted_by__name"), output_field=CharField()
        ),
    )  # fmt: skip
    return scoped(subject, "billing.report", rows)


def table(asked: Asked, subject: Subject) -> Table:
    """One line a person (or an account): how many, how much, and what went through without a second signature. Seven queries."""
    span = asked.span
    found = acts(subject).filter(date__range=(span.first, span.last)).order_by()
    rows = list(found.values_list("asker", "signed", "kind", "account__role", "amount"))
    people = asked.by == "person"
    groups: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        groups[row[0] if people else row[3]].append(row)
    heads: tuple[Col, ...] = (
        (Col("who", _("Asked by")), Col("roles", _("Roles"))) if people else (Col("who", _("Account")),)
    )
    columns = (*heads, *_columns())
    known = _people(groups) if people else {role: (str(role), words, "") for role, words in account_words().items()}
    lines = []
    for group, own in sorted(groups.items(), key=lambda pair: -sum(row[4] for row in pair[1])):
        key, *cells = known.get(group, ("", _("Steward"), ""))
        given = (("asked", key),) if people else (("account", key),)
        days = (("day_from", span.first.isoformat()), ("day_to", span.last.isoformat()))
        lines.append(
            Line(
                key, (*cells[: len(heads)], *_cells(own)), Behind("billing:acts", (*days, *(g for g in given if g[1])))
            )
        )
    return Table(columns, tuple(lines), "sum", summed(columns, lines, _("Sum")), _proofs(asked, rows))


def account_words() -> dict[str, str]:
    """The accounts that these acts go to, in words."""
    own = {str(role): str(words) for role, words in WriteOff.choices}
    return {**own, REFUND: _("Refunds"), CHARGES: _("Voided charges")}


def _columns() -> tuple[Col, ...]:
    return (
        Col("write_offs", _("Write-offs"), "number"), Col("write_off_cents", _("Written off"), "money"),
        Col("refunds", _("Refunds"), "number"), Col("refund_cents", _("Refunded"), "money"),
        Col("voids", _("Voids"), "number"), Col("void_cents", _("Voided"), "money"),
        Col("alone", _("Without a second signature"), "number"), Col("sum", _("Sum"), "money"),
    )  # fmt: skip


def _cells(rows: list[tuple[Any, ...]]) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for kind in ("write_off", "refund", "void"):
        own = [row[4] for row in rows if row[2] == kind]
        found += [len(own), sum(own)]
    return (*found, sum(row[1] is None and row[2] != "void" for row in rows), sum(row[4] for row in rows))


def _people(groups: dict[Any, Any]) -> dict[Any, tuple[str, str, str]]:
    """User -> (uid, name, roles). Two queries."""
    words, held = role_names(), defaultdict(list)
    for user, role in RoleGrant.objects.filter(user__in=list(groups), ends_on=None).values_list("user", "role"):
        held[user].append(str(words.get(role, role)))
    rows = User.objects.filter(pk__in=[pk for pk in groups if pk]).values_list("pk", "uid", "name")
    return {pk: (str(uid), name, ", ".join(sorted(held[pk]))) for pk, uid, name in rows}


def _proofs(asked: Asked, rows: list[tuple[Any, ...]]) -> tuple[Proof, ...]:
    """With what payers' files booked by rule, the accounts of given-up money say the same."""
    span = asked.span
    here = sum(row[4] for row in rows if row[2] == "write_off")
    ruled = lines_of_roles(WriteOff.values).filter(entry__source_type__in=BY_RULE, date__range=(span.first, span.last))
    by_rule = ruled.aggregate(cents=Coalesce(Sum("cents"), 0))["cents"]
    books = flows.turnover(WriteOff.values, span.first, span.last)
    what = _("the accounts of what is written off, with %s that payers' files posted by rule") % format_cents(by_rule)
    return (Proof(what, here + by_rule, books),)
