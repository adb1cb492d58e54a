"""A case as an evidence pack holds it: JSON that is the same wherever and whenever the case is made."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from netaudit.contracts import Case
from netaudit.pipeline.pack_archive import written

OF_THE_KEYS = (
    "case_number: it follows from the week's key, so the rebuilt case takes that of the pack",
    "names of computers in the house (machine-…): they follow from the week's key, so they are numbered as they come",
)
"""All that is not compared as it is."""

_MACHINE = re.compile(r"machine-[0-9a-f]{16}")
_MOST_TOLD = 40


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """Where two cases differ."""

    field: str
    packed: str
    rebuilt: str


def canonical_case(case: Case) -> bytes:
    """Return a case as JSON: all that its page is made of, keys sorted, moments with their offsets."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"machine-{len(numbers) + 1}")

    text = written(_plain(dataclasses.asdict(case))).decode()
    return _MACHINE.sub(number, text).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a case holds
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def differences(packed: bytes, rebuilt: bytes) -> list[Difference]:
    """Return where two cases differ, field by field; none only where they are the same bytes."""
    if packed == rebuilt:
        return []
    one, other = (dict(_leaves("", json.loads(text))) for text in (packed, rebuilt))
    names = list(dict.fromkeys([*one, *other]))
    found = [
        Difference(name, one.get(name, "nothing"), other.get(name, "nothing"))
        for name in names
        if one.get(name) != other.get(name)
    ]
    return found or [Difference("the bytes", "written otherwise", "with the same values")]


def told(found: list[Difference]) -> list[str]:
    """Return differences as lines, the first ones where they are many."""
    lines = [f"{one.field}: packed {one.packed}, rebuilt {one.rebuilt}" for one in found[:_MOST_TOLD]]
    return [*lines, f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else lines


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - what JSON can say
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(f"{name}.{key}" if name else key, one)
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from _leaves(f"{name}[{place}]", one)
    else:
        yield name, json.dumps(value, ensure_ascii=False)
