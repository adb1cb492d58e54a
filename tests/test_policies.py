from __future__ import annotations

import hashlib
import pickle
import re
from datetime import date, time
from pathlib import Path

import pytest

from netaudit.assess import check_policy
from netaudit.definitions.calendars import Hours
from netaudit.definitions.policies import SHIPPED, load_policy, policy_names, unclassed
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.errors import DefinitionError

CHECKOUT = Path(__file__).resolve().parents[1]
LEEDS_TEXT = CHECKOUT.parent / "shared" / "seeds" / "002_529cf203c941be50.txt"

SMALL = """
id = "small"
title = "A small policy"
version = "1"
owner = "The owner"

[time]
zone = "Europe/London"
default_pattern = "days"
[time.lunch]
earliest = 12:00:00
latest = 14:00:00
minutes = 60

[patterns.days]
title = "Mondays"
monday = [[09:00:00, 17:00:00]]

[one_hour]
tolerance_minutes = 5
limit_minutes = 60
core_minutes = 1

[blocked_class]
minutes_low = 1
documents = 1

[classes]
gambling = "blocked"
travel = "personal"
business_nhs = "business"

[[rule]]
rule_id = "betting"
title = "Betting"
clause = "1"
bullet = "No betting"
kind = "blocked_class"
categories = ["gambling"]
route = "manager"

[[rule.example]]
title = "A bet"
breaks = true
day = 2026-03-10
visits = [{ start = 10:00:00, end = 10:05:00, category = "gambling" }]

[[rule.example]]
title = "A journey"
breaks = false
day = 2026-03-10
visits = [{ start = 10:00:00, end = 10:05:00, category = "travel" }]
"""


def write(folder: Path, text: str, name: str = "small") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, **names: str) -> str:
    """Return the message of a broken policy, with the folder's name left out."""
    for name, other in names.items():
        write(folder, other, name)
    with pytest.raises(DefinitionError) as error:
        load_policy(write(folder, text), [folder])
    return str(error.value).replace(f"{folder}/", "")


def test_the_small_policy_of_these_tests_is_sound(tmp_path: Path) -> None:
    assert check_policy(load_policy(write(tmp_path, SMALL))) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'title = "A small policy"',
            'titel = "A small policy"',
            (
                "unknown key 'titel'\n --> small.toml\n  = help: did you mean 'title'?\n"
                "'title' is missing\n --> small.toml\n  = help: add title = …"
            ),
        ),
        (
            'version = "1"',
            "version = 1",
            "'version' is not text\n --> small.toml\n  = help: write version as text",
        ),
        (
            'zone = "Europe/London"',
            'zone = "Europe/Londn"',
            (
                "'Europe/Londn' is not a time zone\n --> small.toml: [time] zone\n"
                "  = help: did you mean 'Europe/London'?"
            ),
        ),
        (
            'default_pattern = "days"',
            'default_pattern = "day"',
            ("there is no pattern 'day'\n --> small.toml: [time] default_pattern\n  = help: did you mean 'days'?"),
        ),
        (
            "[time.lunch]",
            '[time.bank_holidays]\ncountry = "GB"\nsubdivision = "EN"\n[time.lunch]',
            (
                "country 'GB' has no subdivision 'EN'\n --> small.toml: [time] bank_holidays\n"
                "  = help: did you mean 'ENG'?"
            ),
        ),
        (
            "[time.lunch]",
            '[time.bank_holidays]\ncountry = "XQ"\n[time.lunch]',
            "there are no bank holidays for country 'XQ'\n --> small.toml: [time] bank_holidays\n",
        ),
        (
            "minutes = 60\n\n[patterns",
            "minutes = 150\n\n[patterns",
            (
                "150 minutes do not fit between earliest and latest\n --> small.toml: [time] lunch\n"
                "  = help: widen the band between earliest and latest, or shorten the break"
            ),
        ),
        (
            "earliest = 12:00:00",
            'earliest = "12:00"',
            "'earliest' is not a time of day\n --> small.toml: [time] lunch\n  = help: write earliest as a time of day",
        ),
        (
            "monday = [[09:00:00, 17:00:00]]",
            'monday = [["09:00", "17:00"]]',
            (
                "not a start and an end\n --> small.toml: pattern 'days', monday\n"
                '  = help: write "09:00-17:00", or [[09:00:00, 17:00:00]] with seconds and without quotes'
            ),
        ),
        (
            "monday = [[09:00:00, 17:00:00]]",
            "monday = [[21:00:00, 09:00:00]]\ntuesday = [[08:00:00, 12:00:00]]",
            (
                "the hours of monday run into the next\n --> small.toml: pattern 'days'\n"
                "  = help: let one stretch end before the next one starts"
            ),
        ),
        (
            "monday = [[",
            "monday_morning = [[",
            "unknown key 'monday_morning'\n --> small.toml: pattern 'days'\n  = help: did you mean 'monday'?",
        ),
        (
            "limit_minutes = 60",
            "limit_minutes = 0",
            "limit_minutes is 0\n --> small.toml: [one_hour]\n  = help: write a limit_minutes above 0",
        ),
        (
            "tolerance_minutes = 5",
            "tolerance_minutes = -5",
            ("tolerance_minutes is -5\n --> small.toml: [one_hour]\n  = help: write tolerance_minutes = 0 or more"),
        ),
        (
            "documents = 1",
            "documents = 0",
            "documents is 0\n --> small.toml: [blocked_class]\n  = help: write a documents above 0",
        ),
        (
            'travel = "personal"',
            'travel = "privat"',
            "category 'travel' is used as 'privat'\n --> small.toml: [classes]\n  = help: known: background,",
        ),
        (
            'kind = "blocked_class"',
            'kind = "blocked_clas"',
            ("unknown kind 'blocked_clas'\n --> small.toml: rule 'betting'\n  = help: did you mean 'blocked_class'?"),
        ),
        (
            'route = "manager"',
            'route = "managers"',
            "unknown route 'managers'\n --> small.toml: rule 'betting'\n  = help: did you mean 'manager'?",
        ),
        (
            'categories = ["gambling"]',
            'categories = ["gamblin"]',
            "unknown category 'gamblin'\n --> small.toml: rule 'betting'\n  = help: did you mean 'gambling'?",
        ),
        (
            'categories = ["gambling"]',
            'categories = ["business_nhs"]',
            (
                "category 'business_nhs' is used as 'business'\n --> small.toml: rule 'betting'\n"
                "  = help: a rule can audit classes that are personal or blocked: "
                "change [classes] or the rule"
            ),
        ),
        (
            'categories = ["gambling"]',
            "categories = []",
            (
                "there are no categories\n --> small.toml: rule 'betting'\n"
                "  = help: name the classes that this rule is about"
            ),
        ),
        (
            'kind = "blocked_class"\ncategories = ["gambling"]',
            'kind = "one_hour"\ncategories = ["gambling"]',
            (
                "kind 'one_hour' counts all personal use\n --> small.toml: rule 'betting'\n"
                "  = help: leave the categories away"
            ),
        ),
        (
            'route = "manager"',
            'route = "manager"\nlimit_minutes = 5',
            (
                "kind 'blocked_class' has no limit_minutes\n --> small.toml: rule 'betting'\n"
                "  = help: set it in the table [blocked_class]"
            ),
        ),
        (
            'kind = "blocked_class"',
            'kind = "megabytes"\nlimit_minutes = 5',
            ("kind 'megabytes' has no limit_minutes\n --> small.toml: rule 'betting'\n  = help: write limit_megabytes"),
        ),
        (
            'kind = "blocked_class"',
            'kind = "own_time"\nlimit_minutes = 5',
            (
                "kind 'own_time' has no limit_minutes\n --> small.toml: rule 'betting'\n"
                "  = help: set it in the table [own_time]"
            ),
        ),
        (
            'kind = "blocked_class"',
            'kind = "blocked_class"\nper = "week"',
            (
                "kind 'blocked_class' has no per\n --> small.toml: rule 'betting'\n"
                "  = help: only class_minutes, core_minutes, megabytes, downloads, attempts have: leave per away"
            ),
        ),
        (
            'kind = "blocked_class"',
            'kind = "class_minutes"\nper = "weak"',
            "unknown per 'weak'\n --> small.toml: rule 'betting'\n  = help: did you mean 'week'?",
        ),
        (
            'kind = "blocked_class"',
            'kind = "megabytes"\ndirection = "outt"',
            "unknown direction 'outt'\n --> small.toml: rule 'betting'\n  = help: did you mean 'out'?",
        ),
        (
            'kind = "blocked_class"',
            'kind = "downloads"',
            (
                "there are no file_kinds\n --> small.toml: rule 'betting'\n"
                "  = help: name the kinds of file that count: program, archive, disk_image, audio_video, document"
            ),
        ),
        (
            'kind = "blocked_class"',
            'kind = "downloads"\nfile_kinds = ["programs"]',
            "unknown file_kind 'programs'\n --> small.toml: rule 'betting'\n  = help: did you mean 'program'?",
        ),
        (
            'kind = "blocked_class"\ncategories = ["gambling"]',
            'kind = "attempts"\nlimit_attempts = 3\ncategories = ["travel"]',
            (
                "category 'travel' is not forbidden\n --> small.toml: rule 'betting'\n"
                "  = help: attempts are counted at forbidden classes only: give the rule others, or change [classes]"
            ),
        ),
        (
            "[classes]",
            "[own_time]\nminutes_low = 0\n[classes]",
            "minutes_low is 0\n --> small.toml: [own_time]\n  = help: write a minutes_low above 0",
        ),
        (
            "[classes]",
            "[attempts]\napart_minutes = -1\n[classes]",
            "apart_minutes is -1\n --> small.toml: [attempts]\n  = help: write apart_minutes = 0 or more",
        ),
        (
            "breaks = true",
            "breaks = false",
            (
                "there is no example that breaks it\n --> small.toml: rule 'betting'\n"
                "  = help: add a [[rule.example]] with breaks = true"
            ),
        ),
        (
            "breaks = false",
            "breaks = true",
            (
                "there is no example that does not break it\n --> small.toml: rule 'betting'\n"
                "  = help: add a [[rule.example]] with breaks = false"
            ),
        ),
        (
            'category = "travel" }',
            'category = "travels" }',
            (
                "unknown category 'travels'\n --> small.toml: rule 'betting', example 2, visit 1\n"
                "  = help: did you mean 'travel'?"
            ),
        ),
        (
            'category = "travel" }',
            'category = "travel", kind = "humans" }',
            (
                "unknown kind 'humans'\n --> small.toml: rule 'betting', example 2, visit 1\n"
                "  = help: did you mean 'human'?"
            ),
        ),
        (
            'title = "A journey"',
            'title = "A journey"\nstatus = "excusd"',
            ("unknown status 'excusd'\n --> small.toml: rule 'betting', example 2\n  = help: did you mean 'excused'?"),
        ),
        (
            'title = "A bet"',
            'title = "A bet"\nstatus = "close"',
            (
                "status is 'close' with breaks = true\n --> small.toml: rule 'betting', example 1\n"
                "  = help: leave status away, or write excused or close with breaks = false"
            ),
        ),
        (
            'title = "A bet"',
            'title = "A bet"\npattern = "day"',
            ("unknown pattern 'day'\n --> small.toml: rule 'betting', example 1\n  = help: did you mean 'days'?"),
        ),
        (
            'title = "A bet"',
            'title = "A bet"\nrelies_on = { document = 1 }',
            (
                "unknown thing to rely on 'document'\n --> small.toml: rule 'betting', example 1\n"
                "  = help: did you mean 'documents'?"
            ),
        ),
        (
            'title = "A bet"',
            'title = "A bet"\nexpect = { minute_low = 5 }',
            (
                "unknown thing to expect 'minute_low'\n --> small.toml: rule 'betting', example 1\n"
                "  = help: did you mean 'minutes_low'?"
            ),
        ),
        (
            'title = "A bet"',
            'title = "A bet"\nregister = [{ register = "consents", start = 09:00:00, end = 10:00:00 }]',
            (
                "unknown register 'consents'\n --> small.toml: rule 'betting', example 1, register 1\n"
                "  = help: did you mean 'consent'?"
            ),
        ),
        (
            'title = "A bet"\nbreaks = true\n',
            'title = "A bet"\n',
            "'breaks' is missing\n --> small.toml: rule 'betting', example 1\n  = help: add breaks = …",
        ),
        (
            "[classes]",
            '[[excuse]]\ncategory = "new"\nminutes_a_day = 5\nclause = "1"\n[classes]',
            "unknown category 'new'\n --> small.toml: [[excuse]] 1\n",
        ),
        (
            "[classes]",
            '[[not_auditable]]\nclause = "1"\nbullet = "No malice"\n[classes]',
            "'why' is missing\n --> small.toml: [[not_auditable]] 1\n  = help: add why = …",
        ),
        (
            'id = "small"',
            'id = "small',
            "not TOML: Illegal character",
        ),
    ],
)
def test_a_broken_policy_says_what_where_and_what_to_do(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert SMALL.count(old) >= 1
    text = faults(tmp_path, SMALL.replace(old, new, 1))
    assert text.startswith(message)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    text = SMALL.replace('zone = "Europe/London"', 'zone = "Mars"').replace("gambling", "gamblin", 1)
    text = text.replace('route = "manager"', 'rout = "manager"')
    assert [line for line in faults(tmp_path, text).splitlines() if not line.startswith(" ")] == [
        "'Mars' is not a time zone",
        "unknown key 'rout'",
        "'route' is missing",
        "unknown category 'gambling'",
        "unknown category 'gambling'",
    ]


def test_a_rule_that_is_there_twice(tmp_path: Path) -> None:
    twice = SMALL + SMALL[SMALL.index("[[rule]]") :]
    assert faults(tmp_path, twice) == (
        "this rule_id is there twice\n --> small.toml: rule 'betting'\n  = help: give each rule its own rule_id"
    )


def test_a_policy_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        load_policy("leds", [tmp_path])
    assert str(error.value).startswith(
        "there is no policy 'leds'\n --> the name of the policy\n  = help: did you mean 'leeds'?"
    )
    with pytest.raises(DefinitionError, match="cannot be read: No such file or directory"):
        load_policy(tmp_path / "none.toml")
    with pytest.raises(DefinitionError, match="'Europe/Leeds' is not a time zone\n --> the configuration"):
        load_policy("leeds", zone="Europe/Leeds")


def test_a_site_changes_single_things(tmp_path: Path) -> None:
    own = """
    extends = "small"
    id = "own"
    one_hour = { limit_minutes = 30 }
    patterns.short = { title = "Short", friday = [[09:00:00, 12:00:00]] }
    classes.travel = "business"
    [[rule]]
    rule_id = "betting"
    route = "hr"
    """
    write(tmp_path, SMALL)
    write(tmp_path, own, "own")
    base, policy = load_policy("small", [tmp_path]), load_policy("own", [tmp_path])
    assert (policy.policy_id, policy.title) == ("own", base.title)
    assert (policy.one_hour.limit_minutes, policy.one_hour.tolerance_minutes) == (30, 5)
    assert set(policy.patterns) == {"days", "short"}
    assert policy.patterns["short"].core == {"friday": (Hours(time(9), time(12)),)}
    assert policy.patterns["short"].lunch == base.patterns["days"].lunch
    assert policy.classes["travel"] == "business"
    assert (policy.rule("betting").route, policy.rule("betting").bullet) == ("hr", "No betting")
    assert check_policy(policy) == []
    assert policy.sha256 != base.sha256


def test_a_limit_in_a_site_s_own_file_switches_a_rule_on(tmp_path: Path) -> None:
    write(
        tmp_path,
        'extends = "leeds"\nid = "own"\n[[rule]]\nrule_id = "core_time"\nlimit_minutes = 30\n',
        "own",
    )
    rule = load_policy("own", [tmp_path]).rule("core_time")
    assert (rule.on, rule.limit) == (True, 30)
    shipped = load_policy("leeds").rule("core_time")
    assert (shipped.on, shipped.limit) == (False, None)


def test_a_rule_can_be_switched_off(tmp_path: Path) -> None:
    write(tmp_path, 'extends = "leeds"\nid = "own"\n[[rule]]\nrule_id = "dating"\non = false\n', "own")
    policy = load_policy("own", [tmp_path])
    assert not policy.rule("dating").on
    assert check_policy(policy) == []


OWN_HOURS = """extends = "leeds"
id = "own"
[time]
bank_holidays = { country = "GB", subdivision = "SCT" }
closure_days = [2026-03-10]
lunch = "12:00-13:30"
[one_hour]
tolerance_minutes = 3
[classes]
travel = "business"
online_games = "personal"
[patterns.nights]
title = "Nights"
friday = "22:00-06:00"
[[excuse]]
category = "sport"
minutes_a_day = 20
clause = "7.3"
"""


def test_what_an_organisation_changes_does_not_make_the_examples_untrue_that_it_has_from_another(
    tmp_path: Path,
) -> None:
    write(tmp_path, OWN_HOURS, "own")
    assert check_policy(load_policy("own", [tmp_path])) == []
    write(tmp_path, 'extends = "own"\nid = "ours"\n[time]\nlunch = false\n', "ours")
    assert check_policy(load_policy("ours", [tmp_path])) == []


def test_examples_of_its_own_are_run_by_the_organisation_s_hours(tmp_path: Path) -> None:
    example = """[[rule]]
rule_id = "one_hour"
[[rule.example]]
title = "Closed"
breaks = true
day = 2026-03-10
visits = [{ start = "10:00", end = "11:30", category = "sport" }]
[[rule.example]]
title = "Open"
breaks = false
day = 2026-03-11
visits = [{ start = "10:00", end = "11:30", category = "sport" }]
"""
    write(tmp_path, OWN_HOURS + example, "own")
    told = check_policy(load_policy("own", [tmp_path]))
    assert [(one.what, one.where.split("(")[1]) for one in told] == [
        ("it should come out as 'new' and comes out as 'no finding'", "'Closed')"),
        ("it should come out as 'no finding' and comes out as 'new'", "'Open')"),
    ]


def test_a_rule_whose_classes_change_needs_examples_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, 'extends = "leeds"\nid = "own"\n[[rule]]\nrule_id = "dating"\ncategories = ["sport"]\n', "own")
    told = check_policy(load_policy("own", [tmp_path]))
    assert told
    assert {(one.where.split(",")[0], one.remedy) for one in told} == {
        ("policy 'own'", "give the rule examples of your own")
    }


def test_a_file_of_the_same_name_stands_in_for_the_shipped_one_and_may_extend_it(tmp_path: Path) -> None:
    write(tmp_path, 'extends = "leeds"\nowner = "Our own committee"\n', "leeds")
    policy = load_policy("leeds", [tmp_path])
    assert policy.owner == "Our own committee"
    assert len(policy.rules) == len(load_policy("leeds").rules)
    assert "leeds" in policy_names([tmp_path])


def test_faults_are_named_in_the_file_that_has_them(tmp_path: Path) -> None:
    own = 'extends = "small"\nid = "own"\n[[rule]]\nrule_id = "betting"\nroute = "nowhere"\n'
    write(tmp_path, SMALL)
    with pytest.raises(DefinitionError) as error:
        load_policy(write(tmp_path, own, "own"), [tmp_path])
    assert f"{tmp_path}/own.toml: rule 'betting'" in str(error.value)


def test_a_policy_cannot_extend_itself_or_what_is_not_there(tmp_path: Path) -> None:
    assert faults(tmp_path, 'extends = "small.toml"\n') == (
        "the policy extends itself\n --> small.toml: extends\n  = help: let it extend another policy, or none"
    )
    assert faults(tmp_path, 'extends = "smal"\n').startswith(
        "there is no policy 'smal'\n --> small.toml: extends\n  = help: did you mean 'small'?"
    )
    circle = faults(tmp_path, 'extends = "other"\n', other='extends = "small"\n')
    assert circle.startswith("there is no policy 'small'\n --> other.toml: extends")


def test_the_hash_is_that_of_the_file() -> None:
    policy = load_policy("leeds")
    assert policy.sha256 == hashlib.sha256((SHIPPED / "leeds.toml").read_bytes()).hexdigest()
    assert load_policy("leeds", zone="UTC").sha256 == policy.sha256


def test_the_configuration_may_name_another_zone() -> None:
    assert load_policy("leeds").zone == "Europe/London"
    assert load_policy("leeds", zone="Europe/Dublin").zone == "Europe/Dublin"


def test_a_policy_can_be_sent_to_another_process() -> None:
    policy = load_policy("leeds")
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301  our own bytes


def test_the_defaults_of_the_leeds_policy() -> None:
    policy = load_policy("leeds")
    assert policy.review_by == date(2022, 9, 30)
    full_time = policy.patterns[policy.default_pattern]
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    assert full_time.core == dict.fromkeys(weekdays, (Hours(time(9), time(17)),))
    assert full_time.lunch is not None
    assert (full_time.lunch.earliest, full_time.lunch.latest) == (time(12), time(14))
    assert full_time.lunch.minutes == 60
    assert (policy.one_hour.tolerance_minutes, policy.one_hour.limit_minutes) == (5, 60)
    assert (policy.blocked_class.minutes_low, policy.blocked_class.documents) == (1, 1)
    assert {(excuse.category, excuse.minutes_a_day, excuse.clause) for excuse in policy.excuses} == {
        ("news", 15, "7.3")
    }
    assert {rule.rule_id for rule in policy.rules if not rule.on} == {
        *("core_time", "core_time_week", "bandwidth", "streaming", "uploads", "downloads"),
        *("attempts", "attempts_safeguarding", "attempts_hr", "attempts_it"),
    }


def test_no_class_goes_without_a_use_and_special_ones_are_shielded() -> None:
    taxonomy = CHECKOUT / "categories" / "taxonomy.toml"
    if not taxonomy.exists():
        pytest.skip("no taxonomy in this checkout")
    categories, problems = read_taxonomy(taxonomy)
    assert problems == []
    policy = load_policy("leeds")
    assert unclassed(policy, categories) == []
    for category in categories.values():
        shielded = policy.classes[category.id] == "shielded"
        assert shielded == category.special, category.id
        if category.nature == "machine":
            assert policy.classes[category.id] == "background", category.id


def test_a_class_without_a_use_is_named() -> None:
    policy = load_policy("leeds")
    assert unclassed(policy, set(policy.classes)) == []
    (problem,) = unclassed(policy, {*policy.classes, "new_class"})
    assert problem.what == "policy 'leeds' does not say what category 'new_class' counts as"


def test_every_forbidden_class_has_a_rule_and_goes_no_place_that_7_4_does_not_name() -> None:
    policy = load_policy("leeds")
    audited = {category for rule in policy.rules for category in rule.categories}
    assert set(policy.categories_used_as("blocked")) <= audited
    assert all(
        rule.route == "safeguarding"
        for rule in policy.rules
        if {"extremism", "grooming_risk_chat"} & {*rule.categories}
    )


def leeds_bullets() -> list[str]:
    """Return the bullets of clause 7.4 as the policy has them; those of a nested list with their heading."""
    if not LEEDS_TEXT.exists():
        pytest.skip("the text of the Leeds policy is not beside this checkout")
    text = LEEDS_TEXT.read_text(encoding="utf-8")
    clause = text[text.rindex("7.4 Unacceptable Use") : text.rindex("7.5 Monitoring of Internet Use")]
    bullets: list[str] = []
    heading = ""
    for line in clause.splitlines():
        if match := re.match(r"- (.*:)$", line):
            heading = match[1]
        elif match := re.match(r"- (.*)$", line):
            bullets.append(match[1])
        elif match := re.match(r" - (.*)$", line):
            bullets.append(f"{heading} {match[1]}")
    return bullets


def test_every_bullet_of_clause_7_4_has_a_rule_or_the_reason_why_not() -> None:
    bullets = leeds_bullets()
    assert len(bullets) == 22  # 8, 6 kinds of site, 3, 4 kinds of deliberate activity, 1
    policy = load_policy("leeds")
    again = ("uploads", "downloads")  # of bullets that have a rule about a class of site as well
    assert {policy.rule(rule_id).bullet for rule_id in again} < set(bullets)
    quoted = [rule.bullet for rule in policy.rules if rule.clause == "7.4" and rule.rule_id not in again]
    quoted += [entry.bullet for entry in policy.not_auditable if entry.clause == "7.4"]
    assert set(quoted) - {"Accessing sites that involve:"} == set(
        bullets
    )  # the heading is that of a rule about all of them


def test_quotations_stand_in_the_leeds_policy() -> None:
    leeds_bullets()
    flat = " ".join(LEEDS_TEXT.read_text(encoding="utf-8").split())
    policy = load_policy("leeds")
    for clause, words in policy.clauses.items():
        assert words in flat, clause
    for rule in policy.rules:
        if rule.clause == "7.2":
            assert rule.bullet in flat, rule.rule_id


def test_a_use_of_a_class_that_there_is_not_is_named() -> None:
    policy = load_policy("leeds")
    (problem,) = unclassed(policy, set(policy.classes) - {"news"} | {"newss"})[:1]
    assert problem.what == "unknown category 'news'"
    assert problem.remedy == "did you mean 'newss'?"
