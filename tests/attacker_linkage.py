"""Somebody who reads all pages of cases of two weeks and says which of them are about the same person.

He takes each case of the first week and names the case of the second, of the same rule, that is most like it. Where
several are equally like it, he draws lots: his hits are counted as what he can expect.
"""

from __future__ import annotations

import csv
import html
import io
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
from attacker_worlds import PERIODS, SITES, Act, Person, World, at_work, stored

from netaudit.protect import Keyring, Pseudonyms

_OWN = ("sport", "travel", "property", "social_sharing", "leisure")
_FORBIDDEN = ("gambling", "shopping_auction")
_WORK = r'<rect class="na-block" x="([\d.]+)%"[^>]*? width="([\d.]+)%"[^>]*? stroke="#1F7F78"'
_MINUTES_PER_CENT = 14.4  # of a day


@dataclass(frozen=True)
class Seen:
    """What the folders show of a case."""

    number: str
    rule: str  # the list that it stands in
    listed: Mapping[str, str]  # its row in that list
    lines: tuple[tuple[datetime, datetime, str, str, float], ...]  # of its CSV: from, to, site, class, minutes
    bars: tuple[tuple[float, float], ...]  # of the picture of its day, in the lane of work: place, width
    words: frozenset[str]  # sentences of its page that other pages do not all have

    @property
    def week(self) -> str:
        year, week, _ = self.lines[0][0].date().isocalendar()
        return f"{year}-W{week:02d}"


Distance = Callable[[Seen, Seen], float]


def seen_cases(folder: Path) -> list[Seen]:
    """Return all cases of an audience's folder, as its files show them."""
    cases = []
    for path in sorted(folder.rglob("cases*.csv")):
        if not path.name.startswith("cases-by-"):
            for row in _rows(path):
                name = row["Case"].lower()
                page = (folder / "cases" / f"{name}.html").read_text(encoding="utf-8")
                lines = tuple(_line(line) for line in _rows(folder / "cases" / f"{name}.csv") if line["Time"] != "All")
                cases.append(
                    Seen(
                        row["Case"], row.get("Rule", _rule(page)), row, lines, _bars(page), frozenset(_sentences(page))
                    )
                )
    every = Counter(word for case in cases for word in case.words)
    return [
        replace(
            case, words=frozenset(word for word in case.words if every[word] < len(cases) and case.number not in word)
        )
        for case in cases
    ]


def _rule(page: str) -> str:
    """Return the title of a case's page: each week has lists of its own."""
    found = re.search(r"<h1[^>]*>.*?</span>([^<]*)</h1>", page, re.DOTALL)
    assert found
    return found[1]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def _line(row: Mapping[str, str]) -> tuple[datetime, datetime, str, str, float]:
    start, end = map(datetime.fromisoformat, row["Time"].split("/"))
    return start, end, row["Site"], row["Class"], float(row.get("Likely") or 0)


def _bars(page: str) -> tuple[tuple[float, float], ...]:
    """Return place and width of every bar of work in the picture of the day, in minutes."""
    picture = re.search(r'<svg class="na-svg".*?</svg>', page, re.DOTALL)
    found = re.findall(_WORK, picture.group()) if picture else []
    return tuple((float(x) * _MINUTES_PER_CENT, float(width) * _MINUTES_PER_CENT) for x, width in found)


def _sentences(page: str) -> list[str]:
    text = html.unescape(re.sub(r"<[^>]*>", "\n", page.partition("<h1")[2]))
    return [line.strip() for line in text.splitlines() if len(line.strip()) > 20]


# -------------------------------------------------------------------------------------------- how like two cases are


def _number(name: str, scale: float) -> Distance:
    def distance(one: Seen, other: Seen) -> float:
        try:
            return abs(float(one.listed[name]) - float(other.listed[name])) / scale
        except (KeyError, ValueError):
            return 0.0 if one.listed.get(name) == other.listed.get(name) else 1.0

    return distance


def _same(name: str) -> Distance:
    return lambda one, other: 0.0 if one.listed.get(name) == other.listed.get(name) else 1.0


def weekday(one: Seen, other: Seen) -> float:
    days = [date.fromisoformat(case.listed["Day"]).weekday() if _is_day(case) else 0 for case in (one, other)]
    return 0.0 if days[0] == days[1] else 1.0


def _is_day(case: Seen) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", case.listed.get("Day", "")) is not None


def _clock(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute


def time_of_day(one: Seen, other: Seen) -> float:
    return abs(_clock(one.lines[0][0]) - _clock(other.lines[0][0])) / 15


def sites(one: Seen, other: Seen) -> float:
    return _unlike(*({line[2] for line in case.lines} - {"–", "Work"} for case in (one, other)))


def classes(one: Seen, other: Seen) -> float:
    return _unlike(*({line[3] for line in case.lines} - {"–"} for case in (one, other)))


def length(one: Seen, other: Seen) -> float:
    return abs(sum(line[4] for line in one.lines) - sum(line[4] for line in other.lines)) / 6


def picture(one: Seen, other: Seen) -> float:
    """Where the bars of the day begin: work before and after the case is drawn, to the minute."""
    if not one.bars or not other.bars:
        return 0.0 if bool(one.bars) == bool(other.bars) else 1.0
    return sum(min(abs(bar[0] - its[0]) for its in other.bars) for bar in one.bars) / len(one.bars) / 10


def wording(one: Seen, other: Seen) -> float:
    digits = [frozenset(word for word in case.words if not re.search(r"\d", word)) for case in (one, other)]
    return _unlike(*digits)


def _unlike(one: frozenset[str] | set[str], other: frozenset[str] | set[str]) -> float:
    return 1 - len(one & other) / len(one | other) if one | other else 0.0


LISTS: Mapping[str, Distance] = {
    "the day of the week": weekday,
    "minutes in the list": _number("Likely minutes", 6.0),
    "other columns of the list": lambda one, other: sum(
        _same(name)(one, other) for name in ("Goes to", "Status", "If breaks differ", "Limit", "Counted")
    ),
}
PAGES: Mapping[str, Distance] = {
    "sites": sites,
    "classes": classes,
    "time of day": time_of_day,
    "minutes": length,
    "the picture of the day": picture,
    "sentences without a figure": wording,
}


def all_of(distances: Mapping[str, Distance]) -> Distance:
    return lambda one, other: sum(distance(one, other) for distance in distances.values())


# ----------------------------------------------------------------------------------------------------------- the attack


@dataclass(frozen=True)
class Score:
    """Hits of an attacker, and what drawing lots would bring."""

    tries: int
    hits: float
    chance: float
    spread: float  # standard deviation of drawing lots

    def __add__(self, other: Score) -> Score:
        return Score(
            self.tries + other.tries, self.hits + other.hits, self.chance + other.chance,
            math.hypot(self.spread, other.spread),
        )  # fmt: skip

    @property
    def is_better_than_chance(self) -> bool:
        return self.hits > self.chance + 3 * max(self.spread, 0.5)


NOTHING = Score(0, 0.0, 0.0, 0.0)


def linked(before: Sequence[Seen], after: Sequence[Seen], whose: Mapping[str, int], distance: Distance) -> Score:
    """Return how often the most similar case of the later week, of the same rule, is the same person's."""
    rivals: defaultdict[str, list[Seen]] = defaultdict(list)
    for case in after:
        rivals[case.rule].append(case)
    score = NOTHING
    for case in before:
        others = rivals[case.rule]
        own = sum(whose[other.number] == whose[case.number] for other in others)
        if not own:
            continue
        found = [distance(case, other) for other in others]
        nearest = [other for other, far in zip(others, found, strict=True) if far <= min(found) + 1e-9]
        hit = sum(whose[other.number] == whose[case.number] for other in nearest) / len(nearest)
        chance = own / len(others)
        score += Score(1, hit, chance, math.sqrt(chance * (1 - chance)))
    return score


def whose_cases(out: Path, people: Sequence[Person]) -> dict[str, int]:
    """Return whom each case is about: for counting hits, with the keys that no attacker has."""
    found: dict[str, int] = {}
    keyring = Keyring(out / "keys")
    for period, table in stored(out, "findings").items():
        pseudonyms = Pseudonyms(period, keyring.key)
        numbers = {pseudonyms.of(f"person:p{person.number}"): person.number for person in people}
        found |= {case: numbers[user] for case, user in table.select("finding_id", "user_hash").iter_rows()}
    return found


def creatures_of_habit(seed: int, count: int = 40, weeks: int = 2) -> World:
    """Return people who do nearly the same each week, each in a way of their own, and all of it in cases."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    people: list[Person] = []
    acts: list[dict[int, tuple[Act, ...]]] = [{} for _ in range(weeks)]
    for number in range(1, count + 1):
        place = (("Finance", "Payroll"), ("Estates", "Site"))[number % 2]
        person = Person(number, ((0, weeks - 1, place),))
        people.append(person)
        favourites = draw.sample([site for name in _OWN for site in SITES[name]], 2)
        day, start = draw.randrange(5), draw.choice((555, 600, 645, 855, 900)) + draw.randrange(-10, 11)
        minutes = draw.randint(66, 110)
        forbidden = draw.choice([site for name in _FORBIDDEN for site in SITES[name]]) if draw.random() < 0.6 else None
        its_day, its_start, its_minutes = draw.randrange(5), draw.choice((740, 1010, 510)), draw.randint(3, 15)
        for week in range(weeks):
            begin, long = round(start + draw.gauss(0, 12)), max(64, round(minutes + draw.gauss(0, 6)))
            on = day if draw.random() < 0.7 else draw.randrange(5)
            first, second = Act(on, begin, favourites[0], long // 2), long - long // 2
            acts[week][number] = (*at_work(person), first, Act(on, begin + long // 2 + 1, favourites[1], second))
            if forbidden:
                on = its_day if draw.random() < 0.7 else draw.randrange(5)
                begin, long = round(its_start + draw.gauss(0, 8)), max(3, round(its_minutes + draw.gauss(0, 2)))
                acts[week][number] += (Act(on, begin, forbidden, long),)
    return World(tuple(people), tuple(acts))


def weeks_of(cases: Sequence[Seen]) -> list[list[Seen]]:
    """Return the cases of each week."""
    return [[case for case in cases if case.week == period] for period in PERIODS]


def pseudonyms_in(
    out: Path, names: Sequence[str] = ("visits", "findings", "spells", "events", "labels")
) -> pl.DataFrame:
    """Return every pseudonym of a store with its period."""
    store = stored
    frames = []
    for name in names:
        for period, table in store(out, name).items():
            columns = [column for column in table.columns if column.endswith("_hash")]
            frames += [table.select(value=pl.col(column), period=pl.lit(period)) for column in columns]
    return pl.concat(frames).drop_nulls().unique()
