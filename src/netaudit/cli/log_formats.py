"""Words for log formats, and for what detection finds in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netaudit.definitions.formats import Format
from netaudit.definitions.known_formats import BrokenFormat
from netaudit.definitions.log_fields import fields_in_words
from netaudit.ingest import Detection

PARSERS = {
    "delimited": "columns",
    "columns": "columns",
    "regex": "pattern",
    "w3c": "header",
    "zeek": "header",
    "table": "table",
    "keyvalue": "key=value",
    "json": "JSON",
    "cef": "CEF",
    "leef": "LEEF",
}
_BROKEN = "broken"


def format_lines(formats: Sequence[Format], broken: Sequence[BrokenFormat] = ()) -> Iterator[str]:
    """Yield a line for each format: its name, how it is written, its title; of a broken one, its file."""
    ways = {one.path: ", ".join(dict.fromkeys(PARSERS[layout.parser] for layout in one.layouts)) for one in formats}
    rows = [(one.name, one.scope, ways[one.path], one.title) for one in formats]
    rows += [(one.name, _BROKEN, "", one.in_words) for one in broken]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    for row in sorted(rows):
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]])


def detection_lines(title: str, found: Detection) -> Iterator[str]:
    """Yield what detection says of a file, without a word of what is in it."""
    if not found.takers:
        yield f"{title}: unknown"
        return
    (best, _), *others = found.takers
    rejects = sum(best.rejects.values())
    other = best.asked - best.events - best.not_web - rejects
    yield f"{title}: {best.log_format.title} ({best.log_format.name})"
    yield (
        f"  first {best.asked} lines: {best.events} web requests, {best.not_web} other records, "
        f"{other} headers or parts of records, {rejects} set aside"
        f"{' or of other formats' if others else ''}"
    )
    for vote, lines in others:
        yield f"  {lines} of these are of {vote.log_format.title} ({vote.log_format.name})"
    for reason, count in () if others else best.rejects.items():
        yield f"    {count} × {reason}"
    if best.events:
        counts = {word: best.filled[name] for name, word in fields_in_words().items()}
        there = [f"{word} {_share(count / best.events)}" for word, count in counts.items() if count]
        absent = [word for word, count in counts.items() if not count]
        yield "  found: " + (", ".join(there) or "nothing but time and address")
        yield "  not in this log: " + (", ".join(absent) or "nothing")
    takers = {vote.log_format.name for vote, _ in found.takers}
    for vote in found.votes:
        if vote.log_format.name not in takers and vote.is_enough and vote.is_of_lines:
            yield f"  {vote.log_format.name} would read {_share(vote.share)} of the lines"


def _share(share: float) -> str:
    return "less than 1 %" if 0 < share < 0.01 else f"{int(share * 100)} %"  # noqa: PLR2004 - one in a hundred
