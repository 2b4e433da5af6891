"""What lives in the frame while the file is open: the line at the top, the search, a person's own look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk import SAM, Opened, Team, build_team, find, opened_window, settle
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtTest import QTest

from outreach_app.store import book
from outreach_app.store.batches import Truths
from outreach_app.ui.finding import Finding
from outreach_app.ui.light import Lamp
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.screens.log import LOG
from outreach_app.ui.screens.summaries import SUMMARIES, SummariesScreen
from outreach_app.ui.standing_line import StandingLine
from outreach_app.ui.tables.row_list import Row
from outreach_app.ui.tastes import Tastes
from outreach_app.work import shift as shifts
from outreach_app.work.record import Said, save


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    team = build_team(tmp_path)
    yield team
    team.close()


@pytest.fixture
def opened(look: Look, team: Team) -> Iterator[Opened]:
    with opened_window(team, [LOG, SUMMARIES], first="summaries") as opened:
        yield opened


def rest(opened: Opened) -> None:
    # The search waits until typing pauses.
    while any(timer.isActive() for timer in opened.window.findChildren(QTimer) if timer.isSingleShot()):
        QTest.qWait(10)
    settle(opened.around.operations)


def test_the_top_says_team_hours_and_partner_and_follows_the_shift(opened: Opened, team: Team) -> None:
    line = StandingLine(opened.window, opened.around.operations, team.desk)
    line.begin()
    settle(opened.around.operations)
    top = opened.window.top
    assert top.team.text() == "City centre team"
    assert top.line.text() == "Tue 24 Nov · 14:00–20:00 · with Sam"
    done = team.on_lane(lambda: shifts.end_shift(team.desk))
    opened.around.operations.bus.changed.emit(done.changes, None)
    settle(opened.around.operations)
    assert top.line.text() == "Tue 24 Nov · no shift"
    line.end()


def look_for(opened: Opened, text: str) -> list[Row]:
    opened.window.finder.open()
    QTest.keyClicks(opened.window.finder.field, text)
    rest(opened)
    rows: list[Row] = opened.window.finder.list.rows_model.rows()
    return [row for row in rows if not row.key.startswith("command:")]


def test_places_are_found_by_name_and_records_without_their_words(opened: Opened, team: Team) -> None:
    def talk() -> str:
        moment = team.desk.now().isoformat()
        said = {
            "shift": team.shift,
            "occurred_at": moment,
            "headcount": 2,
            "depth": 2,
            "note": "Quillonbarge",
        }
        return save(team.desk, Said("engagement", said)).result.id

    record = team.on_lane(talk)
    finding = Finding(opened.window, opened.around.operations, team.desk)
    (place,) = look_for(opened, "abbey")
    assert (place.title, place.under) == ("Abbey Park", "Hotspot")
    opened.window.finder.close_finder()
    (found,) = look_for(opened, "quillon")
    assert found.key == record
    assert "uillon" not in found.accessible
    assert found.title == "Engagement · Tue 24 Nov, 18:08"
    QTest.keyClick(opened.window.finder.field, Qt.Key.Key_Return)
    settle(opened.around.operations)
    assert opened.window.here == "log"
    assert find(opened.window, "log-note").toPlainText() == "Quillonbarge"
    assert finding


def test_a_found_shift_opens_its_summary_and_a_found_service_tells_its_detail(
    opened: Opened, team: Team
) -> None:
    def note() -> None:
        shifts.end_shift(team.desk, {"next_time": "Lamplight walk"})

    team.on_lane(note)
    finding = Finding(opened.window, opened.around.operations, team.desk)
    opened.window.show_screen("log")
    (shift,) = look_for(opened, "lamplight")
    assert "amplight" not in shift.accessible
    QTest.keyClick(opened.window.finder.field, Qt.Key.Key_Return)
    rest(opened)
    screen = opened.window.show_screen("summaries")
    assert isinstance(screen, SummariesScreen)
    assert screen.list.current_key() == team.shift
    look_for(opened, "roof")
    QTest.keyClick(opened.window.finder.field, Qt.Key.Key_Return)
    assert opened.window.banner.happened.text().startswith("Roof first · Service")
    opened.window.banner.dismiss()
    assert finding


def test_somebody_elses_name_is_found_but_never_a_cards_hint(opened: Opened, team: Team) -> None:
    def card() -> str:
        made = save(team.desk, Said("person", {"hint": "red bicycle"}))
        return str(made.result.get("code"))

    code = team.on_lane(card)
    finding = Finding(opened.window, opened.around.operations, team.desk)
    rows = look_for(opened, code.split("-")[0])
    assert [row.title for row in rows] == [code]
    assert "bicycle" not in rows[0].accessible
    opened.window.finder.close_finder()
    assert [row.key for row in look_for(opened, "sam")] == [SAM]
    opened.window.finder.close_finder()
    assert finding


def command(opened: Opened, words: str) -> None:
    opened.window.finder.open()
    QTest.keyClicks(opened.window.finder.field, words)
    QTest.keyClick(opened.window.finder.field, Qt.Key.Key_Return)
    settle(opened.around.operations)


def test_a_look_is_chosen_by_command_kept_in_the_file_and_worn_again(
    opened: Opened, team: Team, look: Look
) -> None:
    still = look.wearing
    tastes = Tastes(opened.window, opened.around.operations, look, team.desk.db)
    tastes.begin()
    settle(opened.around.operations)
    look.wear(still)
    command(opened, "Dark")
    command(opened, "Larger text")
    opened.window.show_screen("log")
    opened.window.resize(QSize(1180, 700))
    settle(opened.around.operations)
    assert (look.theme, look.wearing.text_percent) == (Theme.DARK, 125)
    tastes.end()
    settle(opened.around.operations)
    assert team.on_lane(lambda: book.get(team.desk.db, "settings", "window"))
    look.wear(replace(still, theme=Theme.LIGHT))
    again = Tastes(opened.window, opened.around.operations, look, team.desk.db)
    screens: list[str] = []
    again.worn.connect(screens.append)
    again.begin()
    settle(opened.around.operations)
    assert (look.theme, look.wearing.text_percent) == (Theme.DARK, 125)
    assert screens == ["log"]
    again.end()
    settle(opened.around.operations)


@pytest.mark.parametrize("kept", [b"", b"{", b'{"theme":"plaid","text_percent":9000,"geometry":"AAAA"}'])
def test_nonsense_in_the_settings_keeps_nobody_out(
    opened: Opened, team: Team, look: Look, kept: bytes
) -> None:
    team.on_lane(lambda: book.put(team.desk.db, "settings", "window", kept))
    tastes = Tastes(opened.window, opened.around.operations, look, team.desk.db)
    screens: list[str] = []
    tastes.worn.connect(screens.append)
    tastes.begin()
    settle(opened.around.operations)
    assert screens == [""]
    assert 100 <= look.wearing.text_percent <= 200
    tastes.end()
    settle(opened.around.operations)
    look.wear(Wearing(Theme.LIGHT, is_still=True))


def truths(saved: int, on_server: int, **more: int) -> Truths:
    rest = {"verified": on_server, "seen_by_lead": 0, "parked": 0, "conflicts": 0, **more}
    return Truths(saved=saved, on_server=on_server, waiting=saved - on_server, **rest)


def test_the_light_never_merges_its_four_truths(look: Look) -> None:
    lamp = Lamp()
    told = lamp.tell(truths(42, 41, verified=40, seen_by_lead=7, conflicts=1), (), is_enrolled=True)
    assert told.happened == "41 of 42 records on the server."
    assert told.safe == "Order checked by this laptop: 40. Seen by the lead's laptop: 7."
    assert told.next == "1 has two answers."
    waiting = lamp.tell(truths(3, 0), ("maple", "river"), is_enrolled=False)
    assert waiting.safe == "3 records saved here, on this laptop."
    assert waiting.next == "When you meet, compare: maple · river."


@pytest.mark.parametrize(
    ("saved", "on_server", "trouble", "words"),
    [
        (0, 0, "", "Ready"),
        (42, 41, "", "41 of 42 on server"),
        (42, 41, "offline", "Offline · 1 waiting"),
        (42, 42, "offline", "All 42 on server"),
        (42, 42, "roster-fork", "Stopped: look at this"),
    ],
)
def test_the_light_says_no_more_than_is_true(
    look: Look, saved: int, on_server: int, trouble: str, words: str
) -> None:
    assert Lamp().read(truths(saved, on_server), trouble, is_enrolled=True).words == words


def test_an_engagement_keyed_before_the_shift_was_read_is_saved_into_it(opened: Opened, team: Team) -> None:
    opened.window.show_screen("log")
    for key in (Qt.Key.Key_3, Qt.Key.Key_Tab, Qt.Key.Key_2):
        QTest.keyClick(opened.window.focusWidget(), key)
    QTest.keyClick(opened.window.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(opened.around.operations)
    (saved,) = team.on_lane(lambda: team.desk.records.find("engagement"))
    assert (saved.get("headcount"), saved.get("depth")) == (3, 2)
    assert (saved.get("shift"), saved.get("hotspot")) == (team.shift, team.hotspots["Clock Tower"])
