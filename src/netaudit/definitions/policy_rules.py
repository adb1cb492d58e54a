"""A policy's `[[rule]]` tables with their worked examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from netaudit.contracts import FILE_KINDS
from netaudit.definitions.policy_examples import read_example
from netaudit.definitions.policy_terms import DIRECTIONS, KINDS, LIMITED_KINDS, PERIODS, ROUTES, Example, Kind, Rule
from netaudit.definitions.toml_tables import NUMBER, Shape, Tables, Words

_RULE: Shape = {
    "rule_id": str,
    "title": str,
    "clause": str,
    "bullet": str,
    "kind": str,
    "categories": list,
    "route": str,
    "limit_minutes": NUMBER,
    "limit_megabytes": NUMBER,
    "limit_attempts": NUMBER,
    "per": str,
    "direction": str,
    "file_kinds": list,
    "on": bool,
    "example": list,
}
_CLASS_KINDS = ("blocked_class", "class_minutes", "own_time")
_LIMITS = tuple(dict.fromkeys(LIMITED_KINDS.values()))
# Keys that only some kinds of rule have.
_OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    "per": tuple(LIMITED_KINDS),
    "direction": ("megabytes",),
    "file_kinds": ("downloads",),
}


def read_rules(tables: Tables, entries: Iterable[object], files: Mapping[str, str], words: Words) -> tuple[Rule, ...]:
    """Return the rules.

    Args:
        tables: takes the faults.
        entries: the `[[rule]]` tables.
        files: by rule_id, the file in which each was last written.
        words: the classes and patterns of the policy.
    """
    rules: list[Rule] = []
    for number, entry in enumerate(entries, start=1):
        name = str(entry.get("rule_id", number)) if isinstance(entry, dict) else str(number)
        own = tables.in_file(files.get(name, tables.path))
        rule = _rule(own, entry, f"rule '{name}'", words)
        if rule.rule_id in {other.rule_id for other in rules}:
            own.fault("this rule_id is there twice", f"rule '{name}'", "give each rule its own rule_id")
        rules.append(rule)
    return tuple(rules)


def _rule(tables: Tables, entry: object, where: str, words: Words) -> Rule:
    known = tables.table(entry, _RULE, where, ("rule_id", "title", "clause", "bullet", "kind", "route"))
    kind = known.get("kind", "")
    tables.one_of(known, "kind", KINDS, where)
    tables.one_of(known, "route", ROUTES, where)
    categories = tuple(known.get("categories", ()))
    _check_own_keys(tables, kind, known, where)
    limit = _limit(tables, kind, known, where)
    on = known.get("on", True) and (kind not in LIMITED_KINDS or limit is not None)
    _check_categories(tables, kind, categories, words.classes, where, on=on)
    return Rule(
        rule_id=known.get("rule_id", ""),
        title=known.get("title", ""),
        clause=known.get("clause", ""),
        bullet=known.get("bullet", ""),
        kind=cast("Kind", kind),
        categories=categories,
        route=known.get("route", ""),
        limit=limit,
        on=on,
        examples=_examples(tables, kind, known.get("example", ()), where, words),
        per=known.get("per", "day"),
        direction=known.get("direction", "both"),
        file_kinds=tuple(known.get("file_kinds", ())),
    )


def _check_categories(
    tables: Tables, kind: str, categories: tuple[str, ...], classes: Mapping[str, str], where: str, *, on: bool
) -> None:
    """Tell the faults of a rule's classes.

    What its classes count as is asked of a rule that is on: whoever extends a policy and allows a class need not mend
    rules that nobody has switched on.
    """
    tables.known_categories(categories, classes, where)
    for category in filter(classes.__contains__, map(str, categories if on else ())):
        if classes[category] not in {"personal", "blocked"}:
            remedy = "a rule can audit classes that are personal or blocked: change [classes] or the rule"
            tables.fault(f"category '{category}' is used as '{classes[category]}'", where, remedy)
        elif kind == "attempts" and classes[category] != "blocked":
            remedy = "attempts are counted at forbidden classes only: give the rule others, or change [classes]"
            tables.fault(f"category '{category}' is not forbidden", where, remedy)
    if kind in _CLASS_KINDS and not categories:
        tables.fault("there are no categories", where, "name the classes that this rule is about")
    if kind == "one_hour" and categories:
        tables.fault("kind 'one_hour' counts all personal use", where, "leave the categories away")


def _check_own_keys(tables: Tables, kind: str, known: Mapping[str, Any], where: str) -> None:
    for key, kinds in _OWN_KEYS.items():
        if key in known and kind in KINDS and kind not in kinds:
            tables.fault(f"kind '{kind}' has no {key}", where, f"only {', '.join(kinds)} have: leave {key} away")
    tables.one_of(known, "per", PERIODS, where)
    tables.one_of(known, "direction", DIRECTIONS, where)
    for name in known.get("file_kinds", ()):
        tables.one_of({"file_kind": str(name)}, "file_kind", FILE_KINDS, where)
    if kind == "downloads" and not known.get("file_kinds"):
        tables.fault("there are no file_kinds", where, f"name the kinds of file that count: {', '.join(FILE_KINDS)}")


def _limit(tables: Tables, kind: str, known: Mapping[str, Any], where: str) -> float | None:
    """Return the limit that the kind counts up to; None where it is not set."""
    wanted = LIMITED_KINDS.get(kind)
    for key in _LIMITS:
        if key in known and key != wanted and kind in KINDS:
            remedy = f"write {wanted}" if wanted else f"set it in the table [{kind}]"
            tables.fault(f"kind '{kind}' has no {key}", where, remedy)
    if wanted is None or wanted not in known:
        return None
    tables.not_negative(known, [wanted], where)
    return float(known[wanted])


def _examples(
    tables: Tables,
    kind: str,
    entries: Iterable[object],
    where: str,
    words: Words,
) -> tuple[Example, ...]:
    examples = tuple(
        read_example(tables, entry, kind, words, f"{where}, example {number}")
        for number, entry in enumerate(entries, start=1)
    )
    for breaks, what in ((True, "breaks it"), (False, "does not break it")):
        if not any(example.breaks is breaks for example in examples):
            remedy = f"add a [[rule.example]] with breaks = {str(breaks).lower()}"
            tables.fault(f"there is no example that {what}", where, remedy)
    return examples
