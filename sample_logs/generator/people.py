"""The 120 invented people of the invented organisation, in 10 teams and 3 directorates."""

from __future__ import annotations

from dataclasses import dataclass, field

# Team, directorate, headcount. Sizes on both sides of 8, where publication starts.
TEAMS = (
    ("Continuing Care", "Clinical Services", 25),
    ("Medicines Optimisation", "Clinical Services", 16),
    ("Safeguarding and Quality", "Clinical Services", 9),
    ("Coordination Centre", "Clinical Services", 4),
    ("Digital and Data", "Corporate Services", 18),
    ("Finance", "Corporate Services", 14),
    ("People and Culture", "Corporate Services", 11),
    ("Communications", "Corporate Services", 3),
    ("Primary Care", "Commissioning", 12),
    ("Planned Care", "Commissioning", 8),
)

FIRST_NAMES = """
adil agnes alva amara anouk arlo asha aurel bela blythe bodhi callum carys ciara cosmo daria delyth
dougal edda eilidh elio emrys enid farah finlay freya gethin goran gwen hamza hattie hester idris ines
iona jago jonah jory kavya kester kiran leif lowri lucian maeve magnus marek merryn nadia nerys nico
odile olwen oscar petra priya rafe rhona rohan saskia senan sorcha tamsin tariq thea tomas una vikram
wren yara ysolde zofia aled bryony corin dilys evander fenella
"""
LAST_NAMES = """
ashby birtle calloway denby eastlea fallon garside hathersage ilkeston jessop kettle lorimer marwood
netherby oakshott penhale quarmby ravenhill selwyn thackray umpleby varley wetherall yeadon applegarth
bramhope cawthorne dewhirst ellerton farnley gledhow
"""


@dataclass(slots=True)
class Person:
    """A member of staff, or an account that is nobody's."""

    account: str
    person_id: str = ""
    team: str = ""
    directorate: str = ""
    manager: str = ""
    roles: str = ""
    pattern: str = ""
    starts: str = ""
    ends: str = ""
    other_accounts: tuple[str, ...] = ()
    address: str = ""
    intercepted: bool = False  # the pilot of TLS interception: full URLs in the log
    in_directory: bool = True
    works: bool = True  # False: no ordinary day at a desk, only what the script says
    absent: frozenset[int] = field(default_factory=frozenset)
    on_call: frozenset[int] = field(default_factory=frozenset)

    @property
    def accounts(self) -> tuple[str, ...]:
        """All accounts of the person, the usual one first."""
        return (self.account, *self.other_accounts)


def staff(scripted: dict[str, dict[str, object]]) -> list[Person]:
    """Return everybody in the directory, the scripted people among them.

    Args:
        scripted: account to what the script fixes of the person: team, and anything else of `Person`.
    """
    people: list[Person] = []
    heads: dict[str, str] = {}
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    # 78 and 31 have no common factor, so that every pair comes up once.
    ordinary = (f"{first[n % 78]}.{last[n * 7 % 31]}" for n in range(78 * 31))
    for team, directorate, size in TEAMS:
        fixed = [account for account, facts in scripted.items() if facts["team"] == team]
        lead = f"P{len(people) + 1:04d}"
        above = heads.get(directorate, "P0001" if people else "")
        heads.setdefault(directorate, lead)
        for place in range(size):
            # The team's head is never scripted, so that every scripted person has a manager in the team.
            account = fixed[place - 1] if 1 <= place <= len(fixed) else next(ordinary)
            number = len(people) + 1
            person = Person(
                account,
                person_id=f"P{number:04d}",
                team=team,
                directorate=directorate,
                manager=lead if place else above,
                address=f"198.51.100.{number + 9}",
            )
            for name, value in scripted.get(account, {}).items():
                setattr(person, name, value)
            people.append(person)
        if len(fixed) >= size:
            raise ValueError(f"{team} has {size} places and {len(fixed)} scripted people besides its head")
    pilot = [person for person in people if person.team == "Digital and Data"][-5:]
    for place, person in enumerate([*(p for p in people if p.intercepted), *pilot]):
        person.intercepted = True
        person.address = f"203.0.113.{place + 20}"
    return people
