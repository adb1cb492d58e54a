"""The configuration: one commented TOML file; every fault is reported at once."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from netaudit.definitions.downloads import Download, read_downloads
from netaudit.definitions.dpia import Dpia, dpia_of
from netaudit.definitions.dpia_statements import STATEMENTS
from netaudit.definitions.input_folders import InputFolder, read_input_folders
from netaudit.definitions.mail import MailSettings, read_mail
from netaudit.definitions.registers import REGISTERS, LdifMapping
from netaudit.definitions.registers.ldif_directory import read_mapping
from netaudit.definitions.retention import Retention, read_retention
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml, unknown_keys, wrong_kind
from netaudit.errors import DefinitionError, Problem

# Paths are relative to the configuration file. What netaudit makes itself need not be there yet.
_FILE, _FOLDER, _OWN_FOLDER = "a file", "a folder", "a folder that may be made"
_PATHS = (_FILE, _FOLDER, _OWN_FOLDER)
# section → key → kind
_SECTIONS: Mapping[str, Mapping[str, Any]] = {
    "organisation": {"name": str, "handling": str, "controller": str, "dpo": str, "contact": str},
    "inputs": {"zone": str, "formats": _FOLDER, "expansion_limit": int, "folders": list},
    "identity": {
        "directory": _FILE,
        "registers": _FOLDER,
        "realms": dict,
        "ldif": dict,
        "registers_review_by": (date, dict),
    },
    "time": {"zone": str},
    "policy": {"pack": str, "folder": _FOLDER},
    "categories": {"folder": _FOLDER, "imports": _OWN_FOLDER, "downloads": dict},
    "keys": {"folder": _OWN_FOLDER, "officers": _FILE},
    "audit": {"folder": _OWN_FOLDER, "second": _OWN_FOLDER, "stamp_roots": _FILE},
    "cases": {"request_hours": int, "unproven_days": int},
    "retention": {"store": _OWN_FOLDER, "days": int, "certificates": _OWN_FOLDER, "holds": _FILE, "tables": dict},
    "dpia": {"reference": str, "owner": str, "approved": date, "review_by": date, **dict.fromkeys(STATEMENTS, str)},
    "reports": {"minimum_group": int},
    "mail": {
        "recipients": _FILE,
        "sender": str,
        "allowed_domains": list,
        "location": str,
        "subject_prefix": str,
        "summaries": bool,
        "folder": _OWN_FOLDER,
        "server": str,
        "port": int,
        "security": str,
        "user": str,
        "password_file": _FILE,
        "authorities": _FILE,
        "attempts": int,
        "timeout_seconds": int,
        "ledger": _OWN_FOLDER,
    },
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an organisation has decided; the defaults make a trial run possible without a file."""

    organisation: str = "Your organisation"
    handling: str = "OFFICIAL-SENSITIVE: PERSONAL"
    controller: str = ""  # who answers for the processing in law; "": the notice and the annex ask for it
    dpo: str = ""  # how the data protection officer is reached
    contact: str = ""  # where staff ask, object and challenge
    input_zone: str = "UTC"  # of sources that write no offset
    input_zone_is_set: bool = False  # somebody has written it
    input_folders: tuple[InputFolder, ...] = ()  # of whose logs more is known
    formats_folder: Path | None = None
    expansion_limit: int = 200  # how many times its size a compressed log may hold
    directory: Path | None = None
    registers: Path | None = None
    realms: Mapping[str, str] = field(default_factory=dict)  # realm → the realm it is equal to
    ldif: LdifMapping = field(default_factory=LdifMapping)  # which attributes of an LDIF export say what
    registers_review_by: Mapping[str, date] = field(default_factory=dict)  # file name, or "" for all → its review date
    zone: str = "Europe/London"  # civil time of the staff
    policy_pack: str = "leeds"
    policies_folder: Path | None = None
    categories_folder: Path | None = None
    imports_folder: Path = Path("category_lists")  # imported lists; beside the configuration, if there is one
    downloads: Mapping[str, Download] = field(default_factory=dict)  # source → the one address it may come from
    keys_folder: Path | None = None  # None: `keys` beside the reports
    store_folder: Path | None = None  # None: `store` beside the reports
    officers_file: Path | None = None  # who may open what is sealed; None: nothing is sealed, and no name can be opened
    audit_folder: Path | None = None  # None: `audit` beside the reports
    stamp_roots: Path | None = None  # certificates of authorities whose stamps of the trail are believed
    second_folder: Path | None = None  # told the head of the audit trail after each entry
    request_hours: int = 72  # from a request until it lapses
    unproven_days: int = 28  # from a finding until its sealed identity is destroyed, unless somebody asked for it
    key_descriptor: int | None = None  # where the key comes from that wraps the others; never from the file itself
    key_file: Path | None = None
    dpia: Dpia = field(default_factory=Dpia)
    minimum_group: int = 8
    retention_days: int = 28  # from a run until its reports are to be destroyed
    retention: Retention = field(default_factory=Retention)
    certificates_folder: Path | None = None  # None: `certificates` beside the reports
    holds_file: Path | None = None  # weeks and cases that are not to be destroyed
    mail: MailSettings = field(default_factory=MailSettings)
    path: Path | None = None
    sha256: str = ""


_DEFAULTS = Configuration()
_MOST_DAYS = 3660  # ten years: a larger number is a slip of the finger
_MOST_HOURS = 24 * 28  # a request that waits longer is none
_MOST_PEOPLE = 1_000_000
_MOST_EXPANSION = 1_000_000  # no compression reaches it


def load_configuration(path: Path | None) -> Configuration:
    """Return the configuration of a file, or the defaults where there is none.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if path is None:
        return Configuration()
    raw, problems = read_what_is_toml(path)
    problems += unknown_keys(raw, _SECTIONS, str(path), "section")
    for section, keys in _SECTIONS.items():
        table = raw.get(section, {})
        where = f"{path}, [{section}]"
        if not isinstance(table, dict):
            problems.append(Problem(f"'{section}' is not a section", str(path), f"write [{section}]"))
            continue
        problems += unknown_keys(table, keys, where)
        kinds = {key: str if kind in _PATHS else kind for key, kind in keys.items()}
        problems += wrong_kind(table, kinds, where)
        problems += _bad_values(section, {key: table[key] for key in kinds if _fits(table, kinds, key)}, path)
    downloads, faults = read_downloads(raw.get("categories", {}), str(path))
    problems += faults
    identity = raw.get("identity", {})
    table = identity.get("ldif", {}) if isinstance(identity, dict) else {}
    ldif, faults = read_mapping(table if isinstance(table, dict) else {}, f"{path}, [identity.ldif]")
    problems += faults
    inputs = raw.get("inputs", {})
    input_folders, faults = read_input_folders(
        inputs.get("folders", []) if isinstance(inputs, dict) else [], path.parent, str(path)
    )
    problems += faults
    cases = raw.get("cases", {})
    unproven = cases.get("unproven_days") if isinstance(cases, dict) else None
    section = raw.get("retention", {})
    table = section.get("tables", {}) if isinstance(section, dict) else {}
    retention, faults = read_retention(
        table if isinstance(table, dict) else {},
        f"{path}, [retention.tables]",
        unproven if isinstance(unproven, int) else _DEFAULTS.unproven_days,
    )
    problems += faults
    table = raw.get("mail", {})
    mail, faults = read_mail(table if isinstance(table, dict) else {}, f"{path}, [mail]", path.parent)
    problems += faults
    if problems:
        raise DefinitionError(problems)

    def value(section: str, key: str, default: Any) -> Any:  # noqa: ANN401 - a TOML value
        return raw.get(section, {}).get(key, default)

    def folder(section: str, key: str) -> Path | None:
        name = value(section, key, None)
        return None if name is None else path.parent / name

    return Configuration(
        organisation=value("organisation", "name", _DEFAULTS.organisation),
        handling=value("organisation", "handling", _DEFAULTS.handling),
        controller=value("organisation", "controller", ""),
        dpo=value("organisation", "dpo", ""),
        contact=value("organisation", "contact", ""),
        input_zone=value("inputs", "zone", _DEFAULTS.input_zone),
        input_zone_is_set=value("inputs", "zone", None) is not None,
        input_folders=input_folders,
        formats_folder=folder("inputs", "formats"),
        expansion_limit=value("inputs", "expansion_limit", _DEFAULTS.expansion_limit),
        directory=folder("identity", "directory"),
        registers=folder("identity", "registers"),
        realms={name.lower(): other.lower() for name, other in value("identity", "realms", {}).items()},
        ldif=ldif,
        registers_review_by=_review_dates(value("identity", "registers_review_by", {})),
        zone=value("time", "zone", _DEFAULTS.zone),
        policy_pack=value("policy", "pack", _DEFAULTS.policy_pack),
        policies_folder=folder("policy", "folder"),
        categories_folder=folder("categories", "folder"),
        imports_folder=path.parent / value("categories", "imports", _DEFAULTS.imports_folder),
        downloads=downloads,
        keys_folder=folder("keys", "folder"),
        store_folder=folder("retention", "store"),
        officers_file=folder("keys", "officers"),
        audit_folder=folder("audit", "folder"),
        second_folder=folder("audit", "second"),
        stamp_roots=folder("audit", "stamp_roots"),
        request_hours=value("cases", "request_hours", _DEFAULTS.request_hours),
        unproven_days=value("cases", "unproven_days", _DEFAULTS.unproven_days),
        dpia=dpia_of(raw.get("dpia", {})),
        minimum_group=value("reports", "minimum_group", _DEFAULTS.minimum_group),
        retention_days=value("retention", "days", _DEFAULTS.retention_days),
        retention=retention,
        certificates_folder=folder("retention", "certificates"),
        holds_file=folder("retention", "holds"),
        mail=mail,
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _review_dates(value: date | Mapping[str, date]) -> dict[str, date]:
    return {"": value} if isinstance(value, date) else {name.lower(): day for name, day in value.items()}


def _fits(table: Mapping[str, Any], kinds: Mapping[str, Any], key: str) -> bool:
    return key in table and not wrong_kind(table, {key: kinds[key]}, "")


def _bad_values(section: str, table: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the values of a section, all of which are of the right kind."""
    where = f"{path}, [{section}]"
    zone = table.get("zone")
    if zone is not None and not is_time_zone(zone):
        yield Problem(f"unknown time zone '{zone}'", where, zone_hint(zone))
    for key, kind in _SECTIONS[section].items():
        if kind in _PATHS and key in table and (what := _bad_path(path.parent / table[key], kind)):
            yield Problem(f"'{key}' {what}: {table[key]}", where, "paths start at this file")
    yield from _bad_identity(table, where)
    least = _DEFAULTS.minimum_group
    if table.get("minimum_group", least) < least:
        yield Problem(f"'minimum_group' is below {least}", where, f"use {least} or more: it protects staff")
    if table.get("minimum_group", least) > _MOST_PEOPLE:
        yield Problem("'minimum_group' is no number of people", where, f"use {least} to {_MOST_PEOPLE}")
    if not 1 <= table.get("expansion_limit", 1) <= _MOST_EXPANSION:
        yield Problem("'expansion_limit' is no multiple of a file's size", where, f"write 1 to {_MOST_EXPANSION}")
    if not 1 <= table.get("days", 1) <= _MOST_DAYS:
        yield Problem("'days' is no number of days to keep reports for", where, f"write 1 to {_MOST_DAYS}")
    if not 1 <= table.get("request_hours", 1) <= _MOST_HOURS:
        yield Problem("'request_hours' is no time for a request to wait", where, f"write 1 to {_MOST_HOURS}")
    if not 1 <= table.get("unproven_days", 1) <= _MOST_DAYS:
        yield Problem(
            "'unproven_days' is no number of days to keep a sealed name for", where, f"write 1 to {_MOST_DAYS}"
        )


def _bad_identity(table: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for realm, other in table.get("realms", {}).items():
        if not isinstance(other, str):
            remedy = f"write '{realm}' = 'the realm that it is equal to'"
            yield Problem(f"'realms' says no realm for '{realm}'", where, remedy)
    dates = table.get("registers_review_by")
    for name, day in dates.items() if isinstance(dates, dict) else ():
        if name.lower() not in REGISTERS:
            yield Problem(f"'registers_review_by' names no register: '{name}'", where, did_you_mean(name, REGISTERS))
        if not isinstance(day, date) or isinstance(day, datetime):
            remedy = f'write "{name}" = 2027-01-31'
            yield Problem(f"'registers_review_by' has no date for '{name}'", where, remedy)


def _bad_path(path: Path, kind: str) -> str:
    """Return what is wrong with a path; nothing if it is as it should be."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a character that no path may have
        return "" if kind == _OWN_FOLDER else "leads to nothing"
    except OSError as error:
        return f"cannot be followed ({error.strerror})"
    if kind == _FILE:
        return "is a folder, not a file" if stat.S_ISDIR(mode) else ""
    return "" if stat.S_ISDIR(mode) else "is a file, not a folder"
