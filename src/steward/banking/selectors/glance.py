"""Everything Today asks of banking in one statement: rows of (kind, text, other text, a, b)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from steward.banking.logic.day import CashPosition
from steward.banking.selectors.cash import BANK_ROLES, RESERVE_ROLES
from steward.core.calendar import BANK
from steward.core.today import once
from steward.ledger.selectors.balances import role_balances

UNSEEN_AFTER = 3  # bank days; a slip older than that is check 7, deposit_not_in_bank

_OPEN = (
    "s.cancelled_at IS NULL AND NOT EXISTS (SELECT 1 FROM banking_matchpart p WHERE p.settlement_id = s.id AND p.live)"
    " AND NOT EXISTS (SELECT 1 FROM banking_payoutline t WHERE t.settlement_id = s.id AND t.live)"
)
_SQL = f"""
SELECT 'drawer', d.name, u.name, CAST(s.day AS text), CAST(s.uid AS text), s.cashier_id, 0
  FROM banking_drawersession s JOIN banking_drawer d ON d.id = s.drawer_id JOIN core_user u ON u.id = s.cashier_id
  WHERE s.state = 'open' AND s.day <= %(day)s
UNION ALL SELECT 'cards', '', '', '', '', CAST(COALESCE(SUM(cents), 0) AS bigint), 0
  FROM banking_receipt WHERE tender = 'card' AND voided_at IS NULL AND batch_id IS NULL AND day <= %(day)s
UNION ALL SELECT 'mail', '', '', '', '', COUNT(*), 0 FROM banking_maillog WHERE day = %(day)s
UNION ALL SELECT 'slips', '', '', '', '', CAST(COALESCE(SUM(currency_cents + coin_cents + checks_cents), 0) AS bigint), 0
  FROM banking_deposit WHERE day = %(day)s AND voided_at IS NULL
UNION ALL SELECT 'close', c.state, u.name, CAST(c.day AS text), '', c.prepared_by_id, 0
  FROM banking_dayclose c JOIN core_user u ON u.id = c.prepared_by_id WHERE c.state = 'prepared' OR c.day = %(day)s
UNION ALL SELECT 'hand', '', '', MIN(d), '', CAST(COALESCE(SUM(c), 0) AS bigint), COUNT(*)
  FROM (SELECT CAST(MIN(l.date) AS text) AS d, SUM(l.cents) AS c FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
        WHERE a.role = 'undeposited' AND NOT (l.item = '') GROUP BY l.item HAVING SUM(l.cents) <> 0) h WHERE d <= %(due)s
UNION ALL SELECT 'unseen', s.label, '', CAST(s.expected_on AS text), '', s.cents, 0
  FROM banking_settlement s WHERE s.kind = 'deposit' AND s.expected_on < %(seen)s AND {_OPEN}
UNION ALL SELECT 'unmatched', '', '', '', '', COUNT(*), 0
  FROM banking_bankline b WHERE NOT EXISTS (SELECT 1 FROM banking_matchpart p WHERE p.line_id = b.id AND p.live)
UNION ALL SELECT 'returns', '', '', COALESCE(CAST(MIN(due_on) AS text), ''), '', COUNT(*), 0
  FROM banking_achreturn r WHERE closed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM banking_settlement s WHERE s.item = r.booked_item AND s.cancelled_at IS NULL)
UNION ALL SELECT 'chargebacks', '', '', '', '', COUNT(*), 0
  FROM banking_payoutline c WHERE c.kind = 'chargeback' AND c.live AND c.settlement_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM banking_payoutline w WHERE w.kind = 'chargeback_reversal' AND w.reference = c.reference AND w.live)
UNION ALL SELECT 'batches', '', '', '', '', CAST(COALESCE(SUM(s.gross_cents), 0) AS bigint), 0
  FROM banking_settlement s WHERE s.kind IN ('card_batch', 'payout') AND s.expected_on <= %(day)s AND {_OPEN}
UNION ALL SELECT 'outstanding', '', '', '', '', CAST(COALESCE(-SUM(s.cents), 0) AS bigint), 0
  FROM banking_settlement s WHERE s.kind = 'check' AND s.cents < 0 AND s.expected_on <= %(day)s AND {_OPEN}
UNION ALL SELECT 'bank', a.code, COALESCE(a.role, ''), '', '', CAST(
    COALESCE(i.closing_cents, CASE WHEN b.opening_on <= %(day)s THEN b.opening_cents END, 0)
    + COALESCE((SELECT SUM(l.cents) FROM banking_bankline l WHERE l.bank_account_id = b.id AND l.posted_on <= %(day)s
        AND (i.closing_on IS NOT NULL AND l.posted_on > i.closing_on OR i.closing_on IS NULL AND l.posted_on >= b.opening_on)), 0)
    AS bigint), COALESCE(i.float_cents, 0)
  FROM banking_bankaccount b JOIN ledger_account a ON a.id = b.account_id LEFT JOIN banking_statementimport i ON i.id = (
    SELECT x.id FROM banking_statementimport x WHERE x.bank_account_id = b.id AND x.closing_on <= %(day)s
    ORDER BY x.closing_on DESC, x.id DESC LIMIT 1)
  WHERE b.ended_on IS NULL OR b.ended_on > %(day)s
UNION ALL SELECT * FROM (SELECT 'forecast', '', '', CAST(low_on AS text), '', low_cents, floor_cents
  FROM banking_forecast WHERE made_on <= %(day)s ORDER BY made_on DESC, id DESC LIMIT 1) f
UNION ALL SELECT 'credit', '', '', '', '', CAST(COALESCE(SUM(credit_line_cents), 0) AS bigint), 0 FROM banking_bankaccount
"""  # noqa: S608 - made of our own constants


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """A drawer nobody counted yet."""

    uid: UUID
    name: str
    cashier: str
    day: date
    cashier_id: int


@dataclass(frozen=True, slots=True)
class Close:
    """A day's close that is prepared, or the day's own."""

    day: date
    state: str
    prepared_by: int
    name: str


@dataclass(frozen=True, slots=True)
class Glance:
    """The day as banking sees it, in cents and rows."""

    drawers: tuple[OpenDrawer, ...]
    card_cents: int
    mail: int
    slip_cents: int
    closes: tuple[Close, ...]
    late_in_hand: tuple[int, int, date | None]  # cents, things, since; older than the last bank day
    unseen: tuple[tuple[str, date, int], ...]
    unmatched: int
    returned: tuple[int, date | None]  # open returns of the clearing house, the first day to act by
    chargebacks: int  # taken by the processor, not booked as come back
    position: CashPosition
    in_hand_cents: int
    forecast: tuple[int, int, date] | None  # lowest P10 of the latest thirteen weeks, the floor, the day


shared_balances = once(role_balances)
"""The books' balances by role, asked once a page."""


@once
def glance(day: date) -> Glance:
    """One statement, and the balances by role (a second one, shared with whoever asks them too)."""
    rows = _ask(day)
    hand = rows["hand"][0]
    return Glance(
        drawers=tuple(OpenDrawer(UUID(r[4]), r[1], r[2], date.fromisoformat(r[3]), r[5]) for r in sorted(rows["drawer"], key=lambda r: r[1])),
        card_cents=rows["cards"][0][5],
        mail=rows["mail"][0][5],
        slip_cents=rows["slips"][0][5],
        closes=tuple(Close(date.fromisoformat(r[3]), r[1], r[5], r[2]) for r in sorted(rows["close"], key=lambda r: r[3])),
        late_in_hand=(hand[5], hand[6], date.fromisoformat(hand[3]) if hand[3] else None),
        unseen=tuple((r[1], date.fromisoformat(r[3]), r[5]) for r in sorted(rows["unseen"], key=lambda r: r[3])[:5]),
        unmatched=rows["unmatched"][0][5],
        returned=_returned(rows["returns"][0]),
        chargebacks=rows["chargebacks"][0][5],
        position=_position(rows, shared_balances(day)),
        in_hand_cents=shared_balances(day).get("undeposited", 0),
        forecast=next(((r[5], r[6], date.fromisoformat(r[3])) for r in rows["forecast"]), None),
    )


def _returned(row: tuple[Any, ...]) -> tuple[int, date | None]:
    return row[5], date.fromisoformat(row[3]) if row[3] else None


def _ask(day: date) -> dict[str, list[tuple[Any, ...]]]:
    due = BANK.on_or_before(day) - timedelta(days=1)  # what was in hand by then should be at the bank today
    values = {"day": day.isoformat(), "due": due.isoformat(), "seen": BANK.add(day, -UNSEEN_AFTER).isoformat()}
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        for row in cursor.fetchall():
            found[row[0]].append(row)
    return found


def _position(rows: dict[str, list[tuple[Any, ...]]], balances: dict[str, int]) -> CashPosition:
    """The same position ``selectors.cash.cash`` gives for that day (held together by a test)."""
    named = {row[2] for row in rows["bank"]}
    book = sum(balances.get(row[1], 0) for row in rows["bank"]) + sum(balances.get(r, 0) for r in BANK_ROLES if r not in named)
    return CashPosition(
        book_cents=book,
        bank_cents=sum(row[5] for row in rows["bank"]),
        float_cents=sum(row[6] for row in rows["bank"]),
        outstanding_cents=rows["outstanding"][0][5],
        reserved_cents=sum(max(0, -balances.get(role, 0)) for role in RESERVE_ROLES),
        in_transit_cents=balances.get("eft_in_transit", 0) + rows["batches"][0][5],
        credit_line_cents=rows["credit"][0][5],
    )
