"""Mail servers in trouble, and senders that were killed: nothing goes out twice or is lost, and all is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import mail_data as mails
import polars as pl
import pytest
import report_data as data
from mail_data import Authority, Clock, Site, failing_server, read

from netaudit.deliver import LEDGER_FILE, MailLedger, State
from netaudit.deliver.mail_ledger import undecided
from netaudit.errors import InputError, StoreError
from netaudit.pipeline.mails import Sent, send_mails, undelivered
from netaudit.pipeline.trails import open_trail

NETAUDIT = Path(sys.executable).with_name("netaudit")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    one = Site(tmp_path / "site")
    one.folder.mkdir()
    mails.reports(one.out)
    return one


@pytest.fixture
def files(site: Site) -> Site:
    site.settings["folder"] = '"mails"'
    return site


def states(site: Site) -> dict[str, State]:
    ledger = MailLedger(site.out / "mail")
    try:
        return {mail.address.partition("@")[0]: mail.state for mail in ledger.mails()}
    finally:
        ledger.close()


def send(site: Site) -> Sent:
    return send_mails(site.configuration(), site.out, Clock())


def with_weeks(*weeks: str) -> pl.DataFrame:
    rows = data.published().filter(pl.col("period") == mails.WEEK)
    return pl.concat([rows.with_columns(pl.lit(week).alias("period")) for week in weeks])


def last_recorded(site: Site) -> dict[str, object]:
    last = open_trail(site.configuration(), site.out).latest("mail.sent")
    assert last is not None
    return dict(last.about)


# Servers.


def test_a_server_that_ends_the_talk_after_each_mail_gets_all_of_them_without_a_wait(
    site: Site, authority: Authority
) -> None:
    addresses = "".join(f"ig,audience,someone{number}@mail.example\n" for number in range(12))
    site.recipients, clock = "unit,level,address\n" + addresses, Clock()
    with failing_server(authority.context(), lambda stage, _: "drop" if stage == "answered" else None) as server:
        sent = send_mails(site.configuration(**authority.settings(server.port, "tls")), site.out, clock)
    assert sent.problems == ()
    assert len({read(one)["To"] for one in server.kept}) == len(server.kept) == 12
    assert clock.waits == []


def test_a_server_that_refuses_the_sender_refuses_no_recipient(site: Site, authority: Authority) -> None:
    with failing_server(authority.context(), lambda stage, _: "550 not you" if stage == "mail" else None) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        with pytest.raises(InputError, match="refuses the sender"):
            send_mails(configuration, site.out, Clock())
        assert server.reached["mail"] == 1
    assert set(states(site).values()) == {State.WAITING}


@pytest.mark.parametrize(
    ("stage", "answer"), [("auth", "334 abc"), ("auth", "999 what"), ("ehlo", "250-x\r\n250 AUTH CRAM-MD5")]
)
def test_a_log_in_that_makes_no_sense_is_no_crash(site: Site, authority: Authority, stage: str, answer: str) -> None:
    def behave(reached: str, _: int) -> str | None:
        return answer if reached == stage else "334 abc" if reached == "auth" else None

    with failing_server(authority.context(), behave) as server:
        send_mails(site.configuration(**authority.settings(server.port, "tls")), site.out, Clock())
    assert set(states(site).values()) == {State.WAITING}


def test_a_password_that_cannot_be_said_is_told_without_it(site: Site, authority: Authority) -> None:
    with failing_server(authority.context(), lambda *_: None) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        (site.folder / "password").write_text("m\u00a3ney99\n", encoding="utf-8")
        with pytest.raises(InputError, match="not plain ASCII") as refused:
            send_mails(configuration, site.out, Clock())
    assert "ney99" not in str(refused.value)


@pytest.mark.parametrize("stage", ["rcpt", "taken"])
def test_a_server_that_answers_by_the_byte_does_not_hold_it_for_ever(
    site: Site, authority: Authority, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netaudit.deliver.smtp._PATIENCE", 2)
    over = threading.Event()

    with failing_server(authority.context(), lambda *_: None) as server:

        def trickle(reached: str, number: int) -> str | None:
            if reached == stage and number == 1:
                handler = server.talks[-1]
                while not over.is_set():
                    handler.request.sendall(b"250-\r\n")
                    time.sleep(0.1)
            return None

        server.behave = trickle
        settings = {**authority.settings(server.port, "tls"), "timeout_seconds": "1"}
        began = time.monotonic()
        send_mails(site.configuration(**settings, attempts="1"), site.out, Clock())
        over.set()
    assert time.monotonic() - began < 30
    left = State.UNCONFIRMED if stage == "taken" else State.WAITING
    assert sorted(states(site).values()) == [State.SENT, State.SENT, left]


def test_what_went_out_before_a_fault_is_told_with_it(site: Site, authority: Authority) -> None:
    other = Authority(site.folder / "other")

    with failing_server(authority.context(), lambda *_: None) as server:

        def behave(stage: str, number: int) -> str | None:
            if (stage, number) == ("taken", 1):
                server.context = other.context()
            return "drop" if stage == "answered" else None

        server.behave = behave
        sent = send_mails(site.configuration(**authority.settings(server.port, "tls")), site.out, Clock())
    assert sent.states == {State.SENT: 1, State.WAITING: 2}
    assert "not to be trusted" in str(sent.problems[0])
    told = last_recorded(site)
    assert (told["state"], told["sent"], told["waiting"], told["handed"]) == ("finished", 1, 2, 1)


# The ledger.


def test_a_ledger_that_is_gone_after_a_send_was_killed_is_missed(site: Site, authority: Authority) -> None:
    """The trail has only that sending was begun, and the first mail had gone."""
    victim: list[subprocess.Popen[bytes]] = []

    def behave(stage: str, number: int) -> str | None:
        if (stage, number) == ("rcpt", 2):
            os.kill(victim[0].pid, signal.SIGKILL)
            victim[0].wait()
        return None

    with failing_server(authority.context(), behave) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        command = [str(NETAUDIT), "send", "--config", str(site.path), "--out", str(site.out)]
        victim.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        assert victim[0].wait(60) == -signal.SIGKILL
        shutil.move(site.out / "mail", site.folder / "kept")
        with pytest.raises(StoreError, match="ledger of mails is gone"):
            send_mails(configuration, site.out, Clock())
        shutil.move(site.folder / "kept", site.out / "mail")
        send_mails(configuration, site.out, Clock())
    assert len({read(one)["To"] for one in server.kept}) == len(server.kept) == 3


def test_a_copy_from_before_a_send_that_was_killed_is_missed(files: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    send(files)
    shutil.copytree(files.out / "mail", files.folder / "copy")
    mails.reports(files.out, with_weeks(mails.WEEK, "2026-W47"))
    with monkeypatch.context() as broken:
        broken.setattr("netaudit.deliver.sending.replace_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            send(files)
    shutil.rmtree(files.out / "mail")
    shutil.copytree(files.folder / "copy", files.out / "mail")
    with pytest.raises(StoreError, match="old copy"):
        send(files)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_send_left_half_written_does_not_keep_the_report(files: Site) -> None:
    """A rollback journal, as SQLite leaves it where it was killed between writing and the end of a transaction."""
    ledger = MailLedger(files.out / "mail", new=True)
    long = [("notice", mails.WEEK, f"unit {number}" + "x" * 300, "team", "a@mail.example", "") for number in range(200)]
    ledger.plan(long, datetime.now(UTC))
    ledger.close()
    path = files.out / "mail" / LEDGER_FILE
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 2')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.execute(\"UPDATE mails SET state = 'unconfirmed', unit = unit || 'more'\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert path.with_name(LEDGER_FILE + "-journal").stat().st_size
    assert {state: len(found) for state, found in undecided(files.out / "mail").items()} == {State.WAITING: 200}


def test_a_ledger_that_cannot_be_read_is_told_on_the_report(files: Site) -> None:
    send(files)
    (files.out / "mail" / LEDGER_FILE).write_bytes(b"no ledger at all" * 100)
    assert "cannot be read" in undelivered(files.configuration(), files.out)[0]


def test_a_file_that_may_have_been_picked_up_is_not_written_again(files: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended after the first file was there and before the ledger knew: once the file is gone, once it is not."""
    from netaudit.durable import replace_file  # noqa: PLC0415

    def ended(path: Path, content: bytes) -> None:
        replace_file(path, content)
        raise KeyboardInterrupt

    for picked_up in (True, False):
        folder = files.folder / "mails"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(files.out / "audit", ignore_errors=True)
        shutil.rmtree(files.out / "mail", ignore_errors=True)
        with monkeypatch.context() as broken:
            broken.setattr("netaudit.deliver.sending.replace_file", ended)
            with pytest.raises(KeyboardInterrupt):
                send(files)
        (first,) = folder.glob("*.eml")
        if picked_up:
            first.unlink()
        sent = send(files)
        assert first.exists() != picked_up
        assert sorted(states(files).values()) == sorted(
            [State.WRITTEN, State.WRITTEN, State.UNCONFIRMED if picked_up else State.WRITTEN]
        )
        assert bool(sent.problems) == picked_up


def test_a_full_disk_leaves_files_waiting(files: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError([])

    with monkeypatch.context() as broken:
        broken.setattr("netaudit.deliver.sending.replace_file", full)
        with pytest.raises(StoreError):
            send(files)
    assert set(states(files).values()) == {State.WAITING}
    assert send(files).problems == ()


# What is due.


def test_a_week_that_is_published_after_a_later_one_is_mailed_too(files: Site) -> None:
    due = []
    for weeks in (("2026-W43",), ("2026-W43", "2026-W46"), ("2026-W42", "2026-W43", "2026-W44", "2026-W46")):
        mails.reports(files.out, with_weeks(*weeks))
        due.append({line.split()[1] for line in send(files).due})
    assert due == [{"2026-W43"}, {"2026-W46"}, {"2026-W44"}]
    assert send(files).due == ()


def test_weeks_that_were_forgotten_are_not_mailed_again(files: Site) -> None:
    mails.reports(files.out, with_weeks("2026-W43"))
    send(files)
    mails.reports(files.out, with_weeks("2026-W43", "2026-W44", "2026-W46"))
    send(files)
    ledger = MailLedger(files.out / "mail")
    ledger._db.execute("UPDATE mails SET changed = '2024-01-01T00:00:00+00:00' WHERE week = '2026-W44'")
    assert ledger.forget(datetime.now(UTC) - timedelta(days=400)) == 3
    ledger.close()
    assert send(files).due == ()


def test_a_recipient_who_is_back_in_the_file_gets_what_was_given_up(site: Site, authority: Authority) -> None:
    """Lines were lost for a night while the server was down."""
    down = authority.settings(mails.free_port(), "tls")
    send_mails(site.configuration(**down), site.out, Clock())
    whole, site.recipients = site.recipients, "".join(site.recipients.splitlines(keepends=True)[:2])
    assert sum("given up" in note for note in send_mails(site.configuration(**down), site.out, Clock()).notes) == 2
    site.recipients = whole
    with failing_server(authority.context(), lambda *_: None) as server:
        send_mails(site.configuration(**authority.settings(server.port, "tls")), site.out, Clock())
    assert set(states(site).values()) == {State.SENT}
    assert len({read(one)["To"] for one in server.kept}) == len(server.kept) == 3
