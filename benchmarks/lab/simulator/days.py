"""One person's day from end to end: the plan, the traffic it makes, the lines the proxy writes, the truth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from .background import DESKTOP, chatter
from .chance import Luck
from .connections import Client, Line, Sockets
from .people import AGENTS, Device, Person
from .plan import Day, Taste
from .roles import ROLES, Episode
from .schedule import Session, write_day
from .sites import Site, Traffic
from .traffic import Browser
from .truth import Row, rows_of_software, rows_of_visits
from .web import LEGACY_AGENTS, the_web
from .worlds import World

MODES = ("connect_only", "intercepted")


@dataclass(slots=True)
class Outcome:
    """What one person adds to a world."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: {mode: [] for mode in MODES})
    rows: list[Row] = field(default_factory=list)


def episodes_of(person: Person, world: World) -> list[Episode]:
    """The person's role, and whatever the world adds to it."""
    luck = person.luck
    out = list(ROLES[person.role].episodes(luck))
    for name, probability in world.extras.items():
        if luck.chance(probability):
            out += ROLES[name].episodes(luck)
    return out


def desktop_day(person: Person, world: World, sites: list[Site], date: dt.date, modes: tuple[str, ...]) -> Outcome:
    """A day at one desktop."""
    luck = person.luck
    day = Day(devices=person.devices, closing=[0.0] * len(person.devices))
    taste = Taste(sites, luck)
    spans = write_day(day, taste, episodes_of(person, world), date, world.hours, luck)
    outcome = Outcome()
    browse(person, world, day, 0, spans, outcome, modes)
    outcome.rows += rows_of_visits(day.visits)
    for span in spans:
        software(person, world, person.devices[0], span, outcome, modes)
    return outcome


def browse(
    person: Person, world: World, day: Day, device: int, spans: list[Session], outcome: Outcome, modes: tuple[str, ...]
) -> None:
    """Lines of a browser in each time it was open."""
    machine = person.devices[device]
    client = Client(machine.address, person.user, machine.agent, machine.agent, world.handshakes)
    browser = Browser(day, device, world.habits, person.luck)
    traffic = browser.run()
    outcome.rows += browser.embedded
    for span in spans:
        part = between(traffic, span.on, span.off)
        if not part.events:
            continue
        for mode in modes:
            luck = Luck(person.user, machine.address, mode, int(span.on))
            sockets = Sockets(client, luck, outcome.lines[mode], bumped=mode == "intercepted", off=span.off)
            first = min(part.events, key=lambda event: event[0])
            if not world.handshakes:
                sockets.refuse(first[0] - 0.02, target(first[3].line, first[3].origin.connect))
            sockets.run(part)
            for attempt in day.attempts:
                if attempt.device == device and span.on <= attempt.when < span.off:
                    sockets.fail(attempt.host, attempt.when, attempt.code)


def target(line: str, connect: str) -> str:
    """What the proxy is asked for first: the request itself, or a tunnel to its host."""
    return line if line.startswith("GET http://") else connect


def between(traffic: Traffic, on: float, off: float) -> Traffic:
    """The part of the traffic that falls into one session."""
    return Traffic(
        [event for event in traffic.events if on <= event[0] < off],
        [socket for socket in traffic.sockets if on <= socket.start < off],
    )


def software(
    person: Person, world: World, machine: Device, span: Session, outcome: Outcome, modes: tuple[str, ...]
) -> None:
    """Lines of the machine's own software in one session."""
    luck = person.luck
    for (program, agent), traffic in chatter(the_web(), DESKTOP, span.on, span.off, luck).items():
        outcome.rows += rows_of_software(traffic)
        shy = program == "windows" and agent in {"none", "crypto"} and luck.chance(0.1)
        name = AGENTS[agent] if agent != "chrome" else machine.agent
        silent = "-" if agent in LEGACY_AGENTS or agent == "teams" else name
        client = Client(machine.address, person.user, name, silent, world.handshakes, 10_000, 0.01)
        for mode in modes:
            own = Luck(person.user, machine.address, mode, program, agent, int(span.on))
            sockets = Sockets(client, own, outcome.lines[mode], bumped=mode == "intercepted", off=span.off)
            events = sorted(traffic.events, key=lambda event: event[0])
            if shy:
                for at, _, _, asked, _ in events:
                    sockets.refuse(at, target(asked.line, asked.origin.connect))
                continue
            if events and not world.handshakes and own.chance(0.4):
                sockets.refuse(events[0][0] - 0.02, target(events[0][3].line, events[0][3].origin.connect))
            sockets.run(traffic)
