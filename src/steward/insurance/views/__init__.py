"""The screens of insurance."""
