"""One set of figures: in the records, on paper, in Excel, in CSV and in JSON."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime

from openpyxl import load_workbook
from pypdf import PdfReader
from report.street import Notebook

from outreach_app.report import render_csv, render_json, render_pdf, render_xlsx
from outreach_app.report.summary import Summary, Totals
from outreach_app.report.tables import FIGURES


def counted_by_hand(book: Notebook, shift: str) -> dict[str, int]:
    """The figures straight from the records, with none of the program's counting rules."""
    records = book.records
    engagements = [
        one.values for one in records.find("engagement", shift=shift) if "same_as" not in one.values
    ]
    talks = [one for one in engagements if one["depth"] > 0]
    walked_on = [one for one in engagements if one["depth"] == 0]
    visits = [one.values for one in records.find("visit", shift=shift)]
    referrals = list(records.find("referral", shift=shift))
    sent = {step.values["referral"] for step in records.find("referral_event") if step.values["to"] == "sent"}
    record = records.get(shift)
    assert record is not None

    def minutes(start: str, end: str) -> int:
        return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()) // 60

    out = minutes(record.values["started_at"], record.values["ended_at"]) - record.values["break_minutes"]
    return {
        "shifts": 1,
        "conversations": len(talks),
        "young_people": sum(one["headcount"] for one in talks),
        "declined": len(walked_on),
        "declined_young_people": sum(one["headcount"] for one in walked_on),
        "new_young_people": sum(one.get("acquaintance", {}).get("new", 0) for one in talks),
        "recorded_outcomes": sum(len(one.get("recorded_outcome", [])) for one in talks),
        "views": sum("young_person_view" in one for one in engagements),
        "full_referrals": sum(one.values["kind_of"] == "full" and one.id in sent for one in referrals),
        "statutory": 0,
        "supported": 0,
        "signposts": sum(one.values["kind_of"] == "signpost" for one in referrals),
        "referrals_due": 2,
        "referrals_overdue": 1,
        "hotspots_visited": len({one["hotspot"] for one in visits}),
        "visits": len(visits),
        "hotspot_minutes": sum(minutes(one["arrived_at"], one["left_at"]) for one in visits),
        "pair_minutes": out,
        "person_minutes": 2 * out,
        "break_minutes": 30,
        "handover_open": len(list(records.find("handover_item", shift=shift))),
        "check_ins_missed": 0,
    }


def on_paper(pdf: bytes) -> dict[str, int]:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    lines = text[text.index("Every figure, and how it is counted") :].splitlines()
    found = {}
    for name, figure in FIGURES.items():
        place = next(
            n for n, line in enumerate(lines) if line.startswith(figure.label + " ") or line == figure.label
        )
        words = f"{lines[place]} {lines[place + 1]}".removeprefix(figure.label).split()
        found[name] = int(words[0].replace(",", ""))
        lines = lines[place:]
    return found


def in_excel(workbook: bytes) -> dict[str, int]:
    sheet = load_workbook(io.BytesIO(workbook))["Figures"]
    rows = sheet.iter_rows(min_row=6, max_col=3, values_only=True)
    return {name: value for name, _, value in rows if name}


def in_csv(packed: bytes) -> dict[str, int]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("totals.csv").decode("utf-8-sig")))
        return {row["name"]: int(row["value"]) for row in rows}


def test_totals_agree_with_each_other_and_with_a_count_by_hand(
    book: Notebook, shift: str, summary: Summary
) -> None:
    by_hand = counted_by_hand(book, shift)
    assert by_hand["conversations"] == 11
    assert by_hand["young_people"] == 27
    assert by_hand["hotspot_minutes"] == 164
    assert on_paper(render_pdf.render(summary)) == by_hand
    assert in_excel(render_xlsx.render(summary)) == by_hand
    assert in_csv(render_csv.render(summary)) == by_hand
    assert json.loads(render_json.render(summary))["totals"] == by_hand


def test_headline_figures_lead_the_page(summary: Summary) -> None:
    first = PdfReader(io.BytesIO(render_pdf.render(summary))).pages[0].extract_text()
    for figure in (
        "11\nconversations\n2 declined",
        "27\nyoung people",
        "2\nfull referrals\n3 signposts",
        "164\nminutes",
    ):
        assert figure in first


def test_hotspots_add_up_to_the_totals_in_every_format(summary: Summary) -> None:
    with zipfile.ZipFile(io.BytesIO(render_csv.render(summary))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("hotspots.csv").decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(render_xlsx.render(summary)))["Hotspots"]
    heads = [cell.value for cell in sheet[5]]
    for name, label, total in (
        ("minutes", "Minutes", summary.totals.hotspot_minutes),
        ("visits", "Visits", summary.totals.visits),
        ("conversations", "Conversations", summary.totals.conversations),
        ("young_people", "Young people", summary.totals.young_people),
    ):
        assert sum(int(row[name] or 0) for row in rows) == total
        column = heads.index(label)
        values = [row[column] for row in sheet.iter_rows(min_row=6, max_row=5 + len(rows), values_only=True)]
        assert sum(value or 0 for value in values) == total


def test_every_total_has_its_words() -> None:
    assert tuple(FIGURES) == Totals.__struct_fields__
