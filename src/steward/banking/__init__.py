"""Banking: the money between the patient's hand and the bank's statement.

Words: a *drawer* is a till; a *session* is one cashier's time with it, opened with a float she signed for and closed by
a blind count. A *receipt* is one payment taken (gapless number). A *deposit* is the locked slip of currency, coin and
checks on its way to the bank. A *settlement* is anything the books expect as one bank line: a deposit, an EFT, a card
batch, a check. A *bank line* is what the bank says happened; a *match* ties settlements to bank lines and posts.

Invariants: money moves only by ledger entries made in the same transaction; a receipt, a locked deposit, a bank line
and a match are never edited; a settlement is matched by identity, never by a search for sums; no one person takes cash,
prepares its deposit and reconciles it; an import is idempotent and proves opening + sum = closing.
"""
