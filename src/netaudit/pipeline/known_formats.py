"""The formats of a configuration: its own are tried on their samples, and those that fail stop no other."""

from __future__ import annotations

from dataclasses import replace

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.formats import Format
from netaudit.definitions.known_formats import KnownFormats, load_known_formats
from netaudit.errors import Problem
from netaudit.ingest import check_format

MOST_SAMPLES = 100
"""So many samples of each format are tried before logs are read, so that a night never waits for them; `netaudit check`
tries all."""


def known_formats(configuration: Configuration) -> KnownFormats:
    """Return all formats, as they stand before logs are read."""
    folder = configuration.formats_folder
    return load_known_formats([folder] if folder else [], _try_samples)


def _try_samples(log_format: Format) -> list[Problem]:
    """Return what is wrong with the samples, without a word of them: they may be lines of a log."""
    return check_format(replace(log_format, samples=log_format.samples[:MOST_SAMPLES]), quoting=False)
