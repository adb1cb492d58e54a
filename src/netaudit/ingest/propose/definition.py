"""The definition that a sample suggests, as TOML with a comment for each guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.definitions.formats import SYSLOG_TIME
from netaudit.ingest.propose.addresses import address_of
from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.cuts import cut_lines
from netaudit.ingest.propose.looks import NULLS, is_lasted
from netaudit.ingest.propose.made_up import made_up_line
from netaudit.ingest.propose.marks import Marks, marks_of
from netaudit.ingest.propose.meanings import Role, guess_roles
from netaudit.ingest.propose.pieces import with_pieces
from netaudit.ingest.propose.times import TimeGuess, guess_time, time_of_heads
from netaudit.ingest.propose.toml_text import array, commented, literal, literal_key, table, written
from netaudit.ingest.propose.verdicts import blocked_table
from netaudit.ingest.propose.written_numbers import duration_unit, number_keys

_PLAIN = {
    "client": "source_ip",
    "user": "user_name",
    "action": "event_action",
    "method": "http_request_method",
    "bytes_out": "http_request_bytes",
    "bytes_in": "http_response_bytes",
    "status": "http_response_status_code",
    "mime": "http_response_mime_type",
    "referrer": "http_request_referrer",
    "agent": "user_agent_original",
    "category": "vendor_category",
    "duration": "event_duration_ms",
}
_TITLES = {
    "source_ip": "who asked, by address",
    "user_name": "who asked, by account",
    "event_action": "what the filter said",
    "http_request_method": "the method",
    "http_request_bytes": "what the client sent, in bytes",
    "http_response_bytes": "what the client got, in bytes",
    "http_response_status_code": "the status of the answer",
    "http_response_mime_type": "the content type",
    "http_request_referrer": "the page before",
    "user_agent_original": "the browser",
    "vendor_category": "the filter's class",
    "event_duration_ms": "how long it took",
    "url_full": "what was asked for",
    "time": "the moment",
}
_MISSING = {
    "user_name": "no account was found: what is done cannot be put down to anybody, unless an address can",
    "event_duration_ms": "no duration was found: minutes are wider, and far less is proven of tunnels",
    "source_ip": "no address of a client was found",
    "event_action": "no word of the filter was found: a request counts as let through unless its status says otherwise",
    "vendor_category": "no class was found: only netaudit's own lists say what a site is",
}
_MOST_EXAMPLES = 4
_BEGIN = re.compile(r"(?i)start|begin|begun|opened|_open$|beginn|d[eé]but|inicio|inizio")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A definition to be looked at by a person, before it is used."""

    text: str  # TOML
    understood: int  # lines that the cut read
    asked: int
    missing: tuple[str, ...]  # what was not found that a definition must have
    examples: tuple[str, ...]  # lines like those of the sample, with made-up people, addresses and sites


def propose(name: str, title: str, lines: Sequence[str], heads: Sequence[str] = ()) -> Proposal | None:
    """Return the definition that lines of a log suggest; None where they have no common layout.

    Args:
        name: of the format.
        title: of the product.
        lines: of the sample, without envelopes.
        heads: the times on these, as they are written.
    """
    cut = cut_lines(lines)
    if cut is None:
        return None
    time = guess_time(cut) or time_of_heads(heads)
    cut = with_pieces(cut, time.fields if time else ())
    roles = guess_roles(cut, time.fields if time else ())
    fields = _fields(cut, roles, time)
    missing = tuple(need for need in ("time", "url_full") if need not in fields)
    own = cut.parser == "regex"  # whose groups mean nothing by themselves
    marks = marks_of(cut, roles, time)
    text = "\n\n".join(
        filter(
            None,
            (
                _head(name, title, marks),
                _time(time, cut, roles),
                _values(cut, roles),
                _pieces(cut),
                "" if own else _meanings(fields, "[fields]"),
                blocked_table(cut, roles),
                _no_records(cut, lines),
                _layout(cut, marks),
                _meanings(fields, "[layout.fields]") if own else "",
            ),
        )
    )
    records = sum(1 for line in lines if line.strip() and not line.startswith("#"))
    return Proposal(text + "\n", len(cut.rows), records, missing, _examples(cut, roles, time, heads[:1]))


def _examples(cut: Cut, roles: Mapping[str, Role], time: TimeGuess | None, heads: Sequence[str]) -> tuple[str, ...]:
    """Return the first line, and the first of each other verdict and method."""
    telling = [roles[one].name for one in ("action", "method", "status", "result") if one in roles]
    of_fields = {role.name: name for name, role in roles.items()}
    found: dict[tuple[str, ...], str] = {}
    for line, row in zip(cut.lines, cut.rows, strict=True):
        kind = tuple(row.get(name, "") for name in telling[:2])
        if kind not in found and (made := made_up_line(line, row, of_fields, time.fields if time else ())):
            head = f"{cut.heading}\n" if cut.parser == "w3c" else ""
            head += f"{heads[0]} gateway " if heads and time and time.fields == (SYSLOG_TIME,) else ""
            found[kind] = head + made
        if len(found) == _MOST_EXAMPLES:
            break
    return tuple(found.values())


Meaning = tuple[list[str], str]  # templates, why


def _fields(cut: Cut, roles: Mapping[str, Role], time: TimeGuess | None) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    if time:
        template = time.fields[0] if len(time.fields) == 1 else time.template
        found["time"] = ([template], time.why)
    if address := address_of(cut, roles):
        found["url_full"] = address
    for role, target in _PLAIN.items():
        if role in roles:
            found[target] = ([roles[role].name], roles[role].why)
    for target, (templates, why) in found.items():
        found[target] = ([_bare(one, cut) for one in templates], why)
    if "result" in roles:
        name, why = roles["result"].name, roles["result"].why
        found.setdefault("event_action", ([f"{{{name}~^([A-Z_]+)/}}"], why))
        found.setdefault("http_response_status_code", ([f"{{{name}~/(\\d{{3}})$}}"], why))
    if "request" in roles and "http_request_method" not in found:
        found["http_request_method"] = ([f"{{{roles['request'].name}~^([A-Z]+) }}"], roles["request"].why)
    return found


def _bare(template: str, cut: Cut) -> str:
    """Return a template that takes the single quotes off that stand around a value, which no parser does."""
    return rf"{{{template}~^'?(.*?)'?$}}" if template in cut.single else template


def _head(name: str, title: str, marks: Marks) -> str:
    lines = [
        *commented(
            "A proposal, made from a sample of the log. Each guess says why it was made: look at all of them, mend "
            "what is wrong, and run `netaudit check`. Then `netaudit formats try` shows what it makes of the log, line "
            "by line."
        ),
        f"name = {literal(name)}",
        f"title = {literal(title)}",
        'reference = "proposed from a sample"  # name the product, its version, and where its fields are explained',
    ]
    if marks.signature:
        lines += [
            "# Of a file without such a line this format reads nothing.",
            f"signature = {literal(marks.signature)}",
        ]
    return "\n".join(lines)


def _time(time: TimeGuess | None, cut: Cut, roles: Mapping[str, Role]) -> str:
    if time is None:
        return "\n".join(
            (
                *commented("No field reads as a time. Name its style here, and the field below."),
                "[time]",
                'styles = ["iso"]',
            )
        )
    lines = [*commented(f"The time: {time.why}."), "[time]", f"styles = [{literal(time.style)}]"]
    if time.day_or_month:
        lines.append("day_or_month = true  # the whole file decides; the style says what counts if it cannot")
    if any(map(_BEGIN.search, time.fields)):
        lines.append('marks = "start"  # by its name, the moment at which the request began')
    else:
        lines.append(
            'marks = "end"  # most proxies write a line as a request ends; write "start" if yours does so at its begin'
        )
    if "duration" in roles:
        values = cut.values(roles["duration"].name)
        unit, why = duration_unit(roles["duration"].name, values)
        shown = max((one for one in values if is_lasted(one)), key=len, default="these")
        lines.append(f"duration = {literal(unit)}  # durations such as {shown}: {why}")
    return "\n".join(lines)


def _values(cut: Cut, roles: Mapping[str, Role]) -> str:
    """Return the words that stand where there is no value, and how numbers are written."""
    found = [word for word in NULLS if any(word in row.values() for row in cut.rows)]
    lines = [*commented("Words that stand where there is no value."), f"null = {array(found)}"] if found else []
    for key, value, why in number_keys(cut, roles):
        lines += [*commented(why), f"{key} = {value}"]
    return "\n".join(("[values]", *lines)) if lines else ""


def _pieces(cut: Cut) -> str:
    if not cut.parts:
        return ""
    return table("[parts]", "Fields that are pieces of what is cut below.", cut.parts)


def _no_records(cut: Cut, lines: Sequence[str]) -> str:
    """Return the layouts of lines that are no records: comments, and the first line, where that names the columns."""
    found = {}
    if cut.parser != "w3c" and any(line.startswith("#") for line in lines):
        found["^#"] = "Comments are no requests."
    if cut.heading and cut.parser in {"columns", "regex"}:
        found["^" + re.escape(cut.heading).replace(r"\ ", " ")] = "The line of names is no request."
    return "\n\n".join(
        table("[[layout]]", why, {"parser": "regex", "pattern": pattern}) + "\nweb = false"
        for pattern, why in found.items()
    )


def _meanings(fields: Mapping[str, Meaning], header: str) -> str:
    lines = [header]
    for target, (templates, why) in fields.items():
        lines += commented(f"{_TITLES[target]}: {why}")
        lines.append(f"{target} = {literal(templates[0]) if len(templates) == 1 else array(templates)}")
    for target, words in _MISSING.items():
        if target not in fields:
            lines += commented(words)
    return "\n".join(lines)


def _layout(cut: Cut, marks: Marks) -> str:
    lines = [
        *commented(f"How lines are cut: {cut.why}; {len(cut.rows)} of the sample's lines are so."),
        "[[layout]]",
        f"parser = {literal(cut.parser)}",
    ]
    keys = {key: value for key, value in cut.keys.items() if key not in {"needs", "checks"}}
    if marks.needs:
        keys["needs"] = list(marks.needs)
    for key, value in keys.items():
        lines.append(f"{key} = {written(value)}")
    if marks.checks:
        lines += [*commented("Other lines are not of this format."), "[layout.checks]"]
        lines += [f"{literal_key(key)} = {literal(value)}" for key, value in marks.checks.items()]
    return "\n".join(lines)
