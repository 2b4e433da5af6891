"""A summary as an Excel workbook: one sheet for each table, and a native chart of the hotspots.

Text is only ever written as text: never as a formula, never as a link. What could be taken for a
formula when somebody edits the cell carries Excel's own quote mark, which is not part of the value.
"""

from __future__ import annotations

import io
import tomllib
from datetime import date, datetime
from typing import Any

from outreach_app import resources
from outreach_app.report.page import headline, subtitle
from outreach_app.report.phrases import EXAMPLE, plain
from outreach_app.report.summary import Summary
from outreach_app.report.tables import Cell, Column, Table, is_formula, tables

_LOOK = tomllib.loads(resources.text("look", "tokens.toml"))["light"]
_INK, _SOFT, _LINE, _ACCENT, _WAITING = (
    _LOOK[name] for name in ("ink", "ink_soft", "line", "accent", "waiting")
)
_HEADER_ROW = 4
_LONGEST_CELL = 32_767
"""Characters that fit in one cell (Excel's specifications and limits)."""


def render(summary: Summary) -> bytes:
    """The bytes of the workbook; the same summary gives the same bytes."""
    import xlsxwriter

    packed = io.BytesIO()
    book = xlsxwriter.Workbook(
        packed,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    book.set_properties(
        {
            "title": headline(summary),
            "subject": summary.trail.edition,
            "author": plain(summary.team),
            "comments": EXAMPLE if summary.is_example else "",
            "created": summary.trail.made_at.replace(tzinfo=None),
        }
    )
    looks = _Looks(book)
    for table in tables(summary):
        sheet = book.add_worksheet(_SHEETS[table.name])
        _write(sheet, table, summary, looks)
        if table.name == "hotspots":
            _chart(book, sheet, table, summary)
    book.close()
    return packed.getvalue()


_SHEETS = {
    "totals": "Figures",
    "shifts": "Shifts",
    "hotspots": "Hotspots",
    "engagements": "Conversations",
    "hours": "By hour",
    "weekdays": "By weekday",
    "referrals": "Referrals",
    "referral_news": "Referral news",
    "referrals_due": "Referrals due",
    "handover": "Handover",
    "views": "Views",
    "debrief": "Debrief",
    "check_ins": "Check-ins",
    "completeness": "Completeness",
    "trail": "Trail",
}
"""Names on the tabs: short, since Excel takes 31 characters, and the same in every workbook."""


class _Looks:
    """The cell formats of one workbook, made as they are first needed."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        properties = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, **properties}
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def _write(sheet: Any, table: Table, summary: Summary, looks: _Looks) -> None:
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, table.title, looks(bold=True, font_size=16))
    sheet.write_string(
        1, 0, f"{headline(summary)} · {subtitle(summary)}"[:_LONGEST_CELL], looks(font_color=_SOFT)
    )
    if table.note:
        sheet.write_string(2, 0, table.note, looks(font_color=_SOFT, italic=True))
    if summary.is_example:
        sheet.write_string(3, 0, EXAMPLE, looks(bold=True, font_color=_WAITING))
    for place, column in enumerate(table.columns):
        side = "right" if column.holds == "number" else "left"
        head = looks(bold=True, bottom=1, bottom_color=_INK, text_wrap=True, align=side, valign="bottom")
        sheet.write_string(_HEADER_ROW, place, column.label, head)
        sheet.set_column(place, place, column.width)
    for line, row in enumerate(table.rows, _HEADER_ROW + 1):
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _put(sheet, line, place, cell, column, looks)
    sheet.freeze_panes(_HEADER_ROW + 1, 1)
    if table.rows:
        last = _HEADER_ROW + len(table.rows)
        sheet.autofilter(_HEADER_ROW, 0, last, len(table.columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    ribbon = f"&R{EXAMPLE}" if summary.is_example else ""
    sheet.set_header(f"&L{_header(summary.team)} · {summary.trail.edition}{ribbon}")
    sheet.set_footer("&L&A&RPage &P of &N")


def _header(text: str) -> str:
    """Text for a printed header, whose "&" begins a command and which takes 255 characters in all."""
    return plain(text).replace("\n", " ")[:80].replace("&", "&&")


_NUMBER_FORMATS = {"number": "#,##0", "day": "ddd d mmm yyyy", "time": "hh:mm", "moment": "d mmm yyyy hh:mm"}


def _put(sheet: Any, line: int, place: int, cell: Cell, column: Column, looks: _Looks) -> None:
    rule = {"bottom": 1, "bottom_color": _LINE, "valign": "top"}
    if cell is None or cell == "":
        sheet.write_blank(line, place, None, looks(**rule))
    elif isinstance(cell, str):
        text = plain(cell)[:_LONGEST_CELL]
        quoted = {"quote_prefix": True} if is_formula(text) else {}
        sheet.write_string(line, place, text, looks(text_wrap=True, **rule, **quoted))
    elif isinstance(cell, datetime):
        look = looks(num_format=_NUMBER_FORMATS[column.holds], align="left", **rule)
        if column.holds == "time":
            sheet.write_datetime(line, place, cell.replace(tzinfo=None).time(), look)
        else:
            sheet.write_datetime(line, place, cell.replace(tzinfo=None), look)
    elif isinstance(cell, date):
        sheet.write_datetime(
            line, place, cell, looks(num_format=_NUMBER_FORMATS["day"], align="left", **rule)
        )
    else:
        sheet.write_number(line, place, cell, looks(num_format=_NUMBER_FORMATS["number"], **rule))


def _chart(book: Any, sheet: Any, table: Table, summary: Summary) -> None:
    """Minutes in each hotspot as bars, drawn by Excel from the cells above it."""
    rows = len(summary.hotspots)
    if not rows:
        return
    names = [column.name for column in table.columns]
    minutes = names.index("minutes")
    first, last = _HEADER_ROW + 1, _HEADER_ROW + rows
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Minutes in each hotspot",
            "categories": [sheet.get_name(), first, 0, last, 0],
            "values": [sheet.get_name(), first, minutes, last, minutes],
            "fill": {"color": _ACCENT},
            "gap": 60,
            "data_labels": {"value": True, "font": {"color": _INK}},
        }
    )
    chart.set_title({"name": "Minutes in each hotspot", "name_font": {"size": 12, "color": _INK}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"color": _LINE}, "num_font": {"color": _INK}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 720, "height": 120 + 28 * rows})
    described = ", ".join(f"{line.name} {line.minutes}" for line in summary.hotspots)
    sheet.insert_chart(
        last + 3,
        0,
        chart,
        {
            "description": plain(f"Bar chart of minutes in each hotspot: {described}")[:2000],
            "object_position": 2,
        },
    )
