"""Public holidays by country, from the `holidays` package, of which no more is imported than is needed.

Its own ways to a country import all of them, which takes longer than to read a policy. Importing the package itself
takes as long as the policy, so that is left until somebody asks.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def countries() -> tuple[str, ...]:
    """Return the codes of the countries whose holidays are known, sorted."""
    return tuple(sorted(_modules()))


def subdivisions(country: str) -> tuple[str, ...]:
    """Return the codes of a country's parts that may have holidays of their own."""
    return tuple(_calendar(country).subdivisions)


def holidays_of(country: str, subdivision: str | None, years: set[int]) -> frozenset[date]:
    """Return the public holidays of a country or a part of it in some years, substitute days included."""
    return frozenset(_calendar(country)(subdiv=subdivision, years=sorted(years)))


@cache
def _modules() -> dict[str, tuple[str, str]]:
    """Return by code the module and the class of each country."""
    from holidays.registry import COUNTRIES, EntityLoader  # noqa: PLC0415

    known = set(EntityLoader.get_country_codes())
    return {code: (module, names[0]) for module, names in COUNTRIES.items() for code in names[1:] if code in known}


@cache
def _calendar(country: str) -> Any:  # noqa: ANN401  the package has no types
    import holidays  # noqa: PLC0415

    module_name, class_name = _modules()[country]
    path = Path(holidays.__file__).with_name("countries") / f"{module_name}.py"
    # The name it is given here is in nobody's way: what some countries import from others imports them all after all.
    spec = spec_from_file_location(f"holiday_calendar_{module_name}", path)
    if spec is None or spec.loader is None:
        return getattr(holidays, country)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, class_name)
