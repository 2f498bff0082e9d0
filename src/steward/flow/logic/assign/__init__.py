"""Which facility at which place: the quadratic assignment problem (QAP), searched for the least walking.

`qaplib` reads files, `problem` holds flow, distance and rules and counts a layout's cost, `terms` is the form in which it is searched,
`tabu` searches (`plain` with NumPy, `loops` compiled), `propose` says what would move and what it saves, `bays` shapes rooms of unequal area.
"""
