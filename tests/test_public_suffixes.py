"""Registered domains: the same as those of the package that carries the public suffix list."""

from __future__ import annotations

import polars as pl
import pytest
from shared_material import SHARED, needs_shared
from tldextract import TLDExtract

from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.public_suffixes import (
    is_public_suffix,
    public_suffixes,
    registered_domain,
    registered_domains,
)

# As shipped: it never goes online and writes no cache.
EXTRACT = TLDExtract(suffix_list_urls=(), cache_dir=None)


def theirs(host: str, *, private: bool) -> str:
    """Return what tldextract says, with the standard's last rule: an unknown last label is a public suffix."""
    parts = EXTRACT.extract_str(host, include_psl_private_domains=private)
    if parts.suffix or not parts.domain or parts.ipv4 or parts.ipv6:
        return parts.top_domain_under_public_suffix
    above = parts.subdomain.rpartition(".")[2]
    return f"{above}.{parts.domain}" if above else ""


def differing(hosts: list[str], *, private: bool) -> dict[str, tuple[str, str]]:
    ours = registered_domains(hosts, private=private)
    both = {host: (own, theirs(host, private=private)) for host, own in zip(hosts, ours, strict=True)}
    return {host: (own, other) for host, (own, other) in both.items() if own != other}


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        # https://github.com/publicsuffix/list/blob/main/tests/test_psl.txt
        ("com", ""),
        ("example.com", "example.com"),
        ("b.example.com", "example.com"),
        ("a.b.example.com", "example.com"),
        ("example", ""),
        ("example.example", "example.example"),
        ("a.b.example.example", "example.example"),
        ("biz", ""),
        ("uk.com", ""),
        ("example.uk.com", "example.uk.com"),
        ("mm", ""),
        ("c.mm", ""),
        ("b.c.mm", "b.c.mm"),
        ("a.b.c.mm", "b.c.mm"),
        ("kyoto.jp", ""),
        ("test.kyoto.jp", "test.kyoto.jp"),
        ("ide.kyoto.jp", ""),
        ("b.ide.kyoto.jp", "b.ide.kyoto.jp"),
        ("c.kobe.jp", ""),
        ("b.c.kobe.jp", "b.c.kobe.jp"),
        ("city.kobe.jp", "city.kobe.jp"),
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("ck", ""),
        ("test.ck", ""),
        ("b.test.ck", "b.test.ck"),
        ("www.ck", "www.ck"),
        ("www.www.ck", "www.ck"),
        ("xn--85x722f.com.cn", "xn--85x722f.com.cn"),
        ("xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s"),
        ("xn--fiqs8s", ""),
        # addresses, and names that nobody has registered
        ("192.0.2.1", ""),
        ("256.0.2.1", "2.1"),
        ("server01", ""),
        ("", ""),
    ],
)
def test_the_standards_own_cases(host: str, domain: str) -> None:
    assert registered_domain(host, private=True) == domain


def test_names_that_companies_give_away() -> None:
    assert registered_domain("a.someone.github.io", private=True) == "someone.github.io"
    assert registered_domain("a.someone.github.io", private=False) == "github.io"


def test_null_has_no_registered_domain() -> None:
    assert registered_domains([None, "www.bbc.co.uk"], private=True) == ["", "bbc.co.uk"]


@pytest.mark.parametrize("private", [False, True])
def test_every_pattern_as_tldextract_has_it(private: bool) -> None:
    hosts = load_class_map(categories_folder()).rules.get_column("host").to_list()
    assert differing(hosts, private=private) == {}


@needs_shared
@pytest.mark.parametrize("private", [False, True])
def test_busy_names_as_tldextract_has_them(private: bool) -> None:
    path = SHARED / "categories" / "umbrella-top-100k-20260724.txt.gz"
    names = pl.read_csv(path, has_header=False, new_columns=["name"]).get_column("name")
    assert names.len() > 90_000
    assert differing(names.sample(20_000, seed=7).to_list(), private=private) == {}


@pytest.mark.parametrize("private", [False, True])
def test_every_suffix_and_what_is_under_it(private: bool) -> None:
    suffixes = public_suffixes(private=private)
    assert len(suffixes) > 7_000
    hosts = [above + suffix for suffix in suffixes for above in ("", "a.", "b.a.", "c.b.a.")]
    # Where one rule is *.x and another stands below a.x, tldextract loses sight of the first and takes a name above
    # for the registered domain of a.x; the standard says that of all rules which match the longest prevails.
    rules = [f".{suffix}" for suffix in suffixes]
    different = differing(hosts, private=private)
    assert len(different) < 20
    for host, (ours, other) in different.items():
        assert ours == ""
        assert host.endswith(f".{other}")
        assert any(rule.endswith(f".{host}") for rule in rules)


def test_is_public_suffix_as_tldextract_has_it() -> None:
    suffixes = public_suffixes(private=True)
    hosts = [above + suffix for suffix in suffixes for above in ("", "a.")] + ["server01", "example.org", "192.0.2.1"]
    assert [host for host in hosts if is_public_suffix(host) != (EXTRACT.extract_str(host).suffix == host)] == []
    assert is_public_suffix("CO.UK")
