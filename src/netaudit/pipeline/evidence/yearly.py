"""The yearly statistics for the governing body: how the monitoring was run, and how it was held in check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from netaudit.contracts import WITHHELD, Sheet, SheetCell, SheetPart, SheetTable
from netaudit.pipeline.evidence.gather import Gathered
from netaudit.pipeline.evidence.spans import Span, is_over
from netaudit.pipeline.evidence.trail_facts import CASES, RIGHTS, cases_are_in_order
from netaudit.pipeline.evidence.words import (
    RANGES_NOTE,
    acts_table,
    hidden_note,
    left_out,
    long_day,
    ranges_tables,
    runs_of_days,
    sheet,
    weeks_in_words,
    years_table,
)
from netaudit.protect import withdrawn_share

_INTRO = (
    (
        "For the board, or the committee that answers for information governance. Board papers are often published, "
        "so this sheet holds nothing that may not be: figures about people are those that were printed week by week, "
        "and counts of cases are told in bands, of whole years that are over."
    ),
    "Exact counts of requests and openings are in the audit trail. An officer can show them to members in person.",
)
_TABLES = {
    "active_people": "People who used the internet",
    "findings_by_clause": "People with a finding, by clause of the policy",
    "time_by_class": "Personal use, by class of site",
}
_INCIDENTS = (
    "refused", "trail.repaired", "trail.behind", "trail.restarted", "trail.shortened", "setting.changed",
)  # fmt: skip
_DELETIONS = ("keys.destroyed", "keys.rewrapped", "purge.begun", "purge.finished")
_USE = ("run", "view", "export")


def year_sheet(gathered: Gathered, span: Span) -> Sheet:
    """Return the statistics of a calendar year, as the union of its weeks."""
    return sheet(
        gathered,
        "year",
        f"Internet monitoring in {span.title}: yearly statistics",
        "For the governing body",
        span.words,
        _INTRO,
        (
            _running(gathered, span),
            _found(gathered, span),
            _names(gathered, span),
            _rights(gathered, span),
            _check(gathered, span),
            _reviews(gathered),
            _fairness(gathered),
        ),
    )


def _running(gathered: Gathered, span: Span) -> SheetPart:
    known, weeks = gathered.coverage, _weeks(gathered, span)
    lines = sum(one.lines for one in known.sources)
    aside = sum(one.set_aside for one in known.sources)
    rows: tuple[tuple[SheetCell, ...], ...] = (
        ("Runs", len(gathered.runs_of(span))),
        ("Runs that began and were not finished, as far as the trail tells", gathered.trail.unfinished(span)),
        ("Days with lines", len(known.days)),
        ("Days without any line, between the first and the last", len(known.silent)),
        ("Sources", len(known.sources)),
        ("Lines read", lines),
        ("Lines set aside", f"{100 * aside / lines:.1f} %" if lines else "none"),
        ("Weeks whose figures were published", len(weeks)),
    )
    gaps = [
        *([f"Without any line: {'; '.join(runs_of_days(known.silent))}."] if known.silent else []),
        *([f"The year goes on until {long_day(span.last)}."] if span.last > gathered.today else []),
        *(["There was no run in this year."] if not gathered.runs_of(span) else []),
    ]
    return SheetPart(
        "",
        "How it was run",
        (f"Published weeks: {weeks_in_words(weeks)}.",) if weeks else (),
        (SheetTable("running", "Runs and data", ("What", "How much"), rows),),
        (*gaps, *_destroyed(gathered, span)),
    )


def _weeks(gathered: Gathered, span: Span) -> tuple[str, ...]:
    return tuple(gathered.published_of(span)["period"].unique().sort())


def _destroyed(gathered: Gathered, span: Span) -> Iterator[str]:
    unread = span.weeks(gathered.unread)
    if unread:
        yield f"The figures of these weeks cannot be read any more: {weeks_in_words(unread)}."


def _found(gathered: Gathered, span: Span) -> SheetPart:
    weeks = _weeks(gathered, span)
    without = left_out(gathered)
    tables = list(ranges_tables(gathered, gathered.published_of(span), _TABLES, without)) if weeks else []
    gaps = [] if weeks else ["No week of this year has published figures."]
    zone, now = gathered.configuration.zone, gathered.now
    if is_over(span, zone, now):
        mine = [counts for week, counts in gathered.decided.items() if span.weeks((week,))]
        share = withdrawn_share(mine, gathered.settings)
        rows = (
            (
                "Findings that people withdrew, of all that they decided",
                WITHHELD if share is None else f"about {share} %",
            ),
        )
        tables.append(
            SheetTable(
                "withdrawn",
                "Overturned",
                ("What", "Share"),
                rows,
                "To the nearest 10 %. [c]: too few were confirmed, or withdrawn, to say it. A share that grows says "
                "that a rule, a class or a limit is wrong, not that people are right more often.",
            )
        )
    else:
        gaps.append("The share of findings that were withdrawn is told once the year is over.")
    return SheetPart(
        "",
        "What was found",
        (RANGES_NOTE, hidden_note(gathered)) if weeks else (),
        tuple(tables),
        tuple(gaps),
        (
            "How many different people had a finding in the year: nobody is followed from week to week.",
            "Findings that go to safeguarding, to Human Resources, to counter-fraud or to IT.",
        ),
        ("what became of cases: how many were upheld, by Human Resources, suppressed by the same rule",),
    )


def _names(gathered: Gathered, span: Span) -> SheetPart:
    tables, gaps = years_table(gathered, span, CASES, "cases", "What was done about cases")
    in_order = (
        "Every entry of the trail about a case is signed by officers who may, and no opening lacks a request and the "
        "approval of somebody else."
        if cases_are_in_order(gathered.trail, gathered.officers, gathered.now)
        else "In the trail there is an entry about a case that does not count, because it is not signed by who may, or "
        "does not follow on what has to come before it. Have it looked into: netaudit audit show."
    )
    return SheetPart(
        "",
        "Names that were opened",
        (in_order,) if gathered.trail.entries else (),
        tables,
        gaps,
        to_add=("who looked at the reasons of the openings, and whether they held",),
    )


def _rights(gathered: Gathered, span: Span) -> SheetPart:
    tables, gaps = years_table(gathered, span, RIGHTS, "rights", "Rights of staff")
    return SheetPart(
        "",
        "Rights of staff",
        (),
        tables,
        gaps,
        ("Requests that were not answered with the tool.",),
        ("complaints, and what the data protection officer advised",),
    )


def _check(gathered: Gathered, span: Span) -> SheetPart:
    trail = gathered.trail
    gaps = []
    if not trail.exists:
        gaps.append("There is no audit trail of this time.")
    elif trail.entries and trail.day(trail.entries[0]) > span.first:
        gaps.append(
            f"The trail begins on {long_day(trail.day(trail.entries[0]))}; of the time before nothing is known."
        )
    if trail.is_doubted:
        gaps.append("The second place of the trail does not agree with it, or cannot be read: netaudit audit verify.")
    if trail.is_damaged:
        gaps.append("The trail is damaged: netaudit audit verify says how. Nothing is counted.")
    follows = "Each entry of the trail follows from the one before." if trail.entries and not trail.is_damaged else ""
    return SheetPart(
        "",
        "How it was held in check",
        (follows,) if follows else (),
        (
            *acts_table(gathered, span, _USE, "use", "What the system was used for"),
            *acts_table(gathered, span, _INCIDENTS, "incidents", "Refusals, changes, and incidents of the trail"),
            *acts_table(gathered, span, _DELETIONS, "deletions", "What was destroyed"),
        ),
        tuple(gaps),
    )


def _reviews(gathered: Gathered) -> SheetPart:
    configuration, approval = gathered.configuration, gathered.class_map.approval
    days: dict[str, date | None] = {
        "Policy": gathered.policy.review_by,
        "Class map": approval.review_by,
        "Data protection impact assessment": configuration.dpia.review_by,
        **{
            f"Register {name}" if name else "Registers": day
            for name, day in sorted(configuration.registers_review_by.items())
        },
    }
    rows = tuple((title, _due(day, gathered.today), day or "no date is set") for title, day in days.items())
    table = SheetTable("reviews", "Reviews", ("What", "State", "To be reviewed by"), rows)
    return SheetPart("", "Reviews", (), (table,), gathered.validity)


def _due(day: date | None, today: date) -> str:
    if day is None:
        return "no date"
    return "overdue" if day < today else "not yet due"


def _fairness(gathered: Gathered) -> SheetPart:
    return SheetPart(
        "",
        "Fairness",
        (
            (
                "The same policy, the same limits and the same lists were applied to everybody whose requests were "
                "read. The checksums below say which."
            ),
            (
                "Figures by team or directorate are not given: most units are too small, and a table of units would "
                "be read as a ranking."
            ),
            (
                "Registers of consents, exemptions and objections change findings only by what they say, and each "
                "finding that they excuse says so."
            ),
        ),
        gaps=("There is no staff directory: working hours of part-time staff are not known.",)
        if gathered.configuration.directory is None
        else (),
        not_covered=(
            "Protected characteristics: the system knows none, and cannot say whether findings fall unevenly.",
        ),
        to_add=(
            "an equality impact assessment, and when it was last looked at",
            "whether officers took the same care with findings of all grades and places",
        ),
    )
