"""The flow of patients and staff through rooms: who walks where, who waits, and whether another layout would be better.

Words: a *facility* is what is to be placed (an exam room's use, the laboratory, a desk), a *place* is where it may stand; *flow* is
trips a week between two facilities, *distance* the walk between two places; a *layout* says which facility is at which place.

Invariants: 1 logic is pure, and the same input with the same seed and number of steps gives the same answer; 2 a proposal is never
worse than the layout it was given, and leaving everything where it is may win; 3 a proposal breaks no rule that was asked for.
"""
