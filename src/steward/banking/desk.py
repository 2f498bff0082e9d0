"""What banking shows on Today and in search."""
