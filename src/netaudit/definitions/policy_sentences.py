"""What a policy's rules and hours say, in sentences: for whoever reads a policy and not its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from functools import singledispatch

from netaudit.definitions.calendars import WEEKDAYS, BankHolidays, Hours, Lunch, Pattern
from netaudit.definitions.policy_terms import LIMITED_KINDS, OneHour, Policy, Rule

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_COUNTRIES = {"GB, ENG": "England", "GB, WLS": "Wales", "GB, SCT": "Scotland", "GB, NIR": "Northern Ireland"}
FILES_IN_WORDS = {
    "program": "programs",
    "archive": "archives",
    "disk_image": "disk images",
    "audio_video": "sound and film",
    "document": "documents",
}
# Of each part what its sentences tell; whatever else a part has is told by its name.
_TOLD_OF_RULE = frozenset(
    {
        "rule_id", "title", "clause", "bullet", "kind", "categories", "route", "limit", "on", "examples", "per",
        "direction", "file_kinds",
    }
)  # fmt: skip  # fmt: skip
_TOLD_OF_PATTERN = frozenset(
    {"name", "title", "core", "lunch", "bank_holidays_off", "bank_holidays", "weeks", "first_week"}
)
_TOLD_OF_HOUR = frozenset({"tolerance_minutes", "limit_minutes", "core_minutes"})


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
    """Return the words with a capital letter."""
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
    if lunch.fixed:
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
    return lines + _further(pattern, _TOLD_OF_PATTERN)


def one_hour_in_words(hour: OneHour) -> list[str]:
    """Return the rule about continuous use, with its settings."""
    rule = (
        "A chain of personal visits, none of whose gaps (work in between included) is longer than "
        f"{amount(hour.tolerance_minutes, 'minutes')}, breaks the rule when more than "
        f"{amount(hour.limit_minutes, 'minutes')} of personal use are proven in it, and at least "
        f"{amount(hour.core_minutes, 'minutes')} of these in core time outside lunch; minutes at lunch and in one's "
        "own time count towards the limit."
    )
    return [
        rule,
        "Each finding says whether it also holds at half and at double the tolerance.",
        *_further(hour, _TOLD_OF_HOUR),
    ]


def rule_in_words(rule: Rule, policy: Policy) -> str:
    """Return what a rule measures and at which limit; of one that is off, at the suggested limit."""
    limit = rule.limit if rule.limit is not None else suggested_limit(rule)
    return " ".join([KIND_SENTENCES[rule.kind](rule, policy, limit), *_further(rule, _TOLD_OF_RULE)])


def state_in_words(rule: Rule) -> str:
    """Return whether a rule is on, and what would put it on."""
    if rule.on:
        return "On."
    if rule.kind in LIMITED_KINDS and rule.limit is None:
        suggested = suggested_limit(rule)
        unit = LIMITED_KINDS[rule.kind].removeprefix("limit_")
        told = "" if suggested is None else f" Suggested: {amount(suggested, unit)}, which its worked examples rely on."
        return f"Off until the organisation sets {LIMITED_KINDS[rule.kind]}.{told}"
    return "Off."


def suggested_limit(rule: Rule) -> float | None:
    """Return the limit that all worked examples of a rule rely on; None where they differ or name none."""
    key = LIMITED_KINDS.get(rule.kind, "")
    limits = {example.relies_on[key] for example in rule.examples if key in example.relies_on}
    return float(limits.pop()) if len(limits) == 1 else None


def _one_hour(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001 - as all of them
    hour = policy.one_hour
    return (
        f"More than {amount(hour.limit_minutes, 'minutes')} of continuous personal use, with gaps of "
        f"{amount(hour.tolerance_minutes, 'minutes')} at most: the one-hour rule above."
    )


def _blocked_class(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    evidence = policy.blocked_class
    return (
        f"Sites of {_classes(rule)} on one day: at least {amount(evidence.minutes_low, 'proven minutes')}, or "
        f"{amount(evidence.documents, 'pages')} asked for that came through."
    )


def _own_time(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    least = amount(policy.own_time.minutes_low, "proven minutes")
    return f"At least {least} of {_use(rule)} in one {rule.per} in core time outside lunch."


def _class_minutes(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    return f"More than {_limit(limit, 'proven minutes')} in one {rule.per} on sites of {_classes(rule)}."


def _core_minutes(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    most = _limit(limit, "proven minutes")
    return f"More than {most} of {_use(rule)} in one {rule.per} in core time outside lunch."


def _megabytes(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    moved = {"in": "received", "out": "sent"}.get(rule.direction, "sent and received")
    return f"More than {_limit(limit, 'MB')} {moved} in one {rule.per} for {_use(rule)}."


def _downloads(rule: Rule, policy: Policy, limit: float | None) -> str:  # noqa: ARG001
    kinds = f" of kind {listed(map(plain, rule.file_kinds), 'or')}" if rule.file_kinds else ""
    return f"More than {_limit(limit, 'MB')} of files{kinds} fetched in one {rule.per} for {_use(rule)}."


def _attempts(rule: Rule, policy: Policy, limit: float | None) -> str:
    where = f"sites of {_classes(rule)}" if rule.categories else "sites of any forbidden class"
    apart = amount(policy.attempts.apart_minutes, "minutes")
    return (
        f"More than {_limit(limit, 'attempts')} in one {rule.per} to reach {where} that the filter stopped; what is "
        f"stopped with no longer breaks between than {apart} is one attempt."
    )


KIND_SENTENCES: Mapping[str, Callable[[Rule, Policy, float | None], str]] = {
    "one_hour": _one_hour,
    "blocked_class": _blocked_class,
    "own_time": _own_time,
    "class_minutes": _class_minutes,
    "core_minutes": _core_minutes,
    "megabytes": _megabytes,
    "downloads": _downloads,
    "attempts": _attempts,
}


def _limit(limit: float | None, unit: str) -> str:
    return f"a number of {unit} that is not set" if limit is None else amount(limit, unit)


def _classes(rule: Rule) -> str:
    return f"class {rule.categories[0]}" if len(rule.categories) == 1 else f"classes {listed(rule.categories, 'or')}"


def _use(rule: Rule) -> str:
    return f"personal use of {_classes(rule)}" if rule.categories else "personal use"


def _further(part: object, told: frozenset[str]) -> list[str]:
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
