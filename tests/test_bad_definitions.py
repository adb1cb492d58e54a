"""Faulty definitions: every fault at once with its place, never a word of a person's line, never a bug."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.cli import main
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.overrides import read_overrides
from netaudit.definitions.policies import SHIPPED, load_policy
from netaudit.definitions.registers import load_registers
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.errors import DefinitionError, NetauditError, Problem

TAXONOMY, _ = read_taxonomy(categories_folder() / "taxonomy.toml")
KNOWN = frozenset(TAXONOMY)
TODAY = date(2026, 3, 20)
DIRECTORY = "person_id,accounts,team,directorate,manager,roles,pattern,starts,ends"
OVERRIDES = "pattern,category,reason,author,date,expires,ticket"


def problems_of(load: Callable[[], object]) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        load()
    return list(caught.value.problems)


# --- Five mistakes at once --------------------------------------------------------------------------------


def test_five_mistakes_of_one_line_of_the_directory_are_told_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "directory.csv"
    path.write_text(
        f"{DIRECTORY}\np1,ann.canary,Finance,,,,,,\n"
        "p1,,Finance,,,,,1 April,soon,canary\n"
        '"p2,bob.canary,,,,,,,\n'
        "p3,ann.canary,,,,,,2026-03-10,2026-03-09\n"
    )
    told = problems_of(lambda: load_registers(path, None, "Europe/London", KNOWN))
    dates = "write 2026-03-09 or 2026-03-09T14:30"
    assert sorted(map(str, told)) == sorted(
        f"{what}\n --> {where}\n  = help: {remedy}"
        for what, where, remedy in (
            ("more values than columns", "directory.csv:3", "quote values that hold a comma"),
            ("'accounts' is empty", "directory.csv:3", "fill it in"),
            ("an identifier or account stands twice", "directory.csv:3 and directory.csv:2", "keep one"),
            ("'starts' is no date or time", "directory.csv:3", dates),
            ("'ends' is no date or time", "directory.csv:3", dates),
            ("not CSV: unexpected end of data", "directory.csv:4", "mend the quotes"),
            ("an identifier or account stands twice", "directory.csv:5 and directory.csv:2", "keep one"),
            ("it ends before it starts", "directory.csv:5", "check starts and ends"),
        )
    )
    assert "canary" not in "".join(map(str, told))


def test_a_column_that_is_missing_does_not_hide_the_faults_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "directory.csv"
    path.write_text("person_id,acounts,starts\n,ann.canary,soon\n")
    assert [problem.what for problem in problems_of(lambda: load_registers(path, None, "UTC", KNOWN))] == [
        "column 2 is unknown",
        "column 'accounts' is missing",
        "'person_id' is empty",
        "'starts' is no date or time",
    ]


def test_a_pattern_that_the_policy_lacks_is_told_by_line_and_not_by_its_value(tmp_path: Path) -> None:
    (tmp_path / "directory.csv").write_text(f"{DIRECTORY}\np1,ann,,,,,Ann Canary,,\np2,bob,,,,,part_tim,,\n")
    (tmp_path / "netaudit.toml").write_text('[identity]\ndirectory = "directory.csv"\n')
    shown = CliRunner().invoke(main, ["check", "--config", str(tmp_path / "netaudit.toml")], catch_exceptions=False)
    assert shown.exit_code == 2
    assert "error: 'pattern' is no working pattern of policy 'leeds'\n --> directory.csv:2\n  = help: known: " in (
        shown.stderr
    )
    assert " --> directory.csv:3\n  = help: did you mean 'part_time'?\n" in shown.stderr
    assert "Canary" not in shown.output


def test_five_mistakes_of_the_overrides_are_told_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text(f"{OVERRIDES}\n*.shop.example,Ann Canary,,,1 March,never,\nco.uk,nws,why,Ann Canary,2026-03-01,,\n")
    problems = read_overrides(path, TAXONOMY, TODAY)[2]
    assert [(problem.what, problem.where.rpartition("/")[2]) for problem in problems] == [
        ("'*.shop.example' is not a pattern", "overrides.csv:2"),
        ("'category' holds an unknown category", "overrides.csv:2"),
        ("'reason' is empty", "overrides.csv:2"),
        ("'author' is empty", "overrides.csv:2"),
        ("'date' is not a date", "overrides.csv:2"),
        ("'expires' is not a date", "overrides.csv:2"),
        ("'co.uk' is a public suffix", "overrides.csv:3"),
        ("'category' holds an unknown category", "overrides.csv:3"),
    ]
    assert "Canary" not in "".join(map(str, problems))


def test_overrides_without_a_heading_do_not_tell_who_wrote_them(tmp_path: Path) -> None:
    path = tmp_path / "overrides.csv"
    path.write_text("shop.example,news,why,Ann Canary,2026-03-01,,\n")
    assert [str(problem) for problem in read_overrides(path, TAXONOMY, TODAY)[2]] == [
        f"the first line is not the heading\n --> {path}:1\n  = help: the first line is {OVERRIDES}"
    ]


def test_mistakes_of_a_policy_and_its_calendar_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'extends = "leeds"\nid = "ours"\ntitle = Our trust\n'
        '[time]\nzone = "Europe/Lodnon"\ndefault_pattern = "standrad"\nbank_holidays = { country = "XX" }\n'
        '[patterns.night]\ntitle = "Night"\nmonday = [["21:00", "05:00"]]\ntuesday = [[09:00:00, 17:00:00]]\n'
        "wednesday = [[09:00:00, 13:00:00], [12:00:00, 17:00:00]]\n"
        "lunch = { earliest = 12:00:00, latest = 12:30:00, minutes = 45 }\n"
        "[one_hour]\nlimit_minutes = nan\ntolerance_minutes = -5\n"
        '[classes]\nnews = "privat"\n[[rule]]\nrule_id = "one_hour"\nroute = "boss"\n'
    )
    told = [(problem.what, problem.where) for problem in problems_of(lambda: load_policy("ours", [tmp_path]))]
    assert told[0] == ("not TOML: Invalid value", f"{path}:3")
    for what, where in (
        ("category 'news' is used as 'privat'", "[classes]"),
        ("not a start and an end", "pattern 'night', monday"),
        ("the hours of wednesday run into the next", "pattern 'night'"),
        ("45 minutes do not fit between earliest and latest", "pattern 'night', lunch"),
        ("there are no bank holidays for country 'XX'", "[time] bank_holidays"),
        ("'Europe/Lodnon' is not a time zone", "[time] zone"),
        ("limit_minutes is no number that can be counted with", "[one_hour]"),
        ("tolerance_minutes is -5", "[one_hour]"),
        ("unknown route 'boss'", "rule 'one_hour'"),
    ):
        assert (what, f"{path}: {where}") in told
    path.write_text(path.read_text().replace("title = Our trust", 'title = "Our trust"'))
    told = [(problem.what, problem.where) for problem in problems_of(lambda: load_policy("ours", [tmp_path]))]
    assert ("there is no pattern 'standrad'", f"{path}: [time] default_pattern") in told


def test_headings_that_stand_twice_or_lack_a_bracket_hide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text('[time]\nzone = "Mars"\n[time]\nzoen = 3\n[[reports\nminimum_group = 3\n[dpia\nrefrence = "x"\n')
    assert [
        (problem.what, problem.where.rpartition("/")[2]) for problem in problems_of(lambda: load_configuration(path))
    ][:3] == [
        ("not TOML: Cannot declare ('time',) twice", "netaudit.toml:3"),
        ("not TOML: Expected ']]' at the end of an array declaration", "netaudit.toml:5"),
        ("not TOML: Expected ']' at the end of a table declaration", "netaudit.toml:7"),
    ]
    told = "".join(map(str, problems_of(lambda: load_configuration(path))))
    assert "unknown time zone 'Mars'" in told
    assert "did you mean 'reference'?" in told


# --- Any number of faults ---------------------------------------------------------------------------------

_ROW_FAULTS: Mapping[str, tuple[int, str]] = {
    "'person_id' is empty": (0, ""),
    "'accounts' is empty": (1, ""),
    "'starts' is no date or time": (7, "soon"),
    "'ends' is no date or time": (8, "31/12/2026"),
    "more values than columns": (9, "canary"),
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.tuples(st.integers(0, 5), st.sampled_from(sorted(_ROW_FAULTS))), min_size=1))
def test_any_faults_of_a_directory_are_all_told_each_in_its_line(tmp_path: Path, faults: set[tuple[int, str]]) -> None:
    rows = [[f"p{n}", f"canary{n}", "Finance", "", "", "", "", "2024-04-01", "2026-12-31"] for n in range(6)]
    for number, fault in faults:
        column, value = _ROW_FAULTS[fault]
        rows[number][column : column + 1] = [value]
    path = tmp_path / "directory.csv"
    path.write_text("\n".join([DIRECTORY, *map(",".join, rows)]) + "\n")
    told = {(problem.what, problem.where) for problem in problems_of(lambda: load_registers(path, None, "UTC", KNOWN))}
    assert told == {(fault, f"directory.csv:{number + 2}") for number, fault in faults}


# What is written, and what is told of it. Each stands in a line of its own, in any order of sections.
_CONFIGURATION_FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "organisation": (("nmae = 1", "unknown key 'nmae'"), ("handling = 7", "'handling' is not text")),
    "inputs": (
        ('zone = "Mars"', "unknown time zone 'Mars'"),
        ("expansion_limit = 0", "'expansion_limit' is no multiple of a file's size"),
        ("formats = formats", "not TOML: Invalid value"),
    ),
    "identity": (
        ('directory = "none.csv"', "'directory' leads to nothing: none.csv"),
        ("registers = 3", "is not text"),
    ),
    "time": (("zone = Europe/London", "not TOML: Invalid value"),),
    "retention": (("days = 0", "'days' is no number of days"), ('stroe = "x"', "unknown key 'stroe'")),
    "dpia": (('review_by = "2027-01-01"', "'review_by' is not a date"),),
    "reports": (("minimum_group = 3", "'minimum_group' is below 8"),),
    "reprots": (("x = 1", "unknown section 'reprots'"),),
}
_POLICY_FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "one_hour": (("limit_minutes = 0", "limit_minutes is 0"), ("tolerance = 5", "unknown key 'tolerance'")),
    "blocked_class": (("documents = 1.5", "'documents' is not a whole number"),),
    "self_report": (("within_days = -1", "within_days is -1"),),
    "classes": (('news = "privat"', "category 'news' is used as 'privat'"),),
    "time": (('zone = "Mars"', "'Mars' is not a time zone"), ("default_pattern = 5", "'default_pattern' is not text")),
    "patterns.night": (
        ('title = "N"\nmonday = [9, 5]', "not a start and an end"),
        ("lunch = 5", "'lunch' is not a table"),
    ),
    "clause": (("x = 1", "unknown key 'clause'"),),
}


def faults_of(table: Mapping[str, Sequence[tuple[str, str]]]) -> st.SearchStrategy[list[tuple[str, str, str]]]:
    every = [(section, line, told) for section, lines in table.items() for line, told in lines]
    return st.lists(st.sampled_from(every), min_size=1, unique=True)


def written(faults: Sequence[tuple[str, str, str]], head: str = "") -> str:
    sections: dict[str, list[str]] = {}
    for section, line, _ in faults:
        sections.setdefault(section, []).append(line)
    return head + "".join(f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults_of(_CONFIGURATION_FAULTS))
def test_any_faults_of_a_configuration_are_all_told(tmp_path: Path, faults: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(written(faults))
    told = problems_of(lambda: load_configuration(path))
    assert len(told) == len(faults)
    for _, _, what in faults:
        assert any(what in problem.what for problem in told), what
    assert all(problem.where.startswith(str(path)) for problem in told)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults_of(_POLICY_FAULTS))
def test_any_faults_of_a_policy_are_all_told(tmp_path: Path, faults: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(written(faults, 'extends = "leeds"\nid = "ours"\n'))
    told = problems_of(lambda: load_policy("ours", [tmp_path]))
    assert len(told) >= len(faults)
    for _, _, what in faults:
        assert any(what in problem.what for problem in told), what


# --- By brute force -----------------------------------------------------------------------------------------

_VALUES = (
    *b'7 -1 "x" [] {} true 2026-03-09 12:30:00 nan inf 1e400 [[1]] ["a",1] {a=1} "" "\\u0000"'.split(),
    *b"99999999999999999999 [{}] 0001-01-01 9999-12-31 1979-05-27T07:32:00Z".split(),
    b"9" * 5000,
    b"[" * 3000,
)
_SIGNS = (b'"', b"'", b"[", b"]", b",", b"\0", b"\r", b"\xff", b"=", b"#", b'"""', b"\xef\xbb\xbf", b"\xe2\x80\xa8")
_CONFIGURATION = (
    b'[organisation]\nname = "Dales"\n[inputs]\nzone = "UTC"\nexpansion_limit = 200\n[identity]\n'
    b'realms = { "example.nhs.uk" = "EXAMPLE" }\n[policy]\npack = "leeds"\n[retention]\nstore = "store"\ndays = 28\n'
    b"[dpia]\nreview_by = 2027-03-01\n[reports]\nminimum_group = 8\n"
)
_OURS = (
    b'extends = "leeds"\nid = "ours"\ntitle = "Ours"\n[one_hour]\ntolerance_minutes = 5\n[classes]\nnews = "personal"\n'
    b'[patterns.night]\ntitle = "N"\nmonday = [[21:00:00, 05:00:00]]\n[[rule]]\nrule_id = "one_hour"\non = false\n'
)
_PEOPLE = f"{DIRECTORY}\np1,EX\\canary1;canary2,Finance,Corporate,p2,comms,,2024-04-01,\np2,canary3,,,,,,,\n".encode()
_OWN_WORD = f'{OVERRIDES}\nshop.example,news,"why, so",Ann Canary,2026-01-01,2026-12-31,T\n'.encode()


def changed(data: bytes, chance: random.Random) -> bytes:
    """Return the text cut, with bytes flipped, lines moved, or values replaced."""
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        rows = data.split(b"\n")
        one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
        place = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                data = data[:place]
            case 1:
                data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
            case 2:
                data = data[:place] + chance.choice(_SIGNS) + data[place:]
            case 3:
                data = b"\n".join(rows[:one] + rows[one + 1 :])
            case 4:
                rows[one], rows[other] = rows[other], rows[one]
                data = b"\n".join(rows)
            case _:
                values = list(re.finditer(rb"(?<== )[^\n#]+|(?<=,)[^,\n]*", data))
                if values:
                    value = chance.choice(values)
                    data = data[: value.start()] + chance.choice(_VALUES) + data[value.end() :]
    return data


def _own_categories(path: Path) -> None:
    problems = read_overrides(path, TAXONOMY, TODAY)[2]
    if problems:
        raise DefinitionError(problems)


LOADED: Mapping[str, tuple[bytes, int, Callable[[Path], object]]] = {
    "netaudit.toml": (_CONFIGURATION, 500, load_configuration),
    "directory.csv": (_PEOPLE, 500, lambda path: load_registers(path, None, "UTC", KNOWN)),
    "overrides.csv": (_OWN_WORD, 200, _own_categories),
    "ours.toml": (_OURS, 150, lambda path: load_policy("ours", [path.parent])),
    "leeds.toml": ((SHIPPED / "leeds.toml").read_bytes(), 120, lambda path: load_policy(str(path))),
    "consents.csv": (
        b"person_id,starts,ends,approver,reason\ncanary,2026-03-09T14:00,2026-03-09,p3,Ann Canary\n",
        300,
        lambda path: load_registers(None, path.parent, "Europe/London", KNOWN),
    ),
    "exemptions.csv": (
        b"person_id,role,categories,starts,ends,approver,reason\n,comms,news;sport,2026-01-01,,p3,Canary\n",
        300,
        lambda path: load_registers(None, path.parent, "Europe/London", KNOWN),
    ),
}


def refusal(load: Callable[[Path], object], path: Path) -> tuple[Problem, ...]:
    """Return why a file is refused; nothing if it is taken. Anything else that is raised is a bug."""
    try:
        load(path)
    except NetauditError as error:
        return error.problems or (Problem("refused without a word"),)
    return ()


@pytest.mark.parametrize("name", LOADED)
def test_whatever_is_done_to_a_definition_it_is_taken_or_refused_in_words(tmp_path: Path, name: str) -> None:
    content, times, load = LOADED[name]
    path = tmp_path / name
    outcomes = set()
    for seed in range(times):
        path.write_bytes(changed(content, random.Random(seed)))  # noqa: S311 - not for secrets
        told = refusal(load, path)
        outcomes.add(bool(told))
        assert all(problem.what and problem.where for problem in told)
        if name.endswith(".csv"):
            assert "canary" not in "".join(map(str, told)).lower()
    assert outcomes == {True, False}


@pytest.mark.parametrize("name", ["approval.toml", "host_labels.toml", "taxonomy.toml", "gambling.csv"])
def test_whatever_is_done_to_a_class_list_it_is_taken_or_refused_in_words(tmp_path: Path, name: str) -> None:
    content = (categories_folder() / name).read_bytes()
    for seed in range(12):
        (tmp_path / name).write_bytes(changed(content, random.Random(seed)))  # noqa: S311 - not for secrets
        told = refusal(lambda path: load_class_map(categories_folder(), [path.parent], TODAY), tmp_path / name)
        assert all(problem.what and problem.where for problem in told)
