"""What a policy's rules and hours say, in sentences: for whoever reads a policy and not its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from functools import singledispatch

from netaudit.definitions.calendars import WEEKDAYS, BankHolidays, Hours, Lunch, Pattern

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_COUNTRIES = {"GB, ENG": "England", "GB, WLS": "Wales", "GB, SCT": "Scotland", "GB, NIR": "Northern Ireland"}
_MINUTES_OF_DAY = 24 * 60
# Of each part what its sentences tell; whatever else a part has is told by its name.
_TOLD_OF_PATTERN = frozenset(
    {"name", "title", "core", "lunch", "bank_holidays_off", "bank_holidays", "weeks", "first_week"}
)


def day_in_words(day: date) -> str:
    """Return a date as people write it.

    >>> day_in_words(date(2022, 9, 30))
    '30 September 2022'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return the words as a list in a sentence.

    >>> listed(["news", "sport", "travel"]), listed(["news"])
    ('news, sport and travel', 'news')
    """
    *others, final = list(words) or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def amount(number: float, unit: str) -> str:
    """Return a number with its unit.

    >>> amount(1.0, "minutes"), amount(2.5, "minutes")
    ('1 minute', '2.5 minutes')
    """
    return f"{number:,g} {unit.removesuffix('s') if number == 1 else unit}"


def plain(name: str) -> str:
    """Return the name of a setting as words."""
    return name.replace("_", " ")


def capital(words: str) -> str:
    """Return the words with a capital letter.

    >>> capital("too few columns"), capital("DPIA")
    ('Too few columns', 'DPIA')
    """
    return words[:1].upper() + words[1:]


@singledispatch
def setting(value: object) -> str:
    """Return a value as a reader of a policy would write it.

    >>> setting(time(9)), setting(True), setting(("news", "sport")), setting(None), setting(30.0)
    ('09:00', 'yes', 'news, sport', 'none', '30')
    """
    if not is_dataclass(value):
        return str(value)
    told = ((one.name, getattr(value, one.name)) for one in fields(value))
    return ", ".join(f"{plain(name)} {setting(part)}" for name, part in told)


@setting.register
def _(value: None) -> str:  # noqa: ARG001
    return "none"


@setting.register
def _(value: bool) -> str:
    return "yes" if value else "no"


@setting.register
def _(value: float) -> str:
    return f"{value:,g}"


@setting.register
def _(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


@setting.register
def _(value: date) -> str:
    return day_in_words(value)


@setting.register
def _(value: datetime) -> str:
    return f"{day_in_words(value)} {setting(value.time())}"


@setting.register
def _(value: Hours) -> str:
    return f"{setting(value.start)} to {setting(value.end)}{' the next day' if value.crosses_midnight else ''}"


@setting.register
def _(value: Lunch) -> str:
    return lunch_in_words(value)


@setting.register
def _(value: BankHolidays) -> str:
    return holidays_in_words(value)


@setting.register(Mapping)
def _(value: Mapping[object, object]) -> str:
    return "; ".join(f"{setting(key)} {setting(one)}".strip() for key, one in value.items()) or "none"


@setting.register(tuple)
@setting.register(list)
def _(value: Iterable[object]) -> str:
    return ", ".join(map(setting, value)) or "none"


@setting.register(frozenset)
@setting.register(set)
def _(value: Iterable[object]) -> str:
    return ", ".join(sorted(map(setting, value))) or "none"


def lunch_in_words(lunch: Lunch | None) -> str:
    """Return when the break is."""
    if lunch is None or not lunch.minutes:
        return "no lunch break"
    between = f"{setting(lunch.earliest)} and {setting(lunch.latest)}"
    band = (_minutes(lunch.latest) - _minutes(lunch.earliest)) % _MINUTES_OF_DAY
    if lunch.fixed or band == lunch.minutes:
        return f"lunch between {between}"
    return (
        f"lunch of {amount(lunch.minutes, 'minutes')} anywhere between {between}, placed for each person and day where "
        "it favours the person most"
    )


def holidays_in_words(whose: BankHolidays | None) -> str:
    """Return whose bank holidays are days off."""
    if whose is None:
        return "none are known: every day is what its weekday is"
    code = f"{whose.country}, {whose.subdivision}" if whose.subdivision else whose.country
    return f"of {_COUNTRIES.get(code, code)}, substitute days included"


def hours_in_words(core: Mapping[str, Sequence[Hours]]) -> str:
    """Return the core hours by weekday, days that are alike in one.

    >>> nine_to_five = (Hours(time(9), time(17)),)
    >>> hours_in_words(dict.fromkeys(("monday", "tuesday", "wednesday", "friday"), nine_to_five))
    'Monday to Wednesday and Friday 09:00 to 17:00; other days off'
    """
    by_hours: dict[tuple[Hours, ...], list[int]] = {}
    for number, weekday in enumerate(WEEKDAYS):
        if core.get(weekday):
            by_hours.setdefault(tuple(core[weekday]), []).append(number)
    if not by_hours:
        return "no core hours: all time is one's own"
    parts = [f"{_days_in_words(days)} {listed(map(setting, hours))}" for hours, days in by_hours.items()]
    if sum(map(len, by_hours.values())) < len(WEEKDAYS):
        parts.append("other days off")
    return "; ".join(parts)


def pattern_in_words(pattern: Pattern) -> list[str]:
    """Return what a working pattern says, a sentence each."""
    if pattern.weeks:
        since = f", the first of which began on {setting(pattern.first_week)}" if pattern.first_week else ""
        lines = [f"Weeks in a cycle of {len(pattern.weeks)}{since}."]
        lines += [f"Week {number}: {hours_in_words(week)}." for number, week in enumerate(pattern.weeks, start=1)]
    else:
        lines = [f"{capital(hours_in_words(pattern.core))}."]
    if any(stretches for week in pattern.cycle for stretches in week.values()):
        lines.append(f"{capital(lunch_in_words(pattern.lunch))}.")
        whose = f" ({holidays_in_words(pattern.bank_holidays)})" if pattern.bank_holidays else ""
        lines.append(
            f"Bank holidays are off{whose}." if pattern.bank_holidays_off else "Bank holidays are working days."
        )
    return lines + further(pattern, _TOLD_OF_PATTERN)


def further(part: object, told: frozenset[str]) -> list[str]:
    """Return what no sentence tells, by name; nothing of what is empty."""
    rest = [(one.name, getattr(part, one.name)) for one in fields(part) if one.name not in told]  # type: ignore[arg-type]
    return [f"{capital(plain(name))}: {setting(value)}." for name, value in rest if value not in (None, (), "", {})]


def _days_in_words(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = [weekday.capitalize() for weekday in WEEKDAYS]
    most = 2  # of which both are named
    parts = [
        f"{names[run[0]]} to {names[run[-1]]}" if len(run) > most else listed(names[one] for one in run) for run in runs
    ]
    return listed(parts)


def _minutes(clock: time) -> float:
    return clock.hour * 60 + clock.minute + clock.second / 60
