"""The frame: getting about by keyboard, hiding fast, giving way, saying nothing in its title."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from exhibits import ENTRIES, build_window
from PySide6.QtCore import QElapsedTimer, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from outreach_app.domain.bug_report import BugReport
from outreach_app.domain.trouble import Words
from outreach_app.ui.bug_dialog import BugDialog
from outreach_app.ui.icons import is_icon
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.sheet import Sheet
from outreach_app.ui.window import Window


@pytest.fixture
def window(qtbot, look: Look) -> Iterator[Window]:
    """Unlocked, on Today, with the keyboard."""
    window = build_window()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show_frame("today")
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    QApplication.processEvents()
    yield window
    window.set_idle_minutes(0)


def press(
    window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key as the desktop delivers it: to the native window."""
    QTest.keyClick(window.windowHandle(), key, modifiers)
    QApplication.processEvents()


def test_alt_and_a_digit_go_to_a_screen_and_the_navigation_shows_it(window: Window) -> None:
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.here == "log"
    assert window.findChild(QWidget, "nav-log").isChecked()
    assert window.windowTitle() == "Outreach"


def test_a_role_sees_only_its_own_screens(window: Window) -> None:
    assert window.findChild(QWidget, "nav-team") is None
    window.set_screens(ENTRIES, "lead", window._around)
    assert window.findChild(QWidget, "nav-team") is not None


def test_escape_twice_hides_everything_in_under_100_ms_and_forgets_the_screens(qtbot, window: Window) -> None:
    hidden: list[float] = []
    timer = QElapsedTimer()
    window.hidden_and_locked.connect(lambda: hidden.append(timer.elapsed()))
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert window.isVisible()
    timer.start()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert not window.isVisible()
    assert len(hidden) == 1
    assert hidden[0] < 100
    assert not window.is_open
    assert window.top.team.text() == ""
    window.come_back()
    assert (
        window.findChild(QWidget, "screen-today") is None
        or not window.findChild(QWidget, "screen-today").isVisible()
    )


def test_f12_hides_even_from_inside_a_text_field(qtbot, window: Window) -> None:
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.finder.field.hasFocus()
    with qtbot.waitSignal(window.hidden_and_locked):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_F12)


def test_another_key_between_two_escapes_does_not_hide(window: Window) -> None:
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Escape):
        press(window, key)
    assert window.isVisible()


def test_escape_once_closes_only_what_is_on_top(window: Window) -> None:
    window.banner.show_words(Words("Something.", "", ""), "waiting")
    press(window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    keys = window.findChild(Sheet, "keys-sheet")
    assert keys.is_open
    assert window.close_top()
    assert not keys.is_open
    assert window.banner.isVisible()
    assert window.close_top()
    assert not window.banner.isVisible()
    assert not window.close_top()


def test_a_sheet_keeps_tab_inside_and_gives_the_focus_back(qtbot, window: Window) -> None:
    start = window.findChild(Button, "leave")
    start.setFocus()
    content = QWidget()
    column = QVBoxLayout(content)
    fields = [QLineEdit(), QLineEdit()]
    for number, field in enumerate(fields):
        field.setObjectName(f"f{number}")
        column.addWidget(field)
    sheet = Sheet(window.sheet_host, "End shift", content, name="end")
    sheet.open()
    QApplication.processEvents()
    assert fields[0].hasFocus()
    seen = set()
    for _ in range(6):
        press(window, Qt.Key.Key_Tab)
        seen.add(QApplication.focusWidget().objectName())
    assert seen == {"f0", "f1", "end-close"}
    press(window, Qt.Key.Key_Escape)
    assert not sheet.is_open
    assert start.hasFocus()


def test_the_finder_runs_commands_and_asks_for_records(qtbot, window: Window) -> None:
    press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(window.finder.asked) as asked:
        qtbot.keyClicks(window.finder.field, "summ")
    assert asked.args == ["summ"]
    qtbot.keyClick(window.finder.field, Qt.Key.Key_Return)
    assert window.here == "summaries"
    assert not window.finder.is_open


def test_the_overlay_lists_every_shortcut_that_works_now(window: Window) -> None:
    listed = {(line.words, line.keys) for line in window.actions_list.shortcuts()}
    assert {
        ("Find", "Ctrl K"),
        ("Lock", "Ctrl L"),
        ("Today", "Alt 1"),
        ("Hide and lock at once", "Esc Esc"),
    } <= listed


def test_a_narrow_window_keeps_hide_and_lock_in_reach(look: Look, window: Window) -> None:
    look.wear(Wearing(Theme.LIGHT, text_percent=200, is_still=True))
    window.resize(1024, 600)
    QApplication.processEvents()
    assert window.width() == 1024
    right = window.top.lock.geometry().right()
    assert right <= window.width()
    assert window.top.hide_icon.isVisible() or window.top.hide_button.isVisible()
    assert window.navigation.width() < 100


def test_columns_give_way_in_three_steps(look: Look, window: Window) -> None:
    columns = window.findChild(Columns)
    timeline = window.findChild(QWidget, "timeline")
    hotspots = window.findChild(QWidget, "hotspots")

    def left(widget: QWidget) -> int:
        return widget.mapTo(columns, widget.rect().topLeft()).x()

    assert left(hotspots) < left(timeline)
    window.resize(1024, 600)
    QApplication.processEvents()
    assert left(window.findChild(QWidget, "due")) == left(hotspots)
    window.resize(760, 600)
    QApplication.processEvents()
    assert columns.is_stacked
    assert left(hotspots) == left(timeline)


@pytest.mark.parametrize("key", ["today", "log", "summaries"])
def test_everything_on_the_frame_has_a_name(
    complaints: Callable[[QWidget], list[str]], window: Window, key: str
) -> None:
    window.show_screen(key)
    QApplication.processEvents()
    assert not complaints(window)


def test_every_icon_of_an_entry_exists() -> None:
    assert all(is_icon(entry.icon) for entry in ENTRIES)


def test_a_bug_is_told_without_its_words(qtbot, window: Window) -> None:
    try:
        raise ValueError("Ana Example, 07700 900123")
    except ValueError as bug:
        report = BugReport(type(bug), bug.__traceback__)
    window.show_bug(report)
    dialog = window.findChild(BugDialog)
    assert "ValueError" in dialog.report.toPlainText()
    assert "Ana" not in dialog.report.toPlainText()
    assert "test_window.py" in dialog.report.toPlainText()
    dialog.close()
    QApplication.processEvents()


def test_nobody_there_asks_for_the_lock(qtbot, window: Window) -> None:
    window._escape._idle.setInterval(20)
    with qtbot.waitSignal(window.lock_asked):
        window.set_idle_minutes(0.0005)
    with qtbot.waitSignal(window.lock_asked):
        window.show_frame()


def test_locking_destroys_the_sheets_of_the_screens(qtbot, window: Window) -> None:
    sheet = Sheet(window.sheet_host, "Refer", QLineEdit("about somebody"), name="refer")
    sheet.open()
    window.show_door(QWidget())
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert [left.objectName() for left in window.findChildren(Sheet)] == ["keys-sheet"]


@pytest.mark.parametrize("percent", [100, 200])
def test_no_word_of_a_button_is_cut_at_any_text_size(look: Look, window: Window, percent: int) -> None:
    look.wear(Wearing(Theme.LIGHT, text_percent=percent, is_still=True))
    window.resize(1024, 600)
    for key in ("today", "log", "summaries"):
        screen = window.show_screen(key)
        QApplication.processEvents()
        cut = [
            (button.objectName(), button.width(), button.sizeHint().width())
            for button in screen.findChildren(Button)
            if button.isVisible() and button.width() < button.sizeHint().width()
        ]
        assert not cut


def test_right_to_left_puts_the_navigation_on_the_right(look: Look, window: Window) -> None:
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    assert window.navigation.x() > window.sheet_host.x()
    assert window.top.lock.x() < window.top.team.x()
