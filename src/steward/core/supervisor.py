"""The supervisor: one process that starts the web server and the job worker, starts them again when they die, and
ends them.

``prepare`` makes the data folder ready (tables, guards, static files), ``serve`` runs until it is told to stop,
``launch`` does both in the background and returns when the first page answers. A folder has one supervisor
(``core.running``).
"""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from steward.core import running

WEB_WORKERS, WEB_THREADS = 2, 4
READY_SECONDS = 60
GRACE_SECONDS = 15
LOG_BYTES = 5_000_000


class CannotServe(Exception):
    """Why no server starts, in words, with what to do."""


# --- getting ready ----------------------------------------------------------------------------------------------------


def bring_up_pages() -> None:
    """Bring static files to what this code wants, and import every view; no database is asked."""
    from django.core.management import call_command
    from django.urls import get_resolver

    call_command("collectstatic", interactive=False, verbosity=0)
    get_resolver().url_patterns  # noqa: B018 - every view is imported once here, seen to be whole, and shared by all processes


def bring_up_tables(*, repair: bool = False) -> None:
    """Bring tables and guards to what this code wants.
    CannotServe if the guards do not stand after that.
    """
    from django.db import connection

    from steward.core.schema import SchemaFault, bring_up

    try:
        bring_up(repair=repair)
    except SchemaFault as fault:
        raise CannotServe(str(fault)) from None
    connection.close()


def open_socket(port: int, host: str = "127.0.0.1") -> socket.socket:
    """The listening socket, opened before anything else starts so that a taken port is said at once.
    CannotServe if it is.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotServe(
            f"Port {port} is not free ({error.strerror}). Choose another: ./office up --port {port + 1}"
        ) from None
    listening.listen(256)
    listening.set_inheritable(True)
    return listening


# --- running ----------------------------------------------------------------------------------------------------------


@dataclass
class Child:
    """One process of ours. ``deaths`` are the moments it died lately; dying again and again ends the whole."""

    name: str
    run: Callable[[], None]
    pid: int = 0
    deaths: list[float] = field(default_factory=list)


def _die_with_parent() -> None:
    """Ask Linux for SIGTERM when the supervisor dies, however it dies (prctl PR_SET_PDEATHSIG);
    elsewhere do without.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)


def _start(child: Child) -> None:
    supervisor = os.getpid()
    child.pid = os.fork()
    if child.pid:
        return
    code = 1
    try:
        _die_with_parent()
        if os.getppid() != supervisor:
            os._exit(0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        child.run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def serve(listening: socket.socket, workers: int = WEB_WORKERS) -> int:
    """Run web server and job worker until SIGTERM or SIGINT; the exit code. Starts what dies again,
    with growing patience.
    """
    from steward.core.webserver import WebServer

    children = [
        Child("web", lambda: WebServer(listening.fileno(), workers, WEB_THREADS).run()),
        Child("jobs", _work),
    ]
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _frame: stopping.append(n))
    for child in children:
        _start(child)
    code = 0
    while not stopping:
        dead = _wait_for_death()
        for child in children:
            if child.pid == dead and not stopping:
                if _too_often(child):
                    sys.stderr.write(f"supervisor: the {child.name} process dies again and again; giving up\n")
                    stopping.append(signal.SIGTERM)
                    code = 1
                    child.pid = 0
                else:
                    _start(child)
    _end(children)
    return code


def _work() -> None:
    from steward.core.jobs.worker import work

    work()


def _wait_for_death() -> int:
    """The pid of a child that ended, 0 after a quarter of a second without one."""
    pid, _status = os.waitpid(-1, os.WNOHANG)
    if not pid:
        time.sleep(0.25)
    return pid


def _too_often(child: Child) -> bool:
    now = time.monotonic()
    child.deaths = [at for at in child.deaths if now - at < 60] + [now]
    time.sleep(min(2.0, 0.1 * 2 ** len(child.deaths)))
    return len(child.deaths) > 6


def _end(children: list[Child]) -> None:
    """SIGTERM to all, SIGKILL to whoever is still there when the grace is over."""
    alive = {child.pid for child in children if child.pid}
    for pid in alive:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < until:
        try:
            dead = _wait_for_death()
        except ChildProcessError:
            return
        alive.discard(dead)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


# --- in the background ------------------------------------------------------------------------------------------------


def launch(data: Path, port: int, listening: socket.socket, lock: int) -> None:
    """Serve in the background, in a session of its own; returns when the first page answers.
    CannotServe if none does.
    """
    log = _log_file(data)
    sys.stdout.flush()
    sys.stderr.flush()
    middle = os.fork()
    if middle == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        running.write_holder(lock, running.Server(os.getpid(), port))
        code = 1
        try:
            code = serve(listening)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.waitpid(middle, 0)
    listening.close()
    os.close(lock)
    if not _answers(data, port):
        running.stop(data)
        raise CannotServe(f"The server does not answer; its log: {data / 'log' / 'server.log'}")


def _log_file(data: Path) -> int:
    folder = data / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "server.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(folder / "server.log.1")
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _answers(data: Path, port: int) -> bool:
    """Whether a page comes back before patience ends; False at once when the server is gone."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if first_page(port):
            return True
        if running.running(data) is None:
            return False
        time.sleep(0.1)
    return False


def first_page(port: int, seconds: float = 5.0) -> bool:
    """Whether the sign-in page answers on this machine's ``port``."""
    ask = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        ask.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return ask.getresponse().status < 500
    except OSError:
        return False
    finally:
        ask.close()
