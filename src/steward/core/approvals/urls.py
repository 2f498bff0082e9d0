"""Mounted at ``/approvals/``."""

from __future__ import annotations

from django.urls import path

from steward.core.approvals import views

app_name = "approvals"
urlpatterns = [
    path("", views.waiting, name="waiting"),
    path("all/", views.requests, name="requests"),
    path("reviews/", views.reviews, name="reviews"),
    path("lend/", views.delegate, name="delegate"),
    path("lend/<uuid:uid>/end", views.end_delegation, name="end_delegation"),
    path("standing/", views.envelope, name="envelope"),
    path("standing/<uuid:uid>/end", views.end_envelope, name="end_envelope"),
    path("<uuid:uid>/", views.one, name="request"),
    path("<uuid:uid>/withdraw", views.withdraw, name="withdraw"),
]
