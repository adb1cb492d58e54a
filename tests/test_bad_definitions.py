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
from netaudit.definitions.format_files import FORMATS_FOLDER, load_format, load_formats
from netaudit.definitions.overrides import read_overrides
from netaudit.definitions.policies import SHIPPED, load_policy
from netaudit.definitions.registers import load_registers
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.errors import DefinitionError, NetauditError, Problem
from netaudit.ingest import check_format

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
    one_hand = "keep one, or give them dates that do not overlap"
    assert sorted(map(str, told)) == sorted(
        f"{what}\n --> {where}\n  = help: {remedy}"
        for what, where, remedy in (
            ("more values than columns", "directory.csv:3", "quote values that hold a comma or a semicolon"),
            ("'accounts' is empty", "directory.csv:3", "fill it in"),
            ("an identifier or account stands twice", "directory.csv:3 and directory.csv:2", one_hand),
            ("'starts' is no date or time", "directory.csv:3", dates),
            ("'ends' is no date or time", "directory.csv:3", dates),
            ("not CSV: unexpected end of data", "directory.csv:4", "mend the quotes"),
            ("an identifier or account stands twice", "directory.csv:5 and directory.csv:2", one_hand),
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


def test_five_mistakes_of_a_format_are_told_at_their_places(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(
        'name = "gateway"\ntitle = "Gateway"\n[time]\nstyles = ["%H:%M"]\n[values]\npercent = 3\n'
        '[fields]\ntime = "when"\nurl_full = ["{host"]\n[[blocked]]\nverdict = 7\n'
        '[[layout]]\nparser = "columns"\ncolumns = ["when", "host"]\noptional = 2\n[[sample]]\noutcome = "reject"\n'
    )
    assert [(problem.what, problem.where) for problem in problems_of(lambda: load_format(path))] == [
        ("'percent' is not a list", f"{path}:6: [values]"),
        ("'verdict' is not text", f"{path}:11: [[blocked]] 1"),
        ("'%H:%M' is no style of time: it does not tell the whole moment", f"{path}:3: [time]"),
        ("url_full: a brace or bracket has no partner at character 1 of '{host'", f"{path}:9: [fields]"),
        ("'optional' is 2", f"{path}:15: layout 1"),
        ("the layout captures no url_full", f"{path}:12: layout 1"),
        ("'line' is missing", f"{path}:16: sample 1"),
    ]


_TOP = 'name = "m"\ntitle = "M"\n[time]\nstyles = ["iso"]\n[[sample]]\nline = "x"\noutcome = "reject"\n'
_MADE = '[layout.fields]\ntime = "when"\nurl_full = "host"\n'
_KEYS = 'parser = "keyvalue"\n'
_COLUMNS = 'parser = "columns"\ncolumns = ["when", "host"]\n'
_PATTERN = "parser = 'regex'\npattern = '(?P<time>x)(?P<url_full>y)'\n"


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (f"{_COLUMNS}optional = -1\n{_MADE}", "'optional' is -1"),
        (f'{_COLUMNS}separator = ""\n{_MADE}', "'separator' is empty"),
        (f'{_COLUMNS}separator = "||"\n{_MADE}', "'separator' is '||'"),
        (f'parser = "columns"\ncolumns = true\n{_MADE}', "'columns' is not a list"),
        (f'parser = "columns"\ncolumns = []\n{_MADE}', "there are no columns"),
        (f'parser = "columns"\ncolumns = [1]\n{_MADE}', "'columns' holds something that is no name"),
        (f"{_COLUMNS}{_MADE}[layout.checks]\nhost = {{ a = 1 }}\n", "'host' is not text"),
        (f"{_COLUMNS}{_MADE}[layout.checks]\nhost = ['x']\n", "'host' is not text"),
        (f"{_COLUMNS}checks = {{ a = 1 }}\n{_MADE}", "'a' is not text"),
        (f"{_COLUMNS}{_MADE}[layout.cells]\nhost = '(?P<c0>x)'\n", "the columns make no pattern together: "),
        (f"{_COLUMNS}{_MADE}[layout.cells]\nhost = '(?x) a # b'\n", "not a regular expression: unclosed group"),
        (f"{_KEYS}head = 'a{{1000}}{{1000}}'\n{_MADE}", "not a regular expression: the pattern is too large"),
        (f"{_KEYS}head = '(?P<line>x)'\n{_MADE}", "a group of head is named 'line'"),
        (f"{_KEYS}needs = 'host'\n{_MADE}", "'needs' is not a list"),
        (f"{_KEYS}needs = [{{}}]\n{_MADE}", "'needs' holds something that is no name"),
        (f"{_KEYS}web = false\n", "nothing says which lines this layout is of"),
        (f"{_KEYS}columns = ['a']\n{_MADE}", "parser 'keyvalue' has no key 'columns'"),
        (f'{_KEYS}{_MADE}[layout.parts]\na = "{{b}}"\nb = "c"\n', "the part 'a' is made of 'b', which comes after it"),
        (f'{_KEYS}{_MADE}[layout.parts]\na = "[{{a}}]"\n', "the part 'a' is made of a field of the same name"),
        (f"{_KEYS}{_MADE}user_name = []\n", "'user_name' is no template and no list of them"),
        (f"{_KEYS}{_MADE}user_name = ['who', 3]\n", "'user_name' is no template and no list of them"),
        (f"{_KEYS}{_MADE}user_name = ''\n", "user_name: a field without a name in ''"),
        (f'parser = "json"\nroot = "a..b"\n{_MADE}', "'root' is 'a..b'"),
        (f'parser = "json"\nroot = 3\n{_MADE}', "'root' is not text"),
        (f'parser = "w3c"\nneeds = ["Host"]\n{_MADE}', "'Host' is in capital letters"),
        (f'parser = ["json"]\n{_MADE}', "'parser' is not text"),
        (_MADE, "unknown parser ''"),
        ("parser = 'regex'\n", "'pattern' is missing"),
        (f"{_PATTERN}[layout.checks]\ntime = 'x'\n", "checks and needs are not looked at without [layout.fields]"),
        ('parser = "delimited"\ncolumns = ["time", "url_full", "time"]\n', "column 'time' stands twice"),
        ('parser = "delimited"\ncolumns = ["time/url_full"]\n', "'time/url_full' cannot be two values of one column"),
        (
            'parser = "delimited"\npadded = true\ncolumns = ["time", "url_full"]\n',
            "'padded' is for lines whose second column is a number",
        ),
        (f'{_PATTERN}[[layout]]\nparser = "delimited"\ncolumns = ["time", "url_full"]\n', "can only be the first"),
        (f"{_PATTERN}[[blocked]]\n", "not a table of patterns"),
        (f"{_PATTERN}[[sample]]\noutcome = []\n", "'outcome' is not text"),
        (f"{_PATTERN}[[sample]]\nline = ' '\nuser_name = 'ann'\n", "the line is empty"),
        (f"{_PATTERN}[[sample]]\nline = 'x'\nevent_duration_ms = true\n", "'event_duration_ms' is not a whole number"),
        (f"{_PATTERN}[values]\nnull = '-'\n", "'null' is not a list"),
        (f"{_PATTERN}[values]\nbase64 = [1]\n", "'base64' holds something that is not text"),
    ],
)
def test_what_no_line_could_be_read_by_is_refused_in_words(tmp_path: Path, layout: str, told: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f"{_TOP}[[layout]]\n{layout}")
    problems = problems_of(lambda: load_format(path))
    assert any(told in problem.what for problem in problems), problems
    assert all(problem.where.startswith(str(path)) and problem.remedy for problem in problems)


@pytest.mark.parametrize(
    ("top", "told"),
    [
        ('layout = "text"\nsample = []\n', "'layout' is not a list"),
        ("layout = []\nsample = []\n", "there are no layouts"),
        ("layout = ['text']\nsample = []\n", "not a table"),
        ("blocked = ['text']\n", "not a table of patterns"),
        ("not_web = {}\n", "'not_web' is not a list"),
        ("sample = [3]\n", "not a table"),
        ("fields = 3\n", "'fields' is not a table"),
        ("time = 3\n", "'time' is not a table"),
        ("time = { styles = ['iso', 3] }\n", "time.styles is not a list of styles"),
        ("time = { styles = ['iso'], marks = ['end'] }\n", "'marks' is not text"),
        ("signature = '(?<x'\n", "not a regular expression: "),
        ("signature = '[[a]'\n", "not a regular expression: Possible nested set"),
        ("signature = 'a{99999999999999999999}'\n", "not a regular expression: the repetition number is too large"),
        ("record_start = '(?x) a # b'\n", "not a regular expression: "),
        ("record_start = '(?i)a'\n", "not a regular expression: global flags"),
        ('name = "a\\nb"\n', "'name' is empty or cannot be printed"),
    ],
)
def test_wrong_kinds_at_the_top_of_a_format_are_refused_in_words(tmp_path: Path, top: str, told: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(top)
    problems = problems_of(lambda: load_format(path))
    assert any(told in problem.what for problem in problems), problems


def test_a_format_that_is_not_toml_is_told_with_its_other_faults_and_nothing_is_said_to_be_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "m.toml"
    path.write_text("name = m\ntitle = 3\n[[layout]]\nparser = 'regex'\npattern = '('x\n")
    assert [(problem.what, problem.where) for problem in problems_of(lambda: load_format(path))] == [
        ("not TOML: Invalid value", f"{path}:1"),
        ("not TOML: Expected newline or end of document after a statement", f"{path}:5"),
        ("'title' is not text", f"{path}:2"),
    ]


# What is wrong, in which line of the part below, and what to do. Each part stands below `_TOP`.
_BROKEN: Mapping[str, tuple[str, int, str, str]] = {
    "a kind in capital letters": (
        f"[[layout]]\n{_PATTERN}kind = 'Web Filter'\n", 4, "'kind' is 'Web Filter'", "write one word in small letters",
    ),
    "a kind that is no text": (f"[[layout]]\n{_PATTERN}kind = 3\n", 4, "'kind' is not text", "write kind as text"),
    "answers without a kind": (
        f"[[layout]]\n{_KEYS}answer = true\n{_MADE}", 1, "answers are no kind of their own", 'write kind = "answer"',
    ),
    "an answer that is no truth": (
        f"[[layout]]\n{_KEYS}answer = 'yes'\n{_MADE}",
        3, "'answer' is not true or false", "write answer as true or false",
    ),
    "a layout's own time without styles": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nstyles = []\n",
        5, "time.styles is not a list of styles", "use epoch, iso",
    ),
    "a layout's own style that is none": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nstyles = ['isoo']\n",
        4, "unknown style of time 'isoo'", "use epoch, iso",
    ),
    "a mark that is none": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nmarks = 'middle'\n", 5, "unknown marks 'middle'", "known: end, start",
    ),
    "a unit that is none": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nduration = 'sec'\n", 5, "unknown duration 'sec'", "known: ms, ns, s, us",
    ),
    "day or month in words": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nday_or_month = 'day'\n", 5, "'day_or_month' is not true or false",
        "write day_or_month as true or false",
    ),
    "an unknown key of a time": (
        f"[[layout]]\n{_PATTERN}[layout.time]\nstyle = 'iso'\n", 5, "unknown key 'style'", "did you mean 'styles'?",
    ),
    "an alias without a title": (
        f"[[layout]]\n{_PATTERN}[[alias]]\nname = 'other'\n", 4, "'title' is missing", "add title = …",
    ),
    "an alias whose path is no pattern": (
        f"[[layout]]\n{_PATTERN}[[alias]]\nname = 'o'\ntitle = 'O'\npath = '('\n",
        4, "not a regular expression", "mend the pattern",
    ),
    "an alias with an unknown key": (
        f"[[layout]]\n{_PATTERN}[[alias]]\nname = 'o'\ntitle = 'O'\npaht = 'o'\n",
        7, "unknown key 'paht'", "did you mean 'path'?",
    ),
    "what stands between keys and values": (
        f"[[layout]]\n{_KEYS}gives = '=>'\n{_MADE}", 3, "unknown gives '=>'", "",
    ),
    "a key of another parser": (
        f"[[layout]]\n{_PATTERN}gives = ':'\n", 4, "parser 'regex' has no key 'gives'", "",
    ),
    "a word that is not among fields": (
        f"[[layout]]\n{_KEYS}{_MADE}user = 'who'\n", 6, "unknown target 'user'", "did you mean 'user_name'?",
    ),
    "a check without a pattern": (
        f"[[layout]]\n{_KEYS}{_MADE}[layout.checks]\nverdict = 3\n",
        7, "'verdict' is not text", "write verdict as a pattern",
    ),
    "a field of the second layout": (
        f"[[layout]]\n{_PATTERN}[[layout]]\n{_KEYS}{_MADE}method = 'x'\n", 9, "unknown target 'method'", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _BROKEN)
def test_a_fault_of_a_format_is_told_with_its_line_and_what_to_do(tmp_path: Path, name: str) -> None:
    part, line, what, remedy = _BROKEN[name]
    path = tmp_path / "m.toml"
    path.write_text(_TOP + part)
    told = problems_of(lambda: load_format(path))
    found = [one for one in told if what in one.what]
    assert len(found) == 1, told
    assert found[0].where.startswith(f"{path}:{_TOP.count(chr(10)) + line}: "), found
    assert found[0].remedy
    assert remedy in found[0].remedy


@pytest.mark.parametrize(
    ("line", "what", "remedy"),
    [
        ("evidence = 'hearsay'", "unknown evidence 'hearsay'", "known: "),
        ("scope = 'webb'", "unknown scope 'webb'", "did you mean 'web'?"),
        ("alias = 'other'", "'alias' is not a list", "write alias as a list"),
        ("signatur = 'x'", "unknown key 'signatur'", "did you mean 'signature'?"),
        ("signature = '('", "not a regular expression", "mend the pattern"),
    ],
)
def test_a_fault_at_the_top_of_a_format_is_told_with_its_line(
    tmp_path: Path, line: str, what: str, remedy: str
) -> None:
    path = tmp_path / "m.toml"
    path.write_text(f"# mine\n{line}\n{_TOP}[[layout]]\n{_PATTERN}")
    (problem,) = [one for one in problems_of(lambda: load_format(path)) if what in one.what]
    assert problem.where.startswith(f"{path}:2")
    assert remedy in problem.remedy


def test_two_formats_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes((FORMATS_FOLDER / "squid.toml").read_bytes())
    (problem,) = problems_of(lambda: load_formats([tmp_path]))
    assert problem.what == "there are two formats 'squid'"
    assert "mine.toml" in problem.where


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
    *b"'(' '(?i)x' '(?P<line>.)' '[[a]' '{when}' '{a' 'a..b' 'a{1000}{1000}' 'w3c' 'delimited' 'regex' ','".split(),
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


_EXPORT = b"""version: 1

dn: CN=Ann Canary,OU=Staff,DC=example
objectClass: person
employeeID: p1
sAMAccountName: canary
manager:: Q049Ym9iLE9VPVN0YWZmLERDPWV4YW1wbGU=
accountExpires: 133801632000000000

dn: CN=Bob,OU=Staff,DC=example
objectClass: person
employeeID: p2
sAMAccountName: bob.
 canary
"""


def _format_with_samples(path: Path) -> None:
    problems = check_format(load_format(path))
    if problems:
        raise DefinitionError(problems)


def _shipped_format(name: str, times: int) -> tuple[bytes, int, Callable[[Path], object]]:
    return (FORMATS_FOLDER / name).read_bytes(), times, _format_with_samples


LOADED: Mapping[str, tuple[bytes, int, Callable[[Path], object]]] = {
    "netaudit.toml": (_CONFIGURATION, 500, load_configuration),
    "directory.csv": (_PEOPLE, 500, lambda path: load_registers(path, None, "UTC", KNOWN)),
    "directory.ldif": (_EXPORT, 400, lambda path: load_registers(path, None, "UTC", KNOWN)),
    "overrides.csv": (_OWN_WORD, 200, _own_categories),
    "ours.toml": (_OURS, 150, lambda path: load_policy("ours", [path.parent])),
    "leeds.toml": ((SHIPPED / "leeds.toml").read_bytes(), 120, lambda path: load_policy(str(path))),
    "squid.toml": _shipped_format("squid.toml", 120),
    "paloalto.toml": _shipped_format("paloalto.toml", 40),
    "fortigate.toml": _shipped_format("fortigate.toml", 40),
    "zscaler-nss.toml": _shipped_format("zscaler-nss.toml", 30),
    "bluecoat-proxysg.toml": _shipped_format("bluecoat-proxysg.toml", 80),
    "consents.csv": (
        b"person_id,starts,ends,approver,reason\ncanary,2026-03-09T14:00,2026-03-09,p3,Ann Canary\n",
        300,
        lambda path: load_registers(None, path.parent, "Europe/London", KNOWN),
    ),
    "exemptions.csv": (
        b"person_id,role,categories,starts,ends,approver,reason\n,comms,news;sport,2026-01-01,2026-12-31,p3,Canary\n",
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
        if name.endswith((".csv", ".ldif")):
            assert "canary" not in "".join(map(str, told)).lower()
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    "name", ["approval.toml", "host_labels.toml", "special_words.toml", "taxonomy.toml", "gambling.csv"]
)
def test_whatever_is_done_to_a_class_list_it_is_taken_or_refused_in_words(tmp_path: Path, name: str) -> None:
    content = (categories_folder() / name).read_bytes()
    for seed in range(12):
        (tmp_path / name).write_bytes(changed(content, random.Random(seed)))  # noqa: S311 - not for secrets
        told = refusal(lambda path: load_class_map(categories_folder(), [path.parent], TODAY), tmp_path / name)
        assert all(problem.what and problem.where for problem in told)
