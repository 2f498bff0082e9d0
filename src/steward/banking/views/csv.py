"""A bank's CSV: look at the first rows as they would be read, correct the profile, save it with the account, import."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.banking import importers, services
from steward.banking.forms import CSV_COLUMNS, CsvFileForm, CsvForm
from steward.banking.logic.bank_csv import BankCsvError, Profile, parse_bank_csv
from steward.banking.logic.csv_guess import Guess, guess
from steward.banking.logic.statement import Statement, prove
from steward.banking.models import BankAccount
from steward.banking.selectors import statements as ask
from steward.banking.views.bank import _account
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.imports import Options
from steward.core.refusals import Refusal, Refused
from steward.core.web.forms import Done, go

MOST_BYTES = 2_000_000  # the file travels with the form until it is imported; larger ones go by the saved profile
ROWS = 8


@screen(GET="bank.import", POST="bank.import")
def csv_file(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """First the file, then what it would be read as; saved and imported when a person is content."""
    account = _account(uid)
    form = CsvFileForm(request.POST or None, request.FILES or None)
    content, name = _content(request, form)
    if content is None:
        return _page(request, account, 200 if request.method == "GET" else 422, form=form)
    try:
        found = guess(content)
    except BankCsvError as fault:
        form.refuse(Refused(Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix, field="file")))
        return _page(request, account, 422, form=form)
    return _look(request, account, found, content, name)


def _content(request: OfficeRequest, form: CsvFileForm) -> tuple[bytes | None, str]:
    """The file: as it was sent, or as it came along with the profile's form. None when there is none that can be read."""
    if request.method == "GET":
        return None, ""
    if "content" in request.POST:
        try:
            return b64decode(request.POST["content"], validate=True), request.POST.get("name", "")[:200].replace("\x00", "")
        except (binascii.Error, ValueError):
            form.add_error("file", _("Choose the file again."))
            return None, ""
    if not form.is_valid():
        return None, ""
    upload = form.cleaned_data["file"]
    if upload.size > MOST_BYTES:
        form.add_error("file", _("It is larger than 2 MB: make the profile with a shorter span, then import the long one."))
        return None, ""
    return upload.read(), str(upload.name)[:200]


def _look(request: OfficeRequest, account: BankAccount, found: Guess, content: bytes, name: str) -> HttpResponse:
    """The profile's form with the rows it gives; `step=save` keeps it and imports."""
    step = request.POST.get("step", "")
    saved = ask.csv_profile(account)
    first = saved if saved is not None and saved.header == found.profile.header else found.profile
    form = CsvForm(request.POST if step else None, names=found.names, initial=_initial(first))
    profile = form.profile(found.profile) if step and form.is_valid() else None if step else first
    shown: dict[str, Any] = {"form": form, "content": b64encode(content).decode(), "name": name, "proved": found.proved}
    statement = _read(form, profile, content, account) if profile else None
    if statement is None:
        return _page(request, account, 422 if step else 200, **shown)
    if step == "save" and profile is not None and not form.errors:
        try:
            return _save(request, account, profile, statement, content, name)
        except Refused as fault:
            form.refuse(fault)
    return _page(request, account, 422 if form.errors else 200, statement=statement, proof=prove(statement),
                 rows=statement.lines[:ROWS], more=max(0, len(statement.lines) - ROWS), **shown)  # fmt: skip


def _initial(profile: Profile) -> dict[str, Any]:
    said = {name: getattr(profile, name) for name in CSV_COLUMNS}
    return {**{name: "" if at is None else str(at) for name, at in said.items()}, "text": [str(at) for at in profile.text],
            "date_order": profile.date_order, "sign": profile.sign}  # fmt: skip


def _read(form: CsvForm, profile: Profile, content: bytes, account: BankAccount) -> Statement | None:
    """What the profile reads; where it reads nothing, why stands above the form."""
    try:
        statement = parse_bank_csv(content, profile, account.number)
    except BankCsvError as fault:
        if form.is_bound:
            form.refuse(Refused(Refusal(fault.code, f"{fault.place}: {fault.message}", fault.fix)))
        return None
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if statement.closing_cents is None and said.get("closing_cents") is not None:
        on = said.get("closing_on") or statement.ends_on
        statement = replace(statement, closing_cents=said["closing_cents"], closing_on=on)
    return statement


def _save(
    request: OfficeRequest, account: BankAccount, profile: Profile, statement: Statement, content: bytes, name: str
) -> HttpResponse:
    """Keep the profile, then import; a refusal of the import leaves the profile saved."""
    services.save_csv_profile(request.call.with_key(None), account=account, profile=profile)
    options = Options(account=account.account.code)
    imported = importers.import_csv(request.call.with_key(None), statement, content, name, options)
    if imported.status == "refused":
        raise Refused(*imported.problems)
    return go(request, Done(reverse("banking:account", args=[account.uid]), imported.message))


def _page(request: OfficeRequest, account: BankAccount, status: int, **context: Any) -> HttpResponse:
    return render(request, "banking/csv.html", {"account": account, **context}, status=status)
