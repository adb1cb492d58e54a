"""What is said of the logs themselves: silences, clocks, the order of lines, and what no source tells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from netaudit.contracts import FileAccount
from netaudit.contracts.leaving import OPEN_SITES, ClockCheck, Quality, Silence, Source
from netaudit.definitions.format_files import load_formats
from netaudit.pipeline.line_order import LineOrder
from netaudit.pipeline.source_clocks import clock_checks
from netaudit.pipeline.source_days import SourceDays, silences, source_days
from netaudit.pipeline.source_hours import SOURCE_HOURS, merged, quarters_of
from netaudit.pipeline.source_quality import _clock, _lacks, quality_warnings
from netaudit.report.quality import open_sites_table, sources

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 3, 2)
EIGHT = 8


def quarter(day: date, hour: float) -> datetime:
    return (datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(hours=hour)).astimezone(UTC)


def hours_of(
    name: str = "squid",
    weeks: int = 2,
    people: int = 20,
    shift: float = 0.0,
    gap: tuple[date, float, float] | None = None,
    files: int = 1,
    first: date = MONDAY,
) -> pl.DataFrame:
    """SOURCE_HOURS of a source that is used from 08:00 to 18:00, most at one; hours are those of the wall."""
    rows = []
    for day in (first + timedelta(days=number) for number in range(7 * weeks)):
        for step in range(40) if day.weekday() < 5 else ():
            hour = 8 + step / 4
            if gap and day == gap[0] and gap[1] <= hour < gap[2]:
                continue
            busy = round(people * (1 - abs(hour + 1 / 8 - 13) / 8))
            rows.append((name, quarter(day, hour + shift), busy * 10, busy, files, *[0] * 9))
    return pl.DataFrame(rows, schema=SOURCE_HOURS, orient="row")


def days_of_source(hours: pl.DataFrame, off: tuple[date, ...] = ()) -> SourceDays:
    (one,) = source_days(hours, "Europe/London", off, EIGHT)
    return one


def test_a_gap_in_busy_hours_is_told_to_the_quarter() -> None:
    wednesday = MONDAY + timedelta(days=2)
    (found,) = silences(days_of_source(hours_of(gap=(wednesday, 10.5, 13.25))))
    assert (found.start, found.end) == (quarter(wednesday, 10.5), quarter(wednesday, 13.25))
    assert found.whole
    assert found.start.tzinfo == LONDON


def test_a_whole_day_is_told_within_the_hours_that_are_busy_and_no_others() -> None:
    thursday = MONDAY + timedelta(days=3)
    (found,) = silences(days_of_source(hours_of(gap=(thursday, 0, 24), people=40)))
    assert found.start.date() == found.end.date() == thursday
    assert found.start.hour >= 8
    assert found.end.hour <= 18


def test_a_bank_holiday_is_no_gap() -> None:
    thursday = MONDAY + timedelta(days=3)
    hours = hours_of(gap=(thursday, 0, 24))
    assert silences(days_of_source(hours))
    assert not silences(days_of_source(hours, off=(thursday,)))


def test_where_few_use_a_source_nothing_is_said() -> None:
    """An hour without lines of a small site, or at night, would tell of single people."""
    wednesday = MONDAY + timedelta(days=2)
    small = days_of_source(hours_of(people=EIGHT - 1, gap=(wednesday, 10, 16)))
    assert not silences(small)
    assert not small.watched
    night = hours_of(gap=(wednesday, 10, 11)).with_columns(
        people=pl.when(pl.col("quarter").dt.hour().is_between(10, 11)).then(7).otherwise("people")
    )
    assert not silences(days_of_source(night))


def test_a_quarter_of_silence_is_nothing() -> None:
    wednesday = MONDAY + timedelta(days=2)
    assert not silences(days_of_source(hours_of(gap=(wednesday, 10, 10.25))))


def test_the_hour_that_spring_leaves_out_is_no_gap_and_autumns_second_one_is_no_other_day() -> None:
    for first in (date(2026, 3, 16), date(2026, 10, 12)):
        every = []
        for day in (first + timedelta(days=number) for number in range(28)):
            begin = datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
            end = datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON).astimezone(UTC)
            count = (end - begin) // timedelta(minutes=15)
            every += [("squid", begin + n * timedelta(minutes=15), 90, 30, 1, *[0] * 9) for n in range(count)]
        hours = pl.DataFrame(every, schema=SOURCE_HOURS, orient="row")
        assert not silences(days_of_source(hours))


def test_one_of_two_logs_that_stops_shows_in_files_and_lines() -> None:
    tuesday = MONDAY + timedelta(days=1)
    both = hours_of(files=2)
    within = pl.col("quarter").is_between(quarter(tuesday, 10), quarter(tuesday, 12), closed="left")
    one = both.with_columns(
        files=pl.when(within).then(1).otherwise("files"),
        lines=pl.when(within).then(pl.col("lines") // 2).otherwise("lines"),
    )
    (found,) = silences(days_of_source(one))
    assert not found.whole
    assert (found.files, found.usual_files) == (1, 2)
    assert (found.start, found.end) == (quarter(tuesday, 10), quarter(tuesday, 12))
    # A rotation at noon, or a quiet second log, is nothing.
    assert not silences(days_of_source(both.with_columns(files=pl.when(within).then(1).otherwise("files"))))


def checks(*hours: pl.DataFrame, files: tuple[FileAccount, ...] = ()) -> dict[tuple[str, str], ClockCheck]:
    found = source_days(pl.concat(hours), "Europe/London", (), EIGHT)
    return {(one.source, one.check): one for one in clock_checks(found, files, (9.0, 17.0), {"squid": "Squid"}, EIGHT)}


def test_a_clock_that_is_right_is_not_accused() -> None:
    found = checks(hours_of(weeks=6), hours_of("zscaler", weeks=6, people=18))
    assert {one.verdict for one in found.values()} == {"fine"}
    assert {check for _, check in found} == {"impossible", "hours", "others", "change"}


@pytest.mark.parametrize(("shift", "says"), [(5.0, "about 5 hours later"), (-6.0, "about 6 hours earlier")])
def test_a_clock_that_is_hours_off_shows_beside_core_hours(shift: float, says: str) -> None:
    one = checks(hours_of(shift=shift))["squid", "hours"]
    assert one.verdict == "look"
    assert says in one.says


def test_a_clock_that_is_an_hour_off_shows_beside_another_source() -> None:
    found = checks(hours_of(people=60), hours_of("zscaler", people=50, shift=1.0))
    assert found["zscaler", "others"].verdict == "look"
    assert "about 1 hour after" in found["zscaler", "others"].says
    assert ("squid", "others") not in found


def test_a_clock_that_does_not_follow_summer_time_shows() -> None:
    winter = hours_of(first=date(2026, 3, 16), people=60)
    summer = hours_of(first=date(2026, 3, 30), people=60)
    assert checks(pl.concat([winter, summer]))["squid", "change"].verdict == "fine"
    late = hours_of(first=date(2026, 3, 30), people=60, shift=-1.0)
    one = checks(pl.concat([winter, late]))["squid", "change"]
    assert one.verdict == "look"
    assert "29 March 2026" in one.says
    assert "an hour earlier" in one.says


def test_a_small_source_cannot_tell() -> None:
    assert checks(hours_of(people=EIGHT - 1))["squid", "hours"].verdict == "unknown"


def parsed(*seconds: int, ms: int | None = None) -> pl.DataFrame:
    start = [datetime(2026, 10, 24, tzinfo=UTC) + timedelta(seconds=one) for one in seconds]
    return pl.DataFrame(
        {"event_start": start, "event_duration_ms": [ms] * len(start), "log_line": range(len(start))},
        schema={"event_start": pl.Datetime("us", "UTC"), "event_duration_ms": pl.Int64, "log_line": pl.Int64},
    )


def order(*chunks: pl.DataFrame, at_start: bool = False) -> str:
    one = LineOrder("Europe/London", at_start)
    for chunk in chunks:
        one.add(chunk)
    return one.in_words


def test_a_clock_that_was_set_back_is_told_also_between_two_chunks() -> None:
    steady = list(range(0, 40_000, 10))
    jump = [one - 7_200 for one in range(40_000, 60_000, 10)]
    expected = "its times go back once, by 2 hours: a clock was set back, or logs were joined"
    assert order(parsed(*steady, *jump)) == expected
    assert order(parsed(*steady), parsed(*jump)) == expected
    assert not order(parsed(*steady))


def test_other_orders_of_lines_are_no_clock_that_was_set_back() -> None:
    forward = list(range(0, 40_000, 10))
    assert not order(parsed(*reversed(forward)))  # newest first
    nights = [one for start in range(40_000, 0, -1000) for one in range(start - 1000, start, 10)]
    assert not order(parsed(*nights))  # written in blocks
    assert not order(parsed(0, 100, 90, 200))  # seconds apart
    tunnels = parsed(1, 2, 3, ms=50_000_000).with_columns(event_start=pl.col("event_start").reverse())
    assert order(tunnels) == ""  # a long request is written when it ends


def test_the_night_on_which_the_clocks_go_back_is_told_as_what_it_is() -> None:
    night = 25 * 3600 + 1800  # 25 October 2026, 01:30 UTC
    seconds = [*range(night - 9000, night, 10), *range(night - 3595, night + 9000, 10)]
    assert "on the night when the clocks did" in order(parsed(*seconds))
    assert "a clock was set back" in order(parsed(*[one - 86_400 for one in seconds]))


def test_a_line_counts_in_the_quarter_in_which_it_was_written() -> None:
    at = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
    nothing = pl.Series([None, None], dtype=pl.Int64)
    events = pl.DataFrame(
        {
            "event_start": [at, at],
            "event_duration_ms": [3_600_000, None],
            "event_dataset": ["squid", "paloalto"],
            "log_file": ["1", "2"],
            "user_hash": [5, None],
            "source_hash": [7, 7],
            "url_scheme": ["tunnel", "https"],
            "disposition": ["blocked", "allowed"],
            "user_agent_name": ["x", None],
            "http_response_mime_type": ["x", None],
            "vendor_category": ["x", None],
        }
    ).with_columns(
        pl.col(pl.String).cast(pl.Categorical),
        pl.col("event_start").cast(pl.Datetime("us", "UTC")),
        referrer_key=nothing,
        http_response_bytes=nothing,
    )
    rows = {row["event_dataset"]: row for row in quarters_of(events).iter_rows(named=True)}
    assert rows["squid"]["quarter"] == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert rows["paloalto"]["quarter"] == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert [rows["squid"][name] for name in ("named", "timed", "tunnels", "blocked", "agent", "referred")] == [
        1
    ] * 5 + [0]
    assert (rows["paloalto"]["named"], rows["paloalto"]["people"]) == (0, 1)
    at_start = {
        row["event_dataset"]: row["quarter"].hour for row in quarters_of(events, ["squid"]).iter_rows(named=True)
    }
    assert at_start["squid"] == 9
    twice = merged([quarters_of(events), quarters_of(events)])
    assert twice["lines"].to_list() == [2, 2]
    assert twice["files"].to_list() == [1, 1]


def test_shipped_formats_say_what_they_have_no_place_for() -> None:
    lacks = {one.name: set(_lacks(one, one.name)) for one in load_formats([])}
    assert "timed" in lacks["paloalto"]
    assert not lacks["squid"] - {"classed"}
    nobody_named = {name for name, some in lacks.items() if "named" in some}
    assert nobody_named >= {"cisco-meraki", "privoxy", "tinyproxy", "bind-querylog"}
    with_accounts = {"squid", "fortigate", "paloalto", "zscaler-nss", "bluecoat-proxysg", "cisco-wsa", "dansguardian"}
    assert not nobody_named & with_accounts
    clocks = {one.name: _clock(one, one.name) for one in load_formats([])}
    assert clocks["squid"] == "instant"
    assert clocks["apache"] == "either"
    assert clocks["dansguardian"] == "either"


def test_a_kind_of_records_lacks_what_its_own_layouts_have_no_place_for() -> None:
    known = {one.name: one for one in load_formats([])}
    assert "referred" not in _lacks(known["zscaler-nss"], "zscaler-nss.web")
    assert {"timed", "method", "opened"} <= set(_lacks(known["ms-defender"], "ms-defender.network"))
    assert _lacks(known["bind-querylog"], "bind-querylog") == ("asked", "named")


def test_of_names_only_nothing_else_is_said_and_a_filter_that_stops_much_does_not_leave_it_out() -> None:
    seldom = dict.fromkeys(("timed", "typed", "referred"), "none")
    names = Source("bind", "BIND", 1, 900, None, None, "offset", "UTC", ("asked", "named"), seldom)
    busy = Source("x", "X", 1, 900, None, None, "instant", "UTC", (), {"blocked": "some", "named": "most"})
    shown = sources(Quality(("2026-W11",), sources=(names, busy)))
    assert shown is not None
    rows = [[cell.text for cell in row] for row in shown.cannot.rows]
    assert [row[1].partition(" (")[0] for row in rows if row[0] == "BIND"][:-1] == [
        "anything but names that were looked up",
        "who asked",
    ]
    assert len([row for row in rows if row[0] == "X"]) == 1


QUALITY = Quality(
    ("2026-W11",),
    MONDAY,
    MONDAY + timedelta(days=27),
    (
        Source(
            "squid", "Squid", 3, 5000, None, None, "instant", "UTC", ("classed",), {"named": "most", "timed": "none"}
        ),
        Source("small", "Small", 1, 5, None, None, "local", "Europe/London"),
    ),
    tuple(
        Silence("squid", quarter(MONDAY + timedelta(days=27 - number), 10), quarter(MONDAY, 12), whole=True)
        for number in range(50)
    ),
    (ClockCheck("squid", "hours", "look", "Late"), ClockCheck("small", "hours", "unknown", "Few")),
    4,
)


def test_tables_show_so_much_as_a_page_can_hold_and_the_rest_in_the_csv() -> None:
    shown = sources(QUALITY)
    assert shown is not None
    assert shown.silences is not None
    assert len(shown.silences.rows) == 30
    assert shown.silences.csv_rows is not None
    assert len(shown.silences.csv_rows) == 50
    assert (shown.to_look_at, shown.cannot_tell, shown.unwatched) == (1, 1, ("Squid", "Small"))
    told = [cell.text for row in shown.cannot.rows for cell in row]
    assert "how long a request took (never told)" in told
    assert "what the web filter calls the site (never told)" in told
    assert "the time zone, where a line has none" in told
    assert not [one for one in told if one.startswith("who asked")]
    assert sources(Quality()) is None


def test_warnings_are_of_the_latest_weeks_and_short() -> None:
    first, clock = quality_warnings(QUALITY)
    assert "29 March 2026" in first or "and" in first
    assert len(first) < 400
    assert "The clock of Squid may be wrong. Late." in clock
    assert quality_warnings(Quality()) == []


def test_open_sites_stand_once_in_the_week_of_most_people() -> None:
    rows = [
        ("2026-W10", "one.example", "no class", 30, False, 100),
        ("2026-W11", "one.example", "unconfirmed: gambling by ut1", 45, True, None),
        ("2026-W11", "two.example", "no class", 10, False, 20),
    ]
    table = open_sites_table(pl.DataFrame(rows, schema=OPEN_SITES.schema, orient="row"), {"gambling": "Gambling"})
    assert table is not None
    assert [[cell.text for cell in row][:3] for row in table.rows] == [
        ["one.example", "Gambling, by ut1 alone", "about 45 or more"],
        ["two.example", "in no list", "about 10"],
    ]
    assert open_sites_table(OPEN_SITES.empty(), {}) is None
