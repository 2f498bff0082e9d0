"""What a return or change code means for the office: our own words, and by when to act.

Days are bank days from the day the file was brought. A notice of change is to be acted on within six banking days or before
the next entry, whichever is later (Nacha Operating Rules, subsection 2.11.1); a return is looked at the next bank day.
"""

from __future__ import annotations

from dataclasses import dataclass

RETURN_DAYS, CHANGE_DAYS = 1, 6


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happened, and what to do about it."""

    words: str
    advice: str


AGAIN = "It may be presented once or twice more within 180 days; else ask the patient for another way to pay."
DETAILS = "Ask the person for other bank details before anything is sent again."
STOP = "Send nothing more to this account; talk to the person, and keep the signed authorization at hand."
OURS = "The fault is in what was sent: correct it, then send it anew."
BANK = "Ask the bank what it means and what it needs."

CODES: dict[str, Meaning] = {
    "R01": Meaning("The account had too little money.", AGAIN),
    "R02": Meaning("The account is closed.", DETAILS),
    "R03": Meaning("There is no such account, or it is another person's.", DETAILS),
    "R04": Meaning("The account number cannot be right.", DETAILS),
    "R05": Meaning("A consumer says a business entry was not allowed.", STOP),
    "R06": Meaning("Our own bank asked for it back.", BANK),
    "R07": Meaning("The person took the authorization back.", STOP),
    "R08": Meaning("The person stopped this payment.", STOP),
    "R09": Meaning("The money was in the account but not collected yet.", AGAIN),
    "R10": Meaning("The person says it was never authorized.", STOP),
    "R11": Meaning("The person says it differs from what was authorized.", STOP),
    "R12": Meaning("The account went to another bank.", DETAILS),
    "R13": Meaning("The routing number is no bank's that takes such entries.", DETAILS),
    "R14": Meaning("Who acts for the account's owner has died or can no longer act.", STOP),
    "R15": Meaning("The account's owner has died.", STOP),
    "R16": Meaning("The account is frozen.", DETAILS),
    "R17": Meaning("The bank could not work with what it was sent.", OURS),
    "R20": Meaning("No such payments may be made from this account.", DETAILS),
    "R21": Meaning("The company's identification is wrong.", OURS),
    "R22": Meaning("The person's identification is wrong.", OURS),
    "R23": Meaning("The person refused the money.", DETAILS),
    "R24": Meaning("The bank takes it for a second copy of one entry.", OURS),
    "R29": Meaning("A business says it was not authorized.", STOP),
    "R51": Meaning("A check presented electronically was not fit for it.", STOP),
    "R61": Meaning("The return was sent to the wrong bank.", BANK),
    "R67": Meaning("The same return came twice.", BANK),
    "R68": Meaning("The return came too late, and was disputed for it.", BANK),
    "R69": Meaning("The return had wrong figures, and was disputed for it.", BANK),
    "R70": Meaning("The return was not asked for, and was disputed for it.", BANK),
    "R71": Meaning("The dispute of a return was sent to the wrong bank.", BANK),
    "R72": Meaning("The dispute of a return came too late.", BANK),
    "R73": Meaning("The other bank holds its return to be in time.", BANK),
    "R74": Meaning("The other bank corrected its return.", BANK),
    "C01": Meaning("The account number is another one.", "Put the corrected account number where the old one stands."),
    "C02": Meaning("The routing number is another one.", "Put the corrected routing number where the old one stands."),
    "C03": Meaning("Routing and account number are other ones.", "Put both where the old ones stand."),
    "C04": Meaning("The name is another one.", "Correct the name."),
    "C05": Meaning("It is a savings account, or no longer one.", "Correct the kind of account."),
    "C06": Meaning("Account number and kind of account are other ones.", "Put both where the old ones stand."),
    "C07": Meaning("Routing number, account number and kind of account are other ones.", "Put all three where the old ones stand."),
    "C09": Meaning("The person's identification is another one.", "Correct it."),
    "C13": Meaning("What went along with the entry was not formed rightly.", OURS),
    "C14": Meaning("Another kind of entry should have been used.", OURS),
}


def meaning(code: str) -> Meaning:
    """Our words for a code; a code nobody here knows goes to a person with the bank's own."""
    return CODES.get(code, Meaning(f"The bank says {code}, which is in no list here.", BANK))
