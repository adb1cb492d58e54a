"""Officers' private keys, from their files: read for one command, and kept by nobody."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

from netaudit.custody import Identity, enrolled, is_locked, make_identity, read_identity
from netaudit.definitions.officers import ROLES, Officer
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import InputError, Problem, unwritable

_MOST_BYTES = 65_536
_OTHERS = 0o077
LEAST_LETTERS = 12  # of a passphrase; scrypt makes each guess cost about a second


def read_officer(path: Path, words: Callable[[], str]) -> Identity:
    """Return the private key that a file holds.

    Args:
        path: the file that `netaudit officers new` wrote.
        words: asked for the passphrase, if there is one.

    Raises:
        InputError: it cannot be read, is no such file, or the passphrase is wrong.
    """
    try:
        with path.open("rb") as stream:
            content, mode = stream.read(_MOST_BYTES), os.fstat(stream.fileno()).st_mode
    except OSError as error:
        remedy = "give the file that `netaudit officers new` wrote"
        raise InputError(Problem(f"the key cannot be read: {error.strerror}", str(path), remedy)) from error
    locked = is_locked(content)
    if not locked and stat.S_IMODE(mode) & _OTHERS:
        remedy = f"chmod 600 {path}; others may have seen it: enrol another one"
        raise InputError(Problem("a key without a passphrase is open to others", str(path), remedy))
    try:
        return read_identity(content, words() if locked else "")
    except InputError as error:
        raise InputError([Problem(one.what, str(path), one.remedy) for one in error.problems]) from error


def write_officer(path: Path, name: str, role: str, person_id: str, today: date, words: Callable[[], str]) -> Officer:
    """Write a new private key, and return the officer whose it is, for the file of officers.

    Args:
        path: gets the private key, under a passphrase; it must not be there.
        name: of the officer.
        role: one of ROLES.
        person_id: of the officer in the staff directory; "" if there is none.
        today: the first day in office.
        words: asked for the passphrase.

    Raises:
        InputError: a name or role that cannot be, a passphrase that is too short, or a file that is there.
    """
    problems = []
    name = " ".join(name.split())
    if not name or not name.isprintable():
        problems.append(Problem("that is no name", "--name", "write the name by which colleagues know the officer"))
    if role not in ROLES:
        problems.append(Problem(f"'{role}' is no role of an officer", "--role", did_you_mean(role, ROLES)))
    if not person_id.isprintable():
        problems.append(Problem("that is no identifier", "--person-id", "write it as the staff directory does"))
    if path.exists():
        problems.append(Problem("the file is there already", str(path), "name another; no key is overwritten"))
    if problems:
        raise InputError(problems)
    secret = words()
    if len(secret) < LEAST_LETTERS:
        remedy = f"use {LEAST_LETTERS} letters or more: four or five words are good"
        raise InputError(Problem("the passphrase is too short", "", remedy))
    content, identity = make_identity(secret)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise unwritable(path, error.strerror) from error
    return enrolled(identity, name, role, today, person_id.strip().lower())
