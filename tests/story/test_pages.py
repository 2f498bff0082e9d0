"""Every page of the house as its people see it: nothing for axe to find in light and dark, wide and narrow, nothing sticks out,
the first load light, everything readable and sendable without JavaScript.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.story.house import CHROMIUM, TODAY, Office
from tests.story.steps import fill, press, said

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="left out: no browser; apt-get install chromium"),
]


def uid(office: Office, table: str, where: str = "1 = 1") -> str:
    """The uid of one row, the latest that fits."""
    return str(UUID(office.ask(f"SELECT uid FROM {table} WHERE {where} ORDER BY id DESC LIMIT 1")[0][0]))


def pages(office: Office) -> dict[str, list[str]]:
    """The pages of the day, by who works on them."""
    patient = uid(office, "frontdesk_patient")
    here = uid(office, "frontdesk_appointment", "state IN ('arrived', 'roomed', 'seen')")
    seen = uid(office, "frontdesk_visit", "voided_at IS NULL")
    coming = uid(office, "frontdesk_appointment", f"state IN ('booked', 'confirmed') AND starts_at > '{TODAY}'")
    claim = uid(office, "billing_claim", "id IN (SELECT claim_id FROM billing_workitem WHERE closed_at IS NULL)")
    work = uid(office, "billing_workitem", "closed_at IS NULL AND claim_id IS NOT NULL")
    account = uid(office, "banking_bankaccount")
    mine = "SELECT id FROM core_user WHERE username = 'frontdesk'"
    session = uid(office, "banking_drawersession", f"state = 'open' AND cashier_id = ({mine})")
    taken = uid(office, "banking_receipt", f"tender = 'cash' AND by_id = ({mine})")
    person = uid(office, "core_user", "username = 'hr'")
    ref = office.ask("SELECT c.ref FROM billing_remittanceclaim r JOIN billing_claim c ON c.id = r.claim_id "
                     "WHERE r.paid_cents > 0 ORDER BY r.id LIMIT 1 OFFSET 3000")[0][0]  # fmt: skip
    return {
        "frontdesk": [
            "/", "/frontdesk/", "/frontdesk/?view=provider", "/frontdesk/?view=board", "/frontdesk/patients/",
            f"/frontdesk/patients/{patient}/", f"/frontdesk/patients/{patient}/?tab=coverage", "/frontdesk/patients/new/",
            f"/frontdesk/book/?patient={patient}", f"/frontdesk/appointments/{coming}/",
            f"/frontdesk/appointments/{coming}/card/?paper=es", f"/frontdesk/appointments/{coming}/check-in/",
            f"/frontdesk/appointments/{here}/check-out/", f"/billing/visits/{seen}/charges/",
            f"/banking/receipts/new/?patient={patient}", "/banking/receipts/", "/banking/drawers/", f"/banking/drawers/{session}/count/",
            "/banking/", "/banking/refunds/", f"/banking/receipts/{taken}/", f"/banking/receipts/{taken}/?paper=es",
            f"/banking/drawers/{session}/", "/banking/close/", "/search?q=ramos", "/insurance/eligibility/", "/insurance/grants/",
            "/insurance/estimates/", f"/insurance/patients/{patient}/", f"/insurance/patients/{patient}/estimates/new/",
            f"/insurance/patients/{patient}/grants/new/",
        ],
        "biller": [
            "/", "/import/", "/billing/", "/billing/claims/", f"/billing/claims/{claim}/", "/billing/remittances/",
            f"/billing/remittances/{uid(office, 'billing_remittance')}/", "/billing/work/", f"/billing/work/{work}/",
            "/billing/uncharged/", "/billing/lag/", "/billing/lag/charges/",
            f"/banking/receipts/{taken}/refund/",
            "/banking/batches/new/", "/banking/mail/new/", "/banking/deposits/new/", "/banking/deposits/", "/insurance/",
            "/insurance/schedules/", f"/insurance/contracts/{uid(office, 'insurance_contract')}/?code=G0438&units=1&place=11&charge=200&day=t",
        ],
        "bookkeeper": [
            "/", "/banking/", f"/banking/accounts/{account}/", f"/banking/accounts/{account}/match/", "/banking/lines/",
            f"/banking/lines/{uid(office, 'banking_bankline')}/", "/banking/cash/", "/ledger/", "/ledger/trial-balance/",
            "/ledger/journal/", f"/ledger/journal/{uid(office, 'ledger_entry')}/", "/ledger/journal/new/", "/ledger/periods/",
            "/ledger/proof/", "/ledger/export/", f"/trace/claim/{ref}/", "/approvals/",
        ],
        "administrator": [
            "/", "/banking/close/2026-11-20/", "/banking/close/2026-11-20/sheet/", "/people/staff/", "/people/users/",
            f"/people/users/{person}/", f"/people/users/{person}/roles/new/",
            "/people/providers/", "/registry/", "/registry/directory/", "/audit/log/", "/jobs/", "/outbox/",
        ],
    }  # fmt: skip


PEOPLE = ("frontdesk", "biller", "bookkeeper", "administrator")


SIZES = ((1440, 900), (390, 844))
RULES = {
    "light": {},
    "dark": {"runOnly": ["color-contrast"]},
}  # of all rules only this one can answer otherwise in the dark
# the page hears of its new size with the next frame
FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => null)"
LOOK = "async rules => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations"


@pytest.mark.parametrize("who", PEOPLE)
def test_axe_finds_nothing_light_or_dark_wide_or_narrow(shared: Office, who: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, wrong = Axe(), []
    with shared.person(who) as page:
        for path in pages(shared)[who]:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("main h1").count() == 1, path
            page.evaluate(axe.axe_script)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.evaluate(FRAME)
                for scheme, rules in RULES.items():
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    for fault in page.evaluate(LOOK, rules):
                        nodes = [node["html"][:160] for node in fault["nodes"][:3]]
                        wrong.append(f"{path} {width} {scheme}: {fault['id']} {nodes}")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append(f"{path}: sticks out at {width}")
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.parametrize("path", ["/", "/billing/claims/"])
def test_the_first_load_is_light(shared: Office, path: str) -> None:
    """At most 10 requests and 120 kB as they come over the wire, with nothing in the browser's cache."""
    with shared.person("administrator") as page:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        loads: list[float] = []
        wire.on("Network.loadingFinished", lambda event: loads.append(event["encodedDataLength"]))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert 2 <= len(loads) <= 10
        assert sum(loads) <= 120_000


def test_the_palette_finds_and_the_question_mark_tells(shared: Office) -> None:
    with shared.person("administrator") as page:
        page.keyboard.press("Control+k")
        page.locator("#palette input").fill("trial")
        page.locator('#palette [role="option"]', has_text="Trial balance").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**/ledger/**")
        page.keyboard.press("?")
        page.wait_for_selector("#keys[open]")
        assert "Ctrl" in page.locator("#keys").inner_text()


def test_without_javascript_a_patient_is_registered_and_pays(shared: Office) -> None:
    with shared.person("frontdesk", scripts=False) as page:
        page.goto("/frontdesk/patients/new/")
        fill(page, last_name="Plain", first_name="Jane", birth_date="1/2/1970")
        press(page, "Register")
        assert "Plain, Jane" in page.locator("h1").inner_text()
        page.goto("/banking/receipts/new/")
        page.locator("#who").fill("Plain")
        page.locator("#who").press("Enter")
        page.locator("main td a", has_text="Plain").click()
        fill(page, cents="12*2.5")
        press(page, "Take payment")
        said(page, "30.00")
        assert "Receipt" in page.locator("h1").inner_text()
