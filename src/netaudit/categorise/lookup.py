"""Which patterns match: by exact host, by suffix on label boundaries, by path at segment boundaries.

These are loops over distinct hosts, and over distinct beginnings of paths on the few hosts where paths matter.
A dictionary is made once for a class map; joins would make their tables anew for each call and each depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from netaudit.categorise.hosts import LONGEST_HOST
from netaudit.definitions.rule_index import RuleIndex


class Matches(NamedTuple):
    """What patterns say of hosts, or of hosts with the beginning of a path, in their order."""

    rules: list[int | None]  # row of the pattern that decides
    specials: list[bool]  # whether any pattern that matches is of a shielded class


def match_hosts(hosts: Sequence[str | None], index: RuleIndex) -> Matches:
    """Return what the patterns without a path say of each host in normal form."""
    exact, suffixes, shielded = index.exact, index.suffixes, index.special
    if not (exact or suffixes):  # most organisations override nothing
        return Matches([None] * len(hosts), [False] * len(hosts))
    found = Matches([], [])
    for host in hosts:
        rule = exact.get(host) if host is not None else None
        special = rule in shielded
        text, dot = (host, ".") if host is not None and len(host) <= LONGEST_HOST else ("", "")
        while dot:
            row = suffixes.get(text)
            if row is not None:
                rule = row if rule is None else rule
                special |= row in shielded
            _, dot, text = text.partition(".")
        found.rules.append(rule)
        found.specials.append(special)
    return found


def path_depths(hosts: Sequence[str | None], index: RuleIndex) -> list[int]:
    """Return how many segments the longest path has that a pattern is written for, on each host or a parent.

    0 where there is none: the path does not matter.
    """
    depths = index.depths
    if not depths:
        return [0] * len(hosts)
    found = []
    for host in hosts:
        depth = 0
        text, dot = (host, ".") if host is not None and len(host) <= LONGEST_HOST else ("", "")
        while dot:
            if text in depths:
                depth = max(depth, depths[text])
            _, dot, text = text.partition(".")
        found.append(depth)
    return found


def match_paths(spots: Iterable[tuple[str, str]], index: RuleIndex) -> Matches:
    """Return what the patterns with a path say of each host in normal form with the beginning of a path.

    The pattern that decides is that of the longest host, and of those the one with the longest path. The beginnings
    are as `beginnings` returns them.
    """
    paths, depths, shielded = index.paths, index.depths, index.special
    found = Matches([], [])
    for host, beginning in spots:
        rule, special = None, False
        text, dot = host, "."
        while dot:
            if text in depths:
                part, slash = beginning, "/"
                while slash:
                    row = paths.get(f"{text}/{part}/")
                    if row is not None:
                        rule = row if rule is None else rule
                        special |= row in shielded
                    part, slash, _ = part.rpartition("/")
            _, dot, text = text.partition(".")
        found.rules.append(rule)
        found.specials.append(special)
    return found


def beginnings(path: pl.Expr, depth: pl.Expr) -> pl.Expr:
    """Return the first so many segments of each path, without "/" at either end, query or fragment."""
    # In small letters: servers differ, and a shielded page must not slip through in capitals.
    path = path.str.to_lowercase().str.replace(r"[?#].*$", "").str.replace_all("/+", "/")
    return path.str.strip_chars("/").str.split("/").list.head(depth).list.join("/")
