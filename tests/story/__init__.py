"""The story of one day of the office, through a real browser against the real server."""
