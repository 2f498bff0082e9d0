"""A PostgreSQL server for one run: a cluster in a temporary folder, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "apt-get install postgresql"


def programs() -> Path | None:
    """The folder of the newest installed server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


def _as_postgres(*command: str) -> list[str]:
    """initdb and the server refuse root; Debian's package brings a user for them."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


def _run(*command: str) -> None:
    # the server inherits whatever it is given: a pipe here would be held open for as long as it runs
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(_as_postgres(*command), stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/")
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {said.read().decode(errors='replace')[-600:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(*, long: bool = False) -> Iterator[str]:
    """Start one; its URL. Durability is off: what the tests prove of it is killed processes, not lost power. Small tables
    need no vacuum; a long run fills them as an office does in years, and cleans up behind itself as its server would.
    """
    there = programs()
    if there is None:
        raise RuntimeError(f"PostgreSQL's server is not installed: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="steward-pg-"))
    data, port = folder / "data", _free_port()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    options = (
        f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c max_connections=300 "
        "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=256MB "
        + ("-c autovacuum_naptime=5" if long else "-c autovacuum=off")
    )
    try:
        initdb = (
            str(there / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "postgres",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        )
        _run(*initdb, "--no-sync")
        _run(str(there / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            _run(str(there / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "steward")
            yield f"postgresql://postgres@127.0.0.1:{port}/steward"
        finally:
            _run(str(there / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
