"""Backups: one encrypted file that holds the database, the stored files and the wrapped keys, and proves itself.

Words: the *header* is one readable line that says when, by which code and under which master key; the *members*
(database, files, keys) follow as one compressed, encrypted, chunked stream; the *manifest* comes last and holds each
member's hash and each table's row count.

Invariants: without the master key a backup is noise; any changed, missing or reordered byte is refused; nothing of
an archive decides where a byte is written; a restore fills an empty folder or does nothing. Keep a copy of
``keys/master.key`` away from the machine.
"""
