"""A clearinghouse's SFTP server as a door. Its key is pinned: a server that shows another one is not spoken to.

Paramiko speaks the protocol (docs/decisions/021). No agent, no known_hosts, no keys of the machine's user: only what the
door itself names. Nothing is deleted there unless the door is told to.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import socket
import stat
from contextlib import suppress
from itertools import pairwise
from typing import Final

import paramiko
from django.utils.translation import gettext as _

from steward.billing.doors import faults
from steward.billing.logic.doors import MOST_BYTES, Seen
from steward.billing.models import Door
from steward.core.refusals import Refused, refuse

CONNECT_SECONDS: Final = 15
ANSWER_SECONDS: Final = 60
#: A server's RSA key signs by newer names than the key's own (RFC 8332).
RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")
LOST: Final = (paramiko.SSHException, EOFError, socket.timeout, ConnectionError)


def fingerprint(key: paramiko.PKey) -> str:
    """As OpenSSH and clearinghouses print it: ``SHA256:`` and base64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def pinned(text: str) -> str:
    """What a person typed as the server's key, made comparable: a fingerprint, or ``ssh-ed25519 AAAA...``.

    Refuses ``host_key`` for what is neither.
    """
    words = text.split()
    if len(words) == 1 and words[0].startswith("SHA256:") and len(words[0]) >= 40:
        return words[0].rstrip("=")
    for kind, body in pairwise(words):
        if kind.startswith(("ssh-", "ecdsa-sha2-")) and _is_base64(body):
            return f"{kind} {body}"
    raise refuse(
        "host_key", _("This is no key of a server."),
        _("Enter its fingerprint (SHA256:...) or the key (ssh-ed25519 AAAA...) as the clearinghouse wrote it to you."),
        field="host_key",
    )  # fmt: skip


def _is_base64(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) >= 32
    except ValueError:
        return False


def agrees(pin: str, key: paramiko.PKey) -> bool:
    """Whether a server's key is the one that was pinned."""
    return pin in (fingerprint(key), f"{key.get_name()} {key.get_base64()}")


def read_key(text: str) -> paramiko.PKey:
    """A private key in OpenSSH or PEM form, without a passphrase. Refuses ``private_key``."""
    kinds: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    for kind in kinds:
        with suppress(paramiko.SSHException, ValueError, IndexError, TypeError):
            return kind.from_private_key(io.StringIO(text))
    raise refuse(
        "private_key", _("This is no private key, or it has a passphrase."),
        _("Paste the whole file, from BEGIN to END; take the passphrase away first (ssh-keygen -p)."), field="private_key",
    )  # fmt: skip


class Sftp:
    """An open connection. ``out`` and ``into`` are the folders at the server."""

    def __init__(self, transport: paramiko.Transport, client: paramiko.SFTPClient, door: Door) -> None:
        self._transport, self._client, self._host = transport, client, door.host
        self._out, self._in = door.out_folder.rstrip("/"), door.in_folder.rstrip("/")

    @classmethod
    def open(cls, door: Door) -> Sftp:
        """Connect, prove the server by its key, log in. Refuses ``unreachable``, ``host_key``, ``login``, ``broken``."""
        key = read_key(door.private_key) if door.private_key else None
        transport = _transport(door)
        try:
            _greet(transport, door)
            _log_in(transport, door, key)
            client = paramiko.SFTPClient.from_transport(transport)
            if client is None:
                raise faults.broken(door.host, _("it offers no files"))
            channel = client.get_channel()
            if channel is not None:
                channel.settimeout(ANSWER_SECONDS)
            return cls(transport, client, door)
        except Refused:
            transport.close()
            raise
        except LOST as lost:
            transport.close()
            raise faults.broken(door.host, _words(lost)) from lost

    def put(self, name: str, data: bytes) -> str:
        path, beside = f"{self._out}/{name}", f"{self._out}/.{name}.part"
        try:
            there = self._size(path)
            if there is not None:
                if there != len(data) or self._client.file(path, "rb").read(MOST_BYTES) != data:
                    raise faults.other_file(path)
                return path
            with self._client.open(beside, "wb") as file:  # not putfo: its writes are not waited for, and a fault loses its name
                file.write(data)
            if self._size(beside) != len(data):
                raise faults.broken(self._host, _("not all bytes arrived"))
            self._rename(beside, path)
        except OSError as error:
            with suppress(OSError, *LOST):
                self._client.remove(beside)
            raise self._of(error, path) from error
        except LOST as lost:
            raise faults.broken(self._host, _words(lost)) from lost
        return path

    def _size(self, path: str) -> int | None:
        try:
            size: int | None = self._client.stat(path).st_size
            return size
        except FileNotFoundError:
            return None

    def _rename(self, beside: str, path: str) -> None:
        """At once where the server can (OpenSSH's extension), by the plain rename else."""
        try:
            self._client.posix_rename(beside, path)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EACCES):
                raise
            self._client.rename(beside, path)

    def seen(self) -> list[Seen]:
        if not self._in:
            return []
        try:
            rows = self._client.listdir_attr(self._in)
        except OSError as error:
            raise self._of(error, self._in) from error
        except LOST as lost:
            raise faults.broken(self._host, _words(lost)) from lost
        files = [row for row in rows if row.st_mode is None or stat.S_ISREG(row.st_mode)]
        found = [Seen(row.filename, row.st_size or 0, row.st_mtime or 0) for row in files]
        return sorted(found, key=lambda one: (one.changed, one.name))

    def get(self, seen: Seen) -> bytes:
        if seen.size > MOST_BYTES:
            raise faults.too_large(seen.size)
        body = io.BytesIO()
        try:
            self._client.getfo(f"{self._in}/{seen.name}", body)
        except OSError as error:
            raise self._of(error, self._in) from error
        except LOST as lost:
            raise faults.broken(self._host, _words(lost)) from lost
        return body.getvalue()

    def remove(self, seen: Seen) -> None:
        try:
            self._client.remove(f"{self._in}/{seen.name}")
        except OSError as error:
            raise self._of(error, self._in) from error
        except LOST as lost:
            raise faults.broken(self._host, _words(lost)) from lost

    def look(self) -> str:
        for path in filter(None, (self._out, self._in)):
            try:
                self._client.listdir_attr(path)
            except OSError as error:
                raise self._of(error, path) from error
            except LOST as lost:
                raise faults.broken(self._host, _words(lost)) from lost
        return _("The server is the one you named, it lets Steward in, its folders are there; %d files lie there.") % len(self.seen())

    def close(self) -> None:
        self._client.close()
        self._transport.close()

    def _of(self, error: OSError, path: str) -> Refused:
        """SFTP knows few codes: what names room is a full disk, what names nothing may be one."""
        words = str(error).lower()
        if any(one in words for one in faults.FULL_WORDS):
            return faults.full(f"{self._host}:{path}")
        if error.errno == errno.ENOENT:
            return faults.folder(f"{self._host}:{path}", _("it is not there"))
        if error.errno == errno.EACCES:
            return faults.folder(f"{self._host}:{path}", _("the login may not use it"))
        return faults.broken(f"{self._host}:{path}", _("the server would not say why; often its disk is full"))


def _transport(door: Door) -> paramiko.Transport:
    try:
        return paramiko.Transport(socket.create_connection((door.host, door.port), CONNECT_SECONDS))
    except OSError as error:
        raise faults.unreachable(door.host, error.strerror or error) from error
    except paramiko.SSHException as error:
        raise faults.unreachable(door.host, error) from error


def _greet(transport: paramiko.Transport, door: Door) -> None:
    """Agree on keys and look at the server's own before anything is said to it."""
    transport.banner_timeout = transport.auth_timeout = CONNECT_SECONDS
    kind = door.host_key.split()[0] if " " in door.host_key else ""
    options = transport.get_security_options()
    # a server with several keys shows the one that was pinned when that is asked for first
    wanted = [one for one in (RSA if kind == "ssh-rsa" else (kind,)) if one in options.key_types]
    options.key_types = tuple(dict.fromkeys([*wanted, *options.key_types]))
    try:
        transport.start_client(timeout=CONNECT_SECONDS)
    except LOST as lost:
        raise faults.unreachable(door.host, _words(lost)) from lost
    key = transport.get_remote_server_key()
    if not agrees(door.host_key, key):
        raise faults.host_key(door.host, fingerprint(key))


def _log_in(transport: paramiko.Transport, door: Door, key: paramiko.PKey | None) -> None:
    """By the key when there is one, and by the password when there is one: some servers ask for both, one after the other."""
    try:
        if key is not None:
            transport.auth_publickey(door.username, key)
        if door.password and not transport.is_authenticated():
            transport.auth_password(door.username, door.password)
    except paramiko.AuthenticationException as error:
        if key is not None and door.password and not transport.is_authenticated():
            _by_password(transport, door)
            return
        raise faults.login(door.host) from error
    if not transport.is_authenticated():
        raise faults.login(door.host)


def _by_password(transport: paramiko.Transport, door: Door) -> None:
    try:
        transport.auth_password(door.username, door.password)
    except paramiko.AuthenticationException as error:
        raise faults.login(door.host) from error


def _words(lost: BaseException) -> str:
    return str(lost) or type(lost).__name__

