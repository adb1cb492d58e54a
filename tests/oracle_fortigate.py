"""What the oracles of FortiGate and FortiProxy samples say: Elastic's and Sekoia's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_WEB = {"webfilter", "http-transaction"}


def _values(record: Mapping[str, Any], _: Path) -> Values | None:
    return _elastic(record) if at(record, "observer.vendor") == "Fortinet" and "ecs" in record else _sekoia(record)


def _elastic(record: Mapping[str, Any]) -> Values:
    if at(record, "fortinet.firewall.subtype") not in _WEB:
        return {"web": False}
    stamp = at(record, "event.start") or record["@timestamp"]  # eventtime, or the local date and time
    return {
        "web": True,
        "time": moment(stamp),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name"),
        "host": at(record, "url.domain"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "category": at(record, "rule.category"),
        "disposition": "blocked" if "denied" in at(record, "event.type") else "allowed",
        "action": at(record, "fortinet.firewall.action"),
    }


def _sekoia(record: Mapping[str, Any]) -> Values:
    if str(at(record, "event.category")) not in _WEB:
        return {"web": False}
    stamp = at(record, "event.start") or record.get("@timestamp")
    return {
        "web": True,
        "time": moment(stamp) if stamp else None,
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name") or at(record, "user.name"),
        "host": at(record, "url.domain") or at(record, "destination.domain"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "user_agent": at(record, "user_agent.original"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "category": at(record, "rule.category"),
        "action": at(record, "action.name"),
    }


MAKES = (Make("fortigate", ("fortigate/*.log",), _values), Make("fortiproxy", ("fortiproxy/*.log",), _values))
