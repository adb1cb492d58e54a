"""The manual: what it names exists, what exists is named, and its examples work as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import NamedTuple

import click
import pytest

from netaudit.cli import main
from netaudit.definitions import configuration, list_source_files
from netaudit.definitions.calendars import Lunch
from netaudit.definitions.downloads import Download
from netaudit.definitions.list_sources import SYNTAXES
from netaudit.definitions.policies import load_policy
from netaudit.definitions.retention import GROUPS
from netaudit.protect import SuppressionSettings
from netaudit.reconstruct import ReconstructSettings
from netaudit.reconstruct.words import EXPLANATIONS
from netaudit.report.pages import _environment, templates_folder
from netaudit.sources import GuardSettings

ROOT = Path(__file__).resolve().parents[1]
NETAUDIT = Path(sys.executable).with_name("netaudit")
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
MANUAL = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    return [Block(language, dedent(text)) for _, language, text in _FENCE.findall(MANUAL[page])]


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    level = heading.split(" ", maxsplit=1)[0]
    begin = MANUAL[page].index(f"\n{heading}\n") + len(heading) + 2
    end = re.search(rf"^#{{1,{len(level)}}} ", MANUAL[page][begin:], re.MULTILINE)
    return MANUAL[page][begin : begin + end.start()] if end else MANUAL[page][begin:]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows, without headings' rules."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]


def anchor(heading: str) -> str:
    """Return the anchor of a heading as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_the_manual_is_all_there() -> None:
    assert set(MANUAL) == {
        "README.md",
        "accuracy.md",
        "assurance.md",
        "audit-trail.md",
        "cases.md",
        "methodology.md",
        "operations.md",
        "policies.md",
        "extending.md",
        "formats.md",
        "mail.md",
        "privacy.md",
        "published.md",
        "retention.md",
        "review.md",
        "reports.md",
        "rights.md",
        "simulator.md",
        "threat-model.md",
    }


def test_the_readme_begins_with_the_two_commands() -> None:
    commands = [line for block in blocks("README.md") for line in block.text.splitlines() if line.strip()]
    assert commands[:2] == ["make demo", "make test"]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"demo", "test"} <= set(targets)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    lost = []
    for link in _LINK.findall(_FENCE.sub("", MANUAL[path.name])):
        if link.startswith(("https://", "http://")):
            continue
        name, _, place = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.is_file() or not target.is_relative_to(ROOT):
            lost.append(link)
        elif place:
            text = _FENCE.sub("", target.read_text(encoding="utf-8"))
            if place not in {anchor(heading) for heading in _HEADING.findall(text)}:
                lost.append(link)
    assert not lost


@pytest.mark.parametrize("page", ["accuracy.md", "methodology.md", "operations.md"])
def test_contents_list_every_section(page: str) -> None:
    headings = re.findall(r"^## (.+)$", _FENCE.sub("", MANUAL[page]), re.MULTILINE)
    listed = re.findall(r"^\d+\. \[(.+)\]\(#(.+)\)$", MANUAL[page], re.MULTILINE)
    assert listed == [(heading, anchor(heading)) for heading in headings]


@pytest.mark.parametrize("page", list(MANUAL))
def test_every_example_of_toml_can_be_read(page: str) -> None:
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)


def every_command() -> dict[str, click.Command]:
    """Return the commands by their names, those of groups after the group's."""
    found: dict[str, click.Command] = {}
    for name, command in main.commands.items():
        of_group = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{name} {one}": of_group[one] for one in of_group} or {name: command}
    return found


@pytest.mark.parametrize("name", sorted(every_command()))
def test_every_command_and_option_is_in_the_operations_manual(name: str) -> None:
    text = section("operations.md", "## Commands")
    assert f"netaudit {name}" in text
    options = [
        option for param in every_command()[name].params if isinstance(param, click.Option) for option in param.opts
    ]
    assert [option for option in options if option not in text] == []


@pytest.mark.parametrize("name", sorted(every_command()))
def test_the_help_of_every_command_has_an_example(name: str) -> None:
    _, found, example = (every_command()[name].help or "").partition("Example:")
    assert found
    assert f"netaudit {name}" in example


def test_no_command_is_documented_that_does_not_exist() -> None:
    for page, text in MANUAL.items():
        named = re.findall(r"\bnetaudit ([a-z][a-z-]*)", "\n".join(block.text for block in blocks(page)))
        named += re.findall(r"`netaudit ([a-z][a-z-]*)", text)
        assert set(named) <= {*main.commands}, page


def test_every_section_and_key_of_the_configuration_is_documented() -> None:
    text = section("operations.md", "## Configuration")
    documented = {}
    for name in re.findall(r"^### \[(\w+)\]$", text, re.MULTILINE):
        of_section = section("operations.md", f"### [{name}]")
        documented[name] = {row[0] for row in rows(of_section)} - {"key"}
    assert documented == {name: set(keys) for name, keys in configuration._SECTIONS.items()}


def test_the_example_of_a_configuration_has_every_key_and_is_accepted(tmp_path: Path) -> None:
    (example,) = (block.text for block in blocks("operations.md") if "[organisation]" in block.text)
    whole = {name: set(keys) for name, keys in configuration._SECTIONS.items() if keys}
    whole["mail"] -= {"folder"}  # in place of a server
    assert {name: set(table) for name, table in tomllib.loads(example).items()} == whole
    for folder in ("formats", "registers", "policies", "categories"):
        (tmp_path / folder).mkdir()
    for name in ("directory.csv", "officers.toml", "holds.csv", "authority.pem", "recipients.csv", "mail-password"):
        (tmp_path / name).touch()
    (tmp_path / "netaudit.toml").write_text(example, encoding="utf-8")
    assert configuration.load_configuration(tmp_path / "netaudit.toml").policy_pack == "our-trust"


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("[organisation] name", configuration.Configuration().organisation),
        ("[organisation] handling", configuration.Configuration().handling),
        ("[inputs] zone", configuration.Configuration().input_zone),
        ("[time] zone", configuration.Configuration().zone),
        ("[policy] pack", configuration.Configuration().policy_pack),
        ("[reports] minimum_group", str(configuration.Configuration().minimum_group)),
        ("[cases] request_hours", str(configuration.Configuration().request_hours)),
        ("[cases] unproven_days", str(configuration.Configuration().unproven_days)),
        ("[retention] days", str(configuration.Configuration().retention_days)),
        ("[mail] security", configuration.Configuration().mail.security),
        ("[mail] attempts", str(configuration.Configuration().mail.attempts)),
        ("[mail] timeout_seconds", str(configuration.Configuration().mail.timeout_seconds)),
    ],
)
def test_documented_defaults_are_the_defaults(name: str, default: str) -> None:
    heading, key = name.split()
    told = {row[0]: row[1] for row in rows(section("operations.md", f"### {heading}"))}
    assert told[key] == default


def test_the_manual_gives_every_group_that_is_kept_with_its_days_and_tables() -> None:
    told = {row[0]: row[1:] for row in rows(section("retention.md", "## What is kept, and for how long"))}
    del told["group"]
    assert told == {name: [str(group.days), ", ".join(group.tables), group.why] for name, group in GROUPS.items()}


def in_words(name: str, value: object) -> str:
    """Return a constant as the methodology writes it."""
    if isinstance(value, tuple | frozenset):
        return ", ".join(sorted(value)) or "set by the formats"
    if isinstance(value, float):
        return f"{value:.0%}".replace("%", " %")
    assert isinstance(value, int)
    if name.endswith("_ms"):
        seconds, rest = divmod(value, 1000)
        assert rest == 0
        for unit, length, least in (("h", 3600, 2 * 3600), ("min", 60, 120)):
            if seconds >= least and seconds % length == 0:
                return f"{seconds // length} {unit}"
        return f"{seconds} s"
    return f"{value:,} bytes" if name.endswith("_bytes") else f"{value:,}"


def test_the_methodology_gives_every_constant_with_its_value_and_a_reason() -> None:
    settings = ReconstructSettings()
    told = {row[0]: row[1:] for row in rows(section("methodology.md", "## Every constant, with its reason"))}
    del told["constant"]
    assert {name: cells[0] for name, cells in told.items()} == {
        field.name: in_words(field.name, getattr(settings, field.name)) for field in fields(settings)
    }
    assert all(len(reason) > 10 for _, reason in told.values())


def test_the_methodology_gives_every_word_with_its_label() -> None:
    told = [tuple(row[:2]) for row in rows(section("methodology.md", "## What each request was"))]
    assert sorted(told[1:]) == sorted(EXPLANATIONS.values())


def test_the_methodology_gives_every_rule_of_the_policy_as_it_is() -> None:
    policy = load_policy("leeds")
    told = {row[0]: row[1:] for row in rows(section("methodology.md", "### All rules"))}
    del told["rule"]
    assert list(told) == [rule.rule_id for rule in policy.rules]
    for rule in policy.rules:
        clause, about, default, route = told[rule.rule_id]
        assert clause == rule.clause
        assert route.lower() == rule.route
        assert default.partition(":")[0].partition(";")[0] == ("on" if rule.on else "off")
        assert all(category in about for category in rule.categories)


def test_the_methodology_gives_the_policys_own_numbers() -> None:
    policy = load_policy("leeds")
    hour = section("methodology.md", "### The one-hour rule (clause 7.2)")
    assert f"**{policy.one_hour.tolerance_minutes:g} minutes**" in hour
    assert f"**more than {policy.one_hour.limit_minutes:g}** proven minutes" in hour
    assert f"at least **{policy.one_hour.core_minutes:g}** proven minute" in hour
    (news,) = policy.excuses
    assert f"**{news.minutes_a_day:g} minutes** of news" in section("methodology.md", "### News (clause 7.3)")
    forbidden = section("methodology.md", "### Forbidden classes (clause 7.4)")
    assert f"**{policy.blocked_class.minutes_low:g}** proven minute" in forbidden
    assert f"**{policy.blocked_class.documents}** page" in forbidden
    time = section("methodology.md", "### Working time")
    lunch = policy.patterns[policy.default_pattern].lunch
    assert lunch is not None
    assert f"{lunch.minutes} minutes anywhere between {lunch.earliest:%H:%M} and {lunch.latest:%H:%M}" in time
    assert all(f"`{name}`" in time for name in policy.patterns if name != policy.default_pattern)


def test_privacy_gives_the_thresholds_as_they_are() -> None:
    text, settings = section("privacy.md", "## Suppression of published figures"), SuppressionSettings()
    for words in (
        f"**{settings.threshold}** people or more",
        f"**{settings.base}**",
        f"**{settings.saturation:.0%}**".replace("%", " %"),
        f"to two figures and to {settings.minutes_base} at least",
    ):
        assert words in text
    assert (settings.top_share, settings.top_two_share, settings.minutes_figures) == (0.5, 0.75, 2)


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named, module = [], ""
    for file, test in re.findall(r"`(?:(test_\w+\.py)(?:::)?)?(test_\w+)?`", MANUAL["threat-model.md"]):
        module = file or module
        if file or test:
            named.append((module, test))
    missing = []
    for module, test in named:
        path = ROOT / "tests" / module
        if not path.is_file() or f"def {test}" not in path.read_text(encoding="utf-8"):
            missing.append((module, test))
    assert len(named) > 30
    assert not missing


def test_the_manual_gives_every_threshold_of_imports() -> None:
    text = section("operations.md", "## Imported lists")
    told = {row[0]: row[1:] for row in rows(text)}
    settings = GuardSettings()
    for one in fields(settings):
        value = getattr(settings, one.name)
        assert told[one.name][0] == (f"{100 * value:g} %" if isinstance(value, float) else str(value)), one.name
        assert told[one.name][1]
    defaults = Download("https://lists.example/")
    assert {name: told[name][0] for name in ("megabytes", "seconds")} == {
        "megabytes": str(defaults.megabytes),
        "seconds": str(defaults.seconds),
    }
    assert {"url", "sha256", "checksum"} <= told.keys()


def test_the_manual_gives_every_key_and_syntax_of_adapters() -> None:
    told = [name for row in rows(section("extending.md", "## An imported list")) for name in row[0].split(", ")]
    keys = {"[[example]]" if key == "example" else key for key in list_source_files._TOP}
    assert set(told) - {"key"} == keys | set(SYNTAXES)


def example(page: str, words: str) -> str:
    (found,) = (block.text for block in blocks(page) if words in block.text)
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The files of docs/extending.md, as they stand there."""
    for folder in ("formats", "policies", "categories", "categories/sources", "categories/vendors"):
        (tmp_path / folder).mkdir()
    taxonomy = (ROOT / "categories" / "taxonomy.toml").read_text(encoding="utf-8")
    for name, text in {
        "netaudit.toml": example("extending.md", "[inputs]"),
        "formats/gateway.toml": example("extending.md", 'name = "gateway"'),
        "policies/our-trust.toml": example("extending.md", 'extends = "leeds"'),
        "categories/overrides.csv": example("extending.md", "pattern,category,reason"),
        "categories/volunteering.csv": example("extending.md", "pattern,site,role,note"),
        "categories/sources/our_network.toml": example("extending.md", 'attribution = "Example Regional Network"'),
        "categories/vendors/our_filter.toml": example("extending.md", 'datasets = ["our_filter"]'),
        "categories/taxonomy.toml": taxonomy + example("extending.md", "[[category]]"),
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def netaudit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def test_the_extensions_of_the_manual_work(site: Path) -> None:
    run = netaudit("check", "--config", "netaudit.toml", cwd=site)
    assert run.returncode == 0, run.stderr
    assert "ok    format gateway: 4 examples" in run.stdout
    assert "ok    web filter our_filter: 3 examples" in run.stdout
    assert "ok    policy our-trust" in run.stdout
    policy = load_policy("our-trust", [site / "policies"])
    assert policy.rule("core_time").on
    assert not policy.rule("shopping").on
    assert policy.rule("sport_time").limit == 30
    assert (policy.one_hour.tolerance_minutes, policy.one_hour.limit_minutes) == (3, 60)
    assert [excuse.minutes_a_day for excuse in policy.excuses] == [20]
    assert policy.patterns["early"].core


def test_the_working_patterns_of_the_manual_are_patterns(tmp_path: Path) -> None:
    text = 'extends = "leeds"\nid = "hours"\n' + example("extending.md", "[patterns.fortnight]")
    (tmp_path / "hours.toml").write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path / "hours.toml")
    patterns = policy.patterns
    assert set(policy.closure_days) == {date(2026, 12, 29), date(2026, 12, 30)}
    assert patterns["full_time"].lunch == Lunch(time(12), time(13, 30), 90, fixed=True)
    assert patterns["own_time"].hours_on(date(2026, 3, 10)) == ()
    assert patterns["split"].lunch is None
    assert [bool(patterns["fortnight"].hours_on(date(2026, 1, day))) for day in (9, 16, 23)] == [True, False, True]


def test_the_adapter_of_the_manual_imports_a_list(site: Path) -> None:
    (command,) = (block.text for block in blocks("extending.md") if "categories import our_network" in block.text)
    (site / "watched.csv").write_text(
        "site,kind\nbets.example,betting\nhttps://hearts.example/,partners\nx.example,other\n"
    )
    run = netaudit(*command.removeprefix("$ netaudit ").split(), cwd=site)
    assert run.returncode == 0, run.stderr
    assert "4 lines + 0 further names on them = 2 rows + 0 in quarantine + 2 not used" in run.stdout
    assert "with 2 rows is live" in run.stdout
    told = netaudit("categories", "lookup", "www.bets.example", "--config", "netaudit.toml", cwd=site).stdout
    assert told == "www.bets.example: gambling, counts as blocked (curated, our_network)\n"


def test_the_format_of_the_manual_reads_a_log(site: Path) -> None:
    lines = [line for line in example("extending.md", 'name = "gateway"').splitlines() if line.startswith("line = ")]
    (site / "gateway.log").write_text("".join(f"{line[8:-1]}\n" for line in lines), encoding="utf-8")
    run = netaudit("run", "gateway.log", "--config", "netaudit.toml", "--out", "out", cwd=site)
    assert run.returncode == 0, run.stderr
    assert "4 = 2 + 1 + 0 + 1 + 0  gateway, read" in run.stdout


def test_a_class_that_the_policy_says_nothing_about_is_refused(site: Path) -> None:
    path = site / "policies" / "our-trust.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('volunteering = "personal"', ""), encoding="utf-8")
    run = netaudit("check", "--config", "netaudit.toml", cwd=site)
    assert run.returncode == 2
    assert "does not say what category 'volunteering' counts as" in run.stderr


def test_the_template_of_the_manual_makes_a_page(tmp_path: Path) -> None:
    folder = shutil.copytree(templates_folder(), tmp_path / "templates")
    (folder / "ig" / "checklist.jinja").write_text(example("extending.md", "Weekly checklist"), encoding="utf-8")
    view = SimpleNamespace(case=SimpleNamespace(status="new", rule_title="A <rule>"), file="f-1", number="F-1")
    facts = SimpleNamespace(  # what the frame of every page asks for
        organisation="X",
        policy_title="Y",
        run_at=datetime(2026, 3, 20, 6, tzinfo=UTC),
        version="0",
        destroy_by=None,
        time_zone="Z",
        files=(),
        validity=(),
    )
    page = (
        _environment(folder)
        .get_template("ig/checklist.jinja")
        .render(views=[view], facts=facts, root="", menu=(), here="", css="", csp="", handling="")
    )
    assert '<a class="nhsuk-link" href="cases/f-1.html">F-1</a>: A &lt;rule&gt;' in page
    assert "1 case, 0 log files read" in page
