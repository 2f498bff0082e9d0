"""Addresses of long work. ``progress`` comes first: the session middleware knows it by its path."""

from django.urls import path

from steward.core.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("progress/<uuid:uid>/", views.progress, name="progress"),
    path("<uuid:uid>/", views.job_page, name="job"),
    path("<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("<uuid:uid>/again/", views.again, name="again"),
]
