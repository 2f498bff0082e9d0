"""Approvals: a second person's yes, asked for and kept by rule.

Words: a *subject* is what is to be approved, seen from outside; a *rule* names the *steps* that a subject of
its kind and size needs; a *decision* is one person's yes or no on one step; a *delegation* lends a person's
say for some days; an *envelope* is a yes given beforehand within limits; an *owner review* is what a small
office does instead of a second person, afterwards.

Invariants: 1 no rule for a subject means no, never yes; 2 all matching rules join, so adding one never makes
it easier; 3 nobody approves what he asked for, prepared or profits from, not through a delegate either; 4 a
decision holds for the fingerprint it was given on and for that amount or less; 5 decisions are never changed.
The judgement is `logic.evaluate`, pure; rooms ask with `services.request`, people answer with
`services.decide`, the room then acts: nothing here calls up.
"""
