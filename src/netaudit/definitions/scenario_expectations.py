"""What a scenario says must be found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from netaudit.definitions.local_times import clock_of
from netaudit.definitions.scenario_story import Story
from netaudit.definitions.scenario_terms import SOMEBODY, ExpectedFinding
from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.toml_tables import NUMBER, Shape

_STATUSES = ("new", "close", "excused", "confirmed", "withdrawn")
_WORDS = ("category", "route", "to", "pattern", "entries", "measure", "excused_by")
_NUMBERS = (
    "minutes_low", "minutes", "minutes_high", "core_minutes_low", "lunch_minutes", "span_minutes", "limit", "requests",
    "requests_blocked", "holds_at_half", "holds_at_double", "listed",
)  # fmt: skip
_CLOCKS = ("start", "end")
_EXPECTED: Shape = {
    "person": str,
    "rule_id": str,
    "clause": str,
    "status": str,
    "day": date,
    **dict.fromkeys(_CLOCKS, (datetime, time)),
    **dict.fromkeys(_WORDS, str),
    **dict.fromkeys(_NUMBERS, (*NUMBER, bool)),
}


def expected_findings(story: Story) -> Iterator[ExpectedFinding]:
    """Yield the findings that a scenario expects, in full or as a worked example does it for its one rule."""
    expect, only_rule = story.known.get("expect"), story.known.get("rule_id")
    if isinstance(expect, dict) or "breaks" in story.known or "status" in story.known:
        yield from _expected_as_in_an_example(story, expect or {}, only_rule)
        return
    if expect is None:
        story.fault("it does not say what must be found", "add expect = […]; expect = [] if nothing must be found")
    for number, entry in enumerate(expect or (), start=1):
        where = story.at(f"expect {number}")
        found = _finding(story, entry, only_rule, where)
        if found is not None:
            yield found


def _expected_as_in_an_example(story: Story, columns: object, only_rule: str | None) -> Iterator[ExpectedFinding]:
    if only_rule is None:
        story.fault("'breaks', 'status' and a table 'expect' are about one rule", "add rule_id")
        return
    status = story.known.get("status", "new" if story.known.get("breaks", True) else None)
    if status is not None and isinstance(columns, dict):
        found = _finding(story, {**columns, "status": status}, only_rule, story.at("expect"))
        if found is not None:
            yield found
    elif columns:
        story.fault("figures of a finding that is not expected", "leave expect away, or write breaks = true")


def _finding(story: Story, entry: object, only_rule: str | None, where: str) -> ExpectedFinding | None:
    if isinstance(entry, dict):
        entry = {key: clock_of(value) if key in _CLOCKS else value for key, value in entry.items()}
    known = story.tables.table(entry, _EXPECTED, where)
    rule_id, clause = known.get("rule_id", only_rule), known.get("clause")
    if rule_id is None and clause is None:
        story.tables.fault("'rule_id' is missing", where, 'add rule_id = "…", or clause = "…"')
        return None
    rules = {rule.rule_id: rule for rule in story.policy.rules}
    clauses = {rule.clause for rule in story.policy.rules}
    if clause is not None and clause not in clauses:
        story.tables.fault(f"no rule is about clause '{clause}'", where, did_you_mean(clause, clauses))
    if rule_id is None:
        pass
    elif rule_id not in rules:
        story.tables.fault(f"there is no rule '{rule_id}'", where, did_you_mean(rule_id, rules))
    elif not rules[rule_id].on:
        remedy = f'set its limit: settings = {{ "rule.{rule_id}.limit_…" = … }}'
        story.tables.fault(f"rule '{rule_id}' is off until a limit is set", where, remedy)
    story.tables.one_of(known, "status", _STATUSES, where)
    story.tables.one_of(known, "category", story.policy.classes, where)
    day = known.get("day", story.day)
    moments: dict[str, datetime | None] = {}
    for key in _CLOCKS:
        clock = known.get(key)
        moments[key] = datetime.combine(day, clock) if isinstance(clock, time) and day else None
        if isinstance(clock, datetime):
            moments[key] = clock
    return ExpectedFinding(
        person=known.get("person", SOMEBODY),
        rule_id=rule_id,
        clause=clause,
        status=known.get("status", "new"),
        **moments,
        words={key: known[key] for key in _WORDS if key in known},
        numbers={key: known[key] for key in _NUMBERS if key in known},
    )
