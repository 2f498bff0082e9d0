"""Addresses of the front desk."""

from django.urls import path

from steward.frontdesk.views import booking, checkout, day, patients, printing, visits

app_name = "frontdesk"
urlpatterns = [
    path("", day.day, name="day"),
    path("schedule/", printing.schedule, name="schedule"),
    path("encounters/", printing.encounters, name="encounters"),
    path("patients/", patients.patients, name="patients"),
    path("patients/new/", patients.patient_new, name="patient_new"),
    path("patients/<uuid:uid>/", patients.patient, name="patient"),
    path("patients/<uuid:uid>/edit/", patients.patient_edit, name="patient_edit"),
    path("patients/<uuid:uid>/end/", patients.patient_end, name="patient_end"),
    path("patients/<uuid:uid>/reopen/", patients.patient_reopen, name="patient_reopen"),
    path("patients/<uuid:uid>/coverage/new/", patients.coverage_new, name="coverage_new"),
    path("coverage/<uuid:uid>/", patients.coverage_edit, name="coverage_edit"),
    path("coverage/<uuid:uid>/first/", patients.coverage_first, name="coverage_first"),
    path("coverage/<uuid:uid>/end/", patients.coverage_end, name="coverage_end"),
    path("coverage/<uuid:uid>/void/", patients.coverage_void, name="coverage_void"),
    path("find/", booking.find, name="find"),
    path("book/", booking.book, name="book"),
    path("appointments/<uuid:uid>/", visits.appointment, name="appointment"),
    path("appointments/<uuid:uid>/move/", booking.move, name="move"),
    path("appointments/<uuid:uid>/cancel/", booking.cancel, name="cancel"),
    path("appointments/<uuid:uid>/do/", visits.act, name="act"),
    path("appointments/<uuid:uid>/check-in/", visits.check_in, name="check_in"),
    path("appointments/<uuid:uid>/room/", visits.room, name="room"),
    path("appointments/<uuid:uid>/card/", printing.card, name="card"),
    path("appointments/<uuid:uid>/encounter/", printing.encounter, name="encounter"),
    path("appointments/<uuid:uid>/check-out/", checkout.check_out, name="check_out"),
]
