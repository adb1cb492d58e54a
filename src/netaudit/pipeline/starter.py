"""A new site's first files: a commented configuration, examples of directory and registers, a key folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem
from netaudit.protect import Keyring

_PRIVATE_FILE = 0o600

_CONFIGURATION = """\
# netaudit: what your organisation has decided. Paths start at this file. Every line that begins with # is a default.

[organisation]
name = "Your organisation"
# handling = "OFFICIAL-SENSITIVE: PERSONAL"     # the marking on every page
# controller = "Example NHS Trust, 1 Example Street"          # who answers in law; for the notice and the DPIA annex
# dpo = "dpo@trust.example"                     # how the data protection officer is reached
# contact = "ig@trust.example"                  # where staff ask, object and challenge

[inputs]
# zone = "UTC"                  # of logs whose times carry no offset; Squid's own layout is always UTC
# formats = "formats"           # a folder with log formats of your own
# folders = [{ path = "logs/gateway", format = "squid", zone = "UTC" }]   # what lines do not tell, by folder
# expansion_limit = 200         # how many times its size a compressed log may hold; beyond that it is not read

[identity]
directory = "directory.csv"     # staff: accounts, teams, directorates, working patterns; or an LDIF export, staff.ldif
registers = "registers"         # consents, exemptions, self-reports, objections, leave, devices …
# registers_review_by = 2027-01-31          # or for some of them: { "consents.csv" = 2027-01-31 }
# DOMAIN\\ann and OTHER\\ann are two people, unless their realms are named equal here:
# realms = { "example.nhs.uk" = "EXAMPLE" }
# Of an LDIF export: which attributes say what. These are some of the defaults; patterns, roles and dates have none.
# ldif = { person_id = "employeeID", accounts = ["sAMAccountName", "mail"], team = "department", realm = "EXAMPLE" }

[time]
# zone = "Europe/London"        # the civil time that your staff live by

[policy]
# pack = "leeds"                # or sheffield, stw, sunderland, warrington, or the name of one of your own
# folder = "policies"           # policies of your own; they may begin with: extends = "leeds"

[categories]
# folder = "categories"         # class lists of your own; overrides.csv wins over everything
imports = "category_lists"      # lists that were imported
# downloads.ut1 = { url = "https://…", checksum = "https://…/SHA256SUM" }   # nothing is fetched unless it stands here

[keys]
folder = "keys"                 # 0700; back it up apart from the store. Without it the store cannot be read.
# officers = "officers.toml"    # who may open a sealed name; without it no name is sealed

[audit]
folder = "audit"                # the trail of all that is done, in one place whatever --out says
# second = "/mnt/elsewhere/netaudit"            # is told each head of the trail; best out of reach from here
# stamp_roots = "authority.pem" # the certificates of authorities whose stamps of the trail are believed

[cases]
# request_hours = 72            # from a request for a name until it lapses
# unproven_days = 28            # from a finding until its sealed name is destroyed, unless somebody asked for it

[retention]
store = "store"                 # encrypted tables and the ledger
# days = 28                     # reports say that they are to be destroyed by then
# certificates = "certificates" # what `netaudit purge` destroyed, when and why
# holds = "holds.csv"           # weeks and cases that must not be destroyed: a tribunal
# tables = { rows = 90, cases = 183, figures = 1096 }         # days after the end of a week; docs/retention.md has all

[dpia]
# reference = "DPIA-0000"       # the assessment that covers this monitoring; without all four there are no cases
# owner = "Head of Information Governance"
# approved = 2026-01-31
# review_by = 2027-01-31
# Free text for the DPIA annex (netaudit dpia), which marks what is left out as yours to complete. There are also: need,
# legitimate_reasons, benefits, special_category_condition, schedule_1_condition, appropriate_policy_document,
# policy_text, relationship, concerns, notice, necessity, less_intrusive, consequences, recipients, transfers,
# source_logs, rights, siro.
# purposes = "…"
# lawful_basis = "…"
# consultation = "…"
# dpo_advice = "…"
# residual_risk = "…"

[reports]
# minimum_group = 8             # no figure about fewer people is shown; may be raised, not lowered

[mail]                          # netaudit send; nothing is sent unless these are set. docs/mail.md has all
# recipients = "recipients.csv" # unit,level,address
# sender = "netaudit@example.nhs.uk"
# allowed_domains = ["example.nhs.uk"]
# location = "//files.example.nhs.uk/netaudit"  # where readers find the reports
# subject_prefix = "[secure]"
# summaries = true              # send managers the page of their unit
# server = "smtp.example.nhs.uk"                # or folder = "mails", for files in place of mails
# user = "netaudit"
# password_file = "mail-password"               # 0600
"""
_DIRECTORY = """\
person_id,accounts,team,directorate,manager,roles,pattern,starts,ends
p001,EXAMPLE\\ann.example;ann.example@example.nhs.uk,Finance,Corporate,p003,,,2024-04-01,
p002,EXAMPLE\\bob.example,Communications,Corporate,p003,comms,,2025-01-06,2026-12-31
p003,EXAMPLE\\cara.example,Finance,Corporate,,,part_time,2020-01-01,
"""
_REGISTERS = {
    "consents.csv": "person_id,starts,ends,categories,approver,reason\n"
    "p001,2026-03-09T14:00,2026-03-09T16:00,,p003,house purchase\n",
    "exemptions.csv": "person_id,role,categories,starts,ends,approver,reason\n"
    ",comms,social_microblogging;social_sharing,2026-01-01,2026-12-31,p003,runs the corporate accounts\n",
    "self_reports.csv": "person_id,date,category,incident,reported_at\n"
    "p002,2026-03-10,gambling,INC-0001,2026-03-10T15:20\n",
    "research.csv": "person_id,categories,starts,ends,reference,approver,reason\n"
    "p002,gambling,2026-02-02,2026-07-31,REC-0001,p003,how betting firms advertise\n",
    "objections.csv": "person_id,received,decision,starts,ends,decided_by,reason\np001,2026-02-02,refused,,,p003,\n",
    "leave.csv": "person_id,starts,ends,half\np001,2026-04-06,2026-04-10,\np002,2026-04-13,2026-04-13,afternoon\n",
    "decisions.csv": "case_number,decision,decided_by,decided_on,reason,incident\n",
    "statements.csv": "case_number,received,statement\n",
    "shared_devices.csv": "account_or_address,note,starts,ends\n192.0.2.200,reception kiosk,,\n",
    "service_accounts.csv": "account,note,starts,ends\nEXAMPLE\\svc_backup,nightly back-up,,\n",
    "own_devices.csv": "account_or_address,note,starts,ends\n203.0.113.0/24,Wi-Fi for people's own devices,,\n",
}


def write_starter_files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield each file with whether it was written now; what is there already is left as it is.

    Keys are made when they are needed.

    Raises:
        InputError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "registers").mkdir(exist_ok=True)
        yield folder / "netaudit.toml", _write(folder / "netaudit.toml", _CONFIGURATION)
        yield folder / "directory.csv", _write(folder / "directory.csv", _DIRECTORY)
        for name, text in _REGISTERS.items():
            path = folder / "registers" / name
            yield path, _write(path, text)
        keys = folder / "keys"
        is_new = not keys.exists()
        Keyring(keys).close()
        yield keys, is_new
    except OSError as error:
        raise InputError(
            Problem(f"cannot be written: {error.strerror}", str(folder), "check its permissions")
        ) from error


def untouched_examples(configuration: Configuration) -> tuple[str, ...]:
    """Return the names of the files in use that still are the examples, made-up rows and all."""
    used = [(configuration.directory, _DIRECTORY)] if configuration.directory else []
    if configuration.registers:
        used += [(configuration.registers / name, text) for name, text in _REGISTERS.items() if text.count("\n") > 1]
    return tuple(path.name for path, text in used if path.is_file() and path.read_bytes() == text.encode())


def _write(path: Path, text: str) -> bool:
    """Write a file that only its owner can read, unless it is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    return True
