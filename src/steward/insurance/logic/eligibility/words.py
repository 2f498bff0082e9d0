"""Our words for the codes of a 271. The codes are X12's, the words are the office's own; nothing of X12's texts is here.

A code that is not in a table is shown as it came: a person can still look it up at the payer.
"""

from __future__ import annotations

#: Service types (X12 1365) an outpatient office meets.
SERVICES = {
    "1": "medical care", "2": "surgery", "3": "consultation", "4": "x-ray", "5": "laboratory", "6": "radiation",
    "7": "anesthesia", "8": "surgical help", "12": "equipment bought", "13": "surgery centre", "18": "equipment rented",
    "20": "second opinion on surgery", "23": "dental check", "30": "the plan as a whole", "33": "chiropractic",
    "35": "dental care", "40": "oral surgery", "42": "care at home", "45": "hospice", "47": "hospital",
    "48": "hospital stay", "50": "hospital, outpatient", "51": "emergency after an accident", "52": "emergency, medical",
    "53": "day surgery", "54": "long-term care", "60": "benefits in general", "61": "in vitro fertilization",
    "62": "MRI and CT", "64": "acupuncture", "65": "newborn care", "67": "giving up smoking", "68": "well-baby visits",
    "69": "maternity", "73": "medical tests", "76": "dialysis", "78": "chemotherapy", "79": "allergy tests",
    "80": "immunizations", "81": "yearly check-up", "82": "family planning", "83": "infertility", "86": "emergency",
    "88": "pharmacy", "93": "foot care", "96": "doctors' services", "98": "office visit", "99": "visit in hospital",
    "A0": "visit in an outpatient department", "A3": "visit at home", "A4": "psychiatry", "A6": "psychotherapy",
    "A7": "psychiatry, stay", "A8": "psychiatry, outpatient", "A9": "rehabilitation", "AD": "occupational therapy",
    "AE": "physical medicine", "AF": "speech therapy", "AG": "skilled nursing", "AI": "substance use",
    "AL": "eye care", "BG": "cardiac rehabilitation", "BH": "children's care", "BT": "gynecology", "BU": "obstetrics",
    "BV": "obstetrics and gynecology", "BY": "office visit when sick", "BZ": "office visit when well",
    "CE": "mental health, stay", "CF": "mental health, outpatient", "CK": "screening x-ray",
    "CL": "screening laboratory", "CO": "flu vaccination", "DM": "medical equipment", "MH": "mental health",
    "ON": "cancer care", "PT": "physical therapy", "UC": "urgent care",
}  # fmt: skip

#: EB06. ``left`` and ``lifetime left`` mark what remains of a sum rather than the sum.
PERIODS = {
    "6": "an hour", "7": "a day", "13": "24 hours", "21": "years", "22": "a service year", "23": "a calendar year",
    "24": "so far this year", "25": "the contract", "26": "an episode", "27": "a visit", "29": "left",
    "30": "used up beyond", "31": "not used up", "32": "a lifetime", "33": "left in a lifetime", "34": "a month",
    "35": "a week", "36": "a stay",
}  # fmt: skip
LEFT = frozenset({"29", "33"})

#: EB02.
LEVELS = {
    "CHD": "children", "DEP": "dependents", "ECH": "employee and children", "EMP": "employee",
    "ESP": "employee and spouse", "FAM": "family", "IND": "individual", "SPC": "spouse and children", "SPO": "spouse",
}  # fmt: skip

#: EB04, the kinds an office meets.
INSURANCE = {
    "12": "Medicare after a group plan (working aged)", "13": "Medicare after a group plan (kidney disease)",
    "15": "workers' compensation before Medicare", "43": "Medicare after a group plan (disability)", "AP": "auto insurance",
    "C1": "commercial", "CO": "COBRA", "EP": "exclusive providers", "GP": "group policy", "HM": "HMO",
    "HN": "Medicare Advantage HMO", "IN": "indemnity", "IP": "individual policy", "MA": "Medicare Part A",
    "MB": "Medicare Part B", "MC": "Medicaid", "MI": "Medigap Part A", "MP": "Medicare primary", "OT": "other",
    "PR": "PPO", "PS": "point of service", "QM": "qualified Medicare beneficiary", "SP": "supplemental",
    "WC": "workers' compensation",
}  # fmt: skip

#: EB09: what EB10 counts.
COUNTED = {
    "8H": "at least", "99": "units", "CA": "covered days, so far", "CE": "covered days, expected", "D3": "days shared",
    "DY": "days", "HS": "hours", "LA": "lifetime reserve days", "M2": "at most", "MN": "months", "P6": "procedures",
    "QA": "approved", "S7": "up to age", "S8": "from age", "VS": "visits", "YY": "years",
}  # fmt: skip

#: DTP01, the ones worth a line.
DATES = {
    "291": "plan", "292": "benefit", "295": "primary care since", "304": "last visit", "307": "eligible",
    "346": "plan begins", "347": "plan ends", "348": "benefit begins", "349": "benefit ends", "356": "eligible from",
    "357": "eligible until", "382": "enrolled", "442": "died", "539": "policy from", "540": "policy until",
    "636": "last changed",
}  # fmt: skip
BEGINS = frozenset({"346", "356", "348", "539", "382"})
ENDS = frozenset({"347", "357", "349", "540"})

_ASK_AGAIN = "Ask again in an hour; if it stays, call the payer."
_PROVIDER = "Check the provider's NPI and that they are enrolled with this payer."
_MEMBER = "Compare the member number with the card, letter by letter."
_NAME = "Compare the name with the card: the payer wants it as printed there."
_BORN = "Ask the patient for the date of birth and compare it with the card."
_PERSON = "Compare member number, name and date of birth with the card; then ask the patient for the new card."
_DAY = "Ask for a day the payer answers for; many answer for the past two years and this month only."
#: AAA03 -> what is wrong, how to mend it.
REASONS = {
    "04": ("More was asked for than the payer allows.", "Ask for fewer services at a time."),
    "15": ("Something the payer needs is missing.", "Fill in member number, name and date of birth, then ask again."),
    "33": ("The payer could not read a value.", "Compare what was sent with the card, then ask again."),
    "35": ("The provider is not in the plan's network.", "Tell the patient what that will cost, or book another provider."),
    "41": ("The payer does not let this office ask.", "Enrol for eligibility with the payer or clearinghouse."),
    "42": ("The payer cannot answer now.", _ASK_AGAIN),
    "43": ("The provider's number is wrong or missing.", _PROVIDER),
    "44": ("The provider's name is wrong or missing.", _PROVIDER),
    "45": ("The provider's specialty is wrong or missing.", _PROVIDER),
    "46": ("The provider's phone is wrong or missing.", _PROVIDER),
    "47": ("The provider's state is wrong or missing.", _PROVIDER),
    "48": ("The referring provider's number is wrong or missing.", _PROVIDER),
    "49": ("The provider is not the patient's primary care provider.", "Ask the patient to change it, or get a referral."),
    "50": ("The payer does not answer this provider.", "Enrol the provider for eligibility with the payer."),
    "51": ("The payer does not know the provider.", _PROVIDER),
    "52": ("The provider was not in the plan on that day.", "Check from when the provider is enrolled with this payer."),
    "53": ("What was asked does not fit this kind of provider.", "Ask about the plan as a whole."),
    "54": ("The kind of code asked about is not one the payer takes.", "Ask about a service type instead."),
    "55": ("The code asked about is not one the payer takes.", "Ask about a service type instead."),
    "56": ("The date does not fit.", _DAY),
    "57": ("The day of service is wrong or missing.", _DAY),
    "58": ("The date of birth is wrong or missing.", _BORN),
    "60": ("The day of service is before the date of birth.", _BORN),
    "61": ("The day of service is after the day of death.", "Check the patient's record before anything is billed."),
    "62": ("The payer does not answer for that day.", _DAY),
    "63": ("The day of service is in the future.", "Ask again on the day of the visit, or for today."),
    "64": ("The patient's number is wrong or missing.", _MEMBER),
    "65": ("The patient's name is wrong or missing.", _NAME),
    "66": ("The patient's sex is wrong or missing.", "Compare it with what the plan has on file."),
    "67": ("The payer does not find the patient.", _PERSON),
    "68": ("Several patients have this number.", "Add date of birth and first name, then ask again."),
    "69": ("It does not fit the patient's age.", _BORN),
    "70": ("It does not fit the patient's sex.", "Compare it with what the plan has on file."),
    "71": ("The date of birth is another one at the payer.", _BORN),
    "72": ("The member number is wrong or missing.", _MEMBER),
    "73": ("The subscriber's name is wrong or missing.", _NAME),
    "74": ("The subscriber's sex is wrong or missing.", "Compare it with what the plan has on file."),
    "75": ("The payer does not find the subscriber.", _PERSON),
    "76": ("Several subscribers have this number.", "Add date of birth and first name, then ask again."),
    "77": ("The subscriber is known, the patient is not.", "Check who is covered under this policy and how they are related."),
    "78": ("The subscriber is not in that group or plan.", "Compare the group number with the card."),
    "79": ("Sender or receiver of the question is wrong.", "Check the payer's number and ours at the clearinghouse."),
    "80": ("The payer did not answer in time.", _ASK_AGAIN),
    "97": ("The provider's address is wrong or missing.", _PROVIDER),
    "98": ("The service counts as experimental.", "Call the payer before the visit."),
    "AA": ("The authorization is not on file.", "Compare its number with the payer's letter."),
    "AE": ("Primary care must authorize it first.", "Get the authorization from the primary care provider."),
    "AF": ("Another provider must ask.", "Call the payer."),
    "AO": ("Further checks are under way at the payer.", "Ask again in a few days."),
    "CI": ("The certificate does not match.", "Compare numbers with the payer's letter."),
    "E8": ("A specialist's or other approval is missing.", "Call the payer."),
    "IA": ("The authorization's number is wrong.", "Compare its number with the payer's letter."),
    "MA": ("The authorization's number is missing.", "Enter the number of the payer's letter."),
    "T4": ("The payer's name or number is missing.", "Check the payer's number at the clearinghouse."),
}  # fmt: skip
#: AAA04 -> what to do about asking again.
FOLLOW_UP = {
    "C": "Mend it and ask again.", "N": "Asking again will not help.", "P": "Ask again as it was.", "R": "Ask again.",
    "S": "Do not ask again: the payer asks somebody else.", "W": "Ask again in 30 days.", "X": "Ask again in 10 days.",
    "Y": "Do not ask again: the payer keeps the question.",
}  # fmt: skip


def rejection_words(reason: str, follow_up: str = "") -> tuple[str, str]:
    """What is wrong and how to mend it, in our words, for AAA03 and AAA04."""
    what, fix = REASONS.get(
        reason,
        (f"The payer refused with reason {reason or 'none'}.", "Look the reason up in the payer's guide, or call."),
    )
    more = FOLLOW_UP.get(follow_up, "")
    return what, f"{fix} {more}".strip() if follow_up != "C" else fix


#: Services named first when a list is long: what the office itself does.
OFTEN = ("98", "BY", "BZ", "UC", "96", "1", "A0", "80", "81", "5", "4", "30")
MOST_NAMED = 3


def service_words(codes: tuple[str, ...], *, whole: bool = False) -> str:
    """``office visit, urgent care``; a code without words as ``service XX``.

    Long lists are cut to those an office meets most, with how many more, unless ``whole``.
    """
    shown = list(codes)
    if not whole and len(codes) > MOST_NAMED:
        shown = sorted(codes, key=lambda code: OFTEN.index(code) if code in OFTEN else len(OFTEN))[:MOST_NAMED]
    words = ", ".join(SERVICES.get(code, f"service {code}") for code in shown)
    return words if len(shown) == len(codes) else f"{words} and {len(codes) - len(shown)} more"
