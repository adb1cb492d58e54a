"""A drawing as it may stand in a page: the few elements and attributes we draw with, no id, nothing that acts.

What comes from the library is read as XML and written anew from an allow list, and what comes from a file that kept it
is held against the same list. So a page holds what this module writes and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET  # documents with a DTD are refused before they are read

from markupsafe import Markup

from netaudit.report.markup import printed

_SPACE = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}|none")
_PATH = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9eE., -]*")
_MOVE = re.compile(r"(?:translate\([0-9eE., -]+\))?")
_DASHES = re.compile(r"\d+(?:[., ]\d+)*")
_WORD = re.compile(r"[a-z]+")
_NOWHERE = "translate(0,0)"

_CHECKS = {
    **dict.fromkeys(("x", "y", "x1", "x2", "y1", "y2", "width", "height", "font-size", "stroke-width"), _NUMBER),
    **dict.fromkeys(("fill", "stroke"), _COLOUR),
    **dict.fromkeys(("text-anchor", "font-weight", "stroke-linejoin"), _WORD),
    "d": _PATH,
    "transform": _MOVE,
    "stroke-dasharray": _DASHES,
}
# A drawing as `cleaned` writes it, and nothing else.
_VALUE = r"#[0-9A-Fa-f]{6}|[a-z]+|translate\([-0-9., ]+\)|[-MLHVCSQTAZmlhvcsqtaz0-9eE., ]*"
_OPEN = rf'(?:g|path|line|rect|text)(?: (?:{"|".join(map(re.escape, _CHECKS))})="(?:{_VALUE})")*+/?'
_SIZE = r"\d{1,5}(?:\.\d)?"
_WRITTEN = re.compile(
    rf'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="0 0 ({_SIZE}) ({_SIZE})" width="\1" height="\2" '
    rf'aria-hidden="true" focusable="false">(?:<{_OPEN}>|</g>|</text>|[^<>]++)*+</svg>'
)
_INHERITED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight")
_SHAPES = ("path", "line", "rect", "text")


class Unusable(ValueError):  # noqa: N818  # it is what the drawing is
    """What was to be a drawing is none."""


def cleaned(svg: str, width: float, height: float) -> Markup:
    """Return a drawing as markup made of nothing but known elements with known attributes.

    Args:
        svg: as the library made it.
        width: of the drawing, in px.
        height: of the drawing, in px.

    Raises:
        Unusable: it is no SVG, or has a document type.
    """
    if "<!" in svg or "<?" in svg:  # entities, comments, processing instructions: no drawing of ours has them
        raise Unusable
    try:
        root = ET.fromstring(svg)  # noqa: S314  # see above
    except ET.ParseError as fault:
        raise Unusable from fault
    if _name(root) != "svg":
        raise Unusable
    inside = "".join(_written(child, {}) for child in root)
    return Markup(  # noqa: S704  # each attribute was checked, each text went through `printed`
        f'<svg xmlns="{_SPACE[1:-1]}" viewBox="0 0 {_short(width)} {_short(height)}" width="{_short(width)}" '
        f'height="{_short(height)}" aria-hidden="true" focusable="false">{inside}</svg>'
    )


def is_clean(text: str) -> bool:
    """Whether a text is a drawing such as `cleaned` writes: elements and attributes of the list, and none besides."""
    return _WRITTEN.fullmatch(text) is not None


def _name(element: ET.Element) -> str:
    return element.tag.removeprefix(_SPACE)


def _attributes(element: ET.Element) -> dict[str, str]:
    found = {}
    for name, check in _CHECKS.items():
        value = element.get(name, "").removesuffix("px")
        if value and check.fullmatch(value):
            found[name] = _rounded(value) if check is not _COLOUR else value
    if found.get("transform") == _NOWHERE:
        del found["transform"]
    return found


def _rounded(value: str) -> str:
    """Return a value with its numbers to a tenth of a px, which no eye can tell from the rest."""
    return re.sub(r"-?\d*\.\d+(?:e-?\d+)?|-?\d+e-?\d+", lambda found: _short(float(found[0])), value)


def _short(number: float) -> str:
    text = f"{number:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _written(element: ET.Element, given: Mapping[str, str]) -> str:
    """Return an element with what is in it, without the attributes that its parent gives it."""
    name = _name(element)
    if name == "g":
        return _group(element, given)
    if name not in _SHAPES:
        return ""
    own = _attributes(element)
    if name == "path" and not own.get("d"):
        return ""
    seen = {**given, **own}
    if seen.get("fill", "none") == "none" == seen.get("stroke", "none"):
        return ""
    text = printed(element.text or "") if name == "text" else ""
    written = _opened(name, {key: value for key, value in own.items() if given.get(key) != value})
    return f"{written}>{text}</text>" if name == "text" else f"{written}/>"


def _group(group: ET.Element, given: Mapping[str, str]) -> str:
    own = {key: value for key, value in _attributes(group).items() if key == "transform" or given.get(key) != value}
    given = {**given, **{key: value for key, value in own.items() if key in _INHERITED}}
    shapes = [child for child in group if _name(child) in _SHAPES]
    if shapes and len(shapes) == len(group):
        every = [_attributes(child) for child in shapes]
        for key in _INHERITED:  # said once for all
            values = {one.get(key) for one in every}
            if len(values) == 1 and (value := values.pop()) is not None and given.get(key) != value:
                own[key] = value
                given = {**given, key: value}
    inside = "".join(_written(child, given) for child in group)
    if not inside:
        return ""
    return f"{_opened('g', own)}>{inside}</g>" if own else inside


def _opened(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name}" + "".join(f' {key}="{value}"' for key, value in attributes.items())
