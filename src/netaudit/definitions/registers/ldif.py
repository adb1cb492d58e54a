"""LDIF (RFC 2849) read with every fault and its line: the entries of an export, not changes to one.

Libraries for it stop at the first fault and quote the line they stumble over, which holds a name. They do not say in
which line an entry begins either.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.errors import Problem

# RFC 2849: an attribute's description is a name, or an object identifier, and options after semicolons.
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)((?:;[A-Za-z0-9-]+)*)(::|:<|:)[ ]*(.*)", re.DOTALL)
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_CHANGES = ("changetype", "control")
_TRAILERS = ("search", "result", "ref")  # what ldapsearch writes after the entries, unless it is told -LLL


@dataclass(slots=True)
class LdifEntry:
    """One entry: its name, and the values of each attribute by its name in small letters, without options."""

    place: str  # staff.ldif:12
    name: str  # the distinguished name
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def texts(self, attribute: str) -> list[str]:
        """Return the values of an attribute that are text and not empty."""
        found = []
        for value in self.values.get(attribute.lower(), ()):
            try:
                text = value.decode("utf-8").strip()
            except UnicodeDecodeError:
                continue
            if text:
                found.append(text)
        return found


def read_ldif(path: Path, problems: list[Problem]) -> list[LdifEntry]:
    """Return the entries of an export, as far as they are well formed; the faults are in `problems`.

    Read are folded lines, base64 (`::`), comments, attributes of several values, `version: 1`, the ends of lines of
    any system, and a byte order mark. Change records and values from elsewhere (`:<`) are faults.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(path), "check its permissions"))
        return []
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        problems.append(Problem("not UTF-8 text", str(path), "export it as LDIF, whose text is UTF-8"))
        return []
    entries = []
    for lines in _records(text):
        entry = _entry(path.name, lines, problems)
        if entry:
            entries.append(entry)
    if not entries and not any(problem.where.startswith(f"{path.name}:") for problem in problems):
        problems.append(Problem("there is no entry in it", str(path), "export people as LDIF; each begins with dn:"))
    return entries


def _records(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the lines of each record, unfolded, with the number of the line in which each begins."""
    record: list[tuple[int, str]] = []
    is_comment = False
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line.startswith(" "):  # goes on; what goes on a comment is one
            if not is_comment and record:
                record[-1] = (record[-1][0], record[-1][1] + line[1:])
            elif not is_comment and line.strip():
                record.append((number, line))
            continue
        is_comment = line.startswith("#")
        if is_comment:
            continue
        if line:
            record.append((number, line))
        elif record:
            yield record
            record = []
    if record:
        yield record


def _entry(name: str, lines: Sequence[tuple[int, str]], problems: list[Problem]) -> LdifEntry | None:
    """Return the entry of a record; None where it is none, or was found to be faulty."""
    entry: LdifEntry | None = None
    before = len(problems)
    for number, line in lines:
        where = f"{name}:{number}"
        attribute, value = _attribute(line, where, problems)
        if attribute == "dn":
            if entry is not None:
                problems.append(Problem("an entry has two names", where, "part entries by an empty line"))
            entry = entry or _named(where, value, problems)
        elif entry is not None:
            entry.values.setdefault(attribute, []).append(value)
        elif attribute == "version":
            if value.strip() != b"1":
                problems.append(Problem("LDIF of an unknown version", where, "export it as version 1"))
        elif attribute:
            if attribute not in _TRAILERS and len(problems) == before:
                problems.append(Problem("an entry without a name (dn:)", where, "export the file anew"))
            return None
    return entry if len(problems) == before else None


def _attribute(line: str, where: str, problems: list[Problem]) -> tuple[str, bytes]:
    """Return name, in small letters, and value of an attribute; no name where the line is faulty."""
    found = _LINE.fullmatch(line)
    if not found:
        problems.append(Problem("not LDIF: no attribute and value", where, "export the file anew"))
        return "", b""
    attribute, value = found[1].lower(), _value(found[3], found[4])
    if found[3] == ":<":
        problems.append(Problem("a value stands elsewhere (:<)", where, "export values, not addresses of them"))
    elif attribute in _CHANGES:
        problems.append(Problem("a change, not an entry", where, "export entries, without changetype"))
    elif value is None:
        problems.append(Problem("not LDIF: broken base64", where, "export the file anew"))
    else:
        return attribute, value
    return "", b""


def _value(sign: str, text: str) -> bytes | None:
    """Return a value as it is; None where it is not what its sign says."""
    if sign != "::":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _named(where: str, value: bytes, problems: list[Problem]) -> LdifEntry | None:
    try:
        return LdifEntry(where, value.decode("utf-8"))
    except UnicodeDecodeError:
        problems.append(Problem("the name of an entry is not UTF-8 text", where, "export the file anew"))
        return LdifEntry(where, "")
