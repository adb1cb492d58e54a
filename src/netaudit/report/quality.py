"""Each log source in tables: when it was silent, whether its clock can be relied on, and what it cannot show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from netaudit.contracts.leaving import OPEN_SITES, ClockCheck, FileAccount, Quality, Silence, Source
from netaudit.report import words
from netaudit.report.file_times import file_times, to_look_at
from netaudit.report.tables import Cell, Column, Table, moment, number, tag, text
from netaudit.report.words import NOTHING

_MOST_SILENCES = 30  # on the page; the CSV file has all
_MOST_SITES = 25

# What a request can say, what follows where it does not, and how that is told in a column.
_LACKS = {
    "asked": (
        "anything but names that were looked up",
        "Names only: a look-up is no reading, so nothing of it is anybody's visit or attempt.",
    ),
    "gone_to": (
        "where anybody went: it is the log of a server of your own",
        "Requests that came to your server are nobody's browsing, so nothing of it is a visit.",
    ),
    "named": ("who asked", "It can be put down to nobody, so no case comes of it."),
    "timed": ("how long a request took", "A connection counts from one moment: time inside it is not seen."),
    "referred": ("which page a request came from", "Parts of pages are told from pages by their time and site alone."),
    "agent": ("which program asked", "Software is told from people by its sites and its rhythm alone."),
    "typed": (
        "what kind of content came",
        "Pages are told from parts, and downloads from pages, by the address alone.",
    ),
    "sized": ("how much came", "No rule about volume can be checked."),
    "classed": ("what the web filter calls the site", "Only our own and imported lists say what a site is."),
    "blocked": ("what the filter stopped", "Every request counts as let through: attempts cannot be told from visits."),
}
_ALWAYS = (
    "what was read, written or looked for; whether the person was at the screen; anything that was not on this network"
)
_RARE = ("none", "few")
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
                text(_clock(one)),
            )
            for one in some
        ),
        "sources.csv",
        note="Sources are told apart by their format: two proxies with the same format count as one source.",
    )


def _clock(one: Source) -> str:
    return {
        "instant": "in seconds since 1970, which need no time zone",
        "offset": "with its time zone",
        "local": f"in local time without a zone, read as {one.zone}",
        "either": f"with its time zone where the line has one, else read as {one.zone}",
    }[one.clock]


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
            row
            for one in some
            for row in (
                *_lacking(one),
                (text(one.title), text(_ALWAYS), text("No log of a proxy can show it. Nothing here is about it.")),
            )
        ),
        "sources-cannot-show.csv",
    )


def _lacking(one: Source) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for name, (what, follows) in _LACKS.items():
        share = one.gives.get(name, "")
        # That the filter stopped little says nothing of whether the log would tell.
        absent = name in one.lacks or (share in _RARE and name != "blocked")
        if absent or share == "some":
            often = "never" if name in one.lacks or share == "none" else "seldom" if share == "few" else "not always"
            rows.append((text(one.title), text(f"{what} ({often} told)"), text(follows)))
    tunnels = one.gives.get("tunnels", "")
    if tunnels in ("some", "most", "nearly all"):
        how_many = {"some": "a good part", "most": "most", "nearly all": "nearly all"}[tunnels]
        follows = "The site is known, the page is not, and neither is what was done there. Time in it is a wider range."
        rows.append(
            (text(one.title), text(f"pages inside encrypted connections ({how_many} of its requests)"), text(follows))
        )
    if one.clock in ("local", "either"):
        follows = (
            f"If its local time is not that of {one.zone}, all its hours are wrong. One hour in autumn comes twice."
        )
        rows.append((text(one.title), text("the time zone, where a line has none"), text(follows)))
    return rows


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
