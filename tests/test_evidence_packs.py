"""Evidence packs: what is in them and what is not, what they withstand, and whether the case can be made again."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
import zstandard
from click.testing import CliRunner
from pack_data import NOW, PERIOD, SAMPLE, Opened, open_name, ran, silent

from netaudit.cli import main
from netaudit.custody import Identity, make_identity
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Dpia
from netaudit.errors import DefinitionError, InputError, NetauditError, StoreError
from netaudit.pipeline import buckets, pack_gather, run_audit
from netaudit.pipeline.pack_archive import MANIFEST, SIGNATURE, opened, sealed
from netaudit.pipeline.pack_case import Difference, differences
from netaudit.pipeline.pack_verify import Verdict, verify_pack
from netaudit.pipeline.packs import Packed, make_pack
from netaudit.pipeline.trails import open_trail
from netaudit.protect import Keyring
from netaudit.store import Store, zipped

LOGS = SAMPLE / "logs"
WHO = {"one_hour": "bruno.castell", "games": "niall.orme"}


def packed(
    case: Opened, number: str, to: Path, logs: Path = LOGS, now: datetime = NOW + timedelta(minutes=5), who: str = "ig"
) -> Packed:
    key = case.enrolled.identities[who]
    return make_pack(number, [str(logs)], to, ["Harriet Rowe"], key, case.configuration, case.out, now, silent)


def verified(case: Opened, pack: Path, logs: Path | None = LOGS, who: str = "hr") -> Verdict:
    keys = [case.enrolled.identities[who].sealing]
    return verify_pack(pack, keys, [str(logs)] if logs else [], silent)


def inside(case: Opened, pack: Path) -> Mapping[str, bytes]:
    return opened(pack.read_bytes(), [case.enrolled.identities["hr"].sealing], str(pack)).files


def unpacked_logs(folder: Path) -> Path:
    """Write the sample's logs as plain text."""
    folder.mkdir(parents=True)
    for path in sorted(LOGS.iterdir()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
        (folder / path.name.removesuffix(path.suffix if path.suffix in (".gz", ".zst") else "")).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return the sample week, read in one run, with a case that two people have opened."""
    made = ran(tmp_path_factory.mktemp("week"), [([LOGS], NOW)])
    open_name(made, made.case_of("games"), NOW)
    return made


@pytest.fixture(scope="module")
def pack(case: Opened, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of that case."""
    path = tmp_path_factory.mktemp("packed") / "case.pack"
    packed(case, case.case_of("games"), path)
    return path


def test_the_case_is_made_again_byte_by_byte(case: Opened, pack: Path) -> None:
    verdict = verified(case, pack)
    assert verdict.is_good
    assert verdict.rebuilt
    assert any("byte-identical" in line for line in verdict.said)


def test_every_case_of_nights_read_one_by_one_is_made_again(tmp_path: Path) -> None:
    """Each log is read the night after, and the week is judged anew each time; the class map changes in between."""
    logs = sorted(LOGS.iterdir(), key=lambda path: re.findall(r"\d{8}", path.name)[0])
    nights = [([path], datetime(2026, 3, 10 + number, 5, tzinfo=UTC)) for number, path in enumerate(logs)]
    overlay = tmp_path / "categories"
    shutil.copytree(SAMPLE / "categories", overlay)

    def own_classes(configuration: Configuration) -> Configuration:
        return replace(configuration, categories_folder=overlay)

    made = ran(tmp_path, nights[:3], own_classes)
    overrides = overlay / "overrides.csv"
    overrides.write_text(overrides.read_text() + "\n")
    made = ran_on(made, nights[3:])
    numbers = made.findings.filter(status="new").sort("event_start")["finding_id"].gather_every(4)
    assert len(numbers) > 3
    for number in numbers:
        open_name(made, number, nights[-1][1])
        to = tmp_path / f"{number}.pack"
        packed(made, number, to, now=nights[-1][1] + timedelta(minutes=5))
        verdict = verified(made, to)
        assert verdict.is_good, verdict
        assert any("Rebuilt from 7 runs: byte-identical" in line for line in verdict.said)


def ran_on(made: Opened, nights: list[tuple[list[Path], datetime]]) -> Opened:
    """Run further nights."""
    for logs, now in nights:
        run_audit([str(one) for one in logs], made.configuration, made.out, now, silent)
    store = Store(made.out / "store", Keyring(made.out / "keys"))
    try:
        findings = store.read("findings", PERIOD, "week")
    finally:
        store.close()
    assert findings is not None
    return replace(made, findings=findings)


def test_logs_that_have_grown_between_two_nights_are_made_again(tmp_path: Path) -> None:
    whole, begun = unpacked_logs(tmp_path / "whole"), tmp_path / "begun"
    begun.mkdir()
    for path in whole.iterdir():
        lines = path.read_bytes().splitlines(keepends=True)
        (begun / path.name).write_bytes(b"".join(lines[: len(lines) * 2 // 3]))
    both = tmp_path / "logs"
    for one in (begun, whole):
        shutil.copytree(one, both / one.name)
    made = ran(tmp_path, [([begun], NOW - timedelta(days=1)), ([whole], NOW)])
    number = made.case_of("games")
    open_name(made, number, NOW)
    to = tmp_path / "case.pack"
    packed(made, number, to, logs=both)
    verdict = verified(made, to, logs=both)
    assert verdict.is_good, verdict
    assert any("Rebuilt from 2 runs: byte-identical" in line for line in verdict.said)


def test_what_came_after_is_in_the_pack_and_in_the_rebuild(tmp_path: Path) -> None:
    """A decision and a statement name the case by its number, which another key would not give."""
    registers = tmp_path / "registers"
    shutil.copytree(SAMPLE / "registers", registers)
    made = ran(tmp_path, [([LOGS], NOW)], lambda one: replace(one, registers=registers))
    number = made.case_of("games")
    open_name(made, number, NOW)
    (registers / "statements.csv").write_text(f"case_number,received,statement\n{number},2026-03-21,It was my break.\n")
    (registers / "decisions.csv").write_text(
        f"case_number,decision,decided_by,decided_on,reason\n{number},confirmed,HR,2026-03-22,admitted\n"
    )
    packed(made, number, tmp_path / "case.pack")
    files = inside(made, tmp_path / "case.pack")
    case = json.loads(files["case.json"])
    assert (case["status"], case["statements"]) == ("confirmed", [["2026-03-21", "It was my break."]])
    assert "It was my break." in files["index.html"].decode()
    verdict = verified(made, tmp_path / "case.pack")
    assert verdict.is_good, verdict
    assert any("nothing that the runs were told had changed" in line for line in verdict.said)
    consents = registers / "consents.csv"
    consents.write_text(consents.read_text() + "P0008,2026-05-01,2026-05-02,P0001,holiday\n")
    packed(made, number, tmp_path / "later.pack")
    verdict = verified(made, tmp_path / "later.pack")
    assert verdict.is_good
    assert any("staff directory and registers changed since run 1" in line for line in verdict.said)


def test_without_a_directory_the_person_is_found_by_the_account(tmp_path: Path) -> None:
    made = ran(tmp_path, [([LOGS], NOW)], lambda one: replace(one, directory=None, registers=None))
    number = made.case_of("games")
    open_name(made, number, NOW)
    packed(made, number, tmp_path / "case.pack")
    files = inside(made, tmp_path / "case.pack")
    assert json.loads(files["person.json"])["accounts"] == [WHO["games"]]
    assert verified(made, tmp_path / "case.pack").is_good


def test_who_was_learnt_from_together_is_learnt_from_together_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days too large for the memory are cut by people; the cut follows from keys that the pack has not."""
    for name in ("days", "buckets"):
        monkeypatch.setattr(f"netaudit.pipeline.{name}.SLICE_ROWS", 4_000)
    monkeypatch.setattr(pack_gather, "SLICE_ROWS", 4_000)
    assert buckets.SLICE_ROWS == 4_000
    made = ran(tmp_path, [([LOGS], NOW)])
    for number in made.findings.filter(status="new")["finding_id"][:4]:
        open_name(made, number, NOW)
        packed(made, number, tmp_path / f"{number}.pack")
        files = inside(made, tmp_path / f"{number}.pack")
        assert len(json.loads(files["inputs/groups.json"])) > 100
        assert verified(made, tmp_path / f"{number}.pack").is_good


def test_the_pack_holds_the_person_and_nobody_else(case: Opened, pack: Path) -> None:
    files = inside(case, pack)
    person = json.loads(files["person.json"])
    assert person["accounts"] == [WHO["games"]]
    lines = b"".join(content for name, content in files.items() if name.endswith(".log"))
    assert lines.count(b"\n") > 3
    assert all(WHO["games"].encode() in line for line in lines.splitlines())
    everything = b"\n".join(files.values())
    directory = (SAMPLE / "directory.csv").read_text().splitlines()[1:]
    others = {account for row in directory for account in row.split(",")[1].split(";")} - {WHO["games"], ""}
    assert len(others) > 100
    # Formats are packed as they are shipped, with made-up sample lines in which one of these invented people stands.
    products = ("inputs/class_maps", "inputs/formats")
    shipped = b"\n".join(content for name, content in files.items() if not name.startswith(products))
    assert [name for name in others if name.encode() in shipped] == []
    identifiers = {row.split(",")[0] for row in directory} - set(person["person_id"])
    assert [one for one in identifiers if re.search(rb"\b" + one.encode() + rb"\b", shipped)] == []
    assert WHO["games"].encode() in everything


def test_the_cover_says_what_the_pack_holds(case: Opened, pack: Path) -> None:
    files = inside(case, pack)
    cover = files["index.html"].decode()
    assert "object at" not in cover
    shown = re.sub(r"<[^>]+>", " ", cover.partition("<main")[2])
    for file in json.loads(files["inputs/rebuild.json"])["runs"][0]["files"]:
        assert file["sha256"] in shown
    for text in (WHO["games"], "Ingrid Gale", "Harriet Rowe", "a hearing", "Principle 4", "prefetch",
                 "the name was shown",
                 "What would overturn it", "No statement", "Europe/London", "screen left unlocked"):  # fmt: skip
        assert text in shown, text
    assert "<script" not in cover
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", cover)


def test_lines_of_shielded_sites_are_in_no_pack(tmp_path: Path) -> None:
    """Neither as the address asked for, nor as where somebody came from, nor inside another address."""
    logs = unpacked_logs(tmp_path / "logs")
    path, name = next(one for one in sorted(logs.iterdir()) if "0313" in one.name), WHO["games"].encode()
    lines = path.read_bytes().splitlines()
    mine = [number for number, line in enumerate(lines) if b" " + name + b" " in line and b"crazygames" in line]
    place = mine[len(mine) // 2]
    for url in (b"https://www.samaritans.org/", b"http://example.com/go?to=https%3A%2F%2Fwww.samaritans.org%2F"):
        added = lines[place].split()
        added[5:7] = [b"GET", url]
        lines.insert(place + 1, b" ".join(added))
    path.write_bytes(b"\n".join(lines) + b"\n")
    made = ran(tmp_path, [([logs], NOW)])
    number = made.case_of("games")
    open_name(made, number, NOW)
    packed(made, number, tmp_path / "case.pack", logs)
    files = inside(made, tmp_path / "case.pack")
    shown = b"\n".join(content for name, content in files.items() if not name.startswith("inputs/"))
    assert b"samaritans" not in shown
    assert verified(made, tmp_path / "case.pack", logs).is_good


def test_nothing_unsealed_is_written(case: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    seen: list[bytes] = []
    real = shutil.rmtree

    def watched(path: object, *args: object, **kwargs: object) -> None:
        seen.extend(one.read_bytes() for one in Path(str(path)).rglob("*") if one.is_file())
        real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(shutil, "rmtree", watched)
    monkeypatch.setattr("tempfile._shutil.rmtree", watched)
    to = tmp_path / "case.pack"
    packed(case, case.case_of("games"), to)
    assert verified(case, to).is_good
    assert len(seen) > 5  # the rebuild's store was there, and is gone
    name = WHO["games"].encode()
    assert not [content for content in seen if name in content]
    assert name not in to.read_bytes()
    assert to.stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("place", [0.0, 0.001, 0.3, 0.6, 0.999])
def test_a_changed_byte_is_found_wherever_it_is(case: Opened, pack: Path, tmp_path: Path, place: float) -> None:
    content = bytearray(pack.read_bytes())
    content[int(place * len(content))] ^= 1
    (tmp_path / "changed.pack").write_bytes(content)
    with pytest.raises(StoreError, match="changed"):
        verified(case, tmp_path / "changed.pack", None)


def test_a_pack_that_is_cut_short_does_not_open(case: Opened, pack: Path, tmp_path: Path) -> None:
    for length in (0, 10, 500, pack.stat().st_size - 1):
        (tmp_path / "cut.pack").write_bytes(pack.read_bytes()[:length])
        with pytest.raises(StoreError, match="does not open"):
            verified(case, tmp_path / "cut.pack", None)


def test_another_key_opens_nothing(case: Opened, pack: Path) -> None:
    with pytest.raises(StoreError, match="not sealed to this key"):
        verified(case, pack, None, who="approver")


Forge = Callable[[dict[str, bytes]], object]
FORGERIES: dict[str, tuple[Forge, str]] = {
    "a figure": (
        lambda files: files.update({"case.json": files["case.json"].replace(b"games", b"dating")}),
        "not as it",
    ),
    "a line": (
        lambda files: files.update({one: files[one] + b"x\n" for one in files if one.endswith(".log")}),
        "not as it",
    ),
    "a file more": (lambda files: files.update({"zzz.txt": b"more"}), "does not name"),
    "a file less": (lambda files: files.pop("in_favour.json"), "is missing"),
    "the manifest": (
        lambda files: files.update({MANIFEST: files[MANIFEST].replace(b"Ingrid", b"Astrid")}),
        "signature",
    ),
    "the signature": (
        lambda files: files.update({SIGNATURE: files[SIGNATURE].replace(b'"signature": "', b'"signature": "00')}),
        "signature",
    ),
    "no manifest": (lambda files: files.pop(MANIFEST), "damaged inside"),
    "the order": (lambda files: files.update({"case.json": files.pop("case.json")}), "order"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_recipient_can_forge_nothing(case: Opened, pack: Path, tmp_path: Path, what: str) -> None:
    """Who can open a pack can seal another one; what was signed tells."""
    forge, said = FORGERIES[what]
    with zipfile.ZipFile(
        BytesIO(pyrage.decrypt(pack.read_bytes(), [case.enrolled.identities["hr"].sealing]))
    ) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    forge(files)
    recipient = pyrage.x25519.Recipient.from_str(case.enrolled.identities["hr"].recipient)
    (tmp_path / "forged.pack").write_bytes(pyrage.encrypt(zipped(files), [recipient]))
    with pytest.raises(StoreError, match=said):
        verified(case, tmp_path / "forged.pack", None)


def test_who_signs_a_forgery_is_seen_by_whoever_knows_the_officers(case: Opened, pack: Path, tmp_path: Path) -> None:
    """A whole pack can be made anew with another key: then only the officers' file, or the rebuild, tells."""
    files = dict(inside(case, pack))
    facts = json.loads(files.pop(MANIFEST))
    files.pop(SIGNATURE)
    files["case.json"] = re.sub(rb'"requests": (\d+)', rb'"requests": 1\1', files["case.json"])
    thief = case.enrolled.identities["hr"]
    content, _ = sealed(files, {k: v for k, v in facts.items() if k not in ("files", "format")}, thief, "Ingrid Gale",
                        [thief.recipient])  # fmt: skip
    (tmp_path / "forged.pack").write_bytes(content)
    verdict = verified(case, tmp_path / "forged.pack")
    assert not verdict.is_good
    assert all("requests" in one.field for one in verdict.found)
    content, _ = sealed(files, facts, make_stranger(), "Ingrid Gale", [thief.recipient])
    (tmp_path / "forged.pack").write_bytes(content)
    with pytest.raises(StoreError, match="nobody whom the file of officers names"):
        verify_pack(tmp_path / "forged.pack", [thief.sealing], [], silent, case.configuration)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [("in_favour.json", rb"(?s).*", b"{}\n", "in_favour.json is not what speaks"),
     ("person.json", rb'(?s)("person_id": \[\s*").', rb"\1z", "names another person"),
     ("person.json", rb'(?s)("accounts": \[\s*").', rb"\1z", "names other accounts")],
)  # fmt: skip
def test_an_officer_cannot_sign_another_person_or_leave_out_what_speaks_for_one(
    case: Opened, pack: Path, tmp_path: Path, name: str, old: bytes, new: bytes, said: str
) -> None:
    """The case is made again byte by byte; whose it is, and what speaks for them, has to go with it."""
    files = dict(inside(case, pack))
    facts = {k: v for k, v in json.loads(files.pop(MANIFEST)).items() if k not in ("files", "format")}
    files.pop(SIGNATURE)
    files[name] = re.sub(old, new, files[name], count=1)
    officer = case.enrolled.identities["hr"]
    content, _ = sealed(files, facts, officer, "Ingrid Gale", [officer.recipient])
    (tmp_path / "forged.pack").write_bytes(content)
    verdict = verified(case, tmp_path / "forged.pack")
    assert not verdict.found
    assert any(said in one for one in verdict.faults)


def make_stranger() -> Identity:
    return make_identity("")[1]


def test_a_custody_log_without_an_entry_does_not_hold(case: Opened, pack: Path, tmp_path: Path) -> None:
    files = dict(inside(case, pack))
    facts = {k: v for k, v in json.loads(files.pop(MANIFEST)).items() if k not in ("files", "format")}
    files.pop(SIGNATURE)
    whole = json.loads(files["custody.json"])
    steps = [row["kind"] for row in whole["entries"] if row["kind"].startswith("case.")]  # another test may have packed
    assert steps[-4:] == ["case.requested", "case.approved", "case.opening", "case.opened"]
    key = case.enrolled.identities["ig"]
    for name, change in {
        "an entry": lambda log: log["entries"][1].update(who="somebody else"),
        "a link": lambda log: log["chain"].pop(2),
        "the order": lambda log: log["chain"].reverse(),
    }.items():
        log = json.loads(json.dumps(whole))
        change(log)
        content, _ = sealed(
            files | {"custody.json": json.dumps(log).encode()}, facts, key, "Ingrid Gale",
            [case.enrolled.identities["hr"].recipient],
        )  # fmt: skip
        (tmp_path / "forged.pack").write_bytes(content)
        with pytest.raises(StoreError, match=r"custody|chain"):
            verified(case, tmp_path / "forged.pack", None)
        assert name


@pytest.mark.parametrize("folder", ["policies", "class_maps"])
def test_another_policy_or_map_than_the_recorded_one_is_found(
    case: Opened, pack: Path, tmp_path: Path, folder: str
) -> None:
    """Even where the forger signs."""
    files = dict(inside(case, pack))
    facts = {k: v for k, v in json.loads(files.pop(MANIFEST)).items() if k not in ("files", "format")}
    files.pop(SIGNATURE)
    name = next(one for one in files if one.startswith(f"inputs/{folder}/") and one.endswith(".zip"))
    with zipfile.ZipFile(BytesIO(files[name])) as archive:
        texts = {one: archive.read(one) for one in archive.namelist()}
    texts[next(one for one in texts if one.endswith((".toml", ".csv")))] += b"\n# changed\n"
    files[name] = zipped(texts)
    key = case.enrolled.identities["ig"]
    content, _ = sealed(files, facts, key, "Ingrid Gale", [case.enrolled.identities["hr"].recipient])
    (tmp_path / "forged.pack").write_bytes(content)
    with pytest.raises(StoreError, match=r"not the one that it says it is|cannot be used"):
        verified(case, tmp_path / "forged.pack")


def test_logs_that_are_not_those_are_named_by_their_digest(case: Opened, pack: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(LOGS, logs)
    changed = logs / "access.log-20260314"
    content = changed.read_bytes()
    changed.write_bytes(content.replace(b"TCP_MISS", b"TCP_HIT_", 1))
    with pytest.raises(InputError, match="missing among the logs, or was changed") as error:
        verified(case, pack, logs)
    assert len(error.value.problems) == 1
    assert re.fullmatch("sha256 [0-9a-f]{64}", error.value.problems[0].where)
    changed.unlink()
    with pytest.raises(InputError, match="missing among the logs"):
        verified(case, pack, logs)
    (logs / "access_ext.log-20260310.gz").unlink()
    with pytest.raises(InputError) as error:
        verified(case, pack, logs)
    assert len(error.value.problems) == 2


def test_names_order_and_company_of_logs_make_no_difference(case: Opened, pack: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for number, path in enumerate(sorted(LOGS.iterdir(), reverse=True)):
        shutil.copy(path, logs / f"{number}.moved")
    (logs / "stranger.log").write_bytes(b"1.000 1 192.0.2.1 TCP_MISS/200 1 GET http://a.example/ - DIRECT/- -\n")
    verdict = verified(case, pack, logs)
    assert verdict.is_good
    assert any("were not read" in line and "stranger.log" in line for line in verdict.said)


def test_a_log_that_was_compressed_since_is_the_same(tmp_path: Path) -> None:
    logs = unpacked_logs(tmp_path / "logs")
    made = ran(tmp_path, [([logs], NOW)])
    number = made.case_of("games")
    open_name(made, number, NOW)
    packed(made, number, tmp_path / "case.pack", logs)
    later = tmp_path / "later"
    later.mkdir()
    for path in logs.iterdir():
        (later / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert verified(made, tmp_path / "case.pack", later).is_good


def test_a_pack_needs_an_open_case_an_officer_and_an_assessment(case: Opened, tmp_path: Path) -> None:
    to = tmp_path / "case.pack"
    closed = case.case_of("gambling")
    with pytest.raises(StoreError, match="the case is not open"):
        packed(case, closed, to)
    with pytest.raises(StoreError, match="only officers of IG and HR"):
        packed(case, case.case_of("games"), to, who="approver")
    with pytest.raises(StoreError, match="enrolled"):
        make_pack(case.case_of("games"), [str(LOGS)], to, ["Harriet Rowe"], make_stranger(), case.configuration,
                  case.out, NOW, silent)  # fmt: skip
    without = replace(case, configuration=replace(case.configuration, dpia=Dpia()))
    with pytest.raises(DefinitionError, match="DPIA"):
        packed(without, case.case_of("games"), to)
    with pytest.raises(InputError, match="nobody of that name"):
        make_pack(case.case_of("games"), [str(LOGS)], to, ["Nobody Such"], case.enrolled.identities["ig"],
                  case.configuration, case.out, NOW, silent)  # fmt: skip
    with pytest.raises(InputError, match="missing among the logs"):
        packed(case, case.case_of("games"), to, LOGS / "access.log-20260314")
    assert not to.exists()
    to.write_bytes(b"")
    with pytest.raises(InputError, match="there already"):
        packed(case, case.case_of("games"), to)


def test_the_trail_knows_of_each_pack(case: Opened, tmp_path: Path) -> None:
    made = packed(case, case.case_of("games"), tmp_path / "case.pack")
    last = list(open_trail(case.configuration, case.out).entries())[-1]
    assert (last.kind, last.who) == ("pack.made", "Ingrid Gale")
    assert last.about == {
        "case": case.case_of("games"), "recipients": ["Harriet Rowe"], "manifest": made.manifest_sha256
    }  # fmt: skip


def test_one_changed_line_in_the_store_differs_and_is_told() -> None:
    one = b'{"a": [1, {"b": "x"}], "c": null}'
    assert differences(one, one) == []
    assert differences(one, b'{"a": [1, {"b": "y"}], "c": null}') == [Difference("a[1].b", '"x"', '"y"')]
    assert differences(one, b'{"a": [1], "c": null}') == [Difference("a[1].b", '"x"', "nothing")]
    assert differences(one, one + b" ") == [Difference("the bytes", "written otherwise", "with the same values")]


def test_the_commands_on_another_machine(case: Opened, tmp_path: Path) -> None:
    """Made by the command; verified by a copy of the program elsewhere, in another zone, language and home."""
    to, config = tmp_path / "case.pack", tmp_path / "netaudit.toml"
    text = (SAMPLE / "netaudit.toml").read_text()
    for name in ("directory.csv", "registers", "policies", "categories"):
        text = text.replace(f'"{name}"', f'"{SAMPLE / name}"')
    config.write_text(f'{text}\n[keys]\nofficers = "{case.enrolled.file}"\n')
    stranger = pyrage.x25519.Identity.generate()
    (tmp_path / "age.key").write_text(f"# created: today\n{stranger}\n")
    arguments = ["case", "pack", case.case_of("games"), "--logs", str(LOGS), "--to", str(to),
                 "--recipient", f"A. Solicitor={stranger.to_public()}", "--key", str(case.enrolled.key("ig")),
                 "--config", str(config), "--out", str(case.out)]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert WHO["games"] not in done.output
    place = tmp_path / "elsewhere"
    shutil.copytree(
        Path(__file__).resolve().parents[1] / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(SAMPLE.parent / "categories", place / "categories")
    shutil.copytree(SAMPLE.parent / "reports" / "templates", place / "reports" / "templates")
    (place / "home").mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(place / "src"), "HOME": str(place / "home"), "TZ": "Pacific/Apia",
        "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "4711", "POLARS_MAX_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", "from netaudit.cli import main; main()", "verify", str(to), "--key",
               str(tmp_path / "age.key"), "--logs", str(LOGS), "--to", "report.txt"]  # fmt: skip
    found = subprocess.run(command, cwd=place / "home", env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "byte-identical" in found.stdout
    assert "no audit trail says" in found.stdout
    assert WHO["games"] not in found.stdout + found.stderr
    assert "Nothing speaks against the pack." in (place / "home" / "report.txt").read_text()
    found = subprocess.run(
        command[:-4], cwd=place / "home", env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0
    assert "nothing was made again" in found.stdout
    # Another program: said, and gone on with.
    code = place / "src" / "netaudit" / "assess" / "human_time.py"
    code.write_text(code.read_text() + "\n# another version\n")
    found = subprocess.run(
        command[:-2], cwd=place / "home", env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Program: another one than that of the pack" in found.stdout
    assert "byte-identical" in found.stdout
    policy = place / "src" / "netaudit" / "assess" / "human_time.py"
    policy.write_text(policy.read_text().replace("MINUTE_US = 60_000_000", "MINUTE_US = 59_000_000"))
    found = subprocess.run(
        command[:-2], cwd=place / "home", env=environment, capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "differ" in found.stdout
    assert "packed" in found.stdout


def test_where_the_organisation_is_known_the_trail_says_that_a_pack_was_verified(
    case: Opened, pack: Path, tmp_path: Path
) -> None:
    config = tmp_path / "netaudit.toml"
    config.write_text(f'[keys]\nofficers = "{case.enrolled.file}"\n')
    arguments = [
        "verify",
        str(pack),
        "--key",
        str(case.enrolled.key("hr")),
        "--config",
        str(config),
        "--out",
        str(case.out),
    ]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "an officer (ig) enrolled here" in done.output
    last = list(open_trail(case.configuration, case.out).entries())[-1]
    assert last.kind == "pack.verified"
    assert last.about["rebuilt"] is False


def test_no_name_is_in_any_message(case: Opened, pack: Path, tmp_path: Path) -> None:
    """Faults of everything that can go wrong are without the person's name."""
    said = []
    for attempt in (
        lambda: packed(case, case.case_of("games"), tmp_path / "no" / "such" / "folder"),
        lambda: verified(case, pack, LOGS / "access.log-20260314"),
        lambda: verified(case, pack, None, who="approver"),
    ):
        with pytest.raises(NetauditError) as error:
            attempt()
        said.append(str(error.value))
    assert not [one for one in said if WHO["games"] in one]
