"""The data protection impact assessment that covers the monitoring, as the configuration names it.

UK GDPR Article 35 asks for one before such processing starts, and policy clause 10 promises it. Without a current one
nothing about a single person leaves netaudit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Dpia:
    """Which assessment it is; empty where the configuration does not say."""

    reference: str = ""  # its number in the organisation's register
    owner: str = ""  # a role or a department: it stands on reports
    approved: date | None = None
    review_by: date | None = None

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
