"""`netaudit categories import` and `sources`: what they print, and how they end."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli import main

ADAPTER = """
title = "Our list"
homepage = "https://lists.example/"
licence = "ours"
attribution = "IG team"
tier = "bulk"
syntax = "squidguard"

[classes]
casinos = "gambling"
papers = "news"

[expected]
casinos = 100
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "categories" / "sources").mkdir(parents=True)
    (tmp_path / "categories" / "sources" / "our_list.toml").write_text(ADAPTER)
    (tmp_path / "netaudit.toml").write_text('[categories]\nfolder = "categories"\n')
    lists(tmp_path / "good")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lists(folder: Path, casinos: int = 100, *more: str) -> Path:
    for name, lines in {
        "casinos": [*(f"bet{n}.example" for n in range(casinos)), *more],
        "papers": ["daily.example"],
    }.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "domains").write_text("\n".join([*lines, "192.0.2.1", ""]))
    return folder


def netaudit(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["categories", *arguments])


def test_an_import_says_what_it_did(site: Path) -> None:
    run = netaudit("import", "our_list", "--from", "good")
    assert (run.exit_code, run.stderr) == (0, "")
    version = json.loads((site / "category_lists" / "live.json").read_text())["sources"]["our_list"]["version"]
    assert run.stdout == (
        "our_list: Our list (bulk; ours)\n"
        "class    category  rows  before  expected\n"
        "casinos  gambling   100       –       100\n"
        "papers   news         1       –         –\n"
        "103 lines + 0 further names on them = 101 rows + 0 in quarantine + 2 not used\n"
        "  not used: 2 × an address, not a name\n"
        f"Imported: version {version[:16]} with 101 rows is live\n"
    )
    again = netaudit("import", "our_list", "--from", "good")
    assert again.stdout.endswith(f"version {version[:16]} with 101 rows is live (the same rows as before)\n")


def test_what_was_imported_is_looked_up(site: Path) -> None:
    assert netaudit("import", "our_list", "--from", str(site / "good")).exit_code == 0
    told = netaudit("lookup", "www.bet7.example").stdout
    assert told == "www.bet7.example: gambling, counts as unknown (bulk, our_list, unconfirmed)\n"


def test_a_trial_changes_nothing(site: Path) -> None:
    run = netaudit("import", "our_list", "--from", "good", "--dry-run")
    assert run.exit_code == 0
    assert run.stdout.endswith("A trial: nothing was changed, no version is live\n")
    assert not (site / "category_lists").exists()


def test_a_refusal_shows_the_rows_and_ends_with_two(site: Path) -> None:
    assert netaudit("import", "our_list", "--from", "good").exit_code == 0
    before = {path: path.read_bytes() for path in (site / "category_lists").rglob("*") if path.is_file()}
    lists(site / "bad", 400, "ward.trust.nhs.uk", "www.samaritans.org")
    run = netaudit("import", "our_list", "--from", "bad")
    assert run.exit_code == 2
    assert "  in quarantine: ward.trust.nhs.uk as gambling: our own lists know it as business_nhs\n" in run.stdout
    assert "Refused: version " in run.stdout
    assert (
        "error: 2 of 403 rows accuse sites that no honest list accuses, more than 0.1 %: ward.trust.nhs.uk"
        in run.stderr
    )
    assert (
        "error: class 'casinos' has 402 rows, 100 in the last version: a change of more than 25 %; new: " in run.stderr
    )
    assert (
        "  = help: look at the rows; if the change is right, import it with --accept 'casinos=why it is right'"
        in run.stderr
    )
    assert {path: path.read_bytes() for path in (site / "category_lists").rglob("*") if path.is_file()} == before


def test_a_reason_lifts_a_change_of_size(site: Path) -> None:
    assert netaudit("import", "our_list", "--from", "good").exit_code == 0
    lists(site / "grown", 400)
    run = netaudit("import", "our_list", "--from", "grown", "--accept", "casinos=merged with another = list")
    assert run.exit_code == 0
    assert "accepted: gambling: casinos: merged with another = list\n" in run.stdout
    entry = json.loads((site / "category_lists" / "live.json").read_text())["sources"]["our_list"]
    assert entry["accepted"] == {"gambling": "casinos: merged with another = list"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["our_lists", "--from", "good"],
            "unknown source 'our_lists'\n --> netaudit categories sources\n  = help: did you mean 'our_list'?",
        ),
        (["our_list", "--from", "nothing"], "the path leads to nothing\n --> nothing"),
        (["our_list", "--from", "good", "--accept", "casinos"], "'casinos' does not say what is accepted and why"),
        (["our_list", "--from", "good", "--accept", "casino=x"], "our_list has no class 'casino' to accept"),
        (
            ["our_list", "--from", "https://lists.example/a"],
            "the configuration does not say that our_list comes from https://lists.example/a",
        ),
        (
            ["our_list", "--from", "file:///etc/passwd"],
            "the configuration does not say that our_list comes from file:///etc/passwd",
        ),
    ],
)
def test_slips_are_told(site: Path, arguments: list[str], told: str) -> None:
    run = netaudit("import", *arguments)
    assert run.exit_code == 2
    assert f"error: {told}" in run.stderr
    assert not (site / "category_lists").exists()


def test_another_address_than_the_configured_one_is_not_asked(site: Path) -> None:
    (site / "netaudit.toml").write_text(
        '[categories]\nfolder = "categories"\n[categories.downloads.our_list]\n'
        f'url = "http://127.0.0.1:9/a"\nsha256 = "{"0" * 64}"\n'
    )
    run = netaudit("import", "our_list", "--from", "http://127.0.0.1:9/b")
    assert run.exit_code == 2
    assert "does not say that our_list comes from http://127.0.0.1:9/b" in run.stderr
    run = netaudit("import", "our_list", "--from", "http://127.0.0.1:9/a")
    assert run.exit_code == 2
    assert "error: it could not be fetched: " in run.stderr


def test_an_unsafe_archive_is_one_sentence(site: Path) -> None:
    with tarfile.open(site / "evil.tar.gz", "w:gz") as archive:
        archive.add(site / "good", "good")
        link = tarfile.TarInfo("good/casinos/urls")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    run = netaudit("import", "our_list", "--from", "evil.tar.gz")
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr == (
        "error: a link leads out of it\n --> evil.tar.gz: good/casinos/urls\n"
        "  = help: nothing was changed; get the list anew from its homepage, or look at what is in it\n"
    )


def test_a_name_that_upsets_terminals_is_spelt_out(site: Path) -> None:
    with tarfile.open(site / "evil.tar", "w") as archive:
        link = tarfile.TarInfo("good/\x1b[2Jcasinos")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    run = netaudit("import", "our_list", "--from", "evil.tar")
    assert "\x1b" not in run.output
    assert "good/\\x1b[2Jcasinos" in run.stderr


def test_sources_are_listed_with_what_is_taken(site: Path) -> None:
    run = netaudit("sources")
    assert run.exit_code == 0
    assert (
        "our_list: Our list\n  bulk; ours; https://lists.example/\n  gambling: casinos\n  news: papers\n" in run.stdout
    )
    assert "ut1: UT1 blacklists of the University of Toulouse Capitole\n  bulk; CC BY-SA 4.0; " in run.stdout
    assert "  left out: agressif, audio-video, " in run.stdout
    assert site.exists()


def test_check_runs_the_examples_of_adapters_and_knows_downloads(site: Path) -> None:
    (site / "netaudit.toml").write_text(
        '[categories]\nfolder = "categories"\n[categories.downloads.ut]\n'
        f'url = "https://lists.example/"\nsha256 = "{"0" * 64}"\n'
    )
    run = CliRunner().invoke(main, ["check"])
    assert run.exit_code == 2
    assert "ok    source our_list: 0 examples" in run.stdout
    assert "wrong downloads: 1 examples" in run.stdout
    assert "error: there is no source 'ut'" in run.stderr
    assert "did you mean 'ut1'?" in run.stderr


def test_large_sources_are_summed_up_by_category(site: Path) -> None:
    classes = "\n".join(f'c{n} = "{("gambling", "news")[n % 2]}"' for n in range(40))
    text = ADAPTER.replace('casinos = "gambling"\npapers = "news"', classes).replace("casinos = 100", "c0 = 1")
    (site / "categories" / "sources" / "large.toml").write_text(text)
    for number in range(40):
        folder = site / "large" / f"c{number}"
        folder.mkdir(parents=True)
        (folder / "domains").write_text(f"host{number}.example\n")
    run = netaudit("import", "large", "--from", "large")
    assert run.exit_code == 0
    assert "20 classes  gambling    20       –         –\n20 classes  news        20       –         –\n" in run.stdout
