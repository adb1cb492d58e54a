"""From requests to what a proxy logs: sockets of a browser that speaks to everything through one proxy.

Chromium's rules, as far as a log shows them: through a proxy an HTTP/2 session serves one host (names are not
resolved, so sessions of different hosts never merge) and there is no QUIC; HTTP/1.1 has at most six sockets for a
host; all together at most 32 for the proxy, beyond which the longest idle one is closed; an unused socket goes after
10 s, a used HTTP/1.1 one after 300 s; the server may close earlier. Where the proxy decrypts, it speaks HTTP/1.1 and
closes an idle client after two minutes; it then logs the CONNECT at once, with no bytes, and each request.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from .chance import Luck
from .sites import Socket, Traffic
from .web import Origin, Request

# (stamp ms, elapsed ms, address, code, bytes, "METHOD url", suffix, user, "hierarchy mime", referer, agent, up, port)
Line = tuple[int, int, str, str, int, str, str, str, str, str, str, int, int]

PER_HOST = 6
PER_PROXY = 32
CLIENT_IDLE = 300.0
UNUSED_IDLE = 10.0
BUMPED_IDLE = 120.0
ESTABLISHED = 39  # "HTTP/1.1 200 Connection established" and what follows it
DENIED_407 = 3540
NOBODY = "-"


@dataclass(slots=True, eq=False)
class Conn:
    """One connection through the proxy."""

    origin: Origin
    start: float
    free: float
    expire: float
    down: int
    up: int
    port: int


@dataclass(frozen=True, slots=True)
class Client:
    """Who connects: what the proxy writes on each line of theirs."""

    address: str
    user: str
    agent: str
    connect_agent: str
    handshakes: int = 0  # 407 lines before each connection (NTLM has two)
    limit: int = PER_PROXY
    speculative: float = 0.04
    resumes: float = 0.8  # of handshakes with a server met before


_free = attrgetter("free")


class Sockets:
    """The connections of one program on one machine, and the lines they leave."""

    def __init__(self, client: Client, luck: Luck, out: list[Line], *, bumped: bool, off: float) -> None:
        self.client = client
        self.luck = luck
        self.out = out
        self.bumped = bumped
        self.off = off
        self.pools: dict[Origin, list[Conn]] = {}
        self.alive: list[Conn] = []
        self.met: set[Origin] = set()
        self.port = luck.randrange(33_000, 59_000)

    def run(self, traffic: Traffic) -> None:
        """Everything a program sends, in order of time."""
        events = sorted(traffic.events, key=lambda event: event[0])
        out, client, bumped = self.out, self.client, self.bumped
        pools, off = self.pools, self.off
        address, user, agent = client.address, client.user, client.agent
        for at, took, size, asked, referer in events:
            origin = asked.origin
            if at >= off:
                break
            if origin.special or asked.line[:11] == "GET http://":
                if origin.blocked:
                    self.fail(origin.host, at, "denied")
                else:
                    self._line(at, took, size + 330, asked, referer, 0)
                continue
            tunnelled = origin.pinned or not bumped
            multiplex = origin.http2 and tunnelled
            conn = None
            for candidate in pools.get(origin, ()):
                if candidate.expire > at and (multiplex or candidate.free <= at):
                    conn = candidate
                    break
            if conn is None:
                conn, at = self._connect(asked, at, tunnelled=tunnelled, multiplex=multiplex)  # noqa: PLW2901
                if not asked.line:
                    conn.expire = at + (origin.idle if multiplex else UNUSED_IDLE)
            if not asked.line:
                continue
            done = at + took
            if done > conn.free:
                conn.free = done
                conn.expire = done + (
                    origin.idle if multiplex else min(origin.idle, CLIENT_IDLE) if tunnelled else BUMPED_IDLE
                )
            if tunnelled:
                conn.down += size + 70
                conn.up += 110 if multiplex else 500
            else:
                stamp = int(done * 1000)
                suffix = str(stamp) if asked.unique else ""
                out.append(
                    (stamp, int(took * 1000), address, asked.code, size + 330, asked.line, suffix, user, asked.tail, referer, agent,
                     asked.up, conn.port)
                )  # fmt: skip
        for conn in self.alive:
            self._close(conn, min(conn.expire, off))
        self.alive.clear()
        pools.clear()
        for socket in traffic.sockets:
            self._socket(socket)

    def _line(self, at: float, took: float, size: int, asked: Request, referer: str, port: int) -> None:
        client = self.client
        stamp = int((at + took) * 1000)
        suffix = str(stamp) if asked.unique else ""
        port = port or self._port()
        if client.handshakes and self.luck.chance(0.15):  # the others go over a connection that is already known
            for number in range(client.handshakes):
                self._refusal(at - 0.004 * (client.handshakes - number), asked.line)
        self.out.append(
            (stamp, int(took * 1000), client.address, asked.code, size, asked.line, suffix, client.user, asked.tail, referer,
             client.agent, asked.up, port)
        )  # fmt: skip

    def _port(self) -> int:
        self.port += self.luck.randrange(2, 17)
        if self.port > 60_900:
            self.port = 32_800 + self.port % 97
        return self.port

    def _connect(self, asked: Request, at: float, *, tunnelled: bool, multiplex: bool) -> tuple[Conn, float]:
        """A new connection, or the first one that comes free where the limits forbid it."""
        origin = asked.origin
        pool = self.pools.setdefault(origin, [])
        self._sweep(pool, at)
        if not multiplex and len(pool) >= PER_HOST:
            conn = min(pool, key=lambda c: c.free)
            return conn, max(at, conn.free)
        if len(self.alive) >= self.client.limit:
            at = self._make_room(at)
        conn = Conn(origin, at, at, at + 1.0, ESTABLISHED, 265, self._port())
        crowd = not asked.tail.endswith("html")  # a document is asked for alone, what it needs by many at once
        self._handshake(conn, tunnelled=tunnelled, crowd=crowd)
        pool.append(conn)
        self.alive.append(conn)
        return conn, at + origin.rtt * 1.4

    def _sweep(self, pool: list[Conn], at: float) -> None:
        """Take out of a host's pool what its server has closed."""
        gone = [conn for conn in pool if conn.expire <= at]
        for conn in gone:
            pool.remove(conn)
            self.alive.remove(conn)
            self._close(conn, conn.expire)

    def _make_room(self, at: float) -> float:
        """Close what has expired and, if that is not enough, what has been idle longest."""
        gone = [conn for conn in self.alive if conn.expire <= at]
        oldest = None if gone else min(self.alive, key=_free)
        for conn in gone if oldest is None else [oldest]:
            self.pools[conn.origin].remove(conn)
            self.alive.remove(conn)
            at = at if oldest is None else max(at, min(conn.free, at + 2.0))
            self._close(conn, min(conn.expire, at))
        return at

    def _handshake(self, conn: Conn, *, tunnelled: bool, crowd: bool) -> None:
        origin, luck, client = conn.origin, self.luck, self.client
        known = origin in self.met
        self.met.add(origin)
        for number in range(client.handshakes):
            self._refusal(conn.start - 0.004 * (client.handshakes - number), origin.connect)
        resumed = known and luck.random() < client.resumes
        conn.down += luck.randrange(450, 900) if resumed else int(origin.tls * luck.uniform(0.97, 1.03))
        conn.up += luck.randrange(1650, 2100)
        if not tunnelled:
            self._bumped_connect(conn)
        if crowd and luck.random() < client.speculative * (1.0 if known else 4.0):
            for _ in range(luck.randrange(1, 6)):
                self._unused(conn, tunnelled=tunnelled)

    def _bumped_connect(self, conn: Conn) -> None:
        client, origin = self.client, conn.origin
        took = origin.rtt * self.luck.uniform(1.5, 4.0) + 0.01
        self.out.append(
            (int((conn.start + took) * 1000), int(took * 1000), client.address, "NONE_NONE/200", 0, origin.connect, "", client.user,
             origin.tunnel_tail, "-", client.connect_agent, 265, conn.port)
        )  # fmt: skip

    def _unused(self, conn: Conn, *, tunnelled: bool) -> None:
        """A socket opened on speculation: dropped when HTTP/2 makes it needless, or after 10 idle seconds."""
        luck, origin = self.luck, conn.origin
        spare = Conn(origin, conn.start, conn.start, conn.start, ESTABLISHED, 265, self._port())
        if not tunnelled:
            self._bumped_connect(spare)
            return
        if origin.http2:
            lasts = luck.between(0.09, 0.9, 0.0, 4.0)
            if lasts > origin.rtt * 3:
                spare.down += luck.randrange(230, 1100)
                spare.up += 2000
        else:
            lasts = 10.0 + luck.uniform(0.0, 0.4)
            spare.down += origin.tls
            spare.up += 2000
        self._close(spare, spare.start + lasts)

    def _close(self, conn: Conn, at: float) -> None:
        origin = conn.origin
        if self.bumped and not origin.pinned:
            return
        at = max(min(at, self.off), conn.start)
        client = self.client
        self.out.append(
            (int(at * 1000), int((at - conn.start) * 1000), client.address, "TCP_TUNNEL/200", conn.down, origin.connect, "",
             client.user, origin.tunnel_tail, "-", client.connect_agent, conn.up, conn.port)
        )  # fmt: skip

    def _refusal(self, at: float, target: str) -> None:
        client = self.client
        size = DENIED_407 + len(target)
        self.out.append(
            (int(at * 1000), 0, client.address, "TCP_DENIED/407", size, target, "", NOBODY, "HIER_NONE/- text/html", "-",
             client.connect_agent, 230, self._port())
        )  # fmt: skip

    def refuse(self, at: float, target: str) -> None:
        """A request without credentials, turned back."""
        self._refusal(at, target)

    def fail(self, host: str, at: float, why: str) -> None:
        """A host that the filter blocks, or that does not exist."""
        client, port = self.client, self._port()
        connect = f"CONNECT {host}:443"
        if why == "typo":
            answers = [("NONE_NONE/503", 0, connect, "HIER_NONE/- -", 40)]
        elif self.bumped:
            answers = [
                ("NONE_NONE/200", 0, connect, "HIER_NONE/- -", 20),
                ("TCP_DENIED/403", 4_380, f"GET https://{host}/", "HIER_NONE/- text/html", 1),
            ]
        else:
            answers = [("TCP_DENIED/403", 4_012, connect, "HIER_NONE/- text/html", 0)]
        for number, (code, size, asked, tail, took) in enumerate(answers):
            stamp = int(at * 1000) + 25 * number
            self.out.append(
                (stamp, took, client.address, code, size, asked, "", client.user, tail, "-", client.agent, 265, port)
            )

    def _socket(self, socket: Socket) -> None:
        origin, client = socket.asked.origin, self.client
        end = min(socket.end, self.off)
        if socket.start >= end:
            return
        conn = Conn(origin, socket.start, end, end, ESTABLISHED, 265, self._port())
        tunnelled = origin.pinned or not self.bumped
        self._handshake(conn, tunnelled=tunnelled, crowd=False)
        if tunnelled:
            conn.down += socket.size
            conn.up += socket.size // 2 + 500
            self._close(conn, end)
            return
        lasts = end - socket.start
        self.out.append(
            (int(end * 1000), int(lasts * 1000), client.address, "TCP_TUNNEL/101", socket.size, socket.asked.line, "", client.user,
             origin.tunnel_tail, "-", client.agent, 520, conn.port)
        )  # fmt: skip
