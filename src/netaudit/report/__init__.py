"""PUBLISHED figures and cases as HTML pages and CSV files, one folder for each audience."""

from __future__ import annotations

from netaudit.report.case_text import case_as_text
from netaudit.report.render import render

__all__ = ["case_as_text", "render"]
