"""Turns log bytes into PARSED and REJECTS: every line is an event, set aside with its reason, or counted."""

from netaudit.ingest.detect import Detection, detect
from netaudit.ingest.logfile import LogFile, find_logs
from netaudit.ingest.parse import ParsedChunk, check_format, parse_chunk
from netaudit.ingest.urls import url_parts, url_paths
from netaudit.ingest.user_agents import user_agent_names

__all__ = [
    "Detection",
    "LogFile",
    "ParsedChunk",
    "check_format",
    "detect",
    "find_logs",
    "parse_chunk",
    "url_parts",
    "url_paths",
    "user_agent_names",
]
