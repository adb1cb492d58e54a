"""What the oracles of CEF and LEEF of any product say: Sekoia's ECS, and Metron's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oracle_comparison import Make, Values, at, moment

_KNOWN = {"Fortinet", "Palo Alto Networks"}  # makes of their own, with oracles of their own


def _cef(record: Mapping[str, Any], _: Path) -> Values | None:
    if at(record, "observer.vendor") in _KNOWN:
        return None
    address = at(record, "url.original") or ""
    if not address.startswith(("http://", "https://")):  # a path on somebody's disk is none
        return {"web": False}
    return {
        "web": True,
        "time": moment(record["@timestamp"]),
        "source_ip": at(record, "source.ip"),
        "user": at(record, "source.user.name"),
        "host": at(record, "url.domain"),
        "path": at(record, "url.path"),
        "method": at(record, "http.request.method"),
        "action": at(record, "event.action"),
    }


CEF = Make("generic-cef", ("generic-cef/SEKOIA*.log",), _cef)
MAKES = (CEF,)
