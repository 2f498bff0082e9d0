"""Screens of people, by concept."""
