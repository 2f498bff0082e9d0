"""A year of money."""
def build_money(world):
    pass
