"""Catalogues: what a translator writes is what gettext reads; no patient's paper has a word without Spanish."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize
from hypothesis import given
from hypothesis import strategies as st

import steward
from steward.banking.states import Tender
from steward.core.catalogue import CatalogueError, catalogues, compile_mo, read_po

HOME = Path(steward.__file__).parent
SPANISH = HOME / "locale/es/LC_MESSAGES/django.po"
CALLED = re.compile(r"""\b(?:gettext|_)\(u?(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""")


def papers() -> list[Path]:
    """Every template a patient takes home."""
    return sorted(HOME.glob("*/templates/*/papers/*.html"))


def said(path: Path) -> Iterator[str]:
    """The translatable texts of a template, as makemessages would find them."""
    code = templatize(path.read_text("utf-8"), origin=str(path))
    for found in CALLED.finditer(code):
        yield str(eval(found["text"], {}))


def test_every_word_of_a_patients_paper_has_its_spanish() -> None:
    known = read_po(SPANISH.read_text("utf-8"))
    assert len(papers()) >= 2
    words = {text for path in papers() for text in said(path)} | {str(one.label) for one in Tender}
    assert len(words) > 15
    assert sorted(text for text in words if not known.get(text)) == []


def test_the_checker_would_find_a_word_without_spanish(tmp_path: Path) -> None:
    page = tmp_path / "new.html"
    page.write_text(
        '{% load i18n %}{% translate "Balance due" %}{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}'
    )
    assert sorted(said(page)) == ["Balance due", "Hello %(name)s"]


def test_what_is_checked_in_is_what_was_written() -> None:
    assert catalogues()
    for path in catalogues():
        assert path.with_suffix(".mo").read_bytes() == compile_mo(read_po(path.read_text("utf-8"))), (
            "compile it: python -m steward.core.catalogue"
        )


def test_places_for_values_are_kept() -> None:
    for key, text in read_po(SPANISH.read_text("utf-8")).items():
        if key:
            assert sorted(re.findall(r"%\(\w+\)s", key)) == sorted(re.findall(r"%\(\w+\)s", text)), key


def test_django_reads_it() -> None:
    with translation.override("es"):
        assert translation.gettext("Cash") == "Efectivo" and str(Tender.CHECK.label) == "Cheque"
    with translation.override("en"):
        assert translation.gettext("Cash") == "Cash"


texts = st.text(st.characters(blacklist_characters="\0\r", blacklist_categories=("Cs",)), min_size=1, max_size=40)


@given(st.dictionaries(texts, texts, max_size=12))
def test_gettext_reads_whatever_is_compiled(messages: dict[str, str]) -> None:
    head = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    found = gettext.GNUTranslations(io.BytesIO(compile_mo({**head, **messages})))
    assert {key: found.gettext(key) for key in messages} == messages


def test_plurals_and_several_lines() -> None:
    po = '# note\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    po += 'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "%d d\\u00eda"\nmsgstr[1] "%d "\n"d\\u00edas"\n'
    found = gettext.GNUTranslations(io.BytesIO(compile_mo(read_po(po))))
    assert [found.ngettext("%d day", "%d days", n) for n in (1, 2)] == ["%d día", "%d días"]


@pytest.mark.parametrize(
    "bad", ['msgid "a"\nmsgstr "b"\nmsgid "a"\nmsgstr "c"\n', 'msgid "a\n', "hello\n", 'msgid a"b"\n']
)
def test_a_bad_line_is_named(bad: str) -> None:
    with pytest.raises(CatalogueError, match="line"):
        read_po(bad)
