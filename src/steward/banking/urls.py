"""Addresses of banking."""

from django.urls import path

from steward.banking.views import bank, close, deposits, drawers, receipts

app_name = "banking"
urlpatterns = [
    path("", bank.home, name="home"),
    path("cash/", bank.cash, name="cash"),
    path("drawers/", drawers.home, name="drawers"),
    path("drawers/new/", drawers.new, name="drawer_new"),
    path("drawers/open/", drawers.open_drawer, name="drawer_open"),
    path("drawers/<uuid:uid>/", drawers.drawer, name="drawer"),
    path("drawers/<uuid:uid>/count/", drawers.count, name="count"),
    path("drawers/<uuid:uid>/drop/", drawers.drop, name="drop"),
    path("drawers/<uuid:uid>/pay-out/", drawers.pay_out, name="pay_out"),
    path("drawers/<uuid:uid>/hand-over/", drawers.hand_over, name="hand_over"),
    path("receipts/", receipts.receipts_list, name="receipts"),
    path("receipts/new/", receipts.new, name="receipt_new"),
    path("receipts/<uuid:uid>/", receipts.receipt, name="receipt"),
    path("receipts/<uuid:uid>/void/", receipts.void, name="receipt_void"),
    path("deposits/", deposits.deposits_list, name="deposits"),
    path("deposits/new/", deposits.new, name="deposit_new"),
    path("deposits/<uuid:uid>/", deposits.deposit, name="deposit"),
    path("deposits/<uuid:uid>/slip.pdf", deposits.slip, name="slip"),
    path("deposits/<uuid:uid>/void/", deposits.void, name="deposit_void"),
    path("batches/", deposits.batches, name="batches"),
    path("batches/new/", deposits.batch_new, name="batch_new"),
    path("accounts/new/", bank.account_new, name="account_new"),
    path("accounts/<uuid:uid>/", bank.account, name="account"),
    path("accounts/<uuid:uid>/change/", bank.account_change, name="account_change"),
    path("accounts/<uuid:uid>/reconcile/", bank.run, name="reconcile"),
    path("accounts/<uuid:uid>/match/", bank.match, name="match"),
    path("lines/", bank.lines, name="lines"),
    path("lines/<uuid:uid>/", bank.line, name="line"),
    path("lines/<uuid:uid>/explain/", bank.explain, name="explain"),
    path("matches/<uuid:uid>/undo/", bank.unmatch, name="unmatch"),
    path("close/", close.close_today, name="close"),
    path("close/<str:day>/", close.close_day, name="close_day"),
    path("close/<str:day>/sign/", close.sign, name="close_sign"),
    path("close/<str:day>/sheet/", close.sheet_page, name="sheet"),
    path("close/<str:day>/sheet.pdf", close.sheet, name="sheet_pdf"),
    path("mail/new/", close.mail_new, name="mail_new"),
]
