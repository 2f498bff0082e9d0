"""What is written comes back (R14): for every writer of the house, write, read, compare, and write the same bytes again."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from steward.banking.logic.bai2 import parse_bai2
from steward.banking.logic.bai2_writer import write_bai2
from steward.banking.logic.ofx import parse_ofx
from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine, Statement, numbered
from steward.billing.logic import acknowledgement
from steward.billing.logic.acknowledgement import writer as answers_written
from steward.billing.logic.charges_csv import parse as parse_charges
from steward.billing.logic.remittance import parse as parse_835
from steward.billing.logic.remittance import problems
from steward.billing.logic.remittance_writer import write
from steward.core import answers
from steward.core.backup.stream import Opener, Sealer, stream_key
from steward.core.money import format_cents, parse_cents, parse_decimal_dollars
from steward.insurance.logic import eligibility
from tests.billing.samples import ENVELOPE, remittances
from tests.billing.test_charges_csv import ROW, file_of
from tests.billing.test_remittance import bare
from tests.billing.x12_answers import samples as told
from tests.insurance import test_eligibility_x12 as covered
from tests.proofs.counts import ONCE

pytestmark = [pytest.mark.proof, ONCE]
DAY = dt.date(2026, 11, 20)
KEY, HEADER = stream_key(b"m" * 32, b"salt"), b"header\n"

texts = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ abcxyz0123456789#&<>'\"-.:*", min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()) or "X"
)
plain = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789#&-.:*", min_size=1, max_size=60).map(
    lambda t: " ".join(t.split()) or "X"
)
cents = st.integers(-(10**9), 10**9).filter(bool)
days = st.dates(dt.date(2026, 11, 1), DAY)


def statements(text: st.SearchStrategy[str], *, opening: bool) -> st.SearchStrategy[Statement]:
    """Statements whose lines add up to their balances."""

    @st.composite
    def made(draw: st.DrawFn) -> Statement:
        rows = draw(st.lists(st.tuples(days, cents, text), max_size=12))
        lines = numbered(BankLine(day, amount, words, fitid=f"F{n}") for n, (day, amount, words) in enumerate(rows))
        first = draw(st.integers(-(10**9), 10**9))
        return Statement(
            draw(st.text("0123456789", min_size=4, max_size=17)), lines, "021000021",
            opening_cents=first if opening else None, closing_cents=first + sum(one.cents for one in lines),
            closing_on=DAY, starts_on=dt.date(2026, 11, 1), ends_on=DAY,
        )  # fmt: skip

    return made()


def seen(one: Statement) -> tuple[Any, ...]:
    """What a bank's file must bring across, whatever its format."""
    return one.account_id, one.closing_cents, [(line.posted_on, line.cents, line.text) for line in one.lines]


def ofx(one: Statement) -> None:
    raw = write_ofx((one,), DAY)
    (back,) = parse_ofx(raw)
    assert seen(back) == seen(one) and [line.fitid for line in back.lines] == [line.fitid for line in one.lines]
    assert not back.blocked


def bai2(one: Statement) -> None:
    raw = write_bai2((one,), DAY, sender="021000021", receiver="PRACTICE")
    (back,) = parse_bai2(raw)
    assert back.opening_cents == one.opening_cents and not back.blocked
    assert (back.account_id, back.closing_cents) == (one.account_id, one.closing_cents)
    assert [(line.cents, line.text) for line in back.lines] == [(line.cents, line.text) for line in one.lines]


def x12_835(one: Any) -> None:
    raw = write([one], ENVELOPE)
    (back,) = parse_835(raw)
    assert bare(back) == one and not problems(back)
    assert write([bare(back)], ENVELOPE) == raw


def x12_276(asked: Any) -> None:
    raw = acknowledgement.write_276(asked, told.OURS, "Q1")
    assert acknowledgement.read_276(raw.encode()) == tuple(asked)
    assert acknowledgement.write_276(acknowledgement.read_276(raw.encode()), told.OURS, "Q1") == raw


def x12_270(asked: Any) -> None:
    raw = eligibility.write_270(asked, covered.OURS, "E1")
    assert eligibility.read_270(raw.encode()) == tuple(asked)
    assert eligibility.write_270(eligibility.read_270(raw.encode()), covered.OURS, "E1") == raw


def x12_271(one: Any) -> None:
    raw = eligibility.write_271([one], covered.OURS)
    (back,) = eligibility.read_271(raw.encode())
    assert covered.unplaced(back) == one and eligibility.write_271([back], covered.OURS) == raw


def x12_999(one: Any) -> None:
    raw = answers_written.write_999([one], told.THEIRS)
    (back,) = acknowledgement.read_999(raw.encode())
    assert back == one and answers_written.write_999([back], told.THEIRS) == raw


def x12_277ca(one: Any) -> None:
    raw = answers_written.write_277ca([one], told.THEIRS)
    (back,) = acknowledgement.read_277ca(raw.encode())
    assert told.unplaced(back) == one and answers_written.write_277ca([back], told.THEIRS) == raw


def x12_277(one: Any) -> None:
    raw = answers_written.write_277([one], told.THEIRS)
    (back,) = acknowledgement.read_277(raw.encode())
    assert told.unplaced(back) == one and answers_written.write_277([back], told.THEIRS) == raw


def charges(rows: list[tuple[int, str, str]]) -> None:
    """A charge file as another program writes it; what is read is what was meant."""
    made = [
        {
            **ROW,
            "line_ref": f"L{n}",
            "charge": f"{amount // 100}.{amount % 100:02d}",
            "last_name": "Doe",
            "street": street,
            "dx1": dx,
        }
        for n, (amount, street, dx) in enumerate(rows)
    ]
    made = [{**row, "street": made[0]["street"]} for row in made]
    (claim,) = parse_charges(file_of(*made)).claims
    assert [one.charge_cents for one in claim.charges] == [amount for amount, _street, _dx in rows]
    assert claim.address.street == made[0]["street"]


def money(amount: int) -> None:
    assert parse_cents(format_cents(amount)) == amount
    assert parse_decimal_dollars(f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}") == amount


def answer(value: Any) -> None:
    assert answers.decode(answers.encode(value)) == value
    assert answers.encode(answers.decode(answers.encode(value))) == answers.encode(value)


def sealed(pieces: list[bytes]) -> None:
    out = io.BytesIO()
    sealer = Sealer(out, KEY, HEADER)
    for piece in pieces:
        sealer.write(piece)
    sealer.close()
    assert Opener(io.BytesIO(out.getvalue()), KEY, HEADER).read() == b"".join(pieces)


leaves = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.dates() | st.uuids() | st.times()
    | st.binary(max_size=30).map(bytes) | st.decimals(allow_nan=False, allow_infinity=False)
    | st.timedeltas() | st.datetimes(timezones=st.just(dt.UTC))
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)

WRITERS: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], None]]] = {
    "835": (remittances(), x12_835),
    "276": (st.lists(told.inquiries(), min_size=1, max_size=4), x12_276),
    "270": (st.lists(covered.inquiries(), min_size=1, max_size=4), x12_270),
    "271": (covered.said, x12_271),
    "999": (told.syntax_answers(), x12_999),
    "277CA": (told.answers("277CA"), x12_277ca),
    "277": (told.answers("277"), x12_277),
    "ofx": (statements(texts, opening=False), ofx),
    "bai2": (statements(plain, opening=True), bai2),
    "charges-csv": (
        st.lists(st.tuples(st.integers(1, 10**7), plain, st.sampled_from(["Z00.00", "E11.9"])), min_size=1, max_size=6),
        charges,
    ),
    "money": (st.integers(-(10**12), 10**12), money),
    "answers": (values, answer),
    "backup": (st.lists(st.binary(max_size=3_000), max_size=5), sealed),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_comes_back(name: str, proofs) -> None:
    proof = proofs("R14")
    strategy, trip = WRITERS[name]
    made = 0

    @seed(proof.seed)
    @settings(max_examples=proof.count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def all_of_them(value: Any) -> None:
        nonlocal made
        made += 1
        trip(value)

    all_of_them()
    proof.done(writer=name, cases=made, differing=0)
