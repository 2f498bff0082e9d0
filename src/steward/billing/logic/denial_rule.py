"""From a cause of denials to the scrub rule that asks before the next claim goes: drafted, for a person to read and to try."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from steward.billing.logic.scrub.catalogue import CHECKS
from steward.billing.logic.scrub.model import WARNING, Rule

REFUSED_BEFORE = "refused_before"
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Shows:
    """Where a cause shows: our name of it, the payer's code and name, the service, the reason code, what to do first. Empty: any."""

    title: str
    payer: str = ""
    payer_name: str = ""
    code: str = ""
    carc: str = ""
    hint: str = ""


def named(text: str) -> str:
    """A rule's id from any words: small letters, digits, single hyphens."""
    return _OTHER.sub("-", text.casefold()).strip("-")[:60].rstrip("-") or "own-rule"


def takes_codes(rule: Rule) -> bool:
    """Whether a rule asks of the services it lists, so that one like it can be made for another service."""
    return CHECKS[rule.check].takes.get("codes") == "codes" and "dx" not in rule.check


def drafted(shows: Shows, id_: str, fitting: Rule | None, since: date) -> Rule:
    """A rule of the practice's own for the cause: as the fitting one asks, of this service and payer alone; where none fits, a
    question whenever the service goes to the payer. It warns: a person answers, nothing is held for good.

    ``since`` is the first day of service it looks at.
    """
    codes = (shows.code,) if shows.code else ()
    told = ", ".join(one for one in (shows.payer_name, f"CARC {shows.carc}" if shows.carc else "") if one)
    rule = Rule(
        named(id_), "practice", WARNING, shows.title, "Line {line}: {code} was refused before" + (f" ({told})." if told else "."),
        shows.hint or "Look at the last denial of this kind before it goes.", f"Denials of this practice: {told or shows.title}",
        REFUSED_BEFORE, since, parameters={"codes": codes, "unless": ()}, payers=(shows.payer,) if shows.payer else (),
    )  # fmt: skip
    if fitting is None or not takes_codes(fitting):
        return rule
    asked = {**fitting.parameters, "codes": codes or fitting.parameters["codes"]}
    return replace(rule, check=fitting.check, message=fitting.message, fix=fitting.fix, parameters=asked, forms=fitting.forms)
