"""`netaudit formats new`: logs with words, units, separators and orders of their own, each with its truth."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_format_proposals import HITS, PEOPLE, Hit, read_by, shipped

from netaudit.cli import main
from netaudit.definitions.format_files import load_format
from netaudit.errors import InputError
from netaudit.ingest import LogFile, check_format
from netaudit.pipeline.format_proposals import proposed_format

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/135.0"
CURL = "curl/8.5.0"
SERVERS = {host: f"198.51.100.{number + 4}" for number, host in enumerate(dict.fromkeys(hit.host for hit in HITS))}

Truth = dict[str, object]
Written = tuple[str, Truth]  # a line, and what it says


def truth(hit: Hit, **other: object) -> Truth:
    """Return what nearly all logs tell of a request; `other` is what this one tells otherwise."""
    usual: Truth = {
        "time": hit.moment,
        "user_name": hit.user,
        "source_ip": hit.client,
        "http_request_method": hit.method,
        "url_full": f"http://{hit.host}/p",
        "http_response_status_code": hit.status,
        "http_response_bytes": hit.received,
        "disposition": "blocked" if hit.blocked else "allowed",
    }
    return {name: value for name, value in (usual | other).items() if value != "not told"}


def kind(hit: Hit) -> str:
    return "Gambling" if hit.blocked else "Web Mail" if hit.host.startswith("mail") else "News"


def agent(hit: Hit) -> str:
    return CURL if hit.number % 4 == 1 else FIREFOX


def agent_last(hit: Hit) -> Written:
    word = "DENIED" if hit.blocked else "PASSED"
    line = (
        f'[{hit.day:02}/Mar/2026:{hit.clock} +0100] {hit.client} {hit.user} "{hit.method} http://{hit.host}/p HTTP/1.1"'
        " "
        f"{hit.status} {hit.received} {hit.sent} {hit.elapsed_ms}ms {word} {agent(hit)}"
    )
    earlier = f"2026-03-{hit.day}T{int(hit.clock[:2]) - 1:02}{hit.clock[2:]}"
    return line, truth(
        hit,
        time=earlier,
        http_request_bytes=hit.sent,
        event_duration_ms=hit.elapsed_ms,
        user_agent_original=agent(hit),
    )


def class_last(hit: Hit) -> Written:
    word = "reject" if hit.blocked else "forward"
    line = (
        f"2026-03-{hit.day} {hit.clock} {hit.client} {hit.user} {hit.method} http://{hit.host}/p {hit.status} "
        f"{hit.received} {word} {kind(hit)}"
    )
    return line, truth(hit, vendor_category=kind(hit))


def with_units(hit: Hit) -> Written:
    word = "STOP" if hit.blocked else "GO"
    kilobytes = hit.received // 1024
    size = f"{kilobytes}.0KB" if kilobytes else "0B"
    line = (
        f"2026-03-{hit.day} {hit.clock} | {hit.user} | {hit.client} | {hit.method} | http://{hit.host}/p | "
        f"{hit.status} | {size} | {hit.elapsed_ms / 1000:.3f}s | {kind(hit)} | {word}"
    )
    return line, truth(
        hit, http_response_bytes=kilobytes * 1024, event_duration_ms=hit.elapsed_ms, vendor_category=kind(hit)
    )


def european(hit: Hit) -> Written:
    word = "verboten" if hit.blocked else "gestattet"
    seconds = f"{hit.elapsed_ms / 1000:.3f}".replace(".", ",")
    size = f"{hit.received:,}".replace(",", ".")
    line = (
        f"{hit.day:02}.03.2026;{hit.clock};{hit.user};{hit.client};{hit.method};http://{hit.host}/p;{hit.status};"
        f"{size};{seconds};{word}"
    )
    return line, truth(hit, event_duration_ms=hit.elapsed_ms)


def own_names(hit: Hit) -> Written:
    hour = int(hit.clock[:2])
    clock = f"{(hour - 1) % 12 + 1:02}{hit.clock[2:]} {'PM' if hour > 11 else 'AM'}"
    word = "REFUSED-BY-POLICY" if hit.blocked else "OK"
    cells = (
        f"03/{hit.day:02}/2026 {clock}", f"BRIGHT\\{hit.user}", hit.client, SERVERS[hit.host], hit.method,
        f"http://{hit.host}/p", hit.status, f"{hit.received:,}", f"{hit.sent:,}", hit.elapsed_ms, word, kind(hit),
    )  # fmt: skip
    return ",".join(f'"{cell}"' for cell in cells), truth(
        hit,
        user_name=f"BRIGHT\\{hit.user}",
        http_request_bytes=hit.sent,
        event_duration_ms=hit.elapsed_ms,
        vendor_category=kind(hit),
    )


def colons(hit: Hit) -> Written:
    word = "refused" if hit.blocked else "granted"
    line = (
        f"when: 2026/03/{hit.day} {hit.clock}; user: {hit.user}; ip: {hit.client}; method: {hit.method}; "
        f"host: {hit.host}; path: /p; status: {hit.status}; size: {hit.received}; ms: {hit.elapsed_ms}; result: {word}"
    )
    return line, truth(hit, url_full=f"{hit.host}/p", event_duration_ms=hit.elapsed_ms)


def flagged(hit: Hit) -> Written:
    told = {
        "at": hit.epoch * 1000 + 250, "person": hit.user, "machine": hit.client, "verb": hit.method,
        "link": f"http://{hit.host}/p", "answer": hit.status, "received": hit.received, "sent": hit.sent,
        "lasted_ms": hit.elapsed_ms, "permitted": not hit.blocked, "topic": kind(hit), "browser": agent(hit),
    }  # fmt: skip
    return json.dumps(told), truth(
        hit,
        http_request_bytes=hit.sent,
        event_duration_ms=hit.elapsed_ms,
        vendor_category=kind(hit),
        user_agent_original=agent(hit),
    )


def several_signs(hit: Hit) -> Written:
    """No word tells what was stopped, but one goes with each 403."""
    word = "NO" if hit.blocked else "YES"
    cells = (
        f"{hit.day:02}-Mar-2026 {hit.clock}", hit.user, hit.client, hit.method, f"http://{hit.host}/p", hit.status,
        hit.received, hit.sent, word, kind(hit),
    )  # fmt: skip
    return "::".join(map(str, cells)), truth(hit, http_request_bytes=hit.sent, vendor_category=kind(hit))


def padded(hit: Hit) -> Written:
    user = hit.user if hit.number % 4 else ""
    word = "BLOCKED" if hit.blocked else "ALLOWED"
    line = (
        f"2026-03-{hit.day} {hit.clock}  {user:<14}{hit.client:<16}{hit.method:<8}{kind(hit):<10}{hit.status:<5}"
        f"{hit.received:>9}  {word:<9}http://{hit.host}/p"
    )
    return line, truth(hit, user_name=user or None, vendor_category=kind(hit))


def marked(hit: Hit) -> Written:
    word = "blocked" if hit.blocked else "allowed"
    line = (
        f"<req><t>{hit.moment}Z</t><u>{hit.user}</u><ip>{hit.client}</ip><m>{hit.method}</m>"
        f"<url>http://{hit.host}/p</url><st>{hit.status}</st><in>{hit.received}</in><out>{hit.sent}</out><v>{word}</v></req>"
    )
    return line, truth(hit, http_request_bytes=hit.sent)


def names_in_comment(hit: Hit) -> Written:
    word = "DENY" if hit.blocked else "ALLOW"
    line = (
        f"{hit.moment},{hit.user},{hit.client},{hit.method},http://{hit.host}/p,{hit.status},{hit.sent},{hit.received},"
        f"{hit.elapsed_ms},{word}"
    )
    return line, truth(hit, http_request_bytes=hit.sent, event_duration_ms=hit.elapsed_ms)


def server_first(hit: Hit) -> Written:
    line = (
        f"{hit.epoch} {SERVERS[hit.host]} {hit.host} 443 {hit.client} {hit.user} {hit.method} /p {hit.status} "
        f"{hit.sent} {hit.received} text/html"
    )
    return line, truth(hit, url_full=f"{hit.host}/p", http_request_bytes=hit.sent, http_response_mime_type="text/html")


def labelled(hit: Hit) -> Written:
    word = "dropped" if hit.blocked else "passed"
    line = (
        f"[{hit.moment}] [who={hit.user}@{hit.client}] [{hit.method}:http://{hit.host}/p] "
        f"[{hit.status}/{hit.received}] [took={hit.elapsed_ms}ms] [verdict={word}]"
    )
    return line, truth(hit, event_duration_ms=hit.elapsed_ms)


INVENTED: Mapping[str, tuple[str, Callable[[Hit], Written]]] = {
    "agent_last": ("", agent_last),
    "class_last": ("", class_last),
    "with_units": ("", with_units),
    "european": ("Datum;Zeit;Benutzer;Arbeitsplatz;Methode;Adresse;Status;Empfangen;Dauer (s);Entscheid\n", european),
    "own_names": (
        (
            '"When","Who","Client Address","Server Address","Verb","Address","Response","Bytes Received","Bytes Sent",'
            '"Time Taken (ms)","Verdict","Topic"\n'
        ),
        own_names,
    ),
    "colons": ("", colons),
    "flagged": ("", flagged),
    "several_signs": ("", several_signs),
    "padded": ("", padded),
    "marked": ("", marked),
    "names_in_comment": (
        (
            "# export, version 3\n"
            "# time,account,client,method,url,status,bytes_to_server,bytes_to_client,elapsed_ms,decision\n"
        ),
        names_in_comment,
    ),
    "server_first": ("", server_first),
    "labelled": ("", labelled),
}


@cache
def sample_of(name: str) -> str:
    head, write = INVENTED[name]
    return head + "".join(f"{write(hit)[0]}\n" for hit in HITS)


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


@pytest.mark.parametrize("name", INVENTED)
def test_a_log_with_words_of_its_own_is_read_rightly(proposed: dict[str, Path], name: str) -> None:
    assert check_format(load_format(proposed[name])) == []
    read = (
        read_by(proposed[name], sample_of(name))
        .sort("log_line")
        .with_columns(
            time=(
                pl.col("event_start") + pl.duration(milliseconds=pl.col("event_duration_ms").fill_null(0))
            ).dt.strftime("%Y-%m-%dT%H:%M:%S")
        )
    )
    assert read.height == len(HITS)
    for hit, row in zip(HITS, read.iter_rows(named=True), strict=True):
        expected = INVENTED[name][1](hit)[1]
        assert {key: row[key] for key in expected} == expected


@pytest.mark.parametrize("name", INVENTED)
def test_nothing_is_read_that_the_log_does_not_tell(proposed: dict[str, Path], name: str) -> None:
    told = {key for hit in HITS for key in INVENTED[name][1](hit)[1]}
    read = read_by(proposed[name], sample_of(name))
    numbers = {
        "http_request_bytes",
        "http_response_bytes",
        "event_duration_ms",
        "vendor_category",
        "user_agent_original",
    }
    assert not [key for key in numbers - told if read[key].null_count() < read.height]


@pytest.mark.parametrize("name", INVENTED)
def test_such_a_proposal_claims_no_line_of_any_product_and_names_nobody(proposed: dict[str, Path], name: str) -> None:
    lines = [sample.line for one in shipped() for sample in one.samples]
    assert read_by(proposed[name], "\n".join(lines) + "\n").is_empty()
    text = proposed[name].read_text().lower()
    assert not [word for word in (*PEOPLE, "203.0.113.", "198.51.100.4", "bet.example", "bright\\") if word in text]


def test_what_stops_a_request_is_told_with_its_evidence(proposed: dict[str, Path]) -> None:
    text = proposed["several_signs"].read_text()
    stopped = sum(hit.blocked for hit in HITS)
    assert f"{stopped} lines have a status that forbids" in " ".join(text.replace("\n# ", " ").split())
    assert 'event_action = "^(?i)(?:NO)$"' in text


def test_a_word_that_nobody_knows_and_nothing_shows_is_said_to_be_unsure(tmp_path: Path) -> None:
    lines = [several_signs(hit)[0].replace("::403::", "::200::") for hit in HITS]
    names = "when::who::client::how::url::status::received::sent::verdict::topic"
    (tmp_path / "a.log").write_text("\n".join((names, *lines)) + "\n")
    text = proposed_format(LogFile(tmp_path / "a.log"), "own", "Own").text
    assert "UNSURE: no word of the sample says that something was stopped" in text


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n \n", b"# only\n# comments\n", b"one\n", b"one\ntwo\nthree\n", b"x" * 3_000_000, b"x " * 200_000,
        b"\x00\x01\x02" * 400, b"{}\n" * 5, b"a=b\n" * 9, b"|||||\n" * 6, b": : : : :\n" * 9, b'" " " " "\n' * 4,
        b"(((((((\n" * 30, b"- - - - -\n" * 9, b"CEF:0|\n" * 4, b"#Fields: a a a a\n1 2 3 4\n",
        b"1e999 inf nan 5\n" * 6,
        b'{"a":' * 900 + b"1" + b"}" * 900, "é|ü|ñ|日本\n".encode() * 8, b"k=v " * 50_000,
    ],
)  # fmt: skip
def test_what_holds_no_requests_is_refused_with_one_message(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.log").write_bytes(content)
    result = CliRunner().invoke(main, ["formats", "new", str(tmp_path / "a.log")])
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert result.stderr.count("error:") <= 2, result.stderr


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(INVENTED)), st.integers(0, 2**32))
def test_whatever_is_broken_in_a_sample_nothing_is_raised_but_what_is_told(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    data = bytearray(sample_of(name).encode()[:3000])
    for _ in range(chance.choice((1, 5, 40))):
        at = chance.randrange(len(data))
        data[at : at + chance.randrange(3)] = bytes(chance.choice(b' |;,"=\n[]{}()\x00\xff') for _ in range(2))
    path = tmp_path_factory.mktemp("broken") / "a.log"
    path.write_bytes(bytes(data))
    with suppress(InputError):
        assert proposed_format(LogFile(path), "own", "Own").text
