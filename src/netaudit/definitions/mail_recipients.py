"""Who gets mails: a CSV file of units and addresses. No message about it repeats an address."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.mail import is_address
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import DefinitionError, Problem

AUDIENCE = "audience"
_LEVELS = ("team", "directorate", "organisation", AUDIENCE)
_COLUMNS = Columns(("unit", "level", "address"), ("unit", "level", "address"))


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the file."""

    unit: str  # as the staff directory has it; with the level `audience` the name of a folder of reports
    level: str
    address: str
    place: str  # recipients.csv:3: the address is named so wherever people read

    @property
    def whose(self) -> tuple[str, str, str]:
        """Return what makes two lines one: spaces and capitals do not matter."""
        return " ".join(self.unit.split()).casefold(), self.level, self.address.casefold()


def read_recipients(path: Path, allowed_domains: Collection[str], audiences: Collection[str]) -> list[Recipient]:
    """Return the lines of a file of recipients.

    Args:
        path: the file.
        allowed_domains: domains, in lower case; a line with an address elsewhere is a fault. Below a domain that is
            allowed nothing else is.
        audiences: the folders of reports that may stand as `unit` where the level is `audience`.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if not path.is_file():
        raise DefinitionError(Problem("there is no such file", str(path), "write its heading: unit,level,address"))
    problems: list[Problem] = []
    first: dict[tuple[str, str, str], str] = {}
    recipients = []
    for place, row in read_rows(path, _COLUMNS, problems):
        cleaned = {name: value.strip() for name, value in row.items()}
        faults = list(_faults(cleaned, place, allowed_domains, audiences))
        problems += faults
        one = Recipient(cleaned["unit"], cleaned["level"], cleaned["address"], place)
        if one.whose in first:
            problems.append(Problem("the same unit and address stand twice", place, f"keep {first[one.whose]}"))
        first.setdefault(one.whose, place)
        recipients.append(one)
    if problems:
        raise DefinitionError(problems)
    return recipients


def _faults(row: Row, place: str, allowed_domains: Collection[str], audiences: Collection[str]) -> Iterator[Problem]:
    level, address = row["level"], row["address"]
    if level and level not in _LEVELS:
        yield Problem("'level' is unknown", place, did_you_mean(level, _LEVELS))
    if level == AUDIENCE and row["unit"] and row["unit"] not in audiences:
        yield Problem("'unit' names no folder of reports", place, did_you_mean(row["unit"], audiences))
    if not address:
        return
    if not is_address(address):
        yield Problem("'address' is no plain e-mail address", place, "write one address as name@example.nhs.uk")
    elif address.rpartition("@")[2].lower() not in allowed_domains:
        remedy = "mend it, or add its domain to [mail] allowed_domains"
        yield Problem("'address' is of a domain that mail may not go to", place, remedy)
