"""Lists that the practice brings: add-on codes and taxonomies in the scrub, reason and remark codes on the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.billing.models import Claim, Code, CodeAddOn, CodeImport, Remittance
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.reasons import Reason, legend
from steward.billing.selectors.scrubbing import problems_of
from tests.billing.conftest import Practice
from tests.billing.scrub.test_codes import AOC, CARC, RARC, TAXONOMY
from tests.billing.test_codes import DAY, bring, refused
from tests.billing.test_denials import denied
from tests.support import signed_in

JULY, OCTOBER = dt.date(2026, 7, 1), dt.date(2026, 10, 1)
LICENCE = "Licence 7"


def told(practice: Practice, *lines: dict[str, Any]) -> list[str]:
    """What add-on and taxonomy rules say of one claim with these lines."""
    practice.claims(*({**DAY, "line_ref": f"L{n}", **line} for n, line in enumerate(lines, 1)))
    values = list(outgoing([Wanted(Claim.objects.latest("id").pk)]).values())
    return [
        one.rule for one in problems_of(values, practice.office.today)[values[0].ref]
        if one.rule.startswith(("addon-", "taxonomy-listed"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (({"code": "G2211"},), ["addon-alone"]),
        (({"code": "G2211"}, {"code": "G0463"}), []),
        (({"code": "G2211"}, {"code": "G0439"}), ["addon-alone"]),  # that pair ended in 2025
        (({"code": "G0316"}, {"code": "G0101"}), ["addon-unlisted"]),
        (({"code": "G0316"}, {"code": "G0447"}), []),
        (({"code": "G0459"}, {"code": "G0101"}), []),
        (({"code": "G0459"},), ["addon-unlisted"]),
    ],
)
def test_an_add_on_asks_for_its_primary(practice: Practice, lines: tuple[dict[str, Any], ...], rules: list[str]) -> None:
    bring("addon", AOC, OCTOBER)
    assert told(practice, *lines) == rules


def test_add_ons_are_joined_edition_by_edition(db: None) -> None:
    one = bring("addon", AOC, JULY)
    assert (one.row_count, one.new_count) == (5, 5)
    two = bring("addon", AOC.replace("G0463\t\t2024001\t\t", "G0463\t\t2024001\t2026180\t"), OCTOBER)
    assert two.new_count == 0 and CodeAddOn.objects.get(code="G2211", primary_code="G0463").valid_to == dt.date(2026, 6, 29)


def test_a_taxonomy_is_looked_up_in_the_practice_s_own_list(practice: Practice) -> None:
    practice.provider.taxonomy = "208D00000X"
    practice.provider.save()
    assert told(practice, {"code": "J3420"}) == []
    assert refused("taxonomy", TAXONOMY, JULY) == "licence"
    bring("taxonomy", TAXONOMY, JULY, licence=LICENCE)
    assert told(practice, {"claim_ref": "C-2", "code": "J3420"}) == ["taxonomy-listed"] * 2  # who rendered it, and who bills under the same code
    bring("taxonomy", TAXONOMY + "208D00000X,g,c\n", OCTOBER, licence=LICENCE)
    assert told(practice, {"claim_ref": "C-3", "code": "J3420"}) == []
    assert Code.objects.get(code="208D00000X").label == "g, c"


def test_reasons_have_their_words_and_a_flag(db: None) -> None:
    assert legend(["45", "9999"], ["N130"], OCTOBER) == ()
    assert refused("carc", CARC, JULY) == "licence"
    bring("carc", CARC, JULY, licence=LICENCE)
    with CaptureQueriesContext(connection) as queries:
        found = legend(["45", "96", "9999"], ["N130"], OCTOBER)
    assert len(queries) == 2 and found == (
        Reason("45", "Words of 45"), Reason("96", "Words of 96", "ended"), Reason("9999", "", "unknown"),
    )  # fmt: skip
    assert legend(["96"], [], dt.date(2024, 6, 30)) == (Reason("96", "Words of 96"),)
    bring("rarc", RARC, JULY, licence=LICENCE)
    assert legend([], ["N130", "M1"], OCTOBER) == (Reason("M1", "", "unknown"), Reason("N130", "Words of N130"))
    assert CodeImport.objects.filter(whole=True, licence=LICENCE).count() == 2


def test_every_page_that_shows_a_number_says_it_in_words(practice: Practice) -> None:
    bring("carc", CARC, JULY, licence=LICENCE)
    bring("rarc", RARC, JULY, licence=LICENCE)
    item = denied(practice, "C-1", "96", remarks=("MA01",))
    biller = signed_in("biller")
    claim, remittance = Claim.objects.get(), Remittance.objects.get()
    for page in (
        reverse("billing:denial", args=[item.uid]), reverse("billing:work_item", args=[item.uid]),
        reverse("billing:claim", args=[claim.uid]), reverse("billing:remittance", args=[remittance.uid]),
    ):  # fmt: skip
        text = biller.get(page).content.decode()
        assert "Words of 96" in text and "Words of MA01" in text and "Ended before that day" in text, page
    assert "CO-96" in biller.get(reverse("billing:remittance", args=[remittance.uid])).content.decode()
    assert "Words of 96" in biller.get(reverse("billing:denials")).content.decode()
