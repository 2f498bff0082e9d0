"""Who pays for a patient: payers, their plans, a patient's coverage by rank and date, and what may be written off.

Words. The *subscriber* holds the policy, the *patient* is covered by it through a *relation* (X12: 18 self); *rank* 1
pays first. A *write-off rule* is a white-listed pair of adjustment group and reason code: only such a pair ever
adjusts by itself.
Invariants. 1 A patient has at most one coverage of a rank on a day. 2 Self means subscriber and patient are one party,
anything else that they are two. 3 No rule, no write-off.
"""
