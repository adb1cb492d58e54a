"""What people do with the time that is their own, and with time that is not: one function for each role.

A role returns the episodes of its day: (start in seconds after local midnight, length in seconds, what). The rest of
the working day is work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .chance import Luck
from .plan import Attempt, Diary

LEISURE = ("news", "social", "shopping", "sport", "travel", "forum", "property", "webmail", "health")
READS = ("reading", "forum", "news")
Write = Callable[[Diary, float, float], None]
MINUTE = 60.0
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Episode:
    """Something personal at a time of day."""

    start: float
    length: float
    write: Write


@dataclass(frozen=True, slots=True)
class Role:
    """One way to spend a day."""

    text: str
    episodes: Callable[[Luck], list[Episode]]


def browsing(*categories: str, median: float = 400.0) -> Write:
    return lambda diary, a, b: diary.browse(a, b, categories or LEISURE, median=median)


def none(_: Luck) -> list[Episode]:
    return []


def lunch(luck: Luck) -> list[Episode]:
    return [Episode(luck.uniform(12.1, 13.0) * HOUR, luck.between(30, 0.3, 12, 55) * MINUTE, browsing())]


def tabber(luck: Luck) -> list[Episode]:
    start = luck.pick((luck.uniform(9.4, 10.6), luck.uniform(13.8, 15.2))) * HOUR
    length = luck.uniform(72, 115) * MINUTE
    return [Episode(start, length, lambda diary, a, b: diary.tabbing(a, b, ("news", "social", "shopping", "forum")))]


def just_under(luck: Luck) -> list[Episode]:
    start = luck.pick((luck.uniform(9.3, 10.8), luck.uniform(13.8, 15.4))) * HOUR
    return [Episode(start, luck.uniform(50, 59) * MINUTE, _unbroken)]


def just_over(luck: Luck) -> list[Episode]:
    start = luck.pick((luck.uniform(9.3, 10.8), luck.uniform(13.8, 15.2))) * HOUR
    return [Episode(start, luck.uniform(62, 78) * MINUTE, _unbroken)]


def _unbroken(diary: Diary, a: float, b: float) -> None:
    diary.browse(a, b, ("news", "shopping", "sport", "travel", "property"), median=640.0, keep=0.3)


def idle_tabs(luck: Luck) -> list[Episode]:
    category = luck.pick(("social", "news", "webmail"))

    def leave_open(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of(category), a, b, keep=1.0)

    return [Episode(luck.uniform(8.9, 9.6) * HOUR, luck.uniform(2.5, 8) * MINUTE, leave_open)]


def silent_reader(luck: Luck) -> list[Episode]:
    def read(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of(*READS, style="read"), a, b, pages="one", keep=0.3)

    starts = sorted(luck.sample([9.7, 10.7, 11.4, 12.3, 14.1, 15.3, 16.1], 3))
    return [Episode((s + luck.uniform(-0.2, 0.2)) * HOUR, luck.uniform(8, 25) * MINUTE, read) for s in starts]


def gambler(luck: Luck) -> list[Episode]:
    def bet(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of("gambling"), a, b, keep=0.15)

    starts = sorted(luck.sample([9.4, 10.5, 11.5, 12.4, 13.2, 14.3, 15.2, 16.2], luck.randrange(3, 7)))
    return [Episode((s + luck.uniform(-0.2, 0.2)) * HOUR, luck.between(4, 0.5, 1.5, 12) * MINUTE, bet) for s in starts]


def streamer(luck: Luck) -> list[Episode]:
    def watch(diary: Diary, a: float, b: float) -> None:
        site = diary.taste.of("video", style="video")
        at = a
        while at < b - 1:
            until = min(at + diary.luck.between(1900, 0.5, 300, 5400), b)
            until = b if b - until < 240 else until
            diary.visit(site, at, until, keep=0.2, pages="one" if until - at > 900 else "many", returning=0.0)
            at = until

    start = luck.pick((12.1, 13.5, 14.5, 15.0)) + luck.uniform(0, 0.5)
    return [Episode(start * HOUR, luck.uniform(42, 115) * MINUTE, watch)]


def own_hours(luck: Luck) -> list[Episode]:
    return [
        Episode(luck.uniform(6.2, 7.0) * HOUR, luck.uniform(20, 45) * MINUTE, browsing(median=420)),
        Episode(
            luck.uniform(18.2, 19.5) * HOUR, luck.uniform(45, 95) * MINUTE, browsing(*LEISURE, "video", median=600)
        ),
    ]


def midnight(luck: Luck) -> list[Episode]:
    return [Episode(luck.uniform(22.9, 23.4) * HOUR, luck.uniform(62, 110) * MINUTE, browsing(median=700))]


def innocent(luck: Luck) -> list[Episode]:
    def trade(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of("business", style="trade"), a, b, keep=0.8)

    starts = [s + luck.uniform(-0.3, 0.3) for s in (9.6, 10.6, 11.6, 13.9, 14.9, 15.9)]
    return [Episode(s * HOUR, luck.between(9, 0.6, 3, 25) * MINUTE, trade) for s in starts]


def clickbait(luck: Luck) -> list[Episode]:
    def follow(diary: Diary, a: float, b: float) -> None:
        at = a
        while at < b - 1:
            style = "bait" if diary.luck.chance(0.6) else "news"
            until = min(at + diary.luck.between(95, 0.6, 15, 300), b)
            until = b if b - until < 20 else until
            diary.visit(diary.taste.of("news", style=style), at, until, keep=0.15)
            at = until

    return [
        Episode(luck.uniform(10.0, 10.8) * HOUR, luck.uniform(6, 15) * MINUTE, follow),
        Episode(luck.uniform(12.2, 12.8) * HOUR, luck.uniform(12, 28) * MINUTE, follow),
        Episode(luck.uniform(14.8, 15.8) * HOUR, luck.uniform(5, 14) * MINUTE, follow),
    ]


def mail_watcher(luck: Luck) -> list[Episode]:
    def look(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of("webmail"), a, b, keep=1.0, returning=0.95)

    starts = sorted(luck.uniform(8.9, 16.8) for _ in range(luck.randrange(4, 9)))
    return [Episode(s * HOUR, luck.between(1.8, 0.6, 0.4, 7) * MINUTE, look) for s in starts]


def blocked(luck: Luck) -> list[Episode]:
    def knock(diary: Diary, a: float, b: float) -> None:
        site = diary.luck.pick(diary.taste.blocked)
        for number in range(diary.luck.randrange(1, 4)):
            diary.day.attempts.append(
                Attempt(site.host, a + number * diary.luck.uniform(2, 9), "denied", site.category)
            )
        diary.browse(min(a + 40, b - 60), b, ("news", "sport"), median=200)

    starts = sorted(luck.sample([10.3, 11.2, 12.5, 14.2, 15.6], 3))
    return [Episode((s + luck.uniform(-0.2, 0.2)) * HOUR, luck.uniform(3, 8) * MINUTE, knock) for s in starts]


def grazer(luck: Luck) -> list[Episode]:
    starts = sorted(luck.uniform(9.1, 16.7) for _ in range(luck.randrange(5, 13)))
    return [Episode(s * HOUR, luck.between(3.2, 0.7, 0.5, 14) * MINUTE, browsing(*LEISURE, median=170)) for s in starts]


def learner(luck: Luck) -> list[Episode]:
    def lesson(diary: Diary, a: float, b: float) -> None:
        diary.visit(diary.taste.of("business", style="lessons"), a, b, keep=0.4, pages="one", returning=0.0)

    starts = sorted(luck.sample([9.3, 10.8, 13.6, 15.1], luck.randrange(1, 4)))
    return [Episode((s + luck.uniform(0, 0.3)) * HOUR, luck.uniform(22, 75) * MINUTE, lesson) for s in starts]


def listener(luck: Luck) -> list[Episode]:
    def play(diary: Diary, a: float, b: float) -> None:
        visit = diary.visit(diary.taste.of("video", style="audio"), a, b, keep=1.0, returning=0.9)
        visit.playing = True

    starts = [luck.uniform(8.95, 9.3), luck.uniform(13.3, 13.9)]
    return [Episode(s * HOUR, luck.between(1.2, 0.6, 0.4, 4) * MINUTE, play) for s in starts]


ROLES: dict[str, Role] = {
    "none": Role("business only", none),
    "lunch": Role("lunch browser", lunch),
    "tabber": Role("tabber, well over an hour of personal use with short work pages in between", tabber),
    "just_under": Role("50 to 59 minutes at a stretch", just_under),
    "just_over": Role("just over an hour at a stretch", just_over),
    "idle_tabs": Role("a few minutes, then the tab stays open and polls all day", idle_tabs),
    "silent_reader": Role("long silent reads", silent_reader),
    "gambler": Role("gambler, short visits", gambler),
    "streamer": Role("watches videos", streamer),
    "own_hours": Role("early morning and evening", own_hours),
    "midnight": Role("late evening across midnight", midnight),
    "innocent": Role("business only; its pages embed gambling adverts and Facebook pixels", innocent),
    "clickbait": Role("follows click-bait", clickbait),
    "mail_watcher": Role("personal webmail open all day, looked at now and then", mail_watcher),
    "blocked": Role("attempts that the filter blocked, and some news", blocked),
    "grazer": Role("many short looks through the day", grazer),
    "learner": Role("training videos and webinars", learner),
    "listener": Role("music plays behind the work", listener),
}
