"""The sheet for Freedom of Information: what may be released, and what somebody has to decide about."""

from __future__ import annotations

from collections.abc import Iterator

from netaudit.contracts import Sheet, SheetPart, SheetTable
from netaudit.pipeline.evidence.gather import Gathered
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.trail_facts import CASES
from netaudit.pipeline.evidence.words import (
    RANGES_NOTE,
    hidden_note,
    left_out,
    long_day,
    ranges_tables,
    sheet,
    weeks_in_words,
    years_table,
)

_HANDLING = "DRAFT FOR THE FREEDOM OF INFORMATION OFFICER: NOT RELEASED"
_INTRO = (
    (
        "This sheet is a draft for the officer who answers a request under the Freedom of Information Act 2000. "
        "Nothing in it is released until that officer says so."
    ),
    (
        "Figures are of the organisation as a whole, and each is one that was printed of a whole week that has closed. "
        "No team, no site, no person and no single case is in it."
    ),
)
# Of the whole; hours would give away what is left out of classes, and how cases stand is work in progress.
_TABLES = {
    "active_people": "People who used the internet",
    "findings_by_clause": "People with a finding, by clause of the policy",
    "time_by_class": "Personal use, by class of site",
}
_EXEMPTIONS = (
    ("section 40(2)", "personal data of third parties", "anything about single people, cases, names or small groups"),
    ("section 31", "law enforcement", "the security of the organisation's systems, misconduct that is looked into"),
    ("section 24", "national security", "only where it applies"),
    ("section 36", "the conduct of public affairs", "needs the opinion of the qualified person"),
    ("section 22", "information that is to be published", "figures of weeks that have not closed"),
    ("section 12", "the cost of an answer", "what would have to be put together from source logs"),
    ("section 21", "information that can be had otherwise", "the policy, where it is published"),
)


def foi_sheet(gathered: Gathered, span: Span) -> Sheet:
    """Return the sheet of some whole weeks."""
    return sheet(
        gathered,
        "foi",
        "Internet monitoring: figures for Freedom of Information",
        "For the Freedom of Information officer",
        span.words,
        _INTRO,
        (_monitoring(gathered), _figures(gathered, span), _cases(gathered, span), _costs(), _to_decide()),
        _HANDLING,
    )


def _monitoring(gathered: Gathered) -> SheetPart:
    policy, dpia = gathered.policy, gathered.configuration.dpia
    review = f"to be reviewed by {long_day(policy.review_by)}" if policy.review_by else "no date of review is set"
    rows = (
        ("Policy", policy.title),
        ("Version of the policy", f"{policy.version}; {review}"),
        ("Data protection impact assessment", dpia.reference or "none is named"),
        ("It is to be reviewed by", dpia.review_by or "no date is set"),
        ("Where staff and others can ask", gathered.configuration.contact or "not named in the configuration"),
    )
    return SheetPart(
        "",
        "What monitoring exists",
        (
            (
                "The organisation reads the logs of its web proxy after the event and compares them with its policy on "
                "the use of the internet. It works with pseudonyms that change every week."
            ),
            (
                "It keeps that a site was used, when and for how long. It keeps no address of a page, no search, no "
                "message and no content. Sites about health, religion, politics, unions, sexual orientation and help "
                "lines lose name and class before anything is kept, as far as its lists know them."
            ),
            "The system scores and ranks nobody, decides nothing by itself, and has no covert mode.",
        ),
        (SheetTable("monitoring", "Policy and assessment", ("What", "Which"), rows),),
    )


def _figures(gathered: Gathered, span: Span) -> SheetPart:
    published = gathered.published_of(span)
    weeks = tuple(published["period"].unique().sort())
    without = left_out(gathered)
    tables = ranges_tables(gathered, published, _TABLES, without) if weeks else ()
    covers = (
        (f"Figures of {len(weeks)} {'week' if len(weeks) == 1 else 'weeks'}: {weeks_in_words(weeks)}.",)
        if weeks
        else ()
    )
    return SheetPart(
        "",
        "Figures",
        (*covers, *((RANGES_NOTE, hidden_note(gathered)) if weeks else ())),
        tables,
        tuple(_gaps(gathered, span, weeks)),
        (
            (
                "Findings that go to safeguarding, to Human Resources, to counter-fraud or to IT are in none of "
                "these figures."
            ),
            "Hours of the day, teams, directorates and sites.",
        ),
    )


def _gaps(gathered: Gathered, span: Span, weeks: tuple[str, ...]) -> Iterator[str]:
    if not weeks:
        yield "There are no figures of whole weeks that have closed."
    elif len(weeks) < 4:  # noqa: PLR2004 - as unions.LEAST_WEEKS says
        yield "There are fewer than four weeks, which is too few to say anything of a longer time: no figure is shown."
    unread = span.weeks(gathered.unread)
    if unread:
        yield f"The figures of these weeks were destroyed, or their keys are: {weeks_in_words(unread)}."


def _cases(gathered: Gathered, span: Span) -> SheetPart:
    kinds = {kind: CASES[kind] for kind in ("case.requested", "case.opening", "case.closed")}
    tables, gaps = years_table(gathered, span, kinds, "cases", "What was done about cases")
    return SheetPart(
        "",
        "Cases",
        (
            (
                "The name behind a finding is opened by two officers together, one case at a time, and each opening is "
                "recorded."
                if gathered.configuration.officers_file
                else "No name behind a finding can be opened with the tool: nobody is enrolled who may."
            ),
        ),
        tables,
        gaps,
        (
            "Outcomes of cases: officers write them in words of their own, which are not counted.",
            "What became of a case outside the system: disciplinary matters are held by Human Resources.",
        ),
    )


def _costs() -> SheetPart:
    return SheetPart(
        "",
        "Cost and time",
        to_add=(
            "what the monitoring costs, in money and in staff time: the system knows neither",
            "how many disciplinary cases there were, from Human Resources, suppressed by the same rule",
        ),
    )


def _to_decide() -> SheetPart:
    rows = tuple((section, what, where) for section, what, where in _EXEMPTIONS)
    table = SheetTable(
        "exemptions",
        "Exemptions that may have to be looked at",
        ("Exemption", "About", "Where it may come up"),
        rows,
        "For the Freedom of Information officer to decide. Their being listed does not mean that they apply.",
    )
    return SheetPart(
        "",
        "For the officer to decide",
        ("This sheet refuses nothing and releases nothing.",),
        (table,),
        to_add=(
            "whether anybody is monitored covertly by other means",
            "whether anything of the sheet is exempt, and the public-interest test where one is needed",
            (
                "whether an earlier answer gave figures of the same weeks by another method: then hold both against "
                "each other"
            ),
        ),
    )
