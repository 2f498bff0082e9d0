"""The demo's billing office by the calendar: when files leave, when denials are worked, when statements go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from steward.core.access.decide import Context
from steward.core.access.models import User
from steward.core.access.subjects import subject_of
from steward.core.calendar import is_bank_day
from steward.core.clock import FixedClock, at_local
from steward.core.service import Call
from steward.desk.demo.build import World
from steward.desk.demo.followup import FollowUp, Letter
from steward.desk.demo.patients import Patients
from steward.desk.demo.payers import LIVE_DAYS, Payers

STATEMENTS = (172, 142, 112, 80, 41, 12)  # days before the demo's last
SENT_DAYS = 2  # the last file left two bank days ago; what came since waits for the biller


def as_person(world: World, user: User, moment: datetime) -> Call:
    """A call by a person of the demo at a moment of the past."""
    clock = FixedClock(moment, world.zone)
    context = Context(second_factor=True, stepped_up_at=clock.now(), now=clock.now())
    return Call(subject_of(user, clock.today(), clock.now()), clock, channel="demo", context=context)


@dataclass
class Office:
    """Who does what on which day. ``days`` are the bank days of the demo."""

    payers: Payers
    patients: Patients
    follow: FollowUp
    days: Sequence[date]
    letters: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        world = self.payers.world
        self.world, self.last = world, world.as_of
        self.live_on = self._near(LIVE_DAYS)
        self.last_sent = [d for d in self.days if d < world.as_of][-SENT_DAYS]
        self.mailings = {self._near(n) for n in STATEMENTS}

    def _near(self, ago: int) -> date:
        """The bank day so many days ago, or the next one."""
        return next(d for d in (self.last - timedelta(days=ago - n) for n in range(10)) if is_bank_day(d))

    def person(self, name: str, day: date, hour: int, minute: int = 0) -> Call:
        """One of the staff, at an hour of a past day."""
        return as_person(self.world, self.world.users[name], min(at_local(day, time(hour, minute), self.world.zone), self.world.now))

    def files(self, day: date) -> None:
        """Answers to what left, then what is due: weekly, on Wednesdays, and once more two bank days before the last."""
        if day == self.live_on:
            self.payers.begin_live(day)
        if day < self.live_on:
            return
        self.payers.acknowledge(self.person("biller", day, 8, 30), day)
        if day == self.last_sent or (day.weekday() == 2 and day < self.last_sent):
            self.payers.send(self.person("biller", day, 16, 10), day)

    def evening(self, day: date) -> None:
        """Denials on Thursdays (in the early months on the last one of each), then what falls on this day."""
        live, early = day >= self.live_on, day.weekday() == 3 and (day + timedelta(days=7)).month != day.month
        if day == self.last:
            return
        if (live and day.weekday() == 3 and day <= self.last - timedelta(days=10)) or (not live and early):
            self.follow.work(self.person("biller2", day, 15), self.person("administrator", day, 16), day, live=live)
        self._now_and_then(day)
        if day in self.mailings:
            self.patients.statements(self.person("biller", day, 17))

    def _now_and_then(self, day: date) -> None:
        biller, signer = self.person("biller2", day, 15, 30), self.person("administrator", day, 16, 30)
        if day == self._near(92):
            self.letters = self.follow.ask_underpaid(biller, day - timedelta(days=60), day, most=3)
        if day == self._near(64):
            self.follow.win(biller, self.letters)
        if day in (self._near(95), self._near(62)):
            self.patients.plans(biller, 5)
        if day == self._near(46):
            self.patients.give_up(biller, signer, most=8)
        if day == self._near(15):
            self.patients.agency_pays(biller, day)
        if day == self._near(9):
            self.follow.ask_underpaid(biller, day - timedelta(days=30), day, most=1)
