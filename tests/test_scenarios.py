"""Stories with a known outcome: how they are read, what is wrong with them, and what is said where they differ."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from netaudit.cli import main
from netaudit.definitions.configuration import Configuration
from netaudit.errors import DefinitionError
from netaudit.pipeline.scenarios import Outcome, try_scenarios

EXTENDING = Path(__file__).resolve().parents[1] / "docs" / "extending.md"
DAY = 'title = "A story"\nday = 2026-03-10\n'


def tried(tmp_path: Path, text: str, pack: str = "leeds") -> list[Outcome]:
    path = tmp_path / "story.toml"
    path.write_text(text, encoding="utf-8")
    return try_scenarios(pack, path, Configuration(), date(2026, 3, 20))


def differences(tmp_path: Path, text: str) -> list[str]:
    (outcome,) = tried(tmp_path, text)
    return list(outcome.differences)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        tried(tmp_path, text)
    return [problem.what for problem in caught.value.problems]


def test_the_manuals_story_comes_out_as_told(tmp_path: Path) -> None:
    manual = EXTENDING.read_text(encoding="utf-8")
    story = re.search(r"## Scenarios.*?```toml\n(.*?)```", manual, re.DOTALL)
    assert story is not None
    assert differences(tmp_path, story[1]) == []


def test_a_worked_example_of_a_policy_is_a_story_as_it_stands(tmp_path: Path) -> None:
    example = """
        rule_id = "one_hour"
        breaks = true
        pattern = "full_time"
        relies_on = { tolerance_minutes = 5, limit_minutes = 60 }
        visits = [{ start = 11:50:00, end = 13:05:00, category = "social_sharing" }]
        expect = { minutes_low = 75, core_minutes_low = 15, lunch_minutes = 60 }
    """
    assert differences(tmp_path, DAY + example) == []
    assert differences(tmp_path, DAY + example.replace("limit_minutes = 60", "limit_minutes = 75")) == [
        "somebody, one_hour: should be found as 'new' and is not found"
    ]


def test_what_differs_is_said_finding_by_finding(tmp_path: Path) -> None:
    story = """
        visits = [
            { person = "ann", start = "10:00", end = "11:15", category = "social_sharing" },
            { person = "bob", start = "15:00", end = "15:10", category = "gambling" },
        ]
        expect = [
            { person = "ann", rule_id = "one_hour", status = "close", minutes_low = 70, start = "10:05" },
            { person = "cara", rule_id = "gambling" },
        ]
    """
    assert differences(tmp_path, DAY + story) == [
        "ann, one_hour: should come out as 'close' and comes out as 'new'",
        "ann, one_hour: start should be 2026-03-10 10:05:00 and is 2026-03-10 10:00:00",
        "ann, one_hour: minutes_low should be 70 and is 75.0",
        "cara, gambling: should be found as 'new' and is not found",
        (
            "not expected: bob: gambling, new, 10 March 2026 15:00 to 15:10; "
            "10.0 minutes proven, 10.0 likely; route manager"
        ),
    ]


def test_two_findings_of_one_rule_are_held_against_what_fits_them_best(tmp_path: Path) -> None:
    story = """
        visits = [
            { person = "ann", start = "09:00", end = "10:05", category = "travel" },
            { person = "ann", start = "14:30", end = "16:00", category = "travel" },
        ]
        expect = [
            { person = "ann", rule_id = "one_hour" },
            { person = "ann", rule_id = "one_hour", minutes_low = 65 },
        ]
    """
    assert differences(tmp_path, DAY + story) == []


def test_a_finding_may_be_told_by_its_clause(tmp_path: Path) -> None:
    story = """
        visits = [{ person = "ann", start = "15:00", end = "15:10", category = "gambling" }]
        expect = [{ person = "ann", clause = "7.4", category = "gambling" }]
    """
    assert differences(tmp_path, DAY + story) == []
    assert differences(tmp_path, DAY + story.replace("7.4", "7.2")) == [
        "ann, clause 7.2: should be found as 'new' and is not found",
        (
            "not expected: ann: gambling, new, 10 March 2026 15:00 to 15:10; 10.0 minutes proven, 10.0 likely; "
            "route manager"
        ),
    ]
    assert faults(tmp_path, DAY + story.replace("7.4", "7.44")) == ["no rule is about clause '7.44'"]


def test_settings_and_patterns_of_a_story_hold_for_it_alone(tmp_path: Path) -> None:
    story = """
        [[scenario]]
        title = "Core time is limited to half an hour"
        day = 2026-03-10
        settings = { "rule.core_time.limit_minutes" = 30 }
        visits = [{ start = "10:00", end = "10:31", category = "travel" }]
        expect = [{ rule_id = "core_time", minutes_low = 31 }]

        [[scenario]]
        title = "It is off"
        day = 2026-03-10
        visits = [{ start = "10:00", end = "10:31", category = "travel" }]
        expect = []

        [[scenario]]
        title = "Mornings only"
        day = 2026-03-10
        pattern = "mornings"
        visits = [{ start = "11:45", end = "13:00", category = "travel" }]
        expect = [{ rule_id = "one_hour", core_minutes_low = 15, pattern = "mornings" }]
        patterns.mornings = { title = "Mornings", tuesday = [[06:00:00, 12:00:00]] }
    """
    assert [outcome.differences for outcome in tried(tmp_path, story)] == [(), (), ()]


def test_an_address_is_of_the_class_that_the_lists_know(tmp_path: Path) -> None:
    story = """
        visits = [
            { start = "10:00", end = "10:05", url = "https://www.bet365.com/" },
            { start = "10:10", end = "10:15", url = "www.samaritans.org" },
        ]
        expect = [{ rule_id = "gambling", minutes_low = 5 }]
    """
    assert differences(tmp_path, DAY + story) == []


def test_lines_of_a_log_go_through_a_whole_audit(tmp_path: Path) -> None:
    def line(second: float, name: str, kind: str) -> str:
        start = f"{1_773_136_800 + second:.3f}"
        url = f"http://www.bet365.com/{name}"
        return f"{start} 100 192.0.2.1 TCP_MISS/200 20000 GET {url} EXAMPLE\\ann DIRECT/198.51.100.1 {kind}"

    pages = [(0, "one"), (90, "two"), (190, "three")]
    lines = [line(second, name, "text/html") for second, name in pages]
    lines += [line(second + 1, f"{name}.css", "text/css") for second, name in pages]
    lines += [line(second + 1.5, f"{name}.png", "image/png") for second, name in pages]
    log = "\n".join(lines)
    story = f"""
        people = [{{ person = "p1", accounts = ['EXAMPLE\\ann'] }}]
        log_lines = '''
{log}
'''
        expect = [{{ person = "p1", rule_id = "gambling" }}]
    """
    assert differences(tmp_path, DAY + story) == []


def test_a_self_report_that_does_not_say_when_it_was_made_came_after_the_visit(tmp_path: Path) -> None:
    story = """
        register = [{ register = "self_report", person = "ann", category = "gambling", date = 2026-03-10 }]
        visits = [{ person = "ann", start = "10:00", end = "10:05", category = "gambling" }]
        expect = [{ person = "ann", rule_id = "gambling", status = "excused", excused_by = "self_reports.csv:2" }]
    """
    assert differences(tmp_path, DAY + story) == []


def test_what_was_decided_about_a_finding_is_told_by_person_and_rule(tmp_path: Path) -> None:
    story = """
        visits = [{ person = "ann", start = "10:00", end = "10:05", category = "gambling" }]
        expect = [{ person = "ann", rule_id = "gambling", status = "withdrawn" }]
        [[register]]
        register = "decision"
        person = "ann"
        rule_id = "gambling"
        decision = "withdrawn"
        decided_by = "ig.officer"
        decided_on = 2026-03-12
        reason = "a training course"
    """
    assert differences(tmp_path, DAY + story) == []


def test_an_end_by_the_clock_is_the_next_time_that_the_clock_shows_it(tmp_path: Path) -> None:
    # 24 to 25 October 2026: British clocks go back at 02:00 to 01:00. From 00:50 to the first 01:10 are 20 minutes,
    # from the first 01:50 to the second 01:10 are 20 as well.
    story = """
        title = "A short night"
        visits = [
            { person = "ann", start = 2026-10-25T00:50:00, end = "01:10", category = "gambling" },
            { person = "bob", start = 2026-10-25T01:50:00, end = "01:10", category = "gambling" },
        ]
        expect = [
            { person = "ann", rule_id = "gambling", minutes_low = 20 },
            { person = "bob", rule_id = "gambling", minutes_low = 20 },
        ]
    """
    assert differences(tmp_path, story) == []


def test_nobody_is_in_two_places_at_once(tmp_path: Path) -> None:
    # 10:00 to 11:00 on two sites at once is an hour, and an hour is not more than an hour; with one minute more it is.
    story = """
        visits = [
            { person = "ann", start = "10:20", end = "11:00", category = "travel" },
            { person = "ann", start = "10:00", end = "10:45", category = "sport" },
            { person = "bob", start = "10:00", end = "10:45", category = "sport" },
            { person = "bob", start = "10:10", end = "10:20", category = "gambling" },
            { person = "bob", start = "10:20", end = "11:01", category = "travel" },
        ]
        expect = [
            { person = "bob", rule_id = "one_hour", minutes_low = 61 },
            { person = "bob", rule_id = "gambling", minutes_low = 0 },
        ]
    """
    assert differences(tmp_path, DAY + story) == []


def test_capital_letters_of_people_do_not_matter(tmp_path: Path) -> None:
    story = """
        people = [{ person = "Ann", manager = "Cara" }, { person = "Cara" }]
        register = [{ register = "decision", person = "Ann", rule_id = "gambling", decision = "confirmed" }]
        visits = [{ person = "Ann", start = "10:00", end = "10:05", category = "gambling" }]
        expect = [{ person = "Ann", rule_id = "gambling", status = "confirmed", to = "Cara" }]
    """
    assert differences(tmp_path, DAY + story) == []


def test_capital_letters_of_roles_do_not_matter(tmp_path: Path) -> None:
    """Somebody whom the directory calls Comms and the register comms is exempt."""
    story = """
        people = [{ person = "bob", roles = "Comms" }, { person = "cara", roles = "it;comms" }]
        register = [{ register = "exemption", role = "COMMS", categories = "social_sharing" }]
        visits = [
            { person = "bob", start = "10:00", end = "11:20", category = "social_sharing" },
            { person = "cara", start = "10:00", end = "11:20", category = "social_sharing" },
        ]
        expect = [
            { person = "bob", rule_id = "one_hour", status = "excused", excused_by = "exemptions.csv:2" },
            { person = "cara", rule_id = "one_hour", status = "excused", excused_by = "exemptions.csv:2" },
        ]
    """
    assert differences(tmp_path, DAY + story) == []


def test_two_accounts_of_somebody_share_one_clock(tmp_path: Path) -> None:
    """Fifty minutes with two accounts at once are fifty minutes; one after the other they add up."""
    people = 'people = [{ person = "ann", accounts = "ann1;ann2" }]\n'
    first = '{ person = "ann1", start = "10:00", end = "10:40", category = "travel" }'
    at_once = f'visits = [{first}, {{ person = "ann2", start = "10:10", end = "10:50", category = "sport" }}]\n'
    assert differences(tmp_path, DAY + people + at_once + "expect = []\n") == []
    after = f'visits = [{first}, {{ person = "ann", start = "10:42", end = "11:12", category = "sport" }}]\n'
    expected = 'expect = [{ person = "ann", rule_id = "one_hour", minutes_low = 70, span_minutes = 72 }]\n'
    assert differences(tmp_path, DAY + people + after + expected) == []


def test_all_that_is_wrong_with_a_story_is_said_at_once(tmp_path: Path) -> None:
    story = """
        title = "Wrong in many ways"
        peopel = []
        people = [{ person = "ann", patern = "nights" }, { team = "x" }]
        visits = [
            { person = "ann", start = "10:00", end = "11:00", category = "travel" },
            { day = 2026-03-10, start = "10:00", end = "11:00", category = "travle" },
            { start = 2026-03-29T01:30:00, end = 2026-03-29T03:00:00, category = "travel" },
            { start = 2026-03-10T10:00:00, end = 2026-03-10T09:00:00, category = "travel" },
        ]
        register = [{ register = "consents_of_all", person = "ann" }]
        expect = [{ rule_id = "one_our" }, { rule_id = "core_time" }, { person = "ann" }]
    """
    assert faults(tmp_path, story) == [
        "unknown key 'peopel'",
        "unknown key 'patern'",
        "'person' is missing",
        "unknown register 'consents_of_all'",
        "a clock time of no day",
        "unknown category 'travle'",
        "the clocks of Europe/London go past 01:30 on 29 March 2026",
        "it ends before it starts",
        "there is no rule 'one_our'",
        "rule 'core_time' is off until a limit is set",
        "'rule_id' is missing",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "'title' is missing"),
        ('title = "x"\nexpect = []', "nobody does anything"),
        (
            DAY + 'visits = [{ start = "10:00", end = "10:05", category = "travel" }]',
            "it does not say what must be found",
        ),
        (DAY + 'zone = "Europe/Londn"\nexpect = []', "unknown zone 'Europe/Londn'"),
        (DAY + 'settings = { "one_hour.tolerence_minutes" = 3 }\nexpect = []', "unknown key 'tolerence_minutes'"),
        (DAY + 'settings = { "rule.onehour.on" = false }\nexpect = []', "there is no setting 'rule.onehour.on'"),
        (
            'title = "x"\nexpect = []\nvisits = [{ start = 9999-12-31T23:50:00, end = "23:59", category = "travel" }]',
            "no date of our time",
        ),
        (DAY + 'directory = "nowhere.csv"\nexpect = []', "'directory' leads to nothing: nowhere.csv"),
        (DAY + "breaks = true", "'breaks', 'status' and a table 'expect' are about one rule"),
        ("scenario = []", "there is no scenario"),
        (
            DAY + 'pattern = "nihgts"\nexpect = []\nvisits = [{ start = "10:00", end = "10:05", category = "travel" }]',
            "'pattern' is no working pattern of policy 'leeds'",
        ),
    ],
)
def test_what_is_wrong_with_a_story(tmp_path: Path, text: str, what: str) -> None:
    assert what in faults(tmp_path, text)


def test_the_command_ends_with_nought_only_if_nothing_differs(tmp_path: Path) -> None:
    story = DAY + 'visits = [{ start = "10:00", end = "10:05", category = "gambling" }]\n'
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(story + 'expect = [{ rule_id = "gambling" }]', encoding="utf-8")
    bad.write_text(story + "expect = []", encoding="utf-8")
    run = CliRunner().invoke(main, ["policy", "try", "leeds", str(good)])
    assert run.exit_code == 0
    assert run.output.startswith("as told  A story\n")
    run = CliRunner().invoke(main, ["policy", "try", "leeds", str(bad)])
    assert run.exit_code == 2
    assert "BUT    not expected: somebody: gambling, new" in run.output


def test_the_order_in_which_a_story_tells_things_makes_no_difference(tmp_path: Path) -> None:
    visits = [
        f'{{ person = "{person}", start = "{hour}:00", end = "{hour}:40", category = "{category}" }}'
        for person in ("ann", "bob")
        for hour, category in ((10, "gambling"), (11, "travel"), (14, "sport"))
    ]
    stories = [
        DAY + f"visits = [{', '.join(one)}]\nexpect = []" for one in (visits, list(reversed(visits)), sorted(visits))
    ]
    outcomes = [[one.row for one in tried(tmp_path, story)[0].found] for story in stories]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert len(outcomes[0]) == 2


def test_a_visit_may_send_bytes_and_fetch_files(tmp_path: Path) -> None:
    story = (
        DAY
        + """
        [settings]
        "rule.uploads.limit_megabytes" = 1
        "rule.downloads.limit_megabytes" = 1
        "rule.downloads.file_kinds" = ["program"]
        "rule.file_sharing.on" = false
        "rule.games.on" = false
        [[visits]]
        start = 10:00:00
        end = 10:05:00
        category = "file_sharing"
        megabytes_out = 3
        [[visits]]
        start = 11:00:00
        end = 11:05:00
        category = "online_games"
        downloads = [{ kind = "program", megabytes = 34 }, { kind = "archive", megabytes = 9 }]
        [[expect]]
        rule_id = "uploads"
        [[expect]]
        rule_id = "downloads"
    """
    )
    assert differences(tmp_path, story) == []
    assert differences(tmp_path, story.replace('kind = "program"', 'kind = "document"')) == [
        "somebody, downloads: should be found as 'new' and is not found"
    ]
    assert faults(tmp_path, story.replace('kind = "program"', 'kind = "programme"')) == ["unknown kind 'programme'"]
