"""How long what is kept is kept: the one place in which the annex learns of retention."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from netaudit.contracts.annex import Grid
from netaudit.definitions.policy_sentences import amount, listed
from netaudit.definitions.retention import GROUPS
from netaudit.pipeline.dpia.facts import Facts


def retention(facts: Facts) -> Grid:
    """Return what is kept, for how long, and why; what has a term of its own has a row of its own."""
    configuration = facts.configuration
    rows = [(what, f"{amount(days, 'days')}{_from(group)}", GROUPS[group].why) for group, what, days in _terms(facts)]
    rows += [
        (
            "reports",
            f"{amount(configuration.retention_days, 'days')} from the run ([retention] days)",
            "each page says by when it is to be destroyed; copies that were made of it are for people to destroy",
        ),
        (
            "sealed names",
            f"{amount(configuration.unproven_days, 'days')} from the finding, unless somebody asked for one",
            "the seal of a closed case is destroyed at once ([cases] unproven_days)",
        ),
        ("source logs", "not netaudit's to say", "see the controller's statement under “Nature”"),
        (
            "what is held",
            "until the case is closed, or the last day of the hold",
            "weeks of cases that somebody asked for, and holds by hand: "
            + ("a file names them" if configuration.holds_file else "none is set ([retention] holds)"),
        ),
    ]
    return Grid("What is kept, and for how long", ("What", "For how long", "Why"), tuple(rows))


def in_short(facts: Facts) -> str:
    """Return the terms in a sentence."""
    terms = [f"{what}: {amount(days, 'days')}{_from(group)}" for group, what, days in _terms(facts)]
    reports = amount(facts.configuration.retention_days, "days")
    return "; ".join([*terms, f"reports: {reports} from the run"])


def _terms(facts: Facts) -> Iterator[tuple[str, str, int]]:
    """Yield group, tables and days: those of a group together, as far as they are the same."""
    days = facts.configuration.retention.days
    for name, group in GROUPS.items():
        for length, tables in groupby(sorted(group.tables, key=lambda one: days[one]), key=lambda one: days[one]):
            yield name, listed(tables), length


def _from(group: str) -> str:
    return " from the end of the week" if group in ("rows", "matching", "cases", "figures") else ""
