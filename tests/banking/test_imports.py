"""Bank files as they come: the real ones, many at once, days in and out of order."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from steward.banking import importers
from steward.banking.logic.bai2_writer import write_bai2
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine as Line
from steward.banking.logic.statement import Statement, numbered
from steward.banking.models import BankAccount, BankLine, StatementImport
from steward.banking.services import change_bank_account, open_bank_account
from steward.core.imports import Imported, Options
from tests.banking.logic.test_camt053 import balance, entry
from tests.banking.logic.test_camt053 import file as camt_file
from tests.banking.test_day_of_money import TODAY, bank, statement

__all__ = ["bank"]


def run(office: Any, content: bytes, *, by: str = "bookkeeper", **options: Any) -> Imported:
    kind = importers.recognise(content)
    assert kind is not None
    return importers.run(office.call(by), kind=kind, content=content, name="file", options=Options(**options))


def codes(found: Imported) -> list[list[str]]:
    return [[one.code for one in part.problems] for part in found.parts]


# --- real files ----------------------------------------------------------------------------------------------------

ONE_ACCOUNT = {
    "ofx/checking.ofx": ("posted", 3),
    "ofx/bankfile/ofx-1.0.2.ofx": ("posted", 1),
    "ofx/bankfile/blank-line-before-header-none-after.qfx": ("posted", 1),
    "ofx/bankfile/header-on-one-line.qfx": ("posted", 1),
    "ofx/bankfile/non-ascii-byte-declared-usascii.qfx": ("posted", 1),
    "bai2/svb_us_example.bai2": ("posted", 2),
    "ofx/bank_medium.ofx": ("refused", 0),  # Canadian dollars
    "ofx/suncorp.ofx": ("refused", 0),  # Australian dollars
    "ofx/ofx-v102-empty-tags.ofx": ("refused", 0),  # Australian dollars, no balance
    "bai2/citi_example.bai2": ("refused", 0),  # pounds
    "bai2/moov-sample1.txt": ("refused", 0),  # Canadian dollars
    "mt940/cmxl-mt940.sta": ("refused", 0),  # marks, euros, zlotys
    "mt940/jejik-generic.sta": ("refused", 0),  # euros
    "mt940/jejik-ing.sta": ("refused", 0),  # euros, and its balances do not hold
    "camt053/statement-v14.xml": ("refused", 0),  # a template nobody filled in
}


@pytest.mark.parametrize("name", sorted(ONE_ACCOUNT))
def test_real_file_of_one_account(office: Any, samples: Path, name: str) -> None:
    status, lines = ONE_ACCOUNT[name]
    content = (samples / "bank" / name).read_bytes()
    found = run(office, content, account="1050")
    assert (found.status, BankLine.objects.count()) == (status, lines), found
    assert all(part.problems for part in found.parts if part.status == "refused")
    again = run(office, content, account="1050")
    assert again.status == ("duplicate" if status == "posted" else "refused")
    assert BankLine.objects.count() == lines


def test_real_file_of_two_accounts_goes_to_the_one_it_belongs_to(office: Any, samples: Path) -> None:
    content = (samples / "bank" / "ofx" / "multiple_accounts.ofx").read_bytes()
    assert codes(run(office, content, account="1050")) == [["unknown_account"], ["unknown_account"]]
    change_bank_account(
        office.call("administrator"), account=BankAccount.objects.get(account__code="1050"), number="9100"
    )
    found = run(office, content)
    assert [part.status for part in found.parts] == ["posted", "refused"]
    assert StatementImport.objects.get().closing_cents == 11100


@pytest.mark.parametrize("name", ["bai2/moov-sample2.txt", "bai2/moov-sample3.txt"])
def test_real_file_of_many_accounts(office: Any, samples: Path, name: str) -> None:
    """One states no closing balance, so nothing proves it; the other has its account numbers blanked out alike."""
    content = (samples / "bank" / name).read_bytes()
    open_bank_account(office.call("administrator"), code="1070", name="Savings", number="0123456789")
    found = run(office, content)
    assert found.status == "refused"
    told = {code for part in codes(found) for code in part}
    assert told == ({"no_closing", "unknown_account"} if "sample2" in name else {"unknown_account"})
    assert BankLine.objects.count() == 0


# --- days in and out of order --------------------------------------------------------------------------------------


def bai(day: dt.date, opening: int, *cents: int) -> Statement:
    return Statement(
        "0000123456", numbered(Line(day, one, f"LINE {one}") for one in cents), "021000021", opening_cents=opening,
        closing_cents=opening + sum(cents), closing_on=day, starts_on=day, ends_on=day,
    )  # fmt: skip


def file(*days: Statement) -> bytes:
    return write_bai2(days, TODAY, sender="021000021", receiver="CEDAR")


def test_days_of_one_file_follow_each_other_whatever_their_order(office: Any, bank: BankAccount) -> None:
    first, second = bai(dt.date(2026, 11, 18), 1_000_000, 500), bai(dt.date(2026, 11, 19), 1_000_500, -200, -200)
    found = run(office, file(second, first))
    assert [part.status for part in found.parts] == ["posted", "posted"], found
    assert BankLine.objects.count() == 3


def test_a_missing_day_is_a_gap_and_then_is_not(office: Any, bank: BankAccount) -> None:
    first, second, third = (
        bai(dt.date(2026, 11, 17), 1_000_000, 500),
        bai(dt.date(2026, 11, 18), 1_000_500, 70),
        bai(dt.date(2026, 11, 19), 1_000_570, -200),
    )
    run(office, file(first))
    assert codes(run(office, file(third))) == [["gap"]]
    assert run(office, file(second)).status == "posted"
    assert run(office, file(third)).status == "posted"


def ofx(day: dt.date, opening: int, *cents: int, since: dt.date | None = None, fitid: str = "") -> bytes:
    lines = numbered(Line(day, one, f"LINE {one}", fitid=fitid) for one in cents)
    one = Statement("0000123456", lines, closing_cents=opening + sum(cents), closing_on=day, starts_on=since or day, ends_on=day)
    return write_ofx((one,), day)


def test_a_gap_of_a_file_without_opening_is_told_from_lines_that_are_lost(office: Any, bank: BankAccount) -> None:
    run(office, ofx(dt.date(2026, 11, 10), 1_000_000, 500))
    assert codes(run(office, ofx(dt.date(2026, 11, 17), 1_000_570, 30))) == [["gap"]]
    assert codes(run(office, ofx(dt.date(2026, 11, 11), 1_000_570, 30))) == [["unproved"]]


def test_a_gap_is_accepted_by_who_may_with_a_reason_that_stays(office: Any, bank: BankAccount) -> None:
    run(office, ofx(dt.date(2026, 11, 10), 1_000_000, 500))
    late = ofx(dt.date(2026, 11, 17), 1_000_570, 30)
    answer = {"accept": ("gap",), "reason": "the old bank is closed"}
    assert run(office, late, **answer).status == "refused", "a bookkeeper may not"
    assert codes(run(office, late, by="administrator", accept=("gap",))) == [["no_reason"]]
    assert codes(run(office, late, by="administrator", accept=("unproved",), reason="x")) == [["accept"]]
    assert run(office, late, by="administrator", **answer).status == "posted"
    row = StatementImport.objects.order_by("-id")[0]
    assert (row.accepted, row.proof, row.opening_cents, row.closing_cents) == (answer["reason"], "accepted", 1_000_570, 1_000_600)
    assert run(office, ofx(dt.date(2026, 11, 18), 1_000_600, 1)).status == "posted"


def test_only_what_was_named_is_accepted(office: Any, bank: BankAccount) -> None:
    run(office, ofx(dt.date(2026, 11, 10), 1_000_000, 500))
    lost = ofx(dt.date(2026, 11, 11), 1_000_570, 30)
    assert codes(run(office, lost, by="administrator", accept=("gap",), reason="x")) == [["unproved"]]


def test_one_id_for_two_amounts_is_refused_until_accepted(office: Any, bank: BankAccount) -> None:
    run(office, ofx(dt.date(2026, 11, 10), 1_000_000, 500, fitid="F1"))
    again = ofx(dt.date(2026, 11, 11), 1_000_500, 70, fitid="F1")
    assert codes(run(office, again)) == [["fitid_reused"]]
    assert BankLine.objects.count() == 1
    assert run(office, again, by="administrator", accept=("fitid_reused",), reason="both on paper").status == "posted"


def test_an_overlap_that_agrees_adds_what_is_new_and_one_that_does_not_is_told(office: Any, bank: BankAccount) -> None:
    first, second = dt.date(2026, 11, 18), dt.date(2026, 11, 19)
    lines = numbered([Line(first, 500, "A"), Line(first, 40, "B"), Line(second, 70, "C")])

    def span(*chosen: Line, opening: int = 1_000_000) -> bytes:
        total = sum(one.cents for one in chosen)
        return camt_file("".join(entry(f"{one.cents / 100:.2f}", day=f"{one.posted_on}", ref=one.text) for one in chosen),
                         balance("OPBD", f"{opening / 100:.2f}") + balance("CLBD", f"{(opening + total) / 100:.2f}", day=f"{second}"))  # fmt: skip

    run(office, file(bai(first, 1_000_000, 500, 40)))
    assert codes(run(office, span(lines[0], lines[2]).replace(b"2026-11-20T", b"2026-11-18T"))) == [["overlap"]]
    assert BankLine.objects.count() == 2


def test_days_without_a_statement_are_told_when_the_balance_did_not_move(office: Any, bank: BankAccount) -> None:
    run(office, file(bai(dt.date(2026, 11, 10), 1_000_000, 500)))
    found = run(office, file(bai(dt.date(2026, 11, 17), 1_000_500, 5)))
    assert (found.status, codes(found)) == ("posted", [["days_skipped"]])


def test_lines_before_the_books_opened_are_left_out_and_said(office: Any, bank: BankAccount) -> None:
    lines = [Line(dt.date(2026, 10, 30), 4000, "OLD"), Line(TODAY, 500, "NEW")]
    closing = 1_000_500
    one = Statement("0000123456", numbered(lines), closing_cents=closing, closing_on=TODAY, ends_on=TODAY)
    found = run(office, write_ofx((one,), TODAY))
    assert (found.status, codes(found)) == ("posted", [["before_opening"]])
    assert [line.text for line in BankLine.objects.all()] == ["NEW"]


def test_an_earlier_statement_must_lead_to_the_first(office: Any) -> None:
    late, early = bai(dt.date(2026, 11, 19), 1_000_500, 1), bai(dt.date(2026, 11, 18), 999_000, 500)
    run(office, file(late), account="1050")
    assert codes(run(office, file(early))) == [["before_first"]]
    assert run(office, file(bai(dt.date(2026, 11, 18), 1_000_000, 500))).status == "posted"


def test_garbage_is_refused_with_a_mend(office: Any, bank: BankAccount) -> None:
    for content in (b"<OFX>", statement([])[:-30], b"01,A,B,261120,0600,1,,,2/\n"):
        found = run(office, content)
        assert found.status == "refused"
        assert found.parts[0].problems[0].fix


# --- many at once --------------------------------------------------------------------------------------------------

TIMES = 50


@pytest.mark.race
@pytest.mark.proof
def test_fifty_imports_at_once_are_one(real_db: dict[str, str], proofs: Any) -> None:
    from tests.support import open_office

    proof = proofs("R4 statement")
    office, closing = open_office(), 1_000_000
    for round_ in range(proof.count):
        day = dt.date(2026, 9, 1) + dt.timedelta(days=round_)
        lines = [Line(day, 500 + round_, "X"), Line(day, 500 + round_, "X"), Line(day, -20, "FEE")]
        closing += sum(line.cents for line in lines)
        one = Statement(
            "0000123456",
            numbered(lines),
            "021000021",
            closing_cents=closing,
            closing_on=day,
            starts_on=day,
            ends_on=day,
        )
        told = at_once(office.call("bookkeeper"), write_ofx((one,), day))
        assert sorted(told) == ["duplicate"] * (TIMES - 1) + ["posted"], f"round {round_}"
        assert (BankLine.objects.count(), StatementImport.objects.count()) == (3 * round_ + 3, round_ + 1)
    proof.done(rounds=proof.count, at_once=TIMES, posted=proof.count, known=proof.count * (TIMES - 1), other_answers=0)


def at_once(call: Any, content: bytes) -> list[str]:
    """What fifty people who bring one file in the same moment are told; a fault is told by its name."""
    told: list[str] = []
    gate = threading.Barrier(TIMES)

    def bring() -> None:
        gate.wait()
        try:
            told.append(
                importers.run(call, kind="ofx", content=content, name="x", options=Options(account="1050")).status
            )
        except BaseException as fault:
            told.append(repr(fault))
        finally:
            connection.close()

    people = [threading.Thread(target=bring) for _ in range(TIMES)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return told
