"""The simulator of people's days: reproducible, well formed, true to itself and near the lab."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import gzip
import importlib
import json
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from shared_material import SHARED

LAB = Path(__file__).resolve().parents[1] / "benchmarks" / "lab"
MODES = ("connect_only", "intercepted")
DAY = dt.date(2026, 3, 10)
NATIVE = re.compile(
    r"^(\d+\.\d{3}) +(\d+) (10\.\d+\.\d+\.\d+) ([A-Z_]+)/(\d{3}) (\d+) (GET|POST|CONNECT) (\S+) (\S+) "
    r"(HIER_DIRECT/\d+\.\d+\.\d+\.\d+|HIER_NONE/-) (\S+)$"
)
EXTENDED = re.compile(r'^(.+) "([^"]+)" "([^"]+)" (\d+) (\d+)$')
needs_lab = pytest.mark.skipif(not (SHARED / "lab" / "setA").exists(), reason="../shared/lab/setA is absent")


def module(name: str) -> ModuleType:
    if str(LAB) not in sys.path:
        sys.path.insert(0, str(LAB))
    return importlib.import_module(name)


@dataclass
class Line:
    stamp: float
    elapsed: int
    address: str
    code: str
    status: str
    size: int
    method: str
    url: str
    user: str
    agent: str = ""
    referer: str = ""

    @property
    def host(self) -> str:
        return self.url.split("://")[-1].split("/")[0].split(":")[0]

    @property
    def start(self) -> float:
        return self.stamp - self.elapsed / 1000

    @property
    def tunnel(self) -> bool:
        return self.code == "TCP_TUNNEL" and self.status == "200"


@dataclass
class World:
    folder: Path
    manifest: dict[str, object]
    lines: dict[str, list[Line]] = field(default_factory=dict)
    truth: list[tuple[float, float, str, str, str, str]] = field(default_factory=list)
    people: list[dict[str, str]] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)

    def rows(self, kind: str) -> list[tuple[float, float, str, str, str, str]]:
        return [row for row in self.truth if row[5] == kind]


def read_lines(path: Path) -> list[Line]:
    out = []
    with gzip.open(path, "rt") as source:
        for text in source:
            extended = EXTENDED.match(text.rstrip("\n"))
            assert extended, text
            native = NATIVE.match(extended[1])
            assert native, text
            stamp, elapsed, address, code, status, size, method, url, user, _, _ = native.groups()
            out.append(
                Line(
                    float(stamp), int(elapsed), address, code, status, int(size), method, url, user, extended[3],
                    extended[2],
                )
            )  # fmt: skip
    return out


def read_world(folder: Path) -> World:
    world = World(folder, json.loads((folder / "manifest.json").read_text()))
    world.lines = {mode: read_lines(folder / mode / "access_ext.log.gz") for mode in MODES}
    with gzip.open(folder / "connect_only" / "truth.csv.gz", "rt") as source:
        for row in csv.DictReader(source):
            a, b = (dt.datetime.fromisoformat(row[key]).timestamp() for key in ("start", "end"))
            world.truth.append((a, b, row["user"], row["host"], row["category"], row["kind"]))
    with (folder / "connect_only" / "people.csv").open() as source:
        world.people = list(csv.DictReader(source))
    with (folder.parent / "hosts.csv").open() as source:
        world.classes = {row["host"]: row["class"] for row in csv.DictReader(source)}
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Callable[[str], World]:
    """A world by its name, simulated once."""
    simulate = module("simulate")
    out = tmp_path_factory.mktemp("worlds")

    @cache
    def made(name: str) -> World:
        assert (
            simulate.main([str(out), "--world", name, "--people", PEOPLE.get(name, "5"), "--date", DAY.isoformat()])
            == 0
        )
        return read_world(out / name)

    return made


PEOPLE = {"kiosk": "2", "phones": "8"}
ALL = sorted(module("simulator.worlds").WORLDS)


def test_same_arguments_same_bytes_in_another_process(tmp_path) -> None:
    for name, hashing in (("a", "1"), ("b", "2")):
        words = [str(tmp_path / name), "--world", "two_devices", "heavy_news", "--people", "2"]
        command = [sys.executable, str(LAB / "simulate.py"), *words]
        subprocess.run(command, check=True, capture_output=True, env={"PYTHONHASHSEED": hashing})
    first = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(first) == 1 + 2 * (1 + 2 * 4)
    for path in first:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes(), path


def test_another_seed_is_another_day(tmp_path) -> None:
    simulate = module("simulate")
    for seed in ("1", "2"):
        simulate.main(
            [str(tmp_path / seed), "--world", "vdi", "--people", "2", "--seed", seed, "--mode", "connect_only"]
        )
    name = Path("vdi/connect_only/access.log.gz")
    assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()
    assert not (tmp_path / "1" / "vdi" / "intercepted").exists()


def test_nothing_of_the_auditor_is_imported() -> None:
    files = [*(LAB / "simulator").glob("*.py"), LAB / "simulate.py", LAB / "compare.py", LAB / "lab_set.py"]
    assert len(files) > 10
    for path in files:
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").split(".")[0])
        assert names <= set(sys.stdlib_module_names) | {"numpy", "simulator", "lab_set"}, (path, names)
        assert len(path.read_text().splitlines()) <= 300, path


@pytest.mark.parametrize("name", ALL)
def test_layout_lines_and_truth(world, name) -> None:
    made = world(name)
    assert {p.name for p in (made.folder / "connect_only").iterdir()} == {
        "access.log.gz", "access_ext.log.gz", "truth.csv.gz", "people.csv",
    }  # fmt: skip
    assert set(made.manifest) == {"world", "sentence", "lacks", "people", "seed", "date", "attributable", "modes"}
    assert made.manifest["world"] == name
    assert list(made.people[0]) == ["user", "ip", "role", "human_personal_min", "idle_personal_min"]
    users = {person["user"] for person in made.people}
    assert made.manifest["people"] == len(users) == len(made.people) == int(PEOPLE.get(name, "5"))
    for mode in MODES:
        lines = made.lines[mode]
        assert {line.user for line in lines} - {"-"} == users
        assert [line.stamp for line in lines] == sorted(line.stamp for line in lines), "the order of writing"
        assert {line.host for line in lines if not line.status.startswith(("4", "5"))} <= set(made.classes)
        assert all(line.user == "-" for line in lines if line.status == "407")
        with (
            gzip.open(made.folder / mode / "access.log.gz", "rt") as native,
            gzip.open(made.folder / mode / "access_ext.log.gz", "rt") as extended,
        ):
            assert all(b.startswith(a.rstrip("\n") + " ") for a, b in zip(native, extended, strict=True))
    tabs = set() if name == "phones" else {"idle-tab"}  # a phone shows one thing at a time and freezes the others
    assert {row[5] for row in made.truth} == {"human", "embedded", "background"} | tabs
    assert {row[2] for row in made.truth} <= users
    assert {row[3] for row in made.truth} <= set(made.classes)
    assert all(b > a for a, b, *_ in made.truth)


@pytest.mark.parametrize("name", [name for name in ALL if name != "kiosk"])
def test_a_person_attends_to_one_thing_at_a_time(world, name) -> None:
    spans = defaultdict(list)
    for a, b, user, host, *_ in world(name).rows("human"):
        spans[user].append((a, b, host))
    assert spans
    for user, of in spans.items():
        of.sort()
        for (_, end, before), (start, _, after) in pairwise(of):
            assert end <= start, (user, before, after)


@pytest.mark.parametrize("name", ["office", "phones", "heavy_news"])
def test_what_a_person_opens_is_in_the_log(world, name) -> None:
    """Most visits leave a line of the site's own host around their time; silent returns to open tabs may not."""
    made = world(name)
    for mode in MODES:
        spans = defaultdict(list)
        for line in made.lines[mode]:
            if line.user != "-":
                spans[line.user, line.host].append((line.start, line.stamp))
        human = made.rows("human")
        seen = sum(any(s <= b + 5 and e >= a - 5 for s, e in spans[user, host]) for a, b, user, host, *_ in human)
        assert seen > 0.9 * len(human)


def test_no_line_of_a_machine_that_is_off(world) -> None:
    made = world("office")
    for mode in MODES:
        last = max(line.stamp for line in made.lines[mode])
        assert last < dt.datetime(2026, 3, 11, 3, tzinfo=dt.UTC).timestamp()


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """An office large enough for every role."""
    out = tmp_path_factory.mktemp("office")
    module("simulate").main([str(out), "--world", "office", "--people", "40"])
    return out / "office"


def test_office_covers_the_ways_to_spend_a_day(office) -> None:
    run = module("simulator.run")
    worlds = module("simulator.worlds").WORLDS
    roles = {person.role for person in run.people_of(worlds["office"], worlds["office"].people, 1)}
    assert roles == set(worlds["office"].roles)
    made = read_world(office)
    assert len({line.address for line in made.lines["connect_only"]}) == 40
    by_role = {person["role"]: person for person in made.people}
    assert float(by_role["business only"]["human_personal_min"]) == 0.0
    innocent = by_role["business only; its pages embed gambling adverts and Facebook pixels"]
    assert float(innocent["human_personal_min"]) == 0.0
    pixels = {row[3] for row in made.rows("embedded") if row[2] == innocent["user"]}
    assert "www.facebook.com" in pixels
    assert {"promo.betfair.com", "ads.williamhill.com", "www.betfair.com"} & pixels
    assert 50 <= float(by_role["50 to 59 minutes at a stretch"]["human_personal_min"]) <= 59.1
    assert float(by_role["just over an hour at a stretch"]["human_personal_min"]) > 60
    idle = by_role["a few minutes, then the tab stays open and polls all day"]
    assert float(idle["human_personal_min"]) < 9
    assert float(idle["idle_personal_min"]) > 300
    night = by_role["late evening across midnight"]["user"]
    midnight = dt.datetime(2026, 3, 11, tzinfo=dt.UTC).timestamp()
    personal = [row for row in made.rows("human") if row[2] == night and made.classes[row[3]] == "personal"]
    assert min(a for a, *_ in personal) < midnight < max(b for _, b, *_ in personal)
    denied = [line for line in made.lines["connect_only"] if line.code == "TCP_DENIED" and line.status == "403"]
    by_person = by_role["attempts that the filter blocked, and some news"]["user"]
    assert any(line.user == by_person for line in denied)
    assert any(line.user != by_person for line in denied), "blocked inside other people's pages"
    codes = {f"{line.code}/{line.status}" for line in made.lines["intercepted"]}
    assert {
        "NONE_NONE/200",
        "TCP_MISS/301",
        "TCP_MISS/302",
        "TCP_TUNNEL/101",
        "NONE_NONE/503",
        "TCP_MEM_HIT/200",
        "TCP_MISS_ABORTED/200",
    } <= codes


def test_phones_have_pinned_apps_and_short_looks(world) -> None:
    made = world("phones")
    pinned = {line.host for line in made.lines["intercepted"] if line.tunnel}
    assert {"i.instagram.com", "e1.whatsapp.net"} & pinned
    assert not any("Windows" in line.agent for line in made.lines["intercepted"])
    assert statistics.median(b - a for a, b, *_ in made.rows("human")) < 120
    held = [line for line in made.lines["connect_only"] if line.host == "17-courier.push.apple.com" and line.tunnel]
    assert max(line.elapsed for line in held) > 20 * 60_000
    visited = {(row[2], row[3]) for row in made.rows("human")}
    assert [
        row for row in made.rows("background") if made.classes[row[3]] == "personal" and (row[2], row[3]) not in visited
    ]


def test_two_devices_are_used_at_once(world) -> None:
    made = world("two_devices")
    addresses = defaultdict(set)
    for line in made.lines["connect_only"]:
        if line.user != "-":
            addresses[line.user].add(line.address)
    assert {len(found) for found in addresses.values()} == {2}
    apps = {row["host"] for row in module("simulator.web").the_web().apps}
    idle = defaultdict(list)
    for a, b, user, *_ in made.rows("idle-tab"):
        idle[user].append((a, b))
    both = [row for row in made.rows("human") if row[3] in apps and any(a <= row[0] < b for a, b in idle[row[2]])]
    assert len(both) > 20


def test_kiosk_accounts_are_nobody(world) -> None:
    made = world("kiosk")
    assert made.manifest["attributable"] is False
    addresses = defaultdict(set)
    for line in made.lines["connect_only"]:
        addresses[line.user].add(line.address)
    assert all(len(found) == 3 for user, found in addresses.items() if user != "-")
    at_once = 0
    for user in addresses:
        spans = sorted((a, b) for a, b, who, *_ in made.rows("human") if who == user)
        at_once += sum(b > c for (_, b), (c, _) in pairwise(spans))
    assert at_once > 10


def test_vdi_has_one_address_for_all(world) -> None:
    made = world("vdi")
    assert len({line.address for line in made.lines["connect_only"]}) == 1
    assert len({line.user for line in made.lines["connect_only"]} - {"-"}) == 5


def test_vpn_home_has_few_addresses_and_spread_hours(tmp_path) -> None:
    simulate = module("simulate")
    simulate.main([str(tmp_path), "--world", "vpn_home", "office", "--people", "24", "--mode", "connect_only"])
    found = {}
    for name in ("vpn_home", "office"):
        with gzip.open(tmp_path / name / "connect_only" / "truth.csv.gz", "rt") as source:
            rows = [row for row in csv.DictReader(source) if row["kind"] == "human" and row["category"] == "business"]
        first = {}
        for row in rows:
            first.setdefault(row["user"], dt.datetime.fromisoformat(row["start"]).timestamp())
        with gzip.open(tmp_path / name / "connect_only" / "access.log.gz", "rt") as source:
            found[name] = (statistics.pstdev(first.values()), len({line.split()[2] for line in source}))
    assert found["vpn_home"][1] == 3
    assert found["office"][1] == 24
    assert found["vpn_home"][0] > 1.3 * found["office"][0]


def test_background_music_is_not_listening_time(world) -> None:
    made = world("background_music")
    audio = {row["host"] for row in module("simulator.web").the_web().sites if row["genre"] == "audio"}
    played = [row for row in made.rows("idle-tab") if row[3] in audio]
    attended = sum(b - a for a, b, _, host, *_ in made.rows("human") if host in audio)
    assert sum(b - a for a, b, *_ in played) > 10 * attended
    a, b, user, *_ = max(played, key=lambda row: row[1] - row[0])
    assert b - a > 2 * 3600
    segments = [
        x
        for x in made.lines["intercepted"]
        if x.user == user and a < x.stamp < b and x.size > 50_000 and "/m/" in x.url
    ]
    assert len(segments) > 300


def test_work_video_is_work(world) -> None:
    made = world("work_video")
    lessons = {
        row["host"]: row["assets"].split()
        for row in module("simulator.web").the_web().sites
        if row["genre"] == "lessons"
    }
    watched = [row for row in made.rows("human") if row[3] in lessons]
    assert {made.classes[row[3]] for row in watched} == {"business"}
    assert sum(b - a > 1200 for a, b, *_ in watched) > 3
    hosts = {host for assets in lessons.values() for host in assets}
    assert sum(x.size for x in made.lines["intercepted"] if x.host in hosts) > 1_000_000_000


def test_teams_calls_leave_long_tunnels(world) -> None:
    made = world("teams_calls")
    host = "api.flightproxy.teams.microsoft.com"
    for mode in MODES:
        long = [line for line in made.lines[mode] if line.host == host and line.tunnel and line.elapsed > 20 * 60_000]
        assert len(long) > 12
    assert {row[5] for row in made.truth if row[3] == host} == {"background"}


def test_ntlm_refuses_twice_before_each_connection(world) -> None:
    made = world("ntlm")
    lines = made.lines["connect_only"]
    refused, tunnels = defaultdict(int), defaultdict(int)
    for line in lines:
        if line.status == "407" and line.method == "CONNECT":
            refused[line.host] += 1
        elif line.tunnel:
            tunnels[line.host] += 1
    settled = [host for host in tunnels if tunnels[host] > 20]
    assert len(settled) > 20
    ratios = [refused[host] / tunnels[host] for host in settled]
    assert 1.5 < statistics.median(ratios) <= 2.05
    assert sum(line.status == "407" for line in world("office").lines["connect_only"]) < len(lines) / 20


def test_seconds_has_no_finer_clock(world) -> None:
    for mode in MODES:
        lines = world("seconds").lines[mode]
        assert all(line.stamp == int(line.stamp) and line.elapsed % 1000 == 0 for line in lines)
        assert len({line.stamp for line in lines}) > 1000
        assert any(line.elapsed for line in lines)


def test_no_durations_differ_in_their_stamp(world) -> None:
    """Where tunnels are stamped at the start, an own tunnel of a visit is stamped when the visit begins."""
    late = {}
    for name in ("no_durations", "no_durations_start"):
        made = world(name)
        assert all(line.elapsed == 0 for mode in MODES for line in made.lines[mode])
        stamps = defaultdict(list)
        for line in made.lines["connect_only"]:
            if line.tunnel and line.size > 5000:
                stamps[line.user, line.host].append(line.stamp)
        waits = []
        for a, _, user, host, *_ in made.rows("human"):
            after = [t - a for t in stamps[user, host] if t > a - 5]
            waits += [min(after)] if after and min(after) < 1800 else []
        late[name] = statistics.median(waits)
    assert late["no_durations_start"] < 30 < late["no_durations"]


def test_heavy_news_is_heavy(world) -> None:
    made = world("heavy_news")
    news = {
        row["host"]
        for row in module("simulator.web").the_web().sites
        if row["category"] == "news" and row["stack"] == "news"
    }
    lines = [x for x in made.lines["intercepted"] if x.method != "CONNECT" and "Mozilla" in x.agent]
    by_page = defaultdict(list)
    for x in lines:
        by_page[x.user, x.referer.split("://")[-1].split("/")[0]].append(x)
    first, seen = [], set()
    for x in lines:
        if x.host in news and x.url.count("/") >= 3 and (x.user, x.host) not in seen and x.referer == "-":
            seen.add((x.user, x.host))
            burst = [y for y in by_page[x.user, x.host] if x.start <= y.start <= x.start + 20]
            first.append((len(burst), sum(y.host != x.host for y in burst)))
    assert statistics.median(third for _, third in first) > 140
    assert max(third for _, third in first) > 180
    assert any(row[4] == "gambling" for row in made.rows("embedded"))
    assert any(made.classes[row[3]] == "personal" and row[3] in news for row in made.rows("background")), "newsletters"


@pytest.mark.parametrize(("date", "hour"), [("2026-07-14", 7), ("2026-01-13", 8)])
def test_local_time_moves_against_utc(tmp_path, date, hour) -> None:
    simulate = module("simulate")
    simulate.main([str(tmp_path), "--world", "office", "--people", "12", "--date", date, "--mode", "connect_only"])
    with gzip.open(tmp_path / "office" / "connect_only" / "truth.csv.gz", "rt") as source:
        first = {}
        for row in csv.DictReader(source):
            if row["kind"] == "human" and row["category"] == "business":
                first.setdefault(row["user"], dt.datetime.fromisoformat(row["start"]))
    hours = [moment.hour + moment.minute / 60 for moment in first.values()]
    assert hour + 0.4 < statistics.median(hours) < hour + 1.3


@pytest.mark.parametrize(("date", "length"), [("2026-03-28", 0), ("2026-10-24", 0)])
def test_a_night_of_the_clock_change_has_no_gap_and_no_overlap(tmp_path, date, length) -> None:
    """People up across midnight on the eve of a clock change: durations are of real time."""
    schedule = module("simulator.schedule")
    day = dt.date.fromisoformat(date)
    before, after = schedule.wall(day, 23 * 3600), schedule.wall(day, 27 * 3600)
    assert (after - before) / 3600 == (3 if date.startswith("2026-03") else 5) + length
    simulate = module("simulate")
    simulate.main([str(tmp_path), "--world", "office", "--people", "24", "--date", date, "--mode", "connect_only"])
    with gzip.open(tmp_path / "office" / "connect_only" / "truth.csv.gz", "rt") as source:
        rows = [row for row in csv.DictReader(source) if row["kind"] == "human"]
    night = [row for row in rows if row["start"] > f"{date}T23"]
    assert night
    assert max(row["end"] for row in night) < (day + dt.timedelta(days=1)).isoformat() + "T03"


# how far a figure may be from the lab's, up or down; what differs on purpose is not here
FACTORS = {
    ("people", "personal minutes per person p50"): 2.0,
    ("people", "personal minutes per person p90"): 1.6,
    ("people", "work visits per person"): 1.6,
    ("people", "work visit seconds p50"): 1.8,
    ("connect_only", "407 lines per person-day"): 2.0,
    ("connect_only", "share of lines tunnels"): 1.25,
    ("connect_only", "share of lines to infrastructure"): 1.25,
    ("connect_only", "tunnel seconds p50"): 1.5,
    ("connect_only", "tunnel seconds p90"): 2.0,
    ("connect_only", "tunnel bytes p50"): 2.5,
    ("connect_only", "tunnel bytes p90"): 2.0,
    ("connect_only", "tunnels open at once p99"): 2.5,
    ("connect_only", "keep-alive tail, s p50"): 3.0,
    ("connect_only", "lines per person-day"): 4.0,
    ("intercepted", "lines per person-day"): 3.0,
    ("intercepted", "share of lines zero-byte CONNECT"): 1.4,
    ("intercepted", "share of lines to infrastructure"): 1.4,
    ("intercepted", "third-party share of requests"): 1.6,
    ("intercepted", "seconds to 50 % of a load's requests"): 3.0,
}


@needs_lab
def test_the_office_is_near_the_lab(office) -> None:
    compare = module("compare")
    lab, simulated = compare.statistics(SHARED / "lab" / "setA"), compare.statistics(office)
    far = {}
    for (mode, name), factor in FACTORS.items():
        ratio = simulated[mode][name] / lab[mode][name]
        if not 1 / factor <= ratio <= factor:
            far[mode, name] = ratio
    assert not far
    assert any("| near |" in line for line in compare.table(lab, simulated))
