"""What the oracles of firewalls say that also write of other things: Elastic's, Sekoia's and Sentinel's readings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_NOBODY = {None, "", "N/A", "UNKNOWN"}


def _checkpoint(record: Mapping[str, Any], _: Path) -> Values:
    address = at(record, "url.original")
    if address is None:
        return {"web": False}
    time, action = record.get("@timestamp"), at(record, "event.action") or at(record, "action.name")
    return {
        "web": True,
        "time": moment(time) if time else None,  # Sekoia's reading has none
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name"),
        "host": at(record, "url.domain") or address.split("/")[2],
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "user_agent": at(record, "user_agent.original"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "disposition": "blocked" if str(action).lower() in {"block", "drop", "reject", "prevent"} else "allowed",
        "action": str(action).capitalize(),  # Sekoia's is in small letters
    }


def _asa(record: Mapping[str, Any], _: Path) -> Values:
    address = at(record, "url.original")
    if address is None:
        return {"web": False}
    host, domain = at(record, "url.domain"), at(record, "source.user.domain")
    user = at(record, "source.user.name")
    return {
        "web": True,
        # of a connection it gives the end, and the start beside it; of a file the first packet
        "time": moment(at(record, "event.end") or record["@timestamp"]),
        "duration_ms": _milliseconds(at(record, "event.duration")),
        "source_ip": at(record, "source.ip"),
        "user": f"{domain}\\{user}" if domain else user,
        # It puts the host of the page that led here beside the one that was asked for; a path alone is of the address.
        "host": at(record, "destination.ip") if host is None else address.split("/")[2].split(":")[0],
        "path": at(record, "url.path") or "/",
        "status": at(record, "http.response.status_code"),
        "referrer": at(record, "http.request.referrer"),
        "user_agent": at(record, "user_agent.original"),
        "request_bytes": at(record, "source.bytes"),
        "response_bytes": at(record, "destination.bytes"),
        "disposition": {"denied": "blocked", "allowed": "allowed"}.get(at(record, "event.type")[-1]),
    }


def _milliseconds(nanoseconds: int | None) -> int | None:
    return None if nanoseconds is None else nanoseconds // 1_000_000


def _meraki(record: Mapping[str, Any], _: Path) -> Values:
    if "SyslogMessage" in record or at(record, "url.original") is None:
        return {"web": False}
    method, path = at(record, "http.request.method"), at(record, "url.path")
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "host": at(record, "url.domain"),
        "path": None if path == "/..." else path,  # the device leaves out what it cannot see
        "method": None if method == "UNKNOWN" else method,
        "user_agent": at(record, "user_agent.original"),
        "disposition": "blocked" if at(record, "event.outcome") == "block" else "allowed",
    }


def _juniper(record: Mapping[str, Any], _: Path) -> Values:
    tag = at(record, "juniper.srx.tag") or ""
    if not tag.startswith("WEBFILTER_URL"):
        return {"web": False}
    user, category = at(record, "source.user.name"), at(record, "juniper.srx.category")
    # Of TLS that was not decrypted only the host is known: the device writes "/" for the page.
    hidden = at(record, "destination.port") == 443 and at(record, "url.path") == "/"
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": None if user in _NOBODY else user,
        "host": at(record, "url.domain"),
        "path": None if hidden else at(record, "url.path"),
        "category": None if category in _NOBODY else category,
        "disposition": "blocked" if "denied" in at(record, "event.type") else "allowed",
        "action": tag.split("_")[2],
    }


CHECKPOINT = Make("checkpoint", ("checkpoint/[Spw]*.log",), _checkpoint)
# Left out: a table as CSV, a line without a time, and an oracle without line numbers (of connections alone).
ASA = Make(
    "cisco-asa-ftd",
    ("cisco-asa-ftd/[ps]*.log", "cisco-asa-ftd/SEKOIA*.log", "cisco-asa-ftd/ossec*pix_5.log"),
    _asa,
)
MERAKI = Make("cisco-meraki", ("cisco-meraki/*.log",), _meraki)
JUNIPER = Make("juniper-srx", ("juniper-srx/*.log",), _juniper)
MAKES = (CHECKPOINT, ASA, MERAKI, JUNIPER)
