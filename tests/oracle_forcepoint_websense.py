"""What the oracles of Forcepoint samples say: Sekoia's and Elastic's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _values(record: Mapping[str, Any], _: Path) -> Values:
    blocked = "block" in at(record, "event.action").lower()
    tunnel = at(record, "http.request.method") == "CONNECT"
    user = at(record, "user.id")  # the login; beside it stands the name in the directory
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip") or at(record, "source.nat.ip"),
        "user": None if user == "anonymous" else user,
        "host": at(record, "url.domain"),
        "path": None if tunnel else at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "http.request.bytes"),
        "response_bytes": at(record, "http.response.bytes"),
        "mime_type": at(record, "http.request.mime_type"),  # the log calls it that of the content
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
        "category": ",".join(at(record, "forcepoint_web.category") or ()) or None,
        "disposition": "blocked" if blocked else "allowed",
    }


FORCEPOINT = Make("forcepoint-websense", ("forcepoint-websense/[Sp]*.log",), _values)
MAKES = (FORCEPOINT,)
