"""What the oracle of Skyhigh Secure Web Gateway samples says: Sekoia's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _values(record: Mapping[str, Any], _: Path) -> Values:
    on_premises = at(record, "event.start") is not None
    user = at(record, "user.name")
    categories, path = at(record, "skyhighsecurity.url.categories"), at(record, "url.path")
    return {
        "web": True,
        "time": moment(at(record, "event.start") or record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": user.replace("\\\\", "\\") if user else None,  # it leaves the backslash doubled, as the line has it
        "host": at(record, "url.domain"),
        "path": path.partition("?")[0] if path else None,  # it takes the query for a part of the path
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "http.request.bytes" if on_premises else "source.bytes"),
        "response_bytes": at(record, "http.response.bytes" if on_premises else "destination.bytes"),
        "mime_type": at(record, "http.response.mime_type"),
        "referrer": at(record, "skyhighsecurity.referer"),
        "user_agent": at(record, "user_agent.original" if on_premises else "skyhighsecurity.user_agent_comment"),
        "category": ", ".join(categories) if categories else at(record, "rule.category"),
        "disposition": {"allowed": "allowed", "denied": "blocked"}[at(record, "event.action")],
    }


MAKES = (Make("skyhigh-mcafee", ("skyhigh-mcafee/*.log",), _values),)
