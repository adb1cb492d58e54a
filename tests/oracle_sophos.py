"""What the oracles of Sophos Firewall and UTM samples say: Elastic's and Sekoia's ECS, and Sentinel's columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_WEB = {("Content Filtering", "HTTP"), ("Anti-Virus", "HTTP"), ("Anti-Virus", "HTTPS")}


def _firewall(record: Mapping[str, Any], _: Path) -> Values:
    if "Log_Type" in record:
        return {"web": (record["Log_Type"], record["Log_Component"]) in _WEB}
    return _elastic(record) if "ecs" in record else _sekoia(record)


def _elastic(record: Mapping[str, Any]) -> Values:
    if (at(record, "sophos.xg.log_type"), at(record, "sophos.xg.log_component")) not in _WEB:
        return {"web": False}
    # Of zones that are written as names it knows GMT alone, and takes the others for UTC.
    knows_zone = at(record, "sophos.xg.timezone") in {None, "GMT"}
    category = at(record, "sophos.xg.http_category") or at(record, "sophos.xg.category")
    return {
        "web": True,
        "time": moment(record["@timestamp"]) if knows_zone else None,
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name"),
        "host": at(record, "url.domain"),
        "path": at(record, "url.path") or "/",
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "mime_type": at(record, "sophos.xg.content_type") or at(record, "sophos.xg.contenttype") or None,
        "user_agent": at(record, "user_agent.original"),
        "category": None if category == "None" else category,
        "action": at(record, "event.action").capitalize(),  # it writes small letters
    }


def _sekoia(record: Mapping[str, Any]) -> Values:
    if (at(record, "event.dataset"), at(record, "event.module")) not in _WEB:
        return {"web": False}  # what others asked of the reverse proxy has neither
    return {
        "web": True,
        "source_ip": at(record, "source.ip"),
        "user": at(record, "user.name"),
        "host": at(record, "url.domain"),
        "path": at(record, "url.path"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "user_agent": at(record, "user_agent.original"),
        "disposition": {"allow": "allowed", "deny": "blocked"}[at(record, "action.name")],
    }


def _utm(record: Mapping[str, Any], _: Path) -> Values:
    if at(record, "event.provider") != "http":
        return {"web": False}
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "host": at(record, "url.domain"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "response_bytes": at(record, "http.response.bytes"),
        "user_agent": at(record, "user_agent.original"),
    }


MAKES = (Make("sophos-sfos", ("sophos-sfos/*.log",), _firewall), Make("sophos-utm", ("sophos-utm/*.log",), _utm))
