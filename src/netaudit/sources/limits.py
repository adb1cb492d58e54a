"""How much of a foreign list is read: what is more is no list, or means harm."""

from __future__ import annotations

from dataclasses import dataclass

from netaudit.errors import InputError, Problem

_NOTHING_CHANGED = "nothing was changed; get the list anew from its homepage, or look at what is in it"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an archive, a folder or a file.

    Real lists pack five- to thirtyfold, a list of one domain over and over about a hundredfold: so 200 for what is
    larger than 64 MB unpacked. The bytes and the members are the adapter's to raise (`most_megabytes`,
    `most_files`). Links are few in honest lists: UT1 has a dozen.
    """

    most_bytes: int = 512 << 20
    most_members: int = 20_000
    most_links: int = 200
    expansion: int = 200  # times the packed size
    expansion_floor_bytes: int = 64 << 20  # what is no larger may be as repetitive as it likes

    def most_unpacked(self, packed_bytes: int) -> int:
        """Return how many bytes may come out of so many."""
        return min(self.most_bytes, max(self.expansion_floor_bytes, self.expansion * packed_bytes))


def refused(what: str, where: object, remedy: str = _NOTHING_CHANGED) -> InputError:
    """Return what to say of an origin that is not read."""
    return InputError(Problem(what, str(where), remedy))
