"""One-time sign-in links: for each persona of a demo, or a new one for a named user."""

from __future__ import annotations

import argparse
import os

from steward.cli.answer import Answer
from steward.core.refusals import refuse


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", nargs="*", help="without one: every persona of a demo, or the administrator")
    parser.add_argument("--port", type=int)


def run(args: argparse.Namespace) -> Answer:
    """Whoever can read the data folder's keys may make links; in a real folder a link leads to setting up a passphrase."""
    from steward.core.access import services as access
    from steward.core.access.models import Office, User
    from steward.core.service import system_call

    office = Office.objects.select_related("administrator").first()
    if office is None:
        raise refuse("no_practice", "This data folder holds no practice yet.", "steward init, or steward init --demo")
    if args.username:
        users = list(User.objects.filter(username__in=args.username))
    elif office.demo:
        users = list(User.objects.filter(username__in=PERSONAS).order_by("id"))
    else:
        users = [office.administrator] if office.administrator else []
    if not users:
        raise refuse("no_user", "There is nobody of that name.", "steward doctor lists who signs in.")
    call = system_call("cli")
    rows = []
    for user in users:
        token = access.make_link(
            call, user=user, fully=office.demo, reusable=office.demo, hours=24 * 30 if office.demo else 72
        )
        rows.append({"user": user.username, "name": user.name, "link": link(token, args.port)})
    return Answer(rows)


PERSONAS = (
    "owner",
    "administrator",
    "assistant",
    "frontdesk",
    "biller",
    "bookkeeper",
    "clinician",
    "auditor",
    "hr",
    "payroll",
)


def link(token: str, port: int | None = None) -> str:
    """The address of a one-time link on this machine."""
    from django.urls import reverse

    return f"http://localhost:{port or os.environ.get('STEWARD_PORT', '8765')}{reverse('signin:link', args=[token])}"
