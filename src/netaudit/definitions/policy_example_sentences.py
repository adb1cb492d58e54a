"""A policy's worked examples, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from netaudit.definitions.calendars import WEEKDAYS
from netaudit.definitions.local_times import Clock
from netaudit.definitions.policy_sentences import day_in_words, listed, plain, setting
from netaudit.definitions.policy_terms import Example, ExampleEntry, ExampleVisit

# What a visit of an example is if it says nothing else; that is not told.
_USUAL: Mapping[str, object] = {
    "minutes_low": None,
    "minutes": None,
    "minutes_high": None,
    "documents_allowed": 1,
    "requests_blocked": 0,
    "requests": 1,
    "megabytes": 0,
    "attribution": "person",
    "kind": "human",
    "confirmed": True,
    "megabytes_out": 0,
    "downloads": (),
}
_TOLD = ("start", "end", "category")


def example_in_words(example: Example) -> list[str]:
    """Return a worked example as sentences."""
    outcome = "Breaks the rule" if example.breaks else "Does not break the rule"
    if example.status and example.status != "new":
        outcome += f" ({example.status})"
    lines = [f"{outcome}: {example.title}."]
    first = min((visit.start for visit in example.visits), default=None)
    where = [f"On {WEEKDAYS[first.weekday()].capitalize()} {day_in_words(first.date())}"] if first else []
    where += [f"in {example.zone}"] if example.zone else []
    who = f"somebody with pattern {example.pattern}" if example.pattern else "somebody"
    who += f" and the role {listed(example.roles)}" if example.roles else ""
    visits = "; ".join(_visit_in_words(visit, first) for visit in example.visits)
    lines.append(f"{', '.join([*where, who])} is on: {visits}.")
    lines += [_entry_in_words(entry) for entry in example.register]
    if example.expect:
        expected = listed(f"{plain(name)} {setting(value)}" for name, value in example.expect.items())
        lines.append(f"The finding has {expected}.")
    if example.relies_on:
        lines.append(f"Relies on {listed(f'{plain(name)} {value:g}' for name, value in example.relies_on.items())}.")
    return lines


def _visit_in_words(visit: ExampleVisit, first: datetime | None) -> str:
    dated = "" if first and visit.start.date() == first.date() else f"{day_in_words(visit.start)} "
    text = f"{visit.category}, {dated}{_clock(visit.start)} to {_clock(visit.end)}"
    own_site = visit.category.replace("_", "-") + ".example"
    usual = {**_USUAL, "site": own_site}
    rest = [
        f"{plain(one.name)} {setting(getattr(visit, one.name))}"
        for one in fields(visit)
        if one.name not in _TOLD and getattr(visit, one.name) != usual.get(one.name)
    ]
    return f"{text} ({', '.join(rest)})" if rest else text


def _entry_in_words(entry: ExampleEntry) -> str:
    whose = "for somebody else" if entry.somebody_else else f"for the role {entry.role}" if entry.role else "for them"
    about = f" about {listed(entry.categories)}" if entry.categories else ""
    return f"A {plain(entry.register)} {whose}{about}, {setting(entry.start)} to {setting(entry.end)}."


def _clock(moment: Clock) -> str:
    offset = moment.strftime("%z")  # only where the clock shows a time twice
    clock = moment.time() if isinstance(moment, datetime) else moment
    return setting(clock) + (f" (UTC{offset[:3]}:{offset[3:]})" if offset else "")
