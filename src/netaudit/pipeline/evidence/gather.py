"""What evidence is made of: the configuration, the ledger, the trail, the weeks' printed figures; read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess import decided
from netaudit.contracts import FINDINGS, PUBLISHED, FileAccount
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officers, load_officers
from netaudit.definitions.periods import is_period
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_words import clause_titles
from netaudit.definitions.registers import Registers
from netaudit.definitions.stored_tables import TABLES
from netaudit.errors import Problem, StoreError
from netaudit.pipeline.audit import load_definitions, titles_of
from netaudit.pipeline.days import EVENTS_TABLE
from netaudit.pipeline.evidence.sources import Coverage, coverage
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.trail_facts import TrailFacts, read_trail
from netaudit.pipeline.forgotten import Forgotten, forgotten_by
from netaudit.pipeline.stores import has_store, keys_folder, open_store, store_folder
from netaudit.pipeline.trails import open_trail
from netaudit.pipeline.validity import validity_warnings
from netaudit.protect import KeyState, SuppressionSettings, decisions_table, key_states
from netaudit.store import Commit, Store

_RUNS = "runs"  # what stands for a week where something belongs to all of them


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A stored table: of which weeks there are files, and how many rows they have."""

    name: str
    periods: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a sheet may be made of. Figures about people are the printed ones, and counts of decisions by week."""

    configuration: Configuration
    out: Path
    now: datetime
    policy: Policy
    class_map: ClassMap
    registers: Registers
    officers: Officers
    settings: SuppressionSettings
    titles: Mapping[str, str]
    validity: tuple[str, ...]
    trail: TrailFacts
    runs: tuple[tuple[datetime, Mapping[str, Any]], ...]  # when each run began, and its facts
    files: tuple[FileAccount, ...]
    tables: tuple[TableFacts, ...]
    keys: tuple[KeyState, ...]
    published: pl.DataFrame  # PUBLISHED of all weeks that are closed, complete and readable
    weeks: tuple[str, ...]  # all weeks of which anything is or was stored
    unread: tuple[str, ...]  # weeks whose figures cannot be read any more
    decided: Mapping[str, tuple[int, int]]  # by week, people with a confirmed and with a withdrawn finding
    coverage: Coverage
    formats: tuple[str, ...] = ()  # that are known

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the organisation."""
        return ZoneInfo(self.configuration.zone)

    @property
    def today(self) -> date:
        """Return the local day."""
        return self.now.astimezone(self.zone).date()

    @property
    def last_run(self) -> Mapping[str, Any]:
        """Return the facts of the last run; nothing where there was none."""
        return self.runs[-1][1] if self.runs else {}

    def runs_of(self, span: Span) -> list[tuple[datetime, Mapping[str, Any]]]:
        """Return the runs of a time."""
        return [one for one in self.runs if span.holds(one[0].astimezone(self.zone).date())]

    def published_of(self, span: Span) -> pl.DataFrame:
        """Return PUBLISHED of the weeks that lie in a time as a whole."""
        mine = span.weeks(tuple(self.published["period"].unique().sort()))
        return self.published.filter(pl.col("period").is_in(mine))

    def words_of(self, table: str) -> str:
        """Return what one row of a stored table is, in words."""
        known = TABLES.get(table)
        return known.row if known else ""

    def kept_for(self, table: str) -> str:
        """Return how long a table is kept, in words."""
        days = self.configuration.retention.days.get(table)
        return f"{days} days" if days else "no time is set"

    def destroyed(self) -> dict[str, list[KeyState]]:
        """Return what was destroyed, by week."""
        found: dict[str, list[KeyState]] = {}
        for one in self.keys:
            if one.state == "destroyed":
                found.setdefault(one.period, []).append(one)
        return found


def gather(configuration: Configuration, out: Path, span: Span, now: datetime, *, with_rows: bool = True) -> Gathered:
    """Return what evidence of a time is made of.

    Trail, officers, staff directory and DPIA may be absent; so may the keys of weeks that were destroyed.

    Args:
        configuration: what the organisation has decided.
        out: where the run wrote.
        span: the time whose logs are looked at.
        now: the moment.
        with_rows: whether stored requests are counted by source and day, which takes time.

    Raises:
        StoreError: there is no store, or it is in use.
        DefinitionError: the configuration cannot be read as a whole.
    """
    if not has_store(configuration, out):
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no store", str(store_folder(configuration, out)), remedy))
    zone = configuration.zone
    today = now.astimezone(ZoneInfo(zone)).date()
    definitions = load_definitions(configuration, today)
    policy = definitions.policy
    trail = read_trail(open_trail(configuration, out), zone)
    store = open_store(configuration, out)
    try:
        tables = Commit(store, store.ledger.next_run())  # reads; it is never applied
        forgotten = forgotten_by(store.keys.marks())
        published, unread = _published(tables, store, forgotten)
        return Gathered(
            configuration=configuration,
            out=out,
            now=now,
            policy=policy,
            class_map=definitions.class_map,
            registers=definitions.registers,
            officers=load_officers(configuration.officers_file),
            settings=SuppressionSettings(threshold=configuration.minimum_group),
            titles=titles_of(definitions.class_map) | clause_titles(policy),
            validity=tuple(validity_warnings(configuration, policy, definitions.class_map, today)),
            trail=trail,
            runs=tuple((datetime.fromisoformat(started), facts) for started, facts in store.ledger.runs()),
            files=tuple(store.ledger.files()),
            tables=tuple(_tables(store)),
            keys=tuple(
                one
                for one in key_states(keys_folder(configuration, out), store.ledger.places())
                if _is_of_tables(one.period)  # others are of sealed names: one for each case
            ),
            published=published,
            weeks=tuple(sorted(_weeks(store) | forgotten.periods)),
            unread=unread,
            decided=_decided(tables, store, forgotten, definitions.registers),
            coverage=coverage(
                span,
                store.ledger.files(),
                tables,
                lambda period: with_rows and _is_readable(store, forgotten, EVENTS_TABLE, period),
                zone,
                today,
            ),
            formats=tuple(one.name for one in definitions.formats),
        )
    finally:
        store.close()


def _is_of_tables(period: str) -> bool:
    return is_period(period) or period.partition("-")[0] == _RUNS


def _weeks(store: Store) -> set[str]:
    return {period for _, period in store.ledger.places() if is_period(period)}


def _is_readable(store: Store, forgotten: Forgotten, table: str, period: str) -> bool:
    return not forgotten.lacks(period, (table,)) and store.keys.has(table, period)


def _published(tables: Commit, store: Store, forgotten: Forgotten) -> tuple[pl.DataFrame, tuple[str, ...]]:
    frames, unread = [PUBLISHED.empty()], set(forgotten.periods)
    for period, part in tables.parts("published"):
        if not _is_readable(store, forgotten, "published", period):
            unread.add(period)
            continue
        frame = tables.read("published", period, part)
        if frame is not None:
            unread.discard(period)
            completed = PUBLISHED.completed(frame)
            if not completed["provisional"].any():
                frames.append(completed)
    return pl.concat(frames), tuple(sorted(unread))


def _decided(tables: Commit, store: Store, forgotten: Forgotten, registers: Registers) -> dict[str, tuple[int, int]]:
    """Return, by week, how many people have a confirmed finding and how many a withdrawn one."""
    decisions = decisions_table(registers)
    found = {}
    for period, part in tables.parts("findings"):
        if not _is_readable(store, forgotten, "findings", period):
            continue
        frame = tables.read("findings", period, part)
        if frame is not None:
            people = decided(FINDINGS.completed(frame), decisions).select("user_hash", pl.col("status").cast(pl.String))
            found[period] = tuple(
                people.filter(status=status)["user_hash"].n_unique() for status in ("confirmed", "withdrawn")
            )
    return {period: (confirmed, withdrawn) for period, (confirmed, withdrawn) in found.items()}


def _tables(store: Store) -> list[TableFacts]:
    places: dict[str, set[str]] = {}
    for table, period in store.ledger.places():
        if not _is_of_tables(period):
            continue
        places.setdefault(table, set()).add(period)
    return [
        TableFacts(
            table,
            tuple(sorted(periods)),
            sum(store.ledger.rows(table, *place) for place in store.ledger.parts(table)),
        )
        for table, periods in sorted(places.items())
    ]
