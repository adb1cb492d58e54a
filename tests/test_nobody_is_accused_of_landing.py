"""Nobody is accused of where redirects, mistyped addresses, parked domains and windows that open themselves lead."""

from __future__ import annotations

from accusations import TEN, Case, Cases, findings
from browsing import Person

CASES = Cases()
TUNNELS = ("tunnels", "tunnels in seconds", "names")
NOT_SEEN = "the page before and the page after go through a connection that is open: the log holds one visit, alone"
BBC = "https://www.bbc.co.uk/"


def hop(person: Person, at: float, url: str, *, status: int = 302, size: int = 600, referrer: str = "") -> None:
    """Be sent on by an address that has nothing to show."""
    person.get(at, url, "-" if status == 307 else "text/html", size, status=status, referrer=referrer, takes=0.1)


def work_on(person: Person, at: float, pages: int = 4) -> None:
    """Go on with work."""
    for number in range(pages):
        person.page(at + 55 * number, f"https://www.gov.uk/guidance/{number}")


# --- Redirects that lead elsewhere ---------------------------------------------------------------------------


@CASES.nobody
def a_link_at_work_by_way_of_a_bookmakers_counter(person: Person) -> None:
    work_on(person, TEN - 300)
    hop(person, TEN, "https://t.co/abc", status=301)
    hop(person, TEN + 0.3, "https://www.bet365.com/track/click?to=1")
    person.page(TEN + 0.6, "https://www.england.nhs.uk/publication", referrer="https://t.co/")
    work_on(person, TEN + 60)


@CASES.nobody
def a_comparison_site_by_way_of_an_affiliate(person: Person) -> None:
    person.page(TEN, f"{BBC}sport", adverts=True)
    hop(person, TEN + 40, "https://ad.doubleclick.net/clk;1", referrer=BBC)
    hop(person, TEN + 40.2, "https://www.oddschecker.com/out?x=1")
    hop(person, TEN + 40.4, "https://www.williamhill.com/aff/1", status=307)
    person.page(TEN + 40.8, "https://www.theguardian.com/sport", adverts=True)
    person.page(TEN + 120, "https://www.theguardian.com/sport/2", adverts=True)


@CASES.nobody
def hops_alone_at_a_bookmakers(person: Person) -> None:
    hop(person, TEN, "http://bit.ly/3xyz", status=301)
    hop(person, TEN + 0.3, "http://www.skybet.com/go", status=301)
    hop(person, TEN + 0.5, "https://www.skybet.com/go", status=302)
    person.page(TEN + 0.9, "https://www.gov.uk/landing")


@CASES.nobody
def a_page_that_sends_on_by_itself(person: Person) -> None:
    """Meta refresh: a tiny page with an address in it."""
    person.get(TEN, "https://www.paddypower.com/r/gov", size=900)
    person.page(TEN + 1.2, "https://www.gov.uk/landing", referrer="https://www.paddypower.com/")
    work_on(person, TEN + 60)


# --- Landed, and left at once --------------------------------------------------------------------------------


@CASES.nobody
def an_expired_domain_that_leads_to_a_casino(person: Person) -> None:
    work_on(person, TEN - 300)
    hop(person, TEN, "http://www.old-charity.example/", status=301)
    person.page(TEN + 0.5, "https://www.williamhill.com/casino/welcome")
    work_on(person, TEN + 5.5)


@CASES.nobody
def a_mistyped_address_that_leads_to_a_casino(person: Person) -> None:
    hop(person, TEN, "http://www.gov-uk.example/", status=302)
    hop(person, TEN + 0.3, "http://click.parking.example/?x=1", status=302)
    person.page(TEN + 0.7, "https://www.skybet.com/")
    person.page(TEN + 7, "https://www.gov.uk/")
    work_on(person, TEN + 50)


@CASES.nobody
def a_mistyped_address_that_is_a_bookmakers(person: Person) -> None:
    """No redirect: one letter wrong, and the page is closed as it appears."""
    work_on(person, TEN - 300)
    person.page(TEN, "https://www.bet365.com/")
    work_on(person, TEN + 6)


@CASES.nobody
def a_dead_link_that_leads_to_a_casino_before_a_coffee(person: Person) -> None:
    """The person closes the page at once and does nothing more for half an hour."""
    work_on(person, TEN - 300)
    page = person.page(TEN, "https://www.gov.uk/links")
    hop(person, TEN + 40, "http://www.old-charity.example/", status=301, referrer=page)
    person.page(TEN + 40.5, "https://www.williamhill.com/casino/welcome")
    work_on(person, TEN + 1900)


@CASES.nobody
def a_parked_domain_full_of_betting_adverts(person: Person) -> None:
    person.page(TEN, "http://www.goverment-uk.example/", parts=2)
    for number, host in enumerate(("www.bet365.com", "www.paddypower.com", "www.skybet.com")):
        frame = person.get(
            TEN + 1.5 + 0.2 * number,
            f"https://{host}/ads/frame.html",
            size=9_000,
            referrer="http://www.goverment-uk.example/",
        )
        person.get(TEN + 2.2 + 0.2 * number, f"https://{host}/ads/a.png", "image/png", 30_000, referrer=frame)
    person.page(TEN + 12, "https://www.gov.uk/")
    work_on(person, TEN + 50)


@CASES.nobody
def the_providers_page_for_lost_names(person: Person) -> None:
    hop(person, TEN, "http://www.intranett.example/", status=302)
    person.page(TEN + 0.4, "http://search.provider.example/lost?q=intranett", parts=3)
    frame = person.get(
        TEN + 1.5, "https://www.betfair.com/ads/frame.html", size=9_000, referrer="http://search.provider.example/"
    )
    person.get(TEN + 2.2, "https://www.betfair.com/ads/a.png", "image/png", 30_000, referrer=frame)
    work_on(person, TEN + 30)


# --- Windows that open themselves ----------------------------------------------------------------------------


@CASES.nobody
def a_window_opened_under_the_page(person: Person) -> None:
    page = person.page(TEN, "https://www.fmovies-wiki.example/article", adverts=True)
    person.page(TEN + 1.5, "https://www.bet365.com/join", referrer=page)
    for number in range(4):
        page = person.page(TEN + 60 + 50 * number, f"https://www.fmovies-wiki.example/article/{number}", referrer=page)


@CASES.nobody_but(TUNNELS, NOT_SEEN)
def a_window_opened_under_the_page_by_a_click(person: Person) -> None:
    """Any click on the page opens the window, a minute after it loaded, together with the page that was wanted."""
    page = person.page(TEN, "https://www.fan-wiki.example/article", adverts=True)
    person.page(TEN + 60, "https://www.fan-wiki.example/article/2", referrer=page)
    person.page(TEN + 60.4, "https://www.pornhub.com/", referrer="https://www.fan-wiki.example/", adverts=True)
    person.page(TEN + 110, "https://www.fan-wiki.example/article/3", referrer=page)


@CASES.nobody
def a_page_that_frames_a_dating_site(person: Person) -> None:
    page = person.page(TEN, "https://www.quiz.example/who-likes-you")
    person.page(TEN + 1.2, "https://uk.match.com/widget", referrer=page)
    person.page(TEN + 30, "https://www.quiz.example/2", referrer=page)
    person.page(TEN + 31.2, "https://uk.match.com/widget", referrer=page)
    work_on(person, TEN + 80)


@CASES.nobody_but(TUNNELS, NOT_SEEN)
def a_tab_opened_by_a_notification_and_closed(person: Person) -> None:
    work_on(person, TEN - 200)
    person.page(TEN, "https://www.skybet.com/promo", adverts=True)
    work_on(person, TEN + 4)


@CASES.parameters()
def test_where_people_are_led(case: Case, level: str, world: str) -> None:
    assert findings(CASES, level, world)[case.name] == []
