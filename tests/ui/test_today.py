"""Today as a pair meets it, by keyboard, on a real file: start, arrive, put right, hand over, end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk import LEE, ME, SAM, Opened, Team, build_team, find, opened_window, reopen_team, settle
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from today_team import build_before, build_typical, divide

from outreach_app.domain.field import read_moment, spell_moment
from outreach_app.domain.kind import Record
from outreach_app.store import drafts
from outreach_app.ui.bus import ROUND
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.parts.check_row import CheckRow
from outreach_app.ui.screens.log import LOG
from outreach_app.ui.screens.today import TODAY, TodayScreen
from outreach_app.work import record as records
from outreach_app.work import shift as shifts

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

Shown = tuple[Opened, TodayScreen]


@pytest.fixture
def show(look: Look, tmp_path: Path) -> Iterator[Callable[..., Shown]]:
    """Open the window on Today with one of the teams; everything is closed afterwards."""
    closing = []

    def open_it(team: Team, *, size: QSize | None = None) -> Shown:
        context = opened_window(team, [TODAY, LOG], size=size, first="today")
        opened = context.__enter__()
        closing.append((context, team))
        screen = opened.window.stack.currentWidget()
        assert isinstance(screen, TodayScreen)
        return opened, screen

    yield open_it
    for context, team in reversed(closing):
        context.__exit__(None, None, None)
        team.close()


@pytest.fixture
def out(show: Callable[..., Shown], tmp_path: Path) -> Shown:
    """On shift since 14:00 with Sam, in Clock Tower since 18:02; it is 18:08."""
    return show(build_team(tmp_path))


@pytest.fixture
def typical(show: Callable[..., Shown], tmp_path: Path) -> Shown:
    """A shift in full swing after a day that passed two things on."""
    return show(build_typical(tmp_path))


def press(
    opened: Opened, *keys: str | Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Type where the focus is, one key after another, and let what they started come back."""
    for key in keys:
        target = opened.window.focusWidget() or opened.window
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key, modifiers)
        QApplication.processEvents()
    settle(opened.around.operations)


def look_again(opened: Opened, kind: str) -> None:
    """As if a change had just arrived from the other laptop."""
    from outreach_app.work.changes import Changes

    opened.around.operations.bus.changed.emit(Changes(kinds=frozenset((kind,))), None)
    settle(opened.around.operations)


def hide_and_unlock(opened: Opened) -> TodayScreen:
    """Esc Esc, and back: every screen is made anew."""
    opened.window.hide_now()
    settle(opened.around.operations)
    opened.window.set_screens([TODAY, LOG], "worker", opened.around)
    opened.window.show()
    opened.window.activateWindow()
    QTest.qWaitForWindowActive(opened.window)
    opened.window.show_frame("today")
    settle(opened.around.operations)
    again = opened.window.stack.currentWidget()
    assert isinstance(again, TodayScreen)
    return again


def found(opened: Opened, kind: str) -> list[Record]:
    desk = opened.team.desk
    return opened.team.on_lane(lambda: desk.records.find(kind, include_voided=True))


def only(opened: Opened, kind: str) -> Record:
    (record,) = found(opened, kind)
    return record


def stays(opened: Opened) -> list[tuple[str, str, str | None]]:
    """Hotspot, arrived, left, by name and clock, in order."""
    names = {hotspot: name for name, hotspot in opened.team.hotspots.items()}
    spans = []
    for visit in found(opened, "visit"):
        left = visit.get("left_at")
        spans.append(
            (names[visit.get("hotspot")], visit.get("arrived_at")[11:16], left[11:16] if left else None)
        )
    return sorted(spans, key=lambda span: span[1])


def kept(opened: Opened) -> list[drafts.Draft]:
    return opened.team.on_lane(lambda: drafts.all(opened.team.desk.db))


def rows(screen: TodayScreen) -> list[tuple[str, str, str]]:
    return [(row.time, row.kind, row.words) for row in screen.timeline.list.rows_model.rows()]


def spot(screen: TodayScreen, name: str) -> tuple[str, str]:
    """A hotspot's second line and its minutes."""
    row = next(row for row in screen.hotspots.list.rows_model.rows() if row.title == name)
    return row.under, row.right


def choose(screen: TodayScreen, opened: Opened, name: str) -> None:
    screen.hotspots.list.set_current(opened.team.hotspots[name])


# ------------------------------------------------------------------------------------ before a shift


def test_the_usual_pair_starts_with_one_key_and_nothing_else(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    opened, screen = show(build_before(tmp_path))
    assert find(screen, "today-start").text() == "Start shift with Sam"
    before = {shift.id for shift in found(opened, "shift")}
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    (shift,) = [one for one in found(opened, "shift") if one.id not in before]
    assert shift.get("workers") == [ME, SAM]
    assert shift.get("started_at") == "2026-11-24T14:00:00Z"
    assert screen.pages.currentWidget() is screen.out
    assert find(screen, "today-title").text() == "On shift"
    assert screen.hotspots.list.hasFocus()


def test_what_the_last_pair_left_stands_before_the_form(show: Callable[..., Shown], tmp_path: Path) -> None:
    _opened, screen = show(build_before(tmp_path))
    texts = [row.text() for row in screen.first_handover.findChildren(QWidget) if hasattr(row, "key")]
    assert any("college open day" in text for text in texts)
    assert "Start at the Bus station" in screen.first_handover.next_time.text()
    assert screen.first_handover.mapTo(screen, screen.first_handover.rect().topLeft()).x() < (
        screen.start.people_field.mapTo(screen, screen.start.people_field.rect().topLeft()).x()
    )


def test_going_alone_asks_why_and_who_allowed_it_and_goes_there(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    opened, screen = show(build_team(tmp_path, has_shift=False))
    assert not screen.start.alone.isVisible()
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert screen.start.alone.isVisible()
    assert found(opened, "shift") == []
    assert opened.window.focusWidget().objectName() == "start-single-reason"
    assert "needs two workers" in find(screen, "today-start-hint").text()
    for field, answer in (("single_reason", "sickness"), ("single_allowed_by", LEE)):
        editor = screen.start.form.editor(field)
        editor.set_value(answer)
        editor.edited.emit()
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = only(opened, "shift")
    assert shift.get("workers") == [ME]
    assert shift.get("single_allowed_by") == LEE


def test_hotspots_readiness_risk_and_weather_go_into_the_shift(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    opened, screen = show(build_team(tmp_path, has_shift=False))
    find(screen, f"start-colleagues-{SAM}").click()
    find(screen, f"start-hotspots-assigned-{opened.team.hotspots['Bus station']}").click()
    find(screen, "start-readiness-first_aid").click()
    assert not screen.start.form.field("risk_note").isVisible()
    editor = screen.start.form.editor("risk_level")
    editor.set_value("high")
    editor.edited.emit()
    assert screen.start.form.field("risk_note").isVisible()
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = only(opened, "shift")
    assert shift.get("hotspots_assigned") == [opened.team.hotspots["Bus station"]]
    assert shift.get("readiness") == ["first_aid"]
    assert shift.get("risk_level") == "high"
    assert screen.hotspots.list.rows_model.rows()[0].title == "Bus station"
    assert spot(screen, "Abbey Park")[0] == "not in today's plan"


def test_a_half_filled_start_survives_the_lock(show: Callable[..., Shown], tmp_path: Path) -> None:
    opened, screen = show(build_team(tmp_path, has_shift=False))
    find(screen, f"start-colleagues-{SAM}").click()
    find(screen, "start-readiness-id_card").click()
    again = hide_and_unlock(opened)
    assert again.start.colleagues() == [SAM]
    assert again.start.form.value("readiness") == ["id_card"]
    find(again, "today-start").click()
    settle(opened.around.operations)
    assert only(opened, "shift").get("readiness") == ["id_card"]
    assert kept(opened) == []


def test_yesterdays_half_filled_start_says_nothing_about_today(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    opened, screen = show(build_team(tmp_path, has_shift=False))
    find(screen, "start-readiness-first_aid").click()
    opened.window.hide_now()
    settle(opened.around.operations)
    assert len(kept(opened)) == 1
    opened.team.clock.advance(hours=23)
    again = hide_and_unlock(opened)
    assert again.start.form.value("readiness") is None
    find(again, f"start-colleagues-{SAM}").click()
    find(again, "today-start").click()
    settle(opened.around.operations)
    assert only(opened, "shift").get("readiness") is None
    assert kept(opened) == []


# ------------------------------------------------------------------------------------- about the town


def test_one_key_leaves_and_one_key_arrives(out: Shown) -> None:
    opened, screen = out
    assert find(screen, "today-title").text() == "Clock Tower"
    assert find(screen, "today-line").text() == "arrived 18:02 · 6 minutes"
    press(opened, Qt.Key.Key_H, modifiers=CTRL)
    assert stays(opened) == [("Clock Tower", "18:02", "18:08")]
    assert find(screen, "today-title").text() == "Between hotspots"
    choose(screen, opened, "Bus station")
    opened.team.clock.advance(minutes=7)
    press(opened, Qt.Key.Key_H, modifiers=CTRL)
    assert stays(opened)[1] == ("Bus station", "18:15", None)
    assert spot(screen, "Bus station")[0] == "you are here"
    assert spot(screen, "Clock Tower") == ("left 18:08 · 7 min ago", "6")


def test_enter_on_another_hotspot_moves_there_in_one_step(out: Shown) -> None:
    opened, screen = out
    choose(screen, opened, "Market Place")
    assert find(screen, "today-go").text() == "Move to Market Place"
    screen.hotspots.list.setFocus()
    press(opened, Qt.Key.Key_Return)
    assert stays(opened) == [("Clock Tower", "18:02", "18:08"), ("Market Place", "18:08", None)]
    assert find(screen, "today-title").text() == "Market Place"
    assert screen.hotspots.list.hasFocus()


def test_one_click_on_a_hotspot_only_chooses_it_and_two_go_there(out: Shown) -> None:
    opened, screen = out
    view = screen.hotspots.list
    choose(screen, opened, "Abbey Park")
    middle = view.visualRect(view.currentIndex()).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    settle(opened.around.operations)
    assert stays(opened) == [("Clock Tower", "18:02", None)]
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)  # which that leaves out
    settle(opened.around.operations)
    assert stays(opened)[-1] == ("Abbey Park", "18:08", None)


def test_a_second_press_before_the_first_came_back_is_not_a_second_step(out: Shown) -> None:
    opened, screen = out
    screen._on_go_triggered()
    screen._on_go_triggered()
    settle(opened.around.operations)
    assert stays(opened) == [("Clock Tower", "18:02", "18:08")]


def test_the_minutes_run_with_the_clock_without_reading_the_file_again(out: Shown) -> None:
    opened, screen = out
    opened.team.clock.advance(minutes=3)
    screen._on_clock_timeout()
    assert not opened.around.operations.is_busy
    assert find(screen, "today-line").text() == "arrived 18:02 · 9 minutes"
    assert spot(screen, "Clock Tower") == ("you are here", "9")


def test_the_clock_stops_while_nobody_looks(out: Shown) -> None:
    opened, screen = out
    assert screen._clock.isActive()
    opened.window.show_screen("log")
    assert not screen._clock.isActive()
    opened.window.show_screen("today")
    assert screen._clock.isActive()


def test_when_the_other_laptop_was_quicker_it_says_so_and_shows_what_is_true(out: Shown) -> None:
    opened, screen = out
    desk = opened.team.desk
    opened.team.on_lane(lambda: shifts.leave(desk))
    press(opened, Qt.Key.Key_H, modifiers=CTRL)
    assert "in no hotspot" in opened.window.banner.happened.text()
    assert find(screen, "today-title").text() == "Between hotspots"


def test_an_arriving_change_leaves_focus_and_choice_where_they_are(typical: Shown) -> None:
    opened, screen = typical
    view = screen.timeline.list
    view.setFocus()
    view.set_current(view.rows_model.rows()[4].key)
    chosen = view.current_key()
    desk, team = opened.team.desk, opened.team
    team.on_lane(
        lambda: records.save(
            desk,
            records.Said(
                "engagement",
                {
                    "shift": team.shift,
                    "occurred_at": spell_moment(desk.now()),
                    "headcount": 2,
                    "depth": 1,
                },
            ),
        )
    )
    before = len(rows(screen))
    look_again(opened, "engagement")
    assert len(rows(screen)) == before + 1
    assert view.current_key() == chosen
    assert view.hasFocus()


def test_after_a_round_the_marks_are_read_again(typical: Shown) -> None:
    opened, screen = typical
    before = screen._seen
    look_again(opened, ROUND)
    assert screen._seen is not before


def test_hotspots_say_when_anybody_was_there_last(typical: Shown, show: Callable[..., Shown]) -> None:
    opened, screen = typical
    assert spot(screen, "Market Place") == ("left 16:45 · 1 h ago", "27")
    desk, team = opened.team.desk, opened.team

    def visit_of_others() -> None:
        shift = records.save(
            desk,
            records.Said(
                "shift",
                {"date": "2026-11-20", "workers": [SAM, LEE], "started_at": "2026-11-20T14:00:00Z"},
            ),
        ).result
        records.save(
            desk,
            records.Said(
                "visit",
                {
                    "shift": shift.id,
                    "hotspot": team.hotspots["Castle Gardens"],
                    "arrived_at": "2026-11-20T15:00:00Z",
                    "left_at": "2026-11-20T15:20:00Z",
                },
            ),
        )

    team.on_lane(visit_of_others)
    look_again(opened, "visit")
    assert spot(screen, "Castle Gardens") == ("not yet today · Fri 20 Nov", "0")
    assert spot(screen, "Station Square") == ("not yet today", "0")


# ------------------------------------------------------------------------------------------ "I forgot"


def set_time(screen: TodayScreen, field: str, moment: str) -> None:
    editor = screen.visit.form.editor(field)
    editor.set_value(moment)
    editor.edited.emit()


def test_the_time_of_arrival_is_put_right_inline_and_the_visit_says_so(out: Shown) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    assert screen.visit.isVisible()
    assert opened.window.focusWidget().objectName() == "visit-arrived-at-clock"
    set_time(screen, "arrived_at", "2026-11-24T17:50:00Z")
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    visit = only(opened, "visit")
    assert visit.get("arrived_at") == "2026-11-24T17:50:00Z"
    assert visit.get("corrected") is True
    assert not screen.visit.isVisible()
    assert screen.timeline.list.hasFocus()
    assert find(screen, "today-line").text() == "arrived 17:50 · 18 minutes"


def test_what_was_seen_there_does_not_pretend_that_times_were_corrected(out: Shown) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    find(screen, "today-visit-more").click()
    find(screen, "visit-seen-music_noise").click()
    screen.visit.save()
    settle(opened.around.operations)
    visit = only(opened, "visit")
    assert visit.get("seen") == ["music_noise"]
    assert visit.get("corrected") is None


def test_a_forgotten_arrival_leaves_where_the_pair_was_at_the_same_moment(out: Shown) -> None:
    opened, screen = out
    choose(screen, opened, "Bus station")
    opened.team.clock.advance(minutes=30)
    assert find(screen, "today-forgot-visit").text() == "Add a forgotten visit…"
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    assert screen.visit.form.value("hotspot") == opened.team.hotspots["Bus station"]
    set_time(screen, "arrived_at", "2026-11-24T18:20:00Z")
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert stays(opened) == [("Clock Tower", "18:02", "18:20"), ("Bus station", "18:20", None)]


def test_a_whole_forgotten_visit_is_added_without_moving_the_pair(out: Shown) -> None:
    opened, screen = out
    choose(screen, opened, "Abbey Park")
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    set_time(screen, "arrived_at", "2026-11-24T16:00:00Z")
    set_time(screen, "left_at", "2026-11-24T16:25:00Z")
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert stays(opened) == [("Abbey Park", "16:00", "16:25"), ("Clock Tower", "18:02", None)]
    assert screen.timeline.list.current_key() is not None


@pytest.mark.parametrize(
    ("arrived", "left", "words"),
    [
        ("2026-11-24T18:00:00Z", "2026-11-24T17:00:00Z", "You left before you arrived."),
        ("2026-11-24T18:00:00Z", "2026-11-24T19:30:00Z", "That time has not come yet."),
    ],
)
def test_impossible_times_stop_at_their_field(out: Shown, arrived: str, left: str, words: str) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    set_time(screen, "arrived_at", arrived)
    set_time(screen, "left_at", left)
    screen.visit.save()
    settle(opened.around.operations)
    field = screen.visit.form.field("left_at")
    assert field.error.text() == words
    assert field.isAncestorOf(opened.window.focusWidget())
    assert stays(opened) == [("Clock Tower", "18:02", None)]


def test_escape_closes_the_correction_and_keeps_what_was_typed(out: Shown) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    set_time(screen, "arrived_at", "2026-11-24T17:50:00Z")
    press(opened, Qt.Key.Key_Escape)
    assert not screen.visit.isVisible()
    (draft,) = kept(opened)
    assert draft.values == {"arrived_at": "2026-11-24T17:50:00Z"}
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    assert screen.visit.form.value("arrived_at") == "2026-11-24T17:50:00Z"
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert kept(opened) == []


def test_a_correction_never_overwrites_unseen_what_the_colleague_said_meanwhile(out: Shown) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    set_time(screen, "left_at", "2026-11-24T18:07:00Z")
    desk = opened.team.desk
    other = build_other(opened.team)
    visit = only(opened, "visit")
    opened.team.on_lane(lambda: shifts.correct_visit(other, visit.id, {"left_at": "2026-11-24T18:05:00Z"}))
    look_again(opened, "visit")
    screen.visit.save()
    settle(opened.around.operations)
    record = opened.team.on_lane(lambda: desk.records.get(visit.id))
    assert "left_at" in record.conflicts
    assert screen.divided.isVisible()


def build_other(team: Team):
    """Sam's hands on the same records."""
    import msgspec

    from outreach_app.work.desk import Desk

    other = msgspec.structs.replace(team.desk.membership, member=SAM, name="Sam")
    return Desk(team.desk.db, team.desk.clock, team.desk.randomness, other)


# -------------------------------------------------------------------------------------- the timeline


def test_the_shift_is_told_newest_first_with_what_it_adds_up_to(typical: Shown) -> None:
    _opened, screen = typical
    told = rows(screen)
    assert told[0] == ("18:08", "Engagement", "4 young people · talked · school, college · safety here")
    assert told[1] == ("18:02", "Arrived", "Clock Tower")
    assert told[2] == ("17:24", "Left", "Abbey Park after 25 minutes")
    assert [time for time, _, _ in told] == sorted((time for time, _, _ in told), reverse=True)
    total = find(screen, "today-totals").text()
    assert total == "5 conversations · 21 young people · 3 walked on · 1 referral"
    assert screen.timeline.list.rows_model.rows()[0].mark == "waiting"


def test_the_counting_rules_are_one_press_away(typical: Shown) -> None:
    _opened, screen = typical
    find(screen, "today-rules").click()
    shown = [text.text() for text in screen.timeline.findChildren(QWidget) if hasattr(text, "set_kind")]
    assert any("void records never" in words for words in shown)


def test_an_engagement_opens_for_amendment_with_enter(typical: Shown) -> None:
    opened, screen = typical
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[0].key)
    press(opened, Qt.Key.Key_Return)
    assert opened.window.here == "log"
    assert opened.window.stack.currentWidget().form.value("headcount") == 4
    opened.window.stack.currentWidget().form.set_value("headcount", 5)
    opened.window.stack.currentWidget().form.edited.emit("headcount")
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert opened.window.here == "today"
    assert rows(screen)[0][2].startswith("5 young people")


def test_a_visit_opens_inline_with_enter(typical: Shown) -> None:
    opened, screen = typical
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[2].key)
    assert find(screen, "today-amend").text() == "Put right"
    press(opened, Qt.Key.Key_Return)
    assert screen.visit.isVisible()
    assert screen.visit.form.value("left_at") == "2026-11-24T17:24:00Z"


def test_a_void_asks_why_leaves_the_line_in_sight_and_can_be_undone(typical: Shown) -> None:
    opened, screen = typical
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[0].key)
    press(opened, Qt.Key.Key_Delete)
    assert opened.window.focusWidget().objectName() == "today-void-reason"
    assert not find(screen, "today-void-confirm").isEnabled()
    press(opened, "entered twice", Qt.Key.Key_Return)
    assert rows(screen)[0] == ("18:08", "Engagement", "void: entered twice")
    assert screen.timeline.list.rows_model.rows()[0].is_struck
    assert find(screen, "today-totals").text().startswith("4 conversations · 17 young people")
    assert screen.timeline.list.hasFocus()
    find(screen, "today-unvoid").click()
    settle(opened.around.operations)
    assert find(screen, "today-totals").text().startswith("5 conversations · 21 young people")


def test_escape_takes_the_question_back(typical: Shown) -> None:
    opened, screen = typical
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[1].key)
    press(opened, Qt.Key.Key_Delete, Qt.Key.Key_Escape)
    assert screen.timeline.list.hasFocus()
    assert not find(screen, "today-void-reason").isVisible()
    assert not [visit for visit in found(opened, "visit") if visit.state == "voided"]


def test_a_void_visit_stays_in_sight_and_comes_back(out: Shown) -> None:
    opened, screen = out
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[0].key)
    press(opened, Qt.Key.Key_Delete, "never went there", Qt.Key.Key_Return)
    assert rows(screen) == [("18:02", "Visit", "void: never went there")]
    assert find(screen, "today-title").text() == "On shift"
    find(screen, "today-unvoid").click()
    settle(opened.around.operations)
    assert rows(screen) == [("18:02", "Arrived", "Clock Tower")]
    assert find(screen, "today-title").text() == "Clock Tower"


def test_somebody_elses_record_is_not_mine_to_void(out: Shown) -> None:
    opened, screen = out
    other, team = build_other(opened.team), opened.team
    said = {"shift": team.shift, "occurred_at": "2026-11-24T18:04:00Z", "headcount": 3, "depth": 1}
    team.on_lane(lambda: records.save(other, records.Said("engagement", said)))
    look_again(opened, "engagement")
    screen.timeline.list.setFocus()
    screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[0].key)
    press(opened, Qt.Key.Key_Delete, "no", Qt.Key.Key_Return)
    assert "Only its author or a lead" in opened.window.banner.happened.text()
    assert only(opened, "engagement").state == "final"


def test_two_answers_stand_side_by_side_until_one_is_chosen(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    team = build_typical(tmp_path)
    team.on_lane(lambda: divide(team))
    opened, screen = show(team)
    assert screen.divided.isVisible()
    buttons = [find(screen, f"divided-left_at-{place}") for place in (0, 1)]
    assert sorted(button.text() for button in buttons) == ["17:53 · you", "18:00 · Sam"]
    next(button for button in buttons if button.text() == "17:53 · you").click()
    settle(opened.around.operations)
    assert not screen.divided.isVisible()
    last = max(
        (visit for visit in found(opened, "visit") if visit.get("left_at")),
        key=lambda visit: visit.get("left_at"),
    )
    assert last.get("left_at")[11:16] == "17:53"
    assert last.conflicts == ()


# ------------------------------------------------------------------------------------------- handover


def test_a_handover_item_is_done_by_one_key_and_undone_by_the_same(typical: Shown) -> None:
    opened, screen = typical
    row = next(row for row in screen.handover.findChildren(CheckRow) if "college" in row.text())
    row.setFocus()
    press(opened, Qt.Key.Key_Space)
    done = [item for item in found(opened, "handover_item") if item.get("status") == "done"]
    assert [item.id for item in done] == [row.key]
    assert done[0].get("done_at") == "2026-11-24T18:11:00Z"
    assert row.isVisible()
    assert row.isChecked()
    assert row.hasFocus()
    press(opened, Qt.Key.Key_Space)
    item = opened.team.on_lane(lambda: opened.team.desk.records.get(row.key))
    assert item.get("status") == "open"
    assert item.get("done_at") is None


def test_what_is_late_is_said_in_words(typical: Shown) -> None:
    _opened, screen = typical
    told = [(row.title, row.under, row.right) for row in screen.due.list.rows_model.rows()]
    assert told == [
        ("Chase Roof first", "River-07 · referral", "1 day late"),
        ("Tell Maple-14", "Right Track mentoring: accepted", ""),
    ]
    assert screen.due.badge.text() == "2"


def test_something_is_passed_on_in_the_middle_of_a_shift(out: Shown) -> None:
    opened, _screen = out
    press(opened, Qt.Key.Key_H, modifiers=CTRL | SHIFT)
    assert opened.window.focusWidget().objectName() == "pass-text"
    press(opened, "Bring the spare alarm", modifiers=CTRL)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert found(opened, "handover_item") == []
    assert opened.window.focusWidget().objectName().startswith("pass-about")
    press(opened, Qt.Key.Key_Space)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    item = only(opened, "handover_item")
    assert item.get("text") == "Bring the spare alarm"
    assert item.get("owner") == "next_pair"
    assert item.get("shift") == opened.team.shift
    assert kept(opened) == []
    find(opened.window, f"pass-drop-{item.id[:8]}").click()
    settle(opened.around.operations)
    assert only(opened, "handover_item").state == "voided"


# ---------------------------------------------------------------------------------------- end of shift


def test_a_shift_ends_with_its_debrief_its_gaps_and_what_is_passed_on(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=1, minutes=49)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    assert opened.window.focusWidget().objectName() == "end-went-well"
    press(opened, "Calm evening", Qt.Key.Key_Tab, "Rain", Qt.Key.Key_Tab, "Start early")
    missed = opened.team.hotspots["Castle Gardens"]
    editor = screen.end_form._reasons[missed]
    editor.set_value("weather")
    editor.edited.emit()
    half = screen.end_form.pass_on.form
    for name, answer in (("text", "Lights are out by the steps"), ("about", "place")):
        half.set_value(name, answer)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = next(one for one in found(opened, "shift") if one.id == opened.team.shift)
    assert shift.get("ended_at") == shift.get("submitted_at") == "2026-11-24T20:00:00Z"
    assert (shift.get("went_well"), shift.get("hard"), shift.get("next_time")) == (
        "Calm evening",
        "Rain",
        "Start early",
    )
    assert shift.get("not_reached") == [{"hotspot": missed, "reason": "weather"}]
    passed = [item for item in found(opened, "handover_item") if item.get("shift") == shift.id]
    assert [item.get("text") for item in passed] == ["Lights are out by the steps"]
    assert stays(opened)[-1][2] is not None
    assert kept(opened) == []
    assert not screen.end_sheet.is_open
    assert find(screen, "today-title").text() == "Shift ended 20:00"
    assert find(screen, "today-line").text() == "with Sam · 6 h 00 out · handed in"


def test_the_preview_says_what_the_summary_will_count(typical: Shown) -> None:
    opened, screen = typical
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    figures = {key: label.text() for key, label in screen.end_form.figures.numbers.items()}
    assert figures == {
        "conversations": "5",
        "young_people": "21",
        "declined": "3",
        "referrals": "1",
        "minutes": "1 h 52",
        "hotspots": "5 of 7",
    }
    from outreach_app.domain.ids import MemberId
    from outreach_app.report.shift_summary import compute

    assert MemberId(ME) == opened.team.desk.me
    desk = opened.team.desk
    summary = opened.team.on_lane(
        lambda: compute(desk.records, [opened.team.shift], at=desk.now(), zone=desk.local(desk.now()).tzinfo)
    )
    assert summary.totals.conversations == 5
    assert summary.totals.young_people == 21
    assert summary.totals.declined_young_people == 3
    assert summary.totals.hotspot_minutes == 112


def test_drafts_left_behind_are_said_before_the_end_and_counted_in_it(typical: Shown) -> None:
    opened, screen = typical
    opened.window.show_screen("log")
    settle(opened.around.operations)
    press(opened, "3")
    opened.window.show_screen("today")
    settle(opened.around.operations)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    settle(opened.around.operations)
    look_again(opened, "shift")
    assert "1 half-written form is left" in find(screen.end_form, "end-drafts-left").text()
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = next(one for one in found(opened, "shift") if one.id == opened.team.shift)
    assert shift.get("drafts_left") == 1


def test_the_end_is_remembered_when_it_was_forgotten(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=3)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    editor = screen.end_form.form.editor("ended_at")
    editor.set_value("2026-11-24T20:05:00Z")
    editor.edited.emit()
    assert "at the time you set" in find(opened.window, "today-end-hint").text()
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = next(one for one in found(opened, "shift") if one.id == opened.team.shift)
    assert shift.get("ended_at") == "2026-11-24T20:05:00Z"
    assert stays(opened)[-1][2] == "20:05"


def test_a_half_written_debrief_survives_a_lock_and_opens_at_the_same_place(typical: Shown) -> None:
    opened, screen = typical
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, Qt.Key.Key_Tab, "Long talk with")
    assert opened.window.focusWidget().objectName() == "end-hard"
    screen.end_form.pass_on.form.set_value("text", "The steps are slippery")
    again = hide_and_unlock(opened)
    assert again.end_sheet.is_open
    assert opened.window.focusWidget().objectName() == "end-hard"
    press(opened, " Sam")
    assert again.end_form.form.value("hard") == "Long talk with Sam"
    assert again.end_form.pass_on.values()["text"] == "The steps are slippery"


def test_a_debrief_put_aside_waits_and_does_not_open_by_itself(typical: Shown) -> None:
    opened, screen = typical
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, "So far so good")
    press(opened, Qt.Key.Key_Escape)
    settle(opened.around.operations)
    (draft,) = kept(opened)
    assert draft.place.screen == "aside"
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    assert screen.end_form.form.value("went_well") == "So far so good"


def test_after_the_end_lines_can_still_be_put_right_and_the_debrief_changed(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=2)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert screen.timeline.list.hasFocus() or screen.timeline.isVisible()
    assert not find(screen, "today-go-head").isVisible()
    find(screen, "today-mend").click()
    settle(opened.around.operations)
    press(opened, "Better than it looked")
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    shift = next(one for one in found(opened, "shift") if one.id == opened.team.shift)
    assert shift.get("went_well") == "Better than it looked"
    view = screen.timeline.list
    view.set_current(view.rows_model.rows()[0].key)
    view.setFocus()
    press(opened, Qt.Key.Key_Return)
    assert screen.visit.isVisible()


def test_a_visit_remembered_after_the_end_needs_both_its_times(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=2)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    choose(screen, opened, "Castle Gardens")
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    set_time(screen, "arrived_at", "2026-11-24T19:10:00Z")
    screen.visit.save()
    settle(opened.around.operations)
    assert screen.visit.form.field("left_at").error.text() == "The shift is over: say when you left."
    set_time(screen, "left_at", "2026-11-24T19:30:00Z")
    screen.visit.save()
    settle(opened.around.operations)
    assert ("Castle Gardens", "19:10", "19:30") in stays(opened)
    assert spot(screen, "Castle Gardens") == ("left 19:30", "20")


def test_a_shift_given_back_by_the_lead_is_handed_in_again(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=2)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    team = opened.team
    import msgspec

    from outreach_app.work.desk import Desk

    lead = Desk(
        team.desk.db,
        team.clock,
        team.desk.randomness,
        msgspec.structs.replace(team.desk.membership, member=LEE, role="lead"),
    )
    team.on_lane(lambda: shifts.reopen(lead, team.shift))
    look_again(opened, "shift")
    assert "given back by the lead" in find(screen, "today-line").text()
    find(screen, "today-mend").click()
    settle(opened.around.operations)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert "handed in" in find(screen, "today-line").text()


def test_another_shift_can_start_the_same_day(typical: Shown) -> None:
    opened, screen = typical
    opened.team.clock.advance(hours=2)
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    find(screen, "today-another").click()
    settle(opened.around.operations)
    assert screen.pages.currentWidget() is screen.start
    press(opened, Qt.Key.Key_Return, modifiers=CTRL)
    assert screen.pages.currentWidget() is screen.out
    assert find(screen, "today-title").text() == "On shift"


def test_tomorrow_begins_with_a_new_shift(typical: Shown) -> None:
    opened, screen = typical
    desk = opened.team.desk
    opened.team.on_lane(lambda: shifts.end_shift(desk))
    opened.team.clock.at = read_moment("2026-11-24T18:11:00Z") + timedelta(days=1)
    look_again(opened, "shift")
    assert screen.pages.currentWidget() is screen.start


# ------------------------------------------------------------------------------ everybody, every size


@pytest.mark.parametrize("state", ["start", "out", "forgot", "end", "pass", "void"])
def test_everything_has_a_name_and_room_for_a_finger(
    show: Callable[..., Shown], tmp_path: Path, complaints: Callable[[QWidget], list[str]], state: str
) -> None:
    team = build_before(tmp_path) if state == "start" else build_typical(tmp_path)
    if state == "out":
        team.on_lane(lambda: divide(team))
    opened, screen = show(team)
    match state:
        case "forgot":
            press(opened, Qt.Key.Key_T, modifiers=CTRL)
            find(screen, "today-visit-more").click()
        case "end":
            press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
        case "pass":
            press(opened, Qt.Key.Key_H, modifiers=CTRL | SHIFT)
        case "void":
            screen.timeline.list.setFocus()
            screen.timeline.list.set_current(screen.timeline.list.rows_model.rows()[0].key)
            press(opened, Qt.Key.Key_Delete)
    QApplication.processEvents()
    assert complaints(opened.window) == []


@pytest.mark.parametrize("size", [QSize(1366, 768), QSize(1024, 600)])
@pytest.mark.parametrize("percent", [100, 200])
def test_no_button_is_narrower_than_its_words(
    show: Callable[..., Shown], tmp_path: Path, look: Look, size: QSize, percent: int
) -> None:
    look.wear(Wearing(Theme.LIGHT, text_percent=percent, is_still=True))
    opened, screen = show(build_typical(tmp_path), size=size)
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    find(screen, "today-visit-more").click()
    for _ in range(3):
        QApplication.processEvents()
    tight = [
        f"{button.objectName()}: {button.width()} of {button.sizeHint().width()}"
        for button in screen.findChildren(QWidget)
        if button.isVisible() and hasattr(button, "caps") and button.width() < button.sizeHint().width()
    ]
    assert not tight


def test_the_foot_of_the_timeline_is_never_out_of_sight(show: Callable[..., Shown], tmp_path: Path) -> None:
    opened, screen = show(build_typical(tmp_path), size=QSize(1024, 600))
    view = screen.timeline.list
    view.setFocus()
    view.set_current(view.rows_model.rows()[0].key)
    for _ in range(3):
        QApplication.processEvents()
    void = find(screen, "today-void")
    bottom = void.mapTo(opened.window, void.rect().bottomLeft()).y()
    assert bottom < opened.window.foot.mapTo(opened.window, opened.window.foot.rect().topLeft()).y()


def test_tab_reaches_everything_in_reading_order(typical: Shown) -> None:
    opened, screen = typical
    screen.hotspots.list.setFocus()
    seen = []
    for _ in range(40):
        press(opened, Qt.Key.Key_Tab)
        name = opened.window.focusWidget().objectName()
        if name == "today-hotspots":
            break
        seen.append(name)
    for name in ("today-go", "today-go-head", "today-log", "today-timeline", "today-due", "today-end-button"):
        assert name in seen
    order = [seen.index(name) for name in ("today-go", "today-log", "today-timeline", "today-end-button")]
    assert order == sorted(order)


def test_a_half_written_correction_is_there_after_a_crash_at_the_same_field(
    show: Callable[..., Shown], tmp_path: Path
) -> None:
    opened, screen = show(build_team(tmp_path))
    press(opened, Qt.Key.Key_T, modifiers=CTRL)
    find(screen, "today-visit-more").click()
    find(screen, "visit-note").setFocus()
    press(opened, "Two groups by the ste")
    screen.visit._slip.keep()  # the pause: what the timer does 400 ms after the last key
    settle(opened.around.operations)
    again, later = show(reopen_team(opened.team))
    assert later.visit.isVisible()
    assert again.window.focusWidget().objectName() == "visit-note"
    press(again, "ps")
    assert later.visit.form.value("note") == "Two groups by the steps"
    later.visit.save()
    settle(again.around.operations)
    assert only(again, "visit").get("note") == "Two groups by the steps"
    assert kept(again) == []


def test_a_pause_keeps_the_draft_by_itself(out: Shown, qtbot) -> None:
    opened, screen = out
    press(opened, Qt.Key.Key_E, modifiers=CTRL | SHIFT)
    with qtbot.waitSignal(opened.around.operations.bus.changed, timeout=5_000):
        press(opened, "Warm")
    settle(opened.around.operations)
    (draft,) = kept(opened)
    assert draft.values == {"went_well": "Warm"}
    assert draft.place.field == "went_well"
    assert opened.window.foot.saved.text() == "Draft kept 18:08"
    assert screen.end_sheet.is_open
