"""Mounted at ``/tokens/``."""

from __future__ import annotations

from django.urls import path

from steward.core.tokens import views

app_name = "tokens"
urlpatterns = [
    path("", views.tokens, name="list"),
    path("new/", views.token_new, name="new"),
    path("<uuid:uid>/revoke/", views.token_revoke, name="revoke"),
]
