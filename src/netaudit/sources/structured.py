"""Lists in CSV and JSON, most of which say for each name what class it is of."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import polars as pl

from netaudit.sources import reasons
from netaudit.sources.line_syntaxes import names_of
from netaudit.sources.reasons import CLASSED
from netaudit.sources.texts import text_of
from netaudit.sources.tree import Content

Row = tuple[str | None, bool, str | None, str | None]  # of CLASSED
# https://www.circl.lu/doc/misp/categories-and-types/: attributes that a name of a host can be one of.
_ABOUT_HOSTS = {"hostname", "domain", "domain|ip", "hostname|port", "url", "uri", "link"}
_MISP_TYPES = ("hostname", "string")  # https://github.com/MISP/misp-warninglists: others are ranges and patterns


def csv_names(content: Content, columns: Mapping[str, str], separator: str) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of comma-separated text with a heading, and how many records there are.

    Args:
        content: the file.
        columns: the heading of the column with the name of a host or an address (`pattern`), and of that with the
            class (`class`; without one, `upstream` is null).
        separator: between the cells.
    """
    rows: list[Row] = []
    count = 0
    text = text_of(content)
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator)
    places: dict[str, int] | None = None
    try:
        for record in reader:
            count += 1
            if not any(cell.strip() for cell in record):
                rows.append((None, False, reasons.BLANK, None))
            elif places is None:
                heading = [cell.strip().lower() for cell in record]
                places = {key: heading.index(name.lower()) for key, name in columns.items() if name.lower() in heading}
                rows.append((None, False, reasons.HEADER, None))
            elif len(places) < len(columns) or len(record) <= max(places.values()):
                rows.append((None, False, reasons.NOT_READABLE, None))
            else:
                upstream = record[places["class"]].strip() if "class" in places else None
                rows.append((record[places["pattern"]], False, None, upstream))
    except csv.Error:  # a cell of megabytes
        left = 1 + text.removesuffix("\n").count("\n") + 1 - reader.line_num
        count += left
        rows += [(None, False, reasons.NOT_READABLE, None)] * left
    return _frame(rows), count


def misp_names(content: Content) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of a MISP warning list, without `upstream`, and how many entries there are."""
    document = _json(content)
    items = document.get("list") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(items, list):
        return _frame([(None, False, reasons.NOT_READABLE, None)]), 1
    kinds = document.get("matching_attributes", ["hostname"])
    named_ones = not isinstance(kinds, list) or any(kind in _ABOUT_HOSTS for kind in kinds if isinstance(kind, str))
    if not named_ones or document.get("type", "hostname") not in _MISP_TYPES:
        return _frame([(None, False, reasons.NOT_ABOUT_HOSTS, None)] * len(items)), len(items)
    return _frame([_text(item) for item in items]), len(items)


def two_factor_names(content: Content) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of the 2FA directory, by its categories, and how many entries there are.

    Source: https://2fa.directory/api/ (an object of entries by name; older ones, a list of pairs).
    """
    document = _json(content)
    if isinstance(document, list) and all(isinstance(one, list) and len(one) == 2 for one in document):  # noqa: PLR2004
        entries = [entry for _, entry in document]
    elif isinstance(document, dict):
        entries = list(document.values())
    else:
        return _frame([(None, False, reasons.NOT_READABLE, None)]), 1
    rows: list[Row] = []
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        domains = [fields.get("domain"), *_list(fields.get("additional-domains"))]
        classes = _list(fields.get("categories", fields.get("keywords")))
        of_entry = [
            (domain, False, None, upstream)
            for domain in domains
            for upstream in classes
            if isinstance(domain, str) and isinstance(upstream, str)
        ]
        reason = reasons.NO_CLASS if any(isinstance(domain, str) for domain in domains) else reasons.NOT_READABLE
        rows += of_entry or [(None, False, reason, None)]
    return _frame(rows), len(entries)


def m365_names(content: Content) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of Microsoft 365's endpoints, by `serviceArea`, and how many sets of them there are.

    Source: https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-ip-web-service
    """
    document = _json(content)
    if not isinstance(document, list):
        return _frame([(None, False, reasons.NOT_READABLE, None)]), 1
    rows: list[Row] = []
    for entry in document:
        fields = entry if isinstance(entry, dict) else {}
        urls = [url for url in _list(fields.get("urls")) if isinstance(url, str)]
        area = fields.get("serviceArea")
        upstream = area if isinstance(area, str) else None
        # There, *.example.com and example.com are two things.
        rows += [(url, not url.startswith("*"), None, upstream) for url in urls]
        if not urls:
            rows.append((None, False, reasons.NOT_ABOUT_HOSTS if fields else reasons.NOT_READABLE, None))
    return _frame(rows), len(document)


def adguard_names(content: Content, classes: Collection[str], modifiers: Collection[str]) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of AdGuard's services, by `id` or `group:` and group, and how many rules there are.

    Source: https://github.com/AdguardTeam/HostlistsRegistry, assets/services.json
    """
    document = _json(content)
    services = document.get("blocked_services") if isinstance(document, dict) else None
    if not isinstance(services, list):
        return _frame([(None, False, reasons.NOT_READABLE, None)]), 1
    frames = [_frame([])]
    count = 0
    for service in services:
        fields = service if isinstance(service, dict) else {}
        rules = [rule for rule in _list(fields.get("rules")) if isinstance(rule, str)]
        names = [
            f"{kind}{name}"
            for key, kind in (("id", ""), ("group", "group:"))
            if isinstance(name := fields.get(key), str)
        ]
        upstream = next((name for name in names if name in classes), next(iter(names), None))
        lines = pl.Series("line", [rule.strip() for rule in rules], dtype=pl.String)
        frames.append(names_of(lines, "adblock", modifiers).with_columns(upstream=pl.lit(upstream, pl.String)))
        count += len(rules) or 1
        if not rules:
            frames.append(_frame([(None, False, reasons.NOT_ABOUT_HOSTS, None)]))
    return pl.concat(frames), count


def _frame(rows: Iterable[Row]) -> pl.DataFrame:
    sound = [(_sound(text), exact, reason, _sound(upstream)) for text, exact, reason, upstream in rows]
    return pl.DataFrame(sound, schema=CLASSED, orient="row")


def _sound(text: str | None) -> str | None:
    """Return a text without the halves of characters that JSON can hold."""
    return text if text is None or text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _json(content: Content) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return json.loads(text_of(content))
    except (ValueError, RecursionError):
        return None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(item: object) -> Row:
    return (item, False, None, None) if isinstance(item, str) else (None, False, reasons.NOT_READABLE, None)
