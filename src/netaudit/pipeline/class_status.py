"""How the class map stands: whose it is, what it is made of, and what of it has grown old."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from textwrap import wrap

import polars as pl

from netaudit.definitions.categories import OVERRIDES_FILE, ClassMap
from netaudit.definitions.imported_lists import ImportedSource
from netaudit.definitions.overrides import OverrideTerm, override_terms
from netaudit.definitions.tiers import RANK, TIERS, VENDOR
from netaudit.errors import Problem

_SOON = timedelta(days=30)  # overrides that end within this are named
_TOO_OLD_DAYS = 90  # of an imported list, unless its source says that it may be older
_WIDTH = 110
_TIED = "\xa0"  # a space at which no line ends
_IMPORT = "import it again: netaudit categories import"


def terms_of(class_map: ClassMap) -> tuple[OverrideTerm, ...]:
    """Return the terms of a class map's overrides."""
    path = class_map.files.get(OVERRIDES_FILE)
    return override_terms(path) if path else ()


def status_lines(class_map: ClassMap, terms: Sequence[OverrideTerm], today: date) -> Iterator[str]:
    """Yield how a class map stands on a day, line by line."""
    approval = class_map.approval
    yield f"Class map {approval.version or 'without a version'}, sha256 {class_map.sha256}"
    yield f"  owner: {approval.owner or 'nobody is named'}"
    if approval.approved_by:
        on = f" on {approval.approved_on}" if approval.approved_on else ""
        yield f"  approved by {approval.approved_by}{on}"
    else:
        yield "  NOT APPROVED by the organisation"
    if approval.review_by is None:
        yield "  no date of review is set"
    else:
        overdue = ": OVERDUE" if approval.review_by < today else ""
        yield f"  to be reviewed by {approval.review_by}{overdue}"
    yield ""
    yield "Patterns, and web filters' words, by tier (first who is believed first) and source:"
    yield from _rows(class_map)
    for source in class_map.sources:
        yield ""
        yield from _source_lines(source, today)
    yield ""
    yield from _term_lines(terms, today)


def too_old(class_map: ClassMap, terms: Sequence[OverrideTerm], today: date) -> list[Problem]:
    """Return everything for which `status --strict` fails: a lapsed review, ended overrides, lists that are too old."""
    problems = []
    review = class_map.approval.review_by
    if review is not None and review < today:
        remedy = "have the class map reviewed, and put the new date into approval.toml"
        problems.append(Problem(f"the review of the class map was due by {review}", "approval.toml", remedy))
    for term in _ended(terms, today):
        remedy = "renew it or take it out"
        problems.append(Problem(f"the override of {term.pattern} ended on {term.expires}", term.where, remedy))
    for source in class_map.sources:
        age = source.age_days(today)
        if age >= max(_TOO_OLD_DAYS, source.stale_after_days):
            problems.append(Problem(f"the imported list is {age} days old", source.name, _IMPORT))
    return problems


def _rows(class_map: ClassMap) -> Iterator[str]:
    lines = class_map.lines.select("rank", pl.col("source", "category").cast(pl.String))
    words = [
        (RANK[VENDOR], table.source, category) for table in class_map.vendors for category in table.classes.values()
    ]
    counted = pl.concat([lines, pl.DataFrame(words, lines.schema, orient="row")]).group_by(lines.columns).len()
    counted = counted.sort("rank", "source", "len", "category", descending=[False, False, True, False])
    groups = counted.group_by("rank", "source", maintain_order=True).agg("category", "len", all=pl.col("len").sum())
    for rank, source, categories, counts, count in groups.iter_rows():
        yield f"  {TIERS[rank]:<14} {source:<16} {count:>9,}"
        of_each = ", ".join(f"{category}{_TIED}{rows:,}" for category, rows in zip(categories, counts, strict=True))
        for line in wrap(of_each, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6):
            yield line.replace(_TIED, " ")


def _source_lines(source: ImportedSource, today: date) -> Iterator[str]:
    age = source.age_days(today)
    yield f"{source.name} ({source.tier}): {source.title}" + (f", {source.homepage}" if source.homepage else "")
    yield f"  licence: {source.licence or 'none is named'}; attribution: {source.attribution or 'none is named'}"
    dated = f"of {source.upstream_date}" if source.upstream_date else "without a date of its own"
    stale = f": STALE, {source.stale_after_days} days are allowed" if age > source.stale_after_days else ""
    yield f"  {dated}, imported on {source.imported_at.date()}, {age} days old{stale}"
    if source.quarantined:
        yield f"  {source.quarantined:,} rows in quarantine"
    for category, reason in source.accepted.items():
        yield f"  its change of {category} was accepted: {reason}"


def _term_lines(terms: Sequence[OverrideTerm], today: date) -> Iterator[str]:
    ended = _ended(terms, today)
    soon = [term for term in terms if term.expires is not None and today <= term.expires <= today + _SOON]
    hold = len(terms) - len(ended)
    yield f"Overrides: {hold} hold, of which {len(soon)} end within {_SOON.days} days; {len(ended)} have ended"
    for term in sorted([*ended, *soon], key=lambda one: (one.expires or today, one.pattern)):
        word = "ENDED" if term in ended else "ends"
        yield f"  {term.pattern} ({term.category}, {term.where}) {word} on {term.expires}"


def _ended(terms: Sequence[OverrideTerm], today: date) -> list[OverrideTerm]:
    return [term for term in terms if term.expires is not None and term.expires < today]
