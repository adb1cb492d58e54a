"""Of all the patterns that match a place, the one that decides; whether others confirm it; whether any shields."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.lookup import Votes
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.tiers import BULK, IMPORTED_TIERS, INFRASTRUCTURE, OVERRIDE, OWN, OWN_TIERS, RANK

# Inside a tier. What two patterns with a path are told apart by comes after the length of their hosts.
_PATH, _EXACT, _SUFFIX = range(3)
# That a bulk list names an accusing class is hearsay; that another says the same confirms it.
_ENOUGH_SOURCES = 2


def votes_table(votes: Votes, class_map: ClassMap) -> pl.DataFrame:
    """Return votes in the order in which they are believed, place by place.

    Returns:
        `place`, `row` (in `ClassMap.lines`), `pattern`, `category`, `source`, `rank` (of the tier).
    """
    lines = class_map.lines.select(pl.all().gather(pl.Series(votes.rows)))
    pattern = pl.col("pattern")
    is_path = pattern.str.contains("/", literal=True)
    kind = pl.when(is_path).then(_PATH).when(pattern.str.starts_with("=")).then(_EXACT).otherwise(_SUFFIX)
    accusing = pl.col("category").cast(pl.String).is_in(list(class_map.accusatory_categories))
    table = (
        pl.DataFrame({"place": votes.places, "row": votes.rows})
        .with_columns(lines.get_columns())
        .with_columns(host=pattern.str.strip_prefix("=").str.splitn("/", 2).struct.field("field_0"))
        .with_columns(length=pl.col("host").str.len_bytes().cast(pl.Int32))
    )
    return (
        table.with_columns(rank=_rank_of_machinery(table, class_map))
        .sort(
            "place",
            "rank",
            kind,
            -pl.col("length"),
            -pattern.str.len_bytes().cast(pl.Int32),
            accusing,  # two lists of one tier that disagree about one pattern: nobody is accused in doubt
            pl.col("category").cast(pl.String),
            "row",
        )
        .drop("host", "length")
    )


def _rank_of_machinery(table: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return the rank of each vote: that of infrastructure where an imported list knows a host of a site as machinery.

    Sites have more hosts that count and advertise than we can know, and to take one for a visit is to be wrong about
    somebody. So what imported lists say of a host *below* a site of our own lists is heard, unless the host's name is
    one that people open. It can only take time away from people.
    """
    imported = pl.col("rank").is_in([RANK[tier] for tier in IMPORTED_TIERS])
    machine = imported & pl.col("category").cast(pl.String).is_in(list(class_map.machine_categories))
    own = pl.col("rank").is_in([RANK[tier] for tier in OWN_TIERS])
    first = pl.col("host").str.splitn(".", 2).struct.field("field_0")
    below = (
        (pl.col("rank").filter(own).min().over("place") == RANK[OWN])
        & (pl.col("length") > pl.col("length").filter(own).max().over("place"))
        & ~first.is_in(class_map.host_labels.front)
    )
    if not table.select(machine.any()).item():
        return table.get_column("rank")
    return table.select(
        pl.when(machine & below).then(pl.lit(RANK[INFRASTRUCTURE], pl.UInt8)).otherwise("rank").alias("rank")
    ).to_series()


def decide(votes: Votes, class_map: ClassMap) -> pl.DataFrame:
    """Return a row for each place that any pattern matches.

    Returns:
        `place`; `row` of the line that decides, and the `rank` of its tier; `rule`, the row in `ClassMap.rules` of
        the best line of our own, which knows the site (null for none); `special`, whether the place is shielded;
        `confirmed`.
    """
    table = votes_table(votes, class_map)
    overrides = class_map.overrides.height
    own = (pl.col("row") >= overrides) & (pl.col("row") < overrides + class_map.rules.height)
    decided = table.group_by("place", maintain_order=True).agg(
        pl.col("row", "category", "rank").first(),
        rule=(pl.col("row").filter(own).first() - overrides).cast(pl.UInt32),
    )
    return decided.join(_shields(table, decided, class_map), on="place", how="left", maintain_order="left").select(
        "place",
        "row",
        "rank",
        "rule",
        special=pl.col("special").fill_null(value=False),
        confirmed=_confirmed(table, decided, class_map),
    )


def _shields(table: pl.DataFrame, decided: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the places that any line shields: masking errs on the safe side, and only an override takes it away."""
    special = table.filter(pl.col("category").cast(pl.String).is_in(list(class_map.special_categories)))
    verdicts = decided.select("place", verdict=pl.col("category"), tier="rank")
    special = special.join(verdicts, on="place").filter(
        (pl.col("tier") != RANK[OVERRIDE]) | (pl.col("rank") == RANK[OVERRIDE])
    )
    # That a hospital is about health is no news about whoever works with its site.
    known = [(name, special) for name, one in class_map.taxonomy.items() for special in one.subject]
    subjects = pl.DataFrame(known, {"verdict": pl.String, "category": pl.String}, orient="row")
    hearsay = pl.col("row") >= class_map.overrides.height + class_map.rules.height
    no_news = (
        special.filter(hearsay)
        .cast({"verdict": pl.String, "category": pl.String})
        .join(subjects, on=["verdict", "category"], how="semi")
    )
    return (
        special.join(no_news.select("place", "row"), on=["place", "row"], how="anti")
        .select("place", special=pl.lit(value=True))
        .unique()
    )


def _confirmed(table: pl.DataFrame, decided: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return for each place decided whether its class is more than what a single bulk list says."""
    accusing = pl.col("category").cast(pl.String).is_in(list(class_map.accusatory_categories))
    doubtful = decided.filter((pl.col("rank") == RANK[BULK]) & accusing).select("place", "category")
    alone = (
        table.join(doubtful, on=["place", "category"], how="semi")
        .group_by("place")
        .agg(sources=pl.col("source").n_unique())
        .filter(pl.col("sources") < _ENOUGH_SOURCES)
    )
    return decided.select(~pl.col("place").is_in(alone.get_column("place").implode())).to_series().alias("confirmed")
