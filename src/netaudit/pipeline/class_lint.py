"""What is wrong or doubtful in the class map: own lists, the organisation's overlay and its overrides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from netaudit.categorise import categorise
from netaudit.definitions.categories import OVERRIDES_FILE, ClassMap, categories_folder
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.overrides import OverrideTerm
from netaudit.definitions.pattern_doubts import Findings, doubts_of_lists, doubts_of_overrides
from netaudit.definitions.policies import load_policy, unclassed
from netaudit.definitions.taxonomy import BUILT_IN
from netaudit.errors import Problem
from netaudit.pipeline.class_status import terms_of
from netaudit.pipeline.days import EVENTS_TABLE
from netaudit.pipeline.stored_weeks import TO_CLASS, open_weeks
from netaudit.pipeline.stores import has_store


def lint(class_map: ClassMap, configuration: Configuration, out: Path, today: date, *, each: bool) -> Findings:
    """Return what is wrong for certain, and what somebody should look at.

    Args:
        class_map: the configuration's.
        configuration: its policy must give every class a use.
        out: where the store is if the configuration does not say; without a store nothing is said of unused overrides.
        today: overrides that have ended before are faults.
        each: whether each superfluous pattern of a list is told.
    """
    terms = terms_of(class_map)
    folders = [configuration.policies_folder] if configuration.policies_folder else []
    policy = load_policy(configuration.policy_pack, folders, configuration.zone)
    found = Findings([*unclassed(policy, frozenset(class_map.taxonomy)), *_never_asked(class_map)], [])
    found += doubts_of_lists(class_map.rules, class_map.taxonomy, each=each)
    found += doubts_of_overrides(class_map.overrides)
    found += _terms(terms, class_map, today)
    found.notes += _overruled(class_map)
    found.notes += _empty_classes(class_map)
    if class_map.overrides.height and has_store(configuration, out):
        found.notes += _unused(class_map, _deciding_patterns(configuration, out))
    return found


def _never_asked(class_map: ClassMap) -> Iterator[Problem]:
    """Yield patterns of lists for what the form of a host decides alone: addresses and internal names."""
    matched = pl.when(pl.col("kind") == "exact").then("host").otherwise("any." + pl.col("host"))
    hosts = class_map.rules.select("pattern", "where", url_domain=matched, url_path=pl.lit(None, pl.String))
    decided = categorise(hosts, class_map).filter(pl.col("category_tier") == "internal")
    for pattern, where in decided.select("pattern", "where").iter_rows():
        remedy = f"put it into {OVERRIDES_FILE}: nothing else is asked about addresses and internal names"
        yield Problem(f"'{pattern}' can never win: an address, or a name that is only known inside", where, remedy)


def _terms(terms: Sequence[OverrideTerm], class_map: ClassMap, today: date) -> Findings:
    found = Findings([], [])
    for term in terms:
        if term.expires is not None and term.expires < today:
            what = f"the override of '{term.pattern}' ended on {term.expires}: it has no effect"
            found.faults.append(Problem(what, term.where, "renew it or take it out"))
        elif term.expires is None and term.category in class_map.accusatory_categories:
            what = f"the override of '{term.pattern}' accuses ({term.category}) and never ends"
            found.notes.append(Problem(what, term.where, "say in 'expires' when somebody is to look at it again"))
    return found


def _overruled(class_map: ClassMap) -> Iterator[Problem]:
    """Yield patterns of the organisation's own lists that one of its overrides takes the word from."""
    shipped = str(categories_folder())
    own = class_map.rules.filter(~pl.col("where").str.starts_with(f"{shipped}/"))
    if own.is_empty() or class_map.overrides.is_empty():
        return
    hosts = own.select("pattern", "where", "category", url_domain="host", url_path="path").rename(
        {"category": "listed"}
    )
    decided = categorise(hosts, class_map).filter(pl.col("category_tier") == "override")
    for pattern, listed, where, match in decided.select("pattern", "listed", "where", "category_match").iter_rows():
        what = f"'{pattern}' ({listed}) never wins: the override of '{match}' decides"
        yield Problem(what, where, "take one of the two out")


def _empty_classes(class_map: ClassMap) -> Iterator[Problem]:
    used = {*class_map.lines["category"].cast(pl.String).unique(), *BUILT_IN, class_map.host_labels.machine_category}
    for name in class_map.taxonomy.keys() - used:
        remedy = f"write {name}.csv, import a list, or take the class out"
        yield Problem(f"class '{name}' has no pattern", "taxonomy.toml", remedy)


def _unused(class_map: ClassMap, patterns: Collection[str]) -> Iterator[Problem]:
    for pattern, where in class_map.overrides.select("pattern", "where").iter_rows():
        if pattern not in patterns:
            what = f"the override of '{pattern}' decided about nothing in the stored weeks"
            yield Problem(what, where, "take it out if it is not needed any more")


def _deciding_patterns(configuration: Configuration, out: Path) -> frozenset[str]:
    """Return every pattern that decided about a request in the store."""
    found: set[str] = set()
    with open_weeks(configuration, out, None, TO_CLASS) as weeks:
        for period, part in weeks.tables.parts(EVENTS_TABLE):
            events = weeks.tables.read(
                EVENTS_TABLE,
                period,
                part,
                lambda events: events.select(pl.col("category_match").cast(pl.String)).unique(),
            )
            found |= set() if events is None else set(events["category_match"].drop_nulls())
    return frozenset(found)
