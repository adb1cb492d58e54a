"""What the oracle of DansGuardian samples says: the columns as another reader of its logs names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from oracle_comparison import Make, Values


def _values(record: Mapping[str, Any], _: Path) -> Values:
    address = urlsplit(record["requested_url"])
    actions = record["actions"] or ""
    return {
        "web": True,
        "time": datetime.strptime(record["date_time"], "%Y.%m.%d %H:%M:%S").replace(tzinfo=UTC),
        "source_ip": record["requesting_ip"],
        "user": _meant(record["requesting_user"]),
        "host": address.hostname,
        "path": None if record["method"] == "CONNECT" else address.path or "/",
        "method": record["method"],
        "status": record["http_code"],
        "response_bytes": record["size"],
        "mime_type": _meant(record["mime_type"]),
        "user_agent": _meant(record["user_agent"]),
        "category": _meant(record["category"]),
        "action": _meant(actions),
        "disposition": "blocked" if "DENIED" in actions or "INFECTED" in actions else "allowed",
    }


def _meant(value: str | None) -> str | None:
    return None if value in {"-", "", None} else value


DANSGUARDIAN = Make("dansguardian", ("dansguardian/*.log",), _values)
MAKES = (DANSGUARDIAN,)
