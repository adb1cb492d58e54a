"""The risk register's risks: where each comes from, who is harmed and how. Nobody but the controller scores one."""

from __future__ import annotations

from typing import NamedTuple


class RiskText(NamedTuple):
    """A risk in words."""

    risk_id: str
    title: str
    source: str
    harmed: str
    harm: str


RISKS: tuple[RiskText, ...] = (
    RiskText(
        "R01",
        "Somebody is held to have done what they did not do",
        "A proxy logs requests, not attention: adverts, open pages, software, tunnels, lists that class a site wrongly",
        "Staff whose use is logged",
        "A warning or dismissal for time that nobody spent, or for a site that nobody chose to open",
    ),
    RiskText(
        "R02",
        "What one person did is put down to another",
        "Shared accounts and machines, accounts that pass on, service accounts, namesakes in two realms",
        "Staff whose account or machine others use, or used before",
        "Accusation of the wrong person",
    ),
    RiskText(
        "R03",
        "Health, faith, opinion, union membership or orientation come to light",
        "Names of sites tell of special category data (UK GDPR Article 9)",
        "Staff who seek help, belong to a faith, a union or a party; those who report a concern",
        "Discrimination, loss of trust in help lines, exposure of whistleblowers",
    ),
    RiskText(
        "R04",
        "Somebody learns whose a case is without need",
        "Curiosity, a single officer who looks alone, names in files, messages or temporary storage",
        "Whoever a case is about",
        "Gossip, prejudice before anything is decided, harm that cannot be taken back",
    ),
    RiskText(
        "R05",
        "A published figure tells what one person did",
        "Small groups, sums that can be subtracted, two editions or weeks side by side",
        "Staff in small teams; who joins, leaves, moves or is on leave",
        "A manager draws conclusions about one person from a figure about a group",
    ),
    RiskText(
        "R06",
        "A page of a case is recognised",
        "A timeline has sites and times, as the person has to be able to answer it",
        "Whoever a case is about",
        "Colleagues who know that day know whose page it is; two pages of one person can be matched",
    ),
    RiskText(
        "R07",
        "The monitoring grows beyond what it was set up for",
        "Rules that are added or sharpened, new uses of figures, rankings of staff, secret observation",
        "All staff",
        "Work under watch; data used for what nobody was told of",
    ),
    RiskText(
        "R08",
        "A decision is made by the tool, or without hearing the person",
        "A finding is taken for proof; thresholds that differ between people; nobody looks at the doubts",
        "Whoever a finding is about",
        "Unfair or unequal treatment; an automated decision in all but name (UK GDPR Articles 22A to 22D)",
    ),
    RiskText(
        "R09",
        "Data is kept longer than it is needed",
        "Weeks that nobody deletes, reports that are passed on, back-ups of keys",
        "All staff",
        "Old conduct held against somebody; more to lose when something is stolen",
    ),
    RiskText(
        "R10",
        "Store, keys, reports or back-ups fall into wrong hands",
        "Theft, loss, a machine that others administer, copies in other places",
        "All staff",
        "What was done on the internet becomes known outside",
    ),
    RiskText(
        "R11",
        "Records are altered, or nobody can tell who saw what",
        "Somebody with access to the machine; a lapse, or intent",
        "Whoever a case is about; those who have to answer for the monitoring",
        "Evidence that cannot be relied on; looks that nobody answers for",
    ),
    RiskText(
        "R12",
        "A concern about somebody's safety reaches a person who may be the danger",
        "Signs of radicalisation, grooming or abuse that go to a line manager",
        "Staff at risk; others whom they care for",
        "Danger to life; a person in need is treated as an offender",
    ),
    RiskText(
        "R13",
        "Private life is watched more than the purpose needs",
        "Use at lunch, out of hours, on people's own devices, with consent; addresses of pages, what was typed",
        "All staff, and the people whom they write to",
        "Loss of private life at work (Article 8 of the Convention); people no longer look for help or news",
    ),
    RiskText(
        "R14",
        "Staff do not know of the monitoring, or cannot use their rights",
        "No notice, nobody to ask, an objection that has no effect",
        "All staff",
        "Processing that is neither fair nor transparent; nobody can challenge what is held",
    ),
    RiskText(
        "R15",
        "Lines are missing, counted twice or misread",
        "Broken files, unknown layouts, wrong clocks, logs that overlap",
        "Whoever a case is about",
        "A line that would have excused somebody is not there",
    ),
    RiskText(
        "R16",
        "Somebody writes into a log to harm another or the reader of a report",
        "Names of hosts, programs and users are chosen by whoever sends a request",
        "Staff; readers of reports",
        "A false case; a report that runs a program or calls home",
    ),
)
"""In the order of the annex."""
