"""From URLs to classes of site."""

from __future__ import annotations

import numpy as np
import polars as pl

from netaudit.categorise.answers import answers
from netaudit.categorise.decide import decide
from netaudit.categorise.hosts import normalised, with_form
from netaudit.categorise.lookup import Votes, beginnings, host_votes, path_depths, path_votes
from netaudit.categorise.names import unwrapped
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.rule_index import spread
from netaudit.definitions.tiers import OVERRIDE


def categorise(urls: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the same rows in the same order with the class of each URL and why.

    Args:
        urls: `url_domain` (host, lower case, no port) and `url_path` (null where only the host is known).
            Should be distinct URLs; other columns are kept.
        class_map: the compiled lists.

    Returns:
        The rows plus `url_registered_domain` (null for addresses and internal names), `site`, `category`,
        `category_match` (the pattern that decided; null for none), `category_tier` and `category_source` (who
        said so), `category_confirmed` (false for an accusing class that a single bulk list names), `host_role`
        (page or asset), `shielded`; `name_tells` (what in its name tells of a special category), and `withheld`
        (a host whose name tells it keeps its class and has a `site` that is everybody's).
        Any text is accepted as a host: what matches nothing is `uncategorised`.
    """
    hosts = normalised(urls.get_column("url_domain").cast(pl.String).alias("given")).select("host")
    places = with_form(hosts.unique("host").with_row_index("place"))
    rows = hosts.join(places.select("host", "place"), on="host", how="left", nulls_equal=True, maintain_order="left")
    place, path = rows.get_column("place"), urls.get_column("url_path").cast(pl.String)
    votes = host_votes(places.get_column("host"), class_map.lines.get_column("pattern"), class_map.index)
    if path.null_count() < path.len():
        places, place, votes = _with_paths(places, place, path, votes, class_map)
    verdicts = places.join(decide(votes, class_map), on="place", how="left", maintain_order="left")
    found = _with_wrapped(answers(verdicts, class_map), places.get_column("host"), class_map)
    return urls.with_columns(found.select(pl.all().gather(place)).get_columns())


def _with_wrapped(found: pl.DataFrame, hosts: pl.Series, class_map: ClassMap) -> pl.DataFrame:
    """Return the answers with those shielded that are translations or copies of sites whose names tell too much."""
    inner = unwrapped(hosts, class_map)
    if inner.null_count() == len(inner):
        return found
    rows = inner.is_not_null().arg_true()
    copied = pl.DataFrame({"url_domain": inner.gather(rows)}).with_columns(url_path=pl.lit(None, pl.String))
    told = categorise(copied, class_map)
    hidden = rows.filter(told.get_column("shielded") | told.get_column("withheld"))
    tier = found.get_column("category_tier").gather(hidden)
    hidden = hidden.filter(tier != OVERRIDE)
    shielded = found.get_column("shielded").scatter(hidden, values=True)
    return found.with_columns(shielded)


def has_path_rules(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return for each host whether its class may depend on the path; of the others it is the host's own."""
    names = normalised(hosts.cast(pl.String).alias("given")).get_column("host")
    return path_depths(names, class_map.index) > 0


def first_segments(class_map: ClassMap) -> list[str]:
    """Return what a path must begin with, in small letters, for any pattern with a path to match it."""
    return list(class_map.index.first_segments)


def _with_paths(
    places: pl.DataFrame, place: pl.Series, path: pl.Series, votes: Votes, class_map: ClassMap
) -> tuple[pl.DataFrame, pl.Series, Votes]:
    """Return the places with those parts of hosts added that a pattern with a path matches, each row's place, votes."""
    hosts = places.get_column("host")
    depth = path_depths(hosts, class_map.index)
    candidates = (
        pl.DataFrame({"whole": place, "path": path, "depth": depth.gather(place)})
        .with_row_index("row")
        .filter((pl.col("depth") > 0) & pl.col("path").is_not_null())
        .select("row", "whole", beginning=beginnings(pl.col("path"), pl.col("depth")))
    )
    spots = candidates.select("whole", "beginning").unique(maintain_order=True)
    found = path_votes(
        hosts.gather(spots.get_column("whole")),
        spots.get_column("beginning"),
        class_map.lines.get_column("pattern"),
        class_map.index,
    )
    kept, number = np.unique(found.places, return_inverse=True)
    parts = spots.select(pl.all().gather(pl.Series(kept))).with_columns(
        place=pl.int_range(pl.len(), dtype=pl.UInt32) + places.height
    )
    moved = candidates.join(parts, on=["whole", "beginning"])
    of_hosts = _copied(votes, parts.get_column("whole").to_numpy(), places.height)
    own = Votes((number + places.height).astype(np.uint32), found.rows)
    added = places.select(pl.exclude("place").gather(parts.get_column("whole"))).with_columns(parts.get_column("place"))
    return (
        pl.concat([places, added.select(places.columns)]),
        place.scatter(moved.get_column("row"), moved.get_column("place")),
        Votes(*map(np.concatenate, zip(votes, of_hosts, own, strict=True))),
    )


def _copied(votes: Votes, wholes: np.ndarray[tuple[int], np.dtype[np.uint32]], first: int) -> Votes:
    """Return the votes of whole hosts for parts of them, which are numbered from `first`."""
    start = np.searchsorted(votes.places, wholes)
    counts = np.searchsorted(votes.places, wholes, side="right") - start
    places = np.repeat(np.arange(first, first + len(wholes), dtype=np.uint32), counts)
    return Votes(places, votes.rows[spread(start, counts)])
