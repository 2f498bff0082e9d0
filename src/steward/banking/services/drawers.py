"""A drawer's day: opened with a signed float, moved cash, and the blind count that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
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
from steward.core.audit.selectors import refused_tries
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
    """Give cash from one's own open drawer to another of the same legal entity. It waits under `handover:UID` until its
    cashier has counted it (`accept_hand_over`). Refuses `other_drawer`, and as `safe_drop`.
    """
    require_open(to)
    if to.pk == session.pk or to.drawer.entity_id != session.drawer.entity_id:
        raise refuse(
            "other_drawer", _("Choose another drawer of the same entity."), _("Pick it from the list."), field="to"
        )
    uid = new_uid()
    lines = postings.moved(
        _some(session, cents), session.item, f"handover:{uid}", _where(session), source="drawer", target="drawer"
    )
    return _move(call, session, MoveKind.HANDOVER, -cents, memo, lines, other=to, uid=uid)


@service(
    "banking.accept_hand_over", "drawer.move", says="counted cash handed over", about=lambda **kw: kw["move"].other
)
def accept_hand_over(call: Call, *, move: CashMove, cents: int) -> CashMove:
    """The receiver says what she counted: the same, and it is in her drawer; another sum, and it goes back to the giver,
    whose question it is. Refuses `not_waiting`.
    """
    assert move.other is not None
    right = cents == -move.cents
    memo = move.memo if right else _("Came back: %s was counted") % format_cents(cents)
    return _land(call, move, move.other if right else move.session, memo)


@service(
    "banking.take_back_hand_over",
    "drawer.move",
    says="took handed-over cash back",
    about=lambda **kw: kw["move"].session,
)
def take_back_hand_over(call: Call, *, move: CashMove) -> CashMove:
    """The giver takes back what nobody has counted yet. Refuses `not_waiting`."""
    return _land(call, move, move.session, _("Taken back"))


def _land(call: Call, move: CashMove, holder: DrawerSession, memo: str) -> CashMove:
    """Cash that waits between two drawers comes to one of them; both are held, the older first."""
    giver, taker = move.session, move.other
    assert taker is not None
    for row in sorted((giver, taker), key=lambda one: one.pk):
        require_open(hold(row))
    item = f"handover:{move.uid}"
    cents = item_balances([item]).get(item, {}).get("drawer", 0)
    if move.kind != MoveKind.HANDOVER or cents <= 0:
        raise refuse("not_waiting", _("This cash waits for nobody."), _("Look at both drawers."))
    refuse_closed_day(call.today)
    lines = postings.moved(cents, item, holder.item, _where(giver), source="drawer", target="drawer")
    return _move(call, holder, MoveKind.HANDOVER, cents, memo, lines, other=taker if holder.pk == giver.pk else giver)


def waiting_hand_overs(session: DrawerSession) -> list[CashMove]:
    """Cash given from or to this session that nobody has counted yet. Two queries."""
    rows = CashMove.objects.filter(Q(session=session) | Q(other=session), kind=MoveKind.HANDOVER, cents__lt=0)
    found = list(rows.select_related("session__drawer", "session__cashier", "other__drawer", "other__cashier"))
    left = item_balances([f"handover:{one.uid}" for one in found]) if found else {}
    return [one for one in found if left.get(f"handover:{one.uid}", {}).get("drawer", 0)]


def _some(session: DrawerSession, cents: int) -> int:
    """The amount as declared, if it is more than 0. Whether so much lies in the drawer the count alone shows: an answer
    here would tell the cashier what the books expect, to the cent, in twenty tries.
    """
    require_open(hold(session))
    refuse_closed_day(session.day)
    if cents <= 0:
        raise refuse("amount", _("An amount is more than 0.00."), _("Type what you moved."), field="cents")
    return cents


def _move(
    call: Call, session: DrawerSession, kind: MoveKind, cents: int, memo: str, lines: postings.Lines,
    other: DrawerSession | None = None, uid: UUID | None = None,
) -> CashMove:  # fmt: skip
    uid = uid or new_uid()
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
    the safe. Over or short goes to its account. Refuses `drawer_counted`, `count`, `reason_needed`: more than 5.00 off,
    and, without a word of how far, every later count of the session, so that no tries narrow down what is expected.
    """
    require_open(hold(session))
    if waiting_hand_overs(session):
        message = _("Cash between your drawer and a colleague's was not counted yet.")
        raise refuse("handover_waits", message, _("Have it confirmed, or take it back, on the drawer's page."))
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
    require_open(hold(session))
    counted = _counted(cents, pieces)
    for move in waiting_hand_overs(session):
        _land(call, move, move.session, _("Not confirmed before the count"))
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
    """Count a session that is held and open."""
    expected = cash_in(session)
    if not reason.strip():
        _refuse_unexplained(session, counted - expected)
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


def _refuse_unexplained(session: DrawerSession, off_cents: int) -> None:
    if refused_tries(session.uid, ("banking.count_drawer", "banking.count_for")):
        message = _("This drawer was counted before, and the count did not stand.")
        raise refuse("reason_needed", message, _("Say what was different at the first count."), field="reason")
    if needs_reason(off_cents):
        message = _("The count differs from what the books expect by more than 5.00.")
        fix = _("Count again, and say why it is so or what was wrong at first. Every try is kept.")
        raise refuse("reason_needed", message, fix, field="reason")


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
