"""835 text -> :class:`Remittance`, integer cents, every element that moves money checked.

An 835 of 10,000 claims has 150,000 segments or more. The text is therefore cut where the loops begin (CLP, SVC) with
the string methods that run in C, only segments that matter are split into elements, and every spelling of an amount, a
date or a segment is parsed once, because fee schedules repeat. Informational segments are kept as written (``details``).
"""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..x12 import X12Error, read
from .identity import content_hash
from .model import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine, as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from ..x12 import Transaction

#: Ten billion dollars: what one ledger line can hold (ledger.types.MAX_CENTS); no payment comes near it.
LIMIT_CENTS = 1_000_000_000_000
AMOUNT = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]{0,2})?|\.[0-9]{1,2})", re.ASCII)
TOO_FINE = re.compile(r"-?[0-9]*\.[0-9]{3,}", re.ASCII)
CLP_WIDTH, SVC_WIDTH, BPR_WIDTH = 9, 6, 17
#: A segment name alone: it cannot begin a loop without its elements.
NEEDS_ELEMENTS = frozenset({"CLP", "SVC", "PLB", "CAS"})
ASK = "Ask the payer or clearinghouse for a corrected file; nothing of it was posted."
VERSION = "005010X221"
Refs = list[tuple[str, str]]
#: Makes a named tuple without its Python-level constructor, which costs more than the rest of a service line.
_new: Callable[..., Any] = tuple.__new__


class Cents(dict[str, int]):
    """Spelling -> cents. A missing spelling is parsed once; a wrong one raises ValueError with the reason."""

    def __missing__(self, text: str) -> int:
        digits = text[:-3] + text[-2:]
        if text[-3:-2] == "." and len(digits) < 13 and digits.isdigit() and digits.isascii():  # 123.45, as payers write
            value = self[text] = int(digits)
            return value
        if AMOUNT.fullmatch(text) is None:
            if TOO_FINE.fullmatch(text):
                raise ValueError(f"the amount {text[:30]} has more than two decimals")
            raise ValueError(f"{text[:30]!r} is not an amount")
        whole, _, decimals = text.lstrip("-").partition(".")
        cents = int(whole or "0") * 100 + int((decimals + "00")[:2])
        if cents > LIMIT_CENTS:
            raise ValueError(f"the amount {text[:30]} is larger than any payment")
        self[text] = cents = -cents if text[0] == "-" else cents
        return cents


class _Dates(dict[str, "date | None"]):
    """CCYYMMDD -> date; unreadable service dates are None (they move no money)."""

    def __missing__(self, text: str) -> date | None:
        value = self[text] = as_date(text)
        return value


class _Adjustments(dict[str, "tuple[Adjustment, ...]"]):
    """CAS segment as written -> its adjustments. Fee schedules make the same segment come again thousands of times."""

    def __init__(self, separator: str, cents: Cents) -> None:
        super().__init__()
        self.separator, self.cents = separator, cents

    def __missing__(self, text: str) -> tuple[Adjustment, ...]:
        e = text.split(self.separator)
        found = [Adjustment(e[1], e[2], self.cents[e[3]], e[4] if len(e) > 4 else "")]
        for index in range(5, len(e), 3):
            amount = e[index + 1] if len(e) > index + 1 else ""
            if e[index] or amount:
                found.append(Adjustment(e[1], e[index], self.cents[amount], e[index + 2] if len(e) > index + 2 else ""))
        value = self[text] = tuple(found)
        return value


class _Services(dict[str, "tuple[str, str, tuple[str, ...], int, int, str, str, tuple[str, ...]]"]):
    """SVC segment as written (without its name) -> the first eight values of a ServiceLine."""

    def __init__(self, separator: str, component: str, cents: Cents) -> None:
        super().__init__()
        self.separator, self.component, self.cents = separator, component, cents

    def __missing__(self, text: str) -> tuple[str, str, tuple[str, ...], int, int, str, str, tuple[str, ...]]:
        e = text.split(self.separator)
        if len(e) < SVC_WIDTH:
            e += [""] * (SVC_WIDTH - len(e))
        qualifier, code, modifiers = self._procedure(e[0])
        submitted = self._procedure(e[5]) if e[5] else ("", "", ())
        value = self[text] = (
            qualifier,
            code,
            modifiers,
            self.cents[e[1]],
            self.cents[e[2]],
            e[4],
            submitted[1],
            submitted[2],
        )
        return value

    def _procedure(self, text: str) -> tuple[str, str, tuple[str, ...]]:
        qualifier, _, rest = text.partition(self.component)
        code, *others = rest.split(self.component)
        return qualifier, code, tuple(part for part in others[:4] if part)


def parse(raw: bytes) -> tuple[Remittance, ...]:
    """Every 835 of the file ``raw``. Raises :class:`X12Error` only, also when the file holds no 835."""
    with _collector_paused():
        found = [
            parse_transaction(tx) for interchange in read(raw) for tx in interchange.transactions if tx.kind == "835"
        ]
    if not found:
        raise X12Error(
            "not_835", "The file holds no remittance (835).", "Choose an 835 file, or import it as what it is."
        )
    return tuple(found)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """The values of a remittance hold no cycles, so looking for some while a hundred thousand are made is half the time
    of parsing (0.12 s against 0.08 s for 10,000 claims). Restored as it was, also after an error.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse_transaction(tx: Transaction) -> Remittance:
    """One 835. Raises :class:`X12Error` with segment and loop; balance is a question of its own (``problems``)."""
    if not tx.version.startswith(VERSION):
        raise X12Error(
            "version",
            f"This 835 is written as {tx.version[:20]}; Steward reads {VERSION} and its errata.",
            "Ask the payer for version 005010X221A1.",
            segment=tx.first_segment,
            loop="ST",
        )
    reader = _Reader(tx)
    try:
        return reader.remittance()
    except ValueError as error:
        if isinstance(error, X12Error):
            raise
        raise reader.refuse("amount", f"In this segment {error}.") from error
    except IndexError as error:
        raise reader.refuse("missing", "The segment has fewer elements than an 835 needs here.") from error


class _Reader:
    """One pass over one transaction. ``at`` and ``loop`` name the place for whoever raises."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.at, self.loop = tx.first_segment, "1000"
        self.cents, self.dates = Cents(), _Dates()
        self.sep, self.end, self.sub = tx.delimiters.element, tx.delimiters.segment, tx.delimiters.component
        self.adjustments = _Adjustments(self.sep, self.cents)
        self.services = _Services(self.sep, self.sub, self.cents)
        self.cas_mark, self.dtm_mark = "CAS" + self.sep, "DTM" + self.sep
        self.ref_mark, self.control_mark, self.lq_mark = "REF" + self.sep, "6R" + self.sep, f"LQ{self.sep}H"
        self.service_dates = (f"472{self.sep}", f"150{self.sep}")
        self.keep: Callable[[list[str]], tuple[str, ...]] = tuple if self.sep == "*" else self._rewritten
        self.lx_cut = self.end + "LX" + self.sep
        self.svc_cut = self.end + "SVC" + self.sep

    def refuse(self, code: str, message: str) -> X12Error:
        return X12Error(code, message, ASK, segment=self.at, loop=self.loop)

    def remittance(self) -> Remittance:
        head, *chunks = (self.end + self.tx.text).split(self.end + "CLP" + self.sep)
        last = chunks[-1] if chunks else head
        body, mark, summary = last.partition(self.end + "PLB" + self.sep)
        if chunks:
            chunks[-1] = body
        else:
            head = body
        header = _Header(self, head)
        self.at = self.tx.first_segment + head.count(self.end)
        claims = tuple([self._claim(chunk) for chunk in chunks])
        provider = self._provider(summary) if mark else ()
        return header.remittance(claims, provider)

    # ---- claims ----
    def _claim(self, chunk: str) -> ClaimPayment:
        """The text after ``CLP*`` up to the next claim. Leaves ``at`` on its last segment."""
        between = 0
        if self.lx_cut in chunk:  # LX, TS3 and TS2 (loop 2000) stand between claims and belong to none
            chunk, _, loop_2000 = chunk.partition(self.lx_cut)
            between = 1 + loop_2000.count(self.end)
        first, *parts = chunk.split(self.svc_cut)
        segments = first.split(self.end)
        self.at += 1
        self.loop, start = "2100", self.at
        e = segments[0].split(self.sep)
        if len(e) < CLP_WIDTH:
            e += [""] * (CLP_WIDTH - len(e))
        cents = self.cents
        charge, paid, share = cents[e[2]], cents[e[3]], cents[e[4]] if e[4] else 0
        if not e[1]:
            raise self.refuse("missing", "The claim has no status (CLP02).")
        adjustments: tuple[Adjustment, ...] = ()
        details: list[str] = []
        for at, text in enumerate(segments[1:], start + 1):
            mark = text[:4]
            if mark == self.cas_mark:
                self.at = at
                adjustments += self.adjustments[text]
            elif mark in NEEDS_ELEMENTS:
                self.at = at
                raise self.refuse("missing", "The segment has fewer elements than an 835 needs here.")
            else:
                details.append(text)
        self.at = start + len(segments) - 1
        lines = tuple([self._line(part) for part in parts]) if parts else ()
        self.at += between
        claim: ClaimPayment = _new(ClaimPayment, (
            e[0], e[1], charge, paid, share, e[5], e[6], e[7], e[8], adjustments, lines, self.keep(details), start,
        ))  # fmt: skip
        return claim

    def _line(self, part: str) -> ServiceLine:
        """The text after ``SVC*`` up to the next service or claim."""
        first, *segments = part.split(self.end)
        self.at = start = self.at + 1
        self.loop = "2110"
        control, day = "", None
        service = self.services[first]
        adjustments: tuple[Adjustment, ...] = ()
        remarks: tuple[str, ...] = ()
        details: list[str] = []
        cas_mark, dtm_mark = self.cas_mark, self.dtm_mark
        for at, text in enumerate(segments, start + 1):
            mark = text[:4]
            if mark == cas_mark:
                self.at = at
                adjustments += self.adjustments[text]
            elif mark == dtm_mark:
                if text[4:8] in self.service_dates and day is None:
                    day = self.dates[text[8:16]]
            elif mark == self.ref_mark and text[4:7] == self.control_mark:
                control = text[7:]
            elif mark == self.lq_mark:
                remarks += (text[6:],)
            else:
                details.append(text)
        self.at = start + len(segments)
        if self.sep in control:
            control = control.partition(self.sep)[0]
        found: ServiceLine = _new(ServiceLine, (
            *service, control, day, adjustments, remarks, self.keep(details), start,
        ))  # fmt: skip
        return found

    def _rewritten(self, details: list[str]) -> tuple[str, ...]:
        return tuple([text.replace("*", " ").replace(self.sep, "*") for text in details])

    # ---- summary ----
    def _provider(self, summary: str) -> tuple[ProviderAdjustment, ...]:
        """Every pair 03/04 ... 13/14 of every PLB segment."""
        found: list[ProviderAdjustment] = []
        self.loop = "PLB"
        for number, text in enumerate(summary.split(self.end)):
            self.at += 1
            e = text.split(self.sep)
            if number:
                if e[0] != "PLB":
                    raise self.refuse("order", f"A segment {e[0][:3]} stands after the provider adjustments (PLB).")
                e = e[1:]
            if len(e) < 4:
                raise self.refuse("missing", "The segment has fewer elements than an 835 needs here.")
            for index in range(2, len(e), 2):
                amount = e[index + 1] if len(e) > index + 1 else ""
                if e[index] or amount:
                    code, _, reference = e[index].partition(self.sub)
                    found.append(ProviderAdjustment(e[0], e[1], code, reference, self.cents[amount], self.at))
        return tuple(found)


class _Header:
    """Loops 1000A and 1000B and the payment itself: BPR, TRN, DTM*405, N1, REF."""

    def __init__(self, reader: _Reader, head: str) -> None:
        self.reader = reader
        self.bpr: list[str] = []
        self.trn: list[str] = []
        self.produced: date | None = None
        self.parties: dict[str, list[str]] = {}
        self.refs: dict[str, Refs] = {"": [], "PR": [], "PE": []}
        party = ""
        for text in head.split(reader.end)[1:]:
            reader.at += 1
            e = text.split(reader.sep)
            if e[0] == "N1" and e[1] in ("PR", "PE"):
                party = e[1]
                self.parties[party] = [*e, "", "", ""]
            elif e[0] == "REF" and len(e) > 2:
                self.refs[party].append((e[1], e[2]))
            else:
                self._payment(e)
        if not self.bpr or not self.trn:
            raise reader.refuse("missing", "The payment (BPR) or its trace number (TRN) is missing.")

    def _payment(self, e: list[str]) -> None:
        reader = self.reader
        if e[0] == "BPR":
            if self.bpr:
                raise reader.refuse("twice", "The remittance has two payment segments (BPR).")
            self.paid = reader.cents[e[2]]
            self.bpr = e + [""] * (BPR_WIDTH - len(e))
        elif e[0] == "TRN" and not self.trn:
            self.trn = [*e, "", "", ""]
        elif e[0] == "DTM" and e[1] == "405":
            self.produced = as_date(e[2])
        elif e[0] in ("SVC", "CAS", "CLP", "PLB"):
            raise reader.refuse("order", f"A segment {e[0]} stands where a claim has not begun, or has no elements.")

    def remittance(self, claims: tuple[ClaimPayment, ...], provider: tuple[ProviderAdjustment, ...]) -> Remittance:
        bpr, trn, tx = self.bpr, self.trn, self.reader.tx
        payer, payee = self.parties.get("PR", [""] * 5), self.parties.get("PE", [""] * 5)
        return Remittance(
            control=tx.control,
            handling=bpr[1],
            paid_cents=self.paid,
            credit_debit=bpr[3],
            method=bpr[4],
            originator=bpr[10],
            paid_on=as_date(bpr[16]) or self.produced,
            paid_on_text=bpr[16],
            trace=trn[2],
            trace_origin=trn[3],
            payer_name=payer[2],
            payer_id=payer[4],
            payer_refs=tuple(self.refs["PR"]),
            payee_name=payee[2],
            payee_qualifier=payee[3],
            payee_id=payee[4],
            payee_refs=tuple(self.refs["PE"]),
            claims=claims,
            provider_adjustments=provider,
            content_hash=content_hash(tx.text, tx.delimiters),
            segment=tx.first_segment,
        )
