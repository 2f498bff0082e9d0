"""Addresses of insurance."""

from django.urls import path

from steward.insurance import views

app_name = "insurance"
urlpatterns = [
    path("", views.payers, name="payers"),
    path("payers/new/", views.payer_new, name="payer_new"),
    path("payers/<uuid:uid>/", views.payer, name="payer"),
    path("payers/<uuid:uid>/edit/", views.payer_edit, name="payer_edit"),
    path("payers/<uuid:uid>/end/", views.payer_end, name="payer_end"),
    path("payers/<uuid:uid>/plans/new/", views.plan_new, name="plan_new"),
    path("plans/<uuid:uid>/", views.plan_edit, name="plan"),
    path("write-offs/", views.rules, name="rules"),
    path("write-offs/new/", views.rule_new, name="rule_new"),
    path("write-offs/<uuid:uid>/end/", views.rule_end, name="rule_end"),
]
