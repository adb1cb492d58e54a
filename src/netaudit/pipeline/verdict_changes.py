"""What of the verdicts in the store another class map would change: hosts, and which requests are of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from netaudit.categorise import categorise
from netaudit.contracts import EVENTS
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.periods import days_of
from netaudit.definitions.policies import Policy
from netaudit.definitions.taxonomy import UNCATEGORISED
from netaudit.definitions.vendor_categories import VENDOR_SOURCE
from netaudit.pipeline.days import EVENTS_TABLE, LABELS_TABLE, slices_of, widened
from netaudit.pipeline.filter_words import reheard
from netaudit.pipeline.pattern_changes import new_paths
from netaudit.pipeline.stored_weeks import StoredWeeks
from netaudit.pipeline.weeks import visits_of
from netaudit.protect import WITHHELD_DOMAIN, ShownSite, SuppressionSettings, attended, busiest_weeks, shown_sites
from netaudit.protect.disclosure import MEASURES

# What a class map decided about a request, and what it knew of the address: the host, by its own pattern the path, and
# what the web filter said.
KEYS = (
    "url_domain", "site", "category", "category_match", "category_source", "host_role", "event_dataset",
    "vendor_category",
)  # fmt: skip
_VERDICT = ("site", "category", "host_role")
_PERSONAL = ("attribution", "user_hash")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Everything that was decided about hosts in some weeks, and what two class maps make of it.

    `table` has a row for each distinct KEYS (stored), with `number`, and of either side (`before_…`, `after_…`) `site`,
    `category`, `host_role`, `category_match`, `source`, `confirmed` and `shielded`; and
    `after_tier` and `after_withheld`.
    """

    table: pl.DataFrame
    places: Mapping[tuple[str, date], frozenset[int]]  # the numbers that occur on each day of a week
    by_path_now: int  # hosts of which the later map has new patterns with a path: what they match cannot be told

    def differing(self) -> pl.DataFrame:
        """Return the rows that the two maps make something different of: class, site, part in it, or doubt."""
        names = (*_VERDICT, "confirmed", "shielded")
        differs = pl.any_horizontal(pl.col(f"before_{name}").ne_missing(pl.col(f"after_{name}")) for name in names)
        return self.table.filter(differs)

    def of_another_class(self) -> pl.DataFrame:
        """Return the rows of another class, or of one that is no longer, or newly, confirmed; none without a name."""
        differs = pl.any_horizontal(
            pl.col(f"before_{name}").ne_missing(pl.col(f"after_{name}")) for name in ("category", "confirmed")
        )
        nameless = pl.any_horizontal(pl.col("before_shielded", "after_shielded", "after_withheld"))
        return self.table.filter(differs, ~nameless)


@dataclass(frozen=True, slots=True)
class HostChange:
    """A host of another class than it was, as far as it may be named."""

    host: str
    before: str  # class, with a word where it is not confirmed
    after: str
    tier: str
    source: str
    period: str  # the week in which most people used it
    shown: ShownSite


def verdicts(weeks: StoredWeeks, before: ClassMap | None, after: ClassMap, known: ClassMap | None) -> Verdicts:
    """Return what was decided about the hosts of some weeks, and what would be.

    Args:
        weeks: an open store.
        before: the map to compare with; None: what is stored counts, whichever map decided it.
        after: the other map.
        known: the map that is taken to have decided what is stored; None: it is not known.
    """
    found: dict[tuple[str, date], pl.DataFrame] = {}
    for period, day, events in _events(weeks, (*KEYS, "category_confirmed")):
        # What stands for names that were withheld says nothing that could be looked up again.
        named = events.filter(~pl.col("url_domain").cast(pl.String).str.ends_with(WITHHELD_DOMAIN))
        keys = _distinct([named.select(pl.col(KEYS).cast(pl.String), "category_confirmed")])
        earlier = found.get((period, day))
        found[period, day] = keys if earlier is None else _distinct([earlier, keys])
    keys = _distinct([EVENTS.empty().select(*KEYS, "category_confirmed"), *found.values()])
    keys = keys.sort(KEYS, nulls_last=False).with_row_index("number")
    numbers = {
        place: frozenset(one.select(KEYS).join(keys, on=KEYS, how="inner", nulls_equal=True)["number"])
        for place, one in found.items()
    }
    stored = keys.select(
        *_VERDICT,
        "category_match",
        confirmed="category_confirmed",
        source="category_source",
        shielded=pl.lit(value=False),
    )
    then = stored if before is None else _decided(keys, before)
    now = _decided(keys, after)
    table = keys.hstack(
        then.select(pl.col(*_VERDICT, "category_match", "source", "confirmed", "shielded").name.prefix("before_"))
    ).hstack(now.select(pl.all().name.prefix("after_")))
    return Verdicts(table, numbers, _hosts_with_new_paths(keys, new_paths(known, after)))


def host_changes(
    found: Verdicts, weeks: StoredWeeks, policy: Policy, settings: SuppressionSettings
) -> tuple[list[HostChange], dict[tuple[str, str], int]]:
    """Return the hosts of another class that may be named; and of all, how many change from one class to another.

    The minutes beside a host are those of visits to its site, in its class of then, by people who opened a page of it.

    Args:
        found: what was decided, and what would be.
        weeks: the same weeks.
        policy: says which visits are shielded.
        settings: thresholds.
    """
    changed = found.of_another_class().with_columns(
        move=pl.concat_str("url_domain", *(_class(side) for side in ("before", "after")), separator="\t")
    )
    numbers = frozenset(changed["number"])
    shown = []
    for period in weeks.periods:
        days = [day for day in days_of(period) if numbers & found.places.get((period, day), frozenset())]
        if not days:
            continue
        seen = attended(visits_of(period, weeks.tables), policy.classes)
        counted = _users(period, days, weeks, changed).join(
            seen.select("user_hash", "site", "category", *MEASURES), on=["user_hash", "site", "category"], how="left"
        )
        measured = (pl.col(name).fill_null(0) for name in MEASURES)
        counted = counted.select("user_hash", pl.col("move").alias("value"), *measured)
        shown.append((period, shown_sites(seen, counted, settings)))
    best = busiest_weeks(shown)
    rows = changed.unique("move", keep="first", maintain_order=True)
    hosts = []
    for row in rows.filter(pl.col("move").is_in(list(best))).iter_rows(named=True):
        host, before, after = row["move"].split("\t")
        hosts.append(HostChange(host, before, after, row["after_tier"], row["after_source"] or "", *best[row["move"]]))
    hosts.sort(key=lambda one: (-one.shown.people, -(one.shown.minutes_high or 0), one.host, one.before))
    moves = Counter(tuple(move.split("\t")[1:]) for move in rows["move"])
    return hosts, {(before, after): count for (before, after), count in sorted(moves.items())}


def _class(side: str) -> pl.Expr:
    doubt = pl.when(f"{side}_confirmed").then(pl.lit("")).otherwise(pl.lit(" (unconfirmed)"))
    return pl.col(f"{side}_category") + doubt


def _events(weeks: StoredWeeks, names: Sequence[str]) -> Iterator[tuple[str, date, pl.DataFrame]]:
    """Yield some columns of a week's events, slice by slice; those of a neighbouring week's days are among them."""
    for period in weeks.periods:
        days = sorted({date.fromisoformat(part[:10]) for of, part in weeks.tables.parts(EVENTS_TABLE) if of == period})
        for day in days:
            for one in slices_of(EVENTS_TABLE, period, day, weeks.tables):
                part = day.isoformat() + one.suffix
                events = weeks.tables.read(EVENTS_TABLE, period, part, lambda events: widened(events).select(names))
                if events is not None:
                    yield period, day, events


def _users(period: str, days: Iterable[date], weeks: StoredWeeks, changed: pl.DataFrame) -> pl.DataFrame:
    """Return who opened pages of changed hosts: `user_hash, move, site, category` (as `attended` has it), distinct."""
    keys = changed.select("move", *KEYS, "category_confirmed")
    frames = [pl.DataFrame(schema={"user_hash": pl.Int64, **dict.fromkeys(("move", "site", "category"), pl.String)})]
    for day in days:
        for one in slices_of(EVENTS_TABLE, period, day, weeks.tables):
            part = day.isoformat() + one.suffix
            events = weeks.tables.read(EVENTS_TABLE, period, part, _users_columns)
            labels = weeks.tables.read(LABELS_TABLE, period, part)
            if events is None or labels is None:
                continue
            own = (pl.col("attribution") == "person") & pl.col("user_hash").is_not_null() & (pl.col("label") == "human")
            people = events.hstack(labels.select(pl.col("label").cast(pl.String))).filter(own)
            people = people.select(pl.col("user_hash").cast(pl.Int64), pl.col(KEYS).cast(pl.String)).unique()
            found = people.join(keys, on=KEYS, nulls_equal=True)
            # `attended` says of what is not confirmed that it has no class.
            as_attended = pl.when("category_confirmed").then("category").otherwise(pl.lit(UNCATEGORISED))
            frames.append(found.select("user_hash", "move", "site", as_attended.alias("category")))
    return pl.concat(frames).unique()


def _users_columns(events: pl.LazyFrame) -> pl.LazyFrame:
    return widened(events).select(*KEYS, *_PERSONAL)


def _distinct(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return each distinct KEYS once; it is confirmed if it always was."""
    return pl.concat(frames).group_by(KEYS).agg(pl.col("category_confirmed").all())


def _decided(keys: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return what a class map makes of what is known of addresses: a path as far as a pattern with a path tells it."""
    by_pattern = ~pl.col("category_source").str.starts_with(VENDOR_SOURCE).fill_null(value=False)
    known_path = pl.when(by_pattern).then("category_match").str.splitn("/", 2).struct.field("field_1")
    urls = keys.select("url_domain", url_path="/" + known_path)
    decided = reheard(categorise(urls, class_map), keys["event_dataset"], keys["vendor_category"], class_map)
    return decided.select(
        *_VERDICT,
        "category_match",
        "shielded",
        "withheld",
        confirmed="category_confirmed",
        tier="category_tier",
        source="category_source",
    )


def _hosts_with_new_paths(keys: pl.DataFrame, paths: Mapping[str, Sequence[str]]) -> int:
    if not paths:
        return 0
    matches = set(keys["category_match"])
    count = 0
    for host in keys["url_domain"].unique():
        text, found = host, False
        while text and not found:
            found = any(pattern not in matches for pattern in paths.get(text, ()))
            text = text.partition(".")[2]
        count += found
    return count
