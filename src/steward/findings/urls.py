"""Addresses of findings."""

from django.urls import path

from steward.findings import views, views_patterns

app_name = "findings"
urlpatterns = [
    path("", views.board, name="board"),
    path("checks/", views.checks, name="checks"),
    path("patterns/", views_patterns.patterns, name="patterns"),
    path("run/", views.run, name="run"),
    path("accept/", views.accept_many, name="accept_many"),
    path("<uuid:uid>/", views.finding, name="finding"),
    path("<uuid:uid>/accept/", views.accept, name="accept"),
    path("<uuid:uid>/reopen/", views.reopen, name="reopen"),
    path("<uuid:uid>/propose/", views.propose, name="propose"),
]
