"""The server as an administrator meets it: one command starts it, a second one is refused, what dies comes back,
stop ends all.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from steward.core import running

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.race, pytest.mark.always_sqlite]  # ``environment`` names no other database


class Machine:
    """A data folder of its own and the commands of ``./office`` on it."""

    def __init__(self, data: Path, env: dict[str, str]) -> None:
        self.data, self.env = data, env
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def steward(self, *words: str, seconds: float = 400) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "steward.cli.main", *words, "--data", str(self.data)]
        return subprocess.run(
            command, env=self.env, cwd=self.data.parent, capture_output=True, text=True, timeout=seconds
        )

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.steward("serve", "up", "--empty", "--port", str(self.port), *words)

    def get(self, path: str = "/sign-in/login/", port: int | None = None) -> http.client.HTTPResponse:
        ask = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        ask.request("GET", path, headers={"Host": f"localhost:{port or self.port}"})
        answer = ask.getresponse()
        answer.read()
        return answer

    def processes(self) -> list[int]:
        """The supervisor and everything it started."""
        server = running.running(self.data)
        if server is None:
            return []
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[2]) == server.pid and fields[0] != "Z":
                    found.append(int(entry.name))
        return sorted(found)


def until(what: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


def environment() -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("STEWARD_") and k != "DJANGO_SETTINGS_MODULE"}
    env.pop("DATABASE_URL", None)
    return {**env, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("machine") / "data", environment())
    try:
        first = made.up()
        assert first.returncode == 0, first.stderr
        assert f"http://localhost:{made.port}" in first.stdout and "sign-in" in first.stdout
        yield made
    finally:  # also when the first start was not as it should be: nothing of a test may go on running
        if made.data.exists():
            running.stop(made.data)


@pytest.fixture
def up(machine) -> Machine:
    if running.running(machine.data) is None:
        assert machine.up().returncode == 0
    return machine


def test_it_answers_on_this_machine_alone(up):
    assert up.get().status == 200
    listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True).stdout
    ours = [line.split()[1] for line in listening.splitlines() if f":{up.port:04X} " in line and " 0A " in line]
    assert ours and all(address.startswith("0100007F:") for address in ours), "it listens beyond 127.0.0.1"


def test_data_and_keys_are_closed_to_others(up):
    for path in [up.data, *up.data.rglob("*")]:
        if path.is_socket() or "static" in path.parts:
            continue
        assert path.stat().st_mode & 0o077 == 0, path


def test_up_again_says_where_it_runs(up):
    again = up.up()
    assert again.returncode == 0 and "already runs" in again.stdout and f":{up.port}" in again.stdout


@pytest.mark.proof
def test_a_second_server_on_the_folder_is_refused(up, tmp_path, proofs):
    """R19, under the folder's own name and under another that leads to it."""
    proof = proofs("R19")
    (tmp_path / "alias").symlink_to(up.data)
    alias = Machine(tmp_path / "alias", up.env)
    tries = [(one, words) for one in (up, alias) for words in (["--foreground"], ["--port", str(up.port + 1)])]
    for one, words in tries:
        second = one.steward("serve", "up", "--empty", *words, "--json")
        assert second.returncode == 1
        assert json.loads(second.stdout)["refused"][0]["code"] == "already_running"
    for one in (up, alias):
        with pytest.raises(running.AlreadyRunning):
            running.take_lock(one.data, 1)
    assert up.get().status == 200
    proof.done(tries=len(tries), refused=len(tries))


def test_a_taken_port_is_said_at_once(up, tmp_path):
    other = Machine(tmp_path / "data", up.env)
    taken = other.steward("serve", "up", "--empty", "--port", str(up.port), "--json")
    assert taken.returncode == 1
    refused = json.loads(taken.stdout)["refused"][0]
    assert refused["code"] == "cannot_serve" and "not free" in refused["message"]
    assert running.running(other.data) is None


def test_what_dies_is_started_again(up):
    server = running.running(up.data)
    assert server is not None
    before = up.processes()
    assert len(before) >= 5, "supervisor, web server with two workers, job worker"
    for pid in before:
        if pid != server.pid:
            os.kill(pid, signal.SIGKILL)
    assert until(lambda: len(up.processes()) >= len(before) and not set(up.processes()) & (set(before) - {server.pid}))
    assert until(lambda: up.get().status == 200)
    assert up.processes()[0] and running.running(up.data) == server


def test_nothing_survives_a_killed_supervisor(up):
    server = running.running(up.data)
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert until(lambda: running.running(up.data) is None), "a child kept the folder locked"
    assert up.up().returncode == 0, "the folder must be usable at once"


def test_the_command_line_works_beside_the_server(up):
    doctor = up.steward("doctor", "--json")
    assert doctor.returncode == 0
    checks = {row["check"]: row for row in json.loads(doctor.stdout)}
    assert checks["server"]["ok"] and checks["guards"]["ok"] and checks["data-folder-closed"]["ok"]
    assert not checks["backup"]["ok"] and checks["backup"]["fix"] and checks["backup"]["risk"]


def test_no_server_starts_without_its_guards(up):
    import sqlite3
    from contextlib import closing

    running.stop(up.data)
    with closing(sqlite3.connect(up.data / "steward.sqlite3")) as database:
        names = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        assert names
        database.execute(f'DROP TRIGGER "{names[0]}"')
        database.commit()
    refused = up.up("--json")
    assert refused.returncode == 1
    said = json.loads(refused.stdout)["refused"][0]["message"]
    assert names[0] in said and "books verify" in said
    assert running.running(up.data) is None
    assert up.up("--repair").returncode == 0, "who has looked may put them back"
    with closing(sqlite3.connect(up.data / "steward.sqlite3")) as database:
        there = [n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    assert sorted(there) == sorted(names)


def test_a_newer_database_is_left_alone(up):
    import sqlite3
    from contextlib import closing

    running.stop(up.data)
    with closing(sqlite3.connect(up.data / "steward.sqlite3")) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '0999_future', '2026-01-01')"
        )
        database.commit()
    refused = up.up("--json")
    assert refused.returncode == 1 and "newer" in json.loads(refused.stdout)["refused"][0]["message"]
    with closing(sqlite3.connect(up.data / "steward.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE name = '0999_future'")
        database.commit()


def test_stop_ends_everything_and_may_be_repeated(up):
    pids = up.processes()
    assert up.steward("serve", "stop").returncode == 0
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 5)
    again = up.steward("serve", "stop")
    assert again.returncode == 0 and "Nothing ran" in again.stdout


def test_the_log_holds_no_search_words(up):
    up.get("/?q=Mary+Brown")
    up.get("/no-such-page-Mary?name=Brown")
    running.stop(up.data)
    log = (up.data / "log" / "server.log").read_text()
    assert "Mary" not in log and "Brown" not in log
