"""The few errors raised on purpose.

NetauditError           something the user can mend; the command line prints it and ends with 2
├── DefinitionError     a format, class list, policy, register or configuration is wrong
├── InputError          a log file cannot be read
└── StoreError          the store or its keys cannot be used
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in words: what is wrong, where it is, what to do about it."""

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        """Return the fault as it is printed.

        >>> print(Problem("unknown key 'zoen'", "netaudit.toml", "did you mean 'zone'?"))
        unknown key 'zoen'
         --> netaudit.toml
          = help: did you mean 'zone'?
        """
        lines = [self.what]
        if self.where:
            lines.append(f" --> {self.where}")
        if self.remedy:
            lines.append(f"  = help: {self.remedy}")
        return "\n".join(map(printable, lines))


def printable(text: str) -> str:
    r"""Return the text with whatever could upset a terminal spelt out: a file may be named anything.

    >>> printable("caf\udce9\x1b[2J.log")
    'caf\\udce9\\x1b[2J.log'
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


class NetauditError(Exception):
    """Carries every fault found, so that all of them can be mended at once."""

    is_recorded = False  # set where the audit trail tells of the refusal already, and of more than its place

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DefinitionError(NetauditError):
    """A format, class list, policy, register, directory or configuration is wrong."""


class InputError(NetauditError):
    """A log file cannot be read."""


class StoreError(NetauditError):
    """The store or its keys cannot be used."""


def unwritable(where: object, reason: object) -> StoreError:
    """Return what to say of a disk that is full, or a place that cannot be written to."""
    remedy = "make room or mend the permissions, then run again: nothing that was stored before is lost"
    return StoreError(Problem(f"cannot be written: {reason}", str(where), remedy))
