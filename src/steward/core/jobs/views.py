"""Screens of long work."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.jobs import selectors, services
from steward.core.jobs.models import Job
from steward.core.web.forms import press

SHOWN = 50


def _job(request: OfficeRequest, uid: UUID) -> Job:
    job = selectors.job(request.call.subject, uid)
    if job is None:
        raise Http404
    return job


@screen(GET="job.read")
def job_list(request: OfficeRequest) -> HttpResponse:
    """What runs now with its bar, and what has ended."""
    subject = request.call.subject
    rows = list(selectors.jobs(subject)[:SHOWN])
    csrf = get_token(request)
    running = [selectors.shown(row, subject, csrf) for row in rows if row.is_open]
    ended = [(row, selectors.state_words(row), selectors.tone(row)) for row in rows if not row.is_open]
    return render(request, "core/jobs/list.html", {"running": running, "ended": ended})


@screen(GET="job.read")
def job_page(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One piece of work: how far, what came of it, and what can be done."""
    job = _job(request, uid)
    subject = request.call.subject
    context = {
        "job": job,
        "shown": selectors.shown(job, subject, get_token(request)),
        "words": selectors.state_words(job),
        "tone": selectors.tone(job),
    }
    return render(request, "core/jobs/job.html", context)


@screen(GET="job.read")
def progress(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The bar alone, asked for once a second; the session middleware does not count it as a sign of life."""
    job = _job(request, uid)
    shown = selectors.shown(job, request.call.subject, get_token(request))
    return render(request, "core/parts/progress.html", {"job": shown})


@screen(POST="job.run")
def cancel(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Stop it."""
    job = _job(request, uid)
    back = reverse("jobs:job", args=[uid])
    return press(request, lambda call: services.cancel(call, job=job), success=lambda _job: back, back=back)


@screen(POST="job.run")
def again(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Try it once more."""
    job = _job(request, uid)
    back = reverse("jobs:job", args=[uid])
    return press(request, lambda call: services.again(call, job=job), success=lambda _job: back, back=back)
