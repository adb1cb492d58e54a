"""`netaudit formats` and `netaudit detect`: what they say, and what they keep to themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli import main
from netaudit.definitions.format_files import load_formats

LINE = (
    "1773136800.779    180 192.0.2.24 TCP_MISS/200 4083 GET http://www.example.com/secret?q=1 aiko.brandt "
    "HIER_DIRECT/198.51.100.7 text/html\n"
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_formats_lists_every_format_with_its_title() -> None:
    result = run("formats")
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert len(lines) == len(load_formats())
    for log_format, line in zip(load_formats(), lines, strict=True):
        assert line.split()[0] == log_format.name
        assert line.endswith(log_format.title)


def test_formats_knows_those_of_the_configuration(in_folder: Path) -> None:
    (in_folder / "mine").mkdir()
    squid = next(one for one in load_formats() if one.name == "squid")
    text = squid.path.read_text().replace('name = "squid"', 'name = "our_squid"', 1)
    (in_folder / "mine" / "our_squid.toml").write_text(text)
    (in_folder / "netaudit.toml").write_text('[inputs]\nformats = "mine"\n')
    assert "our_squid" in run("formats").output


def test_detect_says_what_is_there_and_what_is_not_and_quotes_nothing(in_folder: Path) -> None:
    (in_folder / "access.log").write_text(LINE * 3 + "1773136802.640     12 192.0.2.19 TCP_MI\n")
    result = run("detect", "access.log")
    assert result.exit_code == 0
    assert result.output.splitlines()[:3] == [
        "access.log: Squid access log (squid)",
        "  first 4 lines: 3 web requests, 0 other records, 0 headers or parts of records, 1 set aside",
        "    1 × too few columns",
    ]
    for word in ("user", "client address", "duration", "method", "status", "bytes received", "content type"):
        assert f"{word} 100 %" in result.output.splitlines()[3]
    assert "  not in this log: bytes sent, referrer, agent, the filter's category" in result.output
    for private in ("aiko", "192.0.2.24", "example.com", "secret"):
        assert private not in result.output


def test_detect_ends_with_2_where_a_file_is_unknown_and_still_tells_of_the_others(in_folder: Path) -> None:
    (in_folder / "a.log").write_text(LINE)
    (in_folder / "b.log").write_text("what is this\n" * 5)
    result = run("detect", "a.log", "b.log")
    assert result.exit_code == 2
    assert "a.log: Squid access log (squid)" in result.output
    assert "b.log: unknown" in result.output
    assert "error: no known format reads this file\n --> b.log\n  = help: add a format" in result.output


def test_detect_reads_what_is_piped_in(in_folder: Path) -> None:
    command = Path(sys.executable).with_name("netaudit")
    piped = subprocess.run(
        [command, "detect", "-"], input=LINE.encode(), capture_output=True, check=False, cwd=in_folder
    )
    assert piped.returncode == 0
    assert piped.stdout.decode().startswith("-: Squid access log (squid)\n")
