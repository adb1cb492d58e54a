"""Stores that earlier versions wrote. What they lack is confirmed, and nothing in them is lost.

`stores/before_who_classed.tar.gz` was written by the version before events said who classed them, with the lines of
`FIRST`; no line of it is of anybody real.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import polars as pl
import pytest
from approved import DPIA_SECTION

from netaudit.pipeline.days import widened
from netaudit.protect import Keyring
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
MONDAY = 1773014400  # 2026-03-09 00:00 in London


def line(second: int, host: str, user: str = "ann", size: int = 40000) -> str:
    address = {"ann": "192.0.2.1", "bob": "192.0.2.2"}[user]
    return (
        f"{MONDAY + second}.000   2000 {address} TCP_TUNNEL/200 {size} CONNECT {host}:443 {user} "
        "HIER_DIRECT/198.51.100.7 -\n"
    )


FIRST = [
    *(
        text
        for second in range(36000, 40500, 120)
        for text in (
            line(second, "www.facebook.com"),
            line(second + 1, "scontent-lhr8-1.xx.fbcdn.net", size=200000),
        )
    ),
    *(
        text
        for second in range(50400, 51600, 120)
        for text in (line(second, "www.bet365.com"), line(second + 1, "www.bet365.com", size=90000))
    ),
    line(52000, "www.samaritans.org"),
    line(52100, "somewhere.example"),
    line(52200, "a.example", "bob"),
]
LATER = [
    line(53000 + second, host, "bob")
    for second, host in (
        (0, "www.bet365.com"),
        (1, "content001.bet365.com"),
        (2, "www.google-analytics.com"),
        (95, "content001.bet365.com"),
        (170, "content001.bet365.com"),
    )
]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with tarfile.open(Path(__file__).parent / "stores" / "before_who_classed.tar.gz") as archive:
        # Python before 3.11.4 knows no filters; the archive is ours.
        trusted = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(tmp_path / "out", **trusted)  # noqa: S202 - as above
    for path in [tmp_path / "out" / "keys", *(tmp_path / "out" / "keys").rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    (tmp_path / "netaudit.toml").write_text(DPIA_SECTION)  # the commands run there
    return tmp_path / "out"


def netaudit(out: Path, *arguments: str | Path) -> str:
    command = [NETAUDIT, *arguments, "--out", out]
    done = subprocess.run(command, cwd=out.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(out: Path, kind: str, part: str = "week") -> pl.DataFrame:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        found = store.read(kind, "2026-W11", part)
        assert found is not None
        return found
    finally:
        store.close()


def test_its_cases_are_explained(out: Path) -> None:
    old = stored(out, "events", "2026-03-09")
    assert "category_confirmed" not in old.columns
    assert set(widened(old.lazy()).collect()["category_confirmed"]) == {True}
    for row in stored(out, "findings").iter_rows(named=True):
        told = netaudit(out, "explain", row["finding_id"])
        assert "unconfirmed" not in told
        assert "Timeline" in told
        assert "What would overturn it" not in told  # nobody kept it


def test_new_lines_join_it_and_old_ones_are_known_again(out: Path) -> None:
    before = stored(out, "findings")
    second = out.parent / "second.log"
    second.write_text("".join([*FIRST[-9:], *LATER]))
    told = netaudit(out, "run", second, "--now", "2026-03-20T06:00:00")
    assert "14 = 5 + 0 + 9 + 0 + 0  squid" in told
    after = stored(out, "findings")
    anew = after.join(before, on=["finding_id", "rule_id", "status"], how="anti")
    assert anew.select("rule_id", "status").rows() == [("gambling", "new")]
    assert after.height == 1  # the other lines come every two minutes to the second: today they are a timer's, nobody's
    events = stored(out, "events", "2026-03-09")
    who = events.select(pl.col("log_file", "category_source").cast(pl.String), "category_confirmed").unique()
    assert set(who.rows()) == {("1", None, True), ("2", "netaudit", True)}
    for number in after["finding_id"]:  # assessed anew, all of them have their day
        assert "one character for a minute" in netaudit(out, "explain", number)
