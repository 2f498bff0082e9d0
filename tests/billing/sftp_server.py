"""A clearinghouse's SFTP server inside the test: one folder of this machine, its key, its passwords, and faults by name."""

from __future__ import annotations

import io
import os
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

USER, PASSWORD = "maple", "open sesame"


def private_key() -> str:
    """A fresh Ed25519 key, as ssh-keygen writes it."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


class _Gate(paramiko.ServerInterface):
    def __init__(self, house: Clearinghouse) -> None:
        self.house = house

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == USER and self.house.known is not None and key.get_base64() == self.house.known
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    house: Clearinghouse

    def write(self, offset: int, data: bytes) -> int:
        if self.house.fault == "full":
            return 14  # SSH_FX_NO_SPACE_ON_FILESYSTEM
        if self.house.fault == "failure":
            return paramiko.SFTP_FAILURE
        if self.house.fault == "cut" and offset + len(data) > 100:
            self.house.cut()
            return paramiko.SFTP_FAILURE
        return super().write(offset, data)

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Server(paramiko.SFTPServer):
    """Says of code 14 what servers say that know it."""

    def _send_status(self, request_number: int, code: int, desc: str | None = None) -> None:
        super()._send_status(request_number, code, "No space left on filesystem" if code == 14 else desc)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: _Gate, *args: object, **kwargs: object) -> None:
        self.house = server.house
        super().__init__(server, *args, **kwargs)

    def _path(self, path: str) -> Path:
        return self.house.folder / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> object:
        try:
            rows = []
            for name in os.listdir(self._path(path)):
                row = paramiko.SFTPAttributes.from_stat(os.stat(self._path(path) / name))
                row.filename = name
                rows.append(row)
            return rows
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> object:
        try:
            return paramiko.SFTPAttributes.from_stat(os.stat(self._path(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: object) -> object:
        try:
            file = os.fdopen(os.open(self._path(path), flags, 0o600), "r+b" if flags & (os.O_WRONLY | os.O_RDWR) == os.O_RDWR
                             else "wb" if flags & os.O_WRONLY else "rb")  # fmt: skip
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = _Handle(flags)
        handle.house, handle.readfile, handle.writefile = self.house, file, file
        return handle

    def remove(self, path: str) -> int:
        self.house.removed.append(path)
        return self._try(lambda: os.remove(self._path(path)))

    def rename(self, old: str, new: str) -> int:
        if self._path(new).exists():
            return paramiko.SFTP_FAILURE
        return self._try(lambda: os.rename(self._path(old), self._path(new)))

    def posix_rename(self, old: str, new: str) -> int:
        if not self.house.posix:
            return paramiko.SFTP_OP_UNSUPPORTED
        return self._try(lambda: os.replace(self._path(old), self._path(new)))

    def _try(self, act) -> int:
        try:
            act()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK


@dataclass
class Clearinghouse:
    """Listens on a port of its own until ``stop``. ``fault``: full, failure or cut; ``known``: a public key let in."""

    folder: Path
    key: str = field(default_factory=private_key)
    known: str | None = None
    fault: str = ""
    posix: bool = True
    removed: list[str] = field(default_factory=list)
    port: int = 0
    _stopped: bool = False
    _transports: list[paramiko.Transport] = field(default_factory=list)

    def start(self) -> Clearinghouse:
        for name in ("out", "in"):
            (self.folder / name).mkdir(exist_ok=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    @property
    def host_key(self) -> paramiko.PKey:
        return paramiko.Ed25519Key.from_private_key(io.StringIO(self.key))

    def _serve(self) -> None:
        while not self._stopped:
            try:
                client, _address = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", _Server, _Files)
            self._transports.append(transport)
            try:
                transport.start_server(server=_Gate(self))
            except (paramiko.SSHException, EOFError, OSError):
                transport.close()

    def cut(self) -> None:
        """The line breaks."""
        for transport in self._transports:
            transport.close()

    def stop(self) -> None:
        self._stopped = True
        self._socket.close()
        self.cut()
