"""Cards of log formats as text for a terminal, and as a page of the manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from netaudit.cli.log_formats import PARSERS
from netaudit.definitions.formats import Format
from netaudit.definitions.log_fields import clock_in_words, fields_in_words, told, words_of
from netaudit.pipeline.format_cards import Card, Way, kinds_of, source_names

_WIDTH = 110
_NOT_LISTED = ("event_action", "url_full")  # every line of the web has an address
_NO_MARKUP = str.maketrans({"|": "\\|", "<": "&lt;", "*": "\\*", "_": "\\_", "[": "\\["})


def as_text(card: Card) -> Iterator[str]:
    """Yield the lines of a card."""
    yield f"{card.title} ({card.name})"
    if card.family:
        yield f"  read by      the format {card.family}"
    for title, value in _facts(card):
        first, *more = wrap(value, _WIDTH - 15, break_on_hyphens=False, break_long_words=False) or [""]
        yield f"  {title:<11}  {first}"
        yield from (f"{'':15}{line}" for line in more)
    yield "  Layouts"
    for way in card.ways:
        told_by = _words(way.fields) or "nothing but time and address"
        examples = f"{way.samples} {'example' if way.samples == 1 else 'examples'}"
        yield from _item(f"{way.number}. {_described(way)} ({examples}): {told_by if way.samples else 'no example'}")
    yield "  What it cannot show, and what follows"
    for name in card.lacks:
        yield from _item(f"- {told()[name].what}{_perhaps(card, name)}: {told()[name].follows}")
    if not card.lacks:
        yield "    - nothing of what is looked at, if every field is switched on"


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    yield "reference", card.reference
    yield "definition", words_of("evidence")[card.evidence]
    yield "holds", words_of("scope")[card.scope]
    kinds = kinds_of(card)
    if kinds != (card.name,):
        yield "kinds", ", ".join(kinds)
    if card.others:
        yield "not web", ", ".join(card.others)
    if card.aliases:
        yield "also", "; ".join(f"{name} ({title})" for name, title in card.aliases)
    yield "tells", _words(card.fields) or "nothing but time and address"
    if card.unproven:
        yield "perhaps", f"{_words(card.unproven)}: {words_of('card')['unproven']}"
    yield "times", "; ".join(_times(card.ways))


def _perhaps(card: Card, name: str) -> str:
    """Return a note on what a log lacks, if its definition has a place for it."""
    return f" ({words_of('card')['unproven']})" if told()[name].field in card.unproven else ""


def _times(ways: Iterable[Way]) -> list[str]:
    """Return how times are written, each way once."""
    words = words_of("card")
    found = []
    for way in ways:
        parts = [clock_in_words(way.clock, words["zone"])]
        parts += [] if way.year else [words["year"]]
        parts += [words["day_or_month"]] if way.day_or_month else []
        found.append(", ".join([*parts, words[way.marks]]))
    return list(dict.fromkeys(found))


def _words(fields: Iterable[str]) -> str:
    return ", ".join(fields_in_words()[name] for name in fields if name not in _NOT_LISTED)


def _described(way: Way) -> str:
    return ", ".join(part for part in (PARSERS[way.parser], way.event_dataset, way.note) if part)


def _item(text: str) -> Iterator[str]:
    first, *more = wrap(text, _WIDTH - 6, break_on_hyphens=False, break_long_words=False)
    yield f"    {first}"
    yield from (f"      {line}" for line in more)


def as_markdown(cards: Sequence[Card], known: Sequence[Format]) -> str:
    """Return a page of the manual with all cards."""
    return "\n".join([*_head(cards, known), *_consequences(), *(line for card in cards for line in _section(card))])


def _head(cards: Sequence[Card], known: Sequence[Format]) -> Iterator[str]:
    names = source_names(known)
    web = [card for card in cards if card.scope in ("web", "mixed")]
    yield "# Log formats\n"
    yield (
        "What each log can tell, and what follows where it cannot. This page is made from the definitions themselves: "
        "`netaudit formats show --all --markdown`.\nA field counts as told only if an example inside the definition "
        "has it; your own log tells less where a field is not switched on, which `netaudit detect` shows.\n"
    )
    yield (
        f"**{len(names)} sources** by {len(cards)} formats, {len(web)} of them with web requests. "
        "The other names are of products whose lines cannot be told\nfrom those of a format: the name of the file or "
        "folder says which it is.\n"
    )
    yield "| format | holds | definition | does not tell |\n|---|---|---|---|"
    for card in cards:
        lacks = _lacks(card)
        yield f"| [`{card.name}`](#{card.name}): {_plain(card.title)} | {card.scope} | {card.evidence} | {lacks} |"
    yield "\n| word | means |\n|---|---|"
    for table in ("scope", "evidence"):
        yield from (f"| {name} | {means} |" for name, means in words_of(table).items())
    yield ""


def _lacks(card: Card) -> str:
    names = [f"{told()[name].called or told()[name].what}{_perhaps(card, name)}" for name in card.lacks]
    return ", ".join(names) or "–"


def _consequences() -> Iterator[str]:
    yield "## What follows from what a log does not tell\n"
    yield "Reports say the same: data quality for each source, and the page of a case where it speaks for somebody.\n"
    yield "| lacking | what is not told | what follows | on cases |\n|---|---|---|---|"
    for one in told().values():
        follows = one.follows.format(zone=words_of("card")["zone"])
        yield f"| {one.called or '–'} | {one.what} | {follows} | {'yes' if one.cases else 'no'} |"
    yield ""


def _section(card: Card) -> Iterator[str]:
    yield f"## {card.name}\n"
    yield f"{_plain(card.title)}.\n"
    for title, value in _facts(card):
        yield f"- {title}: {f'<{value}>' if title == 'reference' and value else _plain(value)}"
    yield f"- does not tell: {_lacks(card)}\n"
    yield "| layout | examples | tells |\n|---|---|---|"
    for way in card.ways:
        yield f"| {way.number}. {_plain(_described(way))} | {way.samples} | {_plain(_words(way.fields)) or '–'} |"
    yield ""


def _plain(text: str) -> str:
    return text.translate(_NO_MARKUP)
