"""Rules learned of the bank's lines: the list, one rule, making one from a line, signing, ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from steward.banking import services
from steward.banking.forms import ReasonForm
from steward.banking.forms_checks import LearnForm, SignForm
from steward.banking.models import BankLine, LearnedRule
from steward.banking.selectors import learned as ask
from steward.banking.selectors.statements import bank_lines
from steward.banking.services.learned import KIND
from steward.banking.states import RuleState
from steward.core.access.policy import holds
from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.approvals import selectors as asked
from steward.core.listing import Choice, Column, Empty, Listing, Preset, ScopedList, Sort, Text, link_to
from steward.core.money import format_cents
from steward.core.web.forms import Done, handle, press

TONES = {"waiting": "warn", "active": "good", "rejected": "bad", "ended": ""}
RULES = Listing(
    name="banking.rules", title=__("Rules for the bank's lines"),
    columns=(
        Column("text", __("The bank's text names"), link=link_to("banking:rule")),
        Column("bank_account", __("At the bank"), value=lambda row: str(row.bank_account)),
        Column("account", __("Booked to"), value=lambda row: str(row.account)),
        Column("least_cents", __("From"), kind="money"), Column("most_cents", __("To"), kind="money"),
        Column("used", __("Lines booked"), kind="number", value=lambda row: row.used or 0),
        Column("state", "", kind="badge", badge=lambda row: (TONES[row.state], row.get_state_display())),
    ),
    filters=(Choice("state", __("State"), "state", RuleState.choices), Text("q", __("Text"), "text", contains=True)),
    sorts=(Sort("text", __("By text"), "text"), Sort("-most", __("Largest first"), "-most_cents")),
    presets=(Preset(__("All"), ""), Preset(__("Applied"), "state=active")),
    export="bank.read", object_type="banking.learnedrule",
    empty=Empty(
        __("Nothing is learned yet"), __("Explain a line twice, then have lines like it booked by a rule."), "banking:lines", __("Bank lines")
    ),
)  # fmt: skip
RULE_LIST = ScopedList(RULES, "bank.read", ask.rules)


@screen(GET="bank.read")
def rules(request: OfficeRequest) -> HttpResponse:
    """Every rule, applied or not."""
    return RULE_LIST.respond(request, lead=_("Booked by itself when the account is reconciled; each was signed by a second person."))


def _row(request: OfficeRequest, uid: UUID) -> Any:
    row = ask.rule_by_uid(request.call.subject, uid)
    if row is None:
        raise Http404
    return row


@screen(GET="bank.read", POST="approval.decide")
def rule(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """One rule with what it booked; whoever is asked signs here."""
    row, here, subject = _row(request, uid), reverse("banking:rule", args=[uid]), request.call.subject
    waiting = asked.latest(uid, KIND) if row.state == RuleState.WAITING else None
    mine = waiting is not None and subject.user_id in asked.may_sign(waiting, request.call.now)
    context = {
        "rule": row, "state": (TONES[row.state], row.get_state_display()), "to_sign": mine,
        "own": waiting is not None and waiting.requester_id == subject.user_id,
        "may_end": row.state == RuleState.ACTIVE and holds(subject, "bank.import"),
        "booked": BankLine.objects.filter(parts__match__learned=row, parts__live=True).order_by("-posted_on", "-id")[:50],
    }  # fmt: skip

    def act(call: Any, *, answer: str, comment: str) -> LearnedRule:
        return services.sign_rule(call, uid=uid, approve=answer == "yes", comment=comment)

    return handle(request, SignForm, act, "banking/rule.html", context=context, success=lambda _row: Done(here, _("Answered.")))


@screen(GET="bank.import", POST="bank.import")
def learn(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Make a rule of a line: what it names, between which amounts, and what it is."""
    line = bank_lines(request.call.subject).filter(uid=uid).first()
    if line is None:
        raise Http404
    seen = ask.often(line)
    size = abs(line.cents)
    code, least, most, _times = seen or ("", size, size, 0)
    initial = {"least_cents": min(size, least), "most_cents": max(size, most), "account": code or None}
    return handle(
        request, LearnForm, lambda call, **data: services.learn_rule(call, line=line, **data), initial=initial,
        context={"title": _("Have lines like this booked by a rule"), "submit": _("Ask for it"), "cancel": reverse("banking:line", args=[uid]),
                 "lead": f"{line.posted_on} · {line.text} · {format_cents(line.cents)}"},
        success=lambda row: Done(reverse("banking:rule", args=[row.uid]), _("It waits for a second person.")),
    )  # fmt: skip


@screen(POST="bank.import")
def withdraw(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take one's own back before it is signed."""
    here = reverse("banking:rule", args=[uid])
    return press(request, lambda call: services.withdraw_rule(call, uid=uid), success=lambda _row: Done(here, _("Taken back.")), back=here)


@screen(GET="bank.import", POST="bank.import")
def end(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Apply it no more."""
    row, here = _row(request, uid), reverse("banking:rule", args=[uid])
    return handle(
        request, ReasonForm, lambda call, **data: services.end_rule(call, uid=uid, **data),
        context={"title": _("End the rule for %s") % row.text, "submit": _("End it"), "cancel": here, "lead": _("What it booked stays.")},
        success=lambda _row: Done(here, _("Ended.")),
    )  # fmt: skip
