"""Every address, by room. Nothing here is reachable unless its view declares a capability."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("sign-in/", include("allauth.urls")),
    path("welcome/", include("steward.core.signin.urls")),
    path("approvals/", include("steward.core.approvals.urls")),
    path("files/", include("steward.core.files.urls")),
    path("jobs/", include("steward.core.jobs.urls")),
    path("outbox/", include("steward.core.outbox.urls")),
    path("audit/", include("steward.core.audit.urls")),
    path("tokens/", include("steward.core.tokens.urls")),
    path("api/", include("steward.api.urls")),
    path("registry/", include("steward.registry.urls")),
    path("ledger/", include("steward.ledger.urls")),
    path("banking/", include("steward.banking.urls")),
    path("budget/", include("steward.budget.urls")),
    path("people/", include("steward.people.urls")),
    path("insurance/", include("steward.insurance.urls")),
    path("frontdesk/", include("steward.frontdesk.urls")),
    path("billing/", include("steward.billing.urls")),
    path("findings/", include("steward.findings.urls")),
    path("", include("steward.core.web.urls")),
    path("", include("steward.desk.urls")),
]

handler400 = "steward.core.web.errors.bad_request"
handler403 = "steward.core.web.errors.denied"
handler404 = "steward.core.web.errors.not_found"
handler500 = "steward.core.web.errors.server_error"
