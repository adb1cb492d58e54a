"""The DPIA annex says what is true of the configuration: each setting is flipped, and the annex follows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dpia_site import NOW, WholeSite, words_of
from imported_data import write_import
from test_register_use import reading

from netaudit.contracts import LABELLED
from netaudit.contracts.annex import TO_COMPLETE, Answers, Grid
from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.definitions.dpia_risks import RISKS
from netaudit.definitions.dpia_statements import STATEMENTS
from netaudit.definitions.honest_limits import honest_limits
from netaudit.definitions.stored_tables import COLUMNS, TABLES
from netaudit.errors import DefinitionError
from netaudit.pipeline import run_audit
from netaudit.pipeline.dpia import annex
from netaudit.pipeline.dpia.built_in import BUILT_IN
from netaudit.pipeline.dpia.register import RULES
from netaudit.pipeline.dpia.switched import SWITCHED
from netaudit.store import stored_places

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def site(tmp_path: Path) -> WholeSite:
    return WholeSite(tmp_path)


def unshield(site: WholeSite) -> None:
    """Let a class of the organisation's own taxonomy no longer be special, and its words go."""

    def taxonomy(text: str) -> str:
        before, found, after = text.partition('id = "special_whistleblowing"')
        return before + found + after.replace("special = true\n", "", 1)

    def words(text: str) -> str:
        first, *groups = text.split("[[words]]")
        kept = [one for one in groups if 'category = "special_whistleblowing"' not in one]
        return "[[words]]".join([first, *kept])

    site.copy_shipped("taxonomy.toml", taxonomy)
    site.copy_shipped("special_words.toml", words)


def only_settings(text: str) -> str:
    """Return the file of words without any."""
    return text.partition("[[words]]")[0]


# Of each measure that a setting can switch: what switches it off, and what the annex then says.
FLIPS: dict[str, tuple[Callable[[WholeSite], None], str]] = {
    "gate": (lambda s: s.swap("netaudit.toml", "\nreview_by = 2099", "\nreview_by = 2025"), "31 December 2025"),
    "shield": (unshield, "shields less than netaudit does"),
    "shield_words": (lambda s: s.copy_shipped("special_words.toml", only_settings), "file of words is empty"),
    "safeguarding_route": (
        lambda s: s.write(
            "policies/ours.toml",
            (s.folder / "policies/ours.toml").read_text() + '[[rule]]\nrule_id = "grooming"\nroute = "manager"\n',
        ),
        "departs from the safeguarding route",
    ),
    "officers": (
        lambda s: s.lose_officer("hr"),
        "nobody is enrolled for HR",
    ),
    "second_place": (lambda s: s.swap("netaudit.toml", 'second = "second"', ""), "Nothing outside knows the head"),
    "wrapped_keys": (lambda s: s.make_keys(wrapped=False), "the keys are not wrapped"),
    "keys_apart": (
        lambda s: ((s.folder / "out").mkdir(), (s.folder / "keys").rename(s.folder / "out/keys"),
                   s.swap("netaudit.toml", 'folder = "keys"', 'folder = "out/keys"'))[0],
        "beside the reports",
    ),
    "purged": (lambda s: s.make_keys(wrapped=True, period="2020-W11"), "is past its retention since"),
    "directory": (lambda s: s.swap("netaudit.toml", 'directory = "directory.csv"', ""), "There is no staff directory"),
    "excuses": (lambda s: (s.folder / "registers/consents.csv").unlink(), "Not there: consents.csv, so"),
    "objections": (lambda s: s.swap("netaudit.toml", 'registers = "registers"', ""), "would change nothing"),
    "decisions": (lambda s: s.swap("netaudit.toml", 'registers = "registers"', ""), "a case that fell stays"),
    "devices": (lambda s: (s.folder / "registers/own_devices.csv").unlink(), "Not there: own_devices.csv, so"),
    "own_devices": (
        lambda s: s.write(
            "policies/ours.toml", (s.folder / "policies/ours.toml").read_text() + "[own_devices]\ncount = true\n"
        ),
        "counts what people do on devices of their own",
    ),
    "nothing_summed_up": (
        lambda s: s.write(
            "policies/ours.toml",
            (s.folder / "policies/ours.toml").read_text() + '[[rule]]\nrule_id = "core_time"\non = true\n'
            "limit_minutes = 30\n",
        ),
        "adds up, for everybody: Personal use in core time",
    ),
    "registers_reviewed": (
        lambda s: s.swap("netaudit.toml", "registers_review_by = 2099-12-31", "registers_review_by = 2026-03-19"),
        "The review is overdue of all registers",
    ),
    "policy_reviewed": (
        lambda s: s.swap("policies/ours.toml", "review_by = 2099-12-31", "review_by = 2026-03-19"),
        "its review was due by 19 March 2026",
    ),
    "class_map_approved": (
        lambda s: s.swap("categories/approval.toml", 'approved_by = "IG committee"', 'approved_by = ""'),
        "has not been approved by the organisation",
    ),
}  # fmt: skip


NEEDS_FOLDER = {"objections", "decisions"}
WITHOUT_REGISTERS = {*NEEDS_FOLDER, "excuses", "devices"}


def test_where_all_is_on_nothing_is_off(site: WholeSite) -> None:
    made = site.annex()
    assert [one.measure_id for one in made.off] == []
    assert "is switched on" in words_of(made)
    (beginning,) = (one for one in made.sections if one.title == "What is not switched on")
    assert "lies on the same file system" in repr(beginning)  # as everything that a test makes does
    assert not made.lacks


def test_by_default_all_that_has_to_be_set_is_off(tmp_path: Path) -> None:
    off = {one.measure_id for one in annex(Configuration(), tmp_path, NOW).off}
    assert off == set(FLIPS) - {"shield", "shield_words", "safeguarding_route", "own_devices", "purged"} - {
        "nothing_summed_up"
    }


def test_every_switch_is_flipped_here() -> None:
    """Whether a list is too old hangs on a list that was imported: see the next test but one."""
    assert {*FLIPS, "lists_in_date"} == {one.measure_id for one in SWITCHED}


@pytest.mark.parametrize("measure_id", FLIPS)
def test_a_setting_that_is_flipped_is_off_and_no_other(site: WholeSite, measure_id: str) -> None:
    flip, says = FLIPS[measure_id]
    before = {one.measure_id: one.says for one in site.annex().measures}
    flip(site)
    made = site.annex()
    assert {one.measure_id for one in made.off} == (WITHOUT_REGISTERS if measure_id in NEEDS_FOLDER else {measure_id})
    (off,) = (one for one in made.off if one.measure_id == measure_id)
    assert says in off.says
    assert off.says != before[measure_id]
    for risk in made.risks:
        assert (off in risk.off) == (risk.risk_id in off.risks)
    (prominent,) = (one for one in made.sections if one.title == "What is not switched on")
    assert off.says in repr(prominent)


def test_a_register_without_a_date_is_named(site: WholeSite) -> None:
    site.swap("netaudit.toml", "registers_review_by = 2099-12-31", 'registers_review_by = { "leave.csv" = 2099-12-31 }')
    (off,) = site.annex().off
    assert off.measure_id == "registers_reviewed"
    assert "consents.csv" in off.says
    assert "leave.csv" not in off.says


def test_lists_that_are_too_old_are_named(site: WholeSite) -> None:
    assert "No list that others made is imported" in words_of(site.annex())
    (site.folder / "lists").mkdir()
    write_import(site.folder / "lists", "theirs", [("bets.example", "gambling")])
    made = site.annex()
    assert made.off == ()
    assert "Imported: The list of theirs; none is too old." in words_of(made)
    write_import(site.folder / "lists", "theirs", [("bets.example", "gambling")], upstream_date="2026-01-31")
    (off,) = site.annex().off
    assert off.measure_id == "lists_in_date"
    assert "Too old: The list of theirs" in off.says


def test_each_rule_is_told_with_whom_it_reaches(site: WholeSite) -> None:
    def told(title: str) -> str:
        grids = [block for section in site.annex().sections for block in section.blocks if isinstance(block, Grid)]
        (rules,) = (one for one in grids if one.caption.startswith("Each rule of the policy"))
        (row,) = (row for row in rules.rows if row[1] == title)
        return row[2]

    grooming = next(rule for rule in load_policy_rules() if rule[0] == "grooming")[1]
    assert "safeguarding team" in told(grooming)
    more = '[[rule]]\nrule_id = "grooming"\nroute = "hr"\n'
    site.write("policies/ours.toml", (site.folder / "policies/ours.toml").read_text() + more)
    assert told(grooming) == "Information Governance and HR"
    site.swap("policies/ours.toml", 'route = "hr"', "on = false")
    assert told(grooming) == "nobody: the rule is off"


def load_policy_rules() -> list[tuple[str, str]]:
    document = tomllib.loads((ROOT / "src/netaudit/policies/leeds.toml").read_text(encoding="utf-8"))
    return [(rule["rule_id"], rule["title"]) for rule in document["rule"]]


def test_settings_stand_in_it_as_they_are(site: WholeSite) -> None:
    assert "21 days from the run" in words_of(site.annex())
    assert "fewer than 8 people" in words_of(site.annex())
    site.swap("netaudit.toml", "days = 21", "days = 9")
    site.write("netaudit.toml", (site.folder / "netaudit.toml").read_text() + "[reports]\nminimum_group = 12\n")
    said = words_of(site.annex())
    assert "9 days from the run" in said
    assert "fewer than 12 people" in said
    assert "21 days" not in said


def test_what_the_controller_states_is_printed_and_nothing_else_is_invented(site: WholeSite) -> None:
    made = site.annex()
    assert set(STATEMENTS) <= {key for one in made.open_questions for key in re.findall(r"\[dpia\] (\w+)", one)}
    for key, question in STATEMENTS.items():
        site.write("netaudit.toml", CONFIGURED.replace("KEY", key))
        stated = site.annex()
        asked = [
            answer
            for section in stated.sections
            for block in section.blocks
            if isinstance(block, Answers)
            for text, answer in block.rows
            if text == question
        ]
        assert all(one.text == "canary statement" and one.kind == "stated" for one in asked)
        assert "canary statement" in words_of(stated), key
        assert not any(f"[dpia] {key})" in one for one in stated.open_questions)
        assert len(stated.open_questions) == len(made.open_questions) - 1


CONFIGURED = '[policy]\nfolder = "policies"\npack = "ours"\n[dpia]\nreference = "DPIA-1"\nKEY = "canary statement"\n'


def test_no_lawful_basis_is_named_by_itself(tmp_path: Path) -> None:
    said = words_of(annex(Configuration(), tmp_path, NOW))
    for invented in (
        r"6\(1\)\([a-f]\)",
        r"9\(2\)\([a-j]\)",
        "(?i)public task",
        "(?i)legitimate interest",
        "(?i)consent of",
    ):
        assert not re.search(invented, said), invented
    assert said.count(TO_COMPLETE) > 3 * len(RISKS)


def test_a_statement_of_blanks_is_none_and_an_unknown_key_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text('[dpia]\npurposes = "  \\n "\n')
    assert load_configuration(path).dpia.stated == {}
    path.write_text('[dpia]\nlawful_bases = "x"\n')
    with pytest.raises(DefinitionError, match="lawful_basis"):
        load_configuration(path)
    path.write_text("[dpia]\npurposes = 7\n")
    with pytest.raises(DefinitionError, match="purposes"):
        load_configuration(path)


def test_nothing_has_run_then_the_same_then_what_differs(site: WholeSite) -> None:
    assert not site.annex().has_run
    assert "Nothing has run yet" in words_of(site.annex())
    site.swap("netaudit.toml", 'folder = "keys"', 'folder = "plain_keys"')
    (site.folder / "access.log").write_text(reading("petrel.ann"))
    run_audit([str(site.folder / "access.log")], site.configuration(), site.out, NOW, lambda *_: None)
    made = site.annex()
    assert made.has_run
    assert made.changed == ()
    assert "The configuration is the one that ran last" in words_of(made)
    assert "('Layouts of logs that were read', Words(text='squid'" in words_of(made)
    stored = {table for table, _ in stored_places(site.folder / "store")}
    assert stored <= set(TABLES)
    more = '[[rule]]\nrule_id = "gambling"\non = false\n[one_hour]\ntolerance_minutes = 3\n'
    site.write("policies/ours.toml", (site.folder / "policies/ours.toml").read_text() + more)
    made = site.annex()
    assert "The policy changed since the last run." in made.changed
    assert any("one_hour.tolerance_minutes: “5” when it last ran, “3” now" in one for one in made.changed)
    assert any("gambling" in one for one in made.changed)
    assert "NOT the one that ran last" in words_of(made)
    assert not any("class map" in one for one in made.changed)
    before = dict(made.hashes)["configuration"]
    site.swap("netaudit.toml", "days = 21", "days = 22")
    made = site.annex()
    assert "The configuration file changed since the last run." in made.changed
    assert dict(made.hashes)["configuration"] != before


def test_every_test_behind_a_measure_is_there() -> None:
    missing = []
    for rule in RULES:
        assert rule.tests, rule.measure_id
        for named in rule.tests:
            module, _, test = named.partition("::")
            path = ROOT / "tests" / module
            found = path.is_file() and re.search(rf"^def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
            if not found:
                missing.append(named)
    assert not missing


def test_risks_and_measures_know_one_another() -> None:
    risks = [one.risk_id for one in RISKS]
    assert len(set(risks)) == len(risks)
    assert len({one.measure_id for one in RULES}) == len(RULES)
    assert {risk for rule in RULES for risk in rule.risks} == set(risks)
    assert all(one.is_on is None for one in BUILT_IN)
    assert all(one.is_on is not None and one.off for one in SWITCHED)


def test_the_seven_steps_the_record_and_the_six_questions_are_all_there(tmp_path: Path) -> None:
    made = annex(Configuration(), tmp_path, NOW)
    titles = [one.title for one in made.sections]
    assert [one[:7] for one in titles if one.startswith("Step ")] == [f"Step {number}:"[:7] for number in range(1, 8)]
    (record,) = (one for one in made.sections if one.title.startswith("Annex A"))
    for item in "abcdefg":
        assert f"30(1)({item})" in repr(record)
    for item in ("41(a)", "41(b)", "41(c)"):
        assert item in repr(record)
    (six,) = (one for one in made.sections if "Bărbulescu" in one.title)
    (grid,) = six.blocks
    assert isinstance(grid, Grid)
    assert len(grid.rows) == 6


def test_no_field_is_empty(tmp_path: Path) -> None:
    for section in annex(Configuration(), tmp_path, NOW).sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                assert all(len(row) == len(block.columns) and all(cell.strip() for cell in row) for row in block.rows)
            elif isinstance(block, Answers):
                assert all(question and answer.text.strip() for question, answer in block.rows)


def test_honest_limits_are_those_of_the_manual_and_the_wheel_has_them(tmp_path: Path) -> None:
    limits = honest_limits()
    manual = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    listed = manual.partition("\n## Honest limits\n")[2].partition("\n## ")[0]
    assert len(limits) == listed.count("\n- ")
    assert any("key folder and the staff directory" in one and "source logs" in one for one in limits)
    assert not any(sign in one for one in limits for sign in ("**", "](", "`"))
    said = words_of(annex(Configuration(), tmp_path, NOW))
    assert all(repr(one)[1:-1] in said for one in limits)
    carried = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = carried["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["docs/privacy.md"] == "netaudit/docs/privacy.md"


def test_every_column_of_a_request_is_in_words() -> None:
    assert set(LABELLED.schema) == set(COLUMNS) & set(LABELLED.schema)


def test_no_person_and_no_officer_is_named(site: WholeSite) -> None:
    assert not re.search("petrel|ingrid|harriet", words_of(site.annex()).lower())


def test_it_is_data_for_others(site: WholeSite) -> None:
    made = site.annex()
    assert len(made.on) + len(made.off) == len(made.measures) == len(RULES)
    assert len(made.risks) == len(RISKS)
    assert replace(made) == made
