"""Two people open the name behind a case; one person does not, whatever they try."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from case_data import NAMES, NOW, PURPOSE, Site, copy_of, in_days, in_hours, make_site, text_of

from netaudit.custody import enrolled, read_cases, said
from netaudit.definitions.officers import load_officers
from netaudit.errors import DefinitionError, NetauditError, StoreError
from netaudit.pipeline.case_list import list_cases
from netaudit.pipeline.case_steps import request_case
from netaudit.pipeline.seals import lapse, lapsed_seals
from netaudit.pipeline.trail_checks import verify_trail
from netaudit.protect import Keyring
from netaudit.store import Store


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = make_site(tmp_path_factory.mktemp("cases") / "site")
    site.run()
    return site


@pytest.fixture
def site(ran: Site, tmp_path: Path) -> Site:
    return copy_of(ran, tmp_path / "site")


@pytest.fixture
def case(site: Site) -> str:
    """A case about somebody in the directory who is no officer."""
    for number in site.seals:
        trial = copy_of(site, site.folder.parent / f"trial-{number}")
        try:
            name = trial.open(trial.approve(trial.request(number)))
        except StoreError:  # it is about one of them
            continue
        finally:
            shutil.rmtree(trial.folder)
        if name.person_id.startswith("quillworth"):
            return number
    raise AssertionError


def refused(site: Site, match: str, do: Any) -> None:
    """Expect that something is refused, that the refusal stands in the trail, and that nobody saw a name."""
    seen, before = len(site.shown), len(site.entries("refused"))
    with pytest.raises(NetauditError, match=match) as caught:
        do()
    assert caught.value.is_recorded
    assert len(site.shown) == seen
    assert len(site.entries("refused")) == before + 1
    assert site.entries("refused")[-1].kind == "refused"


def test_two_people_open_a_case_and_close_it(site: Site, case: str) -> None:
    asked = site.request(case)
    assert (asked.state, asked.requested_by, asked.purpose) == ("requested", "Ingrid Gale", PURPOSE)
    agreed = site.approve(asked)
    assert (agreed.state, agreed.approved_by, agreed.holds) == ("approved", "Harriet Rowe", True)
    name = site.open(agreed)
    number = name.person_id.removeprefix("quillworth")
    assert f"canary{number}" in name.accounts
    assert name.team in ("Finance", "Estates")
    assert (name.case_number, name.period, name.raised) == (case, "2026-W11", date(2026, 3, 20))
    assert "clause" in name.purpose
    state = site.state(case)
    assert state is not None
    assert (state.state, state.was_seen) == ("open", True)
    site.close(case)
    assert case not in site.seals
    state = site.state(case)
    assert state is not None
    assert (state.state, state.outcome, state.holds) == ("closed", "no case to answer", False)
    kinds = [entry.kind for entry in site.entries() if entry.kind.startswith("case.")]
    assert kinds == ["case.requested", "case.approved", "case.opening", "case.opened", "case.closed"]


def test_four_people_may_take_the_four_parts(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case, "ig"), "approver")
    assert site.open(agreed, "second_ig", "second_hr").person_id
    opening = site.entries("case.opening")[0]
    assert (opening.about["ig"], opening.about["hr"]) == ("Iona Grant", "Hugh Rand")


def test_every_case_has_a_name_and_the_names_are_those_of_the_log(site: Site) -> None:
    found: dict[str, set[str]] = {}
    for number in site.seals:
        agreed = site.approve(site.request(number), "approver")
        try:
            name = site.open(agreed, "second_ig", "second_hr")
        except StoreError:
            continue
        found.setdefault(name.person_id or name.accounts[0], set()).add(number)
    assert set(found) == {"quillworth0", "quillworth1", "quillworth2", "quillworth3", "p-harriet", "canary5"}


def test_one_person_cannot_take_all_four_steps(site: Site, case: str) -> None:
    asked = site.request(case)
    refused(site, "nobody can agree to what they asked for", lambda: site.approve(asked, "ig"))
    refused(site, "nobody has agreed to", lambda: site.open(asked))
    refused(site, "not the keys of IG and of HR", lambda: site.open(asked, "ig", "ig"))


def test_nor_can_hr_alone_or_ig_alone(site: Site, case: str) -> None:
    refused(site, "only an officer of IG can ask", lambda: site.request(case, "hr"))
    asked = site.request(case)
    refused(site, "of IG cannot agree", lambda: site.approve(asked, "second_ig"))
    agreed = site.approve(asked)
    refused(site, "not the keys of IG and of HR", lambda: site.open(agreed, "hr", "hr"))
    refused(site, "not the keys of IG and of HR", lambda: site.open(agreed, "hr", "ig"))
    refused(site, "not the keys of IG and of HR", lambda: site.open(agreed, "ig", "second_ig"))
    refused(site, "not the keys of IG and of HR", lambda: site.open(agreed, "ig", "approver"))
    refused(site, "an approver cannot close", lambda: site.close(case, "approver"))
    assert site.open(agreed)


@pytest.mark.parametrize(
    ("name", "person_id"),
    [("Ingrid Gale", ""), ("ingrid  GALE", ""), ("Gale, Ingrid", "P-INGRID"), ("Íngrid-Gale", "p-other"),
     ("Gale, Ingrid", "p-other"), ("IngridGale", "p-other"), ("Ing\u200brid Gale", "p-other"),
     ("Ingr\u0456d Gale", "p-other"), ("\u0399NGRID Gale", "p-other")],
)  # fmt: skip
def test_a_second_enrolment_of_one_person_is_refused(site: Site, case: str, name: str, person_id: str) -> None:
    asked = site.request(case)
    site.officers.add("again", name, "hr", person_id)
    with pytest.raises(DefinitionError, match=r"have the same|cannot be seen"):
        load_officers(site.officers.file)
    with pytest.raises(DefinitionError, match=r"have the same|cannot be seen"):
        site.approve(asked, "again")


def test_one_key_in_two_roles_is_refused(site: Site) -> None:
    identity = site.officers.identities["ig"]
    site.officers.people["again"] = enrolled(identity, "Someone Else", "hr", date(2026, 1, 5))
    site.officers.write()
    with pytest.raises(DefinitionError, match="have the same 'verify_key'"):
        load_officers(site.officers.file)


def test_somebody_who_changes_sides_after_asking_cannot_agree(site: Site, case: str) -> None:
    """The file of officers is written anew: who asked for IG is now of HR, under another name and key."""
    asked = site.request(case)
    del site.officers.people["ig"]
    site.officers.add("turned", "Ingrid Gale", "hr", "p-ingrid")
    refused(site, "nobody has enrolled", lambda: site.approve(asked, "turned"))  # the request itself has lost its key


def test_a_key_that_nobody_enrolled_does_nothing(site: Site, case: str) -> None:
    asked = site.request(case)
    people = dict(site.officers.people)
    site.officers.add("stranger", "Some Stranger", "hr", "p-stranger")
    site.officers.people.clear()
    site.officers.people.update(people)
    site.officers.write()
    refused(site, "nobody has enrolled this key", lambda: site.approve(asked, "stranger"))
    agreed = site.approve(asked)
    refused(site, "nobody has enrolled this key", lambda: site.open(agreed, "ig", "stranger"))


def test_a_new_officer_opens_nothing_that_was_sealed_before(site: Site, case: str) -> None:
    """Who enrols a friend in the file of officers gets no old name."""
    site.officers.add("friend", "Fred Friend", "hr", "p-fred")
    agreed = site.approve(site.request(case), "friend")
    with pytest.raises(StoreError, match="does not open with these two keys"):
        site.open(agreed, "ig", "friend")
    assert not site.shown
    state = site.state(case)
    assert state is not None
    assert state.state == "opening"  # it counts as seen all the same
    refused(site, "was used", lambda: site.open(agreed))


def test_former_officers_cannot_act_and_what_they_said_stays(site: Site, case: str) -> None:
    asked = site.request(case)
    site.officers.leave("ig", date(2026, 3, 20))
    late = in_hours(30)
    agreed = site.approve(asked, now=late)  # who asked was in office then
    refused(site, "not in office", lambda: site.open(agreed, now=late))
    refused(site, "not in office", lambda: site.request(case, now=late))
    assert site.open(agreed, "second_ig", now=late)
    site.officers.leave("hr", date(2026, 3, 20))
    refused(site, "not in office", lambda: site.close(case, now=late))


def test_a_request_ends_by_itself(site: Site, case: str) -> None:
    refused(site, "has expired", lambda: site.approve(site.request(case, now=in_hours(-73)), now=NOW))
    asked = site.request(case)
    agreed = site.approve(asked, now=in_hours(71.9))
    assert site.state(case, in_hours(71.9)) is not None
    refused(site, "has expired", lambda: site.open(agreed, now=in_hours(72.1)))
    state = site.state(case, in_hours(72.1))
    assert state is not None
    assert (state.state, state.holds) == ("expired", False)
    again = site.approve(site.request(case, now=in_hours(73)), now=in_hours(73))
    refused(site, "there is no request", lambda: site.open(agreed, now=in_hours(73)))
    assert site.open(again, now=in_hours(73))


def test_a_clock_that_is_set_back_brings_no_request_back(site: Site, case: str) -> None:
    """The trail went on beyond its end: a run, a view, a refusal. What the clock says afterwards does not matter."""
    agreed = site.approve(site.request(case))
    refused(site, "has expired", lambda: site.open(agreed, now=in_hours(72.1)))
    refused(site, "has expired", lambda: site.open(agreed, now=in_hours(1)))
    waiting = site.request(case, now=in_hours(2))
    refused(site, "has expired", lambda: site.approve(waiting, now=in_hours(75)))
    refused(site, "has expired", lambda: site.approve(waiting, now=in_hours(3)))
    assert site.open(site.approve(site.request(case, now=in_hours(4)), now=in_hours(4)), now=in_hours(4))


def test_hours_may_be_fewer_and_never_more(site: Site, case: str) -> None:
    key = site.officers.identities["ig"]

    def ask(hours: int) -> Any:
        return request_case(site.configuration, site.out, case, PURPOSE, key, NOW, hours)

    refused(site, "no time for a request to wait", lambda: ask(73))
    refused(site, "no time for a request to wait", lambda: ask(0))
    asked = ask(2)
    refused(site, "has expired", lambda: site.approve(asked, now=in_hours(2.1)))


def test_a_request_opens_once(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case))
    assert site.open(agreed)
    refused(site, "was used", lambda: site.open(agreed))
    refused(site, "was used", lambda: site.approve(agreed))
    again = site.approve(site.request(case, "second_ig"))
    assert site.open(again, "second_ig").case_number == case
    assert len(site.entries("case.opening")) == 2


def test_a_case_has_one_request_at_a_time(site: Site, case: str) -> None:
    asked = site.request(case)
    refused(site, "has asked for case .* already", lambda: site.request(case, "second_ig"))
    site.approve(asked)
    refused(site, "has agreed to", lambda: site.approve(asked, "approver"))


def test_what_is_closed_cannot_be_opened_asked_for_or_closed_again(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case))
    site.close(case, "ig")  # a refusal
    for step in (
        lambda: site.open(agreed),
        lambda: site.approve(agreed),
        lambda: site.request(case),
        lambda: site.close(case),
    ):
        refused(site, f"case {case} was closed", step)


@pytest.mark.parametrize("number", ["F-0000000000", "../../keys", "", "F-0000000000\n", "Quillworth Canaryson"])
def test_a_case_that_does_not_exist(site: Site, number: str) -> None:
    refused(site, "there is no case", lambda: site.request(number))
    refused(site, "there is no seal", lambda: site.close(number))
    refused(site, "there is no request", lambda: site.approve(number))
    assert "CANARYSON" not in text_of(site.entries()).upper()  # who types a name sees it, and nobody else does


def test_a_refusal_is_recorded_with_whoever_asked(site: Site, case: str) -> None:
    asked = site.request(case)
    refused(site, "nobody can agree", lambda: site.approve(asked, "ig"))
    about = site.entries("refused")[-1].about
    assert about == {
        "what": "case approve",
        "request": asked.request_id,
        "by": ["Ingrid Gale"],
        "why": ["nobody can agree to what they asked for"],
    }


_TEXTS = (
    "", "  ", "a" * 501, "to ask quillworth1 why", "about CANARY2b.", "\x1b[2J",
    "[canary2b]", "canary2b@mail.example", "<quillworth1>", "EX\\canary2b?", "re_quillworth1=canary2b",
)  # fmt: skip


@pytest.mark.parametrize("text", _TEXTS)
def test_a_purpose_says_something_and_names_nobody(site: Site, case: str, text: str) -> None:
    refused(site, "says nothing|identifier or an account", lambda: site.request(case, purpose=text))


def test_without_a_current_dpia_no_name_is_asked_for_opened_or_listed(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case))
    path = site.folder / "netaudit.toml"
    text = path.read_text()
    path.write_text(
        text.replace("[dpia]", "[mail]\n[never]").partition("[never]")[0]
        + text.partition("[identity]")[1]
        + text.partition("[identity]")[2]
    )
    refused(site, "DPIA", lambda: site.open(agreed))
    refused(site, "DPIA", lambda: site.request(case))
    with pytest.raises(DefinitionError, match="DPIA"):
        list_cases(site.configuration, site.out, NOW)


def forge(site: Site, kind: str, about: dict[str, Any], now: Any = NOW) -> None:
    """Append what somebody with write access to the trail could, with a chain that holds."""
    site.trail.append(kind, about, who="root", at=now)


def test_a_request_that_was_tampered_with_does_not_count(site: Site, case: str) -> None:
    other = next(number for number in site.seals if number != case)
    asked = dict(site.entries("case.requested")[0].about) if site.entries("case.requested") else None
    assert asked is None
    site.request(case)
    about = dict(site.entries("case.requested")[0].about)
    # for another case, for another purpose, for longer, by another officer, unsigned, half signed
    changes: list[tuple[dict[str, Any], str]] = [
        ({"case": other}, "signature"),
        ({"purpose": "something else"}, "signature"),
        ({"expires": "2030-01-01T00:00:00+00:00"}, "signature"),
        ({"by": "Iona Grant"}, "signature"),
        ({"by_signature": "00" * 64}, "signature"),
        ({"by_signature": "no digits"}, "signature"),
        ({"by_key": site.officers.people["second_ig"].verify_key}, "signature"),
        ({"more_signature": "ab"}, "signature"),
        ({"more": "than was said"}, "signature"),
        ({"expires": 3}, "missing"),
    ]
    for number, (change, match) in enumerate(changes):
        request = f"R-FORGED{number}"
        forge(site, "case.requested", about | {"request": request} | change)
        refused(site, match, lambda request=request: site.approve(request))
    unsigned = {name: text for name, text in about.items() if "signature" not in name}
    forge(site, "case.requested", unsigned | {"request": "R-UNSIGNED"})
    refused(site, "signature", lambda: site.approve("R-UNSIGNED"))
    assert len(list_cases(site.configuration, site.out, NOW).faults) == len(changes) + 1


def test_an_old_agreement_is_none_to_a_new_request(site: Site, case: str) -> None:
    site.approve(site.request(case))
    old = dict(site.entries("case.approved")[0].about)
    late = in_hours(73)
    asked = site.request(case, now=late)
    # as it was; for the new request; at its old time; all of them with a valid chain
    forge(site, "case.approved", old, late)
    forge(site, "case.approved", old | {"request": asked.request_id}, late)
    forge(site, "case.approved", old | {"request": asked.request_id, "request_sha256": asked.last_sha256}, late)
    refused(site, "nobody has agreed", lambda: site.open(asked, now=late))
    faults = [str(problem) for _, problem in read_cases(site.entries(), late, site.officers.officers).faults]
    assert ["at another time" in faults[0], "signature" in faults[1], "signature" in faults[2]] == [True] * 3


def test_an_agreement_to_the_request_of_another_case_does_not_count(site: Site, case: str) -> None:
    other = next(number for number in site.seals if number != case)
    mine, theirs = site.request(case), site.request(other)
    hr = site.officers.people["hr"], site.officers.identities["hr"]
    about = {"case": other, "request": theirs.request_id, "request_sha256": mine.last_sha256}
    forge(site, "case.approved", said("case.approved", about, NOW, ("by", *hr)))
    refused(site, "nobody has agreed", lambda: site.open(theirs))


def test_a_self_made_agreement_does_not_count(site: Site, case: str) -> None:
    """Who asked signs an agreement with the same key, with an enrolled one's name, or with a key of their own."""
    asked = site.request(case)
    about = {"case": case, "request": asked.request_id, "request_sha256": asked.last_sha256}
    ig, identity = site.officers.people["ig"], site.officers.identities["ig"]
    forge(site, "case.approved", said("case.approved", about, NOW, ("by", ig, identity)))
    as_hr = replace(ig, name="Harriet Rowe", role="hr")
    forge(site, "case.approved", said("case.approved", about, NOW, ("by", as_hr, identity)))
    site.officers.add("own", "Harriet Rowe", "hr")
    own = site.officers.people.pop("own")
    site.officers.write()
    forge(site, "case.approved", said("case.approved", about, NOW, ("by", own, site.officers.identities["own"])))
    refused(site, "nobody has agreed", lambda: site.open(asked))
    state = site.state(case)
    assert state is not None
    assert state.state == "requested"
    found = verify_trail(site.trail, None, site.officers.officers)
    numbers = [entry.number for entry in site.entries("case.approved")]
    assert [one.partition(" (")[0] for one in found.faults] == [f"entry {number}" for number in numbers]
    assert "The trail is whole." not in found.lines


def test_verify_calls_nothing_made_up_that_only_came_too_late(site: Site, case: str) -> None:
    asked = site.request(case)
    agreed = site.approve(asked)
    again = site.officers.identities["approver"]
    about = {"case": case, "request": asked.request_id, "request_sha256": asked.last_sha256}
    forge(site, "case.approved", said("case.approved", about, NOW, ("by", site.officers.people["approver"], again)))
    assert site.open(agreed)
    site.close(case)
    found = verify_trail(site.trail, None, site.officers.officers)
    assert found.faults == ()
    assert sum("does not count: it agrees to another request" in line for line in found.lines) == 1


def test_without_officers_verify_holds_a_signature_against_its_own_key(site: Site, case: str) -> None:
    asked = site.request(case)
    about = {"case": case, "request": asked.request_id, "request_sha256": asked.last_sha256}
    hr = site.officers.people["hr"]
    signed = said("case.approved", about, NOW, ("by", hr, site.officers.identities["hr"]))
    assert verify_trail(site.trail, None).faults == ()
    forge(site, "case.approved", signed | {"request": "R-222222222222"})
    assert any("signature is missing, or is not that" in one for one in verify_trail(site.trail, None).faults)


def test_a_closing_that_no_officer_signed_destroys_nothing(site: Site, case: str) -> None:
    ig, identity = site.officers.people["ig"], site.officers.identities["ig"]
    closed = said("case.closed", {"case": case, "outcome": "x"}, NOW, ("by", ig, identity))
    forge(site, "case.closed", closed | {"outcome": "y"})
    site.run(in_hours(1))
    assert case in site.seals
    site.officers.add("stranger", "Some Stranger", "hr")
    stranger = site.officers.people.pop("stranger")
    site.officers.write()
    signed = said(
        "case.closed", {"case": case, "outcome": "x"}, NOW, ("by", stranger, site.officers.identities["stranger"])
    )
    forge(site, "case.closed", signed)
    site.run(in_hours(2))
    assert case in site.seals


def test_a_damaged_trail_opens_nothing(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case))
    (path,) = site.out.joinpath("audit").rglob("trail*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"Harriet", b"Harold "))
    with pytest.raises(NetauditError, match=r"was changed|damaged|edited"):
        site.open(agreed)
    assert not site.shown


def test_nothing_is_opened_while_the_second_place_is_out_of_reach(site: Site, case: str) -> None:
    site.configure('[audit]\nsecond = "second"\n')
    agreed = site.approve(site.request(case))
    heads = site.folder / "second" / "heads.jsonl"
    heads.rename(heads.with_name("away"))
    heads.mkdir()  # nobody can write into it
    with pytest.raises(StoreError):
        site.open(agreed)
    assert not site.shown
    heads.rmdir()
    heads.with_name("away").rename(heads)
    assert site.open(agreed).case_number == case


def test_a_name_that_nobody_asks_for_lapses(site: Site, case: str) -> None:
    others = len(site.seals) - 1
    asked = site.request(case, now=in_days(27))
    assert not lapsed_seals(site.configuration, site.out, in_days(28))
    assert len(lapsed_seals(site.configuration, site.out, in_days(29))) == others
    assert len(lapse(site.configuration, site.out, in_days(29))) == others
    assert set(site.seals) == {case}  # somebody has asked
    agreed = site.approve(asked, now=in_days(29))
    assert site.open(agreed, now=in_days(29.5)).case_number == case
    assert not lapse(site.configuration, site.out, in_days(99))  # it is open
    site.close(case, now=in_days(100))
    site.run(in_days(101))
    assert not site.seals  # nothing that lapsed or was closed is sealed again
    words = {row.word for row in list_cases(site.configuration, site.out, in_days(101)).rows}
    assert words == {"lapsed", "closed"}


def test_a_request_that_expired_holds_nothing(site: Site, case: str) -> None:
    site.request(case, now=in_days(27))
    site.run(in_days(29))
    assert set(site.seals) == {case}
    site.run(in_days(31))
    assert not site.seals
    refused(site, "was lapsed", lambda: site.request(case, now=in_days(31)))


def test_what_has_lapsed_cannot_be_asked_for_before_the_run_that_destroys_it(site: Site, case: str) -> None:
    refused(site, "the time to ask for case .* is over", lambda: site.request(case, now=in_days(29)))


def test_fewer_days_count_at_once_and_more_days_for_new_seals_only(site: Site) -> None:
    site.configure("[cases]\nunproven_days = 60\n")
    assert lapsed_seals(site.configuration, site.out, in_days(29))
    path = site.folder / "netaudit.toml"
    path.write_text(path.read_text().replace("60", "3"))
    assert lapsed_seals(site.configuration, site.out, in_days(4))


def decide(site: Site, case: str, decision: str) -> None:
    registers = site.folder / "registers"
    registers.mkdir(exist_ok=True)
    (registers / "decisions.csv").write_text(
        f"case_number,decision,decided_by,decided_on,reason\n{case},{decision},The panel,2026-03-20,looked at\n"
    )
    text = (site.folder / "netaudit.toml").read_text()
    if "registers" not in text:
        text = text.replace("[identity]", '[identity]\nregisters = "registers"')
        (site.folder / "netaudit.toml").write_text(text)


@pytest.mark.parametrize("row", ["{week},,Tribunal,Head of IG,2026-01-05,", ",{case},Grievance,Head of HR,2026-01-05,"])
def test_what_is_held_by_hand_does_not_lapse(site: Site, case: str, tmp_path: Path, row: str) -> None:
    """A purge keeps the name for a tribunal; the run before it must not have destroyed it."""
    holds = tmp_path / "holds.csv"
    (week,) = {one.period for one in lapsed_seals(site.configuration, site.out, in_days(29)) if one.case_number == case}
    holds.write_text("period,case,reason,set_by,set_on,until\n" + row.format(week=week, case=case) + "\n")
    held = replace(site.configuration, holds_file=holds)
    assert case in {one.case_number for one in lapsed_seals(site.configuration, site.out, in_days(29))}
    assert case not in {one.case_number for one in lapse(held, site.out, in_days(29))}
    holds.write_text("nonsense\n")
    assert not lapse(held, site.out, in_days(29))  # nobody knows what must stay
    assert case in {one.case_number for one in lapse(site.configuration, site.out, in_days(29))}


def test_what_was_confirmed_does_not_lapse(site: Site, case: str) -> None:
    decide(site, case, "confirmed")
    site.run(in_days(40))
    assert set(site.seals) == {case}
    assert site.open(site.approve(site.request(case, now=in_days(40)), now=in_days(40)), now=in_days(40))


def test_what_was_withdrawn_loses_its_seal(site: Site, case: str) -> None:
    agreed = site.approve(site.request(case))
    decide(site, case, "withdrawn")
    refused(site, "is withdrawn", lambda: site.open(agreed))
    site.run(in_hours(1))
    assert case not in site.seals
    assert not site.in_store(lambda store: store.keys.tables(case))
    refused(site, "withdrawn", lambda: site.open(agreed))
    assert site.entries("seals.dropped")


def test_a_back_up_that_comes_back_after_closing_does_not_open(site: Site, case: str) -> None:
    """Neither the seals alone, nor with the keys: these are destroyed again, as the case is over."""
    backed_up = copy_of(site, site.folder.with_name("backed up"))
    agreed = site.approve(site.request(case))
    site.close(case)
    shutil.copytree(backed_up.out / "store" / "seals", site.out / "store" / "seals", dirs_exist_ok=True)
    keyring = Keyring(site.out / "keys")
    assert keyring.tables(case) == []
    keyring.close()
    refused(site, "was closed", lambda: site.open(agreed))
    shutil.copytree(backed_up.out / "keys", site.out / "keys", dirs_exist_ok=True)
    refused(site, "was closed", lambda: site.open(agreed))
    site.run(in_hours(1))
    assert case not in site.seals
    store = Store(site.out / "store", Keyring(site.out / "keys"))
    assert store.keys.tables(case) == []
    store.close()


def test_no_name_is_in_anything_that_is_written(site: Site, case: str, capfd: pytest.CaptureFixture[str]) -> None:
    name = site.open(site.approve(site.request(case)))
    refused(
        site,
        "was used",
        lambda: site.open(site.entries("case.opened")[0].about["request"]),
    )
    site.close(case)
    shown = (name.person_id, *name.accounts, name.team)
    assert all(shown)
    for path in site.files():
        content = path.read_bytes().lower()
        for word in (*NAMES, *shown[:-1]):
            assert word.encode() not in content, path
    assert not any(word in text_of(site.entries()) for word in NAMES)
    captured = capfd.readouterr()
    assert not any(word in captured.out + captured.err for word in NAMES)
    assert not any(word in repr(name) for word in NAMES)


def test_the_list_names_nobody_and_says_how_each_case_stands(site: Site, case: str) -> None:
    site.approve(site.request(case))
    found = list_cases(site.configuration, site.out, NOW)
    assert {row.case_number: row.word for row in found.rows}[case] == "approved"
    assert sum(row.word == "sealed" for row in found.rows) == len(site.seals) - 1
    assert not any(word in repr(found) for word in NAMES)
    assert found.stale == 0


def test_a_purpose_in_foreign_letters(site: Site, case: str) -> None:
    assert site.request(case, purpose="Gespräch: 面談").purpose == "Gespräch: 面談"


def test_who_may_not_use_the_store_hears_why(site: Site, case: str) -> None:
    store = Store(site.out / "store", Keyring(site.out / "keys"))
    try:
        refused(site, "another run is using the store", lambda: site.request(case))
    finally:
        store.close()


def test_a_wrong_file_of_officers_stops_everything(site: Site, case: str) -> None:
    site.officers.file.write_text("[[officer]]\nname = 'x'\n")
    for step in (lambda: site.request(case), lambda: site.run(in_hours(1))):
        with pytest.raises(DefinitionError, match="is missing"):
            step()
