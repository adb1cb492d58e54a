"""The configuration: what each key becomes, and the words in which each fault is told."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.definitions.dpia import Dpia
from netaudit.errors import DefinitionError, Problem

WHOLE = """\
[organisation]
name = "Dales Trust"
handling = "OFFICIAL"
[inputs]
zone = "America/New_York"
formats = "formats"
expansion_limit = 50
[identity]
directory = "directory.csv"
registers = "registers"
realms = { "Example.NHS.uk" = "EXAMPLE" }
[time]
zone = "Europe/Dublin"
[policy]
pack = "stw"
folder = "policies"
[categories]
folder = "categories"
imports = "lists"
[keys]
folder = "not/made/yet"
[retention]
store = "../store"
days = 14
[dpia]
reference = "DPIA-7"
owner = "IG"
approved = 2026-01-31
review_by = 2027-01-31
[reports]
minimum_group = 12
[mail]
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "netaudit.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    for name in ("formats", "registers", "policies", "categories"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "directory.csv").touch()
    return path


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        load_configuration(path)
    return list(caught.value.problems)


def test_every_key_has_its_place_and_paths_start_at_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert load_configuration(path) == Configuration(
        organisation="Dales Trust",
        handling="OFFICIAL",
        input_zone="America/New_York",
        input_zone_is_set=True,
        formats_folder=tmp_path / "formats",
        expansion_limit=50,
        directory=tmp_path / "directory.csv",
        registers=tmp_path / "registers",
        realms={"example.nhs.uk": "example"},
        zone="Europe/Dublin",
        policy_pack="stw",
        policies_folder=tmp_path / "policies",
        categories_folder=tmp_path / "categories",
        imports_folder=tmp_path / "lists",
        keys_folder=tmp_path / "not/made/yet",
        store_folder=tmp_path / "../store",
        dpia=Dpia("DPIA-7", "IG", date(2026, 1, 31), date(2027, 1, 31)),
        minimum_group=12,
        retention_days=14,
        path=path,
        sha256=hashlib.sha256(WHOLE.encode()).hexdigest(),
    )


def test_no_file_and_an_empty_file_are_the_defaults(tmp_path: Path) -> None:
    assert load_configuration(None) == Configuration()
    empty = load_configuration(written(tmp_path, ""))
    assert (empty.zone, empty.input_zone, empty.policy_pack) == ("Europe/London", "UTC", "leeds")
    assert (empty.minimum_group, empty.retention_days) == (8, 28)
    assert empty.handling == "OFFICIAL-SENSITIVE: PERSONAL"
    assert (empty.directory, empty.keys_folder, empty.store_folder, empty.dpia.review_by) == (None,) * 4


def test_an_editor_may_write_a_byte_order_mark(tmp_path: Path) -> None:
    path = written(tmp_path, b'\xef\xbb\xbf[organisation]\nname = "Tr\xc3\xbcst"\n')
    assert load_configuration(path).organisation == "Trüst"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[organisaton]\nname = "x"\n',
            "unknown section 'organisaton'\n --> {path}\n  = help: did you mean 'organisation'?",
        ),
        (
            '[time]\nzoen = "UTC"\n',
            "unknown key 'zoen'\n --> {path}, [time]\n  = help: did you mean 'zone'?",
        ),
        (
            "[dpia]\nownr = 1\n",
            "unknown key 'ownr'\n --> {path}, [dpia]\n  = help: did you mean 'owner'?",
        ),
        (
            '[time]\nserver = "time.example"\n',
            "unknown key 'server'\n --> {path}, [time]\n  = help: known: zone",
        ),
        ('time = "UTC"\n', "'time' is not a section\n --> {path}\n  = help: write [time]"),
        (
            "[policy]\npack = 7\n",
            "'pack' is not text\n --> {path}, [policy]\n  = help: write pack as text",
        ),
        (
            "[reports]\nminimum_group = true\n",
            (
                "'minimum_group' is not a whole number\n --> {path}, [reports]\n"
                "  = help: write minimum_group as a whole number"
            ),
        ),
        (
            "[reports]\nminimum_group = 9.5\n",
            (
                "'minimum_group' is not a whole number\n --> {path}, [reports]\n"
                "  = help: write minimum_group as a whole number"
            ),
        ),
        (
            "[reports]\nminimum_group = 7\n",
            "'minimum_group' is below 8\n --> {path}, [reports]\n  = help: use 8 or more: it protects staff",
        ),
        (
            '[dpia]\nreview_by = "2027-01-31"\n',
            "'review_by' is not a date\n --> {path}, [dpia]\n  = help: write review_by = 2026-12-31, without quotes",
        ),
        (
            "[dpia]\nreview_by = 2027-01-31T09:00:00\n",
            "'review_by' is not a date\n --> {path}, [dpia]\n  = help: write review_by = 2026-12-31, without quotes",
        ),
        (
            '[inputs]\nzone = "Europe/Lodnon"\n',
            "unknown time zone 'Europe/Lodnon'\n --> {path}, [inputs]\n  = help: did you mean 'Europe/London'?",
        ),
        (
            '[time]\nzone = ""\n',
            "unknown time zone ''\n --> {path}, [time]\n  = help: use a name such as Europe/London",
        ),
        (
            '[time]\nzone = "../../etc/passwd"\n',
            "unknown time zone '../../etc/passwd'\n --> {path}, [time]\n  = help: use a name such as Europe/London",
        ),
        (
            '[identity]\ndirectory = "none.csv"\n',
            "'directory' leads to nothing: none.csv\n --> {path}, [identity]\n  = help: paths start at this file",
        ),
        (
            '[identity]\ndirectory = "registers"\n',
            (
                "'directory' is a folder, not a file: registers\n --> {path}, [identity]\n"
                "  = help: paths start at this file"
            ),
        ),
        (
            '[identity]\nregisters = "directory.csv"\n',
            (
                "'registers' is a file, not a folder: directory.csv\n --> {path}, [identity]\n"
                "  = help: paths start at this file"
            ),
        ),
        (
            '[keys]\nfolder = "directory.csv"\n',
            "'folder' is a file, not a folder: directory.csv\n --> {path}, [keys]\n  = help: paths start at this file",
        ),
        (
            '[categories]\nfolder = "\\u0000"\n',
            "'folder' leads to nothing: \\x00\n --> {path}, [categories]\n  = help: paths start at this file",
        ),
        (
            '[identity]\nrealms = { "example.nhs.uk" = 3 }\n',
            (
                "'realms' says no realm for 'example.nhs.uk'\n --> {path}, [identity]\n"
                "  = help: write 'example.nhs.uk' = 'the realm that it is equal to'"
            ),
        ),
        (
            "[inputs]\nexpansion_limit = 0\n",
            "'expansion_limit' is no multiple of a file's size\n --> {path}, [inputs]\n  = help: write 1 to 1000000",
        ),
        (
            "[reports]\nminimum_group = 10000000\n",
            "'minimum_group' is no number of people\n --> {path}, [reports]\n  = help: use 8 to 1000000",
        ),
        (
            "[retention]\ndays = 0\n",
            "'days' is no number of days to keep reports for\n --> {path}, [retention]\n  = help: write 1 to 3660",
        ),
        (
            "[retention]\ndays = 999999999999\n",
            "'days' is no number of days to keep reports for\n --> {path}, [retention]\n  = help: write 1 to 3660",
        ),
    ],
)
def test_one_fault_is_one_message(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    assert [str(problem) for problem in problems_of(path)] == [message.format(path=path)]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[organisaton]\nname = "x"\n[inputs]\nzone = "Mars/Base"\nformats = 3\n'
        '[identity]\ndirectory = "none.csv"\nregister = "registers"\n'
        '[reports]\nminimum_group = 3\n[retention]\ndays = "four weeks"\n[time]\nzone = "Mars/Base"\n',
    )
    assert [problem.what for problem in problems_of(path)] == [
        "unknown section 'organisaton'",
        "'formats' is not text",
        "unknown time zone 'Mars/Base'",
        "unknown key 'register'",
        "'directory' leads to nothing: none.csv",
        "unknown time zone 'Mars/Base'",
        "'days' is not a whole number",
        "'minimum_group' is below 8",
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"[time\n", ":1", "not TOML: Expected ']' at the end of a table declaration"),
        (b'[time]\nzone = "UTC"\nzone = "UTC"\n', ":3", "not TOML: Cannot overwrite a value"),
        (b'[organisation]\nname = "Tr\xfcst"\n', "", "not UTF-8 text"),
    ],
)
def test_what_is_no_configuration_at_all(tmp_path: Path, content: bytes, line: str, message: str) -> None:
    path = written(tmp_path, content)
    (problem,) = problems_of(path)
    remedy = "mend the line that is named" if line else "save the file as UTF-8"
    assert problem == Problem(message, f"{path}{line}", remedy)


def test_lines_that_are_not_toml_are_told_with_all_other_faults(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[organisation\nname = Dales Trust\n[time]\nzoen = "UTC"\n[inputs]\nformats = "C:\\logs"\nzone = "Mars"\n',
    )
    assert [str(problem) for problem in problems_of(path)] == [
        (
            f"not TOML: Expected ']' at the end of a table declaration\n --> {path}:1\n"
            "  = help: mend the line that is named"
        ),
        f"not TOML: Invalid value\n --> {path}:2\n  = help: put text in double quotes",
        f"not TOML: Unescaped '\\' in a string\n --> {path}:6\n  = help: put text with a backslash in single quotes",
        f"unknown time zone 'Mars'\n --> {path}, [inputs]\n  = help: use a name such as Europe/London",
        f"unknown key 'zoen'\n --> {path}, [time]\n  = help: did you mean 'zone'?",
    ]


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    assert [str(problem) for problem in problems_of(tmp_path / "none.toml")] == [
        (
            f"cannot be read: No such file or directory\n --> {tmp_path / 'none.toml'}\n"
            "  = help: check the path and its permissions"
        )
    ]
