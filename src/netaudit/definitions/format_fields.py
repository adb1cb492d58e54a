"""What the fields of a log format mean: its templates, and the parts that they build on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netaudit.definitions.format_patterns import pattern_fault, pattern_remedy
from netaudit.definitions.formats import TARGETS
from netaudit.definitions.templates import FieldPart, Template, parse_template
from netaudit.definitions.toml_files import unknown_keys
from netaudit.definitions.toml_tables import Tables

Templates = dict[str, tuple[Template, ...]]


def read_fields(tables: Tables, table: Mapping[str, object], where: str) -> Templates:
    """Return the templates of each target, as far as they are well formed."""
    tables.problems += unknown_keys(table, TARGETS, tables.place(where), "target")
    return read_templates(tables, table, where)


def read_templates(tables: Tables, table: Mapping[str, object], where: str) -> Templates:
    """Return the templates of each name, as far as they are well formed."""
    made: Templates = {}
    for name, value in table.items():
        written = value if isinstance(value, list) else [value]
        texts = [text for text in written if isinstance(text, str)]
        if not texts or len(texts) < len(written):
            tables.fault(f"'{name}' is no template and no list of them", where, "write text, or a list of texts")
        templates = [one for text in texts if (one := _template(tables, name, text, where))]
        if templates:
            made[name] = tuple(templates)
    return made


def _template(tables: Tables, name: str, text: str, where: str) -> Template | None:
    try:
        template = parse_template(text)
    except ValueError as error:
        tables.fault(f"{name}: {error}", where, "close every { and [")
        return None
    for part in template.fields():
        if not part.name.strip():
            tables.fault(f"{name}: a field without a name in '{text}'", where, "name the field between { and }")
        check_pattern(tables, part.pattern, where)
    return template


def check_pattern(tables: Tables, pattern: str, where: str, inside: str = "{}") -> None:
    """Note a regular expression that cannot be used, by itself or inside another."""
    if not tables.proven and (fault := pattern_fault(pattern, inside)):
        tables.fault(f"not a regular expression: {fault}", where, pattern_remedy(fault))


def check_order(tables: Tables, parts: Templates, where: str) -> None:
    """Note parts that are made of themselves, or of parts that come after them: those would always be empty."""
    order = {name: place for place, name in enumerate(parts)}
    for name, templates in parts.items():
        used = {one.name for one in fields_of(templates)}
        if name in used:
            what = f"the part '{name}' is made of a field of the same name"
            tables.fault(what, where, "give the part a name of its own")
        for other in sorted(used - {name}, key=str):
            if order.get(other, -1) > order[name]:
                what = f"the part '{name}' is made of '{other}', which comes after it"
                tables.fault(what, where, f"put {other} before {name}")


def fields_of(templates: tuple[Template, ...]) -> Iterator[FieldPart]:
    """Yield every field that the templates use."""
    for one in templates:
        yield from one.fields()
