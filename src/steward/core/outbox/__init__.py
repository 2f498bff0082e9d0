"""The outbox: everything that leaves the house as mail, text or letter.

Words: a *message* waits, is sent by the worker through a *transport*, and is tried again with growing pauses. The
default transport writes files into the data folder's ``outbox``; mail goes by SMTP when ``STEWARD_SMTP_HOST`` is set.

Invariants: a message is written in the transaction of the act that causes it; its subject says nothing personal (no
digits, no names, no reason); its text is sealed in the database; the recipient's programme can tell a repeat by its
Message-ID.
"""
