"""Addresses of the budget."""

from django.urls import path

from steward.budget.views import budgets, drivers

app_name = "budget"
urlpatterns = [
    path("", budgets.home, name="home"),
    path("new/", budgets.new, name="new"),
    path("<uuid:uid>/", budgets.budget, name="budget"),
    path("<uuid:uid>/drivers/", drivers.page, name="drivers"),
    path("<uuid:uid>/drivers/prefill/", drivers.prefill, name="prefill"),
    path("<uuid:uid>/drivers/season/", drivers.season, name="season"),
    path("<uuid:uid>/drivers/<str:kind>/", drivers.add, name="driver_new"),
    path("<uuid:uid>/driver/<uuid:driver>/", drivers.change, name="driver"),
    path("<uuid:uid>/driver/<uuid:driver>/remove/", drivers.remove, name="driver_remove"),
    path("<uuid:uid>/what-if/", drivers.what_if, name="what_if"),
    path("<uuid:uid>/beside/", drivers.beside, name="beside"),
    path("<uuid:uid>/variances/", drivers.variances, name="variances"),
    path("<uuid:uid>/table/", budgets.take, name="take"),
    path("<uuid:uid>/assumptions/", budgets.assumptions, name="assumptions"),
    path("<uuid:uid>/submit/", budgets.submit, name="submit"),
    path("<uuid:uid>/against/", budgets.against, name="against"),
    path("<uuid:uid>/against/<str:account>/<int:month>/", budgets.comment, name="comment"),
]
