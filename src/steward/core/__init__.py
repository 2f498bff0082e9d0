"""The ground: what every room stands on and no room may do again for itself.

money, clock, calendar: exact cents, the practice's time, bank days.
service: every write goes through a function decorated ``@service``: authorised, keyed, transactional, audited.
access: one matrix (``access/roles.toml``), one ``decide``; deny beats allow, nothing declared means nothing allowed.
audit: append-only, hash-chained, guarded in the database; reads of patient records too.
approvals, numbers, files, vault, jobs, outbox, listing, web, findings: one of each, for all rooms.
"""
