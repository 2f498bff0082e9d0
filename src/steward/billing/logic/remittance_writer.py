"""Writes 835 files (005010X221A1) from :class:`Remittance` values: the demo's payers and the tests speak through it.

Control numbers and dates are given by the caller; the same input gives the same bytes. What is written is what the
values say, also when it does not balance: the tests need wrong remittances too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .remittance.balance import dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from .remittance.model import Adjustment, ClaimPayment, ProviderAdjustment, Remittance, ServiceLine

VERSION = "005010X221A1"
TRIOS = 6


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, under which control number (also used for the group)."""

    sender: str
    receiver: str
    written_at: datetime
    control: int
    production: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as N3 and N4 carry it; ``zip`` of five or nine digits."""

    street: str = "1 MAIN STREET"
    city: str = "SPRINGFIELD"
    state: str = "IL"
    zip: str = "62701"


def write(
    remittances: Iterable[Remittance],
    envelope: Envelope,
    *,
    payer: Address = Address(),
    payee: Address = Address(),
    phone: str = "8005550100",
    line_breaks: bool = False,
) -> bytes:
    """One interchange with one group and one ST per remittance, ``~*:^`` as delimiters, ASCII.

    Characters that are delimiters inside names are replaced by a space.
    """
    body: list[str] = []
    written = list(remittances)
    for remittance in written:
        segments = [
            f"ST*835*{remittance.control}",
            *_header(remittance, payer, payee, phone),
            *_claims(remittance),
            *_provider(remittance),
        ]
        body.extend(segments)
        body.append(f"SE*{len(segments) + 1}*{remittance.control}")
    text = [*_opening(envelope), *body, f"GE*{len(written)}*{envelope.control}", f"IEA*1*{envelope.control:09d}"]
    end = "~\n" if line_breaks else "~"
    return (end.join(text) + end).encode("ascii", "replace")


def _opening(envelope: Envelope) -> Iterator[str]:
    at, sender, receiver = envelope.written_at, _clean(envelope.sender), _clean(envelope.receiver)
    usage = "P" if envelope.production else "T"
    yield (
        f"ISA*00*          *00*          *ZZ*{sender:<15.15}*ZZ*{receiver:<15.15}*{at:%y%m%d}*{at:%H%M}*^*00501*"
        f"{envelope.control:09d}*0*{usage}*:"
    )
    yield f"GS*HP*{sender:.15}*{receiver:.15}*{at:%Y%m%d}*{at:%H%M}*{envelope.control}*X*{VERSION}"


def _header(r: Remittance, payer: Address, payee: Address, phone: str) -> Iterator[str]:
    yield _join(
        "BPR", r.handling, dollars(r.paid_cents), r.credit_debit, r.method, *_bank(r), r.paid_on_text or _day(r.paid_on)
    )
    yield _join("TRN", "1", r.trace, r.trace_origin)
    yield f"DTM*405*{_day(r.paid_on)}"
    yield _join("N1", "PR", r.payer_name, "XV" if r.payer_id else "", r.payer_id)
    yield from _address(payer)
    yield from _refs(r.payer_refs)
    yield f"PER*BL*PROVIDER SERVICES*TE*{phone}"
    yield _join("N1", "PE", r.payee_name, r.payee_qualifier, r.payee_id)
    yield from _address(payee)
    yield from _refs(r.payee_refs)


def _bank(r: Remittance) -> tuple[str, ...]:
    """BPR05..BPR15. Account numbers are the payer's own; the written ones are made up and pass only the syntax."""
    if r.method in ("ACH", "FWT"):
        return ("CCP", "01", "071000013", "DA", "123456789", r.originator, "", "01", "071000013", "DA", "987654321")
    return ("", "", "", "", "", r.originator, "", "", "", "", "")


def _address(address: Address) -> Iterator[str]:
    yield _join("N3", address.street)
    yield _join("N4", address.city, address.state, address.zip)


def _refs(refs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (_join("REF", qualifier, value) for qualifier, value in refs)


def _claims(r: Remittance) -> Iterator[str]:
    for number, claim in enumerate(r.claims, 1):
        if number == 1:
            yield "LX*1"
        yield from _claim(claim)


def _claim(c: ClaimPayment) -> Iterator[str]:
    share = dollars(c.patient_cents) if c.patient_cents else ""
    yield _join(
        "CLP",
        c.number,
        c.status,
        dollars(c.charge_cents),
        dollars(c.paid_cents),
        share,
        c.filing,
        c.payer_control,
        c.facility,
        c.frequency,
    )
    yield from _adjustments(c.adjustments)
    yield from (_segment(text) for text in c.details)
    for line in c.lines:
        yield from _line(line)


def _line(s: ServiceLine) -> Iterator[str]:
    code = ":".join((s.qualifier, _clean(s.code), *map(_clean, s.modifiers)))
    submitted = (
        ":".join((s.qualifier, _clean(s.submitted_code), *map(_clean, s.submitted_modifiers)))
        if s.submitted_code
        else ""
    )
    yield f"SVC*{code}*{dollars(s.charge_cents)}*{dollars(s.paid_cents)}**{_clean(s.units)}*{submitted}".rstrip("*")
    if s.service_date:
        yield f"DTM*472*{_day(s.service_date)}"
    yield from _adjustments(s.adjustments)
    if s.control:
        yield _join("REF", "6R", s.control)
    yield from (_segment(text) for text in s.details)
    yield from (_join("LQ", "HE", remark) for remark in s.remarks)


def _adjustments(entries: Sequence[Adjustment]) -> Iterator[str]:
    """CAS segments: runs of one group, six trios a segment, order kept."""
    run: list[Adjustment] = []
    for entry in entries:
        if run and (entry.group != run[0].group or len(run) == TRIOS):
            yield _cas(run)
            run = []
        run.append(entry)
    if run:
        yield _cas(run)


def _cas(run: Sequence[Adjustment]) -> str:
    return _join("CAS", run[0].group, *(part for a in run for part in (a.reason, dollars(a.cents), a.quantity)))


def _provider(r: Remittance) -> Iterator[str]:
    """PLB segments: runs of one provider and period, six pairs a segment, order kept."""
    run: list[ProviderAdjustment] = []
    for entry in r.provider_adjustments:
        same = run and (entry.provider, entry.fiscal_period) == (run[0].provider, run[0].fiscal_period)
        if run and (not same or len(run) == TRIOS):
            yield _plb(run)
            run = []
        run.append(entry)
    if run:
        yield _plb(run)


def _plb(run: Sequence[ProviderAdjustment]) -> str:
    pairs = (
        part
        for entry in run
        for part in (f"{entry.code}:{_clean(entry.reference)}" if entry.reference else entry.code, dollars(entry.cents))
    )
    return "*".join(("PLB", _clean(run[0].provider), run[0].fiscal_period, *pairs))


def nm1(role: str, last: str, first: str = "", qualifier: str = "", identifier: str = "") -> str:
    """An NM1 segment fit for ``details``: ``role`` QC, IL, 82 ... persons, TT or PR organisations."""
    kind = "2" if role in ("TT", "PR", "GB") else "1"
    return _join("NM1", role, kind, last, first, "", "", "", qualifier, identifier)


def _segment(text: str) -> str:
    return _join(*text.split("*"))


def _join(*parts: str) -> str:
    return "*".join(_clean(part) for part in parts).rstrip("*")


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN)


_FORBIDDEN = {ord(sign): " " for sign in "*~:^\r\n"}


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""
