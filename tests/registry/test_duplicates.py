"""Two entries of one person are seen; two people of one family are not called one."""

from __future__ import annotations

import datetime as dt

from steward.registry.logic.duplicates import Known, Reason, twins

BORN = dt.date(1980, 3, 4)
ANA = Known(1, "Ana Ortiz", BORN, frozenset({"2125550142"}), frozenset({"ana@example.org"}), "idx")


def reasons(new: Known) -> set[Reason]:
    found = twins(new, [ANA])
    return set(found[0].reasons) if found else set()


def test_same_birth_date_and_nearly_the_same_name() -> None:
    assert reasons(Known(None, "Anna Ortiz", BORN)) == {Reason.BIRTH_AND_NAME}


def test_same_birth_date_alone_is_chance() -> None:
    assert reasons(Known(None, "Robert Miller", BORN)) == set()


def test_no_birth_date_never_matches_no_birth_date() -> None:
    assert twins(Known(None, "Ana Ortiz", None), [Known(2, "Ana Ortiz", None)]) == []


def test_one_phone_in_a_family_is_weak() -> None:
    (twin,) = twins(Known(None, "Luis Ortega", dt.date(2010, 1, 1), frozenset({"2125550142"})), [ANA])
    assert twin.reasons == (Reason.PHONE,) and not twin.strong


def test_tax_id_is_strong_whatever_the_name() -> None:
    (twin,) = twins(Known(None, "Zoe Quill", None, tax_index="idx"), [ANA])
    assert twin.reasons == (Reason.TAX_ID,) and twin.strong


def test_a_party_is_not_its_own_twin() -> None:
    assert twins(ANA, [ANA]) == []


def test_likeliest_first() -> None:
    family = Known(2, "Luis Vega", None, frozenset({"2125550142"}))
    new = Known(None, "Ana Ortis", BORN, frozenset({"2125550142"}))
    assert [twin.known.ref for twin in twins(new, [family, ANA])] == [1, 2]
