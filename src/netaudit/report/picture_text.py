"""How much room a text needs in Arial, reckoned without a font, so that every machine breaks and shortens it alike.

It is the room for readers who set their letters and words further apart (WCAG 2.2, 1.4.12).
"""

from __future__ import annotations

from collections.abc import Sequence

from netaudit.report.plain import plain

# Advance widths in Arial, in ems, rounded up ("Arial", Monotype, hmtx table); bold is a tenth wider.
_WIDTHS = {
    0.28: " ijl.,:;'|!/\\It",
    0.34: "f()[]-r`",
    0.45: '"*{}',
    0.52: "cksvxyzJ",
    0.57: "abdeghnopqu0123456789LFTZ?_$#^",
    0.6: "+<>=~",
    0.68: "ABEKPSVXY&",
    0.74: "CDHNRUw",
    0.79: "GOQ",
    0.9: "mM%",
    1.02: "W@",
}
_EM = {character: width for width, characters in _WIDTHS.items() for character in characters}
_OTHER = 1.05  # ems: of a letter we know nothing about
_BOLD = 1.1
_MORE = "…"
_LETTER_SPACE, _WORD_SPACE = 0.12, 0.16  # ems, WCAG 2.2, 1.4.12


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the room that a text needs in px, at a font size in px; no less than it has in Arial."""
    ems = sum(_EM.get(character, _OTHER) for character in text) * (_BOLD if bold else 1.0)
    return (ems + _LETTER_SPACE * len(text) + _WORD_SPACE * text.count(" ")) * size


def shortened(text: str, size: float, room: float) -> str:
    """Return as much of a text as fits, with an ellipsis where something is missing, nothing in it invisible."""
    text = plain(text[: int(room)])  # no letter is as thin as a px: a text of 10 kB costs no more than a name
    if width(text, size) <= room:
        return text
    kept, left = "", room - width(_MORE, size)
    for character in text:
        left -= width(character, size)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + _MORE


def broken(text: str, size: float, room: float, lines: int) -> Sequence[str]:
    """Return a text in lines that fit, no more than `lines`; the last is shortened."""
    words = plain(text[: int(room) * lines]).split()
    made: list[str] = []
    while words and len(made) < lines - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        made.append(shortened(line, size, room))
    if words:
        made.append(shortened(" ".join(words), size, room))
    return made or [""]
