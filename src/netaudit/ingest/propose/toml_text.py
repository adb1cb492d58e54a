"""TOML as a person would write it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping

_WIDTH = 118


def literal(text: str) -> str:
    r"""Return a text in quotes, so that patterns need no escaping where possible.

    >>> print(literal(r"\d+"), literal("it's"), literal("a\tb"))
    '\d+' "it's" "a\tb"
    """
    if "\n" in text and "'''" not in text and text.replace("\n", "").replace("\t", "").isprintable():
        return f"'''\n{text}'''"
    plain = text.isprintable() and "'" not in text
    return f"'{text}'" if plain and ("\\" in text or '"' in text) else json.dumps(text, ensure_ascii=False)


def array(texts: Iterable[str]) -> str:
    """Return a list, over several lines where it is long."""
    parts = [literal(text) for text in texts]
    whole = f"[{', '.join(parts)}]"
    if len(whole) <= _WIDTH - 20:
        return whole
    return "[\n" + "\n".join(f"    {part}," for part in parts) + "\n]"


def commented(text: str) -> list[str]:
    """Return a text as lines of comment."""
    printable = "".join(one if one.isprintable() else "?" for one in text)
    return [f"# {line}" for line in textwrap.wrap(printable, _WIDTH - 2)]


def table(header: str, why: str, values: Mapping[str, str]) -> str:
    """Return a table with a comment above it."""
    return "\n".join((*commented(why), header, *(f"{key} = {literal(value)}" for key, value in values.items())))


def written(value: object) -> str:
    """Return a value of a layout: text, a list of texts, or a number."""
    if isinstance(value, list):
        return array(value)
    return str(value) if isinstance(value, int) else literal(str(value))


def literal_key(name: str) -> str:
    """Return a key, in quotes where it needs them.

    >>> literal_key("c-ip"), literal_key("client.ip")
    ('c-ip', '"client.ip"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
