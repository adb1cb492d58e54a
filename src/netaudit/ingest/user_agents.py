"""User agents reduced to a name: a browser, or the first word of the software that called."""

from __future__ import annotations

import polars as pl

# Software that shows itself as a browser comes first: Teams, Outlook and the like carry "Chrome" in their names.
# Source: the vendors' own strings, as seen in proxy logs.
_SOFTWARE = (
    r"(?i)\b(Teams|Slack|Electron|Outlook|OneDrive|Skype|SkypeSpaces|Zoom|Spotify|WhatsApp|Discord|Dropbox|Code|"
    r"MSOffice|Microsoft Office|Office|Lync|Postman)/[\d.]"
)
_BROWSERS = (
    ("Edge", r"\bEdgA?/|\bEdge/|\bEdgiOS/"),
    ("Opera", r"\bOPR/|\bOpera\b"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bChromium/"),
    ("Safari", r"\bSafari/"),
    ("Internet Explorer", r"\bMSIE\b|\bTrident/"),
)


def user_agent_names(agents: pl.Series) -> pl.Series:
    """Return a name per user agent: a browser's, or software's own first word; null where nothing is known.

    >>> user_agent_names(pl.Series(["Mozilla/5.0 (X11) Chrome/156.0 Safari/537.36", "MSDW", "curl/8.1", "-"])).to_list()
    ['Chrome', 'MSDW', 'curl', None]
    """
    agent = pl.col("agent")
    named = pl.coalesce(
        agent.str.extract(_SOFTWARE, 1),
        *(pl.when(agent.str.contains(pattern)).then(pl.lit(browser)) for browser, pattern in _BROWSERS),
        agent.str.extract(r"^([A-Za-z0-9_.+-]{2,40})", 1),
    )
    return pl.DataFrame({"agent": agents.cast(pl.String)}).select(named.alias(agents.name)).to_series()
