"""Addresses of insurance."""

from django.urls import path

from steward.insurance.views import contracts, eligibility, estimates, grants, payers, rules

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
    path("payers/<uuid:uid>/numbers/new/", payers.number_new, name="number_new"),
    path("numbers/<uuid:uid>/end/", payers.number_end, name="number_end"),
    path("payers/<uuid:uid>/contracts/new/", contracts.contract_new, name="contract_new"),
    path("contracts/<uuid:uid>/", contracts.contract, name="contract"),
    path("contracts/<uuid:uid>/edit/", contracts.contract_edit, name="contract_edit"),
    path("contracts/<uuid:uid>/end/", contracts.contract_end, name="contract_end"),
    path("contracts/<uuid:uid>/carve-outs/new/", contracts.carve_out_new, name="carve_out_new"),
    path("contracts/<uuid:uid>/write-offs/new/", contracts.contract_rule_new, name="contract_rule_new"),
    path("carve-outs/<uuid:uid>/end/", contracts.carve_out_end, name="carve_out_end"),
    path("schedules/", contracts.schedules, name="schedules"),
    path("schedules/new/", contracts.schedule_new, name="schedule_new"),
    path("schedules/<uuid:uid>/", contracts.schedule, name="schedule"),
    path("schedules/<uuid:uid>/standard/", contracts.standard, name="standard"),
    path("schedules/<uuid:uid>/import/", contracts.edition_new, name="edition_new"),
    path("grants/", grants.grants, name="grants"),
    path("grants/<uuid:uid>/", grants.grant, name="grant"),
    path("grants/<uuid:uid>/edit/", grants.grant_edit, name="grant_edit"),
    path("grants/<uuid:uid>/deny/", grants.grant_deny, name="grant_deny"),
    path("grants/<uuid:uid>/withdraw/", grants.grant_withdraw, name="grant_withdraw"),
    path("patients/<uuid:uid>/grants/new/", grants.grant_new, name="grant_new"),
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("eligibility/<uuid:uid>/", eligibility.check, name="check"),
    path("patients/<uuid:uid>/", eligibility.patient, name="patient"),
    path("coverage/<uuid:uid>/answer/", eligibility.answer_new, name="answer_new"),
    path("coverage/<uuid:uid>/card/", eligibility.card_new, name="card_new"),
    path("estimates/", estimates.estimates, name="estimates"),
    path("estimates/<uuid:uid>/", estimates.estimate, name="estimate"),
    path("patients/<uuid:uid>/estimates/new/", estimates.estimate_new, name="estimate_new"),
]
