"""Every public sample of a claim status file, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from steward.billing.logic.acknowledgement import read_276, read_277
from tests.billing.samples import SAMPLES

pytestmark = pytest.mark.skipif(
    not (SAMPLES / "x12").is_dir(), reason="no ../shared/samples here: real 276 and 277 files left out"
)
ASKED = {
    "claim-level-status-ncpdp.276": [("", 8_500)],
    "claim-level-status.276": [("SM123456", 851_388), ("J0234567", 759_900), ("MA345678", 15_000)],
    "information-receiver-level-status.276": [("SM123456", 851_388)],
    "provider-level-status.276": [("SM123456", 851_388), ("MA345678", 15_000)],
}
TOLD = {
    "claim-level-status-ncpdp.277": ([], [("", "05347006051", "denied", 8_500)]),
    "claim-level-status.277": (
        [],
        [
            ("SM123456", "05347006051", "information", 851_388),
            ("J0234567", "0529675341", "finished", 759_900),
            ("MA345678", "051681010827", "denied", 15_000),
        ],
    ),
    "information-receiver-level-status.277": ([("receiver", "no_answer")], []),
    "provider-level-status.277": (
        [("provider", "no_answer")],
        [("SM123456", "05347006051", "information", 851_388)],
    ),
}


def told(path: str) -> bool:
    return f"`{path}`" in (Path(__file__).parents[3] / "docs" / "formats.md").read_text()


@pytest.mark.parametrize("name", ASKED)
def test_inquiries(name: str) -> None:
    path = f"linuxforhealth/276_005010X212/{name}"
    assert [(one.ref, one.charge_cents) for one in read_276((SAMPLES / "x12" / path).read_bytes())] == ASKED[name]
    assert told(path), "its outcome is told in docs/formats.md"


@pytest.mark.parametrize("name", TOLD)
def test_answers(name: str) -> None:
    path = f"linuxforhealth/277_005010X212/{name}"
    (answer,) = read_277((SAMPLES / "x12" / path).read_bytes())
    assert [(one.level, one.meaning) for one in answer.levels] == TOLD[name][0]
    assert [(one.ref, one.control, one.meaning, one.charge_cents) for one in answer.claims] == TOLD[name][1]
    assert answer.unread == () and told(path)


def test_all_of_them_are_here() -> None:
    found = {path.name for path in (SAMPLES / "x12").rglob("*.27[67]")}
    assert found == {*ASKED, *TOLD}
