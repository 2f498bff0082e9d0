"""The bank: where things stand, accounts, statements, lines, reconciliation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import AccountForm, ExplainForm, MatchForm, NewAccountForm, ReasonForm
from steward.banking.models import BankAccount, BankLine, Match
from steward.banking.selectors import deposits as out
from steward.banking.selectors import statements as ask
from steward.banking.selectors.cash import cash as cash_position
from steward.banking.selectors.learned import often
from steward.banking.selectors.reconcile import Work, work_list
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.listing import Column, DateRange, Empty, Listing, MoneyRange, ScopedList, Sort, Text, link_to
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle, press

LINES = Listing(
    name="banking.lines",
    title=__("Bank lines"),
    columns=(
        Column("posted_on", __("Day"), kind="date", link=link_to("banking:line")),
        Column("bank_account", __("Account"), value=lambda row: str(row.bank_account)),
        Column("text", __("What the bank says")),
        Column("check_no", __("Check"), kind="code"),
        Column("cents", __("Amount"), kind="money"),
        Column(
            "open", "", kind="badge", badge=lambda row: ("good", _("Matched")) if row.matched else ("warn", _("Open"))
        ),
    ),
    filters=(
        DateRange("day", __("Day"), "posted_on"),
        MoneyRange("cents", __("Amount"), "cents"),
        Text("q", __("Text"), "text", contains=True),
    ),
    sorts=(Sort("-day", __("Latest first"), "-posted_on"), Sort("day", __("Oldest first"), "posted_on")),
    money="cents",
    export="bank.read",
    object_type="banking.bankline",
    empty=Empty(__("No bank lines yet"), __("They come from the bank's files."), "desk:import", __("Import a file")),
)
LINE_LIST = ScopedList(LINES, "bank.read", lambda subject: ask.with_matched(ask.bank_lines(subject)))


@screen(GET="deposit.read")
def home(request: OfficeRequest) -> HttpResponse:
    """Where the money stands: accounts, what is in hand, what is on its way. Who reads no bank sees what is in hand and
    the deposits that are hers."""
    subject = request.call.subject
    today = request.call.today
    bank = holds(subject, "bank.read")
    accounts = ask.bank_accounts() if bank else []
    rows = [(one, ask.bank_balance(one, today), ask.open_lines(one).count()) for one in accounts]
    net_cents, fees_cents = out.on_its_way() if bank else (0, 0)
    return render(request, "banking/home.html", {
        "net_cents": net_cents,
        "fees_cents": fees_cents,
        "gross_cents": net_cents + fees_cents,
        "fees_note": _("of it %s card fees") % format_cents(fees_cents) if fees_cents else "",
        "rows": rows,
        "position": cash_position(today) if holds(subject, "cash.read") else None,
        "in_hand": out.undeposited(),
        "may_bank": bank,
        "may_returns": holds(subject, "return.read"),
        "on_its_way": list(out.open_settlements()[:50]) if bank else [],
        "deposits": [] if bank else list(out.with_seen(out.deposits(subject))[:10]),
        "statements": ask.statements(subject)[:10],
        "cash_url": reverse("banking:cash"),
        "may_deposit": holds(subject, "deposit.make"),
    })  # fmt: skip


@screen(GET="cash.read")
def cash(request: OfficeRequest) -> HttpResponse:
    """The cash position, and how it is reckoned."""
    today = request.call.today
    return render(request, "banking/cash.html", {"position": cash_position(today), "day": today})


@screen(GET="bank.read")
def lines(request: OfficeRequest) -> HttpResponse:
    """All bank lines."""
    return LINE_LIST.respond(request)


def _account(uid: UUID) -> BankAccount:
    row = ask.bank_accounts().filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="bank.read")
def account(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One account: its balance by the bank, its statements, the work list as the matcher sees it."""
    row = _account(uid)
    work = work_list(row)
    subject, today = request.call.subject, request.call.today
    return render(request, "banking/account.html", {
        "account": row, "may_match": holds(subject, "bank.import"), "may_change": holds(subject, "bank.accounts"),
        "balance": ask.bank_balance(row, today),
        "statements": row.statements.order_by("-closing_on", "-id")[:24],
        "matches": [_ruled(one) for one in Match.objects.filter(bank_account=row, undone_at=None).order_by("-id")[:20]],
        **_shown(work),
    })  # fmt: skip


def _shown(work: Work) -> dict[str, Any]:
    """The matcher's groups with their rows instead of uids."""

    def rows(groups: Any) -> list[dict[str, Any]]:
        return [
            {"rule": RULES.get(one.rule, one.rule), "difference": one.difference_cents,
             "lines": [work.lines[uid] for uid in one.bank], "settlements": [work.settlements[uid] for uid in one.book]}
            for one in groups
        ]  # fmt: skip

    return {
        "ready": rows(work.result.auto), "suggested": rows(work.result.suggested), "ambiguous": rows(work.result.ambiguous),
        "open_bank": [work.lines[uid] for uid in work.result.open_bank],
        "open_book": [work.settlements[uid] for uid in work.result.open_book],
    }  # fmt: skip


RULES = {
    "key": __("same number"), "key_group": __("one number, several parts"), "amount": __("same amount, nothing else like it"),
    "key_differs": __("same number, other amount"), "key_late": __("same number, too late"), "key_shared": __("one number, several readings"),
    "card_fee": __("a card batch less its fee"), "transposition": __("two digits changed places"), "slide": __("the point slid"),
    "wrong_side": __("the wrong side"), "learned": __("a rule that was signed"),
    "book": __("stands in the books"), "sum": __("several of one day add up"), "hand": __("chosen by a person"), "explained": __("explained"),
}  # fmt: skip


def _ruled(match: Match) -> Match:
    """The match with its rule in words."""
    match.rule_words = RULES.get(match.rule, match.rule)  # type: ignore[attr-defined]
    return match


@screen(POST="bank.import")
def run(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Post what identities prove."""
    row, back = _account(uid), reverse("banking:account", args=[uid])

    def said(answer: dict[str, Any]) -> Done:
        words = _("%(auto)s matched, %(rest)s wait for you")
        rest = len(answer["suggested"]) + len(answer["ambiguous"]) + len(answer["open_bank"])
        return Done(back, words % {"auto": len(answer["auto"]), "rest": rest})

    return press(request, lambda call: services.reconcile(call, account=row), success=said, back=back)


@screen(GET="bank.import", POST="bank.import")
def match(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Tie lines to what was expected by hand; `?line=` and `?settlement=` choose to begin with."""
    row, back = _account(uid), reverse("banking:account", args=[uid])
    work = work_list(row)
    lines = [(one, f"{line.posted_on} · {line.text} · {format_cents(line.cents)}") for one, line in work.lines.items()]
    expected = [
        (one, f"{row.expected_on} · {row} · {format_cents(row.due_cents)}") for one, row in work.settlements.items()
    ]

    def act(call: Any, lines: list[str], settlements: list[str]) -> Match:
        return services.match_by_hand(
            call, account=row, lines=[UUID(one) for one in lines], settlements=[UUID(one) for one in settlements]
        )

    initial = {"lines": request.GET.getlist("line"), "settlements": request.GET.getlist("settlement")}
    ticked = request.POST.getlist("lines") + request.POST.getlist("settlements") or initial["lines"] + initial["settlements"]
    return handle(
        request, MatchForm, act, "banking/workbench.html", initial=initial, lines=lines, settlements=expected,
        context={"account": row, "work": work, "ticked": set(ticked), "sums": _chosen(work, set(ticked))},
        success=lambda one: Done(back, _("Matched and booked")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is ticked on both sides: cents and how many; ``fee_cents`` is what a card's processor may have kept of it."""

    bank_cents: int
    book_cents: int
    lines: int
    settlements: int
    card: bool

    @property
    def difference_cents(self) -> int:
        return self.bank_cents - self.book_cents

    @property
    def agrees(self) -> bool:
        """Whether they may be matched as they are (``services.match_by_hand`` says the last word)."""
        fee = -self.difference_cents
        kept = self.card and 0 < fee <= self.book_cents * services.MAX_CARD_FEE_PERCENT // 100
        return bool(self.lines and self.settlements) and (not self.difference_cents or kept)


def _chosen(work: Work, ticked: set[str]) -> Chosen:
    lines = [line for uid, line in work.lines.items() if uid in ticked]
    expected = [one for uid, one in work.settlements.items() if uid in ticked]
    card = bool(expected) and all(one.role == "card_clearing" for one in expected)
    return Chosen(sum(o.cents for o in lines), sum(o.due_gross_cents for o in expected), len(lines), len(expected), card)


@screen(POST="bank.import")
def match_sums(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """The foot of the workbench while one ticks: both sums and what they differ by."""
    ticked = set(request.POST.getlist("lines") + request.POST.getlist("settlements"))
    return render(request, "banking/parts/chosen.html", {"sums": _chosen(work_list(_account(uid)), ticked)})


def _line(request: OfficeRequest, uid: UUID) -> BankLine:
    row = ask.with_matched(ask.bank_lines(request.call.subject)).filter(uid=uid).first()
    if row is None:
        raise Http404
    return row


@screen(GET="bank.read")
def line(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One bank line: what the bank said, what it was matched with, the entry."""
    row = _line(request, uid)
    found = Match.objects.filter(parts__line=row, parts__live=True).first()
    if found:
        _ruled(found)
    settlements = (
        [one.settlement for one in found.parts.exclude(settlement=None).select_related("settlement")] if found else []
    )
    subject = request.call.subject
    may_learn = holds(subject, "bank.import") and (found is None or found.rule == "explained")
    return render(request, "banking/line.html", {
        "may_learn": may_learn, "often": often(row) if may_learn else None,
        "line": row, "match": found, "settlements": settlements, "may_match": holds(subject, "bank.import"),
        "may_return": row.cents < 0 and not found and holds(subject, "remittance.post"),
    })  # fmt: skip


@screen(GET="bank.import", POST="bank.import")
def explain(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Book a line the books did not expect."""
    row, back = _line(request, uid), reverse("banking:line", args=[uid])
    return handle(
        request, ExplainForm, lambda call, **data: services.explain_line(call, line=row, **data),
        context={"title": _("Explain a bank line"), "submit": _("Book it"), "cancel": back,
                 "lead": f"{row.posted_on} · {row.text} · {format_cents(row.cents)}"},
        success=lambda one: Done(reverse("banking:account", args=[row.bank_account.uid]), _("Booked")),
    )  # fmt: skip


@screen(GET="bank.import", POST="bank.import")
def unmatch(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Undo a match."""
    row = Match.objects.select_related("bank_account").filter(uid=uid).first()
    if row is None:
        raise Http404
    back = reverse("banking:account", args=[row.bank_account.uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.unmatch(call, match=row, **data),
        context={"title": _("Undo a match"), "submit": _("Undo it"), "cancel": back,
                 "lead": _("Its entry is reversed; both sides are open again.")},
        success=lambda one: Done(back, _("The match is undone")),
    )  # fmt: skip


@screen(GET="bank.accounts", POST="bank.accounts")
def account_new(request: OfficeRequest) -> HttpResponse:
    """Open another bank account."""

    def act(call: Any, **data: Any) -> BankAccount:
        return services.open_bank_account(call, **{**data, "credit_line_cents": data["credit_line_cents"] or 0})

    return handle(
        request, NewAccountForm, act,
        context={"title": _("New bank account"), "lead": _("It ties an account of the books to the bank; its number is kept sealed."),
                 "submit": _("Open it"), "cancel": reverse("banking:home")},
        success=lambda one: Done(reverse("banking:account", args=[one.uid]), _("%s is open") % one.name),
    )  # fmt: skip


@screen(GET="bank.accounts", POST="bank.accounts")
def account_change(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Change what is known of an account. The number is never shown again; empty leaves it."""
    row, back = _account(uid), reverse("banking:account", args=[uid])

    def act(call: Any, **data: Any) -> BankAccount:
        given = {key: value for key, value in data.items() if value not in (None, "")}
        return services.change_bank_account(call, account=row, **given)

    initial = {"name": row.name, "routing": row.routing, "credit_line_cents": row.credit_line_cents or None}
    return handle(
        request, AccountForm, act, initial=initial,
        context={"title": _("Change %s") % row.name, "lead": _("The number is not shown again; left empty, it stays."),
                 "submit": _("Save"), "cancel": back},
        success=lambda one: Done(back, _("Saved")),
    )  # fmt: skip
