"""Compares what netaudit reads of real log lines with an independent reading of the same lines.

An oracle is a second opinion, not the truth: where it is wrong, or means something else by a word, the disagreement
stands in `oracle_disagreements/<make>.toml` with the reason. A make's module says which of the oracle's values mean
the same as ours; a value that the oracle does not give is not compared.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from shared_material import SHARED

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import LogFile, LogReader, url_parts, url_paths

DISAGREEMENTS = Path(__file__).parent / "oracle_disagreements"
FORMATS = load_formats()


def _datasets(marks: str) -> set[str]:
    """Return the datasets of all layouts that know a duration, and whose times mark the one end of it."""
    return {
        name
        for one in FORMATS
        for layout in one.layouts
        if "event_duration_ms" in (*layout.fields, *layout.columns) or "<event_duration_ms>" in layout.pattern
        if (layout.time or one.time).marks == marks
        for name in one.datasets(layout)
    }


START_MARKED = _datasets("start") - _datasets("end")
_OCSF_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[\[\]{},])|(?P<key>\w+)(?=: )|:\s|(?P<bare>[^\s,{}\[\]"]+)'
)

Values = dict[str, Any]  # of one line, by the names below; `web` says whether the line is a web request at all
FIELDS = (
    "web", "time", "duration_ms", "source_ip", "user", "host", "path", "method", "status", "request_bytes",
    "response_bytes", "mime_type", "referrer", "user_agent", "category", "disposition", "action",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Make:
    """How the oracles of a make's files are understood."""

    name: str
    files: tuple[str, ...]  # globs below ../shared/logs
    values: Callable[[Mapping[str, Any], Path], Values | None]  # of an oracle's record; None: it says nothing


@dataclass(frozen=True, slots=True)
class Compared:
    """One value, read twice."""

    file: str
    line: int
    field: str
    ours: Any
    theirs: Any

    @property
    def agrees(self) -> bool:
        return self.ours == self.theirs


def log_paths(make: Make) -> list[Path]:
    """Return the log files of a make."""
    found = {path for glob in make.files for path in (SHARED / "logs").glob(glob) if path.suffix == ".log"}
    return sorted(found)


def oracle_records(path: Path) -> dict[int, Mapping[str, Any]]:
    """Return the oracle's record by line number; empty if there is no oracle for a file."""
    oracle = path.with_name(path.name + ".expected.json")
    ocsf = path.with_name(path.name + ".expected.ocsf.txt")
    lines = path.read_text(errors="replace").split("\n")
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    if ocsf.exists():
        found = list(ocsf_records(ocsf.read_text()))
        if len(found) != len(numbers):  # records of several lines
            numbers = [number for number in numbers if lines[number - 1].startswith("{")]
        return dict(zip(numbers, found, strict=True))
    if not oracle.exists():
        return {}
    content = json.loads(oracle.read_text())
    if isinstance(content, list):
        return {entry.get("line", n): entry.get("expected", entry) for n, entry in enumerate(content, 1)}
    records, left = {}, list(numbers)
    for record in content["expected"]:
        original = (
            ((record or {}).get("event", {}).get("original") or "").strip().split("\n")
        )  # some joined several lines
        if not left:
            break
        number = left[0]
        stands = lines[number - 1].strip()
        in_step = original[0].strip() in {"", stands} or json.dumps(original[0].strip())[1:-1] in stands
        assert in_step, f"{path.name}:{number} is out of step"
        records[number], left = record, left[len(original) :]
    return {number: record for number, record in records.items() if record}


def ocsf_records(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a text that writes keys, times and addresses without quotes, and a comma after each value.

    >>> list(ocsf_records('{ip: 1.2.3.4, n: 2, of: ["a", null, ], } {}'))
    [{'ip': '1.2.3.4', 'n': 2, 'of': ['a', None]}, {}]
    """
    written = []
    for token in _OCSF_TOKEN.finditer(text):
        if token["key"]:
            written.append(f"{json.dumps(token['key'])}:")
        elif token["bare"]:
            is_json = re.fullmatch(r"null|true|false|-?\d+(?:\.\d+)?", token["bare"])
            written.append(token["bare"] if is_json else json.dumps(token["bare"]))
        else:
            written.append(token["text"] or token["mark"] or "")
    joined = re.sub(r",([\]}])", r"\1", "".join(written))
    at = 0
    while at < len(joined):
        record, at = json.JSONDecoder().raw_decode(joined, at)
        yield record


def our_values(path: Path) -> tuple[dict[int, Values], list[tuple[int, str]], int]:
    """Return what netaudit reads, by line number; the lines set aside, with the reason; and the number of lines."""
    log = LogFile(path)
    reader = LogReader(log, FORMATS)
    assert reader.formats, f"no format reads {path.name}"
    values: dict[int, Values] = {}
    rejects: list[tuple[int, str]] = []
    lines = 0
    for read in reader.chunks():
        lines += read.lines
        rejects += read.rejects.select("log_line", "reason").rows()
        tunnel = (read.parsed["http_request_method"] == "CONNECT").fill_null(value=False)
        urls = pl.DataFrame({"url_full": read.parsed["url_full"], "tunnel": tunnel})
        parts = url_parts(urls).with_columns(url_path=url_paths(urls))
        for row, part in zip(read.parsed.iter_rows(named=True), parts.iter_rows(named=True), strict=True):
            lasted = timedelta(
                milliseconds=0 if row["event_dataset"] in START_MARKED else row["event_duration_ms"] or 0
            )
            values[row["log_line"]] = {
                "web": True,
                "time": row["event_start"] + lasted,
                "duration_ms": row["event_duration_ms"],
                "source_ip": row["source_ip"],
                "user": row["user_name"],
                "host": part["url_domain"],
                "path": part["url_path"],
                "method": row["http_request_method"],
                "status": row["http_response_status_code"],
                "request_bytes": row["http_request_bytes"],
                "response_bytes": row["http_response_bytes"],
                "mime_type": row["http_response_mime_type"],
                "referrer": row["http_request_referrer"],
                "user_agent": row["user_agent_original"],
                "category": row["vendor_category"],
                "disposition": row["disposition"],
                "action": row["event_action"],
            }
    return values, rejects, lines


def compare(make: Make) -> Iterator[Compared]:
    """Yield every value that both sides give, and those that only the oracle gives."""
    for path in log_paths(make):
        records = oracle_records(path)
        if not records:
            continue
        ours, _, _ = our_values(path)
        for line, record in sorted(records.items()):
            theirs = make.values(record, path)
            if theirs is None:
                continue
            mine = ours.get(line, {"web": False})
            yield Compared(path.name, line, "web", mine["web"], theirs["web"])
            if theirs["web"] and mine["web"]:
                for field in FIELDS[1:]:
                    value = None if field == "source_ip" and _is_mangled(theirs.get(field)) else theirs.get(field)
                    if value is not None:
                        read = _as_precise(mine[field], value) if field == "time" else mine[field]
                        yield Compared(path.name, line, field, read, value)


def _is_mangled(address: Any) -> bool:
    """Whether an address has numbers that no address has: somebody made it unreadable before giving the log away."""
    if not isinstance(address, str) or not re.fullmatch(r"\d+(?:\.\d+){3}", address):
        return False
    return any(int(part) > 255 for part in address.split("."))


def _as_precise(mine: datetime, theirs: datetime) -> datetime:
    """Return our time in whole seconds or milliseconds, if the oracle writes no finer ones."""
    unit = next(unit for unit in (1_000_000, 1_000, 1) if theirs.microsecond % unit == 0)
    return mine - timedelta(microseconds=mine.microsecond % unit)


def reviewed(make: Make) -> list[Mapping[str, Any]]:
    """Return the disagreements that somebody has looked at: file, field, lines (absent: all), reason."""
    path = DISAGREEMENTS / f"{make.name}.toml"
    return tomllib.loads(path.read_text()).get("disagreement", []) if path.exists() else []


def is_reviewed(one: Compared, entries: Iterable[Mapping[str, Any]]) -> bool:
    return any(
        entry["file"] == one.file and entry["field"] == one.field and one.line in entry.get("lines", [one.line])
        for entry in entries
    )


def table(compared: Iterable[Compared]) -> str:
    """Return a table: of each file, how many values were compared, and in which fields some disagree."""
    total: Counter[str] = Counter()
    wrong: dict[str, Counter[str]] = {}
    for one in compared:
        total[one.file] += 1
        wrong.setdefault(one.file, Counter()).update([] if one.agrees else [one.field])
    rows = [f"{'file':<75} {'values':>7} {'agree':>8}  disagree"]
    for file, count in total.items():
        bad = wrong[file]
        share = 100 * (1 - bad.total() / count)
        rows.append(f"{file[:75]:<75} {count:>7} {share:>6.2f} %  {', '.join(f'{k} {n}' for k, n in bad.items())}")
    everything = sum(bad.total() for bad in wrong.values())
    rows.append(f"{'all':<75} {total.total():>7} {100 * (1 - everything / total.total()):>6.2f} %  {everything}")
    return "\n".join(rows)


def moment(text: str) -> datetime:
    """Return a time as oracles write it, in UTC; without an offset it is UTC."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def at(record: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path; None if there is none.

    >>> at({"url": {"path": "/a"}}, "url.path")
    '/a'
    """
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
