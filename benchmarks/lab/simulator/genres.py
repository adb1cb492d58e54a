"""What kinds of site there are: how heavy their pages are, how long people look at one, what happens meanwhile.

Page weights follow the HTTP Archive's Web Almanac (median desktop page about 70 requests and 2.6 MB, the heaviest
tenth above 180 requests), spread by kind of site. Dwell on one page is a Weibull distribution whose shape is below
one (Liu, White and Dumais, SIGIR 2010: "negative ageing": most pages are left at once, those that are not are read).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Genre:
    """One kind of site."""

    shared: int  # scripts, styles and fonts that all pages of the site share
    fresh: int  # images and calls of this page alone
    lazy: int  # images that scrolling brings in
    image: float  # kB, median
    script: float  # kB, median
    shape: float  # Weibull of dwell
    scale: float  # seconds
    keep: float  # chance that the tab stays open behind the next thing
    pulse: str = ""  # what goes on while the page is in front
    every: float = 0.0  # seconds between pulses
    idle: float = 0.0  # seconds between polls of a tab in the background, 0 = silent
    idle_share: float = 0.0  # share of sites of this kind that poll at all
    app: bool = False  # one document; what the person opens in it is fetched without a new one
    socket: bool = False  # holds a websocket to its first API host


GENRES: dict[str, Genre] = {
    "news": Genre(24, 22, 14, 22, 30, 0.72, 48, 0.35, "refresh", 31, 110, 0.6),
    "bait": Genre(14, 26, 20, 30, 24, 0.8, 26, 0.15, "refresh", 24, 90, 0.5),
    "feed": Genre(26, 12, 4, 34, 60, 0.8, 130, 0.55, "feed", 13, 62, 0.9, app=True, socket=True),
    "clips": Genre(20, 8, 2, 40, 90, 0.85, 160, 0.3, "clips", 21, 120, 0.8, app=True, socket=True),
    "mail": Genre(28, 8, 0, 6, 80, 0.75, 55, 0.7, "mail", 19, 68, 1.0, app=True),
    "shop": Genre(22, 26, 12, 18, 28, 0.75, 36, 0.35, "", 0, 240, 0.2),
    "bets": Genre(24, 16, 4, 9, 45, 0.8, 50, 0.3, "odds", 8, 61, 0.9, app=True, socket=True),
    "video": Genre(22, 20, 10, 14, 90, 0.85, 240, 0.3, "video", 8, 0, 0.0),
    "audio": Genre(18, 12, 2, 14, 80, 0.9, 90, 0.9, "audio", 10, 61, 0.8, app=True, socket=True),
    "live": Genre(16, 10, 2, 6, 30, 0.8, 70, 0.5, "odds", 15, 60, 1.0),
    "read": Genre(14, 10, 6, 18, 22, 0.7, 75, 0.3, "", 0, 0, 0.0),
    "search": Genre(8, 6, 2, 4, 30, 0.9, 16, 0.15, "suggest", 4, 0, 0.0),
    "plain": Genre(7, 6, 1, 14, 20, 0.7, 40, 0.85, "", 0, 0, 0.0),
    "internal": Genre(12, 8, 2, 8, 24, 0.7, 55, 0.8, "calls", 27, 150, 0.5, app=True),
    "office": Genre(26, 14, 3, 10, 60, 0.72, 70, 0.8, "calls", 17, 110, 0.9, app=True),
    "saas": Genre(20, 14, 4, 9, 50, 0.72, 60, 0.75, "calls", 16, 90, 0.9, app=True),
    "gov": Genre(9, 6, 3, 16, 18, 0.68, 48, 0.5, "", 0, 0, 0.0),
    "trade": Genre(18, 18, 10, 20, 26, 0.72, 50, 0.5, "refresh", 30, 180, 0.5),
    "lessons": Genre(18, 10, 2, 14, 60, 0.9, 300, 0.5, "video", 9, 120, 0.6),
    "calls": Genre(4, 4, 0, 6, 60, 1.0, 600, 0.9, "", 0, 0, 0.0),
    "app-feed": Genre(0, 10, 4, 30, 10, 0.8, 70, 0.0, "feed", 10),
    "app-clips": Genre(0, 5, 2, 40, 10, 0.85, 110, 0.0, "clips", 17),
    "app-chat": Genre(0, 3, 1, 12, 10, 0.75, 30, 0.0, "mail", 14),
    "app-read": Genre(0, 12, 6, 24, 10, 0.72, 55, 0.0, ""),
    "app-bets": Genre(0, 12, 2, 8, 10, 0.8, 60, 0.0, "odds", 8),
    "app-video": Genre(0, 10, 4, 14, 10, 0.85, 260, 0.0, "video", 8),
    "app-audio": Genre(0, 6, 2, 14, 10, 0.9, 40, 0.0, "audio", 10),
}

# how many requests of each group of third parties a page of a site with this stack makes, on the average
STACKS: dict[str, dict[str, float]] = {
    "none": {},
    "bare": {"libraries": 0.6},
    "tags": {"tags": 2.4, "libraries": 1.2, "consent": 0.5},
    "light": {
        "tags": 2.6, "consent": 0.8, "measure": 2, "libraries": 1, "pixels": 1.5, "bids": 2.5, "serve": 3, "syncs": 2,
    },
    "retail": {"tags": 3, "consent": 0.8, "measure": 2.5, "libraries": 1.2, "pixels": 4.5, "widgets": 0.5, "syncs": 1},
    "pixels": {"tags": 2.4, "consent": 0.6, "pixels": 2.5, "measure": 1},
    "saas": {"saas": 2.5, "tags": 0.6},
    "trade": {
        "tags": 2.6, "consent": 1, "measure": 2, "libraries": 1, "pixels": 2.5, "bids": 8, "serve": 7, "syncs": 6,
        "social": 0.7, "gambling": 0.5,
    },
    "news": {
        "tags": 2.8, "consent": 1.1, "measure": 4, "libraries": 0.8, "pixels": 2.5, "bids": 17, "serve": 12,
        "syncs": 14, "links": 5, "social": 1, "gambling": 0.45,
    },
}  # fmt: skip
