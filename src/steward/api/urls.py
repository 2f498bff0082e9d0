"""Addresses of the API, mounted at ``/api/``."""

from __future__ import annotations

from django.urls import path

from steward.api import views
from steward.api.lists import LISTS, path_of

app_name = "api"
urlpatterns = [
    path("", views.index, name="index"),
    path("openapi.json", views.openapi, name="openapi"),
    *(path(path_of(each), views.list_view(each), name=each.listing.name) for each in LISTS),
    path("billing/claims/<str:ref>", views.claim, name="claim"),
    path("billing/reports", views.reports, name="reports"),
    path("billing/reports/<str:name>", views.report, name="report"),
    path("books/trial-balance", views.trial_balance, name="trial_balance"),
    path("books/post", views.post, name="post"),
    path("import", views.import_file, name="import"),
    path("bank/cash", views.cash, name="cash"),
]
