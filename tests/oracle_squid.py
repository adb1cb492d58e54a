"""What the oracles of Squid's relatives say: a security lake's names for Squid, Sekoia's ECS for WSA and Olfeo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _squid(record: Mapping[str, Any], _: Path) -> Values | None:
    """Return what a record says; one that only repeats its line says nothing."""
    if "ip_src_addr" not in record:
        return None
    return {
        "web": True,
        "time": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=record["timestamp"]),
        "duration_ms": record["elapsed"],
        "source_ip": record["ip_src_addr"],
        "host": record["full_hostname"],
        "method": record["method"],
        "status": record["code"],
        "response_bytes": record["bytes"],
        "action": record["action"],
        "disposition": "blocked" if "DENIED" in record["action"] else "allowed",
    }


def _wsa(record: Mapping[str, Any], _: Path) -> Values:
    """Return what a record says; the class by its name where the line names it, else by its code."""
    named, code = at(record, "cisco_wsa.url.category"), at(record, "cisco_wsa.url.category_code")
    written = f'"{named}"' in record["message"]
    return {
        **_ecs(record),
        "duration_ms": at(record, "event.duration"),
        "category": named if written else code,
        "disposition": "blocked" if "denied" in (at(record, "event.type") or ()) else "allowed",
    }


def _olfeo(record: Mapping[str, Any], _: Path) -> Values:
    return {**_ecs(record), "category": at(record, "olfeo.request.type")}


def _ecs(record: Mapping[str, Any]) -> Values:
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name") or at(record, "user.name"),
        "host": at(record, "url.domain"),
        "path": None if at(record, "http.request.method") == "CONNECT" else at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "response_bytes": at(record, "http.response.bytes"),
        "mime_type": at(record, "http.response.mime_type"),
    }


SQUID = Make("squid", ("squid/*.log",), _squid)
CISCO_WSA = Make("cisco-wsa", ("cisco-wsa/*.log",), _wsa)
OLFEO = Make("olfeo", ("olfeo/*.log",), _olfeo)

MAKES = (SQUID, CISCO_WSA, OLFEO)
