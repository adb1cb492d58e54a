"""What the oracles of Palo Alto samples say: Sekoia's and Elastic's ECS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_ALLOWED = {"alert", "allow", "continue", "override"}


def _values(record: Mapping[str, Any], _: Path) -> Values | None:
    return _elastic(record) if "panw" in record else _sekoia(record)


def _sekoia(record: Mapping[str, Any]) -> Values:
    if at(record, "log.logger") != "threat" or at(record, "action.type") != "url":
        return {"web": False}
    original = str(at(record, "url.original")).partition("://")[2]
    return {
        "web": True,
        # of CEF, @timestamp is when the collector took the line in, and event.start what the firewall says
        "time": moment(at(record, "event.start") or record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": _user(at(record, "source.user.domain"), at(record, "source.user.name")),
        "host": at(record, "url.domain"),
        "path": _path(record, at(record, "network.application"), original),
        "method": _upper(at(record, "http.request.method")),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original") or at(record, "user_agent.name"),
        "mime_type": at(record, "paloalto.ContentType"),
        "category": at(record, "paloalto.URLCategory"),
        "disposition": "allowed" if at(record, "event.action") in _ALLOWED else "blocked",
        "action": at(record, "event.action"),
    }


def _elastic(record: Mapping[str, Any]) -> Values:
    if at(record, "panw.panos.type") != "THREAT" or at(record, "panw.panos.sub_type") != "url":
        return {"web": False}
    return {
        "web": True,
        "time": moment(record["@timestamp"][:19] + "Z"),  # local time, to which the oracle adds a zone of its own
        "source_ip": at(record, "source.ip"),
        "user": _user(at(record, "source.user.domain"), at(record, "source.user.name")),
        "host": at(record, "url.domain"),
        "path": _path(record, at(record, "network.application"), at(record, "url.original") or ""),
        "method": _upper(at(record, "http.request.method")),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
        "category": at(record, "panw.panos.url.category"),
        "disposition": "allowed" if at(record, "panw.panos.action") in _ALLOWED else "blocked",
        "action": at(record, "panw.panos.action"),
    }


def _path(record: Mapping[str, Any], application: str | None, address: str) -> str | None:
    """Return the path, if the firewall could know one: of TLS that it did not open it knows the host."""
    only_a_host = "/" not in address.rstrip("/")
    return None if application == "ssl" and only_a_host else at(record, "url.path")


def _user(domain: str | None, name: str | None) -> str | None:
    return f"{domain}\\{name}" if domain and name and "@" not in name else name


def _upper(method: str | None) -> str | None:
    return None if method is None or method == "unknown" else method.upper()


PALOALTO = Make("paloalto", ("paloalto/*.log",), _values)
PRISMA = Make("paloalto-prisma", ("paloalto-prisma/*.log",), _values)
MAKES = (PALOALTO, PRISMA)
