"""The benchmark's log is repeatable, and like a real one where it matters for speed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
LINE = re.compile(
    rb"^\d{10}\.\d{3} {1,6}\d+ 198\.18\.\d+\.\d+ [A-Z_]+/\d{3} \d+ (?P<method>[A-Z]+) "
    rb"(?:https?://)?(?P<host>[^/: ]+)(?P<rest>\S*) (?P<user>\S+) HIER_\w+/\S+ \S+$"
)
LINES = 60_000


def generate(out: Path, *options: str) -> list[bytes]:
    command = [
        sys.executable,
        str(BENCHMARKS / "generate_logs.py"),
        "--lines",
        str(LINES),
        "--out",
        str(out),
        *options,
    ]
    subprocess.run(command, check=True, capture_output=True)
    return out.read_bytes().split(b"\n")[:-1]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return generate(tmp_path_factory.mktemp("benchmark") / "squid.log")


def test_it_writes_exactly_the_lines_that_were_asked_for(log: list[bytes]) -> None:
    assert len(log) == LINES


def test_the_same_seed_gives_the_same_bytes(log: list[bytes], tmp_path: Path) -> None:
    assert generate(tmp_path / "again.log") == log
    assert generate(tmp_path / "other.log", "--seed", "2") != log


def test_the_size_of_the_pieces_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import generate_logs  # noqa: PLC0415  (a script, not a package)

    texts = []
    for size in (10**9, 777, 1):
        monkeypatch.setattr(generate_logs, "LINES_A_PIECE", size)
        out = tmp_path / f"{size}.log"
        generate_logs.generate(5_000, out, days=2)
        texts.append(out.read_bytes())
    assert texts[0].count(b"\n") == 5_000
    assert texts[1:] == texts[:1] * 2


def test_nearly_every_line_is_squids_and_a_few_are_broken(log: list[bytes]) -> None:
    broken = [line for line in log if not LINE.match(line)]
    assert 1 <= len(broken) <= 10


def test_lines_are_in_the_order_in_which_requests_end(log: list[bytes]) -> None:
    ends = [line[:14] for line in log if LINE.match(line)]
    assert ends == sorted(ends)
    assert len({int(end[:10]) // 86_400 for end in ends}) == 5


def test_the_mix_is_a_real_one(log: list[bytes]) -> None:
    found = [match for match in map(LINE.match, log) if match]
    methods = Counter(match["method"] for match in found)
    assert 0.5 < methods[b"CONNECT"] / len(found) < 0.7
    hosts = Counter(match["host"] for match in found)
    assert len(hosts) > 3_000
    assert hosts.most_common(1)[0][1] > 100 * sorted(hosts.values())[len(hosts) // 2]
    urls = [match["host"] + match["rest"] for match in found if match["method"] != b"CONNECT"]
    assert len(set(urls)) > 0.5 * len(urls)
    assert len({match["user"] for match in found}) > 40
    assert any(b"TCP_DENIED/407" in line and b" - HIER_NONE/- " in line for line in log)


def test_it_owes_nothing_to_netaudit() -> None:
    for name in ("generate_logs.py", "made_up_web.py"):
        assert "netaudit" not in re.sub(r'"""[\s\S]*?"""', "", (BENCHMARKS / name).read_text(encoding="utf-8"))
