"""Template words of billing."""
