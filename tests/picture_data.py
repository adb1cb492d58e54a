"""Made-up figures for pictures: ordinary ones, hidden ones, hostile ones."""

from __future__ import annotations

from collections.abc import Callable

from netaudit.report.pictures import Amount, Picture, bars, heat_map, hours, trend

HIDDEN_LOW, HIDDEN_HIGH = 7371.0, 9893.0  # of figures that are hidden: nothing of them may be drawn


def amount(label: str, likely: float | None, text: str = "some likely") -> Amount:
    if likely is None:
        return Amount(label, HIDDEN_LOW, None, HIDDEN_HIGH, "7371 to 9893")
    return Amount(label, likely / 2, likely, likely * 1.5, text)


def some_bars(label: str = "News", text: str = "5 h likely") -> Picture:
    return bars(
        "By class",
        [amount(label, 300, text), amount("Games", 40, "40 min likely"), amount("Others", None)],
        ranged=True,
    )


def plain_bars() -> Picture:
    return bars("By kind", [Amount(name, n, n, n, f"{n}%") for name, n in (("A person", 20.0), ("Software", 80.0))])


def some_hours(label: str = "09:00") -> Picture:
    figures = [amount(label, None if hour > 18 else 10.0 * hour) for hour in range(24)]
    return hours("By hour", figures, (9.0, 17.0))


def some_map(label: str = "") -> Picture:
    cells = {
        (day, hour): amount(label, None if hour in {3, 19} else 2.0 ** (hour % 11))
        for day in range(1, 6)
        for hour in range(24)
    }
    return heat_map("By day and hour", cells, (9.0, 17.0), (12.0, 14.0))


def some_trend(label: str = "Week") -> Picture:
    points = [
        (f"{label} {week}", amount("", None if week in {4, 5, 9} else 600.0 + 20 * week)) for week in range(1, 13)
    ]
    return trend("By week", points)


EVERY: dict[str, Callable[[], Picture]] = {
    "bars": some_bars, "plain bars": plain_bars, "hours": some_hours, "heat map": some_map, "trend": some_trend,
}  # fmt: skip
