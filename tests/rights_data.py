"""Invented pages that are made for one person or one case: an answer, the notice, the sheet of a case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import day_data as days
import report_data as data

from netaudit.contracts.held import HeldColumn, HeldFrame, HeldTable, HeldWeek
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import load_policy
from netaudit.durable import replace_file
from netaudit.pipeline.notices import privacy_notice
from netaudit.pipeline.rights_frame import page_frame
from netaudit.pipeline.subject_words import ASK
from netaudit.report import SubjectFolder, challenge_as_html, notice_as_html

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
POLICY = load_policy("leeds")


def table(name: str, word: str, rows: int = 3) -> HeldTable:
    columns = (
        HeldColumn("event_start", "When"),
        *(HeldColumn(key, key.capitalize()) for key in ("site", "category", "label", "reason")),
        HeldColumn("requests", "Requests"),
        HeldColumn("hidden", "Hidden", on_page=False),
    )
    row = ("2026-03-10T10:00:00+00:00", word, "news", "human", word, 12, True)
    return HeldTable(name, f"Table of {name}", "What a row is.", columns, (row,) * rows, "until somebody says so")


def write_rights_pages(folder: Path, word: str = "news.example") -> None:
    """Write one page of each kind into a folder: held/, notice.html and sheet.html."""
    configuration = Configuration(organisation="Example Trust")
    facts = page_frame(configuration, POLICY, NOW)
    pairs = (("one", word), ("two", "words"))
    frame = HeldFrame(
        "SAR-1", "2026-03-20T06:00:00+00:00", word, (f"account {word}",), ("One (IG)", "Two (HR)"), (word,), pairs,
        pairs,
        (word,), pairs, pairs, pairs, pairs, (word,), destroyed={"2026-W09": ("everything",)},
    )  # fmt: skip
    answer = SubjectFolder(folder / "held", facts, frame, data.TITLES)
    week = HeldWeek("2026-W11", (table("visits", word), table("findings", word, 0)), ("2026-03-10",), (), (word,))
    answer.week(week, [("2026-03-10", table("events", word, 1_003))])
    answer.week(HeldWeek("2026-W09", (), (), ("everything",), ("Nothing can be told.",)), [])
    answer.finish([table("consents.csv", word), table("trail", word, 0)])
    answer.publish()
    replace_file(
        folder / "notice.html", notice_as_html(privacy_notice(configuration, POLICY, date(2026, 3, 20)), facts)
    )
    case = days.case_of(days.tabbing(), case_number="F-TABBING", statements=((date(2026, 3, 18), word),))
    replace_file(folder / "sheet.html", challenge_as_html(case, data.TITLES, facts, ASK, ""))
