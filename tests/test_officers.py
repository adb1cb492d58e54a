"""Officers: keys are made where nobody sees them, bound to a name and a role by whoever holds them, and listed."""

from __future__ import annotations

import os
import pty
import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from case_data import NAMES, Site, make_site
from click.testing import CliRunner
from officers_data import Enrolled, enrol
from pyrage import DecryptError, passphrase

from netaudit.cli import main
from netaudit.custody import make_identity, read_identity
from netaudit.definitions.officers import entry_of, load_officers, parse_entry, unfilled
from netaudit.errors import DefinitionError, InputError
from netaudit.pipeline.officer_keys import read_officer, write_officer

NETAUDIT = Path(sys.executable).with_name("netaudit")
WORDS = "correct horse battery staple"
DAY = date(2026, 3, 20)


def nobody_asks() -> str:
    raise AssertionError


def by_descriptor(*arguments: str | Path, words: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line with passphrases on pipes, by the option that names each."""
    pipes = {name: os.pipe() for name in words}
    for name, text in words.items():
        os.write(pipes[name][1], f"{text}\n".encode())
        os.close(pipes[name][1])
    given = [part for name, (read, _) in pipes.items() for part in (name, str(read))]
    try:
        return subprocess.run(
            [NETAUDIT, *map(str, arguments), *given],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            pass_fds=[read for read, _ in pipes.values()],
        )
    finally:
        for read, _ in pipes.values():
            os.close(read)


def test_a_new_officer_has_a_key_under_a_passphrase_and_an_entry(tmp_path: Path) -> None:
    arguments = ("officers", "new", "--name", "Ingrid  Gale", "--role", "ig", "--person-id", "P1042", "--out", "i.key")
    done = by_descriptor(*arguments, words={"--passphrase-fd": WORDS}, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "i.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"SECRET" not in path.read_bytes()
    (tmp_path / "officers.toml").write_text(done.stdout)
    (officer,) = load_officers(tmp_path / "officers.toml").people
    assert (officer.name, officer.role, officer.person_id) == ("Ingrid Gale", "ig", "p1042")
    assert parse_entry(done.stdout) == officer
    identity = read_officer(path, lambda: WORDS)
    assert (identity.verify_key, identity.recipient) == (officer.verify_key, officer.recipient)
    assert officer.fingerprint in done.stderr
    for secret in (WORDS, str(identity.sealing), identity.signing.private_bytes_raw().hex()):
        assert secret not in done.stdout + done.stderr
    with pytest.raises(InputError, match="passphrase is wrong"):
        read_officer(path, lambda: "another passphrase")
    again = by_descriptor(*arguments, words={"--passphrase-fd": WORDS}, cwd=tmp_path)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_the_terminal_is_asked_twice_and_shows_nothing(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [NETAUDIT, "officers", "new", "--name", "Ann", "--role", "hr", "--out", tmp_path / "ann.key"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen = b""
    answers = [WORDS, WORDS]
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
            if answers and seen.count(b": ") > 2 - len(answers) and seen.rstrip(b" ").endswith(b":"):
                os.write(ours, f"{answers.pop(0)}\n".encode())
    except OSError:  # the other end is closed
        pass
    assert process.wait(timeout=60) == 0, seen
    os.close(ours)
    assert not answers
    assert WORDS.encode() not in seen
    assert b"[[officer]]" in seen
    assert read_officer(tmp_path / "ann.key", lambda: WORDS)


def test_without_a_terminal_and_a_descriptor_it_says_what_it_needs(tmp_path: Path) -> None:
    arguments = ("officers", "new", "--name", "Ann", "--role", "hr", "--out", "a.key")
    done = by_descriptor(*arguments, words={}, cwd=tmp_path)
    assert done.returncode == 2
    assert "nobody to ask" in done.stderr
    assert not (tmp_path / "a.key").exists()


@pytest.mark.parametrize(
    ("name", "words", "match"),
    [
        ("Ann", "short", "too short"),
        ("", WORDS, "no name"),
        ("\x1b[2J", WORDS, "no name"),
    ],
)
def test_what_a_new_officer_cannot_be(tmp_path: Path, name: str, words: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        write_officer(tmp_path / "a.key", name, "ig", "", DAY, lambda: words)
    assert not (tmp_path / "a.key").exists()


def test_a_passphrase_in_the_environment_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NETAUDIT_PASSPHRASE", WORDS)
    done = by_descriptor(
        "officers",
        "new",
        "--name",
        "Ann",
        "--role",
        "hr",
        "--out",
        "a.key",
        words={"--passphrase-fd": WORDS},
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "environment" in done.stderr
    assert WORDS not in done.stderr


def test_a_key_without_a_passphrase_must_be_for_its_owner_alone(tmp_path: Path) -> None:
    content, identity = make_identity("")
    path = tmp_path / "a.key"
    path.write_bytes(content)
    path.chmod(0o640)
    with pytest.raises(InputError, match="open to others"):
        read_officer(path, nobody_asks)
    path.chmod(0o600)
    assert read_officer(path, nobody_asks).verify_key == identity.verify_key


@pytest.mark.parametrize("content", [b"", b"AGE-SECRET-KEY-1", b"\xff" * 40, b"age-encryption.org/v1\n"])
def test_what_is_no_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.key"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_officer(path, lambda: WORDS)
    assert caught.value.problems[0].where == str(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('role = "ig"', 'role = "hr"'),
        ('name = "Ingrid Gale"', 'name = "Inga Gale"'),
        ('person_id = "p-ingrid"', 'person_id = "p-other"'),
        ("enrolled = 2026-01-05", "enrolled = 2026-01-04"),
        ('proof = "', 'proof = "00'),
    ],
)
def test_an_entry_that_was_changed_is_refused(tmp_path: Path, before: str, after: str) -> None:
    made = enrol(tmp_path, "ig")
    text = made.file.read_text()
    assert text.count(before) == 1
    made.file.write_text(text.replace(before, after))
    with pytest.raises(DefinitionError, match="'proof' is not that of this entry"):
        load_officers(made.file)


def test_nobody_binds_another_s_key_to_a_role(tmp_path: Path) -> None:
    """The entry of somebody else's recipient, or signed with one's own key in the name of theirs."""
    made = enrol(tmp_path, "ig", "hr")
    ig, hr = made.people["ig"], made.people["hr"]
    stolen = entry_of(hr).replace(hr.recipient, ig.recipient)
    made.file.write_text(stolen)
    with pytest.raises(DefinitionError, match="proof"):
        load_officers(made.file)


def test_an_entry_without_a_proof_is_refused(tmp_path: Path) -> None:
    made = enrol(tmp_path, "ig")
    made.file.write_text(re.sub(r"proof = .*\n", "", made.file.read_text()))
    with pytest.raises(DefinitionError, match="'proof' is missing"):
        load_officers(made.file)


@pytest.mark.parametrize("what", ["name", "recipient", "verify_key", "person_id"])
def test_nobody_stands_there_twice(tmp_path: Path, what: str) -> None:
    made = enrol(tmp_path, "ig", "hr")
    made.add("again", "Nora Hill", "hr", "p-nora")
    if what in ("name", "person_id"):
        name, person = (made.people["ig"].name.upper(), "x") if what == "name" else ("Nora Hill", "P-ingrid")
        made.add("again", name, "hr", person)
    else:
        made.file.write_text(made.file.read_text() + entry_of(made.people["ig"]))
    with pytest.raises(DefinitionError, match=f"have the same '{what}'"):
        load_officers(made.file)


def test_a_busy_machine_does_not_make_a_passphrase_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """age measures the machine for a millisecond, and refuses what it then thinks takes too long."""
    content, made = make_identity(WORDS)
    whole = passphrase.decrypt(content, WORDS)
    busy = iter([True, True, False])

    def decrypt(_content: bytes, _words: str) -> bytes:
        if next(busy, True):
            raise DecryptError("Excessive work parameter for passphrase.\nDecryption would take around 256 seconds.")
        return whole

    monkeypatch.setattr("netaudit.custody.identity.passphrase.decrypt", decrypt)
    monkeypatch.setattr("netaudit.custody.identity.sleep", lambda _: None)
    assert read_identity(content, WORDS).verify_key == made.verify_key
    with pytest.raises(InputError, match="too busy to open the key"):
        read_identity(content, WORDS)


def test_what_age_says_of_too_much_work_is_what_is_waited_for() -> None:
    content, _ = make_identity(WORDS)
    line = re.search(rb"scrypt \S+ (\d+)\n", content)
    assert line
    heavy = content[: line.start(1)] + b"40" + content[line.end(1) :]
    with pytest.raises(InputError, match="too slow or too busy"):
        read_identity(heavy, WORDS)


def lacks(made: Enrolled) -> str:
    return "; ".join(unfilled(made.officers, DAY))


def test_roles_that_are_not_filled_are_told(tmp_path: Path) -> None:
    assert lacks(enrol(tmp_path / "all")) == ""
    assert "no officer of IG" in lacks(enrol(tmp_path / "without ig", "hr", "second_hr"))
    assert "no officer of HR" in lacks(enrol(tmp_path / "without hr", "ig", "approver"))
    assert "one officer of HR" in lacks(enrol(tmp_path / "one hr", "ig", "second_ig", "hr"))
    made = enrol(tmp_path / "left", "ig", "second_ig", "hr", "second_hr")
    made.leave("ig", date(2026, 3, 19))
    assert "one officer of IG" in lacks(made)
    made.add("unlisted", "Una Lister", "ig")
    assert "Una Lister" in lacks(made)


def test_check_tells_of_the_officers(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    config = str(site.folder / "netaudit.toml")
    done = CliRunner().invoke(main, ["check", "--config", config])
    assert done.exit_code == 0, done.output
    assert "officer" not in done.output
    site.officers.leave("second_hr", date(2026, 1, 6))
    done = CliRunner().invoke(main, ["check", "--config", config])
    assert done.exit_code == 0
    assert "warning: one officer of HR" in done.output
    site.officers.file.write_text(site.officers.file.read_text().replace('role = "ig"', 'role = "hr"'))
    done = CliRunner().invoke(main, ["check", "--config", config])
    assert done.exit_code == 2


def test_the_list_says_who_is_in_office(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    site.officers.leave("hr", date(2026, 2, 1))
    done = CliRunner().invoke(main, ["officers", "list", "--config", str(site.folder / "netaudit.toml")])
    assert done.exit_code == 0, done.output
    rows = {line[:12].strip(): line for line in done.output.splitlines()}
    assert "from 2026-01-05 until 2026-02-01" in rows["Harriet Rowe"]
    assert site.officers.people["ig"].fingerprint in rows["Ingrid Gale"]
    assert "5 officers" in done.output


def command(
    site: Site, *arguments: str | Path, words: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return by_descriptor(*arguments, "--config", "netaudit.toml", "--out", "out", words=words or {}, cwd=site.folder)


def test_a_whole_case_on_the_command_line_with_two_passphrases(tmp_path: Path) -> None:
    """The name is on the terminal of `case open` once, and in nothing else that was printed or written."""
    site = make_site(tmp_path / "site")
    made = site.officers
    for who, words in (("ig", WORDS), ("hr", WORDS.upper())):
        person = made.people.pop(who)
        made.add(who, person.name, person.role, person.person_id, words)
    said = []

    def do(*arguments: str | Path, words: dict[str, str] | None = None, code: int = 0) -> str:
        done = command(site, *arguments, words=words)
        assert done.returncode == code, done.stderr
        said.append(done.stdout + done.stderr)
        return said[-1]

    do("run", "access.log")
    listed = do("case", "list")
    assert listed.count("  sealed  ") == len(site.seals)
    ig, hr = made.key("ig"), made.key("hr")
    shown = ""
    for case in site.seals:
        asked = do("case", "request", case, "--purpose", "HR meeting", "--key", ig, words={"--passphrase-fd": WORDS})
        request = re.findall(r"R-[0-9A-Z]{12}", asked)[0]
        do("case", "approve", request, "--key", ig, words={"--passphrase-fd": WORDS}, code=2)
        do("case", "approve", request, "--key", hr, words={"--passphrase-fd": WORDS.upper()})
        keys = ("case", "open", request, "--ig-key", ig, "--hr-key", hr)
        both = {"--ig-passphrase-fd": WORDS, "--hr-passphrase-fd": WORDS.upper()}
        done = command(site, *keys, words=both)
        if done.returncode:  # about one of the two
            continue
        assert done.stderr == ""
        shown = done.stdout
        do(*keys, words=both, code=2)
        do("case", "close", case, "--outcome", "settled", "--key", hr, words={"--passphrase-fd": WORDS.upper()})
        break
    assert any(name in shown for name in NAMES)
    assert "lead from a log, not proof" in shown
    assert not any(name in text for text in said for name in NAMES)
    for path in site.files():
        if "class_maps" not in path.parts:
            assert not any(name.encode() in path.read_bytes() for name in NAMES), path
