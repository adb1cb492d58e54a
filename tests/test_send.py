"""Mails: each goes out once, whatever happens on the way; what nobody can know is left to people; nothing leaks."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import mail_data as mails
import polars as pl
import pytest
import report_data as data
from mail_data import BEFORE_THE_DOT, PASSWORD, STAGES, WEEK, Authority, Clock, Site, failing_server, read, text_of

from netaudit.deliver import LEDGER_FILE, MailLedger, State, page_text
from netaudit.errors import DefinitionError, InputError, NetauditError, StoreError
from netaudit.pipeline.mails import Sent, list_mails, send_mails, settle_mail, undelivered
from netaudit.pipeline.trails import open_trail

NETAUDIT = Path(sys.executable).with_name("netaudit")
ADDRESSES = ("ig.team@", "chief.nurse", "head.payroll")


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    one = Site(tmp_path / "site")
    one.folder.mkdir()
    mails.reports(one.out)
    return one


def states(site: Site) -> dict[str, State]:
    """Return state by address."""
    ledger = MailLedger(site.out / "mail")
    try:
        return {mail.address.partition("@")[0]: mail.state for mail in ledger.mails()}
    finally:
        ledger.close()


def ids(site: Site) -> dict[str, str]:
    ledger = MailLedger(site.out / "mail")
    try:
        return {mail.address.partition("@")[0]: mail.mail_id for mail in ledger.mails()}
    finally:
        ledger.close()


def always(answer: str | None, stage: str, times: int = 99) -> Callable[[str, int], str | None]:
    return lambda reached, number: answer if reached == stage and number <= times else None


def words_of(problems: Iterable[object]) -> str:
    return "\n".join(map(str, problems))


# Through a real server.


def test_mails_go_out_once_through_starttls_and_a_log_in(site: Site, authority: Authority) -> None:
    with mails.real_server(authority.context()) as (box, port):
        settings = authority.settings(port, "starttls")
        sent = send_mails(site.configuration(**settings), site.out, Clock())
        again = send_mails(site.configuration(**settings), site.out, Clock())
    assert sent.states == {State.SENT: 3, State.WAITING: 0}
    assert sent.problems == ()
    assert (again.states, again.due) == ({}, ())
    assert sorted(to for to, _ in box.taken) == [
        "chief.nurse@mail.example", "head.payroll@mail.example", "ig.team@mail.example",
    ]  # fmt: skip


def test_a_notice_says_where_the_report_lies_and_nothing_of_what_is_in_it(site: Site, authority: Authority) -> None:
    with mails.real_server(authority.context()) as (box, port):
        changes = authority.settings(port, "starttls") | {"subject_prefix": '"[secure]"'}
        send_mails(site.configuration(**changes), site.out, Clock())
    by_address = {to.partition("@")[0]: read(message) for to, message in box.taken}
    notice = by_address["ig.team"]
    assert notice["Subject"] == "[secure] Internet use report, Mon 9 to Sun 15 November 2026"
    assert notice["Auto-Submitted"] == "auto-generated"
    assert notice["To"] == "ig.team@mail.example"
    assert "//files.example/internet use/ig/index.html" in text_of(notice)
    assert "/managers/nursing-and-quality/index.html" in text_of(by_address["chief.nurse"])
    for message in by_address.values():
        assert not list(message.iter_attachments())
        assert not any(name in text_of(message) for name in data.TITLES.values())
        assert "[c]" not in text_of(message)


def test_a_summary_is_the_page_of_the_unit_and_says_the_same_in_its_text(site: Site, authority: Authority) -> None:
    with mails.real_server(authority.context()) as (box, port):
        changes = authority.settings(port, "starttls") | {"summaries": "true"}
        send_mails(site.configuration(**changes), site.out, Clock())
    by_address = {to.partition("@")[0]: read(message) for to, message in box.taken}
    attached = next(iter(by_address["chief.nurse"].iter_attachments()))
    page = (site.out / "managers" / "nursing-and-quality" / "index.html").read_bytes()
    content = attached.get_content()
    assert (content.encode() if isinstance(content, str) else content).replace(b"\r\n", b"\n") == page
    text = text_of(by_address["chief.nurse"]).replace("\r\n", "\n")
    assert text.startswith(page_text(page).rstrip("\n"))
    assert "[c]" in text
    nothing = text_of(by_address["head.payroll"])  # no page of its own
    assert "It does not mean that there was nothing" in nothing.replace("\r\n", " ").replace("\n", " ")
    assert "Payroll" in nothing


def test_one_recipient_who_is_refused_keeps_nobody_else_from_theirs(site: Site, authority: Authority) -> None:
    with mails.real_server(authority.context()) as (box, port):
        box.refuse = {
            "chief.nurse@mail.example": "550 5.1.1 <chief.nurse@mail.example>: unknown",
            "head.payroll@mail.example": "451 4.7.1 come again later, head.payroll@mail.example",
        }
        clock = Clock()
        sent = send_mails(site.configuration(**authority.settings(port, "starttls")), site.out, clock)
        assert states(site) == {
            "ig.team": State.SENT, "chief.nurse": State.REFUSED, "head.payroll": State.WAITING,
        }  # fmt: skip
        assert clock.waits == [15, 60, 240]
        assert "refused for good" in words_of(sent.problems)
        assert "recipients.csv:3" in words_of(sent.problems)
        assert not any(one in words_of(sent.problems) for one in ADDRESSES)
        box.refuse = {}
        site.recipients = site.recipients.replace("chief.nurse@", "deputy.nurse@")
        clock = Clock()
        later = send_mails(site.configuration(**authority.settings(port, "starttls")), site.out, clock)
    assert later.problems == ()
    assert [to.partition("@")[0] for to, _ in box.taken] == ["ig.team", "deputy.nurse", "head.payroll"]
    assert states(site)["chief.nurse"] is State.DROPPED


@pytest.mark.parametrize(
    ("names", "what"),
    [(("other.example",), "the certificate"), (None, "no STARTTLS")],
    ids=["another name", "no TLS"],
)
def test_nothing_is_said_to_a_server_that_cannot_be_trusted(
    site: Site, authority: Authority, names: tuple[str, ...] | None, what: str
) -> None:
    with mails.real_server(authority.context(*names) if names else None) as (box, port):
        with pytest.raises(InputError, match=what):
            send_mails(site.configuration(**authority.settings(port, "starttls")), site.out, Clock())
        assert box.taken == []
    assert set(states(site).values()) == {State.WAITING}


def test_a_certificate_of_nobody_we_know_is_refused(site: Site, authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with mails.real_server(other.context()) as (_, port), pytest.raises(InputError, match="certificate"):
        send_mails(site.configuration(**authority.settings(port, "starttls")), site.out, Clock())


def test_a_wrong_password_is_tried_once(site: Site, authority: Authority) -> None:
    with mails.real_server(authority.context()) as (_, port):
        configuration = site.configuration(**authority.settings(port, "starttls"))
        (site.folder / "password").write_text("wrong")
        clock = Clock()
        with pytest.raises(InputError, match="refused the log-in") as refused:
            send_mails(configuration, site.out, clock)
    assert clock.waits == []
    assert "wrong" not in str(refused.value)


# Through a server that fails half-way.


@pytest.mark.parametrize("stage", STAGES)
def test_a_connection_that_is_dropped_neither_loses_nor_doubles_a_mail(
    site: Site, authority: Authority, stage: str
) -> None:
    """Dropped at each stage, once: before the final dot it is sent again, after it nobody can know."""
    with failing_server(authority.context(), always("drop", stage, times=1)) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        sent = send_mails(configuration, site.out, Clock())
        send_mails(configuration, site.out, Clock())
        known = states(site)
    if stage in BEFORE_THE_DOT or stage == "answered":
        assert set(known.values()) == {State.SENT}
        assert sent.problems == ()
        assert len(server.kept) == 3
    else:
        assert sorted(known.values()) == [State.SENT, State.SENT, State.UNCONFIRMED]
        assert "may or may not have arrived" in words_of(sent.problems)
        assert len(server.kept) == (3 if stage == "taken" else 2)
    assert len({read(one)["Message-ID"] for one in server.kept}) == len(server.kept)


@pytest.mark.parametrize(
    ("stage", "code"),
    [(stage, code) for stage in ("tls", "ehlo", "mail", "rcpt", "data", "dot")
     for code in ("421 closing", "451 later", "554 no") if (stage, code) != ("mail", "554 no")],
)  # fmt: skip
def test_a_refusal_before_or_after_the_text_is_sure(site: Site, authority: Authority, stage: str, code: str) -> None:
    with failing_server(authority.context(), always(f"{code} <ig.team@mail.example>", stage)) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"), attempts="2")
        sent = send_mails(configuration, site.out, Clock())
    assert server.kept == []
    for_good = code.startswith("554") and stage in {"rcpt", "data", "dot"}
    assert set(states(site).values()) == {State.REFUSED if for_good else State.WAITING}
    assert not any(one in words_of(sent.problems) for one in ADDRESSES)
    with failing_server(authority.context(), always(None, "")) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        for mail_id in ids(site).values() if for_good else ():
            settle_mail(configuration, site.out, mail_id, Clock().now(), again=True)
        assert send_mails(configuration, site.out, Clock()).problems == ()
    assert len(server.kept) == 3


def test_no_more_than_two_mails_are_left_in_doubt_at_a_time(site: Site, authority: Authority) -> None:
    with failing_server(authority.context(), always("drop", "taken")) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        sent = send_mails(configuration, site.out, Clock())
    assert sorted(states(site).values()) == [State.UNCONFIRMED, State.UNCONFIRMED, State.WAITING]
    assert "the rest was not tried" in words_of(sent.problems)
    assert len(server.kept) == 2


def test_a_mail_in_doubt_waits_for_somebody(site: Site, authority: Authority) -> None:
    with failing_server(authority.context(), always("drop", "taken", times=2)) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        send_mails(configuration, site.out, Clock())
        named = send_mails(configuration, site.out, Clock())
        assert len(server.kept) == 3
        doubtful = [mail for mail, state in states(site).items() if state is State.UNCONFIRMED]
        first, second = (ids(site)[one] for one in doubtful)
        assert first in words_of(named.problems)
        assert first in undelivered(configuration, site.out)[0]
        assert not any(one in line for one in ADDRESSES for line in undelivered(configuration, site.out))
        settle_mail(configuration, site.out, first, Clock().now(), again=False)
        settle_mail(configuration, site.out, second.lower(), Clock().now(), again=True)
        assert send_mails(configuration, site.out, Clock()).problems == ()
    assert len(server.kept) == 4
    twice = [read(one)["Message-ID"] for one in server.kept]
    assert len(set(twice)) == 3  # whoever gets it twice can tell
    assert undelivered(configuration, site.out) == ()
    for mail_id, again in ((first, True), (second, False), ("M-NOBODY", True)):
        with pytest.raises(InputError):
            settle_mail(configuration, site.out, mail_id, Clock().now(), again=again)


def test_a_server_that_falls_silent_after_the_dot_leaves_a_doubt(
    site: Site, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netaudit.deliver.smtp._PATIENCE", 0.2)

    def behave(stage: str, number: int) -> str | None:
        if stage == "taken" and number == 1:
            time.sleep(1.5)  # real time: the client's patience is what is tried
        return None

    with failing_server(authority.context(), behave) as server:
        sent = send_mails(site.configuration(**authority.settings(server.port, "tls")), site.out, Clock())
    assert sorted(states(site).values()) == [State.SENT, State.SENT, State.UNCONFIRMED]
    assert "may or may not" in words_of(sent.problems)


def test_where_there_is_no_server_mails_wait(site: Site, authority: Authority) -> None:
    clock = Clock()
    sent = send_mails(site.configuration(**authority.settings(mails.free_port(), "tls")), site.out, clock)
    assert set(states(site).values()) == {State.WAITING}
    assert clock.waits == [15, 60, 240]
    assert "not taken yet" in words_of(sent.problems)


# Killed half-way.


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_step_it_neither_loses_nor_doubles_a_mail(site: Site, authority: Authority, stage: str) -> None:
    victim: list[subprocess.Popen[bytes]] = []

    def behave(reached: str, number: int) -> str | None:
        if reached == stage and number == 1:
            os.kill(victim[0].pid, signal.SIGKILL)
            victim[0].wait()
        return None

    with failing_server(authority.context(), behave) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        command = [str(NETAUDIT), "send", "--config", str(site.path), "--out", str(site.out)]
        victim.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        assert victim[0].wait(60) == -signal.SIGKILL
        # What was already on its way may come in after the sender is dead.
        sent = send_mails(configuration, site.out, Clock())
    kept = [read(one)["To"] for one in server.kept]
    assert len(set(kept)) == len(kept)
    known = states(site)
    if all(state is State.SENT for state in known.values()):
        assert len(kept) == 3
    else:
        assert sorted(known.values()) == [State.SENT, State.SENT, State.UNCONFIRMED]
        assert "may or may not" in words_of(sent.problems)
        assert stage in {"content", "dot", "taken", "answered"}  # the dot follows the text at once
        assert len(kept) in {2, 3}


def test_two_that_send_at_once_do_not_send_twice(site: Site, authority: Authority) -> None:
    refused: list[StoreError] = []

    def behave(reached: str, number: int) -> str | None:
        if reached == "data" and number == 1:
            try:
                send_mails(configuration, site.out, Clock())
            except StoreError as error:
                refused.append(error)
        return None

    with failing_server(authority.context(), behave) as server:
        configuration = site.configuration(**authority.settings(server.port, "tls"))
        send_mails(configuration, site.out, Clock())
    assert "another `netaudit send` is at work" in str(refused[0])
    assert len(server.kept) == 3


# What is due.


@pytest.fixture
def files(site: Site) -> Site:
    site.settings["folder"] = '"mails"'
    return site


def written(site: Site) -> list[Path]:
    return sorted((site.folder / "mails").glob("*.eml"))


def send(site: Site, **changes: str) -> Sent:
    return send_mails(site.configuration(**changes), site.out, Clock())


def with_weeks(*weeks: str) -> pl.DataFrame:
    rows = data.published().filter(pl.col("period") == WEEK)
    return pl.concat([rows.with_columns(pl.lit(week).alias("period")) for week in weeks])


def test_without_a_server_mails_are_files(files: Site) -> None:
    sent = send(files)
    assert sent.states == {State.WRITTEN: 3}
    assert len(written(files)) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in written(files)} == {0o600}
    assert stat.S_IMODE((files.folder / "mails").stat().st_mode) == 0o700
    before = {path: path.read_bytes() for path in written(files)}
    assert {read(content)["To"] for content in before.values()} == {
        "ig.team@mail.example", "chief.nurse@mail.example", "head.payroll@mail.example",
    }  # fmt: skip
    assert send(files).due == ()
    assert {path: path.read_bytes() for path in written(files)} == before


def test_the_first_time_only_the_latest_week_goes_out_and_then_each(files: Site) -> None:
    mails.reports(files.out, with_weeks("2026-W44", "2026-W45"))
    assert {line.split()[1] for line in send(files).due} == {"2026-W45"}
    mails.reports(files.out, with_weeks("2026-W44", "2026-W45", "2026-W46", "2026-W47"))  # a week was missed
    assert sorted(line.split()[1] for line in send(files).due) == ["2026-W46"] * 3 + ["2026-W47"] * 3
    files.recipients += "it,audience,it.team@mail.example\n"
    assert send(files).due == ("notice  2026-W47  recipients.csv:5",)


def test_an_open_week_is_not_mailed(files: Site) -> None:
    mails.reports(files.out, with_weeks(WEEK).with_columns(pl.lit(value=True).alias("provisional")))
    sent = send(files)
    assert (sent.due, written(files)) == ((), [])
    assert "no week is published yet" in sent.notes[0]


def test_a_summary_of_figures_that_were_issued_again_says_so(files: Site) -> None:
    send(files, summaries="true")
    mails.reports(files.out)
    assert send(files, summaries="true").due == ()
    changed = data.published().with_columns(
        pl.when((pl.col("unit") == "Nursing and Quality") & (pl.col("report") == "managers") & (pl.col("people") == 10))
        .then(15)
        .otherwise(pl.col("people"))
        .alias("people")
    )
    mails.reports(files.out, changed)
    before = set(written(files))
    assert send(files, summaries="true").due == (f"summary  {WEEK}  recipients.csv:3",)
    (new,) = set(written(files)) - before
    assert read(new.read_bytes())["Subject"] == "Corrected: internet use report, Mon 9 to Sun 15 November 2026"
    assert send(files, summaries="true").due == ()
    mails.reports(files.out)  # and back again
    assert len(send(files, summaries="true").due) == 1


def test_a_dry_run_changes_nothing(files: Site) -> None:
    configuration = files.configuration()
    sent = send_mails(configuration, files.out, Clock(), dry_run=True)
    assert sorted(sent.due) == [f"notice  {WEEK}  recipients.csv:{line}" for line in (2, 3, 4)]
    assert not (files.out / "mail").exists()
    assert not (files.out / "audit").exists()
    send(files)
    assert send_mails(configuration, files.out, Clock(), dry_run=True).due == ()


def test_a_page_that_was_exchanged_meanwhile_is_not_sent(files: Site) -> None:
    page = files.out / "managers" / "nursing-and-quality" / "index.html"
    page.write_bytes(page.read_bytes() + b"<!-- -->")
    sent = send(files, summaries="true")  # what was before it went out, and that is told as well
    assert "not what the list of pages says" in words_of(sent.problems)
    assert not any("chief.nurse" in read(one.read_bytes())["To"] for one in written(files))
    mails.reports(files.out)
    assert send(files, summaries="true").problems == ()
    assert len(written(files)) == 3


@pytest.mark.parametrize("loss", ["gone", "old"])
def test_a_lost_ledger_is_noticed_by_the_trail(files: Site, loss: str) -> None:
    send(files)
    ledger = files.out / "mail" / LEDGER_FILE
    old = ledger.read_bytes()
    mails.reports(files.out, with_weeks(WEEK, "2026-W47"))
    send(files)
    ledger.write_bytes(old) if loss == "old" else ledger.unlink()
    with pytest.raises(StoreError, match="restore it from a back-up"):
        send(files)
    configuration = files.configuration()
    assert len(send_mails(configuration, files.out, Clock(), new_ledger=True).due) == 3
    assert send(files).due == ()


def test_what_was_done_stands_in_the_trail_without_addresses(files: Site) -> None:
    send(files)
    trail = open_trail(files.configuration(), files.out)
    assert not trail.check().faults
    text = "".join(path.read_text() for path in (files.out / "audit" / "trail").iterdir())
    assert '"mail.sent"' in text
    assert not any(one in text for one in (*ADDRESSES, "mail.example", "Nursing", PASSWORD))


def test_the_ledger_is_for_its_owner_alone(files: Site) -> None:
    send(files)
    ledger = files.out / "mail" / LEDGER_FILE
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger.parent.stat().st_mode) == 0o700
    with sqlite3.connect(ledger) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    lines = list_mails(files.configuration(), files.out)
    assert len(lines) == 3
    assert all("written" in line and "recipients.csv:" in line for line in lines)
    assert not any(one in line for one in ADDRESSES for line in lines)


def test_a_unit_without_a_page_is_told_to_the_operator(files: Site) -> None:
    assert "units of recipients.csv:4 have no page" in send(files).notes[0]


# What is wrong with settings and recipients.


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("ig,audience,not an address", "no plain e-mail address"),
        ('ig,audience,"a@mail.example, b@mail.example"', "no plain e-mail address"),
        ("ig,audience,a@mail.example>", "no plain e-mail address"),
        ('ig,audience,"a@mail.example\nBcc: b@mail.example"', "no plain e-mail address"),
        ("ig,audience,a@other.example", "a domain that mail may not go to"),
        ("ig,audience,a@sub.mail.example", "a domain that mail may not go to"),
        ("ig,audience,a@mail.example.other.example", "a domain that mail may not go to"),
        ("igg,audience,a@mail.example", "'unit' names no folder"),
        ("managers,audience,a@mail.example", "'unit' names no folder"),
        ("Nursing,ward,a@mail.example", "'level' is unknown"),
        ("Nursing,,a@mail.example", "'level' is empty"),
        (" nursing AND  quality ,directorate,Chief.Nurse@mail.example", "stand twice"),
        ("=1+1,team,a@mail.example", "a formula"),
        ("Nur\x1bsing,team,a@mail.example", "control character"),
    ],
)
def test_a_faulty_line_of_recipients_is_named_without_its_address(files: Site, line: str, what: str) -> None:
    files.recipients += line + "\n"
    with pytest.raises(DefinitionError, match=what) as found:
        send(files)
    assert "recipients.csv:5" in str(found.value)
    assert "@" not in str(found.value).replace("name@example.nhs.uk", "")
    assert not (files.out / "mail").exists()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"security": '"none"'}, "nothing is sent without TLS"),
        ({"sender": '"Reports <netaudit@reports.example>"'}, "'sender' is no e-mail address"),
        ({"allowed_domains": '["*.example"]'}, "domain 1 of 'allowed_domains'"),
        ({"allowed_domains": '"mail.example"'}, "'allowed_domains' is not a list"),
        ({"allowed_domains": "[]"}, "'allowed_domains' is missing"),
        ({"subject_prefix": r'"[secure]\r\nBcc: x@other.example"'}, "control character"),
        ({"port": "70000"}, "'port' is out of range"),
        ({"attempts": "0"}, "'attempts' is out of range"),
        ({"password": '"secret"'}, "unknown key 'password'"),
        ({"server": '"mail.example"'}, "both 'server' and 'folder' are set"),
        ({"location": '""'}, "'location' is missing"),
    ],
)
def test_faulty_settings_are_told(files: Site, changes: dict[str, str], what: str) -> None:
    with pytest.raises(DefinitionError, match="(?s)" + what.replace("*", r"\*")) as found:
        send(files, **changes)
    assert "secret" not in str(found.value).replace("[secure]", "")


@pytest.mark.parametrize(
    ("content", "mode", "what"),
    [("x\n", 0o644, "others can read"), ("", 0o600, "holds no password"), ("a\nb\n", 0o600, "holds no password")],
)
def test_a_password_comes_from_a_file_of_its_owner(
    site: Site, authority: Authority, content: str, mode: int, what: str
) -> None:
    configuration = site.configuration(**authority.settings(1, "tls"))
    (site.folder / "password").write_text(content)
    (site.folder / "password").chmod(mode)
    with pytest.raises(InputError, match=what):
        send_mails(configuration, site.out, Clock())


def test_a_password_in_the_environment_is_refused_and_not_repeated(
    site: Site, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = site.configuration(**authority.settings(1, "tls"))
    monkeypatch.setenv("NETAUDIT_MAIL_PASSWORD", PASSWORD)
    with pytest.raises(InputError, match="can be seen by others") as found:
        send_mails(configuration, site.out, Clock())
    assert PASSWORD not in str(found.value)
    monkeypatch.delenv("NETAUDIT_MAIL_PASSWORD")
    monkeypatch.setenv("NETAUDIT_MAIL_PASSWORD_FILE", PASSWORD)  # by mistake
    with pytest.raises(InputError, match="cannot be read") as found:
        send_mails(configuration, site.out, Clock())
    assert PASSWORD not in str(found.value)


def test_every_refusal_is_a_message(site: Site) -> None:
    with pytest.raises(NetauditError, match="'recipients' leads to nothing"):
        send_mails(Site(site.folder / "empty").configuration(recipients='"none.csv"'), site.out, Clock())


# On the command line.


def test_the_command_line_says_what_was_done_and_ends_with_2_where_somebody_must_look(
    site: Site, authority: Authority
) -> None:
    with failing_server(authority.context(), always("drop", "taken", times=1)) as server:
        site.configuration(**authority.settings(server.port, "tls"))
        command = [str(NETAUDIT), "send", "--config", str(site.path), "--out", str(site.out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        (doubtful,) = (ids(site)[one] for one, state in states(site).items() if state is State.UNCONFIRMED)
        confirmed = subprocess.run([*command, "--confirm", doubtful], capture_output=True, text=True, check=False)
        last = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, again.returncode, confirmed.returncode, last.returncode) == (2, 2, 0, 0)
    assert doubtful in done.stderr
    assert doubtful in again.stderr
    assert "2 sent, 1 unconfirmed" in done.stdout
    assert last.stdout == "Nothing is due\n"
    shown = f"{done.stdout}{done.stderr}{again.stdout}{again.stderr}{confirmed.stdout}{confirmed.stderr}"
    assert not any(one in shown for one in (*ADDRESSES, PASSWORD))
