"""Figures, each measured beside its peer or the bare limit in one run. ``./office bench [NAME]``."""
