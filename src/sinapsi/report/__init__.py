"""Self-contained HTML reports: one file, no scripts, nothing loaded from elsewhere."""

from sinapsi.report.html import Picture, Section, Table, page

__all__ = ["Picture", "Section", "Table", "page"]
