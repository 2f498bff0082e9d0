"""The people who work here: providers and their sessions, staff, users and their roles.

Words. A *provider* sees patients under an NPI; a *session* is a stretch of hours in which a provider can be booked at a
site, in slots of so many minutes; an *employee* holds a job from a day to a day.
Invariants. 1 A provider's NPI has a right check digit. 2 Sessions of one provider on one day do not overlap.
3 Ending an employee ends the login: every session of a leaver is dead within a minute. 4 Nobody grants a role to
himself.
"""
