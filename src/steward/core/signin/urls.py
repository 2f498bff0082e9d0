"""Mounted at ``/welcome/``; allauth's own pages stand at ``/sign-in/``."""

from __future__ import annotations

from django.urls import path

from steward.core.signin import views

app_name = "signin"
urlpatterns = [
    path("second-factor/", views.second_factor, name="second_factor"),
    path("confirm/", views.step_up, name="step_up"),
    path("link/<str:token>/", views.link, name="link"),
    path("lock/", views.lock, name="lock"),
    path("awake/", views.awake, name="awake"),
    path("language/", views.language, name="language"),
]
