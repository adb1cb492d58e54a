"""The sheet of one case for the person whose case it may be: without a name, and behind the same gate as the case."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policy_sentences import day_in_words
from netaudit.durable import replace_file
from netaudit.errors import InputError, Problem
from netaudit.pipeline.explain import find_case
from netaudit.pipeline.rights_frame import page_frame
from netaudit.pipeline.subject_words import ASK
from netaudit.pipeline.trails import note
from netaudit.report import challenge_as_html

CAREFUL = ("safeguarding", "fraud")
"""Routes of cases that nobody is told of before those have agreed who deal with them."""


def write_challenge(
    case_number: str, configuration: Configuration, out: Path, to: Path, answer_by: date | None, now: datetime
) -> str:
    """Write the sheet of a case, and return the route that the case goes.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        InputError: there is no such case, or the day for the answer has passed.
        StoreError: the file cannot be written.
    """
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    if answer_by is not None and answer_by < today:
        raise InputError(Problem("the day for the answer has passed", "--answer-by", "name a day to come"))
    case, policy, titles = find_case(case_number, configuration, out, today)
    note(configuration, out, "export", {"what": "challenge", "case": case.case_number}, now)
    until = day_in_words(answer_by) if answer_by else ""
    facts = page_frame(configuration, policy, now)
    replace_file(to, challenge_as_html(case, titles, facts, configuration.contact or ASK, until))
    return case.route
