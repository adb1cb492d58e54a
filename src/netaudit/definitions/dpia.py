"""The data protection impact assessment that covers the monitoring, as the configuration names it.

UK GDPR Article 35 asks for one before such processing starts, and policy clause 10 promises it. Without a current one
nothing about a single person leaves netaudit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from netaudit.definitions.dpia_statements import STATEMENTS
from netaudit.errors import Problem

EXAMPLE = (
    'reference = "DPIA-0000"',
    'owner = "Head of Information Governance"',
    "approved = 2026-01-31",
    "review_by = 2027-01-31",
)
"""The keys of [dpia], as somebody writes them."""


@dataclass(frozen=True, slots=True)
class Dpia:
    """Which assessment it is; empty where the configuration does not say."""

    reference: str = ""  # its number in the organisation's register
    owner: str = ""  # a role or a department: it stands on reports
    approved: date | None = None
    review_by: date | None = None
    stated: Mapping[str, str] = field(default_factory=dict, hash=False)  # the controller's own words, by STATEMENTS

    def __str__(self) -> str:
        """Return it as reports name it.

        >>> str(Dpia("DPIA-2026-014", "Head of IG", date(2026, 3, 1), date(2027, 3, 1)))
        'DPIA-2026-014, owned by Head of IG, approved on 1 March 2026, to be reviewed by 1 March 2027'
        """
        approved = f", approved on {self.approved:%-d %B %Y}" if self.approved else ""
        review = f", to be reviewed by {self.review_by:%-d %B %Y}" if self.review_by else ""
        return f"{self.reference}, owned by {self.owner}{approved}{review}"

    def lacks(self, today: date) -> tuple[str, ...]:
        """Return what keeps it from being current on a day, each as part of a sentence; nothing if it is.

        >>> Dpia("DPIA-2026-014", "Head of IG", date(2026, 3, 1)).lacks(date(2026, 11, 1))
        ('no date of review is set ([dpia] review_by)',)
        >>> Dpia("DPIA-2026-014", "Head of IG", date(2026, 3, 1), date(2026, 10, 31)).lacks(date(2026, 11, 1))
        ('its review was due by 31 October 2026 ([dpia] review_by)',)
        """
        return tuple(self._lacks(today))

    def _lacks(self, today: date) -> Iterator[str]:
        if not self.reference.strip():
            yield "no reference is given ([dpia] reference)"
        if not self.owner.strip():
            yield "no owner is named ([dpia] owner)"
        if self.approved is None:
            yield "no date of approval is given ([dpia] approved)"
        elif self.approved > today:
            yield f"it is approved only from {self.approved:%-d %B %Y} ([dpia] approved)"
        if self.review_by is None:
            yield "no date of review is set ([dpia] review_by)"
        elif self.review_by < today:
            yield f"its review was due by {self.review_by:%-d %B %Y} ([dpia] review_by)"

    def is_current(self, today: date) -> bool:
        """Return whether it covers the monitoring on a day."""
        return not self.lacks(today)


def dpia_of(section: Mapping[str, Any]) -> Dpia:
    """Return the assessment of a section [dpia] that was checked; a statement of blanks alone is none.

    >>> dpia_of({"reference": "DPIA-2026-014", "purposes": " "}).stated
    {}
    """
    own = {key: value for key, value in section.items() if key not in STATEMENTS}
    return Dpia(**own, stated={key: section[key].strip() for key in STATEMENTS if section.get(key, "").strip()})


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands before everything about single people: an assessment, and the day on which it must be current."""

    dpia: Dpia
    today: date

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return why it is shut, as `Dpia.lacks`; nothing if it is open."""
        return self.dpia.lacks(self.today)

    @property
    def is_open(self) -> bool:
        """Return whether something about a single person may be shown."""
        return not self.lacks

    def refusal(self, where: str) -> Problem:
        """Return what to say to somebody who asks for a case while it is shut.

        Args:
            where: the configuration.
        """
        return Problem(
            f"no case is shown, because no current DPIA covers this monitoring: {'; '.join(self.lacks)}",
            where,
            "once the assessment is approved, name it below the line [dpia], each key on a line of its own: "
            + ", ".join(EXAMPLE),
        )
