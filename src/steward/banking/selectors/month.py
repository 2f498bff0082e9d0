"""What banking knows of a month that is to be closed: days nobody signed, accounts whose statements are not matched to the end."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from steward.core.sql import query
from steward.ledger.selectors.open_lines import as_day


def days_unsigned(first: date, last: date) -> list[date]:
    """Days with a drawer or a receipt whose close two people did not sign, oldest first. One query."""
    rows = query(
        """SELECT d.day FROM (SELECT day FROM banking_drawersession UNION SELECT day FROM banking_receipt) d
           WHERE d.day BETWEEN %s AND %s
             AND NOT EXISTS (SELECT 1 FROM banking_dayclose c WHERE c.day = d.day AND c.state = 'signed') ORDER BY d.day""",
        first, last,
    )  # fmt: skip
    return [as_day(day) for (day,) in rows]


def unmatched(last: date) -> list[tuple[str, str]]:
    """(account code, what is open) of each bank account whose statement does not reach the month's end, or that has lines up to it
    which nothing in the books answers. One query."""
    rows = query(
        """SELECT a.code, (SELECT MAX(s.closing_on) FROM banking_statementimport s WHERE s.bank_account_id = b.id),
             (SELECT COUNT(*) FROM banking_bankline l WHERE l.bank_account_id = b.id AND l.posted_on <= %s
                AND NOT EXISTS (SELECT 1 FROM banking_matchpart p WHERE p.line_id = l.id AND p.live))
           FROM banking_bankaccount b JOIN ledger_account a ON a.id = b.account_id WHERE b.ended_on IS NULL ORDER BY a.code""",
        last,
    )  # fmt: skip
    found = []
    for code, until, lines in rows:
        if until is None or as_day(until) < last:
            said = as_day(until).isoformat() if until else _("none")
            found.append((code, _("latest statement %s") % said))
        elif lines:
            found.append((code, _("%s lines are not matched") % lines))
    return found
