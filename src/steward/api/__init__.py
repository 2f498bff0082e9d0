"""The house as JSON: its lists, three answers of the command line, and two ways in for data. See docs/api.md.

A list here is the very list of its screen (``core.listing.ScopedList``): same rows, same columns, masked alike, logged alike. What is
asked and what is written goes through the selectors and services the command line uses. Nobody reaches here what a screen refuses.
"""
