"""The verbs of approvals. A room asks (`request`), people answer (`decide`), the room acts in its own service.

Lock order: the request's row (or the envelope's) is locked by id, after any number counter, before the audit head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from steward.core.access.models import User
from steward.core.approvals import envelopes, logic, selectors, stored
from steward.core.approvals.models import (
    ApprovalDecision,
    ApprovalRequest,
    Delegation,
    OwnerReview,
    StandingApproval,
    StandingDraw,
)
from steward.core.approvals.states import Outcome
from steward.core.clock import day_bounds
from steward.core.service import Call, in_service, note, refuse, service


def subject(call: Call, kind: str, fields: dict[str, Any], **more: Any) -> logic.Subject:
    """A subject asked now, its fingerprint taken from `fields` (plain JSON values, every field the decision is about).

    `more` are the other fields of `logic.Subject`: amount_cents, related_cents, attributes, parties, named, sole.
    """
    return logic.Subject(kind, logic.fingerprint({"kind": kind, **fields}), call.now, call.today, **more)


@service("approvals.request", "approval.request", says="asked for approval")
def request(call: Call, *, about: Any, subject: logic.Subject, title: str, url: str = "") -> ApprovalRequest:
    """Put `subject` before the rules: it waits, or is approved at once (a rule without steps, a small office's mark).

    Asked again unchanged, or for less, it answers the open request; changed, it replaces it. Refuses what no rule
    covers, what nobody can sign, and a forbidden pair of duties.
    """
    subject = _with_requester(call, subject)
    held = (
        ApprovalRequest.objects.select_for_update().filter(object_uid=about.uid, kind=subject.kind, outcome="").first()
    )
    if held is not None:
        if held.fingerprint == subject.fingerprint and subject.amount_cents <= held.amount_cents:
            return held
        _close(call, held, Outcome.REPLACED)
    row = ApprovalRequest(
        kind=subject.kind,
        title=title[:200],
        object_type=about._meta.label_lower,
        object_uid=about.uid,
        url=url,
        subject=stored.write_subject(subject),
        fingerprint=subject.fingerprint,
        amount_cents=subject.amount_cents,
        requester_id=call.user_id,
        asked_at=subject.asked_at,
    )
    row.save(force_insert=True)
    note(row)
    _settle(call, row)
    return row


@service("approvals.decide", "approval.decide", says="decided")
def decide(call: Call, *, request: ApprovalRequest, approve: bool, comment: str = "") -> ApprovalRequest:
    """This person's yes or no, on every step that is his to sign now. Answers the request with its outcome, if any.

    Refuses: `decided` (it has an outcome), `not_asked` (not his to sign), `separation` (his own), `comment` (a no
    without a reason). What it is about is for its room to do, in the same transaction, when `request.approved`.
    """
    row = ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    note(row, fields=["approve" if approve else "reject"], reason=comment)
    if not row.waiting:
        raise refuse(
            "decided", _("This was %s already.") % row.get_outcome_display().lower(), _("Nothing is left to sign.")
        )
    if not approve and not comment.strip():
        raise refuse(
            "comment", _("A no needs its reason."), _("Write one sentence for whoever asked."), field="comment"
        )
    steps = _mine(call, row)
    if not steps:
        raise _not_asked(call, row)
    if not approve:
        _sign(call, row, steps[0], False, comment)
    while approve and steps:  # one yes is for all that is his: the next step may be his too
        for step in steps:
            _sign(call, row, step, True, comment)
        steps = _mine(call, row)
    _settle(call, row)
    return row


@service("approvals.withdraw", "approval.request", says="withdrew a request")
def withdraw(call: Call, *, request: ApprovalRequest) -> ApprovalRequest:
    """Take an open request back; only whoever asked may. Refuses ``not_yours``, ``decided``, and ``stands`` for an act that is
    done already: a second person reads it, whatever its maker wishes.
    """
    row = ApprovalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.requester_id != call.user_id:
        raise refuse("not_yours", _("Somebody else asked for this."), _("Say no to it instead."))
    if not row.waiting:
        raise refuse("decided", _("This was %s already.") % row.get_outcome_display().lower(), "")
    if selectors.after_the_fact().filter(pk=row.pk).exists():
        raise refuse("stands", _("This is done already and is only read by a second person."), _("Leave it to be read."))
    _close(call, row, Outcome.WITHDRAWN)
    return row


@service("approvals.delegate", "approval.delegate", says="delegated approvals")
def delegate(
    call: Call,
    *,
    taker: User,
    kinds: Sequence[str],
    starts_on: date,
    ends_on: date,
    reason: str,
    ceiling_cents: int | None = None,
) -> Delegation:
    """Lend one's say on `kinds` to `taker` for the days starts_on..ends_on, both included, thirty at most.

    Refuses oneself, unknown kinds, days out of order or past, a circle (the taker lends to the giver in those days).
    """
    if call.user_id is None or taker.pk == call.user_id:
        raise refuse("taker", _("Approvals are lent to another person."), _("Choose a colleague."), field="taker")
    unknown = sorted(set(kinds) - {rule.kind for rule in selectors.policy().rules})
    if unknown or not kinds:
        named = ", ".join(unknown) or _("nothing")
        raise refuse("kinds", _("No rule knows %s.") % named, _("Choose what to lend."), field="kinds")
    starts, ends = _span(call, starts_on, ends_on)
    back = Delegation.objects.filter(giver=taker, taker_id=call.user_id, ended_at=None)
    if back.filter(starts_at__lt=ends, ends_at__gt=starts).exists():
        raise refuse(
            "circle", _("%s lends you theirs in those days.") % taker.name, _("End that one first."), field="taker"
        )
    if ceiling_cents is not None and ceiling_cents <= 0:
        raise refuse(
            "ceiling", _("A ceiling is more than 0.00."), _("Leave it empty for your own limit."), field="ceiling_cents"
        )
    return Delegation.objects.create(
        giver_id=call.user_id, taker=taker, kinds=sorted(set(kinds)), ceiling_cents=ceiling_cents,
        starts_at=starts, ends_at=ends, reason=reason.strip()[:200],
    )  # fmt: skip


@service("approvals.end_delegation", "approval.delegate", says="ended a delegation")
def end_delegation(call: Call, *, delegation: Delegation) -> Delegation:
    """End it now. What was signed under it stays signed."""
    row = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if row.ended_at is None:
        row.ended_at = call.now
        row.save(update_fields=["ended_at"])
    return row


@service("approvals.grant_envelope", "approval.request", says="asked for a standing approval")
def grant_envelope(
    call: Call,
    *,
    kind: str,
    holder: User,
    per_order_cents: int,
    period_cents: int,
    starts_on: date,
    ends_on: date,
    reason: str,
    where: dict[str, str] | None = None,
    monthly: bool = True,
) -> StandingApproval:
    """Ask for an envelope for `holder`.

    It is itself a request (kind `envelope`, amount = the period's cap): the rules say who grants it, never its holder.
    It counts once its request is approved.
    """
    if not 0 < per_order_cents <= period_cents or ends_on < starts_on:
        raise refuse(
            "caps",
            _("An envelope has a cap for an order, a period cap not below it, and days in order."),
            _("Correct the caps or the days."),
            field="per_order_cents",
        )
    row = StandingApproval.objects.create(
        kind=kind, holder=holder, where=where or {}, per_order_cents=per_order_cents, period_cents=period_cents,
        monthly=monthly, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()[:200],
    )  # fmt: skip
    fields = {
        "for": kind,
        "holder": holder.pk,
        "where": row.where,
        "per_order_cents": per_order_cents,
        "monthly": monthly,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
    }
    asked = subject(
        call,
        "envelope",
        fields,
        amount_cents=period_cents,
        attributes={"for": kind, **row.where},
        parties=(("holder", holder.pk),),
    )
    row.request = request(call, about=row, subject=asked, title=_("Standing approval for %s") % holder.name)
    row.save(update_fields=["request"])
    return row


@service("approvals.end_envelope", "approval.delegate", says="ended a standing approval")
def end_envelope(call: Call, *, standing: StandingApproval) -> StandingApproval:
    """From today nothing is drawn from it any more."""
    row = StandingApproval.objects.select_for_update(of=("self",)).get(pk=standing.pk)
    if row.ended_on is None:
        row.ended_on = call.today
        row.save(update_fields=["ended_on"])
    return row


@service("approvals.draw_envelope", "approval.request", says="drew on a standing approval")
def draw_envelope(
    call: Call, *, standing: StandingApproval, about: Any, subject: logic.Subject, group: str
) -> StandingDraw:
    """Take an order (`about`, going to `group`, the vendor) from an envelope, under its row lock.

    The same order drawn again answers the first drawing. Refuses with the envelope's own reasons (`order_cap`,
    `period_cap`, `ended`, `holder`, `scope`) and `not_granted`.
    """
    row = StandingApproval.objects.select_for_update(of=("self",)).select_related("request").get(pk=standing.pk)
    drawn = StandingDraw.objects.filter(object_uid=about.uid, release=False).first()
    if drawn is not None:
        if (drawn.standing_id, drawn.amount_cents, drawn.group) == (row.pk, subject.amount_cents, group):
            return drawn
        raise refuse("drawn", _("This order was drawn already, otherwise."), _("Release it, then make a new order."))
    if row.request is None or not row.request.approved or (row.ended_on is not None and row.ended_on <= call.today):
        raise refuse("not_granted", _("This standing approval is not open."), _("Ask for an approval of this order."))
    earlier = [stored.draw(draw) for draw in selectors.related_draws(row, call.today)]
    answer = envelopes.draw(stored.envelope(row), _with_requester(call, subject), group, earlier, call.today)
    if isinstance(answer, envelopes.NotCovered):
        raise refuse(answer.code, _(answer.reason), _(answer.fix))
    return _drawing(call, row, about, group, subject.amount_cents, release=False)


@service("approvals.release_draw", "approval.request", says="gave money back to a standing approval")
def release_draw(call: Call, *, about: Any) -> StandingDraw:
    """An order drawn from an envelope was cancelled: its money is there again. Once an order."""
    drawn = StandingDraw.objects.filter(object_uid=about.uid, release=False).first()
    if drawn is None:
        raise refuse("not_drawn", _("This order was not drawn from a standing approval."), "")
    row = StandingApproval.objects.select_for_update(of=("self",)).get(pk=drawn.standing_id)
    released = StandingDraw.objects.filter(object_uid=about.uid, release=True).first()
    return released or _drawing(call, row, about, drawn.group, -drawn.amount_cents, release=True, on=drawn.on)


@service("approvals.review", "review.owner", says="reviewed what one person did alone")
def review(call: Call, *, reviews: Sequence[OwnerReview], comment: str = "") -> int:
    """The owner has read these marks; answers how many were new. Refuses one's own acts."""
    unread = OwnerReview.objects.select_for_update(of=("self",)).filter(reviewed_at=None)
    rows = list(unread.filter(pk__in=[r.pk for r in reviews]).order_by("id"))
    if any(row.person_id == call.user_id for row in rows):
        raise refuse("own", _("Nobody reviews what he did himself."), _("Another owner reads this one."))
    for row in rows:
        row.reviewed_by_id, row.reviewed_at, row.comment = call.user_id, call.now, comment.strip()[:400]
    OwnerReview.objects.bulk_update(rows, ["reviewed_by", "reviewed_at", "comment"])
    note(refs=rows, reason=comment)
    return len(rows)


def mark_for_owner(
    call: Call,
    *,
    pair: tuple[str, str],
    object_type: str,
    object_uid: UUID,
    title: str = "",
    why: str = "",
    person: int | None = None,
) -> OwnerReview:
    """Note, inside a running service, that one person did both duties of `pair`; the owner reads it afterwards.

    The same pair on the same record is marked once.
    """
    if not in_service():
        raise RuntimeError("mark_for_owner() belongs inside a service")
    first, second = sorted(pair)
    values = {
        "object_type": object_type,
        "title": title[:200],
        "person_id": person or call.user_id,
        "why": why[:200],
        "on": call.today,
        "at": call.now,
    }
    row, _made = OwnerReview.objects.get_or_create(
        object_uid=object_uid, first_duty=first, second_duty=second, defaults=values
    )
    return row


def _with_requester(call: Call, subject: logic.Subject) -> logic.Subject:
    """Whoever asks, and on whose behalf, is the requester, whether the room said so or not."""
    asking = [("requester", person) for person in (call.user_id, call.on_behalf_of) if person is not None]
    missing = tuple(pair for pair in asking if pair not in subject.parties)
    return replace(subject, parties=missing + subject.parties) if missing else subject


def _settle(call: Call, row: ApprovalRequest) -> None:
    """Judge the request as it stands now, and close it when the judgement is final. Blocked is a refusal."""
    outcome = selectors.outcome(row, call.now)
    if isinstance(outcome, logic.Blocked):
        raise refuse(outcome.code, _(outcome.reason), _(outcome.fix))
    if isinstance(outcome, logic.Rejected):
        _close(call, row, Outcome.REJECTED)
    if isinstance(outcome, logic.Approved):
        _close(call, row, Outcome.APPROVED)
        for mark in outcome.marks:
            mark_for_owner(
                call,
                pair=mark.pair,
                object_type=row.object_type,
                object_uid=row.object_uid,
                title=row.title,
                why=mark.why,
                person=mark.person,
            )


def _close(call: Call, row: ApprovalRequest, outcome: str) -> None:
    row.outcome, row.closed_at = outcome, call.now
    row.save(update_fields=["outcome", "closed_at"])


def _mine(call: Call, row: ApprovalRequest) -> list[tuple[logic.OpenStep, int]]:
    """The due steps this person may sign now, and in whose right: his own where he has it."""
    outcome = selectors.outcome(row, call.now)
    if not isinstance(outcome, logic.Waiting) or call.user_id is None:
        return []
    found = []
    for step in outcome.due:
        rights = sorted(principal for actor, principal in step.signatures if actor == call.user_id)
        if rights:
            found.append((step, call.user_id if call.user_id in rights else rights[0]))
    return found


def _sign(call: Call, row: ApprovalRequest, step: tuple[logic.OpenStep, int], approve: bool, comment: str) -> None:
    open_step, principal = step
    ApprovalDecision.objects.create(
        request=row, requester_id=row.requester_id, actor_id=call.user_id or 0, principal_id=principal,
        step=open_step.step.key, approve=approve, fingerprint=row.fingerprint, amount_cents=row.amount_cents,
        comment=comment.strip()[:400], at=call.now,
    )  # fmt: skip


def _not_asked(call: Call, row: ApprovalRequest) -> Exception:
    outcome = selectors.outcome(row, call.now)
    if isinstance(outcome, logic.Blocked):
        return refuse(outcome.code, _(outcome.reason), _(outcome.fix))
    who = selectors.names(outcome.who) if isinstance(outcome, logic.Waiting) else []
    fix = _("It waits for %s.") % _(" or ").join(who) if who else ""
    if call.user_id == row.requester_id:
        return refuse("separation", _("You asked for this yourself."), fix)
    return refuse("not_asked", _("The rules do not ask you to sign this."), fix)


def _span(call: Call, starts_on: date, ends_on: date) -> tuple[datetime, datetime]:
    starts, _end = day_bounds(starts_on, call.clock.zone)
    _start, ends = day_bounds(ends_on, call.clock.zone)
    if ends_on < starts_on or ends <= call.now:
        raise refuse(
            "dates", _("The days are out of order, or past."), _("Choose days from today on."), field="ends_on"
        )
    if (ends_on - starts_on) + timedelta(days=1) > logic.MAX_DELEGATION:
        raise refuse("dates", _("A delegation runs thirty days at most."), _("Choose an earlier end."), field="ends_on")
    return starts, ends


def _drawing(
    call: Call, row: StandingApproval, about: Any, group: str, cents: int, *, release: bool, on: date | None = None
) -> StandingDraw:
    return StandingDraw.objects.create(
        standing=row, object_type=about._meta.label_lower, object_uid=about.uid, group=group[:80], amount_cents=cents,
        release=release, on=on or call.today, by_id=call.user_id, at=call.now,
    )  # fmt: skip
