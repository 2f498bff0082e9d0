"""``{% load names %}``: people's names as the person who looks may see them."""

from __future__ import annotations

from typing import Any

from django import template

from steward.registry.selectors import name_for

register = template.Library()


@register.simple_tag(takes_context=True)
def person_name(context: template.Context, party: Any, capability: str = "patient.read") -> str:
    """The name of a party, or its initials for who holds ``capability`` only masked or not at all."""
    request = context.get("request")
    return name_for(request.call.subject, party, capability) if party and request is not None else ""
