"""Laws of the whole job, from log files on disk to stored visits and findings: how a log is cut does not matter."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import zstandard
from approved import APPROVED
from polars.testing import assert_frame_equal
from test_determinism import of, tables

from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import run_audit

ROOT = Path(__file__).resolve().parents[1]
LONDON = ZoneInfo("Europe/London")
PEOPLE = (
    "bruno.castell",
    "evander.fallon",
    "gwen.kettle",
    "idris.hathersage",
    "niall.orme",
    "lars.mundy",
    "tilda.usher",
    "mina.norrell",
    "-",
)
# The sample's Wednesday, delayed so that most of it is after a midnight: of a day like any other, and on both sides of
# the days on which the clocks change.
NIGHTS = {
    "a night in March": datetime(2026, 3, 18, tzinfo=LONDON),
    "the night to summer time": datetime(2026, 3, 29, tzinfo=LONDON),
    "the day of summer time": datetime(2026, 3, 30, tzinfo=LONDON),
    "the night to winter time": datetime(2025, 10, 26, tzinfo=LONDON),
    "the day of winter time": datetime(2025, 10, 27, tzinfo=LONDON),
}
PIVOT = datetime(2026, 3, 11, 10, 6, tzinfo=UTC)  # somebody reads, and many tunnels are open
NEVER = ("log_file", "log_line", "finding_id", "case_id")


def sample_day() -> list[bytes]:
    with (ROOT / "sample_logs" / "logs" / "access.log-20260311.zst").open("rb") as packed:
        lines = zstandard.ZstdDecompressor().stream_reader(packed).read().splitlines(keepends=True)
    whole = [line for line in lines if re.match(rb"\d+\.\d{3} +\d+ (\S+ ){5}\S+ \S+ \S+$", line)]
    return [line for line in whole if line.split()[7].decode() in PEOPLE]


def around(midnight: datetime) -> list[bytes]:
    """Return the sample's lines, delayed so that what was then is at midnight."""
    delay = round((midnight - PIVOT).total_seconds())
    return [re.sub(rb"^\d+", lambda found: b"%d" % (int(found[0]) + delay), line, count=1) for line in sample_day()]


def ended(line: bytes) -> float:
    return float(line.split()[0])


def written(folder: Path, *files: Sequence[bytes], packed: Callable[[bytes], bytes] = bytes) -> list[str]:
    """Write files of lines; return their paths."""
    folder.mkdir(parents=True)
    paths = []
    for number, lines in enumerate(files):
        paths.append(folder / f"{len(files) - number}.log")
        paths[-1].write_bytes(packed(b"".join(lines)))
    return [str(path) for path in paths]


def audited(out: Path, keys: Path, *nights: list[str]) -> Path:
    """Audit logs, those of each night in a run of its own."""
    out.mkdir(mode=0o700)
    shutil.copytree(keys, out / "keys")
    for logs in nights:
        run_audit(logs, Configuration(dpia=APPROVED), out, datetime(2026, 4, 20, 6, tzinfo=UTC), lambda *_: None)
    return out


def told(out: Path, name: str) -> pl.DataFrame:
    """Return a table of all periods, without what names lines of files."""
    found = pl.concat([table.with_columns(period=pl.lit(place[1])) for place, table in of(tables(out), name).items()])
    kept = [column for column in found.columns if column not in NEVER]
    return found.select(kept).sort(kept, nulls_last=True)


def assert_same(found: Path, expected: Path) -> None:
    for name in ("visits", "findings"):
        assert_frame_equal(told(found, name), told(expected, name), check_exact=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the keys of all weeks: pseudonyms follow from them."""
    out = tmp_path_factory.mktemp("keys")
    logs = written(out / "logs", *(around(midnight)[::20] for midnight in NIGHTS.values()))
    run_audit(logs, Configuration(dpia=APPROVED), out / "out", datetime(2026, 4, 20, 6, tzinfo=UTC), lambda *_: None)
    return out / "out" / "keys"


@pytest.mark.parametrize("night", NIGHTS)
def test_a_log_cut_at_midnight_tells_the_same_in_one_run_or_in_two(night: str, keys: Path, tmp_path: Path) -> None:
    """A line stands in the file of the day on which its request ended: tunnels over midnight are in the second."""
    lines, midnight = around(NIGHTS[night]), NIGHTS[night].timestamp()
    before = [line for line in lines if ended(line) < midnight]
    after = [line for line in lines if ended(line) >= midnight]
    across = [line for line in after if ended(line) - int(line.split()[1]) / 1000 < midnight]
    assert min(len(before), len(after)) > 200
    assert len(across) > 20
    whole = audited(tmp_path / "whole", keys, written(tmp_path / "0", lines))
    visits, at = told(whole, "visits"), NIGHTS[night].astimezone(UTC)
    assert visits.filter(pl.col("event_start") < at, pl.col("event_end") > at).height > 0
    assert told(whole, "findings").height > 0
    assert_same(audited(tmp_path / "together", keys, written(tmp_path / "1", before, after)), whole)
    first, second = written(tmp_path / "2", before, after)
    assert_same(audited(tmp_path / "nights", keys, [first], [second]), whole)


def test_pieces_copies_and_packed_copies_of_a_log_tell_the_same(keys: Path, tmp_path: Path) -> None:
    """In any order and under any name; equal lines of two files are one line, if the files overlap in time."""
    lines = around(NIGHTS["a night in March"])
    whole = audited(tmp_path / "whole", keys, written(tmp_path / "0", lines))
    third = len(lines) // 3
    pieces = written(tmp_path / "1", lines[2 * third :], lines[:third], lines[third : 2 * third])
    assert_same(audited(tmp_path / "pieces", keys, pieces), whole)
    assert_same(audited(tmp_path / "by person", keys, written(tmp_path / "2", lines[::2], lines[1::2])), whole)
    overlapping = written(tmp_path / "3", lines[: 2 * third], lines[third:], lines)
    copy = written(tmp_path / "4", lines, packed=gzip.compress)
    assert_same(audited(tmp_path / "copies", keys, overlapping + copy), whole)
    assert_same(audited(tmp_path / "again", keys, [overlapping[0]], copy, overlapping), whole)


def test_lines_in_another_order_tell_the_same(keys: Path, tmp_path: Path) -> None:
    """Lines of one person and one millisecond keep theirs: turned round as a whole, the log has none of those."""
    lines = sorted({(line.split()[0], line.split()[7]): line for line in around(NIGHTS["a night in March"])}.values())
    whole = audited(tmp_path / "whole", keys, written(tmp_path / "0", lines))
    turned = audited(tmp_path / "turned", keys, written(tmp_path / "1", lines[::-1]))
    assert_same(turned, whole)
