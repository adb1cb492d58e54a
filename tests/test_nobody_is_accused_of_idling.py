"""Nobody is accused of what goes on by itself: open tabs, players, phones, standing connections, calls."""

from __future__ import annotations

from accusations import TEN, Case, Cases, findings
from browsing import CHROME, LEVELS, Person

CASES, SOUND = Cases(), Cases()


@CASES.nobody
def webmail_left_open_all_day(person: Person) -> None:
    person.page(TEN, "https://mail.yahoo.com/", parts=6)
    person.repeat(
        TEN + 60,
        TEN + 7 * 3600,
        60,
        lambda at: person.get(at, "https://mail.yahoo.com/ws/mail/v3/batch", "application/json", 1_400),
    )


@CASES.nobody
def facebook_left_open_all_day(person: Person) -> None:
    for number in range(3):
        person.page(TEN + 50 * number, f"https://www.facebook.com/post/{number}")
    person.repeat(
        TEN + 180,
        TEN + 7 * 3600,
        30,
        lambda at: person.get(at, "https://www.facebook.com/ajax/mercury", "application/json", 900),
    )
    person.repeat(
        TEN + 200,
        TEN + 7 * 3600,
        300,
        lambda at: person.get(at, "https://edge-chat.facebook.com/pull", "application/json", 700),
    )


@CASES.nobody
def a_page_of_news_that_reloads_itself(person: Person) -> None:
    person.repeat(
        TEN, TEN + 6 * 3600, 300, lambda at: person.page(at, "https://www.theguardian.com/uk/live", adverts=True)
    )


@SOUND.nobody
def radio_all_day(person: Person) -> None:
    person.page(TEN, "https://www.globalplayer.com/live/")
    person.repeat(
        TEN + 4,
        TEN + 6 * 3600,
        10,
        lambda at: person.get(at, f"https://media-ssl.musicradio.com/live/{at:.0f}.aac", "audio/aac", 160_000),
    )


@CASES.nobody
def music_behind_work(person: Person) -> None:
    person.page(TEN, "https://open.spotify.com/")
    person.repeat(
        TEN + 4,
        TEN + 5 * 3600,
        190,
        lambda at: person.get(at, f"https://audio-fa.scdn.co/audio/{at:.0f}", "audio/mpeg", 4_000_000),
    )
    for number in range(40):
        person.page(TEN + 60 + 420 * number, f"https://www.gov.uk/guidance/{number}")


@CASES.nobody
def songs_of_all_lengths_behind_work(person: Person) -> None:
    person.page(TEN, "https://open.spotify.com/")
    at = TEN + 4
    for number in range(70):
        person.get(at, f"https://audio-fa.scdn.co/audio/{number}", "audio/mpeg", 4_000_000 + 90_000 * (number * 7 % 31))
        at += 150 + number * 37 % 140
    for number in range(20):
        person.page(TEN + 60 + 840 * number, f"https://www.gov.uk/guidance/{number}")


@CASES.nobody
def a_long_film_for_work(person: Person) -> None:
    person.page(TEN, "https://web.microsoftstream.com/video/1")
    person.repeat(
        TEN + 4,
        TEN + 2 * 3600,
        6,
        lambda at: person.get(at, f"https://web.microsoftstream.com/piece/{at:.0f}.mp4", "video/mp4", 700_000),
    )


@CASES.nobody
def a_call_all_morning(person: Person) -> None:
    person.repeat(
        TEN,
        TEN + 3 * 3600,
        20,
        lambda at: person.get(at, "https://teams.microsoft.com/api/call", "application/json", 2_400),
    )
    person.repeat(
        TEN,
        TEN + 3 * 3600,
        45,
        lambda at: person.get(at, "https://presence.teams.microsoft.com/v1", "application/json", 800),
    )


@CASES.nobody
def a_phones_programs_polling(person: Person) -> None:
    """Nothing but a telephone in a pocket."""
    for host, every, size in (
        ("graph.facebook.com", 300, 1_900),
        ("i.instagram.com", 420, 2_300),
        ("mmg.whatsapp.net", 600, 1_200),
        ("api.gotinder.com", 900, 1_700),
        ("www.bet365.com", 1800, 2_200),
    ):
        person.repeat(
            TEN,
            TEN + 7 * 3600,
            every,
            lambda at, host=host, size=size: person.get(
                at, f"https://{host}/api/sync", "application/json", size, agent="-"
            ),
        )


@CASES.nobody
def a_phones_programs_polling_at_odd_times(person: Person) -> None:
    for number in range(60):
        host = ("graph.facebook.com", "www.bet365.com", "keepalive.gotinder.com", "uk.match.com")[number * number % 4]
        at = TEN + 390 * number + (number * 7919 % 211)
        person.get(
            at, f"https://{host}/push?n={number}", "application/json", 900 + number * 31 % 700, agent="okhttp/4.9"
        )


@CASES.nobody
def a_standing_connection_to_a_bookmaker(person: Person) -> None:
    """A widget of odds on a page of sport that stays open: a connection, all day, and its renewals."""
    person.page(TEN, "https://www.bbc.co.uk/sport/live", adverts=True)
    person.repeat(
        TEN + 3,
        TEN + 6 * 3600,
        25,
        lambda at: person.get(
            at, "https://www.bet365.com/odds/feed", "application/json", 650, referrer="https://www.bbc.co.uk/"
        ),
    )


@CASES.nobody
def updates_of_a_game_in_the_background(person: Person) -> None:
    person.repeat(
        TEN,
        TEN + 5 * 3600,
        700,
        lambda at: person.get(
            at,
            "https://store.steampowered.com/api/update",
            "application/json",
            1_900,
            agent="Valve/Steam HTTP Client 1.0",
        ),
    )


@CASES.accused("gambling", levels=[level for level in LEVELS if level != "tunnels without durations"])
def odds_left_open_all_day(person: Person) -> None:
    """One visit, for which there is one finding, whatever the page does afterwards."""
    first = person.page(TEN, "https://www.bet365.com/", adverts=True)
    person.page(TEN + 45, "https://www.bet365.com/odds", referrer=first)
    person.page(TEN + 95, "https://www.bet365.com/odds/2", referrer=first)
    person.repeat(
        TEN + 120,
        TEN + 6 * 3600,
        20,
        lambda at: person.get(at, "https://www.bet365.com/odds/feed", "application/json", 650, agent=CHROME),
    )


@CASES.parameters()
def test_what_goes_on_by_itself(case: Case, level: str, world: str) -> None:
    assert {rule for rule, *_ in findings(CASES, level, world)[case.name]} == case.rules


@SOUND.parameters()
def test_a_sound_that_could_be_a_film_is_never_proven(case: Case, level: str, world: str) -> None:
    assert {status for _, status, _ in findings(SOUND, level, world)[case.name]} <= {"close"}
