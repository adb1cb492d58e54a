"""Reads one mode of a lab set, real or simulated: its log, its truth, what its hosts are."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

Span = tuple[float, float, str, str]


@dataclass(slots=True)
class Log:
    """One mode of one set, as columns."""

    people: list[str]
    rows: list[dict[str, str]]
    start: list[float] = field(default_factory=list)
    stamp: list[float] = field(default_factory=list)
    user: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    method: list[str] = field(default_factory=list)
    host: list[str] = field(default_factory=list)
    mime: list[str] = field(default_factory=list)
    referer: list[str] = field(default_factory=list)
    agent: list[str] = field(default_factory=list)
    human: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    idle: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


def host_of(url: str) -> str:
    return url.rsplit("://", maxsplit=1)[-1].split("/", maxsplit=1)[0].split(":", maxsplit=1)[0].lower()


def read(folder: Path) -> Log:
    with gzip.open(folder / "truth.csv.gz", "rt") as source:
        rows = list(csv.DictReader(source))
    with (folder / "people.csv").open() as table:
        log = Log([row["user"] for row in csv.DictReader(table)], rows)
    with gzip.open(folder / "access_ext.log.gz", "rt", errors="replace") as source:
        for line in source:
            head, referer, _, agent, _ = line.split('"')
            words = head.split()
            log.stamp.append(float(words[0]))
            log.start.append(float(words[0]) - int(words[1]) / 1000)
            log.address.append(words[2])
            log.code.append(words[3])
            log.size.append(int(words[4]))
            log.method.append(words[5])
            log.host.append(host_of(words[6]))
            log.user.append(words[7])
            log.mime.append(words[9])
            log.referer.append(host_of(referer))
            log.agent.append(agent)
    for row in rows:
        target = log.human if row["kind"] == "human" else log.idle if row["kind"] == "idle-tab" else None
        if target is not None:
            a, b = (dt.datetime.fromisoformat(row[k]).timestamp() for k in ("start", "end"))
            target[row["user"]].append((a, b, row["host"], row["category"]))
    return log


def hosts_table(folder: Path) -> list[dict[str, str]]:
    for place in (folder, folder.parent):
        if (place / "hosts.csv").exists():
            with (place / "hosts.csv").open() as source:
                return list(csv.DictReader(source))
    raise SystemExit(f"no hosts.csv in or beside {folder}")
