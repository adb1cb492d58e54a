"""The staff privacy notice (UK GDPR, Articles 13 and 14), made from the configuration that runs; it invents nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.contracts.sections import Notice, Section
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import load_officers
from netaudit.definitions.policies import Policy, load_policy
from netaudit.definitions.policy_sentences import amount, day_in_words, listed
from netaudit.durable import replace_file
from netaudit.pipeline.rights_frame import page_frame
from netaudit.pipeline.subject_words import ASK, ICO, RECIPIENTS, ROUTES, purposes_of
from netaudit.pipeline.trails import note
from netaudit.report import notice_as_html, notice_as_text

_RECORDED = (
    "Which account asked for something, and when.",
    "The name of the site, and what class of site it is.",
    "How long a visit is likely to have lasted. This is a guess, and we say how wrong it may be.",
    "How much was sent and received. Of a file: its kind and its size.",
    "What the web filter did: let it through or stopped it.",
)
_NOT_KEPT = (
    "What you write, search for or read. The address of a page is dropped at once.",
    "The name of a file.",
    "Your name. In the store you are a random number, and a new one each week.",
    (
        "Which site it was, if our lists say that it is about health, religion, politics, a trade union, sex life, a "
        "help line or reporting wrongdoing. Nobody can find it out from what we keep."
    ),
)
_NAMES = (
    "A case has a number and no name. Its name is locked away. To open it, two people have to agree. Each time is "
    "written down."
)
_SOURCE_LOGS = (
    "The log files of the proxy say more: the account, the computer and, where the proxy can see it, the whole "
    "address of a page. We read them and do not change them. How long they are kept stands below."
)


def privacy_notice(configuration: Configuration, policy: Policy, today: date, *, can_open: bool = True) -> Notice:
    """Return the notice; where only the controller can answer, it says so.

    Args:
        configuration: that runs.
        policy: in force.
        today: the date of the notice.
        can_open: whether officers of both roles are in office, without whom no name is kept or can be opened.
    """
    stated: Mapping[str, str] = getattr(configuration.dpia, "stated", {})
    return Notice(
        "How we check the use of the internet at work",
        "Privacy notice for staff",
        (
            (
                f"{configuration.organisation} checks how the internet is used at work. This page says what we look "
                "at, why, who sees it, and what you can do."
            ),
            f"This notice is of {day_in_words(today)}.",
        ),
        tuple(_sections(configuration, policy, stated, can_open=can_open)),
    )


def _sections(
    configuration: Configuration, policy: Policy, stated: Mapping[str, str], *, can_open: bool
) -> Iterator[Section]:
    on = [rule for rule in policy.rules if rule.on]
    routes = dict.fromkeys(rule.route for rule in on)
    yield Section(
        "Who we are",
        facts=(
            ("Controller", configuration.controller or ASK),
            ("Data protection officer", configuration.dpo or ASK),
            ("Ask us", configuration.contact or ASK),
        ),
    )
    yield Section(
        "Why we do it",
        (
            stated.get("purposes", f"What it is for: {ASK}."),
            f"We check whether these parts of “{policy.title}” are kept. These are the policy's own words:",
        ),
        facts=purposes_of(policy),
        quoted=True,
        after=("The program checks nothing else. Before it is used for anything else, you have to be told first.",),
    )
    yield Section(
        "Our legal grounds",
        facts=(
            ("Lawful basis", stated.get("lawful_basis", ASK)),
            ("Our reasons", stated.get("legitimate_reasons", ASK)),
            ("If it says something sensitive", stated.get("special_category_condition", ASK)),
            ("Condition in UK law", stated.get("schedule_1_condition", ASK)),
            ("Impact assessment", str(configuration.dpia) if configuration.dpia.reference else ASK),
        ),
        quoted=True,
    )
    own = "counts" if policy.own_devices_count else "does not count"
    yield Section(
        "What is recorded",
        (f"It comes from {_sources(configuration)}. We ask nobody else.",),
        (*_RECORDED, *_looked_up(configuration)),
        after=(
            f"What you do on a device of your own on our network {own} against you.",
            "You do not have to give us anything. If you use the internet at work, the log is made.",
        ),
    )
    yield Section("What we do not keep", points=_NOT_KEPT, after=(_SOURCE_LOGS,))
    yield Section(
        "How it works",
        (
            (
                "A log shows what a computer did. It does not show who sat there or why. So we count only what the log "
                "proves. Adverts, open pages and software do not count."
            ),
            _hearing(routes),
            "No decision is made by a computer. Nobody is scored or ranked. The program does no secret watching.",
        ),
    )
    yield Section(
        "Who sees it",
        (
            (
                f"Managers see figures about groups of {configuration.minimum_group} people or more. They get no case. "
                "The board sees figures of all staff together."
            ),
            _NAMES if can_open else "A case has a number and no name. At the moment nobody can open a name.",
        ),
        facts=(
            *((ROUTES[route], RECIPIENTS[route]) for route in routes),
            ("Others outside", stated.get("recipients", ASK)),
            ("Other countries", stated.get("transfers", ASK)),
        ),
        quoted=True,
    )
    yield Section(
        "How long we keep it",
        facts=tuple(_kept(configuration, stated, can_open=can_open)),
        after=("What a case that is not over needs is kept until it is over.",),
    )
    yield Section(
        "What you can do",
        facts=(*_rights(configuration, can_open=can_open), ("How", configuration.contact or ASK)),
        after=("As a rule it costs nothing.",),
    )
    yield Section(
        "If you are not happy",
        ("Talk to us first if you can. You can also complain to the regulator at any time:",),
        (ICO,),
    )
    review = configuration.dpia.review_by
    yield Section("When this is looked at again", (day_in_words(review) if review else ASK,))


def _sources(configuration: Configuration) -> str:
    """Return where the data comes from, in words."""
    found = ["our web proxy and filter"]
    found += ["the list of staff"] if configuration.directory is not None else []
    found += ["the lists of leave, consents and the like"] if configuration.registers is not None else []
    return listed(found)


def _looked_up(configuration: Configuration) -> Iterator[str]:
    """Yield what is read about somebody beside the logs."""
    if configuration.directory is not None:
        yield "From the list of staff: your accounts, your team and your hours of work. They are looked up each time."
    if configuration.registers is not None:
        yield "From other lists, if you are in them: leave, consents, reports, objections. They are looked up as well."


def _hearing(routes: Mapping[str, None]) -> str:
    """Return what a case is, and whom its page asks to hear the person; whether people do so is not the tool's."""
    first = "A case is a question. Its page asks people to hear you before they decide."
    apart = [words for route, words in (("safeguarding", "safety"), ("fraud", "fraud")) if route in routes]
    return f"{first} Only a case about {listed(apart, 'or')} is looked into first." if apart else first


def _rights(configuration: Configuration, *, can_open: bool) -> Iterator[tuple[str, str]]:
    two = " Two people prepare it." if can_open else ""
    yield "See it", f"Ask for a copy of all that is held about you.{two} You get it within one month."
    registers = configuration.registers is not None
    added = " You can also add what you have to say to a case." if registers else ""
    yield "Put it right", f"Tell us what is wrong or missing.{added}"
    held = " From that day until you have an answer, cases about you are held back." if registers else ""
    yield "Object", f"You can object at any time.{held} In law it hangs on our legal grounds: ask us if in doubt."
    yield "Limit it", "You can ask us to set data aside while something is being cleared up."
    yield "Erase it", "You can ask us to destroy data before its time."
    yield "Take it with you", "This right holds only where data is used by consent or contract. Ask us if in doubt."
    yield "Take back consent", "Only where we rely on your consent: you can take it back at any time."
    yield (
        "Answer a case",
        "If a case may be about you, ask for its sheet. It says what was seen, and what would clear it.",
    )


def _kept(configuration: Configuration, stated: Mapping[str, str], *, can_open: bool) -> Iterator[tuple[str, str]]:
    retention = getattr(configuration, "retention", None)
    days: Mapping[str, int] = retention.days if retention is not None else {}

    def term(table: str, since: str = " after the end of the week") -> str:
        return f"{amount(days[table], 'days')}{since}" if table in days else ASK

    yield "Single requests", term("events")
    yield "Visits", term("visits")
    yield "What can link a number to you", term("pseudonyms")
    yield "Cases", term("findings")
    if can_open:
        yield (
            "The locked name of a case",
            (
                f"{amount(configuration.unproven_days, 'days')}, unless somebody asked for it or the case was "
                "confirmed; no longer than the case"
            ),
        )
    yield "Reports", f"{amount(configuration.retention_days, 'days')} after they were made"
    yield "Figures about groups", term("published")
    yield "Who looked at what", term("trail", "")
    yield "The log files", stated.get("source_logs", ASK)


def write_notice(configuration: Configuration, out: Path, to: Path | None, now: datetime) -> str:
    """Return the notice as plain text, and write it to a file if one is named: a page where its name ends in .html.

    Raises:
        StoreError: the file cannot be written.
    """
    folders = [configuration.policies_folder] if configuration.policies_folder else []
    policy = load_policy(configuration.policy_pack, folders, configuration.zone)
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    officers = load_officers(configuration.officers_file)
    can_open = all(officers.of_role(role, today) for role in ("ig", "hr"))
    sheet = privacy_notice(configuration, policy, today, can_open=can_open)
    text = notice_as_text(sheet)
    if to is not None:
        checksum = hashlib.sha256(text.encode()).hexdigest()
        note(configuration, out, "export", {"what": "notice", "sha256": checksum}, now)
        # For all staff: it says nothing about anybody, and needs no other marking.
        facts = page_frame(configuration, policy, now, handling="OFFICIAL", lasting=True)
        is_page = to.suffix.lower() in (".html", ".htm")
        replace_file(to, notice_as_html(sheet, facts) if is_page else text.encode())
    return text
