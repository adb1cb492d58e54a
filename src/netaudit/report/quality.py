"""Each log source in tables: when it was silent, whether its clock can be relied on, and what it cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from netaudit.contracts.leaving import OPEN_SITES, ClockCheck, FileAccount, Quality, Silence, Source
from netaudit.definitions.log_fields import clock_in_words, told
from netaudit.report import words
from netaudit.report.file_times import file_times, to_look_at
from netaudit.report.tables import Cell, Column, Table, moment, number, tag, text
from netaudit.report.words import NOTHING

_MOST_SILENCES = 30  # on the page; the CSV file has all
_MOST_SITES = 25

_RARE = ("none", "few", "some")
_MANY = {"some": "a good part", "most": "most", "nearly all": "nearly all"}
_KINDS = {"working days": "working days", "other days": "weekends and holidays"}
_CHECKS = {
    "impossible": "Times in the files",
    "hours": "Beside core hours",
    "others": "Beside the busiest source",
    "change": "When the clocks changed",
}
_VERDICTS = {"fine": "As it should be", "look": "Please look", "unknown": "Cannot tell"}
_NAMED = {
    "nearly all": "all or nearly all (90% or more)",
    "most": "more than half",
    "some": "10% to half",
    "few": "less than 10%",
    "none": "none",
    "": "too few requests to say",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """What the data-quality pages print of the sources."""

    listed: Table
    silences: Table | None
    clocks: Table
    cannot: Table
    watched: tuple[tuple[str, str], ...]  # source, and when a silence would show
    unwatched: tuple[str, ...]  # sources of which no silence would show
    to_look_at: int  # clock checks
    cannot_tell: int
    times: Table | None = None  # what had to be decided about the times in files
    undecided: int = 0  # files of which somebody should look at that

    @property
    def tables(self) -> list[Table | None]:
        """Return every table, for the CSV files beside the page."""
        return [self.listed, self.silences, self.clocks, self.times, self.cannot]


def sources(quality: Quality, files: Sequence[FileAccount] = ()) -> Sources | None:
    """Return what is known of the sources and files; None where nothing is, as in a store of an earlier version."""
    if not quality.sources:
        return None
    titles = {one.name: one.title for one in quality.sources}
    return Sources(
        listed=_listed(quality.sources),
        silences=_silences(quality.silences, titles) if quality.silences else None,
        clocks=_clocks(quality.clocks, titles),
        cannot=_cannot(quality.sources),
        watched=tuple((one.title, _watched(one)) for one in quality.sources if one.watched),
        unwatched=tuple(one.title for one in quality.sources if not one.watched),
        to_look_at=sum(one.verdict == "look" for one in quality.clocks),
        cannot_tell=sum(one.verdict == "unknown" for one in quality.clocks),
        times=file_times(files),
        undecided=to_look_at(files),
    )


def _listed(some: tuple[Source, ...]) -> Table:
    return Table(
        "Log sources",
        (
            Column("Source"),
            Column("Files", numeric=True),
            Column("Requests", numeric=True),
            Column("First"),
            Column("Last"),
            Column("Under one person's account"),
            Column("How it tells the time"),
        ),
        tuple(
            (
                text(one.title),
                number(one.files),
                number(one.requests),
                moment(one.first),
                moment(one.last),
                text(_NAMED[one.gives.get("named", "")]),
                text(clock_in_words(one.clock, one.zone)),
            )
            for one in some
        ),
        "sources.csv",
        note="Sources are told apart by their format: two proxies with the same format count as one source.",
    )


def _watched(one: Source) -> str:
    return "; ".join(f"{_KINDS[kind]} {first} to {last}" for kind, first, last in one.watched)


def _silences(some: tuple[Silence, ...], titles: Mapping[str, str]) -> Table:
    rows = tuple(
        (
            moment(one.start),
            Cell(words.clock(one.end), one.end.isoformat(timespec="minutes")),
            text(titles.get(one.source, one.source)),
            text(
                "no line at all"
                if one.whole
                else f"{one.files} of the usual {words.counted(one.usual_files, 'file')} at once, and far fewer lines"
            ),
        )
        for one in some
    )
    left_out = len(rows) - _MOST_SILENCES
    return Table(
        "Stretches without the usual lines, the latest first",
        (Column("From"), Column("To"), Column("Source"), Column("What was there")),
        rows[:_MOST_SILENCES],
        "silences.csv",
        note=f"{words.counted(left_out, 'more stretch', 'more stretches')} in the CSV file." if left_out > 0 else "",
        csv_rows=rows,
    )


def _clocks(some: tuple[ClockCheck, ...], titles: Mapping[str, str]) -> Table:
    return Table(
        "Clock checks",
        (Column("Source"), Column("What was checked"), Column("Result"), Column("What came out")),
        tuple(
            (
                text(titles.get(one.source, one.source)),
                text(_CHECKS[one.check]),
                tag(_VERDICTS[one.verdict]),
                text(words.sentence(one.says)),
            )
            for one in some
        ),
        "clock-checks.csv",
    )


def _cannot(some: tuple[Source, ...]) -> Table:
    return Table(
        "What each source cannot show",
        (Column("Source"), Column("What it does not tell"), Column("What follows")),
        tuple(
            (text(one.title), text(what), text(follows))
            for one in some
            for what, follows in (*_lacking(one), (told()["always"].what, told()["always"].follows))
        ),
        "sources-cannot-show.csv",
    )


def _lacking(one: Source) -> Iterator[tuple[str, str]]:
    """Yield what a source does not tell, and what follows."""
    has_nothing_else = any(told()[name].only for name in one.lacks)
    for name, lack in told().items():
        # How much the filter stopped says nothing of whether the log would tell; nor do tunnels of what it is like.
        is_of_all = has_nothing_else or name in ("blocked", "tunnels")
        share = "" if is_of_all else one.gives.get(name, "")
        if name in one.lacks or share in _RARE:
            often = "never" if name in one.lacks or share == "none" else "seldom" if share == "few" else "not always"
            yield f"{lack.what} ({often} told)", lack.follows
    tunnels = one.gives.get("tunnels", "")
    if tunnels in _MANY:
        lack = told()["tunnels"]
        yield f"{lack.what} ({_MANY[tunnels]} of its requests)", lack.follows
    if one.clock in ("local", "either"):
        lack = told()["zone"]
        yield lack.what, lack.follows.format(zone=one.zone)


def open_sites_table(sites: pl.DataFrame, titles: Mapping[str, str]) -> Table | None:
    """Return OPEN_SITES as a list, each site in the week in which most used it; None where there is none."""
    if sites.is_empty():
        return None
    best = (
        OPEN_SITES.fit(sites)
        .sort("people", "minutes_high", "period", "site", descending=[True, True, True, False], nulls_last=True)
        .unique("site", keep="first", maintain_order=True)
    )
    rows = tuple(
        (
            text(site),
            text(_noted(note, titles)),
            Cell(f"about {words.count(people)}{' or more' if or_more else ''}", people),
            Cell(NOTHING, "") if minutes is None else Cell(f"{words.short_minutes(minutes)} at most", minutes),
            text(words.period(period)),
        )
        for period, site, note, people, or_more, minutes in best.iter_rows()  # sites that many people used
    )
    left_out = len(rows) - _MOST_SITES
    return Table(
        "Sites that no list knows for sure, most used first",
        (Column("Site"), Column("What is known"), Column("People"), Column("Time"), Column("In the week")),
        rows[:_MOST_SITES],
        "uncategorised-sites.csv",
        note=f"{words.counted(left_out, 'more site')} in the CSV file." if left_out > 0 else "",
        csv_rows=rows,
    )


def _noted(note: str, titles: Mapping[str, str]) -> str:
    """Return what is known of a site in words: no class, or one that a single list names."""
    if not note.startswith("unconfirmed: "):
        return "in no list"
    category, _, source = note.removeprefix("unconfirmed: ").partition(" by ")
    return f"{titles.get(category, category)}, by {source} alone"
