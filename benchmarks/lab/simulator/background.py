"""Software that talks whether or not anybody is there: chat, mail, telemetry, updates, certificate checks."""

from __future__ import annotations

from .chance import Luck
from .sites import Event, Site, Socket, Traffic
from .web import CALL_HOSTS, Program, Web, request

DESKTOP = (
    "teams outlook office windows onedrive sensor defender sophos chrome edge adobe print licence".split()  # noqa: SIM905
)
PHONE = ("ios",)


def chatter(
    web: Web, programs: tuple[str, ...] | list[str], on: float, off: float, luck: Luck
) -> dict[tuple[str, str], Traffic]:
    """Traffic of a machine's software between switching on and off, by program and agent."""
    out: dict[tuple[str, str], Traffic] = {}
    for program in web.programs:
        if program.program not in programs or not luck.chance(program.share):
            continue
        traffic = out.setdefault((program.program, program.agent), Traffic())
        if program.method == "WS":
            _hold(program, on, off, luck, traffic.sockets)
        else:
            _ask(program, on, off, luck, traffic.events)
    return out


def _ask(program: Program, on: float, off: float, luck: Luck, out: list[Event]) -> None:
    asked = request(
        program.origin,
        program.path,
        "binary" if program.origin.plain and program.method == "GET" else "json",
        program.size,
        program.method,
        unique=program.size > 100_000,
    )
    at = on + luck.random() * min(program.every, 900.0)
    while at < off:
        for number in range(program.burst if program.burst < 3 else luck.randrange(1, program.burst * 2)):
            size = max(int(program.size * (1 + luck.gauss(0, 0.015))), 20)
            out.append((at + number * 0.25, program.origin.rtt * luck.uniform(1.5, 5), size, asked, "-"))
        at += program.every * max(
            luck.about(1.0, program.spread) if program.spread > 0.2 else luck.gauss(1, program.spread), 0.05
        )


def _hold(program: Program, on: float, off: float, luck: Luck, out: list[Socket]) -> None:
    asked = request(program.origin, program.path, "none", program.size)
    at = on + luck.uniform(2.0, 50.0)
    while at < off - 2.0:
        until = min(at + luck.between(program.every, program.spread, 20.0, 30_000.0), off)
        out.append(Socket(at, until, program.size + int((until - at) * luck.uniform(0.3, 4)), asked))
        at = until + luck.between(1.5, 0.8, 0.2, 40.0)


def calls(web: Web, spans: list[tuple[float, float]], luck: Luck) -> Traffic:
    """Video calls: their sound and picture go by UDP past the proxy, what is left are tunnels as long as the call."""
    traffic = Traffic()
    poll = request(
        web.origin("teams.microsoft.com", "telemetry", "infra", "microsoft"),
        "/api/calling/keepalive",
        "json",
        200,
        "POST",
    )
    for a, b in spans:
        for host, (share, rate) in CALL_HOSTS.items():
            if luck.chance(share):
                origin = web.origin(host, "telemetry", "infra", "microsoft", pinned=True)
                end = b + luck.uniform(1, 20)
                size = 3000 + int((end - a) * rate * luck.uniform(0.6, 1.4))
                traffic.sockets.append(Socket(a, end, size, request(origin, "/", "none", 900)))
        at = a
        while at < b:
            traffic.events.append((at, 0.06, 200 + luck.randrange(40), poll, "-"))
            at += 30.0
    return traffic


def newsletters(sites: list[Site], on: float, off: float, count: float, luck: Luck) -> Traffic:
    """Pictures of newsletters that the mail program shows: news and shops' own hosts, and nobody visits them."""
    traffic = Traffic()
    senders = [site for site in sites if site.category in {"news", "shopping", "gambling", "travel", "sport"}]
    for _ in range(luck.count(count)):
        site, at = luck.pick(senders), luck.uniform(on, off)
        for number in range(luck.randrange(4, 14)):
            origin = luck.pick([site.origin, *site.assets])
            size = int(luck.between(24_000, 0.9, 60, 400_000))
            asked = request(origin, f"/email/{number}-{size % 997}.png", "image", size)
            traffic.events.append((at + 0.05 * number, origin.rtt * 3, size, asked, "-"))
    return traffic
