"""Each check of insurance finds its planted error and leaves the legitimate twin alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from steward.insurance import selectors
from steward.insurance.checks import (
    Agreed,
    PayerIds,
    contract_runs_out,
    coverage_overlap,
    payer_without_identifiers,
    payers_share_an_identifier,
)
from steward.insurance.logic.coverage import Cover
from steward.insurance.services import add_number, create_payer
from steward.insurance.types import NumberData, PayerData
from tests.support import Office

DAY = dt.date(2026, 1, 1)


def test_a_payer_that_no_file_can_name() -> None:
    rows = [PayerIds("a", "Nameless"), PayerIds("b", "Blue", edi_id="60054"), PayerIds("c", "Cross", ein="512345678")]
    assert [one.evidence[0].ref for one in payer_without_identifiers(rows)] == ["a"]


def test_two_payers_with_one_number() -> None:
    rows = [
        PayerIds("a", "Blue", edi_id="1", ein="9"),
        PayerIds("b", "Bleu", edi_id="1"),
        PayerIds("c", "Sea", ref2u="1"),
    ]
    found = list(payers_share_an_identifier(rows))
    assert [sorted(one.ref for one in each.evidence) for each in found] == [["a", "b"]]
    assert "Blue" in found[0].title and "Bleu" in found[0].title


def test_two_coverages_of_one_rank() -> None:
    rows = [
        ("a", 1, Cover(1, 1, DAY)),
        ("b", 1, Cover(2, 1, dt.date(2026, 6, 1))),
        ("second", 1, Cover(3, 2, DAY)),
        ("other", 2, Cover(4, 1, DAY)),
        ("void", 1, Cover(5, 1, DAY, voided=True)),
    ]
    assert [[one.ref for one in each.evidence] for each in coverage_overlap(rows)] == [["a", "b"]]


def test_what_stands_in_the_database(office: Office) -> None:
    create_payer(office.system(), data=PayerData("BLUE", "Blue Harbor", "60054", "", "", "CI"))
    assert selectors.findings(DAY) == []
    bare = create_payer(office.system(), data=PayerData("NONE", "Nameless Mutual", "", "", "", "CI"))
    assert [(one.check, one.evidence[0].ref) for one in selectors.findings(DAY)] == [
        ("payer_without_identifiers", str(bare.uid))
    ]
    add_number(office.system(), payer=bare, data=NumberData("ref2u", "N1"))
    assert selectors.findings(DAY) == []


def test_a_contract_that_nothing_follows() -> None:
    end, today = dt.date(2026, 12, 31), dt.date(2026, 11, 23)
    ends = Agreed("a", "Blue 2026", 1, None, dt.date(2026, 1, 1), end)
    next_year = Agreed("b", "Blue 2027", 1, None, dt.date(2027, 1, 1))
    assert [f.check for f in contract_runs_out([ends], today)] == ["contract_runs_out"]
    assert list(contract_runs_out([ends, next_year], today)) == []
    assert list(contract_runs_out([ends, replace(next_year, plan=7)], today)), "another plan's contract does not follow"
    assert list(contract_runs_out([ends], dt.date(2026, 10, 1))) == [], "too early to say"
    assert list(contract_runs_out([replace(ends, ends_on=None)], today)) == []
