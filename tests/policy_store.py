"""A stored week of invented people, for tests of what another policy would make of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from approved import DPIA_SECTION

from netaudit.protect import Keyring
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
HOUR = 3600
DAY = 24 * HOUR
NOW = "2026-03-20T06:00:00"
WEEK = "2026-W11"
OVERRIDES = "pattern,category,reason,author,date,expires,ticket\n"
CLASSES = {
    "bets.example": "gambling",
    "homes.example": "property",
    "sport.example": "sport",
    "ends.example": "travel",
    "work.example": "business_supplier",
}


def pages(url: str, people: Iterable[int], minutes: int, start: int) -> str:
    """Return Squid lines of people who open a page each minute, and one more minute at the end of it."""
    return "".join(
        f"{start + 60 * minute}.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://{url}/{minute} canary{person} "
        "HIER_DIRECT/203.0.113.9 text/html\n"
        for person in people
        for minute in range(minutes)
    )


def write_site(place: Path, log: str, policies: dict[str, str], pack: str = "leeds") -> None:
    """Write a configuration, classes, policies and a log into a folder."""
    (place / "categories").mkdir(exist_ok=True)
    (place / "policies").mkdir(exist_ok=True)
    rows = "".join(f"{pattern},{category},why,IG,2026-01-01,,\n" for pattern, category in CLASSES.items())
    (place / "categories" / "overrides.csv").write_text(OVERRIDES + rows)
    for name, text in policies.items():
        (place / "policies" / f"{name}.toml").write_text(text)
    (place / "netaudit.toml").write_text(
        f'[categories]\nfolder = "categories"\nimports = "lists"\n[policy]\npack = "{pack}"\nfolder = "policies"\n'
        + DPIA_SECTION
    )
    (place / "access.log").write_text(log)


def netaudit(*arguments: str | Path, threads: int | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1", "COLUMNS": "100"}
    environment |= {"POLARS_MAX_THREADS": str(threads)} if threads else {}
    command = [NETAUDIT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def run(place: Path, out: str = "out", config: str = "netaudit.toml") -> None:
    done = netaudit("run", place / "access.log", "--config", place / config, "--out", place / out, "--now", NOW)
    assert done.returncode == 0, done.stderr


def findings(place: Path, out: str = "out") -> pl.DataFrame:
    store = Store(place / out / "store", Keyring(place / out / "keys"))
    try:
        found = store.read("findings", WEEK, "week")
        assert found is not None
        return found
    finally:
        store.close()
