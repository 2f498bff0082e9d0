"""How a message travels. A transport either returns or raises; it is asked again when it raised."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from steward.core.outbox.models import Message
from steward.core.outbox.states import Kind
from steward.core.vault.keyring import write_private

SMTP_SECONDS = 20


def folder() -> Path:
    """Where the file transport writes."""
    return Path(settings.DATA) / "outbox"


def to_file(message: Message) -> None:
    """One text file a message, named by day and uid, so that a repeat overwrites itself."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [
        f"Kind: {message.kind}",
        f"To: {message.to}",
        f"Subject: {message.subject}",
        f"Date: {format_datetime(message.queued_at)}",
        f"Message-ID: {message_id(message)}",
        "",
        message.body,
        "",
    ]
    name = f"{message.queued_at:%Y-%m-%d}-{message.kind}-{message.uid}.txt"
    write_private(folder() / name, "\n".join(lines).encode())


def to_smtp(message: Message) -> None:
    """By the server of ``STEWARD_SMTP_HOST``."""
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
        connection=get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=SMTP_SECONDS),
    )
    mail.send(fail_silently=False)


def message_id(message: Message) -> str:
    """The same at every attempt, so that the recipient's programme can tell a repeat."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{message.uid}@{domain}>"


def transport_for(kind: Kind) -> Callable[[Message], None]:
    """Mail goes by SMTP when a server is set; everything else, and mail without one, goes into files."""
    return to_smtp if kind is Kind.MAIL and settings.EMAIL_HOST else to_file
