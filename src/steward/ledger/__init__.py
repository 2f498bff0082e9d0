"""The books: double entry, draft then posted, never edited.

What other rooms call (``call`` is core.service's Call; ids are primary keys; cents are signed, debit positive)::

    from steward.ledger.types import EntryDraft, LineDraft, Posted, PostedMany, CheckResult
    from steward.ledger import services, selectors
    services.post(call, draft=EntryDraft(...)) -> Posted         services.post_many(call, drafts=[...]) -> PostedMany
    services.reverse(call, number=, date=, reason=) -> Posted    services.store_document(call, content=, name=) -> Document
    services.open_period(call, year=, month=) -> Period          services.close_period(call, period="2026-10", results=())
    services.lock_period(call, period=, results=())              services.reopen_period(call, period=, reason=)
    selectors.trial_balance(as_of, basis="accrual")              selectors.open_items(role=, ...) -> what each item still owes

Invariants, held by the database itself (guards/): the lines of each entity of a posted entry sum to zero; numbers
have no gap; each entry carries the hash of the one before; posted rows never change; nothing posts into a locked
period; period totals change only by posting.
"""
