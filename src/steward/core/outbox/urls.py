"""Addresses of the outbox."""

from django.urls import path

from steward.core.outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.message_list, name="list"),
    path("<uuid:uid>/", views.message_page, name="message"),
    path("<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("<uuid:uid>/again/", views.again, name="again"),
]
