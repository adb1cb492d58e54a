"""Nobody is accused of what others did, or what nobody can be named for."""

from __future__ import annotations

from accusations import TEN, Case, Cases, attempts, findings
from browsing import Person

CASES = Cases()
BETTING = "https://www.bet365.com/"


def bet(person: Person, start: float = TEN, user: str | None = None) -> None:
    """Visit a bookmaker beyond doubt."""
    before = len(person.hits)
    for number in range(4):
        person.page(start + 70 * number, f"{BETTING}odds/{number}", referrer=BETTING)
    for hit in person.hits[before:]:
        hit.user = user


@CASES.nobody
def asked_for_a_password_for_ever(person: Person) -> None:
    """Software without an account: refused, with no name, all day."""
    person.repeat(TEN, TEN + 5 * 3600, 15, lambda at: person.get(at, BETTING, size=4_000, status=407, user="-"))


@CASES.nobody
def asked_for_a_password_in_a_persons_name(person: Person) -> None:
    person.repeat(TEN, TEN + 5 * 3600, 61.3, lambda at: person.get(at, BETTING, size=4_000, status=407))


@CASES.nobody
def nobody_is_named(person: Person) -> None:
    bet(person, user="-")


@CASES.nobody
def several_people_behind_one_address(person: Person) -> None:
    """None of them has a name; the person of this case works at the same address."""
    for number in range(6):
        bet(person, TEN + 900 * number, user="-")
    for number in range(10):
        person.page(TEN + 610 * number, f"https://www.gov.uk/{number}")


@CASES.nobody
def a_machines_own_account(person: Person) -> None:
    bet(person, user="KIOSK-07$")


@CASES.nobody
def a_content_network_that_a_bookmaker_uses_too(person: Person) -> None:
    for number in range(6):
        at = TEN + 120 * number
        page = person.page(at, f"https://www.england.nhs.uk/{number}")
        person.get(
            at + 1.1, f"https://d1a2b3c4d5e6f7.cloudfront.net/lib-{number}.js", "text/javascript", 90_000, referrer=page
        )
        person.get(at + 1.3, f"https://bet-assets.akamaized.net/{number}.jpg", "image/jpeg", 90_000, referrer=page)


@CASES.nobody
def pages_of_somebody_else_on_the_same_hosting(person: Person) -> None:
    for number in range(5):
        person.page(TEN + 70 * number, f"https://nhs-tools.github.io/guide/{number}")
        person.page(TEN + 400 + 70 * number, f"https://clinic.blogspot.com/{number}")


@CASES.nobody
def one_connection_that_two_sites_share(person: Person) -> None:
    """HTTP/2 lets a page use a connection that is open to another name of the same server."""
    for number in range(4):
        page = person.page(TEN + 200 * number, f"https://www.bbc.co.uk/sport/{number}", adverts=True)
        person.get(
            TEN + 200 * number + 3,
            f"https://content001.bet365.com/shared/{number}.png",
            "image/png",
            300_000,
            referrer=page,
        )


@CASES.parameters()
def test_what_cannot_be_put_to_a_person(case: Case, level: str, world: str) -> None:
    found = findings(CASES, level, world)
    assert found[case.name] == []
    assert found[""] == []
    assert attempts(CASES, level, world)[case.name] == []
