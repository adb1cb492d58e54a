"""The worlds: what differs between one organisation's log and another's, over one model of people and browsers."""

from __future__ import annotations

from dataclasses import dataclass, field

from .schedule import Hours
from .traffic import Habits

Weights = dict[str, float]

OFFICE_ROLES: Weights = {
    "none": 14, "lunch": 12, "tabber": 7, "just_under": 6, "just_over": 6, "idle_tabs": 8, "silent_reader": 6,
    "gambler": 5, "streamer": 5, "own_hours": 5, "midnight": 4, "innocent": 6, "clickbait": 4, "mail_watcher": 5,
    "blocked": 4, "grazer": 10,
}  # fmt: skip
PHONE_MIX: Weights = {
    "phone_work": 2, "phone_light": 5, "phone_heavy": 5, "phone_lunch": 4, "phone_hour": 2, "phone_gambler": 2,
    "phone_viewer": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """One organisation's people, machines and log."""

    name: str
    sentence: str
    people: int = 77
    roles: Weights = field(default_factory=lambda: OFFICE_ROLES)
    extras: Weights = field(default_factory=dict)  # further roles, each added to a person with this chance
    likes: Weights = field(default_factory=dict)  # categories and styles of site, times more liked than elsewhere
    hours: Hours = field(default_factory=Hours)
    habits: Habits = field(default_factory=Habits)
    richness: float = 1.0  # of third parties
    gambling: float = 1.0  # of gambling adverts, times that
    newsletters: float = 0.0  # a day whose pictures the mail program shows
    machines: str = "desktop"  # desktop, phone, both, kiosk
    handshakes: int = 0  # refusals before each connection
    network: str = "own"  # an address each, "one" for all, or "few"
    clock: str = "ms"
    durations: str = "end"  # end, none_end, none_start
    calls: bool = False
    attributable: bool = True
    lacks: tuple[str, ...] = ()


_ALL = (
    World("office", "desktop browsers in an office, each with an account and an address of its own", people=90),
    World(
        "phones",
        "phones only: apps with pinned certificates, push connections, short looks",
        people=100,
        roles=PHONE_MIX,
        machines="phone",
    ),
    World(
        "two_devices",
        "one account on a desktop and a phone, often both at once; the person attends to one at a time",
        people=70,
        machines="both",
    ),
    World(
        "kiosk",
        "shared accounts, each on three shared machines that many people use in turn",
        people=20,
        roles={"none": 1},
        machines="kiosk",
        attributable=False,
        lacks=("person",),
    ),
    World("vdi", "virtual desktops: many people behind one source address, each with an account", network="one"),
    World(
        "vpn_home",
        "people at home over a VPN: three egress addresses, shifted hours, private pages mixed into work",
        hours=Hours(arrive=8.7, leave=17.9, spread=0.9, lunch=12.9, meetings=1.0, gap=480.0),
        extras={"grazer": 0.5, "own_hours": 0.12},
        network="few",
    ),
    World(
        "background_music",
        "music or radio plays for hours in a tab behind the work",
        extras={"listener": 0.75},
    ),
    World(
        "work_video",
        "training videos and webinars on business hosts, for work",
        extras={"learner": 0.8},
        roles={k: v for k, v in OFFICE_ROLES.items() if k != "streamer"} | {"streamer": 8},
    ),
    World(
        "teams_calls",
        "hours of video calls: sound and picture go past the proxy, long tunnels and polling stay",
        hours=Hours(meetings=4.2),
        calls=True,
    ),
    World("ntlm", "NTLM: two refusals before every connection", handshakes=2),
    World("seconds", "a log whose clock and durations have whole seconds only", clock="s", lacks=("milliseconds",)),
    World(
        "no_durations",
        "a log without durations, stamped when a tunnel closes",
        durations="none_end",
        lacks=("duration",),
    ),
    World(
        "no_durations_start",
        "a log without durations, stamped when a tunnel opens",
        durations="none_start",
        lacks=("duration", "end"),
    ),
    World(
        "heavy_news",
        "readers of news pages with some 200 third-party requests, adverts that renew themselves, endless scrolling",
        people=60,
        likes={"news": 5.0, "trade": 2.0},
        habits=Habits(adverts=1.0, endless=0.6, prefetch=0.12),
        richness=3.2,
        gambling=2.0,
        newsletters=4.0,
    ),
)
WORLDS: dict[str, World] = {world.name: world for world in _ALL}
