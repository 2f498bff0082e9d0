"""A patient's papers speak the patient's language, whatever language the desk works in."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from steward.banking.models import DrawerSession
from steward.registry.models import Party
from tests.banking.test_day_of_money import ana, drawer, session, take
from tests.support import signed_in

__all__ = ["ana", "drawer", "session"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_NOW", "2026-11-23T12:00:00-05:00")


def paper(client: Any, receipt: Any, asked: str = "") -> str:
    page = client.get(
        reverse("banking:receipt", args=[receipt.uid]), {"paper": asked} if asked else {}
    ).content.decode()
    return page[page.index("<article") : page.index("</article>")]


def test_a_receipt_in_the_patients_language(office: Any, session: DrawerSession, ana: Party) -> None:
    one = take(office, "cash", 2500, ana, purpose="Copay")
    desk = signed_in("frontdesk")
    english = paper(desk, one)
    assert 'lang="en"' in english and "Received from" in english and "Cash" in english and "Nov. 23, 2026" in english
    Party.objects.filter(pk=ana.pk).update(language="es")
    spanish = paper(desk, one)
    for word in ('lang="es"', "Recibo 1", "Recibido de", "Efectivo", "Copago", "23 de noviembre de 2026", "anticipo"):
        assert word in spanish, word
    assert "Received" not in spanish
    page = desk.get(reverse("banking:receipt", args=[one.uid])).content.decode()
    assert "Next payment" in page and "Siguiente" not in page, "the desk keeps its own language"
    assert "Received from" in paper(desk, one, "en") and "Recibido de" in paper(desk, one, "es")
    assert 'lang="es"' in paper(desk, one, '"><script>'), "only known languages"
