"""Two doors and no third: whatever a template, a file or the terminal is given is published, a case, or about the run.

A whole run of invented people is watched: everything that is handed to templates, to CSV files and to the terminal is
walked through, object by object.
"""

from __future__ import annotations

import csv
import dataclasses
import enum
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import click
import polars as pl
import pytest
from approved import APPROVED, DPIA_SECTION
from click.testing import CliRunner
from jinja2 import Undefined
from jinja2.runtime import Macro
from markupsafe import Markup
from test_register_use import CONSENTS, TUESDAY, reading

from netaudit import protect
from netaudit.cli import main
from netaudit.contracts import leaving, records
from netaudit.definitions.dpia import Gate
from netaudit.definitions.figures import FigureDefinition
from netaudit.protect import Keyring, doors
from netaudit.protect.leaks import open_leaks
from netaudit.report import folders, pages
from netaudit.store import Store

PEOPLE = [f"canary.person{number}" for number in range(1, 61)]
TEAMS = ("Canary Finance", "Canary Estates")
NAMES = ("canary", "192.0.2.1", "a line that says", "Canary Finance")


class Given(NamedTuple):
    """One thing that something was given, and by which way."""

    way: str
    value: object


class Watched(NamedTuple):
    """A run, all that left, and what is in the store."""

    out: Path
    given: list[Given]
    said: str
    store: Mapping[str, list[pl.DataFrame]]


def _tables(out: Path) -> dict[str, list[pl.DataFrame]]:
    store = Store(out / "store", Keyring(out / "keys"))
    found: dict[str, list[pl.DataFrame]] = {}
    try:
        for table in ("events", "visits", "findings", "evidence", "published", "spells", "timeline"):
            for period, part in store.ledger.parts(table):
                frame = store.read(table, period, part)
                if frame is not None:
                    found.setdefault(table, []).append(frame)
    finally:
        store.close()
    return found


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Sixty people, most of whom read of houses for 80 minutes; two bet. All days have somebody."""
    place = tmp_path_factory.mktemp("watched")
    log = "".join(reading(one, TUESDAY) for one in PEOPLE[:40])
    log += "".join(
        reading(one, TUESDAY + 9000, minutes=20).replace("rightmove.co.uk", "bet365.com") for one in PEOPLE[:2]
    )
    log += "".join(reading("canary.stranger", TUESDAY + day * 86_400, minutes=4) for day in (-1, 1, 2, 3))
    log += "rubbish canary.secret\n"
    (place / "access.log").write_text(log)
    rows = [f"p{n},{one},{TEAMS[n % 2]},Canary Corporate,p1,,,," for n, one in enumerate(PEOPLE)]
    heading = "person_id,accounts,team,directorate,manager,roles,pattern,starts,ends"
    (place / "directory.csv").write_text("\n".join([heading, *rows]) + "\n")
    (place / "registers").mkdir()
    (place / "registers" / "consents.csv").write_text(CONSENTS)
    (place / "netaudit.toml").write_text(
        f'[identity]\ndirectory = "directory.csv"\nregisters = "registers"\n{DPIA_SECTION}'
    )
    given: list[Given] = []

    def watch(owner: object, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def told(*arguments: Any, **named: Any) -> Any:
            way = f"{getattr(owner, '__name__', owner)}.{name}"
            given.extend(Given(way, value) for value in (*arguments, *named.values()) if type(value) not in _OURS)
            return real(*arguments, **named)

        patch.setattr(owner, name, told)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("page", "page_form", "part_form"):
            watch(pages.Press, name)
        watch(pages.Form, "filled")
        watch(folders.Folder, "csv")
        watch(click, "echo")
        options = ["--config", str(place / "netaudit.toml"), "--out", str(place / "out"), "--now", "2026-03-20T06:00"]
        done = CliRunner().invoke(main, ["run", str(place / "access.log"), *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        number = next((place / "out" / "ig" / "cases").glob("*.html")).stem.upper()
        told = CliRunner().invoke(main, ["explain", number, *options[:-2]], catch_exceptions=False)
        assert told.exit_code == 0, told.output
    return Watched(place / "out", given, done.output + told.output, _tables(place / "out"))


# Who is given: the things themselves.
_OURS = (pages.Press, pages.Form, folders.Folder)
_PLAIN = (str, int, float, bool, bytes, date, datetime, type(None), Markup)


def _walk(way: str, value: object) -> Iterator[Given]:
    """Yield every object that one leads to, with the fields that lead there."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _walk(f"{way}[]", key)
            yield from _walk(f"{way}[{key if isinstance(key, str) else ''}]", one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield Given(way, value)
        for field in dataclasses.fields(value):
            yield from _walk(f"{way}.{field.name}", getattr(value, field.name))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _walk(f"{way}[]", one)
    else:
        yield Given(way, value)


@pytest.fixture(scope="module")
def everything(watched: Watched) -> list[Given]:
    found = [one for given in watched.given for one in _walk(given.way, given.value)]
    assert len(found) > 10_000
    assert {given.way.partition(".")[0] for given in watched.given} >= {"Press", "Folder", "click"}
    return found


def test_nothing_but_records_that_leave_and_text_is_handed_on(everything: list[Given]) -> None:
    records_that_leave = {
        getattr(leaving, name) for name in leaving.__all__ if isinstance(getattr(leaving, name), type)
    }
    seen = set()
    for way, value in everything:
        kind = type(value)
        if dataclasses.is_dataclass(kind):
            assert (
                kind in records_that_leave or kind is FigureDefinition or kind.__module__.startswith("netaudit.report.")
            ), (way, kind)
            seen.add(kind)
        else:
            assert isinstance(value, _PLAIN), (way, kind)
    assert {records.Case, records.RunFacts, records.FileAccount, records.RegisterUse, records.Unlisted} <= seen


def test_a_view_of_a_report_is_made_of_such_things_too() -> None:
    """What a record may hold, by its annotations: no table, no function, nothing of the inner stages."""
    for name in leaving.__all__:
        kind = getattr(leaving, name)
        if isinstance(kind, type):
            for field in dataclasses.fields(kind):
                assert not re.search(
                    r"DataFrame|LazyFrame|Series|Callable|Any|_hash|source_ip", f"{field.name} {field.type}"
                )


def test_no_pseudonym_leaves(watched: Watched, everything: list[Given]) -> None:
    secret = set()
    for frames in watched.store.values():
        for frame in frames:
            for column in ("user_hash", "source_hash", "url_key", "referrer_key", "recipient"):
                if column in frame.columns:
                    secret.update(frame[column].drop_nulls().to_list())
    assert len(secret) > 20
    numbers = {value for _, value in everything if isinstance(value, int)}
    assert not secret & numbers
    digits = {
        form for one in secret for form in (str(one), str(one % 2**64), f"{one % 2**64:x}", f"{one % 2**64:016x}")
    }
    texts = [value for _, value in everything if isinstance(value, str)] + [watched.said]
    runs = {run for text in texts for run in re.findall(r"[0-9a-f]{8,}", text)}
    assert not digits & runs


def test_no_name_and_no_team_of_a_case_leaves(watched: Watched, everything: list[Given]) -> None:
    for way, value in everything:
        text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        assert "canary.p" not in text.lower(), way
        assert "192.0.2.1" not in text, way
        if ".evidence" in way or ".day." in way or ".case" in way:
            assert "canary" not in text.lower(), way
    for path in (watched.out / "ig" / "cases").iterdir():
        assert "canary" not in path.read_text(encoding="utf-8").lower()
    assert "canary" not in watched.said.lower().replace("access.log", "")


def test_no_line_of_a_persons_request_leaves(watched: Watched, everything: list[Given]) -> None:
    """A place in a log leads to a name: only lines that could not be used may be pointed at."""
    pointed = {way for way, value in everything if re.search(r"log_(line|file)\b", way) and value is not None}
    assert {way.rpartition(".")[2] for way in pointed} == {"log_file"}  # of the line account
    assert not any("case" in way.lower() or "evidence" in way for way in pointed)
    for frame in watched.store["findings"]:
        assert frame.height
    kinds = (records.Case, records.EvidenceLine, records.Piece, records.Ignored, records.Overturn)
    names = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    assert not names & {"log_file", "log_line", "user_hash", "team", "directorate", "person_id", "recipient"}


# The tables about the run, its files and its cases; whatever else there is must be made of published figures.
OF_THE_RUN = re.compile(
    r"attribution|cases(-.*)?|files|labels|line-account|not-in-the-directory|registers|reject-(examples|reasons)"
    r"|classes-from|periods|(?i:f-[0-9a-z]{10})|sources|sources-cannot-show|silences|clock-checks|file-times"
)


@pytest.mark.parametrize("audience", ["ig", "managers"])
def test_every_other_figure_is_a_published_one(watched: Watched, audience: str) -> None:
    rows = pl.concat(watched.store["published"]).filter(pl.col("report") == audience)
    published = {None} | {one for name in ("people", "minutes_low", "minutes", "minutes_high") for one in rows[name]}
    figures = set()
    for path in (watched.out / audience).rglob("*.csv"):
        if not OF_THE_RUN.fullmatch(path.stem):
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    figures.update(
                        int(cell)
                        for title, cell in row.items()
                        if cell.isdecimal() and title not in ("Clause", "title", "value")
                    )
    assert figures <= published
    if audience == "ig":
        assert figures
        assert {path.stem for path in (watched.out / "ig").glob("*.csv")} >= {"people-by-unit", "time-by-class"}


def test_the_terminal_hears_of_no_case(watched: Watched) -> None:
    """How many there are is for those who read the report; `explain` is asked for by number."""
    for way, value in watched.given:
        if way == "click.echo" and isinstance(value, str) and "Timeline" not in value:
            assert not re.search(r"F-[0-9A-Z]{10}|\d case|to review|excused|close to a limit|used by", value), value
            assert "rightmove" not in value
            assert "bet365" not in value


def test_every_way_out_of_protect_stands_at_a_door() -> None:
    """A new function of `protect` is a door, or belongs to those that never let a figure out. Decide which."""
    at_a_door = {
        one.__name__
        for one in (*doors.AGGREGATES, *doors.CASES, *doors.BEFORE, *doors.OWN)
        if isinstance(one, FunctionType)
    }
    inner = {
        # who is who, in memory
        "decisions_table", "known_as", "people_table", "pseudonymise", "register_table", "shield", "attended",
        "clauses_of", "counted", "subject_of", "theirs", "linked_by", "blinded", "group_of", "people_of",
        # what people said themselves
        "statements_of",
        # names of what is left out, for some readers
        "withheld_values",
        # keys
        "destroy", "destroy_places", "is_name_of_table", "key_states", "look", "rewrap", "wrapping_key",
        # what earlier editions and weeks ask of figures, before the door
        "basis_of_edition", "claims_of_edition", "claims_of_week", "printed_of", "standing", "whom_figures_count",
    }  # fmt: skip
    functions = {name for name in protect.__all__ if inspect.isfunction(getattr(protect, name))}
    assert functions == at_a_door | inner
    assert not at_a_door & inner


def test_the_second_door_has_a_gate() -> None:
    """Each of its functions needs the gate, and hands out nothing while it is shut."""
    for one in doors.CASES:
        assert "gate" in inspect.signature(one).parameters
        assert inspect.signature(one).parameters["gate"].default is inspect.Parameter.empty
    leaks = pl.DataFrame(
        [("2026-W11", "bets.example", "gambling", "fewer than 10")], leaving.LEAKS.schema, orient="row"
    )
    assert open_leaks(leaks, Gate(APPROVED, datetime(2026, 3, 20, tzinfo=UTC).date())).height == 1
    assert open_leaks(leaks, Gate(APPROVED, date(2019, 1, 1))).is_empty()


def test_templates_are_given_no_more_than_we_watch() -> None:
    """What templates share is functions of text: none of it reads a store."""
    shared = pages._environment(pages.templates_folder()).globals
    for name, one in shared.items():
        assert isinstance(
            one, FunctionType | ModuleType | Macro | str | int | Mapping | type | Undefined | enum.Enum
        ) or (type(one).__module__.startswith("jinja2")), name
    assert "store" not in shared
