"""PUBLISHED figures and cases as HTML pages and CSV files, one folder for each audience."""

from __future__ import annotations

from netaudit.report.case_logs import with_log_doubts
from netaudit.report.case_text import case_as_text
from netaudit.report.case_words import LIST_TITLE
from netaudit.report.kept_pages import Settled
from netaudit.report.mail_list import MailList, MailPage, read_mail_list
from netaudit.report.pack_pages import Section, pack_pages
from netaudit.report.plain import plain
from netaudit.report.render import AUDIENCES, BESIDE, render, render_union
from netaudit.report.rights_sheets import challenge_as_html, notice_as_html, notice_as_text
from netaudit.report.sheets import SheetFolder
from netaudit.report.subject_pages import SubjectFolder

__all__ = [
    "AUDIENCES",
    "BESIDE",
    "LIST_TITLE",
    "MailList",
    "MailPage",
    "Section",
    "Settled",
    "SheetFolder",
    "SubjectFolder",
    "case_as_text",
    "challenge_as_html",
    "notice_as_html",
    "notice_as_text",
    "pack_pages",
    "plain",
    "read_mail_list",
    "render",
    "render_union",
    "with_log_doubts",
]
