"""Pure: no Django, no clock, no files, no randomness of its own."""
