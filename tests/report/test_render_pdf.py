"""The page: accessible, marked, and whole whatever people typed."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader
from report.street import HOSTILE, Notebook, hard_evening

from outreach_app import resources
from outreach_app.report import render_pdf
from outreach_app.report.phrases import EXAMPLE
from outreach_app.report.reading import Period
from outreach_app.report.summary import Summary

SumUp = Callable[..., Summary]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    """All the text, without the zero width spaces by which long words may break."""
    return "\n".join(page.extract_text() for page in read(pdf).pages).replace("\u200b", "")


def test_the_pdf_says_that_it_is_tagged_and_accessible(summary: Summary) -> None:
    reader = read(render_pdf.render(summary))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # pypdf's own boolean
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata is not None
    assert reader.metadata.title == "Shift summary, Tuesday 24 November 2026"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_its_structure_has_headings_tables_with_heads_and_lists(summary: Summary, tmp_path: Path) -> None:
    pdfinfo = shutil.which("pdfinfo")
    assert pdfinfo, "poppler-utils is missing: `make setup` says how to install it"
    (tmp_path / "summary.pdf").write_bytes(render_pdf.render(summary))
    shown = subprocess.run(
        [pdfinfo, "-struct-text", str(tmp_path / "summary.pdf")], capture_output=True, check=True, text=True
    ).stdout
    assert re.findall(r'^ +H1 "(.*)"', shown, re.M) == ["Shift summary, Tuesday 24 November 2026"]
    sections = re.findall(r'^ +H2 "(.*)"', shown, re.M)
    assert sections[:3] == ["Minutes in each hotspot", "Conversations by depth", "What young people said"]
    assert shown.count("Table (block)") == shown.count("THead") >= 8
    assert shown.count("BlockQuote") == 2
    assert "/Scope /Column" in shown


def test_the_ribbon_is_on_every_page_of_an_example_and_on_no_other(summary: Summary) -> None:
    pages = read(render_pdf.render(summary)).pages
    assert len(pages) > 1
    assert all(EXAMPLE in page.extract_text() for page in pages)
    earnest = msgspec.structs.replace(summary, is_example=False)
    assert EXAMPLE not in words(render_pdf.render(earnest))


def test_edition_reader_and_fingerprint_are_on_the_page(summary: Summary) -> None:
    text = words(render_pdf.render(summary))
    assert "Team leader. Team edition, version 1." in text
    assert all(f"Page {n} of" in text for n in (1, 2))
    assert summary.trail.fingerprint in text.replace(" ", "").replace("\n", "")


def test_the_same_summary_gives_the_same_bytes(summary: Summary) -> None:
    assert render_pdf.render(summary) == render_pdf.render(summary)


def test_every_hostile_text_is_drawn_as_it_was_typed(book: Notebook, sum_up: SumUp) -> None:
    text = re.sub(r"\s+", "", words(render_pdf.render(sum_up(hard_evening(book), is_example=True))))
    for typed in (*HOSTILE[:5], *HOSTILE[8:10]):
        assert re.sub(r"\s+", "", typed) in text
    assert text.count("w" * 180) >= 2


def test_a_sign_that_no_font_can_draw_becomes_a_box_and_the_page_says_so(
    book: Notebook, sum_up: SumUp, summary: Summary
) -> None:
    assert "□" not in words(render_pdf.render(summary))
    odd = "Draw this: \U000f1234 and this: \U000f4321; the rest stays."
    voice = msgspec.structs.replace(summary.engagements.voices[0], text=odd)
    said = msgspec.structs.replace(summary.engagements, voices=(voice,))
    text = words(render_pdf.render(msgspec.structs.replace(summary, engagements=said)))
    assert "Draw this: □ and this: □; the rest stays." in text
    assert "□ stands for signs that no font of this computer can draw" in text


def test_a_computer_without_fonts_still_prints(
    book: Notebook, sum_up: SumUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typst

    bare = typst.Compiler(
        str(resources.path("report", "summary.typ")), root=str(resources.ROOT), ignore_system_fonts=True
    )
    monkeypatch.setattr(render_pdf, "_compiler", lambda: bare)
    text = words(render_pdf.render(sum_up(hard_evening(book), is_example=True)))
    assert "Shift summary, Tuesday 24 November 2026" in text
    assert "stands for signs that no font of this computer can draw" in text


def test_a_summary_of_nothing_is_a_page_too(book: Notebook, sum_up: SumUp) -> None:
    from datetime import date

    text = words(render_pdf.render(sum_up(period=Period(date(2026, 11, 23), date(2026, 12, 29)))))
    assert "Summary, 23 November – 29 December 2026" in text
    assert "No shift is recorded for these days." in text


def test_the_pictures_are_the_pages(summary: Summary) -> None:
    pictures = render_pdf.render_pages(summary, ppi=72)
    assert len(pictures) == len(read(render_pdf.render(summary)).pages)
    for picture in pictures:
        assert picture.startswith(b"\x89PNG")
        width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
        assert (width, height) == pytest.approx((595, 842), abs=1)
    assert len(render_pdf.render_pages(summary, ppi=144)[0]) > len(pictures[0])


def test_a_mistake_in_the_template_is_not_taken_for_a_missing_font(
    summary: Summary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import typst

    broken = tmp_path / "broken.typ"
    broken.write_text("#panic(sys.inputs.page.slice(0, 5))", encoding="utf-8")
    monkeypatch.setattr(render_pdf, "_compiler", lambda: typst.Compiler(str(broken)))
    with pytest.raises(typst.TypstError, match="panicked"):
        render_pdf.render(summary)
