"""The staff directory and the registers: what each row becomes, and faults told without a word of their content."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.definitions.registers import Device, Entry, Note, Person, Registers, load_registers
from netaudit.errors import DefinitionError
from netaudit.protect import Identities, Pseudonyms, register_table

LONDON = ZoneInfo("Europe/London")
CATEGORIES = frozenset({"gambling", "dating", "social_sharing"})
DIRECTORY = "person_id,accounts,team,directorate,manager,roles,pattern,starts,ends\n"
CONSENTS = "person_id,starts,ends,approver,reason\n"
RESEARCH = "person_id,categories,starts,ends,reference,approver\n"
OBJECTIONS = "person_id,received,decision,starts,ends,decided_by,reason\n"
LEAVE = "person_id,starts,ends,half\n"
DECISIONS = "case_number,decision,decided_by,decided_on,reason\n"
EXEMPTIONS = "person_id,role,categories,starts,ends,approver,reason\n"
SELF_REPORTS = "person_id,date,category,incident,reported_at\n"


REGISTER_NAMES = (
    "consents", "exemptions", "research", "self_reports", "objections", "leave", "decisions", "shared_devices",
    "service_accounts", "own_devices",
)  # fmt: skip


def load(folder: Path, files: Mapping[str, str | bytes]) -> Registers:
    (folder / "registers").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / ("directory.csv" if name == "directory" else f"registers/{name}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_registers(folder / "directory.csv", folder / "registers", "Europe/London", CATEGORIES)


def faults_of(folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load(folder, files)
    return [str(problem) for problem in caught.value.problems]


def local(*parts: int) -> datetime:
    year, month, day, *clock = parts
    return datetime(year, month, day, *clock, tzinfo=LONDON)


def test_good_files_become_people_and_entries(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "directory": DIRECTORY
            + "P1,EX\\Ann;Ann@Example.nhs.uk,Finance,Corporate,P2,comms; research,part_time,2024-04-01,\n"
            + "P2,EX\\Bob,,,,,,,2026-12-31\n",
            "consents": CONSENTS + 'P1,2026-03-09T14:00,2026-03-09T16:00,P2,"house, and purchase"\n',
            "exemptions": EXEMPTIONS
            + ",comms,social_sharing;dating,2026-01-01,2026-12-31,P2,corporate accounts\n"
            + "P2,,,2026-01-01,9999-12-31,P1,tests\n",
            "research": RESEARCH + "P1,dating,2026-02-01,2026-02-28,REC-7,P2\n",
            "objections": OBJECTIONS + "P2,2026-02-03,Pending,,,,\nP1,2026-02-03,refused,2026-01-01,2026-02-28,P2,\n",
            "leave": LEAVE + "P1,2026-03-09,2026-03-10,\nP1,2026-03-11,2026-03-11,afternoon\n",
            "decisions": DECISIONS + "f-7kq2m9xwtb,withdrawn,P2,2026-03-20,a mistake\n",
            "self_reports": SELF_REPORTS + "P1,2026-03-29,gambling,INC-1,2026-03-29T15:20\n",
            "shared_devices": "account_or_address,note\n192.0.2.200,kiosk\nEX\\Reception,\n",
            "service_accounts": "account,note\nEX\\Svc_Backup,nightly\n",
            "own_devices": "account_or_address,note,starts,ends\n192.0.2.0/25,Wi-Fi,2026-01-01,\n",
        },
    )
    assert found.people == (
        Person(
            person_id="p1",
            accounts=("ex\\ann", "ann@example.nhs.uk"),
            team="Finance",
            directorate="Corporate",
            manager="p2",
            roles=("comms", "research"),
            pattern="part_time",
            starts=date(2024, 4, 1),
            ends=None,
        ),
        Person("p2", ("ex\\bob",), None, None, None, (), None, None, date(2026, 12, 31)),
    )
    assert found.entries == (
        Entry(
            "consent", "consents.csv:2", "p1", None, (),
            local(2026, 3, 9, 14), local(2026, 3, 9, 16), "house, and purchase",
        ),
        Entry(
            "exemption", "exemptions.csv:2", None, "comms", ("social_sharing", "dating"),
            local(2026, 1, 1), local(2027, 1, 1), "corporate accounts",
        ),
        Entry("exemption", "exemptions.csv:3", "p2", None, (), local(2026, 1, 1), None, "tests"),
        Entry(
            "research", "research.csv:2", "p1", None, ("dating",), local(2026, 2, 1), local(2026, 3, 1), "",
        ),
        Entry(
            "self_report", "self_reports.csv:2", "p1", None, ("gambling",),
            local(2026, 3, 29), local(2026, 3, 30), "reported as INC-1", local(2026, 3, 29, 15, 20),
        ),
        Entry(
            "objection", "objections.csv:2", "p2", None, (), local(2026, 2, 3), None, "", state="pending",
        ),
        Entry(
            "objection", "objections.csv:3", "p1", None, (), local(2026, 1, 1), local(2026, 3, 1), "", state="refused",
        ),
        Entry("leave", "leave.csv:2", "p1", None, (), local(2026, 3, 9), local(2026, 3, 11), ""),
        Entry("leave", "leave.csv:3", "p1", None, (), local(2026, 3, 11, 12), local(2026, 3, 12), ""),
        Entry(
            "decision", "decisions.csv:2", None, None, (), local(2026, 3, 20), None, "a mistake",
            state="withdrawn", reference="F-7KQ2M9XWTB",
        ),
    )  # fmt: skip
    assert found.devices == (
        Device("shared", "192.0.2.200", "shared_devices.csv:2"),
        Device("shared", "ex\\reception", "shared_devices.csv:3"),
        Device("service", "ex\\svc_backup", "service_accounts.csv:2"),
        Device("own_device", "192.0.2.0/25", "own_devices.csv:2", date(2026, 1, 1)),
    )
    assert found.notes == ()
    assert found.files == tuple(f"{name}.csv" for name in REGISTER_NAMES)


def test_nothing_has_to_be_there(tmp_path: Path) -> None:
    assert load_registers(None, None, "Europe/London", CATEGORIES) == Registers()
    assert load_registers(tmp_path / "none.csv", tmp_path, "Europe/London", CATEGORIES) == Registers()


def test_what_spreadsheets_add_is_no_fault(tmp_path: Path) -> None:
    rows = 'person_id , accounts,team,,\r\n P1 , ann ,Finance,,\r\n,,,,\r\n\r\nP2,bob,"Night\r\nteam",,\r\n'
    found = load(tmp_path, {"directory": b"\xef\xbb\xbf" + rows.encode()})
    assert [(person.person_id, person.accounts, person.team) for person in found.people] == [
        ("p1", ("ann",), "Finance"),
        ("p2", ("bob",), "Night\r\nteam"),
    ]


def test_a_date_alone_means_the_whole_day_and_an_offset_is_kept(tmp_path: Path) -> None:
    rows = "P1,2026-03-29,2026-03-29,P2,agreed\nP1,2026-03-09T14:00+00:00,2026-07-09 16:00Z,P2,agreed\n"
    first, second = load(tmp_path, {"consents": CONSENTS + rows}).entries
    # The day on which clocks go forward has 23 hours.
    assert first.starts is not None
    assert first.ends is not None
    assert first.ends.timestamp() - first.starts.timestamp() == 23 * 3600
    assert second.ends == local(2026, 7, 9, 17)


def test_the_last_day_that_staff_systems_know_means_no_end(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "directory": DIRECTORY + "P1,ann,,,,,,,9999-12-31\n",
            "consents": CONSENTS + "P1,2026-03-09,9999-12-31,P2,a\nP1,2026-03-09,9999-12-31T23:59:59,P2,b\n",
        },
    )
    assert found.people[0].ends is None
    assert [entry.ends for entry in found.entries] == [None, None]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"directory": "Ann Canary,EX\\canary,Finance\n"},
            (
                "the first line is not the heading\n --> directory.csv:1\n"
                "  = help: columns: person_id,accounts,team,directorate,manager,roles,pattern,starts,ends"
            ),
        ),
        (
            {"directory": ""},
            (
                "the first line is not the heading\n --> directory.csv:1\n"
                "  = help: columns: person_id,accounts,team,directorate,manager,roles,pattern,starts,ends"
            ),
        ),
        (
            {"consents": "person_id|starts|ends\ncanary|2026-03-09|2026-03-10\n"},
            (
                "the first line is not the heading\n --> consents.csv:1\n"
                "  = help: columns: person_id,starts,ends,categories,approver,reason"
            ),
        ),
        (
            {"directory": "person_id,accounts,tema\nP1,canary,Finance\n"},
            "column 3 is unknown\n --> directory.csv:1\n  = help: did you mean 'team'?",
        ),
        (
            {"directory": "person_id,accounts,Ann Canary\nP1,canary,x\n"},
            (
                "column 3 is unknown\n --> directory.csv:1\n"
                "  = help: known: accounts, directorate, ends, manager, pattern, person_id, roles, starts, team"
            ),
        ),
        (
            {"directory": "person_id,accounts,team,team\nP1,canary,a,b\n"},
            "column 'team' stands twice\n --> directory.csv:1\n  = help: keep one",
        ),
        (
            {"consents": "person_id,starts,approver,reason\nP1,2026-03-09,P2,canary\n"},
            (
                "column 'ends' is missing\n --> consents.csv:1\n"
                "  = help: columns: person_id,starts,ends,categories,approver,reason"
            ),
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,2026-03-10,p2,a move, at last\n"},
            "more values than columns\n --> consents.csv:2\n  = help: quote values that hold a comma or a semicolon",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,,p2,agreed\n"},
            "'ends' is empty\n --> consents.csv:2\n  = help: fill it in",
        ),
        (
            {"directory": DIRECTORY + "canary\n"},
            "'accounts' is empty\n --> directory.csv:2\n  = help: fill it in",
        ),
        (
            {"self_reports": SELF_REPORTS + "canary,2026-03-10,gambling,,2026-03-10\n"},
            "'incident' is empty\n --> self_reports.csv:2\n  = help: fill it in",
        ),
        (
            {"shared_devices": "account_or_address,note\n,canary\n"},
            "'account_or_address' is empty\n --> shared_devices.csv:2\n  = help: fill it in",
        ),
        (
            {"service_accounts": "account,note\n,canary\n"},
            "'account' is empty\n --> service_accounts.csv:2\n  = help: fill it in",
        ),
        (
            {"consents": CONSENTS + "canary,9 March,2026-03-10,p2,agreed\n"},
            "'starts' is no date or time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,2026-02-30,2026-03-10,p2,agreed\n"},
            "'starts' is no date or time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"directory": DIRECTORY + "p1,canary,,,,,,01/04/2024,\n"},
            "'starts' is no date or time\n --> directory.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,0026-03-09,2026-03-10,p2,agreed\n"},
            "'starts' is no date of our time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"self_reports": SELF_REPORTS + "canary,9999-12-31,,INC-1,2026-03-10\n"},
            "'date' is no date of our time\n --> self_reports.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-10,2026-03-09,p2,agreed\n"},
            "it ends before it starts\n --> consents.csv:2\n  = help: check starts and ends",
        ),
        (
            {"directory": DIRECTORY + "p1,canary,,,,,,2026-03-10,2026-03-09\n"},
            "it ends before it starts\n --> directory.csv:2\n  = help: check starts and ends",
        ),
        (
            {"exemptions": EXEMPTIONS + "canary,comms,gambling,2026-01-01,2026-12-31,p2,tests\n"},
            (
                "an exemption is for a person or for a role\n --> exemptions.csv:2\n"
                "  = help: fill in one of person_id and role"
            ),
        ),
        (
            {"exemptions": EXEMPTIONS + ",,gambling,2026-01-01,2026-12-31,canary,tests\n"},
            (
                "an exemption is for a person or for a role\n --> exemptions.csv:2\n"
                "  = help: fill in one of person_id and role"
            ),
        ),
        (
            {"exemptions": EXEMPTIONS + ",comms,gambling;gamblng,2026-01-01,2026-12-31,p2,tests\n"},
            "'categories' holds an unknown category\n --> exemptions.csv:2\n  = help: did you mean 'gambling'?",
        ),
        (
            {"self_reports": SELF_REPORTS + "p1,2026-03-10,Ann Canary,INC-1,2026-03-10\n"},
            (
                "'category' holds an unknown category\n --> self_reports.csv:2\n"
                "  = help: known: dating, gambling, social_sharing"
            ),
        ),
        (
            {"directory": DIRECTORY + "p1,canary\np2,EX\\bob;CANARY\n"},
            (
                "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n"
                "  = help: keep one, or give them dates that do not overlap"
            ),
        ),
        (
            {"directory": DIRECTORY + "canary,ann\nCanary,bob\n"},
            (
                "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n"
                "  = help: keep one, or give them dates that do not overlap"
            ),
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,2026-03-10,Canary,agreed\n"},
            "'approver' is the person themself\n --> consents.csv:2\n  = help: let somebody else approve it",
        ),
        (  # an identifier and an account of one person
            {
                "directory": DIRECTORY + "p1,EX\\canary\n",
                "research": RESEARCH + "p1,dating,2026-03-09,2026-03-10,REC-1,ex\\CANARY\n",
            },
            "'approver' is the person themself\n --> research.csv:2\n  = help: let somebody else approve it",
        ),
        (
            {"research": RESEARCH + "canary,,2026-03-09,2026-03-10,REC-1,p2\n"},
            "'categories' is empty\n --> research.csv:2\n  = help: fill it in",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,2926-03-10,p2,agreed\n"},
            "'ends' is no date of our time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,20260309,2026-03-10,p2,agreed\n"},
            "'starts' is no date or time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + '=HYPERLINK("canary"),2026-03-09,2026-03-10,p2,agreed\n'},
            "a formula stands in place of a value\n --> consents.csv:2\n  = help: write what it comes to",
        ),
        (
            {"consents": CONSENTS + "can\0ary,2026-03-09,2026-03-10,p2,agreed\n"},
            "a value holds a control character\n --> consents.csv:2\n  = help: write the row anew",
        ),
        (
            {"self_reports": SELF_REPORTS + "canary,2026-03-10,gambling,INC-1,2026-03-09T23:00\n"},
            (
                "it was reported before its date\n --> self_reports.csv:2\n"
                "  = help: check date and reported_at: nobody reports what has not happened"
            ),
        ),
        (
            {"objections": OBJECTIONS + "canary,2026-03-10,maybe,,,,\n"},
            "'decision' is none that there is\n --> objections.csv:2\n  = help: write pending, upheld, refused",
        ),
        (
            {"objections": OBJECTIONS + "canary,2026-03-10,upheld,,,,\n"},
            "'decided_by' is empty\n --> objections.csv:2\n  = help: fill it in",
        ),
        (
            {"objections": OBJECTIONS + "canary,2026-03-10,pending,,2026-03-01,,\n"},
            "it ends before it starts\n --> objections.csv:2\n  = help: check received and ends",
        ),
        (
            {"leave": LEAVE + "canary,2026-03-10,2026-03-11,morning\n"},
            "a half day is of one day\n --> leave.csv:2\n  = help: write the same date as starts and ends",
        ),
        (
            {"decisions": DECISIONS + "canary,confirmed,p2,2026-03-10,seen\n"},
            "'case_number' is no case number\n --> decisions.csv:2\n  = help: write it as on the case's page: F-…",
        ),
        (
            {"decisions": DECISIONS + "F-7KQ2M9XWTB,guilty,p2,2026-03-10,canary\n"},
            "'decision' is none that there is\n --> decisions.csv:2\n  = help: write confirmed, withdrawn",
        ),
        (
            {"own_devices": "account_or_address\n192.0.2.7/24\n"},
            "'account_or_address' is no network\n --> own_devices.csv:2\n  = help: write 192.0.2.0/24",
        ),
        (
            {"own_devices": "account_or_address\n0.0.0.0/0\n"},
            (
                "'account_or_address' is a network of half the world\n --> own_devices.csv:2\n"
                "  = help: write 192.0.2.0/24"
            ),
        ),
        (
            {"directory": DIRECTORY + "p1,ann,,,,,,2026-01-01,2026-03-31\np1,ann,,,,,,2026-03-31,\n"},
            (
                "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n"
                "  = help: keep one, or give them dates that do not overlap"
            ),
        ),
        (
            {"directory": DIRECTORY + "p1,canary,,,,,,2026-01-01,\np2,canary,,,,,,,2026-01-01\n"},
            (
                "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n"
                "  = help: keep one, or give them dates that do not overlap"
            ),
        ),
        (
            {"consents": CONSENTS + 'canary,2026-03-09,2026-03-10,p2,"a move\n'},
            "not CSV: unexpected end of data\n --> consents.csv:2\n  = help: mend the quotes",
        ),
        (
            {"consents": CONSENTS + 'canary,2026-03-09,2026-03-10,p2,"a" move\n'},
            "not CSV: ',' expected after '\"'\n --> consents.csv:2\n  = help: mend the quotes",
        ),
    ],
)
def test_one_fault_is_one_message_without_a_name(tmp_path: Path, files: Mapping[str, str], message: str) -> None:
    messages = faults_of(tmp_path, files)
    assert messages == [message]
    assert "canary" not in "".join(messages).lower()


def test_an_account_may_stand_with_its_own_identifier(tmp_path: Path) -> None:
    found = load(tmp_path, {"directory": DIRECTORY + "ann,ann;EX\\ann;ann\n"})
    assert found.people[0].accounts == ("ann", "ex\\ann", "ann")


def test_a_file_that_is_no_register_is_told_by_what_it_may_be(tmp_path: Path) -> None:
    messages = faults_of(tmp_path, {"consent": CONSENTS, "ann canary": CONSENTS})
    known = (
        "consents.csv, decisions.csv, exemptions.csv, leave.csv, objections.csv, own_devices.csv, research.csv, "
        "self_reports.csv, service_accounts.csv, shared_devices.csv, statements.csv"
    )
    folder = tmp_path / "registers"
    assert messages == [
        f"a CSV file is no register\n --> {folder}\n  = help: known: {known}",
        f"a CSV file is no register\n --> {folder}\n  = help: did you mean 'consents.csv'?",
    ]


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, {"consents": CONSENTS.encode("utf-16")}) == [
        (
            f"not UTF-8 text\n --> {tmp_path / 'registers/consents.csv'}\n"
            "  = help: save the file as UTF-8 (in Excel: CSV UTF-8)"
        )
    ]


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "registers" / "consents.csv").mkdir(parents=True)
    assert faults_of(tmp_path, {}) == [
        (
            f"cannot be read: {os.strerror(21)}\n --> {tmp_path / 'registers/consents.csv'}\n"
            "  = help: check its permissions"
        )
    ]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    messages = faults_of(
        tmp_path,
        {
            "directory": DIRECTORY + "p1,ann,,,,,,soon,never\np1,bob\n",
            "consents": CONSENTS + ",2026-03-09,,p2,agreed\n",
            "exemptions": "role,catagories,starts,ends,approver,reason\ncomms,gambling,2026-03-09,2026-03-10,p2,x\n",
            "self_reports": SELF_REPORTS + "p1,someday,gamblin;dateing,INC-1,2026-03-10\n",
            "service_accounts": "acount\nsvc\n",
        },
    )
    assert [message.partition("\n")[0] for message in messages] == [
        "'starts' is no date or time",
        "'ends' is no date or time",
        "an identifier or account stands twice",
        "'person_id' is empty",
        "'ends' is empty",
        "column 2 is unknown",
        "'date' is no date or time",
        "'category' holds an unknown category",
        "'category' holds an unknown category",
        "the first line is not the heading",
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["directory", *REGISTER_NAMES]),
    head=st.booleans(),
    cells=st.lists(
        st.lists(
            st.one_of(
                st.text(max_size=8),
                st.sampled_from(["2026-03-09", "9999-12-31", "0001-01-01", "gambling", "=1+1", '"', "\0"]),
            ),
            max_size=10,
        ),
        max_size=4,
    ),
)
def test_whatever_stands_in_a_file_it_is_read_or_refused_without_a_word_of_it(
    tmp_path: Path, kind: str, head: bool, cells: list[list[str]]
) -> None:
    heads = {
        "directory": DIRECTORY, "consents": CONSENTS, "exemptions": EXEMPTIONS, "self_reports": SELF_REPORTS,
        "research": RESEARCH, "objections": OBJECTIONS, "leave": LEAVE, "decisions": DECISIONS,
    }  # fmt: skip
    marked = [[f"canary {cell}" if number % 3 else cell for number, cell in enumerate(row)] for row in cells]
    text = (heads.get(kind, "account,note\n") if head else "") + "\n".join(map(",".join, marked))
    for path in (tmp_path / "registers").glob("*.csv"):
        path.unlink()
    (tmp_path / "directory.csv").unlink(missing_ok=True)
    told = ""
    try:
        load(tmp_path, {kind: text.encode("utf-8", "surrogatepass")})
    except DefinitionError as error:
        told = str(error)
    assert "canary" not in told


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n"])
def test_files_of_other_spreadsheets_are_read(tmp_path: Path, separator: str, first: str) -> None:
    rows = [
        ["person_id", "accounts", "team", "roles"],
        ["p1", '"ann;EX\\ann"', "Finance", ""],
        ["p2", "bob", '"Night\r\nteam"', '"comms;research"'],
    ]
    text = first.format(separator) + "".join(separator.join(row) + "\r\n" for row in rows)
    found = load(tmp_path, {"directory": b"\xef\xbb\xbf" + text.encode()})
    assert [(one.accounts, one.team, one.roles) for one in found.people] == [
        (("ann", "ex\\ann"), "Finance", ()),
        (("bob",), "Night\r\nteam", ("comms", "research")),
    ]
    assert found.people[0].place == f"directory.csv:{3 if first else 2}"


def test_movers_have_rows_and_accounts_pass_from_hand_to_hand(tmp_path: Path) -> None:
    rows = (
        "p1,ann;desk7,Finance,,,,,2026-01-01,2026-03-31\n"
        "p1,ann,Estates,,,,nights,2026-04-01,\n"
        "p2,desk7;bob,Finance,,,,,2026-04-01,\n"
    )
    found = load(tmp_path, {"directory": DIRECTORY + rows})
    assert [(one.person_id, one.team, one.starts) for one in found.people] == [
        ("p1", "Finance", date(2026, 1, 1)),
        ("p1", "Estates", date(2026, 4, 1)),
        ("p2", "Finance", date(2026, 4, 1)),
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=st.lists(st.tuples(st.integers(1, 28), st.integers(0, 6), st.sampled_from("abc")), max_size=6))
def test_an_account_is_in_one_hand_at_a_time_or_the_directory_is_refused(
    tmp_path: Path, spans: list[tuple[int, int, str]]
) -> None:
    rows = [(first, min(28, first + length), name) for first, length, name in spans]
    text = "".join(f"{name}-{n},{name},,,,,,2026-02-{a:02},2026-02-{b:02}\n" for n, (a, b, name) in enumerate(rows))
    held = [(name, day) for a, b, name in rows for day in range(a, b + 1)]
    if len(held) == len(set(held)):
        assert len(load(tmp_path, {"directory": DIRECTORY + text}).people) == len(rows)
    else:
        messages = faults_of(tmp_path, {"directory": DIRECTORY + text})
        assert {message.partition("\n")[0] for message in messages} == {"an identifier or account stands twice"}


def test_what_says_the_same_twice_counts_once_and_what_contradicts_is_told(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "directory": DIRECTORY + "p1,ann\n",
            "consents": CONSENTS + "p1,2026-03-09,2026-03-10,p2,agreed\n" * 2,
            "objections": OBJECTIONS
            + "p1,2026-03-01,refused,,2026-03-31,p2,\np1,2026-03-09,pending,,,,\np1,2026-04-01,upheld,,,p2,\n",
            "decisions": DECISIONS + "F-7KQ2M9XWTB,withdrawn,p2,2026-03-10,a\nF-7KQ2M9XWTB,confirmed,p2,2026-03-11,b\n",
            "shared_devices": "account_or_address\nann\n",
        },
    )
    assert [entry.place for entry in found.entries if entry.register == "consent"] == ["consents.csv:2"]
    assert found.notes == (
        Note("objections.csv:3", "it contradicts objections.csv:2; the one that holds findings back counts"),
        Note("decisions.csv:3", "it contradicts decisions.csv:2; the one that withdraws the case counts"),
        Note("shared_devices.csv:2", "it is also an account of the directory; nothing is held against its person"),
        Note("consents.csv:3", "it says what consents.csv:2 says"),
    )


def test_ten_thousand_rows_are_read_in_no_time(tmp_path: Path) -> None:
    began = time.process_time()
    found = load(
        tmp_path,
        {
            "directory": DIRECTORY + "".join(f"p{n},account{n},Finance,,p1,,,2024-04-01,\n" for n in range(10_000)),
            "leave": LEAVE + "".join(f"p{n},2026-03-09,2026-03-13,\n" for n in range(10_000)),
        },
    )
    assert (len(found.people), len(found.entries)) == (10_000, 10_000)
    assert time.process_time() - began < 10


def test_half_days_and_dates_of_reports(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        {
            "leave": LEAVE + "p1,2026-03-29,2026-03-29,Morning\np1,2026-03-29T09:30,2026-03-29T11:00,\n",
            "self_reports": SELF_REPORTS + "p1,2026-03-29,,INC-1,2026-03-29\n",
        },
    )
    assert [(entry.starts, entry.ends) for entry in found.entries if entry.register == "leave"] == [
        (local(2026, 3, 29), local(2026, 3, 29, 13)),
        (local(2026, 3, 29, 9, 30), local(2026, 3, 29, 11)),
    ]
    assert found.entries[0].reported == local(2026, 3, 30)  # a date alone: until the end of the day


@pytest.mark.parametrize(
    ("starts", "ends", "first", "last"),
    [
        # The night in which clocks go back shows 01:30 twice, an hour apart; the one in spring does not show it.
        ("2026-10-25T01:30", "2026-10-25T01:30", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("2026-03-29T01:30", "2026-03-29T02:30", "2026-03-29T00:30", "2026-03-29T01:30"),
        ("2026-03-29T00:30", "2026-03-29T01:30", "2026-03-29T00:30", "2026-03-29T01:30"),
        ("2026-10-25", "2026-10-25", "2026-10-24T23:00", "2026-10-26T00:00"),
    ],
)
def test_in_the_nights_of_clock_changes_an_entry_is_as_long_as_can_be_meant(
    tmp_path: Path, starts: str, ends: str, first: str, last: str
) -> None:
    registers = load(tmp_path, {"consents": CONSENTS + f"p1,{starts},{ends},p2,agreed\n"})
    pseudonyms = Pseudonyms("2026-W13", lambda *_: b"k" * 32)
    (row,) = register_table(registers, Identities(registers, {}), pseudonyms).select("starts", "ends").rows()
    assert [moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") for moment in row] == [first, last]
