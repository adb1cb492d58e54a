"""An invented, current DPIA: what runs that are to show cases are given."""

from __future__ import annotations

from datetime import date

from netaudit.definitions.dpia import Dpia

APPROVED = Dpia("DPIA-2026-014", "Head of Information Governance", date(2020, 1, 1), date(2099, 12, 31))

DPIA_SECTION = """
[dpia]
reference = "DPIA-2026-014"
owner = "Head of Information Governance"
approved = 2020-01-01
review_by = 2099-12-31
"""
