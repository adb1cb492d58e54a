"""Products that write the same lines: which of them a file is of, as its name and those of its folders say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from netaudit.definitions.formats import Alias, Format

NAMES_LOOKED_AT = 3  # the file's, its folder's, and that of the folder above


def as_called(log_format: Format, path: Path | None, called: str = "") -> Format:
    """Return the format under the name of the product that wrote a file; under its own where nothing tells.

    Args:
        log_format: with or without aliases.
        path: of the file; None for standard input.
        called: the product, where it is known.
    """
    if not log_format.aliases or log_format.name in {one.name for one in log_format.aliases}:
        return log_format
    alias = next((one for one in log_format.aliases if one.name == called), None)
    if called == log_format.name or (called and alias is None):
        return log_format
    alias = alias or (_told_by(log_format, path) if path is not None else None)
    return log_format if alias is None else replace(log_format, name=alias.name, title=alias.title)


def _told_by(log_format: Format, path: Path) -> Alias | None:
    """Return the alias that the nearest telling name has; None if it has several, or the format's own."""
    for name in path.parts[: -NAMES_LOOKED_AT - 1 : -1]:
        told = [one for one in log_format.aliases if re.search(one.path or as_word(one.name), name)]
        if told or re.search(as_word(log_format.name), name):
            return told[0] if len(told) == 1 else None
    return None


def as_word(name: str) -> str:
    """Return the pattern of texts that have a name as a word of its own."""
    return f"(?i)(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])"
