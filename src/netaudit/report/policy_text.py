"""A policy as a person would read it: plain text, for a terminal or a printer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_example_sentences import example_in_words
from netaudit.definitions.policy_sentences import (
    amount,
    capital,
    day_in_words,
    holidays_in_words,
    pattern_in_words,
    plain,
    setting,
)
from netaudit.definitions.policy_terms import Rule
from netaudit.definitions.rule_sentences import one_hour_in_words, rule_in_words, state_in_words
from netaudit.errors import printable

_USES: Mapping[str, str] = {
    "business": "Work, never counted",
    "personal": "Personal use, counted",
    "blocked": "Forbidden, and counted as personal use",
    "unknown": "Work or personal, nobody can tell: raises upper estimates and nothing else",
    "shielded": "Shielded: never shown, never counted",
    "background": "Software, not a person",
}
# What of a policy the page tells in a place of its own; whatever else it has is told by its name.
_TOLD = frozenset(
    {
        "policy_id", "title", "version", "owner", "ratified", "review_by", "source", "zone", "bank_holidays",
        "default_pattern", "patterns", "one_hour", "blocked_class", "self_report_days", "excuses", "classes", "clauses",
        "rules", "not_auditable", "sha256", "texts", "closure_days", "social_accounts",
        "own_time", "attempts", "own_devices_count",
    }
)  # fmt: skip
_STEP = 2  # columns of indentation


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph before it is wrapped."""

    text: str
    depth: int = 0  # of indentation, in steps
    hanging: bool = False  # following lines a step deeper


def wrapped(lines: Iterable[Line], width: int) -> Iterator[str]:
    """Yield the lines as they are printed, none wider than asked for if its words allow it."""
    for line in lines:
        indent = " " * _STEP * line.depth
        hanging = indent + " " * _STEP * line.hanging
        yield from textwrap.wrap(
            printable(line.text),
            width,
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def policy_page(
    policy: Policy, today: date, titles: Mapping[str, str], *, examples: bool = False, changed: tuple[str, ...] = ()
) -> Iterator[Line]:
    """Yield a policy from its title to what it cannot say.

    Args:
        policy: the policy.
        today: a review date before it is overdue.
        titles: what classes are called.
        examples: whether worked examples are told.
        changed: settings that are tried in place of the policy's own, as they were written.
    """
    yield Line(f"{policy.title}, version {policy.version}")
    yield Line("=" * min(len(f"{policy.title}, version {policy.version}"), 78))
    yield from _heading_facts(policy, today, changed)
    yield from _working_time(policy)
    yield from _section("Continuous personal use")
    of_it = [rule for rule in policy.rules if rule.kind == "one_hour"]
    yield from (Line(text) for text in one_hour_in_words(policy.one_hour) if of_it)
    if not any(rule.on for rule in of_it):
        yield Line("No rule of this policy that is on is about it.")
    yield from _section("Rules")
    for number, rule in enumerate(policy.rules):
        yield from [Line("")] if number else []
        yield from _rule(rule, policy, titles, examples=examples)
    yield from _excuses(policy, titles)
    yield from _classes(policy, titles)
    yield from _further(policy)
    yield from _social_accounts(policy)
    yield from _not_auditable(policy)


def review_in_words(policy: Policy, today: date) -> str:
    """Return when a policy is to be reviewed, and whether that is past."""
    if policy.review_by is None:
        return "no review date"
    day = day_in_words(policy.review_by)
    return f"review was due by {day}: overdue" if policy.review_by < today else f"review by {day}"


def _heading_facts(policy: Policy, today: date, changed: tuple[str, ...]) -> Iterator[Line]:
    told = {
        "Name": policy.policy_id,
        "Owner": policy.owner,
        "Source": policy.source,
        "Ratified": day_in_words(policy.ratified) if policy.ratified else "",
        "Review": capital(review_in_words(policy, today)),
        "Hash": policy.sha256 + (" (of the files, without the settings that are tried)" if changed else ""),
    }
    for name, text in told.items():
        if text:
            yield Line(f"{name}: {text}", hanging=True)
    for text in changed:
        yield Line(f"Tried: {text}", hanging=True)


def _section(title: str) -> Iterator[Line]:
    yield Line("")
    yield Line(title)
    yield Line("-" * len(title))


def _working_time(policy: Policy) -> Iterator[Line]:
    yield from _section("Working time")
    yield Line(f"Clock: {policy.zone}.")
    yield Line(f"Bank holidays: {holidays_in_words(policy.bank_holidays)}.")
    for day, why in policy.closure_days.items():
        yield Line(f"Closed to everybody: {day_in_words(day)}{f' ({why})' if why else ''}.", hanging=True)
    for name, pattern in policy.patterns.items():
        default = ", of everybody whom the staff directory gives no other" if name == policy.default_pattern else ""
        yield Line(f"{pattern.title} ({name}){default}:", hanging=True)
        yield from (Line(text, 1) for text in pattern_in_words(pattern))


def _rule(rule: Rule, policy: Policy, titles: Mapping[str, str], *, examples: bool) -> Iterator[Line]:
    yield Line(f"{rule.clause}  {rule.title} ({rule.rule_id})", hanging=True)
    yield Line(f"\N{LEFT DOUBLE QUOTATION MARK}{rule.bullet}\N{RIGHT DOUBLE QUOTATION MARK}", 1)
    yield Line(rule_in_words(rule, policy), 1)
    named = [f"{category}: {titles[category]}" for category in rule.categories if category in titles]
    if named:
        yield Line(f"{'; '.join(named)}.", 1)
    yield Line(f"{state_in_words(rule)} Findings go to: {rule.route}.", 1)
    if examples:
        for number, example in enumerate(rule.examples, start=1):
            first, *others = example_in_words(example)
            yield Line(f"Example {number}. {first}", 2)
            yield from (Line(text, 3) for text in others)


def _excuses(policy: Policy, titles: Mapping[str, str]) -> Iterator[Line]:
    yield from _section("Excused")
    for excuse in policy.excuses:
        holds = "they still hold a chain together" if excuse.bridges else "like work, they hold no chain together"
        what = titles.get(excuse.category, excuse.category)
        minutes = amount(excuse.minutes_a_day, "minutes")
        yield Line(f"{excuse.clause}  The first {minutes} a day of {what} ({excuse.category}); {holds}.", hanging=True)
    within = amount(policy.self_report_days, "days")
    yield Line(f"What somebody reports as an accident within {within} is excused, where it is of the class reported.")
    if not policy.own_devices_count:
        yield Line("What people do on devices of their own is not held against them.")
    yield Line("What the registers say of consents, roles and other exceptions is excused, and the entry is named.")


def _classes(policy: Policy, titles: Mapping[str, str]) -> Iterator[Line]:
    yield from _section("What each class of site counts as")
    for use in dict.fromkeys([*_USES, *policy.classes.values()]):
        names = sorted(category for category, its_use in policy.classes.items() if its_use == use)
        if names:
            yield Line(f"{_USES.get(use, capital(use))} ({use}):")
            told = (f"{titles[name]} ({name})" if name in titles else name for name in names)
            yield Line(f"{'; '.join(told)}.", 1)


def _social_accounts(policy: Policy) -> Iterator[Line]:
    if policy.social_accounts is None:
        return
    yield from _section("The organisation's own social media accounts")
    yield Line(f"{policy.social_accounts.clause}  Reasons for which an account may be closed:", hanging=True)
    for one in policy.social_accounts.criteria:
        quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{one.bullet}\N{RIGHT DOUBLE QUOTATION MARK}"
        rest = [(part.name, getattr(one, part.name)) for part in fields(one) if part.name not in ("name", "bullet")]
        told = ", ".join(f"{plain(name)} {setting(value)}" for name, value in rest if value)
        yield Line(f"{capital(one.name)}: {quoted}{f' ({told})' if told else ''}", 1, hanging=True)


def _further(policy: Policy) -> Iterator[Line]:
    rest = [(one.name, getattr(policy, one.name)) for one in fields(policy) if one.name not in _TOLD]
    told = [(name, value) for name, value in rest if value not in (None, (), "", {}, frozenset())]
    if told:
        yield from _section("Further settings")
        yield from (Line(f"{capital(plain(name))}: {setting(value)}.", hanging=True) for name, value in told)


def _not_auditable(policy: Policy) -> Iterator[Line]:
    yield from _section("What these logs cannot show")
    for one in policy.not_auditable:
        yield Line(
            f"{one.clause}  \N{LEFT DOUBLE QUOTATION MARK}{one.bullet}\N{RIGHT DOUBLE QUOTATION MARK}", hanging=True
        )
        yield Line(one.why, 1)
