"""With the guards removed by force, whatever is changed in posted rows is found, and the first bad row is named (R20)."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

import pytest
from django.db import connection, transaction

from steward.core import guards
from steward.ledger import selectors, services
from steward.ledger.models import Account, Entry, Line
from tests.ledger.support import entry, line, random_entry
from tests.proofs.counts import seed

pytestmark = pytest.mark.django_db
SEED = seed(7)
SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def books(office, call, second_entity):
    """Forty entries of every sort, a locked month, and no guards."""
    rnd = random.Random(SEED)
    paper = services.store_document(call, content=b"paper", name="paper")
    party = office.entity.party_id
    special = entry(
        line("ar_patient", 10, party=party, party_role="patient", payer=party, provider=party, site=office.site.pk, item="i:1"),
        line("charges", -10, memo="m"),
        line("bank_operating", 7, entity=second_entity),
        line("charges", -7, entity=second_entity),
        source_type="document", source_ref="p", document=paper.pk, day=date(2026, 3, 3),
    )  # fmt: skip
    services.post_many(call, drafts=[*(random_entry(rnd) for _ in range(37)), special, entry()])
    services.reverse(call, number=39, date=date(2026, 11, 23), reason="mistake")
    services.lock_period(office.call("administrator"), period="2026-01")
    assert selectors.verify().ok
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA defer_foreign_keys = 1" if SQLITE else "SET CONSTRAINTS ALL IMMEDIATE")
    guards.drop(connection)
    return rnd


ENTRY_COLUMNS = {
    "memo": "'tampered'", "date": "'2026-05-05'", "journal": "'other'", "source_type": "'other'", "source_ref": "'other'",
    "uid": f"'{UUID(int=5).hex}'", "hash": f"'{'a' * 64}'", "prev_hash": f"'{'a' * 64}'", "posted_by_id": "{other_user}",
    "drafted_by_id": "{other_user}", "approved_by_id": "{third_user}", "posted_at": "'2026-01-01 00:00:00+00:00'",
    "document_id": "{document}", "period_id": "{period}", "reverses_id": "{spare}",
    "state": "'draft', number = NULL, posted_at = NULL, hash = ''",
}  # fmt: skip
LINE_COLUMNS = {
    "cents": "cents + 1", "account_id": "{account}", "entity_id": "{entity}", "site_id": "{site}", "item": "'x:9'",
    "memo": "'tampered'", "date": "'2026-05-05'", "n": "n + 50", "payer_id": "{party}", "provider_id": "{party}",
    "party_id": "{party}, party_role = 'vendor'",
}  # fmt: skip


def values(office) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_document")
        document = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM ledger_period WHERE year = 2025 AND month = 4")
        period = cursor.fetchone()[0]
    return {
        "other_user": office.user("owner").pk, "third_user": office.user("auditor").pk, "document": document, "period": period,
        "account": Account.objects.get(code="6600").pk, "entity": 987_654, "site": 987_654, "party": 987_654,
        "spare": Entry.objects.get(number=1).pk,
    }  # fmt: skip


def found(*statements: str):
    """What verify says after these statements, which are then undone."""
    with transaction.atomic():
        point = transaction.savepoint()
        with connection.cursor() as cursor:
            if not SQLITE:  # the point is what verify sees, not what a foreign key would have said
                cursor.execute("SET LOCAL session_replication_role = replica")
            for text in statements:
                cursor.execute(text)
                assert cursor.rowcount != 0, text
        proof = selectors.verify()
        transaction.savepoint_rollback(point)
    return proof


def without_guard_faults(proof):
    return [f for f in proof.faults if not f.why.startswith("guard")]


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_every_column_of_an_entry_is_sealed(office, books, column):
    number = 30
    proof = found(
        f"UPDATE ledger_entry SET {column} = {ENTRY_COLUMNS[column].format(**values(office))} WHERE number = {number}"
    )
    assert without_guard_faults(proof)[0].number == number, proof.faults[:3]


@pytest.mark.parametrize("column", LINE_COLUMNS)
def test_every_column_of_a_line_is_sealed(office, books, column):
    pk = Line.objects.filter(entry__number=38).order_by("n").values_list("pk", flat=True)[2]
    proof = found(f"UPDATE ledger_line SET {column} = {LINE_COLUMNS[column].format(**values(office))} WHERE id = {pk}")
    assert without_guard_faults(proof)[0].number == 38, proof.faults[:3]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("DELETE FROM ledger_line WHERE entry_id = {id12}", 12),
        ("DELETE FROM ledger_entry WHERE id = {id12}", 12),
        ("DELETE FROM ledger_entry WHERE number > 35", 36),
        ("DELETE FROM ledger_entry WHERE number < 3", 1),
        ("UPDATE ledger_entry SET number = 1000 WHERE number = 12", 12),
        ("UPDATE ledger_line SET cents = -cents WHERE entry_id = {id12}", 12),
        ("UPDATE ledger_line SET cents = cents * 2 WHERE entry_id = {id12}", 12),
        ("UPDATE ledger_line SET entry_id = {id12}, n = n + 100 WHERE entry_id = {id20}", 12),
        ("UPDATE ledger_account SET code = 'x' WHERE role = 'charges'", None),
        ("UPDATE ledger_document SET sha256 = 'x'", 38),
        ("DELETE FROM ledger_document", 38),
        ("UPDATE ledger_head SET last = last - 1", 40),
        ("UPDATE ledger_head SET hash = '{zeros}'", 40),
    ],
)
def test_gaps_swaps_and_cuts(books, statement, number):
    ids = {f"id{n}": Entry.objects.get(number=n).pk for n in (12, 20)}
    proof = found(statement.format(**ids, zeros="0" * 64))
    faults = without_guard_faults(proof)
    assert faults
    if number is not None:
        assert min(f.number for f in faults if f.number) == number, faults[:3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_periodtotal SET debit = debit + 1 WHERE id = (SELECT MIN(id) FROM ledger_periodtotal)",
        "UPDATE ledger_periodtotal SET debit = debit + 5, credit = credit + 5",
        "DELETE FROM ledger_periodtotal WHERE id = (SELECT MAX(id) FROM ledger_periodtotal)",
    ],
)
def test_totals_that_are_no_sums_are_named_by_account(books, statement):
    proof = found(statement)
    assert proof.accounts and not proof.ok and "totals of account" in without_guard_faults(proof)[0].why


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_period SET state = 'open' WHERE state = 'locked'",
        "UPDATE ledger_period SET state = 'open', version = 0 WHERE state = 'locked'",
        "DELETE FROM ledger_periodevent",
        "UPDATE ledger_periodevent SET reason = 'other'",
        "UPDATE ledger_periodevent SET checks = '[]'",
        "UPDATE ledger_periodevent SET by_id = NULL",
    ],
)
def test_the_history_of_months_is_proved(books, statement):
    assert any("period" in f.why for f in without_guard_faults(found(statement)))


def test_a_counting_line_without_an_entry_is_found(office, books):
    proof = found(
        "INSERT INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
        " SELECT 777777, 1, date, account_id, cents, entity_id, '', '', '' FROM ledger_line WHERE id = (SELECT MIN(id) FROM ledger_line)"
    )
    assert any("without a posted entry" in f.why for f in proof.faults)


def test_swapping_two_entries_is_found(books):
    with transaction.atomic():
        with connection.cursor() as cursor:
            for old, new in ((12, 900), (13, 12), (900, 13)):
                cursor.execute("UPDATE ledger_entry SET number = %s WHERE number = %s", [new, old])
        assert without_guard_faults(selectors.verify())[0].number == 12
        transaction.set_rollback(True)


@pytest.mark.proof
def test_random_edits_are_all_found(office, books, proofs):
    """Random edits of random rows (R20): columns, rows taken out, put in, doubled, swapped and cut off at the end."""
    proof = proofs("R20 ledger", SEED)
    fill, kinds = values(office), dict.fromkeys(EDITS, 0)
    lines = list(Line.objects.values_list("id", "entry__number"))
    for n in range(proof.count):
        kind = books.choice(sorted(EDITS))
        kinds[kind] += 1
        statements, number = EDITS[kind](books, fill, lines)
        faults = without_guard_faults(found(*statements))
        assert faults, f"edit {n} (seed {SEED}), {kind}: {statements} was not found"
        first = min((f.number for f in faults if f.number), default=None)
        assert first == number, f"edit {n} (seed {SEED}), {kind}: {statements}: {faults[:2]} instead of {number}"
    assert not without_guard_faults(selectors.verify())
    proof.done(edits=proof.count, found=proof.count, first_bad_named=proof.count, **kinds)


def _changed_column(rnd, fill, lines):
    """One column of one row of an entry or a line; drawn again while it would change nothing."""
    while True:
        if rnd.random() < 0.5:
            pk, number = rnd.choice(lines)
            columns, table, where = LINE_COLUMNS, "line", f"id = {pk}"
        else:
            number = rnd.randint(1, 40)
            columns, table, where = ENTRY_COLUMNS, "entry", f"number = {number}"
        column = rnd.choice(sorted(columns))
        new = columns[column].format(**fill)
        if not _same(table, column, where, new):
            return [f"UPDATE ledger_{table} SET {column} = {new} WHERE {where}"], number


def _taken_out(rnd, _fill, lines):
    pk, number = rnd.choice(lines)
    if rnd.random() < 0.5:
        return [f"DELETE FROM ledger_line WHERE id = {pk}"], number
    return [f"DELETE FROM ledger_entry WHERE number = {number}"], number


def _put_in(rnd, _fill, lines):
    """A balanced pair of lines copied from one line into the same entry."""
    pk, number = rnd.choice(lines)
    copy = (
        "INSERT INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
        " SELECT entry_id, n + {n}, date, account_id, {cents}, entity_id, '', item, memo FROM ledger_line WHERE id = {pk}"
    )
    return [copy.format(n=90 + k, cents=cents, pk=pk) for k, cents in enumerate(("cents", "-cents"))], number


def _swapped(rnd, _fill, lines):
    """Two entries change places, or two lines of different entries their amounts."""
    (one, first), (two, second) = sorted(rnd.sample(lines, 2), key=lambda pair: pair[1])
    while first == second:
        (one, first), (two, second) = sorted(rnd.sample(lines, 2), key=lambda pair: pair[1])
    if rnd.random() < 0.5:
        moves = ((first, 9000), (second, first), (9000, second))
        return [f"UPDATE ledger_entry SET number = {new} WHERE number = {old}" for old, new in moves], first
    # three numbers in a turn, so that equal amounts cannot change places unseen
    moves = (
        (one, f"(SELECT cents + 1 FROM ledger_line WHERE id = {two})"),
        (two, f"(SELECT cents - 1 FROM ledger_line WHERE id = {one})"),
    )
    return [f"UPDATE ledger_line SET cents = {new} WHERE id = {pk}" for pk, new in moves], first


def _cut_off(rnd, _fill, _lines):
    number = rnd.randint(2, 40)
    return [f"DELETE FROM ledger_entry WHERE number >= {number}"], number


EDITS = {
    "changed": _changed_column, "taken_out": _taken_out, "put_in": _put_in, "swapped": _swapped, "cut_off": _cut_off,
}  # fmt: skip


def _same(table: str, column: str, where: str, new: str) -> bool:
    """Whether the edit would change nothing."""
    if "," in new or column == "cents":
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ledger_{table} WHERE {where} AND {column} = {new}")
        return cursor.fetchone()[0] > 0


def test_untouched_books_prove_after_the_guards_come_back(books):
    assert not without_guard_faults(selectors.verify())
    guards.install(connection)
    assert selectors.verify().ok
