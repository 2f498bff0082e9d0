"""Screens of the front desk, by what is being done."""
