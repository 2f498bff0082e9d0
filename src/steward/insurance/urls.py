"""Addresses of insurance."""

from django.urls import path

from steward.insurance.views import payers, rules

app_name = "insurance"
urlpatterns = [
    path("", payers.payers, name="payers"),
    path("payers/new/", payers.payer_new, name="payer_new"),
    path("payers/<uuid:uid>/", payers.payer, name="payer"),
    path("payers/<uuid:uid>/edit/", payers.payer_edit, name="payer_edit"),
    path("payers/<uuid:uid>/end/", payers.payer_end, name="payer_end"),
    path("payers/<uuid:uid>/plans/new/", payers.plan_new, name="plan_new"),
    path("plans/<uuid:uid>/", payers.plan_edit, name="plan"),
    path("write-offs/", rules.rules, name="rules"),
    path("write-offs/new/", rules.rule_new, name="rule_new"),
    path("write-offs/<uuid:uid>/end/", rules.rule_end, name="rule_end"),
]
