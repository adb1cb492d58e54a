"""The other side: who truly did something is found, in every kind of log that can show it."""

from __future__ import annotations

from accusations import TEN, Case, Cases, findings
from browsing import LEVELS, Person

CASES = Cases()
# Without durations, at their ends, the connections of one visit come in any order: that log is no proof of a short one.
SHOWN = [level for level in LEVELS if level != "tunnels without durations"]
BY_ADDRESS = [level for level in LEVELS if level.startswith("urls")]
BBC = "https://www.bbc.co.uk/"


def visit(person: Person, site: str, pages: int = 4, start: float = TEN, pace: float = 41) -> None:
    """Type an address and open some pages of the site."""
    before = ""
    for number in range(pages):
        at = start + pace * number + number * 37 % 23  # nobody clicks by the clock
        before = person.page(at, f"{site}page/{number}" if number else site, referrer=before, adverts=True)


@CASES.accused("gambling", levels=SHOWN)
def a_typed_address_and_some_pages(person: Person) -> None:
    visit(person, "https://www.bet365.com/")


@CASES.accused("gambling", levels=SHOWN)
def one_page_that_was_asked_for_and_read(person: Person) -> None:
    person.page(TEN - 900, "https://www.gov.uk/a")
    person.page(TEN, "https://www.skybet.com/", adverts=True)
    person.page(TEN + 150, "https://www.gov.uk/b")


@CASES.accused("dating", levels=SHOWN)
def a_dating_site_at_lunch(person: Person) -> None:
    visit(person, "https://uk.match.com/", 6, 12.2 * 3600, 55)


@CASES.accused("obscene", levels=SHOWN)
def an_adult_site(person: Person) -> None:
    visit(person, "https://www.pornhub.com/", 3)


@CASES.accused("gambling", levels=BY_ADDRESS)
def a_site_that_keeps_all_on_one_host(person: Person) -> None:
    visit(person, "https://www.betfred.com/", 5, pace=50)


@CASES.accused("gambling", levels=BY_ADDRESS)
def from_a_search_onwards(person: Person) -> None:
    person.page(TEN, "https://www.google.com/search?q=bet", parts=4)
    visit(person, "https://www.paddypower.com/", 4, TEN + 8, 45)


@CASES.accused("gambling", levels=SHOWN)
def by_a_link_on_a_page_of_news(person: Person) -> None:
    person.page(TEN, f"{BBC}sport/1", adverts=True)
    visit(person, "https://www.williamhill.com/", 5, TEN + 95, 50)


@CASES.accused("gambling", levels=BY_ADDRESS)
def a_visit_by_somebody_who_is_shown_adverts_of_it_too(person: Person) -> None:
    for number in range(4):
        person.page(TEN - 900 + 80 * number, f"{BBC}news/{number}", adverts=True)
        person.get(TEN - 898 + 80 * number, f"https://www.skybet.com/promo/{number}", size=9_000, referrer=BBC)
    visit(person, "https://www.skybet.com/", 6)


# In tunnels it is three lines, of which hardly more than the first page is proven.
@CASES.accused("one_hour", levels=BY_ADDRESS)
def an_hour_and_a_half_of_facebook(person: Person) -> None:
    visit(person, "https://www.facebook.com/", 60, TEN, 91)


@CASES.parameters()
def test_who_did_is_seen(case: Case, level: str, world: str) -> None:
    found = findings(CASES, level, world)[case.name]
    assert {(rule, status) for rule, status, _ in found} == {(rule, "new") for rule in case.rules}
