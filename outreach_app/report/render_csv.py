"""A summary as one ZIP of CSV files, one for each table.

The files follow RFC 4180 and begin with a byte order mark: without it Excel on Windows reads UTF-8 as
the local code page and breaks every "–" and every name outside English (decision 0051). The first
line of each file is its header. Times are those of the team's clocks, named in `trail.csv`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

from outreach_app.report.phrases import EXAMPLE, plain
from outreach_app.report.summary import Summary
from outreach_app.report.tables import Cell, Column, Table, is_formula, tables

_RIBBON = "example_data"
"""Column that every file of a demonstration ends in; its header alone marks a file without rows."""


def render(summary: Summary) -> bytes:
    """The bytes of the ZIP; the same summary gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables(summary):
            entry = zipfile.ZipInfo(f"{table.name}.csv", summary.trail.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _file(table, summary.is_example))
    return packed.getvalue()


def _file(table: Table, is_example: bool) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow([column.name for column in table.columns] + ([_RIBBON] if is_example else []))
    for row in table.rows:
        cells = [spell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
        writer.writerow(cells + ([EXAMPLE] if is_example else []))
    return lines.getvalue().encode("utf-8-sig")


def spell(cell: Cell, column: Column) -> str | int:
    """A cell as a CSV file holds it: numbers bare, dates and times in ISO 8601, text that cannot calculate.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%H:%M}" if column.holds == "time" else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        text = plain(cell)
        return f"'{text}" if is_formula(text) else text
    return cell
