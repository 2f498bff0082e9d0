"""Our words for the codes of TA1 and 999: what is wrong with what we sent, and how to mend it.

The codes are X12's (TA105; IK304, list 620; IK403, list 621; IK502, list 618; AK905, list 716), the words are the office's
own; nothing of X12's texts is here. A code without words is shown as it came.
"""

from __future__ import annotations

from steward.billing.logic.acknowledgement.syntax import ElementFault, SegmentFault

_SETUP = "Check sender, receiver and passwords at the clearinghouse's setup, then send again."
_OURS = "Send the file again; if it comes back, give it to whoever keeps Steward running."
_DATA = "Mend the claim's data and send it again."
_PAYER_RULE = "The payer wants what the claim does not say: mend the claim, or ask the payer's claims desk."
#: TA105 -> what is wrong, how to mend it.
NOTES: dict[str, tuple[str, str]] = {
    "000": ("Nothing is wrong.", ""),
    "001": ("The file's first and last control number differ.", _OURS),
    "002": ("The receiver does not take this standard.", _SETUP),
    "003": ("The receiver does not take this version.", _SETUP),
    "004": ("The mark that ends a segment cannot be read.", _OURS),
    "005": ("The kind of our sender number is wrong.", _SETUP),
    "006": ("Our sender number is not known.", _SETUP),
    "007": ("The kind of the receiver's number is wrong.", _SETUP),
    "008": ("The receiver's number is wrong.", _SETUP),
    "009": ("The receiver's number is not known.", _SETUP),
    "010": ("The kind of authorization is wrong.", _SETUP),
    "011": ("The authorization is wrong.", _SETUP),
    "012": ("The kind of password is wrong.", _SETUP),
    "013": ("The password is wrong.", _SETUP),
    "014": ("The file's date cannot be read.", _OURS),
    "015": ("The file's hour cannot be read.", _OURS),
    "016": ("The mark of repetition cannot be read.", _OURS),
    "017": ("The version's number cannot be read.", _OURS),
    "018": ("The file's control number cannot be read.", _OURS),
    "019": ("It cannot be read whether an answer is wanted.", _OURS),
    "020": ("It cannot be read whether the file is a test.", "Check whether test or production is set, then send again."),
    "021": ("The number of groups is wrong.", _OURS),
    "022": ("Opening and closing of the file do not fit together.", _OURS),
    "023": ("The file was cut off.", _OURS),
    "024": ("What is in the file is not taken.", _SETUP),
    "025": ("The file's number was used before.", "It has arrived before: look for its answer before you send it again."),
    "026": ("The mark between elements cannot be read.", _OURS),
    "027": ("The mark between components cannot be read.", _OURS),
}  # fmt: skip
#: IK304.
SEGMENTS: dict[str, tuple[str, str]] = {
    "1": ("a segment nobody knows", _OURS),
    "2": ("a segment that does not belong there", _OURS),
    "3": ("a part is missing that every claim must have", _DATA),
    "4": ("a part comes too often", _DATA),
    "5": ("a segment comes too often", _DATA),
    "6": ("a segment this kind of file does not have", _OURS),
    "7": ("a segment in the wrong order", _OURS),
    "8": ("a value is wrong", _DATA),
    "I4": ("a part that must not be sent", _PAYER_RULE),
    "I6": ("a part is missing that what else the claim says calls for", _PAYER_RULE),
    "I7": ("a part comes too seldom", _PAYER_RULE),
    "I8": ("a segment comes too seldom", _PAYER_RULE),
    "I9": ("a part that what else the claim says forbids", _PAYER_RULE),
}  # fmt: skip
#: IK403.
ELEMENTS: dict[str, tuple[str, str]] = {
    "1": ("is missing", _DATA),
    "2": ("is missing because another value is there", _DATA),
    "3": ("has a value after it that does not belong", _OURS),
    "4": ("is too short", _DATA),
    "5": ("is too long", _DATA),
    "6": ("has a sign that is not allowed", _DATA),
    "7": ("has a code that does not exist", _DATA),
    "8": ("is no date", _DATA),
    "9": ("is no hour", _DATA),
    "10": ("may not stand beside another value", _DATA),
    "12": ("comes too often", _DATA),
    "13": ("has too many parts", _OURS),
    "I6": ("has a code this guide does not use", _PAYER_RULE),
    "I9": ("is missing though what else the claim says calls for it", _PAYER_RULE),
    "I10": ("must not be sent", _PAYER_RULE),
    "I11": ("comes too seldom", _PAYER_RULE),
    "I12": ("does not have the form this guide wants", _DATA),
    "I13": ("must not be sent with what else the claim says", _PAYER_RULE),
}  # fmt: skip


def note_words(note: str) -> tuple[str, str]:
    """What is wrong with a file and how to mend it, for TA105."""
    return NOTES.get(note, (f"The file was not taken (note {note or 'none'}).", _SETUP))


def fault_words(fault: SegmentFault) -> tuple[str, str]:
    """What is wrong and how to mend it: ``Segment 31 (SV1, loop 2400): element 1, part 2 has a code that does not exist
    (ZZZZZ).``"""
    where = ", ".join(part for part in (fault.tag, f"loop {fault.loop}" if fault.loop else "") if part)
    place = f"Segment {fault.position} ({where})"
    if fault.elements:
        said = [_element(one) for one in fault.elements]
        return f"{place}: {'; '.join(words for words, _ in said)}.", said[0][1]
    words, fix = SEGMENTS.get(fault.code, (f"fault {fault.code or 'not named'}", _DATA))
    return f"{place}: {words}.", fix


def _element(one: ElementFault) -> tuple[str, str]:
    words, fix = ELEMENTS.get(one.code, (f"has fault {one.code or 'not named'}", _DATA))
    part = f", part {one.component}" if one.component else ""
    value = f" ({one.value})" if one.value else ""
    return f"element {one.element}{part} {words}{value}", fix
