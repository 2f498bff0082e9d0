"""A drawer's day: opened with a signed float, moved cash, and the blind count that ends it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from steward.banking import postings
from steward.banking.logic.day import CountError, count_cents, needs_reason
from steward.banking.logic.petty import petty_cash
from steward.banking.models import CashMove, Drawer, DrawerSession
from steward.banking.postings import Where
from steward.banking.services.books import post, refuse_closed_day
from steward.banking.states import MoveKind, SessionState
from steward.core.access.separation import perform
from steward.core.approvals.services import mark_for_owner
from steward.core.ids import new_uid
from steward.core.money import format_cents
from steward.core.service import Call, note, refuse, service
from steward.ledger.models import Account
from steward.ledger.selectors import item_balances
from steward.ledger.types import LineDraft


def _where(session: DrawerSession) -> Where:
    return Where(entity=session.drawer.entity_id, site=session.drawer.site_id)


def cash_in(session: DrawerSession) -> int:
    """Cents of cash the books say lie in this session's drawer."""
    return item_balances([session.item]).get(session.item, {}).get("drawer", 0)


@service("banking.open_drawer", "drawer.count", says="opened a drawer")
def open_drawer(call: Call, *, drawer: Drawer, float_cents: int, reason: str = "") -> DrawerSession:
    """Open a drawer for oneself with the float one counted and signs for.

    What the last session left moves over; a difference to the counted float goes to cash over and short, with a reason
    above 5.00. The first float of a drawer comes from petty cash. Refuses `drawer_open`, `second_drawer`, `day_closed`,
    `reason_needed`, `amount`.
    """
    if float_cents < 0 or drawer.ended_on or call.user_id is None:
        raise refuse(
            "amount", _("Count the float of a drawer in use."), _("Type what lies in it."), field="float_cents"
        )
    refuse_closed_day(call.today)
    before = DrawerSession.objects.filter(drawer=drawer, state=SessionState.COUNTED).order_by("-id").first()
    left = before.left_cents or 0 if before else 0
    if before and needs_reason(float_cents - left) and not reason.strip():
        message = _("The float differs from what was left by more than 5.00.")
        raise refuse("reason_needed", message, _("Count again, or say why."), field="reason")
    session = _new_session(call, drawer, float_cents, reason)
    post(
        call, "open", session.uid, lines=_opening_lines(session, before, left), day=call.today,
        memo=f"Drawer {drawer.name} opened", journal="receipts", source="drawersession",
    )  # fmt: skip
    perform(call, "take_cash", session)
    note(session, fields=["float_cents"], reason=reason)
    return session


def _new_session(call: Call, drawer: Drawer, float_cents: int, reason: str) -> DrawerSession:
    assert call.user_id is not None
    try:
        with transaction.atomic():
            return DrawerSession.objects.create(
                drawer=drawer, cashier_id=call.user_id, day=call.today, opened_at=call.now, float_cents=float_cents,
                reason=reason[:300],
            )  # fmt: skip
    except IntegrityError:
        if DrawerSession.objects.filter(drawer=drawer, state=SessionState.OPEN).exists():
            raise refuse("drawer_open", _("This drawer is open already."), _("Count it first, or take another."))
        raise refuse("second_drawer", _("You have a drawer open already."), _("Count that one first."))


def _opening_lines(session: DrawerSession, before: DrawerSession | None, left: int) -> postings.Lines:
    where, cents = _where(session), session.float_cents
    if before is None:
        return postings.moved(cents, "", session.item, where, source="petty_cash", target="drawer") if cents else ()
    over = (left and postings.moved(left, before.item, session.item, where, source="drawer", target="drawer")) or ()
    return (*over, *postings.over_short(cents - left, session.item, where))


def hold(session: DrawerSession) -> DrawerSession:
    """The session locked as it stands now: what takes cash out of a drawer and what counts it wait for each other."""
    return DrawerSession.objects.select_for_update(of=("self",)).select_related("drawer").get(pk=session.pk)


def require_open(session: DrawerSession) -> None:
    """Raise `drawer_counted` unless the session is open."""
    if session.state != SessionState.OPEN:
        raise refuse("drawer_counted", _("This drawer was counted."), _("Open a drawer first."))


def _about(**kwargs: object) -> object:
    return kwargs["session"]


@service("banking.safe_drop", "drawer.move", says="dropped cash into the safe", about=_about)
def safe_drop(call: Call, *, session: DrawerSession, cents: int, memo: str = "") -> CashMove:
    """Take cash out of an open drawer into the safe, where it waits for the deposit. Refuses `amount`."""
    lines = postings.moved(
        _some(session, cents), session.item, session.item, _where(session), source="drawer", target="undeposited"
    )
    return _move(call, session, MoveKind.SAFE_DROP, -cents, memo, lines)


@service("banking.pay_out", "drawer.move", says="paid out of a drawer", about=_about)
def pay_out(call: Call, *, session: DrawerSession, cents: int, account: str, memo: str) -> CashMove:
    """Pay a small expense out of an open drawer; `account` is the code of the plain expense it is booked to.

    Refuses `no_reason` without a memo, `account` for anything but a plain expense (a bank, money owed, a sub-ledger and
    what another duty owns ask a second person), `petty_cash` beyond the limits of `logic/petty_cash.toml`, and `amount`.
    """
    if not memo.strip():
        raise refuse("no_reason", _("Say what was bought, and keep its paper."), _("Type it."), field="memo")
    _refuse_account(account)
    some = _some(session, cents)
    _refuse_too_much(session, some)
    where = _where(session)
    expense = LineDraft(account=account, entity=where.entity, site=where.site, memo=memo[:200])
    return _move(
        call, session, MoveKind.PAID_OUT, -some, memo, postings.paid_out(some, session.item, where, expense)
    )  # fmt: skip


def _refuse_account(code: str) -> None:
    row = Account.objects.filter(code=code, active=True).first()
    if row is None or not petty_cash().takes(
        code=row.code, kind=row.kind, role=row.role or "", control_of=row.control_of
    ):
        message = _("A drawer pays small expenses only; %s is none.") % (row or code)
        fix = _("Choose an expense such as postage; anything else goes by an approved refund or bill.")
        raise refuse("account", message, fix, field="account")


def _refuse_too_much(session: DrawerSession, cents: int) -> None:
    """The cashier's pay-outs of her day, in every session of it. She has one open at a time, and it is held."""
    rows = CashMove.objects.filter(
        session__cashier=session.cashier_id, session__day=session.day, kind=MoveKind.PAID_OUT
    )
    limit, before = petty_cash(), -(rows.aggregate(total=Sum("cents"))["total"] or 0)
    if limit.too_much(cents, before):
        message = _("A drawer pays at most %(each)s at once and %(day)s a day.") % {
            "each": format_cents(limit.each_cents), "day": format_cents(limit.day_cents),
        }  # fmt: skip
        raise refuse("petty_cash", message, _("Ask for an approved refund or bill instead."), field="cents")


@service("banking.hand_over", "drawer.move", says="handed cash to another drawer", about=_about)
def hand_over(call: Call, *, session: DrawerSession, to: DrawerSession, cents: int, memo: str = "") -> CashMove:
    """Give cash from one open drawer to another of the same legal entity. Both drawers show it."""
    require_open(to)
    if to.pk == session.pk or to.drawer.entity_id != session.drawer.entity_id:
        raise refuse(
            "other_drawer", _("Choose another drawer of the same entity."), _("Pick it from the list."), field="to"
        )
    lines = postings.moved(
        _some(session, cents), session.item, to.item, _where(session), source="drawer", target="drawer"
    )
    move = _move(call, session, MoveKind.HANDOVER, -cents, memo, lines, other=to)
    CashMove.objects.create(
        session=to, kind=MoveKind.HANDOVER, cents=cents, other=session, memo=memo[:200], at=call.now,
        by_id=call.user_id, entry=move.entry,
    )  # fmt: skip
    return move


def _some(session: DrawerSession, cents: int) -> int:
    """The amount, if it is more than 0 and lies in the open drawer."""
    require_open(hold(session))
    refuse_closed_day(session.day)
    if not 0 < cents <= cash_in(session):
        raise refuse("amount", _("There is not so much cash in the drawer."), _("Type less."), field="cents")
    return cents


def _move(
    call: Call, session: DrawerSession, kind: MoveKind, cents: int, memo: str, lines: postings.Lines,
    other: DrawerSession | None = None,
) -> CashMove:  # fmt: skip
    uid = new_uid()
    entry = post(
        call, kind.value, uid, lines=lines, day=call.today, memo=f"Drawer {session.drawer.name}: {kind.label}",
        journal="receipts", source="cashmove",
    )  # fmt: skip
    return CashMove.objects.create(
        uid=uid, session=session, kind=kind, cents=cents, other=other, memo=memo[:200], at=call.now, by_id=call.user_id,
        entry=entry,
    )  # fmt: skip


@service("banking.count_drawer", "drawer.count", says="counted a drawer", about=_about)
def count_drawer(
    call: Call,
    *,
    session: DrawerSession,
    cents: int | None = None,
    pieces: Mapping[str, int] | None = None,
    left_cents: int | None = None,
    reason: str = "",
) -> DrawerSession:
    """End one's own session by a blind count: give `cents`, or `pieces` ({cents of the denomination: how many}).

    `left_cents` stays as the next float (default: the drawer's usual float, at most what was counted); the rest goes to
    the safe. Over or short goes to its account. Refuses `drawer_counted`, `count`, `reason_needed` (which does not
    say by how much: the count stays blind).
    """
    return _count(call, session, _counted(cents, pieces), pieces or {}, left_cents, reason)


@service("banking.count_for", "drawer.count_other", says="counted a colleague's drawer", about=_about)
def count_for(
    call: Call,
    *,
    session: DrawerSession,
    why: str,
    cents: int | None = None,
    pieces: Mapping[str, int] | None = None,
    left_cents: int | None = None,
    reason: str = "",
) -> DrawerSession:
    """End the session of a cashier who can not count it herself; `why` goes to the owner's review list.

    Otherwise as `count_drawer`. Refuses also `no_reason` without `why`, and `own_drawer`.
    """
    if not why.strip():
        message = _("Say why its cashier does not count it.")
        raise refuse("no_reason", message, _("The owner reads it."), field="why")
    if session.cashier_id == call.user_id:
        raise refuse("own_drawer", _("This drawer is your own."), _("Count it as your own."))
    counted = _counted(cents, pieces)
    done = _count(call, session, counted, pieces or {}, left_cents, reason)
    mark_for_owner(
        call, pair=("take_cash", "count_drawer"), object_type=session._meta.label_lower, object_uid=session.uid,
        title=_("%(drawer)s of %(cashier)s, counted by another") % {"drawer": session.drawer.name, "cashier": session.cashier.name},
        why=why.strip(),
    )  # fmt: skip
    return done


def _count(
    call: Call, session: DrawerSession, counted: int, pieces: Mapping[str, int], left_cents: int | None, reason: str
) -> DrawerSession:
    require_open(hold(session))
    expected = cash_in(session)
    if needs_reason(counted - expected) and not reason.strip():
        message = _("The count differs from what the books expect by more than 5.00.")
        raise refuse("reason_needed", message, _("Count again; if it stands, say why."), field="reason")
    left = min(session.drawer.float_cents if left_cents is None else left_cents, counted)
    if left < 0:
        raise refuse("count", _("What stays in the drawer is not negative."), _("Type it again."), field="left_cents")
    _post_count(call, session, counted, expected, left)
    perform(call, "count_drawer", session)
    DrawerSession.objects.filter(pk=session.pk, state=SessionState.OPEN).update(
        state=SessionState.COUNTED, counted_at=call.now, counted_by=call.user_id, counted_cents=counted,
        expected_cents=expected, left_cents=left, pieces={str(k): v for k, v in pieces.items()},
        reason=(reason or session.reason)[:300],
    )  # fmt: skip
    session.refresh_from_db()
    note(session, fields=["counted_cents"], reason=reason)
    return session


def _post_count(call: Call, session: DrawerSession, counted: int, expected: int, left: int) -> None:
    where, item = _where(session), session.item
    lines = postings.over_short(counted - expected, item, where)
    if counted > left:
        lines += postings.moved(counted - left, item, item, where, source="drawer", target="undeposited")
    post(
        call, "count", session.uid, lines=lines, day=session.day, memo=f"Drawer {session.drawer.name} counted",
        journal="receipts", source="drawersession",
    )  # fmt: skip


def _counted(cents: int | None, pieces: Mapping[str, int] | None) -> int:
    try:
        total = count_cents({int(value): number for value, number in pieces.items()}) if pieces else cents
    except (CountError, ValueError) as fault:
        raise refuse("count", str(fault), _("Count again."), field="pieces")
    if total is None or total < 0:
        raise refuse("count", _("A count is 0.00 or more."), _("Type what lies in the drawer."), field="cents")
    return total
