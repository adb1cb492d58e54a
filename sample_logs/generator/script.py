"""Who did what, and what netaudit must say about it: `script.toml` read into stories, and the registers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Act:
    """One visit: when, for how long, and what becomes of the tab."""

    day: int
    start: str  # HH:MM, local
    minutes: float
    site: str
    pace: float = 40.0  # median seconds from page to page
    tab_until: str = ""
    listen_until: str = ""
    upload: int = 0
    download: int = 0
    account: str = ""  # another account of the same person


@dataclass(frozen=True, slots=True)
class Story:
    """A scripted account: its acts and the outcome they must have. `script.toml` explains the fields."""

    account: str
    did: str
    hint: str
    status: str
    team: str = ""
    acts: tuple[Act, ...] = ()
    category: str = ""
    accept: str = ""
    other_accounts: tuple[str, ...] = ()
    roles: str = ""
    pattern: str = ""
    works: bool = True
    intercepted: bool = False
    in_directory: bool = True
    hours: tuple[str, str] = ("08:45", "17:10")
    denied: tuple[tuple[int, str, str], ...] = ()  # day, time, host


def act(text: str) -> Act:
    """Return the visit that a line of the script describes.

    >>> act("tue 10:05 90 rightmove pace=28")
    Act(day=1, start='10:05', minutes=90.0, site='rightmove', pace=28.0, ...)
    """
    day, start, minutes, site, *more = text.split()
    kinds = {"pace": float, "upload": int, "download": int}
    extras = {name: kinds.get(name, str)(value) for name, value in (item.split("=", 1) for item in more)}
    return Act(DAYS.index(day), start, float(minutes), site, **extras)


def stories(path: Path) -> tuple[Story, ...]:
    """Return the stories of a script, in its order."""
    known = {item.name for item in fields(Story)}
    told = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["story"]:
        unknown = entry.keys() - known
        if unknown:
            raise ValueError(f"{path.name}: {entry['account']} has unknown keys: {sorted(unknown)}")
        facts = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
        facts["acts"] = tuple(act(text) for text in entry.get("acts", ()))
        refused = (text.split() for text in entry.get("denied", ()))
        facts["denied"] = tuple((DAYS.index(day), moment, host) for day, moment, host in refused)
        told.append(Story(**facts))
    return tuple(told)


STORIES = stories(Path(__file__).parents[1] / "script.toml")

SOCIAL = ";".join(
    f"social_{kind}"
    for kind in ("microblogging", "blogging", "video_sharing", "bookmarking", "sharing", "professional")
)

# Accounts stand for person numbers here, and an empty approver for the person's manager.
REGISTERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "consents.csv": (
        ("person_id", "starts", "ends", "approver", "reason"),
        (
            "faisal.grent",
            "2026-03-12T09:00",
            "2026-03-12T13:00",
            "",
            "viewings to arrange during a house move",
        ),
        ("greta.holm", "2026-03-02T09:00", "2026-03-06T17:00", "", "viewings to arrange during a house move"),
    ),
    "exemptions.csv": (
        ("person_id", "role", "categories", "starts", "ends", "approver", "reason"),
        ("", "comms", SOCIAL, "2026-01-05T00:00", "2026-12-31T23:59", "P0001", "runs the corporate accounts"),
        (
            "",
            "safeguarding",
            "extremism;grooming_risk_chat",
            "2026-01-05T00:00",
            "2026-12-31T23:59",
            "P0001",
            "looks at sites named in referrals",
        ),
    ),
    "self_reports.csv": (
        ("person_id", "date", "category", "incident", "reported_at"),
        ("lars.mundy", "2026-03-11", "gambling", "INC-2026-0117", "2026-03-11T11:45"),
    ),
    "research.csv": (
        ("person_id", "categories", "starts", "ends", "reference", "approver", "reason"),
        ("lena.oakes", "gambling", "2026-01-05", "2026-06-30", "REC-2026-014", "", "how betting firms advertise"),
    ),
    "objections.csv": (
        ("person_id", "received", "decision", "starts", "ends", "decided_by", "reason"),
        ("jonas.kell", "2026-02-02", "refused", "", "", "P0001", "monitoring is needed and in proportion"),
    ),
    "leave.csv": (
        ("person_id", "starts", "ends", "half"),
        ("carl.frome", "2026-03-13", "2026-03-13", "afternoon"),
    ),
    "own_devices.csv": (
        ("account_or_address", "note", "starts", "ends"),
        ("192.0.2.128/25", "wireless network for people's own telephones", "2026-01-05", ""),
    ),
    "shared_devices.csv": (
        ("account_or_address", "note"),
        ("reception.kiosk", "reception desk with one sign-in for everybody"),
        ("198.51.100.250", "meeting room screen without a sign-in"),
    ),
    "service_accounts.csv": (
        ("account", "note"),
        ("svc_scan", "document scanner upload service"),
    ),
}
