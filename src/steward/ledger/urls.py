"""Addresses of the books."""

from django.urls import path

from steward.ledger.views import books, close_list, entries, lines, periods, schedules, statements

app_name = "ledger"
urlpatterns = [
    path("", books.home, name="home"),
    path("journal/", entries.journal, name="journal"),
    path("journal/new/", entries.journal_new, name="journal_new"),
    path("journal/sums/", entries.journal_sums, name="journal_sums"),
    path("journal/<uuid:uid>/", entries.entry, name="entry"),
    path("journal/<uuid:uid>/edit/", entries.journal_edit, name="journal_edit"),
    path("journal/<uuid:uid>/submit/", entries.journal_submit, name="journal_submit"),
    path("journal/<uuid:uid>/discard/", entries.journal_discard, name="journal_discard"),
    path("journal/<uuid:uid>/reverse/", entries.reverse_entry, name="reverse"),
    path("journal/<uuid:uid>/like/", schedules.journal_like, name="journal_like"),
    path("schedules/", schedules.schedules, name="schedules"),
    path("schedules/new/", schedules.schedule_new, name="schedule_new"),
    path("schedules/new/loan/", schedules.loan_new, name="loan_new"),
    path("schedules/run/", schedules.schedules_run, name="schedules_run"),
    path("schedules/<uuid:uid>/", schedules.schedule, name="schedule"),
    path("schedules/<uuid:uid>/end/", schedules.schedule_end, name="schedule_end"),
    path("documents/<uuid:uid>/", entries.document, name="document"),
    path("accounts/", books.accounts, name="accounts"),
    path("accounts/new/", books.account_new, name="account_new"),
    path("accounts/<uuid:uid>/", books.account, name="account"),
    path("accounts/<uuid:uid>/change/", books.account_change, name="account_change"),
    path("trial-balance/", books.trial_balance, name="trial_balance"),
    path("lines/", lines.lines, name="lines"),
    path("statements/", statements.home, name="statements"),
    path("statements/packet/", statements.packet, name="packet"),
    path("statements/<slug:name>/", statements.statement, name="statement"),
    path("export/", books.export, name="export"),
    path("proof/", books.proof, name="proof"),
    path("periods/", periods.periods, name="periods"),
    path("periods/<uuid:uid>/", periods.period, name="period"),
    path("periods/<uuid:uid>/close/", periods.close, name="close"),
    path("periods/<uuid:uid>/sign/", close_list.sign, name="close_sign"),
    path("periods/<uuid:uid>/owner/", close_list.owner, name="close_owner"),
    path("periods/<uuid:uid>/waive/", close_list.waive, name="close_waive"),
    path("periods/<uuid:uid>/flux/", close_list.flux, name="close_flux"),
    path("periods/<uuid:uid>/freeze/", close_list.freeze, name="close_freeze"),
    path("periods/<uuid:uid>/lock/", periods.lock, name="lock"),
    path("periods/<uuid:uid>/reopen/", periods.reopen, name="reopen"),
]
