"""Templates and style sheet, found once; a page made from them is whole in itself and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
)
from markupsafe import Markup

from netaudit.errors import DefinitionError, Problem
from netaudit.report import markup, words
from netaudit.report.plain import plain

_CHECKOUT = Path(__file__).resolve().parents[3] / "reports" / "templates"
_INSTALLED = Path(__file__).resolve().parents[1] / "templates"

# What the macro of tables prints; text from outside cannot hold it, as its quotes are escaped.
_DEFINITIONS = b'href="definitions.html#'
_SOURCE = re.compile(rb'<span class="na-source"> Source: <a [^>]*>\w+</a></span>')

_MARK = "\0"  # around a name that a form leaves open

# Content Security Policy: nothing is fetched, nothing runs, only our own style sheet counts.
_POLICY = "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def templates_folder() -> Path:
    """Return the folder of the templates: the checkout's own, else the installed one.

    The checkout comes first, because an editable install can leave a stale copy behind.
    """
    for folder in (_CHECKOUT, _INSTALLED):
        if (folder / "base" / "page.jinja").is_file():
            return folder
    raise DefinitionError(
        Problem(
            "the report templates are missing",
            str(_INSTALLED),
            "install netaudit again: its wheel carries them",
        )
    )


def style_sheet(folder: Path, handling: str) -> str:
    """Return the style sheet of every page: NHS.UK's, then ours, then the marking of printed pages.

    Raises:
        DefinitionError: the NHS part has not been built.
    """
    built = folder / "_built" / "nhsuk.css"
    if not built.is_file():
        raise DefinitionError(
            Problem(
                "the style sheet of the reports has not been built",
                str(built),
                "run 'python hatch_build.py' in the checkout (needs npm), or install netaudit from its wheel",
            )
        )
    ours = re.sub(r"/\*.*?\*/\s*", "", (folder / "base" / "netaudit.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    marking = f'@page{{@top-center{{content:"{_css_string(handling)}"}}}}'
    return f"\n{built.read_text(encoding='utf-8').strip()}\n{ours.strip()}\n{marking}\n"


def _css_string(text: str) -> str:
    """Return the text for a CSS string: all but letters, digits and a few marks as code points."""
    return re.sub(r"[^A-Za-z0-9 :.-]", lambda found: f"\\{ord(found[0]):06X}", plain(text))


class Form:
    """What a template printed with names left open."""

    def __init__(self, html: bytes) -> None:
        """Take what was printed, with a mark before and after each name."""
        parts = html.split(_MARK.encode())
        self._parts = parts
        self._names = [name.decode() for name in parts[1::2]]

    def filled(self, **blanks: str | bytes) -> bytes:
        """Return it with the names filled in: bytes come from a form, and all text but markup is escaped."""
        texts = {name: _encoded(text) for name, text in blanks.items()}
        parts = self._parts.copy()
        parts[1::2] = [texts[name] for name in self._names]
        return b"".join(parts)


def _encoded(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    return (text if isinstance(text, Markup) else markup.printed(text)).encode("utf-8")


class Press:
    """Turns a template and its facts into a page."""

    def __init__(self, handling: str) -> None:
        """Load the templates and the style sheet, once for all pages of a run."""
        folder = templates_folder()
        css = style_sheet(folder, handling)
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self._css = css.encode("utf-8")
        self._environment = _environment(folder)
        self._frames: dict[tuple[object, ...], dict[str, Markup]] = {}
        self._shared = {
            "csp": _POLICY.format(digest=digest),
            "handling": handling,
        }

    def page(self, template: str, facts: Mapping[str, Any]) -> bytes:
        """Return a page in UTF-8.

        Its tables lead to the definitions of their figures where `definitions` among the facts says where these are.
        """
        page = self._styled(self._printed(template, {**facts, **self._frame(facts)}))
        place = str(facts.get("definitions", "")).encode()
        return page.replace(_DEFINITIONS, b'href="' + place + b"#") if place else _SOURCE.sub(b"", page)

    def page_form(self, template: str, facts: Mapping[str, Any], blanks: Iterable[str]) -> Form:
        """Return a page with some names left open, to be filled in many times."""
        return Form(self._styled(self._printed(template, {**facts, **self._frame(facts), **_marked(blanks)})))

    def part_form(self, template: str, facts: Mapping[str, Any], blanks: Iterable[str]) -> Form:
        """Return a part of a page with some names left open."""
        return Form(self._printed(template, {**facts, **_marked(blanks)}).encode("utf-8"))

    def _styled(self, html: str) -> bytes:
        # The style sheet is nine tenths of a page: it is encoded once and put in here. Nothing from outside can
        # be taken for the place, as its angle brackets are escaped.
        before, style, after = html.partition("<style>")
        return b"".join((before.encode("utf-8"), style.encode("utf-8"), self._css, after.encode("utf-8")))

    def _printed(self, template: str, facts: Mapping[str, Any]) -> str:
        return self._environment.get_template(template).render({**facts, **self._shared})

    def _frame(self, facts: Mapping[str, Any]) -> dict[str, Markup]:
        """Return the header and the footer, made once for all pages that have the same: those of cases do."""
        here = facts["here"] if any(facts["here"] == page for _, page in facts["menu"]) else None
        key = (facts["menu"], facts["root"], here)
        if key not in self._frames:
            self._frames[key] = {
                # What our own template printed is escaped already.
                part: Markup(self._printed(f"base/{part}.jinja", facts))  # noqa: S704
                for part in ("header", "footer")
            }
        return self._frames[key]


def _marked(blanks: Iterable[str]) -> dict[str, Markup]:
    """Return the names between marks, which no text from outside can hold: a control character is spelt out."""
    return {name: Markup(f"{_MARK}{name}{_MARK}") for name in blanks}  # noqa: S704  # names of ours


@cache
def _environment(folder: Path) -> Environment:
    """Return our templates, strict about what they are given, with the NHS macros, which are not."""
    ours = FileSystemLoader(folder)
    shared: dict[str, Any] = {
        "autoescape": True,  # whatever the file's name: select_autoescape() leaves .jinja files live
        "trim_blocks": True,
        "lstrip_blocks": True,
        "finalize": _plain,
        "auto_reload": False,  # no look at the file's date for every page
        "optimized": False,  # to look for constants takes longer than they save
    }
    library = Environment(  # noqa: S701  # autoescape is in `shared`
        loader=ChoiceLoader([ours, PackageLoader("nhsuk_frontend_jinja", "templates")]),
        undefined=ChainableUndefined,  # the NHS macros read parameters that nobody gave
        **shared,
    )
    environment = Environment(loader=ours, undefined=StrictUndefined, **shared)  # noqa: S701  # as above
    environment.globals.update(
        nhs=library.get_template("base/nhs.jinja").module,
        words=words,
        axis=markup.AXIS,
        lane_colours=markup.LANE_COLOURS,
    )
    environment.filters.update(
        per_cent=words.per_cent,
        table_rows=markup.table_rows,
    )
    return environment


def _plain(value: object) -> object:
    """Return what a template prints, without invisible characters; markup of our own macros passes."""
    if value.__class__ is str and value.isprintable():  # nearly all; no call saves most
        return value
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
