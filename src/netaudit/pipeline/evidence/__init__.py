"""Evidence for those who answer for the monitoring: DSPT, freedom of information, the governing body."""

from netaudit.pipeline.evidence.export import Exported, export_sheet, weeks_span
from netaudit.pipeline.evidence.spans import Span, dspt_year, dspt_year_of, iso_year

__all__ = ["Exported", "Span", "dspt_year", "dspt_year_of", "export_sheet", "iso_year", "weeks_span"]
