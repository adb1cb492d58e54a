"""What the oracles of logs of name servers say: Elastic's and Sekoia's ECS, and Tenzir's OCSF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_MAIL = re.compile(r"[(\[]([^()\[\]\s]+@[^()\[\]\s]+)[)\]]")
_QUESTION = re.compile(r"client .*(?:: query: | UDP: query: | TCP: query: | answer: )\S+ IN ")
_DATED = re.compile(r"^(?:<\d+>)?(?:\d{1,2}-[A-Z][a-z]{2}-\d{4} |[A-Z][a-z]{2} {1,2}\d+ )")


def _question(record: Mapping[str, Any], *, dotted: bool = False) -> Values:
    """Return what ECS says of a question."""
    host = at(record, "dns.question.name")
    return {
        "web": True,
        "time": moment(record["@timestamp"]) if "@timestamp" in record else None,
        "source_ip": at(record, "source.ip") or at(record, "client.ip"),
        "host": host and (host.removesuffix(".") if dotted else host).lower(),
    }


def _route53(record: Mapping[str, Any], _: Path) -> Values:
    return _question(record)


def _resolver(record: Mapping[str, Any], _: Path) -> Values:
    return {
        "web": True,
        "time": moment(record["time"]),
        "source_ip": at(record, "src_endpoint.ip"),
        "host": at(record, "query.hostname").removesuffix("."),
        "disposition": "blocked" if at(record, "action") in {"Denied", "Block"} else None,
    }


def _bind(record: Mapping[str, Any], _: Path) -> Values:
    """Return what is said of a question, or of a reply that names it; without a time it is no event."""
    line = at(record, "event.original") or record.get("message") or ""
    if not (_QUESTION.search(line) and _DATED.search(line)):
        return {"web": False}
    values = _question(record)
    has_year = re.search(r"\d{1,2}-[A-Z][a-z]{2}-\d{4} ", line)
    return values if has_year else {**values, "time": None}  # it takes the year in which its tests ran


def _cloudflare(record: Mapping[str, Any], _: Path) -> Values:
    return {
        **_question(record),
        "user": at(record, "user.email") or at(record, "cloudflare_logpush.gateway_dns.user.email"),
        "disposition": "allowed" if "allowed" in (at(record, "event.type") or []) else None,
    }


def _coredns(record: Mapping[str, Any], _: Path) -> Values:
    if "@timestamp" not in record or at(record, "source.ip") is None:
        return {"web": False}
    return {
        **_question(record),
        "duration_ms": round(at(record, "event.duration") / 1e6),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
    }


def _gcp(record: Mapping[str, Any], _: Path) -> Values:
    return _question(record)


def _umbrella(record: Mapping[str, Any], _: Path) -> Values:
    if "most_granular_identity" in record:  # Tenzir
        return {
            "web": True,
            "time": moment(record["timestamp"]),
            "source_ip": record["internal_ip"],
            "host": record["domain"],
            "action": record["action"],
            "category": record["categories"],
        }
    values = _question(record, dotted=True)
    user = at(record, "user.name")
    if at(record, "umbrella.most_granular_identity_type") == "AD Users":  # Sekoia calls networks users, too
        found = _MAIL.search(user)
        return {**values, "user": found[1] if found else user}
    if "umbrella" in record:
        return values
    action = at(record, "event.action").rpartition("-")[2]
    disposition = {"Allowed": "allowed", "Blocked": "blocked"}[action]
    return {**values, "user": at(record, "user.email") or user, "action": action, "disposition": disposition}


def _unbound(record: Mapping[str, Any], _: Path) -> Values:
    line = record.get("message") or ""
    return _question(record) if " reply: " in line or " query: " in line else {"web": False}


MAKES = (
    Make("aws-route53-public", ("aws-route53-public/*.log",), _route53),
    Make("aws-route53-resolver", ("aws-route53-resolver/*.log",), _resolver),
    Make("bind-querylog", ("bind-querylog/*.log",), _bind),
    Make("cloudflare-gateway-dns", ("cloudflare-gateway-dns/*.log",), _cloudflare),
    Make("coredns", ("coredns/*.log",), _coredns),
    Make("efficientip-dns", ("efficientip-dns/*.log",), _bind),
    Make("gcp-dns", ("gcp-dns/*.log",), _gcp),
    Make("infoblox-dns", ("infoblox-dns/*.log",), _bind),
    Make("umbrella-dns", ("umbrella-dns/*.log",), _umbrella),
    Make("unbound", ("unbound/*.log",), _unbound),
)
