"""An LDIF export of Active Directory or OpenLDAP as rows of the staff directory."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from netaudit.definitions.csv_tables import Row
from netaudit.definitions.registers.ldif import LdifEntry, read_ldif
from netaudit.definitions.registers.reading import Reader
from netaudit.definitions.toml_files import unknown_keys
from netaudit.errors import Problem

_NO_PEOPLE = {
    "computer": "computers",
    "msds-managedserviceaccount": "service accounts",
    "msds-groupmanagedserviceaccount": "service accounts",
    "group": "groups",
    "groupofnames": "groups",
    "groupofuniquenames": "groups",
    "posixgroup": "groups",
    "contact": "contacts",
}
_PEOPLE = ("user", "person", "organizationalperson", "inetorgperson", "posixaccount", "account")
_DISABLED_BIT = 2  # ADS_UF_ACCOUNTDISABLE of userAccountControl
_NEVER = (0, 0x7FFFFFFFFFFFFFFF)  # accountExpires of accounts that do not expire
_FILETIME_BEGINS = datetime(1601, 1, 1, tzinfo=UTC)
_GENERALIZED_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})?(\d{2})?(?:[.,]\d+)?(Z|[+-]\d{2}(?:\d{2})?)")
_PLAIN_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LAST_YEAR = 2199
_GUIDS = ("objectguid",)


@dataclass(frozen=True, slots=True)
class LdifMapping:
    """Which attributes say what, the first that an entry has; of accounts, all. The defaults are Active Directory's.

    Where an organisation keeps patterns, roles and dates is its own choice: extension attributes, mostly.
    """

    person_id: tuple[str, ...] = ("employeeID", "employeeNumber", "objectGUID", "entryUUID", "uid")
    accounts: tuple[str, ...] = ("sAMAccountName", "userPrincipalName", "mail", "uid")
    team: tuple[str, ...] = ("department", "departmentNumber")
    directorate: tuple[str, ...] = ("division", "businessCategory")
    manager: tuple[str, ...] = ("manager",)
    roles: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ("accountExpires",)
    realm: str = ""  # DOMAIN of sAMAccountName and uid, where the proxy writes DOMAIN\\ann
    disabled: bool = False  # True: disabled accounts are people too


_KEYS = tuple(one.name for one in fields(LdifMapping))


def read_mapping(table: Mapping[str, Any], where: str) -> tuple[LdifMapping, list[Problem]]:
    """Return the mapping that a table of the configuration makes, and what is wrong with it."""
    problems = unknown_keys(table, _KEYS, where)
    told: dict[str, Any] = {}
    for key, value in table.items():
        if key == "realm" and isinstance(value, str):
            told[key] = value.lower()
        elif key == "disabled" and isinstance(value, bool):
            told[key] = value
        elif key in ("realm", "disabled"):
            words = "text" if key == "realm" else "true or false"
            problems.append(Problem(f"'{key}' is not {words}", where, f"write {key} as {words}"))
        elif key in _KEYS:
            names = [value] if isinstance(value, str) else value
            if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
                remedy = f'write {key} = "department", or several in a list'
                problems.append(Problem(f"'{key}' names no attribute", where, remedy))
            else:
                told[key] = tuple(name.strip() for name in names)
    return LdifMapping(**told), problems


def rows_of_ldif(path: Path, mapping: LdifMapping, reader: Reader) -> tuple[list[tuple[str, Row]], dict[str, int]]:
    """Return place and values of each person, as of a row of directory.csv, and how many entries are none, by kind."""
    entries = read_ldif(path, reader.problems)
    skipped: Counter[str] = Counter()
    people: list[LdifEntry] = []
    ids: dict[str, str] = {}
    first: dict[str, str] = {}
    for entry in entries:
        name = distinguished(entry.name)
        if first.setdefault(name, entry.place) != entry.place:
            reader.fault("an entry stands twice", f"{entry.place} and {first[name]}", "keep one")
        kind = _no_person(entry, mapping)
        if kind:
            skipped[kind] += 1
        else:
            people.append(entry)
            ids[name] = _first(entry, mapping.person_id)
    rows = [(entry.place, _row(entry, mapping, ids, reader)) for entry in people]
    return _joined(rows), dict(sorted(skipped.items()))


def _joined(rows: Sequence[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """Return the rows, with what a person has several entries for in one: an account for work, and one to administer.

    Entries that say different things of the person stay apart, and are a fault.
    """
    joined: dict[str, tuple[str, Row]] = {}
    apart = []
    for where, row in rows:
        place, known = joined.setdefault(row["person_id"].lower(), (where, row))
        if place == where:
            continue
        others = [name for name in row if name != "accounts"]
        if any(row[name] not in ("", known[name]) for name in others) or row["ends"] != known["ends"]:
            apart.append((where, row))
        else:
            known["accounts"] = ";".join(dict.fromkeys([*known["accounts"].split(";"), *row["accounts"].split(";")]))
    return [*joined.values(), *apart]


def _no_person(entry: LdifEntry, mapping: LdifMapping) -> str:
    """Return what an entry is that is no person; nothing if it is one."""
    classes = {one.lower() for one in entry.texts("objectClass")}
    for one in sorted(classes):
        if one in _NO_PEOPLE:
            return _NO_PEOPLE[one]
    if any(account.endswith("$") for account in entry.texts("sAMAccountName")):
        return "computers"
    has_account = any(entry.texts(name) for name in mapping.accounts)
    if not (classes & set(_PEOPLE) if classes else has_account):
        return "other entries"
    if not has_account:
        return "people without an account"
    return "disabled accounts" if _is_disabled(entry) and not mapping.disabled else ""


def _is_disabled(entry: LdifEntry) -> bool:
    flags = entry.texts("userAccountControl")
    locked = [*entry.texts("nsAccountLock"), *entry.texts("loginDisabled")]
    return any(one.lstrip("-").isdigit() and int(one[:20]) & _DISABLED_BIT for one in flags) or any(
        one.lower() == "true" for one in locked
    )


def _row(entry: LdifEntry, mapping: LdifMapping, ids: Mapping[str, str], reader: Reader) -> Row:
    person_id = ids[distinguished(entry.name)]
    if not person_id:
        reader.fault("'person_id' is empty", entry.place, "name an attribute in [identity.ldif] that every person has")
    manager = _first(entry, mapping.manager)
    return {
        "person_id": person_id,
        "accounts": ";".join(dict.fromkeys(_accounts(entry, mapping))),
        "team": _first(entry, mapping.team),
        "directorate": _first(entry, mapping.directorate),
        # An unknown name stays: who is somebody's manager, and missing, is for the check of the tree to say.
        "manager": ids.get(distinguished(manager)) or manager,
        "roles": ";".join(one for name in mapping.roles for one in entry.texts(name)),
        "pattern": _first(entry, mapping.pattern),
        "starts": _date(entry, mapping.starts, "starts", reader),
        "ends": _date(entry, mapping.ends, "ends", reader),
    }


def _accounts(entry: LdifEntry, mapping: LdifMapping) -> Iterator[str]:
    for name in mapping.accounts:
        for account in map(str.lower, entry.texts(name)):
            is_bare = mapping.realm and "@" not in account and "\\" not in account
            yield f"{mapping.realm}\\{account}" if is_bare else account
            if is_bare:
                yield account


def _first(entry: LdifEntry, names: Sequence[str]) -> str:
    """Return the first value of the first attribute that an entry has."""
    for name in names:
        if name.lower() in _GUIDS:
            for value in entry.values.get(name.lower(), ()):
                if len(value) == 16:  # noqa: PLR2004  bytes of a GUID, the first three parts little-endian
                    return str(uuid.UUID(bytes_le=bytes(value)))
        texts = entry.texts(name)
        if texts:
            return texts[0]
    return ""


def _date(entry: LdifEntry, names: Sequence[str], column: str, reader: Reader) -> str:
    """Return a date as directory.csv has it; of an account that expires at midnight, the day before."""
    text = _first(entry, names)
    if not text:
        return ""
    readings: tuple[Callable[[str], datetime | date | None], ...] = (_plain, _generalized, _filetime)
    try:
        if text.isdigit() and len(text) < len("9223372036854775808") + 1 and int(text) in _NEVER:
            return ""
        found = next((moment for read in readings if (moment := read(text)) is not None), None)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        remedy = "dates are read as 2026-03-09, as 20260309120000Z, and as Active Directory counts time"
        reader.fault(f"'{column}' is no date or time", entry.place, remedy)
        return ""
    if isinstance(found, datetime):
        instant = timedelta(microseconds=1) if column == "ends" else timedelta(0)
        found = (found - instant).astimezone(reader.zone).date()
    return "" if column == "ends" and found.year > _LAST_YEAR else found.isoformat()


def _plain(text: str) -> date | None:
    return date.fromisoformat(text) if _PLAIN_DATE.fullmatch(text) else None


def _generalized(text: str) -> datetime | None:
    """Return the moment of RFC 4517's generalized time."""
    found = _GENERALIZED_TIME.fullmatch(text)
    if not found:
        return None
    zone = "+00:00" if found[7] == "Z" else f"{found[7][:3]}:{found[7][3:] or '00'}"
    return datetime.fromisoformat(
        f"{found[1]}-{found[2]}-{found[3]}T{found[4]}:{found[5] or '00'}:{found[6] or '00'}{zone}"
    )


def _filetime(text: str) -> datetime | None:
    """Return the moment of a count of 100 ns since 1601; shorter numbers are no dates."""
    if not text.isdigit() or not 17 <= len(text) <= 19:  # noqa: PLR2004  the years 1917 to 30,000
        return None
    return _FILETIME_BEGINS + timedelta(microseconds=int(text) // 10)


def distinguished(name: str) -> str:
    """Return a distinguished name in one form: small letters, no spaces around the signs.

    >>> distinguished("CN=Lee, OU=Staff , DC=example") == distinguished("cn=lee,ou=staff,dc=example")
    True
    """
    parts = re.split(r"(?<!\\),", name)
    return ",".join("=".join(side.strip() for side in part.split("=", 1)) for part in parts).casefold()
