"""What the import says of files it does not take, and what it calls the kinds it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from steward.desk.forms import KIND_WORDS
from steward.desk.imports import import_content, kinds
from tests.support import signed_in

pytestmark = pytest.mark.django_db
ISA = b"ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       *261123*1200*^*00501*000000001*0*P*:~"
HEAD = ISA + b"GS*HP*PAYER*PRACTICE*20261123*1200*1*X*005010X221A1~ST*835*0001~BPR*I*0*C*NON~"


@pytest.mark.parametrize("length", [3, 4, 20, 90, 105, len(ISA), len(ISA) + 12, len(ISA) + 57])
def test_a_file_cut_in_its_head_is_torn(office, length):
    answer = import_content(office.call("biller"), HEAD[:length], "cut.835")
    problem = answer.parts[0].problems[0] if answer.parts else None
    assert answer.status == "refused" and problem is not None and problem.code == "torn", answer
    assert "not yet" not in problem.message


@pytest.mark.parametrize(("kind", "code"), [("820", "unknown_kind"), ("270", "question"), ("276", "question")])
def test_another_transaction_is_named_for_what_it_is(office, kind, code):
    answer = import_content(office.call("biller"), HEAD.replace(b"ST*835", b"ST*" + kind.encode()), "x.edi")
    assert (answer.kind, answer.parts[0].problems[0].code) == (kind, code)


def test_every_kind_has_words_and_the_hint_names_them(office):
    page = signed_in("biller").get(reverse("desk:import")).content.decode()
    for kind in kinds():
        assert kind in KIND_WORDS and f">{kind}</option>" not in page
    for said in ("999", "277CA", "TA1", "271", "837"):
        assert said in page.split("Several at once")[0].rsplit("Files", 1)[-1]


def test_the_table_of_formats_names_every_kind_once():
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    table = text[: text.index("## Amounts")]
    assert all(f"`{kind}`" in table for kind in kinds())
