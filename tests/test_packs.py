"""The policies that ship: each quotes its own text, and finds what a reader of that text would, and no more."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from assess_tables import people, register, visit, visits
from shared_material import SHARED, needs_shared

from netaudit.assess import assess, check_policy
from netaudit.definitions.policies import Policy, load_policy, policy_names, unclassed
from netaudit.definitions.taxonomy import read_taxonomy

CHECKOUT = Path(__file__).resolve().parents[1]
NETAUDIT = Path(sys.executable).with_name("netaudit")
TEXTS = {
    "leeds": "002_529cf203c941be50.txt",
    "sheffield": "004_6b72b14083988d11.txt",
    "stw": "000_ab4e7ec533d9b8b3.txt",
    "sunderland": "003_f589732af25d8280.txt",
    "warrington": "001_f326fb3b3dc84b92.txt",
}
SOCIAL = tuple(name for name in TEXTS if name != "leeds")

every_pack = pytest.mark.parametrize("pack", TEXTS)


def pack_of(name: str) -> Policy:
    return cached_pack(name)


@cache
def cached_pack(name: str) -> Policy:
    return load_policy(name)


def plain(text: str) -> str:
    """Return a text with straight quotation marks, single blanks, and no soft hyphens, nor bullets before its lines."""
    text = text.replace("\u00ad", "").translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\""))
    text = re.sub(r"(?m)^\s*[-·•\uf0b7]\s+", "", text)
    return " ".join(text.split())


def stands_in(quotation: str, text: str) -> bool:
    """Return whether a text has a quotation; of an item in a list, after the line that heads the list."""
    if plain(quotation) in text:
        return True
    heading, colon, item = plain(quotation).partition(": ")
    return bool(colon) and item in text.partition(f"{heading}: ")[2][:300]


def test_five_packs_ship() -> None:
    assert policy_names() == tuple(TEXTS)


@needs_shared
@every_pack
def test_a_pack_quotes_its_own_text_word_for_word(pack: str) -> None:
    policy, text = pack_of(pack), plain((SHARED / "seeds" / TEXTS[pack]).read_text(encoding="utf-8"))
    quoted = {
        **{f"clause {clause}": words for clause, words in policy.clauses.items()},
        **{f"rule {rule.rule_id}": rule.bullet for rule in policy.rules},
        **{f"not auditable: {entry.bullet}": entry.bullet for entry in policy.not_auditable},
    }
    assert [place for place, words in quoted.items() if not stands_in(words, text)] == []


@needs_shared
def test_a_word_that_the_text_does_not_have_is_noticed() -> None:
    text = plain((SHARED / "seeds" / TEXTS["leeds"]).read_text(encoding="utf-8"))
    assert stands_in("Accessing sites that involve: Gambling", text)
    assert not stands_in("Accessing sites that involve: Knitting", text)
    assert not stands_in("Continuous personal use of more than two hours", text)


@every_pack
def test_the_worked_examples_come_out_as_they_say(pack: str) -> None:
    assert check_policy(pack_of(pack)) == []


@every_pack
def test_every_rule_cites_a_clause_that_the_pack_quotes(pack: str) -> None:
    policy = pack_of(pack)
    assert {rule.clause for rule in policy.rules} <= set(policy.clauses)
    assert all(entry.why.endswith(".") for entry in policy.not_auditable)


@every_pack
def test_every_class_has_a_use_and_special_ones_are_shielded(pack: str) -> None:
    categories, problems = read_taxonomy(CHECKOUT / "categories" / "taxonomy.toml")
    policy = pack_of(pack)
    assert (problems, unclassed(policy, categories)) == ([], [])
    for category in categories.values():
        use = policy.classes[category.id]
        assert (use == "shielded") == category.special, category.id
        assert (use == "background") == (category.nature == "machine"), category.id
        assert (use == "business") >= category.business, category.id


@every_pack
def test_a_class_is_forbidden_where_a_rule_that_is_on_says_so_and_only_there(pack: str) -> None:
    policy = pack_of(pack)
    named = {
        category for rule in policy.rules if rule.on and rule.kind == "blocked_class" for category in rule.categories
    }
    assert set(policy.categories_used_as("blocked")) == named


@every_pack
def test_safeguarding_is_the_only_route_of_its_classes(pack: str) -> None:
    policy = pack_of(pack)
    for rule in policy.rules:
        if {"extremism", "grooming_risk_chat"} & {*policy.categories_of(rule)}:
            assert rule.route == "safeguarding", rule.rule_id


def test_an_attempt_goes_where_access_would_go() -> None:
    policy = pack_of("leeds")
    access = {(one, rule.route) for rule in policy.rules if rule.kind == "blocked_class" for one in rule.categories}
    attempts = [(one, rule.route) for rule in policy.rules if rule.kind == "attempts" for one in rule.categories]
    assert sorted(attempts) == sorted(access)


def test_the_defaults_are_the_same_in_all_packs() -> None:
    leeds = pack_of("leeds")
    for name in SOCIAL:
        policy = pack_of(name)
        full_time = policy.patterns[policy.default_pattern]
        assert full_time == leeds.patterns["full_time"], name
        assert (policy.zone, policy.bank_holidays) == (leeds.zone, leeds.bank_holidays), name
        assert (policy.one_hour, policy.blocked_class) == (leeds.one_hour, leeds.blocked_class), name
        assert policy.excuses == (), name  # 7.3 is Leeds's


def test_what_is_on_and_what_is_off() -> None:
    switched = {
        name: {switch: {rule.rule_id for rule in pack_of(name).rules if rule.on is switch} for switch in (True, False)}
        for name in SOCIAL
    }
    assert switched == {
        "sheffield": {True: {"own_time"}, False: set()},
        "stw": {True: {"radicalisation", "grooming"}, False: {"commercial_gain", "external_storage"}},
        "sunderland": {True: set(), False: {"social_media_time", "instant_messaging"}},
        "warrington": {True: {"radicalisation", "grooming", "commercial_gain"}, False: {"external_storage"}},
    }


def table_rows(heading: str) -> list[list[str]]:
    """Return the cells of a section's tables in docs/policies.md, without the code marks."""
    page = (CHECKOUT / "docs" / "policies.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]


def test_the_manual_lists_every_rule_of_the_social_media_policies_as_it_is() -> None:
    rows = [row for row in table_rows("What each audits") if row[0] in SOCIAL]
    told = [
        (pack, clause, rule_id, default[:3].strip("; "), route) for pack, clause, rule_id, _, default, route in rows
    ]
    assert sorted(told) == sorted(
        (
            name,
            rule.clause,
            rule.rule_id,
            "on" if rule.on else "off",
            {"hr": "HR", "it": "IT"}.get(rule.route, rule.route),
        )
        for name in SOCIAL
        for rule in pack_of(name).rules
    )


def test_the_manual_counts_what_no_log_shows() -> None:
    page = (CHECKOUT / "docs" / "policies.md").read_text(encoding="utf-8")
    for name in TEXTS:
        assert f"{len(pack_of(name).not_auditable)} in `{name}`" in page


# ------------------------------------------------------------------------------------------ what a reader would find
# Tuesday, 10 March 2026: UTC is the time on the wall, and core hours are nine to five.
class Found(NamedTuple):
    rule_id: str
    clause: str
    route: str
    minutes_low: float


STORIES: Mapping[str, tuple[tuple[str, str, str], ...]] = {  # start, end, class
    "two hours of Facebook in the morning": (("10:00", "12:00", "social_sharing"),),
    "an hour of Facebook at lunch": (("12:30", "13:30", "social_sharing"),),
    "a quarter of an hour of LinkedIn": (("10:00", "10:15", "social_professional"),),
    "ten minutes of bets": (("10:00", "10:10", "gambling"),),
    "ten minutes of bets in the evening": (("20:00", "20:10", "gambling"),),
    "ten minutes of an extremist site at lunch": (("12:30", "12:40", "extremism"),),
    "five minutes of chat with strangers": (("10:00", "10:05", "grooming_risk_chat"),),
    "five minutes of a market place for freelancers": (("10:00", "10:05", "freelance_commercial"),),
    "three hours of a hospital's systems": (("09:00", "12:00", "business_clinical"),),
    "an hour and a half of sites about one's own health": (("10:00", "11:30", "shielded"),),
    "ninety minutes of films": (("10:00", "11:30", "streaming_media"),),
}
ONE_HOUR = "one_hour", "7.2", "manager"
EXTREMIST = {
    "leeds": Found("radicalisation", "7.4", "safeguarding", 10),
    "stw": Found("radicalisation", "7.3", "safeguarding", 10),
    "warrington": Found("radicalisation", "7.3", "safeguarding", 10),
}
STRANGERS = {
    "leeds": Found("grooming", "7.4", "safeguarding", 5),
    "stw": Found("grooming", "7.3", "safeguarding", 5),
    "warrington": Found("grooming", "7.3", "safeguarding", 5),
}
# What each text says of each story; a pack that is not named finds nothing.
EXPECTED: Mapping[str, Mapping[str, Found]] = {
    "two hours of Facebook in the morning": {
        "leeds": Found(*ONE_HOUR, 120),
        "sheffield": Found("own_time", "3", "manager", 120),
    },
    "an hour of Facebook at lunch": {},
    "a quarter of an hour of LinkedIn": {},
    "ten minutes of bets": {"leeds": Found("gambling", "7.4", "manager", 10)},
    "ten minutes of bets in the evening": {"leeds": Found("gambling", "7.4", "manager", 10)},
    "ten minutes of an extremist site at lunch": EXTREMIST,
    "five minutes of chat with strangers": STRANGERS,
    "five minutes of a market place for freelancers": {
        "leeds": Found("freelance", "7.4", "hr", 5),
        "warrington": Found("commercial_gain", "6.2", "hr", 5),
    },
    "three hours of a hospital's systems": {},
    "an hour and a half of sites about one's own health": {},
    "ninety minutes of films": {"leeds": Found(*ONE_HOUR, 90)},
}


def findings_of(policy: Policy, rows: tuple[tuple[str, str, str], ...], entries: pl.DataFrame | None = None) -> list:
    seen = visits(*(visit(f"2026-03-10 {start}", f"2026-03-10 {end}", category) for start, end, category in rows))
    return assess(
        seen, people({"roles": ["comms"]}), register() if entries is None else entries, policy
    ).findings.to_dicts()


@every_pack
@pytest.mark.parametrize("story", STORIES)
def test_a_pack_finds_what_its_text_says_and_no_more(pack: str, story: str) -> None:
    found = findings_of(pack_of(pack), STORIES[story])
    expected = EXPECTED[story].get(pack)
    assert [Found(*(row[name] for name in Found._fields)) for row in found] == ([expected] if expected else [])
    assert all(row["status"] == "new" for row in found)


@pytest.mark.parametrize("category", ["social_sharing", "social_microblogging"])
def test_the_communications_team_is_excused_for_the_classes_of_its_exemption(category: str) -> None:
    exempt = register({"register": "exemption", "role": "comms", "categories": ["social_microblogging"]})
    found = findings_of(pack_of("sheffield"), (("10:00", "10:40", category),), exempt)
    assert [row["status"] for row in found] == ["excused" if category == "social_microblogging" else "new"]


def test_no_rule_of_a_social_media_policy_is_about_long_use() -> None:
    for name in SOCIAL:
        assert not [rule for rule in pack_of(name).rules if rule.kind == "one_hour"], name


def test_shropshire_and_warrington_do_not_take_social_media_for_personal_use() -> None:
    for name in ("stw", "warrington"):
        classes = pack_of(name).classes
        assert {use for category, use in classes.items() if category.startswith("social_")} == {"unknown"}


def test_sunderland_names_nobody_whatever_the_class() -> None:
    policy = pack_of("sunderland")
    day = tuple(("10:00", "11:30", category) for category in policy.classes)
    assert findings_of(policy, day) == []


def test_a_number_switches_sunderland_s_rule_on(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "sunderland"\nid = "own"\n[[rule]]\nrule_id = "social_media_time"\nlimit_minutes = 60\n',
        encoding="utf-8",
    )
    policy = load_policy(own)
    rows = (("09:30", "10:00", "social_microblogging"), ("15:00", "15:31", "social_professional"))
    (row,) = findings_of(policy, rows)
    assert (row["rule_id"], row["minutes_low"], row["limit"]) == ("social_media_time", 61, 60)
    assert findings_of(policy, (rows[0], ("15:00", "15:30", "social_professional"))) == []


NOTHING_ON = "No rule of the policy is switched on"
NO_REVIEW = "The policy names no date for its review."


@pytest.mark.parametrize("pack", SOCIAL)
def test_a_run_under_a_social_media_policy_ends_well_and_says_what_it_cannot_find(pack: str, tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text(f'[policy]\npack = "{pack}"\n', encoding="utf-8")
    (tmp_path / "access.log").write_text(
        "1773136800.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://a.example/ ann HIER_DIRECT/203.0.113.9 text/html\n",
        encoding="utf-8",
    )
    command = [NETAUDIT, "run", "access.log", "--out", "out", "--now", "2026-03-20T06:00:00"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    first = (tmp_path / "out" / "ig" / "index.html").read_text(encoding="utf-8")
    for text in (run.stdout + run.stderr, first):
        assert (NOTHING_ON in text) == (pack == "sunderland")
        assert (NO_REVIEW in text) == (pack == "sheffield")
        assert "clause 7.1" not in text
    method = (tmp_path / "out" / "ig" / "method.html").read_text(encoding="utf-8")
    assert "The policy in use has no such rule" in method
    assert "A break of up to" not in method
