"""Names of time zones."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
