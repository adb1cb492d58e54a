"""Names of time zones."""

from __future__ import annotations

import difflib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

# Other readings of the same zones, and a file of rules for old programs: they load, and `available_timezones` leaves
# them out.
_NOT_MEANT = ("posix/", "right/", "posixrules")


def is_time_zone(name: str) -> bool:
    """Return whether `zoneinfo.available_timezones` has the name, which reads every zone to answer.

    >>> is_time_zone("Europe/London"), is_time_zone("Europe/Leeds"), is_time_zone("posix/Europe/London")
    (True, False, False)
    """
    if name.startswith(_NOT_MEANT):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def zone_hint(name: str) -> str:
    """Return what to do about a name that is no time zone; there are too many to list them all.

    >>> zone_hint("Europe/Lodnon")
    "did you mean 'Europe/London'?"
    """
    near = difflib.get_close_matches(name, available_timezones(), n=1)
    return f"did you mean '{near[0]}'?" if near else "use a name such as Europe/London"
