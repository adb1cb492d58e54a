"""What the oracles of Suricata samples say: Elastic's and Sekoia's ECS, all of records that are no requests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _values(record: Mapping[str, Any], _: Path) -> Values:
    kind = at(record, "suricata.eve.event_type") or at(record, "action.type")
    if kind not in {"http", "tls", "quic"}:
        return {"web": False}  # an alert names the request that it is about; that has a record of its own
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "host": at(record, "url.domain") or at(record, "tls.client.server_name"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "response_bytes": at(record, "http.response.body.bytes"),
        "user_agent": at(record, "user_agent.original"),
    }


MAKES = (Make("suricata-eve", ("suricata-eve/*.log",), _values),)
