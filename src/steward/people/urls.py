"""Addresses of people."""

from django.urls import path

from steward.people.views import providers, staff, users

app_name = "people"
urlpatterns = [
    path("providers/", providers.providers, name="providers"),
    path("providers/new/", providers.provider_new, name="provider_new"),
    path("providers/<uuid:uid>/", providers.provider, name="provider"),
    path("providers/<uuid:uid>/edit/", providers.provider_edit, name="provider_edit"),
    path("providers/<uuid:uid>/end/", providers.provider_end, name="provider_end"),
    path("providers/<uuid:uid>/hours/new/", providers.hours_new, name="hours_new"),
    path("hours/<uuid:uid>/end/", providers.hours_end, name="hours_end"),
    path("staff/", staff.staff, name="staff"),
    path("staff/new/", staff.employee_new, name="employee_new"),
    path("staff/<uuid:uid>/", staff.employee, name="employee"),
    path("staff/<uuid:uid>/edit/", staff.employee_edit, name="employee_edit"),
    path("staff/<uuid:uid>/end/", staff.employee_end, name="employee_end"),
    path("staff/<uuid:uid>/login/", users.user_new, name="user_new"),
    path("users/", users.users, name="users"),
    path("users/<uuid:uid>/", users.user, name="user"),
    path("users/<uuid:uid>/roles/new/", users.grant, name="grant"),
    path("users/<uuid:uid>/link/", users.link, name="link"),
    path("users/<uuid:uid>/renew/", users.renew, name="renew"),
    path("users/<uuid:uid>/end/", users.user_end, name="user_end"),
    path("roles/<uuid:uid>/end/", users.role_end, name="role_end"),
]
