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
        forms = (name.rpartition(".")[2], name.replace(".", "_"))
        return any(find(form) or find(_plain(form)) for form in forms)


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


def _plain(name: str) -> str:
    """Return a name in small letters, with _ between its words.

    >>> _plain("clientAddress"), _plain("Bytes Received"), _plain("URLCategory")
    ('client_address', 'bytes_received', 'url_category')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^\w]+", "_", parted).strip("_").lower()
