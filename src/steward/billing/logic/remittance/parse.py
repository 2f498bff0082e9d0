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

from steward.core.x12.read import X12Error, read

from .identity import content_hash
from .model import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine, as_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from steward.core.x12.read import Transaction

#: Ten billion dollars: what one ledger line can hold (ledger.types.MAX_CENTS); no payment comes near it.
LIMIT_CENTS = 1_000_000_000_000
AMOUNT = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]{0,2})?|\.[0-9]{1,2})", re.ASCII)
TOO_FINE = re.compile(r"-?[0-9]*\.[0-9]{3,}", re.ASCII)
CLP_WIDTH, SVC_WIDTH, BPR_WIDTH = 10, 7, 17
#: A segment name alone: it cannot begin a loop without its elements.
NEEDS_ELEMENTS = frozenset({"CLP", "SVC", "PLB", "CAS"})
ASK = "Ask the payer or clearinghouse for a corrected file; nothing of it was posted."
VERSION = "005010X221"
Refs = list[tuple[str, str]]
_Top = tuple[tuple[Adjustment, ...], tuple[str, ...], int]
_Service = tuple[str, str, tuple[str, ...], int, int, str, str, tuple[str, ...]]
_NO_TOP: _Top = ((), (), 0)
_NO_SERVICE: Any = ()
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


class _Services(dict[str, "_Service"]):
    """SVC segment as written -> the first eight values of a ServiceLine."""

    def __init__(self, separator: str, component: str, cents: Cents) -> None:
        super().__init__()
        self.separator, self.component, self.cents = separator, component, cents

    def __missing__(self, text: str) -> _Service:
        e = text.split(self.separator)
        if len(e) < SVC_WIDTH:
            e += [""] * (SVC_WIDTH - len(e))
        qualifier, code, modifiers = self._procedure(e[1])
        submitted = self._procedure(e[6]) if e[6] else ("", "", ())
        value = self[text] = (
            qualifier,
            code,
            modifiers,
            self.cents[e[2]],
            self.cents[e[3]],
            e[5],
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
    """The values of a remittance hold no cycles, so looking for some while a hundred thousand are made, and once more when
    they are young, is half the time of parsing. They go straight to the old generation (freeze and unfreeze move lists,
    not objects). Restored as it was, also after an error.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
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
        self.keep: Callable[[list[str]], tuple[str, ...]] = tuple if self.sep == "*" else self._rewritten

    def refuse(self, code: str, message: str) -> X12Error:
        return X12Error(code, message, ASK, segment=self.at, loop=self.loop)

    def remittance(self) -> Remittance:
        segments = self.tx.segments
        first_claim, summary = self._borders(segments)
        header = _Header(self, segments[:first_claim])
        claims = self._claims(segments[first_claim:summary])
        return header.remittance(claims, self._provider(segments[summary:]))

    def _borders(self, segments: list[str]) -> tuple[int, int]:
        """Where the claims begin and where the provider summary (PLB) begins; a PLB among claims is met there."""
        text = f"{self.end}{self.tx.text}{self.end}"
        first, last = text.find(f"{self.end}CLP{self.sep}"), text.rfind(f"{self.end}CLP{self.sep}")
        plb = text.find(f"{self.end}PLB{self.sep}", max(last, 0))
        summary = len(segments) - text.count(self.end, plb + 1) if plb >= 0 else len(segments)
        return text.count(self.end, 0, first) if first >= 0 else summary, summary

    # ---- claims ----
    def _claims(self, segments: list[str]) -> tuple[ClaimPayment, ...]:
        """Loops 2100 and 2110. A service is made when the next one or the next claim begins, a claim when the next begins
        (a last, empty CLP ends the last).

        Longer than a function should be: it runs 150,000 times a file, and a call a segment costs half as much again.
        """
        sep, cas, dates, keep, services = self.sep, self.adjustments, self.dates, self.keep, self.services
        m_clp, m_svc, m_cas, m_dtm, m_ref = (name + sep for name in ("CLP", "SVC", "CAS", "DTM", "REF"))
        odd = {
            "LX" + sep,
            "TS2",
            "TS3",
            *NEEDS_ELEMENTS,
        }  # LX, TS2, TS3 (loop 2000) stand between claims, belong to none
        m_loops = (m_svc, m_clp)
        m_6r, m_lq, service_days = "6R" + sep, f"LQ{sep}H", (f"472{sep}", f"150{sep}")
        claims: list[ClaimPayment] = []
        lines: list[ServiceLine] = []
        head, top, service = "", _NO_TOP, _NO_SERVICE
        taken: tuple[Adjustment, ...] = ()
        remarks: tuple[str, ...] = ()
        details: list[str] = []
        control, day, start, self.loop = "", None, 0, "2100"
        at = self.at
        try:
            for at, text in enumerate([*segments, m_clp], self.at + 1):
                mark = text[:4]
                if mark == m_cas:
                    taken += cas[text]
                elif mark == m_dtm and service and text[4:8] in service_days:
                    day = day or dates[text[8:16]]
                elif mark in m_loops:
                    if service:
                        rest = (control, day, taken, remarks, keep(details), start)
                        lines.append(_new(ServiceLine, service + rest))
                    else:
                        top = (taken, keep(details), start)
                    if mark == m_svc:
                        self.loop, service = "2110", services[text]
                    else:
                        self.loop = "2100"
                        if head:
                            here, at = at, top[2]  # what is wrong with a claim's own segment is told of there
                            claims.append(self._claim(head, top, lines))
                            at = here
                        head, service, lines = text, _NO_SERVICE, []
                    taken, remarks, details, control, day, start = (), (), [], "", None, at
                elif mark == m_ref and service and text[4:7] == m_6r:
                    control = text[7:]
                    if sep in control:
                        control = control.partition(sep)[0]
                elif mark == m_lq and service:
                    remarks += (text[6:].partition(sep)[0],)
                elif mark[:3] not in odd:
                    details.append(text)
                elif mark[:3] in NEEDS_ELEMENTS:
                    self.at = at
                    raise self.refuse("order", f"A segment {mark[:3]} stands where none may, or has no elements.")
        finally:
            self.at = at
        self.at -= 1
        return tuple(claims)

    def _claim(self, head: str, top: _Top, lines: list[ServiceLine]) -> ClaimPayment:
        """The claim of a CLP segment with what followed it."""
        adjustments, details, start = top
        e = head.split(self.sep)
        if len(e) < CLP_WIDTH:
            e += [""] * (CLP_WIDTH - len(e))
        cents = self.cents
        charge, paid, share = cents[e[3]], cents[e[4]], cents[e[5]] if e[5] else 0
        if not e[2]:
            self.at = start
            raise self.refuse("missing", "The claim has no status (CLP02).")
        claim: ClaimPayment = _new(ClaimPayment, (
            e[1], e[2], charge, paid, share, e[6], e[7], e[8], e[9], adjustments, tuple(lines), details, start,
        ))  # fmt: skip
        return claim

    def _rewritten(self, details: list[str]) -> tuple[str, ...]:
        return tuple([text.replace("*", " ").replace(self.sep, "*") for text in details])

    # ---- summary ----
    def _provider(self, segments: list[str]) -> tuple[ProviderAdjustment, ...]:
        """Every pair 03/04 ... 13/14 of every PLB segment."""
        found: list[ProviderAdjustment] = []
        self.loop = "PLB"
        for text in segments:
            self.at += 1
            e = text.split(self.sep)
            if e[0] != "PLB":
                raise self.refuse("order", f"A segment {e[0][:3]} stands after the provider adjustments (PLB).")
            if len(e) < 5:
                raise self.refuse("missing", "The segment has fewer elements than an 835 needs here.")
            for index in range(3, len(e), 2):
                amount = e[index + 1] if len(e) > index + 1 else ""
                if e[index] or amount:
                    code, _, reference = e[index].partition(self.sub)
                    found.append(ProviderAdjustment(e[1], e[2], code, reference, self.cents[amount], self.at))
        return tuple(found)


class _Header:
    """Loops 1000A and 1000B and the payment itself: BPR, TRN, DTM*405, N1, REF."""

    def __init__(self, reader: _Reader, head: list[str]) -> None:
        self.reader = reader
        self.bpr: list[str] = []
        self.trn: list[str] = []
        self.produced: date | None = None
        self.parties: dict[str, list[str]] = {}
        self.refs: dict[str, Refs] = {"": [], "PR": [], "PE": []}
        party = ""
        for text in head:
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
