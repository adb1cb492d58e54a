"""Which patterns match: by exact host, by suffix on label boundaries, by path at segment boundaries."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from netaudit.categorise.hosts import LONGEST_HOST


def with_host_rules(
    hosts: pl.DataFrame, rules: pl.DataFrame, special: Iterable[str], tier: str
) -> pl.DataFrame:
    """Add each host's best pattern without a path, whether its chain is special, and if paths may matter.

    The columns are `<tier>_rule` (the pattern; null for none), `<tier>_special` and `<tier>_paths`.
    """
    host = hosts.get_column("host")
    ends = suffixes(host, depths(rules))
    suffix_rules = rules.filter(kind="suffix")
    chain = pl.DataFrame(
        [
            _look_up(host, rules.filter(kind="exact")).alias("exact"),
            *(_look_up(ends[depth], suffix_rules).alias(str(depth)) for depth in sorted(ends, reverse=True)),
        ]
    )
    return hosts.with_columns(
        chain.select(pl.coalesce(pl.all()).alias(f"{tier}_rule")).to_series(),
        _any_of(chain, _special(rules, special)).alias(f"{tier}_special"),
        under_path_rules(host, rules).alias(f"{tier}_paths"),
    )


def with_path_rules(
    rows: pl.DataFrame, rules: pl.DataFrame, special: Iterable[str], tier: str
) -> pl.DataFrame:
    """Let a pattern with a path, where one matches `host` and `path`, take the place of the host's own."""
    path_rules = rules.filter(kind="path")
    rows = rows.with_row_index("row")
    candidates = rows.filter(pl.col(f"{tier}_paths") & pl.col("path").is_not_null())
    if path_rules.is_empty() or candidates.is_empty():
        return rows.drop("row")
    # Compared in small letters: servers differ, and a shielded page must not slip through in capitals.
    path = candidates.get_column("path").str.to_lowercase()
    parts = path.str.replace(r"[?#].*$", "").str.replace_all("/+", "/").str.strip_chars("/").str.split("/")
    longest = int(path_rules.get_column("path").str.count_matches("/").to_numpy().max()) - 1
    prefixes = [parts.list.head(depth).list.join("/") for depth in range(longest, 0, -1)]
    ends = suffixes(candidates.get_column("host"), depths(path_rules))
    chain = pl.DataFrame(
        [
            _look_up(ends[labels] + "/" + prefix + "/", path_rules).alias(f"{labels} {number}")
            for labels in sorted(ends, reverse=True)
            for number, prefix in enumerate(prefixes)
        ]
    )
    matched = candidates.select("row").with_columns(
        chain.select(pl.coalesce(pl.all()).alias("path_rule")).to_series(),
        _any_of(chain, _special(path_rules, special)).alias("path_special"),
    )
    return (
        rows.join(matched, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("path_rule", f"{tier}_rule").alias(f"{tier}_rule"),
            pl.col(f"{tier}_special") | pl.col("path_special").fill_null(value=False),
        )
        .drop("row", "path_rule", "path_special")
    )


def under_path_rules(hosts: pl.Series, rules: pl.DataFrame) -> pl.Series:
    """Return for each host in normal form whether a pattern with a path is written for it or for a parent."""
    path_rules = rules.filter(kind="path")
    if path_rules.is_empty():
        return pl.repeat(value=False, n=hosts.len(), eager=True)
    ends = suffixes(hosts, depths(path_rules))
    frame = pl.DataFrame([end.alias(str(depth)) for depth, end in ends.items()])
    return _any_of(frame, path_rules.get_column("host").unique())


def depths(rules: pl.DataFrame) -> list[int]:
    """Return how many labels the hosts of suffix and path patterns have, each number once, rising."""
    hosts = rules.filter(pl.col("kind") != "exact").get_column("host")
    return (hosts.str.count_matches(".", literal=True) + 1).unique().sort().to_list()


def suffixes(hosts: pl.Series, labels: Iterable[int]) -> dict[int, pl.Series]:
    """Return the last so many labels of each host, by their number; null for texts too long to be a name.

    A host with fewer labels is given whole: it may then match only as the whole, which is right.
    """
    usable = hosts.to_frame("host").select(
        pl.when(pl.col("host").str.len_bytes() <= LONGEST_HOST).then("host")
    )
    parts = usable.to_series().str.split(".")
    return {number: parts.list.tail(number).list.join(".") for number in labels}


def _look_up(texts: pl.Series, rules: pl.DataFrame) -> pl.Series:
    """Return for each text the pattern whose key it is, or null."""
    key = pl.when(pl.col("kind") == "path").then("pattern").otherwise("host")
    table = rules.select(key.alias("text"), "pattern")
    found = texts.to_frame("text").join(table, on="text", how="left", maintain_order="left")
    return found.get_column("pattern")


def _special(rules: pl.DataFrame, special: Iterable[str]) -> pl.Series:
    return rules.filter(pl.col("category").is_in(list(special))).get_column("pattern")


def _any_of(frame: pl.DataFrame, texts: pl.Series) -> pl.Series:
    """Return whether any column of each row is one of the texts."""
    return frame.select(
        pl.any_horizontal(pl.all().is_in(texts.implode()).fill_null(value=False)).alias("any")
    ).to_series()
