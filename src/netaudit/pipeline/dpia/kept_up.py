"""Measures that hang on what the organisation keeps up: registers, reviews, approvals, lists."""

from __future__ import annotations

from netaudit.definitions.class_approval import approval_warnings
from netaudit.definitions.policy_sentences import day_in_words, listed
from netaudit.pipeline.dpia.facts import Facts
from netaudit.pipeline.dpia.rule import MeasureRule

_EXCUSES = ("consents.csv", "exemptions.csv", "research.csv", "self_reports.csv", "leave.csv")
_DEVICES = ("shared_devices.csv", "service_accounts.csv", "own_devices.csv")


def _missing(facts: Facts, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in facts.registers)


def _registers(facts: Facts, names: tuple[str, ...], what: str) -> str:
    there = [name for name in names if name in facts.registers]
    missing = _missing(facts, names)
    said = f"There: {listed(there)}. " if there else ""
    return said + (f"Not there: {listed(missing)}, so {what}." if missing else "")


def _overdue_registers(facts: Facts) -> tuple[str, ...]:
    dates = facts.configuration.registers_review_by
    return tuple(name or "all registers" for name, day in sorted(dates.items()) if day < facts.today)


def _undated(facts: Facts) -> tuple[str, ...]:
    dates = facts.configuration.registers_review_by
    return () if "" in dates else tuple(sorted(name for name in facts.registers if name.lower() not in dates))


def _stale(facts: Facts) -> tuple[str, ...]:
    lists = facts.class_map.sources
    return tuple(one.title or one.name for one in lists if one.age_days(facts.today) > one.stale_after_days)


def _class_map_faults(facts: Facts) -> list[str]:
    return approval_warnings(facts.class_map.approval, facts.today)


def _policy_faults(facts: Facts) -> list[str]:
    policy = facts.policy
    faults = [] if policy.ratified else ["it names no day on which it was ratified"]
    if policy.review_by is None:
        faults.append("it names no date for its review")
    elif policy.review_by < facts.today:
        faults.append(f"its review was due by {day_in_words(policy.review_by)}")
    return faults


KEPT_UP: tuple[MeasureRule, ...] = (
    MeasureRule(
        "excuses",
        "Consent, exemption, research, self-report and leave are heard",
        ("R01", "R08", "R13"),
        "The registers are there. An entry removes a finding and is named as the reason; none adds one.",
        (
            "test_assess_registers.py::test_entries_excuse_and_never_accuse",
            "test_assess_registers.py::test_consent_at_the_time_excuses_and_is_named",
            "test_assess_registers.py::test_a_self_report_excuses_its_class_within_a_day",
        ),
        lambda facts: _registers(facts, _EXCUSES, "what they would excuse is not known"),
        lambda facts: not _missing(facts, _EXCUSES),
    ),
    MeasureRule(
        "objections",
        "An objection holds findings back",
        ("R14",),
        "Objections have a register, into which `netaudit object` writes: until one is refused, findings about whoever "
        "objected are held back from the next run on.",
        ("test_assess_registers.py::test_an_objection_holds_everything_back_until_it_is_refused",),
        "There is no folder of registers ([identity] registers): an objection cannot be recorded and would change "
        "nothing.",
        lambda facts: facts.configuration.registers is not None,
    ),
    MeasureRule(
        "decisions",
        "What was decided about a case is entered",
        ("R08",),
        "Decisions have a register: a case that was withdrawn says so on its page and in every list.",
        ("test_assess_registers.py::test_a_decision_makes_a_finding_confirmed_or_withdrawn",),
        "There is no folder of registers ([identity] registers): a case that fell stays as it was.",
        lambda facts: facts.configuration.registers is not None,
    ),
    MeasureRule(
        "devices",
        "Shared devices, service accounts and people's own devices are known",
        ("R02", "R13"),
        "Requests from registered shared devices and service accounts raise no finding about a person.",
        (
            "test_nobody_is_accused_for_others.py::test_what_cannot_be_put_to_a_person",
            "test_door.py::test_attribution_says_who_is_nobody_in_particular",
        ),
        lambda facts: _registers(facts, _DEVICES, "such requests are put down to whoever is logged on"),
        lambda facts: not _missing(facts, _DEVICES),
    ),
    MeasureRule(
        "registers_reviewed",
        "The registers are reviewed",
        ("R01", "R15"),
        "A date of review is set for every register and has not passed.",
        ("test_routes.py::test_a_review_date_that_has_passed_is_on_every_page_of_every_audience",),
        lambda facts: (
            f"The review is overdue of {listed(_overdue_registers(facts))}."
            if _overdue_registers(facts)
            else f"No date of review is set for {listed(_undated(facts)) or 'the registers'} "
            "([identity] registers_review_by)."
        ),
        lambda facts: (
            bool(facts.configuration.registers_review_by) and not _overdue_registers(facts) and not _undated(facts)
        ),
    ),
    MeasureRule(
        "policy_reviewed",
        "The policy is ratified and under review",
        ("R07", "R08"),
        "The policy names the day on which it was ratified and a date of review that has not passed.",
        ("test_routes.py::test_a_review_date_that_has_passed_is_on_every_page_of_every_audience",),
        lambda facts: f"Of the policy in use: {'; '.join(_policy_faults(facts))}.",
        lambda facts: not _policy_faults(facts),
    ),
    MeasureRule(
        "class_map_approved",
        "The class map is approved",
        ("R01", "R03"),
        lambda facts: f"It was approved by {facts.class_map.approval.approved_by}, and its review is not overdue.",
        ("test_category_checks.py::test_a_map_that_nobody_has_approved_says_so",),
        lambda facts: f"Not so: {'; '.join(_class_map_faults(facts))}.",
        lambda facts: not _class_map_faults(facts),
    ),
    MeasureRule(
        "lists_in_date",
        "Imported lists are in date",
        ("R01", "R03"),
        lambda facts: (
            f"Imported: {listed(one.title or one.name for one in facts.class_map.sources)}; none is too old."
            if facts.class_map.sources
            else "No list that others made is imported: classes come from the shipped and the organisation's own lists "
            "and from what the web filter says."
        ),
        ("test_category_checks.py::test_an_old_list_is_called_stale_and_at_ninety_days_fails",),
        lambda facts: f"Too old: {listed(_stale(facts))}. Sites change hands; import a newer version.",
        lambda facts: not _stale(facts),
    ),
)
"""In the order of the annex."""
