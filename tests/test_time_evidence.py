"""Times that lines do not tell in full: order, years and doubled hours follow from the whole file, or are flagged."""

from __future__ import annotations

import hashlib
import io
import itertools
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from netaudit.contracts import TimeChoice
from netaudit.definitions.format_files import load_format
from netaudit.definitions.formats import Format
from netaudit.errors import InputError
from netaudit.ingest import Circumstances, LogFile, LogReader
from netaudit.ingest.logfile import CHUNK_BYTES

HEAD = """
name = "made_up"
title = "Made up"
[time]
styles = ["{style}"]
day_or_month = {either}
marks = "{marks}"
duration = "s"
[[layout]]
parser = "regex"
pattern = '''^(?P<time>[^|]+)\\|(?P<event_duration_ms>\\d+)\\|(?P<url_full>\\S+)$'''
[[sample]]
line = "cut off"
outcome = "reject"
"""
few = settings(max_examples=40, deadline=None)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
LONDON = {"zone": "Europe/London", "zone_how": "configured"}
DAY_FIRST, MONTH_FIRST, NO_YEAR = "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%b %d %H:%M:%S"


class Read:
    """What became of a file of made-up lines."""

    def __init__(self, starts: Sequence[datetime], rejects: Sequence[str], choices: Sequence[TimeChoice]) -> None:
        self.starts, self.rejects = list(starts), list(rejects)
        self.choices = {one.what: one for one in choices}

    def how(self, what: str) -> str:
        return self.choices[what].how if what in self.choices else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("times")


def make(folder: Path, style: str, marks: str = "start", *, either: bool = False) -> Format:
    text = HEAD.format(style=style, marks=marks, either=str(either).lower())
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()}.toml"
    if not path.exists():
        path.write_text(text)
    return _load(path)


_load = lru_cache(load_format)


def read(
    folder: Path, log_format: Format, texts: Sequence[str], size: int = CHUNK_BYTES, lasted: int = 0, **about: Any
) -> Read:
    path = folder / "some.log"
    path.write_text("".join(f"{text}|{lasted}|http://a.example/\n" for text in texts))
    reader = LogReader(LogFile(path), [log_format], chosen=True, about=Circumstances(**{"now": NOW, **about}))
    chunks = [*reader.chunks(size)]
    starts = [moment for chunk in chunks for moment in chunk.parsed["event_start"].to_list()]
    rejects = [reason for chunk in chunks for reason in chunk.rejects["reason"]]
    assert len(starts) + len(rejects) == len(texts)
    return Read(starts, rejects, reader.times(max(starts, default=None)))


def written(style: str, moments: Sequence[datetime], zone: str = "UTC") -> list[str]:
    return [moment.astimezone(ZoneInfo(zone)).strftime(style) for moment in moments]


def at(year: int, month: int = 1, day: int = 1, *clock: int) -> datetime:
    return datetime(year, month, day, *clock, tzinfo=UTC)  # type: ignore[arg-type]


some_moments = st.lists(
    st.integers(0, 2_880 * 86_400).map(lambda seconds: at(2019) + timedelta(seconds=seconds)),
    min_size=1,
    max_size=30,
)


def is_monthly(moments: Sequence[datetime]) -> bool:
    days = sorted({one.date() for one in moments})
    return all((later - one).days >= 20 for one, later in itertools.pairwise(days))


@few
@given(moments=some_moments.map(sorted), true=st.sampled_from([DAY_FIRST, MONTH_FIRST]), newest_first=st.booleans())
def test_a_file_of_either_order_is_read_rightly_or_flagged(
    moments: list[datetime], true: str, newest_first: bool, folder: Path
) -> None:
    assume(not is_monthly(moments) or len(moments) < 4)  # nobody browses on one day of each month alone
    moments = moments[::-1] if newest_first else moments
    found = read(folder, make(folder, DAY_FIRST, either=True), written(true, moments))
    if any(one.day > 12 for one in moments):
        assert found.how("order") == "evidence"
    if found.how("order") != "default":
        assert found.starts == moments
    else:
        assert found.choices["order"].look


@few
@given(moments=some_moments, data=st.data())
def test_the_order_of_lines_matters_only_where_it_is_the_evidence(
    moments: list[datetime], data: st.DataObject, folder: Path
) -> None:
    moments.append(at(2025, 3, 31, 10))  # proves the order by itself
    shuffled = data.draw(st.permutations(moments))
    found = read(folder, make(folder, DAY_FIRST, either=True), written(MONTH_FIRST, shuffled))
    assert found.starts == shuffled


@few
@given(
    moments=some_moments.map(sorted),
    style=st.sampled_from([DAY_FIRST, MONTH_FIRST, NO_YEAR, "iso"]),
    size=st.integers(30, 400),
    shuffle=st.randoms(use_true_random=False),
)
def test_the_size_of_chunks_never_matters(
    moments: list[datetime], style: str, size: int, shuffle: random.Random, folder: Path
) -> None:
    if shuffle.random() < 0.5:
        shuffle.shuffle(moments)
    moments += [at(2025, 10, 26, 0, 30) + timedelta(minutes=7 * step) for step in range(12)]
    texts = written("%Y-%m-%d %H:%M:%S" if style == "iso" else style, moments, "Europe/London")
    made = make(folder, DAY_FIRST if style == MONTH_FIRST else style, either=style in {DAY_FIRST, MONTH_FIRST})
    whole, cut = read(folder, made, texts, **LONDON), read(folder, made, texts, size, **LONDON)
    assert (whole.starts, whole.rejects, whole.choices) == (cut.starts, cut.rejects, cut.choices)


def test_dates_that_contradict_one_another_refuse_the_file(folder: Path) -> None:
    made = make(folder, DAY_FIRST, either=True)
    with pytest.raises(InputError) as caught:
        read(folder, made, ["05/02/2025 11:00:00", "13/02/2025 11:00:00", "02/14/2025 11:00:00"])
    (problem,) = caught.value.problems
    assert problem.what == (
        "its dates contradict one another: in line 2 only the day can come first, in line 3 only the month"
    )
    assert problem.where.endswith("some.log")
    assert "say which comes first for its folder" in problem.remedy


def test_a_configured_order_is_taken_and_what_speaks_against_it_is_told(folder: Path) -> None:
    made = make(folder, MONTH_FIRST, either=True)
    found = read(folder, made, ["05/02/2025 11:00:00"], order="day")
    assert (found.starts, found.how("order")) == ([at(2025, 2, 5, 11)], "configured")
    assert not found.choices["order"].look
    found = read(folder, made, ["05/02/2025 11:00:00", "02/14/2025 11:00:00"], order="day")
    assert (found.starts, found.rejects) == ([at(2025, 2, 5, 11)], ["the time cannot be read"])
    assert found.choices["order"].look
    assert "in 1 line it cannot, first in line 2" in found.choices["order"].says


@pytest.mark.parametrize(
    ("texts", "about", "expected", "how"),
    [
        (["12/11/2026 09:00:00"], {}, at(2026, 11, 12, 9), "evidence"),  # else it would be of the future
        (["05/02/2025 09:00:00"], {}, at(2025, 5, 2, 9), "default"),
        (["05/02/2025 09:00:00"], {"changed": at(2025, 2, 5, 23)}, at(2025, 2, 5, 9), "evidence"),
        (["05/02/2025 09:00:00"], {"changed": at(2025, 5, 3)}, at(2025, 5, 2, 9), "evidence"),
        ([f"{day:02}/02/2025 09:00:00" for day in (5, 6, 7, 8)], {}, at(2025, 2, 5, 9), "evidence"),
        (["07/07/2025 09:00:00"], {}, at(2025, 7, 7, 9), ""),  # the same in both orders
    ],
)
def test_what_shows_the_order_where_no_day_is_above_twelve(
    texts: list[str], about: dict[str, Any], expected: datetime, how: str, folder: Path
) -> None:
    found = read(folder, make(folder, MONTH_FIRST, either=True), texts, **about)
    assert (found.starts[0], found.how("order")) == (expected, how)


@few
@given(
    start=st.integers(0, 8_900 * 86_400),
    gaps=st.lists(st.integers(0, 150 * 86_400), min_size=1, max_size=20),
    late=st.integers(0, 50),
)
def test_years_follow_from_the_file_and_from_the_order_of_lines(
    start: int, gaps: list[int], late: int, folder: Path
) -> None:
    seconds = itertools.accumulate(gaps, initial=0)
    moments = [at(2002) + timedelta(seconds=start + one) for one in seconds]
    changed = moments[-1] + timedelta(days=late)
    for order in (1, -1):
        found = read(folder, make(folder, NO_YEAR), written(NO_YEAR, moments)[::order], changed=changed, now=changed)
        assert found.starts == moments[::order]
        assert found.how("year") == "evidence"


@pytest.mark.parametrize(
    ("texts", "changed", "expected"),
    [
        (["Dec 31 23:59:59", "Jan 01 00:00:01"], at(2026, 1, 1, 0, 5), [(2025, 12, 31), (2026, 1, 1)]),
        (["Jan 01 00:00:01", "Dec 31 23:59:59", "Jan 01 00:00:02"], at(2026, 1, 1), [(2026, 1, 1), (2025, 12, 31)]),
        (["Dec 28 10:00:00", "Jan 03 10:00:00"], at(2021, 1, 3, 12), [(2020, 12, 28), (2021, 1, 3)]),  # week 53
        (["Feb 28 10:00:00", "Feb 29 10:00:00"], at(2024, 3, 1), [(2024, 2, 28), (2024, 2, 29)]),
        (["Feb 28 10:00:00", "Feb 29 10:00:00"], at(2026, 3, 1), [(2024, 2, 28), (2024, 2, 29)]),
        (["Nov 25 10:00:00"], None, [(2025, 11, 25)]),  # this year it would be of the future
    ],
)
def test_new_year_leap_days_and_the_edges_of_years(
    texts: list[str], changed: datetime | None, expected: list[tuple[int, int, int]], folder: Path
) -> None:
    found = read(folder, make(folder, NO_YEAR), texts, changed=changed)
    assert [one.date() for one in found.starts][: len(expected)] == [date(*one) for one in expected]


def test_one_line_of_a_clock_that_was_not_set_does_not_move_the_others(folder: Path) -> None:
    moments = [at(2026, 9, 1) + timedelta(hours=one) for one in range(200)]
    texts = written(NO_YEAR, moments)
    texts[100] = "Jan 01 00:00:04"
    found = read(folder, make(folder, NO_YEAR), texts, changed=moments[-1])
    assert [one for place, one in enumerate(found.starts) if place != 100] == moments[:100] + moments[101:]


def test_a_year_without_evidence_is_flagged_and_a_configured_one_is_not(folder: Path) -> None:
    made, texts = make(folder, NO_YEAR), ["Dec 30 10:00:00", "Jan 02 10:00:00"]
    for changed in (None, at(2026, 11, 1)):
        found = read(folder, made, texts, changed=changed)
        assert (found.how("year"), found.choices["year"].look) == ("default", True)
        assert [one.year for one in found.starts] == [2025, 2026]
    found = read(folder, made, texts, year=2019)
    assert ([one.year for one in found.starts], found.how("year")) == ([2019, 2020], "configured")
    assert not found.choices["year"].look


NIGHTS = {"Europe/London": at(2025, 10, 26, 1), "America/New_York": at(2025, 11, 2, 6)}


@few
@given(
    zone=st.sampled_from(sorted(NIGHTS)),
    gaps=st.lists(st.integers(1, 900), min_size=60, max_size=150),
    lasted=st.integers(0, 5_000),
    marks=st.sampled_from(["start", "end"]),
    newest_first=st.booleans(),
)
def test_lines_of_the_doubled_hour_are_told_apart_by_their_order(
    zone: str, gaps: list[int], lasted: int, marks: str, newest_first: bool, folder: Path
) -> None:
    begin = NIGHTS[zone] - timedelta(hours=3)
    moments = [begin + timedelta(seconds=one) for one in itertools.accumulate(gaps)]
    assume(moments[-1] > NIGHTS[zone] + timedelta(hours=2))
    moments = moments[::-1] if newest_first else moments
    style = "%Y-%m-%d %H:%M:%S"
    made = make(folder, style, marks)
    found = read(folder, made, written(style, moments, zone), lasted=lasted, zone=zone, zone_how="configured")
    started = moments if marks == "start" else [one - timedelta(seconds=lasted) for one in moments]
    assert found.starts == started
    assert found.how("hour") == "evidence"
    assert found.how("zone") == "configured"


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        (["00:50", "01:10", "01:50"], ["23:50", "00:10", "00:50"]),  # the file ends in the first pass
        (["01:10", "01:50", "02:05"], ["01:10", "01:50", "02:05"]),  # it begins in the second
        (
            ["00:50", "01:20", "01:55", "01:05", "01:50", "02:05"],
            ["23:50", "00:20", "00:55", "01:05", "01:50", "02:05"],
        ),
    ],
)
def test_the_edges_of_a_file_tell_the_pass(clocks: list[str], expected: list[str], folder: Path) -> None:
    texts = [f"2025-10-26 {clock}:00" for clock in clocks]
    found = read(folder, make(folder, "iso"), texts, **LONDON)
    assert [f"{one:%H:%M}" for one in found.starts][: len(expected)] == expected
    assert found.how("hour") == "evidence"


def test_a_doubled_hour_without_evidence_is_taken_as_the_first_pass_and_flagged(folder: Path) -> None:
    found = read(folder, make(folder, "iso"), ["2025-10-26 01:20:00", "2025-10-26 01:30:00"], **LONDON)
    assert [f"{one:%H:%M}" for one in found.starts] == ["00:20", "00:30"]
    assert (found.how("hour"), found.choices["hour"].look) == ("default", True)
    steady = [f"2025-10-26 {hour:02}:{minute:02}:00" for hour in range(4) for minute in range(0, 60, 5)]
    found = read(folder, make(folder, "iso"), steady, **LONDON)  # as a clock writes that does not follow the change
    assert found.how("hour") == "default"
    assert "the clock of the source does not follow the change" in found.choices["hour"].says


def test_times_in_the_hour_that_spring_skips_speak_against_the_zone(folder: Path) -> None:
    found = read(folder, make(folder, "iso"), ["2025-03-30 00:30:00", "2025-03-30 01:30:00"], **LONDON)
    assert [f"{one:%H:%M}" for one in found.starts] == ["00:30", "01:30"]
    zone = found.choices["zone"]
    assert zone.look
    assert "1 line lies in the hour that its clocks skip in spring: say its zone for its folder" in zone.says


def test_a_zone_that_nothing_shows_is_flagged_and_lines_after_the_file_speak_against_it(folder: Path) -> None:
    made, texts = make(folder, "iso"), ["2026-11-02 10:00:00", "2026-11-02 15:30:00"]
    zone = read(folder, made, texts).choices["zone"]
    assert (zone.value, zone.how, zone.look) == ("UTC", "default", True)
    zone = read(folder, made, texts, changed=at(2026, 11, 2, 10), **LONDON).choices["zone"]
    assert zone.look
    assert "the last is 5 hours and 30 minutes after the file was last changed" in zone.says
    zone = read(folder, made, texts, changed=at(2026, 11, 2, 16), **LONDON).choices["zone"]
    assert (zone.how, zone.look) == ("configured", False)


def test_offsets_on_envelopes_speak_for_or_against_the_zone(folder: Path) -> None:
    made = make(folder, "%Y-%m-%d %H:%M:%S")
    texts = [
        f"<13>2026-07-01T{hour + 8:02}:00:00+00:00 proxy squid: 2026-07-01 {hour + 9:02}:00:00" for hour in range(5)
    ]
    zone = read(folder, made, texts, **LONDON).choices["zone"]
    assert (zone.how, zone.look) == ("evidence", False)
    zone = read(folder, made, texts).choices["zone"]
    assert zone.look
    assert "they are 1 hour after those that were written beside them with an offset" in zone.says


def test_an_envelope_tells_the_year_of_its_line(folder: Path) -> None:
    made = make(folder, NO_YEAR)
    texts = [
        "<13>2019-12-31T23:59:59+00:00 proxy asa: Dec 31 23:59:58",
        "<13>2020-01-01T00:00:01Z proxy asa: Dec 31 23:59:59",
    ]
    found = read(folder, made, texts)
    assert [one.date() for one in found.starts] == [date(2019, 12, 31)] * 2


def test_units_of_numbers_are_told_by_their_size_and_a_mixture_is_flagged(folder: Path) -> None:
    made = make(folder, "epoch")
    found = read(folder, made, ["1700000000", "1700000001.5"])
    assert (found.choices["unit"].value, found.choices["unit"].look) == ("s", False)
    assert "zone" not in found.choices
    found = read(folder, made, ["1700000000", "1700000001000", "1700000002000000000"])
    assert found.starts == [at(2023, 11, 14, 22, 13, 20 + step) for step in range(3)]
    assert (found.choices["unit"].value, found.choices["unit"].look) == ("s and ms and ns", True)


def test_standard_input_is_looked_at_as_far_as_it_can_be_ahead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["05/02/2025 11:00:00", "14/02/2025 11:00:00"]
    data = "".join(f"{text}|0|http://a.example/\n" for text in texts).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    made = make(folder, MONTH_FIRST, either=True)
    reader = LogReader(LogFile(None), [made], chosen=True, about=Circumstances(NOW))
    starts = [moment for chunk in reader.chunks() for moment in chunk.parsed["event_start"]]
    assert starts == [at(2025, 2, 5, 11), at(2025, 2, 14, 11)]
    assert {one.what: one.how for one in reader.times()} == {"order": "evidence", "zone": "default"}


def test_a_copy_is_read_as_was_recorded(folder: Path) -> None:
    made, texts = make(folder, NO_YEAR), ["Dec 30 10:00:00", "Jan 02 10:00:00"]
    first = read(folder, made, texts, changed=at(2024, 1, 3), **LONDON)
    recorded = Circumstances(NOW, at(2026, 11, 1)).as_recorded(first.choices.values())
    again = read(folder, made, texts, changed=recorded.changed, year=recorded.year, zone=recorded.zone)
    assert again.starts == first.starts == [at(2023, 12, 30, 10), at(2024, 1, 2, 10)]


def test_a_file_is_known_though_none_of_its_dates_can_be_read_as_is_usual(folder: Path) -> None:
    path = folder / "month_first.log"
    path.write_text("".join(f"02/{day}/2025 11:00:00|0|http://a.example/\n" for day in (14, 15, 16)))
    reader = LogReader(LogFile(path), [make(folder, DAY_FIRST, either=True)], about=Circumstances(NOW))
    assert [moment.day for chunk in reader.chunks() for moment in chunk.parsed["event_start"]] == [14, 15, 16]


def test_lines_far_below_that_leave_something_open_are_told(folder: Path) -> None:
    path = folder / "late.toml"
    path.write_text(
        HEAD.format(style="epoch", marks="start", either="false").replace('["epoch"]', f'["epoch", "{NO_YEAR}"]')
    )
    made = load_format(path)
    texts = [*(str(1_700_000_000 + step) for step in range(500)), "Nov 14 22:30:00"]
    found = read(folder, made, texts)
    assert found.starts[-1] == at(2026, 11, 14, 22, 30)
    assert (found.how("year"), found.choices["year"].look) == ("default", True)
