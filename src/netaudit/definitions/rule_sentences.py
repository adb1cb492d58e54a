"""What each rule of a policy measures and where it begins to be broken, a sentence for each kind of rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from netaudit.definitions.policy_sentences import amount, further, listed, plain
from netaudit.definitions.policy_terms import LIMITED_KINDS, OneHour, Policy, Rule

# Of each part what its sentences tell; whatever else a part has is told by its name.
_TOLD_OF_RULE = frozenset(
    {
        "rule_id", "title", "clause", "bullet", "kind", "categories", "route", "limit", "on", "examples", "per",
        "direction", "file_kinds",
    }
)  # fmt: skip
_TOLD_OF_HOUR = frozenset({"tolerance_minutes", "limit_minutes", "core_minutes"})


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
        *further(hour, _TOLD_OF_HOUR),
    ]


def rule_in_words(rule: Rule, policy: Policy) -> str:
    """Return what a rule measures and at which limit; of one that is off, at the suggested limit."""
    limit = rule.limit if rule.limit is not None else suggested_limit(rule)
    return " ".join([KIND_SENTENCES[rule.kind](rule, policy, limit), *further(rule, _TOLD_OF_RULE)])


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
