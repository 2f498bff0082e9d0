"""What may go wrong at a door, told apart: each a refusal with its own code and its own way to mend it.

``unreachable host_key login full folder link own_data other_file too_large broken``
"""

from __future__ import annotations

import errno

from django.utils.translation import gettext as _

from steward.core.refusals import Refused, refuse

FULL = (errno.ENOSPC, errno.EDQUOT)
#: SFTP 3 has no code for a full disk: servers say it in words, OpenSSH only "Failure" (draft-ietf-secsh-filexfer-02, 7).
FULL_WORDS = ("no space", "quota", "disk full", "disk is full")


def unreachable(host: str, why: object) -> Refused:
    return refuse(
        "unreachable", _("%(host)s does not answer: %(why)s.") % {"host": host, "why": why},
        _("Look whether this machine is online and whether the clearinghouse announces a fault; files wait and go later."),
    )  # fmt: skip


def host_key(host: str, shown: str) -> Refused:
    return refuse(
        "host_key", _("%(host)s shows another key than the one you entered: %(shown)s.") % {"host": host, "shown": shown},
        _("Nothing was sent. Ask the clearinghouse by telephone whether it changed its key; enter the new one only then."),
        field="host_key",
    )  # fmt: skip


def login(host: str) -> Refused:
    return refuse(
        "login", _("%s refuses the login.") % host,
        _("Check user name, password and key; clearinghouses lock an account after a few wrong tries."), field="username",
    )  # fmt: skip


def full(where: str) -> Refused:
    return refuse("full", _("There is no room left in %s.") % where, _("Make room there, or ask who keeps it; the file waits."))


def folder(where: str, why: object) -> Refused:
    return refuse(
        "folder", _("%(path)s cannot be used: %(why)s.") % {"path": where, "why": why},
        _("Choose a folder that is there and that you may write to, and make room in it."),
    )  # fmt: skip


def other_file(where: str) -> Refused:
    return refuse("other_file", _("%s is there already with other contents.") % where, _("Choose another folder."))


def too_large(size: int) -> Refused:
    """Told by its size: senders put patients' names into names."""
    message = _("A file of %d MB lies there; at most 64 MB are taken.") % (size // 2**20)
    return refuse("too_large", message, _("Ask the sender for smaller files."))


def link(where: str) -> Refused:
    return refuse(
        "link", _("%s leads elsewhere: it is a link now, or no folder.") % where,
        _("Nothing was put or taken. Ask who changed it; then set the door up anew with the folder itself."),
    )  # fmt: skip


def own_data(where: str) -> Refused:
    return refuse("own_data", _("%s holds Steward's own data.") % where, _("Choose a folder of its own."))


def broken(where: str, why: object) -> Refused:
    return refuse(
        "broken", _("%(where)s broke off: %(why)s.") % {"where": where, "why": why},
        _("It is tried again by itself; tell the clearinghouse if it stays so."),
    )  # fmt: skip


def of_os(error: OSError, where: str) -> Refused:
    """A fault of this machine's folders."""
    return full(where) if error.errno in FULL else folder(where, error.strerror or error)
