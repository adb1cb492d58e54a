"""A page of plain sections, such as the privacy notice: words alone, nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    quoted: bool = False  # the facts are others' words, such as the policy's
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A page: a title, a line below it, and sections."""

    title: str
    caption: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
