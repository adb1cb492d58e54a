"""Definitions of formats that are broken: each is told with all its faults, stops no other, and its logs wait."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli import main
from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.format_files import FORMATS_FOLDER
from netaudit.definitions.known_formats import load_known_formats
from netaudit.ingest import LogFile
from netaudit.pipeline.choices import Choices
from netaudit.pipeline.days import reconstruct_settings
from netaudit.pipeline.trails import open_trail
from netaudit.store import last_run

NOW = "2026-03-20T06:00:00"
GATEWAY = """\
name = "gateway"
title = "Example gateway"
signature = '^[^|]+\\|[0-9.]+\\|[a-z.]+\\|GET\\|'

[time]
styles = ["iso"]

[[layout]]
parser = "regex"
pattern = '''(?x)
^ (?P<time> [0-9-]{10} \\x20 [0-9:]{8} ) \\| (?P<source_ip> [0-9.]+ ) \\| (?P<user_name> [a-z.]+ ) \\|
(?P<http_request_method> GET ) \\| (?P<url_full> [^|]+ ) \\| (?P<http_response_status_code> [0-9]{3} ) $'''

[[sample]]
line = '2026-03-10 10:00:00|192.0.2.24|cleo.canary|GET|http://www.example.com/news|200'
user_name = "cleo.canary"
"""
LINE = "2026-03-11 10:{:02}:00|203.0.113.9|ben.canary|GET|http://www.gov.uk/{}|200\n"
SQUID = "{}.000 100 203.0.113.177 TCP_MISS/200 4000 GET http://www.gov.uk/{} ann.canary NONE/- text/html\n"
GATEWAY_LOG = "".join(LINE.format(n, n) for n in range(5))
SQUID_LOG = "".join(SQUID.format(1773136800 + 7 * n, n) for n in range(20))
SIGNATURE = GATEWAY.splitlines()[2]

BROKEN = {
    "an unknown key": (GATEWAY.replace("[time]", 'colour = "red"\n[time]'), ["unknown key 'colour'"]),
    "a pattern": (GATEWAY.replace("(?P<source_ip>", "(?P<source_ip>("), ["not a regular expression: unclosed group"]),
    "a line that is no TOML": (GATEWAY.replace('"Example gateway"', "Example gateway"), ["not TOML: Invalid value"]),
    "a sample": (
        GATEWAY.replace('user_name = "cleo.canary"', 'user_name = "dora.canary"'),
        ["sample 1 of format 'gateway': user_name is not what it should be"],
    ),
    "several things": (
        GATEWAY.replace("[time]", 'colour = "red"\n[time]').replace('styles = ["iso"]', 'styles = ["%Q"]'),
        ["unknown key 'colour'", "'%Q' is no style of time"],
    ),
    "no signature": (GATEWAY.replace(SIGNATURE, "signature = '('"), ["not a regular expression"]),
    "no text": ("\udcff", ["not UTF-8 text"]),
}


def site(folder: Path, text: str, *, name: str = "gateway.toml", inputs: str = "") -> Path:
    """Return the configuration of a site with a definition of its own."""
    (folder / "formats").mkdir(exist_ok=True)
    (folder / "formats" / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    (folder / "gate.log").write_text(GATEWAY_LOG)
    (folder / "access.log").write_text(SQUID_LOG)
    config = folder / "netaudit.toml"
    config.write_text(f'[inputs]\nformats = "formats"\n{inputs}')
    return config


def netaudit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


def run(config: Path, *logs: str) -> Result:
    places = [config.parent / log for log in logs or ("gate.log", "access.log")]
    return netaudit("run", *places, "--config", config, "--out", config.parent / "out", "--now", NOW)


def account_of(shown: Result, name: str) -> str:
    (line,) = (one for one in shown.stdout.splitlines() if f"/{name}" in one)
    return line.strip().partition("  ")[2]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_format_stops_no_other_and_its_logs_are_read_once_it_is_mended(tmp_path: Path, name: str) -> None:
    text, faults = BROKEN[name]
    config = site(tmp_path, text)
    shown = run(config)
    assert shown.exit_code == 2
    for fault in faults:
        assert f"error: {fault}" in shown.stderr or f": {fault}" in shown.stderr
        assert f" --> {tmp_path / 'formats' / 'gateway.toml'}" in shown.stderr
    number = "2 faults" if len(faults) > 1 else "1 fault"
    reason = f"its format gateway.toml is broken ({number})"
    assert (
        f"error: not read: its format is broken\n --> {tmp_path / 'gate.log'}\n  = help: {reason}: mend it, then give "
        "the log again\n"
    ) in shown.stderr
    assert account_of(shown, "access.log").startswith("20 = 20 + 0 + 0 + 0 + 0  squid, read")
    waits = f"0 = 0 + 0 + 0 + 0 + 0  unknown, not read: its format is broken  {tmp_path / 'gate.log'} ({reason})"
    assert account_of(shown, "gate.log") == waits
    page = (tmp_path / "out" / "it" / "index.html").read_text(encoding="utf-8")
    assert f"The log format gateway.toml is broken ({number}): netaudit check says what is wrong with it." in page
    assert f"it is not read: {reason}; it is read when it comes again and that is mended." in page
    assert "canary" not in shown.output + page

    (tmp_path / "formats" / "gateway.toml").write_text(GATEWAY)
    shown = run(config)
    assert shown.exit_code == 0, shown.output
    assert account_of(shown, "gate.log").startswith("5 = 5 + 0 + 0 + 0 + 0  gateway, read")
    assert ", known already" in account_of(shown, "access.log")


def test_the_record_and_the_trail_of_a_run_say_that_a_format_was_broken(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["a sample"][0])
    run(config)
    out = tmp_path / "out"
    (finished,) = (one for one in open_trail(load_configuration(config), out).entries() if one.about.get("files"))
    assert finished.about["formats_broken"] == 1
    assert finished.about["files_unread"] == 1
    recorded = last_run(out / "store")
    assert recorded is not None
    digest = hashlib.sha256((tmp_path / "formats" / "gateway.toml").read_bytes()).hexdigest()
    assert recorded[1]["broken_formats"] == {"gateway.toml": digest}


def test_where_only_logs_wait_the_reports_say_so(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["an unknown key"][0])
    shown = run(config, "gate.log")
    assert shown.exit_code == 2
    assert "gateway.toml is broken" in (tmp_path / "out" / "it" / "index.html").read_text(encoding="utf-8")


def test_a_broken_stand_in_for_a_shipped_format_keeps_that_from_reading_its_logs(tmp_path: Path) -> None:
    text = (FORMATS_FOLDER / "squid.toml").read_text().replace("scope =", 'colour = "red"\nscope =', 1)
    config = site(tmp_path, GATEWAY)
    (tmp_path / "formats" / "squid.toml").write_text(
        text if "colour" in text else text.replace("[time]", 'colour = "red"\n[time]', 1)
    )
    shown = run(config)
    assert shown.exit_code == 2
    assert ", not read: its format is broken" in account_of(shown, "access.log")
    assert account_of(shown, "gate.log").startswith("5 = 5 + 0 + 0 + 0 + 0  gateway, read")


def test_of_two_formats_with_one_name_neither_reads(tmp_path: Path) -> None:
    config = site(tmp_path, GATEWAY)
    (tmp_path / "formats" / "other.toml").write_text(GATEWAY)
    shown = run(config)
    assert shown.stderr.count("error: there are two formats 'gateway'") == 2
    assert ", not read: its format is broken" in account_of(shown, "gate.log")
    assert account_of(shown, "access.log").startswith("20 = 20 + 0 + 0 + 0 + 0  squid, read")


def test_a_folder_whose_format_is_broken_waits_whatever_its_lines_look_like(tmp_path: Path) -> None:
    (tmp_path / "gw").mkdir()
    (tmp_path / "gw" / "squid.log").write_text(SQUID_LOG.replace("gov.uk", "nhs.uk"))
    folders = 'folders = [{ path = "gw", format = "gateway" }]\n'
    config = site(tmp_path, BROKEN["an unknown key"][0], inputs=folders)
    shown = run(config, "gw/squid.log", "access.log")
    assert ", not read: its format is broken" in account_of(shown, "squid.log")
    assert account_of(shown, "access.log").startswith("20 = 20 + 0 + 0 + 0 + 0  squid, read")


def test_of_a_folder_with_a_sound_and_a_broken_format_the_sound_one_reads_its_lines(tmp_path: Path) -> None:
    folders = f'folders = [{{ path = "{tmp_path}", format = ["squid", "gateway"] }}]\n'
    config = site(tmp_path, BROKEN["no signature"][0], inputs=folders)
    (tmp_path / "mixed.log").write_text(SQUID_LOG + GATEWAY_LOG)
    shown = run(config, "mixed.log", "gate.log")
    assert account_of(shown, "mixed.log").startswith("25 = 20 + 0 + 0 + 5 + 0  squid, read")
    assert "set aside: 5 × waits for format 'gateway', whose definition is broken" in shown.stdout
    assert ", not read: its format is broken" in account_of(shown, "gate.log")


@pytest.mark.parametrize("text", ["\udcff", "title = 'x'\n"])
def test_a_format_that_is_named_may_be_one_whose_name_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "gw").mkdir()
    (tmp_path / "gw" / "a.log").write_text(GATEWAY_LOG)
    folders = 'folders = [{ path = "gw", format = "acme" }]\n'
    config = site(tmp_path, text, name="own.toml", inputs=folders)
    shown = run(config, "gw/a.log", "access.log")
    assert "there is no format" not in shown.stderr
    assert ", not read: its format is broken" in account_of(shown, "a.log")
    assert account_of(shown, "access.log").startswith("20 = 20 + 0 + 0 + 0 + 0  squid, read")


def test_lines_of_a_broken_format_among_others_wait_and_no_line_counts_twice(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["an unknown key"][0])
    (tmp_path / "mixed.log").write_text(SQUID_LOG + GATEWAY_LOG)
    shown = run(config, "mixed.log")
    assert account_of(shown, "mixed.log").startswith("25 = 20 + 0 + 0 + 5 + 0  squid, read")
    assert "set aside: 5 × waits for format 'gateway', whose definition is broken" in shown.stdout
    (tmp_path / "formats" / "gateway.toml").write_text(GATEWAY)
    shown = run(config, "mixed.log")
    assert shown.exit_code == 0, shown.output
    assert account_of(shown, "mixed.log").startswith("25 = 5 + 0 + 20 + 0 + 0  squid and gateway, read")
    assert ", known already" in account_of(run(config, "mixed.log"), "mixed.log")


def test_a_format_for_any_product_does_not_read_what_waits(tmp_path: Path) -> None:
    head = "CEF:0|Acme|Acme Gate|1|100|request|1|"
    line = f"{head}rt=1773136800000 src=203.0.113.9 suser=ben.canary requestMethod=GET request=http://www.gov.uk/"
    own = GATEWAY.replace(SIGNATURE, r"signature = 'CEF:0\|Acme\|'")
    config = site(tmp_path, own.replace("[time]", 'colour = "red"\n[time]'))
    (tmp_path / "cef.log").write_text("".join(f"{line}{n}\n" for n in range(9)))
    assert netaudit("detect", tmp_path / "cef.log").stdout.startswith(f"{tmp_path / 'cef.log'}: ")
    assert "generic-cef" in netaudit("detect", tmp_path / "cef.log").stdout
    assert ", not read: its format is broken" in account_of(run(config, "cef.log"), "cef.log")


def test_what_is_no_log_does_not_wait(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["an unknown key"][0])
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(99)))
    (tmp_path / "b.log").write_text("\n\n")
    shown = run(config, "a.png", "b.log", "access.log")
    assert ", unknown format" in account_of(shown, "a.png")
    assert ", empty" in account_of(shown, "b.log")


# --- The other commands -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a sample", "several things"])
def test_detect_and_try_tell_what_waits_and_go_on(tmp_path: Path, name: str) -> None:
    text, faults = BROKEN[name]
    config = site(tmp_path, text)
    logs = tmp_path / "a.log", tmp_path / "b.log"
    logs[0].write_text(GATEWAY_LOG)
    logs[1].write_text(SQUID_LOG)
    shown = netaudit("detect", *logs, "--config", config)
    assert shown.exit_code == 2
    assert shown.stdout.startswith(f"{logs[0]}: not read: its format is broken\n{logs[1]}: Squid access log (squid)\n")
    tried = netaudit("formats", "try", "--json", *logs, "--config", config)
    assert tried.exit_code == 2
    outcomes = [json.loads(line) for line in tried.stdout.splitlines()]
    assert [one["outcome"] for one in outcomes] == ["reject"] * 5 + ["event"] * 20
    assert {one["reason"].partition(" (")[0] for one in outcomes[:5]} == {"its format gateway.toml is broken"}
    for told in (shown.stderr, tried.stderr):
        assert all(fault in told for fault in faults)
        assert f"error: not read: its format is broken\n --> {logs[0]}\n" in told


def test_a_named_format_that_is_broken_is_told(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["an unknown key"][0])
    shown = netaudit("detect", tmp_path / "access.log", "--format", "gateway", "--config", config)
    assert shown.exit_code == 2
    assert "there is no format" not in shown.stderr
    assert "access.log: not read: its format is broken" in shown.stdout
    shown = netaudit("detect", tmp_path / "access.log", "--format", "squid", "--config", config)
    assert "access.log: Squid access log (squid)" in shown.stdout


def test_the_list_names_broken_formats_and_the_others(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["several things"][0])
    shown = netaudit("formats", "--config", config)
    assert shown.exit_code == 2
    (line,) = (one for one in shown.stdout.splitlines() if one.startswith("gateway "))
    assert line.split() == ["gateway", "broken", "gateway.toml", "is", "broken", "(2", "faults)"]
    assert any(one.startswith("squid ") for one in shown.stdout.splitlines())
    assert shown.stderr.count("error: ") == 2


def test_check_goes_on_with_all_that_is_sound_and_shows_the_sample(tmp_path: Path) -> None:
    config = site(tmp_path, BROKEN["a sample"][0])
    (tmp_path / "formats" / "own.toml").write_text(BROKEN["several things"][0].replace('"gateway"', '"own"'))
    shown = netaudit("check", "--config", config)
    assert shown.exit_code == 2
    assert "wrong format own: 1 examples" in shown.stdout
    assert "wrong format gateway: 1 examples" in shown.stdout
    assert "ok    format squid: " in shown.stdout
    assert "ok    policy leeds" in shown.stdout
    assert "user_name is 'cleo.canary', not 'dora.canary'" in shown.stderr
    assert "unknown key 'colour'" in shown.stderr


# --- What is known of a broken definition ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "names_only", "served"),
    [
        ('scope = "dns"', True, False),
        ('scope = "web"', False, False),
        ("", False, False),
        ('scope = "server"', False, True),
        ("scope = web", False, True),  # cannot be read: nobody is taken to have gone anywhere
        ('scope = "wbe"', False, True),
    ],
)
def test_days_that_a_format_read_before_it_broke_are_looked_at_as_then(
    tmp_path: Path, scope: str, *, names_only: bool, served: bool
) -> None:
    (tmp_path / "gateway.toml").write_text(f'{scope}\ncolour = "red"\n{GATEWAY}')
    known = load_known_formats([tmp_path])
    assert [one.name for one in known.broken] == ["gateway"]
    settings = reconstruct_settings(known.ever)
    assert ("gateway" in settings.names_only_datasets) == names_only
    assert ("gateway" in settings.served_datasets) == served


def test_a_file_called_like_a_broken_format_waits_where_no_other_knows_it_better(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(BROKEN["no signature"][0])
    known = load_known_formats([tmp_path])
    choices = Choices(known.sound, broken=known.broken)
    for name, text, waits in (("gateway.log", GATEWAY_LOG, True), ("gateway-squid.log", SQUID_LOG, False)):
        (tmp_path / name).write_text(text)
        reader = choices.reader(LogFile(tmp_path / name))
        assert bool(reader.waits_for) == waits
        assert bool(reader.formats) != waits
