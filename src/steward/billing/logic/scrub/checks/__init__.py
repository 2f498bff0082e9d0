"""One file a rule family: small pure functions that look at a claim and say where it is wrong."""
