"""How the address of a request is put together of fields."""

from __future__ import annotations

from collections.abc import Mapping

from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.looks import NULLS
from netaudit.ingest.propose.meanings import Role


def address_of(cut: Cut, roles: Mapping[str, Role]) -> tuple[list[str], str] | None:
    """Return how the address is put together of what the lines have."""
    if "request" in roles:
        name = roles["request"].name
        url = rf"{name}~^[A-Z]+ (\S+)"
        bare = any(" /" in value for value in cut.values(name)[:300])
        if bare and "host" in roles:
            whole = rf"{{{name}~^[A-Z]+ ([^/]\S*)}}"
            host = f"{{{roles['host'].name}}}{{{name}~^[A-Z]+ (/\\S*)}}"
            return [
                whole,
                f"{_scheme(roles)}{host}",
            ], f"{roles['request'].why}; the host stands in '{roles['host'].name}'"
        return [f"{{{url}}}"], roles["request"].why
    if "url" in roles:
        return _of_url(cut, roles)
    if "host" in roles:
        path = f"[{{{roles['path'].name}}}]" if "path" in roles else ""
        query = f"[?{{{roles['query'].name}}}]" if "query" in roles and path else ""
        why = "put together of " + ", ".join(
            f"'{roles[one].name}'" for one in ("scheme", "host", "path") if one in roles
        )
        return [f"{_scheme(roles)}{{{roles['host'].name}}}{path}{query}"], why
    return None


def _of_url(cut: Cut, roles: Mapping[str, Role]) -> tuple[list[str], str]:
    name, why = roles["url"].name, roles["url"].why
    values = [value for value in cut.values(name) if value not in NULLS]
    paths = any(value.startswith("/") for value in values)
    if paths and "host" in roles:
        whole = f"{{{name}~^[^/]}}"
        put = f"{_scheme(roles)}{{{roles['host'].name}}}{{{name}~^/}}"
        return [whole, put], f"{why}; where it is a path only, the host stands in '{roles['host'].name}'"
    if "scheme" in roles and not all("://" in value for value in values):
        scheme = roles["scheme"].name
        templates = [f"{{{name}~://}}", f"{{{scheme}~^(?i)https?$}}://{{{name}}}", name]
        return templates, f"{why}; where it has no scheme, '{scheme}' says it"
    return [name], why


def _scheme(roles: Mapping[str, Role]) -> str:
    return f"[{{{roles['scheme'].name}~^(?i)https?$}}://]" if "scheme" in roles else ""
