"""What a person means by what is typed into a search box: a name, a birth date, a phone, an e-mail, a number."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from steward.registry.logic.contacts import email_key
from steward.registry.logic.identifiers import digits_of
from steward.registry.logic.names import name_key


@dataclass(frozen=True)
class Wanted:
    """The reading of one search text. Empty fields were not asked; several set ones must all hold, names in either
    order.
    """

    last: str = ""
    first: str = ""
    swapped: bool = False  # no comma: the words may stand first name first
    birth_date: dt.date | None = None
    phone: str = ""
    email: str = ""
    number: str = ""  # a chart or other number, as typed

    @property
    def empty(self) -> bool:
        """True when nothing can be looked for."""
        return not (self.last or self.birth_date or self.phone or self.email or self.number)


_DATE = re.compile(r"(?<!\d)(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}))(?!\d)")


def _date_in(text: str) -> tuple[dt.date | None, str]:
    """The first date in a text and the text without it; impossible dates are left in the text."""
    found = _DATE.search(text)
    if not found:
        return None, text
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None, text
    return date, (text[: found.start()] + " " + text[found.end() :]).strip(" ,")


def read_search(text: str) -> Wanted:
    """What was asked for.

    "ortiz, ana", "ana ortiz 3/4/1980", "1980-03-04", "212 555 0142", "555-0142", "ana@example.org", "P-1024". Seven
    digits or more without letters are a phone, other words that hold a digit a number.
    """
    text = text.strip()[:200]
    if email_key(text):
        return Wanted(email=email_key(text))
    birth_date, rest = _date_in(text)
    if re.fullmatch(r"[\d\s().+-]{7,}", rest) and len(digits_of(rest)) >= 7:
        return Wanted(birth_date=birth_date, phone=digits_of(rest)[-10:], number=rest)
    if re.search(r"\d", rest):
        return Wanted(birth_date=birth_date, number=rest)
    if "," in rest:
        last, first = rest.split(",", 1)
        return Wanted(last=name_key(last), first=name_key(first), birth_date=birth_date)
    words = name_key(rest).split(" ")
    return Wanted(last=words[0], first=" ".join(words[1:]), swapped=True, birth_date=birth_date)
