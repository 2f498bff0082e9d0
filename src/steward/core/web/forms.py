"""Forms that keep what was typed and say what is wrong beside it.

``handle`` is the whole life of a form screen: GET shows it; a POST that does not parse, or that a service refuses, shows it again
with 422, everything typed still there; a POST that succeeds says so and redirects (303).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from steward.core.access.request import OfficeRequest
from steward.core.clock import ClockError, Lean, parse_date
from steward.core.money import LIMIT_CENTS, MoneyError, format_cents, parse_cents
from steward.core.refusals import Denied, Refused
from steward.core.web import now
from steward.core.web.toasts import toast


class MoneyInput(forms.TextInput):
    def format_value(self, value: Any) -> str | None:
        """Cents as people read them; text that did not parse stays as it was typed."""
        return format_cents(value, true_minus=False) if isinstance(value, int) else super().format_value(value)


class MoneyField(forms.Field):
    """Integer cents of what a person types: ``12*3.5``, ``(12.00)``, ``1,234.50``. ``least`` and ``most`` are cents."""

    widget = MoneyInput
    kind = "money"
    default_error_messages = {"least": _("At least %(amount)s."), "most": _("At most %(amount)s.")}

    def __init__(self, *, least: int = -LIMIT_CENTS, most: int = LIMIT_CENTS, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "money", "data-money": ""}

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return int(parse_cents(str(value)))
        except MoneyError as wrong:
            raise forms.ValidationError(f"{wrong.what}. {wrong.mend}", code=wrong.code) from wrong

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is not None and value < self.least:
            raise forms.ValidationError(
                self.error_messages["least"], code="least", params={"amount": format_cents(self.least)}
            )
        if value is not None and value > self.most:
            raise forms.ValidationError(
                self.error_messages["most"], code="most", params={"amount": format_cents(self.most)}
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except forms.ValidationError:
            return True


class DateInput(forms.TextInput):
    def format_value(self, value: Any) -> str | None:
        return f"{value.month}/{value.day}/{value.year}" if isinstance(value, date) else super().format_value(value)


class DateField(forms.Field):
    """A day: ``t``, ``+3``, ``-1w``, ``11/23``, ``11/23/26``, ``2026-11-23``.

    ``lean`` says which side a missing year or century falls to: ``past`` for birth dates, ``future`` for appointments.
    """

    widget = DateInput
    kind = "date"
    default_error_messages = {
        "day": _("This is not a day. Type 11/23, 2026-11-23, t for today, or +3 for in three days.")
    }

    def __init__(self, *, lean: Lean = "near", **kwargs: Any) -> None:
        self.lean: Lean = lean
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"autocomplete": "off", "data-date": "", "placeholder": "11/23, t, +3"}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value), now.today(), lean=self.lean)
        except ClockError as wrong:
            raise forms.ValidationError(self.error_messages["day"], code="day") from wrong


class Form(forms.Form):
    """The base of our forms: no colon after labels, first wrong field focused, a place for what a service refused.

    ``lead`` is the sentence under the heading of the page the form stands on, unless the page brings its own.
    """

    lead: Any = ""
    fix: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, part in self.fields.items():
            if isinstance(part, forms.ModelChoiceField) and part.empty_label == "---------":
                part.empty_label = ""
            if isinstance(part, forms.MultipleChoiceField) and type(part.widget) is forms.SelectMultiple:
                # a list that needs Ctrl to choose twice is no choice at all
                self.fields[name].widget = forms.CheckboxSelectMultiple(choices=list(part.widget.choices))

    def refuse(self, refused: Refused) -> None:
        """Put each refusal where it belongs: beside its field when it names one, else above the form with its fix."""
        fixes = []
        for refusal in refused.refusals:
            if refusal.field in self.fields:
                self.add_error(refusal.field, f"{refusal.message} {refusal.fix}".strip())
            else:
                self.add_error(None, refusal.message)
                fixes.append(refusal.fix)
        self.fix = " ".join(dict.fromkeys(fix for fix in fixes if fix))


@dataclass(frozen=True, slots=True)
class Done:
    """Where to go after success, what to say there, what would undo it, or (path, words) of the next step. ``tone`` as a toast's."""

    url: str
    message: object = ""
    undo_url: str = ""
    after: tuple[str, object] = ("", "")
    tone: str = "good"


def posted_key(request: OfficeRequest) -> UUID | None:
    """The idempotency key of the form that was sent; None when it is absent or not a uid."""
    try:
        return UUID(request.POST.get("_key", ""))
    except ValueError:
        return None


def go(request: OfficeRequest, done: Done | str) -> HttpResponse:
    """Say it and go there: 303, or HX-Redirect when htmx asked."""
    done = Done(done) if isinstance(done, str) else done
    if done.message:
        toast(request, done.message, done.tone, undo_url=done.undo_url, after=done.after)
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": done.url})
    response = HttpResponseRedirect(done.url)
    response.status_code = 303
    return response


def handle(
    request: OfficeRequest,
    form_class: type[Form],
    act: Callable[..., Any],
    template: str = "core/form_page.html",
    *,
    success: Callable[[Any], Done | str],
    context: Mapping[str, Any] | None = None,
    initial: Mapping[str, Any] | None = None,
    **form_kwargs: Any,
) -> HttpResponse:
    """One form screen. ``act(call, **cleaned_data)`` is a service or a function around one; ``success(result)`` says where to go.

    The call carries the form's key, so that pressing twice does it once. A refusal that asks for a fresh proof of identity
    (step-up) goes on to the middleware, which leads there and back; every other refusal is shown beside the form with 422.
    """
    if request.method != "POST":
        return _show(request, template, form_class(initial=initial, **form_kwargs), context, 200)
    form = form_class(request.POST, request.FILES, initial=initial, **form_kwargs)
    if not form.is_valid():
        return _show(request, template, form, context, 422)
    try:
        result = act(request.call.with_key(posted_key(request)), **form.cleaned_data)
    except Denied as denied:
        if denied.step_up:
            raise
        form.refuse(denied)
        return _show(request, template, form, context, 403)
    except Refused as refused:
        form.refuse(refused)
        return _show(request, template, form, context, 422)
    return go(request, success(result))


def press(
    request: OfficeRequest, act: Callable[..., Any], *, success: Callable[[Any], Done | str], back: str
) -> HttpResponse:
    """A button that is a form of its own (no fields): the same life as ``handle``; a refusal becomes a toast on ``back``."""
    try:
        result = act(request.call.with_key(posted_key(request)))
    except Refused as refused:
        if isinstance(refused, Denied) and refused.step_up:
            raise
        for refusal in refused.refusals:
            toast(request, f"{refusal.message} {refusal.fix}".strip(), tone="bad")
        return go(request, back)
    return go(request, success(result))


def _show(
    request: OfficeRequest, template: str, form: Form, context: Mapping[str, Any] | None, status: int
) -> HttpResponse:
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs["autofocus"] = True
            break
    return render(request, template, {**(context or {}), "form": form}, status=status)
