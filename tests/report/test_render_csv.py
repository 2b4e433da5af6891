"""The CSV files: for Excel with a double click, for programs with one line of code."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report.street import HOSTILE, Notebook, hard_evening

from outreach_app.report import render_csv
from outreach_app.report.phrases import EXAMPLE, plain
from outreach_app.report.summary import Summary
from outreach_app.report.tables import Column, is_formula, tables

SumUp = Callable[..., Summary]


def files(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_table_is_a_file_that_excel_reads_as_utf_8(summary: Summary) -> None:
    found = files(render_csv.render(summary))
    assert list(found) == [f"{table.name}.csv" for table in tables(summary)]
    for content in found.values():
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in content


def test_numbers_are_bare_and_times_are_local(summary: Summary) -> None:
    found = files(render_csv.render(summary))
    (shift,) = rows(found["shifts.csv"])
    assert (shift["date"], shift["started"], shift["ended"]) == ("2026-11-24", "14:02", "20:04")
    assert (shift["conversations"], shift["pair_minutes"]) == ("11", "332")
    news = rows(found["referral_news.csv"])
    assert news[0]["at"] == "2026-11-24 13:00"


def test_every_file_of_an_example_says_so_even_an_empty_one(summary: Summary) -> None:
    quiet = msgspec.structs.replace(summary, handover=())
    found = files(render_csv.render(quiet))
    for content in found.values():
        assert content.decode("utf-8-sig").splitlines()[0].endswith(",example_data")
        assert all(row["example_data"] == EXAMPLE for row in rows(content))
    assert rows(found["handover.csv"]) == []
    earnest = files(render_csv.render(msgspec.structs.replace(summary, is_example=False)))
    assert not any(b"xample" in content for content in earnest.values())


def test_no_cell_of_a_hostile_summary_is_a_formula(book: Notebook, sum_up: SumUp) -> None:
    found = files(render_csv.render(sum_up(hard_evening(book))))
    for content in found.values():
        for row in rows(content):
            for cell in row.values():
                assert cell.startswith("'") or not is_formula(cell)
    texts = {row["text"] for row in rows(found["handover.csv"])}
    assert {plain(typed) for typed in HOSTILE} == {text.removeprefix("'") for text in texts}


@given(st.text(max_size=40))
def test_whatever_is_typed_no_cell_begins_a_formula(typed: str) -> None:
    spelled = render_csv.spell(typed, Column("text", "Text"))
    assert isinstance(spelled, str)
    assert not spelled.lstrip(' \n"').startswith(("=", "+", "-", "@", "|", "%", "\t", "\r"))


@pytest.mark.parametrize(
    "typed", ["=1", "+1", "-1", "@x", " =1", "'=1", '"=1', "|x", "%x", "\uff1d1", "\uff0b1"]
)
def test_what_a_spreadsheet_would_run_is_known(typed: str) -> None:
    assert is_formula(typed)


@pytest.mark.parametrize("typed", ["", "a=1", "13–15", "(not yet)", "1 - 2", "مرحبا", "– nothing"])
def test_what_a_spreadsheet_would_show_is_left_alone(typed: str) -> None:
    assert not is_formula(typed)
    assert render_csv.spell(typed, Column("text", "Text")) == typed


def test_the_same_summary_gives_the_same_files(summary: Summary) -> None:
    assert render_csv.render(summary) == render_csv.render(summary)
