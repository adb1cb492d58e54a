"""Scenario files: a story, or several, told as a policy's worked examples are, with people of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from netaudit.definitions.local_times import clock_of, instant_of, instants, is_skipped
from netaudit.definitions.policy_changes import Change, changes_of
from netaudit.definitions.policy_examples import RELIES_ON, read_visit
from netaudit.definitions.policy_terms import ExampleVisit, Policy
from netaudit.definitions.scenario_expectations import expected_findings
from netaudit.definitions.scenario_rows import directory_rows, register_entries
from netaudit.definitions.scenario_story import Story
from netaudit.definitions.scenario_terms import SOMEBODY, Scenario, ScenarioVisit
from netaudit.definitions.taxonomy import UNCATEGORISED
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml
from netaudit.definitions.toml_tables import Shape, Tables
from netaudit.errors import DefinitionError

LoadPolicy = Callable[[str | None, Sequence[Change]], Policy]  # zone, settings

_SCENARIO: Shape = {
    "title": str,
    "day": date,
    "zone": str,
    "now": (datetime, str),
    "rule_id": str,
    "breaks": bool,
    "status": str,
    "relies_on": dict,
    "settings": dict,
    "patterns": dict,
    "pattern": str,
    "roles": list,
    "people": list,
    "directory": str,
    "registers": str,
    "register": list,
    "visits": list,
    "log_lines": (str, list),
    "logs": list,
    "log_zone": str,
    "expect": (list, dict),
}
_OUR_TIME = range(1971, 2200)
_OF_A_STORY: Shape = {"person": str, "day": date, "url": str}  # keys of a visit, beside those of a worked example


def load_scenarios(path: Path, load: LoadPolicy) -> tuple[Scenario, ...]:
    """Return the scenarios of a file: the tables `[[scenario]]`, or the file itself where it has none.

    Args:
        path: a TOML file. Paths in it start at it.
        load: returns the policy to try, in a zone (None: its own) and with some settings changed.

    Raises:
        DefinitionError: with every fault of the file, and of the policy as its settings make it.
    """
    document, problems = read_what_is_toml(path)
    tables = Tables(str(path), problems)
    several = document.get("scenario")
    if several is not None:
        tables.table(document, {"scenario": list}, "")
    stories = several if isinstance(several, list) else [document]
    found = [
        _scenario(tables, story, load, path.parent, f"scenario {number}" if several is not None else "")
        for number, story in enumerate(stories, start=1)
    ]
    if tables.problems or not found:
        if not tables.problems:
            tables.fault("there is no scenario", "", "write [[scenario]] with title, visits and expect")
        raise DefinitionError(tables.problems)
    return tuple(one for one in found if one is not None)


def _scenario(tables: Tables, story: object, load: LoadPolicy, folder: Path, where: str) -> Scenario | None:
    known = tables.table(story, _SCENARIO, where, ("title",))
    zone = known.get("zone")
    if zone is not None and not is_time_zone(zone):
        tables.fault(f"unknown zone '{zone}'", where, zone_hint(zone))
        return None
    try:
        policy = load(zone, _changes(known))
    except DefinitionError as error:
        tables.problems += error.problems
        return None
    only_rule = known.get("rule_id")
    if only_rule is not None and only_rule not in {rule.rule_id for rule in policy.rules}:
        tables.fault(
            f"there is no rule '{only_rule}'", where, did_you_mean(only_rule, [rule.rule_id for rule in policy.rules])
        )
        return None
    if "relies_on" in known:
        policy = _relying(tables, policy, load, known, where) or policy
    day = known.get("day")
    day = day.date() if isinstance(day, datetime) else day
    return _told(Story(tables, policy, known, day, where), folder)


def _changes(known: Mapping[str, Any]) -> list[Change]:
    patterns = [Change(("patterns", name), table) for name, table in known.get("patterns", {}).items()]
    return [*patterns, *changes_of(known.get("settings", {}))]


def _relying(tables: Tables, policy: Policy, load: LoadPolicy, known: Mapping[str, Any], where: str) -> Policy | None:
    """Return the policy with what a worked example relies on: the bare settings of its rule's kind."""
    rule_id = known.get("rule_id")
    if rule_id is None:
        tables.fault("'relies_on' without a rule", where, "add rule_id, or write the settings in full under settings")
        return None
    rule = policy.rule(rule_id)
    changes = []
    for name, value in known["relies_on"].items():
        if name not in RELIES_ON[rule.kind]:
            tables.fault(f"unknown thing to rely on '{name}'", where, did_you_mean(name, RELIES_ON[rule.kind]))
        elif name == "excused_minutes_a_day":
            changes += [Change(("excuse", excuse.category, "minutes_a_day"), value) for excuse in policy.excuses]
        elif name.startswith("limit_") and rule.kind != "one_hour":
            changes.append(Change(("rule", rule_id, name), value))
        else:
            changes.append(Change((rule.kind, name), value))
    try:
        return load(known.get("zone"), [*_changes(known), *changes])
    except DefinitionError as error:
        tables.problems += error.problems
        return None


def _told(story: Story, folder: Path) -> Scenario:
    known, lines = story.known, story.known.get("log_lines", "")
    scenario = Scenario(
        title=known.get("title", ""),
        place=story.tables.place(story.where),
        policy=story.policy,
        only_rule=known.get("rule_id"),
        people=tuple(directory_rows(story)),
        directory=_path(story, folder, "directory"),
        registers=_path(story, folder, "registers"),
        entries=tuple(register_entries(story)),
        visits=tuple(_visits(story)),
        log_lines=lines if isinstance(lines, str) else "\n".join(map(str, lines)),
        logs=tuple(folder / str(name) for name in known.get("logs", ())),
        log_zone=known.get("log_zone", "UTC"),
        now=_now(story),
        expect=tuple(expected_findings(story)),
    )
    has_logs = bool(scenario.log_lines or scenario.logs)
    if has_logs == bool(known.get("visits")):
        what = "visits and lines of logs in one scenario" if has_logs else "nobody does anything"
        story.fault(what, "write visits = […], or log_lines or logs")
    for key, file in (("people", "directory"), ("register", "registers")):
        if key in known and file in known:
            story.fault(f"'{key}' and '{file}' in one scenario", "write one of them")
    if not is_time_zone(scenario.log_zone):
        story.fault(f"unknown zone '{scenario.log_zone}'", zone_hint(scenario.log_zone))
    return scenario


def _path(story: Story, folder: Path, key: str) -> Path | None:
    if key not in story.known:
        return None
    path = folder / str(story.known[key])
    if not path.exists():
        story.fault(f"'{key}' leads to nothing: {story.known[key]}", "paths start at the scenario's file")
    return path


def _now(story: Story) -> datetime | None:
    now = clock_of(story.known.get("now"))
    if isinstance(now, datetime):
        return instant_of(now, story.zone)
    if now is not None:
        story.fault("'now' is no date and time", "write 2026-03-12T08:00:00")
    return None


def _visits(story: Story) -> Iterator[ScenarioVisit]:
    for number, entry in enumerate(story.known.get("visits", ()), start=1):
        where = story.at(f"visit {number}")
        if not isinstance(entry, dict):
            story.tables.fault("not a table", where, "write { start = 10:00:00, end = 10:20:00, category = … }")
            continue
        own = story.tables.table({key: entry[key] for key in _OF_A_STORY if key in entry}, _OF_A_STORY, where)
        day, url = own.get("day", story.day), own.get("url")
        if day is None and not isinstance(clock_of(entry.get("start")), datetime):
            story.tables.fault("a clock time of no day", where, "add day = 2026-03-10, here or to the scenario")
            continue
        said = {key: value for key, value in entry.items() if key not in _OF_A_STORY}
        if url is not None and "category" not in said:
            said["category"] = UNCATEGORISED  # until the class lists have been asked
        sound = len(story.tables.problems)
        visit = read_visit(day or date.min, story.tables, said, {UNCATEGORISED: "", **story.policy.classes}, where)
        if len(story.tables.problems) == sound and _can_be(visit, story, where):
            yield ScenarioVisit(own.get("person", SOMEBODY), visit, url)


def _can_be(visit: ExampleVisit, story: Story, where: str) -> bool:
    """Return whether the clocks show the times of a visit, and it ends after it starts; note it where not."""
    moments = [one for one in (visit.start, visit.end) if isinstance(one, datetime)]
    for one in moments:
        if one.year not in _OUR_TIME:
            story.tables.fault("no date of our time", where, "write it as 2026-03-10T10:00")
            return False
        if is_skipped(one, story.zone):
            what = f"the clocks of {story.policy.zone} go past {one:%H:%M} on {one:%-d %B %Y}"
            story.tables.fault(what, where, "write a time that the clocks show, or one with its offset")
            return False
    start, end = instants(visit.start, visit.end, story.zone)
    if end < start:
        story.tables.fault("it ends before it starts", where, "check start and end")
    return end >= start
