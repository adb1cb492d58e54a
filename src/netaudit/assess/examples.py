"""A policy's worked examples, run through the real assessment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess.week import assess
from netaudit.contracts import DOWNLOADS, PEOPLE, REGISTER, VISITS
from netaudit.definitions.local_times import instants
from netaudit.definitions.policies import (
    LIMITED_KINDS,
    Attempts,
    Example,
    ExampleVisit,
    OwnTime,
    Policy,
    Rule,
    load_policy_texts,
)
from netaudit.errors import DefinitionError, Problem

_Case = tuple[Rule, int, Example]
_SOMEBODY_ELSE = -1


def check_policy(policy: Policy) -> list[Problem]:
    """Return one problem for each worked example that does not come out as it says.

    Each example is run with the settings that it relies on; all that share their settings are run at once,
    each with a person of its own. An example that the policy has from one that it extends is run by the hours, classes
    and excuses of that one, for which it was worked out: an organisation's own lunch does not make it untrue.
    """
    below = _below(policy)
    groups: dict[tuple[str, str | None, tuple[tuple[str, float], ...]], list[_Case]] = defaultdict(list)
    for rule in policy.rules:
        for number, example in enumerate(rule.examples, start=1):
            settings = tuple(sorted(example.relies_on.items()))
            groups[rule.rule_id, example.zone, settings].append((rule, number, example))
    problems = []
    for (rule_id, zone, settings), cases in groups.items():
        rule = policy.rule(rule_id)
        tried = _as_relied_on(_written_for(policy, rule, below), rule, dict(settings), zone)
        problems += _outcomes(cases, tried, policy.policy_id)
    order = {rule.rule_id: place for place, rule in enumerate(policy.rules)}
    return [problem for _, _, problem in sorted(problems, key=lambda entry: (order[entry[0]], entry[1]))]


def _below(policy: Policy) -> list[Policy]:
    """Return the policies that a policy extends, the lowest first, as far as they are whole by themselves."""
    found = []
    for count in range(1, len(policy.texts)):
        try:
            found.append(load_policy_texts(policy.texts[:count], policy.policy_id))
        except DefinitionError:  # such as a file of hours that several policies extend
            continue
    return found


def _written_for(policy: Policy, rule: Rule, below: Iterable[Policy]) -> Policy:
    """Return the lowest policy that has the examples of a rule as they are."""
    for one in below:
        if any(same.rule_id == rule.rule_id and same.examples == rule.examples for same in one.rules):
            return one
    return policy


def _as_relied_on(policy: Policy, rule: Rule, settings: Mapping[str, float], zone: str | None) -> Policy:
    """Return the policy with one rule alone, on, and with the settings of an example."""
    limit = next((settings[key] for key in LIMITED_KINDS.values() if key in settings), rule.limit)
    one_hour = policy.one_hour
    if rule.kind == "one_hour":
        one_hour = replace(
            one_hour, **{key: value for key, value in settings.items() if key != "excused_minutes_a_day"}
        )
    blocked = policy.blocked_class
    if rule.kind == "blocked_class":
        blocked = replace(
            blocked,
            minutes_low=settings.get("minutes_low", blocked.minutes_low),
            documents=round(settings.get("documents", blocked.documents)),
        )
    excused = settings.get("excused_minutes_a_day")
    own_time, attempts = policy.own_time, policy.attempts
    if rule.kind == "own_time":
        own_time = OwnTime(settings.get("minutes_low", own_time.minutes_low))
    if rule.kind == "attempts":
        attempts = Attempts(settings.get("apart_minutes", attempts.apart_minutes))
    return replace(
        policy,
        own_time=own_time,
        attempts=attempts,
        zone=zone or policy.zone,
        one_hour=one_hour,
        blocked_class=blocked,
        excuses=policy.excuses
        if excused is None
        else tuple(replace(excuse, minutes_a_day=excused) for excuse in policy.excuses),
        rules=(replace(rule, on=rule.kind not in LIMITED_KINDS or limit is not None, limit=limit),),
    )


def _outcomes(cases: list[_Case], policy: Policy, name: str) -> list[tuple[str, int, Problem]]:
    zone = ZoneInfo(policy.zone)
    examples = [example for _, _, example in cases]
    week = assess(
        _visits(examples, zone), _people(examples), _register(examples, zone), policy, _downloads(examples, zone)
    )
    findings = week.findings
    problems = []
    for person, (rule, number, example) in enumerate(cases):
        where = f"policy '{name}', rule '{rule.rule_id}', example {number} ('{example.title}')"
        own = findings.filter(pl.col("user_hash") == person)
        if fault := _fault(example, own):
            inherited = name != policy.policy_id
            remedy = (
                "give the rule examples of your own" if inherited else "mend the example or the setting it relies on"
            )
            problems.append((rule.rule_id, number, Problem(fault, where, remedy)))
    return problems


def _fault(example: Example, findings: pl.DataFrame) -> str | None:
    """Return how the findings differ from what the example says."""
    wanted = example.status or ("new" if example.breaks else "no finding")
    found = findings["status"].unique().sort().to_list() or ["no finding"]
    if found != [wanted]:
        return f"it should come out as '{wanted}' and comes out as '{', '.join(found)}'"
    if findings.height > 1:
        return f"it comes out as {findings.height} findings"
    for column, value in example.expect.items():
        if findings.is_empty() or findings[column][0] is None:
            return f"it should have {column} {value} and has none"
        if abs(findings[column][0] - value) > 1e-6:  # noqa: PLR2004  minutes: below a microsecond
            return f"{column} should be {value} and is {findings[column][0]}"
    return None


def _visits(examples: Iterable[Example], zone: ZoneInfo) -> pl.DataFrame:
    rows = [visit_row(visit, person, zone) for person, example in enumerate(examples) for visit in example.visits]
    return pl.DataFrame(rows, VISITS.schema)


def visit_row(visit: ExampleVisit, user_hash: int, zone: ZoneInfo) -> dict[str, object]:
    """Return a visit of a worked example as a row of VISITS: what it does not say is as plain as can be."""
    start, end = instants(visit.start, visit.end, zone)
    lasts = (end - start).total_seconds() / 60
    low = lasts if visit.minutes_low is None else visit.minutes_low
    likely = max(low, lasts if visit.minutes is None else visit.minutes)
    return {
        "user_hash": user_hash,
        "attribution": visit.attribution,
        "site": visit.site,
        "category": visit.category,
        "event_start": start,
        "event_end": end,
        "minutes_low": float(low),
        "minutes": float(likely),
        "minutes_high": float(likely if visit.minutes_high is None else visit.minutes_high),
        "requests": visit.requests,
        "human_requests": visit.requests,
        "documents_allowed": visit.documents_allowed,
        "requests_blocked": visit.requests_blocked,
        "bytes_in": round(visit.megabytes * 1_000_000),
        "bytes_out": round(visit.megabytes_out * 1_000_000),
        "kind": visit.kind,
        "reason": "",
        "category_source": None,
        "category_confirmed": visit.confirmed,
    }


def _downloads(examples: Iterable[Example], zone: ZoneInfo) -> pl.DataFrame:
    rows = [
        row for person, one in enumerate(examples) for visit in one.visits for row in download_rows(visit, person, zone)
    ]
    return pl.DataFrame(rows, DOWNLOADS.schema)


def download_rows(visit: ExampleVisit, user_hash: int, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """Yield the files that a visit of a worked example fetched, as rows of DOWNLOADS, if a person did it."""
    if visit.kind != "human":
        return
    start, _ = instants(visit.start, visit.end, zone)
    for file in visit.downloads:
        yield {
            "user_hash": user_hash,
            "attribution": visit.attribution,
            "site": visit.site,
            "category": visit.category,
            "category_source": None,
            "category_confirmed": visit.confirmed,
            "event_start": start,
            "file_kind": file.kind,
            "bytes": round(file.megabytes * 1_000_000),
        }


def _people(examples: Iterable[Example]) -> pl.DataFrame:
    rows = [
        {
            "user_hash": person,
            "pattern": example.pattern,
            "roles": [_role(person, role) for role in example.roles],
        }
        for person, example in enumerate(examples)
    ]
    return pl.DataFrame(rows, PEOPLE.schema)


def _role(person: int, role: str) -> str:
    """Return the role as this example's own: examples that run together must not excuse one another."""
    return f"{person}:{role}"


def _register(examples: Iterable[Example], zone: ZoneInfo) -> pl.DataFrame:
    rows = [
        {
            "register": entry.register,
            "entry": f"register:{number}",
            "user_hash": None if entry.role else _SOMEBODY_ELSE if entry.somebody_else else person,
            "role": _role(person, entry.role) if entry.role else None,
            "categories": None if entry.categories is None else list(entry.categories),
            **dict(zip(("starts", "ends"), instants(entry.start, entry.end, zone), strict=True)),
            "reason": "",
        }
        for person, example in enumerate(examples)
        for number, entry in enumerate(example.register, start=1)
    ]
    return pl.DataFrame(rows, REGISTER.schema)
