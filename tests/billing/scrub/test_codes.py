"""The published layouts are read; what is not them is refused with row, column and mend. Fixtures of our own, Level II only."""

from __future__ import annotations

import datetime as dt
import importlib.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.billing.logic.scrub.codes import (
    CodeFileFault,
    icd10_from_package,
    next_edition,
    ptp_rows,
    read_hcpcs,
    read_icd10_order,
    read_mue,
    read_ptp,
    side_of,
)
from steward.billing.logic.scrub.lists import addon_rows, read_taxonomies, reason_entries
from steward.billing.logic.scrub.model import AddOn, Mue, Ptp, Span

FROM = dt.date(2026, 4, 1)
HEAD = (
    'Column 1,Column 2,"*=in existence\nprior to 1996",Effective Date,Deletion Date\n*=no data,'
    '"Modifier\n0=not allowed\n1=allowed\n9=not applicable",PTP Edit Rationale\n'
)
HEAD = HEAD.replace("Deletion Date\n*=no data", '"Deletion Date\n*=no data"')
PTP = (
    "Terms of use apply to this file\nPractitioner edits\n" + HEAD + 'G0447,J3420,,20120101,*,1,"Misuse, of column two"\n'
    "G0447,J3420,,20100101,20111231,9,More\nG0101,G0463,*,20150101,*,0,Standards\n"
)  # fmt: skip
MUE = (
    "MUE quarter\nHCPCS/CPT Code,MUE Value,MUE Adjudication Indicator,MUE Rationale\n"
    "J3420,1,1 Line Edit,Clinical: Data\nJ0897,120,3 Date of Service Edit: Clinical,Prescribing Information\n"
    "G0439,1,2 Date of Service Edit: Policy,\n"
)  # fmt: skip


def order(number: int, code: str, leaf: int, words: str) -> str:
    return f"{number:05d} {code:<7} {leaf} {words[:60]:<60} {words}"


ORDER = "\n".join([
    order(1, "M2556", 0, "Pain in knee"), order(2, "M25561", 1, "Pain in right knee"), order(3, "M25562", 1, "Pain in left knee"),
    order(4, "M25569", 1, "Pain in unspecified knee"), order(5, "I10", 1, "Essential (primary) hypertension"),
    order(6, "H9190", 1, "Unspecified hearing loss, unspecified ear"), order(7, "H9191", 1, "Unspecified hearing loss, right ear"),
    order(8, "H9193", 1, "Unspecified hearing loss, bilateral"), order(9, "R5383", 1, "Other fatigue, unspecified"),
])  # fmt: skip


@pytest.mark.parametrize(
    "text", [PTP, PTP.replace(",", "\t").replace("Misuse\t", "Misuse,"), "\ufeff" + PTP.replace("\n", "\r\n")]
)
def test_ptp(text):
    edits = read_ptp(text)
    assert edits["G0447", "J3420"] == (
        Ptp(dt.date(2012, 1, 1), None, "1"), Ptp(dt.date(2010, 1, 1), dt.date(2011, 12, 31), "9"),
    )  # fmt: skip
    assert edits["G0101", "G0463"] == (Ptp(dt.date(2015, 1, 1), None, "0"),)
    assert len(list(ptp_rows(text))) == 3
    assert set(read_ptp(text, only={"G0101", "G0463", "J3420"})) == {("G0101", "G0463")}


def test_mue():
    units = read_mue(MUE, FROM, dt.date(2026, 6, 30))
    assert units["J3420"] == (Mue(1, "1", FROM, dt.date(2026, 6, 30)),)
    assert (units["J0897"][0].value, units["J0897"][0].indicator, units["G0439"][0].indicator) == (120, "3", "2")


def test_hcpcs_of_cms_and_of_the_practice():
    cms = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT\n"
    text = (
        cms
        + "J3420,00100,3,words,w,19860101,20200101,\nJ3420,00200,4,more words,,,,\nG0389,1,3,w,w,20070101,,20161231\nQW,1,7,w,w,,,\n"
    )
    assert read_hcpcs(text, FROM) == {
        "J3420": (Span(dt.date(1986, 1, 1)),), "G0389": (Span(dt.date(2007, 1, 1), dt.date(2016, 12, 31)),),
    }  # fmt: skip
    assert read_hcpcs("code,label\nG0439,ours\n", FROM) == {"G0439": (Span(FROM),)}
    assert read_hcpcs("code,valid_from,valid_to\nG0439,1/1/2011,2030-12-31\n", FROM)["G0439"] == (
        Span(dt.date(2011, 1, 1), dt.date(2030, 12, 31)),
    )


def test_icd10_order_file():
    codes = read_icd10_order(ORDER, FROM)
    assert codes["M2556"] == (Span(FROM, None, leaf=False),)
    sides = {code: spans[0].side for code, spans in codes.items()}
    assert sides == {
        "M2556": "", "M25561": "R", "M25562": "L", "M25569": "U", "I10": "", "H9190": "U", "H9191": "R", "H9193": "B", "R5383": "",
    }  # fmt: skip


class Package:
    """The shape of simple_icd_10_cm, with the rows of the order file."""

    rows = {
        "M00-M25": (False, "Arthropathies"),
        "M2556": (False, "Pain in knee"),
        "M25561": (True, "Pain in right knee"),
    }

    def get_all_codes(self, with_dots: bool = True) -> list[str]:
        return list(self.rows)

    def is_leaf(self, code: str) -> bool:
        return self.rows[code][0]

    def is_category_or_subcategory(self, code: str) -> bool:
        return "-" not in code

    def get_description(self, code: str) -> str:
        return self.rows[code][1]


def test_icd10_of_a_package():
    assert icd10_from_package(Package(), FROM) == {
        "M2556": (Span(FROM, None, leaf=False),),
        "M25561": (Span(FROM, side="R"),),
    }


@pytest.mark.skipif(not importlib.util.find_spec("simple_icd_10_cm"), reason="left out: the real files of simple_icd_10_cm are not installed")
def test_icd10_of_the_real_package():
    import simple_icd_10_cm

    codes = icd10_from_package(simple_icd_10_cm, FROM)
    assert len(codes) > 95_000 and codes["I10"][0].leaf and not codes["E11"][0].leaf and codes["M25561"][0].side == "R"


def test_the_next_edition_takes_over():
    old = {
        "I10": (Span(dt.date(2015, 10, 1)),),
        "F328": (Span(dt.date(2015, 10, 1)),),
        "E11": (Span(dt.date(2015, 10, 1)),),
    }
    new = {"I10": (Span(FROM),), "F3289": (Span(FROM),), "E11": (Span(FROM, leaf=False),)}
    joined = next_edition(old, new, FROM)
    last = dt.date(2026, 3, 31)
    assert joined == {
        "I10": (Span(dt.date(2015, 10, 1)),), "F328": (Span(dt.date(2015, 10, 1), last),), "F3289": (Span(FROM),),
        "E11": (Span(dt.date(2015, 10, 1), last), Span(FROM, leaf=False)),
    }  # fmt: skip


TAXONOMY = "Code,Grouping,Classification\n207Q00000X,g,c\n363L00000X,g,c\n"


AOC = (
    "Terms of use apply to this file\nAOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\tAOC_Edit_DelDT\t"
    "Special_Instruction_Notes\n1\tG2211\t\tG0463\t\t2024001\t\t\n1\tG2211\t\tG0439\t2025365\t2024001\t\t\n"
    "2\tG0459\t\tCCCCC\t\t2013091\t\tContractor Defined Primary Codes\n3\tG0316\t\tG0463, G0447\t\t20230101\t\t\n"
    "1\tG0999\t\tG0463\t\t2024001\t2023365\tnever held\n"
)  # fmt: skip
CARC = "Code,Description,Start Date,Stop Date,Last Modified\n45,Words of 45,1/1/1995,,\n96,Words of 96,01/01/1995,6/30/2024,\nB7,Words of B7,,,\n"
RARC = "code\tdescription\tstart\nN130\tWords of N130\t2002-01-01\nMA01\tWords of MA01\t\n"


def test_taxonomies_add_ons_and_reasons():
    assert read_taxonomies(TAXONOMY) == {"207Q00000X", "363L00000X"}
    start = dt.date(2024, 1, 1)
    assert list(addon_rows(AOC)) == [
        ("G2211", AddOn("G0463", "1", start)), ("G2211", AddOn("G0439", "1", start, dt.date(2025, 12, 31))),
        ("G0459", AddOn("", "2", dt.date(2013, 4, 1))), ("G0316", AddOn("G0463", "3", dt.date(2023, 1, 1))),
        ("G0316", AddOn("G0447", "3", dt.date(2023, 1, 1))),
    ]  # fmt: skip
    told = {one.code: (one.span.valid_from, one.span.valid_to, one.label) for one in reason_entries(CARC, "carc", FROM)}
    assert told == {
        "45": (dt.date(1995, 1, 1), None, "Words of 45"), "96": (dt.date(1995, 1, 1), dt.date(2024, 6, 30), "Words of 96"),
        "B7": (FROM, None, "Words of B7"),
    }  # fmt: skip
    assert [one.code for one in reason_entries(RARC, "rarc", FROM)] == ["N130", "MA01"]


def test_sides():
    assert side_of("Fracture of right and left hand") == ""
    assert side_of("Copyright") == ""


@pytest.mark.parametrize(
    ("read", "row", "column"),
    [
        (lambda: read_ptp(PTP.replace("G0101,", "G01,")), 6, "Column 1"),
        (lambda: read_ptp(PTP.replace("20150101", "20151301")), 6, "Effective Date"),
        (lambda: read_ptp(PTP.replace("20150101,*,0", "*,*,0")), 6, "Effective Date"),
        (lambda: read_ptp(PTP.replace("*,0,S", "*,7,S")), 6, "Modifier"),
        (lambda: read_ptp("a,b\n1,2\n"), 0, ""),
        (lambda: read_ptp(HEAD), 0, ""),
        (lambda: read_mue(MUE.replace("J3420,1,", "J3420,one,"), FROM), 3, "MUE Value"),
        (lambda: read_mue(MUE.replace("2 Date", "Date"), FROM), 5, "MUE Adjudication Indicator"),
        (lambda: read_mue(MUE + "J3420,2,1,\n", FROM), 6, "HCPCS/CPT Code"),
        (lambda: read_hcpcs("code,valid_from,valid_to\nG0439,2011-01-01,2010-01-01\n", FROM), 2, "last day"),
        (lambda: read_hcpcs("code\nG0439\nG04\n", FROM), 3, "code"),
        (lambda: list(addon_rows(AOC.replace("1\tG2211", "4\tG2211"))), 3, "AOC_Edit_Type"),
        (lambda: list(addon_rows(AOC.replace("2013091", "2013366"))), 5, "AOC_Edit_EffDT"),
        (lambda: list(addon_rows(AOC.replace("2013091", "0000000"))), 5, "AOC_Edit_EffDT"),
        (lambda: list(addon_rows(AOC.replace("G0463\t\t2024001\t\t", "CCCCC\t\t2024001\t\t"))), 3, "Primary_Code"),
        (lambda: reason_entries(CARC.replace("\nB7", "\nMA01"), "carc", FROM), 4, "code"),
        (lambda: reason_entries(CARC.replace("\nB7", "\n45"), "carc", FROM), 4, "code"),
        (lambda: reason_entries(CARC.replace("Words of B7", ""), "carc", FROM), 4, "description"),
        (lambda: reason_entries(CARC.replace("6/30/2024", "6/30/1994"), "carc", FROM), 3, "stop"),
        (lambda: reason_entries(RARC.replace("MA01", "45"), "rarc", FROM), 3, "code"),
        (lambda: read_taxonomies(TAXONOMY.replace("363L00000X", "363L")), 3, "Code"),
        (lambda: read_icd10_order(ORDER.replace("I10 ", "10I "), FROM), 5, "columns 7-13"),
        (lambda: read_icd10_order(order(1, "I10", 7, "x"), FROM), 1, "column 15"),
        (lambda: read_icd10_order("\n", FROM), 0, ""),
    ],
)
def test_what_is_wrong_is_named_with_its_mend(read, row, column):
    with pytest.raises(CodeFileFault) as told:
        read()
    assert (told.value.row, told.value.column) == (row, column)
    assert told.value.wrong and told.value.mend and str(told.value).endswith(told.value.mend)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=200),
    cut=st.integers(0, 300),
    base=st.sampled_from([PTP, MUE, ORDER, AOC, CARC, "code,valid_from\nG0439,20200101\n"]),
)
def test_any_text_is_read_or_refused(text, cut, base):
    readers = (
        read_ptp,
        lambda t: read_mue(t, FROM),
        lambda t: read_hcpcs(t, FROM),
        lambda t: read_icd10_order(t, FROM),
        lambda t: list(addon_rows(t)),
        lambda t: reason_entries(t, "carc", FROM),
        read_taxonomies,
    )
    for read in readers:
        for given_text in (text, base[:cut] + text + base[cut:]):
            try:
                read(given_text)
            except CodeFileFault as fault:
                assert fault.mend
