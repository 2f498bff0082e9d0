"""X12 as text, nothing interpreted: ``read`` cuts and checks envelopes, ``write`` makes them. Pure; every room may use it."""
