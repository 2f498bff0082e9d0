"""The ledger as a state machine (R11): whatever order of posts, reversals, imports, closes and drafts, the invariants hold.

Beside the books walks a model of plain dictionaries; after each rule the books must say what the model says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

import pytest
from django.db import transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from steward.core.refusals import Refused
from steward.ledger import importers, selectors, services
from steward.ledger.models import Entry
from steward.ledger.types import EntryDraft, LineDraft
from tests.support import Office, open_office

pytestmark = pytest.mark.django_db
STEPS = 25  # rule calls from empty books to the end of one story
PARTS = 4  # so that several processes share the stories
SPACE = UUID(int=77)
ROLES = ("ar_patient", "charges", "drawer", "patient_prepaid", "wages")
MONTHS = ("2026-09", "2026-10", "2026-11")

amounts = st.integers(1, 10**9)
days = st.dates(date(2026, 9, 1), date(2026, 11, 30))
legs = st.lists(st.tuples(st.sampled_from(ROLES), amounts | amounts.map(lambda n: -n)), min_size=1, max_size=3)
keys = st.integers(0, 30)


def balanced(parts: list[tuple[str, int]]) -> tuple[LineDraft, ...]:
    rest = -sum(cents for _role, cents in parts)
    lines = [LineDraft(role=role, cents=cents, item=f"i:{role}") for role, cents in parts]
    return tuple(lines + ([LineDraft(role="suspense", cents=rest)] if rest else []))


class Books(RuleBasedStateMachine):
    """``posted``: number -> (key, day, lines); ``state``: month -> open, soft or locked."""

    office: Office
    entity: int
    calls: ClassVar[int] = 0

    @initialize()
    def begin(self) -> None:
        self.point = transaction.savepoint()
        self.office = OFFICE[0]
        self.call = self.office.call("administrator")
        self.posted: dict[int, tuple[UUID, date, tuple[LineDraft, ...]]] = {}
        self.reversed: set[int] = set()
        self.state = dict.fromkeys(MONTHS, "open")
        self.drafts: dict[UUID, tuple[date, tuple[LineDraft, ...]]] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def _open(self, day: date, journal: str = "charges") -> bool:
        state = self.state[f"{day:%Y-%m}"]
        return state == "open" or (state == "soft" and journal == "manual")

    def _draft(self, key: int, day: date, lines: tuple[LineDraft, ...], memo: str = "") -> EntryDraft:
        return EntryDraft(uuid5(SPACE, str(key)), day, memo, "charges", "test", str(key), lines)

    @rule(key=keys, day=days, parts=legs)
    def post(self, key: int, day: date, parts: list[tuple[str, int]]) -> None:
        lines = balanced(parts)
        if len(lines) < 2:
            return
        draft = self._draft(key, day, lines)
        known = next((n for n, entry in self.posted.items() if entry[0] == draft.key), None)
        try:
            with transaction.atomic():
                done = services.post(self.call, draft=draft)
        except Refused as refused:
            if known is not None:
                assert refused.code == "key_reused" and self.posted[known][1:] != (day, lines)
            else:
                assert refused.code in ("period_locked", "period_soft") and not self._open(day)
            return
        if known is not None:
            assert done.duplicate and done.number == known and self.posted[known][1:] == (day, lines)
            return
        assert self._open(day) and not done.duplicate and done.number == len(self.posted) + 1
        self.posted[done.number] = (draft.key, day, lines)

    @rule(parts=legs, day=days, off=st.integers(-5, 5))
    def post_what_does_not_balance(self, parts: list[tuple[str, int]], day: date, off: int) -> None:
        lines = (*balanced(parts), LineDraft(role="wages", cents=off or 1))
        with pytest.raises(Refused) as found, transaction.atomic():
            services.post(self.call, draft=self._draft(999, day, lines))
        assert "unbalanced" in {r.code for r in found.value.refusals}

    @rule(seed=st.integers(0, 10**6), day=days, count=st.integers(1, 4))
    def import_a_file(self, seed: int, day: date, count: int) -> None:
        rows = [
            {"key": f"f{seed}-{n}", "date": day.isoformat(), "memo": "",
             "lines": [{"account": "drawer", "cents": seed + n + 1}, {"account": "charges", "cents": -seed - n - 1}]}
            for n in range(count)
        ]  # fmt: skip
        content = json.dumps(rows).encode()
        try:
            with transaction.atomic():
                done = importers.post_file(self.call, content=content, name="f.json")
        except Refused as refused:
            assert refused.code in ("period_locked", "period_soft", "key_reused")
            return
        if done.first_number is None:
            return
        assert done.first_number == len(self.posted) + 1
        posted = [r for r in rows if not any(e[0] == importers_key(r["key"]) for e in self.posted.values())]
        for number, row in zip(range(done.first_number, done.last_number + 1), posted, strict=True):
            lines = tuple(LineDraft(role=x["account"], cents=x["cents"]) for x in row["lines"])
            self.posted[number] = (importers_key(row["key"]), day, lines)

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), day=days)
    def reverse(self, data: st.DataObject, day: date) -> None:
        number = data.draw(st.sampled_from(sorted(self.posted)))
        _key, old, lines = self.posted[number]
        try:
            with transaction.atomic():
                done = services.reverse(self.call, number=number, date=day, reason="machine")
        except Refused as refused:
            expected = "reversed" if number in self.reversed else "reversal_date" if day < old else "period"
            assert refused.code.startswith(expected)
            return
        assert number not in self.reversed and day >= old and self._open(day)
        self.reversed.add(number)
        mirror = tuple(LineDraft(role=line.role, cents=-line.cents, item=line.item) for line in lines)
        self.posted[done.number] = (done.key, day, mirror)

    def _let_stand(self, month: str) -> None:
        """What a machine cannot put right the owner lets stand; the administrator locks."""
        for check in ("suspense", "drafts"):
            try:
                services.waive_check(self.office.call("owner"), period=month, check=check, reason="machine")
            except Refused as refused:
                assert refused.code in ("no_check", "period_state")

    @rule(month=st.sampled_from(MONTHS), verb=st.sampled_from(["close", "lock", "reopen"]))
    def move_a_month(self, month: str, verb: str) -> None:
        before = self.state[month]
        moves = {("open", "close"): "soft", ("open", "lock"): "locked", ("soft", "lock"): "locked",
                 ("soft", "reopen"): "open", ("locked", "reopen"): "open"}  # fmt: skip
        try:
            with transaction.atomic():
                if verb == "close":
                    done = services.close_period(self.call, period=month)
                elif verb == "lock":
                    self._let_stand(month)
                    done = services.lock_period(self.call, period=month)
                else:
                    done = services.reopen_period(self.call, period=month, reason="machine")
        except Refused as refused:
            assert refused.code == "period_state" and (before, verb) == ("locked", "close")
            return
        self.state[month] = moves.get((before, verb), before)
        assert done.state == self.state[month]

    @rule(n=st.integers(0, 3), day=days, parts=legs)
    def draft_by_hand(self, n: int, day: date, parts: list[tuple[str, int]]) -> None:
        uid = uuid5(SPACE, f"draft {n}")
        lines = balanced(parts)
        try:
            with transaction.atomic():
                services.draft_journal(self.call, uid=uid, date=day, memo="by hand", lines=lines)
        except Refused as refused:
            assert refused.code in ("period_locked", "posted")
            return
        self.drafts[uid] = (day, lines)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def sign(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(sorted(self.drafts)))
        day, lines = self.drafts[uid]
        try:
            with transaction.atomic():
                services.submit_journal(self.call, uid=uid)
                done = services.sign_journal(self.office.call("owner"), uid=uid, approve=True)
        except Refused as refused:
            assert refused.code in ("period_locked", "lines")
            return
        assert done.state == "posted" and self._open(day, "manual")
        del self.drafts[uid]
        self.posted[done.number] = (uid, day, lines)

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        if not hasattr(self, "posted"):
            return
        for day in (date(2026, 9, 30), date(2026, 10, 14), date(2026, 11, 30)):
            sums: dict[str, int] = defaultdict(int)
            for _key, when, lines in self.posted.values():
                for line in lines:
                    if when <= day:
                        sums[line.role or ""] += line.cents
            balance = selectors.trial_balance(day)
            assert {r.account.role: r.balance_cents for r in balance.rows if r.balance_cents} == {
                role: cents for role, cents in sums.items() if cents
            }
            assert balance.debit_cents == balance.credit_cents
        assert Entry.objects.filter(state="posted").count() == len(self.posted)

    @invariant()
    def the_proof_holds(self) -> None:
        if hasattr(self, "posted"):
            Books.calls += 1
            proof = selectors.verify()
            assert proof.ok and proof.entries == len(self.posted), proof.faults[:2]


OFFICE: list[Office] = []


def importers_key(text: str) -> UUID:
    from steward.ledger.logic.journal_file import key_of

    return key_of(text)


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_the_machine(db, part, proofs):
    from hypothesis.stateful import run_state_machine_as_test

    proof = proofs("R11")
    OFFICE[:] = [open_office()]
    Books.calls = 0
    run_state_machine_as_test(
        seed(proof.seed + part)(Books),
        settings=settings(
            max_examples=1 + proof.count * 6 // 5 // PARTS // STEPS,  # some stories end early
            stateful_step_count=STEPS, deadline=None, print_blob=True,
            database=None, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    proof.done(part=part + 1, rule_calls=Books.calls, broken_invariants=0)
    assert Books.calls >= proof.count // PARTS
