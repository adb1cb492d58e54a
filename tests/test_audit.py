"""What commands leave in the audit trail, and `netaudit audit`: verify, show, restart, stamp."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest
from approved import DPIA_SECTION
from canaries import CANARIES
from click.testing import CliRunner, Result
from officers_data import enrol

from netaudit.cli import main
from netaudit.cli.recording import LEAVES, REVEALS_NOTHING
from netaudit.custody import Entry, Trail, enrolled, make_identity, said
from netaudit.custody.trail_entries import next_entry
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.officers import entry_of
from netaudit.pipeline.setting_digests import setting_digests

NOW = "2026-03-20T06:00:00"
LATER = datetime(2100, 1, 1, tzinfo=UTC)
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
SOURCE = Path(__file__).parents[1] / "src" / "netaudit"
WHOEVER = CANARIES["user_name"]


def commands(group: click.Group = main, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a log, a configuration with a second place, and what a run made of them."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / f"{WHOEVER}.log").write_text(
        "".join(
            f"{TUESDAY + 60 * minute}.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://www.rightmove.co.uk/{minute} "
            f"{WHOEVER}{person} HIER_DIRECT/203.0.113.9 text/html\n"
            for minute in range(100)
            for person in range(10)
        )
    )
    (folder / "registers").mkdir()
    (folder / "netaudit.toml").write_text(
        f'[identity]\nregisters = "registers"\n[audit]\nsecond = "second"\n{DPIA_SECTION}'
    )
    done = called(folder, "run", str(folder / f"{WHOEVER}.log"), "--now", NOW)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def mine(place: Path, tmp_path: Path) -> Path:
    """Return a copy for one test."""
    shutil.copytree(place, tmp_path / "mine")
    return tmp_path / "mine"


def called(folder: Path, *command: str, **more: str) -> Result:
    arguments = [*command, "--config", str(folder / "netaudit.toml"), "--out", str(folder / "out")]
    return CliRunner().invoke(main, arguments, **more)


def trail_of(folder: Path) -> Trail:
    return Trail(folder / "out" / "audit", folder / "second")


def left(folder: Path, *command: str, code: int = 0, **more: str) -> list[Entry]:
    """Return the entries that a command leaves."""
    before = trail_of(folder).check().count
    done = called(folder, *command, **more)
    assert done.exit_code == code, done.output
    return list(trail_of(folder).entries())[before:]


def a_case(folder: Path) -> str:
    page = next((folder / "out" / "ig" / "cases").glob("f-*.html"))
    return page.stem.upper()


# Every command.


def test_every_command_leaves_an_entry_or_says_why_not() -> None:
    known = set(commands())
    assert known <= set(LEAVES) | set(REVEALS_NOTHING)
    assert not set(LEAVES) & set(REVEALS_NOTHING)
    assert set(REVEALS_NOTHING) <= known


@pytest.mark.parametrize("command", sorted(set(commands()) & set(LEAVES)))
def test_what_a_command_leaves_is_written_somewhere(command: str) -> None:
    """A kind that nothing writes would be a promise; that each is really written other tests show."""
    others = {"audit_events.py", "recording.py"}
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if path.name not in others)
    for kind in LEAVES[command]:
        assert kind in EVENTS
        assert f'"{kind}"' in text, kind


def test_what_opens_the_store_is_among_those_that_leave_an_entry() -> None:
    """Whoever asks for the key that wraps the keys opens the store."""

    def takes_a_key(command: str) -> bool:
        found: click.Command = main
        for word in command.split():
            assert isinstance(found, click.Group)
            found = found.commands[word]
        return any("--key-fd" in one.opts for one in found.params)

    assert {one for one in commands() if takes_a_key(one)} <= set(LEAVES)


def test_a_run_leaves_its_beginning_its_end_and_what_decided(place: Path) -> None:
    begun, changed, first, last = list(trail_of(place).entries())[:4]
    assert [one.kind for one in (begun, changed, first, last)] == ["trail.begun", "setting.changed", "run", "run"]
    assert (first.about["state"], last.about["state"]) == ("begun", "finished")
    assert first.about["as_of"].startswith(NOW)
    assert (last.about["files"], last.about["lines"], last.about["events"]) == (1, 1000, 1000)
    assert last.about["weeks"] == ["2026-W11"]
    assert set(last.about["hashes"]) >= {"policy", "categories", "formats", "configuration"}
    assert abs(first.at - datetime.now(UTC)) < timedelta(hours=1)  # the clock's, whatever moment the run is of


@pytest.mark.parametrize(
    ("command", "about"),
    [
        (("policy", "diff", "leeds", "stw"), {"command": "policy diff", "weeks": ["2026-W11"]}),
        (
            ("policy", "what-if", "--set", "time.lunch=12:00-13:30"),
            {"command": "policy what-if", "weeks": ["2026-W11"]},
        ),
        (("categories", "diff"), {"command": "categories diff", "weeks": ["2026-W11"]}),
        (("categories", "uncategorised"), {"command": "categories uncategorised", "weeks": ["2026-W11"]}),
        (("categories", "lint"), {"command": "categories lint"}),
    ],
)
def test_a_view_leaves_an_entry(command: tuple[str, ...], about: dict[str, object], mine: Path) -> None:
    before = trail_of(mine).check().count
    called(mine, *command)
    (entry,) = list(trail_of(mine).entries())[before:]
    assert (entry.kind, entry.about) == ("view", about)


def test_a_case_that_is_explained_is_named_by_its_number(mine: Path) -> None:
    case = a_case(mine)
    (entry,) = left(mine, "explain", case.lower())
    assert (entry.kind, entry.about) == ("view", {"command": "explain", "case": case})


def test_nothing_is_shown_that_cannot_be_recorded(mine: Path) -> None:
    case = a_case(mine)
    trail = max((mine / "out" / "audit" / "trail").iterdir())
    trail.write_bytes(trail.read_bytes()[:-200] + b"x" * 199 + b"\n")
    for command in (
        ("explain", case),
        ("policy", "what-if", "--set", "time.lunch=12:00-13:30"),
        ("categories", "uncategorised"),
        ("keys", "destroy", "--period", "2026-W11", "--yes"),
        ("run", str(mine / f"{WHOEVER}.log")),
    ):
        done = called(mine, *command)
        assert done.exit_code == 2, command
        assert "error: the audit trail is damaged: the last entry" in done.output, command
        assert done.stdout.startswith("to destroy") or not done.stdout, command
    assert not list((mine / "out" / "keys").rglob("*destroyed*"))


def test_keys_that_are_destroyed_leave_two_entries(mine: Path) -> None:
    first, last = left(mine, "keys", "destroy", "--period", "2026-W11", "--table", "events", "--yes")
    assert (first.kind, first.about["state"], last.about["state"]) == ("keys.destroyed", "begun", "finished")
    assert first.about["of"] == {"week": "2026-W11", "tables": ["events"], "whole_week": False}
    assert left(mine, "keys", "destroy", "--period", "2026-W11", "--table", "visits", "--dry-run") == []
    assert left(mine, "keys", "destroy", "--period", "2026-W11", "--table", "visits", input="n\n") == []


def test_a_new_wrapping_leaves_two_entries(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mine / "new.key").write_bytes(bytes(range(100, 132)))
    (mine / "new.key").chmod(0o600)
    monkeypatch.setenv("NETAUDIT_NEW_KEY_FILE", str(mine / "new.key"))
    first, last = left(mine, "keys", "rewrap")
    assert [(one.kind, one.about["state"]) for one in (first, last)] == [
        ("keys.rewrapped", "begun"),
        ("keys.rewrapped", "finished"),
    ]


def test_a_refusal_is_recorded_without_what_was_typed(mine: Path) -> None:
    (entry,) = left(mine, "explain", f"F-{WHOEVER}", code=2)
    assert entry.kind == "refused"
    assert entry.about == {"command": "explain", "refusal": "InputError", "by": "pipeline.explain.find_case"}
    (entry,) = left(mine, "keys", "destroy", "--period", WHOEVER, "--yes", code=2)
    assert (entry.kind, entry.about["command"]) == ("refused", "keys destroy")
    assert WHOEVER not in (mine / "out" / "audit" / "trail").glob("*").__next__().read_text()


def test_a_refusal_where_nothing_is_leaves_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["explain", "F-7KQ2M9XWTB", "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_logs_leaves_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["run", str(tmp_path / "none.log"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_in_the_settings_stands_before_what_was_done_with_them(mine: Path) -> None:
    config = mine / "netaudit.toml"
    config.write_text(config.read_text() + "[reports]\nminimum_group = 9\n")
    changed, view = left(mine, "categories", "uncategorised")
    assert (changed.kind, view.kind) == ("setting.changed", "view")
    assert list(changed.about["changed"]) == ["[reports]"]
    (mine / "registers" / "consents.csv").write_text(
        f"person_id,starts,ends,approver,reason\n{WHOEVER},2026-03-10T10:00,2026-03-10T10:20,{WHOEVER},{WHOEVER}\n"
    )
    config.write_text(config.read_text().replace("= 9", "= 10"))
    changed, view = left(mine, "categories", "uncategorised")
    assert list(changed.about["changed"]) == ["[reports]", "registers"]
    assert changed.settings == view.settings
    assert WHOEVER not in json.dumps([changed.about, view.about])
    (view,) = left(mine, "categories", "uncategorised")
    assert view.kind == "view"


def test_each_part_of_the_settings_has_a_digest(mine: Path) -> None:
    (mine / "netaudit.toml").write_text('[categories]\nfolder = "own"\n[policy]\nfolder = "own"\npack = "stw"\n')
    (mine / "own").mkdir()
    digests = [setting_digests(load_configuration(mine / "netaudit.toml"))]
    for path, text in ((mine / "own" / "news.csv", "pattern\n"), (mine / "category_lists" / "live.json", "{}")):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        digests.append(setting_digests(load_configuration(mine / "netaudit.toml")))
    first, second, third = digests
    assert {name for name in second if first[name] != second[name]} == {"class lists", "policies"}
    assert {name for name in third if second[name] != third[name]} == {"imported lists"}


def test_nobody_stands_in_the_trail(place: Path) -> None:
    for path in [*(place / "out" / "audit").rglob("*"), *(place / "second").rglob("*")]:
        for word in (WHOEVER, "rightmove", "192.0.2.7", str(place)):
            assert not path.is_file() or word.encode() not in path.read_bytes(), (path, word)


# The second place.


def test_a_run_goes_on_without_the_second_place_and_says_so(mine: Path) -> None:
    (mine / "second").rename(mine / "away")
    done = called(mine, "run", str(mine / f"{WHOEVER}.log"), "--now", NOW)
    assert done.exit_code == 0
    assert "warning: the second place of the audit trail cannot be reached: " in done.stderr
    done = called(mine, "keys", "destroy", "--period", "2026-W11", "--yes")
    assert done.exit_code == 2
    assert "the second place of the audit trail cannot be told" in done.stderr
    assert called(mine, "audit", "verify").exit_code == 2
    (mine / "away").rename(mine / "second")
    done = called(mine, "run", str(mine / f"{WHOEVER}.log"), "--now", NOW)
    assert "second place" not in done.stderr
    done = called(mine, "audit", "verify")
    assert done.exit_code == 0
    assert "the second place was told of entries" in done.stdout


def test_check_says_what_cannot_be_found_without_a_second_place(mine: Path) -> None:
    words = "warning: the audit trail has no second place: "
    command = ["check", "--config", str(mine / "netaudit.toml")]
    assert words not in CliRunner().invoke(main, command).output
    config = mine / "netaudit.toml"
    config.write_text(config.read_text().replace('[audit]\nsecond = "second"\n', ""))
    assert words in CliRunner().invoke(main, command).output


# netaudit audit


def test_verify_says_that_all_is_well(place: Path) -> None:
    done = called(place, "audit", "verify")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "The trail is whole." in done.stdout
    assert "the second place vouches for it up to entry" in done.stdout


def test_an_auditor_checks_copies_without_configuration_or_keys(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "out" / "audit" / "trail", tmp_path / "trail")
    shutil.copytree(place / "second", tmp_path / "second")
    command = ["audit", "verify", "--trail", str(tmp_path / "trail")]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0
    assert "cut off at the end, or all rewritten, cannot be found" in done.stdout
    assert "there is one, which was told up to entry" in done.stdout
    assert CliRunner().invoke(main, [*command, "--second", str(tmp_path / "second")]).exit_code == 0
    (path,) = (tmp_path / "trail").iterdir()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert CliRunner().invoke(main, command).exit_code == 0  # as it said, this cannot be found
    done = CliRunner().invoke(main, [*command, "--second", str(tmp_path / "second")])
    assert done.exit_code == 2
    assert "is missing at the end, which the second place knows" in done.stderr


def test_verify_of_nothing_is_no_success(tmp_path: Path) -> None:
    for option in ("--trail", "--out"):
        done = CliRunner().invoke(main, ["audit", "verify", option, str(tmp_path / "none")])
        assert done.exit_code == 2
        assert "there is no audit trail" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_line_cut_short_is_told_before_it_is_repaired_and_after(mine: Path) -> None:
    (path,) = (mine / "out" / "audit" / "trail").iterdir()
    with path.open("ab") as stream:
        stream.write(b'{"about":')
    done = called(mine, "audit", "verify")
    assert done.exit_code == 2
    assert "the last line is cut short (9 bytes)" in done.stderr
    assert [one.kind for one in left(mine, "categories", "uncategorised")] == ["trail.repaired", "view"]
    done = called(mine, "audit", "verify")
    assert done.exit_code == 0
    assert "a last line of 9 bytes that was cut short was taken away" in done.stdout


def test_show_says_who_did_what_when(mine: Path) -> None:
    case = a_case(mine)
    called(mine, "explain", case)
    done = called(mine, "audit", "show")
    assert done.exit_code == 0
    assert ": logs were read, and reports written" in done.stdout
    assert f"case: {case}; command: explain" in done.stdout
    lines = called(mine, "audit", "show", "--case", case.lower()).stdout.splitlines()
    assert len(lines) == 2
    done = called(mine, "audit", "show", "--kind", "run", "--csv")
    header, *rows = done.stdout.splitlines()
    assert header == "number,at,who,kind,what,details,sha256"
    assert len(rows) == 2
    assert called(mine, "audit", "show", "--since", "2100-01-01").stdout == ""
    done = called(mine, "audit", "show", "--kind", "nothing")
    assert done.exit_code == 2


def test_show_leaves_keys_signatures_and_checksums_to_the_table(mine: Path) -> None:
    made = enrol(mine / "officers", "ig")
    officer, identity = made.people["ig"], made.identities["ig"]
    about = said("case.closed", {"case": "F-2222222222", "outcome": "settled"}, LATER, ("by", officer, identity))
    trail = Trail(mine / "out" / "audit")
    trail.append("case.closed", about, who=officer.name, at=LATER)
    told = called(mine, "audit", "show", "--kind", "case").stdout
    assert "by: Ingrid Gale; case: F-2222222222; outcome: settled" in told
    assert identity.verify_key not in told
    assert about["by_signature"] not in told
    assert about["by_signature"] in called(mine, "audit", "show", "--kind", "case", "--csv").stdout


def test_another_folder_is_told_from_a_trail_that_was_taken_away(mine: Path) -> None:
    """A command with the wrong --out makes nothing there, tells the second place nothing, and says what it may be."""
    heads = (mine / "second" / "heads.jsonl").read_bytes()
    elsewhere = mine / "elsewhere"
    for words, says in (
        (("explain", "F-2222222222"), "there is no store"),
        (("audit", "show"), "there is no audit trail"),
        (("audit", "verify"), "--out or [audit] folder names another folder than before"),
        (("audit", "restart", "--reason", "it is gone"), "there is neither a trail nor a store here"),
        (("case", "list"), "there is no store"),
    ):
        options = ["--config", str(mine / "netaudit.toml"), "--out", str(elsewhere)]
        done = CliRunner().invoke(main, [*words, *options])
        assert done.exit_code == 2
        assert says in done.output
    assert not elsewhere.exists()
    assert (mine / "second" / "heads.jsonl").read_bytes() == heads


def damage(folder: Path) -> None:
    path = max((folder / "out" / "audit" / "trail").iterdir())
    path.write_bytes(path.read_bytes().replace(b'"lines":1000', b'"lines":1001'))


def test_a_damaged_trail_stops_a_run_until_it_is_begun_anew(mine: Path) -> None:
    damage(mine)
    done = called(mine, "run", str(mine / f"{WHOEVER}.log"), "--now", NOW)
    assert done.exit_code == 2
    assert done.stderr.count("error: ") == 1
    assert "the audit trail is damaged: the last entry was edited" in done.stderr
    assert called(mine, "audit", "restart", "--reason", " ").exit_code == 2
    done = called(mine, "audit", "restart", "--reason", "the disk was replaced")
    assert done.exit_code == 0, done.output
    entry = next(trail_of(mine).entries())
    assert (entry.kind, entry.about["reason"], entry.about["entries"]) == (
        "trail.restarted",
        "the disk was replaced",
        3,
    )
    assert entry.about["set_aside"] in {path.name for path in (mine / "out" / "audit").iterdir()}
    assert called(mine, "run", str(mine / f"{WHOEVER}.log"), "--now", NOW).exit_code == 0
    assert called(mine, "audit", "verify").exit_code == 0
    done = called(mine, "audit", "restart", "--reason", "once more")
    assert done.exit_code == 2
    assert "is not damaged" in done.stderr


def test_where_officers_are_enrolled_one_has_to_sign(mine: Path) -> None:
    entries = []
    for name, role in (("Cara", "ig"), ("Dan", "hr")):
        content, identity = make_identity("")
        (mine / f"{role}.key").write_bytes(content)
        (mine / f"{role}.key").chmod(0o600)
        entries.append(entry_of(enrolled(identity, name, role, date(2026, 1, 1))))
    (mine / "officers.toml").write_text("".join(entries))
    config = mine / "netaudit.toml"
    config.write_text(config.read_text() + '[keys]\nofficers = "officers.toml"\n')
    damage(mine)
    for key in ([], ["--key", str(mine / "hr.key")]):
        done = called(mine, "audit", "restart", "--reason", "the disk was replaced", *key)
        assert done.exit_code == 2, done.output
    done = called(mine, "audit", "restart", "--reason", "the disk was replaced", "--key", str(mine / "ig.key"))
    assert done.exit_code == 0, done.output
    assert "the restart was signed by Cara: the signature holds" in called(mine, "audit", "verify").stdout


# Stamps, by an authority that openssl plays.

_AUTHORITY = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ts]
serial = FOLDER/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority:
    """A time stamping authority of one's own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.root = folder, folder / "root.pem"
        (folder / "serial").write_text("01\n")
        (folder / "ts.cnf").write_text(_AUTHORITY.replace("FOLDER", str(folder)))
        new = ["req", "-newkey", "rsa:2048", "-nodes", "-config", "ts.cnf"]
        self.openssl(*new, "-x509", "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Example root",
                     "-days", "30", "-extensions", "root")  # fmt: skip
        self.openssl(*new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Example authority")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                     "-out", "tsa.pem", "-days", "30", "-extfile", "ts.cnf", "-extensions", "tsa")  # fmt: skip

    def openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def answer(self, request: Path) -> Path:
        response = request.with_suffix(".tsr")
        self.openssl("ts", "-reply", "-queryfile", str(request), "-out", str(response), "-config", "ts.cnf",
                     "-section", "ts", "-signer", "tsa.pem", "-inkey", "tsa.key")  # fmt: skip
        return response


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


def test_an_authority_stamps_the_head(mine: Path, authority: Authority) -> None:
    assert called(mine, "audit", "stamp", "--request", str(mine / "head.tsq")).exit_code == 0
    stamped = list(trail_of(mine).entries())[-1]
    called(mine, "categories", "uncategorised")  # the trail goes on while the authority thinks
    response = authority.answer(mine / "head.tsq")
    command = ("audit", "stamp", "--response", str(response))
    assert called(mine, *command).exit_code == 2  # nobody says whom to believe
    done = called(mine, *command, "--root", str(authority.root))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"Entry {stamped.number}, and all before it, existed on ")
    entry = list(trail_of(mine).entries())[-1]
    assert (entry.kind, entry.about["entry"], entry.about["entry_sha256"]) == (
        "trail.stamped",
        stamped.number,
        stamped.sha256,
    )
    done = called(mine, "audit", "verify", "--root", str(authority.root))
    assert done.exit_code == 0
    assert f"an authority vouches that entry {stamped.number} and all before it existed on " in done.stdout
    assert "give the authority's root certificate" in called(mine, "audit", "verify").stdout
    # anybody can check it without netaudit: it is of the line as it stands in the file
    (mine / "line").write_bytes(stamped.line)
    authority.openssl("ts", "-verify", "-data", str(mine / "line"), "-in", str(response), "-CAfile", "root.pem")
    # the configuration can name whom to believe
    config = mine / "netaudit.toml"
    config.write_text(config.read_text().replace("[audit]\n", f'[audit]\nstamp_roots = "{authority.root}"\n'))
    assert "an authority vouches" in called(mine, "audit", "verify").stdout


def test_a_stamp_that_is_not_of_this_trail_or_not_by_whom_one_believes(
    mine: Path, authority: Authority, tmp_path: Path
) -> None:
    called(mine, "audit", "stamp", "--request", str(mine / "head.tsq"))
    response = authority.answer(mine / "head.tsq")
    other = Authority(tmp_path / "other")
    command = ("audit", "stamp", "--response")
    done = called(mine, *command, str(response), "--root", str(other.root))
    assert done.exit_code == 2
    assert "the stamp does not hold" in done.stderr
    (mine / "cut.tsr").write_bytes(response.read_bytes()[:100])
    done = called(mine, *command, str(mine / "cut.tsr"), "--root", str(authority.root))
    assert done.exit_code == 2
    assert "this is no stamp" in done.stderr
    alone = Trail(tmp_path / "alone")
    alone.append("view", {}, who="x", at=datetime(2026, 3, 1, tzinfo=UTC))
    arguments = [*command, str(response), "--root", str(authority.root), "--out", str(tmp_path)]
    (tmp_path / "alone").rename(tmp_path / "audit")
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "the stamp is of no entry of this trail" in done.stderr


def test_a_stamp_shows_that_a_trail_was_rewritten(mine: Path, authority: Authority) -> None:
    """Where the second place was rewritten, too, or there is none, the authority still knows."""
    called(mine, "audit", "stamp", "--request", str(mine / "head.tsq"))
    response = authority.answer(mine / "head.tsq")
    called(mine, "audit", "stamp", "--response", str(response), "--root", str(authority.root))
    root = ["--root", str(authority.root)]
    trail = mine / "out" / "audit" / "trail"
    (stamp,) = trail.glob("stamp-*.tsr")
    kept = stamp.read_bytes()
    stamp.unlink()
    done = CliRunner().invoke(main, ["audit", "verify", "--trail", str(trail), *root])
    assert done.exit_code == 2
    assert "is gone" in done.stderr
    stamp.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    done = CliRunner().invoke(main, ["audit", "verify", "--trail", str(trail), *root])
    assert done.exit_code == 2
    assert "is not the one that entry" in done.stderr
    stamp.write_bytes(kept)
    # the whole trail made anew, with other content and right checksums, and the old stamp kept
    entries = list(Trail(trail).entries())
    new: list[Entry] = []
    for one in entries:
        about = dict(one.about) | ({"lines": 1} if one.about.get("lines") else {})
        new.append(
            next_entry(new[-1] if new else None, one.kind, about, one.who, one.at, trail=one.trail, told=one.told,
                       settings=one.settings)
        )  # fmt: skip
    (path,) = trail.glob("trail-*.jsonl")
    path.write_bytes(b"".join(one.line for one in new))
    assert CliRunner().invoke(main, ["audit", "verify", "--trail", str(trail)]).exit_code == 0
    done = CliRunner().invoke(main, ["audit", "verify", "--trail", str(trail), *root])
    assert done.exit_code == 2
    assert "does not hold: it is of another line" in done.stderr
