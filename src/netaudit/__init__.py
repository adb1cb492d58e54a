"""Audits internet use from proxy logs: human time, not hits; pseudonyms, not names."""

__version__ = "0.1.0"
