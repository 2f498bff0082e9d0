"""What one can ask of banking: read only, a constant number of queries."""
