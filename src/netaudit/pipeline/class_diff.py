"""Two class maps compared, on paper and by what the store's verdicts and cases would become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.errors import InputError, Problem
from netaudit.pipeline.audit import load_configured_class_map, load_definitions
from netaudit.pipeline.class_maps import find_map, load_kept_map
from netaudit.pipeline.days import reconstruct_settings
from netaudit.pipeline.pattern_changes import other_sites, pattern_changes
from netaudit.pipeline.rehearsal import Rehearsed, rehearse
from netaudit.pipeline.stored_weeks import TO_CLASS, Span, open_weeks
from netaudit.pipeline.stores import store_folder
from netaudit.pipeline.verdict_changes import HostChange, host_changes, verdicts
from netaudit.pipeline.weeks import Rules
from netaudit.protect import Identities, SuppressionSettings
from netaudit.store import Archive


@dataclass(frozen=True, slots=True)
class MapDiff:
    """What would be different with another class map; nothing of it names a person."""

    before: str  # hash
    after: str
    is_latest: bool  # the first map is that of the latest run, and what is stored counts, whichever map decided it
    patterns: pl.DataFrame | None  # CHANGES; None where the first map is not kept
    other_sites: int  # own patterns that keep their class and get another site
    periods: tuple[str, ...]
    left_out: tuple[str, ...]  # weeks whose keys were destroyed
    hosts: Sequence[HostChange]
    moves: Mapping[tuple[str, str], int]  # hosts by class before and after
    by_path_now: int  # hosts about which paths decide now, so that nobody knows
    cases: Rehearsed


def compare_maps(
    configuration: Configuration, out: Path, before: str | None, after: str | None, span: Span | None, now: datetime
) -> MapDiff:
    """Return what would be different; nothing is written.

    Args:
        configuration: where everything is.
        out: where store and keys are if the configuration does not say.
        before: a kept map, by its hash or path; None: what the store holds, and the latest run's map beside it.
        after: a kept map; None: the configuration's, as it is now.
        span: the weeks to look at; None: all.
        now: the moment; expired overrides count no longer.

    Raises:
        NetauditError: a map is not there, the store is in use …
    """
    zone, folder = ZoneInfo(configuration.zone), store_folder(configuration, out)
    today = now.astimezone(zone).date()
    new = load_kept_map(find_map(after, folder), today)[0] if after else load_configured_class_map(configuration, today)
    definitions = load_definitions(configuration, today, new)
    suppression = SuppressionSettings(threshold=configuration.minimum_group)
    identities = Identities(definitions.registers, configuration.realms)
    rules = Rules(
        definitions.policy,
        definitions.registers,
        identities,
        suppression,
        reconstruct_settings(definitions.known_formats.ever),
    )
    with open_weeks(configuration, out, span, TO_CLASS) as weeks:
        if not weeks.periods:
            raise InputError(Problem("no week is stored", str(folder), "run netaudit on some logs first"))
        used = [
            (str(facts["hashes"]["categories"]), datetime.fromisoformat(started).astimezone(zone).date())
            for started, facts in weeks.store.ledger.runs()
        ]
        old = _old_map(before, used, folder, today)
        found = verdicts(weeks, old if before else None, new, old)
        hosts, moves = host_changes(found, weeks, definitions.policy, suppression)
        return MapDiff(
            before=old.sha256 if old else used[-1][0],
            after=new.sha256,
            is_latest=before is None,
            patterns=pattern_changes(old, new) if old else None,
            other_sites=other_sites(old, new) if old else 0,
            periods=weeks.periods,
            left_out=weeks.left_out,
            hosts=hosts,
            moves=moves,
            by_path_now=found.by_path_now,
            cases=rehearse(weeks, found, rules, Gate(configuration.dpia, today)),
        )


def _old_map(wanted: str | None, used: Sequence[tuple[str, date]], folder: Path, today: date) -> ClassMap | None:
    """Return a map as it stood on the day of the last run with it; None where the latest run's is not kept."""
    path = find_map(wanted, folder) if wanted else Archive(folder).folder / f"{used[-1][0]}.zip"
    if wanted is None and not path.is_file():
        return None
    days = [day for sha256, day in used if sha256 == path.stem]
    return load_kept_map(path, days[-1] if days else today)[0]
