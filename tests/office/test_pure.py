"""What runs on one database only is what stores nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.office.pure import ROOT, touches_no_database


@pytest.mark.parametrize(
    ("module", "once"),
    [
        ("tests/billing/test_postings.py", True),
        ("tests/core/test_money.py", True),
        ("tests/billing/test_claims.py", False),  # services
        ("tests/ledger/test_guards.py", False),  # SQL
        ("tests/cli/test_no_practice.py", False),  # another process
    ],
)
def test_it_is_seen_by_what_a_module_imports(module: str, once: bool) -> None:
    assert touches_no_database(ROOT / module) is once


@pytest.mark.parametrize(
    "line",
    [
        "from steward.billing.selectors import work", "import steward.core.sql", "from django.test import Client", "import subprocess",
        "from tests.support import signed_in", "def test():\n    from steward.billing import models",
    ],
)  # fmt: skip
def test_one_import_is_enough_to_run_on_both(tmp_path: Path, line: str) -> None:
    module = tmp_path / "test_x.py"
    module.write_text("from steward.core.money import parse_cents\n" + line)
    assert not touches_no_database(module)
