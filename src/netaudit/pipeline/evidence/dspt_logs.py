"""C1.a and C1.b: which logs were read, and who could read, change or destroy what became of them."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from netaudit.contracts import SheetCell, SheetPart, SheetTable
from netaudit.definitions.officers import ROLES
from netaudit.pipeline.evidence.gather import Gathered
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.words import acts_table, long_day, runs_of_days
from netaudit.pipeline.stores import keys_folder, store_folder
from netaudit.report import AUDIENCES

Part = Callable[[str, str], SheetPart]
"""Makes a part, given its number and title."""

_CLOSED = 0o077
_WEEKEND = 5
_CUSTODY = (
    "run", "view", "export", "refused", "setting.changed", "keys.destroyed", "keys.rewrapped", "purge.begun",
    "purge.finished", "trail.repaired", "trail.behind", "trail.restarted", "trail.stamped", "trail.shortened",
)  # fmt: skip
_STATES = {
    "wrapped": "wrapped by a key that is kept elsewhere",
    "plain": "not wrapped: whoever has the folder can use them",
    "destroyed": "destroyed: what lay under them cannot be read again",
    "damaged": "damaged",
    "missing": "missing",
}


def of_coverage(gathered: Gathered, span: Span) -> Part:
    """Return what is shown of the coverage of monitoring: sources, days, silent days, rows with a user."""
    return partial(_coverage, gathered, span)


def _coverage(gathered: Gathered, span: Span, number: str, title: str) -> SheetPart:
    known = gathered.coverage
    sources = tuple(
        (
            one.name, one.files, one.lines, one.set_aside, _day(one.first), _day(one.last), len(one.days),
            len(one.silent), sum(day.weekday() < _WEEKEND for day in one.silent),
            "not known: the rows are gone" if one.with_user is None else f"{one.with_user} %",
        )
        for one in known.sources
    )  # fmt: skip
    columns = (
        "Source", "Files", "Lines", "Lines set aside", "First day", "Last day", "Days with lines", "Silent days",
        "Silent days from Monday to Friday", "Rows with a user",
    )  # fmt: skip
    silent = tuple((one.name, days) for one in known.sources for days in runs_of_days(one.silent))
    statuses: tuple[tuple[SheetCell, ...], ...] = tuple(known.statuses.items())
    unread = gathered.trail.sum_of(span, "run", "files_unread")
    if unread:
        statuses = (*statuses, ("could not be read, or not to the end (each attempt of a run)", unread))
    tables = [
        SheetTable(
            "sources",
            "Sources whose logs were read",
            columns,
            sources,
            "A source is a log format. Files count in the time in which they have lines; a file over the end of it "
            "counts with all its lines. A silent day lies between the first and the last day of a source and has no "
            "line of it.",
        )
        if sources
        else None,
        SheetTable("silent-days", "Silent days", ("Source", "Days"), silent) if silent else None,
        SheetTable("files", "What became of the files", ("State", "Files"), statuses) if statuses else None,
        SheetTable(
            "formats",
            "Formats that are known, and whether anything came in them",
            ("Format", "Files in this time"),
            _formats(gathered),
        ),
    ]
    looked, days = known.by_rows, len(known.days)
    covers = (
        f"Lines of {days} {'day' if days == 1 else 'days'} were read, from {long_day(min(known.days))} to "
        f"{long_day(max(known.days))}."
        if known.days
        else "No line of this time was read.",
        f"There were {len(gathered.runs_of(span))} runs in this time; lines of it may have been read later.",
        (
            "Every line of every file is accounted for: as an event, a continuation, something else than the web, a "
            "duplicate, a directive, a blank, or set aside with its reason."
        ),
    )
    return SheetPart(
        number,
        title,
        covers,
        tuple(one for one in tables if one),
        tuple(_coverage_gaps(gathered, span, looked)),
        (
            (
                "Logs that were never given to the tool: it knows of no other source. E-mail, endpoints, "
                "servers, DNS, firewalls and cloud services are covered only where their lines are among these."
            ),
            "Detection and alerting in real time. The tool reads once a day, and decides nothing.",
            "Whether an account was used by the person whose it is.",
        ),
        (
            "the list of systems whose logs your organisation has agreed to monitor, to hold these sources against",
            "the cause of each silent day, from whoever runs the proxy",
            "how the proxy's clock is set, and how its logs are carried here",
            "which files could not be read, and why: the page for IT of each run says it",
        ),
    )


def _coverage_gaps(gathered: Gathered, span: Span, looked: int) -> Iterator[str]:
    if not gathered.coverage.sources:
        yield "No line of any source lies in this time."
    if gathered.coverage.silent:
        days = runs_of_days(gathered.coverage.silent)
        yield f"Without a line of any source: {'; '.join(days)}."
    if looked < len(gathered.coverage.days):
        yield (
            f"The rows of {len(gathered.coverage.days) - looked} days are not stored any more. Of these the first and "
            "the last line of each file tell, so that a hole inside a file is not seen."
        )
    if span.last > gathered.today:
        yield f"The time goes on until {long_day(span.last)}; this sheet ends with {long_day(gathered.today)}."
    if gathered.configuration.directory is None:
        yield "There is no staff directory: nobody can say from here whether all staff are covered."


def _formats(gathered: Gathered) -> tuple[tuple[SheetCell, ...], ...]:
    files = {one.name: one.files for one in gathered.coverage.sources}
    return tuple((name, files.get(name, 0)) for name in sorted({*gathered.formats, *files}))


def of_custody(gathered: Gathered, span: Span) -> Part:
    """Return what is shown of the safety of logs: access, keys, the trail and its second place, acts by kind."""
    return partial(_custody, gathered, span)


def _custody(gathered: Gathered, span: Span, number: str, title: str) -> SheetPart:
    trail = gathered.trail
    tables = [
        SheetTable("folders", "Folders, and who can open them", ("Folder", "Open to"), tuple(_folders(gathered))),
        SheetTable(
            "officers", "Officers whose keys are enrolled and in office", ("Role", "Officers"), _officers(gathered)
        ),
        SheetTable("keys", "Keys of tables", ("State", "Keys"), _keys(gathered)),
        SheetTable("trail", "The audit trail", ("What", "Result"), tuple(_trail(gathered))),
        *acts_table(gathered, span, _CUSTODY, "acts", "What was done"),
    ]
    return SheetPart(
        number,
        title,
        (
            (
                "Stored tables are encrypted, each under a random key of its week; a changed, swapped or older file "
                "of a table is refused."
            ),
            "Tables hold pseudonyms of the week, no name, no address of a person's machine, no path of a page.",
            "Logs are read where they are and never changed: this is a copy for analysis, not the master copy.",
            "Runs, views through the tool, exports, refusals, changes of settings and deletions are entries of a "
            "trail in which each entry holds the checksum of the one before."
            if trail.exists
            else "Nothing was recorded in an audit trail.",
        ),
        tuple(tables),
        tuple(_custody_gaps(gathered)),
        (
            "The source logs themselves: who can read, change or delete them where the proxy writes them.",
            "Root on the machine that runs this, who has the source logs, the directory and the keys.",
            (
                "Who opened a page of a report in a browser or printed it: the trail knows what was shown through "
                "the tool."
            ),
            "How often the name behind a case was asked for and opened: that is in the yearly statistics, in bands.",
            "Views and exports of single cases are in the trail, and are not counted here.",
        ),
        (
            "who has an account on that machine, in which role, and when that was last reviewed",
            "how the master copy of the logs is protected, and how long it is kept",
            "where back-ups of store and keys are, and that keys are not in the back-up of the store",
            "who looks at the trail, how often, and what came of it",
        ),
    )


def _folders(gathered: Gathered) -> Iterator[tuple[SheetCell, ...]]:
    configuration, out = gathered.configuration, gathered.out
    places: dict[str, Path | None] = {
        "Stored tables": store_folder(configuration, out),
        "Keys": keys_folder(configuration, out),
        "Audit trail": gathered.trail.folder,
        "Second place of the trail": configuration.second_folder,
        **{f"Reports: {name}": out / name for name in AUDIENCES},
    }
    for title, path in places.items():
        if path is None:
            yield title, "none is configured"
        elif not path.is_dir():
            yield title, "there is none"
        elif stat.S_IMODE(path.stat().st_mode) & _CLOSED:
            yield title, "others than the account that owns it: close it (chmod 700)"
        else:
            yield title, "the account that owns it, and root"


def _officers(gathered: Gathered) -> tuple[tuple[SheetCell, ...], ...]:
    return tuple(
        (what[:1].upper() + what[1:], len(gathered.officers.of_role(role, gathered.today)))
        for role, what in ROLES.items()
    )


def _keys(gathered: Gathered) -> tuple[tuple[SheetCell, ...], ...]:
    counts = Counter(one.state for one in gathered.keys)  # of tables; there is one of each sealed name, too
    return tuple((title[:1].upper() + title[1:], counts[state]) for state, title in _STATES.items())


def _trail(gathered: Gathered) -> Iterator[tuple[SheetCell, ...]]:
    trail = gathered.trail
    if not trail.exists:
        yield "State", "there is none yet"
        return
    result = "no: netaudit audit verify says where" if trail.is_damaged else "yes, for each entry"
    yield "Whether each entry follows from the one before", result
    if trail.is_doubted:
        yield "Whether the second place agrees", "no, or it cannot be read: netaudit audit verify says why"
    elif trail.has_second:
        yield "Whether the second place agrees", "yes"
    if trail.entries:
        first, last = trail.entries[0], trail.entries[-1]
        yield "Read from the entry of", trail.day(first)
        yield "Read to the entry of", trail.day(last)
        yield "Checksum of that entry", last.sha256
    second = (
        "none is configured" if not trail.second_named else "there" if trail.has_second else "configured, not there"
    )
    yield "Second place", second


def _custody_gaps(gathered: Gathered) -> Iterator[str]:
    if not gathered.trail.exists:
        yield "There is no audit trail: this sheet is the first thing that is recorded."
    if gathered.trail.is_damaged:
        yield "The trail is damaged, so that nothing in it is counted: netaudit audit verify says how."
    if not gathered.trail.second_named:
        yield "The trail has no second place: whoever can write to its folder could shorten it unseen."
    if gathered.configuration.officers_file is None:
        yield "No officers are enrolled: nothing is sealed, and no name can be opened."
    if any(one.state == "plain" for one in gathered.keys):
        yield "There are keys that no other key wraps: whoever copies the key folder can use them."


def _day(day: SheetCell) -> SheetCell:
    return "" if day is None else day
