"""The command line: how a bookkeeper's script, an export, an auditor or a test drives Steward. Same services as the screens."""
