"""One real day of the office, lived by its people: from the first drawer to the locked day, every cent followed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from steward.banking.logic.ofx_writer import write_ofx
from steward.banking.logic.statement import BankLine, Statement
from steward.billing.logic.remittance_writer import Envelope, write
from steward.desk.demo import plan
from steward.desk.demo.bank import NUMBER, ROUTING
from steward.desk.demo.payer import DemoClaim, DemoLine, DemoPayer, remittance
from tests.story.house import CHROMIUM, EVENING, TODAY, Office
from tests.story.steps import Keys, count_own, dollars, fill, press, said

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]
BLUE_HARBOR: DemoPayer = plan.PAYERS[1][0]
PAYEE = (plan.PRACTICE.name, plan.PRACTICE.npi, plan.PRACTICE.tin)
EFT = "BH261123001"


def test_one_day_from_the_first_drawer_to_the_locked_day(office: Office, tmp_path: Path) -> None:
    a_third_drawer_is_set_up(office)
    with office.person("frontdesk2") as greta:
        she_opens_her_drawer(greta)
        she_registers_a_child_with_parents(greta)
        she_books_the_next_free_time(greta)
        she_checks_in_and_takes_the_copay_by_keyboard(greta)
        claim = she_checks_the_patient_out(greta)
    paid, denied = a_remittance_arrives(office, tmp_path, claim)
    the_biller_works_the_denial(office, denied)
    line = the_bank_shows_the_money(office, tmp_path, paid)
    drawers_are_counted_blind(office)
    money_leaves_for_the_bank(office)
    nobody_closes_a_day_that_goes_on(office)
    office.until(EVENING)
    two_people_close_the_day(office)
    the_sheet_is_the_ledger(office)
    the_cent_is_followed(office, claim, line)


def a_third_drawer_is_set_up(office: Office) -> None:
    """The administrator confirms who she is, for drawers are bank set-up."""
    with office.person("administrator") as page:
        page.goto("/banking/drawers/new/")
        page.locator("main").get_by_role("button").first.click()
        page.wait_for_url("**/banking/drawers/new/")
        fill(page, name="Front desk 3", site="North site", float_cents="150")
        press(page, "Set it up")
        said(page, "Front desk 3 is set up")


def she_opens_her_drawer(page: Any) -> None:
    page.goto("/banking/drawers/open/")
    fill(page, drawer="Front desk 3", float_cents="150.00")
    press(page, "Sign for it and open")
    said(page, "Front desk 3 is open")


def she_registers_a_child_with_parents(page: Any) -> None:
    """Patient, guarantor and subscriber are three persons; a second child of that name and birth date is asked about."""
    child = {"last_name": "Quimby", "first_name": "Nora", "birth_date": "3/4/2019"}
    page.goto("/frontdesk/patients/new/")
    fill(page, **child, guarantor_last="Quimby", guarantor_first="Ruth", guarantor_birth="5/6/1985",
         street="9 Mill Lane", city="Kingston", state="NY", zip="12401")  # fmt: skip
    press(page, "Register")
    said(page, "Ruth Quimby")
    record = page.url
    page.get_by_role("link", name="Coverage").click()
    page.get_by_role("link", name="Enter coverage").click()
    fill(page, plan="Blue Harbor", member_id="BHQ100200", starts_on="1/1/2026", relation="Child",
         subscriber_last="Quimby", subscriber_first="Tom", subscriber_birth="7/8/1984")  # fmt: skip
    press(page, "Save")
    said(page, "Tom Quimby")
    page.goto("/frontdesk/patients/new/")
    fill(page, **child)
    press(page, "Register")
    said(page, "Is it one of these?")
    page.goto(record)


def she_books_the_next_free_time(page: Any) -> None:
    page.keyboard.press("n")
    page.wait_for_url("**/book/?*")
    page.locator(".free-times a", has_text="Today").first.click()
    page.wait_for_url("**time=*")
    fill(page, reason="Follow")
    press(page, "Book")
    said(page, "Booked")


def she_checks_in_and_takes_the_copay_by_keyboard(page: Any) -> None:
    """From Today: at most 12 keys to check in and 6 for the copay with its receipt, beyond the data itself."""
    page.goto("/")
    keys = Keys(page)
    keys.press("g", "f")
    page.wait_for_url("**/frontdesk/")
    keys.press("/")
    keys.data("Quimby")
    keys.press("Enter")  # one appointment fits: it opens
    page.wait_for_url("**/check-in/")
    assert "Blue Harbor" in page.locator("main").inner_text()
    keys.press("Enter")
    page.wait_for_url("**/receipts/new/*")
    assert keys.count <= 12
    taking = Keys(page)
    assert page.locator('[name="cents"]').input_value() == "25.00"
    taking.press("Control+Enter")
    page.wait_for_url("**/receipts/*-*/")
    taking.press("Control+p")
    assert taking.count <= 6
    said(page, "25.00")
    assert "Nora Quimby" in page.locator("main").inner_text()


def she_checks_the_patient_out(page: Any) -> str:
    """Room, seen, charges, out; returns the claim's number."""
    page.goto("/frontdesk/")
    page.locator("main").get_by_role("link", name="Quimby, Nora", exact=True).click()
    page.get_by_role("link", name="Take to room").click()
    press(page, "In room")
    press(page, "Seen by provider")
    page.get_by_role("link", name="Check out").click()
    page.get_by_role("link", name="Enter charges").click()
    fill(page, diagnoses="J06.9", code1="T1015", cents1="165", code2="G2211", cents2="24.50")
    press(page, "Post the charges")
    said(page, "189.50 posted to Blue Harbor, claim")
    claim = page.locator("main td").nth(2).inner_text()
    press(page, "Check out")
    said(page, "Checked out")
    return str(claim)


def _answered(office: Office, ref: str, **behaviour: int) -> tuple[DemoPayer, DemoClaim]:
    """The claim as the payer got it."""
    rows = office.ask(
        """SELECT p.last_name, p.first_name, k.member_id, k.service_date, c.line_ref, c.code, c.charge_cents
           FROM billing_claim k JOIN frontdesk_patient t ON t.id = k.patient_id JOIN registry_party p ON p.id = t.party_id
           JOIN billing_charge c ON c.claim_id = k.id WHERE k.ref = ? AND c.voided_on IS NULL ORDER BY c.id""",
        ref,
    )  # fmt: skip
    lines = tuple(DemoLine(row[4], row[5], (), row[6], 1) for row in rows)
    last, first, member, day = rows[0][:4]
    claim = DemoClaim(ref, last, first, member, "1234567893", date.fromisoformat(day), lines, 2500)
    return replace(BLUE_HARBOR, **behaviour), claim


def a_remittance_arrives(office: Office, folder: Path, ref: str) -> tuple[int, str]:
    """The payer pays Nora's visit and denies another; imported twice, posted once. Returns cents and the denied claim."""
    denied = str(office.ask(
        """SELECT k.ref FROM billing_claim k JOIN insurance_payer p ON p.id = k.payer_id
           WHERE p.name = 'Blue Harbor' AND k.ref <> ? AND k.id NOT IN
             (SELECT claim_id FROM billing_remittanceclaim WHERE claim_id IS NOT NULL)
           ORDER BY k.id DESC LIMIT 1""", ref)[0][0])  # fmt: skip
    pays, nora = _answered(office, ref, denial_ppm=0, deductible_ppm=0)
    denies, other = _answered(office, denied, denial_ppm=1_000_000)
    day = date.fromisoformat(TODAY)
    sent = [
        remittance(pays, PAYEE, [nora], day, EFT, Random(1)),
        remittance(denies, PAYEE, [other], day, EFT + "N", Random(1)),
    ]
    envelope = Envelope(BLUE_HARBOR.edi_id, plan.PRACTICE.submitter_id, datetime(2026, 11, 23, 12, tzinfo=UTC), 4711)
    file = folder / "blue-harbor.835"
    file.write_bytes(write(sent, envelope))
    with office.person("biller") as page:
        for word in ("Posted", "Already here"):
            page.goto("/import/")
            page.locator('input[type="file"]').set_input_files(file)
            press(page, "Import")
            assert page.locator("main .badge").first.inner_text() == word, page.locator("main table").inner_text()
        page.goto("/billing/remittances/")
        page.get_by_role("link", name=EFT, exact=True).click()
        said(page, dollars(sent[0].paid_cents))
    return sent[0].paid_cents, denied


def the_biller_works_the_denial(office: Office, ref: str) -> None:
    """Found by its claim, worked line by line, each with what was done; then nothing of the claim waits."""
    waiting = f"SELECT id FROM billing_workitem WHERE closed_at IS NULL AND claim_id = (SELECT id FROM billing_claim WHERE ref = '{ref}')"
    lines = len(office.ask(waiting))
    assert lines
    with office.person("biller") as page:
        page.keyboard.press("Control+k")
        page.locator("#palette input").fill(ref)
        page.locator('#palette [role="option"]', has_text=ref).first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/billing/claims/*/")
        claim = page.url
        for _line in range(lines):
            page.goto(claim)
            page.get_by_role("link", name="Look").first.click()
            page.get_by_role("link", name="Close it").click()
            fill(page, resolution="Sent again with the corrected modifier")
            press(page, "Close it")
            said(page, "Closed")
    assert office.ask(waiting) == []


def the_bank_shows_the_money(office: Office, folder: Path, cents: int) -> str:
    """The bookkeeper imports the bank's file and matches by identity; returns the address of the bank line."""
    day = date.fromisoformat(TODAY)
    before = office.ask("SELECT closing_cents FROM banking_statementimport ORDER BY closing_on DESC, id DESC LIMIT 1")[
        0
    ][0]
    line = BankLine(day, cents, f"HCCLAIMPMT TRN*1*{EFT}", "F26112301", "credit", "CREDIT", ref=EFT, trace=EFT)
    statement = Statement(
        NUMBER, (line,), ROUTING, "CHECKING", closing_cents=before + cents, closing_on=day, starts_on=day, ends_on=day
    )
    file = folder / "bank.ofx"
    file.write_bytes(write_ofx((statement,), day))
    with office.person("bookkeeper") as page:
        page.goto("/import/")
        page.locator('input[type="file"]').set_input_files(file)
        press(page, "Import")
        assert page.locator("main .badge").first.inner_text() == "Posted", page.locator("main table").inner_text()
        page.goto("/banking/")
        page.get_by_role("link", name="Operating account").first.click()
        press(page, "Reconcile")
        said(page, "matched")
        page.goto("/banking/lines/")
        page.locator("tr", has_text=EFT).get_by_role("link").first.click()
        said(page, "Matched")
        return str(page.url)


def drawers_are_counted_blind(office: Office) -> None:
    """Three cashiers, one of them a dollar short; nobody sees what should be there before her count."""
    keys = [count_own(office, who, off) for who, off in (("frontdesk", 0), ("frontdesk2", 0), ("frontdesk3", -100))]
    assert keys == [5, 5, 5]  # with two minutes to count the notes, three drawers stay well under ten minutes


def money_leaves_for_the_bank(office: Office) -> None:
    """The biller, who took no cash, closes the terminal, logs the mail with a witness, and locks the slip."""
    cards = office.ask(
        "SELECT SUM(cents) FROM banking_receipt WHERE tender='card' AND batch_id IS NULL AND voided_at IS NULL"
    )
    with office.person("biller") as page:
        page.goto("/banking/batches/new/")
        fill(page, gross_cents=dollars(cards[0][0]), reference="T-118")
        press(page, "Close the batch")
        said(page, "is closed")
        page.goto("/banking/mail/new/")
        fill(page, site="North site", witness="Felix Keller", checks="0")
        press(page, "Log it")
        said(page, "The mail is logged")
        page.goto("/banking/deposits/new/")
        fill(page, bag="B-2042")
        press(page, "Lock the slip")
        said(page, "is locked")
        slip = page.request.get(page.url + "slip.pdf")
        assert slip.ok
        assert slip.body().startswith(b"%PDF")


def nobody_closes_a_day_that_goes_on(office: Office) -> None:
    """It is still morning: patients are to come, and no reason opens the way."""
    with office.person("frontdesk2") as page:
        page.goto(f"/banking/close/{TODAY}/")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.get_by_role("button", name="Sign first").click()
        assert answer.value.status == 422
        said(page, "Everybody checked out or marked")


def two_people_close_the_day(office: Office) -> None:
    """The front desk signs first; she cannot sign second; the administrator can, and then nothing more goes in."""
    with office.person("frontdesk2") as page:
        page.goto(f"/banking/close/{TODAY}/")
        reasons = page.locator('main form[method="post"] input[type="text"]')
        for n in range(reasons.count()):
            reasons.nth(n).fill("Charges follow tomorrow morning")
        press(page, "Sign first")
        said(page, "Signed; a second person signs next")
        assert page.get_by_role("button", name="Sign second and lock").count() == 0
    with office.person("administrator") as page:
        page.goto("/")
        said(page, "waits for your signature")
        page.goto(f"/banking/close/{TODAY}/")
        press(page, "Sign second and lock")
        said(page, "The day is closed")
        page.goto("/banking/mail/new/")
        fill(page, site="North site", witness="Felix Keller", checks="0")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            page.get_by_role("button", name="Log it").click()
        assert answer.value.status == 422


def the_sheet_is_the_ledger(office: Office) -> None:
    """Day sheet less ledger is 0.00, on the page, in what was signed, and by adding the ledger's lines up again."""
    sheet = json.loads(office.ask("SELECT sheet FROM banking_dayclose WHERE day = ? AND state = 'signed'", TODAY)[0][0])
    assert sheet["receivables"]["difference_cents"] == sheet["receipts"]["difference_cents"] == 0
    owed = office.ask(
        """SELECT SUM(l.cents) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
           WHERE a.role IN ('ar_insurance', 'ar_patient') AND l.date <= ?""", TODAY)[0][0]  # fmt: skip
    assert sheet["receivables"]["closing_cents"] - owed == 0
    assert [one["over_short_cents"] for one in sheet["drawers"]] == [0, -100, 0]
    with office.person("owner") as page:
        page.goto(f"/banking/close/{TODAY}/sheet/")
        said(page, "As signed.")
        assert page.locator("tfoot tr", has_text="Difference").all_inner_texts() == ["Difference\t0.00"] * 2
        assert page.request.get(f"/banking/close/{TODAY}/sheet.pdf").body().startswith(b"%PDF")


def the_cent_is_followed(office: Office, claim: str, line: str) -> None:
    """From the claim to the line on the bank's statement, on one page, with nothing unexplained; and back."""
    with office.person("administrator") as page:
        page.goto("/trace/")
        page.locator("#trace-q").fill(claim)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/trace/claim/{claim}/")
        words = page.locator("main").inner_text()
        assert "Difference 0.00" in words
        assert EFT in words
        page.locator(f'main a[href="{line.removeprefix(office.address)}"]').first.click()
        said(page, "Matched")
    end = line.rstrip("/").rpartition("/")[2]
    with office.person("bookkeeper") as page:
        page.goto(f"/trace/line/{end}/")
        assert claim in page.locator("main").inner_text()
