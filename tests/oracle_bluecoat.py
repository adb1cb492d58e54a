"""What the oracles of Blue Coat samples say: Sentinel's columns, Sekoia's ECS, and a reporter's CEF names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _values(record: Mapping[str, Any], _: Path) -> Values | None:
    if "SyslogMessage" in record:
        return _sentinel(record)
    return _reporter(record) if "cefSignatureId" in record else ecs(record)


def _meant(value: Any) -> Any:
    return None if value in {"-", "", None} else value


def _address(text: str) -> str | None:
    """Return an address; whoever gave these lines away made 172.888.184.81 of some, which is none."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _sentinel(record: Mapping[str, Any]) -> Values:
    categories = json.loads(record["cs_categories"])
    types = json.loads(record["content_type"])
    method = _meant(record["cs_method"])
    return {
        "web": True,
        "time": moment(record["logTime"]),
        "duration_ms": _number(record["time_taken"]),
        "source_ip": _address(record["c_ip"]),
        "user": _meant(record["cs_userdn"]),
        "host": record["cs_host"].lower(),
        "path": None if method == "CONNECT" else _meant(record["cs_uri_path"]),
        "method": method,
        "status": _number(record["sc_status"]),
        "request_bytes": _number(record.get("received_bytes")),
        "response_bytes": _number(record.get("sent_bytes")),
        "mime_type": _meant(types[0]) if len(types) == 1 else None,
        "referrer": _meant(record["cs_referrer"]),
        "user_agent": _meant(record.get("cs_user_agent") or record.get("user_agent")),
        "category": _meant(categories[0]) if len(categories) == 1 else None,
        "disposition": "blocked" if record["sc_filter_result"] == "DENIED" else "allowed",
        "action": _meant(record["s_action"]),
    }


def ecs(record: Mapping[str, Any]) -> Values:
    duration = at(record, "event.duration")
    method = at(record, "http.request.method")
    result = at(record, "broadcom.sc_filter.result")
    stamp = record.get("@timestamp")
    return {
        "web": True,
        "time": moment(stamp) if stamp else None,
        "duration_ms": int(duration) // 1_000_000 if duration is not None else None,
        "source_ip": at(record, "client.ip"),
        "user": at(record, "client.user.name"),
        "host": at(record, "url.domain"),
        "method": None if method == "unknown" else method,
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "client.bytes"),
        "response_bytes": at(record, "server.bytes"),
        "user_agent": at(record, "user_agent.original"),
        "category": ";".join(at(record, "broadcom.categories") or ()) or None,
        "disposition": {"DENIED": "blocked", None: None}.get(result, "allowed"),
        "action": at(record, "event.action"),
    }


def _reporter(record: Mapping[str, Any]) -> Values:
    return {
        "web": True,
        "time": datetime.fromtimestamp(record["startTime"] / 1000, UTC),
        "source_ip": record["sourceAddress"],
        "user": record["sourceUserName"],
        "host": record["destinationNameOrIp"],
        "path": record["requestPath"],
        "method": record["requestMethod"],
        "status": int(record["cefSignatureId"]),
        "request_bytes": record["bytesIn"],
        "response_bytes": record["bytesOut"],
        "category": record["deviceEventCategory"],
        "action": record["deviceAction"],
        "disposition": "blocked" if record["devicePolicyAction"] == "DENIED" else "allowed",
    }


BLUECOAT = Make("bluecoat-proxysg", ("bluecoat-proxysg/*.log",), _values)
MAKES = (BLUECOAT,)
