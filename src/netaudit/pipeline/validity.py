"""Whether what a run rests on was approved and reviewed, and whether it departs from what staff were promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.managers import MANAGER
from netaudit.definitions.policies import Policy


def validity_warnings(configuration: Configuration, policy: Policy, class_map: ClassMap, today: date) -> list[str]:
    """Return what is overdue for review or was never approved: these stand on every page of every audience."""
    registers = {
        f"The review date of {name}" if name else "The registers' review date": day
        for name, day in sorted(configuration.registers_review_by.items())
    }
    due = {"The policy's review date": policy.review_by, **registers}
    warnings = [f"{what}, {day:%-d %B %Y}, has passed." for what, day in due.items() if day and day < today]
    if policy.review_by is None:
        warnings.append("The policy names no date for its review.")
    if lacks := configuration.dpia.lacks(today):
        warnings.insert(
            0,
            "No case is shown to anybody, because no current data protection impact assessment (DPIA) covers this "
            f"monitoring: {'; '.join(lacks)}.",
        )
    return warnings + [f"{one[:1].upper()}{one[1:].removesuffix('.')}." for one in class_map.warnings]


def departures(policy: Policy, class_map: ClassMap) -> Iterator[str]:
    """Yield where the policy sends what concerns safeguarding to line managers: IG has to answer for that."""
    for rule in policy.rules:
        named = [class_map.taxonomy[one] for one in policy.categories_of(rule) if one in class_map.taxonomy]
        concerns = [one.title for one in named if one.safeguarding]
        if rule.on and rule.route == MANAGER and concerns:
            yield (
                f"Clause {rule.clause}, {rule.title}: the policy sends these findings to line managers, and their "
                f"summaries count them, though “{' and '.join(concerns)}” concerns safeguarding. A manager can be the "
                "danger, and a log is a suspicion, not a disclosure. The DPIA has to say why this is done."
            )
