"""What the oracles of SonicWall, WatchGuard and Stormshield samples say: Elastic's and Sekoia's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_WEB_SITES = {"14", "16", "97"}


def _sonicwall(record: Mapping[str, Any], _: Path) -> Values:
    if at(record, "event.code") not in _WEB_SITES:
        return {"web": False}
    written = at(record, "event.original")
    local = record["@timestamp"][:19]  # the zone that it adds is a setting of its test
    path = at(record, "url.path")
    return {
        "web": True,
        "time": moment(f"{local}Z" if ' UTC"' not in written else record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "user.name"),
        "host": at(record, "url.domain"),
        "path": path.partition("?")[0] if path else None,  # it takes the query for a part of the path
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "category": at(record, "sonicwall.firewall.Category"),
    }


def _sekoia(record: Mapping[str, Any], _: Path) -> Values:
    return {
        "web": at(record, "url.domain") is not None,
        "source_ip": at(record, "source.ip"),
        "host": at(record, "url.domain"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
    }


MAKES = (
    Make("sonicwall", ("sonicwall/*.log",), _sonicwall),
    Make("watchguard", ("watchguard/*.log",), _sekoia),
    Make("stormshield", ("stormshield/*.log",), _sekoia),
)
