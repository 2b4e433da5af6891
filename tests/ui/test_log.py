"""Log engagement as a worker meets it: five keys, nothing lost, nothing asked twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import Opened, Team, build_team, find, opened_window, reopen_team, settle
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from outreach_app.domain.kind import Record
from outreach_app.store import drafts
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.text import Elided, Text
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens.log import LOG, LogScreen
from outreach_app.work import shift as shifts
from outreach_app.work.draft import left_open as left

CTRL = Qt.KeyboardModifier.ControlModifier


class Elsewhere(Screen):
    """Another screen of the window, to come from and to go to."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.button = Button("Something", name="elsewhere")
        QVBoxLayout(self).addWidget(self.button)

    def be_shown(self) -> None:
        self.button.setFocus()


TODAY = ScreenEntry("today", "Today", "sun-horizon", 0, Elsewhere)


@pytest.fixture
def team(look: Look, tmp_path: Path) -> Iterator[Team]:
    team = build_team(tmp_path)
    yield team
    team.close()


@pytest.fixture
def opened(team: Team) -> Iterator[Opened]:
    """The window on Log, on shift in Clock Tower with Sam, at 18:08."""
    with opened_window(team, [TODAY, LOG], first="log") as opened:
        yield opened


@pytest.fixture
def log(opened: Opened) -> LogScreen:
    screen = opened.window.stack.currentWidget()
    assert isinstance(screen, LogScreen)
    return screen


def press(opened: Opened, *keys: str | Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> int:
    """Type where the focus is, one key after another; how many actions that were."""
    for key in keys:
        target = opened.window.focusWidget()
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)
        QApplication.processEvents()
    return len(keys)


def save(opened: Opened) -> int:
    actions = press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    settle(opened.around.operations)
    return actions


def engagements(team: Team) -> list[Record]:
    return team.on_lane(lambda: team.desk.records.find("engagement"))


def kept(team: Team) -> list[drafts.Draft]:
    return team.on_lane(lambda: drafts.all(team.desk.db))


def focus_name(opened: Opened) -> str:
    return opened.window.focusWidget().objectName()


def words(log: LogScreen) -> str:
    return log.foot.words.text()


# ------------------------------------------------------------------------------------------ logging


def test_five_actions_from_today_make_an_engagement(opened: Opened) -> None:
    opened.window.show_screen("today")
    actions = press(opened, Qt.Key.Key_E, modifiers=CTRL)
    settle(opened.around.operations)
    actions += press(opened, "3", Qt.Key.Key_Tab, "2")
    actions += save(opened)
    assert actions == 5
    (record,) = engagements(opened.team)
    assert record.get("headcount") == 3
    assert record.get("depth") == 2


def test_place_time_and_visit_fill_themselves_from_where_the_pair_is(opened: Opened, log: LogScreen) -> None:
    assert find(log, "log-place-words").text() == "Clock Tower · 18:08 · with Sam"
    press(opened, "1", Qt.Key.Key_Tab, "1")
    save(opened)
    (record,) = engagements(opened.team)
    assert record.get("hotspot") == opened.team.hotspots["Clock Tower"]
    assert record.get("shift") == opened.team.shift
    assert record.get("visit") is not None
    assert record.get("occurred_at") == "2026-11-24T18:08:00Z"


def test_the_clock_goes_on_until_the_first_answer_and_then_stands_still(
    opened: Opened, log: LogScreen
) -> None:
    opened.team.clock.advance(minutes=7)
    log._on_clock_timeout()
    assert "18:15" in find(log, "log-place-words").text()
    press(opened, "2")
    opened.team.clock.advance(minutes=7)
    log._on_clock_timeout()
    assert "18:15" in find(log, "log-place-words").text()


def test_after_a_save_the_form_is_empty_and_ready_for_the_next(opened: Opened, log: LogScreen) -> None:
    press(opened, "3", Qt.Key.Key_Tab, "2", "s")
    save(opened)
    assert log.is_blank
    assert focus_name(opened) == "log-headcount-number"
    assert words(log) == "Saved on this device: 3 young people, talked"
    assert opened.window.foot.saved.text() == "Saved on this device 18:08"
    assert not kept(opened.team)
    press(opened, "1", Qt.Key.Key_Tab, "1")
    save(opened)
    assert len(engagements(opened.team)) == 2


def test_declined_is_one_tap(opened: Opened, log: LogScreen) -> None:
    QTest.mouseClick(find(log, "log-declined"), Qt.MouseButton.LeftButton)
    save(opened)
    (record,) = engagements(opened.team)
    assert record.get("depth") == 0
    assert record.get("headcount") == 1


def test_a_nought_as_the_first_digit_says_declined_and_the_number_can_follow(
    opened: Opened, log: LogScreen
) -> None:
    press(opened, "0", "3")
    save(opened)
    (record,) = engagements(opened.team)
    assert (record.get("headcount"), record.get("depth")) == (3, 0)


def test_a_nought_inside_a_number_is_a_digit(opened: Opened, log: LogScreen) -> None:
    press(opened, "1", "0")
    assert log.form.value("headcount") == 10
    assert log.form.value("depth") is None


def test_digits_and_letters_work_wherever_no_words_are_typed(opened: Opened, log: LogScreen) -> None:
    press(opened, "4", "s", "m")
    assert log.form.value("topics") == ["school_college", "money"]
    log.form.go_to("ages")
    press(opened, Qt.Key.Key_Tab, "a")
    log.form.go_to("topics")
    press(opened, "3", "m", "y")
    assert log.form.value("topics") == ["school_college", "safety_in_area", "rights"]
    assert log.form.value("depth") == 3
    assert find(log, "log-topics-rights").isVisible()


def test_letters_in_a_note_are_words(opened: Opened, log: LogScreen) -> None:
    log.form.go_to("note")
    press(opened, "some 2 words")
    assert log.form.value("note") == "some 2 words"
    assert log.form.value("topics") is None
    assert log.form.value("depth") is None


def test_enter_in_the_headcount_goes_on_to_the_depth(opened: Opened, log: LogScreen) -> None:
    press(opened, "2", Qt.Key.Key_Return, "4")
    assert (log.form.value("headcount"), log.form.value("depth")) == (2, 4)


def test_everything_the_form_asks_reaches_the_record(opened: Opened, log: LogScreen) -> None:
    press(opened, "4", Qt.Key.Key_Tab, "2")
    for name, value in {
        "ages": {"13_15": 3, "16_17": 1},
        "genders": {"female": 2},
        "acquaintance": {"new": 4},
        "topics": ["safety_in_area"],
        "given": ["advice"],
        "outcome": ["calmer"],
        "concern_reason": ["risk_victim"],
        "young_person_view": "Lights in the underpass.",
        "view_tag": "lighting",
        "age_basis": "perceived",
        "note": "A quiet evening.",
        "recorded_outcome": [{"start_point": "a", "what_happened": "b", "gain": "c"}],
    }.items():
        log.form.set_value(name, value)
    said = log._values()
    save(opened)
    (record,) = engagements(opened.team)
    assert record.values == said
    assert len(said) == 18


def test_keys_pressed_while_a_save_is_on_its_way_reach_the_next_form(opened: Opened, log: LogScreen) -> None:
    press(opened, "3", Qt.Key.Key_Tab, "2")
    QTest.keyClick(opened.window.focusWidget(), Qt.Key.Key_Return, CTRL)
    QTest.keyClicks(opened.window.focusWidget(), "7")
    settle(opened.around.operations)
    assert len(engagements(opened.team)) == 1
    assert log.form.value("headcount") == 7


# -------------------------------------------------------------------------------------------- rules


def test_an_incomplete_save_says_how_many_are_left_and_goes_to_the_first(
    opened: Opened, log: LogScreen
) -> None:
    assert not log.form.field("headcount").has_error
    save(opened)
    assert words(log) == "2 things left: How many, How deep."
    assert focus_name(opened) == "log-headcount-number"
    press(opened, "2")
    assert not log.form.field("headcount").has_error
    assert log.form.field("depth").has_error
    save(opened)
    assert words(log) == "One thing left: How deep."
    assert focus_name(opened) == "log-depth-0"
    assert not engagements(opened.team)


def test_a_rule_speaks_at_its_field_while_one_types(opened: Opened, log: LogScreen) -> None:
    press(opened, "2")
    log.form.go_to("ages")
    press(opened, "3")
    field = log.form.field("ages")
    assert field.has_error
    assert "more than the 2" in field.error.text()
    press(opened, Qt.Key.Key_Backspace, "1")
    assert not field.has_error
    assert "1 not recorded" in field.aside.text()


def test_a_time_outside_the_visit_is_told_and_saved_all_the_same(opened: Opened, log: LogScreen) -> None:
    log.place.turn()
    log.place.moment.setFocus()
    press(opened, "1", "7", "3", "0")
    log.form.go_to("headcount")
    press(opened, "2", Qt.Key.Key_Tab, "1")
    save(opened)
    (record,) = engagements(opened.team)
    assert record.get("occurred_at") == "2026-11-24T17:30:00Z"
    assert record.get("visit") is None


def test_the_minute_one_arrived_in_belongs_to_the_visit(opened: Opened, log: LogScreen) -> None:
    """Arrived at 18:02:00; whoever types 18:02 means the visit, whatever its seconds are."""
    log.place.turn()
    log.place.moment.setFocus()
    press(opened, "1", "8", "0", "2")
    assert log.place.values().get("visit") is not None


def test_a_full_disk_keeps_the_form_and_says_so(opened: Opened, log: LogScreen) -> None:
    press(opened, "3", Qt.Key.Key_Tab, "2")
    opened.team.on_lane(lambda: opened.team.desk.db.execute("pragma query_only = on"))
    try:
        save(opened)
        assert opened.window.banner.isVisible()
        assert log.form.value("headcount") == 3
        assert log.form.value("depth") == 2
        log._pause.stop()
    finally:
        opened.team.on_lane(lambda: opened.team.desk.db.execute("pragma query_only = off"))
    save(opened)
    assert len(engagements(opened.team)) == 1


def test_without_a_shift_the_form_says_so_and_keeps_what_is_typed(look: Look, tmp_path: Path) -> None:
    team = build_team(tmp_path, has_shift=False)
    with opened_window(team, [TODAY, LOG], first="log") as opened:
        log = opened.window.stack.currentWidget()
        assert find(log, "log-no-shift").isVisible()
        press(opened, "3", Qt.Key.Key_Tab, "2")
        save(opened)
        assert words(log) == "One thing left: Shift."
        assert not engagements(team)
        opened.window.show_screen("today")
        settle(opened.around.operations)
        assert [draft.values["headcount"] for draft in kept(team)] == [3]
        done = team.on_lane(lambda: shifts.start_shift(team.desk, ["b2" * 16]))
        opened.around.operations.bus.changed.emit(done.changes, None)
        opened.window.show_screen("log")
        settle(opened.around.operations)
    team.close()


def test_a_conversation_can_still_be_logged_into_the_shift_that_has_ended(
    opened: Opened, log: LogScreen
) -> None:
    team = opened.team
    team.clock.advance(hours=2)
    done = team.on_lane(lambda: shifts.end_shift(team.desk))
    opened.around.operations.bus.changed.emit(done.changes, None)
    settle(opened.around.operations)
    assert not find(log, "log-no-shift").isVisible()
    press(opened, "2", Qt.Key.Key_Tab, "1")
    save(opened)
    (record,) = engagements(team)
    assert record.get("shift") == team.shift


# ------------------------------------------------------------------------------------------- drafts


def test_each_pause_keeps_the_draft(qtbot, opened: Opened, log: LogScreen) -> None:
    press(opened, "3")
    qtbot.waitUntil(lambda: len(kept(opened.team)) == 1, timeout=5000)
    log.form.go_to("note")
    press(opened, "half a sen")
    qtbot.waitUntil(lambda: kept(opened.team)[0].values.get("note") == "half a sen", timeout=5000)
    (draft,) = kept(opened.team)
    assert (draft.place.screen, draft.place.field, draft.place.cursor) == ("log", "note", 10)
    settle(opened.around.operations)
    assert opened.window.foot.saved.text() == "Draft kept 18:08"


def test_a_form_emptied_again_leaves_no_draft(qtbot, opened: Opened, log: LogScreen) -> None:
    log.form.go_to("note")
    press(opened, "x")
    qtbot.waitUntil(lambda: len(kept(opened.team)) == 1, timeout=5000)
    press(opened, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: not kept(opened.team), timeout=5000)
    assert log.is_blank


def test_what_was_half_typed_is_there_after_a_crash_at_the_same_field_and_cursor(
    qtbot, opened: Opened, log: LogScreen, tmp_path: Path
) -> None:
    press(opened, "3", "s")
    log.form.go_to("note")
    press(opened, "They said something")
    QTest.keyClick(opened.window.focusWidget(), Qt.Key.Key_Left, CTRL)
    press(opened, "q")
    at = find(log, "log-note", QPlainTextEdit).textCursor().position()
    qtbot.waitUntil(
        lambda: any("q" in str(one.values.get("note")) for one in kept(opened.team)), timeout=5000
    )
    crashed = tmp_path / "crashed"  # what the disk holds at this moment, nobody having closed anything
    shutil.copytree(tmp_path, crashed, ignore=lambda _, names: [name for name in names if name == "crashed"])
    opened.team.clock.advance(minutes=20)
    again = Team(None, opened.team.clock, opened.team.lanes, {}, None, crashed / "records.db")
    again = reopen_team(again)
    try:
        with opened_window(again, [TODAY, LOG], first="log") as reopened:
            screen = reopened.window.stack.currentWidget()
            assert screen.form.value("headcount") == 3
            assert screen.form.value("topics") == ["school_college"]
            assert screen.form.value("note") == "They said qsomething"
            assert focus_name(reopened) == "log-note"
            assert find(screen, "log-note", QPlainTextEdit).textCursor().position() == at
            assert "18:08" in find(screen, "log-place-words").text()
    finally:
        again.close()


def test_only_the_form_that_was_open_lately_opens_by_itself(opened: Opened, log: LogScreen) -> None:
    team = opened.team

    def left_open() -> object:
        draft = team.on_lane(lambda: left(team.desk, "engagement"))
        return draft and draft.values["headcount"]

    press(opened, "3")
    opened.window.show_screen("today")
    settle(opened.around.operations)
    assert left_open() == 3
    team.clock.advance(hours=13)
    assert left_open() is None
    opened.window.show_screen("log")
    press(opened, Qt.Key.Key_Tab, "1")
    log.foot.aside.click()
    settle(opened.around.operations)
    assert left_open() is None
    assert len(kept(team)) == 1


def test_leaving_asks_nothing_keeps_the_draft_and_comes_back_to_the_same_place(
    opened: Opened, log: LogScreen
) -> None:
    press(opened, "3")
    log.form.go_to("note")
    press(opened, "half")
    opened.window.show_screen("today")
    settle(opened.around.operations)
    assert [draft.values["note"] for draft in kept(opened.team)] == ["half"]
    opened.window.show_screen("log")
    settle(opened.around.operations)
    assert focus_name(opened) == "log-note"
    press(opened, " a word")
    assert log.form.value("note") == "half a word"


def test_put_aside_taken_up_again_and_saved_by_keyboard(opened: Opened, log: LogScreen) -> None:
    press(opened, "3")
    log.foot.aside.setFocus()
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert log.is_blank
    assert log.drafts_button.text() == "Drafts (1)"
    press(opened, "5", Qt.Key.Key_Tab, "1")
    save(opened)
    log.drafts_button.setFocus()
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert focus_name(opened) == "log-drafts"
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert log.form.value("headcount") == 3
    log.form.go_to("depth")
    press(opened, "2")
    save(opened)
    assert sorted(one.get("headcount") for one in engagements(opened.team)) == [3, 5]
    assert not kept(opened.team)
    assert not log.drafts_button.isVisible()


def test_a_draft_thrown_away_can_be_had_back(opened: Opened, log: LogScreen) -> None:
    press(opened, "3")
    log.foot.aside.click()
    settle(opened.around.operations)
    log.drafts_button.setFocus()
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    press(opened, Qt.Key.Key_Delete)
    settle(opened.around.operations)
    assert not kept(opened.team)
    assert focus_name(opened) == "log-draft-undo"
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert [draft.values["headcount"] for draft in kept(opened.team)] == [3]


# --------------------------------------------------------------------------------------- its looks


def test_every_control_is_named_and_large_enough(
    opened: Opened, log: LogScreen, complaints: Callable[[QWidget], list[str]]
) -> None:
    log.place.turn()
    log.form.set_value("recorded_outcome", [{"start_point": "a"}])
    settle(opened.around.operations)
    assert not complaints(log)


def test_tab_walks_the_form_as_it_is_read(opened: Opened, log: LogScreen) -> None:
    press(opened, "1")
    log.place.turn()
    stops: list[QWidget] = []
    log.place.change.setFocus()
    while opened.window.focusWidget() not in stops and log.isAncestorOf(opened.window.focusWidget()):
        stops.append(opened.window.focusWidget())
        press(opened, Qt.Key.Key_Tab)
    names = [stop.objectName() for stop in stops]
    order = [
        "log-place-change",
        "log-declined",
        "log-hotspot",
        "log-headcount-number",
        "log-depth-0",
        "log-ages-u13-number",
        "log-genders-female-number",
        "log-acquaintance-new-number",
        "log-topics-school_college",
        "log-note",
        "log-concern-reason-risk_exploitation",
        "log-given-listening",
        "log-outcome-none",
        "log-young-person-view",
        "log-view-tag",
        "log-save",
        "log-aside",
    ]
    assert [name for name in names if name in order] == order


def test_the_common_part_needs_no_scrolling_on_a_common_laptop(opened: Opened, log: LogScreen) -> None:
    scroll = log.page.findChild(QScrollArea)
    note = find(log, "log-note")
    bottom = note.mapTo(scroll.viewport(), note.rect().bottomLeft()).y()
    assert bottom <= scroll.viewport().height()


@pytest.mark.parametrize(
    ("size", "wearing"),
    [
        (QSize(1366, 768), Wearing(Theme.LIGHT, is_still=True)),
        (QSize(1024, 600), Wearing(Theme.LIGHT, is_still=True)),
        (QSize(1366, 768), Wearing(Theme.DARK, text_percent=200, is_still=True)),
        (QSize(1024, 600), Wearing(Theme.CONTRAST, text_percent=200, is_touch=True, is_still=True)),
    ],
)
def test_no_word_is_cut_and_nothing_lies_outside(
    look: Look, team: Team, size: QSize, wearing: Wearing
) -> None:
    look.wear(wearing)
    with opened_window(team, [TODAY, LOG], first="log", size=size) as opened:
        log = opened.window.stack.currentWidget()
        log.form.set_value("headcount", 2)
        log.form.set_value("ages", {"13_15": 3})
        log._after_edit()
        settle(opened.around.operations)
        cut = []
        for label in log.findChildren(Text):
            if not label.isVisible() or isinstance(label, Elided):
                continue
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            if label.height() < needed or (not label.wordWrap() and label.width() < label.sizeHint().width()):
                cut.append(f"{label.text()!r}: {label.size()} of {label.sizeHint()}")
        scroll = log.page.findChild(QScrollArea)
        for control in log.page.findChildren(QPushButton):
            if control.isVisible():
                right = control.mapTo(scroll.viewport(), control.rect().topRight()).x()
                if right > scroll.viewport().width() or control.height() < control.minimumSizeHint().height():
                    cut.append(f"{control.objectName()} is outside or cut")
        assert not cut
