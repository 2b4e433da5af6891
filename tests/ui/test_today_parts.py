"""The small things of Today: how it speaks of time, a row that is ticked, a head that gives way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from fakes.clock import Clock
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.editors import Setting
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.check_row import CheckRow
from outreach_app.ui.parts.columns import Scroll
from outreach_app.ui.parts.head import Head
from outreach_app.ui.parts.text import Elided
from outreach_app.ui.screens.today_end import counted_hotspots
from outreach_app.ui.screens.today_words import ago, clock, count, day, minutes_between, names, span
from outreach_app.ui.tables.timeline import TimelineRow, TimelineView
from outreach_app.work.today import HotspotToday

TODAY = date(2026, 11, 24)


@pytest.fixture
def place(qtbot, look: Look) -> Iterator[QWidget]:
    """A window of 600 pixels to put things in."""
    window = QWidget()
    qtbot.addWidget(window)
    QVBoxLayout(window)
    window.resize(600, 400)
    yield window
    look.wear(Wearing(Theme.LIGHT, is_still=True))


def show(place: QWidget, thing: QWidget) -> None:
    layout = place.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.addWidget(thing)
    layout.addStretch(1)
    place.show()
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (59, "59 minutes"), (60, "1 h 00"), (125, "2 h 05")],
)
def test_a_span_is_said_in_the_unit_people_use(qapp, minutes: int, words: str) -> None:
    assert span(minutes) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "just now"), (1, "1 min ago"), (59, "59 min ago"), (60, "1 h ago")]
)
def test_how_long_ago_is_said_shortly(qapp, minutes: int, words: str) -> None:
    assert ago(minutes) == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 20), "Fri 20 Nov"),
    ],
)
def test_days_near_by_have_names(qapp, on: date, words: str) -> None:
    assert day(on, TODAY) == words


def test_visited_hotspots_are_counted_against_the_plan_and_where_one_went_besides() -> None:
    far = HotspotToday("far", "Far", 0, None, None, None, is_here=False, is_assigned=False)
    planned = far._replace(id="planned", is_assigned=True)
    besides = far._replace(id="besides", minutes=12)
    here = far._replace(id="here", is_here=True)
    assert counted_hotspots([far]) == 0
    assert counted_hotspots([far, planned, besides, here]) == 3


def test_one_and_many_are_told_apart(qapp) -> None:
    assert count(1, "1 person", "%1 people") == "1 person"
    assert count(1200, "1 person", "%1 people") == "1,200 people"
    assert names(("Sam",)) == "Sam"
    assert names(("Sam", "Kim", "Lee")) == "Sam, Kim and Lee"


def test_times_are_those_of_the_wall_in_summer_too(qapp) -> None:
    assert clock(Setting(Clock()), datetime(2026, 7, 1, 14, 0, tzinfo=UTC)) == "15:00"
    assert minutes_between(datetime(2026, 7, 1, 14, 0, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)) == 0


def test_a_row_is_as_tall_as_its_words_and_one_key_ticks_it(place: QWidget) -> None:
    told: list[bool] = []

    def tell(is_done: bool) -> None:
        told.append(is_done)

    row = CheckRow("1", "Bring the leaflet. " * 8, name="row", under="Jo, yesterday")
    row.clicked.connect(tell)
    show(place, row)
    assert row.height() == row.heightForWidth(row.width())
    assert row.height() > 3 * row.fontMetrics().height()
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Return)
    QTest.keyClick(row, Qt.Key.Key_Space)
    assert told == [True, False]
    row.say("Short", "", is_done=True)
    assert row.isChecked()
    assert told == [True, False]


def test_a_head_puts_its_buttons_below_when_words_would_vanish(place: QWidget, look: Look) -> None:
    words, buttons = Elided("Between hotspots", "title"), QWidget()
    button = Button("Log engagement", name="log", keys="Ctrl+E", is_large=True)
    row = QHBoxLayout(buttons)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(button)
    head = Head(words, buttons)
    show(place, head)
    assert not head.is_stacked
    assert not button.is_bare
    assert buttons.geometry().right() == head.width() - 1
    place.resize(words.sizeHint().width() + button.sizeHint().width(), 400)
    for _ in range(3):
        QApplication.processEvents()
    assert button.is_bare
    assert "Ctrl E" in button.toolTip()
    assert not head.is_stacked
    assert buttons.geometry().right() == head.width() - 1
    look.wear(Wearing(Theme.LIGHT, text_percent=200, is_still=True))
    place.resize(420, 400)
    for _ in range(3):
        QApplication.processEvents()
    assert head.is_stacked
    assert not button.is_bare
    assert buttons.y() >= words.geometry().bottom()
    assert head.height() == head.heightForWidth(head.width())
    assert head.rect().contains(buttons.geometry())


def test_what_takes_the_focus_below_the_fold_is_scrolled_into_sight(place: QWidget, qtbot) -> None:
    inside = QWidget()
    column = QVBoxLayout(inside)
    buttons = [Button(f"Number {number}", name=f"number-{number}") for number in range(30)]
    for button in buttons:
        column.addWidget(button)
    scroll = Scroll(inside)
    layout = place.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.addWidget(scroll)
    place.show()
    place.activateWindow()
    QTest.qWaitForWindowActive(place)
    buttons[-1].setFocus()

    def is_in_sight() -> bool:
        middle = buttons[-1].mapTo(scroll.viewport(), buttons[-1].rect().center())
        return scroll.viewport().rect().contains(middle)

    qtbot.waitUntil(is_in_sight, timeout=10_000)
    assert scroll.verticalScrollBar().value() > 0


def test_every_mark_of_the_timeline_is_an_icon_with_words(place: QWidget) -> None:
    view = TimelineView(name="timeline", label="This shift")
    marks = ("waiting", "server", "safe", "seen", "danger", "void", "")
    view.set_rows(
        [
            TimelineRow(mark or "none", "18:00", "Engagement", "words", mark=mark, mark_words=f"mark {mark}")
            for mark in marks
        ]
    )
    show(place, view)
    picture = view.grab().toImage()
    assert not picture.isNull()
    tips = [
        view.rows_model.index(row).data(Qt.ItemDataRole.ToolTipRole)
        for row in range(view.rows_model.rowCount())
    ]
    assert tips[1] == "words\nmark server"
