"""Payers and a clearinghouse as played: what a year of billing is rehearsed with, in tests, in ``tools/payer_simulator.py`` and in the demo.

Pure but for the seeded chance it is given. Of Steward it takes the plain values of an 835 and its writer, nothing else
(`lint-imports` holds it), so that books and rules can be judged by what it planted.
"""
