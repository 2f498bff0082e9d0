"""X12 as text, nothing interpreted: ``read`` cuts and checks envelopes, ``segments`` reads values, ``write`` makes both.

Pure; every room may use it.
"""
