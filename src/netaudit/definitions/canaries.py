"""Canaries: hosts that no honest list puts into an accusing class, so that a list which does is not believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.definitions.patterns import not_hosts
from netaudit.definitions.taxonomy import Category
from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml
from netaudit.definitions.toml_tables import Shape, Tables
from netaudit.errors import DefinitionError

CANARIES_FILE = "canaries.toml"
_TOP: Shape = {"classes": dict, "doubtful": dict, "sites": dict}


@dataclass(frozen=True, slots=True)
class Canaries:
    """What guards an import; each with the reason why."""

    classes: Mapping[str, str] = field(default_factory=dict)  # of our own lists: all their hosts are canaries
    doubtful: Mapping[str, str] = field(default_factory=dict)  # the same, though honest lists differ about them
    sites: Mapping[str, str] = field(default_factory=dict)  # single hosts, and everything under them


def load_canaries(folders: Iterable[Path], taxonomy: Mapping[str, Category]) -> Canaries:
    """Return the canaries of the last folder of categories that has a file of them; none without one.

    Raises:
        DefinitionError: with every fault of the file.
    """
    found = [path for folder in folders if (path := folder / CANARIES_FILE).is_file()]
    if not found:
        return Canaries()
    document, faults = read_what_is_toml(found[-1])
    tables = Tables(str(found[-1]), faults)
    top = tables.table(document, _TOP, "")
    for key, reasons in top.items():
        for name, reason in reasons.items():
            if not isinstance(reason, str) or not reason:
                tables.fault(f"'{name}' has no reason", key, f"write '{name}' = \"why\"")
    for key in ("classes", "doubtful"):
        for name in top.get(key, {}):
            if name not in taxonomy:
                tables.fault(f"unknown category '{name}'", key, did_you_mean(name, sorted(taxonomy)))
    tables.problems += not_hosts(top.get("sites", {}), tables.place("sites"), suffixes=True)
    if tables.problems:
        raise DefinitionError(tables.problems)
    return Canaries(**top)
