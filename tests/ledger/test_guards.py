"""The attack list: raw SQL against posted rows, as whoever has the database's password could type it. All of it refused."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from steward.core import guards
from steward.ledger import selectors, services
from steward.ledger.models import Account, Document, Entry, Line, Period
from tests.ledger.support import entry, line

pytestmark = pytest.mark.django_db
SQLITE = connection.vendor == "sqlite"
only_sqlite = pytest.mark.skipif(not SQLITE, reason="left out on PostgreSQL: a trick that only SQLite knows")
only_postgresql = pytest.mark.skipif(SQLITE, reason="left out on SQLite: a statement that only PostgreSQL knows")


@pytest.fixture
def posted(call):
    """Two posted entries; the second is returned."""
    services.post(call, draft=entry(item_of := line("ar_patient", 5, item="charge:1"), line("charges", -item_of.cents)))
    return Entry.objects.get(pk=services.post(call, draft=entry()).id)


@contextmanager
def refused(*words):
    """The statement fails by a guard (or, where named, by a constraint) and the books prove as before."""
    before = _all_rows()
    with pytest.raises(DatabaseError, match="|".join(words) or r"ledger\.") as found, transaction.atomic():
        yield found
    assert _all_rows() == before
    assert selectors.verify().ok


def _all_rows():
    tables = ("entry", "line", "periodtotal", "head", "period", "periodevent", "document", "account")
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM ledger_{table} ORDER BY id")
            rows.append(cursor.fetchall())
        return rows


ON_POSTED = [
    "UPDATE ledger_entry SET memo = 'x' WHERE id = {id}",
    "UPDATE ledger_entry SET date = '2026-11-01' WHERE id = {id}",
    "UPDATE ledger_entry SET source_ref = 'x' WHERE id = {id}",
    "UPDATE ledger_entry SET state = 'draft', number = NULL, hash = '', posted_at = NULL WHERE id = {id}",
    "UPDATE ledger_entry SET number = 77 WHERE id = {id}",
    "UPDATE ledger_entry SET hash = '{h}' WHERE id = {id}",
    "UPDATE ledger_entry SET memo = memo WHERE id = {id}",
    "DELETE FROM ledger_entry WHERE id = {id}",
    "UPDATE ledger_line SET cents = cents + 1 WHERE entry_id = {id}",
    "UPDATE ledger_line SET memo = 'x' WHERE entry_id = {id}",
    "UPDATE ledger_line SET entry_id = {id} WHERE entry_id = {other}",
    "UPDATE ledger_line SET account_id = (SELECT MIN(id) FROM ledger_account) WHERE entry_id = {id}",
    "DELETE FROM ledger_line WHERE entry_id = {id}",
    "INSERT INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
    " SELECT entry_id, n + 10, date, account_id, cents, entity_id, party_role, item, memo FROM ledger_line WHERE entry_id = {id}",
    "UPDATE ledger_periodtotal SET debit = debit + 1",
    "UPDATE ledger_periodtotal SET debit = debit + 1, credit = credit + 1",
    "DELETE FROM ledger_periodtotal",
    "INSERT INTO ledger_periodtotal (account_id, entity_id, site_key, period_id, debit, credit)"
    " SELECT MAX(a.id), MAX(e.id), 0, MAX(p.id), 1, 0 FROM ledger_account a, registry_entity e, ledger_period p",
    "UPDATE ledger_head SET last = last + 1",
    "UPDATE ledger_head SET last = last - 1",
    "UPDATE ledger_head SET hash = '{h}'",
    "DELETE FROM ledger_head",
    "INSERT INTO ledger_head (id, last, hash) VALUES (2, 0, '{h}')",
    "UPDATE ledger_period SET state = 'locked'",
    "UPDATE ledger_period SET version = version + 1",
    "UPDATE ledger_period SET year = year + 10",
    "DELETE FROM ledger_period",
    "UPDATE ledger_account SET code = 'x' || code WHERE role = 'charges'",
    "UPDATE ledger_account SET kind = 'expense' WHERE role = 'charges'",
    "UPDATE ledger_account SET role = NULL WHERE role = 'charges'",
    "DELETE FROM ledger_account WHERE role = 'charges'",
]


@pytest.mark.parametrize("attack", ON_POSTED)
def test_posted_rows_stand(sql, posted, attack):
    other = Entry.objects.exclude(pk=posted.pk).get().pk
    with refused(r"ledger\.", "unique constraint"):
        sql(attack.format(id=posted.pk, other=other, h="a" * 64).replace("%", "%%"))


@pytest.mark.parametrize(
    "table", ["entry", "line", "periodtotal", "head", "period", "periodevent", "document", "account"]
)
@only_postgresql
def test_nothing_is_truncated(sql, posted, table):
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # so that it is the guard that speaks, not a pending foreign key
    with refused(r"ledger\.truncate"):
        sql(f"TRUNCATE ledger_{table} CASCADE")


def draft_row(sql, **values) -> int:
    """A draft made by raw SQL, with two balanced lines; the values override columns."""
    period = Period.objects.get(year=2026, month=11).pk
    pk = 900
    row = {
        "id": pk, "uid": uuid4().hex, "number": None, "date": "2026-11-20", "period_id": period, "journal": "raw", "memo": "",
        "source_type": "raw", "source_ref": "raw", "state": "draft", "prev_hash": "", "hash": "", **values,
    }  # fmt: skip
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    sql(f"INSERT INTO ledger_entry ({names}) VALUES ({marks})", *row.values())
    return row["id"]


def raw_line(sql, entry_id, n, cents, *, day="2026-11-20", entity=None, account="charges"):
    entity = entity or sql("SELECT id FROM registry_entity WHERE is_practice")[0][0]
    sql(
        "INSERT INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
        " VALUES (%s, %s, %s, %s, %s, %s, '', '', '')",
        entry_id, n, day, Account.objects.get(role=account).pk, cents, entity,
    )  # fmt: skip


def post_row(sql, pk, **values):
    """The flip by raw SQL, right in every field unless overridden."""
    last, before = sql("SELECT last, hash FROM ledger_head")[0]
    row = {
        "state": "posted",
        "number": last + 1,
        "prev_hash": before,
        "hash": "b" * 64,
        "posted_at": "2026-11-20 12:00:00+00:00",
        **values,
    }
    sql(f"UPDATE ledger_entry SET {', '.join(f'{k} = %s' for k in row)} WHERE id = %s", *row.values(), pk)


def flips(sql, posted, *, lines=((1, 10), (2, -10)), head=None, entry_values=None, line_values=None):
    pk = draft_row(sql, **(entry_values or {}))
    for n, cents in lines:
        raw_line(sql, pk, n, cents, **(line_values or {}))
    post_row(sql, pk, **(head or {}))
    return pk


def test_a_right_flip_by_raw_sql_passes(sql, posted):
    """The attacks below fail for their own reason, not because raw SQL never works; only the seal is then wrong."""
    flips(sql, posted)
    proof = selectors.verify()
    assert not proof.accounts
    assert proof.first_bad.number == 3 and "not what was posted" in proof.first_bad.why


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("balance", {"lines": ((1, 10), (2, -9))}),
        ("lines", {"lines": ()}),
        ("lines", {"lines": ((1, 10),)}),
        ("number", {"head": {"number": 9}}),
        ("number", {"head": {"number": None}}),
        ("number|ledger.posted|unique constraint", {"head": {"number": 1}}),
        ("chain", {"head": {"prev_hash": "c" * 64}}),
        ("chain", {"head": {"hash": "zz"}}),
        ("chain", {"head": {"hash": "Z" * 64}}),
        ("source", {"entry_values": {"source_ref": ""}}),
        ("source", {"entry_values": {"source_type": ""}}),
        ("source", {"entry_values": {"source_type": "document"}}),
        ("date", {"entry_values": {"date": "2026-10-20"}, "line_values": {"day": "2026-10-20"}}),
        ("cents", {"line_values": {"day": "2026-11-19"}}),
        ("cents", {"line_values": {"day": None}}),
        (
            "draft_first",
            {
                "entry_values": {
                    "state": "posted",
                    "number": 3,
                    "hash": "b" * 64,
                    "posted_at": "2026-11-20 12:00:00+00:00",
                }
            },
        ),
        ("draft_first", {"entry_values": {"number": 3}}),
    ],
)
def test_flips_that_are_wrong(sql, posted, code, case):
    with refused(*(f"ledger.{c}" if c.isidentifier() else c for c in code.split("|"))):
        flips(sql, posted, **case)


def test_a_flip_across_entities_is_refused(sql, posted, second_entity):
    with refused("ledger.balance"):
        pk = draft_row(sql)
        raw_line(sql, pk, 1, 10)
        raw_line(sql, pk, 2, -10, entity=second_entity)
        post_row(sql, pk)


def test_a_flip_into_a_locked_period_is_refused(sql, office, posted):
    services.lock_period(office.call("administrator"), period="2026-11")
    with refused("ledger.period"):
        flips(sql, posted)


def test_a_draft_cannot_be_half_posted(sql, posted):
    pk = draft_row(sql)
    for values in ({"number": 3}, {"hash": "b" * 64}, {"state": "queued"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(f"UPDATE ledger_entry SET {next(iter(values))} = %s WHERE id = %s", *values.values(), pk)


def test_drafts_may_change_and_go(sql, posted):
    pk = draft_row(sql)
    raw_line(sql, pk, 1, 10, day=None)
    sql("UPDATE ledger_line SET cents = 11 WHERE entry_id = %s", pk)
    sql("UPDATE ledger_entry SET memo = 'other' WHERE id = %s", pk)
    sql("DELETE FROM ledger_line WHERE entry_id = %s", pk)
    sql("DELETE FROM ledger_entry WHERE id = %s", pk)
    assert selectors.verify().ok


def mirror(sql, original, *, factor=-1, date_="2026-11-20", skip=0, **values):
    pk = draft_row(sql, reverses_id=original.pk, date=date_, **values)
    for old in list(Line.objects.filter(entry=original).order_by("n"))[skip:]:
        raw_line(sql, pk, old.n, old.cents * factor, account=old.account.role, day=date_)
    post_row(sql, pk)


def test_a_reversal_that_is_none(sql, posted):
    with refused(r"ledger\.reversal"):
        mirror(sql, posted, factor=1)
    with refused(r"ledger\.reversal"):
        mirror(sql, posted, factor=-2)
    with refused(r"ledger\.reversal"):
        mirror(sql, posted, date_="2026-11-01")


def test_a_reversal_of_a_draft_or_of_itself(sql, posted):
    with refused(r"ledger\.reversal"):
        pk = draft_row(sql)
        raw_line(sql, pk, 1, 10)
        raw_line(sql, pk, 2, -10)
        sql("UPDATE ledger_entry SET reverses_id = id WHERE id = %s", pk)
        post_row(sql, pk)


def test_a_second_reversal_is_refused(sql, call, posted):
    services.reverse(call, number=posted.number, date=date(2026, 11, 21), reason="once")
    with refused(r"ledger\.", "UNIQUE", "duplicate key"):
        mirror(sql, posted)


def test_the_period_moves_with_its_event_alone(sql, office, posted):
    services.lock_period(office.call("administrator"), period="2026-11")
    for attack in (
        "UPDATE ledger_period SET state = 'open', version = version + 1 WHERE state = 'locked'",
        "UPDATE ledger_periodevent SET reason = 'x'",
        "DELETE FROM ledger_periodevent",
        "INSERT INTO ledger_periodevent (period_id, version, from_state, to_state, at, reason, checks, prev_hash, hash)"
        " SELECT period_id, version + 1, 'locked', 'open', at, ' ', checks, prev_hash, hash FROM ledger_periodevent",
        "INSERT INTO ledger_periodevent (period_id, version, from_state, to_state, at, reason, checks, prev_hash, hash)"
        " SELECT period_id, version + 1, 'open', 'soft', at, 'why', checks, prev_hash, hash FROM ledger_periodevent",
    ):
        with refused(r"ledger\.period"):
            sql(attack)


def test_a_period_begins_open(sql, posted):
    with refused(r"ledger\.period"):
        sql(
            "INSERT INTO ledger_period (uid, year, month, state, version) VALUES (%s, 2030, 1, 'locked', 0)",
            uuid4().hex,
        )


def test_a_source_document_stands(sql, call, posted):
    document = services.store_document(call, content=b"voucher", name="v")
    for attack in ("UPDATE ledger_document SET sha256 = 'x'", "DELETE FROM ledger_document"):
        with refused(r"ledger\.document"):
            sql(attack)
    assert Document.objects.get() == document


def cents_of(sql, pk):
    return sql("SELECT cents FROM ledger_line WHERE entry_id = %s", pk)


@pytest.mark.parametrize("cents", [5.5, "5.5", "abc"])
def test_cents_are_whole(sql, posted, cents):
    with (
        refused(r"ledger\.cents", "invalid input syntax", "out of range")
        if SQLITE or isinstance(cents, str)
        else refused("ledger")
    ):
        pk = draft_row(sql)
        raw_line(sql, pk, 1, cents)
        raw_line(sql, pk, 2, -5)
        post_row(sql, pk)


REPLACING = [
    "INSERT OR REPLACE INTO ledger_entry SELECT * FROM draft_copy",
    "REPLACE INTO ledger_entry (id, uid, date, period_id, journal, memo, source_type, source_ref, state, prev_hash, hash)"
    " SELECT {id}, '{new}', date, period_id, journal, memo, source_type, source_ref, 'draft', '', '' FROM ledger_entry WHERE id = {id}",
    "REPLACE INTO ledger_entry (id, uid, date, period_id, journal, memo, source_type, source_ref, state, prev_hash, hash)"
    " SELECT 950, uid, date, period_id, journal, memo, source_type, source_ref, 'draft', '', '' FROM ledger_entry WHERE id = {id}",
    "UPDATE OR REPLACE ledger_entry SET uid = (SELECT uid FROM ledger_entry WHERE id = {id}) WHERE id = {draft}",
    "UPDATE OR REPLACE ledger_entry SET id = {id} WHERE id = {draft}",
    "UPDATE OR REPLACE ledger_entry SET number = 2 WHERE id = {draft}",
    "REPLACE INTO ledger_line (id, entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
    " SELECT id, {draft}, n, date, account_id, 1, entity_id, party_role, item, memo FROM ledger_line WHERE entry_id = {id}",
    "REPLACE INTO ledger_line (entry_id, n, date, account_id, cents, entity_id, party_role, item, memo)"
    " SELECT entry_id, n, date, account_id, 1, entity_id, party_role, item, memo FROM ledger_line WHERE entry_id = {id}",
    "UPDATE OR REPLACE ledger_line SET id = (SELECT MAX(id) FROM ledger_line WHERE entry_id = {id}) WHERE entry_id = {draft}",
    "UPDATE OR REPLACE ledger_line SET entry_id = {id}, n = 1 WHERE entry_id = {draft}",
    "REPLACE INTO ledger_period SELECT * FROM ledger_period",
    "REPLACE INTO ledger_head SELECT 1, 0, '{h}'",
    "REPLACE INTO ledger_account SELECT * FROM ledger_account WHERE role = 'charges'",
    "UPDATE OR REPLACE ledger_account SET code = '4000' WHERE code = '6600'",
    "REPLACE INTO ledger_periodtotal SELECT * FROM ledger_periodtotal",
]


@pytest.mark.parametrize("recursive", [0, 1])
@pytest.mark.parametrize("attack", REPLACING[1:])
@only_sqlite
def test_nothing_posted_is_replaced(sql, posted, attack, recursive):
    """REPLACE removes rows without firing DELETE triggers when recursive_triggers is off."""
    draft = draft_row(sql)
    raw_line(sql, draft, 1, 10, day=None)
    sql(f"PRAGMA recursive_triggers = {recursive}")
    try:
        with refused(r"ledger\."):
            sql(attack.format(id=posted.pk, draft=draft, new=uuid4().hex, h="0" * 64))
    finally:
        sql("PRAGMA recursive_triggers = 1")


@only_sqlite
def test_amounts_are_whole_even_without_check_constraints(sql, posted):
    sql("PRAGMA ignore_check_constraints = 1")
    try:
        with refused(r"ledger\.cents"):
            flips(sql, posted, lines=((1, 1.5), (2, -1.5)))
        with refused(r"ledger\.cents"):
            flips(sql, posted, lines=((1, 10), (2, -10), (3, 0)))
    finally:
        sql("PRAGMA ignore_check_constraints = 0")


@only_postgresql
def test_a_shadowing_table_does_not_deceive_the_guards(sql, posted):
    """The functions look in public, whatever the session's search_path says."""
    with refused(r"ledger\.balance"):
        pk = draft_row(sql)
        raw_line(sql, pk, 1, 10)
        raw_line(sql, pk, 2, -9)
        sql("CREATE TEMP TABLE ledger_line (entry_id bigint, cents bigint, entity_id bigint, date date)")
        post_row(sql, pk)


@only_postgresql
def test_upsert_and_merge_change_nothing_posted(sql, posted):
    with refused(r"ledger\."):
        sql(
            "INSERT INTO ledger_entry (id, uid, date, period_id, journal, memo, source_type, source_ref, state, prev_hash, hash)"
            " SELECT id, uid, date, period_id, journal, 'x', source_type, source_ref, 'draft', '', '' FROM ledger_entry"
            " WHERE id = %s ON CONFLICT (id) DO UPDATE SET memo = excluded.memo", posted.pk,
        )  # fmt: skip
    with refused(r"ledger\."):
        sql(
            "MERGE INTO ledger_line l USING ledger_entry e ON e.id = l.entry_id WHEN MATCHED THEN UPDATE SET cents = l.cents + 1"
        )


def test_all_guards_stand_and_a_missing_one_is_named(sql, posted):
    assert guards.check(connection) == []
    on = "" if SQLITE else " ON ledger_line"
    sql(f"DROP TRIGGER guard_ledger_line_insert{on}")
    assert any("guard_ledger_line_insert" in fault for fault in guards.check(connection))
    proof = selectors.verify()
    assert not proof.ok and "guard_ledger_line_insert" in proof.first_bad.why
