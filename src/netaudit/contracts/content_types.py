"""What content types and extensions say a request fetched: a page, or a part of one."""

from __future__ import annotations

# Content types, by their beginning: RFC 9110 §8.3; scripts and fonts also under their older names.
DOCUMENT_TYPES = ("text/html", "application/xhtml")
PART_TYPES = (
    "image/", "text/css", "text/javascript", "application/javascript", "application/x-javascript", "font/",
    "application/font", "application/x-font", "application/vnd.ms-fontobject",
)  # fmt: skip
# What stands in for the content type where a log has none.
DOCUMENT_EXTENSIONS = ("html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "do", "cfm")
PART_EXTENSIONS = (
    "gif", "png", "jpg", "jpeg", "webp", "avif", "svg", "ico", "bmp", "css", "js", "mjs",
    "woff", "woff2", "ttf", "otf",
)  # fmt: skip
