"""The screens of banking: each asks, shows, and calls one service."""
