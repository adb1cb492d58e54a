"""The staff directory and the registers: what each row becomes, and faults told without a word of their content."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.definitions.registers import Entry, Person, Registers, load_registers
from netaudit.errors import DefinitionError

LONDON = ZoneInfo("Europe/London")
CATEGORIES = frozenset({"gambling", "dating", "social_sharing"})
DIRECTORY = "person_id,accounts,team,directorate,manager,roles,pattern,starts,ends\n"
CONSENTS = "person_id,starts,ends,approver,reason\n"
EXEMPTIONS = "person_id,role,categories,starts,ends,approver,reason\n"
SELF_REPORTS = "person_id,date,category,incident,reported_at\n"


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
            + ",comms,social_sharing;dating,2026-01-01,2026-12-31,P2,corporate accounts\nP2,,,,,P1,\n",
            "self_reports": SELF_REPORTS + "P1,2026-03-29,gambling,INC-1,2026-03-29T15:20\n",
            "shared_devices": "account_or_address,note\n192.0.2.200,kiosk\nEX\\Reception,\n",
            "service_accounts": "account,note\nEX\\Svc_Backup,nightly\n",
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
        Entry("exemption", "exemptions.csv:3", "p2", None, (), None, None, ""),
        Entry(
            "self_report", "self_reports.csv:2", "p1", None, ("gambling",),
            local(2026, 3, 29), local(2026, 3, 30), "reported as INC-1",
        ),
    )  # fmt: skip
    assert found.shared == {"192.0.2.200", "ex\\reception"}
    assert found.service == {"ex\\svc_backup"}


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
    rows = "P1,2026-03-29,2026-03-29,P2,\nP1,2026-03-09T14:00+00:00,2026-07-09 16:00Z,P2,\n"
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
            "consents": CONSENTS + "P1,2026-03-09,9999-12-31,P2,\nP1,2026-03-09,9999-12-31T23:59:59,P2,\n",
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
            {"consents": "person_id;starts;ends\ncanary;2026-03-09;2026-03-10\n"},
            (
                "the first line is not the heading\n --> consents.csv:1\n"
                "  = help: columns: person_id,starts,ends,approver,reason"
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
            {"consents": "person_id,starts,reason\nP1,2026-03-09,canary\n"},
            "column 'ends' is missing\n --> consents.csv:1\n  = help: columns: person_id,starts,ends,approver,reason",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,2026-03-10,p2,a move, at last\n"},
            "more values than columns\n --> consents.csv:2\n  = help: quote values that hold a comma",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-09,,p2,\n"},
            "'ends' is empty\n --> consents.csv:2\n  = help: fill it in",
        ),
        (
            {"directory": DIRECTORY + "canary\n"},
            "'accounts' is empty\n --> directory.csv:2\n  = help: fill it in",
        ),
        (
            {"self_reports": SELF_REPORTS + "canary,2026-03-10,gambling,,\n"},
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
            {"consents": CONSENTS + "canary,9 March,2026-03-10,p2,\n"},
            "'starts' is no date or time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,2026-02-30,2026-03-10,p2,\n"},
            "'starts' is no date or time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"directory": DIRECTORY + "p1,canary,,,,,,01/04/2024,\n"},
            "'starts' is no date or time\n --> directory.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,0026-03-09,2026-03-10,p2,\n"},
            "'starts' is no date of our time\n --> consents.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"self_reports": SELF_REPORTS + "canary,9999-12-31,,INC-1,\n"},
            "'date' is no date of our time\n --> self_reports.csv:2\n  = help: write 2026-03-09 or 2026-03-09T14:30",
        ),
        (
            {"consents": CONSENTS + "canary,2026-03-10,2026-03-09,p2,\n"},
            "it ends before it starts\n --> consents.csv:2\n  = help: check starts and ends",
        ),
        (
            {"directory": DIRECTORY + "p1,canary,,,,,,2026-03-10,2026-03-09\n"},
            "it ends before it starts\n --> directory.csv:2\n  = help: check starts and ends",
        ),
        (
            {"exemptions": EXEMPTIONS + "canary,comms,gambling,,,p2,\n"},
            (
                "an exemption is for a person or for a role\n --> exemptions.csv:2\n"
                "  = help: fill in one of person_id and role"
            ),
        ),
        (
            {"exemptions": EXEMPTIONS + ",,gambling,,,canary,\n"},
            (
                "an exemption is for a person or for a role\n --> exemptions.csv:2\n"
                "  = help: fill in one of person_id and role"
            ),
        ),
        (
            {"exemptions": EXEMPTIONS + ",comms,gambling;gamblng,,,p2,\n"},
            "'categories' holds an unknown category\n --> exemptions.csv:2\n  = help: did you mean 'gambling'?",
        ),
        (
            {"self_reports": SELF_REPORTS + "p1,2026-03-10,Ann Canary,INC-1,\n"},
            (
                "'category' holds an unknown category\n --> self_reports.csv:2\n"
                "  = help: known: dating, gambling, social_sharing"
            ),
        ),
        (
            {"directory": DIRECTORY + "p1,canary\np2,EX\\bob;CANARY\n"},
            "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n  = help: keep one",
        ),
        (
            {"directory": DIRECTORY + "canary,ann\nCanary,bob\n"},
            "an identifier or account stands twice\n --> directory.csv:3 and directory.csv:2\n  = help: keep one",
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
    known = "consents.csv, exemptions.csv, self_reports.csv, service_accounts.csv, shared_devices.csv"
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
            "consents": CONSENTS + ",2026-03-09,,,\n",
            "exemptions": "role,catagories\ncomms,gambling\n",
            "self_reports": SELF_REPORTS + "p1,someday,gamblin;dateing,INC-1,\n",
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
    kind=st.sampled_from(["directory", "consents", "exemptions", "self_reports", "shared_devices", "service_accounts"]),
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
    heads = {"directory": DIRECTORY, "consents": CONSENTS, "exemptions": EXEMPTIONS, "self_reports": SELF_REPORTS}
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
