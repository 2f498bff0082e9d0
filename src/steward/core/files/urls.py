"""Addresses of stored files."""

from django.urls import path

from steward.core.files import views

app_name = "files"
urlpatterns = [
    path("<uuid:uid>/", views.show, name="show"),
    path("<uuid:uid>/content", views.raw, name="raw"),
]
