"""Addresses of the budget."""

from django.urls import path

from steward.budget import views

app_name = "budget"
urlpatterns = [
    path("", views.home, name="home"),
    path("new/", views.new, name="new"),
    path("<uuid:uid>/", views.budget, name="budget"),
    path("<uuid:uid>/table/", views.take, name="take"),
    path("<uuid:uid>/assumptions/", views.assumptions, name="assumptions"),
    path("<uuid:uid>/submit/", views.submit, name="submit"),
    path("<uuid:uid>/against/", views.against, name="against"),
    path("<uuid:uid>/against/<str:account>/<int:month>/", views.comment, name="comment"),
]
