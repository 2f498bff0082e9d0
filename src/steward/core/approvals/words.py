"""Rules, steps and duties as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from steward.core.access.policy import role_names
from steward.core.approvals.logic import Selector, Step


def plain(name: str) -> str:
    """``write_off`` -> "Write off": names of kinds and duties, which are the field's own words."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def selector(wanted: Selector, names: Mapping[int, str]) -> str:
    """Who may sign: "Owner or Administrator", "the manager", a person's name."""
    if wanted.kind == "role":
        parts = [str(role_names().get(name, name)) for name in wanted.names]
    elif wanted.kind == "named":
        parts = [_("the %s") % name.replace("_", " ") for name in wanted.names]
    else:
        parts = [names.get(int(name), name) for name in wanted.names]
    return _(" or ").join(parts)


def step(asked: Step, names: Mapping[int, str]) -> str:
    """One step: "2 of Biller", "Administrator; after 48 hours also Owner"."""
    text = selector(asked.approver, names)
    if asked.count > 1:
        text = _("%(count)s different people of %(who)s") % {"count": asked.count, "who": text}
    if asked.escalate_to and asked.within_hours:
        later = {"hours": asked.within_hours, "who": selector(asked.escalate_to, names)}
        text += _("; after %(hours)s hours also %(who)s") % later
    return text
