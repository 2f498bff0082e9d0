"""Replay (R18): what the books keep ready (totals of months, balances of accounts, items and days) is what their lines
give when they are added up anew, whatever was posted, reversed, drafted and closed.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from steward.ledger import selectors, services
from steward.ledger.models import Account, Line
from tests.ledger.support import line, random_entry
from tests.support import Office, open_office

pytestmark = [pytest.mark.proof, pytest.mark.django_db]
FIRST, LAST = date(2026, 1, 1), date(2026, 11, 23)


def _live(office: Office, rnd: random.Random) -> None:
    """Posts in batches and one by one, reversals, drafts that count nowhere, and a closed month."""
    call = office.call("bookkeeper")
    services.post_many(call, drafts=[random_entry(rnd) for _ in range(rnd.randint(5, 40))])
    for _ in range(rnd.randint(0, 5)):
        services.post(call, draft=random_entry(rnd))
    for number in rnd.sample(range(1, 6), rnd.randint(0, 3)):
        services.reverse(call, number=number, date=LAST, reason="replay")
    lines = (line("6000", rnd.randint(1, 10**6)), line("bank_operating", -1))
    services.draft_journal(call, uid=uuid4(), date=LAST, memo="draft", lines=lines)
    if rnd.random() < 0.5:
        services.close_period(call, period=f"2026-{rnd.randint(1, 10):02d}")


def _replayed() -> list[tuple[str, str, int, int, int, date, int]]:
    """Every line that counts: code, item, account, entity, month, day, cents."""
    found = Line.objects.filter(entry__state="posted").values_list(
        "account__code", "item", "account_id", "entity_id", "site_id", "entry__period_id", "entry__date", "cents"
    )
    return list(found)


def _same(rnd: random.Random, roles: dict[str, str], where: str) -> int:
    """Compare everything kept with everything replayed; how many figures were compared."""
    lines, compared = _replayed(), 0
    totals: dict[tuple[int, int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    items: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, item, account, entity, site, period, _day, cents in lines:
        totals[account, entity, site or 0, period][cents < 0] += abs(cents)
        items[item][roles[code]] += cents
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, entity_id, site_key, period_id, debit, credit FROM ledger_periodtotal")
        stored = {row[:4]: list(row[4:]) for row in cursor.fetchall() if row[4] or row[5]}
    assert stored == dict(totals), where
    told = selectors.item_balances([item for item in items if item])
    for item, sums in items.items():
        if item:
            assert told.get(item, {}) == {role: cents for role, cents in sums.items() if cents}, (where, item)
    for day in (FIRST, LAST, *(FIRST + timedelta(days=rnd.randrange(320)) for _ in range(4))):
        sums: dict[str, int] = defaultdict(int)
        for code, _item, _account, _entity, _site, _period, when, cents in lines:
            sums[code] += cents if when <= day else 0
        balance = {r.account.code: r.balance_cents for r in selectors.trial_balance(day).rows if r.balance_cents}
        assert balance == {code: cents for code, cents in sums.items() if cents}, (where, day)
        for code in rnd.sample(sorted(sums), 3):
            assert selectors.account_balance(day, code=code) == sums[code], (where, day, code)
        compared += len(balance) + 3
    return compared + len(stored) + len(items)


def test_what_is_kept_is_what_the_lines_give(proofs) -> None:
    proof = proofs("R18")
    office = open_office()
    roles = dict(Account.objects.values_list("code", "role"))
    compared = 0
    for n in range(proof.count):
        rnd = random.Random(proof.seed + n)
        with transaction.atomic():
            point = transaction.savepoint()
            _live(office, rnd)
            compared += _same(rnd, roles, f"seed {proof.seed + n}")
            transaction.savepoint_rollback(point)
    proof.done(books=proof.count, figures=compared, differing=0)
