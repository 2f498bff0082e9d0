"""The administrator's first hour with real commits: link, passphrase, authenticator app, recovery codes, a page."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from steward.core.access import services
from steward.core.audit.chain import verify
from steward.core.audit.models import AuditRow
from steward.core.service import system_call
from steward.core.signin import proofs


def test_from_the_link_to_the_first_page(real_db: dict[str, str]) -> None:
    cache.clear()
    user = services.add_user(system_call(), username="mona", name="Mona Reyes", roles=["administrator"])
    client = Client()
    client.post(reverse("signin:link", args=[services.make_link(system_call(), user=user)]))
    phrase = "otter lamp quilt meadow 19"
    client.post(reverse("account_set_password"), {"password1": phrase, "password2": phrase})
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get(reverse("mfa_activate_totp")).content.decode())
    assert secret
    assert client.get("/audit/log/").status_code == 302
    code = format_hotp_value(hotp_value(secret[1], int(time.time()) // 30))
    assert client.post(reverse("mfa_activate_totp"), {"code": code})["Location"] == reverse("mfa_view_recovery_codes")
    assert client.session[proofs.SECOND] is True
    codes = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert len(re.findall(r"<li><code>\d{8}</code></li>", codes)) == 10
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not re.search(r"<code>\d{8}</code>", again)  # shown once
    assert client.get("/audit/log/").status_code == 200
    done = list(AuditRow.objects.order_by("seq").values_list("action", flat=True))
    assert [a for a in done if a.startswith("signin.")] == [
        "signin.sign_in",
        "signin.set_passphrase",
        "signin.set_up_second_factor",
        "signin.set_up_second_factor",
    ]
    assert verify().ok
