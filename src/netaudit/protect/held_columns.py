"""Which tables hold something about a person, what each of their columns is called, and what is told of none.

A table of the store stands in HELD, or in NOT_CONNECTED with the reason; one that stands in neither and has a column of
LINKS is told whole, so that nothing new is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PSEUDONYM, CASE, MANAGER = "user_hash", "finding_id", "recipient"
LINKS = (PSEUDONYM, CASE)
"""Columns that connect a row with a person: directly, or through one of their cases."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a table is told."""

    title: str
    meaning: str
    columns: Mapping[str, str]  # by name, the heading; one that begins with "+" stands in the JSON alone
    numbered: tuple[str, ...] = ()  # keys that say nothing by themselves: told as first, second … of the table
    withheld: Mapping[str, str] | None = None  # columns that are not told, and why


_STANDS_FOR_YOU = {
    PSEUDONYM: "the random number that stands for the person in this week; it would lead whoever has it \
to these rows"
}
_TIMES = {"event_start": "From", "event_end": "To"}
_RANGE = {"minutes_low": "Minutes proven", "minutes": "Minutes likely", "minutes_high": "Minutes at most"}
_CLASSED = {"category_source": "+Who says what class it is", "category_confirmed": "+Class confirmed"}

HELD: Mapping[str, Kept] = {
    "events": Kept(
        "Requests",
        "One thing that a computer asked the internet for under the person's account, and what netaudit took it for.",
        {
            "event_start": "When",
            "site": "Site",
            "url_domain": "+Address of the site",
            "category": "Class",
            "label": "What it was",
            "label_reason": "Why",
            "disposition": "Filter",
            "http_response_bytes": "Bytes received",
            "event_duration_ms": "+Milliseconds",
            "event_dataset": "+Kind of log",
            "event_action": "+Result word of the proxy",
            "attribution": "+Whose it is taken to be",
            "source_hash": "+Computer, numbered",
            "url_scheme": "+Kind of connection",
            "url_key": "+Page, numbered",
            "referrer_key": "+Page it came from, numbered",
            "referrer_domain": "+Site it came from",
            "url_extension": "+Kind of file by its name",
            "category_match": "+What decided the class",
            **_CLASSED,
            "host_role": "+Page or part of one",
            "http_request_method": "+Method",
            "http_request_bytes": "+Bytes sent",
            "http_response_status_code": "+Status",
            "http_response_mime_type": "+Kind of content",
            "user_agent_name": "+Program",
            "vendor_category": "+Class of the filter",
            "log_file": "+Log file, by number",
            "log_line": "+Line of the log file",
        },
        ("source_hash", "url_key", "referrer_key"),
        _STANDS_FOR_YOU,
    ),
    "visits": Kept(
        "Visits",
        "A time that the person is taken to have spent on one site.",
        {
            **_TIMES,
            "site": "Site",
            "category": "Class",
            **_RANGE,
            "requests": "Requests",
            "human_requests": "+Requests by a person",
            "documents_allowed": "+Pages that certainly were asked for",
            "requests_blocked": "+Requests that the filter stopped",
            "bytes_in": "+Bytes received",
            "bytes_out": "+Bytes sent",
            "kind": "What it was",
            "reason": "+Why",
            "attribution": "+Whose it is taken to be",
            **_CLASSED,
        },
        (),
        _STANDS_FOR_YOU,
    ),
    "downloads": Kept(
        "Files",
        "A file that the person is taken to have fetched: its kind and size, never its name.",
        {
            "event_start": "When",
            "site": "Site",
            "category": "Class",
            "file_kind": "Kind of file",
            "bytes": "Bytes",
            "attribution": "+Whose it is taken to be",
            **_CLASSED,
        },
        (),
        _STANDS_FOR_YOU,
    ),
    "spells": Kept(
        "Stretches of personal use",
        "Personal visits with short breaks between, as the one-hour rule looks at them.",
        {
            **_TIMES,
            "span_minutes": "+Minutes from first to last",
            **_RANGE,
            "core_minutes_low": "Proven, in core hours",
            "core_minutes": "+Likely, in core hours",
            "lunch_minutes_low": "+Proven, at lunch",
            "lunch_minutes": "+Likely, at lunch",
            "visits": "Visits",
            "sites": "+Sites",
            "holds_at_half": "+Also with half the break",
            "holds_at_double": "+Also with double the break",
        },
        (),
        _STANDS_FOR_YOU,
    ),
    "findings": Kept(
        "Findings",
        "A rule that the log shows to be broken, or nearly: a question, not an answer.",
        {
            CASE: "Case",
            "rule_id": "Rule",
            "clause": "Clause",
            **_TIMES,
            **_RANGE,
            "status": "Status",
            "status_reason": "Why",
            "route": "Goes to",
            "route_reason": "+Why it goes there",
            "core_minutes_low": "+Proven, in core hours",
            "lunch_minutes": "+At lunch",
            "span_minutes": "+Minutes from first to last",
            "limit": "+Limit",
            "measure": "+What the limit counts",
            "amount": "+What it comes to",
            "per": "+Counted up by",
            "category": "+Class",
            "requests": "+Requests",
            "requests_blocked": "+Requests that the filter stopped",
            "holds_at_half": "+Also with half the break",
            "holds_at_double": "+Also with double the break",
            "entries": "+Register entries that cover any of it",
            "pattern": "+Working pattern",
            "listed": "+In the staff directory",
        },
        (),
        _STANDS_FOR_YOU | {MANAGER: "it stands for somebody else: the line manager whom the finding is for"},
    ),
    "evidence": Kept(
        "Evidence",
        "A line of the timeline of a finding.",
        {
            CASE: "Case",
            **_TIMES,
            "site": "Site",
            "category": "Class",
            "use": "Counted as",
            "label": "What it was",
            "reason": "Why",
            "requests": "Requests",
            **_CLASSED,
            "log_file": "+Log file, by number",
            "log_line": "+Line of the log file",
        },
    ),
    "timeline": Kept(
        "Timeline of findings",
        "A piece of the day of a finding, and what was made of it; a million microseconds are a second.",
        {
            CASE: "Case",
            **_TIMES,
            "state": "What was made of it",
            "site": "Site",
            "category": "Class",
            "use": "Counted as",
            "within": "+Part of the finding",
            "label": "+What it was",
            "reason": "+Why",
            **_CLASSED,
            "low_us": "+Proven, microseconds",
            "likely_us": "+Likely, microseconds",
            "high_us": "+At most, microseconds",
            "core_low_us": "+Proven in core hours, microseconds",
            "human": "+Requests by a person",
            "embedded": "+Requests of other pages' parts",
            "idle": "+Requests of open pages",
            "background": "+Requests of software",
        },
    ),
    "hours": Kept(
        "Working hours that findings were held against",
        "Core hours and lunch on the days of a finding.",
        {CASE: "Case", "kind": "Kind", **_TIMES},
    ),
    "ignored": Kept(
        "What findings did not count",
        "Requests and time that were left out of a finding, and why.",
        {
            CASE: "Case",
            "what": "What",
            "reason": "Why",
            "requests": "Requests",
            "would_add_us": "+Would have added, microseconds",
            "sites": "Sites",
            "classes": "+Classes",
        },
    ),
    "overturns": Kept(
        "What would overturn findings",
        "What would have to be otherwise for a finding to fall, as the rule itself was asked.",
        {
            CASE: "Case",
            "kind": "What",
            **_TIMES,
            "site": "Site",
            "category": "Class",
            "outcome": "What would be left",
            "stretches": "+Stretches",
            "low_us": "+Proven of them, microseconds",
            "left_low_us": "+Proven in what is left, microseconds",
            "left_core_us": "+Of it in core hours, microseconds",
            "amount": "+Amount",
        },
    ),
    "counted": Kept(
        "Published figures that count the person",
        "A figure about a group, which says nothing of one person; kept so that later ones give nobody away.",
        {
            "table": "Figure",
            "value": "Of what",
            "unit_level": "Level",
            "unit": "Group",
            "is_counted": "Counted as one of the people",
            "minutes_low_ms": "+Proven, milliseconds",
            "minutes_ms": "+Likely, milliseconds",
            "minutes_high_ms": "+At most, milliseconds",
        },
        (),
        _STANDS_FOR_YOU,
    ),
}  # fmt: skip

# Told with another table: labels stand row by row beside events, and copies from beside a week in the week itself.
TOLD_WITH: Mapping[str, str] = {"labels": "events", "visits_beside": "visits"}

NOT_CONNECTED: Mapping[str, str] = {
    "tallies": "counts of requests of a whole day, of everybody together",
    "source_hours": "counts of the lines of a log in a quarter of an hour, of everybody together",
    "open_sites": "sites that no list knows, named where eight or more people used them",
    "let_through": "counts of requests to each site, of everybody together",
    "leaks": "sites that the filter let through, in bands, without people and times",
    "unlisted": "how many people the directory does not have",
    "published": "figures about groups of eight or more",
    "provenance": "where classes of site come from, as shares of everybody's time",
    "issued": "how many requests a week had when its figures came out",
    "taken_over": "which figures about groups were printed as in another week",
    "registers_seen": "a checksum of the registers, to see whether they changed",
    "lines_seen": "checksums of lines under a key, which tell only whether the same line comes again",
    "rejects": "file and line of what could not be read; nobody can tell whose a line was",
}
"""Tables that hold nothing that could be connected with one person."""
