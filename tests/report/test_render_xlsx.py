"""The workbook: real numbers, real times, nothing that calculates."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from report.street import HOSTILE, Notebook, hard_evening

from outreach_app.report import render_xlsx
from outreach_app.report.phrases import EXAMPLE, plain
from outreach_app.report.reading import Period
from outreach_app.report.summary import Summary
from outreach_app.report.tables import tables

SumUp = Callable[..., Summary]


def book_of(summary: Summary) -> Workbook:
    return load_workbook(io.BytesIO(render_xlsx.render(summary)))


def test_there_is_a_sheet_for_each_table_with_a_frozen_head(summary: Summary) -> None:
    workbook = book_of(summary)
    assert len(workbook.sheetnames) == len(tables(summary))
    for sheet, table in zip(workbook, tables(summary), strict=True):
        assert [cell.value for cell in sheet[5]][: len(table.columns)] == [
            column.label for column in table.columns
        ]
        assert sheet.freeze_panes == "B6"
        assert sheet["A1"].value == table.title


def test_a_period_has_its_sheets_too(book: Notebook, shift: str, sum_up: SumUp) -> None:
    week = sum_up(shift, period=Period(date(2026, 11, 23), date(2026, 11, 29)))
    assert "By weekday" in book_of(week).sheetnames
    assert book_of(week)["Hotspots"]["G6"].value == datetime(2026, 11, 24, 15, 5)


def test_numbers_days_and_times_are_what_they_are(summary: Summary) -> None:
    sheet = book_of(summary)["Shifts"]
    row = dict(zip((cell.value for cell in sheet[5]), (cell.value for cell in sheet[6]), strict=True))
    assert row["Date"] == datetime(2026, 11, 24)
    assert (row["Started"], row["Ended"]) == (time(14, 2), time(20, 4))
    assert (row["Conversations"], row["Young people"], row["Pair-minutes"]) == (11, 27, 332)
    assert sheet["A6"].number_format == "ddd d mmm yyyy"


def test_the_minutes_by_hotspot_are_a_native_chart_over_the_cells(summary: Summary) -> None:
    (chart,) = book_of(summary)["Hotspots"]._charts
    (series,) = chart.series
    assert series.val.numRef.f == "Hotspots!$F$6:$F$12"
    assert series.cat.strRef.f == "Hotspots!$A$6:$A$12"


def test_nothing_in_a_hostile_workbook_calculates_or_links(book: Notebook, sum_up: SumUp) -> None:
    rendered = render_xlsx.render(sum_up(hard_evening(book), is_example=True))
    with zipfile.ZipFile(io.BytesIO(rendered)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
                assert b"<hyperlink" not in archive.read(name)
    found = {
        cell.value: cell
        for sheet in load_workbook(io.BytesIO(rendered))
        for row in sheet.iter_rows(min_row=6)
        for cell in row
        if isinstance(cell.value, str)
    }
    for typed in HOSTILE:
        assert found[plain(typed)].data_type == "s"
    for typed in HOSTILE[:8]:
        assert found[plain(typed)].quotePrefix
    assert not found["Signpost"].quotePrefix


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_the_workbook_is_whole(summary: Summary, typed: str) -> None:
    line = msgspec.structs.replace(summary.handover[0], text=typed)
    sheet = book_of(msgspec.structs.replace(summary, handover=(line,), team=typed))["Handover"]
    assert (sheet["A6"].value or "") == plain(typed)


def test_the_ribbon_is_on_every_sheet_of_an_example_and_on_paper(summary: Summary) -> None:
    for sheet in book_of(summary):
        assert sheet["A4"].value == EXAMPLE
        assert EXAMPLE in sheet.oddHeader.right.text
    for sheet in book_of(msgspec.structs.replace(summary, is_example=False)):
        assert sheet["A4"].value is None


def test_an_ampersand_in_the_teams_name_is_no_command_of_the_printed_header(summary: Summary) -> None:
    named = msgspec.structs.replace(summary, team="Youth & Community &D\nnight team " + "x" * 300)
    header = book_of(named)["Figures"].oddHeader
    assert header.left.text.startswith("Youth && Community &&D night team xxx")
    assert EXAMPLE in header.right.text


def test_the_same_summary_gives_the_same_workbook(summary: Summary) -> None:
    assert render_xlsx.render(summary) == render_xlsx.render(summary)


def test_a_summary_without_hotspots_has_no_chart(book: Notebook, sum_up: SumUp) -> None:
    week = sum_up(period=Period(date(2026, 11, 23), date(2026, 11, 29)))
    assert book_of(week)["Hotspots"]._charts == []
