"""Addresses of the registry."""

from django.urls import path

from steward.registry import views

app_name = "registry"
urlpatterns = [
    path("", views.sites, name="sites"),
    path("entities/new/", views.entity_new, name="entity_new"),
    path("entities/<uuid:uid>/", views.entity_edit, name="entity"),
    path("entities/<uuid:uid>/end/", views.entity_end, name="entity_end"),
    path("sites/new/", views.site_new, name="site_new"),
    path("sites/<uuid:uid>/", views.site_page, name="site"),
    path("sites/<uuid:uid>/edit/", views.site_edit, name="site_edit"),
    path("sites/<uuid:uid>/end/", views.site_end, name="site_end"),
    path("sites/<uuid:uid>/places/new/", views.place_new, name="place_new"),
    path("places/", views.places, name="places"),
    path("places/<uuid:uid>/", views.place_edit, name="place"),
    path("places/<uuid:uid>/end/", views.place_end, name="place_end"),
    path("departments/", views.departments, name="departments"),
    path("departments/new/", views.department_new, name="department_new"),
    path("departments/<uuid:uid>/", views.department_edit, name="department"),
    path("departments/<uuid:uid>/end/", views.department_end, name="department_end"),
    path("directory/", views.parties, name="parties"),
    path("directory/people/new/", views.person_new, name="person_new"),
    path("directory/organisations/new/", views.organisation_new, name="organisation_new"),
    path("directory/<uuid:uid>/", views.party, name="party"),
    path("directory/<uuid:uid>/edit/", views.party_edit, name="party_edit"),
    path("directory/<uuid:uid>/end/", views.party_end, name="party_end"),
    path("directory/<uuid:uid>/reopen/", views.party_reopen, name="party_reopen"),
    path("directory/<uuid:uid>/merge/", views.party_merge, name="party_merge"),
]
