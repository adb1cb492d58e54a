"""Lines of web filters that write what they say of a site, made up for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime

MONDAY = 1773014400  # 2026-03-09 00:00 in London


def zscaler(**changes: object) -> str:
    """Return a line of Zscaler, with `time` in seconds from Monday and `said`, the filter's words; None for none."""
    wanted = {
        "time": 36000,
        "user": "ann",
        "ip": "192.0.2.1",
        "method": "GET",
        "url": "www.a.example/",
        "said": None,
        "agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0",
        "size": 40000,
        "referrer": None,
        **changes,
    }
    host = str(wanted["url"]).partition("/")[0].partition(":")[0]
    moment = datetime.fromtimestamp(MONDAY + int(str(wanted["time"])), UTC)
    event = {
        "datetime": f"{moment:%Y-%m-%d %H:%M:%S}",
        "reason": "Allowed",
        "protocol": "SSL" if wanted["method"] == "CONNECT" else "HTTPS",
        "action": "Allowed",
        "responsesize": str(wanted["size"]),
        "requestsize": "500",
        "urlcategory": wanted["said"] or "None",
        "clienttranstime": "100",
        "requestmethod": wanted["method"],
        "useragent": wanted["agent"],
        "ClientIP": wanted["ip"],
        "status": "200",
        "user": f"{wanted['user']}@council.example",
        "url": wanted["url"],
        "vendor": "Zscaler",
        "hostname": host,
        "urlsupercategory": "x",
        "contenttype": "text/html",
        **({"refererURL": wanted["referrer"]} if wanted["referrer"] else {}),
    }
    return json.dumps({"sourcetype": "zscalernss-web", "event": event}) + "\n"
