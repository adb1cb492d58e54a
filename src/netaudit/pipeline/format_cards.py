"""What a log format can tell and what it cannot: from its definition, and proved by its samples."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from netaudit.contracts.quality import Clock
from netaudit.definitions.format_patterns import day_and_month
from netaudit.definitions.formats import Format, Layout, formats_by_name
from netaudit.definitions.log_fields import clock_of, lacking, lacks_year, places, told
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import InputError, Problem
from netaudit.ingest import read_sample, url_parts, url_paths

_PAGE = "page"
_MARK = "layout-"  # a kind by which the layout that read a sample is known again


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a format writes its lines, and what these tell."""

    number: int  # of the layout, from 1
    event_dataset: str
    parser: str
    note: str
    fields: tuple[str, ...]  # columns of a record that a sample fills
    unproven: tuple[str, ...]  # those that have a place, and in no sample a value
    samples: int
    clock: Clock
    day_or_month: bool  # which of them comes first is found by evidence
    year: bool  # whether it is written
    marks: str  # which end of a request: start, end


@dataclass(frozen=True, slots=True)
class Card:
    """What a log format can tell and what it cannot."""

    name: str
    title: str
    reference: str
    scope: str
    evidence: str
    aliases: tuple[tuple[str, str], ...]  # name, title
    others: tuple[str, ...]  # kinds of records that are no web requests: counted, and not read
    ways: tuple[Way, ...]
    fields: tuple[str, ...]
    unproven: tuple[str, ...]
    lacks: tuple[str, ...]  # ids of definitions/log_fields.toml
    family: str = ""  # the format that reads the lines, where the name is an alias or a kind


def card_called(name: str, formats: Sequence[Format]) -> Card:
    """Return the card of a format, of an alias, or of one kind of a format's records (`fortigate.webfilter`).

    Raises:
        InputError: nothing is called so.
    """
    of_formats = formats_by_name(formats)
    whole, _, kind = name.partition(".")
    log_format = of_formats.get(whole)
    kinds = {layout.kind for layout in log_format.layouts if layout.web} if log_format else set()
    if log_format is None or (kind and kind not in kinds):
        known = {*of_formats, *(one.dataset(layout) for one in formats for layout in one.layouts if layout.web)}
        raise InputError(Problem(f"no format, alias or kind is called '{name}'", "", did_you_mean(name, known)))
    card = card_of(log_format, kind)
    own = next((one for one in formats if one.path == log_format.path), log_format)
    alias = next((one for one in own.aliases if one.name == whole and own.name != whole), None)
    reference = alias.reference or card.reference if alias else card.reference
    return replace(card, name=name, reference=reference, family=own.name if own.name != name else "")


def card_of(log_format: Format, kind: str = "") -> Card:
    """Return the card of a format, or of one kind of its records.

    A column counts as told only if a sample has a value in it.
    """
    read = _read_by_layout(log_format)
    ways = tuple(
        _way(log_format, number, layout, read.get(number, []))
        for number, layout in enumerate(log_format.layouts, 1)
        if layout.web and (not kind or layout.kind == kind)
    )
    fields = _ordered({name for way in ways for name in way.fields})
    unproven = _ordered({name for way in ways for name in way.unproven} - set(fields))
    mine = [frame for way in ways for frame in read.get(way.number, [])]
    others = {log_format.dataset(layout) for layout in log_format.layouts if not layout.web}
    return Card(
        name=log_format.name,
        title=log_format.title,
        reference=log_format.reference,
        scope=log_format.scope,
        evidence=log_format.evidence,
        aliases=tuple((one.name, one.title) for one in log_format.aliases if one.name != log_format.name),
        others=() if kind else tuple(sorted(others)),
        ways=ways,
        fields=fields,
        unproven=unproven,
        lacks=_in_order([*lacking(log_format, fields), *([] if _has_page(log_format, mine) else [_PAGE])]),
    )


def as_json(card: Card) -> Mapping[str, object]:
    """Return the card as an object, with what follows from each thing that it lacks in words."""
    return {
        "name": card.name,
        "format": card.family or card.name,
        "title": card.title,
        "reference": card.reference,
        "scope": card.scope,
        "evidence": card.evidence,
        "aliases": [{"name": name, "title": title} for name, title in card.aliases],
        "kinds": list(kinds_of(card)),
        "not_web": list(card.others),
        "fields": list(card.fields),
        "unproven": list(card.unproven),
        "layouts": [
            {
                "number": way.number,
                "event_dataset": way.event_dataset,
                "parser": way.parser,
                "note": way.note,
                "fields": list(way.fields),
                "unproven": list(way.unproven),
                "samples": way.samples,
                "time": {
                    "clock": way.clock,
                    "year": way.year,
                    "day_or_month": way.day_or_month,
                    "marks": way.marks,
                },
            }
            for way in card.ways
        ],
        "lacks": [{"id": name, "what": told()[name].what, "follows": told()[name].follows} for name in card.lacks],
    }


def kinds_of(card: Card) -> tuple[str, ...]:
    """Return what `event_dataset` can be for records of a card."""
    return tuple(dict.fromkeys(way.event_dataset for way in card.ways))


def source_names(formats: Iterable[Format]) -> tuple[str, ...]:
    """Return the names of all sources: of formats, and of aliases that are no formats themselves."""
    return tuple(sorted(formats_by_name(formats)))


def _read_by_layout(log_format: Format) -> dict[int, list[pl.DataFrame]]:
    """Return PARSED of each sample that is an event, by the number of the layout that reads it."""
    marked = tuple(replace(one, kind=f"{_MARK}{number}") for number, one in enumerate(log_format.layouts, 1))
    told_apart = replace(log_format, layouts=marked)
    found: dict[int, list[pl.DataFrame]] = {}
    for sample in log_format.samples:
        if sample.outcome == "event":
            parsed = read_sample(told_apart, sample).parsed
            for (dataset,), rows in parsed.group_by("event_dataset"):
                found.setdefault(int(str(dataset).rpartition(_MARK)[2]), []).append(rows)
    return found


def _way(log_format: Format, number: int, layout: Layout, read: Sequence[pl.DataFrame]) -> Way:
    time = layout.time or log_format.time
    has_place = places(layout)
    filled = {name for frame in read for name in has_place if frame[name].null_count() < frame.height}
    return Way(
        number=number,
        event_dataset=log_format.dataset(layout),
        parser=layout.parser,
        note=layout.note,
        fields=_ordered(filled),
        unproven=_ordered(has_place - filled),
        samples=len(read),
        clock=clock_of([time]),
        day_or_month=time.day_or_month and any(map(day_and_month, time.styles)),
        year=not lacks_year([time]),
        marks=time.marks,
    )


def _has_page(log_format: Format, read: Iterable[pl.DataFrame]) -> bool:
    """Return whether any address of a sample has a path; look-ups have none, and say so in another way."""
    return log_format.is_names_only or any(_paths(frame) for frame in read)


def _paths(frame: pl.DataFrame) -> bool:
    urls = frame.select("url_full", tunnel=pl.col("http_request_method").eq("CONNECT").fill_null(value=False))
    named = url_parts(urls)["url_domain"] != ""
    return bool((named & url_paths(urls).str.contains("^/.")).fill_null(value=False).any())


def _ordered(fields: Collection[str]) -> tuple[str, ...]:
    """Return columns in the order in which they are listed; those that are not in it come last."""
    listed = [one.field for one in told().values() if one.field in fields]
    return (*listed, *sorted(set(fields) - set(listed)))


def _in_order(lacks: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in told() if name in lacks)
