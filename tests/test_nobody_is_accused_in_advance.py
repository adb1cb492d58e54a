"""Nobody is accused of what browsers, scanners and previews fetch before, after or without anybody asking."""

from __future__ import annotations

from accusations import TEN, Case, Cases, findings
from browsing import Person

CASES = Cases()
GOOGLE, BBC = "https://www.google.com/", "https://www.bbc.co.uk/"


def search(person: Person, at: float, words: str) -> str:
    """Open a page of search results and return its address."""
    return person.page(at, f"{GOOGLE}search?q={words}", parts=4)


# --- Browsers in advance -------------------------------------------------------------------------------------


@CASES.nobody
def prefetched_search_results(person: Person) -> None:
    for number in range(8):
        at = TEN + 47.0 * number + number**2
        search(person, at, f"rota+{number}")
        person.get(at + 3.5, "https://www.skybet.com/", size=70_000, referrer=GOOGLE)


@CASES.nobody
def one_prefetched_search_result(person: Person) -> None:
    search(person, TEN, "sky+news")
    person.get(TEN + 2.5, "https://www.skybet.com/", size=70_000, referrer=GOOGLE)
    person.page(TEN + 9, "https://www.bbc.co.uk/news/sky", referrer=GOOGLE, adverts=True)


@CASES.nobody
def a_search_result_rendered_in_advance(person: Person) -> None:
    """The whole page with its parts, then the person opens another result."""
    search(person, TEN, "sky+news")
    person.page(TEN + 2, "https://www.skybet.com/", referrer=GOOGLE)
    person.page(TEN + 12, "https://www.bbc.co.uk/news/sky", referrer=GOOGLE, adverts=True)


@CASES.nobody
def a_result_fetched_as_the_mouse_rests_on_it(person: Person) -> None:
    search(person, TEN, "match+reports")
    person.get(TEN + 38, "https://uk.match.com/", size=55_000, referrer=GOOGLE)
    person.page(TEN + 41, "https://www.bbc.co.uk/news/match", referrer=GOOGLE, adverts=True)


@CASES.nobody
def an_address_rendered_while_it_is_typed(person: Person) -> None:
    """'bet' on the way to 'better.org.uk': Chrome renders the likeliest page, which is thrown away."""
    person.page(TEN - 600, "https://www.gov.uk/pensions")
    person.page(TEN, "https://www.bet365.com/")
    person.page(TEN + 2.5, "https://www.better.org.uk/", parts=10)
    person.page(TEN + 45, "https://www.better.org.uk/pools", referrer="https://www.better.org.uk/")


@CASES.nobody
def an_address_fetched_while_it_is_typed_again_and_again(person: Person) -> None:
    for number in range(5):
        at = TEN + 1200 * number
        person.get(at, "https://www.bet365.com/", size=62_000)
        person.page(at + 3, "https://www.better.org.uk/", parts=10)


@CASES.nobody
def connections_made_in_advance(person: Person) -> None:
    for number in range(12):
        person.spare(TEN + number, "www.bet365.com", 39 if number % 2 else 1_700, 12)
    person.spare(TEN + 4000, "www.skybet.com", 4_800, 75)  # a whole handshake, and nothing asked
    person.spare(TEN + 4000.2, "www.skybet.com", 4_750, 75)


@CASES.nobody
def connections_made_in_advance_by_a_page(person: Person) -> None:
    for number in range(6):
        person.page(TEN + 90 * number, f"{BBC}news/{number}", adverts=True)
        for host in ("www.bet365.com", "uk.match.com"):
            person.spare(TEN + 90 * number + 0.4, host, 4_700, 60)


@CASES.nobody
def links_prefetched_as_they_scroll_into_view(person: Person) -> None:
    person.page(TEN, "https://www.theguardian.com/sport/list", adverts=True)
    for number in range(9):
        person.get(TEN + 5 + 7.3 * number, f"https://www.williamhill.com/tips/{number}", size=48_000,
                   referrer="https://www.theguardian.com/")  # fmt: skip


# --- Browsers by themselves ----------------------------------------------------------------------------------


@CASES.nobody
def icons_of_bookmarks(person: Person) -> None:
    for number, host in enumerate(("www.bet365.com", "uk.match.com", "www.bbc.co.uk", "www.gov.uk")):
        person.get(TEN + 0.1 * number, f"https://{host}/favicon.ico", "image/x-icon", 5_400)


@CASES.nobody
def icons_refreshed_every_hour(person: Person) -> None:
    for hour in range(7):
        person.get(TEN + 3600 * hour + 11 * hour % 7, "https://www.bet365.com/favicon.ico", "image/x-icon", 15_400)


@CASES.nobody
def icons_that_answer_with_a_page(person: Person) -> None:
    """A host without an icon answers with its page for lost addresses."""
    person.get(TEN, "https://www.bet365.com/favicon.ico", "text/html", 6_400, status=404)


@CASES.nobody
def pictures_of_the_most_visited_on_a_new_tab(person: Person) -> None:
    for number in range(6):
        at = TEN + 1500 * number
        for place, host in enumerate(("www.bet365.com", "www.facebook.com", "www.bbc.co.uk", "www.gov.uk")):
            person.get(at + 0.1 * place, f"https://{host}/apple-touch-icon.png", "image/png", 8_400)
        person.page(at + 4, "https://www.gov.uk/start", parts=4)


@CASES.nobody
def twenty_tabs_restored_at_once(person: Person) -> None:
    """The browser starts with yesterday's tabs; the person works in one of them."""
    hosts = ("www.gov.uk", "www.bbc.co.uk", "learn.microsoft.com", "www.theguardian.com", "www.england.nhs.uk")
    for number in range(20):
        person.page(TEN + 0.3 * number, f"https://{hosts[number % 5]}/tab/{number}", parts=4)
    person.page(TEN + 2, "https://www.bet365.com/")
    person.page(TEN + 3.1, "https://www.facebook.com/")
    for number in range(5):
        person.page(TEN + 60 + 50 * number, f"https://www.gov.uk/work/{number}")


@CASES.nobody
def tabs_restored_with_the_betting_page_first(person: Person) -> None:
    person.page(TEN, "https://www.skybet.com/")
    for number in range(1, 12):
        person.page(TEN + 0.3 * number, f"https://{('www.gov.uk', 'www.bbc.co.uk')[number % 2]}/tab/{number}", parts=4)
    for number in range(5):
        person.page(TEN + 60 + 50 * number, f"https://www.gov.uk/work/{number}")


# --- Other programs ------------------------------------------------------------------------------------------


@CASES.nobody
def links_of_a_mail_that_a_scanner_follows(person: Person) -> None:
    """Twelve links of a message of advertisements, each fetched within a second, as a browser."""
    hosts = ("www.bet365.com", "www.skybet.com", "uk.match.com", "www.ebay.co.uk", "www.paddypower.com", "www.asos.com")
    for number in range(12):
        person.get(TEN + 0.35 * number, f"https://{hosts[number % 6]}/offer/{number}", size=52_000)


@CASES.nobody
def pictures_of_a_message(person: Person) -> None:
    outlook = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
    for number in range(9):
        person.get(
            TEN + 0.1 * number, f"https://www.paddypower.com/mail/{number}.gif", "image/gif", 7_000, agent=outlook
        )


@CASES.nobody
def pictures_of_a_message_read_in_the_browser(person: Person) -> None:
    mail = person.page(TEN, "https://outlook.office.com/mail/inbox")
    for number in range(9):
        person.get(
            TEN + 25 + 0.1 * number, f"https://www.paddypower.com/mail/{number}.gif", "image/gif", 7_000, referrer=mail
        )


@CASES.nobody
def previews_of_links_in_chat(person: Person) -> None:
    teams = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Teams/24.1 Chrome/120.0 Electron/28.2 Safari/537.36"
    for number in range(5):
        person.get(TEN + 700 * number, f"https://www.bet365.com/shared/{number}", agent=teams, size=61_000)
        person.get(TEN + 700 * number + 0.6, "https://www.bet365.com/share.png", "image/png", 40_000, agent=teams)


@CASES.nobody
def an_antivirus_that_looks_at_addresses(person: Person) -> None:
    for number in range(30):
        host = ("www.bet365.com", "www.pornhub.com", "uk.match.com")[number % 3]
        person.get(TEN + 333 * number, f"https://{host}/", size=300, agent="AVScanner/9.1", method="HEAD")


@CASES.nobody
def feeds_read_by_a_program(person: Person) -> None:
    for number in range(16):
        person.get(
            TEN + 1800 * number / 2,
            "https://www.skybet.com/blog/feed.xml",
            "application/rss+xml",
            90_000,
            agent="FeedReader/3.1",
        )


@CASES.nobody
def proxy_settings_and_captive_portals(person: Person) -> None:
    for number in range(20):
        person.get(
            TEN + 600 * number,
            "http://wpad.corp.example/wpad.dat",
            "application/x-ns-proxy-autoconfig",
            900,
            agent="WinHttp-Autoproxy-Service-Impl/5.1",
        )
        person.get(TEN + 600 * number + 1, "http://detectportal.firefox.com/success.txt", "text/plain", 300)
        person.get(
            TEN + 600 * number + 2,
            "http://www.msftconnecttest.com/connecttest.txt",
            "text/plain",
            300,
            agent="Microsoft NCSI",
        )


@CASES.parameters()
def test_what_is_fetched_without_anybody_asking(case: Case, level: str, world: str) -> None:
    assert findings(CASES, level, world)[case.name] == []
