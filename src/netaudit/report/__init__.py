"""PUBLISHED figures and cases as HTML pages and CSV files, one folder for each audience."""

from __future__ import annotations

from netaudit.report.case_text import case_as_text
from netaudit.report.case_words import LIST_TITLE
from netaudit.report.render import AUDIENCES, render

__all__ = ["AUDIENCES", "LIST_TITLE", "case_as_text", "render"]
