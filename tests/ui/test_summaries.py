"""Summaries: what is shown is what is saved, and only somebody outside the pair approves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest
from desk import LEE, ME, SAM, Opened, Team, build_team, find, opened_window, settle
from fakes.chance import Randomness
from openpyxl import load_workbook
from pypdf import PdfReader
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from outreach_app.store import audit, oplog
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.screens.summaries import OWN, SUMMARIES, SummariesScreen
from outreach_app.ui.screens.summaries_work import Wanted, count, spans_of
from outreach_app.ui.tables.row_list import Row
from outreach_app.work import shift as shifts
from outreach_app.work.changes import Changes
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, save
from outreach_app.work.shift_list import list_shifts

BESIDE = "f6" * 16
"""Somebody who goes out with Sam."""


def desk_of(team: Team, member: str, role: str = "worker") -> Desk:
    """Another member at the same file."""
    me = msgspec.structs.replace(team.desk.membership, member=member, role=role)
    return Desk(team.desk.db, team.clock, Randomness(f"{member} works"), me)


def work_a_shift(team: Team, me: str, colleague: str, *, talks: int, is_ended: bool = True) -> str:
    """A shift of this pair with so many conversations of three young people."""
    desk = desk_of(team, me)
    shift = shifts.start_shift(desk, [colleague]).result.id
    shifts.arrive(desk, team.hotspots["Abbey Park"])
    for _ in range(talks):
        team.clock.advance(minutes=10)
        moment = desk.now().isoformat()
        said = {"shift": shift, "hotspot": team.hotspots["Abbey Park"], "occurred_at": moment}
        save(desk, Said("engagement", {**said, "headcount": 3, "depth": 2, "note": "About Quillonbarge"}))
    if is_ended:
        team.clock.advance(minutes=10)
        shifts.end_shift(desk)
    return shift


class Screen:
    """The screen in its window, and hands for it."""

    def __init__(self, opened: Opened, ids: dict[str, str]) -> None:
        self.window, self.around, self.team = opened
        self.ids = ids
        screen = self.window.show_screen("summaries")
        assert isinstance(screen, SummariesScreen)
        self.screen = screen
        self.settle()

    def settle(self) -> None:
        # The list and the page wait for the hand to rest.
        while any(timer.isActive() for timer in self.window.findChildren(QTimer) if timer.isSingleShot()):
            QTest.qWait(10)
        settle(self.around.operations, 60)

    @property
    def rows(self) -> list[Row]:
        return self.screen.list.rows_model.rows()

    def row(self, key: str) -> Row:
        return next(row for row in self.rows if row.key == key)

    def go_to(self, key: str) -> None:
        self.screen.list.set_current(key)
        self.settle()

    def button(self, name: str) -> QPushButton:
        found: QPushButton = find(self.window, name, QPushButton)
        return found

    def words(self, name: str) -> str:
        label: QLabel = find(self.window, name, QLabel)
        return label.text() if label.isVisible() else ""

    def save_as(self, form: str, path: Path) -> None:
        QTest.mouseClick(self.button(f"save-{form}"), Qt.MouseButton.LeftButton)
        self.settle()
        dialog = find(self.window, "summary-save", QFileDialog)
        find(dialog, "fileNameEdit", QLineEdit).setText(str(path))
        dialog.accept()
        self.settle()


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[tuple[Team, dict[str, str]]]:
    """A lead's laptop with three shifts handed in: Sam's with Kim, hers with Sam, hers a week later."""
    team = build_team(tmp_path, role="lead", has_shift=False)

    def fill() -> dict[str, str]:
        lead = desk_of(team, LEE, "lead")
        oplog.add_own(team.desk.db, [lead.stamp("member", BESIDE, {"name": "Kim"})])
        theirs = work_a_shift(team, SAM, BESIDE, talks=2)
        first = work_a_shift(team, ME, SAM, talks=0)
        team.clock.advance(days=7)
        hers = work_a_shift(team, ME, BESIDE, talks=1)
        return {"theirs": theirs, "first": first, "hers": hers}

    ids = team.on_lane(fill)
    yield team, ids
    team.close()


@pytest.fixture
def summaries(look: Look, worked: tuple[Team, dict[str, str]]) -> Iterator[Screen]:
    team, ids = worked
    with opened_window(team, [SUMMARIES], size=QSize(1366, 768)) as opened:
        yield Screen(opened, ids)


def test_the_newest_shift_is_first_and_its_page_is_drawn(summaries: Screen) -> None:
    assert [row.key for row in summaries.rows] == [summaries.ids[one] for one in ("hers", "first", "theirs")]
    assert summaries.row(summaries.ids["theirs"]).under == "2 conversations · 6 people"
    page = summaries.screen.page
    assert page.page_count >= 1
    assert "1 conversation, 3 young people" in page.accessibleName()


def test_the_page_is_as_sharp_as_it_is_wide(summaries: Screen) -> None:
    page = summaries.screen.page
    leaf = page._leaves[0]
    assert abs(leaf.image.width() - leaf.width() * page.devicePixelRatioF()) <= 2
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Plus)
    summaries.settle()
    assert abs(leaf.image.width() - leaf.width() * page.devicePixelRatioF()) <= 2
    QTest.keyClick(page, Qt.Key.Key_End)
    assert page.verticalScrollBar().value() == page.verticalScrollBar().maximum()
    QTest.keyClick(page, Qt.Key.Key_0)
    summaries.settle()


def test_a_lead_outside_the_pair_approves_and_gives_back_by_keys(summaries: Screen) -> None:
    theirs = summaries.ids["theirs"]
    summaries.go_to(theirs)
    assert summaries.row(theirs).right == "to approve"
    QTest.keyClick(summaries.screen.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    summaries.settle()
    assert summaries.row(theirs).right == "approved"
    assert summaries.words("summary-standing") == "Approved by Alex"
    assert not summaries.button("summary-approve").isVisible()
    summaries.button("summary-reopen").click()
    summaries.settle()
    assert summaries.row(theirs).right == "with the pair"
    assert summaries.button("summary-approve").isVisible()
    record = summaries.team.on_lane(lambda: summaries.team.desk.records.get(theirs))
    assert record.get("approved_at") is None
    assert record.get("submitted_at") is None


def test_a_lead_does_not_approve_a_shift_of_her_own(summaries: Screen) -> None:
    hers = summaries.ids["hers"]
    summaries.go_to(hers)
    assert not summaries.button("summary-approve").isVisible()
    assert "another lead" in summaries.words("summary-why")
    QTest.keyClick(summaries.screen.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    summaries.settle()
    assert summaries.row(hers).right == "to approve"


def test_a_worker_sees_the_summary_and_no_decision(look: Look, tmp_path: Path) -> None:
    team = build_team(tmp_path, role="worker")
    try:
        with opened_window(team, [SUMMARIES]) as opened:
            here = Screen(opened, {})
            assert here.words("summary-standing") == "The pair is out now"
            assert not here.button("summary-approve").isVisible()
            assert not here.button("summary-reopen").isVisible()
            assert here.button("save-pdf").isEnabled()
    finally:
        team.close()


def test_all_four_files_carry_the_figures_of_the_page(summaries: Screen, tmp_path: Path) -> None:
    theirs = summaries.ids["theirs"]
    summaries.go_to(theirs)
    before = summaries.team.on_lane(lambda: len(audit.entries(summaries.team.desk.db)))
    files = {form: tmp_path / f"out.{form}" for form in ("pdf", "xlsx", "json")} | {
        "csv": tmp_path / "out.csv.zip"
    }
    for form, path in files.items():
        summaries.save_as(form, path)
        assert summaries.window.banner.happened.text().startswith(f"Saved as {path.name}")
    totals = json.loads(files["json"].read_bytes())["totals"]
    assert (totals["conversations"], totals["young_people"]) == (2, 6)
    text = " ".join(page.extract_text() for page in PdfReader(files["pdf"]).pages)
    assert "Example data – fictitious" in text
    assert "Quillonbarge" not in text
    assert load_workbook(files["xlsx"]).sheetnames
    assert ZipFile(files["csv"]).namelist()
    noted = summaries.team.on_lane(lambda: audit.entries(summaries.team.desk.db))
    new = noted[: len(noted) - before]
    assert {entry.what for entry in new} == {f"export-team-{form}" for form in files}
    assert {entry.about for entry in new} == {theirs}
    assert {entry.who for entry in new} == {ME}


def test_the_button_that_saved_a_file_has_the_focus_again(summaries: Screen, tmp_path: Path) -> None:
    summaries.button("save-xlsx").setFocus()
    summaries.save_as("xlsx", tmp_path / "one.xlsx")
    assert summaries.window.focusWidget() is summaries.button("save-xlsx")


def test_the_folder_of_the_last_file_is_offered_again(summaries: Screen, tmp_path: Path) -> None:
    summaries.save_as("json", tmp_path / "one.json")
    summaries.button("save-pdf").click()
    summaries.settle()
    dialog = find(summaries.window, "summary-save", QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert dialog.selectedFiles()[0].endswith("-team.pdf")
    dialog.reject()
    summaries.settle()


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_noted(
    summaries: Screen, tmp_path: Path
) -> None:
    wanted = summaries.screen._wanted
    assert wanted is not None
    before = summaries.team.on_lane(lambda: len(audit.entries(summaries.team.desk.db)))
    summaries.screen._save(wanted, "pdf", str(tmp_path / "gone" / "out.pdf"))
    summaries.settle()
    assert "could not be written" in summaries.window.banner.happened.text()
    assert summaries.button("save-pdf").isEnabled()
    assert summaries.team.on_lane(lambda: len(audit.entries(summaries.team.desk.db))) == before


def test_periods_hold_the_shifts_of_their_days(summaries: Screen) -> None:
    QTest.mouseClick(find(summaries.window, "summaries-about-periods"), Qt.MouseButton.LeftButton)
    summaries.settle()
    kinds = [row.right for row in summaries.rows]
    assert kinds == ["week", "week", "month", "month", "quarter", ""]
    summaries.go_to("quarter:2026-10-01")
    assert "3 conversations, 9 young people" in summaries.screen.page.accessibleName()
    assert not summaries.words("summary-standing")
    assert summaries.button("save-pdf").isEnabled()


def test_own_dates_say_when_they_are_the_wrong_way_round(summaries: Screen) -> None:
    QTest.mouseClick(find(summaries.window, "summaries-about-periods"), Qt.MouseButton.LeftButton)
    summaries.settle()
    summaries.go_to(OWN)
    days = summaries.screen.days
    assert days.isVisible()
    first, last = days.value()
    assert (last - first).days == 27
    days.until.set_value(first.replace(day=1))
    days.until.changed.emit()
    summaries.settle()
    assert find(summaries.window, "summaries-until-error", QLabel).isVisible()
    assert not summaries.button("save-pdf").isEnabled()


def test_what_arrives_from_another_laptop_is_on_the_page_at_once(summaries: Screen) -> None:
    theirs = summaries.ids["theirs"]
    summaries.go_to(theirs)
    team = summaries.team

    def another() -> Changes:
        desk = desk_of(team, SAM)
        moment = desk.now().isoformat()
        said = {"shift": theirs, "occurred_at": moment, "headcount": 2, "depth": 1}
        return save(desk, Said("engagement", said)).changes

    summaries.around.operations.bus.changed.emit(team.on_lane(another), None)
    summaries.settle()
    assert "3 conversations, 8 young people" in summaries.screen.page.accessibleName()


def test_a_team_without_a_shift_is_told_what_will_stand_here(look: Look, tmp_path: Path) -> None:
    team = build_team(tmp_path, has_shift=False)
    try:
        with opened_window(team, [SUMMARIES]) as opened:
            here = Screen(opened, {})
            assert here.screen.empty.isVisible()
            assert not here.button("save-pdf").isVisible()
            QTest.keyClick(here.screen, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            here.settle()
            assert here.window.findChild(QFileDialog) is None
    finally:
        team.close()


@pytest.mark.parametrize(
    ("wearing", "size"),
    [
        (Wearing(Theme.LIGHT, is_still=True), QSize(1366, 768)),
        (Wearing(Theme.DARK, text_percent=200, is_still=True), QSize(1024, 600)),
    ],
)
def test_everything_is_named_at_every_size(
    summaries: Screen, complaints: Callable[[QWidget], list[str]], look: Look, wearing: Wearing, size: QSize
) -> None:
    look.wear(wearing)
    summaries.window.resize(size)
    summaries.settle()
    assert not complaints(summaries.window)


def test_a_week_is_monday_to_sunday_and_a_quarter_three_months() -> None:
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(2026, 12, 31))
    weeks = [(one.since, one.until, one.shift_days) for one in spans_of(days, "week")]
    assert weeks == [
        (date(2026, 12, 28), date(2027, 1, 3), 1),
        (date(2026, 3, 2), date(2026, 3, 8), 1),
        (date(2026, 2, 23), date(2026, 3, 1), 2),
    ]
    quarters = [(one.since, one.until, one.shift_days) for one in spans_of(days, "quarter")]
    assert quarters == [(date(2026, 10, 1), date(2026, 12, 31), 1), (date(2026, 1, 1), date(2026, 3, 31), 3)]
    assert spans_of(days, "month")[-1].until == date(2026, 2, 28)


def test_the_list_and_the_page_count_alike(worked: tuple[Team, dict[str, str]]) -> None:
    team, ids = worked

    def both() -> list[tuple[Any, Any]]:
        found = []
        for line in list_shifts(team.desk).lines:
            totals = count(team.desk, Wanted(line.id, None, None, "team")).totals
            found.append(
                ((line.conversations, line.young_people), (totals.conversations, totals.young_people))
            )
        return found

    assert len(ids) == 3
    for listed, counted in team.on_lane(both):
        assert listed == counted
