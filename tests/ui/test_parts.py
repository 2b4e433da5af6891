"""Parts as a person meets them: by keyboard, by mouse, by ear."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from outreach_app.ui.look import Look
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.choice import Choice, lettered
from outreach_app.ui.parts.count_map import CountMap
from outreach_app.ui.parts.field import Field, focus_first_error
from outreach_app.ui.parts.note_edit import LONGEST, NoteEdit, Span
from outreach_app.ui.parts.picker import Picker
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.stepper import Stepper
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.ui.tables.timeline import TimelineRow, TimelineView

DEPTHS = [
    Choice("0", "Declined", "walked on"),
    Choice("1", "Hello"),
    Choice("2", "Talked", "about their lives"),
]
TOPICS = [Choice("school", "School"), Choice("safety", "Safety"), Choice("money", "Money", letter="Y")]


@pytest.fixture
def page(qtbot, look: Look) -> QWidget:
    """A shown window to put parts on, with the keyboard."""
    widget = QWidget()
    QVBoxLayout(widget)
    widget.resize(900, 500)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()
    return widget


def put(page: QWidget, *parts: QWidget) -> None:
    for part in parts:
        page.layout().addWidget(part)
        part.show()
    QApplication.processEvents()


def role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def test_a_stepper_takes_digits_arrows_plus_and_minus(qtbot, page: QWidget) -> None:
    stepper = Stepper(name="headcount", label="How many", lowest=1)
    put(page, stepper)
    told: list[int] = []
    stepper.changed.connect(told.append)
    stepper.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(stepper.number, "4")
    qtbot.keyClick(stepper.number, Qt.Key.Key_Up)
    qtbot.keyClicks(stepper.number, "+-")
    assert told == [4, 5, 6, 5]
    qtbot.mouseClick(stepper.fewer, Qt.MouseButton.LeftButton)
    assert stepper.value() == 4
    assert role(stepper.number) is QAccessible.Role.SpinBox
    assert stepper.number.lineEdit().width() > 20, "the number has room to be seen"


def test_a_stepper_set_by_the_program_tells_nobody(qtbot, page: QWidget) -> None:
    stepper = Stepper(name="headcount", label="How many", highest=9)
    put(page, stepper)
    told: list[int] = []
    stepper.changed.connect(told.append)
    stepper.set_value(9)
    assert not told
    assert not stepper.more.isEnabled()


def test_a_number_beyond_the_highest_stays_as_typed_and_no_step_goes_there(qtbot, page: QWidget) -> None:
    stepper = Stepper(name="headcount", label="How many", highest=200)
    put(page, stepper)
    stepper.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(stepper.number, "250")
    assert stepper.value() == 250, "a 25 is what nobody said"
    qtbot.keyClick(stepper.number, Qt.Key.Key_Up)
    assert stepper.value() == 250
    stepper.set_value(199)
    qtbot.keyClick(stepper.number, Qt.Key.Key_PageUp)
    assert stepper.value() == 200
    assert not stepper.more.isEnabled()


def test_a_digit_picks_a_segment_and_arrows_move_between_them(qtbot, page: QWidget) -> None:
    depth = Segments(DEPTHS, name="depth", label="How deep", is_numbered=True)
    put(page, depth)
    told: list[str] = []
    depth.chosen.connect(told.append)
    depth.setFocus(Qt.FocusReason.TabFocusReason)
    assert depth.value() is None
    qtbot.keyClicks(depth.segments[0], "2")
    assert depth.value() == "2"
    assert depth.segments[2].hasFocus()
    qtbot.keyClick(depth.segments[2], Qt.Key.Key_Left)
    assert told == ["2", "1"]
    assert role(depth.segments[0]) is QAccessible.Role.RadioButton
    assert depth.segments[2].accessibleName() == "2 Talked: about their lives"


def test_segments_stand_below_each_other_when_there_is_no_room(qtbot, page: QWidget) -> None:
    depth = Segments(DEPTHS, name="depth", label="How deep", is_numbered=True)
    assert depth.heightForWidth(120) == 3 * depth.heightForWidth(1200)


def test_a_choice_set_back_to_none_shows_none(qtbot, page: QWidget) -> None:
    depth = Segments(DEPTHS, name="depth", label="How deep")
    depth.set_value("1")
    assert depth.focusProxy() is depth.segments[1]
    depth.set_value(None)
    assert depth.value() is None
    assert depth.focusProxy() is depth.segments[0], "the last answer's place is no place of this one"


def test_letters_toggle_chips_and_arrows_walk_them(qtbot, page: QWidget) -> None:
    topics = ChipFlow(TOPICS, name="topics", label="What about")
    put(page, topics)
    told: list[list[str]] = []
    topics.changed.connect(told.append)
    topics.setFocus(Qt.FocusReason.TabFocusReason)
    first = topics.chips[0]
    assert first.hasFocus()
    qtbot.keyClicks(first, "sy")
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert topics.chips[1].hasFocus()
    qtbot.keyClick(topics.chips[1], Qt.Key.Key_Space)
    qtbot.keyClicks(topics.chips[1], "s")
    assert told == [["school"], ["school", "money"], ["school", "safety", "money"], ["safety", "money"]]
    assert role(first) is QAccessible.Role.CheckBox


def test_chips_are_one_stop_for_tab(qtbot, page: QWidget) -> None:
    before, after = Button("before", name="before"), Button("after", name="after")
    topics = ChipFlow(TOPICS, name="topics", label="What about")
    put(page, before, topics, after)
    before.setFocus()
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    assert topics.chips[0].hasFocus()
    qtbot.keyClick(topics.chips[0], Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_letters_never_collide() -> None:
    given = lettered(TOPICS)
    assert [choice.letter for choice in given] == ["S", "A", "Y"]


def test_hidden_chips_come_with_more_and_chosen_ones_always_show(qtbot, page: QWidget) -> None:
    topics = ChipFlow(TOPICS, name="topics", label="What about", shown=1)
    put(page, topics)
    assert [chip.isVisible() for chip in topics.chips] == [True, False, False]
    topics.set_value(["money"])
    assert [chip.isVisible() for chip in topics.chips] == [True, False, True]
    more = topics.findChild(Button, "topics-more")
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert all(chip.isVisible() for chip in topics.chips)
    assert topics.chips[1].hasFocus()


def test_counts_say_how_many_are_not_recorded_and_when_there_are_too_many(qtbot, page: QWidget) -> None:
    ages = CountMap([Choice("u13", "under 13"), Choice("13_15", "13–15")], name="ages", label="Age")
    put(page, ages)
    ages.set_total(4)
    ages.set_value({"13_15": 3})
    rest = ages.findChild(QWidget, "ages-rest")
    assert rest.text() == "1 not recorded"
    qtbot.keyClicks(ages.steppers["u13"].number, "2")
    assert ages.value() == {"u13": 2, "13_15": 3}
    assert ages.is_too_many
    assert rest.text() == "5 counted, but 4 in all"


def test_a_note_pastes_words_only_and_keeps_to_its_length(qtbot, page: QWidget) -> None:
    note = NoteEdit(name="note", label="Note")
    put(page, note)
    paste = QMimeData()
    paste.setHtml("<b>bold</b>")
    paste.setText("bold\r\nand plain")
    note.insertFromMimeData(paste)
    assert note.value() == "bold\nand plain"
    long = QMimeData()
    long.setText("x" * (LONGEST + 50))
    note.insertFromMimeData(long)
    assert len(note.value()) == LONGEST


def test_a_pause_in_typing_keeps_the_draft_and_looks_for_names(qtbot, page: QWidget) -> None:
    note = NoteEdit(name="note", label="Note")
    put(page, note)
    note.set_detector(lambda words: [Span(at := words.find("Ana"), at + 3, "name")] if "Ana" in words else [])
    note.setFocus()
    with qtbot.waitSignal(note.paused):
        note.textCursor().insertText("😀 Ana")
    assert note.spans() == [Span(2, 5, "name")]
    marks = note.extraSelections()
    assert [mark.cursor.selectedText() for mark in marks] == ["Ana"]


def test_a_hidden_note_does_not_lose_its_pause(qtbot, page: QWidget) -> None:
    note = NoteEdit(name="note", label="Note")
    put(page, note)
    qtbot.keyClicks(note, "half a sen")
    with qtbot.waitSignal(note.paused, timeout=0, raising=False) as kept:
        note.hide()
    assert kept.signal_triggered


def test_tab_leaves_a_note(qtbot, page: QWidget) -> None:
    note, after = NoteEdit(name="note", label="Note"), Button("after", name="after")
    put(page, note, after)
    note.setFocus()
    qtbot.keyClick(note, Qt.Key.Key_Tab)
    assert after.hasFocus()


def test_the_first_field_with_an_error_gets_the_focus(qtbot, page: QWidget) -> None:
    first, second = QLineEdit(), QLineEdit()
    fields = [Field("Name", first), Field("Code", second)]
    put(page, *fields)
    fields[1].set_error("The code is too short.")
    assert focus_first_error(fields)
    assert second.hasFocus()
    fields[1].set_error("")
    assert not focus_first_error(fields)


def test_a_picker_is_named_by_its_label_and_ignores_the_wheel(qtbot, page: QWidget) -> None:
    picker = Picker([Choice("a", "Housing"), Choice("b", "Youth work")], name="service")
    put(page, Field("Service", picker))
    relations = QAccessible.queryAccessibleInterface(picker).relations()
    assert any(flag & QAccessible.RelationFlag.Label for _, flag in relations)
    assert picker.value() is None
    picker.set_value("b")
    assert picker.value() == "b"
    picker.set_choices([Choice("b", "Youth work"), Choice("c", "College")])
    assert picker.value() == "b"


def test_enter_presses_a_button_and_control_enter_does_not(qtbot, page: QWidget) -> None:
    button = Button("Leave", name="leave", keys="Ctrl+H")
    put(page, button)
    pressed: list[datetime] = []
    button.clicked.connect(lambda: pressed.append(datetime.now()))
    qtbot.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not pressed
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert len(pressed) == 1
    assert button.toolTip() == "Leave (Ctrl H)"


def test_a_list_is_walked_with_arrows_opened_with_enter_and_read_row_by_row(qtbot, page: QWidget) -> None:
    places = RowList(name="places", label="Hotspots")
    places.set_rows(
        [Row("a", "Clock Tower", "you are here", "46", share=1.0), Row("b", "Haymarket", "", "0")]
    )
    put(page, places)
    opened: list[str] = []
    places.opened.connect(opened.append)
    places.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(places, Qt.Key.Key_Down)
    qtbot.keyClick(places, Qt.Key.Key_Return)
    assert opened == ["b"]
    reader = QAccessible.queryAccessibleInterface(places)
    assert reader.child(0).text(QAccessible.Text.Name) == "Clock Tower, you are here, 46"


def test_rows_read_again_keep_the_current_one(qtbot, page: QWidget) -> None:
    timeline = TimelineView(name="timeline", label="This shift")
    one = TimelineRow("1", "18:02", "Arrived", "Clock Tower", mark="waiting", mark_words="waiting to be sent")
    put(page, timeline)
    timeline.set_rows([one])
    timeline.set_current("1")
    timeline.set_rows([TimelineRow("2", "18:08", "Engagement", is_strong=True), one])
    assert timeline.current_key() == "1"
    reader = QAccessible.queryAccessibleInterface(timeline)
    assert reader.child(1).text(QAccessible.Text.Name) == "18:02, Arrived, Clock Tower, waiting to be sent"
