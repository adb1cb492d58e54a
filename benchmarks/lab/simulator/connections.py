"""From requests to what a proxy logs: sockets of a browser that speaks to everything through one proxy.

Chromium's rules, as far as a log shows them: through a proxy an HTTP/2 session serves one host (names are not
resolved, so sessions of different hosts never merge) and there is no QUIC; HTTP/1.1 has at most six sockets for a
host; all together at most 32 for the proxy, beyond which an idle one is closed; an unused socket goes after
10 s, a used HTTP/1.1 one after 300 s; the server may close earlier. Where the proxy decrypts, it speaks HTTP/1.1 and
closes an idle client after two minutes; it then logs the CONNECT at once, with no bytes, and each request.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter, itemgetter

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
HEADERS = 330  # of a response
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
        for at, took, size, asked, referer in sorted(traffic.events, key=itemgetter(0)):
            if at >= self.off:
                break
            origin = asked.origin
            if origin.special or asked.line.startswith("GET http://"):
                self._special(at, took, size, asked, referer)
            else:
                self._request(at, took, size, asked, referer)
        for conn in self.alive:
            self._close(conn, min(conn.expire, self.off))
        self.alive.clear()
        self.pools.clear()
        for socket in traffic.sockets:
            self._socket(socket)

    def _special(self, at: float, took: float, size: int, asked: Request, referer: str) -> None:
        """Without TLS, or stopped by the filter."""
        if asked.origin.blocked:
            self.fail(asked.origin.host, at, "denied")
        else:
            self._line(at, took, size + HEADERS, asked, referer, 0)

    def _request(self, at: float, took: float, size: int, asked: Request, referer: str) -> None:
        origin = asked.origin
        tunnelled = origin.pinned or not self.bumped
        multiplex = origin.http2 and tunnelled
        for conn in self.pools.get(origin, ()):
            if conn.expire > at and (multiplex or conn.free <= at):
                break
        else:
            conn, at = self._connect(asked, at, tunnelled=tunnelled, multiplex=multiplex)
            if not asked.line:  # opened in case it is needed
                conn.expire = at + (origin.idle if multiplex else UNUSED_IDLE)
        if not asked.line:
            return
        done = at + took
        if done > conn.free:
            idle = origin.idle if multiplex else min(origin.idle, CLIENT_IDLE) if tunnelled else BUMPED_IDLE
            conn.free, conn.expire = done, done + idle
        if tunnelled:
            conn.down += size + 70
            conn.up += 110 if multiplex else 500
        else:
            self._line(at, took, size + HEADERS, asked, referer, conn.port)

    def _line(self, at: float, took: float, size: int, asked: Request, referer: str, port: int) -> None:
        """The line of one request that the proxy can read."""
        client = self.client
        if not port and client.handshakes and self.luck.chance(0.15):  # the others find a connection that is known
            for number in range(client.handshakes):
                self.refuse(at - 0.004 * (client.handshakes - number), asked.line)
        stamp, elapsed = int((at + took) * 1000), int(took * 1000)
        suffix = str(stamp) if asked.unique else ""
        who = (suffix, client.user, asked.tail, referer, client.agent, asked.up, port or self._port())
        self.out.append((stamp, elapsed, client.address, asked.code, size, asked.line, *who))

    def _bare(self, at: float, took: float, code: str, size: int, asked: str, tail: str, up: int, port: int) -> None:
        """The line of a tunnel, or of what the proxy answers by itself."""
        client = self.client
        user = NOBODY if code.endswith("407") else client.user
        agent = client.agent if code.endswith("101") else client.connect_agent
        self.out.append(
            (int(at * 1000), int(took * 1000), client.address, code, size, asked, "", user, tail, "-", agent, up, port)
        )

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
        """Close what has expired or else one idle connection, whichever the pools come upon."""
        gone = [conn for conn in self.alive if conn.expire <= at]
        idle = [] if gone else [conn for conn in self.alive if conn.free <= at] or [min(self.alive, key=_free)]
        victim = self.luck.pick(idle) if idle else None
        for conn in gone if victim is None else [victim]:
            self.pools[conn.origin].remove(conn)
            self.alive.remove(conn)
            at = at if victim is None else max(at, min(conn.free, at + 2.0))
            self._close(conn, min(conn.expire, at))
        return at

    def _handshake(self, conn: Conn, *, tunnelled: bool, crowd: bool) -> None:
        origin, luck, client = conn.origin, self.luck, self.client
        known = origin in self.met
        self.met.add(origin)
        for number in range(client.handshakes):
            self.refuse(conn.start - 0.004 * (client.handshakes - number), origin.connect)
        resumed = known and luck.random() < client.resumes
        conn.down += luck.randrange(450, 900) if resumed else int(origin.tls * luck.uniform(0.97, 1.03))
        conn.up += luck.randrange(1650, 2100)
        if not tunnelled:
            self._bumped_connect(conn)
        if crowd and luck.random() < client.speculative * (1.0 if known else 4.0):
            for _ in range(luck.randrange(1, 6)):
                self._unused(conn, tunnelled=tunnelled)

    def _bumped_connect(self, conn: Conn) -> None:
        origin = conn.origin
        took = origin.rtt * self.luck.uniform(1.5, 4.0) + 0.01
        self._bare(conn.start + took, took, "NONE_NONE/200", 0, origin.connect, origin.tunnel_tail, 265, conn.port)

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
        took = at - conn.start
        self._bare(at, took, "TCP_TUNNEL/200", conn.down, origin.connect, origin.tunnel_tail, conn.up, conn.port)

    def refuse(self, at: float, target: str) -> None:
        """A request without credentials, turned back."""
        size = DENIED_407 + len(target)
        self._bare(at, 0.0, "TCP_DENIED/407", size, target, "HIER_NONE/- text/html", 230, self._port())

    def fail(self, host: str, at: float, why: str) -> None:
        """A host that the filter blocks, or that does not exist."""
        port, connect = self._port(), f"CONNECT {host}:443"
        if why == "typo":
            self._bare(at, 0.04, "NONE_NONE/503", 0, connect, "HIER_NONE/- -", 265, port)
        elif self.bumped:
            self._bare(at, 0.02, "NONE_NONE/200", 0, connect, "HIER_NONE/- -", 265, port)
            self._bare(
                at + 0.025, 0.0, "TCP_DENIED/403", 4380, f"GET https://{host}/", "HIER_NONE/- text/html", 590, port
            )
        else:
            self._bare(at, 0.0, "TCP_DENIED/403", 4012, connect, "HIER_NONE/- text/html", 265, port)

    def _socket(self, socket: Socket) -> None:
        origin = socket.asked.origin
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
        else:
            took = end - socket.start
            self._bare(end, took, "TCP_TUNNEL/101", socket.size, socket.asked.line, origin.tunnel_tail, 520, conn.port)
