"""What the oracles of Zeek samples say: Elastic's ECS, Tenzir's OCSF, and Metron's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _values(record: Mapping[str, Any], path: Path) -> Values | None:
    if "class_uid" in record:
        return _ocsf(record)
    return _elastic(record, path) if "@timestamp" in record else _metron(record)


def _elastic(record: Mapping[str, Any], path: Path) -> Values:
    if "zeek-socks" in path.name:
        return {"web": False}  # a proxy's own protocol: what it carries has records of its own
    is_tls = "zeek-ssl" in path.name
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "user.name"),
        "host": at(record, "tls.client.server_name") if is_tls else at(record, "url.domain"),
        "path": None if is_tls else at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "status": at(record, "http.response.status_code"),
        "request_bytes": at(record, "http.request.body.bytes"),
        "response_bytes": at(record, "http.response.body.bytes"),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
    }


def _ocsf(record: Mapping[str, Any]) -> Values:
    log = at(record, "metadata.log_name")
    if log not in {"http.log", "ssl.log"}:
        return {"web": False}
    method = at(record, "http_request.http_method")
    return {
        "web": True,
        "time": moment(record["time"]),
        "source_ip": at(record, "src_endpoint.ip"),
        "host": at(record, "http_request.url.hostname") or at(record, "tls.sni"),
        "path": at(record, "http_request.url.path"),
        "method": method and method.upper(),  # it writes Post
        "status": at(record, "http_response.code"),
        "referrer": at(record, "http_request.referrer"),
        "user_agent": at(record, "http_request.user_agent"),
    }


def _metron(record: Mapping[str, Any]) -> Values:
    if record["protocol"] not in {"http", "ssl"}:
        return {"web": False}
    return {
        "web": True,
        "time": _EPOCH + timedelta(milliseconds=record["timestamp"]),
        "source_ip": record["ip_src_addr"],
        "host": record.get("host") or record.get("server_name"),
        "path": record.get("uri"),
        "method": record.get("method"),
        "status": record.get("status_code"),
        "request_bytes": record.get("request_body_len"),
        "response_bytes": record.get("response_body_len"),
        "mime_type": next(iter(record.get("resp_mime_types", [])), None),
        "user_agent": record.get("user_agent"),
    }


MAKES = (Make("zeek", ("zeek/*.log",), _values),)
