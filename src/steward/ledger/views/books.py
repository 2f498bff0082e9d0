"""The way in: how the books stand, the chart, one account's register, the trial balance, export and proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.audit.services import record_read
from steward.core.money import format_dollars_file
from steward.core.web.forms import Done, handle
from steward.core.web.now import local_now
from steward.ledger import selectors, services
from steward.ledger.forms import AccountChangeForm, AccountForm, DayForm, ExportForm, SpanForm
from steward.ledger.logic.balance import TrialBalance
from steward.ledger.logic.cash_basis import CashBalance
from steward.ledger.logic.periods import Month
from steward.ledger.models import Account
from steward.ledger.selectors import registers
from steward.ledger.words import role_words

KIND_ORDER = ("asset", "liability", "equity", "revenue", "expense")


@screen(GET="books.read")
def home(request: OfficeRequest) -> HttpResponse:
    """How the books stand today, what waits, and the latest entries."""
    call = request.call
    balance = selectors.trial_balance(call.today)
    sums = _by_kind(balance)
    month = Month.of(call.today)
    before = selectors.trial_balance(month.plus(-1).last)
    result = -(sums["revenue"] + sums["expense"]) + sum(
        r.balance_cents for r in before.rows if r.account.kind in ("revenue", "expense")
    )
    return render(request, "ledger/home.html", {
        "sums": sums, "result_cents": result, "month": month,
        "latest": registers.journal(call.subject).order_by("-number")[:8],
        "drafts": registers.drafts(call.subject).order_by("date", "id")[:20],
        "periods": registers.periods(call.subject)[:6], "may_enter": holds(call.subject, "journal.write"),
    })  # fmt: skip


def _by_kind(balance: TrialBalance) -> dict[str, int]:
    sums = dict.fromkeys(KIND_ORDER, 0)
    for row in balance.rows:
        sums[row.account.kind] += row.balance_cents
    return sums


@screen(GET="books.read")
def accounts(request: OfficeRequest) -> HttpResponse:
    """The chart with today's balances, by kind."""
    call = request.call
    balances = {r.account.id: r for r in selectors.trial_balance(call.today).rows}
    groups: dict[str, list[tuple[Account, Any, str]]] = {kind: [] for kind in KIND_ORDER}
    for account in registers.accounts(call.subject):
        groups[account.kind].append((account, balances.get(account.pk), role_words(account.role)))
    context = {
        "groups": groups,
        "count": sum(map(len, groups.values())),
        "may_add": holds(call.subject, "account.write"),
    }
    return render(request, "ledger/accounts.html", context)


@screen(GET="account.write", POST="account.write")
def account_new(request: OfficeRequest) -> HttpResponse:
    """Add an account to the chart."""
    return handle(
        request, AccountForm, services.add_account, "ledger/account_new.html",
        success=lambda a: Done(reverse("ledger:account", args=[a.uid]), _("Account %s added.") % a),
    )  # fmt: skip


@screen(GET="account.write", POST="account.write")
def account_change(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Rename, close or reopen."""
    account = _account(request, uid)

    def act(call: Any, **data: Any) -> Account:
        return services.change_account(call, account=account, **data)

    return handle(
        request, AccountChangeForm, act, "ledger/account_change.html", context={"account": account},
        initial={"name": account.name, "active": account.active},
        success=lambda a: Done(reverse("ledger:account", args=[a.uid]), _("Account %s changed.") % a),
    )  # fmt: skip


def _account(request: OfficeRequest, uid: UUID) -> Account:
    account = registers.accounts(request.call.subject).filter(uid=uid).first()
    if account is None:
        raise Http404
    return account


@screen(GET="books.read")
def account(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One account's register between two days, with the running balance."""
    shown = _account(request, uid)
    call = request.call
    form = SpanForm(request.GET or None)
    valid = form.is_valid() if form.is_bound else True
    data = form.cleaned_data if form.is_bound and valid else {}
    last = data.get("last") or call.today
    first = data.get("first") or Month.of(last).plus(-2).first
    page = registers.register(shown, first, last, after=_mark(request, "after"), before=_mark(request, "before"))
    return render(request, "ledger/account.html", {
        "account": shown, "form": form, "first": first, "last": last, "page": page,
        "next_url": _page_url(request, "after", page.next), "before_url": _page_url(request, "before", page.previous),
        "closing_cents": page.rows[-1].balance_cents if page.rows else page.before_cents,
        "may_change": holds(call.subject, "account.write"),
    }, status=200 if valid else 400)  # fmt: skip


def _mark(request: OfficeRequest, name: str) -> tuple[date, int] | None:
    """A page mark ``2026-11-20.123``; anything else is not one of ours and opens the first page."""
    day, _dot, number = request.GET.get(name, "").partition(".")
    try:
        return (date.fromisoformat(day), int(number)) if number.isdecimal() and len(number) < 18 else None
    except ValueError:
        return None


def _page_url(request: OfficeRequest, name: str, mark: tuple[date, int] | None) -> str:
    if mark is None:
        return ""
    given = request.GET.copy()
    given.pop("after", None)
    given.pop("before", None)
    given[name] = f"{mark[0].isoformat()}.{mark[1]}"
    return f"?{given.urlencode()}"


@screen(GET="books.read")
def trial_balance(request: OfficeRequest) -> HttpResponse:
    """Every account as of any day, accrual or cash; each balance leads to its register, each line there to its entry."""
    call = request.call
    form = DayForm(request.GET if "as_of" in request.GET else None)
    valid = form.is_valid() if form.is_bound else True
    day = (form.cleaned_data.get("as_of") if form.is_bound and valid else None) or call.today
    balance = selectors.trial_balance(day, basis=request.GET.get("basis") or "accrual")
    if "export" in request.GET:
        return _balance_csv(request, balance)
    everything = request.GET.get("all") == "1"
    rows = [r for r in balance.rows if everything or r.balance_cents or r.turnover_debit_cents]
    uids = dict(registers.accounts(call.subject).values_list("id", "uid"))
    return render(request, "ledger/trial_balance.html", {
        "form": form, "day": day, "balance": balance, "everything": everything, "hidden": len(balance.rows) - len(rows),
        "rows": [(r, reverse("ledger:account", args=[uids[r.account.id]])) for r in rows],
        "bases": [("accrual", _("Accrual")), ("cash", _("Cash"))], "proof": _proof_row(balance),
        "days": [day.replace(day=1) - timedelta(days=1), call.today], "may_export": holds(call.subject, "books.export"),
    }, status=200 if valid else 400)  # fmt: skip


def _proof_row(balance: TrialBalance) -> list[tuple[str, int]]:
    """From accrual income to cash income, in words; empty on the accrual basis."""
    if not isinstance(balance, CashBalance):
        return []
    proof = balance.proof
    return [
        (_("Accrual income"), proof.accrual_income_cents),
        (_("less the change in receivables, net"), -proof.receivables_change_cents),
        (_("plus the change in payables"), proof.payables_change_cents),
        (_("plus the change in receipts not yet applied and refunds owed"), proof.receipts_held_change_cents),
        (_("less what was bought and is not paid"), -proof.assets_unpaid_cents),
        (_("Cash income"), proof.cash_income_cents),
    ]


def _balance_csv(request: OfficeRequest, balance: TrialBalance) -> HttpResponse:
    if not holds(request.call.subject, "books.export"):
        raise Http404
    record_read(request.call, "export trial balance", "ledger.account", [])
    lines = ["code,name,kind,debit,credit"]
    for row in balance.rows:
        name = row.account.name.replace('"', '""')
        debit, credit = format_dollars_file(row.debit_cents), format_dollars_file(row.credit_cents)
        lines.append(f'{row.account.code},"{name}",{row.account.kind},{debit},{credit}')
    name = f"{'cash-' if balance.basis == 'cash' else ''}{balance.as_of.isoformat()}"
    response = HttpResponse("\r\n".join(lines) + "\r\n", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trial-balance-{name}.csv"'
    return response


@screen(GET="books.export", POST="books.export")
def export(request: OfficeRequest) -> HttpResponse | StreamingHttpResponse:
    """The whole journal for another program."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _download(request, form.cleaned_data["form"])
    return render(request, "ledger/export.html", {"form": form}, status=422 if request.method == "POST" else 200)


ENDINGS = {"hledger": "journal", "beancount": "beancount", "csv": "csv"}


def _download(request: OfficeRequest, form: str) -> StreamingHttpResponse:
    record_read(request.call, f"exported the journal as {form}", "ledger.entry", [])
    response = StreamingHttpResponse(_bytes(selectors.export_text(form)), content_type="text/plain; charset=utf-8")
    day = local_now().date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="journal-{day}.{ENDINGS[form]}"'
    return response


def _bytes(pieces: Iterator[str]) -> Iterator[bytes]:
    """Pieces of some 64 kB: one write a line would be slow."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > 65_536:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


@screen(GET="books.read", POST="books.read")
def proof(request: OfficeRequest) -> HttpResponse:
    """Prove the books from their lines: on a button, because it reads everything."""
    found = selectors.verify() if request.method == "POST" else None
    return render(request, "ledger/proof.html", {"proof": found})
