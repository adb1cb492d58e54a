"""Moments and the local days on which they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netaudit.definitions.periods import local_days

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Europe/London", datetime(2026, 3, 27, tzinfo=UTC)),  # an hour is left out on the 29th
        ("Europe/London", datetime(2026, 10, 23, tzinfo=UTC)),  # an hour comes twice on the 25th
        ("America/Sao_Paulo", datetime(2018, 11, 2, tzinfo=UTC)),  # there is no midnight on the 4th
        ("America/Sao_Paulo", datetime(2018, 2, 16, tzinfo=UTC)),  # 23:00 comes twice on the 17th
        ("Pacific/Apia", datetime(2011, 12, 28, tzinfo=UTC)),  # there is no 30th
    ],
)
def test_each_moment_is_on_the_day_that_its_clock_shows(zone: str, begins: datetime) -> None:
    moments = [begins + timedelta(minutes=7 * number) for number in range(1200)]
    days, number = local_days(np.array([(one - EPOCH) // timedelta(microseconds=1) for one in moments]), zone)
    assert [days[one] for one in number] == [one.astimezone(ZoneInfo(zone)).date() for one in moments]
    assert days == sorted(set(days))


def test_midnight_itself_is_the_next_day() -> None:
    midnight = (datetime(2026, 7, 1, 23, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    days, number = local_days(np.array([midnight, midnight - 1]), "Europe/London")
    assert (days, number.tolist()) == ([date(2026, 7, 1), date(2026, 7, 2)], [1, 0])


def test_no_moments_are_on_no_day() -> None:
    assert local_days(np.zeros(0, np.int64), "Europe/London")[0] == []


def test_days_without_moments_are_left_out() -> None:
    moments = [datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 9, 12, tzinfo=UTC)]
    days, number = local_days(np.array([(one - EPOCH) // timedelta(microseconds=1) for one in moments]), "UTC")
    assert (days, number.tolist()) == ([date(2026, 7, 1), date(2026, 7, 9)], [0, 1])
