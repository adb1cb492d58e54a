"""The audit, top to bottom: ingest, categorise, pseudonymise, reconstruct, assess, publish, report."""

from netaudit.pipeline.audit import Definitions, Result, load_definitions, run_audit
from netaudit.pipeline.checks import check_definitions
from netaudit.pipeline.explain import explain_finding

__all__ = ["Definitions", "Result", "check_definitions", "explain_finding", "load_definitions", "run_audit"]
