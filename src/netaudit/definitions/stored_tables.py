"""What the store keeps, in words: each table, what one row of it is, and what each of its columns says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class StoredTable(NamedTuple):
    """A table at rest in words."""

    row: str  # what one row is
    personal: bool  # whether a row is about one person, under a pseudonym


TABLES: Mapping[str, StoredTable] = {
    "events": StoredTable("a request, under the pseudonym of its week", personal=True),
    "labels": StoredTable(
        "what a request was: a person's doing, part of a page, a page left open, software", personal=True
    ),
    "visits": StoredTable("one person's attention on one site", personal=True),
    "visits_beside": StoredTable("the same, in the hours beside a week's end", personal=True),
    "downloads": StoredTable("a file that was fetched: kind, size and site, no name", personal=True),
    "spells": StoredTable("a chain of personal visits", personal=True),
    "findings": StoredTable("one broken rule", personal=True),
    "evidence": StoredTable("a line of a finding's timeline", personal=True),
    "timeline": StoredTable("a stretch of a finding's day", personal=True),
    "hours": StoredTable("core hours and lunch on a finding's day", personal=True),
    "ignored": StoredTable("what a finding did not count, and why", personal=True),
    "overturns": StoredTable("what would make a finding fall", personal=True),
    "counted": StoredTable("whom a printed figure counts", personal=True),
    "registers_seen": StoredTable("a checksum of the register entries that a finding was held against", personal=True),
    "published": StoredTable("a figure about a group, suppressed", personal=False),
    "taken_over": StoredTable("a figure that was printed as in another week", personal=False),
    "rejects": StoredTable("the place of a line that could not be read, and why; none of its text", personal=False),
    "lines_seen": StoredTable(
        "a line that was counted, as a keyed checksum: by it the same line in another file is known",
        personal=False,
    ),
    "let_through": StoredTable("how many requests to a forbidden site the filter let through", personal=False),
    "leaks": StoredTable("the same in bands, for IT", personal=False),
    "source_hours": StoredTable(
        "how many lines a source wrote in a quarter of an hour, by how many, and what they say", personal=False
    ),
    "open_sites": StoredTable("a site that no list knows and that many people used", personal=False),
    "tallies": StoredTable("counts of requests by kind", personal=False),
    "provenance": StoredTable("where a week's classes come from", personal=False),
    "unlisted": StoredTable("how many active people the directory lacks", personal=False),
    "issued": StoredTable("how many requests a published week had", personal=False),
}
"""By the name of the table, in the order of the annex."""

COLUMNS: Mapping[str, str] = {
    "user_hash": "pseudonym of the person, of that week",
    "source_hash": "pseudonym of the machine, of that week",
    "recipient": "pseudonym of the manager whom a finding is for",
    "attribution": "whether it can be put down to a person",
    "event_start": "beginning",
    "event_end": "end",
    "event_duration_ms": "duration of the request",
    "event_dataset": "layout of the log",
    "event_action": "the proxy's result word",
    "url_scheme": "scheme",
    "url_domain": "name of the host, or nothing where it is shielded",
    "url_key": "keyed checksum of the page's address",
    "referrer_key": "keyed checksum of the page it was asked from",
    "referrer_domain": "host of the page it was asked from",
    "url_extension": "extension",
    "site": "site, or nothing where it is shielded",
    "category": "class of the site",
    "category_match": "the pattern that decided the class",
    "category_source": "the list that decided the class",
    "category_confirmed": "whether more than one list says so",
    "host_role": "whether the host serves pages or parts of them",
    "http_request_method": "method",
    "http_request_bytes": "bytes sent",
    "http_response_bytes": "bytes received",
    "http_response_status_code": "status",
    "http_response_mime_type": "content type",
    "user_agent_name": "browser or known software",
    "disposition": "whether the filter let it through",
    "vendor_category": "the filter's own word for the site",
    "log_file": "number of the log file",
    "log_line": "line in it",
    "label": "what the request was",
    "label_reason": "why",
}
"""What the columns of stored requests say; all other tables are made from these."""
