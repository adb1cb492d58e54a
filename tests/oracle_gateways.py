"""What the oracles of cloud gateways and firewalls say: Sekoia's and Elastic's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def ecs(record: Mapping[str, Any]) -> Values:
    """Return the values that are called alike wherever ECS is spoken."""
    stamp = record.get("@timestamp")
    domain = at(record, "url.domain") or at(record, "destination.domain")
    return {
        "web": True,
        "time": moment(stamp) if stamp else None,
        "source_ip": at(record, "source.ip"),
        "user": at(record, "user.email") or at(record, "user.name"),
        "host": domain.strip().lower() if domain else None,
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
        "action": at(record, "event.action"),
        "disposition": _disposition(at(record, "event.type") or ()),
    }


def _disposition(types: Any) -> str | None:
    return "blocked" if "denied" in types else "allowed" if "allowed" in types else None


def _cloudflare(record: Mapping[str, Any], _: Path) -> Values:
    return ecs(record) if at(record, "url.full") else {"web": False}


def _cato(record: Mapping[str, Any], _: Path) -> Values:
    values = ecs(record)
    blocked = values["action"] == "block"
    # it writes actions in small letters
    return {**values, "action": values["action"].capitalize(), "disposition": "blocked" if blocked else "allowed"}


def _netskope(record: Mapping[str, Any], _: Path) -> Values:
    values = ecs(record)
    if values["method"] is None:  # passed on unread
        return {"web": False}
    client = values["source_ip"]
    return {
        **values,
        "user": None if values["user"] == client else values["user"],  # the address stands in for somebody unknown
        "request_bytes": at(record, "destination.bytes"),  # of cs-bytes it says what the destination got
        "response_bytes": at(record, "source.bytes"),
        "category": at(record, "netskope.events.category"),
    }


def _cloudgen(record: Mapping[str, Any], _: Path) -> Values:
    values = ecs(record)
    if values["method"] is None:
        return {"web": False}
    return {**values, "response_bytes": at(record, "http.response.body.bytes")}


def _aws(record: Mapping[str, Any], _: Path) -> Values:
    return {**ecs(record), "action": None} if at(record, "network.protocol") in {"http", "tls"} else {"web": False}


def _umbrella(record: Mapping[str, Any], _: Path) -> Values:
    return {
        **ecs(record),
        "request_bytes": at(record, "http.request.bytes"),
        "response_bytes": at(record, "http.response.bytes"),
        "source_ip": at(record, "source.ip") or at(record, "source.nat.ip"),
        "user_agent": (at(record, "user_agent.original") or "").strip() or None,
        "category": at(record, "cisco.umbrella.categories"),
        "action": None,
    }


MAKES = (
    Make("cloudflare-gateway-http", ("cloudflare-gateway-http/*.log",), _cloudflare),
    Make("cato-sase", ("cato-sase/*.log",), _cato),
    Make("netskope-transaction", ("netskope-transaction/*.log",), _netskope),
    Make("barracuda-cloudgen", ("barracuda-cloudgen/*.log",), _cloudgen),
    Make("aws-network-firewall", ("aws-network-firewall/*.log",), _aws),
    Make("umbrella-proxy", ("umbrella-proxy/*.log",), _umbrella),
)
