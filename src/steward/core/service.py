"""House rule 1: all writes are services.

A service is a plain function ``f(call, *, ...)`` decorated ``@service("room.verb", "capability")``. The outermost one
authorises, takes the idempotency key, opens the transaction, runs, writes the audit rows last (lock order: number
counter, rows by id, audit head) and commits. Nested ones join: they share transaction, key and unit, keep separation
of duties, and add child rows. Refusals are ``core.refusals.Refused``; whatever was done is rolled back, and a denial
is audited on its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid5

from django.db import DatabaseError, models, transaction

from steward.core import answers, clock
from steward.core.access.decide import Context, Subject
from steward.core.access.policy import SYSTEM, may
from steward.core.refusals import Denied, Refusal, Refused, refuse
from steward.core.sql import execute, instant, json, uid

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Call:
    """Who calls, on whose behalf, with which key, when, and from where. The first argument of every service."""

    subject: Subject
    clock: clock.Clock
    key: UUID | None = None
    on_behalf_of: int | None = None
    channel: str = "test"
    session: str = ""
    address: str = ""
    reason: str = ""
    context: Context = field(default_factory=Context)
    patients_read: set[UUID] = field(default_factory=set, compare=False)

    @property
    def user_id(self) -> int | None:
        return self.subject.user_id

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.clock.today()

    def with_key(self, key: UUID | None) -> Call:
        return replace(self, key=key)

    def part(self, name: str) -> Call:
        """The call for one of several services that one request runs: its key is derived, so that a retry repeats
        each of them."""
        return replace(self, key=uuid5(self.key, name) if self.key else None)

    def read(self, kind: str, uids: Iterable[UUID]) -> None:
        """Remember that these patients' records were shown; the request's end writes one audit row with all of them."""
        if kind == "patient":
            self.patients_read.update(uids)


def system_call(channel: str = "job", *, key: UUID | None = None, now: clock.Clock | None = None) -> Call:
    """The call by which Steward acts for itself: scheduled work, the demo, migrations of meaning."""
    return Call(SYSTEM, now or clock.system_clock(), key=key, channel=channel)


@dataclass
class Act:
    """One audit row to be: filled by the service through ``note``."""

    name: str
    capability: str
    parent: Act | None
    object_type: str = ""
    object_uid: UUID | None = None
    refs: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    reason: str = ""
    seq: int | None = None


@dataclass
class _Unit:
    """One transaction's worth: the acts in the order they began, and what is to happen after the commit."""

    call: Call
    acts: list[Act] = field(default_factory=list)
    stack: list[Act] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("steward_unit", default=None)


@dataclass(frozen=True)
class ServiceInfo:
    """What is known of a service: for the audit's sentences, the palette and the tests that enumerate."""

    name: str
    capability: str
    says: str
    function: Callable[..., Any]


SERVICES: dict[str, ServiceInfo] = {}


def service(
    name: str, capability: str, *, says: str = "", about: Callable[..., Any] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a plain function a service.

    ``capability`` is asked of ``decide`` when the service is outermost; ``about(**kwargs)`` names the object it is
    asked about (a row with ``access_facts()``), ``says`` is the sentence of the history ("took a payment").
    Arguments besides ``call`` are keyword-only and must have a stable form (rows, uids, bytes, dataclasses, plain
    values) so that retries compare.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if name in SERVICES and SERVICES[name].function.__code__ is not function.__code__:
            raise ValueError(f"two services are called {name}")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            call: Call = args[0]  # type: ignore[assignment]
            if len(args) != 1:
                raise TypeError(f"{name}: every argument after call is passed by name")
            about_args = dict(kwargs)
            unit = _unit.get()
            if unit is not None:
                return _nested(unit, name, capability, function, call, kwargs)
            obj = about(**about_args) if about else None
            _authorise(call, name, capability, obj)
            try:
                return _outermost(name, capability, function, call, kwargs)
            except Refused as refused:
                _record_breach(call, name, capability, obj, refused)
                raise

        SERVICES[name] = ServiceInfo(name, capability, says or name.split(".")[-1].replace("_", " "), function)
        return run

    return decorate


def _authorise(call: Call, name: str, capability: str, obj: object) -> None:
    decision = may(call.subject, capability, obj, replace(call.context, now=call.now))
    if decision.allowed:
        return
    from steward.core.audit.services import record_denial

    record_denial(call, name, capability, obj, decision.reason)
    fix = "Confirm who you are, then repeat." if decision.step_up_needed else "Ask someone whose role allows it."
    code = "step_up" if decision.step_up_needed else "denied"
    raise Denied(Refusal(code, f"Not done: {decision.reason}.", fix), step_up=decision.step_up_needed)


def _record_breach(call: Call, name: str, capability: str, obj: object, refused: Refused) -> None:
    """A refusal because of who asks (separation of duties, a right missing further down), or that tells something of what
    is hidden (a blind count too far off), is audited like a denial."""
    if isinstance(refused, Denied) or refused.code in ("separation", "reason_needed"):
        from steward.core.audit.services import record_denial

        record_denial(call, name, capability, obj, refused.refusals[0].message)


def _outermost(name: str, capability: str, function: Callable[..., R], call: Call, kwargs: dict[str, Any]) -> R:
    unit = _Unit(call)
    token = _unit.set(unit)
    try:
        with transaction.atomic():
            if call.key is not None:
                body = answers.digest(kwargs)
                first = _take_key(call, call.key, name, body)
                if first is not None:
                    return answers.decode(first["answer"])  # type: ignore[no-any-return]
            result = _perform(unit, name, capability, function, call, kwargs)
            if call.key is not None:
                _keep_answer(call.key, result)
            from steward.core.audit.services import write_acts

            write_acts(call, unit.acts)
            return result
    except DatabaseError as fault:
        if not _disk_is_full(fault):
            raise
        raise refuse(
            "disk_full", "The disk is full: nothing of this was saved.", "Make room on the disk, then do it again."
        ) from fault
    finally:
        _unit.reset(token)


def _disk_is_full(fault: DatabaseError) -> bool:
    """SQLite says SQLITE_FULL ("disk is full"), PostgreSQL 53100; by then the transaction is rolled back."""
    return "disk is full" in str(fault) or getattr(fault.__cause__, "sqlstate", "") == "53100"


def _nested(
    unit: _Unit, name: str, capability: str, function: Callable[..., R], call: Call, kwargs: dict[str, Any]
) -> R:
    if call.subject != unit.call.subject:
        raise TypeError(f"{name}: a nested service runs for the same person as the outer one")
    kept = len(unit.acts)
    try:
        with transaction.atomic():  # an outer service that lives with the refusal keeps nothing of the inner one
            return _perform(unit, name, capability, function, call, kwargs)
    except BaseException:
        del unit.acts[kept:]
        raise


def _perform(
    unit: _Unit, name: str, capability: str, function: Callable[..., R], call: Call, kwargs: dict[str, Any]
) -> R:
    act = Act(name, capability, unit.stack[-1] if unit.stack else None, reason=call.reason)
    unit.acts.append(act)
    unit.stack.append(act)
    try:
        result = function(call, **kwargs)
    finally:
        unit.stack.pop()
    if act.object_uid is None and not act.refs:
        _describe(act, result)
    return result


def _describe(act: Act, result: Any) -> None:
    uid = getattr(result, "uid", None)
    if isinstance(result, models.Model) and isinstance(uid, UUID):
        act.object_type, act.object_uid = result._meta.label_lower, uid


def note(
    obj: models.Model | None = None,
    *,
    refs: Iterable[Any] = (),
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Say, inside a service, what its audit row is about: the row, the references of a bulk act, the names of
    changed fields."""
    unit = _unit.get()
    if unit is None or not unit.stack:
        raise RuntimeError("note() belongs inside a service")
    act = unit.stack[-1]
    if obj is not None:
        act.object_type, act.object_uid = obj._meta.label_lower, obj.uid  # type: ignore[attr-defined]
    act.refs.extend(str(getattr(r, "uid", r)) for r in refs)
    act.fields.extend(fields)
    act.reason = (reason or act.reason)[:400]


def in_service() -> bool:
    """Whether a service is running: guards of the code that writes may insist."""
    return _unit.get() is not None


def _take_key(call: Call, key: UUID, name: str, body: str) -> Any:
    """None when the key is ours now; the first call's answer when it was used before; refuses another body or another
    person.

    The insert waits for a rival in flight (unique key), so two equal calls at once do the work once; an unanswered row
    never commits.
    """
    ours = execute(
        "INSERT INTO core_servicekey (key, service, actor, body_sha256, answer, at) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        uid(key), name, call.user_id, body, json({}), instant(call.now),
    )  # fmt: skip
    if ours:
        return None
    from steward.core.service_models import ServiceKey

    kept = ServiceKey.objects.get(key=key)
    if (kept.service, kept.actor, kept.body_sha256) != (name, call.user_id, body):
        raise refuse("key_reused", "This key was used before for something else.", "Use a fresh key for a new act.")
    return kept.answer


def _keep_answer(key: UUID, result: Any) -> None:
    answer = json({"answer": answers.encode(result)})
    execute("UPDATE core_servicekey SET answer = %s WHERE key = %s", answer, uid(key))


__all__ = ["SERVICES", "Call", "Denied", "Refused", "in_service", "note", "refuse", "service", "system_call"]
