"""How old somebody has to be to read a text with ease: two formulas, which have to agree that it is easy."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import textstat

_BLOCKS = {"p", "li", "h1", "h2", "h3", "caption", "figcaption", "summary", "th", "dt", "dd"}
_UNSEEN = {"style", "script", "title", "head"}


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1))


def flesch_kincaid_age(text: str) -> float:
    """Flesch-Kincaid grade (Kincaid and others, 1975), and five years."""
    sentences = [one for one in re.split(r"[.:;!?]\s|\n", text) if re.search("[a-z]", one)]
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59 + 5


def automated_age(text: str) -> float:
    """The automated readability index (Smith and Senter, 1967), and five years: it counts letters, not syllables.

    textstat's other formulas count syllables by a dictionary that it fetches from the internet.
    """
    lines = [one.strip().rstrip(".:?") for one in text.splitlines() if re.search("[a-z]", one)]
    return float(textstat.automated_readability_index("".join(f"{one}.\n" for one in lines))) + 5


class _Blocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS or tag in _UNSEEN:
            self._open.append(tag)
            if tag in _BLOCKS:
                self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1]:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in _BLOCKS:
            self.found[-1] += data


def texts_of(html: str) -> list[str]:
    """Return what stands in each paragraph, point, heading and head of a column, in order; not the cells of tables."""
    blocks = _Blocks()
    blocks.feed(html)
    return [" ".join(one.split()) for one in blocks.found if one.strip()]
