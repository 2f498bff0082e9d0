"""The clearinghouse, the paper form and a change of coverage in a real browser, as administrator and biller do them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from steward.billing.models import Claim
from steward.billing.services.doors import DoorData, save_door
from steward.core.access.models import Office as OfficeRow
from steward.core.jobs.models import Job
from steward.core.jobs.work import Work
from steward.desk import collecting
from steward.insurance.models import Coverage
from steward.insurance.services import void_coverage
from steward.registry.models import Site
from tests.browser import IN_A_BROWSER, browser, looks_well, site
from tests.support import open_office, signed_in

from .conftest import practise
from .test_sending import CLEAN

__all__ = ["site"]
pytestmark = IN_A_BROWSER


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_door_form_and_coverage(site: Any, width: int, scheme: str, tmp_path: Path) -> None:
    practice = practise(open_office())
    OfficeRow.objects.update(submitter_id="MAPLE1")
    Site.objects.update(phone="217 555 0142", street="12 Main St", city="Springfield", state="IL", zip="62701")
    system = practice.office.system()
    practice.claims(CLEAN)
    row = Claim.objects.get()
    void_coverage(system, coverage=Coverage.objects.get(), reason="another plan")
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    (tmp_path / "in" / "letter.bin").write_bytes(b"anything")
    save_door(system, data=DoorData("folder", "Harbor Clearing", str(tmp_path / "out"), str(tmp_path / "in")))
    job = Job.objects.create(kind="doors.run", title="x", asked_at=practice.office.now)
    collecting.run(Work(job, system))
    cookie = signed_in("biller").cookies[settings.SESSION_COOKIE_NAME].value
    with browser((site[0], cookie), width=width, scheme=scheme) as page:
        page.goto("/billing/doors/")
        page.get_by_text(f"file-{practice.office.now:%Y%m%d}-").first.wait_for()
        looks_well(page, "doors", width)
        page.goto("/billing/forms/")
        looks_well(page, "paper-forms", width)
        page.goto("/billing/coverage/")
        page.get_by_text("The patient owes it").wait_for()
        looks_well(page, "coverage-touched", width)
        page.get_by_role("button", name="Do it for the ticked ones").click()
        page.get_by_label("Reason").fill("The plan never covered her")
        looks_well(page, "coverage-follow", width)
        page.get_by_role("button", name="Do it").click()
        page.get_by_text("Every claim went to who covers its day.").wait_for()
        page.goto(f"/billing/claims/{row.uid}/")
        looks_well(page, "claim-papers", width)
        assert page.said == []
