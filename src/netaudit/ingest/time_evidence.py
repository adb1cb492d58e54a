"""What the lines of a file prove of their own times: the order of day and month, and years that no line names.

Nothing is read here: times come in as they are written, in the order of their lines, and a decision goes out.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import polars as pl

from netaudit.contracts import TimeChoice
from netaudit.ingest.courses import Course
from netaudit.ingest.moments import Moments, nearest
from netaudit.ingest.times import Order, Years

_SLACK = timedelta(days=1)  # between the clock of a source and ours, zones included
_UNSET = datetime(2001, 1, 1, tzinfo=UTC)  # files that were changed before have lost their time: packers write such
_SOON = timedelta(days=60)  # a file changed so soon after its last line was hardly copied a year later
_SAME_DAY = timedelta(days=1)
_NEXT_DAYS, _NEXT_MONTHS = 3, 20  # days between lines of a log that runs on, and between the same days of months
_FEW_DATES = 4
_ORDERS: tuple[Order, Order] = ("day", "month")
_FIRST = {"day": "the day comes first", "month": "the month comes first"}
CHOOSE_ORDER = "say which comes first for its folder, in [[inputs.folders]] of the configuration: order"
CHOOSE_YEAR = "say the year for its folder, in [[inputs.folders]] of the configuration: year"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a file beside its lines."""

    now: datetime
    changed: datetime | None = None  # when the file was last written to; None: not known
    order: Order | None = None  # configured
    year: int | None = None  # of its earliest line, configured
    zone: str = "UTC"
    zone_how: Literal["configured", "default"] = "default"

    def as_recorded(self, choices: Iterable[TimeChoice]) -> Circumstances:
        """Return the same with what was decided when the file was read before."""
        said = {one.what: one.value for one in choices}
        years = said.get("year", "")[:4]
        return replace(
            self,
            order=next((one for one in _ORDERS if one == said.get("order")), self.order),
            year=int(years) if years.isdecimal() else self.year,
            zone=said.get("zone", self.zone),
        )

    @property
    def last_changed(self) -> datetime | None:
        """Return when the file was last changed, where that can be so."""
        known = self.changed is not None and self.changed >= _UNSET
        return self.changed if known else None

    @property
    def latest(self) -> datetime:
        """Return the latest that a line can be, civil."""
        return _civil(min(self.last_changed or self.now, self.now) + _SLACK)


@dataclass(slots=True)
class _Only:
    """Lines that can be read in one way alone."""

    count: int = 0
    first_line: int = 0


@dataclass(slots=True)
class Evidence:
    """What the times of one format's lines show, a chunk at a time, if the day comes first, and if the month does."""

    either: bool = False  # whether any line could be read in both ways
    known: dict[Order, Course] = field(default_factory=lambda: {one: Course(bare=False) for one in _ORDERS})
    bare: dict[Order, Course] = field(default_factory=lambda: {one: Course(bare=True) for one in _ORDERS})
    only: dict[Order, _Only] = field(default_factory=lambda: {one: _Only() for one in _ORDERS})

    def add(self, rows: pl.DataFrame) -> None:
        """Take in the next lines: `log_line`, `day` and `month` (civil, see `Written`), `yearless`, `head`."""
        lines = rows["log_line"].to_numpy()
        bare = rows["yearless"].to_numpy()
        heads = _array(rows["head"])
        told = ~bare | ~np.isnat(heads)
        read = {one: _array(rows[one]) for one in _ORDERS}
        is_read = {one: ~np.isnat(read[one]) for one in _ORDERS}
        for one, other in (_ORDERS, _ORDERS[::-1]):
            alone = is_read[one] & ~is_read[other]
            if alone.any():
                self.only[one].first_line = self.only[one].first_line or int(lines[alone][0])
                self.only[one].count += int(alone.sum())
        differ = (read["day"] != read["month"]) & (is_read["day"] | is_read["month"])
        if not self.either and differ.any():
            self.either = True
            self.known["month"], self.bare["month"] = deepcopy(self.known["day"]), deepcopy(self.bare["day"])
        for one in _ORDERS if self.either else _ORDERS[:1]:  # so far both courses are the same
            times = read[one]
            headed = bare & ~np.isnat(heads) & is_read[one]
            if headed.any():
                times = np.where(headed, nearest(times, np.where(np.isnat(heads), times, heads)), times)
            whole, open_ = is_read[one] & told & ~np.isnat(times), is_read[one] & ~told
            self.known[one].add(lines[whole], times[whole])
            self.bare[one].add(lines[open_], times[open_])

    def contradiction(self) -> str:
        """Return what is contradictory about the order of day and month; nothing if it is not."""
        day, month = self.only["day"], self.only["month"]
        if not day.count or not month.count:
            return ""
        return (
            "its dates contradict one another: in line "
            f"{day.first_line:,} only the day can come first, in line {month.first_line:,} only the month"
        )

    def order(self, usual: Order, about: Circumstances) -> TimeChoice | None:
        """Return which of day and month comes first, and why; None where no line leaves that open.

        Args:
            usual: which does if nothing shows.
            about: the file.
        """
        if not self.either:
            return None
        if about.order:
            wrong = self.only["month" if about.order == "day" else "day"]
            says = f"the configuration says that {_FIRST[about.order]}"
            if wrong.count:
                says += f", but in {_lines(wrong.count)} it cannot, first in line {wrong.first_line:,}"
            return TimeChoice("order", about.order, "configured", says, look=bool(wrong.count))
        for one in _ORDERS:
            if self.only[one].count:
                says = f"{_FIRST[one]}: nothing else is possible in {_lines(self.only[one].count)}"
                return TimeChoice("order", one, "evidence", says)
        shown = self._shown(about)
        if shown is not None:
            return TimeChoice("order", shown[0], "evidence", f"{_FIRST[shown[0]]}: {shown[1]}")
        says = f"nothing shows whether day or month comes first; taken as usual, {_FIRST[usual]}: {CHOOSE_ORDER}"
        return TimeChoice("order", usual, "default", says, look=True)

    def years(self, order: Order, about: Circumstances) -> tuple[Years | None, TimeChoice | None]:
        """Return from what the years of lines that name none follow; nothing where all do.

        Args:
            order: what comes first.
            about: the file.
        """
        bare, known = self.bare[order], self.known[order]
        if not bare.rows:
            return (known.known_years() if known.anchors else None), None
        if known.anchors and not known.lawless:
            return known.known_years(), TimeChoice(
                "year", _span(known, None), "evidence", "the year is in other lines, or in what their sender wrote"
            )
        latest = _microseconds(about.latest)
        base = bare.base_year(about.latest, about.year)
        if base is None:
            says = "the order of lines does not tell the year: each is taken as the last in which the line can be"
            return Years(latest=latest), TimeChoice(
                "year", str(about.latest.year), "default", f"{says}. Else {CHOOSE_YEAR}", look=True
            )
        years, value = bare.years(base), _span(bare, base)
        if about.year is not None:
            late = (bare.dates(base)[0] > np.datetime64(about.latest, "us")).any()
            says = f"the configuration says that its first lines are of {about.year}"
            says += ", but some would then be of the future" if late else ""
            return years, TimeChoice("year", value, "configured", says, look=bool(late))
        return years, self._reckoned(bare, base, value, about)

    def _reckoned(self, bare: Course, base: int, value: str, about: Circumstances) -> TimeChoice:
        """Return how the year of lines was reckoned from the file and from their order."""
        dates, _ = bare.dates(base)
        past = dates[dates <= np.datetime64(about.latest, "us")]
        old = np.datetime64(about.latest, "us") - past.max() if len(past) else np.timedelta64(0, "us")
        near = old <= np.timedelta64(_SOON + _SLACK, "us")
        if bare.has_leap_day:
            says = "no line names a year, but one is of 29 February"
            return TimeChoice(
                "year", value, "evidence", says if near else f"{says}: the last one, long ago", look=not near
            )
        if about.last_changed is not None and near:
            says = "no line names a year: it follows from when the file was last changed, and from the order of lines"
            return TimeChoice("year", value, "evidence", says)
        why = "when it was written is not known" if about.last_changed is None else "it was changed long after them"
        says = (
            f"no line names a year; taken as the last that can be, {value}, but {why}. If it is another, {CHOOSE_YEAR}"
        )
        return TimeChoice("year", value, "default", says, look=True)

    def _shown(self, about: Circumstances) -> tuple[Order, str] | None:
        """Return what the order of lines and the moment of the file show of the order of day and month, and how."""
        for latest in dict.fromkeys((about.latest, _civil(about.now + _SLACK))):
            fits = {one: self._fits(one, latest, about.year) for one in _ORDERS}
            if any(fits.values()):
                break
        else:
            return None
        for one, other in (_ORDERS, _ORDERS[::-1]):
            if fits[one] and not fits[other]:
                return one, "otherwise its lines would not stand in the order of time, or be of the future"
        for one, other in (_ORDERS, _ORDERS[::-1]):
            if self._runs_on(one) and self._is_same_day(other):
                return one, "its days then follow one another; otherwise each would be weeks after the one before"
        if about.last_changed is not None:
            ends = {one: self._ends_at(one, about.last_changed, about) for one in _ORDERS}
            for one, other in (_ORDERS, _ORDERS[::-1]):
                if ends[one] and not ends[other]:
                    return one, "only then does its last line come when the file was last changed"
        return None

    def _dates(self, order: Order, latest: datetime, first_year: int | None) -> tuple[Moments, np.ndarray]:
        known, bare = self.known[order], self.bare[order]
        return known.dates(None) if known.rows else bare.dates(bare.base_year(latest, first_year))

    def _fits(self, order: Order, latest: datetime, first_year: int | None) -> bool:
        """Whether lines stand in the order of time and hardly any is of the future."""
        known, bare = self.known[order], self.bare[order]
        course = known if known.rows else bare
        dates, counts = self._dates(order, latest, first_year)
        future = counts[dates > np.datetime64(latest, "us")].sum()
        return course.is_rising and not course.lawless and bool(future <= course.rows // 50)

    def _steps(self, order: Order) -> np.ndarray:
        known, bare = self.known[order], self.bare[order]
        days = sorted((known if known.rows else bare).days)
        return np.diff(days) if len(days) >= _FEW_DATES else np.zeros(0, np.int64)

    def _runs_on(self, order: Order) -> bool:
        steps = self._steps(order)
        return bool(len(steps) and steps.max() <= _NEXT_DAYS)

    def _is_same_day(self, order: Order) -> bool:
        steps = self._steps(order)
        return bool(len(steps) and steps.min() >= _NEXT_MONTHS)

    def _ends_at(self, order: Order, changed: datetime, about: Circumstances) -> bool:
        dates, _ = self._dates(order, about.latest, about.year)
        return bool(len(dates)) and abs(dates.max() - np.datetime64(_civil(changed), "D")) <= np.timedelta64(_SAME_DAY)


def _array(values: pl.Series) -> Moments:
    return values.to_numpy().astype("M8[us]")


def _civil(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _microseconds(civil: datetime) -> int:
    return int(np.datetime64(civil, "us").astype(np.int64))


def _lines(count: int) -> str:
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def _span(course: Course, base: int | None) -> str:
    """Return the years of a course in words.

    >>> _span(Course(bare=False, days={20_000: 1}), None)
    '2024'
    """
    dates, _ = course.dates(base)
    years = dates.astype("M8[Y]").astype(np.int64) + 1970
    first, last = (int(years.min()), int(years.max())) if len(years) else (0, 0)
    return str(first) if first == last else f"{first} to {last}"
