"""What the annex says where single sites lost their shield, officers changed, or the keys lie elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dpia_site import NOW, WholeSite, words_of
from test_register_use import reading

from netaudit.pipeline import run_audit
from netaudit.pipeline.dpia.switched import WARNING
from netaudit.pipeline.recorded_runs import note_begun

OVERRIDES = "pattern,category,reason,author,date,expires,ticket\n"


@pytest.fixture
def site(tmp_path: Path) -> WholeSite:
    return WholeSite(tmp_path)


def run(site: WholeSite) -> None:
    site.swap("netaudit.toml", 'folder = "keys"', 'folder = "plain_keys"')
    (site.folder / "access.log").write_text(reading("petrel.ann"))
    run_audit([str(site.folder / "access.log")], site.configuration(), site.out, NOW, lambda *_: None)


def shield(site: WholeSite) -> str:
    (found,) = (one for one in site.annex().measures if one.measure_id == "shield")
    return found.says


def test_a_site_that_an_override_takes_the_shield_from_is_named(site: WholeSite) -> None:
    assert WARNING not in shield(site)
    site.write("categories/overrides.csv", f"{OVERRIDES}samaritans.org,dating,a test,IG,2026-01-01,2099-01-01,CHG-1\n")
    assert WARNING in shield(site)
    assert "samaritans.org" in shield(site)
    other = f"{OVERRIDES}bet365.com,dating,a test,IG,2026-01-01,2099-01-01,CHG-1\n"
    site.write("categories/overrides.csv", other)
    assert WARNING not in shield(site)


def test_sites_that_a_list_of_ones_own_leaves_out_are_named(site: WholeSite) -> None:
    site.write("categories/special_trade_union.csv", "pattern,site,role,note\nexample-union.example,,,\n")
    assert WARNING in shield(site)
    assert re.search(r"acorntheunion\.org\.uk, .* and \d+ others", shield(site))


def test_officers_who_changed_since_the_run_are_said_and_older_seals_are_not_denied(site: WholeSite) -> None:
    run(site)
    before = words_of(site.annex())
    assert "The configuration is the one that ran last" in before
    assert "has changed" not in before
    note_begun(site.configuration(), site.out, NOW, given=True)
    assert "has changed" not in words_of(site.annex())
    site.lose_officer("hr")
    seals = site.folder / "store" / "seals"
    seals.mkdir(exist_ok=True)
    (seals / "F-7KQ2M9XWTB.seal").write_bytes(b"sealed")
    after = words_of(site.annex())
    assert "what people keep has changed: officers." in after
    assert "nobody is enrolled for HR; what earlier runs sealed is still kept" in after


def test_without_directory_and_registers_nothing_is_said_to_come_from_them(site: WholeSite) -> None:
    site.swap("netaudit.toml", 'directory = "directory.csv"', "")
    site.swap("netaudit.toml", 'registers = "registers"', "")
    said = words_of(site.annex())
    assert "'Staff directory', 'memory of a run', 'nothing: there is none'" in said
    assert "'Registers', 'memory of a run', 'nothing: there are none'" in said


def test_with_a_key_folder_of_its_own_no_key_lies_in_store_or_reports(site: WholeSite) -> None:
    run(site)
    keys = list((site.folder / "plain_keys").rglob("*.key"))
    assert keys
    secrets = [one.read_bytes() for one in keys]
    for folder in (site.folder / "store", site.out):
        files = [one for one in folder.rglob("*") if one.is_file()]
        assert files
        for one in files:
            assert one.suffix != ".key"
            content = one.read_bytes()
            assert not any(secret in content for secret in secrets)
