"""Whatever the bytes, a reader gives what it read or its declared error, naming the place and the mend (R13).

The inputs are good files hurt at random: bytes changed, pieces cut, doubled, swapped or spliced in. A failing run
prints the seed, the number of the input and the input itself.
"""

from __future__ import annotations

import io
import json
import random
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from steward.banking.logic.bai2 import Bai2Error, parse_bai2
from steward.banking.logic.bank_csv import BankCsvError, parse_bank_csv
from steward.banking.logic.camt053 import CamtError, parse_camt053
from steward.banking.logic.csv_guess import guess
from steward.banking.logic.mt940 import Mt940Error, parse_mt940
from steward.banking.logic.nacha import NachaError, parse_nacha_returns
from steward.banking.logic.ofx import OfxError, parse_ofx
from steward.banking.logic.statement import StatementError
from steward.billing.logic import charges_csv, claim_file, synthea
from steward.billing.logic.acknowledgement import read_276, read_277, read_277ca, read_999, read_ta1, write_276
from steward.billing.logic.acknowledgement.writer import write_277, write_277ca, write_999, write_ta1
from steward.billing.logic.charges_csv import ChargesError
from steward.billing.logic.remittance import identity, parse, problems, warnings
from steward.billing.logic.remittance_writer import write
from steward.billing.logic.scrub import code_files
from steward.billing.logic.scrub.codes import CodeFileFault
from steward.billing.selectors.rules import crosswalk
from steward.core.backup.header import Header, read_header
from steward.core.clock import ClockError, parse_date, read_moment
from steward.core.money import MoneyError, parse_cents, parse_decimal_dollars
from steward.core.refusals import Refused
from steward.core.x12.read import X12Error
from steward.desk.practice_file import read_practice
from steward.desk.rooms import IMPORTERS
from steward.insurance.logic.eligibility import read_270, read_271, summary, write_270
from steward.ledger.logic.journal_file import JournalFileError, parse_csv, parse_json
from tests.banking.logic import test_bank_csv as bank_csv
from tests.banking.logic.test_bai2 import GOOD as BAI2
from tests.banking.logic.test_camt053 import entry
from tests.banking.logic.test_camt053 import file as camt_file
from tests.banking.logic.test_mt940 import GOOD as MT940
from tests.banking.logic.test_nacha import GOOD as ACH
from tests.banking.logic.test_ofx import ROW as OFX_ROW
from tests.banking.logic.test_ofx import file as ofx_file
from tests.billing import test_synthea as synthetic
from tests.billing.samples import ENVELOPE
from tests.billing.scrub import test_codes as lists
from tests.billing.test_charges_csv import ROW, file_of
from tests.billing.test_claim_file import file_of as claims_of
from tests.billing.test_exclusions import LEIE
from tests.billing.test_remittance import GOOD as REMITTANCE
from tests.billing.x12_answers import samples as told
from tests.insurance import test_eligibility_x12 as covered
from tests.proofs.counts import LONG, ONCE

pytestmark = [pytest.mark.proof, ONCE]
TODAY, ZONE = date(2026, 11, 23), ZoneInfo("America/New_York")
CROSSWALK = crosswalk()
JOURNAL = (
    b"key,date,memo,account,debit,credit,item,line_memo\nA-1,2026-11-20,Rent,6000,2500.00,,,November\n"
    b'A-1,2026-11-20,Rent,1050,,2500.00,,\nA-2,2026-11-21,"a, b",drawer,1.50,,i:1,\nA-2,2026-11-21,"a, b",charges,,1.5,i:1,x\n'
)
ENTRIES = json.dumps(
    [
        {"key": f"K{n}", "date": "2026-11-20", "memo": "m", "lines": [
            {"account": "drawer", "cents": 500, "item": "i:1"}, {"account": 4000, "cents": -500, "patient": "P1"},
        ]}
        for n in range(3)
    ]
).encode()  # fmt: skip
PRACTICE = b"""[practice]
name = "Cedar Hill"
npi = 1730400002
timezone = "America/New_York"
fiscal_year_start = 7
[[entities]]
name = "Imaging"
[[providers]]
npi = "1234567893"
last_name = "Wells"
[[payers]]
id = "BLUE"
name = "Blue Harbor"
[[bank_accounts]]
code = "1050"
opening_cents = 1000000
opening_date = 2026-01-31
"""
HEADER = Header(
    "2026-11-23T12:00:00", "0.1.0", "sqlite", "k" * 16, "/keys", "ab" * 16, {"core": ["0001_initial"]}
).encoded()


def read_remittance(data: bytes) -> None:
    for one in parse(data):
        problems(one), warnings(one), identity(one)
        [(c.people, c.references, c.amounts, c.service_date, c.all_remarks) for c in one.claims]


def recognise(data: bytes) -> None:
    """Every importer looks at every file."""
    [importer.recognise(data) for importer in IMPORTERS]


def read_claim_answers(read: Callable[[bytes], Any]) -> Callable[[bytes], None]:
    """Reads, and asks every value what it means."""

    def asked(data: bytes) -> None:
        for answer in read(data):
            [(one.meaning, one.charge_cents) for one in answer.claims]
            [line.meaning for one in answer.claims for line in one.lines]
            [level.meaning for level in answer.levels]

    return asked


def read_coverage(data: bytes) -> None:
    for answer in read_271(data):
        summary(answer, TODAY)
        [covered.costs(one) for one in answer.patients]


def read_folder(data: bytes) -> None:
    """The files of a synthetic folder stand one after another, parted by GS."""
    files = dict(zip(synthetic.folder(), data.split(b"\x1d"), strict=False))
    synthea.read(files, CROSSWALK)


def read_codes(kind: str, data: bytes) -> None:
    code_files.read(kind, data, "list", TODAY)


class _InMemory:
    """As much of a path as the practice file's reader uses."""

    name = "practice.toml"

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read_text(self, encoding: str) -> str:
        return self.data.decode(encoding)


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace")[:200])


@dataclass(frozen=True)
class Reader:
    """A reader, good inputs to hurt, its declared error, and what splices hurt this format most."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    error: type[Exception] | None
    splices: tuple[bytes, ...]
    refuses: bool = True


X12 = (
    b"*",
    b"~",
    b":",
    b"^",
    b"ST*835*0001~",
    b"SE*1*0001~",
    b"CLP*",
    b"SVC*HC:",
    b"CAS*CO*45*",
    b"PLB*1*2*",
    b"IEA*",
    b"ISA*",
    b"LX*1~",
)
ANSWERED = (
    b"*", b"~", b":", b"^", b"HL*3*2*22*0~", b"HL*9*9*19~", b"ST*277*0001~", b"SE*1*0001~", b"TRN*2*~", b"STC*A7:1:85*20261399*U*1x~",
    b"SVC*HC:::~", b"AK2*837~", b"IK3*CLM*99999999~", b"IK4*1:2:3*~", b"CTX*CLM01:~", b"EB*1**30^98~", b"EB*B*****27*9e9~", b"LS*2120~",
    b"NM1*P3~", b"AAA*N**~", b"DTP*472*RD8*2-3~", b"IEA*0*1~", b"TA1*~",
)  # fmt: skip
XML = (
    b"<", b">", b"</", b"/>", b"&", b"&#99999999;", b"&#xd800;", b"<!DOCTYPE x [", b"<![CDATA[", b"]]>", b"<?", b"<!--",
    b"<OFX>", b"</OFX>", b"<STMTTRN>", b"<TRNAMT>",
)  # fmt: skip
BAI = (b",", b"/", b"16,", b"88,", b"03,", b"49,", b"98,", b"99,", b"S,", b"V,", b"D,9999", b"D,2,")
CAMT = (
    *XML, b"<Stmt>", b"</Ntry>", b"<Ntry>", b"BOOK", b"CRDT", b"DBIT", b"<Dt>2026-02-30</Dt>", b"encoding='x'", b"<?xml version='1.0'?>",
    b"&lt;", b" Ccy='EUR'",
)  # fmt: skip
SWIFT = (b":20:", b":25:", b":60F:", b":61:", b":62F:", b":86:", b"\n-\n", b"{4:", b"RC", b"D", b",", b"?20", b"260230", b"//", b"NONREF")
COMMA = (b",", b'"', b'""', b";", b"\t", b"\n", b"\r", b"key", b"date", b"2026-13-45", b"=1+1")
TOML = (
    b"[",
    b"]",
    b"[[",
    b"=",
    b'"',
    b'"""',
    b"{",
    b"}",
    b"[practice]\n",
    b"[[payers]]\n",
    b"1e99",
    b"2026-99-99",
    b"'''",
)
JSON = (b"[", b"]", b"{", b"}", b'"', b":", b",", b"null", b"1e400", b"NaN", b"1.5", b"\\ud800", b"[" * 3000, b"true")
TYPED = (
    b"+",
    b"-",
    b"*",
    b"/",
    b"(",
    b")",
    b",",
    b".",
    b"$",
    b"t",
    b"w",
    b"9" * 40,
    b"1/0",
    b"2/30",
    b"(" * 60,
    b"\xe2\x88\x92",
)
ANY = (
    b"", b"\0", b"\x1a", b"\r", b"\n", b" ", b"-", b"1.234", b"999999999999999999999", b"0" * 500, b"\xff", b"\xef\xbb\xbf",
    b"\xff\xfe", "\u0661".encode(), "\u2028".encode(), "\u00a0".encode(),
)  # fmt: skip

READERS: dict[str, Reader] = {
    "835": Reader(read_remittance, (write([REMITTANCE, replace(REMITTANCE, trace="T2")], ENVELOPE),), X12Error, X12),
    "837": Reader(claim_file.parse, (claims_of(),), X12Error, X12),
    "ta1": Reader(read_ta1, (write_ta1([told.TA1] * 3, told.THEIRS).encode(),), X12Error, ANSWERED),
    "999": Reader(read_999, (write_999([told.SYNTAX] * 2, told.THEIRS).encode(),), X12Error, ANSWERED),
    "277ca": Reader(
        read_claim_answers(read_277ca), (write_277ca([told.ACKNOWLEDGED], told.THEIRS).encode(),), X12Error, ANSWERED
    ),
    "277": Reader(read_claim_answers(read_277), (write_277([told.TOLD], told.THEIRS).encode(),), X12Error, ANSWERED),
    "276": Reader(read_276, (write_276(told.ASKED, told.OURS, "Q1").encode(),), X12Error, ANSWERED),
    "270": Reader(read_270, (write_270(covered.ASKED, covered.OURS, "E1").encode(),), X12Error, ANSWERED),
    "271": Reader(read_coverage, (covered.answered(*covered.FULL),), X12Error, ANSWERED),
    "charges-csv": Reader(
        charges_csv.parse, (file_of(*({**ROW, "line_ref": f"L{n}"} for n in range(4))),), ChargesError, COMMA
    ),
    "synthea": Reader(read_folder, (b"\x1d".join(synthetic.folder().values()),), synthea.FolderError, COMMA),
    "synthea-zip": Reader(
        lambda data: synthea.unpack(data) if synthea.looks_like_zip(data) else None, (synthea.pack(synthetic.folder()),),
        synthea.FolderError, (b"PK\x01\x02", b"PK\x05\x06", b"PK\x03\x04", b"claims.csv"),
    ),
    **{
        f"codes {kind}": Reader(partial(read_codes, kind), (text_.encode(),), CodeFileFault, COMMA)
        for kind, text_ in (("addon", lists.AOC), ("taxonomy", lists.TAXONOMY), ("carc", lists.CARC), ("rarc", lists.RARC), ("leie", LEIE))
    },
    "ofx": Reader(
        parse_ofx,
        (ofx_file(OFX_ROW.format(amount="12.34", memo="x") * 3), ofx_file(OFX_ROW.format(amount="-1", memo=""), head=""), b"<OFX></OFX>"),
        OfxError, XML,
    ),
    "bai2": Reader(
        parse_bai2, (BAI2.encode(), BAI2.replace("\n", "\r\n").encode(), b"01,A,B,261120,0600,1,,,2/\n99,0,0,2/\n"), Bai2Error, BAI
    ),
    "camt053": Reader(parse_camt053, (camt_file(), camt_file(entry() * 3, version="08", head="")), CamtError, CAMT),
    "mt940": Reader(parse_mt940, (MT940.encode(), (MT940 * 2).replace("\n", "\r\n").encode()), Mt940Error, SWIFT),
    "bank-csv": Reader(
        lambda data: parse_bank_csv(data, guess(data).profile),
        (bank_csv.NEWEST_FIRST, bank_csv.SUMMARY_ABOVE, bank_csv.NO_NAMES, bank_csv.TWO_COLUMNS, bank_csv.PLUS_IS_OUT), BankCsvError,
        (*COMMA, b"02/30/2026", b"$", b"(", b")", b"CR", b"Balance", b"Total", b"EUR"),
    ),
    "nacha-return": Reader(
        parse_nacha_returns, (ACH.encode(), ACH.replace("\n", "\r\n").encode(), ACH.replace("\n", "").encode()), NachaError,
        (b"799R01", b"798C01", b"622", b"5200", b"8200", b"9000", b"9" * 94, b" " * 94, b"\n", b"R99", b"260230"),
    ),
    "journal-csv": Reader(parse_csv, (JOURNAL,), JournalFileError, COMMA),
    "journal-json": Reader(parse_json, (ENTRIES,), JournalFileError, JSON),
    "practice-toml": Reader(lambda data: read_practice(_InMemory(data)), (PRACTICE,), Refused, TOML),  # type: ignore[arg-type]
    "backup-header": Reader(lambda data: read_header(io.BytesIO(data)), (HEADER,), Refused, JSON),
    "recognise": Reader(
        recognise, (write([REMITTANCE], ENVELOPE), claims_of(), file_of(ROW), BAI2.encode(), JOURNAL), None, (*X12, *XML, *BAI, *COMMA)
    ),
    "typed money": Reader(text(parse_cents), (b"1,234.50", b"(12.00)", b"12*3.5", b"(3+4)*2.50"), MoneyError, TYPED),
    "file money": Reader(text(parse_decimal_dollars), (b"-150.00", b"150.5", b".5"), MoneyError, TYPED),
    "typed dates": Reader(
        text(lambda typed: parse_date(typed, TODAY)), (b"11/23/26", b"2026-11-23", b"t", b"+3", b"-1w"), ClockError, TYPED
    ),
    "moments": Reader(
        text(lambda said: read_moment(said, ZONE)), (b"2026-11-23T12:00:00-05:00", b"2026-11-23 12:00"), ClockError, TYPED
    ),
}  # fmt: skip


def hurt(rng: random.Random, data: bytes, splices: tuple[bytes, ...]) -> bytes:
    """One to eight hurts."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at, length = rng.randint(0, len(out)), rng.choice((0, 1, 2, 10, 60))
        match rng.randrange(7):
            case 0:
                out[at : at + length] = rng.choice(splices)
            case 1:
                out[at : at + length] = rng.choice(ANY)
            case 2:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 3:
                out[at:at] = out[at : at + length]
            case 4:
                del out[at:]
            case 5:
                lines = bytes(out).splitlines(keepends=True) if b"\n" in out else bytes(out).split(b"~")
                rng.shuffle(lines) if rng.random() < 0.3 else lines.pop(rng.randrange(len(lines))) if lines else None
                out = bytearray((b"" if b"\n" in out else b"~").join(lines))
            case _:
                out[at:at] = rng.randbytes(rng.randrange(1, 9))
    return bytes(out)


@pytest.mark.parametrize("name", READERS)
def test_only_the_declared_error(name: str, proofs) -> None:
    proof, reader = proofs("R13"), READERS[name]
    read = refused = 0
    for number in range(proof.count):
        rng = random.Random(f"{name} {proof.seed} {number}")
        data = hurt(rng, rng.choice(reader.seeds), reader.splices)
        try:
            reader.read(data)
            read += 1
        except Exception as fault:
            where = f"seed {proof.seed}, input {number}: {fault!r} on {data[:3000]!r}"
            assert reader.error and isinstance(fault, reader.error), where
            assert _names_place_and_mend(fault), where
            refused += 1
    assert read and (refused or reader.error is None), "the hurts are too weak or too strong to say anything"
    proof.done(parser=name, inputs=proof.count, read=read, refused=refused, other_errors=0)


def _names_place_and_mend(fault: Exception) -> bool:
    match fault:
        case X12Error():
            return bool(fault.code and fault.message and fault.fix)
        case ChargesError():
            return bool(fault.faults) and all(one.code and one.message and one.fix for one in fault.faults)
        case synthea.FolderError():
            return bool(fault.faults) and all(one.code and one.message and one.fix for one in fault.faults)
        case StatementError():
            return bool(fault.code and fault.place and fault.message and fault.fix)
        case JournalFileError():
            return bool(fault.problems) and all(one.code and one.message and one.fix for one in fault.problems)
        case Refused():
            return bool(fault.refusals) and all(one.code and one.message and one.fix for one in fault.refusals)
        case MoneyError():
            return bool(fault.code and fault.what and fault.mend)
        case _:
            return bool(str(fault))


def _large(name: str, size: int) -> bytes:
    """A good file of about ``size`` bytes, or what looks most like one and goes on without an end."""
    if name == "835":
        claims = [REMITTANCE.claims[0]._replace(number=f"C{n}") for n in range(size // 330)]
        paid = sum(claim.paid_cents for claim in claims)
        return write([replace(REMITTANCE, claims=tuple(claims), provider_adjustments=(), paid_cents=paid)], ENVELOPE)
    if name == "charges-csv":
        return file_of(*({**ROW, "claim_ref": f"C-{n}", "patient_ref": f"P{n}"} for n in range(size // 140)))
    if name == "ofx":
        return ofx_file(OFX_ROW.format(amount="12.34", memo="x") * (size // len(OFX_ROW)))
    if name == "bai2":
        head, _, tail = BAI2.partition("16,")
        return (head + ("16," + tail.split("\n")[0] + "\n") * (size // 40) + tail).encode()
    if name == "journal-csv":
        first, *rows = JOURNAL.splitlines(keepends=True)
        return first + b"".join(row.replace(b"A-", b"A%d-" % n) for n in range(size // 170) for row in rows)
    return b"[" + b",".join([ENTRIES[1:-1].replace(b'"K', b'"K%d' % n) for n in range(size // len(ENTRIES))]) + b"]"


@pytest.mark.parametrize("name", ["835", "charges-csv", "ofx", "bai2", "journal-csv", "journal-json"])
def test_a_megabyte_costs_time_and_memory_in_proportion(name: str, proofs) -> None:
    """A file of one megabyte takes at most 50 MB (R13); in the long run, on a machine of its own, four times the bytes also
    take at most ten times the time. Where others use the processor a time says nothing and is only told."""
    proof, reader = proofs("R13"), READERS[name]
    assert reader.error is not None
    small, large = (_timed(reader, _large(name, size)) for size in (250_000, 1_000_000))
    tracemalloc.start()
    _timed(reader, _large(name, 1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    proof.done(parser=name, megabyte_ms=round(large * 1000), peak_mb=round(peak / 1e6))
    if LONG:
        assert large <= 10 * small + 0.05
    assert peak <= 50e6 + 2 * 1_000_000


def _timed(reader: Reader, data: bytes) -> float:
    began = time.process_time()
    try:
        reader.read(data)
    except Exception as fault:
        assert reader.error and isinstance(fault, reader.error), repr(fault)
    return time.process_time() - began


def test_real_files_hurt(samples: Path, proofs) -> None:
    """Banks' own files, cut and hurt, through the readers of statements."""
    proof = proofs("R13")
    files = [one for one in (samples / "bank").rglob("*") if one.suffix in (".ofx", ".qfx", ".bai2", ".txt", ".sta")]
    assert len(files) >= 10
    for number in range(proof.count // 5):
        rng = random.Random(f"real {proof.seed} {number}")
        data = hurt(rng, rng.choice(files).read_bytes(), (*XML, *BAI))
        for name, read, error in (("ofx", parse_ofx, OfxError), ("bai2", parse_bai2, Bai2Error), ("mt940", parse_mt940, Mt940Error)):
            _declared(read, error, data, f"{name}, seed {proof.seed}, input {number}")
    proof.done(parser="banks' own files", inputs=proof.count // 5, other_errors=0)


def _declared(read: Callable[[bytes], Any], error: type[Exception], data: bytes, where: str) -> None:
    try:
        read(data)
    except Exception as fault:
        assert isinstance(fault, error), f"{where}: {fault!r}"
