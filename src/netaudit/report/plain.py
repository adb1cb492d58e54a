"""Text from outside made harmless: what is printed, what is a file name, what is a CSV cell.

Site names, units, reasons and file names come from logs and registers that anyone may have written into.
Markup is the template engine's business (it escapes everything); here is what escaping leaves alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

# Unicode general categories: controls (with the escape that starts terminal colours), formats (zero-width and
# bidirectional marks), surrogates, private and unassigned code points, line and paragraph separators.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))

# A spreadsheet takes a cell that starts so for a formula (OWASP "CSV Injection"); the last four are the
# full-width forms, which East Asian spreadsheets read alike.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# Some countries' spreadsheets part cells at a semicolon: what follows one begins a cell there.
_CELL_WITHIN = re.compile(r"(;[\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")

# Names that Windows keeps for devices, whatever follows the dot.
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_SLUG_LENGTH = 60
_PLAIN_NAME = re.compile(r"[a-z0-9]+([ -][a-z0-9]+)*")


def plain(text: str) -> str:
    r"""Return the text with every invisible or direction-changing character spelt out.

    >>> plain("bbc.co.uk")
    'bbc.co.uk'
    >>> plain("ok\u202etxt.exe")
    'ok[U+202E]txt.exe'
    """
    if text.isprintable():  # the common case, without a look at each character
        return text
    return "".join(
        f"[U+{ord(character):04X}]" if unicodedata.category(character) in _INVISIBLE else character
        for character in text
    )


def csv_cell(text: str) -> str:
    """Return the text as a spreadsheet may have it: never a formula, always on one line.

    >>> csv_cell("=1+1"), csv_cell("a;=1+1")
    ("'=1+1", "a;'=1+1")
    """
    if text.isprintable() and text[:1].isalnum() and ";" not in text:  # nearly all
        return text
    shown = _CELL_WITHIN.sub(r"\1'", plain(text))
    # The raw text counts too: a tab in front is spelt out above, but a reader should see that it was defused.
    return f"'{shown}" if text.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown


def slug(text: str) -> str:
    """Return a file name of a-z, 0-9 and hyphens, the same every week: never a path, never a device's name.

    A text that is not already plain words gets a checksum, so that "A&B" and "A/B" do not meet in one file.

    >>> slug("Medicines Optimisation")
    'medicines-optimisation'
    """
    lowered = text.casefold()
    ascii_only = unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_SLUG_LENGTH].strip("-")
    exact = _PLAIN_NAME.fullmatch(lowered) is not None and len(lowered) <= _SLUG_LENGTH
    if exact and not _DEVICE.fullmatch(words):
        return words
    return f"{words or 'unnamed'}-{_checksum(text)}"


def slugs(names: Sequence[Iterable[str]]) -> list[str]:
    """Return one slug for each name, all different; a name is (its text, what else tells it apart).

    >>> slugs([("Finance", "team"), ("Finance", "directorate"), ("Estates", "team")])[2]
    'estates'
    """
    parts = [tuple(name) for name in names]
    first = [slug(name[0]) for name in parts]
    shared = {name for name, count in Counter(first).items() if count > 1}
    unique = [
        f"{one}-{_checksum(chr(0).join(name))}" if one in shared else one
        for one, name in zip(first, parts, strict=True)
    ]
    if len(set(unique)) != len(unique):
        raise ValueError("two pages have the same name: a unit or a case number is given twice")
    return unique


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
