"""The definition that a sample suggests, as TOML with a comment for each guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netaudit.ingest.propose.cuts import Cut, cut_lines
from netaudit.ingest.propose.made_up import made_up_line
from netaudit.ingest.propose.meanings import NULLS, Role, guess_roles
from netaudit.ingest.propose.times import TimeGuess, guess_time
from netaudit.ingest.propose.toml_text import array, commented, literal, table

_BLOCKED = re.compile(r"(?i)block|den[yi]|drop|reject|forbid|refus|prohibit|filtered|infected|stopped|quarantin")
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
_SECONDS = re.compile(r"\d+\.\d+")
_UNITS = (("ns", re.compile(r"(?i)nano|_ns$")), ("us", re.compile(r"(?i)micro|_us$|usec")), ("ms", re.compile(r"(?i)ms$|milli|msec")), ("s", re.compile(r"(?i)sec|_s$")))  # fmt: skip
_MOST_EXAMPLES = 4
_LONG_MS = 1_000_000  # half of the requests lasting a quarter of an hour: the unit is a finer one
_NO_PROXY = r"^(?:40[37])$"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A definition to be looked at by a person, before it is used."""

    text: str  # TOML
    understood: int  # lines that the cut read
    asked: int
    missing: tuple[str, ...]  # what was not found that a definition must have
    examples: tuple[str, ...]  # lines like those of the sample, with made-up people, addresses and sites


def propose(name: str, title: str, lines: Sequence[str]) -> Proposal | None:
    """Return the definition that lines of a log suggest; None where they have no common layout.

    Args:
        name: of the format.
        title: of the product.
        lines: of the sample, without envelopes.
    """
    cut = cut_lines(lines)
    if cut is None:
        return None
    time = guess_time(cut)
    roles = guess_roles(cut, time.fields if time else ())
    fields = _fields(cut, roles, time)
    missing = tuple(need for need in ("time", "url_full") if need not in fields)
    own = cut.parser == "regex"  # whose groups mean nothing by themselves
    needed = {part for need in ("time", "url_full") if need in fields for part in _named(fields[need][0][0])}
    text = "\n\n".join(
        filter(
            None,
            (
                _head(name, title, cut),
                _time(time, cut, roles),
                _values(cut),
                "" if own else _meanings(fields, "[fields]"),
                _blocked(cut, roles),
                _names_of_columns(cut),
                _layout(cut, needed),
                _meanings(fields, "[layout.fields]") if own else "",
            ),
        )
    )
    records = sum(1 for line in lines if line.strip() and not line.startswith("#"))
    return Proposal(text + "\n", len(cut.rows), records, missing, _examples(cut, roles, time))


def _examples(cut: Cut, roles: Mapping[str, Role], time: TimeGuess | None) -> tuple[str, ...]:
    """Return the first line, and the first of each other verdict and method."""
    telling = [roles[one].name for one in ("action", "method", "status", "result") if one in roles]
    of_fields = {role.name: name for name, role in roles.items()}
    found: dict[tuple[str, ...], str] = {}
    for line, row in zip(cut.lines, cut.rows, strict=True):
        kind = tuple(row.get(name, "") for name in telling[:2])
        if kind not in found and (made := made_up_line(line, row, of_fields, time.fields if time else ())):
            found[kind] = f"{cut.heading}\n{made}" if cut.parser == "w3c" else made
        if len(found) == _MOST_EXAMPLES:
            break
    return tuple(found.values())


Meaning = tuple[list[str], str]  # templates, why


def _fields(cut: Cut, roles: Mapping[str, Role], time: TimeGuess | None) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    if time:
        template = time.fields[0] if len(time.fields) == 1 else time.template
        found["time"] = ([template], time.why)
    if address := _address(cut, roles):
        found["url_full"] = address
    for role, target in _PLAIN.items():
        if role in roles:
            found[target] = ([roles[role].name], roles[role].why)
    if "result" in roles:
        name, why = roles["result"].name, roles["result"].why
        found.setdefault("event_action", ([f"{{{name}~^([A-Z_]+)/}}"], why))
        found.setdefault("http_response_status_code", ([f"{{{name}~/(\\d{{3}})$}}"], why))
    if "request" in roles and "http_request_method" not in found:
        found["http_request_method"] = ([f"{{{roles['request'].name}~^([A-Z]+) }}"], roles["request"].why)
    return found


def _address(cut: Cut, roles: Mapping[str, Role]) -> Meaning | None:
    """Return how the address is put together of what the lines have."""
    if "request" in roles:
        name = roles["request"].name
        url = rf"{name}~^[A-Z]+ (\S+)"
        bare = any(" /" in value for value in cut.values(name)[:300])
        if bare and "host" in roles:
            whole = rf"{{{name}~^[A-Z]+ ([^/]\S*)}}"
            host = f"{{{roles['host'].name}}}{{{name}~^[A-Z]+ (/\\S*)}}"
            return [
                whole,
                f"{_scheme(roles)}{host}",
            ], f"{roles['request'].why}; the host stands in '{roles['host'].name}'"
        return [f"{{{url}}}"], roles["request"].why
    if "url" in roles:
        return _of_url(cut, roles)
    if "host" in roles:
        path = f"[{{{roles['path'].name}}}]" if "path" in roles else ""
        query = f"[?{{{roles['query'].name}}}]" if "query" in roles and path else ""
        why = "put together of " + ", ".join(
            f"'{roles[one].name}'" for one in ("scheme", "host", "path") if one in roles
        )
        return [f"{_scheme(roles)}{{{roles['host'].name}}}{path}{query}"], why
    return None


def _of_url(cut: Cut, roles: Mapping[str, Role]) -> Meaning:
    name, why = roles["url"].name, roles["url"].why
    values = [value for value in cut.values(name) if value not in NULLS]
    paths = any(value.startswith("/") for value in values)
    if paths and "host" in roles:
        whole = f"{{{name}~^[^/]}}"
        put = f"{_scheme(roles)}{{{roles['host'].name}}}{{{name}~^/}}"
        return [whole, put], f"{why}; where it is a path only, the host stands in '{roles['host'].name}'"
    if "scheme" in roles and not all("://" in value for value in values):
        scheme = roles["scheme"].name
        templates = [f"{{{name}~://}}", f"{{{scheme}~^(?i)https?$}}://{{{name}}}", name]
        return templates, f"{why}; where it has no scheme, '{scheme}' says it"
    return [name], why


def _scheme(roles: Mapping[str, Role]) -> str:
    return f"[{{{roles['scheme'].name}~^(?i)https?$}}://]" if "scheme" in roles else ""


def _named(template: str) -> Iterator[str]:
    if "{" not in template:
        yield template
    yield from re.findall(r"\{([^{}~!]+)", template)


def _head(name: str, title: str, cut: Cut) -> str:
    lines = [
        *commented(
            "A proposal, made from a sample of the log. Each guess says why it was made: look at all of them, mend what is "
            "wrong, and run `netaudit check`. Then `netaudit formats try` shows what it makes of the log, line by line."
        ),
        f"name = {literal(name)}",
        f"title = {literal(title)}",
        'reference = "proposed from a sample"  # name the product, its version, and where its fields are explained',
    ]
    if cut.signature:
        lines += ["# Of a file without such a line this format reads nothing.", f"signature = {literal(cut.signature)}"]
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
    lines.append(
        'marks = "end"  # most proxies write a line when a request ends; write "start" if yours does so at its begin'
    )
    if "duration" in roles:
        values = cut.values(roles["duration"].name)
        unit = _unit(roles["duration"].name, values)
        shown = max(values, key=len, default="")
        lines.append(f"duration = {literal(unit)}  # durations such as {shown}: is that the unit?")
    return "\n".join(lines)


def _unit(name: str, values: Sequence[str]) -> str:
    for unit, pattern in _UNITS:
        if pattern.search(name):
            return unit
    if any(map(_SECONDS.fullmatch, values)):
        return "s"
    numbers = sorted(int(value) for value in values if value.isdigit())
    return "ns" if numbers and numbers[len(numbers) // 2] >= _LONG_MS else "ms"


def _values(cut: Cut) -> str:
    found = [word for word in NULLS if any(word in row.values() for row in cut.rows)]
    if not found:
        return ""
    return "\n".join((*commented("Words that stand where there is no value."), "[values]", f"null = {array(found)}"))


def _names_of_columns(cut: Cut) -> str:
    """Return the layout of the first line, where that names the columns."""
    if not cut.heading or cut.parser != "columns":
        return ""
    keys = (
        "[[layout]]",
        'parser = "regex"',
        f"pattern = {literal('^' + re.escape(cut.heading).replace(chr(92) + ' ', ' '))}",
        "web = false",
    )
    return "\n".join((*commented("The line of names is no request."), *keys))


def _meanings(fields: Mapping[str, Meaning], header: str) -> str:
    lines = [header]
    for target, (templates, why) in fields.items():
        lines += commented(f"{_TITLES[target]}: {why}")
        lines.append(f"{target} = {literal(templates[0]) if len(templates) == 1 else array(templates)}")
    for target, words in _MISSING.items():
        if target not in fields:
            lines += commented(words)
    return "\n".join(lines)


def _blocked(cut: Cut, roles: Mapping[str, Role]) -> str:
    if "action" in roles:
        words = sorted({value for value in cut.values(roles["action"].name) if value not in NULLS})
        stopped = [word for word in words if _BLOCKED.search(word)]
        if stopped:
            said = ", ".join(stopped[:8])
            pattern = "^(?i)(?:" + "|".join(re.escape(word).replace(r"\ ", " ") for word in stopped) + ")$"
            return table(
                "[[blocked]]",
                f"What the filter stopped: of its words in the sample, {said}.",
                {"event_action": pattern},
            )
        shown = ", ".join(words[:8])
        why = f"No word of the sample says that something was stopped ({shown}): say which words do."
        return table("[[blocked]]", why, {"event_action": "^(?i)(?:block|den[yi]|drop|reject)"})
    if "result" in roles:
        return table("[[blocked]]", "What the proxy refused, as Squid writes it.", {"event_action": "DENIED"})
    if "status" in roles:
        return table(
            "[[blocked]]",
            "No word of a filter: what is forbidden is taken for stopped.",
            {"http_response_status_code": _NO_PROXY},
        )
    return ""


def _layout(cut: Cut, used: set[str]) -> str:
    lines = [
        *commented(f"How lines are cut: {cut.why}; {len(cut.rows)} of the sample's lines are so."),
        "[[layout]]",
        f"parser = {literal(cut.parser)}",
    ]
    keys = dict(cut.keys)
    checks = keys.pop("checks", {})
    if "needs" in keys:
        always = [name for name in cut.names if name in used and all(row.get(name) for row in cut.rows)]
        keys["needs"] = always or keys["needs"]
    for key, value in keys.items():
        lines.append(f"{key} = {array(value) if isinstance(value, list) else literal(value)}")
    if checks:
        lines += ["[layout.checks]", *(f"{key} = {literal(value)}" for key, value in checks.items())]
    return "\n".join(lines)
