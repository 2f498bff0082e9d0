"""What the budget's pages need beyond the house."""

from django import template

register = template.Library()


@register.filter
def dollars(cents: int) -> str:
    """Cents that are whole dollars, without the point: a table of twelve months has no room for zeros. Raises ValueError for others."""
    whole, rest = divmod(cents, 100)
    if rest:
        raise ValueError(f"{cents} cents are no whole dollars")
    return f"{whole:,}".replace("-", "\N{MINUS SIGN}")
