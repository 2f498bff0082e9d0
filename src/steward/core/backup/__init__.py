"""Backups: one encrypted file that holds the database, the stored files and the wrapped keys, and proves itself.

Without the practice's master key a backup is noise: keep a copy of ``keys/master.key`` away from the machine.
"""
