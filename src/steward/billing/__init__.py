"""Billing: what was done becomes a charge, what the payer answers becomes a remittance, and both meet in the books.

Words: a *charge* is one service line; a *claim* is the charges sent together under one number (CLM01, back as
CLP01); a *remittance* is one ST..SE of an 835; a *work item* is what a person must decide.

Invariants (facts of the practice, section "Invariants, always"): the journal of a remittance sums to zero and its
cash equals BPR02; a claim's receivables + adjustments + payments equal its charges; undoing an import returns every
balance; what no rule names waits for a person with the money safe, never with a patient and never written off.
"""
