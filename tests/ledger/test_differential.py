"""Random journals against two other ledgers: hledger and beancount must accept our export and find our balances, to the cent."""

from __future__ import annotations

import csv
import io
import random
import shutil
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from steward.ledger import selectors, services
from steward.ledger.logic import export
from steward.ledger.logic.export import ExportAccount, ExportEntry, ExportLine
from steward.ledger.models import Line
from tests.ledger.support import random_entry
from tests.proofs.counts import seed

SEED = seed(20261123)
PARTS = 5  # so that several processes share the journals
HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(not HLEDGER, reason="left out: hledger is not installed (apt-get install hledger)")
LAST = date(2026, 11, 23)


def by_hledger(text: str, end: str = "") -> dict[str, int]:
    """Account name -> cents, by ``hledger balance`` with its strict checks."""
    done = subprocess.run(
        [HLEDGER, "-f-", "balance", "--strict", "--flat", "--empty", "-N", "-O", "csv", *(["-e", end] if end else [])],
        input=text, text=True, check=True, capture_output=True,
    )  # fmt: skip
    rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
    return {name: cents(amount) for name, amount in rows if cents(amount)}


def by_beancount(text: str) -> dict[str, int]:
    """The same by beancount's loader, which must find no error."""
    from beancount import loader
    from beancount.core.data import Transaction

    entries, errors, _options = loader.load_string(text)
    assert not errors, errors[:3]
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in entries:
        if isinstance(row, Transaction):
            for posting in row.postings:
                found[posting.account] += posting.units.number
    return {name: int(value * 100) for name, value in found.items() if value}


def cents(amount: str) -> int:
    return int(Decimal(amount.replace("USD", "").replace(",", "").strip() or "0") * 100)


def ours(day: date = LAST) -> dict[str, int]:
    return {
        export.name_for(ExportAccount(r.account.code, r.account.name, r.account.kind)): r.balance_cents
        for r in selectors.trial_balance(day).rows
        if r.balance_cents
    }


@needs_hledger
@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_random_journals_have_the_same_balances_everywhere(call, part, proofs):
    """R12: random journals, each in a savepoint of its own, reversals among them; a failing one prints its seed."""
    proof = proofs("R12", SEED)
    lines = 0
    for n in range(part, proof.count, PARTS):
        where = f"STEWARD_SEED={SEED + n} repeats it in part 0"
        rnd = random.Random(SEED + n)
        with transaction.atomic():
            point = transaction.savepoint()
            services.post_many(call, drafts=[random_entry(rnd) for _ in range(rnd.randint(1, 12))])
            if rnd.random() < 0.5:
                services.reverse(call, number=1, date=LAST, reason='a "reason"; with | marks')
            hledger, beancount = "".join(selectors.export_text("hledger")), "".join(selectors.export_text("beancount"))
            balances = ours()
            assert by_beancount(beancount) == balances, where
            assert by_hledger(hledger) == balances, where
            lines += Line.objects.count()
            transaction.savepoint_rollback(point)
    proof.done(part=part + 1, journals=len(range(part, proof.count, PARTS)), lines=lines, differing=0)


@needs_hledger
@pytest.mark.django_db
def test_balances_agree_on_any_day(call):
    rnd = random.Random(SEED)
    services.post_many(call, drafts=[random_entry(rnd) for _ in range(300)])
    text = "".join(selectors.export_text("hledger"))
    for day in ("2026-01-31", "2026-02-01", "2026-02-14", "2026-02-15", "2026-02-27", "2026-06-30", "2026-07-16"):
        end = date.fromisoformat(day)
        assert by_hledger(text, end=date.fromordinal(end.toordinal() + 1).isoformat()) == ours(end), day


@needs_hledger
@pytest.mark.django_db
def test_an_empty_book_is_accepted(call):
    assert by_hledger("".join(selectors.export_text("hledger"))) == {}
    assert by_beancount("".join(selectors.export_text("beancount"))) == {}


HOSTILE = [
    "; comment",
    '"quoted" \\ back',
    "line\nbreak",
    "tab\there",
    "(code) !* state",
    "|pipe|",
    "\x00\x1b[31m",
    "=cmd()",
    "tag: a, b: c",
    " ",
]


@needs_hledger
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_export(text):
    account = [ExportAccount("1000", f"A {text}", "asset"), ExportAccount("4000", "B", "revenue")]
    lines = (ExportLine("1000", 12_345, text, text, (("site", text),)), ExportLine("4000", -12_345))
    entry = ExportEntry(1, date(2026, 1, 1), "general", text, "ab" * 16, lines)
    names = {export.name_for(account[0]): 12_345, export.name_for(account[1]): -12_345}
    assert by_hledger("".join(export.hledger(account, [entry]))) == names
    assert by_beancount("".join(export.beancount(account, [entry], entry.date))) == names


@pytest.mark.django_db
def test_the_csv_export_comes_back_as_the_same_journal(call):
    rnd = random.Random(SEED)
    drafts = [random_entry(rnd) for _ in range(50)]
    services.post_many(call, drafts=drafts)
    rows = list(csv.DictReader(io.StringIO("".join(selectors.export_text("csv")))))
    assert len(rows) == sum(len(d.lines) for d in drafts)
    assert {r["uid"] for r in rows} == {d.key.hex for d in drafts}
    total = sum(Decimal(r["debit"] or "0") - Decimal(r["credit"] or "0") for r in rows)
    assert total == 0


def test_a_formula_is_made_inert():
    lines = (ExportLine("1000", 1, "=1+1", "@x"), ExportLine("4000", -1))
    rows = list(export.csv_rows([ExportEntry(1, LAST, "general", "-2+3", "u", lines)]))
    assert (rows[0][3], rows[0][9], rows[0][10]) == ("'-2+3", "'@x", "'=1+1")
