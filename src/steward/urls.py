"""Every address, by room. Nothing here is reachable unless its view declares a capability."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

ROOMS = ("registry", "ledger", "banking", "people", "insurance", "frontdesk", "billing")

urlpatterns = [
    path("sign-in/", include("allauth.urls")),
    *[path(f"{room}/", include(f"steward.{room}.urls")) for room in ROOMS if find_spec(f"steward.{room}.urls")],
    *[
        path(prefix, include(f"steward.{module}.urls"))
        for prefix, module in (
            ("welcome/", "core.signin"),
            ("approvals/", "core.approvals"),
            ("files/", "core.files"),
            ("jobs/", "core.jobs"),
            ("outbox/", "core.outbox"),
            ("audit/", "core.audit"),
            ("", "core.web"),
            *([("", "desk")] if find_spec("steward.billing.desk") and find_spec("steward.banking.desk") and find_spec("steward.frontdesk.desk") and find_spec("steward.ledger.desk") and find_spec("steward.core.approvals.desk") else []),
        )
        if find_spec(f"steward.{module}") and find_spec(f"steward.{module}.urls")
    ],
]

handler400 = "steward.core.web.errors.bad_request"
handler403 = "steward.core.web.errors.denied"
handler404 = "steward.core.web.errors.not_found"
handler500 = "steward.core.web.errors.server_error"
