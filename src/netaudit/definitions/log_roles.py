"""What vendors call the fields of a request, read from a file: names and looks of each role."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("log_roles.toml")


@dataclass(frozen=True, slots=True)
class LogRole:
    """What a field of a log may be, and how it is known."""

    id: str
    names: tuple[re.Pattern[str], ...]  # the surer first
    looks: str  # what its values look like
    by_values: bool  # whether these alone may tell
    examples: tuple[str, ...]  # names that fit
    others: tuple[str, ...]  # names that do not

    def is_called(self, name: str, rank: int) -> bool:
        """Return whether a field of this name fits the pattern of a rank, by its last part or as a whole."""
        if rank >= len(self.names):
            return False
        find = self.names[rank].search
        return bool(find(name.rpartition(".")[2]) or find(name.replace(".", "_")))


@cache
def log_roles() -> tuple[LogRole, ...]:
    """Return the roles, in the order in which they choose their fields.

    >>> [role.id for role in log_roles() if any(role.is_called("cs-username", rank) for rank in range(3))]
    ['user']
    """
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))["role"]
    return tuple(
        LogRole(
            id=one["id"],
            names=tuple(re.compile(name, re.IGNORECASE) for name in one["names"]),
            looks=one["looks"],
            by_values=one.get("by_values", False),
            examples=tuple(one["examples"]),
            others=tuple(one.get("others", ())),
        )
        for one in told
    )
