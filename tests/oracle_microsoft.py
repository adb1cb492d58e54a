"""What the oracles of Microsoft's servers and services say: Sekoia's and Elastic's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at
from oracle_gateways import ecs

_OF_SITES = ("AdvancedHunting-DeviceNetworkEvents", "AdvancedHunting-UrlClickEvents")


def _iis(record: Mapping[str, Any], _: Path) -> Values:
    values = ecs(record)
    agent, duration = values["user_agent"], at(record, "event.duration")
    sekoia = "message" in record
    realm, user = at(record, "user.domain"), values["user"]
    return {
        **values,
        "user": None if user == "Anonymous" else f"{realm}\\{user}" if realm else user,
        "duration_ms": None if duration is None else int(duration) // (1_000 if sekoia else 1_000_000),
        "source_ip": values["source_ip"] or at(record, "client.ip"),
        "user_agent": agent.replace(" ", "+") if agent else None,  # it takes the plus signs for spaces
        "request_bytes": at(record, "http.request.body.bytes") or at(record, "client.bytes"),
        "response_bytes": at(record, "http.response.body.bytes") or at(record, "server.bytes"),
        "disposition": None,
    }


def _defender(record: Mapping[str, Any], _: Path) -> Values:
    original = at(record, "event.original") or record.get("message") or ""
    told = any(table in original for table in _OF_SITES) and "url" in record
    values = ecs(record)
    return {**values, "action": at(record, "action.type")} if told else {"web": False}


def _azure(record: Mapping[str, Any], _: Path) -> Values:
    protocol = at(record, "network.protocol")
    return {**ecs(record), "action": at(record, "azure.firewall.action")} if protocol == "http" else {"web": False}


MAKES = (
    Make("iis-w3c", ("iis-w3c/*.log",), _iis),
    Make("ms-defender", ("ms-defender/*.log",), _defender),
    Make("azure-firewall", ("azure-firewall/*raw.log",), _azure),
)
