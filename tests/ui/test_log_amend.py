"""Amending in the same form: what arrives under it is shown, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from desk import SAM, Opened, Team, build_team, find, opened_window, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout

from outreach_app.domain import engagement, kinds
from outreach_app.domain.field import Number
from outreach_app.domain.kind import Record, describe
from outreach_app.store import drafts, oplog
from outreach_app.ui.look import Look
from outreach_app.ui.parts.button import Button
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens.log import LOG, LogScreen
from outreach_app.work import record as records

CTRL = Qt.KeyboardModifier.ControlModifier


class Beforehand(Screen):
    """The screen one comes from."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.button = Button("Something", name="beforehand")
        QVBoxLayout(self).addWidget(self.button)


TODAY = ScreenEntry("today", "Today", "sun-horizon", 0, Beforehand)


@pytest.fixture
def team(look: Look, tmp_path: Path) -> Iterator[Team]:
    team = build_team(tmp_path)
    yield team
    team.close()


@pytest.fixture
def saved(team: Team) -> Record:
    """Four young people, talked, with a note; saved by me."""
    said = {
        "shift": team.shift,
        "hotspot": team.hotspots["Clock Tower"],
        "occurred_at": "2026-11-24T18:05:00Z",
        "headcount": 4,
        "depth": 2,
        "note": "As it was.",
    }
    return team.on_lane(lambda: records.save(team.desk, records.Said("engagement", said)).result)


@pytest.fixture
def opened(team: Team, saved: Record) -> Iterator[Opened]:
    """The window on Today, with one engagement in the timeline of the shift."""
    with opened_window(team, [TODAY, LOG], first="today") as opened:
        yield opened


@pytest.fixture
def log(opened: Opened, saved: Record) -> LogScreen:
    """The engagement open for amendment, as from the timeline."""
    screen = opened.window.show_screen("log")
    assert isinstance(screen, LogScreen)
    screen.amend(saved.id, back="today")
    settle(opened.around.operations)
    return screen


def press(opened: Opened, *keys: str | Qt.Key) -> None:
    for key in keys:
        target = opened.window.focusWidget()
        QTest.keyClicks(target, key) if isinstance(key, str) else QTest.keyClick(target, key)
        QApplication.processEvents()


def save(opened: Opened) -> None:
    QTest.keyClick(opened.window.focusWidget(), Qt.Key.Key_Return, CTRL)
    settle(opened.around.operations)


def by_sam(opened: Opened, record_id: str, said: dict[str, Any]) -> None:
    """Sam amends the record on another laptop; her change arrives here."""
    desk = opened.team.desk
    me = msgspec.structs.replace(desk.membership, member=SAM, name="Sam")
    sams = replace(desk, membership=me)
    opened.team.clock.advance(minutes=1)
    done = opened.team.on_lane(lambda: records.amend(sams, record_id, said))
    opened.around.operations.bus.changed.emit(done.changes, None)
    settle(opened.around.operations)


def stands(opened: Opened, record_id: str) -> Record:
    found = opened.team.on_lane(lambda: opened.team.desk.records.get(record_id))
    assert found is not None
    return found


def operations_of(opened: Opened, record_id: str) -> list[Any]:
    return opened.team.on_lane(lambda: oplog.ops_of(opened.team.desk.db, record_id))


def kept(opened: Opened) -> list[drafts.Draft]:
    return opened.team.on_lane(lambda: drafts.all(opened.team.desk.db))


# ------------------------------------------------------------------------------------ the quiet case


def test_the_record_is_there_and_nothing_can_be_saved_before_something_changed(
    opened: Opened, log: LogScreen
) -> None:
    assert log.page.title.text() == "Amend engagement"
    assert log.form.value("headcount") == 4
    assert find(log, "log-place-words").text() == "Clock Tower · 18:05 · with Sam"
    assert not log.foot.save.isEnabled()
    assert log.foot.aside.text() == "Back"


def test_only_the_changed_field_is_said(opened: Opened, log: LogScreen, saved: Record) -> None:
    press(opened, "5")
    opened.team.clock.advance(minutes=1)
    save(opened)
    said = operations_of(opened, saved.id)[-1].op
    assert said.set == {"headcount": 5}
    assert list(said.over) == ["headcount"]
    assert stands(opened, saved.id).get("note") == "As it was."
    assert opened.window.here == "today"


def test_back_without_a_change_leaves_nothing_behind(opened: Opened, log: LogScreen, saved: Record) -> None:
    log.foot.aside.click()
    settle(opened.around.operations)
    assert opened.window.here == "today"
    assert not kept(opened)
    assert len(operations_of(opened, saved.id)) == 1


def test_an_amendment_interrupts_what_was_half_typed_and_gives_it_back(opened: Opened, saved: Record) -> None:
    log = opened.window.show_screen("log")
    settle(opened.around.operations)
    press(opened, "7")
    log.form.go_to("note")
    press(opened, "half")
    opened.window.show_screen("today")
    settle(opened.around.operations)
    log = opened.window.show_screen("log")
    log.amend(saved.id, back="today")
    settle(opened.around.operations)
    press(opened, "5")
    save(opened)
    log = opened.window.show_screen("log")
    settle(opened.around.operations)
    assert log.page.title.text() == "Log engagement"
    assert (log.form.value("headcount"), log.form.value("note")) == (7, "half")
    assert opened.window.focusWidget().objectName() == "log-note"


def test_the_one_just_saved_can_be_opened_again(opened: Opened) -> None:
    log = opened.window.show_screen("log")
    settle(opened.around.operations)
    press(opened, "3", Qt.Key.Key_Tab, "1")
    save(opened)
    log.foot.again.setFocus()
    press(opened, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert log.page.title.text() == "Amend engagement"
    assert log.form.value("headcount") == 3


# --------------------------------------------------------------------------------- arriving meanwhile


def test_an_untouched_field_follows_what_arrives_and_says_so(
    opened: Opened, log: LogScreen, saved: Record
) -> None:
    press(opened, "5")
    by_sam(opened, saved.id, {"depth": 3})
    assert log.form.value("depth") == 3
    assert log.form.value("headcount") == 5
    assert "How deep" in log.foot.words.text()
    assert not log.clash.isVisible()
    save(opened)
    record = stands(opened, saved.id)
    assert (record.get("headcount"), record.get("depth"), record.conflicts) == (5, 3, ())


def test_saving_without_choosing_leaves_both_answers_standing(
    opened: Opened, log: LogScreen, saved: Record
) -> None:
    press(opened, "5")
    by_sam(opened, saved.id, {"headcount": 6})
    assert log.form.value("headcount") == 5
    assert log.clash.isVisible()
    log.form.go_to("headcount")
    opened.team.clock.advance(minutes=1)
    save(opened)
    record = stands(opened, saved.id)
    assert record.conflicts == ("headcount",)
    assert record.get("headcount") == 5


def test_keeping_mine_knowingly_settles_it(opened: Opened, log: LogScreen, saved: Record) -> None:
    press(opened, "5")
    by_sam(opened, saved.id, {"headcount": 6})
    log.form.go_to("headcount")
    press(opened, Qt.Key.Key_Backtab)
    assert find(log, "log-keep-headcount").hasFocus(), "one step back from the field, as it stands on screen"
    press(opened, Qt.Key.Key_Return)
    assert not log.clash.isVisible()
    opened.team.clock.advance(minutes=1)
    save(opened)
    record = stands(opened, saved.id)
    assert (record.get("headcount"), record.conflicts) == (5, ())


def test_taking_theirs_shows_it_and_leaves_nothing_to_settle(
    opened: Opened, log: LogScreen, saved: Record
) -> None:
    press(opened, "5")
    by_sam(opened, saved.id, {"headcount": 6})
    find(log, "log-take-headcount").click()
    assert log.form.value("headcount") == 6
    opened.team.clock.advance(minutes=1)
    save(opened)
    record = stands(opened, saved.id)
    assert (record.get("headcount"), record.conflicts) == (6, ())


def test_a_conflict_that_stood_before_is_shown_when_the_record_is_opened(
    opened: Opened, saved: Record
) -> None:
    team = opened.team
    before = team.on_lane(lambda: oplog.merged(team.desk.db, saved.id)).over(["headcount"])
    me = msgspec.structs.replace(team.desk.membership, member=SAM, name="Sam")
    for desk, value in ((team.desk, 5), (replace(team.desk, membership=me), 6)):
        team.clock.advance(minutes=1)
        team.on_lane(lambda d=desk, v=value: records.amend(d, saved.id, {"headcount": v}, over=before))
    log = opened.window.show_screen("log")
    log.amend(saved.id)
    settle(opened.around.operations)
    assert log.form.value("headcount") == 6
    assert log.clash.isVisible()
    find(log, "log-keep-headcount").click()
    team.clock.advance(minutes=1)
    save(opened)
    record = stands(opened, saved.id)
    assert (record.get("headcount"), record.conflicts) == (6, ())


def test_half_an_amendment_survives_and_still_knows_what_it_had_seen(
    qtbot, opened: Opened, log: LogScreen, saved: Record
) -> None:
    press(opened, "5")
    qtbot.waitUntil(lambda: len(kept(opened)) == 1, timeout=5000)
    (draft,) = kept(opened)
    assert draft.record == saved.id
    assert draft.values == {"headcount": 5}
    opened.window.show_door(Button("Unlock", name="door"))
    settle(opened.around.operations)
    by_sam(opened, saved.id, {"headcount": 6, "depth": 3})
    opened.window.set_screens([TODAY, LOG], "worker", opened.around)
    opened.window.show_frame("log")
    settle(opened.around.operations)
    again = opened.window.stack.currentWidget()
    assert isinstance(again, LogScreen)
    assert again.page.title.text() == "Amend engagement"
    assert (again.form.value("headcount"), again.form.value("depth")) == (5, 3)
    assert again.clash.isVisible()


def test_a_record_made_void_meanwhile_is_not_changed_and_the_words_stay(
    opened: Opened, log: LogScreen, saved: Record
) -> None:
    press(opened, "5")
    done = opened.team.on_lane(lambda: records.void(opened.team.desk, saved.id, "Twice by mistake"))
    opened.around.operations.bus.changed.emit(done.changes, None)
    settle(opened.around.operations)
    assert "void" in log.foot.words.text()
    log.form.go_to("headcount")
    save(opened)
    assert opened.window.banner.isVisible()
    assert log.form.value("headcount") == 5
    assert stands(opened, saved.id).get("headcount") == 4
    log._pause.stop()


# --------------------------------------------------------------------------------------- one more field


class Wider(engagement.Engagement, frozen=True):
    """An engagement with one more field: one line and its words."""

    dogs: Annotated[int | None, Number("Dogs with them", "Ask before you stroke one.", most=9)] = None


def test_a_field_added_to_the_declaration_appears_and_is_saved(
    look: Look, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = engagement.Engagement.described
    wider = describe(
        Wider,
        "engagement",
        label="Engagement",
        plural="Engagements",
        when="occurred_at",
        rules=described.rules,
        rules_against=described.rules_against,
    )
    monkeypatch.setitem(kinds.KINDS, "engagement", wider)

    def make(around: Surroundings) -> LogScreen:
        return LogScreen(around, wider)

    with opened_window(team, [ScreenEntry("log", "Log", "note-pencil", 0, make)]) as opened:
        log = opened.window.stack.currentWidget()
        press(opened, "3", Qt.Key.Key_Tab, "2")
        field = log.form.field("dogs")
        assert field.isVisible()
        assert (field.label.text(), field.aside.text()) == ("Dogs with them", "Ask before you stroke one.")
        log.form.go_to("dogs")
        press(opened, "2")
        save(opened)
        (record,) = team.on_lane(lambda: team.desk.records.find("engagement"))
        assert record.get("dogs") == 2


def test_an_amendment_straight_after_unlocking_still_gives_back_what_was_half_typed(
    opened: Opened, saved: Record
) -> None:
    opened.window.show_screen("log")
    settle(opened.around.operations)
    press(opened, "7")
    opened.window.show_door(Button("Unlock", name="door"))
    settle(opened.around.operations)
    opened.window.set_screens([TODAY, LOG], "worker", opened.around)
    opened.window.show_frame("today")
    log = opened.window.show_screen("log")
    assert isinstance(log, LogScreen)
    log.amend(saved.id, back="today")
    settle(opened.around.operations)
    press(opened, "5")
    opened.team.clock.advance(minutes=1)
    save(opened)
    assert stands(opened, saved.id).get("headcount") == 5
    opened.window.show_screen("log")
    settle(opened.around.operations)
    assert log.form.value("headcount") == 7
