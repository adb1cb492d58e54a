"""A folder of pages in the making, for one audience."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from netaudit.contracts.leaving import Quality, RunFacts
from netaudit.definitions.figures import definition_of, figure_definitions
from netaudit.report.case_logs import of_week, with_log_doubts
from netaudit.report.case_pages import CasePages
from netaudit.report.case_view import CaseEntry, view_of
from netaudit.report.folders import Folder
from netaudit.report.kept_pages import KeptPages, Settled, settled_facts
from netaudit.report.pages import Press
from netaudit.report.tables import Table

DEFINITIONS = "definitions.html"


@dataclass(frozen=True, slots=True)
class Audience:
    """A folder in the making, with what all its pages share."""

    name: str
    folder: Folder
    press: Press
    facts: RunFacts
    menu: Sequence[tuple[str, str]]
    has_definitions: bool = True  # a page of definitions, to which tables lead; a page that is mailed stands alone
    kept: KeptPages | None = None  # what an earlier run made; None: everything is made anew
    quality: Quality = field(
        default_factory=Quality
    )  # of the logs, for cases of settled weeks: of each what is its week's

    @property
    def of_settled_weeks(self) -> Audience:
        """Return the same folder for pages that may be kept: they know nothing that changes from night to night."""
        return replace(self, facts=settled_facts(self.facts), quality=self.facts.quality)

    def is_kept(self, group: str, *made_of: str) -> bool:
        """Take over the pages of a group that an earlier run made of the same things; return whether it was done."""
        return self.kept is not None and self.kept.again(group, *made_of)

    def kept_files(self, group: str) -> Mapping[str, str]:
        """Return the checksums of the pages of a group that was taken over, by name."""
        return {} if self.kept is None else self.kept.files(group)

    def making(self, group: str, *made_of: str) -> AbstractContextManager[None]:
        """Note that the pages added within are those of a group, for the next run."""
        return nullcontext() if self.kept is None else self.kept.making(group, *made_of)

    def page(self, template: str, name: str, tables: Sequence[Table | None] = (), **shown: object) -> bytes:
        """Add a page, and beside it the CSV twin of each of its tables; return the page."""
        path, slash, _ = name.rpartition("/")
        root = "../" * name.count("/")
        frame = {"facts": self.facts, "audience": self.name, "menu": self.menu, "root": root, "here": name}
        definitions = f"{root}{DEFINITIONS}" if self.has_definitions else ""
        html = self.press.page(template, {**shown, **frame, "definitions": definitions})
        self._add(path + slash, name, html, tables)
        return html

    def definitions(self, files: Mapping[str, bytes] | None = None) -> None:
        """Add the page of the definitions that the tables of this folder were made by, and the published figures.

        Args:
            files: of published figures, by name.
        """
        shown = {one.id for name in self.folder.names if (one := definition_of(name.rpartition("/")[2]))}
        shown = shown or {"cases"}  # the same page every time: that it is there says nothing
        mine = [one for one in figure_definitions() if one.id in shown]
        self.page("base/definitions.jinja", DEFINITIONS, figures=mine, files=bool(files))
        for name, content in (files or {}).items():
            self.folder.page(name, content)

    def _add(self, folder: str, name: str, html: bytes, tables: Sequence[Table | None]) -> None:
        self.folder.page(name, html)
        for table in tables:
            if table is not None:
                self.folder.csv(f"{folder}{table.csv_name}", table)

    def case_pages(self) -> CasePages:
        """Return what makes the pages of cases in this folder."""
        return CasePages(
            self.press, {"facts": self.facts, "audience": self.name, "menu": self.menu, "root": "../", "here": ""}
        )

    def cases(
        self,
        pages: CasePages,
        entries: Sequence[CaseEntry],
        titles: Mapping[str, str],
        listed: Callable[[CaseEntry], tuple[str, str]],
        settled: Settled | None = None,
    ) -> None:
        """Add the page of each case of a week.

        Args:
            pages: of this folder.
            entries: in the order of their list.
            titles: by class id.
            listed: title of the page that lists a case, and its place in the folder.
            settled: which cases are as they were, and where the others are told in full; None: they are already.
        """
        if not entries:
            return
        period = entries[0].case.period
        digest = settled.digests.get(period) if settled else None
        group = f"cases of {period}"
        quality = of_week(self.quality, period)
        made_of = (digest or "", repr(quality), *(f"{entry.number} {listed(entry)[1]}" for entry in entries))
        if digest and self.is_kept(group, *made_of):
            return
        told = {case.case_number: case for case in settled.whole[period]} if settled else {}
        with self.making(group, *made_of) if digest else nullcontext():
            for entry, before, after in zip(entries, [None, *entries], [*entries[1:], None], strict=False):
                case = told[entry.number] if settled else entry.case
                whole = replace(entry, case=with_log_doubts(case, quality))
                view, (title, page) = view_of(whole, titles), listed(entry)
                html = pages.page(view, (title, f"../{page}"), before, after)
                self._add("cases/", f"cases/{entry.file}.html", html, [view.timeline])
