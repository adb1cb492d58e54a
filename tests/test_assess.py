from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from assess_tables import people, register, utc, visit, visits

from netaudit.assess import assess, check_policy
from netaudit.contracts import FINDINGS, SPELLS
from netaudit.definitions.policies import Policy, load_policy
from netaudit.errors import DefinitionError

LEEDS = load_policy("leeds")


def findings(*rows: dict, policy: Policy = LEEDS, staff: pl.DataFrame | None = None) -> pl.DataFrame:
    return assess(visits(*rows), people() if staff is None else staff, register(), policy).findings


def with_limit(rule_id: str, limit: float) -> Policy:
    """Return the policy with one rule switched on."""
    rules = tuple(replace(rule, on=True, limit=limit) if rule.rule_id == rule_id else rule for rule in LEEDS.rules)
    return replace(LEEDS, rules=rules)


def test_every_worked_example_of_the_leeds_policy_comes_out_as_it_says() -> None:
    assert check_policy(LEEDS) == []


def test_a_worked_example_that_is_wrong_is_named() -> None:
    (one_hour, *others) = LEEDS.rules
    wrong = replace(one_hour.examples[0], breaks=False)
    policy = replace(LEEDS, rules=(replace(one_hour, examples=(wrong, *one_hour.examples[1:])), *others))
    assert [str(problem) for problem in check_policy(policy)] == [
        (
            "it should come out as 'no finding' and comes out as 'new'\n"
            " --> policy 'leeds', rule 'one_hour', example 1 "
            "('Sixty-one minutes at a stretch on a Tuesday morning')\n"
            "  = help: mend the example or the setting it relies on"
        )
    ]


def test_an_expected_figure_that_is_wrong_is_named() -> None:
    (one_hour, *_) = LEEDS.rules
    wrong = replace(one_hour.examples[0], expect={"minutes_low": 62})
    policy = replace(LEEDS, rules=(replace(one_hour, examples=(wrong,)),))
    assert [problem.what for problem in check_policy(policy)] == ["minutes_low should be 62 and is 61.0"]


def test_no_visits_give_no_spells_and_no_findings() -> None:
    outcome = assess(visits(), people(), register(), LEEDS)
    assert outcome.spells.equals(SPELLS.empty())
    assert outcome.findings.equals(FINDINGS.empty())


def test_a_finding_of_the_one_hour_rule_in_full() -> None:
    # Tuesday 10 March 2026, GMT. 11:40 to 13:10 with four minutes of work: lunch is best placed from 12:00
    # (or a little later: the earliest of equals), so core time outside lunch is 11:40-12:00 and 13:00-13:10.
    outcome = assess(
        visits(
            visit("2026-03-10T11:40", "2026-03-10T12:20", "social_sharing"),
            visit("2026-03-10T12:20", "2026-03-10T12:24", "business_nhs"),
            visit("2026-03-10T12:24", "2026-03-10T13:10", "sport", requests=3),
        ),
        people(),
        register(),
        LEEDS,
    )
    (finding,) = outcome.findings.drop("finding_id").to_dicts()
    assert finding == {
        "rule_id": "one_hour",
        "clause": "7.2",
        "user_hash": 1,
        "route": "manager",
        "event_start": utc("2026-03-10T11:40"),
        "event_end": utc("2026-03-10T13:10"),
        "minutes_low": 86,
        "minutes": 86,
        "minutes_high": 86,
        "core_minutes_low": 30,
        "lunch_minutes": 56,
        "span_minutes": 90,
        "limit": 60,
        "measure": "minutes",
        "category": None,
        "requests": 4,
        "requests_blocked": 0,
        "holds_at_half": False,  # a gap of 4 minutes is more than 2.5
        "holds_at_double": True,
        "status": "new",
        "status_reason": "",
        "amount": 86.0,
        "per": "chain",
        "route_reason": "The staff directory names no managers, so nobody knows whose manager this is for.",
        "recipient": None,
        "entries": "",
        "pattern": "full_time",
        "listed": True,
    }
    (spell,) = outcome.spells.to_dicts()
    assert (spell["visits"], spell["sites"], spell["core_minutes"], spell["lunch_minutes_low"]) == (
        2,
        2,
        30,
        56,
    )


def test_minutes_that_miss_sixty_by_rounding_of_their_parts_only_are_not_more_than_sixty() -> None:
    # 600 visits of six seconds: a tenth of a minute has no exact binary form, and they do not add up to 60
    tenth = {"minutes_low": 0.1, "minutes": 0.1, "minutes_high": 0.1}
    starts = [utc("2026-03-10T09:00") + timedelta(seconds=6 * number) for number in range(600)]
    rows = [visit(start.isoformat()[:19], (start + timedelta(seconds=6)).isoformat()[:19], **tenth) for start in starts]
    assert sum([0.1] * 600) != 60
    outcome = assess(visits(*rows), people(), register(), LEEDS)
    assert outcome.spells["minutes_low"].to_list() == [60.0]
    assert outcome.findings.is_empty()


@pytest.mark.parametrize("attribution", ["none", "machine", "service", "shared", "crowd"])
def test_what_cannot_be_attributed_raises_neither_finding_nor_spell(attribution: str) -> None:
    rows = visits(
        visit("2026-03-10T10:00", "2026-03-10T12:00", attribution=attribution),
        visit("2026-03-10T14:00", "2026-03-10T14:30", "gambling", attribution=attribution),
    )
    outcome = assess(rows, people(), register(), LEEDS)
    assert outcome.spells.is_empty()
    assert outcome.findings.is_empty()


def test_nobody_named_raises_no_finding() -> None:
    assert findings(visit("2026-03-10T10:00", "2026-03-10T12:00", user_hash=None)).is_empty()


@pytest.mark.parametrize("kind", ["embedded", "idle", "background"])
def test_what_no_person_did_counts_for_nothing(kind: str) -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T12:00", kind=kind),
        visit("2026-03-10T14:00", "2026-03-10T14:30", "gambling", kind=kind),
    ]
    assert findings(*rows).is_empty()


def test_people_are_kept_apart() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:40", user_hash=1),
        visit("2026-03-10T10:40", "2026-03-10T11:20", user_hash=2),
    ]
    assert findings(*rows).is_empty()


def test_shielded_visits_are_a_gap_and_nothing_else() -> None:
    around = [visit("2026-03-10T10:00", "2026-03-10T10:40"), visit("2026-03-10T10:44", "2026-03-10T11:10")]
    hidden = visit("2026-03-10T10:40", "2026-03-10T10:44", "shielded", site=None)
    with_it, without = findings(*around, hidden), findings(*around)
    assert with_it.equals(without)
    assert with_it["minutes_high"].to_list() == [66]


def test_a_category_that_the_policy_does_not_know_is_of_unknown_use() -> None:
    # 40 + 15 minutes proven, and 4 that might be anything
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:45"),
        visit("2026-03-10T10:45", "2026-03-10T10:49", "brand_new_class"),
        visit("2026-03-10T10:49", "2026-03-10T11:10"),
    ]
    (finding,) = findings(*rows).to_dicts()
    assert (finding["minutes_low"], finding["minutes"], finding["minutes_high"]) == (66, 66, 70)


def test_time_of_unknown_use_outside_a_chain_adds_nothing_to_it() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T11:10"),
        visit("2026-03-10T11:20", "2026-03-10T11:30", "uncategorised"),
        visit("2026-03-10T09:30", "2026-03-10T09:40", "uncategorised"),
        visit("2026-03-10T10:10", "2026-03-10T10:30", "uncategorised", user_hash=2),
    ]
    assert findings(*rows)["minutes_high"].to_list() == [70]


def test_proven_minutes_are_placed_outside_core_time_as_far_as_they_fit() -> None:
    # 16:00 to 18:00 holds 70 proven minutes: 60 of them fit after 17:00, so 10 are surely in core time;
    # of 90 likely minutes half the time is in core time, so 45 are.
    row = visit("2026-03-10T16:00", "2026-03-10T18:00", minutes_low=70.0, minutes=90.0, minutes_high=120.0)
    outcome = assess(visits(row), people(), register(), LEEDS)
    assert outcome.spells.select("core_minutes_low", "core_minutes").row(0) == (10, 45)
    assert outcome.findings["status"].to_list() == ["new"]


def test_sixty_one_minutes_that_may_all_be_after_work_are_not_proven() -> None:
    row = visit("2026-03-10T16:00", "2026-03-10T18:02", minutes_low=61.0, minutes=70.0, minutes_high=120.0)
    (finding,) = findings(row).to_dicts()
    assert (finding["status"], finding["core_minutes_low"]) == ("close", 0)
    assert finding["status_reason"] == "the likely minutes break the rule, the proven minutes do not"


def test_a_whole_minute_of_core_time_is_enough() -> None:
    assert findings(visit("2026-03-10T16:59", "2026-03-10T18:10"))["core_minutes_low"].to_list() == [1]


def test_a_gap_is_measured_from_the_latest_end_so_far() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:40"),
        visit("2026-03-10T10:10", "2026-03-10T10:12", "travel", minutes_low=0.0, minutes=0.0),
        visit("2026-03-10T10:43", "2026-03-10T11:10"),
    ]
    assert findings(*rows)["minutes_low"].to_list() == [67]


def test_a_single_request_lies_where_its_moment_lies() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:00", minutes_low=1.0, minutes=2.0),
        visit("2026-03-10T11:00", "2026-03-10T11:00", minutes_low=0.0, minutes=2.0),
        visit("2026-03-10T17:00", "2026-03-10T17:00", minutes_low=0.0, minutes=2.0),
        visit("2026-03-10T16:59:30", "2026-03-10T16:59:30", minutes_low=1.0, minutes=2.0, user_hash=2),
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells.sort("user_hash", "event_start")
    # the last one's proven minute runs from 16:59:30 to 17:00:30
    assert spells["core_minutes_low"].to_list() == [1, 0, 0, 0.5]
    assert spells["core_minutes"].to_list() == [2, 2, 0, 1]


def test_time_of_unknown_use_does_not_draw_the_break_to_itself() -> None:
    rows = [
        visit("2026-03-10T12:00", "2026-03-10T12:20"),
        visit("2026-03-10T13:00", "2026-03-10T14:00", "uncategorised"),
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells
    assert spells.select("core_minutes_low", "lunch_minutes_low").rows() == [(0, 20)]


def test_news_excused_in_part_ends_a_chain_like_work_does() -> None:
    # 25 minutes, then 20 minutes of news of which the first 15 are acceptable use, then 30 minutes
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:25"),
        visit("2026-03-10T10:25", "2026-03-10T10:45", "news"),
        visit("2026-03-10T10:45", "2026-03-10T11:15"),
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells
    assert spells["minutes_low"].to_list() == [25, 35]
    (excuse,) = LEEDS.excuses
    bridging = replace(LEEDS, excuses=(replace(excuse, bridges=True),))
    spells = assess(visits(*rows), people(), register(), bridging).spells
    assert spells["minutes_low"].to_list() == [60]


def test_news_is_excused_once_a_day() -> None:
    rows = [
        visit("2026-03-10T09:00", "2026-03-10T09:10", "news"),  # all excused
        visit("2026-03-10T10:00", "2026-03-10T10:20", "news"),  # 5 excused
        visit("2026-03-11T10:00", "2026-03-11T10:20", "news"),  # the next day: 15 excused
    ]
    spells = assess(visits(*rows), people(), register(), LEEDS).spells
    assert spells["minutes_low"].to_list() == [15, 5]
    assert spells["event_start"].to_list() == [utc("2026-03-10T10:05"), utc("2026-03-11T10:15")]


def test_the_blocked_classes_of_one_day_are_a_finding_for_each_class_and_person() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:02", "gambling"),
        visit("2026-03-10T16:00", "2026-03-10T16:03", "gambling"),
        visit("2026-03-11T10:00", "2026-03-11T10:02", "gambling"),
        visit("2026-03-10T10:00", "2026-03-10T10:02", "dating"),
        visit("2026-03-10T10:00", "2026-03-10T10:02", "gambling", user_hash=2),
    ]
    found = findings(*rows).select("user_hash", "rule_id", "category", "event_start", "minutes_low")
    assert found.sort("user_hash", "event_start", "rule_id").rows() == [
        (1, "dating", "dating", utc("2026-03-10T10:00"), 2),
        (1, "gambling", "gambling", utc("2026-03-10T10:00"), 5),
        (1, "gambling", "gambling", utc("2026-03-11T10:00"), 2),
        (2, "gambling", "gambling", utc("2026-03-10T10:00"), 2),
    ]


def test_the_limit_of_a_blocked_class_is_the_evidence_that_was_found() -> None:
    by_minutes = visit("2026-03-10T10:00", "2026-03-10T10:01", "gambling", documents_allowed=0)
    by_document = visit("2026-03-10T10:00", "2026-03-10T10:00:20", "dating")
    found = findings(by_minutes, by_document).select("rule_id", "limit", "measure", "status").sort("rule_id")
    assert found.rows() == [("dating", 1, "requests", "new"), ("gambling", 1, "minutes", "new")]


def test_attempts_that_the_filter_stopped_are_counted_beside_an_access_but_are_none() -> None:
    attempt = {"requests": 4, "human_requests": 2, "requests_blocked": 3, "documents_allowed": 0}
    stopped = visit("2026-03-10T10:00", "2026-03-10T10:05", "gambling", **attempt)
    assert findings(stopped).is_empty()
    (finding,) = findings(stopped, visit("2026-03-10T11:00", "2026-03-10T11:02", "gambling")).to_dicts()
    assert (finding["minutes_low"], finding["requests"], finding["requests_blocked"]) == (2, 5, 3)
    assert finding["event_start"] == utc("2026-03-10T11:00")


def test_attempts_do_not_hold_a_chain_together() -> None:
    attempt = {"requests_blocked": 1, "documents_allowed": 0}
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:40"),
        visit("2026-03-10T10:40", "2026-03-10T10:46", "gambling", **attempt),
        visit("2026-03-10T10:46", "2026-03-10T11:20"),
    ]
    assert findings(*rows).is_empty()


def test_every_rule_goes_to_its_route() -> None:
    routes = {rule.rule_id: rule.route for rule in LEEDS.rules}
    rows = [visit("2026-03-10T10:00", "2026-03-10T10:02", category) for category in LEEDS.categories_used_as("blocked")]
    found = dict(findings(*rows).select("rule_id", "route").rows())
    assert found == {rule.rule_id: rule.route for rule in LEEDS.rules if rule.kind == "blocked_class"}
    assert routes["radicalisation"] == routes["grooming"] == "safeguarding"


def test_core_time_counts_only_core_minutes_and_may_be_about_some_classes() -> None:
    rows = [
        visit("2026-03-10T08:00", "2026-03-10T09:20", "social_sharing"),  # 20 in core time
        visit("2026-03-10T15:00", "2026-03-10T15:20", "travel"),
        visit("2026-03-10T16:00", "2026-03-10T16:10", "uncategorised"),
    ]
    found = findings(*rows, policy=with_limit("core_time", 30)).filter(pl.col("rule_id") == "core_time")
    assert found.select("minutes_low", "minutes", "minutes_high", "limit").rows() == [(40, 40, 50, 30)]
    policy = with_limit("core_time", 0)
    social = replace(policy.rule("core_time"), categories=("social_sharing",))
    found = findings(*rows, policy=replace(policy, rules=(social,)))
    assert found.select("minutes_low", "category").rows() == [(20, "social_sharing")]


def test_bandwidth_counts_megabytes_of_personal_use_in_a_day() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T10:10", "streaming_media", bytes_in=1_500_000_000),
        visit("2026-03-10T16:00", "2026-03-10T16:10", "file_sharing", bytes_out=500_000_000),
        visit("2026-03-11T10:00", "2026-03-11T10:10", "streaming_media", bytes_in=2_000_000_000),
        visit("2026-03-10T10:00", "2026-03-10T10:10", "business_nhs", bytes_in=9_000_000_000),
    ]
    found = findings(*rows, policy=with_limit("bandwidth", 1999)).filter(pl.col("measure") == "MB")
    assert found.select("event_start", "limit").rows() == [
        (utc("2026-03-10T10:00"), 1999),
        (utc("2026-03-11T10:00"), 1999),
    ]
    found = findings(*rows, policy=with_limit("bandwidth", 2000)).filter(pl.col("measure") == "MB")
    assert found.is_empty()


def test_numbers_of_findings_are_stable_and_differ() -> None:
    rows = [
        visit("2026-03-10T10:00", "2026-03-10T11:30", "gambling"),
        visit("2026-03-11T10:00", "2026-03-11T10:30", "gambling"),
        visit("2026-03-10T10:00", "2026-03-10T10:30", "gambling", user_hash=2),
    ]
    numbers = findings(*rows)["finding_id"]
    assert numbers.n_unique() == numbers.len() == 4
    assert numbers.str.contains(r"^F-[0-9A-HJKMNP-TV-Z]{10}$").all()
    assert findings(*reversed(rows))["finding_id"].equals(numbers)


def test_findings_stand_in_order_of_time_and_rule() -> None:
    rows = [
        visit("2026-03-11T10:00", "2026-03-11T10:10", "gambling"),
        visit("2026-03-10T10:00", "2026-03-10T11:10", "online_games"),
        visit("2026-03-10T10:00", "2026-03-10T10:10", "dating", user_hash=2),
    ]
    assert findings(*rows)["rule_id"].to_list() == ["dating", "games", "one_hour", "gambling"]


def test_part_time_days_and_dates_of_effect() -> None:
    # Thursday 12 March 2026: off for part_time, core time for full_time
    row = visit("2026-03-12T10:00", "2026-03-12T11:30")
    assert findings(row, staff=people({"pattern": "part_time"})).is_empty()
    changed = people(
        {"pattern": "part_time", "ends": date(2026, 3, 11)},
        {"pattern": "full_time", "starts": date(2026, 3, 12)},
    )
    assert findings(row, staff=changed).height == 1
    later = people({"pattern": "full_time"}, {"pattern": "part_time", "starts": date(2026, 3, 12)})
    assert findings(row, staff=later).is_empty()
    left = people({"pattern": "part_time", "ends": date(2026, 3, 11)})
    assert findings(row, staff=left).height == 1  # nothing is in effect: the default pattern


def test_a_pattern_that_the_policy_does_not_have_is_an_error() -> None:
    with pytest.raises(DefinitionError) as error:
        findings(
            visit("2026-03-12T10:00", "2026-03-12T10:10"),
            staff=people({"pattern": "night"}, {"pattern": "Ann Canary"}),
        )
    what = "policy 'leeds' has no pattern of a name that is given\n --> the staff directory\n  = help: "
    assert [str(problem) for problem in error.value.problems] == [
        what + "did you mean 'nights'?",
        what + "known: fixed_lunch, full_time, nights, part_time",
    ]


def test_a_table_that_does_not_fit_is_refused_with_all_its_faults() -> None:
    with pytest.raises(ValueError, match="not a VISITS table: site is missing; kind is missing"):
        assess(visits().drop("site", "kind"), people(), register(), LEEDS)


def test_text_may_be_categorical() -> None:
    rows = visits(visit("2026-03-10T10:00", "2026-03-10T11:30", "gambling"))
    text = pl.col("site", "category", "kind", "attribution", "reason").cast(pl.Categorical)
    plain = assess(rows, people(), register(), LEEDS)
    assert assess(rows.with_columns(text), people(), register(), LEEDS).findings.equals(plain.findings)
