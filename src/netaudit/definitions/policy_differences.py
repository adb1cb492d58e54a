"""Two policies compared as texts: settings, hours, rules, routes, classes, whatever their parts are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from netaudit.definitions.calendars import Pattern
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_sentences import hours_in_words, lunch_in_words, plain, setting
from netaudit.definitions.policy_terms import Example, Rule

# Parts in the order in which they are told, and what they are called.
PARTS: Mapping[str, str] = {
    "text": "The text itself",
    "setting": "Settings",
    "pattern": "Working patterns",
    "rule": "Rules",
    "route": "Routes",
    "excuse": "Excuses",
    "class": "Classes",
    "example": "Worked examples",
    "not_auditable": "Not auditable",
}
_TEXT = ("policy_id", "title", "version", "owner", "ratified", "review_by", "source", "clauses")
_LEFT_OUT = ("sha256", "texts")  # they differ wherever anything does
# Fields of a policy that hold parts of their own, and by what each part is known.
_ENTRIES: Mapping[str, tuple[str, str]] = {
    "rules": ("rule", "rule_id"),
    "excuses": ("excuse", "category"),
    "not_auditable": ("not_auditable", "bullet"),
}
_RENAMED: Mapping[str, str] = {"self_report_days": "self_report.within_days"}  # as a file and --set have it
_Flat = dict[tuple[str, str, str], str]  # part, name, setting


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is another; None where one of the policies has nothing of the name."""

    part: str  # one of PARTS
    name: str
    before: str | None
    after: str | None


def policy_differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Return what is different in the second policy, part by part, in the order of the policies.

    What only one of them has is one difference, not one for each of its settings.
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    old_names, new_names = ({key[:2] for key in flat} for flat in (old, new))
    found = []
    told_whole = set()
    for key in dict.fromkeys([*old, *new]):
        part, name, inside = key
        if old.get(key) == new.get(key):
            continue
        whole = (part, name) not in old_names or (part, name) not in new_names
        if not whole:
            full = f"{name}.{inside}" if name and inside else name or inside
            found.append(Difference(part, full, old.get(key), new.get(key)))
        elif (part, name) not in told_whole and not (part == "route" and ("rule", name) not in old_names & new_names):
            told_whole.add((part, name))
            sides = (_whole(flat, part, name) for flat in (old, new))
            found.append(Difference(part, name, *sides))
    order = list(PARTS)
    return tuple(sorted(found, key=lambda one: order.index(one.part)))


def _whole(flat: _Flat, part: str, name: str) -> str | None:
    """Return what a part says that the other policy lacks: its title, or its settings."""
    values = {key[2]: value for key, value in flat.items() if key[:2] == (part, name)}
    if not values:
        return None
    return values.get("title", "; ".join(f"{plain(key)} {value}".strip() for key, value in values.items()))


def _flat(policy: Policy) -> Iterator[tuple[tuple[str, str, str], str]]:
    for one in fields(policy):
        value = getattr(policy, one.name)
        if one.name in _LEFT_OUT:
            continue
        if one.name in _TEXT:
            yield from ((("text", *key), text) for key, text in _leaves(one.name, value))
        elif one.name == "classes":
            yield from ((("class", category, ""), use) for category, use in value.items())
        elif one.name == "patterns":
            for name, pattern in value.items():
                yield from ((("pattern", name, key), text) for key, text in _pattern(pattern))
        elif one.name in _ENTRIES:
            part, known_by = _ENTRIES[one.name]
            for entry in value:
                yield from _entry(part, getattr(entry, known_by), entry)
        else:
            name = _RENAMED.get(one.name, one.name)
            yield from ((("setting", *key), text) for key, text in _leaves(name, value))


def _leaves(name: str, value: object) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield name and text of a value, or of each that it holds."""
    if isinstance(value, Mapping):
        yield from (((f"{name}.{setting(key)}", ""), setting(one)) for key, one in value.items())
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (((f"{name}.{one.name}", ""), setting(getattr(value, one.name))) for one in fields(value))
    else:
        yield (name, ""), setting(value)


def _pattern(pattern: Pattern) -> Iterator[tuple[str, str]]:
    yield "title", pattern.title
    for one in fields(pattern):
        value = getattr(pattern, one.name)
        if one.name in ("name", "title"):
            continue
        if one.name == "core":
            yield "hours", hours_in_words(value)
        elif one.name == "weeks":
            yield "weeks", "; then ".join(map(hours_in_words, value)) or "the same each"
        elif one.name == "lunch":
            yield "lunch", lunch_in_words(value)
        else:
            yield one.name, setting(value)


def _entry(part: str, name: str, entry: object) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield the settings of a rule or another entry; routes and examples of rules are parts of their own."""
    if isinstance(entry, Rule):
        yield (part, name, "title"), entry.title
    for one in fields(entry):  # type: ignore[arg-type]  # it is a dataclass
        value = getattr(entry, one.name)
        if isinstance(entry, Rule) and one.name == "examples":
            yield from ((("example", f"{name}: {example.title}", ""), _example(example)) for example in value)
        elif isinstance(entry, Rule) and one.name == "route":
            yield ("route", name, ""), value
        elif setting(value) != name and one.name != "title":
            yield (part, name, one.name), setting(value)


def _example(example: Example) -> str:
    return ", ".join(setting(getattr(example, one.name)) for one in fields(example))
