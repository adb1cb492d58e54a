"""The tables that stages hand to one another.

A contract is a name and a schema. Text may be held as Categorical in memory: `fit` accepts it for String.
Times are UTC; local civil time appears only inside assess and report. Durations name their unit.
"""

from __future__ import annotations

import polars as pl

from netaudit.contracts.contract import Contract, columns

UTC_TIME = pl.Datetime("us", "UTC")

LABELS = ("human", "embedded", "idle", "background")
USES = ("business", "personal", "blocked", "shielded", "background", "unknown")
ATTRIBUTIONS = ("person", "none", "machine", "service", "shared", "own_device", "crowd")

# Until these columns were stored, only our own lists and overrides named a class: all of it is confirmed.
_WHO_CLASSED = {"category_source": None, "category_confirmed": True}


# A log record that still has its name on it. Never at rest.
PARSED = Contract(
    "PARSED",
    columns(
        {
            "event_start": UTC_TIME,  # start of the request: end minus duration
            "event_duration_ms": pl.Int64,
            "event_action": pl.String,  # the proxy's own result word, such as TCP_MISS
            "user_name": pl.String,
            "source_ip": pl.String,
            "url_full": pl.String,
            "http_request_referrer": pl.String,
            "user_agent_original": pl.String,
            "http_request_method": pl.String,
            "http_request_bytes": pl.Int64,
            "http_response_bytes": pl.Int64,
            "http_response_status_code": pl.Int32,
            "http_response_mime_type": pl.String,
            "disposition": pl.String,  # allowed, blocked (OCSF)
            "vendor_category": pl.String,
            "event_dataset": pl.String,  # the format's name, and the kind of record where a device writes several
            "log_line": pl.Int64,  # from 1, in its file
        }
    ),
)

# A line that could not be used: counted, set aside, no raw text.
REJECTS = Contract(
    "REJECTS",
    columns(
        {
            "log_file": pl.String,
            "log_line": pl.Int64,
            "event_dataset": pl.String,
            "reason": pl.String,
        }
    ),
)

# A record without name, address, path or query.
EVENTS = Contract(
    "EVENTS",
    columns(
        {
            "event_start": UTC_TIME,
            "event_duration_ms": pl.Int64,
            "event_dataset": pl.String,
            "event_action": pl.String,
            "user_hash": pl.Int64,  # null: nobody named
            "source_hash": pl.Int64,
            "attribution": pl.String,  # one of ATTRIBUTIONS
            "url_scheme": pl.String,  # http, https, tunnel (CONNECT: only the name is known), dns; null: no host
            "url_domain": pl.String,  # null for a shielded site
            "url_key": pl.Int64,
            "referrer_key": pl.Int64,
            "referrer_domain": pl.String,
            "url_extension": pl.String,  # lower case, without the dot
            "site": pl.String,  # bbc.co.uk also for bbci.co.uk; null for a shielded site
            "category": pl.String,
            "category_match": pl.String,  # the pattern, or the filter's word, that decided; null for none
            "category_source": pl.String,  # overrides, netaudit, an imported list, vendor/…; null for none
            "category_confirmed": pl.Boolean,  # false: an accusing class that a single bulk list names
            "host_role": pl.String,  # page, asset (a host that only serves a site's own parts)
            "http_request_method": pl.String,
            "http_request_bytes": pl.Int64,
            "http_response_bytes": pl.Int64,
            "http_response_status_code": pl.Int32,
            "http_response_mime_type": pl.String,
            "user_agent_name": pl.String,  # browser, or the software's own first word; null: unknown
            "disposition": pl.String,
            "vendor_category": pl.String,
            "log_file": pl.String,  # the file's number in the ledger, as text: file names can hold names
            "log_line": pl.Int64,
        }
    ),
    later=_WHO_CLASSED,
)

# EVENTS with what each request was. The form in which events are stored.
LABELLED = Contract(
    "LABELLED",
    columns({**EVENTS.schema, "label": pl.String, "label_reason": pl.String}),
)

# One person's attention on one site. Knows no policy.
VISITS = Contract(
    "VISITS",
    columns(
        {
            "user_hash": pl.Int64,
            "attribution": pl.String,
            "site": pl.String,
            "category": pl.String,
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
            "minutes_low": pl.Float64,
            "minutes": pl.Float64,
            "minutes_high": pl.Float64,
            "requests": pl.Int64,
            "human_requests": pl.Int64,
            "documents_allowed": pl.Int64,  # pages that a person certainly asked for, and that came through
            "requests_blocked": pl.Int64,
            "bytes_in": pl.Int64,
            "bytes_out": pl.Int64,
            "kind": pl.String,  # one of LABELS
            "reason": pl.String,
            "category_source": pl.String,  # as in EVENTS; where any is not confirmed, of those
            "category_confirmed": pl.Boolean,  # whether the class of all its human requests is
        }
    ),
    later=_WHO_CLASSED,
)

# Who a pseudonym is to the organisation, for one period. In memory only.
PEOPLE = Contract(
    "PEOPLE",
    columns(
        {
            "user_hash": pl.Int64,
            "team": pl.String,
            "directorate": pl.String,
            "roles": pl.List(pl.String),
            "pattern": pl.String,  # name of a working pattern; null: the policy's default
            "manager_hash": pl.Int64,  # whom the person answers to, listed or not; null: nobody is named
            "starts": pl.Date,
            "ends": pl.Date,
        }
    ),
)

# Register entries by pseudonym, for one period. In memory only.
REGISTER = Contract(
    "REGISTER",
    columns(
        {
            "register": pl.String,  # consent, exemption, self_report, research, objection, leave, decision, statement
            "entry": pl.String,  # where it stands: consents.csv:3
            "user_hash": pl.Int64,  # null where `role` is given
            "role": pl.String,
            "categories": pl.List(pl.String),  # null: all
            "starts": UTC_TIME,  # null: always
            "ends": UTC_TIME,  # null: for ever
            "reason": pl.String,
            "reported": UTC_TIME,  # when a self-report was made; null: not known, so it may be of anything near
            "state": pl.String,  # objection: pending, upheld, refused; decision: confirmed, withdrawn; else null
            "reference": pl.String,  # of a decision or statement, the case that it is about; else null
        }
    ),
)

# A chain of personal visits under one policy.
SPELLS = Contract(
    "SPELLS",
    columns(
        {
            "user_hash": pl.Int64,
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
            "span_minutes": pl.Float64,
            "minutes_low": pl.Float64,
            "minutes": pl.Float64,
            "minutes_high": pl.Float64,
            "core_minutes_low": pl.Float64,
            "core_minutes": pl.Float64,
            "lunch_minutes_low": pl.Float64,
            "lunch_minutes": pl.Float64,
            "visits": pl.Int64,
            "sites": pl.Int64,
            "holds_at_half": pl.Boolean,
            "holds_at_double": pl.Boolean,
        }
    ),
)

# One broken rule.
FINDINGS = Contract(
    "FINDINGS",
    columns(
        {
            "finding_id": pl.String,
            "rule_id": pl.String,
            "clause": pl.String,
            "user_hash": pl.Int64,
            "route": pl.String,  # manager, hr, safeguarding, fraud, it
            "route_reason": pl.String,  # why it is not the rule's own; "" where it is
            "recipient": pl.Int64,  # pseudonym of the manager whom it is for; null on every other route
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
            "minutes_low": pl.Float64,
            "minutes": pl.Float64,
            "minutes_high": pl.Float64,
            "core_minutes_low": pl.Float64,
            "lunch_minutes": pl.Float64,
            "span_minutes": pl.Float64,
            "limit": pl.Float64,
            "measure": pl.String,  # what limit counts: minutes, requests, MB, attempts
            "amount": pl.Float64,  # what the finding proves of it; null in a store of an earlier version
            "per": pl.String,  # how long it counts up: day, week, or chain; null in a store of an earlier version
            "category": pl.String,  # null where the rule spans classes
            "requests": pl.Int64,
            "requests_blocked": pl.Int64,
            "holds_at_half": pl.Boolean,
            "holds_at_double": pl.Boolean,
            "status": pl.String,  # new, excused, close, confirmed, withdrawn
            "status_reason": pl.String,
            "entries": pl.String,  # register entries that cover any of it, whether they excuse it or not; "" for none
            "pattern": pl.String,  # the working pattern it was held against, on the day it starts
            "listed": pl.Boolean,  # whether the staff directory has the person on that day
        }
    ),
    later={
        "amount": None,
        "per": None,
        "route_reason": "",
        "recipient": None,
        "entries": "",
        "pattern": None,
        "listed": True,
    },
)

# A frozen line of a finding's timeline.
EVIDENCE = Contract(
    "EVIDENCE",
    columns(
        {
            "finding_id": pl.String,
            "event_start": UTC_TIME,
            "event_end": UTC_TIME,
            "site": pl.String,
            "category": pl.String,
            "use": pl.String,
            "label": pl.String,
            "reason": pl.String,
            "requests": pl.Int64,
            "log_file": pl.String,
            "log_line": pl.Int64,  # the first of the line's requests
            "category_source": pl.String,
            "category_confirmed": pl.Boolean,
        }
    ),
    later=_WHO_CLASSED,
)
