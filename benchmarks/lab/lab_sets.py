"""Lab sets: a log of people's days, with the truth of who was reading what.

A set is a folder with access.log (and perhaps access_ext.log, the same requests with referrer and user agent),
truth.csv and people.csv, each of which may be gzipped. hosts.csv, which gives the scorer's class of each host, lies in
it or in one of the three folders above it. manifest.json, and netaudit.toml with a directory and registers, may lie in
it or in the folder above.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from scoring import PERSONAL, TruthRow


@dataclass(frozen=True)
class LabSet:
    """Where a set lies, and what it says."""

    folder: Path

    def log(self, *, ext: bool = False) -> Path:
        """Return the log, or the one with referrer and user agent."""
        return self._own("access_ext.log" if ext else "access.log")

    @cached_property
    def truth(self) -> dict[str, list[TruthRow]]:
        """Return what each person, and each person's machine, did."""
        rows: dict[str, list[TruthRow]] = {}
        for row in _table(self._own("truth.csv")):
            when = (_seconds(row["start"]), _seconds(row["end"]))
            rows.setdefault(row["user"], []).append(TruthRow(*when, row["host"], row["category"], row["kind"]))
        return rows

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Return the accounts of everybody, sorted."""
        return tuple(sorted({row["user"] for row in _table(self._own("people.csv"))} | set(self.truth)))

    @cached_property
    def personal(self) -> frozenset[str]:
        """Return the scorer's classes whose use is personal."""
        hosts = self._above("hosts.csv", 3)
        rows = _table(hosts) if hosts else ()
        return PERSONAL | {row["category"] for row in rows if row["class"] == "personal"}

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Return what is said of the set beside its log; nothing if nothing is."""
        path = self._above("manifest.json", 1)
        return json.loads(path.read_text(encoding="utf-8")) if path else {}

    @property
    def mode(self) -> str:
        """Return what the proxy could see: connect_only, intercepted."""
        return str(self.manifest.get("mode", self.folder.name))

    @property
    def world(self) -> str:
        """Return what kind of days these are."""
        return str(self.manifest.get("world", self.folder.resolve().parent.name))

    @property
    def attributable(self) -> bool:
        """Return whether its accounts are single people's."""
        return bool(self.manifest.get("attributable", True))

    @property
    def configuration(self) -> Path | None:
        """Return the configuration to audit the set with, if it has one."""
        return self._above("netaudit.toml", 1)

    @property
    def ended(self) -> datetime:
        """Return when the last thing of the truth was over."""
        return datetime.fromtimestamp(max(row.end for rows in self.truth.values() for row in rows), UTC)

    def text(self, name: str) -> str:
        """Return the text of one of the set's own files."""
        return _text(self._own(name))

    def _own(self, name: str) -> Path:
        for path in (self.folder / name, self.folder / f"{name}.gz"):
            if path.is_file():
                return path
        raise SystemExit(f"no {name} or {name}.gz in {self.folder}")

    def _above(self, name: str, folders: int) -> Path | None:
        folder = self.folder.resolve()
        places = (folder, *list(folder.parents)[:folders])
        return next((place / name for place in places if (place / name).is_file()), None)


def sets_under(folder: Path) -> list[LabSet]:
    """Return the sets in a folder and in those below it, by world and mode."""
    logs = sorted({path.parent for name in ("access.log", "access.log.gz") for path in folder.rglob(name)})
    if not logs:
        raise SystemExit(f"no access.log or access.log.gz under {folder}")
    return sorted((LabSet(one) for one in logs), key=lambda lab: (lab.world, lab.mode, lab.folder))


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")


def _table(path: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(_text(path), newline=""))


def _seconds(text: str) -> float:
    """Return a time as seconds since 1970: ISO 8601, in UTC where it has no offset, or a number."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
