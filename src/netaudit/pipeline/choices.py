"""What an operator knows of logs before they are read: their formats and zones, by folder or for a whole command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netaudit.contracts import TimeChoice
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.formats import Format, formats_by_name
from netaudit.definitions.input_folders import InputFolder, folder_of
from netaudit.definitions.known_formats import BrokenFormat, KnownFormats
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import InputError, Problem
from netaudit.ingest import Awaited, Circumstances, LogFile, LogReader, as_called


@dataclass(frozen=True, slots=True)
class Choices:
    """How log files are opened: in which formats and zones."""

    formats: Sequence[Format]
    zone: str = "UTC"  # of times that carry none
    zone_is_configured: bool = False
    folders: tuple[InputFolder, ...] = ()
    named: tuple[str, ...] = ()  # formats or aliases that somebody has named for all files; they go before folders
    broken: tuple[BrokenFormat, ...] = ()  # definitions that read nothing; what they might have read waits

    def reader(
        self,
        log: LogFile,
        number: str = "1",
        called: str = "",
        *,
        now: datetime | None = None,
        recorded: Iterable[TimeChoice] = (),
    ) -> LogReader:
        """Return the reader of a log.

        Args:
            log: the file.
            number: the file's, for REJECTS.
            called: the product that the file is known to be of, where several write the same lines.
            now: the moment of the run; None: that of the computer.
            recorded: what was decided about the file's times when it was read before.

        Raises:
            InputError: the file cannot be read, or two formats read its lines alike.
        """
        folder = folder_of(log.path, self.folders)
        names = self.named or folder.formats
        chosen = [
            as_called(one, None, name) for name in names for one in self.formats if name in (one.name, *one.alias_names)
        ]
        awaited = self._awaited(names)
        about = Circumstances(
            now=now or datetime.now(UTC),
            changed=log.changed(),
            order=folder.order,
            year=folder.year,
            zone=folder.zone or self.zone,
            zone_how="configured" if folder.zone or self.zone_is_configured else "default",
        )
        return LogReader(
            log,
            chosen or (() if awaited.named else self.formats),
            log_file=number,
            called=called or (names[0] if len(names) == 1 else ""),
            chosen=bool(chosen),
            about=about.as_recorded(recorded),
            awaited=awaited,
        )

    def _awaited(self, names: Sequence[str]) -> Awaited:
        """Return the broken definitions that may be of a file; where its formats are named, of these alone."""
        if not names:
            return Awaited(self.broken)
        known = {*formats_by_name(self.formats), *(name for one in self.broken for name in one.names)}
        unknown = set(names) - known
        theirs = tuple(one for one in self.broken if one.names & set(names) or (unknown and not one.has_name))
        return Awaited(theirs, frozenset(one.path for one in theirs))


def choices_of(configuration: Configuration, formats: KnownFormats, named: Iterable[str] = ()) -> Choices:
    """Return the choices of a configuration.

    Args:
        configuration: the configuration.
        formats: all of them.
        named: formats or aliases that the command line names.

    Raises:
        InputError: naming formats that nobody knows; but a broken definition without a name may be meant by any.
    """
    named = tuple(dict.fromkeys(named))
    places = [(name, "--format") for name in named]
    places += [
        (name, f"{configuration.path}, [[inputs.folders]]")
        for one in configuration.input_folders
        for name in one.formats
    ]
    known = {*formats_by_name(formats.sound), *(name for one in formats.broken for name in one.names)}
    unknown = [
        Problem(f"there is no format '{name}'", where, did_you_mean(name, known))
        for name, where in places
        if name not in known and all(one.has_name for one in formats.broken)
    ]
    if unknown:
        raise InputError(unknown)
    return Choices(
        formats.sound,
        configuration.input_zone,
        configuration.input_zone_is_set,
        configuration.input_folders,
        named,
        formats.broken,
    )
