"""Screens of billing: thin, each asks and renders."""
