"""What was done, by whom, on whose behalf: append-only, hash-chained, guarded in the database."""
