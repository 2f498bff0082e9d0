"""Who pays for a patient, how much they agreed to pay, whether they will on that day, and what is left for the patient.

Words. The *subscriber* holds the policy, the *patient* is covered by it through a *relation* (X12: 18 self); *rank* 1
pays first. A *contract* prices services by a *fee schedule* (in *editions* by date), less its *carve-outs*. A *grant* is a
referral or prior authorisation. A *check* is one question about one coverage and one day of service. An *estimate* is what
a patient was told before the visit. A *write-off rule* is a white-listed pair of adjustment group and reason code.
Invariants. 1 A patient has at most one coverage of a rank on a day. 2 Self means subscriber and patient are one party,
anything else that they are two. 3 No rule, no write-off. 4 A payer has at most one contract for a plan, and one for all
plans, on a day. 5 No price is guessed: what a contract does not say is None. 6 What a payer says never changes a coverage.
7 An imported price and a made estimate never change.
"""
