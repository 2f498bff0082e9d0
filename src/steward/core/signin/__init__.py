"""Signing in: passphrase, second factor, one-time links, step-up, idle lock."""
