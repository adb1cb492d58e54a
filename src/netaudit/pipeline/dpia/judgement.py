"""Steps 1, 3, 4 and 7 of the annex: what only people can judge, beside what the configuration says about it."""

from __future__ import annotations

from netaudit.contracts.annex import TO_COMPLETE, Answers, Grid, Section, Words
from netaudit.definitions.policy_sentences import amount, listed
from netaudit.pipeline.dpia.facts import Facts
from netaudit.pipeline.dpia.kept import in_short
from netaudit.pipeline.dpia.processing import sealed
from netaudit.pipeline.dpia.said import own, stated


def need(facts: Facts) -> list[Section]:
    """Return step 1."""
    why = Words(
        "Systematic monitoring of people at work, with data that can tell of special categories, is likely to result "
        "in a high risk in the sense of UK GDPR Article 35; the internet policy promises an assessment as well."
    )
    return [Section("Step 1: Identify the need for a DPIA", (why, stated(facts, "need")))]


def consultation(facts: Facts) -> list[Section]:
    """Return step 3."""
    said = Words(
        "Staff or their representatives, the data protection officer, whoever looks after information security, and "
        "processors if there are any are to be asked; where somebody is not, the reason is to be recorded."
    )
    return [Section("Step 3: Consultation process", (said, stated(facts, "consultation")))]


def proportionality(facts: Facts) -> list[Section]:
    """Return step 4, with the six headings of Bărbulescu."""
    law = stated(
        facts, "lawful_basis", "special_category_condition", "schedule_1_condition", "appropriate_policy_document"
    )
    means = stated(facts, "necessity", "less_intrusive", "rights", "recipients", "transfers")
    tool = Answers(
        "What the tool does about it, as configured",
        (
            ("Function creep", Words("Every rule and threshold stands in the policy, whose checksum is on each report; "
                                     f"{_rules_off(facts)}. A setting that changes is entered in the audit trail")),
            ("Quality of data", Words("Ranges in place of figures, lists with their sources, every line accounted for, "
                                      "doubts on every case")),
            ("Minimisation", Words("No path, no query, no name of a file; names of sites and no content")),
            ("Automated decisions", Words("None: a finding is a question to people, and has no effect by "
                                          "itself. That people look at it in earnest is not the tool's to see to")),
            ("Transfers by the tool", Words("None: it sends nothing to anybody")),
        ),
    )  # fmt: skip
    return [
        Section("Step 4: Assess necessity and proportionality", (law, means, tool)),
        Section("The six questions of Bărbulescu v Romania", (_barbulescu(facts),), 2),
    ]


def _rules_off(facts: Facts) -> str:
    off = [one.title for one in facts.policy.rules if not one.on]
    return f"switched off: {listed(off)}" if off else "none of its rules is switched off"


def _barbulescu(facts: Facts) -> Grid:
    said, policy = facts.configuration.dpia.stated, facts.policy
    group = facts.configuration.minimum_group
    days = amount(facts.configuration.retention_days, "days")
    rows = (
        ("1. Notice before it began", "The tool has no covert mode. It cannot see whether staff were told.", "notice"),
        (
            "2. Extent and degree of intrusion",
            "Flow and not content: names of sites, times, durations. "
            + (
                "People's own devices are counted. "
                if policy.own_devices_count
                else "People's own devices are left out. "
            )
            + f"Whole weeks, all staff in the logs. Seen by: {_seen_by(facts)}. Reports are kept for {days}.",
            "policy_text",
        ),
        ("3. Legitimate reasons", "Only the controller can give them.", "legitimate_reasons"),
        (
            "4. Less intrusive means",
            (
                f"Without single cases the tool still makes figures about groups of {group} or more: that is what it "
                "does while no assessment is current. Blocking sites needs no monitoring of people."
            ),
            "less_intrusive",
        ),
        (
            "5. Consequences, and what results are used for",
            "A case asks to hear the person first (safeguarding and fraud excepted), and refers nobody.",
            "consequences",
        ),
        (
            "6. Safeguards",
            "Step 6 lists what is switched on now and what is not. The person may see the page of their case.",
            "rights",
        ),
    )
    return Grid(
        "Proportionality (ECtHR, Grand Chamber, 5 September 2017, 61496/08, paragraph 121)",
        ("Question", "What the configuration says", "The controller"),
        tuple((question, tool, said.get(key) or TO_COMPLETE) for question, tool, key in rows),
    )


def _seen_by(facts: Facts) -> str:
    routes = sorted({one.route for one in facts.policy.rules if one.on and one.route != "manager"})
    words = {"hr": "HR", "it": "IT (sites alone)", "safeguarding": "the safeguarding team", "fraud": "counter-fraud"}
    return listed(["Information Governance", *(words[one] for one in routes if one in words), "managers (figures)"])


def record_of_processing(facts: Facts) -> list[Section]:
    """Return the record of processing activities: UK GDPR Article 30(1), and DPA 2018 Schedule 1 Part 4."""
    configuration = facts.configuration
    said = configuration.dpia.stated
    rows = (
        ("30(1)(a) Controller", own(configuration.controller)),
        ("30(1)(a) Joint controller, representative", Words(TO_COMPLETE, "open")),
        ("30(1)(a) Data protection officer", own(configuration.dpo)),
        ("30(1)(b) Purposes", own(said.get("purposes", ""))),
        ("30(1)(c) Categories of data subjects", Words("Users of the logged network: staff and others")),
        ("30(1)(c) Categories of personal data", Words(f"Pseudonyms; sites, classes, times, durations, sizes; browser; "
                                                       f"result of the filter; sealed: {sealed(facts)}; in memory "
                                                       "only: accounts, addresses, team, working pattern, register "
                                                       "entries")),
        ("30(1)(d) Recipients inside", Words(f"{_seen_by(facts)}; the person a case is about")),
        ("30(1)(d) Recipients outside", own(said.get("recipients", ""))),
        ("30(1)(e) Transfers to third countries", own(said.get("transfers", ""))),
        ("30(1)(e) Transfers by the tool", Words("None")),
        ("30(1)(f) Time limits for erasure", Words(in_short(facts))),
        ("30(1)(g) Security measures", Words("See step 6, as they stand now")),
        ("Schedule 1 Part 4, paragraph 41(a): condition relied on", own(said.get("schedule_1_condition", ""))),
        ("Paragraph 41(b): how the processing satisfies Article 6", own(said.get("lawful_basis", ""))),
        ("Paragraph 41(c): kept and erased as the policy document says, or why not",
         own(said.get("appropriate_policy_document", ""))),
    )  # fmt: skip
    return [Section("Annex A: Record of processing (Article 30)", (Answers("", rows),))]


def outcomes(facts: Facts) -> list[Section]:
    """Return step 7: everything in it is for people to fill in."""
    said = facts.configuration.dpia.stated
    dpia = facts.configuration.dpia
    rows = (
        ("Measures approved by (name or role, date)", Words(TO_COMPLETE, "open")),
        ("Risk that remains approved by (name or role, date)", own(said.get("residual_risk", ""))),
        ("Advice of the data protection officer", own(said.get("dpo_advice", ""))),
        ("Advice accepted or overruled by, and why", Words(TO_COMPLETE, "open")),
        ("Decision of the Senior Information Risk Owner", own(said.get("siro", ""))),
        ("Consultation responses reviewed by, and why views were departed from", Words(TO_COMPLETE, "open")),
        ("Assessment, as the configuration names it", own(str(dpia) if dpia.reference else "")),
        ("Kept under review by", own(dpia.owner)),
        ("Signature and date", Words(TO_COMPLETE, "open")),
    )
    return [Section("Step 7: Sign off and record outcomes", (Answers("", rows),))]
