"""Mounted at ``/audit/``."""

from __future__ import annotations

from django.urls import path

from steward.core.audit import views

app_name = "audit"
urlpatterns = [
    path("log/", views.log, name="log"),
    path("chain/", views.chain, name="chain"),
]
