"""The sample week holds what its README says, and can be made again."""

from __future__ import annotations

import csv
import gzip
import ipaddress
import re
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "sample_logs"
REQUEST = re.compile(rb"^(\d{10})\.(\d{3}) +(\d+) (\S+) ([A-Z_]+)/(\d{3}) (\d+) (\S+) (\S+) (\S+) (\S+) (\S+)( .*)?$")


def unpack(path: Path) -> bytes:
    packed = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(packed)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompress(packed)
    return packed


def table(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def logs() -> list[Path]:
    return sorted((SAMPLE / "logs").iterdir())


def generate(out: Path, *options: str) -> None:
    command = [sys.executable, str(SAMPLE / "generate.py"), "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    generate(out)
    return out


@pytest.fixture(scope="module")
def requests() -> list[tuple[bytes, ...]]:
    found = [REQUEST.match(line) for path in logs() for line in unpack(path).split(b"\n")]
    return [match.groups(b"") for match in found if match and not match[9].startswith(b"error:")]


def test_the_committed_files_are_what_the_generator_writes(remade: Path) -> None:
    made = sorted(path.relative_to(remade) for path in remade.rglob("*") if path.is_file())
    assert {Path("directory.csv"), Path("expected.csv"), Path("truth.csv"), Path("lines.csv")} <= set(made)
    assert sum(path.parts[0] == "logs" for path in made) == 7
    # Contents, not bytes: compressors of another version pack the same contents differently.
    assert [str(name) for name in made if unpack(SAMPLE / name) != unpack(remade / name)] == []


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_week(remade: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again")
    generate(tmp_path / "other", "--seed", "7")
    for path in sorted((remade / "logs").iterdir()):
        assert (tmp_path / "again" / "logs" / path.name).read_bytes() == path.read_bytes()
        assert (tmp_path / "other" / "logs" / path.name).read_bytes() != path.read_bytes()
    assert (tmp_path / "other" / "expected.csv").read_bytes() == (remade / "expected.csv").read_bytes()


def test_no_file_is_there_that_the_generator_does_not_write(remade: Path) -> None:
    assert [path.name for path in logs()] == sorted(path.name for path in (remade / "logs").iterdir())


def test_the_generator_owes_nothing_to_netaudit() -> None:
    for path in [SAMPLE / "generate.py", *(SAMPLE / "generator").glob("*.py")]:
        assert not re.search(r"^\s*(from|import)\s+netaudit", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_sample_is_small() -> None:
    size = sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert size <= 3_000_000


def test_line_counts_are_as_stated() -> None:
    stated = table("lines.csv")
    for row in stated:
        lines = unpack(SAMPLE / "logs" / row["file"]).split(b"\n")[:-1]
        matches = [REQUEST.match(line) for line in lines]
        odd = [match for match in matches if match and match[9].startswith(b"error:")]
        bad = [line for line, match in zip(lines, matches, strict=True) if line and not match]
        found = {
            "lines": len(lines),
            "requests": sum(match is not None for match in matches) - len(odd) - int(row["repeated"]),
            "bad": len(bad),
            "odd": len(odd),
            "blank": lines.count(b""),
        }
        assert {name: int(row[name]) for name in found} == found, row["file"]
    assert sum(int(row["bad"]) for row in stated) >= 10
    assert sum(int(row["blank"]) for row in stated) >= 5


def test_thursdays_last_lines_stand_in_fridays_file_too() -> None:
    thursday = unpack(SAMPLE / "logs" / "access.log-20260312.gz").split(b"\n")[:-1]
    friday = unpack(SAMPLE / "logs" / "access.log-20260313.zst").split(b"\n")[:-1]
    repeated = int(next(row["repeated"] for row in table("lines.csv") if row["file"].startswith("access.log-20260313")))
    assert repeated == 25
    assert set(thursday[-repeated:]) <= set(friday)


def test_every_line_is_in_its_days_file_in_the_order_squid_writes() -> None:
    for path in logs():
        day = re.search(r"\d{8}", path.name)
        assert day
        found = [match for match in map(REQUEST.match, unpack(path).split(b"\n")) if match]
        ends = [int(match[1]) * 1000 + int(match[2]) for match in found]
        days = Counter(datetime.fromtimestamp(end / 1000, UTC).strftime("%Y%m%d") for end in ends)
        if "20260313" in path.name:
            assert days.pop("20260312") == 25
        assert list(days) == [day[0]]
        assert ends == sorted(ends)


def test_directory_has_ten_teams_of_three_to_twenty_five_in_three_directorates() -> None:
    people = table("directory.csv")
    teams = Counter(person["team"] for person in people)
    assert len(people) == 120
    assert len(teams) == 10
    assert (min(teams.values()), max(teams.values())) == (3, 25)
    assert len({person["directorate"] for person in people}) == 3
    assert all(len({p["directorate"] for p in people if p["team"] == team}) == 1 for team in teams)


def test_directory_is_sound() -> None:
    people = table("directory.csv")
    ids = [person["person_id"] for person in people]
    accounts = [account for person in people for account in person["accounts"].split(";")]
    assert len(set(ids)) == len(ids)
    assert len({account.lower() for account in accounts}) == len(accounts)
    assert [person["person_id"] for person in people if person["manager"] not in ids] == ["P0001"]
    named = [row["person_id"] for name in ("consents", "self_reports") for row in table(f"registers/{name}.csv")]
    assert set(named) <= set(ids)


def test_every_scripted_account_is_in_the_logs_the_expectations_and_the_readme(
    requests: list[tuple[bytes, ...]],
) -> None:
    script = tomllib.loads((SAMPLE / "script.toml").read_text(encoding="utf-8"))["story"]
    expected = {row["account"]: row for row in table("expected.csv")}
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    users = {request[9].decode() for request in requests}
    assert list(expected) == [story["account"] for story in script]
    for story in script:
        for account in (story["account"], *story.get("other_accounts", ())):
            assert account.replace("\\", "%5C") in users
            assert f"`{account}`" in readme
        row = expected[story["account"]]
        assert (row["rule_hint"], row["status"]) == (story["hint"], story["status"])
        assert (row["rule_hint"] == "none") == (row["status"] == "none")


def test_every_kind_of_outcome_is_shown() -> None:
    expected = table("expected.csv")
    assert {row["status"] for row in expected} == {"new", "excused", "close", "none"}
    assert {row["rule_hint"] for row in expected} >= {
        "one_hour", "gambling", "dating", "games", "shopping", "vpn", "file_sharing", "streaming",
        "unlicensed_software", "freelance", "radicalisation", "none",
    }  # fmt: skip


def test_the_truth_agrees_with_the_stories() -> None:
    minutes: Counter[tuple[str, str, str]] = Counter()
    for row in table("truth.csv"):
        if row["kind"] == "human":
            spent = datetime.fromisoformat(row["end"]) - datetime.fromisoformat(row["start"])
            key = (row["account"], row["start"][:10], row["category"])
            minutes[key] += round(spent.total_seconds() / 60)
    assert minutes["aiko.brandt", "2026-03-10", "property"] == 90
    assert minutes["cerys.dunmore", "2026-03-12", "property"] == 55
    assert minutes["hiro.ivers", "2026-03-09", "social_sharing"] == 5
    assert minutes["ingrid.joss", "2026-03-10", "webmail"] == 12
    assert minutes["rosa.stell", "2026-03-13", "streaming_media"] == 50


def test_nobody_outside_the_script_visits_a_class_that_the_policy_forbids() -> None:
    scripted = {row["account"] for row in table("expected.csv")}
    forbidden = {
        *("gambling", "dating", "online_games", "shopping_auction", "vpn_proxy", "file_sharing", "adult"),
        *("extremism", "software_download_warez", "freelance_commercial", "streaming_media"),
    }
    others = [row for row in table("truth.csv") if row["account"] not in scripted]
    assert len({row["account"] for row in others}) > 60
    assert {row["category"] for row in others}.isdisjoint(forbidden)
    assert not [row for row in others if row["category"].startswith("special")]


def test_ordinary_news_readers_meet_betting_hosts(requests: list[tuple[bytes, ...]]) -> None:
    scripted = {row["account"].encode() for row in table("expected.csv")}
    met = {request[9] for request in requests if b"www.bet365.com" in request[8]} - scripted
    assert len(met) > 20


def test_a_tunnel_outlives_the_visit_and_the_idle_tab_is_one_line(requests: list[tuple[bytes, ...]]) -> None:
    facebook = [r for r in requests if r[9] == b"hiro.ivers" and r[8] == b"edge-chat.facebook.com:443"]
    assert max(int(request[2]) for request in facebook) > 7 * 3_600_000


def test_both_ways_of_seeing_https_and_plain_http_are_there(requests: list[tuple[bytes, ...]]) -> None:
    kinds = Counter((r[4], r[7], r[8].split(b":")[0] if b"://" in r[8] else b"") for r in requests)
    assert kinds[b"TCP_TUNNEL", b"CONNECT", b""] > 40_000
    assert kinds[b"NONE_NONE", b"CONNECT", b""] > 5_000
    assert kinds[b"TCP_MISS", b"GET", b"https"] > 5_000
    assert kinds[b"TCP_MISS", b"GET", b"http"] > 5_000
    denied = Counter(r[5] for r in requests if r[4] == b"TCP_DENIED")
    assert denied[b"407"] > 1_000
    assert denied[b"403"] == 3
    assert all(request[9] == b"-" for request in requests if request[5] == b"407")


def test_only_tuesdays_file_has_referrer_and_agent() -> None:
    for path in logs():
        found = [match for match in map(REQUEST.match, unpack(path).split(b"\n")) if match]
        wide = [bool(re.search(rb' "[^"]*" "[^"]*" \d+ \d+$', match[13] or b"")) for match in found]
        assert all(wide) if "access_ext" in path.name else not any(wide)


def test_addresses_are_for_documentation(requests: list[tuple[bytes, ...]]) -> None:
    allowed = [
        ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    ]
    clients = {request[3].decode() for request in requests}
    servers = {request[10].decode().split("/")[1] for request in requests} - {"-"}
    for address in map(ipaddress.ip_address, clients | servers):
        assert any(address in net for net in allowed), address
    assert not any(ipaddress.ip_address(client) in allowed[0] for client in clients)
