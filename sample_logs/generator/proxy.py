"""A machine behind a proxy: requests become connections, and connections become log lines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from generator.sites import idle_seconds

if TYPE_CHECKING:
    from generator.dice import Dice

WEBKIT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"{WEBKIT} Chrome/144.0.0.0 Safari/537.36"
EDGE = f"{CHROME} Edg/144.0.0.0"
# Squid counts a tunnel's first answer, `HTTP/1.1 200 Connection established`, among its bytes.
ESTABLISHED_BYTES = 39


class Line(NamedTuple):
    """One line of an access log; times in milliseconds since the week began."""

    end_ms: int
    elapsed_ms: int
    client: str
    result: str
    size: int
    method: str
    url: str
    user: str = "-"
    peer: str = "HIER_NONE/-"
    mime: str = "-"
    referrer: str = "-"
    agent: str = "-"
    sent: int = 0
    port: int = 0


class Fetch(NamedTuple):
    """One request of a browser or of other software, before the proxy has seen it."""

    when: float
    host: str
    size: int
    sent: int = 700
    method: str = "GET"
    path: str = "/"
    mime: str = "text/html"
    referrer: str = "-"
    spare: int = 0  # speculative sockets, opened if the host has no connection yet
    agent: str = ""
    scheme: str = "https"


@dataclass(slots=True)
class Connection:
    """An open tunnel."""

    start: float
    last: float
    size: int
    sent: int
    agent: str


def peer(host: str) -> str:
    """Return the invented address of a host's server; some hosts are reached over IPv6."""
    digest = hashlib.sha256(host.encode()).digest()
    if digest[1] < 50:
        return f"HIER_DIRECT/2001:db8::{digest[0]:x}"
    return f"HIER_DIRECT/192.0.2.{digest[0] or 1}"


@dataclass(slots=True)
class Machine:
    """Everything that one account's machine asks for in one day, and the lines the proxy writes about it.

    With `intercepted` every request is a line and every new connection another; without it a connection is
    one line, stamped when it closes, which is after the host's idle limit or when the machine is shut down.
    """

    log_name: str
    client: str
    dice: Dice
    lines: list[Line]
    intercepted: bool = False
    agent: str = CHROME
    fetches: list[Fetch] = field(default_factory=list)

    def shut_down(self, when: float) -> None:
        """Send all that was asked for through the proxy, and close what is still open at that moment."""
        opened: dict[str, Connection] = {}
        for fetch in sorted(self.fetches, key=attrgetter("when", "host", "path")):
            if fetch.when >= when:
                break
            if fetch.scheme == "http":
                self._request(fetch, 0.0)
                continue
            connection = opened.get(fetch.host)
            delay = 0.0
            if connection is None or fetch.when > connection.last + idle_seconds(fetch.host):
                if connection is not None:
                    self._close(fetch.host, connection, when)
                agent = fetch.agent or self.agent
                connection = Connection(fetch.when, fetch.when, ESTABLISHED_BYTES, 0, agent)
                opened[fetch.host] = connection
                self._open(fetch)
                delay = 0.07  # the first request follows the tunnel's own line
            connection.last = fetch.when
            connection.size += fetch.size
            connection.sent += fetch.sent
            if self.intercepted:
                self._request(fetch, delay)
        for host, connection in opened.items():
            self._close(host, connection, when)
        self.fetches.clear()

    def denied(self, when: float, host: str, *, status: int = 403) -> None:
        """Write the line of a request that the proxy refused: 403 by the filter, 407 for want of a name."""
        self._write(
            when,
            0.0,
            result=f"TCP_DENIED/{status}",
            size=3_500 + len(host) + (62 if status == 407 else 24),
            method="CONNECT",
            url=f"{host}:443",
            user="-" if status == 407 else self.log_name,
            peer="HIER_NONE/-",
            mime="text/html",
            agent=self.agent,
            sent=230 + len(host),
        )

    def _open(self, fetch: Fetch) -> None:
        agent = fetch.agent or self.agent
        if self.dice.chance(0.02):
            self.denied(fetch.when - 0.05, fetch.host, status=407)
        for _ in range(fetch.spare):
            if self.intercepted:
                self._connect(fetch.when, fetch.host, agent)
                continue
            unused = self.dice.chance(0.4)
            elapsed = self.dice.between(0.3, 9.0)
            self._write(
                fetch.when + elapsed,
                elapsed,
                result="TCP_TUNNEL/200",
                size=ESTABLISHED_BYTES if unused else 1000 + self.dice.whole(0, 40),
                method="CONNECT",
                url=f"{fetch.host}:443",
                peer=peer(fetch.host),
                agent=agent,
                sent=263 if unused else 1234,
            )
        if self.intercepted:
            self._connect(fetch.when, fetch.host, agent)

    def _connect(self, when: float, host: str, agent: str) -> None:
        elapsed = self.dice.between(0.01, 0.07)
        self._write(
            when + elapsed,
            elapsed,
            result="NONE_NONE/200",
            size=0,
            method="CONNECT",
            url=f"{host}:443",
            peer=peer(host),
            agent=agent,
            sent=270 + len(host),
        )

    def _close(self, host: str, connection: Connection, latest: float) -> None:
        if self.intercepted:
            return
        end = min(
            connection.last + idle_seconds(host) + self.dice.between(0.0, 1.5),
            latest + self.dice.between(0, 3),
        )
        self._write(
            end,
            end - connection.start,
            result="TCP_TUNNEL/200",
            size=connection.size,
            method="CONNECT",
            url=f"{host}:443",
            peer=peer(host),
            agent=connection.agent,
            sent=connection.sent,
        )

    def _request(self, fetch: Fetch, delay: float) -> None:
        elapsed = self.dice.between(0.01, 0.12) + fetch.size / 6_000_000
        result, server, mime, size = "TCP_MISS/200", peer(fetch.host), fetch.mime, fetch.size
        if fetch.path.startswith("/static"):
            if self.dice.chance(0.5):
                result, server, elapsed = "TCP_MEM_HIT/200", "HIER_NONE/-", 0.0
            elif self.dice.chance(0.2):
                result, size, mime = "TCP_REFRESH_UNMODIFIED/304", 340, "-"
        elif fetch.path != "/" and self.dice.chance(0.006):  # a click came faster than the answer
            result, size, mime = "TCP_MISS_ABORTED/000", 0, "-"
        self._write(
            fetch.when + delay + elapsed,
            elapsed,
            result=result,
            size=size,
            method=fetch.method,
            url=f"{fetch.scheme}://{fetch.host}{fetch.path}",
            peer=server,
            mime=mime,
            referrer=fetch.referrer,
            agent=fetch.agent or self.agent,
            sent=fetch.sent,
        )

    def _write(self, end: float, elapsed: float, *, url: str, user: str = "", **rest: object) -> None:
        port = 49_152 + (int(end * 1000) * 7 + len(url)) % 16_000
        name = user or self.log_name
        facts: dict[str, object] = {"client": self.client, "url": url, "user": name, "port": port, **rest}
        self.lines.append(Line(round(end * 1000), round(elapsed * 1000), **facts))  # type: ignore[arg-type]
