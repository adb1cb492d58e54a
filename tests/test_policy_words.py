"""What reports say of a policy in a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from netaudit.definitions.calendars import WEEKDAYS, Hours, Pattern
from netaudit.definitions.policies import Policy, load_policy
from netaudit.definitions.policy_words import clause_titles, core_hours

LEEDS = load_policy("leeds")


def test_every_row_of_a_clause_has_a_title() -> None:
    titles = clause_titles(LEEDS)
    # 7.4 quotes its own heading; 7.2 quotes a sentence, so the one rule that is on stands for it.
    assert titles["7.4"] == "7.4: Unacceptable Use"
    assert titles["7.4 (safeguarding)"] == "7.4: Unacceptable Use (safeguarding)"
    assert titles["7.2"] == "7.2: More than one hour of continuous personal use"
    assert {rule.clause for rule in LEEDS.rules} <= set(titles)


def test_a_clause_with_several_rules_says_how_many() -> None:
    on = tuple(replace(rule, on=True) for rule in LEEDS.rules)
    assert clause_titles(replace(LEEDS, rules=on))["7.2"] == (
        "7.2: More than one hour of continuous personal use, and 3 more"
    )
    off = tuple(replace(rule, on=False) for rule in LEEDS.rules if rule.rule_id == "bandwidth")
    assert clause_titles(replace(LEEDS, rules=off))["7.2"] == f"7.2: {off[0].title}"


def working(**days: list[tuple[time, time]]) -> Policy:
    core = {day: tuple(Hours(*stretch) for stretch in stretches) for day, stretches in days.items()}
    assert set(core) <= set(WEEKDAYS)
    return replace(LEEDS, patterns={"full_time": Pattern("full_time", "", core, None)})


NINE, NOON, ONE, HALF_FIVE = time(9), time(12), time(13), time(17, 30)


@pytest.mark.parametrize(
    ("policy", "hours"),
    [
        (LEEDS, (9.0, 17.0)),
        (working(monday=[(NINE, NOON), (ONE, HALF_FIVE)], sunday=[]), (9.0, 17.5)),
        (working(monday=[(NINE, HALF_FIVE)], friday=[(NINE, ONE)]), None),
        (working(monday=[(HALF_FIVE, NINE)]), None),
        (working(), None),
    ],
    ids=["nine to five", "a break at noon", "a short Friday", "nights", "no core time"],
)
def test_core_hours_are_those_that_all_working_days_share(policy: Policy, hours: tuple[float, float] | None) -> None:
    assert core_hours(policy) == hours
