"""The server on this machine: start it, say where it runs, stop it. ``./office up`` and ``./office stop`` are these."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from steward.cli.answer import Answer, Usage
from steward.core import running, supervisor
from steward.core.refusals import refuse

DEFAULT_PORT = 8765


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", nargs="?", default="up", choices=("up", "stop", "ready"))
    parser.add_argument("--port", type=int, help=f"default {DEFAULT_PORT}")
    parser.add_argument("--foreground", action="store_true", help="stay until Ctrl-C")
    parser.add_argument("--repair", action="store_true", help="put back guards that somebody took away")
    parser.add_argument("--empty", action="store_true", help="no demo practice in a new data folder")


def run(args: argparse.Namespace) -> Answer:
    from django.conf import settings

    data = Path(settings.DATA)
    if args.verb == "stop":
        stopped = running.stop(data)
        return Answer({"stopped": stopped}, words="Stopped." if stopped else "Nothing ran here.")
    if args.verb == "ready":
        return _ready(data, demo=not args.empty, repair=args.repair)
    if args.port is not None and not 0 < args.port < 65536:
        raise Usage("--port wants a number from 1 to 65535")
    return _up(data, args)


def _up(data: Path, args: argparse.Namespace) -> Answer:
    there = running.running(data)
    if there is not None:
        return _already(there, args)
    port = args.port or DEFAULT_PORT
    try:
        listening = supervisor.open_socket(port)
        lock = running.take_lock(data, port)
        _bring_up(data, demo=not args.empty, repair=args.repair)
        if args.foreground:
            sys.stderr.write(_where(port) + "\n")
            return Answer({"port": port}, code=supervisor.serve(listening), words="Stopped.")
        supervisor.launch(data, port, listening, lock)
    except running.AlreadyRunning as other:
        return _already(other.server, args)
    except supervisor.CannotServe as reason:
        raise refuse("cannot_serve", str(reason)) from None
    return Answer({"url": f"http://localhost:{port}", "port": port}, words=_where(port))


def _already(there: running.Server | None, args: argparse.Namespace) -> Answer:
    if there is None or args.foreground or (args.port and args.port != there.port):
        where = f" at http://localhost:{there.port}" if there else ""
        raise refuse(
            "already_running", f"A server already runs on this data folder{where}.", "Stop it first: ./office stop"
        )
    url = f"http://localhost:{there.port}"
    return Answer({"url": url, "port": there.port}, words=f"Steward already runs at {url}\n{_links(there.port)}")


def _ready(data: Path, *, demo: bool, repair: bool) -> Answer:
    """Everything but the server: tables, guards, static files, and a practice if there is none."""
    try:
        _bring_up(data, demo=demo, repair=repair)
    except supervisor.CannotServe as reason:
        raise refuse("cannot_serve", str(reason)) from None
    return Answer({"data": str(data)}, words=f"Ready: {data}")


def _bring_up(data: Path, *, demo: bool, repair: bool) -> None:
    """Pages, tables, and on first run the practice; in a new folder it is made, tables and all, while the pages are brought up."""
    new = not os.environ.get("DATABASE_URL") and not (data / "steward.sqlite3").exists()
    making = _make(data, demo=demo) if new else None
    try:
        supervisor.bring_up_pages()
    except BaseException:
        if making is not None:
            making.kill()
        raise
    if making is not None:
        _made(making)
    supervisor.bring_up_tables(repair=repair)
    if not _holds_practice():
        _made(_make(data, demo=demo))
    _note_demo(data)


def _holds_practice() -> bool:
    from django.db import connection

    from steward.core.access.models import Office

    there = Office.objects.exists()
    connection.close()
    return there


def _make(data: Path, *, demo: bool) -> subprocess.Popen[str]:
    """Make the practice in a process of its own, so that the server does not keep its memory."""
    command = [sys.executable, "-m", "steward.cli.main", "init", *(["--demo"] if demo else []), "--data", str(data)]
    # the demo shows its bar; an empty practice's link is said below, with the port it will answer on
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=None if demo else subprocess.PIPE, text=True
    )


def _made(making: subprocess.Popen[str]) -> None:
    _out, said = making.communicate()
    if making.returncode:
        sys.stderr.write(said or "")
        raise supervisor.CannotServe("The practice could not be made; the lines above say why.")


def _note_demo(data: Path) -> None:
    from django.conf import settings

    settings.DEMO = (data / "DEMO").exists()


def _where(port: int) -> str:
    return f"Steward runs at http://localhost:{port}\n{_links(port)}\nStop it: ./office stop"


def _links(port: int) -> str:
    """How to sign in: one-time links in a demo folder, a set-up link for an administrator who has not signed in,
    else the page.
    """
    from django.db import connection

    from steward.cli import links
    from steward.core.access.models import Office

    try:
        office = Office.objects.select_related("administrator").get()
        if not office.demo and office.administrator is not None and office.administrator.has_usable_password():
            return "Sign in there with your passphrase and second factor."
        rows = links.run(argparse.Namespace(username=[], port=port)).data
    finally:
        connection.close()
    head = (
        "Sign in as (one-time links of this demo):"
        if office.demo
        else "Set up the administrator's sign-in with this link:"
    )
    return "\n".join([head, *(f"  {row['user'][:14]:<14} {row['name'][:22]:<22} {row['link']}" for row in rows)])
