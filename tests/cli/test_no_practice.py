"""A folder without a practice is answered with what to do, and stays as empty as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def steward(*words: str) -> subprocess.CompletedProcess[str]:
    gone = ("STEWARD_DATA", "DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE")
    environment = {name: text for name, text in os.environ.items() if name not in gone}
    command = [sys.executable, "-m", "steward.cli.main", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "words", ["books verify", "books close 2026-10", "bank cash", "audit verify", "import x.835", "backup create x.bak"]
)
def test_no_practice_is_refused_and_nothing_is_made(tmp_path: Path, words: str) -> None:
    data = tmp_path / "nobody"
    done = steward(*words.split(), "--json", "--data", str(data))
    assert done.returncode == 1, done.stderr
    refused = json.loads(done.stdout)["refused"][0]
    assert refused["code"] == "no_practice" and "steward init" in refused["fix"]
    assert "Traceback" not in done.stderr and not data.exists()


def test_a_database_without_tables_is_no_practice_either(tmp_path: Path) -> None:
    (tmp_path / "steward.sqlite3").touch()
    done = steward("books", "trial-balance", "--json", "--data", str(tmp_path))
    assert done.returncode == 1 and json.loads(done.stdout)["refused"][0]["code"] == "no_practice"


@pytest.mark.parametrize("under", ["", "deeper/still"])
@pytest.mark.parametrize("words", ["books verify", "init", "doctor"])
def test_a_file_is_no_data_folder(tmp_path: Path, words: str, under: str) -> None:
    file = tmp_path / "data.txt"
    file.write_text("notes")
    done = steward(*words.split(), "--json", "--data", str(file / under))
    assert done.returncode == 2 and "is a file" in done.stderr and "Traceback" not in done.stderr


def test_usage_is_told_all_the_same(tmp_path: Path) -> None:
    data = tmp_path / "nobody"
    assert steward("books", "--help", "--data", str(data)).returncode == 0
    assert steward("books", "blow-up", "--data", str(data)).returncode == 2
    assert not data.exists()
