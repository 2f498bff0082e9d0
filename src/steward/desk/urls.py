"""Today at the root; the trace and the import beside it."""

from django.urls import path

from steward.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.today, name="today"),
    path("import/", views.import_files, name="import"),
    path("trace/", views.trace_find, name="trace_find"),
    path("trace/<str:kind>/<str:ref>/", views.trace, name="trace"),
]
