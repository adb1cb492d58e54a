"""What netaudit does not protect against, read from the manual: one text, wherever it is printed."""

from __future__ import annotations

import re
from pathlib import Path

from netaudit.errors import DefinitionError, Problem

_SECTION = "\n## Honest limits\n"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PLACES = (
    Path(__file__).resolve().parents[3] / "docs" / "privacy.md",  # a checkout's first: installed ones can be stale
    Path(__file__).resolve().parents[1] / "docs" / "privacy.md",
)


def honest_limits() -> tuple[str, ...]:
    """Return the items of the section "Honest limits" of docs/privacy.md, without its markup.

    Raises:
        DefinitionError: the manual is missing, or has no such section.
    """
    for place in _PLACES:
        if place.is_file():
            _, found, rest = place.read_text(encoding="utf-8").partition(_SECTION)
            if not found:
                remedy = "put the section back"
                raise DefinitionError(Problem("the manual has no section “Honest limits”", str(place), remedy))
            return items_of(rest.partition("\n## ")[0])
    remedy = "install netaudit again: its wheel carries it"
    raise DefinitionError(Problem("the manual's page on privacy is missing", str(_PLACES[-1]), remedy))


def items_of(text: str) -> tuple[str, ...]:
    r"""Return the items of a list as plain sentences.

    >>> items_of("- A **bold** [link](there.md)\n  goes on.\n- `two`")
    ('A bold link goes on.', 'two')
    """
    items = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    return tuple(
        " ".join(_LINK.sub(r"\1", item.partition("\n\n")[0]).replace("**", "").replace("`", "").split())
        for item in items
    )
