"""Where a wrapping key comes from: a file descriptor, or a file that somebody else keeps out of others' sight."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
import struct
from pathlib import Path

from netaudit.errors import Problem, StoreError
from netaudit.protect.keys.wrapping import KEY_BYTES, WrappingKey

_MOST_BYTES = 4_096
_HEX = re.compile(rb"[0-9a-fA-F]{64}")
_LEAST_DIFFERENT = 12  # of 32 random bytes, fewer are different once in 10^20
_FORMS = "give 32 random bytes: raw, as 64 hexadecimal digits, or in base64; openssl rand -hex 32 makes one"
_STANDARD_OUTPUTS = (1, 2)
_OWNERS, _OF_SYSTEMD = 0o600, 0o440
# Of <linux/posix_acl_xattr.h>: version, then entries of tag, permissions and id.
_ACL = "system.posix_acl_access"
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_VERSION = struct.Struct("<I")
_OWNER, _NAMED_USER, _MASK = 0x01, 0x02, 0x10


def wrapping_key(descriptor: int | None, path: Path | None) -> WrappingKey | None:
    """Return the wrapping key that a descriptor or a file holds; None if there is neither.

    Raises:
        StoreError: both are given, it cannot be read, others could read it, or it is no key; never shows what it is.
    """
    if descriptor is not None and path is not None:
        remedy = "choose one: --key-fd (NETAUDIT_KEY_FD), or the file that NETAUDIT_KEY_FILE names"
        raise StoreError(Problem("there are two wrapping keys", f"descriptor {descriptor} and {path}", remedy))
    if descriptor is not None:
        return _parsed(_of_descriptor(descriptor), f"file descriptor {descriptor}")
    return _parsed(_of_file(path), str(path)) if path is not None else None


def _of_descriptor(descriptor: int) -> bytes:
    where = f"file descriptor {descriptor}"
    if descriptor < 0 or descriptor in _STANDARD_OUTPUTS:
        raise StoreError(Problem("no wrapping key can come from there", where, "use 3 or above: --key-fd 3 3< FILE"))
    try:
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            content = b""
            while len(content) <= _MOST_BYTES and (more := stream.read(_MOST_BYTES)):
                content += more
    except OSError as error:
        remedy = "open it for reading before netaudit starts: --key-fd 3 3< FILE"
        raise StoreError(Problem(f"the wrapping key cannot be read: {error.strerror}", where, remedy)) from error
    return content


def _of_file(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            faults = _faults_of_file(descriptor, path)
            if faults:
                raise StoreError(faults)
            return stream.read(_MOST_BYTES + 1)
    except OSError as error:
        said = "it is a symbolic link" if path.is_symlink() else error.strerror
        remedy = "check the path that NETAUDIT_KEY_FILE names; links are not followed"
        raise StoreError(Problem(f"the wrapping key cannot be read: {said}", str(path), remedy)) from error


def _faults_of_file(descriptor: int, path: Path) -> list[Problem]:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        return [Problem("the wrapping key is not a file", str(path), "give a pipe as --key-fd N")]
    faults = []
    if found.st_uid not in {0, os.geteuid()}:
        remedy = "it must be owned by the account that runs netaudit, or by root"
        faults.append(Problem("the wrapping key is somebody else's", str(path), remedy))
    mode = stat.S_IMODE(found.st_mode)
    if mode & ~_OWNERS and not (mode == _OF_SYSTEMD and _is_for_us_alone(descriptor)):
        remedy = f"chmod 600 {path}"
        faults.append(Problem(f"the wrapping key is open to others (mode {mode:04o})", str(path), remedy))
    return faults


def _is_for_us_alone(descriptor: int) -> bool:
    """Return whether group permissions are only the mask of an access list that names our account and no other.

    This is how systemd hands a credential to a service with `User=`: root's file, 0440, with one named user.
    """
    try:
        content = os.getxattr(descriptor, _ACL)
    except OSError:
        return False
    entries = [*_ACL_ENTRY.iter_unpack(content[_ACL_VERSION.size :])]
    others = [
        permissions for tag, permissions, who in entries
        if tag not in {_OWNER, _MASK} and not (tag == _NAMED_USER and who == os.geteuid())
    ]  # fmt: skip
    return bool(entries) and not any(others)


def _parsed(content: bytes, where: str) -> WrappingKey:
    key = content if len(content) == KEY_BYTES else _decoded(content.strip())
    if key is None or len(key) != KEY_BYTES:
        raise StoreError(Problem("not a wrapping key", where, _FORMS))
    if content.isascii() and len(content) == KEY_BYTES and content.decode("ascii").isprintable():
        raise StoreError(Problem("a wrapping key of 32 letters and digits is not random enough", where, _FORMS))
    if len(set(key)) < _LEAST_DIFFERENT:
        raise StoreError(Problem("the wrapping key is not random", where, _FORMS))
    return WrappingKey(key)


def _decoded(text: bytes) -> bytes | None:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text.decode("ascii"))
    try:
        padded = text + b"=" * (-len(text) % 4)
        return base64.b64decode(padded.replace(b"-", b"+").replace(b"_", b"/"), validate=True)
    except binascii.Error:
        return None
