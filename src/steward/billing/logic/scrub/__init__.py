"""The scrub: dated rules against a claim before it leaves. Pure; a claim, rules and a world in, problems out.

Invariants: it never raises on any claim; the same claim, rules and world give the same problems in the same order; an
error holds, a warning goes with a reason, an info only tells; what is unknown (a code set not imported, a patient without
known history) holds nothing.
"""

from __future__ import annotations

from steward.billing.logic.scrub.engine import RuleSet, held, prepare, scrub, scrub_many
from steward.billing.logic.scrub.model import Problem, Rule, World
from steward.billing.logic.scrub.rules import RuleFault, data_of, load, overlay, parse, rule_from, text_of

__all__ = [
    "Problem", "Rule", "RuleFault", "RuleSet", "World", "data_of", "held", "load", "overlay", "parse", "prepare", "rule_from",
    "scrub", "scrub_many", "text_of",
]  # fmt: skip
