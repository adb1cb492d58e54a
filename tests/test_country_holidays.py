"""Public holidays and time zones: read one at a time, and the same as their packages say when read all at once."""

from __future__ import annotations

from zoneinfo import available_timezones

import holidays
import pytest

from netaudit.definitions.country_holidays import countries, holidays_of, subdivisions
from netaudit.definitions.time_zones import is_time_zone

YEARS = {2022, 2025, 2026, 2028}  # a jubilee, and years whose Christmas falls on weekends


def test_countries_and_their_parts() -> None:
    known = holidays.list_supported_countries()
    assert set(countries()) == set(known)
    # Some have a module that needs another's: the Åland Islands are Finland's.
    for country in ("GB", "UK", "GBR", "IE", "US", "DE", "AX", "FI", "IM"):
        assert list(subdivisions(country)) == known[country]


@pytest.mark.parametrize(
    ("country", "part"),
    [*(("GB", part) for part in (None, "ENG", "SCT", "WLS", "NIR")), ("IE", None), ("DE", "BY"), ("AX", None)],
)
def test_holidays_are_those_of_the_package(country: str, part: str | None) -> None:
    wanted = holidays.country_holidays(country, subdiv=part, years=sorted(YEARS))
    assert holidays_of(country, part, YEARS) == set(wanted)


def test_time_zones() -> None:
    assert [name for name in available_timezones() if not is_time_zone(name)] == []
    wrong = [
        "",
        "Europe",
        "Europe/",
        "Europe/Leeds",
        "../Europe/London",
        "/etc/localtime",
        "posix/UTC",
        "a\x00b",
        "tzdata.zi",
    ]
    assert [name for name in wrong if is_time_zone(name)] == []
