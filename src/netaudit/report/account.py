"""The line account of a run: did we read everything, and what became of each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netaudit.contracts.leaving import FileAccount, RegisterUse, RunFacts
from netaudit.report import words
from netaudit.report.pictures import Amount, Picture, bars
from netaudit.report.tables import Cell, Column, Table, moment, number, text
from netaudit.report.words import NOTHING, count, counted

_PARTS = ("events", "continuations", "not_web", "duplicates", "rejects", "directives", "blank")
_RARE = frozenset(("continuations", "directives"))  # Squid's logs have none: no column where there is nothing
_TITLES = {
    "events": "Requests",
    "continuations": "Continued",
    "not_web": "Not web",
    "duplicates": "Twice",
    "rejects": "Set aside",
    "directives": "Headings",
    "blank": "Blank",
}
_MOST_FILES = 60  # a page stays readable and small; the CSV beside it has every file
_NOTHING_LACKS = ("read", "known already", "empty")  # what was known already brings the account of an earlier run
_FEW_REJECTS = 100  # one line in so many is nothing odd
_ATTRIBUTION = {
    "person": "One person's account",
    "none": "Nobody named",
    "machine": "A machine's account",
    "service": "A service account",
    "shared": "A shared account or device",
    "own_device": "A person's own device",
    "crowd": "An address with many users",
}
_PROVENANCE = {
    "own": "Our own lists, and overrides of yours",
    "imported": "Imported lists",
    "filter": "The web filter's own categories",
    "unconfirmed": "One list alone, unconfirmed: counted as unknown",
    "nobody": "Nobody, or too few people to show",
}
_LABELS = {
    "human": "A person acted",
    "embedded": "Part of another page",
    "idle": "A page left open",
    "background": "Software by itself",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What the data-quality pages print."""

    lines: int
    events: int
    adds_up: bool
    faulty: tuple[str, ...]  # numbers of the files that do not add up
    unread: tuple[FileAccount, ...]
    totals: Table
    files: Table
    reasons: Table | None
    examples: Table | None
    attribution: tuple[Picture, Table] | None
    labels: tuple[Picture, Table] | None
    nobody: str = ""  # the share of requests that can be put down to nobody

    @property
    def tables(self) -> list[Table | None]:
        """Return every table, for the CSV files beside the page."""
        shares = [None if pair is None else pair[1] for pair in (self.attribution, self.labels)]
        return [self.totals, self.files, self.reasons, self.examples, *shares]


def account(facts: RunFacts) -> Account:
    """Return the line account of a run. Shielded events are not told apart anywhere in it."""
    totals = {part: sum(getattr(file, part) for file in facts.files) for part in ("lines", *_PARTS)}
    faulty = tuple(file.log_file for file in facts.files if not file.adds_up)
    return Account(
        lines=totals["lines"],
        events=totals["events"],
        adds_up=not faulty,
        faulty=faulty,
        unread=tuple(file for file in facts.files if file.status not in _NOTHING_LACKS),
        totals=_totals(totals),
        files=_files(facts, totals),
        reasons=_reasons(facts.reject_reasons) if facts.reject_reasons else None,
        examples=_examples(facts.reject_examples) if facts.reject_examples else None,
        attribution=_shares("Requests by whom the log names", facts.attribution, _ATTRIBUTION, "attribution.csv"),
        labels=_shares("Requests by what they were", facts.label_counts, _LABELS, "labels.csv"),
        nobody=_nobody(facts.attribution),
    )


def _nobody(attribution: Mapping[str, int]) -> str:
    whole = sum(attribution.values())
    return _share(100.0 * (whole - attribution.get("person", 0)) / whole) if whole else ""


def _shown(totals: Mapping[str, int]) -> list[str]:
    return [part for part in _PARTS if totals[part] or part not in _RARE]


def _totals(totals: Mapping[str, int]) -> Table:
    meaning = {
        "events": "requests to the web, by people and by software",
        "continuations": "further lines of a request already counted",
        "not_web": "records of something else, such as mail or a log-in",
        "duplicates": "also delivered in another file; counted once",
        "rejects": "damaged, or in a form that netaudit does not know",
        "directives": "headings and comments of the log itself",
        "blank": "empty lines",
    }
    shown = _shown(totals)
    rows = [(text(_TITLES[part]), text(meaning[part]), number(totals[part])) for part in shown]
    rows.append(
        (
            text("Accounted for"),
            text("the sum of the rows above"),
            number(sum(totals[part] for part in shown)),
        )
    )
    rows.append((text("Lines in the files"), text("counted on their own while reading"), number(totals["lines"])))
    return Table(
        "What became of every line",
        (Column("Kind"), Column("What it is"), Column("Lines", numeric=True)),
        tuple(rows),
        "line-account.csv",
    )


def _kinds(file: FileAccount) -> str:
    """Return the layout of most lines, and how many others there are."""
    others = len(file.also)
    more = f", and {others} other {'kind' if others == 1 else 'kinds'}" if others else ""
    return f"{file.event_dataset}{more}" if file.event_dataset else NOTHING


def _files(facts: RunFacts, totals: Mapping[str, int]) -> Table:
    shown, zone = _shown(totals), facts.run_at.tzinfo

    def row(file: FileAccount) -> tuple[Cell, ...]:
        return (
            text(file.log_file),
            text(_kinds(file)),
            text(": ".join(filter(None, (file.status, ", and ".join(filter(None, (file.reason, *file.doubts))))))),
            *(moment(end and end.astimezone(zone)) for end in (file.first, file.last)),
            *_counts(file.adds_up, [file.lines, *(getattr(file, part) for part in shown)]),
        )

    def row_of(title: str, files: Sequence[FileAccount]) -> tuple[Cell, ...]:
        sums = (sum(getattr(file, part) for file in files) for part in ("lines", *shown))
        everything = all(file.adds_up for file in files)
        return (text(title), *[Cell("", "")] * 4, *_counts(everything, sums))

    total = row_of("All files", facts.files)
    told = _worth_a_row(facts.files)
    rows = [row(file) for file in told]
    left_out = len(facts.files) - len(told)
    if left_out:
        numbers = {file.log_file for file in told}
        others = [file for file in facts.files if file.log_file not in numbers]
        rows.append(row_of(f"Other files: {count(left_out)}", others))
    note = "Files go by their number in the run ledger, because file names can hold names of people."
    if left_out:
        note += f" Here are the latest, and all that need a look, up to {_MOST_FILES}; the CSV file has every one."
    return Table(
        "Line account of each file",
        (
            Column("File"),
            Column("Format"),
            Column("Status"),
            Column("First request"),
            Column("Last request"),
            Column("Lines", numeric=True),
            *(Column(_TITLES[part], numeric=True) for part in shown),
            Column("Adds up"),
        ),
        (*rows, total),
        "files.csv",
        note=note,
        wide=True,
        csv_rows=(*map(row, facts.files), total) if left_out else None,
    )


def _worth_a_row(files: Sequence[FileAccount]) -> list[FileAccount]:
    """Return the files that a page names, in their order: those that do not add up or say why, then the latest."""
    places = range(len(files))

    def pressing(place: int) -> tuple[bool, bool, int]:
        file = files[place]
        few = file.rejects * _FEW_REJECTS <= file.lines
        return file.adds_up, file.status in _NOTHING_LACKS and not file.reason and not file.doubts and few, -place

    return [files[place] for place in sorted(sorted(places, key=pressing)[:_MOST_FILES])]


def _counts(adds_up: bool, amounts: Iterable[int]) -> Iterator[Cell]:  # of a row, not an option
    yield from map(number, amounts)
    yield text("Yes" if adds_up else "No")


def _reasons(reasons: Mapping[str, int]) -> Table:
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return Table(
        "Lines set aside, by reason",
        (Column("Reason"), Column("Lines", numeric=True)),
        tuple((Cell(words.capital(reason), reason), number(lines)) for reason, lines in ordered),
        "reject-reasons.csv",
    )


def _examples(examples: tuple[tuple[str, int, str], ...]) -> Table:
    return Table(
        "Where to find some of them",
        (Column("File"), Column("Line", numeric=True), Column("Reason")),
        tuple((text(file), number(line), Cell(words.capital(reason), reason)) for file, line, reason in examples),
        "reject-examples.csv",
    )


def _shares(
    title: str, counts: Mapping[str, int], names: Mapping[str, str], csv_name: str
) -> tuple[Picture, Table] | None:
    whole = sum(counts.values())
    if not whole:
        return None
    known = [key for key in names if key in counts]
    keys = known + sorted(set(counts) - set(known))
    shares = {key: 100.0 * counts[key] / whole for key in keys}
    chart = bars(
        title,
        [Amount(names.get(key, key), counts[key], counts[key], counts[key], _share(shares[key])) for key in keys],
        ranged=False,
    )
    table = Table(
        f"{title} ({counted(whole, 'request')})",
        (Column("Kind"), Column("Requests", numeric=True), Column("Share", numeric=True, unit="%")),
        tuple(
            (
                text(names.get(key, key)),
                Cell(count(counts[key]), counts[key]),
                Cell(_share(shares[key]), round(shares[key], 2)),
            )
            for key in keys
        ),
        csv_name,
    )
    return chart, table


def provenance(facts: RunFacts) -> Table | None:
    """Return where the classes behind a week's human time come from; None where nothing may be shown."""
    if not facts.provenance:
        return None
    return Table(
        f"Where the classes come from ({words.period(facts.provenance_of)})",
        (Column("Who classed the site"), Column("Share of people's likely time", numeric=True, unit="%")),
        tuple((text(title), _coarse(facts.provenance.get(key))) for key, title in _PROVENANCE.items()),
        "classes-from.csv",
        note="Shares are to the nearest 5%. The time of kinds that are hidden stands in the last row.",
    )


def registers(facts: RunFacts) -> Table | None:
    """Return how the registers were used, by counts and line numbers; None where there are none."""
    if not facts.registers:
        return None
    rows = [
        (
            text(one.name),
            *(number(amount) for amount in (one.entries, one.in_force)),
            *(text(NOTHING) if amount is None else number(amount) for amount in (one.used, one.cases)),
            *(Cell(words.line_numbers(lines) if lines else NOTHING, len(lines)) for lines in _lines_of(one)),
            text("; ".join(f"line {line}: {what}" for line, what in sorted(one.notes + one.case_notes)) or NOTHING),
        )
        for one in facts.registers
    ]
    counts = ("Entries", "In force", "Used", "By cases")
    return Table(
        "Registers",
        (
            Column("File"),
            *(Column(title, numeric=True) for title in counts),
            *(Column(title) for title in ("Expired", "Not yet begun", "Known to nobody", "No case")),
            Column("Odd"),
        ),
        tuple(rows),
        "registers.csv",
        note=("While cases are withheld nothing is said of which entries they use. " if facts.withheld else "")
        + "Used: covers any part of a case in this report, or decides about one. Known to nobody: the "
        "directory does not have the person, account or role that the line names, or no log of the run the device. "
        "No case: there is none that the line covers any part of.",
        wide=True,
    )


def _lines_of(one: RegisterUse) -> tuple[tuple[int, ...], ...]:
    return one.expired, one.not_begun, one.unmatched, one.unused


def unlisted(facts: RunFacts) -> Table | None:
    """Return how many people with activity the directory does not have, by week; None without a directory."""
    if not facts.unlisted:
        return None
    return Table(
        "People whom the directory does not have",
        (Column("Week"), Column("Not at all"), Column("On some days")),
        tuple((text(words.period(week)), text(one.missing), text(one.outside)) for week, one in facts.unlisted.items()),
        "not-in-the-directory.csv",
        note="Few and nobody read alike. They are held to the default pattern, and their cases say so.",
    )


def _coarse(percent: int | None) -> Cell:
    if percent is None:
        return number(None)
    return Cell("less than 5%" if not percent else f"about {percent}%", percent)


def _share(percent: float) -> str:
    return "less than 0.1%" if 0 < percent < 0.1 else f"{percent:.1f}%"  # noqa: PLR2004  # what one decimal can show
