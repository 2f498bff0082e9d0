"""Every screen that needs no record, as every role that may open it: answers, has one noun, one sentence, one filled button a region."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from steward.core.access.policy import matrix
from tests.support import signed_in

ROLES = ("administrator", "owner", "biller", "bookkeeper", "frontdesk", "assistant", "auditor", "clinician", "hr", "payroll")
#: answers that are no page of ours: files, fragments, JSON
NOT_PAGES = {"core:palette", "core:history", "signin:awake"}


def screens() -> list[tuple[str, str, str]]:
    """(name, path, capability) of every route without a parameter whose view declares a GET capability."""
    found = []

    def walk(patterns, prefix: str, space: str) -> None:
        for one in patterns:
            text = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, text, f"{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern) and "<" not in text:
                capability = getattr(one.callback, "capabilities", {}).get("GET", "")
                if capability in matrix():
                    found.append((f"{space}{one.name}", f"/{text}", capability))

    walk(get_resolver().url_patterns, "", "")
    return sorted(found)


class Outline(HTMLParser):
    """What a screen reader walks: headings, landmarks, and the filled buttons of each region."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "line", "circle"}

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.regions: list[int] = [0]
        self.filled: dict[int, int] = {}
        self.h1 = 0
        self.lead = ""
        self._in_lead = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if tag in ("section", "dialog", "details", "main", "form") or "actions" in classes or "card" in classes:
            self.regions.append(len(self.tags))
            self.tags.append((tag, given))
        elif tag not in self.VOID:
            self.tags.append((tag, given))
        if tag == "h1":
            self.h1 += 1
        if tag == "p" and "lead" in classes:
            self._in_lead = True
        if "primary" in classes:
            self.filled[self.regions[-1]] = self.filled.get(self.regions[-1], 0) + 1

    def handle_endtag(self, tag):
        if tag == "p":
            self._in_lead = False
        while self.tags and self.tags[-1][0] != tag:
            self._leave()
        if self.tags:
            self._leave()

    def _leave(self) -> None:
        self.tags.pop()
        while len(self.regions) > 1 and self.regions[-1] >= len(self.tags):
            self.regions.pop()

    def handle_data(self, data):
        if self._in_lead:
            self.lead += data


def faults_of(name: str, body: str) -> list[str]:
    """What is wrong with a page, in words."""
    outline = Outline()
    outline.feed(body)
    title = re.search(r"<title>(.*?)</title>", body, re.DOTALL)
    said = title[1].strip() if title else ""
    checks = {
        "has one heading": outline.h1 == 1,
        "says how things stand": bool(outline.lead.strip()),
        "has one filled button a region": all(count == 1 for count in outline.filled.values()),
        "has nothing inline": not re.search(r"\sstyle=|\son(click|load|change|submit)=", body),
        "has a title": said.endswith("· Steward") and not said.startswith("·"),
    }
    return [f"{name}: not {what}" for what, right in checks.items() if not right]


@pytest.mark.parametrize("role", ROLES)
def test_every_screen_answers_and_is_built_alike(office, role):
    client = signed_in(role)
    opened, faults = 0, []
    for name, path, capability in screens():
        made = client.get(path)
        if role not in matrix()[capability].modes:
            if made.status_code != 403:
                faults.append(f"{name}: {made.status_code} where 403 is due")
            continue
        if made.status_code not in (200, 302, 303, 400, 404):
            faults.append(f"{name}: {made.status_code}")
        if made.status_code == 200 and name not in NOT_PAGES and "text/html" in made["Content-Type"]:
            opened += 1
            faults += faults_of(name, made.content.decode())
    assert faults == []
    assert opened >= 2
