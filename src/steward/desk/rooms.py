"""The rooms Today, search and the import screen listen to: named one by one, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from types import ModuleType
from typing import Any

from steward.banking import desk as banking
from steward.banking import importers as bank_files
from steward.billing import desk as billing
from steward.billing import importers as billing_files
from steward.core.access.decide import Subject
from steward.core.access.policy import holds
from steward.core.approvals import desk as approvals
from steward.core.today import Action, Figure, Hit, Step, Task
from steward.findings import desk as findings
from steward.frontdesk import desk as frontdesk
from steward.insurance import desk as insurance
from steward.insurance import importers as insurance_files
from steward.ledger import desk as ledger
from steward.ledger import importers as ledger_files

ROOMS: tuple[ModuleType, ...] = (frontdesk, insurance, billing, banking, approvals, ledger, findings)
IMPORTERS: tuple[Any, ...] = (billing_files, bank_files, ledger_files, insurance_files)
STATES = {"overdue": 0, "today": 1, "finding": 2, "reply": 3, "wait": 4}


def waiting(subject: Subject, today: date) -> list[Task]:
    """All work that waits, the most pressing first."""
    tasks = chain.from_iterable(_ask("waiting", subject, today))
    return sorted(tasks, key=lambda t: (STATES.get(t.state, 9), t.order, t.due or today))


def figures(subject: Subject, today: date) -> list[Figure]:
    """The money strip."""
    return sorted(chain.from_iterable(_ask("figures", subject, today)), key=lambda f: f.order)


def closing(subject: Subject, today: date) -> list[Step]:
    """The steps of the day's close."""
    return sorted(chain.from_iterable(_ask("closing", subject, today)), key=lambda s: s.order)


def search(subject: Subject, text: str) -> list[Hit]:
    """Records whose name or number begins with the text, from every room."""
    return list(chain.from_iterable(_ask("search", subject, text)))


def actions(subject: Subject) -> list[Action]:
    """What the palette can start for this person."""
    offered = chain.from_iterable(getattr(room, "ACTIONS", ()) for room in ROOMS)
    return [action for action in offered if holds(subject, action.capability)]


def _ask(question: str, *args: Any) -> Iterator[Any]:
    for room in ROOMS:
        answer = getattr(room, question, None)
        if answer is not None:
            yield answer(*args)
