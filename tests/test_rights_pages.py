"""The privacy notice and the sheet of a case: complete, plain, without a name, and honest about what is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import day_data as days
import pytest
import report_data as data
from reading_age import flesch_kincaid_age
from rights_world import World, a_world
from test_rights_entries import cases

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Dpia
from netaudit.definitions.policies import load_policy
from netaudit.pipeline.notices import privacy_notice
from netaudit.pipeline.rights_frame import page_frame
from netaudit.pipeline.subject_words import ASK
from netaudit.report import challenge_as_html, notice_as_html, notice_as_text

POLICY = load_policy("leeds")
TODAY = date(2026, 3, 20)
BARE = Configuration()
FULL = Configuration(
    organisation="Example Trust",
    controller="Example Trust, 1 Example Street",
    dpo="dpo@trust.example",
    contact="ig@trust.example",
    dpia=replace(
        Dpia("DPIA-2026-014", "Head of IG", date(2026, 3, 1), date(2027, 3, 1)),
        stated={
            "purposes": "To see that the policy is kept.",
            "lawful_basis": "LAWFUL BASIS AS STATED",
            "legitimate_reasons": "REASONS AS STATED",
            "special_category_condition": "CONDITION AS STATED",
            "schedule_1_condition": "SCHEDULE AS STATED",
            "recipients": "RECIPIENTS AS STATED",
            "transfers": "TRANSFERS AS STATED",
            "source_logs": "LOGS AS STATED",
        },
    ),
)


def words_of(text: str) -> str:
    return " ".join(text.split())


def text_of(configuration: Configuration) -> str:
    return words_of(notice_as_text(privacy_notice(configuration, POLICY, TODAY)))


# UK GDPR Articles 13(1), 13(2) and 14(1), 14(2), item by item: what stands for it, and where it comes from if anywhere.
CHECKLIST = {
    "13(1)(a) controller": ("Controller:", "Example Trust, 1 Example Street"),
    "13(1)(b) data protection officer": ("Data protection officer:", "dpo@trust.example"),
    "13(1)(c) purposes": ("Why we do it", "To see that the policy is kept."),
    "13(1)(c) lawful basis": ("Lawful basis:", "LAWFUL BASIS AS STATED"),
    "13(1)(d) legitimate interests": ("Our reasons:", "REASONS AS STATED"),
    "9(2) condition": ("If it says something sensitive:", "CONDITION AS STATED"),
    "DPA 2018 schedule 1": ("Condition in UK law:", "SCHEDULE AS STATED"),
    "13(1)(e) recipients": ("Others outside:", "RECIPIENTS AS STATED"),
    "13(1)(f) transfers": ("Other countries:", "TRANSFERS AS STATED"),
    "13(2)(a) retention": ("How long we keep it", "Single requests: 90 days"),
    "retention of the logs": ("The log files:", "LOGS AS STATED"),
    "13(2)(b) access": ("See it:", "a copy of all that is held about you"),
    "13(2)(b) rectification": ("Put it right:", "what is wrong or missing"),
    "13(2)(b) erasure": ("Erase it:", "destroy"),
    "13(2)(b) restriction": ("Limit it:", "set data aside"),
    "13(2)(b) objection": ("Object:", "at any time"),
    "13(2)(b) portability": ("Take it with you:", "consent or contract"),
    "how": ("How:", "ig@trust.example"),
    "13(2)(d) complaint": ("complain to the regulator", "ico.org.uk"),
    "13(2)(e) whether it must be given": ("You do not have to give us anything", "the log is made"),
    "13(2)(f) automated decisions": ("No decision is made by a computer", "scored or ranked"),
    "13(2)(c) consent": ("Take back consent:", "at any time"),
    "13(3) further purposes": ("checks nothing else", "have to be told first"),
    "14(1)(d) categories of data": ("What is recorded", "The name of the site"),
    "14(2)(f) source": ("It comes from our web proxy and filter", "We ask nobody else"),
    "no covert monitoring": ("no secret watching",),
    "the shield": ("trade union", "from what we keep"),
    "the source logs": ("The log files of the proxy say more", "the whole address of a page"),
    "two people": ("two people have to agree",),
    "review": ("When this is looked at again", "1 March 2027"),
}  # fmt: skip


@pytest.mark.parametrize("item", CHECKLIST)
def test_the_notice_has_each_item_of_articles_13_and_14(item: str) -> None:
    for said in CHECKLIST[item]:
        assert said in text_of(FULL), item


def test_what_only_people_can_say_is_asked_for_and_never_invented() -> None:
    bare = text_of(BARE)
    for label in ("Controller:", "Data protection officer:", "Ask us:", "Lawful basis:", "Our reasons:", "How:",
                  "If it says something sensitive:", "Condition in UK law:", "Others outside:", "Other countries:",
                  "The log files:", "Impact assessment:"):  # fmt: skip
        assert f"{label} {ASK}" in bare
    assert ASK not in text_of(FULL)
    for invented in ("legitimate interests", "public task", "Article 6", "6(1)", "9(2)"):
        assert invented not in bare


def test_the_notice_quotes_every_rule_that_is_on_and_none_that_is_off() -> None:
    told = text_of(FULL)
    for rule in POLICY.rules:
        if rule.on:
            assert words_of(rule.bullet) in told, rule.rule_id
    off = {rule.clause for rule in POLICY.rules} - {rule.clause for rule in POLICY.rules if rule.on}
    assert not any(f"Clause {clause}:" in told for clause in off)


def test_the_notice_follows_the_configuration() -> None:
    told = text_of(replace(FULL, unproven_days=9, retention_days=21, minimum_group=12))
    for said in ("9 days, unless", "21 days after they were made", "groups of 12 people"):
        assert said in told
    own = replace(POLICY, own_devices_count=True)
    assert "our network counts against you" in words_of(notice_as_text(privacy_notice(FULL, own, TODAY)))


def test_the_notice_says_nothing_that_is_not_configured() -> None:
    """What hangs on the staff directory, the registers or the officers stands there only where there are some."""
    here = Path("here")
    hung = {
        "the list of staff": replace(FULL, directory=here),
        "your team and your hours of work": replace(FULL, directory=here),
        "the lists of leave, consents and the like": replace(FULL, registers=here),
        "cases about you are held back": replace(FULL, registers=here),
        "what you have to say to a case": replace(FULL, registers=here),
    }
    for said, configuration in hung.items():
        assert said in text_of(configuration)
        assert said not in text_of(FULL)
    without = words_of(notice_as_text(privacy_notice(FULL, POLICY, TODAY, can_open=False)))
    for said in ("two people have to agree", "Two people prepare it", "The locked name of a case"):
        assert said in text_of(FULL)
        assert said not in without
    assert "nobody can open a name" in without


def test_the_notice_promises_nothing_in_the_organisation_s_name() -> None:
    """What people do is theirs to promise: the program says what it does, and what its pages ask for."""
    for promised in ("We use it for nothing else", "heard before anything", "worse for", "We cannot find out"):
        assert promised not in text_of(FULL)
    assert f"What it is for: {ASK}" in text_of(BARE)
    safety = replace(POLICY, rules=tuple(one for one in POLICY.rules if one.route != "safeguarding"))
    assert "a case about safety is looked into first" in text_of(FULL)
    assert "looked into first" not in words_of(notice_as_text(privacy_notice(FULL, safety, TODAY)))


def test_the_formula_of_the_reading_age_knows_hard_words_from_easy_ones() -> None:
    easy = "The cat sat on the mat. The dog ran to the cat. We all saw it run."
    hard = "Notwithstanding considerable organisational complexity, proportionality necessitates deliberation. " * 2
    assert flesch_kincaid_age(easy) < 8
    assert flesch_kincaid_age(hard) > 20


def test_the_notice_can_be_read_by_somebody_of_fourteen() -> None:
    """Our own words: what the policy and the controller say is theirs."""
    notice = privacy_notice(FULL, POLICY, TODAY)
    own = [*notice.lead]
    for section in notice.sections:
        own += [*section.paragraphs, *section.points, *section.after]
        own += [] if section.quoted else [value for _, value in section.facts]
    age = flesch_kincaid_age("\n".join(one for one in own if "ico.org" not in one))
    assert 5 < age < 14, age


def test_the_notice_is_one_page_of_the_house_and_plain_text() -> None:
    now = datetime(2026, 3, 20, 6, tzinfo=UTC)
    page = notice_as_html(
        privacy_notice(FULL, POLICY, TODAY), page_frame(FULL, POLICY, now, handling="OFFICIAL", lasting=True)
    ).decode()
    assert "<h1" in page
    assert "OFFICIAL-SENSITIVE" not in page
    assert "Destroy by" not in page
    assert "<script" not in page
    assert all(len(line) <= 78 for line in notice_as_text(privacy_notice(FULL, POLICY, TODAY)).splitlines())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = a_world(tmp_path_factory.mktemp("pages"))
    world.run()
    return world


def test_the_sheet_of_a_case_has_all_that_its_page_has_and_no_name(world: World) -> None:
    case = cases(world)[0]
    world.netaudit("challenge", case.lower(), "--answer-by", "2099-01-31", "--to", "sheet.html")
    sheet = (world.folder / "sheet.html").read_text(encoding="utf-8")
    page = (world.folder / "out" / "ig" / "cases" / f"{case.lower()}.html").read_text(encoding="utf-8")
    lists = re.findall(r"<li>(.*?)</li>", page)
    assert len(lists) > 5
    doubts = page.partition("Why it might be wrong")[2].partition("</ul>")[0]
    overturns = page.partition("What would overturn it")[2].partition("</ul>")[0]
    for said in re.findall(r"<li>(.*?)</li>", doubts + overturns):
        assert said in sheet
    for said in ("What was taken for granted", "What was left out, and why", "What you can bring", "31 January 2099",
                 "Who decides", "ig@canary.example", "shared", "clock", "consent", "Your answer",
                 "opened something by accident"):  # fmt: skip
        assert said.lower() in sheet.lower(), said
    for name in ("canary.ann", "canary.bob", "Canary Finance", "192.0.2.", ".csv"):
        assert name not in sheet
    assert oct((world.folder / "sheet.html").stat().st_mode)[-3:] == "600"
    own = [one for one in world.entries() if one["about"].get("what") == "challenge"]
    assert [(one["kind"], one["about"]["case"]) for one in own] == [("export", case)]


def test_without_a_current_dpia_there_is_no_sheet_but_there_is_an_answer(world: World) -> None:
    world.configure(dpia="")
    try:
        refused = world.netaudit("challenge", cases(world)[0], "--to", "no.html", ok=False)
        assert refused.returncode == 2
        assert "DPIA" in refused.stderr
        assert not (world.folder / "no.html").exists()
        world.access("q1", "without")
        assert (world.folder / "without" / "index.html").is_file()
    finally:
        world.configure()


def test_the_sheet_says_who_decides() -> None:
    facts = page_frame(BARE, POLICY, datetime(2026, 3, 20, 6, tzinfo=UTC))
    for route, who in (("safeguarding", "The safeguarding lead."), ("fraud", "counter-fraud")):
        case = days.case_of(days.tabbing(), route=route)
        assert who in challenge_as_html(case, data.TITLES, facts, ASK, "").decode()


def test_a_day_that_has_passed_is_no_day_to_answer_by(world: World) -> None:
    refused = world.netaudit("challenge", cases(world)[0], "--answer-by", "2020-01-01", "--to", "late.html", ok=False)
    assert "has passed" in refused.stderr
