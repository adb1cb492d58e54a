"""Measures that no setting switches off."""

from __future__ import annotations

from netaudit.pipeline.dpia.rule import MeasureRule

BUILT_IN: tuple[MeasureRule, ...] = (
    MeasureRule(
        "human_time",
        "Time of people is counted, not requests",
        ("R01",),
        "Each request is put down to a person's doing, to part of a page, to a page left open or to software; every "
        "duration is a range, and only its proven end can raise a finding. A case says what would make it fall.",
        (
            "test_nobody_is_accused.py::test_what_pages_bring_along",
            "test_nobody_is_accused_of_idling.py::test_what_goes_on_by_itself",
            "test_reconstruct_laws.py::test_the_range_is_a_range_and_no_two_visits_of_a_person_overlap",
            "test_reconstruct_laws.py::test_a_persons_time_is_never_more_than_the_clocks",
        ),
    ),
    MeasureRule(
        "confirmed_classes",
        "No single bulk list accuses anybody",
        ("R01",),
        "A class that one bulk list alone gives to a site, and a site without a class, raise no finding.",
        (
            "test_unconfirmed.py::test_nobody_is_accused_of_anything_where_nothing_is_confirmed",
            "test_who_is_accused.py::test_these_are_accused_and_nobody_else",
        ),
    ),
    MeasureRule(
        "not_attributable",
        "What cannot be put down to one person raises no finding about anybody",
        ("R02",),
        "Requests without a user, of machine accounts, and of addresses with many users at once are counted apart.",
        (
            "test_nobody_is_accused_for_others.py::test_what_cannot_be_put_to_a_person",
            "test_assess.py::test_nobody_named_raises_no_finding",
            "test_door.py::test_attribution_says_who_is_nobody_in_particular",
        ),
    ),
    MeasureRule(
        "the_door",
        "Names, addresses, paths and queries are dropped in memory",
        ("R04", "R10", "R13"),
        "A user becomes a pseudonym under a random key of the week, an address of a page a keyed checksum. What "
        "somebody typed, what they read within a site, and the names of files never reach the disk; a name does "
        "so as a sealed identity alone, which two officers open.",
        (
            "test_door.py::test_no_name_address_path_or_query_comes_out",
            "test_canaries.py::test_nothing_that_a_run_writes_holds_a_canary",
            "test_canaries.py::test_no_table_of_the_store_holds_a_canary",
        ),
    ),
    MeasureRule(
        "closed_process",
        "The running program is closed to others",
        ("R04", "R10"),
        "No core dump, no debugger, nothing of a log in messages, journals or temporary files in clear.",
        (
            "test_hardening.py::test_another_process_of_the_same_account_cannot_look_in",
            "test_canaries.py::test_a_bug_in_any_stage_says_nothing",
            "test_canaries.py::test_nothing_is_to_be_seen_while_it_runs",
        ),
    ),
    MeasureRule(
        "two_doors",
        "Nothing leaves but suppressed figures and single cases",
        ("R04", "R05", "R07"),
        "A case has no name, pseudonym or team on it. Nobody is scored or ranked, there is no covert mode, and nothing "
        "is sent or referred by itself.",
        (
            "test_doors.py::test_no_pseudonym_leaves",
            "test_doors.py::test_no_name_and_no_team_of_a_case_leaves",
            "test_doors.py::test_every_other_figure_is_a_published_one",
            "test_doors.py::test_every_way_out_of_protect_stands_at_a_door",
        ),
    ),
    MeasureRule(
        "suppression",
        "Figures are suppressed",
        ("R05",),
        lambda facts: (
            f"No figure about fewer than {facts.configuration.minimum_group} people is shown, and none is told from "
            "nought; others are rounded, and what would give a hidden figure away is hidden with it. The number may be "
            "raised and not lowered below 8."
        ),
        (
            "test_attacker.py::test_no_count_of_a_week_is_known_to_be_somebody",
            "test_attacker.py::test_hidden_minutes_of_a_week_could_be_none",
            "test_protect_publish.py::test_settings_may_be_stricter_and_never_looser",
        ),
    ),
    MeasureRule(
        "no_managers_cases",
        "Managers read figures and no cases",
        ("R04", "R08", "R12"),
        "Managers' summaries come at fixed times with the same text where nothing can be shown. Findings for "
        "safeguarding, HR, fraud and IT count in nothing that they read, nor do their own.",
        (
            "test_report.py::test_managers_learn_nothing_of_cases",
            "test_routes.py::test_managers_read_of_no_concern_no_case_and_no_other_route",
            "test_protect_heads.py::test_a_manager_s_own_time_and_finding_are_in_no_figure_of_the_unit",
        ),
    ),
    MeasureRule(
        "doubts_first",
        "A case gives its doubts before its figures",
        ("R01", "R06", "R08"),
        "Each page says what was assumed, what would overturn it, and that the person is to be heard. The rest of the "
        "day is drawn in whole hours, and sites that are not part of the case are not named.",
        (
            "test_report_case.py::test_doubt_comes_before_the_figures_and_the_timeline",
            "test_report_case_day.py::test_what_would_overturn_it_is_said_with_its_figures",
            "test_attacker_linkage.py::test_around_a_case_there_are_whole_hours_and_the_case_stays_as_it_is",
        ),
    ),
    MeasureRule(
        "weekly_keys",
        "Pseudonyms change every week",
        ("R06", "R09", "R10"),
        "The same person has another pseudonym each week; a key that is destroyed takes its week with it, in back-ups "
        "of the store, too.",
        (
            "test_attacker_linkage.py::test_no_pseudonym_of_a_week_is_one_of_another_week",
            "test_forgotten_weeks.py::test_what_was_destroyed_cannot_be_read_from_a_back_up_and_the_rest_can",
        ),
    ),
    MeasureRule(
        "encryption",
        "The store is encrypted and sealed",
        ("R10", "R11"),
        "Each table and week under a random key of its own; a file that was changed, swapped or put back is refused.",
        (
            "test_store.py::test_nothing_readable_lies_on_disk",
            "test_store.py::test_no_byte_of_a_file_can_change",
            "test_store.py::test_an_older_version_cannot_take_the_place_of_a_newer_one",
        ),
    ),
    MeasureRule(
        "same_rules",
        "The same rules for everybody",
        ("R08", "R15"),
        "Same logs and same policy give the same bytes; every threshold stands in the policy, and every report bears "
        "the checksums of what it was made with.",
        (
            "test_determinism.py::test_running_again_changes_nothing_that_is_shown",
            "test_class_maps.py::test_an_old_report_is_made_anew_with_its_map",
        ),
    ),
    MeasureRule(
        "line_account",
        "Every line is accounted for",
        ("R15",),
        "A line is an event, a duplicate, set aside with its reason, or no web request, for every file and in total. A "
        "crash leaves the state before or after.",
        (
            "test_determinism.py::test_as_many_events_are_stored_as_are_accounted_for",
            "test_report.py::test_lines_that_do_not_add_up_are_a_warning",
            "test_interrupted.py::test_a_commit_that_finds_the_disk_full_changes_nothing",
        ),
    ),
    MeasureRule(
        "hostile_logs",
        "What a log says is harmless in a report",
        ("R16",),
        "Pages load nothing and run nothing; markup, formulas and control characters are spelt out.",
        (
            "test_report_hostile.py::test_a_hostile_text_changes_no_tag_on_any_page",
            "test_report_hostile.py::test_no_cell_of_a_csv_file_is_a_formula",
            "test_browser_report.py::test_the_page_stands_every_check",
        ),
    ),
    MeasureRule(
        "audit_trail",
        "Every run, view, export, request, opening, refusal and deletion is recorded",
        ("R04", "R11"),
        "Entries are chained by checksums: one that was changed, taken out or put elsewhere is found out, and nothing "
        "is revealed or destroyed where an entry cannot be made. What is cut off its end only a second place shows.",
        (
            "test_trail.py::test_any_single_deed_is_found",
            "test_trail.py::test_an_append_killed_anywhere_loses_nothing",
        ),
    ),
    MeasureRule(
        "rights",
        "People can be told what is held on them, object, have it corrected, and answer",
        ("R14", "R08"),
        "A request for access is answered from every table, by two officers together; objections, corrections and "
        "statements become entries of registers, on which the next run acts; a notice for staff and a sheet to answer "
        "a case with are written from the configuration.",
        (
            "test_subject_access.py::test_every_row_of_every_stored_table_is_told",
            "test_subject_access.py::test_one_person_alone_gets_nothing",
            "test_rights_entries.py::test_an_objection_holds_the_cases_back_at_the_next_run",
        ),
    ),
    MeasureRule(
        "terms",
        "Everything has a term, and its destruction is certified",
        ("R09",),
        "Each table has its days (step 2). A purge destroys the keys of what is past them, removes its files, and "
        "writes a certificate; what an open case needs is held, and a back-up of the store stays unreadable.",
        (
            "test_purge.py::test_a_table_stays_to_its_last_day_and_no_longer",
            "test_purge.py::test_everything_goes_in_the_end_and_no_byte_of_it_is_left",
            "test_purge.py::test_the_certificate_says_what_was_there_and_the_trail_has_its_checksum",
            "test_purge.py::test_an_open_case_holds_all_of_its_week",
        ),
    ),
    MeasureRule(
        "what_if",
        "Questions about other policies give no single person away",
        ("R05", "R07"),
        "What another setting would have changed is told in suppressed figures alone.",
        (
            "test_policy_what_if.py::test_somebody_who_asks_again_and_again_sees_no_step_of_a_few_people",
            "test_policy_what_if.py::test_the_effect_of_fewer_than_eight_people_cannot_be_seen",
        ),
    ),
)
