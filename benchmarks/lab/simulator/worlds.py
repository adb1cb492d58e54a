"""The worlds: what differs between one organisation's log and another's, over one model of people and browsers."""

from __future__ import annotations

from dataclasses import dataclass, field

from .schedule import Hours
from .traffic import Habits

OFFICE_ROLES: dict[str, float] = {
    "none": 14, "lunch": 12, "tabber": 7, "just_under": 6, "just_over": 6, "idle_tabs": 8, "silent_reader": 6,
    "gambler": 5, "streamer": 5, "own_hours": 5, "midnight": 4, "innocent": 6, "clickbait": 4, "mail_watcher": 5,
    "blocked": 4, "grazer": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """One organisation's people, machines and log."""

    name: str
    sentence: str
    people: int = 77
    roles: dict[str, float] = field(default_factory=lambda: OFFICE_ROLES)
    extras: dict[str, float] = field(default_factory=dict)  # further roles, each added to a person with this chance
    hours: Hours = field(default_factory=Hours)
    habits: Habits = field(default_factory=Habits)
    richness: float = 1.0  # of advertising
    gambling: float = 1.0  # of gambling adverts
    machines: str = "desktop"  # desktop, phone, both, kiosk
    handshakes: int = 0  # refusals before each connection
    network: str = "own"  # an address each, one for all, or few
    clock: str = "ms"
    durations: str = "end"  # end, none_end, none_start
    calls: bool = False
    attributable: bool = True
    lacks: tuple[str, ...] = ()


WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        World("office", "desktop browsers in an office, each with an account and an address of its own", people=90),
    )
}
