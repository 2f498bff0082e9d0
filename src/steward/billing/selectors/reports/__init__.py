"""Reports of billing: each a question to the books and to the answers of payers, with a constant number of queries."""
