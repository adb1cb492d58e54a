"""What people type into the trail and onto pages of cases: it must not name anybody, as far as the directory tells."""

from __future__ import annotations

import re

from netaudit.definitions.registers import Registers
from netaudit.errors import InputError, Problem

_LONGEST_TEXT = 500
_SHORTEST_NAME = 4  # shorter identifiers are words, too


def free_text(text: str, where: str, registers: Registers) -> str:
    """Return what an officer wrote, which stays in the audit trail: it must not name anybody.

    Args:
        text: as it was typed.
        where: the option that it was given with.
        registers: with the staff directory.

    Raises:
        InputError: it is empty, too long, or has an identifier or account of the staff directory in it.
    """
    text = " ".join(text.split())
    if not text or not text.isprintable() or len(text) > _LONGEST_TEXT:
        raise InputError(Problem("that says nothing, or too much", where, f"write 1 to {_LONGEST_TEXT} letters"))
    if names_somebody(text, registers):
        remedy = "name nobody: this stays in the audit trail; the case number says which case it is"
        raise InputError(Problem("a word of it is an identifier or an account of the staff directory", where, remedy))
    return text


def names_somebody(text: str, registers: Registers) -> bool:
    """Return whether an identifier or an account of the staff directory is a word of a text, whatever stands beside."""
    text = text.casefold()
    names = {name.casefold() for person in registers.people for name in (person.person_id, *person.accounts)}
    names |= {name.rpartition("\\")[2].partition("@")[0] for name in names}
    return any(
        len(name) >= _SHORTEST_NAME and name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
        for name in names
    )
