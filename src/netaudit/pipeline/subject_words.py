"""What stands around an answer: where it comes from, how it was made, who sees it, until when, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import is_period
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_sentences import amount, day_in_words

ASK = "to be completed by the controller"
ICO = "Information Commissioner's Office, Wycliffe House, Water Lane, Wilmslow, Cheshire SK9 5AF; 0303 123 1113; \
ico.org.uk/make-a-complaint"

SOURCES = (
    "The organisation's own web proxy and filter, whose log files netaudit reads. Nothing was asked of anybody else.",
    "The organisation's staff directory and registers, which other people in the organisation keep.",
    "The log files themselves are not kept by netaudit: ask for them as well.",
)

RECIPIENTS: Mapping[str, str] = {
    "manager": "the Information Governance team, and after it the line manager, if people decide so; managers get "
    "figures about groups, and no case",
    "hr": "Information Governance and Human Resources",
    "safeguarding": "Information Governance and the safeguarding team",
    "fraud": "Information Governance and the counter-fraud specialist",
    "it": "Information Governance; IT if a site has to be blocked or allowed",
}

ROUTES: Mapping[str, str] = {
    "manager": "What goes to line managers",
    "hr": "What goes to Human Resources",
    "safeguarding": "What is about safeguarding",
    "fraud": "What may be fraud",
    "it": "What is for IT",
}

LIMITS = (
    "What people did on devices of their own is kept without any pseudonym, so nobody can find whose it was.",
    "What was done at shared computers, or without signing in, is kept as nobody's in particular.",
    (
        "On days on which the staff directory gave an account to nobody, or to somebody else, its rows are not told "
        "here: they may be another person's."
    ),
    (
        "Requests to sites about health, religion, politics, trade unions, sexuality, whistleblowing and help lines "
        "are kept as requests only. Which site it was, nobody can find out."
    ),
    "Lines that could not be read are kept as file and line number, of nobody.",
    "Names of officers stand here because they acted for the organisation. Other people's names were left out.",
)

_LOGIC = """
A proxy log says what computers asked for. It does not say who looked at what, or for how long. One page can make a
hundred requests, and an open page asks for news all day.

So each request is labelled: a person acted, part of another page, left open, or software by itself. Only the first
kind counts as somebody's doing. What it was labelled, and why, stands beside each request.

Requests by a person become visits. A person looks at one site at a time. Each time is a range: what the log proves,
what is likely, and what the log has room for at most. Only what is proven can break a rule.

Visits with breaks of up to {tolerance} between them are one stretch. More than {limit} of proven personal use in a
stretch is a finding, if at least {core} of it lie in working hours outside lunch. Each finding says whether it would
hold with half and with double the break.

Lunch is put where it helps the person most. Working hours are those of the staff directory. Consents, exemptions,
reports of accidents, approved research, leave and objections are looked up before anybody sees a finding.

Left out: work, adverts and trackers, open pages and software without a sign of a person, sites that no list knows,
and sites that a single imported list alone accuses.

A finding is a question. People decide about it, after they have heard the person.
"""

_RIGHTS = (
    ("Put it right", "Say what is wrong or missing: a consent, a report, a working pattern, the class of a site."),
    ("Say that you disagree", "Your statement stands on the page of the case from then on."),
    ("Object", "While your objection waits for its answer, findings about you are held back as excused."),
    ("Restriction and erasure", "You can ask for data to be set aside or destroyed before its time."),
    ("People decide", "No decision is made by software. Nobody is scored or ranked."),
    ("Complain", f"To the organisation, and at any time to the {ICO}."),
)


def logic_of(policy: Policy) -> tuple[str, ...]:
    """Return how findings come about, on one page, with the settings of the policy."""
    hour = policy.one_hour
    return tuple(
        " ".join(one.split())
        for one in _LOGIC.format(
            tolerance=amount(hour.tolerance_minutes, "minutes"),
            limit=amount(hour.limit_minutes, "minutes"),
            core=amount(hour.core_minutes, "minutes"),
        )
        .strip()
        .split("\n\n")
    )


def purposes_of(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Return the clauses that are checked, each with the policy's own words for what it is about."""
    bullets: dict[str, list[str]] = {}
    for rule in policy.rules:
        if rule.on:
            bullets.setdefault(rule.clause, []).append(rule.bullet or rule.title)
    return tuple((f"Clause {clause}", " · ".join(dict.fromkeys(texts))) for clause, texts in bullets.items())


def rights_of(configuration: Configuration) -> tuple[tuple[str, str], ...]:
    """Return what somebody can do about what is held, and where to ask."""
    return (*_RIGHTS, ("Ask here", configuration.contact or ASK))


def contacts_of(configuration: Configuration) -> tuple[tuple[str, str], ...]:
    """Return who answers for the processing."""
    return (
        ("Controller", configuration.controller or ASK),
        ("Data protection officer", configuration.dpo or ASK),
        ("Contact", configuration.contact or ASK),
    )


def kept_until(configuration: Configuration, table: str, period: str) -> str:
    """Return until when rows of a table and a week are kept, in words; nothing is promised that is not configured."""
    retention = getattr(configuration, "retention", None)
    last = retention.last_day(table, period) if retention is not None and is_period(period) else None
    return f"until {day_in_words(last)}" if last else f"no period is configured: {ASK}"


def kept_for(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield how long each table is kept, in words."""
    retention = getattr(configuration, "retention", None)
    days: Mapping[str, int] = retention.days if retention is not None else {}
    for table, number in days.items():
        yield table, f"{amount(number, 'days')} after the end of its week"
    reports = amount(configuration.retention_days, "days")
    yield "reports", f"to be destroyed {reports} after the run that wrote them"
    yield "sealed names", f"{amount(configuration.unproven_days, 'days')}, unless somebody asked for the name"
    if not days:
        yield "stored tables", f"no period is configured: {ASK}"
