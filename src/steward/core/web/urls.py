"""Addresses of the shell itself."""

from __future__ import annotations

from django.urls import path

from steward.core.web import kit, views

app_name = "core"
urlpatterns = [
    path("palette", views.palette, name="palette"),
    path("search", views.search, name="search"),
    path("look/theme", views.theme, name="theme"),
    path("look/density", views.density, name="density"),
    path("history", views.history, name="history"),
    path("views/save", views.save_view, name="save_view"),
    path("views/<uuid:uid>/drop", views.drop_view, name="drop_view"),
    path("kit", kit.kit, name="kit"),
]
