"""Stored weeks assessed again with other classes, in memory: which cases would stand, and which would not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from netaudit.assess import assess
from netaudit.contracts import FINDINGS
from netaudit.definitions.dpia import Gate
from netaudit.definitions.periods import days_of
from netaudit.pipeline.case_changes import case_changes
from netaudit.pipeline.days import BESIDE_TABLE, EVENTS_TABLE, VISITS_TABLE, read_day, slices_of
from netaudit.pipeline.stored_weeks import StoredWeeks
from netaudit.pipeline.verdict_changes import KEYS, Verdicts
from netaudit.pipeline.weeks import WHOLE, Rules, beside_of, downloads_of, visits_of
from netaudit.protect import Pseudonyms, new_cases, open_changes, people_table, register_table, shield
from netaudit.store import Commit, Store

CASES = pl.Schema(
    {
        "change": pl.String,  # falls away, changes, is new
        "period": pl.String,
        "finding_id": pl.String,  # null: a new one
        "rule_id": pl.String,
        "category": pl.String,
        "status": pl.String,
        "status_after": pl.String,
        "minutes_low": pl.Float64,
        "minutes_low_after": pl.Float64,
        "minutes": pl.Float64,
        "minutes_after": pl.Float64,
        "people": pl.Int64,  # of a new one: how many people have one by the same rule, with the same status
        "renumbered": pl.Boolean,  # it begins at another moment, and would get another number
    }
)
# Of EVENTS, and where Verdicts have them.
_NEW_COLUMNS = {name: name for name in ("site", "category", "category_match", "host_role")} | {
    "category_source": "source"
}
_ONE_DAY = timedelta(days=1)
_VISITS = (VISITS_TABLE, BESIDE_TABLE)
_WORTH_A_WORD = 0.1  # minutes; what the log teaches about time-outs moves others' visits by seconds
# What a shielded request does not keep, beside what `shield` takes away.
_HIDDEN = ("url_key", "referrer_key", "referrer_domain", "http_response_mime_type", "vendor_category")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of the cases of some weeks."""

    cases: pl.DataFrame  # CASES that are stored and would differ
    new: tuple[tuple[str, str, int], ...]  # rule, status, about how many cases would be new, where that may be told
    withheld: tuple[str, ...]  # why no case is shown
    standing: int | None  # stored cases that were compared; None: none is shown
    left_out: int | None  # stored cases that today's policy, registers or program do not lead to


class Rehearsal(Commit):
    """The tables as they would be if requests had other classes. Nothing is ever written."""

    def __init__(self, store: Store, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        super().__init__(store, 0)
        self._change = change
        self._visits: dict[tuple[str, str, str], pl.DataFrame] = {}

    def put(self, table: str, period: str, part: str, frame: pl.DataFrame) -> None:
        """Keep visits in memory; nobody asks for the rest."""
        if table in _VISITS:
            self._visits[table, period, part] = frame

    def read(
        self, table: str, period: str, part: str, change: Callable[[pl.LazyFrame], pl.LazyFrame] = lambda frame: frame
    ) -> pl.DataFrame | None:
        """Return a part as it would be."""
        if (table, period, part) in self._visits:
            return change(self._visits[table, period, part].lazy()).collect()
        found = super().read(table, period, part, change)
        return self._change(found) if found is not None and table == EVENTS_TABLE else found


def rehearse(weeks: StoredWeeks, found: Verdicts, rules: Rules, gate: Gate) -> Rehearsed:
    """Return what would become of the cases of some weeks, by today's policy and registers.

    Both sides are read and assessed anew, so that nothing but the classes makes a difference.

    Args:
        weeks: an open store.
        found: what was decided about hosts, and what would be.
        rules: policy and registers.
        gate: the DPIA and the day, without which nothing is told of single cases.
    """
    changed = found.differing()
    numbers = frozenset(changed["number"])
    frames, standing, left_out = [pl.DataFrame(schema=CASES)], 0, 0
    for period in weeks.periods:
        stored = weeks.tables.read("findings", period, WHOLE)
        numbered = set() if stored is None else set(stored["finding_id"])
        touched = {day for of, day in found.places if of == period and found.places[of, day] & numbers}
        if not touched:
            standing += len(numbered)
            continue
        days = [day for day in days_of(period) if {day - _ONE_DAY, day, day + _ONE_DAY} & touched]
        before, after = (
            _findings(period, days, Rehearsal(weeks.store, _reclassed(changed, side)), weeks, rules)
            for side in ("before", "after")
        )
        known = before.filter(pl.col("finding_id").is_in(list(numbered)))
        standing += known.height
        left_out += len(numbered) - known.height
        added = after.join(before, on="finding_id", how="anti")  # what today's rules add by themselves is not ours
        frames.append(_differences(period, known, pl.concat([after.join(known, on="finding_id", how="semi"), added])))
    cases = pl.concat(frames)
    return Rehearsed(
        cases=open_changes(cases, gate),
        new=new_cases(cases, rules.suppression),
        withheld=gate.lacks,
        standing=standing if gate.is_open else None,
        left_out=left_out if gate.is_open else None,
    )


def _findings(period: str, days: Iterable[date], tables: Rehearsal, weeks: StoredWeeks, rules: Rules) -> pl.DataFrame:
    """Return the FINDINGS of a week, some days of which are read anew."""
    policy = rules.policy
    for day in days:
        if slices_of(EVENTS_TABLE, period, day, tables):
            read_day(period, day, tables, rules.reconstruction, policy.zone)
    pseudonyms = Pseudonyms(period, weeks.store.keys.key)
    people = people_table(rules.registers, pseudonyms)
    register = register_table(rules.registers, rules.identities, pseudonyms)
    visits, downloads = visits_of(period, tables), downloads_of(period, tables)
    return FINDINGS.at_rest(assess(visits, people, register, policy, downloads, beside_of(period, tables)).findings)


def _reclassed(changed: pl.DataFrame, side: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return what gives EVENTS the classes of one side."""
    new = changed.select(
        pl.col(KEYS).cast(pl.Categorical),
        *(pl.col(f"{side}_{said}").cast(pl.Categorical).alias(f"new_{name}") for name, said in _NEW_COLUMNS.items()),
        new_category_confirmed=f"{side}_confirmed",
        new_shielded=f"{side}_shielded",
    )
    shielded = changed.filter(f"{side}_shielded")["url_domain"].unique().cast(pl.Categorical)

    def change(events: pl.DataFrame) -> pl.DataFrame:
        found = events.join(new, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
        is_new = pl.col("new_shielded").is_not_null()
        found = found.with_columns(
            *(
                pl.when(is_new).then(f"new_{name}").otherwise(name).alias(name)
                for name in (*_NEW_COLUMNS, "category_confirmed")
            ),
            shielded=pl.col("new_shielded").fill_null(value=False),
        )
        if shielded.len():
            hidden = {name: ~pl.col("shielded") for name in _HIDDEN}
            referred = ~pl.col("referrer_domain").is_in(shielded.implode()).fill_null(value=False)
            hidden |= {name: hidden[name] & referred for name in ("referrer_key", "referrer_domain")}
            found = found.with_columns(pl.when(keep).then(name).alias(name) for name, keep in hidden.items())
            found = shield(found)
        return found.select(events.columns)

    return change


def _differences(period: str, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return CASES of a week."""
    found = case_changes(before, after, ("minutes_low", "minutes"), (), _WORTH_A_WORD)
    found = found.with_columns(period=pl.lit(period))
    return pl.concat([pl.DataFrame(schema=CASES), found.select(CASES.names()).cast(CASES)])
