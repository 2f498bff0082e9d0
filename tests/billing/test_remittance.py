"""835 in and out: values, balance, identity; judged by two foreign readers as well."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from steward.billing.logic.remittance import identity, parse, problems, warnings
from steward.billing.logic.remittance_writer import write
from steward.core.x12.read import X12Error

from .samples import ENVELOPE, SAMPLES, cas, claim, plb, remittance, remittances, service_line

GOOD = remittance(
    claim("C1", service_line(10_000, cas("CO", "45", 2_000), cas("PR", "3", 1_500), control="L1", submitted_code="G0439",
                             submitted_modifiers=("25",), modifiers=("59",), remarks=("N130",)),
          service_line(5_000, cas("CO", "16", 5_000), code="J3420")),
    claim("C2", charge=8_000, adjustments=(cas("CO", "45", 3_000),)),
    provider=(plb("L6", -125), plb("WO", 1_000, "R1"), plb("FB", -40, "R2")))  # fmt: skip


def round_trip(one):
    (back,) = parse(write([one], ENVELOPE))
    return back


def bare(one):
    """Without places in the file and the hash, which only a file has."""
    claims_ = tuple(
        c._replace(segment=0, lines=tuple(line._replace(segment=0) for line in c.lines)) for c in one.claims
    )
    return replace(one, segment=0, content_hash="", claims=claims_,
                   provider_adjustments=tuple(replace(p, segment=0) for p in one.provider_adjustments))  # fmt: skip


def test_every_value_comes_back() -> None:
    assert bare(round_trip(GOOD)) == GOOD
    assert problems(GOOD) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(remittances())
def test_write_then_read_is_the_same(one) -> None:
    back = round_trip(one)
    assert bare(back) == one
    assert problems(back) == []


def test_foreign_readers_accept_what_is_written() -> None:
    import oxedi
    import pyx12.params
    import pyx12.x12n_document

    raw = write([GOOD], ENVELOPE)
    result = oxedi.parse(raw)
    assert result.diagnostics == []
    assert round(sum(float(x) for x in [result.sum_payments()]) * 100) == GOOD.paid_cents
    errors = io.StringIO()
    source, ack = io.StringIO(raw.decode("ascii")), io.StringIO()
    assert pyx12.x12n_document.x12n_document(pyx12.params.params(), source, ack, None, None), errors.getvalue()


@pytest.mark.parametrize(("change", "code"), [
    (lambda r: replace(r, paid_cents=r.paid_cents + 1), "transaction_balance"),
    (lambda r: replace(r, provider_adjustments=r.provider_adjustments[1:]), "transaction_balance"),
    (lambda r: replace(r, claims=(r.claims[0]._replace(paid_cents=1), r.claims[1])), "claim_balance"),
    (lambda r: replace(r, claims=(r.claims[0], r.claims[1]._replace(charge_cents=1))), "claim_balance"),
    (lambda r: replace(r, claims=(r.claims[0]._replace(lines=(
        r.claims[0].lines[0]._replace(paid_cents=1), r.claims[0].lines[1])), r.claims[1])), "line_balance"),
    (lambda r: replace(r, paid_cents=-5), "negative_payment"),
])  # fmt: skip
def test_imbalance_is_found_and_said(change, code) -> None:
    found = problems(change(GOOD))
    assert code in [problem.code for problem in found]
    assert all(problem.message and problem.fix for problem in found)


def test_claim_adjustments_are_not_counted_twice() -> None:
    """Line CAS and claim CAS part CLP04 from the sum of SVC03 (the guide's managed care example)."""
    one = claim("C1", service_line(80_000, cas("PR", "1", 30_000)), adjustments=(cas("CO", "A2", 5_000),))
    assert one.paid_cents == 45_000
    assert problems(remittance(one)) == []


def test_patient_share_that_differs_is_a_warning_only() -> None:
    odd = remittance(claim("C1", service_line(10_000, cas("PR", "1", 100)))._replace(patient_cents=90))
    assert problems(odd) == [] and [w.code for w in warnings(odd)] == ["patient_share"]
    assert warnings(replace(odd, claims=(odd.claims[0]._replace(status="22"),))) == []


def test_identity_survives_new_control_numbers_and_line_breaks() -> None:
    first = parse(write([GOOD], ENVELOPE))[0]
    again = parse(write([replace(GOOD, control="0009")], replace(ENVELOPE, control=99), line_breaks=True))[0]
    assert (again.content_hash, identity(again)) == (first.content_hash, identity(first))
    reissued = parse(write([replace(GOOD, claims=(GOOD.claims[0]._replace(payer_control="X"), GOOD.claims[1]))],
                           ENVELOPE))[0]  # fmt: skip
    assert identity(reissued) == identity(first) and reissued.content_hash != first.content_hash


def test_bad_amounts() -> None:
    raw = write([GOOD], ENVELOPE)
    for amount in (b"1000000000000000000", b"1e5", b"12.345", b"1,000.00", b"+5", b" 5", b"--5", b"", b"NaN", b"0x1"):
        with pytest.raises(X12Error) as caught:
            parse(raw.replace(b"CLP*C1*1*150.00*", b"CLP*C1*1*" + amount + b"*"))
        assert caught.value.code == "amount" and caught.value.segment
    assert parse(raw.replace(b"CLP*C1*1*150.00*", b"CLP*C1*1*150*"))[0].claims[0].charge_cents == 15_000


@pytest.mark.parametrize("text", [b"BPR*I", b"TRN*1", b"CLP*C9", b"SVC*HC:1*5", b"CAS*CO*45", b"PLB*1*2", b"CLP", b"SVC",
                                  b"CAS", b"PLB", b"BPR", b"N1", b"DTM"])  # fmt: skip
def test_stray_and_short_segments(text: bytes) -> None:
    """A segment that is cut or out of place is the declared error or harmless, never another exception."""
    raw = write([GOOD], ENVELOPE)
    parts = raw.split(b"~")
    for at in range(3, len(parts) - 4):
        changed = [*parts[:at], text, *parts[at:]]
        count = len(parts) - 1 - 2 - 2 + 1
        body = b"~".join(changed).replace(b"SE*%d*" % (count - 1), b"SE*%d*" % count)
        try:
            parse(body)
        except X12Error as error:
            assert error.code != "count" and error.fix


def foreign_files() -> list[tuple[str, bool]]:
    """(path, its own sums agree) of every 835 that the manifest of the samples lists."""
    manifest = SAMPLES / "x12" / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    rows = [line.split("\t") for line in manifest.read_text().splitlines()[1:]]
    return [(row[0], "line_bad=0" in row[9] and "tx=OK" in row[9] and "claim_bad=0" in row[9]) for row in rows
            if row[4] == "835"]  # fmt: skip


@pytest.mark.skipif(not foreign_files(), reason="no ../shared/samples here: real 835 files left out")
def test_real_files_balance_as_their_manifest_says() -> None:
    for path, sums_agree in foreign_files():
        raw = (SAMPLES / "x12" / path).read_bytes()
        if "errors/" in path:  # wrong counts in the envelope: refused before anyone adds up
            with pytest.raises(X12Error):
                parse(raw)
            continue
        found = [problem for one in parse(raw) for problem in problems(one)]
        assert (not found) == sums_agree, (path, found)
