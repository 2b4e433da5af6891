"""The words on the page: what stands there, in which order, and what stays away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from report.street import Notebook, at, evening, meet, new_shift

from outreach_app.report.blocks import BigRow, Facts, Grid, Page, Section, Words
from outreach_app.report.page import doubts, lay_out, standing, subtitle
from outreach_app.report.reading import Period
from outreach_app.report.shift_summary import shifts_between
from outreach_app.report.summary import Arrivals, Completeness, Summary

SumUp = Callable[..., Summary]
WEEK = Period(date(2026, 11, 23), date(2026, 11, 29))

SOUND = Completeness(
    drafts_left=0,
    shifts_without_count=0,
    late_entries=0,
    open_visits=0,
    running_shifts=0,
    conflicts=0,
    flagged=0,
    arrivals=Arrivals(waiting=0, missing=0, parked=0),
)


def sections(page: Page) -> list[str]:
    return [block.title for block in page.blocks if isinstance(block, Section)]


def under(page: Page, title: str) -> list[Any]:
    """The blocks between a heading and the next one."""
    heads = [n for n, block in enumerate(page.blocks) if isinstance(block, Section)]
    here = next(n for n in heads if page.blocks[n] == Section(title=title))
    after = [n for n in heads if n > here] or [len(page.blocks)]
    return list(page.blocks[here + 1 : after[0]])


def facts(page: Page, title: str) -> dict[str, str]:
    found = [block for block in under(page, title) if isinstance(block, Facts)]
    return {one.label: one.text for block in found for one in block.facts}


def text(page: Page) -> str:
    return msgspec.json.encode(page).decode()


def test_a_leader_reads_figures_first_and_proofs_last(summary: Summary) -> None:
    assert sections(lay_out(summary)) == [
        "Minutes in each hotspot",
        "Conversations by depth",
        "What young people said",
        "Hand over",
        "Referrals",
        "The conversations in detail",
        "What the hotspots were like",
        "Safety",
        "Debrief",
        "Hours",
        "Every figure, and how it is counted",
        "Where this comes from",
    ]


def test_the_line_under_the_title_says_who_when_and_in_what(summary: Summary) -> None:
    assert lay_out(summary).subtitle == (
        "14:02–20:04 (planned 14:00–20:00) · pair A · Jo and Sam · dry, match day",
        "Handed in, and waiting for approval.",
    )


def test_one_of_each_is_said_in_the_singular(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book, hotspots_assigned=[book.hotspots["Haymarket"]])
    meet(book, shift, headcount=1)
    book.write(
        "visit",
        wrote=at("15:00"),
        shift=shift,
        hotspot=book.hotspots["Haymarket"],
        arrived_at=at("15:00"),
        left_at=at("15:01"),
    )
    (row,) = (block for block in lay_out(sum_up(shift)).blocks if isinstance(block, BigRow))
    assert [(one.value, one.label, one.beside) for one in row.figures] == [
        ("1", "conversation", "0 declined"),
        ("1", "young person", "0 new to us"),
        ("0", "full referrals", "0 signposts"),
        ("1", "minute in hotspots", "1 of 1 hotspot"),
    ]
    notes = under(lay_out(sum_up(shift)), "Minutes in each hotspot")[-1]
    assert "Between hotspots: 1 conversation with 1 young person." in notes.text


@pytest.mark.parametrize(
    ("answers", "words", "times"),
    [
        ({"started_at": None, "ended_at": None}, "Not started yet.", ""),
        (
            {
                "started_at": None,
                "ended_at": None,
                "planned_start_at": at("14:00"),
                "planned_end_at": at("20:00"),
            },
            "Not started yet.",
            "Planned 14:00–20:00 · ",
        ),
        ({"ended_at": None}, "Still running: the figures are those of now.", "Since 14:00 · "),
        ({}, "Ended, and not handed in yet.", "14:00–20:00 · "),
        ({"submitted_at": at("20:05")}, "Handed in, and waiting for approval.", "14:00–20:00 · "),
        ({"approved_at": at("21:00")}, "Approved on Tue 24 Nov 2026, 21:00.", "14:00–20:00 · "),
        ({"cancelled_reason": "police_advice"}, "Cancelled: police advice.", "14:00–20:00 · "),
        (
            {"ended_at": at("00:20") + timedelta(days=1)},
            "Ended, and not handed in yet.",
            "14:00–00:20 (Wed 25 Nov) · ",
        ),
    ],
)
def test_how_a_shift_stands_is_said_in_a_sentence(
    book: Notebook, sum_up: SumUp, answers: dict[str, Any], words: str, times: str
) -> None:
    summary = sum_up(new_shift(book, **answers))
    assert standing(summary) == words
    assert subtitle(summary) == f"{times}Jo and Sam"


def test_who_approved_is_named(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book, approved_by=book.members["Lee"], approved_at=at("21:00"))
    assert standing(sum_up(shift)) == "Approved by Lee on Tue 24 Nov 2026, 21:00."
    assert facts(lay_out(sum_up(shift)), "Where this comes from")["Approved by"] == "Lee"


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"drafts_left": 1}, "1 draft was left on a laptop."),
        ({"drafts_left": 2}, "2 drafts were left on laptops."),
        ({"shifts_without_count": 1}, "1 shift does not say if drafts were left."),
        ({"running_shifts": 2}, "2 shifts are still running."),
        ({"open_visits": 1}, "1 visit was never ended."),
        ({"late_entries": 3}, "3 records were entered or changed late."),
        ({"conflicts": 1}, "1 record has two answers to one question."),
        ({"flagged": 2}, "2 records are flagged for a look."),
        (
            {"arrivals": Arrivals(waiting=1, missing=0, parked=0)},
            "1 record waits to be sent from this laptop.",
        ),
        ({"arrivals": Arrivals(waiting=0, missing=2, parked=0)}, "2 batches have not arrived here."),
        ({"arrivals": Arrivals(waiting=0, missing=0, parked=1)}, "1 batch could not be opened."),
    ],
)
def test_each_doubt_is_one_plain_sentence(known: dict[str, Any], words: str) -> None:
    assert doubts(msgspec.structs.replace(SOUND, **known)) == [words]


def test_nothing_in_doubt_is_said_only_of_what_was_looked_at(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)

    def first(summary: Summary) -> Words:
        block = lay_out(summary).blocks[0]
        assert isinstance(block, Words)
        return block

    sound = first(sum_up(shift))
    assert sound.text == (
        "No drafts left, nothing late, nothing in doubt. "
        "Every record that the team's laptops told of is here."
    )
    assert sound.is_quiet
    assert "was not checked" in first(sum_up(shift, arrivals=None)).text
    waiting = first(sum_up(shift, arrivals=Arrivals(waiting=2, missing=0, parked=0)))
    assert (waiting.is_warning, waiting.text) == (True, "2 records wait to be sent from this laptop.")
    running = first(sum_up(new_shift(book, ended_at=None), at=at("15:00")))
    assert (running.is_quiet, "still running" in running.text) == (True, False)
    planned = new_shift(book, started_at=None, ended_at=None)
    assert "No drafts" not in first(sum_up(planned)).text


def test_what_has_no_content_is_absent_or_said_in_words(book: Notebook, sum_up: SumUp) -> None:
    page = lay_out(sum_up(new_shift(book, drafts_left=None)))
    assert "What young people said" not in sections(page)
    assert "The conversations in detail" not in sections(page)
    assert "Debrief" not in sections(page)
    for title, words in (
        ("Minutes in each hotspot", "No hotspot was assigned or visited."),
        ("Conversations by depth", "Nobody was met."),
        ("Hand over", "Nothing was handed over."),
        ("Referrals", "No referral was opened."),
    ):
        assert [block.text for block in under(page, title)] == [words]


def test_declines_alone_have_depths_and_no_detail(book: Notebook, sum_up: SumUp) -> None:
    shift = new_shift(book)
    meet(book, shift, depth=0)
    page = lay_out(sum_up(shift))
    assert isinstance(under(page, "Conversations by depth")[0], Grid)
    assert "The conversations in detail" not in sections(page)


def test_safety_says_what_was_not_ticked_and_who_allowed_a_worker_alone(
    book: Notebook, summary: Summary, sum_up: SumUp
) -> None:
    safety = facts(lay_out(summary), "Safety")
    assert safety["Check-ins"] == "On time 2, late 1."
    assert safety["Ready to go"].endswith("Not ticked: personal alarm.")
    assert safety["Risk"] == "Medium. Football crowd from five; keep to the lit side of the square."
    alone = new_shift(
        book, workers=[book.members["Jo"]], single_reason="staffing", single_allowed_by=book.members["Lee"]
    )
    safety = facts(lay_out(sum_up(alone)), "Safety")
    assert safety["Worked alone"] == "Nobody else available, allowed by Lee."
    assert (safety["Check-ins"], safety["Risk"]) == ("None recorded.", "Not recorded.")
    in_period = facts(lay_out(sum_up(alone, period=WEEK)), "Safety")
    assert in_period["Worked alone"] == "Tue 24 Nov: nobody else available, allowed by Lee."


def test_a_period_lists_its_shifts_and_days_and_who_said_what(book: Notebook, sum_up: SumUp) -> None:
    evening(book)
    running = new_shift(book, date="2026-11-26", started_at=at("14:00") + timedelta(days=2), ended_at=None)
    meet(book, running)
    new_shift(book, date="2026-11-27", started_at=None, ended_at=None)
    ids = shifts_between(book.records, WEEK)
    page = lay_out(sum_up(*ids, period=WEEK, at=at("14:30") + timedelta(days=2)))
    assert page.title == "Summary, 23–29 November 2026"
    assert page.subtitle == (
        "3 shifts · 6 h 2 min of pairs on the street",
        "1 to approve, 1 still running, 1 not started.",
    )
    (shifts,) = (block for block in under(page, "Shifts") if isinstance(block, Grid))
    assert [row[:5] for row in shifts.rows] == [
        ("Tue 24 Nov", "A", "14:02–20:04", "Jo and Sam", "to approve"),
        ("Thu 26 Nov", "", "since 14:00", "Jo and Sam", "still running"),
        ("Fri 27 Nov", "", "–", "Jo and Sam", "not started"),
    ]
    (days,) = (block for block in under(page, "Days of the week") if isinstance(block, Grid))
    assert [row[0] for row in days.rows] == ["Tuesday", "Thursday", "Friday"]
    assert list(facts(page, "Debrief")) == ["Tue 24 Nov, pair A"]
    assert "What went well: The college group" in facts(page, "Debrief")["Tue 24 Nov, pair A"]


def test_a_period_without_shifts_says_only_that(book: Notebook, sum_up: SumUp) -> None:
    page = lay_out(sum_up(period=WEEK))
    assert page.subtitle == ("No shifts",)
    assert sections(page) == ["Every figure, and how it is counted", "Where this comes from"]


def test_codes_may_stand_on_the_page_and_names_of_files_or_ids_may_not(summary: Summary) -> None:
    shown = text(lay_out(summary))
    assert "Maple-14" in shown
    for line in summary.shifts:
        assert line.id not in shown
    for due in summary.referrals.due:
        assert due.id not in shown


def test_overdue_is_said_in_words(summary: Summary) -> None:
    grids = [block for block in under(lay_out(summary), "Referrals") if isinstance(block, Grid)]
    assert [row[3] for row in grids[-1].rows] == ["Mon 23 Nov – overdue", "Fri 27 Nov", "Fri 27 Nov"]


def test_a_day_of_another_year_is_no_surprise(book: Notebook, sum_up: SumUp) -> None:
    page = lay_out(sum_up(period=Period(date(2026, 12, 28), date(2027, 1, 3))))
    assert page.title == "Summary, 28 December 2026 – 3 January 2027"
