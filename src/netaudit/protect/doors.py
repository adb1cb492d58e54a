"""Where figures leave: two doors, and no third but for the person whose own rows they are.

Whatever a report, a file or a terminal shows about people has come through one of these functions. They hand out what
`netaudit.contracts.leaving` has, or what this package alone makes; whoever adds one adds it here, and says which door
it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable

from netaudit.protect.cases import open_cases
from netaudit.protect.changes import new_cases, new_people, open_changes
from netaudit.protect.earlier import hidden_until_closed, repeat
from netaudit.protect.effects import effects
from netaudit.protect.held import held_about
from netaudit.protect.leaks import filter_leaks, open_leaks
from netaudit.protect.provenance import provenance
from netaudit.protect.publish import publish
from netaudit.protect.sites import busiest_weeks, many_or_few, shown_sites
from netaudit.protect.strangers import strangers
from netaudit.protect.unions import band, weekly_ranges, withdrawn_share

AGGREGATES: tuple[Callable[..., object], ...] = (
    publish,  # a week's figures
    repeat,  # those of an earlier edition again
    hidden_until_closed,  # none, while a week is open
    provenance,  # where classes come from
    effects,  # what another setting of a policy would change
    new_people,  # whom another policy would strike
    new_cases,  # what other classes would find
    shown_sites,  # sites that many people used
    busiest_weeks,
    many_or_few,  # a count of anything
    strangers,  # people whom the directory does not have
    weekly_ranges,  # what the printed figures of some weeks have in common
    band,  # how often something was done about cases in a year
    withdrawn_share,  # of what was decided
)
"""The first door: suppressed figures about groups, for any audience."""

CASES: tuple[Callable[..., object], ...] = (
    open_cases,  # findings, one by one
    open_changes,  # what would become of them under other rules
    open_leaks,  # sites for IT: a single request is enough
)
"""The second door: single findings, for those who decide about them. Shut without a current DPIA."""

BEFORE: tuple[Callable[..., object], ...] = (filter_leaks,)
"""What is made ready for a door and kept until it opens."""

OWN: tuple[Callable[..., object], ...] = (held_about,)  # after two keys, to answer the one person whose rows they are
"""What somebody is told of themself: no door for anybody else."""
