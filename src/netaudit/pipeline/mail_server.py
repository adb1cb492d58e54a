"""The mail server of a configuration, and where its password comes from: a file, never a setting or an argument."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from netaudit.definitions.mail import SECURITY, MailSettings
from netaudit.deliver import Server
from netaudit.errors import InputError, Problem

PASSWORD, PASSWORD_FILE = "NETAUDIT_MAIL_PASSWORD", "NETAUDIT_MAIL_PASSWORD_FILE"
_NOT_FOR_OTHERS = stat.S_IRWXO | stat.S_IWGRP  # a service manager hands it over readable by its group
_MOST_BYTES = 1_024


def server_of(settings: MailSettings) -> Server:
    """Return the server that mails go through.

    Raises:
        InputError: there is no password to be had.
    """
    return Server(
        host=settings.server,
        port=settings.port or SECURITY[settings.security],
        implicit_tls=settings.security == "tls",
        user=settings.user,
        password=_password(settings.password_file),
        name=settings.sender.rpartition("@")[2],
        authorities=settings.authorities,
        timeout_seconds=settings.timeout_seconds,
    )


def _password(configured: Path | None) -> str:
    if PASSWORD in os.environ:
        remedy = f"unset it, replace the password (others may have seen it), and use {PASSWORD_FILE}"
        raise InputError(Problem("a password in the environment can be seen by others", PASSWORD, remedy))
    named = os.environ.get(PASSWORD_FILE)
    path = Path(named) if named else configured
    if path is None:
        remedy = f"name the file that holds it: [mail] password_file, or {PASSWORD_FILE}"
        raise InputError(Problem("there is no password for the mail server", "[mail]", remedy))
    # The place is not told where the environment names it: somebody may have put the password itself there.
    where = PASSWORD_FILE if named else str(path)
    try:
        with path.open("rb") as stream:
            state = os.fstat(stream.fileno())
            content = stream.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        remedy = "check the path and its permissions"
        raise InputError(Problem("the password's file cannot be read", where, remedy)) from None
    if state.st_mode & _NOT_FOR_OTHERS:
        remedy = "chmod 600 it, and replace the password: others may have seen it"
        raise InputError(Problem("others can read or change the password's file", where, remedy))
    try:
        password = content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        password = ""
    if not password or len(content) > _MOST_BYTES or not password.isprintable():
        remedy = "write the password and nothing else into it, in one line"
        raise InputError(Problem("the password's file holds no password", where, remedy))
    return password
