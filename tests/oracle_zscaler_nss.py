"""What the oracles of Zscaler samples say: Elastic's and Sekoia's ECS, and Tenzir's OCSF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from oracle_comparison import Make, Values, at, moment

_NOTHING = {None, "", "None", "NA", "N/A", "Unknown", "invalid", "Other"}


def _meant(value: Any) -> Any:
    return None if value in _NOTHING else value


def _values(record: Mapping[str, Any], _: Path) -> Values:
    if "class_uid" in record:
        return _ocsf(record)
    return _elastic(record) if "zscaler_zia" in record or "ecs" in record else _sekoia(record)


def _elastic(record: Mapping[str, Any]) -> Values:
    if at(record, "zscaler_zia.web") is None:
        return {"web": False}
    method = _meant(at(record, "http.request.method"))
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "duration_ms": at(record, "zscaler_zia.web.ctime"),
        "source_ip": at(record, "source.nat.ip") or at(record, "source.ip"),  # it files the client's (cip) under nat
        "user": at(record, "user.email"),
        "host": at(record, "url.domain"),
        # It makes an address of a tunnel, too; only the host of that is known.
        "path": None if method == "CONNECT" else at(record, "url.path") or "/",
        "method": method,
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "http.request.bytes"),
        "response_bytes": at(record, "http.response.bytes"),
        "mime_type": _meant(at(record, "http.request.mime_type") or at(record, "http.response.mime_type")),
        "referrer": _with_scheme(_meant(at(record, "http.request.referrer")), at(record, "network.protocol")),
        "user_agent": _meant(at(record, "user_agent.original")),
        "category": _meant(at(record, "zscaler_zia.web.url.category.sub")),
        "disposition": at(record, "event.action"),
        "action": at(record, "event.action").capitalize(),  # it writes small letters
    }


def _sekoia(record: Mapping[str, Any]) -> Values:
    if at(record, "event.dataset") != "web":
        return {"web": False}
    path = at(record, "url.path")
    has_path = path is not None and path != at(record, "url.domain")  # where there is no path it repeats the host
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "user.email"),
        "host": at(record, "url.domain"),
        "path": f"/{path}" if has_path else None,  # its paths have lost their first slash
        "method": _meant(at(record, "http.request.method")),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "http.request.bytes"),
        "response_bytes": at(record, "http.response.bytes"),
        "mime_type": _meant(at(record, "http.response.mime_type")),
        "referrer": _with_scheme(_meant(at(record, "http.request.referrer")), at(record, "network.protocol")),
        "user_agent": unquote(_meant(at(record, "user_agent.original")) or "")
        or None,  # the feed writes %20 for a space
        "category": _meant(at(record, "zscaler.zia.url_category")),
        "disposition": at(record, "event.action"),
        "action": at(record, "event.action").capitalize(),
    }


def _ocsf(record: Mapping[str, Any]) -> Values:
    scheme = at(record, "http_request.url.scheme")
    host, slash, path = at(record, "http_request.url.url_string").partition("/")
    tunnel = at(record, "http_request.http_method") == "CONNECT"
    return {
        "web": record["class_uid"] == 4002,  # HTTP Activity
        "time": moment(record["time"]),
        "source_ip": at(record, "src_endpoint.ip"),
        "user": at(record, "actor.user.name"),
        "host": host.partition(":")[0],
        "path": None if tunnel else f"{slash}{path}",
        "method": at(record, "http_request.http_method"),
        "status": at(record, "http_response.code"),
        "request_bytes": at(record, "traffic.bytes_out"),
        "response_bytes": at(record, "traffic.bytes_in"),
        "mime_type": _meant(at(record, "http_response.content_type")),
        "referrer": _with_scheme(at(record, "http_request.referrer"), scheme),
        "user_agent": (at(record, "http_request.user_agent") or "").strip('"') or None,  # the feed doubles quotes
        "category": at(record, "http_request.url.categories")[0],
        "disposition": {1: "allowed", 2: "blocked"}[record["action_id"]],
        "action": record["action"],
    }


def _with_scheme(referrer: str | None, protocol: str | None) -> str | None:
    """Return a referrer with the scheme that the feed leaves out: a page inside TLS leads to requests inside TLS."""
    return f"{'https' if protocol in {'HTTPS', 'https', 'SSL'} else 'http'}://{referrer}" if referrer else None


ZSCALER = Make("zscaler-nss", ("zscaler-nss/*.log",), _values)
MAKES = (ZSCALER,)
