"""Contrast, computed from the sheet itself (WCAG 2.2, 1.4.3 and 1.4.11), and what a strict policy forbids in our templates."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import steward

ROOT = Path(steward.__file__).parent
SHEET = ROOT / "core" / "static" / "steward" / "steward.css"
TEMPLATES = sorted(p for p in ROOT.rglob("templates/**/*") if p.suffix in (".html", ".svg"))
BLOCK = {
    "light": r":root \{\s*color-scheme: light;(.*?)\}",
    "dark": r':root\[data-theme="dark"\] \{\s*color-scheme: dark;(.*?)\}',
    "dark by the machine": r':root:not\(\[data-theme="light"\]\) \{\s*color-scheme: dark;(.*?)\}',
}
GROUNDS = ("paper", "card")
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "soft", "accent", "good", "warn", "bad") for ground in GROUNDS],
    ("ink", "rail"), ("soft", "rail"), ("bad", "rail"), ("ink", "wash"), ("soft", "wash"), ("accent", "wash"),
    ("on-accent", "accent"), ("good", "good-wash"), ("warn", "warn-wash"), ("bad", "bad-wash"), ("soft", "quiet-wash"),
    ("ink", "line2"), ("paper", "ink"), ("soft", "line2"),
]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    block = re.search(BLOCK[theme], SHEET.read_text(), re.DOTALL)
    assert block, theme
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", BLOCK)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids=" on ".join)
def test_words_stand_out_from_their_ground(theme, pair):
    held = tokens(theme)
    assert contrast(held[pair[0]], held[pair[1]]) >= 4.5, (theme, pair)


@pytest.mark.parametrize("theme", BLOCK)
@pytest.mark.parametrize(
    "pair", [("field", "card"), ("field", "paper"), ("accent", "card"), ("accent", "paper")], ids=" on ".join
)
def test_the_edges_of_what_one_types_into_stand_out(theme, pair):
    held = tokens(theme)
    assert contrast(held[pair[0]], held[pair[1]]) >= 3, (theme, pair)


def test_both_ways_into_the_dark_use_the_same_tokens():
    assert tokens("dark") == tokens("dark by the machine")
    assert set(tokens("light")) == set(tokens("dark"))


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_every_colour_outside_the_tokens_is_a_token():
    body = SHEET.read_text()
    rules = re.sub(r":root[^{]*\{.*?\n *\}", "", body.split("@page")[0], flags=re.DOTALL)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rules)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_template_has_what_the_policy_refuses(path):
    text = path.read_text()
    assert not re.search(r"""\sstyle\s*=\s*["']""", text), "inline style"
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", text), "inline handler"
    assert not re.search(r"<script(?![^>]*(\bsrc=|type=\"application/json\"))", text), "inline script"
    assert "<style" not in text
    assert not re.search(r"""(src|href)=["']https?://""", text), "something from outside"
    assert not re.search(r"hx-(on|vals=.js:)", text), "htmx evaluating text"


def test_the_first_load_is_small():
    """Sheet, our script and htmx: three requests; with a page of 30 kB far below 120 kB compressed."""
    import django_htmx

    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-4.min.js"
    files = [SHEET, SHEET.with_name("steward.js"), htmx]
    assert sum(len(gzip.compress(f.read_bytes(), 6)) for f in files) < 40_000
