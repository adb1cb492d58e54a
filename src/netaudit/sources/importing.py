"""An import from end to end: read, put in quarantine, guard, keep; or refuse, and change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from netaudit.definitions.canaries import Canaries
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.imported_lists import IMPORTED
from netaudit.definitions.list_sources import ListSource
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import InputError, Problem
from netaudit.sources.guards import Guarded, Refusal, accepted, refusals, swarms_at_first
from netaudit.sources.keeping import LastVersion, keep, last_version, locked, version_of
from netaudit.sources.limits import Limits
from netaudit.sources.origins import open_content, open_origin
from netaudit.sources.quarantine import quarantine
from netaudit.sources.reading import Reading, read_source
from netaudit.sources.settings import GuardSettings
from netaudit.sources.tree import Tree

_FIRST_DAY = datetime(2001, 1, 1, tzinfo=UTC).timestamp()  # archives packed without times say 1970 or 1980


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched from an address, and is checked."""

    data: bytes
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One class of the source: its rows now, in the last version, and as the adapter expects."""

    upstream: str
    category: str
    rows: int
    before: int | None = None
    expected: int | None = None


@dataclass(frozen=True, eq=False)
class ImportReport:
    """What an import found and did."""

    source: ListSource
    reading: Reading  # every line of the origin is accounted for in it
    classes: tuple[ClassCount, ...]
    rows: Mapping[str, int]  # by category, of the new version
    quarantined: pl.DataFrame  # quarantine.QUARANTINED
    version: str
    previous: str | None  # the version that was live
    refusals: tuple[Problem, ...] = ()  # if there are any, nothing was changed
    accepted: Mapping[str, str] = field(default_factory=dict)  # category → the reason of a person
    warnings: tuple[str, ...] = ()
    is_live: bool = False  # false for a trial, and where it was refused
    upstream_date: date | None = None


def import_list(
    source: ListSource,
    origin: Path | Fetched,
    folder: Path,
    class_map: ClassMap,
    now: datetime,
    *,
    canaries: Canaries,
    accept: Mapping[str, str] | None = None,
    dry_run: bool = False,
    settings: GuardSettings | None = None,
) -> ImportReport:
    """Return what an import of a foreign list found; the version is live unless it was refused.

    Args:
        source: the adapter.
        origin: a file, an archive, a folder, or what was fetched.
        folder: of imported lists.
        class_map: our own lists, which guard it.
        now: the moment of the import, with a zone.
        canaries: hosts that no honest list accuses.
        accept: the source's classes (or our categories) whose change of size a person has looked at → why it is right.
        dry_run: whether to find out only, and change nothing.
        settings: the guards' thresholds.

    Raises:
        InputError: the origin cannot be read or must not be, or `accept` names a class that there is not.
        DefinitionError: the register of live versions is damaged.
        StoreError: the folder cannot be written to; the old version is live.
    """
    settings = settings or GuardSettings()
    accept = _accepted_classes(source, accept or {})
    limits = Limits(most_bytes=source.most_megabytes << 20, most_members=source.most_files)
    tree = _tree(origin, limits)
    reading = read_source(source, tree)
    kept, quarantined = quarantine(reading.rows, class_map, canaries)
    trial = _Trial(source, tree, reading, kept, quarantined, class_map, settings, accept, now)
    before = last_version(folder, source.name)
    report = trial.report(before)
    if dry_run or report.refusals:
        return report
    with locked(folder):
        now_live = last_version(folder, source.name)
        if (now_live and now_live.about) != (before and before.about):  # another import came first
            report = trial.report(now_live)
        if report.refusals:
            return report
        keep(folder, source.name, kept.select(IMPORTED.names()), trial.entry(report, now_live))
    return replace(report, is_live=True)


def _tree(origin: Path | Fetched, limits: Limits) -> Tree:
    if isinstance(origin, Path):
        return open_origin(origin, limits)
    return open_content(origin.data, origin.name, limits, origin.url)


def _accepted_classes(source: ListSource, accept: Mapping[str, str]) -> dict[str, str]:
    """Return the reasons by the source's classes."""
    found: dict[str, str] = {}
    problems = []
    for name, reason in accept.items():
        upstream = [name] if name in source.classes else [one for one, ours in source.classes.items() if ours == name]
        if not upstream:
            hint = did_you_mean(name, source.classes)
            problems.append(Problem(f"{source.name} has no class '{name}' to accept", "--accept", hint))
        if not reason.strip():
            problems.append(
                Problem(f"'{name}' is accepted without a reason", "--accept", f"write {name}=why it is right")
            )
        found |= dict.fromkeys(upstream, reason.strip())
    if problems:
        raise InputError(problems)
    return found


@dataclass(frozen=True, eq=False)
class _Trial:
    """A new version that is not live yet."""

    source: ListSource
    tree: Tree
    reading: Reading
    kept: pl.DataFrame
    quarantined: pl.DataFrame
    class_map: ClassMap
    settings: GuardSettings
    accept: Mapping[str, str]
    now: datetime

    def report(self, before: LastVersion | None) -> ImportReport:
        """Return what is to be said of it beside the version that is live."""
        rows = before.rows if before else None
        guarded = Guarded(
            self.source, self.tree.where, self.reading, self.kept, self.quarantined, rows, self.class_map,
            self.settings, self._baseline(before)["rows"] if before else {},
        )  # fmt: skip
        found = refusals(guarded)
        lifted = accepted(found, self.accept, self.source)
        return ImportReport(
            source=self.source,
            reading=self.reading,
            classes=tuple(self._classes(rows)),
            rows=dict(self.kept.group_by("category").len().sort("category").iter_rows()),
            quarantined=self.quarantined,
            version=version_of(self.kept),
            previous=before.about.version if before else None,
            refusals=tuple(one.problem for one in found if one.upstream not in self.accept),
            accepted=lifted,
            warnings=(*self._warnings(found, before), *(swarms_at_first(guarded) if rows is None else ())),
            upstream_date=self._upstream_date(),
        )

    def entry(self, report: ImportReport, before: LastVersion | None) -> dict[str, Any]:
        """Return what the register of live versions says of it."""
        source = self.source
        return {
            "tier": source.tier,
            "imported_at": self.now.astimezone(UTC).isoformat(),
            "upstream_date": report.upstream_date.isoformat() if report.upstream_date else None,
            "title": source.title,
            "homepage": source.homepage,
            "licence": source.licence,
            "attribution": source.attribution,
            "stale_after_days": source.stale_after_days,
            "rows": report.rows,
            "quarantined": self.quarantined.height,
            "accepted": report.accepted,
            "baseline": self._baseline(before),
        }

    def _classes(self, rows: pl.DataFrame | None) -> list[ClassCount]:
        now = dict(self.kept.group_by("upstream").len().iter_rows())
        before = {} if rows is None else dict(rows.group_by("upstream").len().iter_rows())
        return [
            ClassCount(name, category, now.get(name, 0), before.get(name), self.source.expected.get(name))
            for name, category in self.source.classes.items()
        ]

    def _baseline(self, before: LastVersion | None) -> dict[str, Any]:
        """Return the sizes that drift is measured by: new ones when they are old, or a person accepted others."""
        now = {one.upstream: one.rows for one in self._classes(None) if one.rows}
        kept = before.baseline if before else {}
        old = datetime.fromisoformat(kept["at"]) if "at" in kept else None
        if old is None or self.now - old > timedelta(days=self.settings.drift_days):
            return {"at": self.now.astimezone(UTC).isoformat(), "rows": now}
        rows = {**now, **kept["rows"], **{name: count for name, count in now.items() if name in self.accept}}
        return {"at": kept["at"], "rows": rows}

    def _warnings(self, found: list[Refusal], before: LastVersion | None) -> list[str]:
        warnings = []
        if before and before.rows is None:
            warnings.append("the last version's file is damaged: sizes are measured by the adapter's expectation")
        absent = [name for name in self.source.classes if not self.reading.rows.filter(upstream=name).height]
        if absent:
            warnings.append(f"nothing is in it of: {', '.join(absent)}")
        if self.reading.dangling:
            warnings.append(f"{self.reading.dangling} links in it lead to nothing")
        if self.accept and not self.accept.keys() & {one.upstream for one in found}:
            warnings.append(f"there was nothing to accept in: {', '.join(sorted(self.accept))}")
        return warnings

    def _upstream_date(self) -> date | None:
        seconds = self.tree.modified
        if seconds is None or not _FIRST_DAY <= seconds <= self.now.timestamp():
            return None
        return datetime.fromtimestamp(seconds, UTC).date()
