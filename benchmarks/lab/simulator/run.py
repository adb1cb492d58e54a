"""Runs worlds and writes their folders."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path

from .chance import Luck
from .connections import Line
from .days import MODES, every_person
from .people import AGENTS, Device, Person, address, names
from .phones import PHONE_ROLES
from .roles import ROLES
from .sites import Builder, Site
from .squid import stamped, write_logs, write_table, write_truth
from .truth import Row, minutes
from .web import the_web
from .worlds import World

PERSONAL = {
    "news", "social", "shopping", "gambling", "property", "webmail", "video", "sport", "travel", "health", "forum",
    "reading", "adult",
}  # fmt: skip


def people_of(world: World, count: int, seed: int) -> list[Person]:
    """The people of a world, with their roles and machines."""
    luck = Luck("people", world.name, seed)
    roles: list[str] = []
    total = sum(world.roles.values())
    for role, weight in world.roles.items():
        roles += [role] * round(weight / total * count)
    roles = (roles + [luck.pick(list(world.roles)) for _ in range(count)])[:count]
    luck.shuffle(roles)
    out = []
    for number, (user, role) in enumerate(zip(names(count, luck), roles, strict=True)):
        place = {"own": number, "one": 0, "few": number % 3}[world.network]
        agent = AGENTS[luck.pick(("chrome", "chrome", "edge", "edge", "edge", "firefox"))]
        desktop = Device("desktop", address(place, 0), agent)
        phone = Device("phone", address(number, 1), AGENTS["safari"])
        machines = {"desktop": [desktop], "phone": [phone], "both": [desktop, phone]}.get(world.machines)
        if machines is None:
            machines = [Device("desktop", address(number * 3 + k, 2), agent) for k in range(3)]
        out.append(Person(user, role, machines, number, Luck(world.name, seed, number)))
    return out


@cache
def sites_of(richness: float, gambling: float) -> tuple[list[Site], list[Site]]:
    """The sites and apps of worlds with this much advertising."""
    builder = Builder(the_web(), richness, gambling)
    return builder.sites(), builder.apps()


def role_text(person: Person, world: World) -> str:
    """What people.csv says of a person."""
    if world.machines == "kiosk":
        return f"shared account on {len(person.devices)} shared machines"
    known = PHONE_ROLES if person.role in PHONE_ROLES else ROLES
    return known[person.role].text


def run_world(world: World, out: Path, *, people: int, seed: int, date: dt.date, modes: tuple[str, ...]) -> int:
    """Simulate one world into its folder; returns how many people it has."""
    sites, apps = sites_of(world.richness, world.gambling)
    lines: dict[str, list[Line]] = {mode: [] for mode in modes}
    truth: list[tuple[str, Row]] = []
    table: list[list[object]] = []
    crowd = people_of(world, people, seed)
    for person, outcome in every_person(crowd, world, sites, apps, date, modes):
        for mode in modes:
            lines[mode] += outcome.lines[mode]
        truth += [(person.user, row) for row in outcome.rows]
        human = minutes(outcome.rows, PERSONAL, "human")
        idle = minutes(outcome.rows, PERSONAL, "idle-tab")
        table.append([person.user, person.devices[0].address, role_text(person, world), f"{human:.1f}", f"{idle:.1f}"])
    for mode in modes:
        folder = out / world.name / mode
        folder.mkdir(parents=True, exist_ok=True)
        write_logs(folder, stamped(lines.pop(mode), world.clock, world.durations))
        write_truth(folder / "truth.csv.gz", truth)
        write_table(folder / "people.csv", ["user", "ip", "role", "human_personal_min", "idle_personal_min"], table)
    manifest = {
        "world": world.name,
        "sentence": world.sentence,
        "lacks": list(world.lacks),
        "people": len(crowd),
        "seed": seed,
        "date": date.isoformat(),
        "attributable": world.attributable,
        "modes": list(modes),
    }
    (out / world.name / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return len(crowd)


def write_hosts(out: Path) -> None:
    """What a sensible person would say of each host."""
    write_table(out / "hosts.csv", ["host", "category", "class"], the_web().by_host())


__all__ = ["MODES", "run_world", "write_hosts"]
