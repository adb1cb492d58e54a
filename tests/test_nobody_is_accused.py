"""Nobody is accused of what pages bring along: adverts, pixels, buttons, embedded posts and films, frames."""

from __future__ import annotations

from accusations import TEN, Case, Cases, findings
from browsing import Person

CASES = Cases()
BBC, GUARDIAN = "https://www.bbc.co.uk/", "https://www.theguardian.com/"


def read_news(person: Person, pages: int = 3) -> list[float]:
    """Open some pages of news and return when."""
    times = [TEN + 70.0 * number for number in range(pages)]
    for number, at in enumerate(times):
        person.page(at, f"{BBC}news/story-{number}", adverts=True)
    return times


def banner(person: Person, at: float, host: str, page: str = BBC, size: int = 12_000) -> None:
    """Show an advert of a host in a frame, with its picture."""
    frame = person.get(at, f"https://{host}/promo/frame.html?c={at}", size=size, referrer=page)
    person.get(at + 0.4, f"https://{host}/promo/creative.jpg", "image/jpeg", 45_000, referrer=frame)


# --- Adverts -------------------------------------------------------------------------------------------------


@CASES.nobody
def one_betting_advert(person: Person) -> None:
    at = read_news(person)[1]
    banner(person, at + 2.2, "www.bet365.com")


@CASES.nobody
def a_betting_advert_in_every_page(person: Person) -> None:
    for at in read_news(person, 6):
        banner(person, at + 2.2, "www.bet365.com")


@CASES.nobody
def an_advert_from_the_bookmakers_picture_host(person: Person) -> None:
    for at in read_news(person):
        person.get(at + 1.9, "https://content001.bet365.com/ads/banner.jpg", "image/jpeg", 60_000, referrer=BBC)


@CASES.nobody
def a_slow_advert_half_a_minute_late(person: Person) -> None:
    at = read_news(person)[2]
    banner(person, at + 31, "www.skybet.com")


@CASES.nobody
def adverts_for_dating_and_adult_sites(person: Person) -> None:
    for at, host in zip(
        read_news(person, 4), ("uk.match.com", "www.pornhub.com", "www.tinder.com", "uk.match.com"), strict=True
    ):
        banner(person, at + 2.4, host)


@CASES.nobody
def a_carousel_of_adverts_on_an_open_tab(person: Person) -> None:
    at = read_news(person, 2)[-1]
    person.repeat(at + 45, at + 3 * 3600, 45, lambda now: banner(person, now, "www.bet365.com"))


@CASES.nobody
def a_carousel_that_takes_turns(person: Person) -> None:
    at = read_news(person, 2)[-1]
    hosts = ("www.bet365.com", "www.skybet.com", "uk.match.com", "www.paddypower.com")
    for number in range(200):
        banner(person, at + 30 + 37 * number + number % 3, hosts[number * 7 % 4])


@CASES.nobody
def a_carousel_that_rests_and_comes_again(person: Person) -> None:
    at = read_news(person, 2)[-1]
    for number in (3, 4, 9, 25, 26, 60, 61, 62, 140):
        banner(person, at + 61.7 * number, "www.williamhill.com")


@CASES.nobody
def a_whole_landing_page_loaded_in_a_frame(person: Person) -> None:
    at = read_news(person)[1]
    person.page(at + 2.5, "https://www.skybet.com/welcome-offer", referrer=BBC)


@CASES.nobody
def a_whole_landing_page_in_a_frame_that_names_no_referrer(person: Person) -> None:
    at = read_news(person)[1]
    person.page(at + 2.5, "https://www.skybet.com/welcome-offer")


@CASES.nobody
def a_landing_page_in_a_frame_that_goes_on_fetching(person: Person) -> None:
    """The frame takes its own parts in as it is scrolled past, while nothing else loads."""
    at = read_news(person, 1)[0]
    page = person.page(at + 2.5, "https://www.paddypower.com/offer", referrer=BBC)
    for late in (9, 24, 41):
        person.get(at + late, f"https://i1.paddypower.com/odds-{late}.png", "image/png", 9_000, referrer=page)


@CASES.nobody
def a_film_advert(person: Person) -> None:
    at = read_news(person)[2]
    frame = person.get(at + 2.2, "https://www.williamhill.com/vast/player.html", size=18_000, referrer=BBC)
    for number in range(6):
        person.get(
            at + 3 + 5 * number,
            f"https://whdn.williamhill.com/ad/piece{number}.mp4",
            "video/mp4",
            900_000,
            referrer=frame,
        )


@CASES.nobody
def adverts_on_a_page_of_work(person: Person) -> None:
    for number in range(4):
        at = TEN + 80 * number
        person.page(at, f"https://www.pulsetoday.co.uk/article/{number}")
        banner(person, at + 2.8, "www.betfair.com", "https://www.pulsetoday.co.uk/")


# --- Pixels and buttons --------------------------------------------------------------------------------------


@CASES.nobody
def the_like_button_on_every_site(person: Person) -> None:
    for number in range(24):
        at, site = TEN + 75.0 * number, (BBC, GUARDIAN, "https://www.gov.uk/")[number % 3]
        person.page(at, f"{site}story-{number}", adverts=True)
        person.get(at + 1.2, "https://www.facebook.com/plugins/like.php?h=1", size=14_000, referrer=site)
        person.get(at + 1.4, "https://www.facebook.com/tr/?id=1", "image/gif", 44, referrer=site)
        person.get(
            at + 1.7,
            "https://static.xx.fbcdn.net/rsrc.php/v3/like.js",
            "text/javascript",
            40_000,
            referrer="https://www.facebook.com/",
        )


@CASES.nobody
def pixels_of_a_bookmaker_on_every_site(person: Person) -> None:
    for number in range(30):
        at, site = TEN + 95.0 * number, (BBC, GUARDIAN)[number % 2]
        person.page(at, f"{site}story-{number}", adverts=True)
        person.get(at + 1.2, "https://www.bet365.com/px.gif?u=1", "image/gif", 43, referrer=site)


@CASES.nobody
def a_pixel_that_comes_late_and_alone(person: Person) -> None:
    """A beacon when the page is left, a minute and more after anything else."""
    for number in range(6):
        at = TEN + 300.0 * number
        person.page(at, f"{BBC}story-{number}", adverts=True)
        person.get(at + 95, "https://www.bet365.com/beacon", "text/plain", 400, referrer=BBC, method="POST")


@CASES.nobody
def embedded_posts(person: Person) -> None:
    for at in read_news(person, 8):
        person.get(at + 2, "https://platform.twitter.com/embed/Tweet.html", size=9_000, referrer=BBC)
        person.get(
            at + 2.4,
            "https://pbs.twimg.com/media/1.jpg",
            "image/jpeg",
            80_000,
            referrer="https://platform.twitter.com/",
        )
        person.page(at + 2.8, "https://www.instagram.com/p/abc/embed/", referrer=BBC)


@CASES.nobody
def an_embedded_film_that_nobody_starts(person: Person) -> None:
    for at in read_news(person, 8):
        frame = person.get(at + 2, "https://www.youtube.com/embed/abc", size=55_000, referrer=BBC)
        person.get(at + 2.4, "https://i.ytimg.com/vi/abc/hq.jpg", "image/jpeg", 30_000, referrer=frame)


@CASES.nobody
def embedded_films_at_work_for_hours(person: Person) -> None:
    """Two hours of lessons whose films come from YouTube."""
    for number in range(8):
        at = TEN + 900 * number
        page = person.page(at, f"https://www.e-lfh.org.uk/lesson/{number}")
        frame = person.get(at + 2, f"https://www.youtube.com/embed/{number}", size=55_000, referrer=page)
        for piece in range(80):
            person.get(
                at + 4 + 10 * piece,
                f"https://rr3---sn-aigl6n.googlevideo.com/videoplayback?r={piece}",
                "video/mp4",
                600_000,
                referrer=frame,
            )


@CASES.parameters()
def test_what_pages_bring_along(case: Case, level: str, world: str) -> None:
    assert findings(CASES, level, world)[case.name] == []
