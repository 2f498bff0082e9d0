"""The budget: what the year is meant to bring and cost, from drivers, to the cent.

Words: a *driver* is a cause in units (visits, full-time places); a *line* is an account's amount in one month; *static* is the plan
as approved, *flexible* the plan at the volume that came; a *variance* is a part of actual less static.

Invariants: 1 a year's amount is rounded once and split over its months by largest remainder; 2 the parts of a difference add up to
it to the cent; 3 volume is quantity and mix together, never shown beside them as a third part.
"""
