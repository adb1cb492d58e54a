"""Measures that hang on the configuration: each says what is switched on now, and what is not."""

from __future__ import annotations

from netaudit.definitions.policy_sentences import listed
from netaudit.definitions.policy_terms import LIMITED_KINDS
from netaudit.pipeline.dpia.facts import Facts
from netaudit.pipeline.dpia.kept_up import KEPT_UP
from netaudit.pipeline.dpia.rule import MeasureRule

WARNING = "WARNING"
"""Stands in the words of a measure that is on and does not do all that it should."""


_MOST_NAMED = 20  # sites, in one measure


def _elsewhere(facts: Facts) -> str:
    rules = "; ".join(f"clause {one.clause}, {one.title}: to {one.route}" for one in facts.concerns_elsewhere)
    return (
        f"The policy departs from the safeguarding route ({rules}). A manager can be the danger, and a log is a "
        "suspicion, not a disclosure: the assessment has to say why this is done."
    )


def _taken_from(facts: Facts) -> str:
    """Return a warning about single sites that the organisation has taken the shield from, if there are any."""
    if not facts.unshielded:
        return ""
    named, others = facts.unshielded[:_MOST_NAMED], len(facts.unshielded) - _MOST_NAMED
    sites = listed([*named, *([f"{others} others"] if others > 0 else [])])
    return (
        f" {WARNING}: overrides or lists of the organisation take the shield from {sites}. Such "
        "sites are stored by name and may stand in a case; the assessment has to say why."
    )


def _counting(facts: Facts) -> tuple[str, ...]:
    return tuple(one.title for one in facts.policy.rules if one.on and one.kind in LIMITED_KINDS)


_SET: tuple[MeasureRule, ...] = (
    MeasureRule(
        "gate",
        "Cases are shown only under a current assessment",
        ("R07", "R14"),
        lambda facts: f"A current assessment covers the monitoring: {facts.configuration.dpia}.",
        (
            "test_gate.py::test_without_a_current_dpia_nothing_about_single_people_is_written",
            "test_gate.py::test_the_gate_is_open_from_approval_to_the_day_of_review",
        ),
        lambda facts: (
            f"No current assessment covers the monitoring: {'; '.join(facts.configuration.dpia.lacks(facts.today))}. "
            "No case is shown to anybody until then; requests are read, and figures about groups are made."
        ),
        lambda facts: facts.configuration.dpia.is_current(facts.today),
    ),
    MeasureRule(
        "shield",
        "Sites of special categories are shielded",
        ("R03", "R12"),
        lambda facts: (
            "Sites about health, religion, politics, unions, orientation, help lines, whistleblowing and abuse lose "
            "name, class and checksums before anything is stored, and appear in no case, figure or count of people, "
            f"as far as lists, words in names and the web filter tell.{_taken_from(facts)}"
        ),
        (
            "test_shield.py::test_no_way_to_a_shielded_site_leaves_its_name",
            "test_shield.py::test_no_row_and_no_figure_but_counts_of_requests_hangs_on_shielded_visits",
            "test_protect_cases.py::test_a_shielded_line_never_reaches_a_case",
        ),
        lambda facts: (
            f"The organisation's own taxonomy shields less than netaudit does as it ships: {listed(facts.shield_lost)} "
            "are stored and shown like any other class."
        ),
        lambda facts: not facts.shield_lost,
    ),
    MeasureRule(
        "shield_words",
        "Words in names raise the shield",
        ("R03",),
        "A host that no list knows is shielded where a word in its name tells of a special category.",
        (
            "test_shield_words.py::test_words_find_special_sites_that_no_list_knows_and_hardly_any_others",
            "test_shield.py::test_a_revealing_site_is_judged_as_its_class_and_named_nowhere",
        ),
        "The organisation's own file of words is empty: only listed sites are shielded.",
        lambda facts: bool(facts.class_map.special_words.groups),
    ),
    MeasureRule(
        "safeguarding_route",
        "Concerns about somebody's safety go to the safeguarding team",
        ("R12",),
        "Findings about classes that concern safety go to the safeguarding folder and to Information Governance, and "
        "never into a manager's summary. That departs from “and your line manager” in clause 9.3 on purpose: a log is "
        "a suspicion and not a disclosure, and a manager may be the danger.",
        (
            "test_routes.py::test_each_finding_goes_where_the_directory_says",
            "test_routes.py::test_a_site_sends_a_concern_to_managers_only_by_writing_so",
        ),
        _elsewhere,
        lambda facts: not facts.concerns_elsewhere,
    ),
    MeasureRule(
        "officers",
        "Names can be opened by two officers together, and by nobody alone",
        ("R04", "R11"),
        "An officer of Information Governance and one of HR are enrolled, each with a key of their own. A name is "
        "sealed to both: it takes a purpose, somebody else's agreement, and both keys. The batch host needs the "
        "public halves alone.",
        (
            "test_cases.py::test_one_person_cannot_take_all_four_steps",
            "test_cases.py::test_nor_can_hr_alone_or_ig_alone",
            "test_cases.py::test_no_name_is_in_anything_that_is_written",
        ),
        lambda facts: (
            "No name can be opened with netaudit, as nobody is enrolled for "
            + listed(
                [words for role, words in (("ig", "Information Governance"), ("hr", "HR")) if role not in facts.roles],
                "or",
            )
            + " ([keys] officers). Nor can a request for access be answered "
            "with it. Whoever looks into the source logs instead leaves no record here."
        ),
        lambda facts: {"ig", "hr"} <= facts.roles,
    ),
    MeasureRule(
        "second_place",
        "The head of the audit trail is told to a second place",
        ("R11",),
        lambda facts: (
            "Each entry's checksum is written to a second folder as well, so that a trail that was cut is found out. "
            + (
                "It lies on another file system."
                if facts.second_is_elsewhere
                else f"{WARNING}: it is not there yet, or lies on the same file system as the trail: who can change "
                "one can change the other."
            )
        ),
        (
            "test_trail.py::test_what_was_done_is_found_and_named",
            "test_trail.py::test_an_old_copy_put_back_is_found",
        ),
        "Nothing outside knows the head of the audit trail ([audit] second): that its last entries were taken away "
        "would not be found out.",
        lambda facts: facts.configuration.second_folder is not None,
    ),
    MeasureRule(
        "wrapped_keys",
        "The keys are wrapped by a key from a vault",
        ("R10",),
        "The key folder, or a back-up of it, opens nothing by itself.",
        (
            "test_keys.py::test_wrapped_keys_open_with_their_wrapping_key_alone",
            "test_keys.py::test_rewrapping_changes_the_wrapping_and_no_key",
        ),
        lambda facts: (
            "Whoever copies the key folder and the store can read all of it, as pseudonyms: the keys are not wrapped."
            if facts.keys
            else "There are no keys yet, so it cannot be said whether they will be wrapped."
        ),
        lambda facts: facts.keys == {"wrapped"},
    ),
    MeasureRule(
        "keys_apart",
        "The keys lie apart from store and reports",
        ("R10",),
        "The key folder lies neither in the store nor among the reports, so that they can be backed up apart.",
        ("test_dpia_flips.py::test_with_a_key_folder_of_its_own_no_key_lies_in_store_or_reports",),
        "The key folder lies in the store's folder or beside the reports: whoever copies that folder has both "
        "([keys] folder).",
        lambda facts: facts.keys_apart,
    ),
    MeasureRule(
        "purged",
        "Nothing is kept past its term",
        ("R09", "R10"),
        "Nothing is a week past its term: what was due has been destroyed.",
        (
            "test_purge.py::test_a_run_says_that_nobody_has_purged_for_a_week",
            "test_purge.py::test_everything_goes_in_the_end_and_no_byte_of_it_is_left",
        ),
        lambda facts: " ".join(facts.overdue),
        lambda facts: not facts.overdue,
    ),
    MeasureRule(
        "directory",
        "A staff directory says who is whose",
        ("R01", "R02", "R05"),
        "Accounts of one person are joined, an account that passes on belongs to whoever holds it on the day, working "
        "patterns are each person's own, and figures are made of groups with a known head count.",
        (
            "test_registers.py::test_movers_have_rows_and_accounts_pass_from_hand_to_hand",
            "test_door.py::test_accounts_of_one_person_share_a_pseudonym_and_realms_part_namesakes",
        ),
        "There is no staff directory ([identity] directory): each account is a person, everybody has the policy's "
        "default working pattern, there are no groups but the whole, and weeks are not compared.",
        lambda facts: facts.configuration.directory is not None,
    ),
    MeasureRule(
        "own_devices",
        "What people do on devices of their own is not held against them",
        ("R13",),
        "The policy leaves registered devices of people's own out of findings, and their requests are kept without a "
        "pseudonym.",
        ("test_assess_registers.py::test_what_people_do_on_their_own_devices_counts_only_if_the_policy_says_so",),
        "The policy counts what people do on devices of their own ([own_devices] count = true).",
        lambda facts: not facts.policy.own_devices_count,
    ),
    MeasureRule(
        "nothing_summed_up",
        "No rule adds up everybody's minutes, bytes or attempts",
        ("R07", "R13"),
        "Rules that count time, traffic or attempts by the day or week are off: they would measure everybody all the "
        "time, where the others look for single events.",
        ("test_policies.py::test_a_limit_in_a_site_s_own_file_switches_a_rule_on",),
        lambda facts: (
            f"The policy adds up, for everybody: {'; '.join(_counting(facts))}. The assessment has to say why that is "
            "needed."
        ),
        lambda facts: not _counting(facts),
    ),
)

SWITCHED = (*_SET, *KEPT_UP)
"""All of them, in the order of the annex."""
