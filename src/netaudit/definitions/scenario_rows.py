"""What a scenario says of people and registers, as rows of the files that an organisation has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from netaudit.definitions.local_times import clock_of, instants
from netaudit.definitions.registers import DIRECTORY, REGISTERS
from netaudit.definitions.scenario_story import Story
from netaudit.definitions.scenario_terms import SOMEBODY, Row, ScenarioEntry
from netaudit.definitions.toml_files import did_you_mean

_VALUE = (str, int, float, bool, date, datetime, time, list)
# What an entry may call a column, as worked examples do.
_ALIASES = {"person": "person_id", "start": "starts", "end": "ends", "account": "account_or_address"}
# What an entry need not say, where nothing depends on it.
_UNSAID = {
    "approver": "the line manager",
    "reason": "agreed",
    "incident": "INC-0000",
    "reported_at": "2199-12-31",  # after whatever was done
    "reference": "REC-0000",
    "received": "2000-01-01",
    "decision": "pending",
    "decided_by": "the panel",
    "decided_on": "2026-12-31",
    "note": "",
}
# Registers whose entries hold at any time, unless an entry says when.
_LASTING = ("exemptions.csv", "research.csv")
_ALWAYS = {"starts": "2000-01-01", "ends": "9999-12-31"}
_SOMEBODY_ELSE = "somebody.else"


def directory_rows(story: Story) -> Iterator[Row]:
    """Yield rows of the staff directory; somebody without a name has one if anything is said of them."""
    about = {name: story.known[name] for name in ("pattern", "roles") if name in story.known}
    people = [*story.known.get("people", ()), *([{"person": SOMEBODY, **about}] if about else [])]
    for number, person in enumerate(people, start=1):
        where = story.at(f"person {number}")
        row = _row(story, person, DIRECTORY.known, where)
        if row is None:
            continue
        name = row.get("person_id", "")
        if not name:
            story.tables.fault("'person' is missing", where, 'add person = "…"')
        yield {"accounts": name, **row}


def register_entries(story: Story) -> Iterator[ScenarioEntry]:
    """Yield rows of registers; what an entry does not say, and nothing depends on, is made up."""
    files = {file.removesuffix(".csv"): file for file in REGISTERS}
    files |= {name.removesuffix("s"): file for name, file in files.items()}
    for number, entry in enumerate(story.known.get("register", ()), start=1):
        where = story.at(f"register {number}")
        if not isinstance(entry, dict) or not isinstance(entry.get("register"), str):
            story.tables.fault("'register' is missing", where, 'add register = "consent"')
            continue
        said = dict(entry)
        name = str(said.pop("register"))
        if name not in files:
            story.tables.fault(f"unknown register '{name}'", where, did_you_mean(name, files))
            continue
        if said.pop("somebody_else", False):
            said["person"] = _SOMEBODY_ELSE
        yield from _entry(story, files[name], said, where)


def _entry(story: Story, file: str, said: dict[str, Any], where: str) -> Iterator[ScenarioEntry]:
    columns = REGISTERS[file].known
    said = {_ALIASES.get(key, key) if _ALIASES.get(key, key) in columns else key: value for key, value in said.items()}
    if "date" in columns and "start" in said:  # as a worked example has a self-report
        start = clock_of(said.pop("start"))
        said["date"] = start.date() if isinstance(start, datetime) else said.get("day", story.day)
        said.pop("end", None)
    if "starts" in said and "ends" in said:
        said |= _span(story, said)
    if "category" in columns and "categories" in said:
        said["category"] = said.pop("categories")
    of_rule = said.pop("rule_id", None) if "case_number" in columns else None
    if "person_id" in columns and not {"role", "person_id"} & set(said):
        said["person_id"] = SOMEBODY
    decided = said.pop("person", SOMEBODY) if of_rule is not None else None
    row = _row(story, said, columns, where)
    if row is not None:
        unsaid = {name: text for name, text in _UNSAID.items() if name in columns}
        unsaid |= _ALWAYS if file in _LASTING else {}
        named = {} if decided is None else {"case_number": str(decided)}
        yield ScenarioEntry(file, {**unsaid, **row, **named}, of_rule)


def _row(story: Story, said: object, columns: Sequence[str], where: str) -> Row | None:
    """Return a table as a row of a CSV file."""
    if not isinstance(said, dict):
        story.tables.fault("not a table", where, "write { key = value }")
        return None
    named = {_ALIASES.get(key, key) if _ALIASES.get(key, key) in columns else key: said[key] for key in said}
    values = story.tables.table(named, dict.fromkeys((*columns, "day"), _VALUE), where)
    day: date | None = values.pop("day", story.day)
    return {key: _cell(value, day) for key, value in values.items()}


def _span(story: Story, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return when an entry starts and ends; an end by the clock is the next time that the clock shows it."""
    start, end, day = clock_of(said["starts"]), clock_of(said["ends"]), said.get("day", story.day)
    if isinstance(start, time) and isinstance(day, date):
        start = datetime.combine(day, start)
    if not isinstance(start, datetime) or not isinstance(end, time):
        return {}
    return {"starts": start, "ends": instants(start, end, story.zone)[1]}


def _cell(value: object, day: date | None) -> str:
    """Return a TOML value as a cell of a CSV file."""
    value = clock_of(value)
    if isinstance(value, time) and day is not None:
        return datetime.combine(day, value).isoformat()
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date | time) else str(value)
