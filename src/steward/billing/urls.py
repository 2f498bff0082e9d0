"""Addresses of billing."""

from django.urls import path

from steward.billing.views import account, accounts, claims, remittances, sending, statements, work

app_name = "billing"
urlpatterns = [
    path("", claims.charges_list, name="charges"),
    path("charges/<uuid:uid>/void/", claims.void, name="charge_void"),
    path("claims/", claims.claims_list, name="claims"),
    path("claims/<uuid:uid>/", claims.claim, name="claim"),
    path("claims/<uuid:uid>/write-off/", claims.write_off, name="write_off"),
    path("claims/<uuid:uid>/refund/", claims.refund, name="refund"),
    path("claims/<uuid:uid>/prepayment/", claims.prepayment, name="prepayment"),
    path("claims/<uuid:uid>/send-again/", sending.send_again, name="send_again"),
    path("claims/<uuid:uid>/pass/<str:rule>/", sending.pass_warning, name="pass_warning"),
    path("claims/<uuid:uid>/add/", sending.add_line, name="add_line"),
    path("claims/<uuid:uid>/replace/", sending.replace, name="replace"),
    path("accounts/", accounts.balances, name="accounts"),
    path("accounts/<uuid:uid>/", account.account, name="account"),
    path("accounts/<uuid:uid>/hold/", statements.hold, name="hold"),
    path("holds/<uuid:uid>/lift/", statements.lift, name="lift"),
    path("statements/", statements.statements, name="statements"),
    path("statements/run/", statements.run, name="statement_run"),
    path("statements/<uuid:uid>/", statements.statement, name="statement"),
    path("statements/<uuid:uid>/void/", statements.void, name="statement_void"),
    path("statements/<uuid:uid>/<str:language>.pdf", statements.statement_paper, name="statement_paper"),
    path("sending/", sending.sending, name="sending"),
    path("sending/write/", sending.write, name="write_claims"),
    path("sending/unanswered/", sending.unanswered, name="unanswered"),
    path("sending/unanswered/ask/", sending.ask_payers, name="ask_status"),
    path("batches/", sending.batches, name="batches"),
    path("batches/<uuid:uid>/", sending.batch, name="batch"),
    path("decisions/<uuid:uid>/", claims.decision, name="decision"),
    path("remittances/", remittances.remittances_list, name="remittances"),
    path("remittances/<uuid:uid>/", remittances.remittance, name="remittance"),
    path("remittances/<uuid:uid>/release/", remittances.release, name="release"),
    path("remittances/<uuid:uid>/dismiss/", remittances.dismiss, name="dismiss"),
    path("remittances/<uuid:uid>/undo/", remittances.undo, name="undo"),
    path("answers/<uuid:uid>/match/", remittances.match, name="match"),
    path("answers/<uuid:uid>/apply/", remittances.apply, name="apply"),
    path("work/", work.work_list, name="work"),
    path("work/resolve/", work.resolve_many, name="resolve_many"),
    path("work/<uuid:uid>/", work.item, name="work_item"),
    path("work/<uuid:uid>/resolve/", work.resolve, name="resolve"),
    path("work/<uuid:uid>/postpone/", work.postpone, name="postpone"),
]
