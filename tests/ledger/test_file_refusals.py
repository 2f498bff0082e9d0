"""What is wrong with a posted file is said of the entry as the file names it."""

from __future__ import annotations

import json

import pytest

from steward.core.imports import Options
from steward.core.refusals import Refused
from steward.ledger import importers
from steward.ledger.logic.journal_file import key_of

pytestmark = pytest.mark.django_db


def one(key, day="2026-11-20", cents=500, account="6000", credit=-500):
    return {"key": key, "date": day, "memo": "", "lines": [{"account": account, "cents": cents}, {"account": "1050", "cents": credit}]}  # fmt: skip


def post(call, *entries):
    return importers.post_file(call, content=json.dumps(entries).encode(), name="j.json")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (one("k2", cents=600), "unbalanced"),
        (one("k2", account="99999"), "unknown_account"),
        (one("k2", day="2031-03-01"), "no_period"),
        (one("k1", cents=700, credit=-700), "key_reused"),
    ],
)
@pytest.mark.parametrize("alone", [True, False])
def test_a_refusal_names_the_entry_and_its_key(call, bad, code, alone):
    post(call, one("k1"))
    with pytest.raises(Refused) as found:
        post(call, *([bad] if alone else [one("k0"), bad]))
    assert found.value.code == code
    message = found.value.refusals[0].message
    assert message.startswith(f"Entry {1 if alone else 2} ({bad['key']}): ") and str(key_of(bad["key"])) not in message


def test_two_entries_of_one_key_in_one_file(call):
    with pytest.raises(Refused) as found:
        post(call, one("k1"), one("k1", cents=700, credit=-700))
    assert "Key k1 stands on two" in found.value.refusals[0].message


def test_a_csv_says_it_too(call):
    post(call, one("k1"))
    content = b"key,date,account,debit,credit\nk1,2026-11-20,6000,7.00,\nk1,2026-11-20,1050,,7.00\n"
    done = importers.run(call, kind="journal-csv", content=content, name="j.csv", options=Options())
    assert done.status == "refused"
    assert "Entry 1 (k1): Key k1 was posted before as entry 1" in json.dumps(done.as_json("j.csv", content))
