"""Who and where: parties, legal entities, sites, departments and places.

Words. A *party* is one person or one organisation, known once, whatever roles it plays (patient, guarantor, employee,
vendor, payer). An *entity* is a legal entity that bills and balances on its own. A *place* is a room, cabinet or bin.
Invariants. 1 Nothing is deleted: records end (`ended_on`). 2 Search keys and the blind index are derived from what was
typed, by services only. 3 Exactly one entity is the practice.
4 A place's parent stands in the same site, without rings.
"""
