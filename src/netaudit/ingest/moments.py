"""Times as lines write them: what they say at once, and in UTC once the rest has been decided."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.format_patterns import day_and_month, tells_year
from netaudit.definitions.formats import SYSLOG_TIME, TimeStyle
from netaudit.ingest.fields import FIELD
from netaudit.ingest.times import Order, Times, TimesSeen, Years

Moments = npt.NDArray[np.datetime64]

# Numbers below the first, of so many microseconds each, are in this unit: read as the one before, they would lie after
# the year 5000.
_UNITS = ((1e11, 1e6, "s"), (1e14, 1e3, "ms"), (1e17, 1.0, "us"), (9e18, 1e-3, "ns"))
_IN_UTC = re.compile("GMT|UTC|(?<!%)Z")
_CIVIL = pl.Datetime("us")
_SOME_YEAR = 2000  # in which times without a year stand until it is known: it has a 29 February
_MONTH_OF_IT = (_SOME_YEAR - 1970) * 12
_QUARTER_US = 15 * 60 * 1_000_000  # offsets from UTC are multiples of it
_OFFSET = r"(?:Z|[+-]\d\d:?\d\d)$"
_NO_MOMENT = np.datetime64("NaT", "us")


@dataclass(frozen=True, slots=True)
class Written:
    """What the times of lines say by themselves, a row each; one of the first two is null."""

    moment: pl.Series  # in UTC, where a line says it all
    civil: pl.Series  # without an offset, read as the style is usual; in a leap year where it tells no year
    day: pl.Series | None = None  # as `civil`, with the day first where it can be either
    month: pl.Series | None = None  # likewise with the month first
    yearless: pl.Series | None = None
    in_utc: pl.Series | None = None  # civil times that are in UTC all the same
    units: frozenset[str] = frozenset()

    def in_order(self, order: Order | None) -> pl.Series:
        """Return civil times with the day, or the month, first."""
        other = {"day": self.day, "month": self.month, None: None}[order]
        return self.civil if other is None else other


def moments(frame: pl.DataFrame, style: TimeStyle, times: Times, seen: TimesSeen) -> pl.Series:
    """Return the time of each line in UTC by the first style that fits; null where none does.

    Args:
        frame: `time`, `log_line` and fields.
        style: how times are written.
        times: what has been decided of them.
        seen: gets what was seen.
    """
    written = read_written(frame["time"], style)
    seen.units |= written.units
    civil = written.in_order(times.order)
    if written.day is not None and written.month is not None:
        seen.either += int((written.day.is_not_null() | written.month.is_not_null()).sum())
        civil = civil.fill_null(written.day).fill_null(written.month) if times.undecided else civil
    if civil.null_count() == len(civil):
        return written.moment
    heads = head_moments(frame)
    if written.yearless is not None:
        seen.bare += int(written.yearless.sum())
        whole = with_years(civil, frame["log_line"], times.years, heads)
        civil = pl.select(pl.when(written.yearless).then(whole).otherwise(civil)).to_series()
    return written.moment.fill_null(_in_utc(civil, written.in_utc, frame, times, seen))


def has_time(frame: pl.DataFrame, style: TimeStyle) -> pl.Series:
    """Return whether the time of each line can be read, whatever is still to be decided."""
    written = read_written(frame["time"], style)
    found = written.moment.is_not_null() | written.civil.is_not_null()
    for other in (written.day, written.month):
        found = found if other is None else found | other.is_not_null()
    return found


def read_written(time: pl.Series, style: TimeStyle) -> Written:
    """Return what times say by themselves, by the first style that fits each."""
    if time.dtype == pl.Float64 and (quick := _in_seconds(time)) is not None:
        return Written(quick, _nothing(time, _CIVIL), units=frozenset({"s"}) if len(time) else frozenset())
    moment, civil = _nothing(time, UTC_TIME), _nothing(time, _CIVIL)
    day = month = civil
    yearless = in_utc = pl.select(pl.repeat(value=False, n=len(time), dtype=pl.Boolean)).to_series()
    units: set[str] = set()
    either = style.day_or_month and any(day_and_month(one) for one in style.styles)
    for one in style.styles:
        missing = moment.is_null() & civil.is_null()
        if either:
            missing &= day.is_null() & month.is_null()
        if not missing.any():
            break
        if one == "epoch":
            number = time.cast(pl.Float64, strict=False)
            units |= _units(number.filter(missing))
            moment = moment.fill_null(_from_epoch(number))
        elif time.dtype != pl.String:
            continue
        elif one == "iso":
            zoned, local = _from_iso(time)
            moment, civil = _where(missing, zoned, moment), _where(missing & zoned.is_null(), local, civil)
            day, month = (_where(missing & zoned.is_null(), local, old) for old in (day, month))
        elif "%z" in one:
            found = time.str.to_datetime(one, time_unit="us", time_zone="UTC", strict=False)
            moment = _where(missing, found, moment)
        else:
            forms = day_and_month(one) if style.day_or_month else {}
            found = _from_style(time, one)
            first, second = (_from_style(time, forms[name]) if forms else found for name in ("day", "month"))
            civil, day, month = (
                _where(missing, found, civil),
                _where(missing, first, day),
                _where(missing, second, month),
            )
            read = missing & (first.is_not_null() | second.is_not_null())
            yearless |= read & (not tells_year(one))
            in_utc |= read & (_IN_UTC.search(one) is not None)
    return Written(
        moment,
        civil,
        day if either else None,
        month if either else None,
        yearless if yearless.any() else None,
        in_utc if in_utc.any() else None,
        frozenset(units),
    )


def head_moments(frame: pl.DataFrame) -> pl.Series | None:
    """Return the time on the envelope of each line, in UTC, where it tells a year; None if no line has any.

    Without an offset it is taken as UTC: good for the year, and for nothing else.
    """
    name = FIELD + SYSLOG_TIME
    if name not in frame.columns:
        return None
    text = frame[name]
    found, civil = _from_iso(text)
    found = found.fill_null(civil.dt.replace_time_zone("UTC"))
    for style in ("%b %d %Y %H:%M:%S", "%b %d %H:%M:%S %Y"):
        found = found.fill_null(text.str.to_datetime(style, time_unit="us", strict=False).dt.replace_time_zone("UTC"))
    return None if found.null_count() == len(found) else found


def with_years(civil: pl.Series, log_lines: pl.Series, years: Years | None, heads: pl.Series | None) -> pl.Series:
    """Return times without a year in the one that follows from the head of their line, or from other lines.

    Args:
        civil: in the year 2000.
        log_lines: their numbers.
        years: from which it follows; None: it is left.
        heads: times of envelopes; null, or None, where there are none.
    """
    given = _array(civil)
    found = given
    if years is not None and years.lines:
        place = np.searchsorted(np.array(years.lines), log_lines.to_numpy(), side="right") - 1
        found = nearest(given, np.array(years.moments, "M8[us]")[np.maximum(place, 0)])
    elif years is not None:
        found = _latest(given, years.latest)
    if heads is not None:
        known = _array(heads.dt.replace_time_zone(None))
        found = np.where(np.isnat(known), found, nearest(given, known))
    return pl.Series(found, dtype=_CIVIL).cast(_CIVIL)


def in_year(civil: Moments, year: npt.NDArray[np.int64]) -> Moments:
    """Return times of the year 2000 in another; none for 29 February where it has none."""
    month = civil.astype("M8[M]")
    moved = month + (year - _SOME_YEAR) * 12
    found = moved.astype("M8[us]") + (civil - month)
    return np.where(found.astype("M8[M]") == moved, found, _NO_MOMENT)


def nearest(civil: Moments, reference: Moments) -> Moments:
    """Return times of the year 2000 in the year that brings each nearest to its reference."""
    year = reference.astype("M8[Y]").astype(np.int64) + 1970
    best = in_year(civil, year)
    for other in (year - 1, year + 1):
        found = in_year(civil, other)
        is_nearer = np.abs(found - reference) < np.abs(best - reference)
        best = np.where(is_nearer | np.isnat(best), found, best)
    return best


def _latest(civil: Moments, latest: int) -> Moments:
    limit = np.datetime64(latest, "us")
    year = np.full(len(civil), limit.astype("M8[Y]").astype(np.int64) + 1970)
    best = np.full(len(civil), _NO_MOMENT)
    for back in range(9):  # 29 February may be eight years back
        found = in_year(civil, year - back)
        best = np.where(np.isnat(best) & (found <= limit), found, best)
    return best


def _in_utc(
    civil: pl.Series, already: pl.Series | None, frame: pl.DataFrame, times: Times, seen: TimesSeen
) -> pl.Series:
    """Return civil times in UTC: of two in autumn the one that was decided; an hour later where spring has none."""
    as_utc = civil.dt.replace_time_zone("UTC")
    local = civil if already is None else civil.set(already, None)
    count = len(local) - local.null_count()
    if not count:
        return as_utc
    seen.civil += count
    second = pl.lit(value=False)
    for one in times.second:
        here = pl.lit(local).dt.timestamp("us").is_between(one.begin_us, one.end_us, closed="left")
        second |= here & frame["log_line"].is_between(one.first_line, one.end_line - 1)
    which = pl.when(second).then(pl.lit("latest")).otherwise(pl.lit("earliest")) if times.second else pl.lit("earliest")
    table = local.to_frame("local")
    placed = table.select(
        pl.col("local").dt.replace_time_zone(times.zone, ambiguous=which, non_existent="null")
    ).to_series()
    skipped = placed.is_null() & local.is_not_null()
    if skipped.any():
        seen.skipped += int(skipped.sum())
        later = local.dt.offset_by("1h")
        after = later.dt.replace_time_zone(times.zone, ambiguous="earliest", non_existent="null")
        placed = placed.fill_null(after)
    placed = placed.dt.convert_time_zone("UTC")
    _compare_heads(frame, placed, seen)
    return placed if already is None else placed.fill_null(as_utc)


def _compare_heads(frame: pl.DataFrame, placed: pl.Series, seen: TimesSeen) -> None:
    """Count by how much local times differ from those on envelopes that say their offset."""
    name = FIELD + SYSLOG_TIME
    if name not in frame.columns:
        return
    text = frame[name]
    heads, _ = _from_iso(text.set(~text.str.contains(_OFFSET).fill_null(value=False), None))
    apart = (placed.to_physical() - heads.to_physical()).drop_nulls()
    quarters = (apart / _QUARTER_US).round().cast(pl.Int64)
    for value, count in quarters.value_counts().iter_rows():
        seen.behind[value] += count


def _in_seconds(time: pl.Series) -> pl.Series | None:
    """Return numbers that all count seconds as moments; None if they do not."""
    lowest, highest = time.min(), time.max()
    ceiling = _UNITS[0][0]
    if not isinstance(lowest, float) or not isinstance(highest, float) or not -ceiling < lowest <= highest < ceiling:
        return None
    return (time * 1e6).round().cast(pl.Int64, strict=False).cast(UTC_TIME)


def _from_epoch(number: pl.Series) -> pl.Series:
    moment = pl.lit(None, pl.Float64)
    for ceiling, microseconds, _ in reversed(_UNITS):
        moment = pl.when(pl.lit(number).abs() < ceiling).then(pl.lit(number) * microseconds).otherwise(moment)
    return pl.select(moment.round().cast(pl.Int64, strict=False).cast(UTC_TIME)).to_series()


def _units(number: pl.Series) -> set[str]:
    sizes = number.drop_nulls().abs()
    floors = (0.0, *(ceiling for ceiling, _, _ in _UNITS))
    return {
        name
        for floor, (ceiling, _, name) in zip(floors, _UNITS, strict=False)
        if ((sizes >= floor) & (sizes < ceiling) & (sizes > 0)).any()
    }


def _from_iso(time: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return moments where an offset is written, and civil times where none is."""
    clean = time.str.replace(" ", "T", literal=True).str.replace(r" ?(?:Z|UTC|GMT)$", "+00:00")
    zoned = clean.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    if not zoned.null_count():
        return zoned, _nothing(time, _CIVIL)
    return zoned, clean.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)


def _from_style(time: pl.Series, style: str) -> pl.Series:
    """Return civil times; where the style names no year, in the year 2000."""
    if tells_year(style):
        return time.str.to_datetime(style, time_unit="us", strict=False)
    return (f"{_SOME_YEAR} " + time).str.to_datetime(f"%Y {style}", time_unit="us", strict=False)


def _nothing(time: pl.Series, kind: pl.DataType) -> pl.Series:
    return pl.Series([None], dtype=kind).new_from_index(0, len(time)) if len(time) else pl.Series([], dtype=kind)


def _where(mask: pl.Series, found: pl.Series, old: pl.Series) -> pl.Series:
    return found if mask.all() else found.zip_with(mask, old)


def _array(civil: pl.Series) -> Moments:
    return (
        civil.to_physical().to_numpy().astype("M8[us]") if not civil.null_count() else civil.to_numpy().astype("M8[us]")
    )
