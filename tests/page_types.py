"""Every type of page that netaudit makes, from invented data: the one place where a new type of page is added.

Whoever adds a template that is a page of its own adds at least one line to PAGE_TYPES, and where the page is not made
by `render` yet, what makes it to `write_pages`. It then gets every check of tests/page_checks.py, at every width, and
in both browsers; tests/test_page_types.py fails where a template is in no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import day_data as days
import report_data as data
import sheet_data as sheets
from dpia_site import NOW
from rights_data import write_rights_pages

from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.dpia import annex
from netaudit.protect import SuppressionSettings, weekly_ranges
from netaudit.report import SheetFolder, render, render_union
from netaudit.report.annex import annex_page
from netaudit.report.figures import STATUSES
from netaudit.report.pack_pages import Section, pack_pages
from netaudit.report.pages import Form, Press, templates_folder

WORD = "<b>" + "x" * 300
"""A hostile word: markup, and longer than any line."""

PAGE_TYPES: Mapping[str, str] = {
    "overview": "ig/index.html",
    "overview while the week is open": "open/ig/index.html",
    "earlier week": "ig/periods/2026-w45/index.html",
    "weeks": "ig/weeks.html",
    "weeks of an empty run": "empty/ig/weeks.html",
    "weeks together": "union/ig/index.html",
    "findings": "ig/findings.html",
    "case of one sitting": "ig/cases/f-7k3m9q1.html",
    "case of several days": "ig/cases/f-7k3m9q3.html",
    "data quality": "ig/data-quality.html",
    "method": "ig/method.html",
    "definitions": "ig/definitions.html",
    "definitions for a team": "hr/definitions.html",
    "definitions of a hostile run": "hostile/ig/definitions.html",
    "manager": "managers/nursing-and-quality/index.html",
    "manager without figures": "managers/finance/index.html",
    "it": "it/index.html",
    "safeguarding": "safeguarding/index.html",
    "method for safeguarding": "safeguarding/method.html",
    "hr": "hr/index.html",
    "hr without cases": "empty/hr/index.html",
    "fraud": "fraud/index.html",
    "case for hr": "hr/cases/f-top.html",
    "every status": "statuses/ig/findings.html",
    "case in the night of the clocks": "autumn/ig/cases/f-1.html",
    "case with its day": "days/ig/cases/f-tabbing.html",
    "case with a long timeline": "days/ig/cases/f-long.html",
    "case on a day of 25 hours": "days/ig/cases/f-autumn.html",
    "case over midnight": "days/ig/cases/f-midnight.html",
    "case of a class": "days/ig/cases/f-class.html",
    "what is held": "rights/held/index.html",
    "what is held in a week": "rights/held/weeks/2026-w11.html",
    "requests of a day": "rights/held/weeks/2026-w11-2026-03-10-2.html",
    "what is held, hostile": "hostile/rights/held/index.html",
    "requests of a day, hostile": "hostile/rights/held/weeks/2026-w11-2026-03-10-2.html",
    "privacy notice": "rights/notice.html",
    "sheet of a case": "rights/sheet.html",
    "sheet of a case, hostile": "hostile/rights/sheet.html",
    "board": "board/index.html",
    "board before any week has closed": "open/board/index.html",
    "board of an empty run": "empty/board/index.html",
    "board of a hostile run": "hostile/board/index.html",
    "overview of an empty run": "empty/ig/index.html",
    "data quality of an empty run": "empty/ig/data-quality.html",
    "it, of an empty run": "empty/it/index.html",
    "overview without an assessment": "withheld/ig/index.html",
    "findings without an assessment": "withheld/ig/findings.html",
    "safeguarding without an assessment": "withheld/safeguarding/index.html",
    "it, without an assessment": "withheld/it/index.html",
    "overview of a hostile run": "hostile/ig/index.html",
    "findings of a hostile run": "hostile/ig/findings.html",
    "data quality of a hostile run": "hostile/ig/data-quality.html",
    "case of a hostile run": "hostile/ig/cases/f-1.html",
    "case with a hostile day": "hostile/ig/cases/f-2.html",
    "it, of a hostile run": "hostile/it/index.html",
    "manager of a hostile run": "hostile/managers/nursing-and-quality/index.html",
    "sheet for the governing body": "year/index.html",
    "hostile sheet": "hostile-year/index.html",
    "annex to the assessment": "dpia/dpia-annex.html",
    "annex with hostile answers": "hostile-dpia/dpia-annex.html",
    "cover of an evidence pack": "pack/index.html",
    "case in an evidence pack": "pack/f-7k3m9q1.html",
    "cover of a hostile pack": "hostile-pack/index.html",
}


def write_pages(folder: Path) -> None:
    """Write at least one page of each type into a folder."""
    _usual(folder)
    _days(folder / "days")
    _hostile(folder)
    for name, sheet in (("year", sheets.sheet()), ("hostile-year", sheets.hostile(WORD))):
        SheetFolder(sheet, folder / name).publish()
    write_rights_pages(folder / "rights")
    write_rights_pages(folder / "hostile" / "rights", WORD)
    for name, word in (("pack", "Everything that the case rests on."), ("hostile-pack", WORD)):
        sections = [Section("What this is", (word,), (("Purpose", word),), (word, "The timeline"))]
        _put(folder / name, pack_pages(data.case(), data.facts(), data.TITLES, sections))
    usual = Configuration()
    hostile = replace(usual, organisation=WORD, dpia=replace(usual.dpia, stated={"purposes": WORD}))
    for name, configuration in (("dpia", usual), ("hostile-dpia", hostile)):
        _put(folder / name, {"dpia-annex.html": annex_page(annex(configuration, folder / "none", NOW))})


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _usual(folder: Path) -> None:
    top = data.case(
        "F-TOP",
        route="hr",
        route_reason="Nobody in the staff directory is above this person.",
        entries="consents.csv:3; exemptions.csv:4",
        pattern="Part time, Monday to Wednesday",
        listed=False,
        status="confirmed",
        status_reason="decisions.csv:2",
    )
    fraud = data.case("F-FRAUD", route="fraud", rule_id="freelance", rule_title="Commercial gain", status="withdrawn")
    cases = [*data.cases(), top, fraud]
    render(folder, data.published(), cases, data.facts(), data.TITLES)
    ranges = weekly_ranges(data.published(), SuppressionSettings())
    render_union(folder / "union", data.published(), ranges, cases, data.facts(), data.TITLES)
    provisional = data.facts(provisional_periods=("2026-W45", "2026-W46"))
    render(folder / "open", data.published(), [], provisional, data.TITLES)
    every = [data.case(f"F-{status.upper()}", status=status) for status in STATUSES]
    render(folder / "statuses", data.published(), every, data.facts(), data.TITLES)
    nothing = data.facts(periods=(), files=(), attribution={}, label_counts={})
    render(folder / "empty", data.published().clear(), [], nothing, {})
    lacks = data.facts(withheld=("No reference is given.",), mend=('reference = "DPIA-1"',))
    render(folder / "withheld", data.published(), [], lacks, data.TITLES)
    night = data.case("F-1", evidence=data.night_of_the_clocks())
    render(folder / "autumn", data.published(), [night], data.facts(), data.TITLES)


def _days(folder: Path) -> None:
    told = [
        days.case_of(day, case_number=f"F-{name}", **changes)
        for name, day, changes in (
            ("TABBING", days.tabbing(), {}),
            ("LONG", days.tabbing(count=250, length=0.5, gap=1), {}),
            ("AUTUMN", days.autumn_night(), {}),
            ("MIDNIGHT", days.over_midnight(), {}),
            ("CLASS", days.of_a_class(), {"category": "gambling", "limit": 1.0}),
        )
    ]
    render(folder, data.published(), told, data.facts(), data.TITLES)


def _hostile(folder: Path) -> None:
    long = (
        data.line("1 10:02:10 10:14:40", WORD, "gambling", "personal", reason=WORD),
        data.line("1 23:50:00 23:50:00", WORD, "gambling", "blocked", reason=WORD),
    )
    case = data.case("F-1", rule_title=WORD, clause_text=WORD, doubts=(WORD,), status_reason=WORD, evidence=long)
    facts = data.facts(organisation=WORD, policy_title=WORD, warnings=(WORD,), hashes={WORD: WORD})
    day = days.case_of(days.hostile(WORD), case_number="F-2")
    render(folder / "hostile", data.published(), [case, day], facts, {"news": WORD})


def page_templates() -> frozenset[str]:
    """Return the names of the templates that are pages of their own: they fill the frame of all pages."""
    folder = templates_folder()
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.jinja")
        if '{% extends "base/page.jinja" %}' in path.read_text(encoding="utf-8")
    )


@contextmanager
def watched() -> Iterator[dict[bytes, str]]:
    """Note, while pages are made, which template each was made from: by the page's bytes."""
    made: dict[bytes, str] = {}
    page, page_form, filled = Press.page, Press.page_form, Form.filled

    def watched_page(self: Press, template: str, *given: object) -> bytes:
        made[html := page(self, template, *given)] = template
        return html

    def watched_form(self: Press, template: str, *given: object) -> Form:
        form = page_form(self, template, *given)
        form.of_template = template
        return form

    def watched_filled(self: Form, **blanks: str | bytes) -> bytes:
        html = filled(self, **blanks)
        if template := getattr(self, "of_template", ""):
            made[html] = template
        return html

    Press.page, Press.page_form, Form.filled = watched_page, watched_form, watched_filled
    try:
        yield made
    finally:
        Press.page, Press.page_form, Form.filled = page, page_form, filled
