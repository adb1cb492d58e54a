"""What the fields of a line mean: a format's templates make PARSED's values out of the vendor's."""

from __future__ import annotations

import re
from urllib.parse import unquote

import polars as pl

from netaudit.definitions.formats import Layout
from netaudit.definitions.templates import FieldPart, Part, Template

_TUNNEL = "^(?i)(?:tcp|ssl|tunnel)://"  # schemes by which proxies mark what they only passed on
_ESCAPED = re.compile(r'\\(?P<sign>[\\"])|(?P<bytes>(?:\\x[89A-Fa-f][0-9A-Fa-f])+)')  # beyond ASCII: UTF-8
_LENGTH = r"\(\d{1,2}\)"
_LABELS = rf"^{_LENGTH}"
FIELD = "field:"  # vendors' names are kept apart from PARSED's


def with_targets(frame: pl.DataFrame, layout: Layout, nulls: tuple[str, ...]) -> pl.DataFrame:
    """Return the frame with a column per target of the layout, and `claimed`.

    Args:
        frame: a String column per field, its name after `FIELD`; other columns are kept.
        layout: says how targets are put together, which fields a line must have, and what they must look like.
        nulls: words that mean that there is no value.
    """
    names = [name for name in frame.columns if name.startswith(FIELD)]
    words = [*nulls, ""]
    frame = frame.with_columns(
        *(_from_base64(frame[name]) for name in names if name.removeprefix(FIELD) in layout.base64),
        *(_from_escapes(frame[name]) for name in names if name.removeprefix(FIELD) in layout.escaped),
        *(_from_percent(frame[name]) for name in names if name.removeprefix(FIELD) in layout.percent),
        *(_from_labels(frame[name]) for name in names if name.removeprefix(FIELD) in layout.labels),
    )
    told = [name for name in names if frame[name].null_count() < frame.height]  # of a wide layout, most say nothing
    frame = frame.with_columns(pl.when(~pl.col(name).is_in(words)).then(pl.col(name)) for name in told)
    for part, templates in layout.parts.items():
        frame = frame.with_columns(_first(templates, told).alias(FIELD + part))
        names.append(FIELD + part)
        told.append(FIELD + part)
    claims = [pl.col(FIELD + name).is_not_null() for name in layout.needs if FIELD + name in names]
    claims += [
        pl.col(FIELD + name).str.contains(pattern).fill_null(value=False)
        for name, pattern in layout.checks.items()
        if FIELD + name in names
    ]
    if not {FIELD + name for name in (*layout.needs, *layout.checks)} <= set(names):
        claims = [pl.lit(value=False)]  # a header without the column, or a time of an envelope that is not there
    found = frame.with_columns(
        *(_first(templates, told).alias(target) for target, templates in (layout.fields.items() if layout.web else ())),
        claimed=pl.col("claimed") & pl.all_horizontal(pl.lit(value=True), *claims),
    )
    if not layout.web:
        return found
    method = pl.col("http_request_method") if "http_request_method" in layout.fields else pl.lit(None, pl.String)
    tunnel = pl.col("url_full").str.contains(_TUNNEL)
    written = method.str.to_uppercase()  # some vendors write it in small letters
    return found.with_columns(http_request_method=pl.when(tunnel).then(pl.lit("CONNECT")).otherwise(written))


def _first(templates: tuple[Template, ...], known: list[str]) -> pl.Expr:
    """Return the text of the first template that makes one."""
    possible = [template for template in templates if _may_make_text(template, known)]
    return pl.coalesce(*(_value(template, known) for template in possible)) if possible else pl.lit(None, pl.String)


def _may_make_text(template: Template, known: list[str]) -> bool:
    """Return whether all fields that the template must have are known."""
    needed = (part for required, parts in template.groups if required for part in parts)
    return all(FIELD + part.name in known for part in needed if isinstance(part, FieldPart))


def _value(template: Template, known: list[str]) -> pl.Expr:
    """Return the text that the template makes; null where a part that must be there has no value."""
    groups = []
    for required, parts in template.groups:
        text = pl.concat_str([_part(part, known) for part in parts])
        groups.append(text if required else text.fill_null(""))
    return pl.concat_str(groups)


def _part(part: Part, known: list[str]) -> pl.Expr:
    if not isinstance(part, FieldPart):
        return pl.lit(part)
    if FIELD + part.name not in known:
        return pl.lit(None, pl.String)
    value = pl.col(FIELD + part.name)
    if not part.pattern:
        return value
    if part.takes:
        return value.str.extract(part.pattern, 1)
    matches = value.str.contains(part.pattern)
    return pl.when(~matches if part.unwanted else matches).then(value)


def _from_base64(values: pl.Series) -> pl.Series:
    """Return the text that is written in base64; a value that is none stays as it is."""
    known = values.unique().drop_nulls()
    plain = [
        text if raw is None else raw.decode("utf-8", "replace")
        for text, raw in zip(known, known.str.decode("base64", strict=False), strict=True)
    ]
    return values.replace(known, pl.Series(plain, dtype=pl.String))


def _from_labels(values: pl.Series) -> pl.Series:
    """Return names with dots between their parts, of which `(3)www(7)example(0)` writes the lengths."""
    return values.str.replace_all(_LENGTH, ".").str.strip_chars(".").zip_with(values.str.contains(_LABELS), values)


def _from_escapes(values: pl.Series) -> pl.Series:
    """Return the text without the backslashes that protect a sign, and with letters in place of their bytes."""
    known = values.filter(values.str.contains("\\", literal=True)).unique()
    plain = [decoded if (decoded := _ESCAPED.sub(_sign, text)).isprintable() else text for text in known]
    return values.replace(known, pl.Series(plain, dtype=pl.String))


def _sign(found: re.Match[str]) -> str:
    if found["sign"]:
        return found["sign"]
    try:
        return bytes.fromhex(found["bytes"].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def _from_percent(values: pl.Series) -> pl.Series:
    """Return the text with characters in place of %20 and the like; a value that would not be printable stays."""
    known = values.filter(values.str.contains("%", literal=True)).unique()
    plain = [decoded if (decoded := unquote(text)).isprintable() else text for text in known]
    return values.replace(known, pl.Series(plain, dtype=pl.String))
