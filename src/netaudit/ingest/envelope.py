"""Envelopes: what a transport writes before a line, or the object it puts the line into, taken off."""

from __future__ import annotations

import polars as pl

# RFC 5424 (syslog), RFC 3164 (BSD syslog), and Snare's head of three tabbed columns.
_HEAD = r"""
(?: (?: \d{1,6} \x20 )? <\d{1,3}> )?                                                  # length, priority
(?: 1 \x20 (?P<rfc5424> \S+ ) \x20 \S+ \x20 \S+ \x20 \S+ \x20 \S+ \x20                # host, app, process, message
    (?: - | (?: \[ (?: [^\]"\\] | "(?: [^"\\] | \\. )*" | \\. )* \] )+ ) (?: \x20 | $ ) \x{FEFF}?
  | \x20? (?P<bsd> [A-Z][a-z]{2} \x20{1,2} \d{1,2} (?: \x20 \d{4} )? \x20 \d\d:\d\d:\d\d (?: \x20 \d{4} )?
                 | \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d (?: [.,]\d+ )? (?: Z | [+-]\d\d:?\d\d )? )
    HOST \x20+
    (?: [A-Za-z0-9_./()-]{1,64} (?: \[\d+\] )? : \x20 )?                              # tag
  | [^\t\x20]{1,255} \t [A-Za-z]+Log \t \d+ \t
)"""
_PRIORITY = r"(?: (?: \d{1,6} \x20 )? <\d{1,3}> )?"
_HOST = r"(?: \x20+ (?: [0-9A-Za-z] [0-9A-Za-z._:-]* | \[ [0-9A-Fa-f.:]+ \] ) )"
_AND_ADDRESS = _HOST + r"\x20+ \d{1,3} (?: \. \d{1,3} ){3}"
_WITH_HOST, _WITHOUT_HOST, _WITH_BOTH = (_HEAD.replace("HOST", host) for host in (_HOST, "", _AND_ADDRESS))
# The likelier first: some write no host, a collector puts its own head before that of the sender, or only its host.
HEADS = tuple(
    "(?x)^" + head
    for head in (
        rf"(?: {_WITH_HOST} | {_PRIORITY} )",
        f"(?: {_WITHOUT_HOST} | {_PRIORITY} )",
        f"(?: {_WITH_HOST} ){{2}}",
        f"(?: {_WITH_BOTH} | {_PRIORITY} )",
    )
)
# Collectors (Elastic, Docker, the journal, Splunk, Sentinel) keep the line as a text of an object.
_HOLDS_LINE = r'^\s*\{.*"(?:message|MESSAGE|log|_raw|SyslogMessage|original)"\s*:\s*"'
_PLACES = ("$.event.original", "$.message", "$.MESSAGE", "$.log", "$._raw", "$.result._raw", "$.SyslogMessage")
_ENCODED = ["#011", "#012", "#015"]  # rsyslog writes control characters as octal numbers
_DECODED = ["\t", "\n", ""]


def unwrap(lines: pl.Series, head: str) -> pl.DataFrame:
    """Return what may be inside the envelopes of lines, in the order of `lines`.

    The columns are `text` (null where the line has no such envelope) and `syslog_time` (as the transport wrote it;
    null where it wrote none). Source: RFC 3164 section 4.1, RFC 5424 section 6, RFC 6587 section 3.4.1.

    Args:
        lines: text.
        head: what an envelope looks like, one of `HEADS`.
    """
    found = pl.DataFrame({"line": lines}).select(
        text=pl.col("line").str.replace(head, "").str.replace_many(_ENCODED, _DECODED),
        time=pl.col("line").str.extract_groups(head),
        line="line",
    )
    return found.select(
        text=pl.when(pl.col("text") != pl.col("line")).then("text"),
        syslog_time=pl.coalesce(pl.col("time").struct.field("rfc5424"), pl.col("time").struct.field("bsd")),
    )


def in_envelope(lines: pl.Series) -> pl.Series:
    """Return whether each line may have an envelope."""
    return pl.select(pl.any_horizontal(unwrap(lines, head)["text"].is_not_null() for head in HEADS)).to_series()


def unpacked(lines: pl.Series) -> pl.Series:
    """Return the log lines that JSON objects hold as a text, in the order of `lines`; null where there is none."""
    line = pl.col("line")
    objects = pl.DataFrame({"line": lines}).with_columns(line=pl.when(line.str.contains(_HOLDS_LINE)).then("line"))
    if objects["line"].null_count() == objects.height:
        return objects["line"]
    text = pl.coalesce(line.str.json_path_match(place) for place in _PLACES).str.strip_chars_end("\r\n")
    return objects.select(pl.when(~text.str.contains("\r", literal=True)).then(text).alias("line")).to_series()
