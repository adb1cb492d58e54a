"""What the attackers get, as figures: measured in invented organisations with fixed seeds, as the manual tells them.

`benchmarks/attack.py` prints them and writes them into docs/privacy.md; tests measure again and compare.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import protect_data as data
from attacker import (
    Cell,
    Contradiction,
    MinutesAttack,
    PeopleAttack,
    Range,
    Week,
    told,
    told_minutes,
)
from attacker_guesses import Guessed, guessed
from attacker_linkage import (
    LISTS,
    NOTHING,
    PAGES,
    Score,
    all_of,
    creatures_of_habit,
    linked,
    pseudonyms_in,
    seen_cases,
    weeks_of,
    whose_cases,
)
from attacker_worlds import PERIODS, SITES, Place, World, audit_week, habitual_world, published

from netaudit.protect.units import everyone, staff_of

PRIVACY = Path(__file__).resolve().parents[1] / "docs" / "privacy.md"
BEGIN, END = "<!-- attack: begin -->", "<!-- attack: end -->"
SEEDS = 14  # random weeks
LEAST = 8
MOST_A_PERSON = 7 * 60.0  # minutes in one hour of the day in a week
TRUST: Mapping[Place, int] = {
    ("Finance", "Payroll"): 3, ("Finance", "Ledger"): 9, ("Finance", "Audit"): 14,
    ("Estates", "Porters"): 8, ("Estates", "Site"): 12, ("Clinical", "Wards"): 22,
}  # fmt: skip

# ------------------------------------------------------------------------------------------------------------- one week

Made = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]  # VISITS, FINDINGS, PEOPLE


@dataclass(frozen=True)
class Told:
    """What a solver gets out of hidden figures."""

    hidden: int = 0
    small: int = 0  # hidden figures below eight: somebody must be there
    large: int = 0  # figures of eight and more that are hidden for others: somebody must be there
    close: int = 0  # known closer than ± 2 people, or ± 30 minutes
    timed: int = 0  # hidden minutes
    minutes: int = 0  # hidden minutes that must be there, or are known closer than ± 30

    def __add__(self, other: Told) -> Told:
        return Told(
            self.hidden + other.hidden, self.small + other.small, self.large + other.large, self.close + other.close,
            self.timed + other.timed, self.minutes + other.minutes,
        )  # fmt: skip


def team(number: int) -> Place:
    return f"Directorate {number % 2}", f"Team {number}"


def random_sizes(draw: random.Random) -> dict[tuple[str | None, str | None], int]:
    directorates = [[draw.randint(1, 16) for _ in range(draw.randint(1, 4))] for _ in range(draw.randint(2, 4))]
    return {
        (f"Directorate {place}", f"Team {place}.{number}"): size
        for place, teams in enumerate(directorates)
        for number, size in enumerate(teams)
    }


def odd_weeks() -> Iterator[tuple[str, Made]]:
    """Yield weeks as they are in life and not in textbooks."""
    sizes: Mapping[str, Mapping[tuple[str | None, str | None], int]] = {
        "teams of three": {team(number): 3 for number in range(10)},
        "units of just eight": {team(number): 8 for number in range(4)},
        "one-person teams": {("Finance", f"Role {number}"): 1 for number in range(9)} | {("Estates", "Site"): 11},
        "a directorate of two teams": {("Finance", "A"): 8, ("Finance", "B"): 30, ("Estates", None): 20},
        "people without a team": {(None, None): 9, ("Finance", None): 8, ("Finance", "A"): 8, (None, "B"): 20},
    }
    for number, (name, its_sizes) in enumerate(sizes.items()):
        yield name, data.random_week(number, its_sizes)
    seen, found, people = data.random_week(7, {("Finance", "A"): 60})
    yield "no directory", (seen, found, people.clear())
    for share in (0.85, 0.9, 1.0):
        yield f"groups at {share:.0%}", _near_all(share)
    yield "a class of one person", _one_of_a_kind()


def _near_all(share: float) -> Made:
    """Two directorates, of one of which nearly everybody was in every class."""
    people = data.people({("Finance", "A"): 20, ("Estates", "B"): 20, ("Clinical", "C"): 25})
    seen = [data.visit(user, "business_nhs") for user in people["user_hash"]]
    for category in data.CLASSES:
        for users in (range(1, round(20 * share) + 1), range(21, 29), range(41, 49)):
            seen += [data.visit(user, category) for user in users]
    found = [data.finding(user, "7.2", "manager") for user in range(1, round(20 * share) + 1)]
    return data.visits(seen), data.findings(found), people


def _one_of_a_kind() -> Made:
    people = data.people({("Finance", "A"): 12, ("Finance", "B"): 14, ("Estates", "C"): 16})
    seen = [data.visit(user, "business_nhs") for user in people["user_hash"]]
    seen += [data.visit(user, "news") for user in range(3, 30)]
    seen += [data.visit(1, "gambling", minutes_low=60.0, minutes=70.0, minutes_high=90.0)]
    return data.visits(seen), data.findings([data.finding(1, "7.4", "manager")]), people


def public_week(made: Made) -> Week:
    """Return what is public of a week that goes straight to the last stage."""
    seen, found, people = made
    table = data.published(seen, people, found)
    staff = everyone(seen["user_hash"]) if people.is_empty() else staff_of(people, data.PERIOD, LEAST)
    listed = {user: tuple(place) for user, *place in people.select("user_hash", "directorate", "team").iter_rows()}
    return Week(table, staff, listed or dict.fromkeys(seen["user_hash"], ()))


def true_count(made: Made, week: Week, cell: Cell) -> int:
    """Return how many people are behind a figure of a week that went straight to the last stage."""
    seen, found, _ = made
    _, table, value, level, unit = cell
    at = next(at for at, one in enumerate(week.staff.tree.units) if (one.level, one.name) == (level, unit))
    inside = set(week.staff.members.filter(unit=at)["user_hash"])
    if table == "active_people":
        return len(inside & set(seen["user_hash"]))
    if table == "time_by_class":
        return len(inside & set(seen.filter(category=value)["user_hash"]))
    if table == "time_by_hour":
        own = seen.filter(pl.col("category").is_in(data.CLASSES))
        hour = int(value)
        meets = own.filter(
            (
                pl.col("event_start").dt.truncate("1h")
                <= pl.col("event_start").dt.truncate("1d") + pl.duration(hours=hour)
            )
            & (pl.col("event_end") > pl.col("event_start").dt.truncate("1d") + pl.duration(hours=hour))
            | (pl.col("event_start").dt.hour() == hour)
        )
        return len(inside & set(meets["user_hash"]))
    if table == "time_by_weekday_hour":
        weekday, _, its_hour = value.partition("-")
        begin = pl.lit(data.MONDAY + timedelta(days=int(weekday) - 1, hours=int(its_hour)))
        end = begin + pl.duration(hours=1)
        within = (pl.col("event_start") < end) & (pl.col("event_end") > begin) | pl.col("event_start").is_between(
            begin, end, closed="left"
        )
        return len(inside & set(seen.filter(within, pl.col("category").is_in(data.CLASSES))["user_hash"]))
    if table == "cases_by_status":
        return len(inside & set(found.filter(status=value)["user_hash"]))
    clause, _, route = value.partition(" (")
    withheld = pl.col("route").is_in(["hr", "safeguarding", "fraud", "it"])
    own = pl.col("route") == route.rstrip(")") if route else ~withheld
    stands = pl.col("status").is_in(["new", "confirmed"])
    return len(inside & set(found.filter(own, stands, clause=clause)["user_hash"]))


def told_of(made: Made, most_a_person: float | None = None) -> tuple[Told, dict[Cell, Range]]:
    """Return what a solver gets out of a week, and which figures."""
    week = public_week(made)
    ranges = PeopleAttack([week]).ranges()
    broken = told(ranges)
    minutes = MinutesAttack(week, most_a_person)
    timed = minutes.ranges()
    somebody = [cell for cell, found in broken.items() if found.says_somebody]
    small = [cell for cell in somebody if true_count(made, week, cell) < LEAST]
    close = [cell for cell, found in broken.items() if found.is_close]
    lost = told_minutes(timed)
    return (
        Told(len(ranges), len(small), len(somebody) - len(small), len(close), len(timed), len(lost)),
        broken | lost,
    )


@cache
def random_weeks(seeds: int = SEEDS) -> Told:
    total = Told()
    for seed in range(seeds):
        draw = random.Random(seed)  # noqa: S311 - no secret
        total += told_of(data.random_week(seed, random_sizes(draw)))[0]
    return total


@cache
def busy_weeks(seeds: int = SEEDS) -> Told:
    """Return what is told of weeks in which most figures of weekdays and hours are printed."""
    total = Told()
    for seed in range(seeds):
        total += told_of(data.busy_week(seed, busy_sizes(seed)), MOST_A_PERSON)[0]
    return total


def busy_sizes(seed: int) -> dict[Place, int]:
    """Return an organisation of up to 150 people, of a single unit every third time."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    return {team(number): draw.randint(10, 50) for number in range(1 if seed % 3 == 0 else 3)}


@cache
def all_odd_weeks() -> Told:
    total = Told()
    for _, made in odd_weeks():
        total += told_of(made)[0]
    return total


# --------------------------------------------------------------------------------------------------- weeks side by side


@dataclass(frozen=True)
class Weeks:
    """What several weeks of one organisation give away."""

    alone: Told  # each week by itself
    together: Told  # all weeks, by who takes for granted that people keep to their habits; without weekdays
    cells: Told  # likewise, hours of the day and of weekdays alone: all at once are too many for a solver
    refuted: bool  # what is printed shows that they do not
    guesses: Guessed
    broken: Mapping[Cell, Range]
    broken_cells: Mapping[Cell, Range]
    shown: frozenset[tuple[str, str]]  # tables and values that are printed for some unit in some week


def printed_weeks(world: World) -> list[Week]:
    """Return what is public of a world's weeks, each read and published as its nights come."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        for week in range(world.weeks):
            audit_week(world, week, out)
        tables = published(out)
    return [world.public(week, tables[period]) for week, period in enumerate(PERIODS[: world.weeks])]


def true_classes(world: World, weeks: Sequence[Week], cell: Cell) -> int:
    """Return how many people of a unit used a class."""
    week, _, value, level, unit = cell
    tree = weeks[week].staff.tree
    at = next(at for at, one in enumerate(tree.units) if (one.level, one.name) == (level, unit))
    inside = weeks[week].staff.members.filter(unit=at)["user_hash"]
    return sum(value in world.used(week, person) for person in inside)


def true_cell(world: World, weeks: Sequence[Week], cell: Cell) -> int:
    """Return how many people of the organisation were on a site for own use on a weekday in an hour."""
    week, _, value, *_ = cell
    weekday, _, hour = value.partition("-")
    own = {site for sites in SITES.values() for site in sites}
    inside = set(weeks[week].staff.members.filter(unit=0)["user_hash"])
    return sum(
        any(
            act.site in own
            and act.weekday == int(weekday) - 1
            and act.minute // 60 <= int(hour) <= (act.minute + act.minutes) // 60
            for act in acts
        )
        for person, acts in world.acts[week].items()
        if person in inside
    )


def _told_in(world: World, weeks: Sequence[Week], ranges: Mapping[Cell, Range]) -> Told:
    broken = told(ranges)
    somebody = [cell for cell, found in broken.items() if found.says_somebody]
    true = {cell: true_classes(world, weeks, cell) for cell in somebody if cell[1] == "time_by_class"}
    true |= {cell: true_cell(world, weeks, cell) for cell in somebody if cell[1] == "time_by_weekday_hour"}
    few = [cell for cell in somebody if cell in true and true[cell] < LEAST]
    return Told(len(ranges), len(few), len(somebody) - len(few), sum(found.is_close for found in broken.values()))


@cache
def weeks_side_by_side(seed: int, churn: float) -> Weeks:
    """Return what four weeks give away: people who keep to their habits, but for `churn` of them."""
    world = habitual_world(TRUST, seed, churn=churn)
    weeks = printed_weeks(world)
    alone = Told()
    for number, week in enumerate(weeks):
        ranges = PeopleAttack([week]).ranges()
        renamed = {(number, *cell[1:]): found for cell, found in ranges.items()}
        alone += _told_in(world, weeks, renamed)
        if number == 0:  # the others are alike, and minutes take long
            minutes = MinutesAttack(week, MOST_A_PERSON).ranges()
            alone += Told(timed=len(minutes), minutes=len(told_minutes(minutes)))
    joint, refuted = _joint(weeks, pl.col("table") != "time_by_weekday_hour")
    together = _told_in(world, weeks, joint)
    of_hours, _ = _joint(weeks, pl.col("table").is_in(["active_people", "time_by_hour", "time_by_weekday_hour"]))
    shown = pl.concat([week.printed for week in weeks]).filter(~pl.col("suppressed")).select("table", "value").unique()
    of_cells = {cell: one for cell, one in of_hours.items() if cell[1] == "time_by_weekday_hour"}
    cells = _told_in(world, weeks, of_cells)
    return Weeks(
        alone,
        together,
        cells,
        refuted,
        guessed(world, weeks),
        told(joint),
        told(of_cells),
        frozenset(shown.iter_rows()),
    )


def _joint(weeks: Sequence[Week], about: pl.Expr) -> tuple[Mapping[Cell, Range], bool]:
    """Return what some tables of all weeks together tell whoever counts on habits, and whether they refute them."""
    those = [Week(week.printed.filter(about), week.staff, week.place) for week in weeks]
    try:
        return PeopleAttack(those, habit=True).ranges(), False
    except Contradiction:
        return {}, True


# ---------------------------------------------------------------------------------------------------------------- cases


@dataclass(frozen=True)
class Links:
    """How often two weeks' cases of one person are found to be one person's."""

    lists: Score
    fields: Mapping[str, Score]  # of pages
    pages: Score
    pseudonyms: int  # in the store
    equal: int  # of them in both weeks


@cache
def links(seeds: Iterable[int] = (0, 1)) -> Links:
    lists, pages, fields, pseudonyms, equal = NOTHING, NOTHING, dict.fromkeys(PAGES, NOTHING), 0, 0
    for seed in seeds:
        world = creatures_of_habit(seed)
        with TemporaryDirectory() as folder:
            out = Path(folder) / "out"
            for week in range(world.weeks):
                audit_week(world, week, out)
            cases, whose = seen_cases(out / "ig"), whose_cases(out, world.people)
            hashes = pseudonyms_in(out)
        before, after = weeks_of(cases)[:2]

        def attack(distance: Callable[..., float], before=before, after=after, whose=whose) -> Score:  # type: ignore[no-untyped-def]
            return linked(before, after, whose, distance)

        lists += attack(all_of(LISTS))
        pages += attack(all_of({**LISTS, **PAGES}))
        fields = {name: fields[name] + attack(distance) for name, distance in PAGES.items()}
        pseudonyms += hashes.height
        equal += hashes.group_by("value").len().filter(pl.col("len") > 1).height
    return Links(lists, fields, pages, pseudonyms, equal)


# ------------------------------------------------------------------------------------------------------------ in words


def rows() -> dict[str, list[str]]:
    """Return the rows of the manual's table by what they are about."""
    return {"week": week_rows(), "weeks": weeks_rows(), "cases": case_rows()}


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def week_rows() -> list[str]:
    random_, busy, odd = random_weeks(), busy_weeks(), all_odd_weeks()
    return [
        line
        for name, one in (
            ("invented at random", random_),
            ("of busy hours on all weekdays", busy),
            ("teams of three, units of eight, groups at 90 and 100 %, …", odd),
        )
        for line in (
            (
                f"| hidden counts of one week, {name} | {one.hidden} | {one.small} below eight and {one.large} others that "  # noqa: E501
                f"must be somebody, {one.close} closer than ± 2 |"
            ),
            (
                f"| hidden minutes of one week, {name} | {one.timed} | {one.minutes} that must be there, or closer than "  # noqa: E501
                "± 30 |"
            ),
        )
    ]


def weeks_rows() -> list[str]:
    lines = []
    for name, found in (
        ("in which everybody does what they did", weeks_side_by_side(1, 0.0)),
        ("in which three in ten do something else", weeks_side_by_side(1, 0.3)),
    ):
        alone, together, guesses = found.alone, found.together, found.guesses
        said = (
            "what is printed refutes that people keep to habits"
            if found.refuted
            else f"{together.small} below eight and {together.large} others that must be somebody, {together.close} "
            "closer than ± 2"
        )
        lines += [
            (
                f"| hidden counts of four weeks {name}, each by itself | {alone.hidden} | {alone.small} below eight and "  # noqa: E501
                f"{alone.large} others that must be somebody, {alone.close} closer than ± 2 |"
            ),
            f"| the same, all weeks together | {together.hidden or alone.hidden} | {said} |",
            *(
                [
                    (
                        f"| the same, weekdays and hours | {found.cells.hidden} | {found.cells.small} below eight and "
                        f"{found.cells.large} others that must be somebody, {found.cells.close} closer than ± 2 |"
                    )
                ]
                if found.cells.hidden
                else []
            ),
            (
                f"| what joiners, leavers and movers did, in four weeks {name} | {guesses.questions} questions | right "
                f"{guesses.constant} times by the best guess about anybody, {guesses.difference} by what rose or fell, "
                f"{guesses.solver} by the solver, which was sure {guesses.sure} times |"
            ),
        ]
    return lines


def case_rows() -> list[str]:
    found = links()
    lines = [
        (
            f"| which cases of two weeks are one person's, from the lists | {found.lists.tries} cases | "
            f"{_share(found.lists.hits, found.lists.tries)}; lots would bring {_share(found.lists.chance, found.lists.tries)} |"  # noqa: E501
        ),
        (
            f"| the same, from the pages of the cases | {found.pages.tries} cases | "
            f"{_share(found.pages.hits, found.pages.tries)} |"
        ),
    ]
    lines += [
        f"| of a page, {name} alone | | {_share(score.hits, score.tries)} |" for name, score in found.fields.items()
    ]
    return [*lines, f"| pseudonyms of the store that are the same in both weeks | {found.pseudonyms} | {found.equal} |"]


def section() -> str:
    """Return what the manual says between its marks."""
    head = ["| what was tried | of | what the attacker gets |", "|---|---|---|"]
    return "\n".join([BEGIN, *head, *(line for lines in rows().values() for line in lines), END])


def documented() -> list[str]:
    """Return the lines that the manual has between its marks."""
    found = re.search(f"{re.escape(BEGIN)}\n(.*?)\n{re.escape(END)}", PRIVACY.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"docs/privacy.md has no {BEGIN}"
    return found.group(1).splitlines()


def write(text: str) -> None:
    """Put the section into the manual."""
    page = PRIVACY.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PRIVACY.write_text(before + text + rest.partition(END)[2], encoding="utf-8")


def larger(seeds: int) -> list[str]:
    """Return the same figures of more organisations: what fixed seeds happen to show is no proof."""
    week = random_weeks(seeds)
    lines = [f"one week, {seeds} organisations: {week}"]
    for churn in (0.0, 0.3):
        found = [weeks_side_by_side(seed, churn) for seed in range(seeds)]
        alone, together = (sum((getattr(one, name) for one in found), Told()) for name in ("alone", "together"))
        total = sum((one.guesses for one in found), Guessed(0, 0, 0, 0, 0, 0))
        refuted = sum(one.refuted for one in found)
        lines += [
            f"four weeks, {churn:.0%} do something else: each alone {alone}",
            f"    together {together}, refuted in {refuted}",
            f"    {total}",
        ]
    many = links(tuple(range(seeds)))
    lines += [f"lists {many.lists}", f"pages {many.pages}"]
    return [*lines, *(f"    {name} {score}" for name, score in many.fields.items())]
