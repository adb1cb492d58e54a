"""Sealed identities: who can open them, what their files tell, and that a run seals each name once."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from canaries import found_in
from case_data import HOUSES, NAMES, NOW, Site, copy_of, in_days, in_hours, make_site, quiet
from hypothesis import given, settings
from hypothesis import strategies as st
from officers_data import WHO
from policy_store import HOUR, TUESDAY, pages

from netaudit.custody import (
    Header,
    Identity,
    Sealed,
    enrolled,
    fingerprint_of,
    make_identity,
    read_header,
    seal,
    unseal,
)
from netaudit.definitions.officers import Officers
from netaudit.errors import StoreError
from netaudit.pipeline import run_audit
from netaudit.pipeline.case_list import list_cases
from netaudit.pipeline.key_tasks import destroy_keys
from netaudit.pipeline.resealing import reseal
from netaudit.pipeline.sealing import NO_OFFICERS
from netaudit.pipeline.seals import seal_headers

DAY = date(2026, 3, 20)
KEYS = {name: make_identity("")[1] for name in WHO}
OFFICERS = Officers(
    tuple(enrolled(KEYS[key], name, role, date(2026, 1, 5), person) for key, (name, role, person) in WHO.items())
)
CASE_KEY = bytes(range(32))
HEADER = Header("F-AAAAAAAAAA", "2026-W11", DAY, DAY + timedelta(days=28), "identity_1", fingerprint_of(OFFICERS, DAY))


def named(person_id: str = "quillworth1", accounts: tuple[str, ...] = ("canary1",), team: str = "Finance") -> Sealed:
    return Sealed("F-AAAAAAAAAA", "2026-W11", "to decide", DAY, DAY + timedelta(days=28), person_id, accounts, team)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = make_site(tmp_path_factory.mktemp("seals") / "site")
    site.run()
    return site


@pytest.fixture
def site(ran: Site, tmp_path: Path) -> Site:
    return copy_of(ran, tmp_path / "site")


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=60), st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_whatever_is_sealed_comes_back_and_no_length_tells_of_it(person: str, accounts: list[str], team: str) -> None:
    what = named(person, tuple(accounts), team)
    content = seal(what, HEADER, OFFICERS, [], DAY, CASE_KEY)
    found = unseal(content, HEADER, CASE_KEY, KEYS["ig"], KEYS["second_hr"])
    kept = len(found.accounts)
    assert (found.person_id, found.team, found.accounts) == (person, team, what.accounts[:kept])
    assert kept + found.more_accounts == len(accounts)
    assert len(content) == len(seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY))


def _flipped(content: bytes) -> list[bytes]:
    places = [0, 5, len(HEADER.line()) - 2, len(HEADER.line()) + 3, len(content) // 2, len(content) - 1]
    changed = [content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :] for place in places]
    return [*changed, content[:-1], content + b"\0", b"", b"\n", content[:100]]


def test_no_bit_of_a_seal_can_change() -> None:
    content = seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY)
    for other in _flipped(content):
        with pytest.raises(StoreError, match="does not open with these two keys"):
            unseal(other, HEADER, CASE_KEY, KEYS["ig"], KEYS["hr"])


@pytest.mark.parametrize(
    "change",
    [
        {"case_number": "F-BBBBBBBBBB"},
        {"period": "2026-W12"},
        {"raised": DAY + timedelta(days=1)},
        {"expires": DAY + timedelta(days=999)},
        {"key": "identity_2"},
        {"officers": "0" * 16},
    ],
)
def test_a_seal_opens_as_what_it_was_made_for(change: dict[str, object]) -> None:
    content = seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY)
    header = replace(HEADER, **change)  # type: ignore[arg-type]
    renamed = header.line() + content[len(HEADER.line()) :]
    assert read_header(renamed) == header
    for wanted, found in ((header, content), (header, renamed), (HEADER, renamed)):
        with pytest.raises(StoreError, match="does not open with these two keys"):
            unseal(found, wanted, CASE_KEY, KEYS["ig"], KEYS["hr"])


@pytest.mark.parametrize("inner", [{"case_number": "F-BBBBBBBBBB"}, {"period": "2026-W12"}, {"expires": DAY}])
def test_what_is_inside_is_of_the_case_outside(inner: dict[str, object]) -> None:
    other = replace(named(), **inner)  # type: ignore[arg-type]
    content = seal(other, HEADER, OFFICERS, [], DAY, CASE_KEY)
    with pytest.raises(StoreError, match="does not open with these two keys"):
        unseal(content, HEADER, CASE_KEY, KEYS["ig"], KEYS["hr"])


@pytest.mark.parametrize(
    ("ig", "hr", "opens"),
    [
        *((ig, hr, True) for ig in ("ig", "second_ig") for hr in ("hr", "second_hr")),
        *((one, one, False) for one in WHO),
        ("hr", "ig", False),
        ("ig", "second_ig", False),
        ("hr", "second_hr", False),
        ("ig", "approver", False),
        ("approver", "hr", False),
    ],
)
def test_one_of_ig_and_one_of_hr_open_it_and_nobody_else(ig: str, hr: str, *, opens: bool) -> None:
    content = seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY)
    if opens:
        assert unseal(content, HEADER, CASE_KEY, KEYS[ig], KEYS[hr]) == named()
        return
    with pytest.raises(StoreError):
        unseal(content, HEADER, CASE_KEY, KEYS[ig], KEYS[hr])


def test_both_keys_open_nothing_without_the_key_of_the_case() -> None:
    content = seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY)
    with pytest.raises(StoreError):
        unseal(content, HEADER, bytes(32), KEYS["ig"], KEYS["hr"])


def test_whom_it_is_about_gets_no_copy_and_the_file_does_not_tell() -> None:
    (about,) = (one for one in OFFICERS.people if one.name == "Harriet Rowe")
    without = seal(named(), HEADER, OFFICERS, [about], DAY, CASE_KEY)
    assert len(without) == len(seal(named(), HEADER, OFFICERS, [], DAY, CASE_KEY))
    with pytest.raises(StoreError) as caught:
        unseal(without, HEADER, CASE_KEY, KEYS["ig"], KEYS["hr"])
    with pytest.raises(StoreError) as changed:
        unseal(without[:-1], HEADER, CASE_KEY, KEYS["ig"], KEYS["hr"])
    assert str(caught.value) == str(changed.value)
    assert unseal(without, HEADER, CASE_KEY, KEYS["ig"], KEYS["second_hr"]) == named()


def _whose(site: Site, case: str, ig: str, hr: str) -> str:
    def look(store: object) -> str:
        header = seal_headers(store)[case]  # type: ignore[arg-type]
        key = store.keys.key(header.key, case)  # type: ignore[attr-defined]
        keys: tuple[Identity, Identity] = (site.officers.identities[ig], site.officers.identities[hr])
        found = unseal(site.seals[case], header, key, *keys)
        return found.person_id or found.accounts[0]

    return str(site.in_store(look))


def owners(site: Site, ig: str = "second_ig", hr: str = "second_hr") -> dict[str, str]:
    """Return whose each case is, as two officers find out; of those whose seals they cannot open nothing."""
    found = {}
    for case in site.seals:
        try:
            found[case] = _whose(site, case, ig, hr)
        except (StoreError, KeyError):  # sealed to others, or without its key
            continue
    return found


def test_a_run_seals_every_case_to_everybody_in_office_but_whom_it_is_about(site: Site) -> None:
    by_others, by_harriet = owners(site), owners(site, "ig", "hr")
    assert set(by_others.values()) == {
        "quillworth0",
        "quillworth1",
        "quillworth2",
        "quillworth3",
        "p-harriet",
        "canary5",
    }
    assert set(by_harriet) == {case for case, who in by_others.items() if who != "p-harriet"}
    assert set(owners(site, "ig", "second_hr")) == set(by_others)
    assert len({len(content) for content in site.seals.values()}) == 1


def test_a_second_run_seals_nothing_anew(site: Site) -> None:
    before, entries = site.seals, len(site.entries())
    site.run(in_hours(1))
    assert site.seals == before
    assert [entry.kind for entry in site.entries()[entries:] if entry.kind.startswith("seals.")] == []


def test_a_later_log_adds_seals_and_leaves_those_that_are_there(site: Site) -> None:
    before = site.seals
    (site.folder / "later.log").write_text(pages("bets.example", [3], 20, TUESDAY + 24 * HOUR))
    site.run(in_hours(1), "later.log")
    assert {case: site.seals[case] for case in before} == before
    (new,) = set(site.seals) - set(before)
    assert owners(site)[new] == "quillworth3"


def test_a_lost_seal_is_made_again_where_the_directory_knows_the_name(site: Site) -> None:
    whose = owners(site)
    shutil.rmtree(site.out / "store" / "seals")
    site.run(in_hours(1))
    gone = {case for case, who in whose.items() if who == "canary5"}  # in no directory, and its log was read before
    assert gone
    assert owners(site) == {case: who for case, who in whose.items() if case not in gone}
    rows = {row.case_number: row.word for row in list_cases(site.configuration, site.out, in_hours(1)).rows}
    assert {case for case, word in rows.items() if word == "unknown"} == gone


def test_a_seal_whose_key_is_lost_is_made_again(site: Site) -> None:
    case = next(case for case, who in owners(site).items() if who == "quillworth0")
    shutil.rmtree(site.out / "keys" / case)
    site.run(in_hours(1))
    assert owners(site)[case] == "quillworth0"


def test_findings_that_fall_away_lose_seal_and_key(site: Site) -> None:
    registers = site.folder / "registers"
    registers.mkdir()
    (registers / "exemptions.csv").write_text(
        "person_id,role,categories,starts,ends,approver,reason\n"
        "quillworth0,,gambling,2026-03-01,2026-03-31,The panel,research on gambling harm\n"
    )
    path = site.folder / "netaudit.toml"
    path.write_text(path.read_text().replace("[identity]", '[identity]\nregisters = "registers"'))
    before = owners(site)
    site.run(in_hours(1))
    gone = {case for case, who in before.items() if who == "quillworth0"}
    assert gone
    assert set(before) - set(site.seals) == gone
    for case in gone:
        assert list((site.out / "keys" / case).glob("*.key")) == []


def test_a_week_that_is_forgotten_forgets_its_names(site: Site) -> None:
    destroy_keys(site.configuration, site.out, "2026-W11", (), DAY, rehearse=False)
    site.run(in_hours(1))
    assert not site.seals
    assert not list((site.out / "keys").glob("F-*/*.key"))


def test_without_officers_nothing_is_sealed_and_the_run_says_so_once(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site", officers=False)
    assert site.run() == (NO_OFFICERS,)
    assert not site.seals
    assert not list((site.out / "keys").glob("F-*"))
    site.configure('[keys]\nofficers = "officers/officers.toml"\n')
    assert site.run(in_hours(1)) == ()  # now those whom the directory knows can be sealed
    assert len(owners(site)) == len(site.seals) > 0
    assert "canary5" not in owners(site).values()


def test_one_role_without_an_officer_seals_nothing(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    for who in ("hr", "second_hr"):
        site.officers.leave(who, date(2026, 2, 1))
    assert site.run() == (NO_OFFICERS,)
    assert not site.seals


def test_cases_close_to_a_limit_are_not_sealed(tmp_path: Path) -> None:
    """Half an hour of houses breaks nothing; and what only may have broken something is nobody's to open."""
    site = make_site(tmp_path / "site", log=pages("homes.example", HOUSES, 30, TUESDAY))
    site.run()
    assert not site.seals


def test_nothing_in_seals_and_keys_tells_a_name(site: Site) -> None:
    assert site.seals
    for path in site.files():
        if "class_maps" in path.parts:
            continue
        content = path.read_bytes().lower()
        assert not any(name.encode() in content for name in NAMES), path
        assert "user_name" not in found_in(content)
    modes = {path.stat().st_mode & 0o777 for path in (site.out / "store" / "seals").iterdir()}
    assert modes == {0o600}
    assert (site.out / "store" / "seals").stat().st_mode & 0o777 == 0o700


def renew(site: Site, ig: str = "ig", hr: str = "hr") -> tuple[int, int, int]:
    keys = site.officers.identities[ig], site.officers.identities[hr]
    done = reseal(site.configuration, site.out, *keys, NOW)
    return done.anew, done.before, done.unopened


def test_resealing_lets_new_officers_in_and_old_ones_out(site: Site) -> None:
    whose = owners(site)
    old = copy_of(site, site.folder.with_name("before"))
    site.officers.add("new_hr", "Nora Hill", "hr", "p-nora")
    assert owners(site, "ig", "new_hr") == {}
    assert list_cases(site.configuration, site.out, NOW).stale == len(whose)
    assert renew(site, "second_ig", "second_hr") == (len(whose), 0, 0)
    assert owners(site, "ig", "new_hr") == whose
    assert renew(site, "second_ig", "second_hr") == (0, len(whose), 0)
    site.officers.leave("second_hr", date(2026, 3, 19))
    assert renew(site, "second_ig", "new_hr") == (len(whose), 0, 0)
    assert owners(site) == {}
    assert owners(site, "ig", "new_hr") == whose
    # whoever left has an old copy of the seals, and an accomplice of IG: the keys to these are gone
    shutil.copytree(old.out / "store" / "seals", site.out / "store" / "seals", dirs_exist_ok=True)
    assert owners(site) == {}
    kinds = [(entry.about["done"], entry.about["names"]) for entry in site.entries("seals.renewed")]
    assert kinds == [("begun", len(whose)), ("finished", len(whose))] * 2


def test_who_is_left_out_of_a_seal_cannot_renew_it_and_hears_not_which(site: Site) -> None:
    whose = owners(site)
    (about_harriet,) = {case for case, who in whose.items() if who == "p-harriet"}
    site.officers.add("new_hr", "Nora Hill", "hr", "p-nora")
    assert renew(site, "ig", "hr") == (len(whose) - 1, 0, 1)
    assert about_harriet not in str(site.entries("seals.renewed")[-1].about)
    assert renew(site, "ig", "second_hr") == (1, len(whose) - 1, 0)
    assert owners(site, "ig", "new_hr") == whose


def test_resealing_takes_two_of_the_right_people(site: Site) -> None:
    site.officers.add("new_hr", "Nora Hill", "hr", "p-nora")
    for pair in (("ig", "ig"), ("hr", "ig"), ("ig", "approver"), ("hr", "second_hr")):
        with pytest.raises(StoreError, match="not the keys of IG and of HR"):
            renew(site, *pair)
    assert renew(site, "ig", "new_hr")[0] == 0  # nobody had sealed to her yet
    assert len(owners(site)) == len(site.seals)


def test_what_is_left_of_lapsed_cases_after_a_crash_is_destroyed(site: Site) -> None:
    """The entry stands, the seals do too: as a kill between the two leaves it."""
    site.trail.append("case.lapsed", {"cases": list(site.seals)}, who="root", at=in_days(29))
    site.run(in_days(29))
    assert not site.seals
    assert not list((site.out / "keys").glob("F-*/*.key"))


@pytest.mark.parametrize("spoil", ["garbage", "empty", "of another case"])
def test_a_spoilt_seal_is_not_taken_for_one(site: Site, spoil: str) -> None:
    whose = owners(site)
    case, other = (next(case for case, who in whose.items() if who == f"quillworth{number}") for number in (0, 1))
    path = site.out / "store" / "seals" / f"{case}.seal"
    content = {"garbage": os.urandom(5_000), "empty": b"", "of another case": site.seals[other]}[spoil]
    path.write_bytes(content)
    site.run(in_hours(1))
    assert owners(site) == whose


def test_a_run_of_another_day_seals_and_destroys_by_the_clock(site: Site) -> None:
    """`run --now` repeats an old run, or tries a later one: no seal is made that lapses at once, and none lapses."""

    def run(now: datetime, clock: datetime) -> None:
        run_audit([str(site.folder / "access.log")], site.configuration, site.out, now, quiet, clock=clock)

    before = site.seals
    assert before
    run(in_days(300), in_days(1))
    assert site.seals == before
    assert not site.entries("case.lapsed")
    for path in (site.out / "store" / "seals").glob("*.seal"):
        path.unlink()
    run(NOW, in_days(60))  # an old week, as it was seen then
    made = [read_header(content) for content in site.seals.values()]
    assert {one.raised for one in made if one} == {in_days(60).date()}
    again = site.seals
    site.run(in_days(61))
    assert site.seals == again
    moments = [entry.at for entry in site.entries()]
    assert moments == sorted(moments)
