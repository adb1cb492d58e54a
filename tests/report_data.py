"""An invented organisation's week, as the report stage receives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import PUBLISHED, Case, EvidenceLine, FileAccount, RunFacts

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 9, tzinfo=LONDON)

TITLES = {
    "social_microblogging": "Social media: microblogging",
    "social_video_sharing": "Social media: video sharing",
    "shopping_auction": "Auctions, buying and selling",
    "streaming_media": "Streaming for entertainment",
    "gambling": "Gambling",
    "news": "News",
    "sport": "Sport",
    "travel": "Travel",
    "extremism": "Radicalisation and extremism",
    "business_nhs": "NHS systems",
    "infra_ads": "Advertising",
    "uncategorised": "Not in any list",
    "list ut1": "UT1 Toulouse",
}

WORK_CLASSES = ("business_nhs", "infra_ads", "uncategorised", "extremism", "list ut1")

ONE_HOUR = (
    "Continuous personal use of the internet for more than one hour, including “tabbing” in and out of "
    "sites, is not regarded as working time and needs the support of the line manager."
)
GAMBLING = "Users must not knowingly access sites that offer gambling."
RADICAL = "Users must not access material that promotes radicalisation or terrorism."


def at(day: int, clock: str) -> datetime:
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def line(when: str, site: str, category: str, use: str, label: str = "human", **more: object) -> EvidenceLine:
    """A stretch of a timeline; `when` is the day of the week from 0, the start and the end."""
    day, start, end = when.split()
    by = "netaudit" if use in ("personal", "blocked") else ""
    told = {"reason": "pages opened one after another", "requests": 12, "source": by, **more}
    return EvidenceLine(at(int(day), start), at(int(day), end), site, category, use, label, **told)


def long_spell() -> tuple[EvidenceLine, ...]:
    return (
        line("1 10:02:10 10:14:40", "twitter.com", "social_microblogging", "personal", requests=41),
        line("1 10:14:55 10:16:05", "work", "business", "business", reason="", requests=6),
        line("1 10:16:20 10:37:05", "ebay.co.uk", "shopping_auction", "personal", requests=88),
        line(
            "1 10:20:00 10:36:00",
            "doubleclick.net",
            "infra_ads",
            "background",
            "embedded",
            reason="fetched by a page",
        ),
        line("1 10:37:30 10:41:00", "not shown", "uncategorised", "unknown", reason="", requests=9),
        line("1 10:41:00 10:41:20", "not shown", "gambling", "unknown", reason="", source="ut1", confirmed=False),
        line("1 10:41:20 10:52:45", "bbc.co.uk", "sport", "personal", requests=37, source="vendor/zscaler"),
        line("1 10:53:00 11:14:30", "ebay.co.uk", "shopping_auction", "personal", requests=102),
        line(
            "1 11:14:30 11:31:00",
            "twitter.com",
            "social_microblogging",
            "personal",
            "idle",
            reason="asked every 30 s",
        ),
    )


def autumn(clock: str, zone: str) -> datetime:
    """A time of the night of 25 October 2026, when Britain goes from BST to GMT at 2 in the morning."""
    hour, minute = map(int, clock.split(":"))
    moment = datetime(2026, 10, 25, hour, minute, tzinfo=LONDON, fold=zone == "GMT")
    assert moment.tzname() == zone
    return moment


def night_of_the_clocks() -> tuple[EvidenceLine, ...]:
    """Three stretches of 50, 40 and 70 minutes, the second of which goes from 01:30 to 01:10."""
    seen = line("0 01:00 01:01", "twitter.com", "social_microblogging", "personal")
    return (
        replace(seen, start=autumn("00:40", "BST"), end=autumn("01:30", "BST")),
        replace(seen, start=autumn("01:30", "BST"), end=autumn("01:10", "GMT")),
        replace(seen, start=autumn("01:10", "GMT"), end=autumn("02:20", "GMT")),
    )


def case(number: str = "F-7K3M9Q1", **changes: object) -> Case:
    one_hour = Case(
        case_number=number,
        rule_id="leeds-7.2-one-hour",
        rule_title="One hour of continuous personal use",
        clause="7.2",
        clause_text=ONE_HOUR,
        route="manager",
        period="2026-W46",
        start=at(1, "10:02:10"),
        end=at(1, "11:14:30"),
        span_minutes=72.3,
        minutes_low=66.2,
        minutes=68.75,
        minutes_high=88.9,
        core_minutes_low=66.2,
        lunch_minutes=0.0,
        limit=60.0,
        measure="minutes",
        category="",
        requests=268,
        requests_blocked=0,
        holds_at_half=True,
        holds_at_double=True,
        status="new",
        status_reason="",
        doubts=(
            "The account may have been used by somebody else at the same computer.",
            "9 requests went to a site in no list. They count as a gap here, but could have been work.",
            "The clock of the proxy is taken as right. It was not checked against another one.",
        ),
        evidence=long_spell(),
    )
    return replace(one_hour, **changes)


def cases() -> list[Case]:
    betting = (
        line("2 14:10:00 14:12:30", "betting.example", "gambling", "blocked", requests=14),
        line("2 14:12:40 14:13:00", "news.example", "news", "personal", requests=5),
        line("3 09:45:00 09:47:10", "betting.example", "gambling", "blocked", requests=8),
        line(
            "4 16:02:00 16:02:20",
            "betting.example",
            "gambling",
            "blocked",
            "embedded",
            reason="in a news page",
        ),
    )
    gambling = case(
        "F-7K3M9Q3",
        rule_id="leeds-7.4-gambling",
        rule_title="Gambling",
        clause="7.4",
        clause_text=GAMBLING,
        category="gambling",
        start=at(2, "14:10:00"),
        end=at(4, "16:02:20"),
        span_minutes=5.0,
        minutes_low=4.7,
        minutes=5.2,
        minutes_high=11.0,
        core_minutes_low=4.7,
        limit=1.0,
        requests=24,
        holds_at_half=None,
        holds_at_double=None,
        doubts=("Two of the requests were part of a news page.",),
        evidence=betting,
    )
    stopped = replace(
        gambling,
        case_number="F-7K3M9Q4",
        measure="requests",
        requests=6,
        requests_blocked=6,
        minutes_low=0.0,
        minutes=0.0,
        minutes_high=0.0,
        span_minutes=0.4,
        start=at(0, "11:01:00"),
        end=at(0, "11:01:24"),
        status="close",
        status_reason="attempts that the filter stopped",
        evidence=(line("0 11:01:00 11:01:24", "betting.example", "gambling", "blocked", requests=6),),
    )
    radical = replace(
        gambling,
        case_number="F-7K3M9Q5",
        rule_id="leeds-7.4-radicalisation",
        rule_title="Radicalisation",
        clause="7.4",
        clause_text=RADICAL,
        route="safeguarding",
        category="extremism",
        start=at(3, "12:40:00"),
        end=at(3, "12:58:00"),
        minutes_low=12.0,
        minutes=15.5,
        minutes_high=18.0,
        evidence=(line("3 12:40:00 12:58:00", "extreme.example", "extremism", "blocked", requests=31),),
        doubts=("The time is inside the lunch band.", "Research into this subject can be authorised."),
    )
    two_days = timedelta(days=2, hours=2)
    return [
        case(),
        case(
            "F-7K3M9Q2",
            start=at(3, "12:10:00"),
            end=at(3, "13:22:00"),
            evidence=tuple(
                replace(each, start=each.start + two_days, end=each.end + two_days) for each in long_spell()
            ),
            status="excused",
            status_reason="consents.csv:3, agreed with the line manager until 30 November",
            holds_at_half=False,
            minutes_low=60.04,
        ),
        gambling,
        stopped,
        radical,
    ]


DIMENSIONS = {
    "active_people": "none",
    "findings_by_clause": "clause",
    "time_by_class": "category",
    "time_by_hour": "hour",
    "time_by_weekday_hour": "weekday_hour",
    "cases_by_status": "status",
}
WHOLE = ("Example Integrated Care Board", "organisation")
NURSING = ("Nursing and Quality", "directorate")
FINANCE = ("Finance", "directorate")
SMALL = ("Corporate Governance", "directorate")

Figure = tuple[int | None, ...] | None


def row(
    report: str, table: str, unit: tuple[str, str], value: str, figure: Figure, **more: object
) -> dict[str, object]:
    """A PUBLISHED row; `figure` is people, then minutes low, likely, high; None is suppressed."""
    people, low, likely, high = (*(figure or ()), None, None, None, None)[:4]
    return {
        "report": report,
        "table": table,
        "period": "2026-W46",
        "unit_level": unit[1],
        "unit": unit[0],
        "dimension": DIMENSIONS[table],
        "value": value,
        "people": people,
        "minutes_low": low,
        "minutes": likely,
        "minutes_high": high,
        "suppressed": figure is None,
        "provisional": False,
        **more,
    }


HOURS = {
    "08": (20, 85), "09": (50, 110), "10": (90, 240), "11": (110, 310), "12": (220, 1500), "13": (210, 1300),
    "14": (80, 290), "15": (75, 260), "16": (70, 230), "17": (95, 640), "18": (40, 180),
}  # fmt: skip


def published() -> pl.DataFrame:
    def unit_rows(
        report: str, unit: tuple[str, str], figures: dict[tuple[str, str], Figure]
    ) -> list[dict[str, object]]:
        """All rows of a unit; what `figures` does not give is suppressed, as every value is always listed."""
        listed = [
            *(("active_people", value) for value in ("active", "headcount") if value != "active" or unit == WHOLE),
            *(("findings_by_clause", clause) for clause in ("7.2", "7.3", "7.4", "7.10")),
            *(("time_by_class", category) for category in TITLES if category not in WORK_CLASSES),
        ]
        return [row(report, *(table, unit, value), figures.get((table, value))) for table, value in listed]

    organisation: dict[tuple[str, str], Figure] = {
        ("active_people", "active"): (310,),
        ("active_people", "headcount"): (345,),
        ("findings_by_clause", "7.2"): (10,),
        ("findings_by_clause", "7.4"): (15,),
        ("time_by_class", "news"): (210, 1700, 2200, 3100),
        ("time_by_class", "shopping_auction"): (85, 640, 910, 1500),
        ("time_by_class", "social_microblogging"): (120, 830, 1100, 1900),
        ("time_by_class", "sport"): (60, 310, 420, 560),
        ("time_by_class", "travel"): (25, 95, 140, 230),
        ("time_by_class", "streaming_media"): (10, None, None, None),
    }
    nursing: dict[tuple[str, str], Figure] = {
        ("active_people", "headcount"): (160,),
        ("findings_by_clause", "7.4"): (10,),
        ("time_by_class", "news"): (95, 700, 990, 1400),
    }
    finance: dict[tuple[str, str], Figure] = {
        ("active_people", "headcount"): (60,),
    }
    hours = [
        row("ig", "time_by_hour", WHOLE, hour, (people, likely * 3 // 4, likely, likely * 3 // 2))
        for hour, (people, likely) in HOURS.items()
    ]
    hours += [row("ig", "time_by_hour", WHOLE, f"{hour:02d}", None) for hour in (*range(8), *range(19, 24))]
    this_week = [
        *unit_rows("ig", WHOLE, organisation),
        *unit_rows("ig", NURSING, nursing),
        *unit_rows("ig", FINANCE, finance),
        *unit_rows("ig", SMALL, {}),
        *hours,
        *(row("ig", "cases_by_status", WHOLE, status, None) for status in ("new", "excused", "close")),
        *unit_rows("managers", NURSING, nursing),
        *unit_rows("managers", FINANCE, finance),
        *unit_rows("managers", SMALL, {}),
    ]
    week_before = [{**each, "period": "2026-W45"} for each in unit_rows("ig", WHOLE, organisation)]
    return pl.DataFrame(week_before + this_week, schema=PUBLISHED.schema)


def facts(**changes: object) -> RunFacts:
    plain = RunFacts(
        organisation="Example Integrated Care Board",
        handling="OFFICIAL-SENSITIVE: PERSONAL",
        policy_title="Internet and Social Media Policy",
        policy_id="leeds",
        policy_review_by=date(2026, 3, 31),
        run_at=datetime(2026, 11, 18, 2, 15, tzinfo=LONDON),
        time_zone="Europe/London",
        version="0.1.0",
        hashes={
            "policy": "9f2c" * 16,
            "categories": "41ab" * 16,
            "formats": "7e70" * 16,
            "configuration": "c0de" * 16,
        },
        files=(
            FileAccount(
                "1", "squid", 812_440, 809_113, rejects=27, blank=2, duplicates=3_298,
                first=at(0, "00:00:04"), last=at(3, "10:15:00"),
            ),
            FileAccount(
                "2", "squid", 640_022, 632_020, duplicates=8_002,
                first=at(3, "09:58:00"), last=at(6, "23:59:57"),
            ),
            FileAccount(
                "3", "bluecoat-proxysg", 20_104, 20_095, directives=9,
                first=at(0, "07:00:00"), last=at(4, "18:30:00"),
            ),
            FileAccount("4", "", 0, status="refused", reason="no known format"),
        ),
        reject_reasons={"time is missing": 19, "line is cut short": 7, "no address": 1},
        reject_examples=(("1", 20_114, "time is missing"), ("1", 640_002, "line is cut short")),
        periods=("2026-W45", "2026-W46"),
        provisional_periods=(),
        attribution={
            "person": 1_201_440,
            "none": 120_022,
            "machine": 98_000,
            "service": 30_102,
            "shared": 11_600,
            "crowd": 64,
        },
        label_counts={"human": 140_980, "embedded": 760_120, "idle": 160_028, "background": 400_100},
        warnings=(
            "The review date of the policy, 31 March 2026, has passed.",
            "File 4 was refused: no known format.",
        ),
        late_events=214,
        validity=("The review date of the policy, 31 March 2026, has passed.",),
        switched_off=(("7.2", "Undue bandwidth"),),
        managers=(("Above themself", "directory.csv, lines 3 and 9", "Their findings go to Human Resources."),),
        not_auditable=(
            ("7.3", "Unlicensed software", "A log shows that a file came, not whether it had a licence."),
            ("8", "What staff write on social media", "A log shows the site, not the words."),
        ),
        core_hours=(9.0, 17.0),
        destroy_by=date(2027, 2, 18),
    )  # fmt: skip
    return replace(plain, **changes)
