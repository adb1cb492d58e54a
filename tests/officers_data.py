"""Invented officers, enrolled: files of their keys, without a passphrase unless a test asks, and their own file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from netaudit.custody import Identity, enrolled, make_identity
from netaudit.definitions.officers import Officer, Officers, entry_of

ENROLLED = date(2026, 1, 5)
# key → name, role, person_id in the staff directory
WHO = {
    "ig": ("Ingrid Gale", "ig", "p-ingrid"),
    "second_ig": ("Iona Grant", "ig", "p-iona"),
    "hr": ("Harriet Rowe", "hr", "p-harriet"),
    "second_hr": ("Hugh Rand", "hr", "p-hugh"),
    "approver": ("Sian Ross", "approver", "p-sian"),
}


@dataclass(frozen=True)
class Enrolled:
    """Officers with their private keys, in memory and as files."""

    folder: Path
    identities: dict[str, Identity]
    people: dict[str, Officer]

    @property
    def file(self) -> Path:
        """Return the file of officers; `[keys] officers` names it."""
        return self.folder / "officers.toml"

    @property
    def officers(self) -> Officers:
        return Officers(tuple(self.people.values()))

    def key(self, who: str) -> Path:
        """Return the file of somebody's private key, for `--key`, `--ig-key` and `--hr-key`."""
        return self.folder / f"{who}.key"

    def write(self) -> None:
        """Write the file of officers as they now are."""
        entries = []
        for officer in self.people.values():
            until = f"until = {officer.until.isoformat()}\n" if officer.until else ""
            entries.append(entry_of(officer) + until)
        self.file.write_text("\n".join(entries))

    def add(self, who: str, name: str, role: str, person_id: str = "", words: str = "") -> None:
        """Enrol somebody else, and write the file anew."""
        content, identity = make_identity(words)
        self.key(who).touch(mode=0o600)
        self.key(who).write_bytes(content)
        self.identities[who] = identity
        self.people[who] = enrolled(identity, name, role, ENROLLED, person_id)
        self.write()

    def leave(self, who: str, last_day: date) -> None:
        """Let somebody's office end."""
        self.people[who] = replace(self.people[who], until=last_day)
        self.write()


def enrol(folder: Path, *who: str) -> Enrolled:
    """Return some of the officers above (all, if none is named), with their files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Enrolled(folder, {}, {})
    for one in who or WHO:
        made.add(one, *WHO[one])
    return made
