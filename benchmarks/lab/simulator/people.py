"""Who the people are: invented names, their roles and what their machines are."""

from __future__ import annotations

from dataclasses import dataclass, field

from .chance import Luck

FIRST_NAMES = (
    "alice amir anya arthur bea bilal bryn callum cara cerys chidi clara dalia damian deepa edith eli elin emeka esme "
    "fatima felix fiona gareth gemma george grace hamza hattie helga holly ibrahim imogen ines isaac jada jamal joan "
    "joel jonas kamal keira kofi lara leah leon lila lorna lucas maeve malik maria megan milo mina nadia naomi nia "
    "noah nora oisin olive omar orla osian otto padma petra piers priya quinn rafe rania reza rhys rosa ruth sami "
    "sana sean selma shona silas sofia tariq tess theo tilda tom uma una vera victor wanda will yusuf zara zeke"
)
LAST_NAMES = (
    "abbot ahmed amos archer atkin baines barr begum bell birch blythe bowen brand byrne cairns carr chung clegg "
    "cole craig dale darby dhillon doyle drew dunn eaton ellis emery farah finch fleming frost gale garner gill "
    "grove gupta hale hardy hearn holt hughes iqbal ivory jarvis joyce kaur keane kerr kirk lamb lane lister lowe "
    "mann marsh mercer mistry moss nash neale noble obi oakes pace parr penn pike quayle rahman reeve rowe sadler "
    "sharp singh slater stone tait thorpe tully usman vance vaughn wade walsh webb wilde yates york young zaman"
)

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)
AGENTS = {
    "chrome": CHROME,
    "edge": CHROME + " Edg/141.0.0.0",
    "firefox": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "safari": SAFARI,
    "teams": CHROME.replace("Chrome/141.0.0.0", "Teams/25227.203 Chrome/138.0.0.0"),
    "outlook": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.19231; Pro)",
    "office": "Microsoft Office/16.0 (Windows NT 10.0; 16.0.19231; Pro)",
    "onedrive": "Microsoft SkyDriveSync 25.174.0907.0003 ship; Windows NT 10.0 (26100)",
    "delivery": "Microsoft-Delivery-Optimization/10.1",
    "crypto": "Microsoft-CryptoAPI/10.0",
    "updater": "Google Update/1.3.36.372;winhttp",
    "cloudd": "CloudKit/2230 CFNetwork/1568.300.101 Darwin/24.6.0",
    "sophos": "SDDS/3.0 (u=borough)",
    "captive": "CaptiveNetworkSupport-481.100.6 wispr",
    "none": "-",
}


@dataclass(slots=True, eq=False)
class Device:
    """One machine of a person."""

    kind: str  # "desktop" or "phone"
    address: str
    agent: str
    bases: float = 0.0
    on: float = 0.0
    off: float = 0.0


@dataclass(slots=True, eq=False)
class Person:
    """One person (or one shared account) and their machines."""

    user: str
    role: str
    devices: list[Device]
    number: int
    luck: Luck = field(repr=False)


def names(count: int, luck: Luck) -> list[str]:
    """Invented accounts, all different."""
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    out: list[str] = []
    used: set[str] = set()
    while len(out) < count:
        name = f"{luck.pick(first)}.{luck.pick(last)}"
        if name in used:
            name = f"{name}{len(used) % 9 + 1}"
        if name not in used:
            used.add(name)
            out.append(name)
    return out


def address(number: int, network: int) -> str:
    """A private address for a machine."""
    return f"10.{40 + network}.{number // 200}.{number % 200 + 20}"
