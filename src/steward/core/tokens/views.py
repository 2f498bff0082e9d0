"""A person's own tokens: listed, made, taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.core.access.request import OfficeRequest
from steward.core.access.routes import screen
from steward.core.tokens import selectors, services
from steward.core.tokens.forms import TokenForm
from steward.core.tokens.models import ApiToken
from steward.core.web.forms import Done, handle, press


@screen(GET="self.write")
def tokens(request: OfficeRequest) -> HttpResponse:
    """My tokens, the newest first, with what each may and when it was last used."""
    call = request.call
    rows = [(row, *_state(row, call.now)) for row in selectors.tokens_of(call.subject)[:100]]
    return render(
        request, "tokens/list.html", {"rows": rows, "live": sum(words == _("Counts") for _r, _t, words in rows)}
    )


def _state(row: ApiToken, now: Any) -> tuple[str, str]:
    if row.counts_at(now):
        return "good", _("Counts")
    return "", _("Taken back") if row.revoked_at else _("Ended")


@screen(GET="token.issue", POST="token.issue")
def token_new(request: OfficeRequest) -> HttpResponse:
    """Make a token; it is shown this once."""
    made: list[tuple[str, ApiToken]] = []

    def act(call: Any, **data: Any) -> ApiToken:
        made.append(services.issue_api_token(call, **data))
        return made[0][1]

    context = {"title": _("New API token"), "submit": _("Make it"), "cancel": reverse("tokens:list")}
    answer = handle(request, TokenForm, act, context=context, success=lambda _row: reverse("tokens:list"))
    if not made:
        return answer
    token, row = made[0]
    return render(request, "tokens/made.html", {"token": token, "row": row})


@screen(POST="self.write")
def token_revoke(request: OfficeRequest, uid: UUID) -> HttpResponse:
    """Take one of my tokens back."""
    row = get_object_or_404(selectors.tokens_of(request.call.subject), uid=uid)
    back = reverse("tokens:list")
    return press(
        request, lambda call: services.revoke_api_token(call, token=row), back=back,
        success=lambda _row: Done(back, _("Taken back; it opens nothing any more")),
    )  # fmt: skip
