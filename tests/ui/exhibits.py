"""Fictitious windows for photographs and tests: every part, and the frame with screens in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.domain.trouble import Words
from outreach_app.ui.bridge import Bridge
from outreach_app.ui.bus import Bus
from outreach_app.ui.lanes import Lanes
from outreach_app.ui.look import Look, Space, Theme, Wearing
from outreach_app.ui.operation import Operations
from outreach_app.ui.parts.banner import Banner
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.count_map import CountMap
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.note_edit import NoteEdit, Span
from outreach_app.ui.parts.picker import Picker, RadioList, Tick
from outreach_app.ui.parts.pill import Badge, Pill, PillButton, Ribbon
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.sheet import Sheet
from outreach_app.ui.parts.stepper import Stepper
from outreach_app.ui.parts.text import Elided, Text
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.tables.grid import Column, Grid
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.ui.tables.timeline import TimelineRow, TimelineView
from outreach_app.ui.window import Window

LOOKS = {
    "light": Wearing(Theme.LIGHT, is_still=True),
    "dark": Wearing(Theme.DARK, is_still=True),
    "contrast": Wearing(Theme.CONTRAST, is_still=True),
    "light-200": Wearing(Theme.LIGHT, text_percent=200, is_still=True),
    "dark-touch": Wearing(Theme.DARK, is_touch=True, is_roomy=True, is_still=True),
}
SIZES = {"wide": QSize(1366, 768), "narrow": QSize(1024, 600)}

DEPTHS = [
    Choice("0", "Declined", "walked on"),
    Choice("1", "Hello", "brief exchange"),
    Choice("2", "Talked", "about their lives"),
    Choice("3", "Worked on it", "advice, a plan"),
    Choice("4", "Changed", "they acted on it"),
]
AGES = [
    Choice("u13", "under 13"),
    Choice("13_15", "13–15"),
    Choice("16_17", "16–17"),
    Choice("18_24", "18–24"),
    Choice("25_plus", "25 or over"),
    Choice("unable", "cannot tell"),
]
TOPICS = [
    Choice("school", "School, college", letter="S"),
    Choice("safety", "Safety here", letter="A"),
    Choice("family", "Family, home"),
    Choice("housing", "Housing"),
    Choice("money", "Money"),
    Choice("mind", "Mental health", letter="E"),
    Choice("alcohol", "Alcohol"),
    Choice("drugs", "Drugs"),
    Choice("knives", "Knives, violence"),
    Choice("exploitation", "Exploitation", letter="X"),
    Choice("respect", "Respect, VAWG", letter="V"),
    Choice("police", "Police"),
    Choice("area", "Ideas for the area"),
    Choice("work", "Work, training"),
]
PLACES = [
    Row("clock", "Clock Tower", "you are here", "46", share=1.0),
    Row("hay", "Haymarket", "left 17:40", "38", share=0.83),
    Row("marg", "St Margaret's", "left 16:55", "27", share=0.59),
    Row("gall", "Gallowtree Gate", "left 16:10", "31", share=0.67),
    Row("hall", "Town Hall Square", "not yet today", "0", share=0.0),
    Row("church", "Church Gate", "not yet today", "0", share=0.0),
    Row("bus", "Bus station", "left 15:20", "22", share=0.48),
]
HAPPENED = [
    TimelineRow(
        "1",
        "18:08",
        "Engagement",
        "4 young people · talked · safety here",
        True,
        "Maple-14",
        "safe",
        "on the server",
    ),
    TimelineRow("2", "18:02", "Arrived", "Clock Tower", mark="safe", mark_words="on the server"),
    TimelineRow("3", "17:40", "Left", "Haymarket after 21 minutes", mark="safe", mark_words="on the server"),
    TimelineRow(
        "4",
        "17:31",
        "Referral sent",
        "Housing · full referral · reply due Friday",
        True,
        "River-07",
        "safe",
        "on the server",
    ),
    TimelineRow(
        "5",
        "17:22",
        "Engagement",
        "2 young people · worked on it · housing",
        True,
        "River-07",
        "safe",
        "on the server",
    ),
    TimelineRow(
        "6",
        "17:19",
        "Engagement",
        "declined · 3 young people walked on",
        True,
        mark="safe",
        mark_words="on the server",
    ),
    TimelineRow(
        "7",
        "17:05",
        "Place concern",
        "Badly lit · underpass by Haymarket",
        True,
        mark="danger",
        mark_words="needs mending",
    ),
    TimelineRow(
        "8", "16:55", "Left", "St Margaret's after 27 minutes", mark="safe", mark_words="on the server"
    ),
    TimelineRow(
        "9",
        "16:41",
        "Engagement",
        "5 young people · first hello",
        True,
        mark="safe",
        mark_words="on the server",
    ),
    TimelineRow("10", "16:28", "Arrived", "St Margaret's", mark="waiting", mark_words="waiting to be sent"),
]


class LikeToday(Screen):
    """Today's shape, with invented content."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        places = Card("Hotspots", is_flush=True)
        places.set_right(Text("minutes today", "small"))
        place_list = RowList(name="hotspots", label="Hotspots, minutes today")
        place_list.set_rows(PLACES)
        place_list.set_current("clock")
        place_list.fit_rows()
        places.add(place_list)
        column.addWidget(places)
        danger = Card()
        danger.add(Text("Safeguarding", "strong"))
        danger.add(Text("Immediate danger page works offline.", "small", wraps=True))
        danger.add(Button("Raise a concern", name="raise", kind="danger", keys="Ctrl+G"))
        column.addWidget(danger)
        column.addStretch(1)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Elided("Clock Tower", "title"))
        words.addWidget(Elided("arrived 18:02 · 9 minutes", "quiet"))
        head.addLayout(words, 1)
        head.addWidget(Button("Leave", name="leave", keys="Ctrl+H", is_large=True))
        head.addWidget(
            Button("Log engagement", name="log-button", kind="primary", keys="Ctrl+E", is_large=True)
        )
        column.addLayout(head)
        shift = Card("This shift", is_flush=True)
        shift.set_right(Elided("11 conversations · 27 young people · 2 referrals", "small"))
        timeline = TimelineView(name="timeline", label="This shift")
        timeline.set_rows(HAPPENED)
        timeline.setMinimumHeight(260)
        shift.add(timeline, 1)
        column.addWidget(shift, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        before = Card("From last shift")
        before.add(Text("Maple-14 asked about college open day.", wraps=True))
        before.add(Text("Jo → you, today", "small"))
        before.add(Text("Bus station lights still out.", wraps=True))
        before.add(Text("Council asked 20 Nov", "small"))
        column.addWidget(before)
        due = Card("Due", is_flush=True)
        due.set_beside_title(Badge("3"))
        due_list = RowList(name="due", label="Due")
        due_list.set_rows(
            [
                Row("1", "Chase housing referral", "River-07", "1 day late", "danger"),
                Row("2", "Tell Otter-22 the outcome", "accepted Monday", "today", "waiting"),
                Row("3", "Tell back shop owner", "CCTV fixed Friday", "Friday"),
            ]
        )
        due_list.fit_rows()
        due.add(due_list)
        column.addWidget(due)
        column.addWidget(Button("End shift…", name="end"))
        column.addStretch(1)
        columns = Columns()
        columns.add(left, width=292, order=1).add(middle, stretch=1, order=0).add(
            right, width=264, order=2, does_join=True
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(columns)


class LikeLog(Screen):
    """Log engagement's shape, with invented content."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Elided("Log engagement", "title"))
        where = QHBoxLayout()
        where.setSpacing(Space.SMALL)
        where.addWidget(Elided("Clock Tower · 18:08 · both of you", "quiet"))
        where.addWidget(Button("change", name="change", kind="link"))
        where.addStretch(1)
        words.addLayout(where)
        head.addLayout(words, 1)
        head.addWidget(Button("Declined", name="declined", keys="0", is_large=True))
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(Space.WIDE)
        self.headcount = Stepper(name="headcount", label="How many", lowest=1, is_large=True)
        self.headcount.set_value(4)
        row.addWidget(Field("How many", self.headcount), 0, Qt.AlignmentFlag.AlignTop)
        self.depth = Segments(DEPTHS, name="depth", label="How deep", is_numbered=True)
        self.depth.set_value("2")
        row.addWidget(Field("How deep", self.depth, help="the furthest point the conversation reached"), 1)
        column.addLayout(row)
        self.ages = CountMap(AGES, name="ages", label="Age")
        self.ages.set_value({"13_15": 3, "16_17": 1})
        self.ages.set_total(5)
        column.addWidget(Field("Age", self.ages, help="as you perceive it, nobody is asked"))
        self.topics = ChipFlow(TOPICS, name="topics", label="What about", shown=13)
        self.topics.set_value(["school", "safety"])
        column.addWidget(Field("What about", self.topics, help="press the letter"))
        self.note = NoteEdit(name="note", label="Note", lines=3)
        self.note.set_value(
            "Talked about the open day at college. One of them, Jamie R, wants to come along on Thursday. "
            "They avoid the underpass after dark because the lights are out."
        )
        self.note.set_detector(_find_jamie)
        column.addWidget(Field("Note", self.note, readers="your team reads this; partners never do"))
        foot = QHBoxLayout()
        foot.setSpacing(Space.SMALL)
        foot.addWidget(Button("Save", name="save", kind="primary", keys="Ctrl+Return", is_large=True))
        foot.addWidget(Button("Save and refer", name="save-refer", is_large=True))
        foot.addWidget(Elided("Only how many and how deep are needed.", "small"), 1)
        column.addLayout(foot)
        column.addStretch(1)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        people = Card("People")
        people.set_right(Button("Link…", name="link", kind="link"))
        people.add(PillButton("Maple-14", "chosen", name="maple", icon="user"))
        people.add(Text("5 conversations since 2 Oct. Last: college, family.", "small", wraps=True))
        column.addWidget(people)
        more = Card("From this conversation")
        for text, name, keys, kind in (
            ("Refer or signpost", "refer", "Ctrl+R", "plain"),
            ("Place concern", "place", "Ctrl+Shift+P", "plain"),
            ("Safeguarding concern", "concern", "Ctrl+G", "danger"),
        ):
            button = Button(text, name=name, keys=keys, kind=cast(Any, kind))
            button.is_spread = True
            more.add(button)
        column.addWidget(more)
        same = Card("Same conversation?", tone="accent")
        same.add(Text("Sam logged 4 young people here at 18:07.", wraps=True))
        both = QHBoxLayout()
        both.setSpacing(Space.SMALL)
        both.addWidget(Button("Join them", name="join"))
        both.addWidget(Button("Two different", name="two"))
        both.addStretch(1)
        same.add(both)
        column.addWidget(same)
        column.addStretch(1)
        columns = Columns().add(form, stretch=1, least=680).add(side, width=292)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(columns)


def _find_jamie(words: str) -> list[Span]:
    at = words.find("Jamie R")
    return [Span(at, at + 7, "name")] if at >= 0 else []


class AllParts(Screen):
    """Everything else there is."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        for tone, words in (
            (
                "danger",
                Words(
                    "The passphrase is not right.",
                    "Nothing was changed.",
                    "Try again, or use your recovery code.",
                ),
            ),
            ("waiting", Words("Three records wait for mending.", "They are kept on this device.", "")),
            ("safe", Words("12 records sent.", "", "")),
        ):
            banner = Banner(name=f"banner-{tone}")
            banner.show_words(words, cast(Any, tone), action="Send again" if tone == "waiting" else "")
            column.addWidget(banner)
        pills = QHBoxLayout()
        pills.setSpacing(Space.SMALL)
        for words, meaning in (
            ("41 of 42 on server", "safe"),
            ("Check in by 18:30", "waiting"),
            ("Overdue", "danger"),
            ("Offline", "neutral"),
        ):
            pills.addWidget(Pill(words, cast(Any, meaning)))
        pills.addStretch(1)
        column.addLayout(pills)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.SMALL)
        buttons.addWidget(Button("Save", name="b1", kind="primary", icon="check"))
        buttons.addWidget(Button("Plain", name="b2"))
        buttons.addWidget(Button("Quiet", name="b3", kind="quiet"))
        buttons.addWidget(Button("Remove", name="b4", kind="danger"))
        off = Button("Off", name="b5")
        off.setEnabled(False)
        buttons.addWidget(off)
        buttons.addWidget(IconButton("printer", "Print", name="b6"))
        buttons.addWidget(Button("link", name="b7", kind="link"))
        buttons.addStretch(1)
        column.addLayout(buttons)
        line = QLineEdit()
        line.setObjectName("code")
        line.setPlaceholderText("six words")
        wrong = Field("Recovery code", line, help="twelve groups of five", readers="only you see this")
        wrong.set_error("The third group has a letter that no code has: 0.")
        column.addWidget(wrong)
        picker = Picker(
            [Choice("a", "Housing"), Choice("b", "Youth work")], name="service", nothing="choose a service"
        )
        column.addWidget(Field("Service", picker, is_optional=True))
        picked = Picker([Choice("a", "Housing"), Choice("b", "Youth work")], name="service-2")
        picked.set_value("b")
        column.addWidget(Field("Second service", picked))
        ready = Tick("Phones charged", name="phones", under="both of you, and the battery pack")
        ready.setChecked(True)
        column.addWidget(ready)
        column.addWidget(Tick("First-aid kit", name="kit"))
        radios = RadioList(
            [
                Choice("team", "Team leader", "all but safeguarding text"),
                Choice("funder", "Funder", "counts under five are hidden"),
                Choice("police", "Police and partners"),
            ],
            name="edition",
            label="Who is it for",
        )
        radios.set_value("team")
        column.addWidget(radios)
        column.addStretch(1)
        second = QWidget()
        column = QVBoxLayout(second)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        shifts = Card("Shifts", is_flush=True)
        shift_list = RowList(name="shifts", label="Shifts", is_bold=True)
        shift_list.set_rows(
            [
                Row("1", "Tue 24 Nov · pair A", "11 conversations · 27 people", "to approve", "waiting"),
                Row("2", "Sat 21 Nov · pair A", "14 conversations · 33 people", "approved", "safe"),
                Row("3", "Thu 19 Nov · pair B", "not arrived: laptop 4 last seen Thu", "missing", "danger"),
            ]
        )
        shift_list.set_current("1")
        shift_list.fit_rows()
        shifts.add(shift_list)
        column.addWidget(shifts)
        grid = Grid(
            [
                Column("Hotspot", lambda row: row[0], is_wide=True),
                Column("Visits", lambda row: str(row[1]), lambda row: row[1], is_number=True),
                Column("Minutes", lambda row: str(row[2]), lambda row: row[2], is_number=True),
            ],
            name="grid",
            label="Minutes by hotspot",
        )
        grid.set_rows([("Clock Tower", 3, 46), ("Haymarket", 2, 38), ("Bus station", 1, 22)])
        grid.selectRow(1)
        grid.setMinimumHeight(180)
        column.addWidget(grid)
        empty = Card("Visits")
        empty.add(
            Empty(
                "map-pin",
                "No visits yet",
                "Press Ctrl+H when you arrive.",
                Button("Arrive", name="b8", keys="Ctrl+H"),
            )
        )
        column.addWidget(empty, 1)
        column.addWidget(Ribbon())
        columns = Columns().add(first, stretch=1).add(second, stretch=1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(columns)


class Plain(Screen):
    """A screen with nothing yet."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        outer = QVBoxLayout(self)
        outer.addWidget(Empty("tray", "Nothing here yet", "This is only an example."))


ENTRIES = [
    ScreenEntry("today", "Today", "sun-horizon", 1, LikeToday),
    ScreenEntry("log", "Log", "note-pencil", 1, LikeLog),
    ScreenEntry("people", "People", "users", 1, Plain),
    ScreenEntry("referrals", "Referrals", "paper-plane-tilt", 1, Plain),
    ScreenEntry("places", "Places", "map-pin", 1, Plain),
    ScreenEntry("walks", "Walk & Talk", "person-simple-walk", 2, Plain),
    ScreenEntry("campaigns", "Campaigns", "megaphone", 2, Plain),
    ScreenEntry("surveys", "Surveys", "clipboard-text", 2, Plain),
    ScreenEntry("summaries", "Summaries", "chart-bar", 3, AllParts),
    ScreenEntry("team", "Team", "users-three", 3, Plain, frozenset({"lead"})),
    ScreenEntry("sync", "Sync", "arrows-clockwise", 3, Plain),
    ScreenEntry("settings", "Settings", "gear-six", 3, Plain),
]


def build_window() -> Window:
    """A window of the example team, without a file behind it."""
    window = Window()
    bridge = Bridge(window)
    around = Surroundings(
        desk=cast(Any, None),
        operations=Operations(Lanes(), bridge, Bus(window), window),
        actions=window.actions_list,
        host=window,
    )
    window.set_screens(ENTRIES, "worker", around)
    window.say_shift("City centre team", "Tue 24 Nov · 14:00–20:00 · with Sam")
    window.say_check_in("Check in by 18:30", "waiting")
    window.say_light("41 of 42 on server", "safe")
    window.set_saved("Saved on this device 18:11")
    window.set_waiting("1 waiting to send · next try when online")
    window.set_badge("referrals", "3 due")
    window.set_example(True)
    return window


def today() -> Window:
    window = build_window()
    window.show_frame("today")
    return window


def log() -> Window:
    window = build_window()
    window.show_frame("log")
    return window


def parts() -> Window:
    window = build_window()
    window.show_frame("summaries")
    return window


def keys() -> Window:
    window = build_window()
    window.show_frame("today")
    window.show()
    window._on_keys_triggered()
    return window


def finder() -> Window:
    window = build_window()
    window.show_frame("today")
    window.show()
    window.finder.open()
    window.finder.field.setText("s")
    return window


def sheet() -> Window:
    window = build_window()
    window.show_frame("today")
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.LARGE)
    note = NoteEdit(name="debrief", label="What went well")
    column.addWidget(Field("What went well", note, readers="your team reads this; partners never do"))
    column.addWidget(Field("What was hard", NoteEdit(name="hard", label="What was hard"), is_optional=True))
    column.addStretch(1)
    panel = Sheet(window.sheet_host, "End this shift", content, name="end-sheet")
    panel.add_foot(Button("End shift", name="end-now", kind="primary"), Button("Not yet", name="not-yet"))
    window.show()
    panel.open()
    return window


EXHIBITS: list[Callable[[], Window]] = [today, log, parts, keys, finder, sheet]


def photograph(
    application: QApplication,
    look: Look,
    exhibit: Callable[[], Window],
    wearing: Wearing,
    size: QSize,
    path: Path,
) -> None:
    """Show the exhibit in this look and size and keep a picture of it."""
    look.wear(wearing)
    window = exhibit()
    window.resize(size)
    window.show()
    for _ in range(4):
        application.processEvents()
    window.grab().save(str(path))
    window.close()
    window.deleteLater()
    application.processEvents()
