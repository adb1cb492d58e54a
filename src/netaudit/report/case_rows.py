"""A case's timeline as a table: rows that add up to the case's figures, and what was left out, with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from netaudit.contracts.leaving import Case, CaseDay, Ignored, Piece
from netaudit.report import case_words, words
from netaudit.report.tables import Cell, Column, Table, text

MOST_ROWS = 200  # on a page; the CSV file has all
_MINUTE_US = 60_000_000

LABELS = {
    "human": "A person acted",
    "embedded": "Part of another page",
    "idle": "Left open",
    "background": "Software by itself",
}
_OF_REQUESTS = ("person", "parts", "left open", "software")
_USES = {"blocked": "Not allowed", "personal": "Personal"}
_STATES = {
    "work": "Not counted",
    "unknown": "Not known: only “at most” has any of it",
    "reading": "Perhaps still reading: only “at most” has it",
    "excused": "Not counted: acceptable use, within the policy's own allowance",
    "stopped": "Stopped by the filter: an attempt, no time",
}
_NOTHING = "Nothing to show"
_UNKNOWN_CLASS = ("", "unknown")

TIMELINE = Table(
    "The timeline in order",
    (
        Column("Time", whole=True),
        *(Column(title) for title in ("Site", "Class", "What it was")),
        *(Column(title, numeric=True) for title in ("Proven", "Likely", "At most")),
        Column("Requests"),
    ),
    (),
    "",
)
IGNORED = Table(
    "What was not counted, and why",
    (
        Column("What"),
        Column("Why it does not count"),
        Column("Requests", numeric=True),
        Column("Minutes it would have added", numeric=True),
        Column("Such as"),
    ),
    (),
    "",
)

_WHY = {
    "work": ("Work", "Sites that people work with"),
    "unknown": ("Sites that no list knows", "As likely work as not: only “at most” has any of it"),
    "unconfirmed": ("Sites that one list alone accuses", "Nobody confirms it: only “at most” has any of it"),
    "excused": ("Acceptable use", "The policy allows some minutes of this class a day"),
    "open": (
        "Connections left open",
        "Computers keep them open long after anybody has read: their length proves nothing",
    ),
    "stopped": ("Attempts", "The filter stopped them: no time is counted"),
}


def timeline_rows(case: Case, day: CaseDay, titles: Mapping[str, str], csv_name: str) -> Table:
    """Return the pieces of a case as a table whose rows add up to the figures of the case.

    Minutes are printed in tenths. Each row has what brings the running sum to its own figure in tenths, proven ones
    rounded down: so the sum of the rows is the printed figure, always.
    """
    rows = list(_rows(day))
    shown = _condensed(rows, MOST_ROWS - 1)
    several = len({piece.start.date() for piece in day.pieces if piece.within}) > 1
    printed = _printed(shown, case, titles, several=several)
    everything = printed if len(shown) == len(rows) else _printed(rows, case, titles, several=several)
    return Table(TIMELINE.caption, TIMELINE.columns, printed, csv_name, csv_rows=everything)


def _rows(day: CaseDay) -> Iterator[list[Piece]]:
    """Yield pieces one by one; between those of a whole day also the minutes without any, as an empty piece."""
    before: Piece | None = None
    for piece in day.pieces:
        if not piece.within:
            continue
        if day.whole and before is not None and words.passed(piece.start) > words.passed(before.end):
            yield [Piece(before.end, piece.start, "nothing", within=True)]
        yield [piece]
        before = piece


def _condensed(rows: Sequence[list[Piece]], most: int) -> list[list[Piece]]:
    """Return no more rows than so many: first what does not count is drawn together, then what lies side by side."""
    if len(rows) <= most:
        return list(rows)
    drawn: list[list[Piece]] = []
    for row in rows:
        if drawn and not _counts(row) and not _counts(drawn[-1]):
            drawn[-1] = [*drawn[-1], *row]
        else:
            drawn.append(row)
    if len(drawn) <= most:
        return drawn
    size = math.ceil(len(drawn) / most)
    return [[piece for row in drawn[place : place + size] for piece in row] for place in range(0, len(drawn), size)]


def _counts(row: Sequence[Piece]) -> bool:
    return any(piece.high_us for piece in row)


def _printed(
    rows: Sequence[list[Piece]], case: Case, titles: Mapping[str, str], *, several: bool
) -> tuple[tuple[Cell, ...], ...]:
    low = _tenths([sum(piece.low_us for piece in row) for row in rows], down=True)
    likely = _tenths([sum(piece.likely_us for piece in row) for row in rows])
    high = _tenths([sum(piece.high_us for piece in row) for row in rows])
    cells = [
        (
            _when(row, several=several),
            text(_site(row)),
            text(_class(row, titles)),
            text(_what(row)),
            *(_minutes(amounts[number]) for amounts in (low, likely, high)),
            text(_requests(row)),
        )
        for number, row in enumerate(rows)
    ]
    everything = [piece for row in rows for piece in row]
    total = (
        text("All"),
        *(text(words.NOTHING) for _ in range(3)),
        Cell(case_words.proven(case), sum(low) / 10),
        Cell(words.exact(case.minutes), sum(likely) / 10),
        Cell(words.exact(case.minutes_high), sum(high) / 10),
        text(_requests(everything)),
    )
    return (*cells, total)


def _tenths(amounts: Sequence[int], *, down: bool = False) -> list[int]:
    """Return amounts in tenths of a minute that add up to what their sum is in tenths.

    >>> _tenths([5_950_000, 5_950_000, 5_950_000], down=True)
    [0, 1, 1]
    """
    sum_so_far, told, found = 0, 0, []
    for amount in amounts:
        sum_so_far += amount
        minutes = sum_so_far / _MINUTE_US
        tenths = math.floor(minutes * 10) if down else round(float(f"{minutes:.1f}") * 10)
        found.append(tenths - told)
        told = tenths
    return found


def _minutes(tenths: int) -> Cell:
    return Cell(words.exact(tenths / 10), tenths / 10) if tenths else Cell(words.NOTHING, 0)


def _when(row: Sequence[Piece], *, several: bool) -> Cell:
    start, end = row[0].start, row[-1].end
    clocks = words.clock(start) if start == end else f"{words.clock(start)} to {words.clock(end)}"
    shown = f"{start:%a %d/%m} {clocks}" if several else clocks
    return Cell(shown, f"{start.isoformat()}/{end.isoformat()}")


def _site(row: Sequence[Piece]) -> str:
    sites = list(dict.fromkeys(piece.site for piece in row if piece.site))
    if len(sites) > 1:
        return f"{len(sites)} sites"
    return {"work": "Work"}.get(sites[0], sites[0]) if sites else words.NOTHING


def _class(row: Sequence[Piece], titles: Mapping[str, str]) -> str:
    if len(row) > 1:
        return words.NOTHING
    (piece,) = row
    if piece.category in ("", "business"):
        return words.NOTHING
    title = titles.get(piece.category, piece.category)
    who = case_words.source_of(piece.source, titles, confirmed=piece.confirmed) if piece.source else ""
    return f"{title} ({who})" if who and who != case_words.OUR_LIST else title


def _what(row: Sequence[Piece]) -> str:
    if len(row) > 1:
        kinds = dict.fromkeys(_short(piece) for piece in row)
        return f"{words.counted(len(row), 'stretch', 'stretches')}, condensed: {', '.join(kinds)}"
    (piece,) = row
    if piece.state == "nothing":
        return _NOTHING
    if piece.state in _STATES:
        return _STATES[piece.state]
    told = ": ".join(part for part in (LABELS.get(piece.label, piece.label), piece.reason) if part)
    if piece.state == "idle":
        return f"Not counted. {told}"
    use = _USES.get(piece.use, piece.use)
    return f"{use}. {told}" if piece.state == "counted" else f"{use}, and not part of this case. {told}"


def _short(piece: Piece) -> str:
    if piece.state in ("counted", "personal"):
        return _USES.get(piece.use, piece.use).lower()
    return {"idle": "software", "nothing": "nothing", "reading": "perhaps reading", "unknown": "not known"}.get(
        piece.state, piece.state
    )


def _requests(row: Sequence[Piece]) -> str:
    counts = [sum(piece.requests[place] for piece in row) for place in range(len(_OF_REQUESTS))]
    told = [f"{what} {words.count(count)}" for count, what in zip(counts, _OF_REQUESTS, strict=True) if count]
    return ", ".join(told) or words.NOTHING


def ignored_rows(ignored: Sequence[Ignored], titles: Mapping[str, str]) -> Table:
    """Return what a case did not count as a table, the most frequent first."""
    rows = []
    for one in ignored:
        what, why = _WHY.get(one.reason) or _WHY.get(one.what) or (LABELS.get(one.what, one.what), one.reason)
        minutes = one.would_add_us / _MINUTE_US
        rows.append(
            (
                text(words.capital(what)),
                text(words.capital(why)),
                Cell(words.count(one.requests), one.requests),
                Cell(words.exact(minutes), round(minutes, 1)),
                text(_examples(one, titles)),
            )
        )
    return Table(IGNORED.caption, IGNORED.columns, tuple(rows), IGNORED.csv_name)


def _examples(one: Ignored, titles: Mapping[str, str]) -> str:
    """Return sites that may be named; else classes of site."""
    if one.sites:
        return ", ".join(one.sites)
    classes = [titles.get(name, name) for name in one.classes if name not in ("business", *_UNKNOWN_CLASS)]
    if "business" in one.classes:
        classes.append("sites of work")
    return words.capital(", ".join(classes)) or words.NOTHING
