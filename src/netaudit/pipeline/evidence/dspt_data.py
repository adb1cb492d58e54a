"""B3.a, E1.a and E2.a: what data there is, what staff are told of it, and what becomes of those who ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from netaudit.contracts import SheetCell, SheetPart, SheetTable
from netaudit.custody import Entry
from netaudit.definitions.periods import is_period
from netaudit.pipeline.evidence.gather import Gathered, TableFacts
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.trail_facts import RIGHTS
from netaudit.pipeline.evidence.words import magnitude, weeks_in_words, years_table

Part = Callable[[str, str], SheetPart]
_HASH = 64


def of_data(gathered: Gathered) -> Part:
    """Return what is shown of the data that the system holds: tables, weeks, rows by magnitude, retention."""
    return partial(_data, gathered)


def _data(gathered: Gathered, number: str, title: str) -> SheetPart:
    rows = tuple(
        (one.name, what, _weeks(one), magnitude(one.rows), kept)
        for one in gathered.tables
        for what, kept in [(gathered.words_of(one.name), gathered.kept_for(one.name))]
    )
    tables = [
        SheetTable(
            "tables",
            "What the store holds",
            ("Table", "One row is", "Weeks", "Rows", "Kept for"),
            rows,
            "Rows are told by magnitude: of tables of findings a number would be a count of cases.",
        )
        if rows
        else None,
        SheetTable("definitions", "What decides about it", ("What", "Which"), tuple(_definitions(gathered))),
    ]
    return SheetPart(
        number,
        title,
        (
            (
                "The system reads web proxy logs and keeps, under pseudonyms of the week, when and on which site "
                "somebody was, for how long, and which class the site has. Names, paths and addresses of people's "
                "machines are not stored. Sites of special categories lose name and class before anything is stored."
            ),
            (
                "The record of processing (Article 30) and the risk register are in the annex of the DPIA, which "
                "“netaudit dpia” writes from the same configuration."
            ),
        ),
        tuple(one for one in tables if one),
        tuple(_data_gaps(gathered)),
        (
            "Data of other systems, and copies that people have made of reports.",
            "The source logs: they belong to whoever runs the proxy.",
        ),
        (
            "the entry of this processing in the organisation's own record, and of the source logs",
            "the owner of this information asset, and of the logs",
            "where reports were copied or sent to",
        ),
    )


def _weeks(table: TableFacts) -> str:
    weeks = [one for one in table.periods if is_period(one)]
    return weeks_in_words(weeks) if weeks else "all"


def _definitions(gathered: Gathered) -> Iterator[tuple[SheetCell, ...]]:
    policy, approval = gathered.policy, gathered.class_map.approval
    yield "Policy", policy.title
    yield "Policy, to be reviewed by", policy.review_by or "no date is set"
    yield "Class map, approved by", approval.approved_by or "nobody"
    yield "Class map, to be reviewed by", approval.review_by or "no date is set"
    ran = gathered.last_run.get("hashes", {})
    now = {
        "policy": policy.sha256,
        "categories": gathered.class_map.sha256,
        "configuration": gathered.configuration.sha256 or "none: the defaults",
    }
    for name, title in (("configuration", "Configuration"), ("policy", "Policy text"), ("categories", "Class map")):
        if name in ran:
            yield (
                f"{title}: the same as in the last run",
                "yes" if ran[name] == now[name] else "no, it was changed since",
            )


def _data_gaps(gathered: Gathered) -> Iterator[str]:
    if not gathered.runs:
        yield "There was no run yet."
    destroyed = gathered.destroyed()
    if destroyed:
        weeks = weeks_in_words([one for one in destroyed if is_period(one)])
        yield f"Keys of these weeks were destroyed, and what lay under them cannot be read again: {weeks}."


def of_notice(gathered: Gathered) -> Part:
    """Return what is shown of what staff are told: the notice, its date and checksum, the DPIA."""
    return partial(_notice, gathered)


def _notice(gathered: Gathered, number: str, title: str) -> SheetPart:
    notices = [one for one in gathered.trail.entries if _is_notice(one)]
    dpia, lacks = gathered.configuration.dpia, gathered.configuration.dpia.lacks(gathered.today)
    rows: list[tuple[SheetCell, ...]] = []
    if notices:
        last = notices[-1]
        rows.append(("Staff privacy notice, last written on", gathered.trail.day(last)))
        checksum = str(last.about.get("sha256", ""))
        rows.append(("Its checksum (SHA-256)", checksum if len(checksum) == _HASH else "none was recorded"))
    rows += [
        ("Data protection impact assessment", str(dpia) if dpia.reference else "none is named"),
        ("It is current on the day of this sheet", "yes" if not lacks else f"no: {'; '.join(lacks)}"),
        ("Controller", gathered.configuration.controller or "not named in the configuration"),
        ("Data protection officer", gathered.configuration.dpo or "not named in the configuration"),
        ("Where staff ask, object and challenge", gathered.configuration.contact or "not named in the configuration"),
    ]
    gaps = [] if notices else ["No staff privacy notice was written with “netaudit notice”, as far as the trail tells."]
    return SheetPart(
        number,
        title,
        (
            (
                "“netaudit notice” writes the staff privacy notice from the configuration that runs: what is "
                "monitored and why, what is stored and for how long, who sees what, and how to object."
            ),
            "Single people are shown to nobody while no current DPIA is named.",
        ),
        (SheetTable("notice", "What staff are told", ("What", "State"), tuple(rows)),),
        tuple(gaps),
        (
            "Whether staff have been given the notice and have understood it.",
            "Privacy information about other processing.",
        ),
        (
            "when and how the notice was given to all staff, agency staff and newcomers among them",
            "how staff or their representatives were consulted",
            "the lawful basis, the condition for special categories and the appropriate policy document",
        ),
    )


def _is_notice(entry: Entry) -> bool:
    return entry.kind == "export" and "notice" in str(entry.about.get("what", ""))


def of_rights(gathered: Gathered, span: Span) -> Part:
    """Return what is shown of the rights of staff: answers, objections, corrections, in bands, and in what time."""
    return partial(_rights, gathered, span)


def _rights(gathered: Gathered, span: Span, number: str, title: str) -> SheetPart:
    tables, gaps = years_table(gathered, span, RIGHTS, "rights", "Rights of staff")
    return SheetPart(
        number,
        title,
        (
            (
                "“netaudit subject-access” gives a person all that is held about them, with the logic in plain words; "
                "it needs the keys of two officers."
            ),
            (
                "“netaudit object” and “netaudit correct” record objections and corrections and act on them; “netaudit "
                "challenge” prints what a person needs to answer a case."
            ),
            "No decision about anybody is made by the system: it raises questions, and people decide.",
        ),
        tables,
        (*gaps, *_time_gaps(gathered)),
        (
            "Requests that were made and not answered with the tool: it knows of its own answers alone.",
            "Requests about other data of the organisation.",
            "Complaints under section 164A of the Data Protection Act 2018.",
        ),
        (
            "the register of requests, with the day each came, the day of its answer, and refusals with their reason",
            "what was decided about objections, and by whom",
            "how staff are told that they have these rights",
        ),
    )


def _time_gaps(gathered: Gathered) -> Iterator[str]:
    if not any(one.about.get("received") for one in gathered.trail.entries if one.kind in RIGHTS):
        yield (
            "In what time requests were answered is not told: the trail has the day of the answer, and the day of the "
            "request is in your own register."
        )
