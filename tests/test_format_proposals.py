"""`netaudit formats new`: proposals for invented products, each with its own truth."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.cli import main
from netaudit.definitions.format_files import load_format, load_formats
from netaudit.definitions.formats import Format
from netaudit.definitions.log_roles import LogRole, log_roles
from netaudit.ingest import LogFile, LogReader, check_format, parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.ingest.propose.looks import LOOKS
from netaudit.pipeline.format_proposals import proposed_format

PEOPLE = (
    "ann.lee", "bob.moss", "cy.dole", "dee.okafor", "eve.b-roy", "finn.ek", "gil.tan", "hal.iqbal", "ida.poe", "jo.ng",
)  # fmt: skip
SITES = ("news.example.com", "shop.example.org", "bet.example", "maps.example.net", "mail.example.com")


@dataclass(frozen=True)
class Hit:
    """A request as it was, whatever a product writes of it."""

    number: int
    user: str
    client: str
    host: str
    method: str
    status: int
    received: int
    sent: int
    elapsed_ms: int
    blocked: bool

    @property
    def clock(self) -> str:
        return f"{9 + self.number // 60:02}:{self.number % 60:02}:{self.number * 7 % 60:02}"

    @property
    def day(self) -> int:
        return 12 + self.number % 15

    @property
    def moment(self) -> str:
        return f"2026-03-{self.day}T{self.clock}"

    @property
    def epoch(self) -> int:
        hours, minutes, seconds = map(int, self.clock.split(":"))
        return 1773273600 + (self.day - 12) * 86400 + hours * 3600 + minutes * 60 + seconds  # the first: 2026-03-12

    @property
    def url(self) -> str:
        return f"{self.host}:443" if self.method == "CONNECT" else f"http://{self.host}/a,b/{self.number}?q='x\\y;z'"

    @property
    def path(self) -> str:
        return f"/p/{self.number}?q=a%20b"

    @property
    def category(self) -> str:
        return "Gambling, betting" if self.host == "bet.example" else "News and Media"


def hits() -> list[Hit]:
    chance = random.Random(5)  # noqa: S311 - not for secrets
    found = []
    for number in range(40):
        host = SITES[number % 5]
        blocked = host == "bet.example"
        method = ("GET", "POST", "CONNECT")[number % 3]
        status = 403 if blocked else (200, 304, 200)[number % 3]
        got, sent = (0 if blocked else chance.randrange(20_000, 900_000)), chance.randrange(300, 9_000)
        who, client = PEOPLE[number % 10], f"203.0.113.{number % 50 + 3}"
        found.append(Hit(number, who, client, host, method, status, got, sent, chance.randrange(3, 9_000), blocked))
    return found


HITS = hits()


def bars(hit: Hit) -> str:
    user = hit.user if hit.number % 4 else "-"
    verdict = "BLOCK" if hit.blocked else "ALLOW"
    moment = f"{hit.moment}.{hit.number:03}"
    return f"{moment}|{hit.client}|{user}|{hit.method}|{hit.url}|{hit.status}|{hit.received}|{hit.sent}|{verdict}"


def csv_german(hit: Hit) -> str:
    day = f"{hit.day:02}.03.2026"
    word = "gesperrt" if hit.blocked else "erlaubt"
    art = '"Glücksspiel; Wetten"' if hit.blocked else "Nachrichten"
    return f"{day};{hit.clock};{hit.user};{hit.client};{hit.host}/seite;{word};{art};{hit.received}"


def csv_quoted(hit: Hit) -> str:
    word = "Blocked" if hit.blocked else "Allowed"
    begin = f'3/{hit.day}/2026 {hit.clock},"CORP\\{hit.user}",{hit.client},198.51.100.9'
    return f'{begin},"{hit.url}","{hit.category}",{word},{hit.elapsed_ms}'


def keys(hit: Hit) -> str:
    head = f"<134>Mar {hit.day} {hit.clock} gate1 wf[77]: "
    action = "forbidden" if hit.blocked else "permitted"
    return (
        f'{head}ts={hit.moment}Z client_ip={hit.client} server_ip=198.51.100.8 username="{hit.user}@corp.example" '
        f'method={hit.method} url="{hit.url}" status={hit.status} bytes_in={hit.received} bytes_out={hit.sent} '
        f'duration_ms={hit.elapsed_ms} action={action} category="{hit.category}"'
    )


def objects(hit: Hit) -> str:
    verdict = "deny" if hit.blocked else "permit"
    return (
        f'{{"ts": {hit.epoch}.25, "client": {{"addr": "{hit.client}", "user": "{hit.user}"}}, "http": {{"method": '
        f'"{hit.method}", "status": {hit.status}}}, "dest": {{"host": "{hit.host}", "path": "{hit.path}"}}, "rx": '
        f'{hit.received}, "tx": {hit.sent}, "verdict": "{verdict}", "elapsed_ms": {hit.elapsed_ms}, "tags": []}}'
    )


def combined(hit: Hit) -> str:
    day = f"{hit.day:02}/Mar/2026:{hit.clock} +0000"
    user = hit.user if hit.number % 3 else "-"
    word = "STOP_RULE" if hit.blocked else "PASS_RULE"
    return (
        f'zone7 [{day}] {hit.client} "{user}" "{hit.method} {hit.url} HTTP/1.1" {hit.status} {hit.received} '
        f'"Mozilla/5.0 (X11; rv:150.0)" {word} {hit.elapsed_ms / 1000:.3f}'
    )


def words(hit: Hit) -> str:
    verdict = "denied" if hit.blocked else "allowed"
    return f"{hit.epoch} {hit.client} {hit.user} {hit.method} {hit.url} {hit.status} {hit.received} {verdict}"


def tabs(hit: Hit) -> str:
    person = f"CN={hit.user},OU=Staff,DC=corp,DC=example"
    verdict = "Blocked" if hit.blocked else "Allowed"
    row = (hit.epoch * 1000 + 123, hit.client, person, hit.method, "https", hit.host, 443, hit.path)
    return "\t".join(map(str, (*row, hit.status, hit.sent, hit.received, verdict, "", "")[: 14 - hit.number % 2]))


def w3c(hit: Hit) -> str:
    verdict = "DENY" if hit.blocked else "PASS"
    return (
        f"2026-03-{hit.day} {hit.clock} {hit.client} {hit.user} {hit.method} http://{hit.host}/x {hit.status} "
        f"{hit.received} {hit.sent} {hit.elapsed_ms} {verdict}"
    )


def cef(hit: Hit) -> str:
    act = "block" if hit.blocked else "allow"
    return (
        f"Mar {hit.day} {hit.clock} gw CEF:0|Acme|Webwall|2.1|100|web request|3|rt={hit.epoch}000 src={hit.client} "
        f"suser={hit.user} requestMethod={hit.method} request=http://{hit.host}/x act={act} in={hit.received} "
        f"out={hit.sent} cat={hit.category} outcome={hit.status}"
    )


def syslog_only(hit: Hit) -> str:
    act = "drop" if hit.blocked else "pass"
    return (
        f"Mar {hit.day} {hit.clock} gw urlog: user={hit.user};from={hit.client};host={hit.host};path=/x;"
        f"verdict={act};size={hit.received}"
    )


def french(hit: Hit) -> str:
    word = "interdit" if hit.blocked else "autorisé"
    return (
        f'"{hit.day:02}/03/2026 {hit.clock}","{hit.user}","{hit.client}","{hit.url}","{word}",'
        f'"{hit.received}","{hit.elapsed_ms / 1000:.2f}"'
    )


FIELDS = (
    "#Fields: date time c-ip cs-username cs-method x-acme-address sc-status sc-bytes cs-bytes time-taken x-acme-says"
)
ALL = {"user", "client", "host", "method", "status", "received", "sent", "blocked"}
# Name → first lines, how a line is written, how much of it can be known, how a user is written.
INVENTED: Mapping[str, tuple[str, Callable[[Hit], str], set[str], str]] = {
    "bars": ("", bars, ALL, "{}"),
    "german": (
        "Datum;Uhrzeit;Benutzer;Quell-IP;Ziel;Aktion;Kategorie;Bytes\n",
        csv_german,
        {"user", "client", "host", "received", "blocked"},
        "{}",
    ),
    "quoted": (
        "Time,User,Source Address,Destination Address,URL,Category,Action,Elapsed ms\n",
        csv_quoted,
        {"user", "client", "host", "blocked", "elapsed_ms"},
        "CORP\\{}",
    ),
    "keys": ("", keys, ALL | {"elapsed_ms"}, "{}@corp.example"),
    "objects": ("", objects, ALL | {"elapsed_ms"}, "{}"),
    "combined": ("# begun\n", combined, ALL - {"sent"} | {"elapsed_ms"}, "{}"),
    "words": ("", words, ALL - {"sent"}, "{}"),
    "tabs": ("", tabs, ALL, "CN={},OU=Staff,DC=corp,DC=example"),
    "w3c": (f"#Software: Acme\n{FIELDS}\n", w3c, ALL | {"elapsed_ms"}, "{}"),
    "cef": ("", cef, ALL, "{}"),
    "syslog": ("", syslog_only, {"user", "client", "host", "received", "blocked"}, "{}"),
    "french": (
        "Horodatage,Utilisateur,Poste,Adresse,Décision,Octets reçus,Durée\n",
        french,
        {"user", "client", "host", "received", "blocked"},
        "{}",
    ),
}  # fmt: skip
COLUMNS = {
    "client": "source_ip",
    "method": "http_request_method",
    "status": "http_response_status_code",
    "received": "http_response_bytes",
    "sent": "http_request_bytes",
    "elapsed_ms": "event_duration_ms",
}


@cache
def shipped() -> tuple[Format, ...]:
    return load_formats()


def sample_of(name: str) -> str:
    head, write, _, _ = INVENTED[name]
    return head + "".join(f"{write(hit)}\n" for hit in HITS)


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a folder of proposals, by what they were made from."""
    folder = tmp_path_factory.mktemp("formats")
    found = {}
    for name in INVENTED:
        log = folder / f"{name}.log"
        log.write_text(sample_of(name), encoding="utf-8")
        found[name] = folder / f"{name}.toml"
        found[name].write_text(proposed_format(LogFile(log), f"own-{name}", name).text, encoding="utf-8")
    return found


def read_by(path: Path, text: str) -> pl.DataFrame:
    return parse_chunk(Chunk(text.encode(), 1), load_format(path), "UTC").parsed


@pytest.mark.parametrize("name", INVENTED)
def test_a_proposal_reads_the_log_that_it_was_made_from_rightly(proposed: dict[str, Path], name: str) -> None:
    head, _, known, user = INVENTED[name]
    assert check_format(load_format(proposed[name])) == []
    read = read_by(proposed[name], sample_of(name)).sort("log_line")
    assert read.height == len(HITS)
    assert read["log_line"].to_list() == [head.count("\n") + number for number in range(1, len(HITS) + 1)]
    for hit, row in zip(HITS, read.iter_rows(named=True), strict=True):
        moment = row["event_start"] + timedelta(milliseconds=row["event_duration_ms"] or 0)
        assert f"{moment:%m-%dT%H:%M:%S}" == hit.moment[5:]
        assert hit.host in row["url_full"]
        assert (row["disposition"] == "blocked") == hit.blocked, row
        assert row["user_name"] in {user.format(hit.user), None}
        for key in known & COLUMNS.keys():
            assert row[COLUMNS[key]] == getattr(hit, key), key
    assert read["user_name"].n_unique() >= len(PEOPLE)


@pytest.mark.parametrize("name", INVENTED)
def test_a_proposal_claims_no_line_of_any_product(proposed: dict[str, Path], name: str) -> None:
    lines = [sample.line for one in shipped() for sample in one.samples]
    claimed = read_by(proposed[name], "\n".join(lines) + "\n")
    assert claimed.is_empty(), claimed["log_line"].to_list()


@pytest.mark.parametrize("name", ["bars", "keys", "tabs", "words"])
def test_beside_all_formats_a_log_is_of_its_proposal(proposed: dict[str, Path], name: str) -> None:
    formats = [*shipped(), *(load_format(path) for path in proposed.values())]
    reader = LogReader(LogFile(proposed[name].with_suffix(".log")), formats)
    assert [one.name for one in reader.formats] == [f"own-{name}"]


@pytest.mark.parametrize("name", INVENTED)
def test_nobody_of_the_sample_is_in_the_proposal(proposed: dict[str, Path], name: str) -> None:
    text = proposed[name].read_text()
    for word in (*PEOPLE, *(person.partition(".")[0] + "." for person in PEOPLE), "203.0.113", "corp.example"):
        assert word not in text.lower()
    for site in SITES:
        assert site not in text
    assert "a,b/" not in text
    assert "/p/" not in text
    assert "aiko.brandt" in text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["{t}|{a}|{u}|GET|http://{h}/{p}|200|44|ALLOW",
                     '{{"t":"{t}","u":"{u}","c":"{a}","url":"http://{h}/{p}"}}',
                     't="{t}" who="{u}" src={a} url="http://{h}/{p}" cat="{u}"',
                     "{t} {a} {u} GET http://{h}/{p} 200 {u}",
                     "{t},{u},{a},{h},{u},{p}"]),
    st.lists(st.tuples(st.from_regex(r"zq[a-z]{4,9}", fullmatch=True), st.integers(1, 250)), min_size=2, max_size=12),
)  # fmt: skip
def test_whatever_the_people_are_called_they_are_not_in_the_proposal(
    tmp_path: Path, line: str, people: list[tuple[str, int]]
) -> None:
    rows = [
        line.format(t=f"2026-03-10T10:00:{n:02}Z", a=f"203.0.113.{ip}", u=who, h=f"{who}.example.net", p=f"{who}/x")
        for n, (who, ip) in enumerate(people)
    ]
    (tmp_path / "a.log").write_text("\n".join(rows) + "\n")
    text = proposed_format(LogFile(tmp_path / "a.log"), "own", "Own").text
    assert "203.0.113." not in text
    assert not [who for who, _ in people if who in text]


# --- At the command line ------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["formats", "new", *arguments])


def test_the_proposal_is_written_and_what_it_reads_is_said(tmp_path: Path) -> None:
    log, to = tmp_path / "gate.log.gz", tmp_path / "gate.toml"
    log.write_bytes(gzip.compress(sample_of("bars").encode()))
    result = run(str(log), "--name", "gate", "--title", "Acme Gate", "--to", str(to))
    assert result.exit_code == 0, result.output
    assert "it reads 40 of 40 lines as requests, and sets 0 aside" in result.stderr
    assert load_format(to).title == "Acme Gate"
    again = run(str(log), "--to", str(to))
    assert again.exit_code == 2
    assert "the file is there already" in again.stderr


def test_a_log_that_a_format_reads_already_is_said_to_be(tmp_path: Path) -> None:
    line = "1773136800.779    180 192.0.2.24 TCP_MISS/200 4083 GET http://a.example/ ann HIER_DIRECT/- text/html\n"
    (tmp_path / "a.log").write_text(line * 5)
    assert "the format 'squid' reads this file already" in run(str(tmp_path / "a.log")).stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it holds no lines"),
        (b"\n\n \n", "it holds no lines"),
        (random.Random(1).randbytes(5000), "its lines have no common layout"),  # noqa: S311 - not for secrets
        (b"one\ntwo words\nand three words\n", "its lines have no common layout"),
        (b"a,b,c,d\n1,2,3,4\n5,6,7,8\n", "no field was found that holds the time"),
        (gzip.compress(b"x" * 100, mtime=0)[:20], ""),
    ],
)
def test_what_is_no_log_is_refused_in_words(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "a.log").write_bytes(content)
    result = run(str(tmp_path / "a.log"))
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_file_that_is_not_there_and_a_bad_name_are_refused_in_words(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none.log")).exit_code == 2
    (tmp_path / "a.log").write_text("x\n")
    assert "that is no name for a format" in run(str(tmp_path / "a.log"), "--name", "A b").stderr


# --- What vendors call their fields -------------------------------------------------------------------------


@pytest.mark.parametrize("role", log_roles(), ids=lambda role: role.id)
def test_a_role_knows_its_examples_and_no_others(role: LogRole) -> None:
    assert role.looks in {*LOOKS, "any"}
    for name in role.examples:
        assert any(role.is_called(name, rank) for rank in range(len(role.names))), name
    for name in role.others:
        assert not any(role.is_called(name, rank) for rank in range(len(role.names))), name
