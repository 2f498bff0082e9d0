"""The biller's day, walked in a browser: from a kept visit without a charge to an ageing that ties to the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from steward.billing.logic.remittance_writer import Envelope, write
from steward.desk.demo import plan
from steward.desk.rehearsal import files as clearinghouse
from tests.billing.samples import cas, claim, remittance, service_line
from tests.browser import looks_well
from tests.story.house import CHROMIUM, TODAY, Office, opened
from tests.story.steps import dollars, fill, press, said

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]
DAY = date.fromisoformat(TODAY)
PAYER = plan.PAYERS[1][0]  # Blue Harbor
EFT = "BH261123777"


@dataclass(frozen=True)
class Sent:
    """One claim of the file the payer got: its number and its lines (line, code, cents)."""

    ref: str
    lines: tuple[tuple[str, str, int], ...]


@pytest.fixture
def paying(demo: Path, chrome: Any, tmp_path: Path) -> Iterator[Office]:
    """An office whose cards are charged at the double of a processor."""
    with opened(demo, tmp_path, chrome, STEWARD_CARDS="double") as one:
        yield one


def test_one_day_of_the_biller(paying: Office, tmp_path: Path) -> None:
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    with paying.person("administrator") as page:
        a_door_and_a_drawer_stand(page, tmp_path)
    with paying.person("biller") as page:
        she_charges_two_kept_visits_by_keyboard(page)
        she_mends_what_the_scrub_holds(page)
        sent = claims_go_out_by_the_door(paying, page, tmp_path)
        answers_come_back_by_the_door(page, tmp_path, sent)
        the_payer_pays(page, tmp_path, sent)
        she_appeals_the_denial(page, sent[0])
        she_asks_for_what_is_underpaid(page, sent[1])
        she_types_a_paper(page, sent[3])
        who = she_makes_statements(page)
        she_charges_a_card(page, who)
        the_ageing_is_the_ledger(page)
        it_reads_on_a_phone_in_the_dark(page, who)


def a_door_and_a_drawer_stand(page: Any, folder: Path) -> None:
    """The folder the clearinghouse watches, and a drawer without cash for cards charged in the back office."""
    page.goto("/billing/doors/")
    page.get_by_role("link", name="New folder").click()
    fill(page, name="Harbor Clearing", out_folder=str(folder / "out"), in_folder=str(folder / "in"))
    press(page, "Save")
    press(page, "Try it")
    said(page, "Works")
    page.goto("/banking/drawers/new/")
    page.locator("main").get_by_role("button").first.click()
    page.wait_for_url("**/banking/drawers/new/")
    fill(page, name="Billing", site="North site", float_cents="0")
    press(page, "Set it up")
    said(page, "Billing is set up")


def she_charges_two_kept_visits_by_keyboard(page: Any) -> None:
    """From Today: favourites by their keys, a diagnosis typed; the second visit with a code that does not say what it was."""
    page.locator("main li", has_text="Kept visits").get_by_role("link").first.click()
    page.wait_for_url("**/billing/uncharged/")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/charges/")
    page.wait_for_function("document.activeElement.name === 'diagnoses'")
    page.keyboard.type("J06.9 ")
    page.keyboard.press("Alt+Digit1")
    page.keyboard.press("Control+Enter")
    said(page, "posted to")
    page.wait_for_url("**/billing/uncharged/")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/charges/")
    page.wait_for_function("document.activeElement.name === 'diagnoses'")
    page.keyboard.type("J06.9 ")
    page.keyboard.press("Alt+Digit1")
    page.keyboard.press("Enter")
    page.keyboard.type("A9999")
    page.locator("[name=cents2]").fill("12")
    page.keyboard.press("Control+Enter")
    said(page, "does not say what it was")


def she_mends_what_the_scrub_holds(page: Any) -> None:
    page.get_by_role("link", name="Mend it").click()
    page.wait_for_url("**/billing/claims/*/")
    page.get_by_text("Before it goes out").wait_for()
    looks_well(page, "day-claim", 1440)
    page.get_by_role("link", name="Correct A9999").click()
    fill(page, note="Elastic bandage 4 inch", reason="The note was missing")
    press(page, "Correct it")
    said(page, "Corrected")
    assert page.get_by_text("does not say what it was").count() == 0
    page.goto("/billing/sending/")
    looks_well(page, "day-sending", 1440)


def claims_go_out_by_the_door(office: Office, page: Any, folder: Path) -> list[Sent]:
    row = page.locator("main tr", has_text=PAYER.name)
    with page.expect_navigation():
        row.get_by_role("button", name="Write", exact=True).click()
    said(page, "claims in 1 files")
    page.get_by_role("link", name="Clearinghouse").click()
    _through_the_door(page)
    (file,) = (folder / "out").iterdir()
    found = clearinghouse.read(file.read_bytes())
    rows = office.ask(
        f"""SELECT k.ref, c.line_ref, c.code, c.charge_cents FROM billing_claim k JOIN billing_charge c ON c.claim_id = k.id
            WHERE c.voided_on IS NULL AND k.ref IN ({', '.join('?' * len(found.claims))}) ORDER BY c.id""",
        *(one.ref for one in found.claims),
    )  # fmt: skip
    assert sum(row[3] for row in rows) == sum(one.cents for one in found.claims)
    return [Sent(one.ref, tuple(row[1:] for row in rows if row[0] == one.ref)) for one in found.claims]


def _through_the_door(page: Any) -> None:
    """Put and collect, wait for the work to end, and back to the door by its own link."""
    press(page, "Put and collect now")
    page.wait_for_url("**/jobs/*/")
    page.get_by_role("link", name="See the result").click(timeout=30_000)
    page.wait_for_url("**/billing/doors/")


def answers_come_back_by_the_door(page: Any, folder: Path, sent: list[Sent]) -> None:
    (file,) = (folder / "out").iterdir()
    found = clearinghouse.read(file.read_bytes())
    (folder / "in" / "a.999").write_bytes(clearinghouse.ack_999(found, DAY))
    (folder / "in" / "b.277").write_bytes(clearinghouse.ack_277(found, DAY, set()))
    _through_the_door(page)
    kinds = page.locator('main td[data-label="Kind"]').all_inner_texts()
    assert sorted(kind[:3] for kind in kinds) == ["277", "999"], page.locator("main").inner_text()


def _answer(one: Sent, *per_line: tuple[Any, ...]) -> Any:
    lines = [service_line(cents, *per_line[n], code=code, control=ref, service_date=None) for n, (ref, code, cents) in enumerate(one.lines)]
    return claim(one.ref, *lines, details=())


def the_payer_pays(page: Any, folder: Path, sent: list[Sent]) -> None:
    """One claim denied, one allowed far below contract, one with the patient's deductible."""
    denied = _answer(sent[0], *(((cas("CO", "197", cents)),) for _ref, _code, cents in sent[0].lines))
    short = _answer(sent[1], *(((cas("CO", "45", cents - 1_000)),) for _ref, _code, cents in sent[1].lines))
    shared = _answer(sent[2], *(((cas("PR", "1", cents)),) for _ref, _code, cents in sent[2].lines))
    made = remittance(denied, short, shared, trace=EFT)
    made = replace(
        made, payer_name=PAYER.name.upper(), payer_id=PAYER.edi_id, payer_refs=(("2U", PAYER.edi_id),), originator="1" + PAYER.ein,
        trace_origin="1" + PAYER.ein, payee_name=plan.PRACTICE.name.upper(), payee_id=plan.PRACTICE.npi,
        payee_refs=(("TJ", plan.PRACTICE.tin),), paid_on=DAY, paid_on_text=f"{DAY:%Y%m%d}",
    )  # fmt: skip
    file = folder / "blue-harbor.835"
    file.write_bytes(write([made], Envelope(PAYER.edi_id, plan.PRACTICE.submitter_id, datetime(2026, 11, 23, 12, tzinfo=UTC), 4712)))
    page.goto("/import/")
    page.locator('input[type="file"]').set_input_files(file)
    press(page, "Import")
    assert page.locator("main .badge").first.inner_text() == "Posted", page.locator("main").inner_text()


def she_appeals_the_denial(page: Any, one: Sent) -> None:
    """Found in the queue, the nearest deadline first; worked to the letter that waits to be mailed."""
    page.goto("/")
    page.locator("main li", has_text="Denial:").get_by_role("link").first.click()
    page.wait_for_url("**/billing/denials/")
    looks_well(page, "day-denials", 1440)
    page.goto(f"/billing/denials/?payer={PAYER.code}&carc=197")
    row = page.locator("main tbody tr", has_text=one.ref).first
    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Appeal", exact=True).click()
    fill(page, argument="The plan's own desk said by telephone that none was needed.")
    press(page, "Keep the draft")
    letter = page.get_by_role("link", name="Letter (PDF)").get_attribute("href")
    assert page.request.get(letter).body().startswith(b"%PDF")
    page.get_by_role("link", name="Send it").click()
    press(page, "Send it")


def she_asks_for_what_is_underpaid(page: Any, one: Sent) -> None:
    page.goto("/billing/denials/")
    page.locator("main").get_by_role("link", name="Underpaid", exact=True).click()
    said(page, one.ref)
    looks_well(page, "day-underpaid", 1440)
    page.get_by_role("link", name=f"Write to {PAYER.name}").click()
    press(page, "Send it")
    letter = page.get_by_role("link", name="Letter (PDF)").get_attribute("href")
    assert page.request.get(letter).body().startswith(b"%PDF")


def she_types_a_paper(page: Any, one: Sent) -> None:
    """A paper of the payer for one more claim: paid in part, the rest the patient's."""
    page.goto("/billing/remittances/")
    page.get_by_role("link", name="Paper EOBs").click()
    page.locator("main").get_by_role("link", name="Type a paper EOB").first.click()
    fill(page, payer=PAYER.name, trace="4411", cents="10.00")
    press(page, "Go on to its claims")
    page.get_by_label("Claim number").fill(one.ref)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for n, (_line, _code, cents) in enumerate(one.lines):
        paid = 1_000 if n == 0 else 0
        page.locator(f"[name=paid_{n}]").fill(dollars(paid))
        page.locator(f"[name=adjustments_{n}]").fill(f"PR-1 {dollars(cents - paid)}")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    said(page, "it comes out even")
    press(page, "Post it")
    said(page, "Remittance 4411")


def she_makes_statements(page: Any) -> str:
    """For the few who owe most; returns the address of one account."""
    page.goto("/billing/statements/")
    page.get_by_role("link", name="Make statements").click()
    looks_well(page, "day-statements", 1440)
    fill(page, minimum_cents="5")
    press(page, "Make them")
    said(page, "statements made")
    page.locator("main tbody a").first.click()
    page.get_by_role("heading", name="Statement").wait_for()
    paper = page.get_by_role("link", name="Paper in Spanish").get_attribute("href")
    assert page.request.get(paper).body().startswith(b"%PDF")
    page.get_by_role("link", name="Account", exact=True).click()
    page.wait_for_url("**/billing/accounts/*/")
    return str(page.url)


def she_charges_a_card(page: Any, account: str) -> None:
    """Kept by its token, charged through the processor into her own drawer; the receipt is numbered."""
    page.get_by_role("link", name="Keep a card on file").click()
    fill(page, token="tok_good", last4="1111", month="12", year="2040", consent="By telephone: 100.00 now")
    press(page, "Keep it")
    said(page, "••1111")
    page.goto("/banking/drawers/open/")
    fill(page, drawer="Billing", float_cents="0")
    press(page, "Sign for it and open")
    page.goto(account)
    page.get_by_role("link", name="Charge", exact=True).click()
    fill(page, cents="100")
    press(page, "Charge it")
    looks_well(page, "day-account", 1440)
    page.locator("main tr", has_text="Paid").get_by_role("link", name="Receipt").click()
    page.wait_for_url("**/banking/receipts/*/")
    said(page, "100.00")


def the_ageing_is_the_ledger(page: Any) -> None:
    page.goto("/billing/reports/")
    page.locator("main").get_by_role("link", name="Receivable", exact=True).click()
    said(page, "to the cent:")
    looks_well(page, "day-ageing", 1440)


def it_reads_on_a_phone_in_the_dark(page: Any, account: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for path in ("/", "/billing/sending/", account):
        page.goto(path)
        looks_well(page, "day-narrow", 390)
