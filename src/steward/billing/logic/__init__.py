"""Pure rules of billing: X12, remittances, charge files. No Django, no clock, no files, no randomness."""
