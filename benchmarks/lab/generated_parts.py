"""Parts of the manual that a command writes: what stands between two markers, and nothing else."""

from __future__ import annotations

from pathlib import Path


def write_part(path: Path, part: str, text: str) -> None:
    """Replace what stands between the markers of a part.

    Args:
        path: a page of the manual.
        part: its name, as in `<!-- begin: totals -->` and `<!-- end: totals -->`.
        text: Markdown.
    """
    page = path.read_text(encoding="utf-8")
    begin, end = f"<!-- begin: {part} -->\n", f"<!-- end: {part} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{path} has no part '{part}' between '{begin.strip()}' and '{end}'")
    path.write_text(f"{before}{begin}\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def markdown_table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table; all columns but the first two are figures."""
    rule = ["---", "---", *["---:"] * (len(heads) - 2)]
    return "\n".join(
        "| " + " | ".join(cells) + " |" if cells is not rule else "|" + "|".join(rule) + "|"
        for cells in (heads, rule, *rows)
    )
