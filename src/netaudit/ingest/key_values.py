"""Keys with values: `key=value` in any order, inside CEF and LEEF as well, and JSON objects."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from netaudit.ingest.plain_keys import read_bare_keys, read_plain_keys

_KEY = r"[A-Za-z_][A-Za-z0-9_.()-]*"
_BREAK = "\x1f"
# A quoted value is passed over whole, so that what looks like a key inside it is none.
_QUOTED_OR_KEY = rf'("(?:[^"\\]|\\.)*")|(?:^<\d{{1,3}}>|^|BETWEEN)({_KEY}GIVES)'
_CELL = rf'(^|,)\s*"({_KEY}=)((?:[^"]|"")*)"'
_BEFORE_FIRST = rf"^{_BREAK}[^={_BREAK}]*?[\s>]({_KEY}=)"  # an envelope
_PLAIN_KEY = rf"(?:^|[ \t\n]+)({_KEY}=)"  # a record of several lines may be broken between two keys
# What may stand before a key. Where a key is parted from its value as it is from what stands before the first key
# ("430003: SrcIP: 192.0.2.1, DstIP: …"), either counts.
_BETWEEN = {" ": r"[ \t]+", ",": r"[,\s]+", "; ": r"(?:;\s*|\[)", ", ": "(?:, |: )"}
_GIVES = {"=": "=", ":": "::?", ": ": ": "}
# A line whose values stand in quotes, without others inside, or hold no space: nearly all lines of most devices.
_PLAIN_CELL = rf'{_KEY}=(?:"[^"\\]*"|[^\s"]*)'
_PLAIN_LINE = rf'^(?:<\d{{1,3}}>|[^="]*[ \t])?{_PLAIN_CELL}(?:[ \t]+{_PLAIN_CELL})*\s*$'
_TEXTS = r'^\["((?:[^"\\]|\\.)*(?:", "(?:[^"\\]|\\.)*)*)"\]$'
# Of both, a collector may have lost the name that stands first.
_HEADER_CELL = r"((?:[^|\\]|\\.)*)"
_CEF = r"(?s)(?:CEF:\s?|^\s*)\d+\|" + r"\|".join([_HEADER_CELL] * 6) + r"\|(?:[^|=]{0,64}\|)?(.*)$"
_CEF_VERSION = r"(?:CEF:\s?|^\s*)\d+$"
_MORE_BARS = r"^[^|=]{0,64}\|"
_CEF_NAMES = ("device_vendor", "device_product", "device_version", "class_id", "name", "severity", "extension")
_LEEF = (
    r"(?s)(?:LEEF:\s?|^\s*)(\d)(?:\.\d)?\|"
    + r"\|".join([_HEADER_CELL] * 4)
    + r"\|(?:(0?x[0-9A-Fa-f]{2}|[^|\s]?)\|)?(.*)$"
)
_LEEF_NAMES = ("leef", "device_vendor", "device_product", "device_version", "event_id", "delimiter", "extension")


def read_keys(
    lines: pl.Series, separator: str, wanted: Collection[str], *, quotes: bool = True, gives: str = "="
) -> pl.DataFrame:
    """Return a String column per wanted key, null where a line does not have it; the first counts if it comes twice.

    Args:
        lines: text.
        separator: what stands between a value and the next key. After a space or a comma, a value without quotes
            reaches to the next key, so it may hold the separator. Between commas a key with its value may be a cell in
            quotes.
        wanted: the keys.
        quotes: values may stand in quotes.
        gives: what stands between a key and its value.
    """
    text = lines.str.replace_all(_BREAK, " ", literal=True) if lines.str.contains(_BREAK, literal=True).any() else lines
    if separator == " " and not quotes and (bare := _bare(text, wanted)) is not None:
        return bare
    if separator != " " or not quotes or gives != "=":
        return _tidied(_marked(text, separator, quotes=quotes, gives=gives), wanted, gives, quotes=quotes)
    plain = (text.str.contains(_PLAIN_LINE) & ~text.str.contains("\n", literal=True)).fill_null(value=False)
    quick = _plainly(text.filter(plain), wanted) if plain.any() else None
    if quick is None:
        return _tidied(_marked(text, separator, quotes=quotes, gives=gives), wanted, gives, quotes=quotes)
    if plain.all():
        return quick
    slow = _tidied(_marked(text.filter(~plain), separator, quotes=quotes, gives=gives), wanted, gives, quotes=quotes)
    return pl.concat([quick, slow])[pl.concat([plain.arg_true(), (~plain).arg_true()]).arg_sort()]


def _plainly(text: pl.Series, wanted: Collection[str]) -> pl.DataFrame | None:
    """Return the values of keys in plain lines, as `_tidied` does."""
    found = read_plain_keys(text, wanted)
    if found is None or not len(found[1]):
        return found and found[0]
    cells = text.gather(found[1]).str.extract_all(_PLAIN_CELL).list.join(_BREAK)
    return _but_contradictions(*found, pl.select(pl.lit(_BREAK) + cells).to_series())


def _bare(text: pl.Series, wanted: Collection[str]) -> pl.DataFrame | None:
    """Return the values of keys in lines without quotes, as `_tidied` does; None if a line holds a line end."""
    found = None if text.str.contains("\n", literal=True).any() else read_bare_keys(text, wanted)
    if found is None or not len(found[1]):
        return found and found[0]
    return _but_contradictions(*found, _marked(text.gather(found[1]), " ", quotes=False, gives="="))


def _but_contradictions(values: pl.DataFrame, twice: pl.Series, marked: pl.Series) -> pl.DataFrame:
    """Return the values, but none for a line that says two things of one key.

    Args:
        values: a column per key.
        twice: the rows in which a key comes twice.
        marked: the lines of these rows, with a mark before each key.
    """
    few = _without_contradictions(values[twice], marked, "=")
    return values.with_columns(values[key].scatter(twice, few[key]) for key in values.columns)


def _marked(text: pl.Series, separator: str, *, quotes: bool, gives: str) -> pl.Series:
    """Return lines with a mark before each key."""
    line = pl.col("line")
    if separator not in _BETWEEN:
        marked = pl.concat_str(pl.lit(_BREAK), line.str.replace_all(separator, _BREAK, literal=True))
        marked = marked.str.replace(_BEFORE_FIRST, _BREAK + "${1}")
    elif quotes:  # what follows a quoted value is marked too, and the mark taken off again
        if separator == ",":  # a key and its value may be a cell in quotes
            line = line.str.replace_all(_CELL, '${1}${2}"${3}"')
        pattern = _QUOTED_OR_KEY.replace("BETWEEN", _BETWEEN[separator]).replace("GIVES", _GIVES[gives])
        marked = line.str.replace_all(pattern, "${1}" + _BREAK + "${2}")
        marked = marked.str.replace_all('"' + _BREAK, '"', literal=True)
    else:
        marked = line.str.replace_all(_PLAIN_KEY, _BREAK + "${1}")
    return text.to_frame("line").select(marked.alias("marked")).to_series()


def _tidied(marked: pl.Series, wanted: Collection[str], gives: str, *, quotes: bool) -> pl.DataFrame:
    """Return the values of keys in lines with marks, none of them for a line that says two things of one key."""
    sign, tidy, keys = _GIVES[gives], _unquoted if quotes else _stripped, sorted(wanted)
    if sign != "=":
        values = marked.to_frame("marked").select(tidy(_value_of(key, sign)).alias(key) for key in keys)
        return _without_contradictions(values, marked, sign)
    values, twice = _cells(marked, keys)
    values = values.select(tidy(pl.col(key)) for key in keys)
    if not len(twice):
        return values
    return _but_contradictions(values, twice, marked.gather(twice))


def _cells(marked: pl.Series, keys: Sequence[str]) -> tuple[pl.DataFrame, pl.Series]:
    """Return the value that stands first for each key in lines with marks, and the lines in which a key comes twice."""
    parts = marked.str.split(_BREAK).list.slice(1)  # before the first mark stands no key
    many = parts.list.len().fill_null(1).clip(1)
    row = np.repeat(np.arange(len(marked), dtype=np.uint32), many.to_numpy())
    cell = parts.explode(empty_as_null=True).str.splitn("=", 2).struct.unnest()
    name = cell["field_0"].str.strip_chars().str.strip_prefix('"').str.strip_suffix('"').str.strip_chars()
    known = pl.DataFrame({"name": keys, "number": range(len(keys))}, schema={"name": pl.String, "number": pl.UInt16})
    number = name.to_frame("name").join(known, on="name", how="left", maintain_order="left")["number"]
    number.set(cell["field_1"].is_null(), None)
    found = number.is_not_null()
    row, value, of = row[found.to_numpy()], cell["field_1"].filter(found), number.filter(found).to_numpy()
    columns, twice = {}, []
    for place, key in enumerate(keys):
        of_key = np.flatnonzero(of == place)
        rows = row[of_key]
        again = rows[1:] == rows[:-1]  # rows are in order
        if again.any():
            twice.append(rows[1:][again])
            of_key, rows = of_key[np.r_[True, ~again]], rows[np.r_[True, ~again]]
        column = np.full(len(marked), len(value), np.uint32)
        column[rows] = of_key
        columns[key] = value.gather(pl.Series(column).replace(len(value), None))
    return pl.DataFrame(columns), pl.Series(np.unique(np.concatenate(twice)) if twice else [], dtype=pl.UInt32)


def read_cef(lines: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    """Return a String column per wanted name: of the header (device_vendor, …) or a key of the extension.

    Source: Micro Focus ArcSight Common Event Format, version 25. A transport may have taken the word CEF for its own.
    """
    header = _cef_header(lines)
    extension = read_keys(header["extension"], " ", set(wanted) - set(_CEF_NAMES), quotes=False)
    if header["extension"].str.contains("\\", literal=True).any():
        extension = extension.with_columns(
            pl.all().str.replace_many([r"\=", r"\n", r"\r", "\\\\"], ["=", "\n", "\r", "\\"])
        )
    return pl.concat([header.select(set(wanted) & set(_CEF_NAMES)), extension], how="horizontal")


def read_leef(lines: pl.Series, wanted: Collection[str]) -> pl.DataFrame:
    """Return a String column per wanted name: of the header (device_vendor, …) or a key of the attributes.

    Source: IBM QRadar Log Event Extended Format, versions 1 and 2.
    """
    header = _header(lines, _LEEF, _LEEF_NAMES)
    mark = pl.col("delimiter")
    piped = ~pl.col("extension").str.contains(r"\t|#011") & pl.col("extension").str.contains(r"^[^|=]+=[^|]*\|")
    undeclared = pl.when(piped).then(pl.lit("|")).otherwise(pl.lit(""))  # some write their own and do not say so
    header = header.with_columns(delimiter=mark.fill_null(undeclared)).with_row_index("row")
    parts = []
    for (delimiter,), group in header.group_by("delimiter", maintain_order=True):
        written = str(delimiter)
        sign = chr(int(written.lstrip("0")[1:], 16)) if len(written) >= len("x09") else written or "\t"
        text = group["extension"].str.replace_all("#011", "\t", literal=True)
        names = set(wanted) - set(_LEEF_NAMES)
        lost = text.str.contains(sign, literal=True).not_().fill_null(value=True)  # a transport made spaces of tabs
        for cut, rows in ((sign, ~lost), (" ", lost)):
            some = group.select("row").filter(rows)
            parts.append(some.hstack(read_keys(text.filter(rows), cut, names, quotes=False)))
    attributes = pl.concat(parts).sort("row").drop("row") if parts else read_keys(lines, "\t", set(wanted))
    return pl.concat([header.select(sorted(set(wanted) & set(_LEEF_NAMES))), attributes], how="horizontal")


def read_json(lines: pl.Series, root: str, wanted: Collection[str]) -> pl.DataFrame:
    """Return a String column per wanted name, null where the object does not have it.

    Args:
        lines: text that holds one object, whatever stands before and after it.
        root: the object that the names are of, `event` or `a.b`; empty for the outermost.
        wanted: names; `a.b` is the field b of the object a, unless there is a field `a.b`; `/a` is the field a of the
            outermost object. Of a list of texts the value is the texts with `;` between them.
    """
    text = _objects_in(lines)
    around = sorted(name for name in wanted if name.startswith("/"))
    wanted = set(wanted) - set(around)
    if root:
        outermost = _fields_of(text, {name[1:] for name in around}) if around else pl.DataFrame()
        for name in root.split("."):
            text = _object_of(text, name)
        result = _fields_of(text, sorted(wanted))
    else:
        result = outermost = _fields_of(text, sorted(wanted | {name[1:] for name in around}))
    inside: dict[str, list[str]] = {}
    for name in sorted(wanted):
        first, _, rest = name.partition(".")
        if rest and result[name].null_count():
            inside.setdefault(first, []).append(rest)
    for first, names in inside.items():
        inner = read_json(_object_of(text, first), "", names)
        result = result.with_columns(pl.coalesce(f"{first}.{one}", inner[one]).alias(f"{first}.{one}") for one in names)
    result = result.select(*sorted(wanted), *(outermost[name[1:]].alias(name) for name in around))
    texts = pl.all().str.replace(_TEXTS, "${1}").str.replace_all('", "', ";", literal=True)
    return result.with_columns(pl.when(pl.all().str.contains(_TEXTS)).then(texts).otherwise(pl.all()))


def _objects_in(lines: pl.Series) -> pl.Series:
    """Return the object in each line, whatever stands before and after it, without line ends; null where none is."""
    bare = (lines.str.starts_with("{") & lines.str.ends_with("}")).fill_null(value=False)
    if not bare.all():
        rows = (~bare).arg_true()
        lines = lines.scatter(rows, lines.gather(rows).str.extract(r"(?s)(\{.*\})", 1))
    return lines.str.replace_all(r"[\r\n]", " ")


def _object_of(objects: pl.Series, name: str) -> pl.Series:
    """Return the object inside each object, as JSON: its texts must be read once, not twice."""
    quoted = name.replace("\\", r"\\").replace("'", r"\'")
    return objects.str.json_path_match(f"$['{quoted}']")


def _fields_of(objects: pl.Series, names: Collection[str]) -> pl.DataFrame:
    """Return the fields of JSON objects as text; null where there is no such field, or no object."""
    frame = pl.DataFrame({"text": objects}, schema={"text": pl.String}).with_row_index("row")
    usable = frame.filter(pl.col("text").str.starts_with("{"))
    schema = dict.fromkeys(names, pl.String())
    try:
        fields = _ndjson(usable["text"], schema)
        if fields.height == frame.height:
            return fields
    except pl.exceptions.ComputeError:  # one broken object fails all: only then is each looked at by itself
        usable = usable.filter(pl.col("text").str.json_path_match("$").str.starts_with("{"))
        fields = _ndjson(usable["text"], schema)
    return (
        frame.select("row")
        .join(usable.select("row").hstack(fields), on="row", how="left", maintain_order="left")
        .drop("row")
    )


def _ndjson(objects: pl.Series, schema: dict[str, pl.String]) -> pl.DataFrame:
    if objects.is_empty():
        return pl.DataFrame(schema=schema)
    return pl.read_ndjson(io.BytesIO(objects.str.join("\n").item().encode()), schema=schema)


def _cef_header(lines: pl.Series) -> pl.DataFrame:
    """Return what stands between the bars of CEF, and the extension."""
    parts = lines.str.splitn("|", len(_CEF_NAMES) + 1).struct.unnest()
    version, *names = parts.columns
    escaped = pl.any_horizontal(pl.col(parts.columns[:-1]).str.contains("\\", literal=True))
    plain = pl.col(version).str.contains(_CEF_VERSION) & ~escaped & ~pl.col(names[-1]).str.contains(_MORE_BARS)
    if not parts.select(plain.fill_null(value=False).all()).item():
        return _header(lines, _CEF, _CEF_NAMES)
    return parts.select(pl.col(name).alias(called) for name, called in zip(names, _CEF_NAMES, strict=True))


def _header(lines: pl.Series, pattern: str, names: tuple[str, ...]) -> pl.DataFrame:
    found = lines.to_frame("line").select(pl.col("line").str.extract_groups(pattern).alias("found")).unnest("found")
    found.columns = list(names)
    return found


def _without_contradictions(values: pl.DataFrame, marked: pl.Series, sign: str) -> pl.DataFrame:
    """Return the values, none of them for a line in which a key comes twice and says two things.

    Whoever can write into one value, such as an agent, could otherwise name somebody else as the user.
    """
    if values.width == 0:
        return values
    keys = "|".join(re.escape(key) for key in values.columns)
    there = values.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    several = (marked.str.count_matches(rf'{_BREAK}\s*"?(?:{keys})"?\s*{sign}') > there).fill_null(value=False)
    if not several.any():
        return values
    doubtful = pl.DataFrame({"row": several.arg_true(), "marked": marked.filter(several)})
    contradicted = pl.any_horizontal(
        pl.col("marked")
        .str.extract_all(rf'{_BREAK}\s*"?{re.escape(key)}"?\s*{sign}[^{_BREAK}]*')
        .list.eval(pl.element().str.replace(rf"^.*?{sign}", "").str.strip_chars(' \t"]'))
        .list.n_unique()
        > 1
        for key in values.columns
    )
    rows = doubtful.filter(contradicted)["row"]
    known = ~pl.int_range(values.height, eager=True).is_in(rows.cast(pl.Int64).implode())
    return values.with_columns(pl.when(known).then(pl.all()))


def _value_of(key: str, sign: str) -> pl.Expr:
    return pl.col("marked").str.extract(rf'{_BREAK}\s*"?{re.escape(key)}"?\s*{sign}([^{_BREAK}]*)', 1)


def _stripped(value: pl.Expr) -> pl.Expr:
    return value.str.strip_chars()


def _unquoted(value: pl.Expr) -> pl.Expr:
    bare = value.str.strip_chars()
    quoted = bare.str.strip_suffix("]").str.strip_chars('"; ')  # a bracket ends what RFC 5424 calls structured data
    return pl.when(bare.str.starts_with('"')).then(quoted).otherwise(bare)
