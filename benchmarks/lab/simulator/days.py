"""One person's day from end to end: the plan, the traffic it makes, the lines the proxy writes, the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from .background import DESKTOP, calls, chatter, newsletters
from .chance import Luck
from .connections import Client, Line, Sockets
from .kiosk import write_kiosk
from .people import AGENTS, Device, Person
from .phones import PHONE_ROLES, interrupt, looks, phone_software, push, write_phone
from .plan import Day, Taste, Visit
from .roles import HOUR, ROLES, Episode
from .schedule import Session, wall, write_day
from .sites import Site, Traffic
from .traffic import Browser
from .truth import Row, rows_of_software, rows_of_visits
from .web import LEGACY_AGENTS, the_web
from .worlds import World

MODES = ("connect_only", "intercepted")
UNLIMITED = 10_000  # software that keeps no pool worth the name


@dataclass(slots=True)
class Outcome:
    """What one person adds to a world."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: {mode: [] for mode in MODES})
    rows: list[Row] = field(default_factory=list)


class PersonDay:
    """One person (or shared account) on one day in one world."""

    def __init__(
        self, person: Person, world: World, sites: list[Site], apps: list[Site], date: dt.date, modes: tuple[str, ...]
    ) -> None:
        self.person, self.world, self.date, self.modes = person, world, date, modes
        self.luck = person.luck
        self.sites, self.apps = sites, apps
        self.day = Day(devices=person.devices, closing=[0.0] * len(person.devices))
        self.taste = Taste(sites, self.luck, world.likes)
        self.favourites = self.taste.favourites(3)
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Everything, by the kinds of machine there are."""
        if self.world.machines == "kiosk":
            self._kiosk()
        elif self.world.machines == "phone":
            self._phone(0, own=True)
        else:
            spans = write_day(self.day, self.taste, self._episodes(), self.date, self.world.hours, self.luck)
            if self.world.machines == "both":
                self._phone(1, own=False)
            self._desktop(0, spans)
        self.outcome.rows += rows_of_visits(self.day.visits)
        return self.outcome

    def _episodes(self) -> list[Episode]:
        out = list(ROLES[self.person.role].episodes(self.luck))
        for name, probability in self.world.extras.items():
            if self.luck.chance(probability):
                out += ROLES[name].episodes(self.luck)
        return out

    def _kiosk(self) -> None:
        for device in range(len(self.person.devices)):
            self._desktop(device, write_kiosk(self.day, self.taste, device, self.date, self.luck))

    def _desktop(self, device: int, spans: list[Session]) -> None:
        machine = self.person.devices[device]
        client = self._client(machine, machine.agent, machine.agent)
        visits = [visit for visit in self.day.visits if visit.device == device]
        browser = Browser(visits, self.world.habits, self.luck, self.favourites)
        traffic = browser.run()
        self.outcome.rows += browser.embedded
        for span in spans:
            self._send(client, traffic, span.on, span.off, "browser", device)
            self._software(machine, chatter(the_web(), DESKTOP, span.on, span.off, self.luck), span.on, span.off)
            extra: dict[tuple[str, str], Traffic] = {}
            if self.world.calls:
                spoken = [(a, min(b, span.off)) for a, b in self.day.away if span.on < a < span.off - 60]
                extra["calls", "teams"] = calls(the_web(), spoken, self.luck)
            if self.world.newsletters:
                extra["mail", "outlook"] = newsletters(self.sites, span.on, span.off, self.world.newsletters, self.luck)
            self._software(machine, extra, span.on, span.off)

    def _client(self, machine: Device, agent: str, connect: str, limit: int = 32, speculative: float = 0.04) -> Client:
        resumes = 0.8 if limit < UNLIMITED else 0.45  # much software starts each time from nothing
        return Client(
            machine.address, self.person.user, agent, connect, self.world.handshakes, limit, speculative, resumes
        )

    def _send(self, client: Client, traffic: Traffic, on: float, off: float, name: str, device: int) -> None:
        """Lines of one program between two times."""
        part = Traffic(
            [event for event in traffic.events if on <= event[0] < off],
            [socket for socket in traffic.sockets if on <= socket.start < off],
        )
        attempts = [a for a in self.day.attempts if a.device == device and on <= a.when < off and name == "browser"]
        if not part.events and not part.sockets:
            return
        for mode in self.modes:
            luck = Luck(self.person.user, client.address, mode, name, int(on))
            sockets = Sockets(client, luck, self.outcome.lines[mode], bumped=mode == "intercepted", off=off)
            if part.events and not self.world.handshakes and (name == "browser" or luck.chance(0.35)):
                first = min(part.events, key=lambda event: event[0])
                sockets.refuse(first[0] - 0.02, target(first[3].line, first[3].origin.connect))
            sockets.run(part)
            for attempt in attempts:
                sockets.fail(attempt.host, attempt.when, attempt.code)

    def _software(self, machine: Device, programs: dict[tuple[str, str], Traffic], on: float, off: float) -> None:
        for (program, agent), traffic in programs.items():
            self.outcome.rows += rows_of_software(traffic)
            name = machine.agent if agent == "chrome" else AGENTS[agent]
            connect = "-" if agent in LEGACY_AGENTS or agent == "teams" else name
            client = self._client(machine, name, connect, UNLIMITED, 0.01)
            if program == "windows" and agent in {"none", "crypto"} and self.luck.chance(0.1):
                self._refused(client, traffic, off)
            else:
                self._send(client, traffic, on, off, f"{program}/{agent}", -1)

    def _refused(self, client: Client, traffic: Traffic, off: float) -> None:
        """Software that never learnt to show credentials asks again and again."""
        for mode in self.modes:
            sockets = Sockets(
                client, Luck(self.person.user, mode, "refused"), self.outcome.lines[mode], bumped=False, off=off
            )
            for at, _, _, asked, _ in traffic.events:
                if at < off:
                    sockets.refuse(at, target(asked.line, asked.origin.connect))

    def _phone(self, device: int, *, own: bool) -> None:
        luck, machine = self.luck, self.person.devices[device]
        role = PHONE_ROLES[
            self.person.role if own else luck.pick(("phone_light", "phone_heavy", "phone_heavy", "phone_lunch"))
        ]
        apps = Taste(self.apps, luck)
        spans = looks(role, self.date, 7.6, 18.5, luck)
        on, off = min(wall(self.date, 7 * HOUR), spans[0][0] - 60), wall(self.date, 19 * HOUR)
        off = max(off, spans[-1][1] + 60)
        self.day.closing[device] = off
        if not own:
            interrupt(self.day, spans, device, luck)
        write_phone(self.day, role, apps, self.taste, spans, device, luck)
        groups: dict[str, list[Visit]] = {}
        for visit in self.day.visits:
            if visit.device == device:
                groups.setdefault(visit.site.host if visit.site.agent else "", []).append(visit)
        for host, visits in groups.items():
            browser = Browser(visits, self.world.habits, luck)
            agent = visits[0].site.agent or machine.agent
            traffic = browser.run()
            self.outcome.rows += browser.embedded
            self._send(self._client(machine, agent, agent, 100, 0.05), traffic, on, off, host or "browser", device)
        self._pushes(machine, apps, on, off)
        self._software(machine, phone_software(on, off, luck), on, off)

    def _pushes(self, machine: Device, apps: Taste, on: float, off: float) -> None:
        agents = {site.host: site.agent for site in self.apps}
        for host, traffic in push(self.apps, apps, on, off, self.luck).items():
            self.outcome.rows += rows_of_software(traffic)
            self._send(
                self._client(machine, agents[host], agents[host], 100, 0.0), traffic, on, off, f"push/{host}", -1
            )


def target(line: str, connect: str) -> str:
    """What the proxy is asked for first: the request itself, or a tunnel to its host."""
    return line if line.startswith("GET http://") else connect


def every_person(
    people: Iterable[Person], world: World, sites: list[Site], apps: list[Site], date: dt.date, modes: tuple[str, ...]
) -> Iterable[tuple[Person, Outcome]]:
    """The days of all people, one after another."""
    for person in people:
        yield person, PersonDay(person, world, sites, apps, date, modes).run()
