"""The week is played: every machine, every day, from the first telemetry to the last tunnel."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.background import hum
from generator.browser import Browser, TruthRow
from generator.dice import Dice
from generator.people import Person, staff
from generator.proxy import CHROME, EDGE, Line
from generator.script import STORIES, Act, Story
from generator.sites import ORDINARY, SITES, WORKPLACE

DAY = 86_400.0
HOUR = 3_600.0
NIGHTS = (0, 1, 2, 5)  # as the pattern "nights" of the policy has it


def clock(text: str) -> float:
    """Return the seconds since midnight of a time as HH:MM."""
    hour, minute = text.split(":")
    return int(hour) * 3600.0 + int(minute) * 60.0


def everybody(seed: int) -> list[Person]:
    """Return the staff and, after them, the accounts that are in no directory."""
    facts = {
        story.account: {
            "team": story.team,
            "roles": story.roles,
            "pattern": story.pattern,
            "other_accounts": story.other_accounts,
            "works": story.works,
            "intercepted": story.intercepted,
        }
        for story in STORIES
        if story.in_directory
    }
    people = staff(facts)
    scripted = {story.account: story for story in STORIES}
    for person in people:
        dice = Dice(seed, "leave", person.account)
        if person.account not in scripted:
            person.absent = frozenset(day for day in range(5) if dice.chance(0.07))
            if dice.chance(0.08):
                person.starts = "2025-09-01"
            if dice.chance(0.08):
                person.on_call = frozenset({5, 6})
        if person.pattern == "part_time":
            person.absent = frozenset({3, 4})
    leaver = next(person for person in reversed(people) if person.account not in scripted)
    leaver.ends, leaver.absent, leaver.on_call = "2026-03-11", frozenset({3, 4}), frozenset()
    for place, story in enumerate(story for story in STORIES if not story.in_directory):
        people.append(Person(story.account, works=story.works, in_directory=False, address=f"198.51.100.{200 + place}"))
    return people


@dataclass(slots=True)
class World:
    """What a play of the week leaves behind: the proxy's lines, unsorted, and what really happened."""

    seed: int
    people: list[Person]
    lines: list[Line] = field(default_factory=list)
    truth: list[TruthRow] = field(default_factory=list)


def play(seed: int) -> World:
    """Return the people, every line the proxy wrote in the week, and what really happened."""
    world = World(seed, everybody(seed))
    scripted = {story.account: story for story in STORIES}
    for person in world.people:
        _person_week(world, person, scripted.get(person.account))
    _screen(world)
    _antivirus(world)
    return world


def log_name(account: str) -> str:
    r"""Return the account as Squid writes it: `%[un` escapes the backslash of DOMAIN\name as %5C."""
    return account.replace("\\", "%5C")


def _person_week(world: World, person: Person, story: Story | None) -> None:
    for day in range(7):
        acts = [act for act in story.acts if act.day == day] if story else []
        for account in person.accounts:
            own = [act for act in acts if (act.account or person.account) == account]
            dice = Dice(world.seed, account, day)
            at_desk = person.works and day < 5 and day not in person.absent and account == person.account
            usual = _usual_hours(person, story, day, dice) if at_desk or not person.works else None
            hours = (10 * HOUR - 600, 13 * HOUR + 600) if day in person.on_call else _hours(usual, own)
            if hours is None:
                continue
            browser = Browser(
                log_name=log_name(account),
                client=person.address,
                dice=dice,
                lines=world.lines,
                intercepted=person.intercepted,
                agent=EDGE if len(account) % 3 else CHROME,
                account=account,
                truth=world.truth,
            )
            start, end = day * DAY + hours[0], day * DAY + hours[1]
            hum(browser, start, end)
            for act in own:
                _act(browser, act)
            taken = [_span(act) for act in acts]  # whichever account: it is one person's time
            if at_desk:
                _breaks(browser, day, taken, usually=not own)
                _work(browser, day * DAY + clock("09:05"), day * DAY + clock("16:50"), taken)
            elif day in person.on_call or (person.pattern == "nights" and usual):
                _work(browser, start, end - 1800, taken)
            for refused_day, moment, host in story.denied if story else ():
                if refused_day == day:
                    browser.denied(day * DAY + clock(moment) + 7.4, host)
            browser.shut_down(end)


def _usual_hours(person: Person, story: Story | None, day: int, dice: Dice) -> tuple[float, float] | None:
    """Return when the machine is on without any act, in seconds since the day's midnight; None: it is not."""
    if person.account.endswith("$") or person.account.startswith("svc_"):
        return (0.0, DAY)
    if person.pattern == "nights":
        return (clock("20:45"), DAY + clock("06:30")) if day in NIGHTS else None
    if not person.works:
        return None
    start, end = (clock(moment) for moment in (story.hours if story else ("08:45", "17:10")))
    late = 3 * HOUR if story is None and dice.chance(0.02) else 0.0  # somebody always works late
    return (start + dice.between(-900, 900), end + dice.between(-900, 900) + late)


def _hours(usual: tuple[float, float] | None, acts: list[Act]) -> tuple[float, float] | None:
    """Return the usual hours, stretched so that every act fits in."""
    if not acts:
        return usual
    first = min(clock(act.start) for act in acts) - 300
    last = 600 + max(max(clock(act.start) + act.minutes * 60, clock(act.tab_until or "00:00")) for act in acts)
    return (min(first, usual[0]), max(last, usual[1])) if usual else (first, last)


def _span(act: Act) -> tuple[float, float]:
    start = act.day * DAY + clock(act.start)
    return start, start + act.minutes * 60


def _act(browser: Browser, act: Act) -> None:
    start, _ = _span(act)
    browser.visit(
        SITES[act.site],
        start,
        act.minutes,
        pace=act.pace,
        tab_until=act.day * DAY + clock(act.tab_until) if act.tab_until else None,
        listen_until=act.day * DAY + clock(act.listen_until) if act.listen_until else None,
        upload=act.upload,
        download=act.download,
    )


def _free(taken: list[tuple[float, float]], start: float, end: float) -> bool:
    return all(end + 30 < busy_start or start > busy_end + 30 for busy_start, busy_end in taken)


def _breaks(browser: Browser, day: int, taken: list[tuple[float, float]], *, usually: bool) -> None:
    """Add an ordinary person's personal use: often some at lunch, now and then a glance in between."""
    dice = browser.dice
    plans = []
    if dice.chance(0.55):
        plans.append((clock("12:10") + dice.between(0, 3000), dice.between(4, 22)))
    if dice.chance(0.25):
        glance = dice.pick((clock("10:00"), clock("14:40"))) + dice.between(0, 4800)
        plans.append((glance, dice.between(1.5, 6)))
    for moment, minutes in plans if usually else ():
        start = day * DAY + moment
        end = start + minutes * 60
        tab_until = min(end + dice.between(300, 4000), day * DAY + clock("16:50"))
        site = SITES[dice.pick(ORDINARY)]
        browser.visit(site, start, minutes, tab_until=tab_until if dice.chance(0.2) else None)
        taken.append((start, end))


def _work(browser: Browser, start: float, end: float, taken: list[tuple[float, float]]) -> None:
    """Add what a working person looks at, wherever nothing else takes their time."""
    dice = browser.dice
    when = start + dice.between(0, 1500)
    while when < end:
        minutes = dice.between(1.5, 8)
        if _free(taken, when, when + minutes * 60):
            site = SITES[dice.pick(WORKPLACE)]
            stays = when + minutes * 60 + dice.between(300, 2400) if site.poll and dice.chance(0.3) else None
            browser.visit(site, when, minutes, pace=55, tab_until=stays)
        when += minutes * 60 + dice.between(1800, 5400)


def _screen(world: World) -> None:
    """Add the meeting room's screen: an address without any account."""
    for day in range(5):
        browser = Browser("-", "198.51.100.250", Dice(world.seed, "screen", day), world.lines)
        for moment in ("09:40", "11:20", "14:05"):
            browser.visit(SITES["bbc"], day * DAY + clock(moment), 20, pace=150)
        browser.shut_down(day * DAY + clock("17:00"))


def _antivirus(world: World) -> None:
    """Add software that has no credentials and never learns: 407 for ever."""
    for person in world.people[3::24]:
        for day in range(5):
            dice = Dice(world.seed, "antivirus", person.account, day)
            when = day * DAY + clock("08:40") + dice.between(0, 900)
            while when < day * DAY + clock("17:00"):
                world.lines.append(
                    Line(
                        round(when * 1000),
                        0,
                        person.address,
                        "TCP_DENIED/407",
                        3_644,
                        "POST",
                        "http://ts.antivirus.example/query/check",
                        mime="text/html",
                        agent="EES Update (Windows; U; 64bit)",
                        sent=535,
                        port=50_000 + int(when) % 9_000,
                    )
                )
                when += dice.between(880, 920)
