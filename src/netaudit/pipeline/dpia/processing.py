"""Step 2 of the annex: what is done with which data, who sees what, and how long it is kept."""

from __future__ import annotations

from netaudit.contracts import LABELLED
from netaudit.contracts.annex import TO_COMPLETE, Answers, Block, Bullets, Grid, Section, Words
from netaudit.definitions.policy_sentences import listed
from netaudit.definitions.stored_tables import COLUMNS, TABLES
from netaudit.pipeline.dpia.facts import Facts
from netaudit.pipeline.dpia.kept import retention
from netaudit.pipeline.dpia.said import AREA, PEOPLE, stated

_ROUTES = {
    "manager": "Information Governance; counted in the suppressed summary of the manager's unit",
    "hr": "Information Governance and HR",
    "safeguarding": "Information Governance and the safeguarding team; in no manager's summary",
    "fraud": "Information Governance and the counter-fraud specialist; in no manager's summary",
    "it": "Information Governance; IT sees sites in bands, without people and times",
}


def processing(facts: Facts) -> list[Section]:
    """Return the sections of step 2."""
    return [
        Section("Step 2: Describe the processing", ()),
        Section("Nature: how data is collected, used, stored and deleted", tuple(_nature(facts)), 2),
        Section("Scope: what data, of whom, how much, how long", tuple(_scope(facts)), 2),
        Section(
            "Context: people and their expectations",
            (stated(facts, "relationship", "concerns", "policy_text", "notice"),),
            2,
        ),
        Section("Purposes", (stated(facts, "purposes", "legitimate_reasons", "benefits"),), 2),
        Section("Data flows", (_flows(facts),), 2),
        Section("What is stored", (_tables(), _columns()), 2),
        Section("Who sees what", tuple(_audiences(facts)), 2),
        Section("How long it is kept", (retention(facts),), 2),
    ]


def _nature(facts: Facts) -> list[Block]:
    configuration, last = facts.configuration, facts.last
    seen = listed(last.datasets) if last and last.datasets else "none so far"
    registers = listed(sorted(facts.registers)) if facts.registers else "none"
    return [
        Words(
            "Logs of web proxies and firewalls are read in batches. In memory, accounts become pseudonyms of the week "
            "and addresses of pages keyed checksums; sites get a class from lists. Requests become visits, visits are "
            "measured against the policy, and what breaks a rule becomes a finding. Figures about groups are "
            "suppressed; single findings are shown as cases without a name. People decide; netaudit decides, sends and "
            "refers nothing."
        ),
        Answers(
            "As configured",
            (
                ("Layouts of logs that were read", Words(seen)),
                ("Policy", Words(f"{facts.policy.title} ({facts.policy.policy_id}), version {facts.policy.version}")),
                ("Staff directory", Words("read at every run" if configuration.directory else "none")),
                ("Registers", Words(registers)),
                ("Imported lists", Words(listed(one.title or one.name for one in facts.class_map.sources)
                                         if facts.class_map.sources else "none")),
                ("Keys", Words(_keys(facts))),
                ("Officers", Words(_officers(facts))),
                ("Audit trail", Words("there" if facts.has_trail else "begins with the next command")),
            ),
        ),
        stated(facts, "source_logs"),
    ]  # fmt: skip


def _keys(facts: Facts) -> str:
    if not facts.keys:
        return "none yet"
    if facts.keys == {"wrapped"}:
        return "wrapped by a key from a vault"
    return "not wrapped" if "wrapped" not in facts.keys else "some are wrapped and some are not"


def _officers(facts: Facts) -> str:
    words = {"ig": "Information Governance", "hr": "HR", "approver": "approver"}
    held = [name for role, name in words.items() if role in facts.roles]
    return f"enrolled for {listed(held)}" if held else "none enrolled"


def _scope(facts: Facts) -> list[Block]:
    policy = facts.policy
    off = [f"{one.title} (clause {one.clause})" for one in policy.rules if not one.on]
    devices = "are held against people" if policy.own_devices_count else "are left out of findings"
    return [
        Answers(
            "",
            (
                ("Whose data", Words("Whoever uses the internet through the logged proxies: staff, and others who are "
                                     "let onto the network")),
                ("Categories of data", Words("Pseudonym, names of sites and their classes, times, durations, sizes and "
                                             "kinds of files, browser, result of the filter; from the organisation: "
                                             "team, working pattern, register entries (in memory only)")),
                ("Special category data", Words("Names of sites can tell of it. How they are shielded, and whether "
                                                "that is switched on, is measure “shield” of step 6")),
                ("Criminal offence data", Words("A site can suggest an offence; the tool says of none that it was")),
                ("How often", Words("Whenever it is run; figures are made by week")),
                (AREA, Words(TO_COMPLETE, "open")),
                ("Devices of people's own", Words(f"Registered ones {devices}")),
                (PEOPLE, Words(TO_COMPLETE, "open")),
            ),
        ),
        Words("What the policy looks for is listed under “Who sees what”. What logs cannot show is not looked for."),
        *([Words("Switched off in the policy, and looked for by nobody: " + "; ".join(off) + ".")] if off else []),
    ]  # fmt: skip


def _flows(facts: Facts) -> Grid:
    configuration = facts.configuration
    second = "the number and checksum of the last entry" if configuration.second_folder else "nothing: there is none"
    if configuration.downloads:
        lists = f"lists of sites, from: {listed(sorted(one.url for one in configuration.downloads.values()))}"
    else:
        lists = "nothing: no address is configured"
    rows = (
        (
            "Source log",
            "memory of a run",
            "account, machine, full address of a page, referrer, program, times, sizes, result, the filter's word",
        ),
        ("Staff directory", "memory of a run", _from_directory(facts)),
        ("Registers", "memory of a run", _from_registers(facts)),
        ("Memory of a run", "store", "the columns below, encrypted"),
        (
            "Memory of a run",
            "ledger, not encrypted",
            (
                "checksums and counts of log files, their first and last moment; "
                "hashes of what ran. Nothing about a person"
            ),
        ),
        ("Memory of a run", "sealed names", sealed(facts)),
        ("Store", "reports: figures", "counts and minutes of groups, suppressed"),
        (
            "Store",
            "reports: cases",
            "case number, rule, times, sites and classes of the case, doubts. No name, pseudonym or team",
        ),
        (
            "Source log, store, seals",
            "evidence pack of an opened case",
            "the person's lines as they stand in the logs, name, case and custody; encrypted to named recipients",
        ),
        (
            "Store, directory, registers",
            "answer to a request for access",
            "all that is held about one person, by name, in a folder where two officers ask for it; not encrypted",
        ),
        ("Commands", "audit trail", "what was done, when, by which account or officer; nothing of anybody in the logs"),
        ("Audit trail", "second place", second),
        ("Internet", "imported lists", lists),
        ("Reports", "mail server", _mailed(facts)),
        ("netaudit", "anybody else", "nothing: it sends no figures of its use"),
    )
    return Grid("From where to where, with which fields", ("From", "To", "What"), rows)


def _mailed(facts: Facts) -> str:
    mail = facts.configuration.mail
    if mail.recipients is None:
        return "nothing: no mail is sent"
    what = "where reports lie"
    if mail.summaries:
        what += "; the managers' pages, which hold suppressed figures of units"
    where = "" if mail.server else ". Written as files, as no mail server is named"
    return f"{what}, to addresses of {', '.join(mail.allowed_domains)}{where}"


def _from_directory(facts: Facts) -> str:
    if facts.configuration.directory is None:
        return "nothing: there is none"
    return (
        "accounts, team, directorate, manager, roles, working pattern. Not stored, but for names of units beside "
        "suppressed figures, and what is sealed"
    )


def _from_registers(facts: Facts) -> str:
    if not facts.registers:
        return "nothing: there are none"
    return (
        f"{listed(sorted(facts.registers))}. Not stored, but for checksums, and which register excuses a "
        "finding; statements and reasons of decisions are printed on the page of their case"
    )


def sealed(facts: Facts) -> str:
    """Return what is kept of names, and under which seals."""
    if not {"ig", "hr"} <= facts.roles:
        lacking = listed([words for role, words in (("ig", "Information Governance"), ("hr", "HR"))
                          if role not in facts.roles], "or")  # fmt: skip
        before = "; what earlier runs sealed is still kept" if facts.has_seals else ""
        return f"nothing is sealed now, as nobody is enrolled for {lacking}{before}"
    return (
        "identifier, accounts and team of whoever a finding is about, encrypted to HR, around that to Information "
        "Governance, around that under a key of the case alone"
    )


def _tables() -> Grid:
    rows = tuple(
        (name, one.row, "one person, under a pseudonym" if one.personal else "nobody") for name, one in TABLES.items()
    )
    return Grid("Tables, encrypted, each week under keys of its own", ("Table", "One row is", "About"), rows)


def _columns() -> Grid:
    rows = tuple((name, COLUMNS[name]) for name in LABELLED.schema if name in COLUMNS)
    return Grid("What is kept of a request", ("Column", "Says"), rows)


def _audiences(facts: Facts) -> list[Block]:
    shut = not facts.configuration.dpia.is_current(facts.today)
    rows = (
        (
            "ig",
            "Information Governance",
            "all cases, without names; figures; data quality with line numbers of registers",
        ),
        ("managers", "heads of units", "figures of their own unit, suppressed; no case"),
        ("board", "the board", "figures of the organisation as a whole, of weeks that have closed; no unit, no case"),
        ("it", "IT", "counts of lines and files; forbidden sites that the filter let through, in bands; no case"),
        ("safeguarding", "the safeguarding team", "cases of its route"),
        ("hr", "HR", "cases of its route that stand or were withdrawn; managers' own, where nobody is above"),
        ("fraud", "the counter-fraud specialist", "cases of its route that stand or were withdrawn"),
    )
    rules = tuple(
        (one.clause, one.title, _ROUTES[one.route] if one.on else "nobody: the rule is off")
        for one in facts.policy.rules
    )
    blocks: list[Block] = [
        Grid("One folder for each audience", ("Folder", "For", "What is in it"), rows),
        Grid("Each rule of the policy, and who hears of a finding", ("Clause", "Rule", "Who"), rules),
        Bullets(
            (
                "Whoever runs the batch host can read the source logs, and needs no report.",
                (
                    "A name is shown by opening a case and by subject access alone, each with the keys of two "
                    "officers; the evidence pack of an opened case is encrypted to named recipients."
                ),
                (
                    "Answers to requests for access, evidence packs, certificates of destruction, and sheets for the "
                    "governing body are written where somebody asks for them, and the audit trail says so."
                ),
                (
                    "Reports are not encrypted: each folder can be opened by the account that made it, and access "
                    "beyond that is the organisation's to grant."
                ),
            )
        ),
    ]
    if shut:
        blocks.insert(
            0, Words("At present no folder has a case: no current assessment covers the monitoring.", "warning")
        )
    return blocks
