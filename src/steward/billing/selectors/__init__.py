"""The questions one can ask billing: read only, a constant number of queries."""
