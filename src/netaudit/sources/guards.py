"""Guards: why a version of a foreign list is not believed, with the rows that show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.list_sources import ListSource
from netaudit.definitions.public_suffixes import registered_domains
from netaudit.errors import Problem
from netaudit.sources.own_lists import is_at_or_under
from netaudit.sources.reading import Reading
from netaudit.sources.settings import GuardSettings

_ACCEPT = "look at the rows; if the change is right, import it with --accept '{}=why it is right'"
_TOLD = ("domain", "len", "upstream")
_NEVER = "this cannot be accepted: look at the rows, and tell {homepage} if they are wrong"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a version is not taken."""

    problem: Problem
    upstream: str = ""  # the class whose change of size a person may accept; "" if nobody may


@dataclass(frozen=True, eq=False)
class Guarded:
    """What guards look at."""

    source: ListSource
    where: str  # the origin
    reading: Reading
    kept: pl.DataFrame  # ROWS without those in quarantine
    quarantined: pl.DataFrame  # QUARANTINED
    before: pl.DataFrame | None  # IMPORTED rows of the last version
    class_map: ClassMap
    settings: GuardSettings
    baseline: Mapping[str, int] = field(default_factory=dict)  # rows by class when steps began to be counted


def refusals(one: Guarded) -> list[Refusal]:
    """Return every reason for which the version must not become live."""
    return [
        *_nothing(one),
        *_canaries(one),
        *_missing(one),
        *_sizes(one),
        *_exchanged(one),
        *_swarms(one),
        *_copies(one),
        *_disagreement(one),
        *_must_haves(one),
    ]


def _never(one: Guarded, what: str) -> Refusal:
    return Refusal(Problem(what, one.where, _NEVER.format(homepage=one.source.homepage)))


def _unless_accepted(one: Guarded, upstream: str, what: str) -> Refusal:
    return Refusal(Problem(what, one.where, _ACCEPT.format(upstream)), upstream)


def _nothing(one: Guarded) -> Iterator[Refusal]:
    if one.reading.rows.is_empty():
        what = f"no line of {one.reading.lines:,} is a row of a class that is taken"
        yield Refusal(Problem(what, one.where, "check that it is the list, whole, and in the syntax of the adapter"))


def _canaries(one: Guarded) -> Iterator[Refusal]:
    total = one.reading.rows.height
    settings = one.settings
    canaries = one.quarantined.filter("is_canary")
    if canaries.height > settings.canary_share * total:
        what = f"{canaries.height:,} of {total:,} rows accuse sites that no honest list accuses"
        yield _never(one, f"{what}, more than {_percent(settings.canary_share, 1)}: {_accused(canaries, settings)}")
    doubtful = one.quarantined.filter(pl.col("accuses") & ~pl.col("is_canary"))
    if doubtful.height > settings.doubtful_share * total and doubtful.height >= settings.size_rows:
        what = f"{doubtful.height:,} of {total:,} rows accuse sites that our own lists know better"
        yield _never(one, f"{what}, more than {_percent(settings.doubtful_share)}: {_accused(doubtful, settings)}")


def _accused(rows: pl.DataFrame, settings: GuardSettings) -> str:
    whole_first = rows.sort(pl.col("pattern").str.contains("/", literal=True), "pattern")
    some = whole_first.select("pattern", "category", "why").head(settings.shown_rows)
    return ", ".join(f"{pattern} as {category} ({why})" for pattern, category, why in some.iter_rows())


def _missing(one: Guarded) -> Iterator[Refusal]:
    now, before = _counts(one.reading.rows), _counts(one.before)
    for upstream, expected in one.source.expected.items():
        if not now.get(upstream):
            was = (
                f"{before[upstream]:,} rows in the last version"
                if upstream in before
                else f"about {expected:,} expected"
            )
            yield _unless_accepted(one, upstream, f"class '{upstream}' is not in it ({was})")


def _sizes(one: Guarded) -> Iterator[Refusal]:
    now, before = _counts(one.reading.rows), _counts(one.before)
    for upstream in one.source.classes:
        rows = now.get(upstream, 0)
        if not rows and upstream in one.source.expected:
            continue  # told as missing
        if upstream in before:
            was, against, share = before[upstream], "in the last version", one.settings.size_share
            if not _is_change(rows, was, share, one.settings) and upstream in one.baseline:
                was, against = one.baseline[upstream], "when its last steps began to be counted"
                share = one.settings.drift_share if rows > was else one.settings.drift_share / 2
        elif upstream in one.source.expected:
            was, against, share = one.source.expected[upstream], "expected by the adapter", one.settings.size_share
        elif one.before is not None:  # a version was there without the class: from nothing to much is a change too
            was, against, share = 0, "in the last version", one.settings.size_share
        else:
            continue
        if _is_change(rows, was, share, one.settings):
            what = f"class '{upstream}' has {rows:,} rows, {was:,} {against}: a change of more than {_percent(share)}"
            yield _unless_accepted(one, upstream, what + _changed(one, upstream))


def _is_change(rows: int, was: int, share: float, settings: GuardSettings) -> bool:
    return abs(rows - was) > share * was and abs(rows - was) >= settings.size_rows


def _exchanged(one: Guarded) -> Iterator[Refusal]:
    if one.before is None:
        return
    for upstream, new in _by_class(one.reading.rows).items():
        old = one.before.filter(upstream=upstream).get_column("pattern")
        both = int(new.is_in(old.implode()).sum())
        either = len(new) + len(old) - both
        if not len(old) or _is_change(len(new), len(old), one.settings.size_share, one.settings):
            continue  # new to us; told as a change of size
        if both < one.settings.kept_share * either and either - both >= one.settings.size_rows:
            share = _percent(both / either)
            what = f"of class '{upstream}' and its last version together, only {share} of the rows are in both"
            yield _unless_accepted(one, upstream, what + _changed(one, upstream))


def _swarms(one: Guarded) -> Iterator[Refusal]:
    """Yield names by the dozen under sites that are not themselves accused."""
    if one.before is None:
        return
    added = _accusing(one, one.kept).join(one.before, on=["pattern", "category"], how="anti")
    swarms = _unlisted(one, _by_domain(added, one.settings)).filter(pl.col("len") >= one.settings.swarm_rows)
    if swarms.is_empty():
        return
    old = _accusing(one, one.before).with_columns(host=_host())
    near = is_at_or_under(old.get_column("host"), swarms.get_column("domain").to_list())
    old = _by_domain(old.filter(near), one.settings).select("category", "domain", was="len")
    swarms = swarms.join(old, on=["category", "domain"], how="left").filter(
        pl.col("len") > 2 * pl.col("was").fill_null(0)
    )
    for domain, count, upstream, category, names in swarms.select(*_TOLD, "category", "names").iter_rows():
        what = f"class '{upstream}' ({category}) has {count:,} new names under {domain}, which it does not list"
        yield _unless_accepted(one, upstream, f"{what}: {', '.join(names)}")


def swarms_at_first(one: Guarded) -> list[str]:
    """Return, on a first import, which domains fill much of an accusing class without being listed themselves."""
    rows = _accusing(one, one.kept)
    sizes = rows.group_by("category").agg(whole=pl.len())
    swarms = _unlisted(one, _by_domain(rows, one.settings)).join(sizes, on="category")
    swarms = swarms.filter(
        (pl.col("len") >= one.settings.swarm_rows) & (pl.col("len") > one.settings.swarm_share * pl.col("whole"))
    )
    return [
        f"{count:,} names of class '{upstream}' lie under {domain}, which it does not list"
        for domain, count, upstream in swarms.select(_TOLD).iter_rows()
    ]


def _accusing(one: Guarded, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("category").is_in(sorted(one.class_map.accusatory_categories)))


def _unlisted(one: Guarded, domains: pl.DataFrame) -> pl.DataFrame:
    """Return those domains that neither the list nor our own lists have in the class."""
    own = one.class_map.rules.select("category", domain="host")
    listed = one.kept.select("category", domain="host").vstack(own).unique()
    return domains.join(listed, on=["category", "domain"], how="anti").sort("domain", "category")


def _copies(one: Guarded) -> Iterator[Refusal]:
    """Yield classes of different meaning that are filled with the same rows, more than they were."""
    rows = {name: rows for name, rows in _by_class(one.reading.rows).items() if len(rows) >= one.settings.size_rows}
    old = _by_class(one.before) if one.before is not None else {}
    for first, second in combinations(sorted(rows), 2):
        meanings = {one.source.classes[name] for name in (first, second)}
        if len(meanings) == 1 or meanings <= one.class_map.machine_categories:
            continue
        share = _shared(rows[first], rows[second])
        was = _shared(old[first], old[second]) if first in old and second in old else 0.0
        if share > one.settings.copied_share and share > was + one.settings.copied_share / 2:
            both = rows[first].filter(rows[first].is_in(rows[second].implode())).sort().head(one.settings.shown_rows)
            part = _percent(share)
            yield _never(one, f"classes '{first}' and '{second}' share {part} of their rows: {', '.join(both)}")


def _disagreement(one: Guarded) -> Iterator[Refusal]:
    """Yield classes whose rows our own lists know as something else."""
    own = one.class_map.rules.select("pattern", own="category")
    machine = sorted(one.class_map.machine_categories)
    agrees = (pl.col("own") == pl.col("category")) | (pl.col("own").is_in(machine) & pl.col("category").is_in(machine))
    # A site can be both what it is and somebody's belief or health: to be shielded is no contradiction.
    shielded = pl.col("own").is_in(sorted(one.class_map.special_categories))
    known = one.kept.join(own, on="pattern").filter(~shielded).with_columns(agrees=agrees)
    for upstream, category, rows, share, others in (
        known.group_by("upstream", "category")
        .agg(
            pl.len(),
            share=pl.col("agrees").mean(),
            others=(pl.col("pattern") + " (" + pl.col("own") + ")").filter(~pl.col("agrees")).sort(),
        )
        .sort("upstream")
        .iter_rows()
    ):
        if rows >= one.settings.agreement_rows and share < one.settings.agreement_share:
            part, shown = _percent(share), ", ".join(others[: one.settings.shown_rows])
            what = (
                f"class '{upstream}' is not what it says: of {rows:,} rows that we know, {part} are {category}; {shown}"
            )
            yield _never(one, what)


def _must_haves(one: Guarded) -> Iterator[Refusal]:
    for category, hosts in one.source.must_have.items():
        listed = set(one.kept.filter(category=category).get_column("pattern"))
        absent = [host for host in hosts if not _covering(host) & listed]
        if absent:
            yield _never(
                one, f"nothing in it says that {', '.join(absent)} is {category}, which every version has said"
            )


def _covering(host: str) -> set[str]:
    found = {f"={host}"}
    while host:
        found.add(host)
        host = host.partition(".")[2]
    return found


def _changed(one: Guarded, upstream: str) -> str:
    """Return some of the rows that came and went, in words."""
    before = one.reading.rows.clear() if one.before is None else one.before
    new, old = (rows.filter(upstream=upstream).get_column("pattern") for rows in (one.reading.rows, before))
    half = one.settings.shown_rows // 2
    parts = []
    for word, here, there in (("new", new, old), ("gone", old, new)):
        rows = here.filter(~here.is_in(there.implode())) if len(there) else here
        if len(rows):
            # From the whole of it: the first of an alphabet say little about the rest.
            some = rows.sort().gather_every(max(1, len(rows) // half)).head(half)
            parts.append(f"{word}: {', '.join(some)}")
    return "; " + "; ".join(parts) if parts else ""


def _percent(share: float, digits: int = 0) -> str:
    return f"{share * 100:.{digits}f} %"


def _counts(rows: pl.DataFrame | None) -> Mapping[str, int]:
    return {} if rows is None else dict(rows.group_by("upstream").len().iter_rows())


def _by_class(rows: pl.DataFrame) -> dict[str, pl.Series]:
    return {str(name): group.get_column("pattern") for (name,), group in rows.group_by("upstream")}


def _shared(first: pl.Series, second: pl.Series) -> float:
    smaller, larger = sorted((first, second), key=len)
    return float(smaller.is_in(larger.implode()).mean() or 0)  # type: ignore[arg-type]  # the mean of a Boolean is a number


def _host() -> pl.Expr:
    return pl.col("pattern").str.strip_prefix("=").str.splitn("/", 2).struct.field("field_0")


def _by_domain(rows: pl.DataFrame, settings: GuardSettings) -> pl.DataFrame:
    """Return how many names each class has under each registered domain."""
    domains = pl.Series("domain", registered_domains(rows.get_column("host"), private=True), dtype=pl.String)
    return (
        rows.with_columns(domains)
        .filter((pl.col("domain") != "") & (pl.col("domain") != pl.col("host")))
        .group_by("category", "domain")
        .agg(pl.len(), upstream=pl.col("upstream").min(), names=pl.col("pattern").sort().head(settings.shown_rows))
    )


def accepted(found: Iterable[Refusal], accept: Mapping[str, str], source: ListSource) -> Mapping[str, str]:
    """Return, by category, the reasons of a person for those refusals that a person may lift."""
    words: dict[str, str] = {}
    for upstream in dict.fromkeys(one.upstream for one in found if one.upstream in accept):
        category = source.classes[upstream]
        text = f"{upstream}: {accept[upstream]}"
        words[category] = f"{words[category]}; {text}" if category in words else text
    return words
