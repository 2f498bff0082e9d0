"""What is wrong in the books, told once, cured by a person and remembered.

A *check* belongs to its room (`checks.py`, pure) and gives findings; this room lists every room's checks, keeps what was
found, and how and by whom it ended. Invariants: a finding is one row for ever (its id says what it points at); it cries
again only when it comes back or its amounts changed after somebody called it right; nothing here posts by itself.
"""
