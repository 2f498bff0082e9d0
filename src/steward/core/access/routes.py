"""How a view declares what it asks; what declares nothing is closed (``middleware.DefaultDeny``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import Resolver404, resolve

from steward.core.access.decide import Subject
from steward.core.access.policy import holds, matrix

V = TypeVar("V", bound=Callable[..., Any])


def screen(**methods: str) -> Callable[[V], V]:
    """``@screen(GET="patient.read", POST="patient.write")``: a capability for each method the view knows; others
    answer 405."""
    unknown = [c for c in methods.values() if c not in matrix()]
    if unknown:
        raise ValueError(f"no such capability in roles.toml: {', '.join(unknown)}")
    if "GET" in methods:
        methods.setdefault("HEAD", methods["GET"])

    def mark(view: V) -> V:
        view.capabilities = dict(methods)  # type: ignore[attr-defined]
        return view

    return mark


def public(*methods: str) -> Callable[[V], V]:
    """A view that needs no sign-in (health, the sign-in link, static help). Named one by one, reviewed in the matrix
    test."""

    def mark(view: V) -> V:
        view.capabilities = dict.fromkeys(methods or ("GET", "HEAD"), "public")  # type: ignore[attr-defined]
        return view

    return mark


def opens(subject: Subject, address: str) -> bool:
    """Whether the person may open an address of ours: nobody is offered a door that is closed to them. No query."""
    try:
        view = resolve(address.partition("?")[0]).func
    except Resolver404:
        return False
    asked = getattr(view, "capabilities", {}).get("GET", "")
    return asked in ("public", "signed-in") or (asked != "" and holds(subject, asked))
