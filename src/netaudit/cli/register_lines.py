"""The end of a run: what became of directory and registers, by counts and line numbers.

Whoever runs netaudit is no reader of cases: how many there are, and which entries they use, stands in the report alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from netaudit.contracts.leaving import RegisterUse, RunFacts
from netaudit.report import words

_MOST_NOTES = 12  # of a register; the page about data quality has all


def register_lines(facts: RunFacts) -> Iterator[str]:
    """Yield a line for each register, for what is odd about it, and for who is missing from the directory."""
    for one in facts.registers:
        yield f"Register {one.name}: {words.counted(one.entries, 'entry', 'entries')}, {one.in_force} in force"
        yield from (f"      {text}" for text in _oddities(one))
    for week, strangers in facts.unlisted.items():
        if strangers.is_told:
            yield (
                f"Week {week}: {strangers.missing} people with activity not in the directory, "
                f"{strangers.outside} on days that it does not have them; they are held to the default pattern"
            )
    if facts.no_people:
        told = ", ".join(f"{kind}: {count}" for kind, count in facts.no_people.items())
        yield f"Directory: entries left out ({told})"


def _oddities(one: RegisterUse) -> Iterator[str]:
    for title, lines in (
        ("expired", one.expired),
        ("not yet begun", one.not_begun),
        ("known to nobody", one.unmatched),
    ):
        if lines:
            yield f"{title}: {words.line_numbers(lines)}"
    for line, text in one.notes[:_MOST_NOTES]:
        yield f"line {line}: {text}"
    if len(one.notes) > _MOST_NOTES:
        yield f"and {words.counted(len(one.notes) - _MOST_NOTES, 'other oddity', 'other oddities')}"


def withheld_lines(facts: RunFacts) -> Iterator[str]:
    """Yield why no case is shown and what would mend it; nothing where cases are shown, or would be."""
    if facts.withheld:
        yield "warning: cases are withheld from every report: no current DPIA covers this monitoring"
        yield from (f"      {lack}" for lack in facts.withheld)
        yield "      findings stay in the store; to see their cases, have the assessment approved or reviewed,"
        yield "      write all of these, as they are for yours, below the line [dpia] of netaudit.toml, and run again:"
        yield from (f"        {line}" for line in facts.mend)
