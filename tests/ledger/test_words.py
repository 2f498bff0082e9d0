"""The pages of the books speak words, and offer only what one may do."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from steward.ledger import services
from steward.ledger.logic.chart import ROLES
from steward.ledger.words import item_words, role_words
from tests.ledger.support import entry, line
from tests.support import signed_in

pytestmark = pytest.mark.django_db
UID = "3f0c2a44-9d1e-4f58-8a9b-0c6f5f1e7d21"


def seen(text):
    """What a person reads of a page: no tags, no attributes."""
    return re.sub(r"<[^>]*>", " ", text.split("<main", 1)[1].split("</main>", 1)[0])


def test_the_chart_shows_no_role_by_its_name(office):
    text = seen(signed_in("bookkeeper").get(reverse("ledger:accounts")).content.decode())
    assert "Receivable from insurance" in text
    assert not [role for role in ROLES if "_" in role and role in text]


def test_an_entry_shows_no_uid_and_no_technical_source(office, call):
    lines = (line("ar_patient", 500, item=f"charge:{UID}"), line("charges", -500))
    posted = services.post(call, draft=entry(*lines, source_type="billing.claim", source_ref=UID))
    client = signed_in("bookkeeper")
    text = seen(client.get(reverse("ledger:entry", args=[posted.key])).content.decode())
    assert "A claim&#x27;s charges" in text and "Charge …7d21" in text
    assert UID[:8] not in text and "billing.claim" not in text
    assert "billing.claim" not in seen(client.get(reverse("ledger:journal")).content.decode())


@pytest.mark.parametrize(
    ("page", "way"), [("home", "journal_new"), ("journal", "journal_new"), ("accounts", "account_new")]
)
def test_what_one_may_not_do_is_not_offered(office, call, page, way):
    services.post(call, draft=entry())
    here, there = reverse(f"ledger:{page}"), f'href="{reverse(f"ledger:{way}")}"'
    assert there in signed_in("bookkeeper").get(here).content.decode()
    assert there not in signed_in("auditor").get(here).content.decode()


def test_words_of_roles_and_items():
    assert (role_words("era_clearing"), role_words(None)) == ("ERA clearing", "")
    assert (item_words("charge:9"), item_words("by hand"), item_words("x:1")) == ("Charge 9", "by hand", "x:1")
