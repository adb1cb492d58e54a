"""User agents reduced to a name: a browser, or software that is known; of all other software, that it is software."""

from __future__ import annotations

import polars as pl

from netaudit.definitions.log_words import OTHER, SOFTWARE

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


_EXACTLY = ("Mozilla", *(browser for browser, _ in _BROWSERS))
_NAMES = {name.lower(): name for name in sorted(SOFTWARE)}


def user_agent_names(agents: pl.Series) -> pl.Series:
    """Return a name per user agent: a browser's, known software's, `other` for software; null where nothing is said.

    Whoever writes a program calls it what they like, themselves or their computer among it.

    >>> user_agent_names(pl.Series(["Mozilla/5.0 (X11) Chrome/156.0 Safari/537.36", "curl/8.1", "-"])).to_list()
    ['Chrome', 'curl', None]
    >>> user_agent_names(pl.Series(["AnnSmith-Laptop/1.0", "Microsoft-CryptoAPI/10.0"])).to_list()
    ['other', 'Microsoft-CryptoAPI']
    """
    agent = pl.col("agent")
    word = pl.coalesce(
        agent.str.extract(_SOFTWARE, 1).str.to_lowercase(),
        *(pl.when(agent.str.contains(pattern)).then(pl.lit(browser)) for browser, pattern in _BROWSERS),
        agent.str.extract(r"^([A-Za-z0-9_.+-]{2,40})", 1),
    )
    known = word.str.to_lowercase().replace_strict(_NAMES, default=pl.when(word.is_not_null()).then(pl.lit(OTHER)))
    named = pl.when(word.is_in(_EXACTLY)).then(word).otherwise(known)
    return pl.DataFrame({"agent": agents.cast(pl.String)}).select(named.alias(agents.name)).to_series()
