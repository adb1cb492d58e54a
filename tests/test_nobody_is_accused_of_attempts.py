"""Nobody is held to have asked for a blocked page that something else asked for; who did ask is seen to have."""

from __future__ import annotations

from accusations import TEN, Case, Cases, attempts, findings
from browsing import LEVELS, Person

CASES, ASKED, ICONS = Cases(), Cases(), Cases()
BY_ADDRESS = ("urls, referrers, agents", "urls", "urls without types")
TIMED = (*BY_ADDRESS, "tunnels", "tunnels in seconds")
BBC = "https://www.bbc.co.uk/"
BETTING, DATING = "https://www.bet365.com/", "https://uk.match.com/"


@CASES.nobody
def a_blocked_advert_in_a_page(person: Person) -> None:
    for number in range(4):
        at = TEN + 80 * number
        person.page(at, f"{BBC}news/{number}", adverts=True)
        person.get(at + 2.1, f"{BETTING}promo/{number}", denied=True, referrer=BBC)


@CASES.nobody
def one_blocked_advert(person: Person) -> None:
    person.page(TEN, f"{BBC}news/1", adverts=True)
    person.get(TEN + 2.1, f"{BETTING}promo/1", denied=True, referrer=BBC)


@CASES.nobody
def a_blocked_frame_without_a_referrer(person: Person) -> None:
    person.page(TEN, f"{BBC}news/1", adverts=True)
    person.get(TEN + 2.1, f"{DATING}widget", denied=True)


@CASES.nobody
def blocked_prefetches_of_search_results(person: Person) -> None:
    for number in range(5):
        at = TEN + 61.0 * number + number**2
        person.page(at, f"https://www.google.com/search?q={number}", parts=4)
        person.get(at + 3.1, BETTING, denied=True, referrer="https://www.google.com/")


@CASES.nobody
def blocked_once_a_minute_by_a_timer_all_day(person: Person) -> None:
    person.repeat(TEN, TEN + 6 * 3600, 60, lambda at: person.get(at, f"{BETTING}live", denied=True))


@CASES.nobody
def blocked_adverts_of_an_idle_tab(person: Person) -> None:
    person.page(TEN, f"{BBC}news/1", adverts=True)
    person.repeat(
        TEN + 45, TEN + 4 * 3600, 45, lambda at: person.get(at, f"{BETTING}promo/{at}", denied=True, referrer=BBC)
    )


@ICONS.nobody_but(TIMED[3:], "a refused connection does not say what for: an icon, or a page", TIMED)
def a_blocked_icon(person: Person) -> None:
    person.get(TEN, f"{BETTING}favicon.ico", denied=True)


@CASES.nobody
def blocked_background_software(person: Person) -> None:
    for number in range(9):
        person.get(TEN + 977 * number, f"{BETTING}api/v1", denied=True, agent="OddsWidget/2.1", method="POST")


@CASES.nobody
def blocked_tabs_restored_at_the_start(person: Person) -> None:
    for number in range(14):
        person.page(TEN + 0.3 * number, f"https://{('www.gov.uk', 'www.bbc.co.uk')[number % 2]}/tab/{number}", parts=4)
    person.get(TEN + 1.1, BETTING, denied=True)
    for number in range(5):
        person.page(TEN + 60 + 50 * number, f"https://www.gov.uk/work/{number}")


@CASES.nobody
def blocked_pictures_in_a_message(person: Person) -> None:
    mail = person.page(TEN, "https://outlook.office.com/mail/inbox")
    for number in range(5):
        person.get(TEN + 2 + 0.1 * number, f"{BETTING}mail/{number}.gif", denied=True, referrer=mail)


@CASES.nobody
def blocked_links_that_a_scanner_follows(person: Person) -> None:
    for number, site in enumerate((BETTING, DATING, "https://www.skybet.com/", "https://www.ebay.co.uk/", BBC) * 2):
        person.get(TEN + 0.4 * number, f"{site}offer/{number}", denied=site != BBC)


@ASKED.accused(levels=[level for level in LEVELS if level != "names"])
def a_blocked_page_that_was_asked_for(person: Person) -> None:
    person.page(TEN - 400, "https://www.gov.uk/a")
    person.get(TEN, BETTING, denied=True)
    person.get(TEN + 14, BETTING, denied=True)
    person.page(TEN + 300, "https://www.gov.uk/b")


@CASES.parameters()
def test_what_pages_and_programs_ask_for_is_no_finding(case: Case, level: str, world: str) -> None:
    assert findings(CASES, level, world)[case.name] == []


@CASES.parameters()
def test_nor_is_it_an_attempt(case: Case, level: str, world: str) -> None:
    assert attempts(CASES, level, world)[case.name] == []


@ICONS.parameters()
def test_nor_is_an_icon(case: Case, level: str, world: str) -> None:
    assert attempts(ICONS, level, world)[case.name] == []


@ASKED.parameters()
def test_a_blocked_page_that_was_asked_for_is_an_attempt_and_no_finding(case: Case, level: str, world: str) -> None:
    assert findings(ASKED, level, world)[case.name] == []
    assert {category for _, category in attempts(ASKED, level, world)[case.name]} == {"gambling"}
