"""The few words in which a request is explained."""

from __future__ import annotations

from enum import IntEnum

import polars as pl


class Word(IntEnum):
    """What a request was. OPEN means: not yet known."""

    OPEN = 0
    NOBODY = 1
    BOOKKEEPING = 2
    SERVICE = 3
    SOFTWARE = 4
    SHARED_CONTENT = 5
    UNUSED = 6
    OTHER_PAGE = 7
    FRAME = 8
    PART = 9
    TIMER = 10
    RENEWED = 11
    LEFT_OPEN = 12
    PAGE = 13
    RETURN = 14
    BLOCKED_PAGE = 15
    STANDING = 16
    SUPPOSED = 17
    LOOKED_UP = 18
    SERVED = 19
    NO_SITE = 20


# Word → label and reason, as reports print them.
EXPLANATIONS: dict[Word, tuple[str, str]] = {
    Word.OPEN: ("embedded", "nothing shows that a person asked for it"),
    Word.NOBODY: ("background", "no user is named"),
    Word.LOOKED_UP: ("background", "a name was looked up; that shows no reading"),
    Word.SERVED: ("background", "a request to a server of the organisation's own"),
    Word.NO_SITE: ("background", "the line names no site"),
    Word.BOOKKEEPING: ("background", "the proxy's own bookkeeping; nothing was fetched"),
    Word.SERVICE: ("background", "updates, certificates or other services of the machine"),
    Word.SOFTWARE: ("background", "sent by software, not by a browser"),
    Word.SHARED_CONTENT: ("embedded", "adverts, trackers or shared content in a page"),
    Word.UNUSED: ("background", "a connection opened in advance and not used"),
    Word.OTHER_PAGE: ("embedded", "fetched by another site's page"),
    Word.FRAME: ("embedded", "a frame or a prefetch inside another site's page"),
    Word.PART: ("embedded", "a part of the page being read"),
    Word.TIMER: ("idle", "repeated by a timer; a page was left open"),
    Word.RENEWED: ("idle", "a connection renewed by itself; a page was left open"),
    Word.STANDING: ("background", "a standing connection of mail, chat or the like"),
    Word.LEFT_OPEN: ("idle", "no sign of a person; a page was left open"),
    Word.PAGE: ("human", "a page the person opened"),
    Word.RETURN: ("human", "new parts of a page the person was using"),
    Word.SUPPOSED: ("human", "parts of a page the person probably used; the log has only the ends of connections"),
    Word.BLOCKED_PAGE: ("human", "a blocked page the person asked for"),
}


def explained(words: pl.Series) -> pl.DataFrame:
    """Return the columns `label` and `label_reason` (Categorical) for a series of Word numbers."""
    places = words.cast(pl.UInt32)
    columns = []
    for name, place in (("label", 0), ("label_reason", 1)):
        texts = [EXPLANATIONS[word][place] for word in Word]
        columns.append(pl.Series(name, texts, dtype=pl.Categorical).gather(places))
    return pl.DataFrame(columns)
