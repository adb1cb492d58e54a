"""What the oracles of web servers' and their proxies' samples say, in ECS: Elastic's and Sekoia's reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment


def _values(record: Mapping[str, Any], _: Path) -> Values:
    """Return what a record says; without a status it is an error's or a connection's, not a request's."""
    status = at(record, "http.response.status_code")
    stamp = record.get("@timestamp")
    lasted = at(record, "event.duration")
    return {
        "web": status is not None,
        "time": moment(stamp) if stamp else None,
        "duration_ms": round(float(lasted) / 1e6) if lasted is not None else None,
        "source_ip": at(record, "source.address"),
        "user": _meant(at(record, "user.name")),
        "host": at(record, "url.domain") or at(record, "destination.domain"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": None if status is None else int(status),
        "response_bytes": _number(_first(record, "http.response.body.bytes", "http.response.bytes")),
        "referrer": _meant(at(record, "http.request.referrer")),
        "user_agent": _meant(at(record, "user_agent.original")),
    }


def _pfsense(record: Mapping[str, Any], path: Path) -> Values:
    """Return what a record says; its zone is a setting of the reader's, the log writes none.

    Of Squid's lines it takes the time of the syslog, which has no year, though Squid's own stands in the line.
    """
    values = _values(record, path)
    # Squid and HAProxy write there under one name, and Squid's times are ends: so ends are compared.
    lasted = timedelta(milliseconds=values["duration_ms"] or 0)
    civil = datetime.fromisoformat(record["@timestamp"]).replace(tzinfo=UTC) + lasted
    return {**values, "time": civil if at(record, "event.provider") == "haproxy" else None}


def _first(record: Mapping[str, Any], *paths: str) -> Any:
    return next((value for path in paths if (value := at(record, path)) is not None), None)


def _meant(value: str | None) -> str | None:
    return None if value in {"-", "", None} else value


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


APACHE = Make("apache", ("apache/*.log",), _values)
NGINX = Make("nginx", ("nginx/*.log",), _values)
HAPROXY = Make("haproxy", ("haproxy/*.log",), _values)
TRAEFIK = Make("traefik", ("traefik/*.log",), _values)
_PFSENSE_PARTS = ("bsd", "dhcp", "haproxy", "ipsec", "phpfpm", "squid")
PFSENSE = Make("pfsense", tuple(f"pfsense/*-{part}.log" for part in _PFSENSE_PARTS), _pfsense)

MAKES = (APACHE, NGINX, HAPROXY, TRAEFIK, PFSENSE)
