"""The configuration: one commented TOML file; every fault is reported at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.definitions.toml_files import read_toml, unknown_keys, wrong_kind
from netaudit.errors import DefinitionError, Problem

_PATH = "a path"
# section → key → kind; paths are relative to the configuration file
_SECTIONS: Mapping[str, Mapping[str, Any]] = {
    "organisation": {"name": str, "handling": str},
    "inputs": {"zone": str, "formats": _PATH},
    "identity": {"directory": _PATH, "registers": _PATH, "realms": dict},
    "time": {"zone": str},
    "policy": {"pack": str, "folder": _PATH},
    "categories": {"folder": _PATH},
    "keys": {"folder": _PATH},
    "retention": {"store": _PATH},
    "dpia": {"reference": str, "review_by": date},
    "reports": {"minimum_group": int},
    "mail": {},
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an organisation has decided; the defaults make a trial run possible without a file."""

    organisation: str = "Your organisation"
    handling: str = "OFFICIAL-SENSITIVE: PERSONAL"
    input_zone: str = "UTC"  # of sources that write no offset
    formats_folder: Path | None = None
    directory: Path | None = None
    registers: Path | None = None
    realms: Mapping[str, str] = field(default_factory=dict)  # realm → the realm it is equal to
    zone: str = "Europe/London"  # civil time of the staff
    policy_pack: str = "leeds"
    policies_folder: Path | None = None
    categories_folder: Path | None = None
    keys_folder: Path | None = None  # None: `keys` beside the reports
    store_folder: Path | None = None  # None: `store` beside the reports
    dpia_reference: str = ""
    dpia_review_by: date | None = None
    minimum_group: int = 8
    path: Path | None = None
    sha256: str = ""


def load_configuration(path: Path | None) -> Configuration:
    """Return the configuration of a file, or the defaults where there is none.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if path is None:
        return Configuration()
    raw = read_toml(path)
    problems = unknown_keys(raw, _SECTIONS, str(path), "section")
    for section, keys in _SECTIONS.items():
        table = raw.get(section, {})
        where = f"{path}, [{section}]"
        if not isinstance(table, dict):
            problems.append(Problem(f"'{section}' is not a section", str(path), f"write [{section}]"))
            continue
        problems += unknown_keys(table, keys, where)
        problems += wrong_kind(
            table, {key: str if kind == _PATH else kind for key, kind in keys.items()}, where
        )
    problems += _bad_values(raw, path)
    if problems:
        raise DefinitionError(problems)

    def value(section: str, key: str, default: Any) -> Any:  # noqa: ANN401 - a TOML value
        return raw.get(section, {}).get(key, default)

    def folder(section: str, key: str) -> Path | None:
        name = value(section, key, None)
        return None if name is None else path.parent / name

    defaults = Configuration()
    return Configuration(
        organisation=value("organisation", "name", defaults.organisation),
        handling=value("organisation", "handling", defaults.handling),
        input_zone=value("inputs", "zone", defaults.input_zone),
        formats_folder=folder("inputs", "formats"),
        directory=folder("identity", "directory"),
        registers=folder("identity", "registers"),
        realms={name.lower(): other.lower() for name, other in value("identity", "realms", {}).items()},
        zone=value("time", "zone", defaults.zone),
        policy_pack=value("policy", "pack", defaults.policy_pack),
        policies_folder=folder("policy", "folder"),
        categories_folder=folder("categories", "folder"),
        keys_folder=folder("keys", "folder"),
        store_folder=folder("retention", "store"),
        dpia_reference=value("dpia", "reference", ""),
        dpia_review_by=value("dpia", "review_by", None),
        minimum_group=value("reports", "minimum_group", defaults.minimum_group),
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _bad_values(raw: Mapping[str, Any], path: Path) -> list[Problem]:
    problems = []
    for section in ("inputs", "time"):
        table = raw.get(section)
        zone = table.get("zone") if isinstance(table, dict) else None
        if isinstance(zone, str) and not _is_zone(zone):
            problems.append(
                Problem(
                    f"unknown time zone '{zone}'", f"{path}, [{section}]", "use a name such as Europe/London"
                )
            )
    for section, keys in _SECTIONS.items():
        table = raw.get(section)
        for key, kind in keys.items():
            name = table.get(key) if isinstance(table, dict) else None
            may_be_made = section in {"keys", "retention"}
            if (
                kind == _PATH
                and isinstance(name, str)
                and not may_be_made
                and not (path.parent / name).exists()
            ):
                problems.append(
                    Problem(
                        f"'{key}' leads to nothing: {name}",
                        f"{path}, [{section}]",
                        "paths start at this file",
                    )
                )
    reports = raw.get("reports")
    smallest = reports.get("minimum_group") if isinstance(reports, dict) else None
    least = Configuration().minimum_group
    if isinstance(smallest, int) and smallest < least:
        problems.append(
            Problem(
                f"'minimum_group' is below {least}",
                f"{path}, [reports]",
                f"use {least} or more: it protects staff",
            )
        )
    return problems


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        return False
    return True
