"""Today: a pair starts its shift, goes about its hotspots, hands over and ends it. All on one screen.

Two pages: before the shift (`today_start`) and during it. A shift that has ended stays in sight until the
day is over or another one starts, so that its lines can still be put right. Everything shown is read in
one go (`work.today.read_today`); the clock on the wall only moves the minutes.

    hotspots with minutes  `today_hotspots`      the shift as it happened  `today_timeline`
    "I forgot"             `today_visit`         handover, in and out      `today_handover`
    end and debrief        `today_end`           two answers, one chosen   `today_divided`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from outreach_app.domain.field import Json, read_moment
from outreach_app.domain.handover import HANDOVER_ITEM
from outreach_app.domain.kind import Record
from outreach_app.domain.shift import SHIFT
from outreach_app.domain.trouble import Trouble
from outreach_app.ui.bus import ROUND, Changes
from outreach_app.ui.editors import Setting, choices_of
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.head import Head
from outreach_app.ui.parts.sheet import Sheet
from outreach_app.ui.parts.text import Elided, Text
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens.today_divided import DividedCard
from outreach_app.ui.screens.today_due import DueCard
from outreach_app.ui.screens.today_end import EndForm
from outreach_app.ui.screens.today_handover import HandoverCard, PassOn
from outreach_app.ui.screens.today_hotspots import HotspotCard
from outreach_app.ui.screens.today_slip import ASIDE, Slip, is_fresh
from outreach_app.ui.screens.today_start import StartPage
from outreach_app.ui.screens.today_timeline import TimelineCard
from outreach_app.ui.screens.today_visit import VisitPanel
from outreach_app.ui.screens.today_words import ago, clock, minutes_between, names, span
from outreach_app.work import handover
from outreach_app.work import record as records
from outreach_app.work import shift as shifts
from outreach_app.work.changes import Done
from outreach_app.work.today import SCREEN, Today, read_today

KEY = SCREEN
LOG = "log"
SUMMARIES = "summaries"

_TICK_MS = 10_000
_ALMOST_ALL = 1_000
"""The share of free height that the shift's card takes, until it is as tall as the window."""
_PASS_DRAFT = f"{SCREEN}-pass"
_ITEM = "pass_on"
"""Where the end's draft keeps the handover item that is being written."""


class Amends(Protocol):
    """The screen that opens an engagement for amendment and comes back."""

    def amend(self, record_id: str, *, back: str = "") -> None:
        """Open it."""


class TodayScreen(Screen):
    """The shift of the person at this laptop."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._seen: Today | None = None
        self._wants_another = False
        self._is_going = False
        self._closing: Slip | None = None
        self._next_line = ""
        self.setting = Setting(around.desk.clock)
        self.hotspots = HotspotCard(self.setting)
        self.timeline = TimelineCard(self.setting)
        self.visit = VisitPanel(self, self.setting)
        self.divided = DividedCard()
        self.handover = HandoverCard(self.setting, name="today-handover")
        self.due = DueCard(self.setting, name="today-due")
        self.first_handover = HandoverCard(self.setting, name="start-handover")
        self.first_due = DueCard(self.setting, name="start-due")
        self._declare_keys()
        self.start = StartPage(self, self.setting, self._build_before())
        self.pages = QStackedWidget()
        self._blank = QWidget()
        self.pages.addWidget(self._blank)
        self.pages.addWidget(self.start)
        self.out = self._build_out()
        self.pages.addWidget(self.out)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
        self._build_sheets()
        self._connect()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._on_clock_timeout)
        self._aside = QTimer(self)
        self._aside.setSingleShot(True)
        self._aside.setInterval(0)
        self._aside.timeout.connect(self._on_aside_timeout)
        self.listen(
            {
                "shift",
                "visit",
                "engagement",
                "referral",
                "referral_event",
                "handover_item",
                "hotspot",
                "member",
                "person",
                "service",
                ROUND,
            }
        )

    # --------------------------------------------------------------------------------------- layout

    def _declare_keys(self) -> None:
        group = self.tr("Shift")
        self._go_action = self.act("today-go", self.tr("Arrive"), "Ctrl+H", group, self._on_go_triggered)
        self._forgot_action = self.act(
            "today-forgot", self.tr("Put a time right"), "Ctrl+T", group, self._on_forgot_triggered
        )
        self._pass_action = self.act(
            "today-pass", self.tr("Pass on…"), "Ctrl+Shift+H", group, self._on_pass_triggered
        )
        self._end_action = self.act(
            "today-end", self.tr("End shift…"), "Ctrl+Shift+E", group, self._on_end_triggered
        )
        self.around.actions.tell(group, self.tr("Arrive at, move to or leave the chosen hotspot"), "Enter")
        self.around.actions.tell(group, self.tr("Void the chosen line"), "Del")

    def _build_before(self) -> QWidget:
        return _column(self.first_handover, self.first_due)

    def _build_out(self) -> QWidget:
        self.title = Elided("", "title")
        self.title.setObjectName("today-title")
        self.line = Elided("", "quiet")
        self.line.setObjectName("today-line")
        words = QWidget()
        lines = QVBoxLayout(words)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self.title)
        lines.addWidget(self.line)
        self.go = Button(self.tr("Arrive"), name="today-go-head", keys="Ctrl+H", is_large=True)
        self.go.clicked.connect(self._go_action.trigger)
        self.log = Button(
            self.tr("Log engagement"), name="today-log", kind="primary", keys="Ctrl+E", is_large=True
        )
        self.log.clicked.connect(self._on_log_clicked)
        self.mend = Button(self.tr("Change the debrief…"), name="today-mend", is_large=True)
        self.mend.clicked.connect(self._end_action.trigger)
        self.summary = Button(self.tr("See the summary"), name="today-summary", kind="primary", is_large=True)
        self.summary.clicked.connect(self._on_summary_clicked)
        actions = QWidget()
        row = QHBoxLayout(actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.SMALL)
        for button in (self.go, self.log, self.mend, self.summary):
            row.addWidget(button)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        self.head = Head(words, actions)
        self.head.installEventFilter(self)
        column.addWidget(self.head)
        column.addWidget(self.visit)
        column.addWidget(self.divided)
        column.addWidget(self.timeline, _ALMOST_ALL)
        column.addStretch(1)
        self.passing = Button.for_action(self._pass_action, name="today-pass-button")
        self.end = Button.for_action(self._end_action, name="today-end-button")
        for button in (self.passing, self.end):
            button.is_spread = True
        self.another = Button(self.tr("Start another shift"), name="today-another")
        self.another.clicked.connect(self._on_another_clicked)
        columns = Columns()
        columns.add(_column(self.hotspots), width=292, order=1)
        columns.add(middle, stretch=1, order=0)
        side = _column(self.handover, self.due, self.passing, self.end, self.another)
        columns.add(side, width=264, order=2, does_join=True)
        return columns

    def _build_sheets(self) -> None:
        host = self.around.host.sheet_host
        group = self.tr("Shift")
        self.end_form = EndForm(self.setting)
        self._end_slip = Slip(self, self.end_form.form, SHIFT.name, self._end_said)
        self.end_sheet = Sheet(host, self.tr("End shift"), self.end_form, name="today-end-sheet", width=560)
        add = self.around.actions.add
        also = ("Ctrl+Enter",)
        self._end_now = add(
            self.end_sheet,
            "today-end-now",
            self.tr("End shift"),
            "Ctrl+Return",
            group,
            self._on_end_now_triggered,
            also=also,
            is_local=True,
        )
        self.end_button = Button.for_action(
            self._end_now, name="today-end-now", kind="primary", is_large=True
        )
        self.later = Button(self.tr("Not yet"), name="today-end-later", kind="quiet", is_large=True)
        self.later.clicked.connect(self.end_sheet.close_sheet)
        self.end_hint = Text("", "small", wraps=True)
        self.end_hint.setObjectName("today-end-hint")
        self.end_sheet.add_foot(self.end_button, self.later, self.end_hint)
        self.pass_form = PassOn(self.setting, name="pass", keys="Ctrl+Return")
        self._pass_slip = Slip(self, self.pass_form.form, HANDOVER_ITEM.name, self.pass_form.values)
        self.pass_sheet = Sheet(
            host, self.tr("Pass on to the next pair"), self.pass_form, name="today-pass-sheet", width=480
        )
        add(
            self.pass_sheet,
            "today-pass-add",
            self.tr("Add"),
            "Ctrl+Return",
            group,
            self.pass_form.submit,
            also=also,
            is_local=True,
        )

    def _connect(self) -> None:
        self.hotspots.chosen.connect(self._on_hotspot_chosen)
        self.hotspots.looked_at.connect(self._on_hotspot_looked_at)
        self.hotspots.forgot_asked.connect(self._forgot_action.trigger)
        self.timeline.amend_asked.connect(self._on_amend_asked)
        self.timeline.void_asked.connect(self._on_void_asked)
        self.timeline.unvoid_asked.connect(self._on_unvoid_asked)
        self.visit.saved.connect(self._on_visit_saved)
        self.visit.closed.connect(self._on_visit_closed)
        self.divided.chosen.connect(self._on_divided_chosen)
        for card in (self.handover, self.first_handover):
            card.finished.connect(self._on_item_finished)
            card.taken_up.connect(self._on_item_taken_up)
        self.start.started.connect(self._on_started)
        self.end_form.edited.connect(self._on_end_form_edited)
        self.end_form.pass_on.edited.connect(self._end_slip.edited)
        self.end_form.pass_on.added.connect(self._on_pass_added)
        self.end_form.pass_on.dropped.connect(self._on_pass_dropped)
        self.end_sheet.closed.connect(self._on_end_sheet_closed)
        self.pass_form.edited.connect(self._pass_slip.edited)
        self.pass_form.added.connect(self._on_pass_added)
        self.pass_form.dropped.connect(self._on_pass_dropped)
        self.pass_sheet.closed.connect(self._on_pass_sheet_closed)

    # --------------------------------------------------------------------------------------- reading

    def read_again(self) -> None:
        self.ask(partial(read_today, self.around.desk), self._show)

    def _show(self, seen: Today) -> None:
        is_first = self._seen is None
        self._seen = seen
        self.setting.options = {to: choices_of(offers) for to, offers in seen.options.items()}
        now = self._now()
        if seen.shift is None or not seen.is_over:
            self._wants_another = False
        is_before = seen.shift is None or self._wants_another
        for card in (self.handover, self.first_handover):
            card.show_today(seen)
        for due in (self.due, self.first_due):
            due.show_today(seen)
        self.hotspots.show_today(seen, now)
        self.timeline.show_today(seen)
        if self._next_line:
            self.timeline.go_to(self._next_line)
            self._next_line = ""
        self.visit.ended_shift = seen.shift.id if seen.shift is not None and seen.is_over else None
        self.divided.show_divided(seen.divided)
        self.end_form.show_today(seen)
        self.pass_form.show_items(seen.passing, self.setting.on_wall(seen.now).date())
        if is_before:
            self.start.show_today(seen)
        self._show_state()
        page = self.start if is_before else self.out
        is_new = self.pages.currentWidget() is not page
        if is_new:
            self.pages.setCurrentWidget(page)
        if not is_before:
            self.visit.take_drafts(seen.drafts, may_open=is_first and not seen.is_over)
        if is_first:
            self._reopen(seen)
        if is_new and self.isVisible():
            self._take_focus()

    def _reopen(self, seen: Today) -> None:
        """After a crash or a lock: the sheet that was in sight, with what was in it."""
        if seen.shift is None:
            return
        in_sight = {
            draft.id for draft in seen.drafts if draft.place.screen != ASIDE and is_fresh(draft, seen.now)
        }
        if self._end_draft_id(seen) in in_sight:
            self._open_end()
        elif _PASS_DRAFT in in_sight:
            self._on_pass_triggered()

    def _show_state(self) -> None:
        """Words and buttons that follow from where the pair is."""
        seen = self._seen
        if seen is None:
            return
        is_out = seen.shift is not None and not seen.is_over
        is_over = seen.is_over
        host = self.around.host
        self._go_action.setEnabled(is_out)
        self._pass_action.setEnabled(seen.shift is not None)
        self._forgot_action.setEnabled(seen.shift is not None and bool(seen.hotspots))
        told = len(seen.passing)
        self._pass_action.setText(
            self.tr("Pass on (%1)…").replace("%1", str(told)) if told else self.tr("Pass on…")
        )
        self._end_action.setEnabled(seen.shift is not None)
        self.go.setVisible(is_out)
        self.log.setVisible(is_out and host.has_screen(LOG))
        self.passing.setVisible(seen.shift is not None)
        self.end.setVisible(is_out)
        self.mend.setVisible(is_over)
        self.summary.setVisible(is_over and host.has_screen(SUMMARIES))
        self.another.setVisible(is_over)
        if is_out:
            self._say_go()
        self._say_head()

    def _say_head(self) -> None:
        seen = self._seen
        if seen is None or seen.shift is None:
            return
        now = self._now()
        if seen.is_over:
            ended = read_moment(seen.shift.get("ended_at"))
            self.title.setText(self.tr("Shift ended %1").replace("%1", clock(self.setting, ended)))
            self.line.setText(self._said_at_end(seen))
        elif seen.here is not None:
            arrived = read_moment(seen.here.get("arrived_at"))
            self.title.setText(seen.here_name)
            words = self.tr("arrived %1 · %2").replace("%1", clock(self.setting, arrived))
            self.line.setText(words.replace("%2", span(minutes_between(arrived, now))))
        else:
            last = max(
                (spot for spot in seen.hotspots if spot.last_left_at is not None),
                key=lambda spot: str(spot.last_left_at),
                default=None,
            )
            if last is not None and last.last_left_at is not None:
                self.title.setText(self.tr("Between hotspots"))
                words = self.tr("left %1 %2").replace("%2", ago(minutes_between(last.last_left_at, now)))
                self.line.setText(words.replace("%1", last.name))
            else:
                self.title.setText(self.tr("On shift"))
                started = read_moment(seen.shift.get("started_at"))
                words = self.tr("since %1 · no visits yet").replace("%1", clock(self.setting, started))
                self.line.setText(words)

    def _said_at_end(self, seen: Today) -> str:
        assert seen.shift is not None
        out = minutes_between(
            read_moment(seen.shift.get("started_at")), read_moment(seen.shift.get("ended_at"))
        )
        parts = [self.tr("%1 out").replace("%1", span(out))]
        if seen.colleagues:
            parts.insert(0, self.tr("with %1").replace("%1", names(seen.colleagues)))
        if seen.shift.get("approved_at"):
            parts.append(self.tr("approved"))
        elif seen.shift.get("submitted_at"):
            parts.append(self.tr("handed in"))
        else:
            parts.append(self.tr("given back by the lead: look again and hand it in"))
        return " · ".join(parts)

    def _say_go(self) -> None:
        """What Ctrl+H will do: leave where the pair is, else arrive at the hotspot that is chosen."""
        seen = self._seen
        if seen is None:
            return
        chosen = next((spot for spot in seen.hotspots if spot.id == self.hotspots.current), None)
        if seen.here is not None:
            self._go_action.setText(self.tr("Leave"))
        elif chosen is not None:
            self._go_action.setText(self.tr("Arrive at %1").replace("%1", chosen.name))
        else:
            self._go_action.setText(self.tr("Arrive"))
        self.go.setText(self.tr("Leave") if seen.here is not None else self.tr("Arrive"))
        self.go.setAccessibleName(self._go_action.text())
        self.go.show_keys("Ctrl+H")

    def _now(self) -> datetime:
        return self.around.desk.clock.now()

    @Slot()
    def _on_clock_timeout(self) -> None:
        if self._seen is not None and not self._seen.is_over:
            self.hotspots.tick(self._now())
            self._say_head()

    # ---------------------------------------------------------------------------------- about the town

    @Slot()
    def _on_go_triggered(self) -> None:
        seen = self._seen
        if seen is None or self._is_going:
            return
        desk = self.around.desk
        if seen.here is not None:
            self._go(partial(shifts.leave, desk), self._on_left)
        elif self.hotspots.current is not None:
            self._go(partial(shifts.arrive, desk, self.hotspots.current), self._on_arrived)
        else:
            self.hotspots.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot(str)
    def _on_hotspot_chosen(self, hotspot: str) -> None:
        seen = self._seen
        if seen is None or seen.shift is None or seen.is_over or self._is_going:
            return
        desk = self.around.desk
        if seen.here is not None and seen.here.get("hotspot") == hotspot:
            self._go(partial(shifts.leave, desk), self._on_left)
        elif seen.here is not None:
            self._go(partial(shifts.move, desk, hotspot), self._on_arrived)
        else:
            self._go(partial(shifts.arrive, desk, hotspot), self._on_arrived)

    def _go(self, verb: Callable[[], Done[Record]], success: Callable[[Record], None]) -> None:
        self._is_going = True  # a second press before the first has come back means the same, not the next
        self.change(verb, success, trouble=self._on_go_refused)

    def _on_go_refused(self, trouble: Trouble) -> None:
        self._is_going = False
        self.around.host.show_trouble(trouble)
        self.read_again()  # the other laptop of the pair may have been quicker

    def _on_arrived(self, visit: Record) -> None:
        self._is_going = False
        self._say_saved()
        self.hotspots.list.set_current(str(visit.get("hotspot")))
        name = self._name_of(str(visit.get("hotspot")))
        words = self.tr("Arrived at %1, %2").replace("%1", name)
        announce(self, words.replace("%2", clock(self.setting, read_moment(visit.get("arrived_at")))))

    def _on_left(self, visit: Record) -> None:
        self._is_going = False
        self._say_saved()
        stayed = minutes_between(read_moment(visit.get("arrived_at")), read_moment(visit.get("left_at")))
        words = self.tr("Left %1 after %2").replace("%1", self._name_of(str(visit.get("hotspot"))))
        announce(self, words.replace("%2", span(stayed)))

    def _name_of(self, hotspot: str) -> str:
        spots = self._seen.hotspots if self._seen else ()
        return next((spot.name for spot in spots if spot.id == hotspot), "…")

    @Slot(str)
    def _on_hotspot_looked_at(self, hotspot: str) -> None:
        if self._seen is not None and self._seen.shift is not None and not self._seen.is_over:
            self._say_go()

    def _say_saved(self) -> None:
        shown = clock(self.setting, self._now())
        self.around.host.set_saved(self.tr("Saved on this device %1").replace("%1", shown))

    # -------------------------------------------------------------------------------------- "I forgot"

    @Slot()
    def _on_forgot_triggered(self) -> None:
        seen = self._seen
        if seen is None or seen.shift is None:
            return
        current = self.hotspots.current
        if seen.here is not None and current in (None, seen.here.get("hotspot")):
            self.visit.open_visit(seen.here.id)
        else:
            self.visit.open_new(current)

    @Slot(str)
    def _on_visit_saved(self, visit: str) -> None:
        self._say_saved()
        self._next_line = visit

    @Slot()
    def _on_visit_closed(self) -> None:
        self.timeline.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------------------------ the timeline

    @Slot(str, str)
    def _on_amend_asked(self, kind: str, record_id: str) -> None:
        if kind == "visit":
            self.visit.open_visit(record_id)
        elif self.around.host.has_screen(LOG):
            cast(Amends, self.around.host.show_screen(LOG)).amend(record_id, back=KEY)

    @Slot(str, str)
    def _on_void_asked(self, record_id: str, reason: str) -> None:
        self.change(partial(records.void, self.around.desk, record_id, reason), self._on_void_changed)

    @Slot(str)
    def _on_unvoid_asked(self, record_id: str) -> None:
        self.change(partial(records.undo_void, self.around.desk, record_id), self._on_void_changed)

    def _on_void_changed(self, record: Record) -> None:
        self._say_saved()
        if record.state == "voided":
            announce(self, self.tr("Void. It counts nowhere now; “Bring back” undoes it."))
        else:
            announce(self, self.tr("Back again. It counts."))
        self._next_line = record.id

    @Slot(str, str, str)
    def _on_divided_chosen(self, record_id: str, field: str, op: str) -> None:
        verb = partial(records.settle, self.around.desk, record_id, field, take=op)
        self.change(verb, self._on_settled)

    def _on_settled(self, record: Record) -> None:
        self._say_saved()
        announce(self, self.tr("Chosen. It settles on every laptop once it has travelled."))
        self.timeline.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_log_clicked(self) -> None:
        self.around.host.show_screen(LOG)

    @Slot()
    def _on_summary_clicked(self) -> None:
        self.around.host.show_screen(SUMMARIES)

    # ----------------------------------------------------------------------------------------- handover

    @Slot(str)
    def _on_item_finished(self, item: str) -> None:
        self.change(partial(handover.finish, self.around.desk, item), self._on_item_changed)

    @Slot(str)
    def _on_item_taken_up(self, item: str) -> None:
        self.change(partial(handover.take_up_again, self.around.desk, item), self._on_item_changed)

    def _on_item_changed(self, item: Record) -> None:
        self._say_saved()

    @Slot()
    def _on_pass_triggered(self) -> None:
        seen = self._seen
        if seen is None or seen.shift is None:
            return
        self.pass_form.form.set_setting(self.setting)
        draft = next((one for one in seen.drafts if one.id == _PASS_DRAFT), None)
        if draft is not None and self.pass_form.is_blank:
            self.pass_form.set_values(draft.values)
        self._pass_slip.begin(_PASS_DRAFT, is_kept=draft is not None or self._pass_slip.is_kept)
        self.pass_sheet.open()
        if draft is None or not self.pass_form.form.go_to(draft.place.field, draft.place.cursor):
            self.pass_form.form.go_to("text")

    @Slot(object)
    def _on_pass_added(self, said: Mapping[str, Json]) -> None:
        seen = self._seen
        if seen is None or seen.shift is None:
            return
        is_sheet = self.sender() is self.pass_form
        draft = self._pass_slip.id if is_sheet and self._pass_slip.is_kept else None
        verb = partial(handover.pass_on, self.around.desk, seen.shift.id, said, draft=draft)
        self.change(verb, partial(self._on_passed_on, is_sheet))

    def _on_passed_on(self, is_sheet: bool, item: Record) -> None:
        self._say_saved()
        if is_sheet:
            self._pass_slip.begin(_PASS_DRAFT)
            self.pass_form.take_saved()
        else:
            self.end_form.pass_on.take_saved()
            self._end_slip.edited()
        announce(self, self.tr("Passed on."))

    @Slot(str)
    def _on_pass_dropped(self, item: str) -> None:
        verb = partial(records.void, self.around.desk, item, self.tr("Taken back before the handover"))
        self.change(verb, self._on_item_changed)

    # --------------------------------------------------------------------------------- start and end

    @Slot(object, object)
    def _on_started(self, colleagues: Sequence[str], said: Mapping[str, Json]) -> None:
        verb = partial(shifts.start_shift, self.around.desk, colleagues, said, draft=self.start.draft)
        self.change(verb, self._on_shift_started, trouble=self._on_start_refused, button=self.start.start)

    def _on_shift_started(self, shift: Record) -> None:
        self.start.finish()
        self._wants_another = False
        self._say_saved()
        announce(self, self.tr("The shift has started. Press Ctrl+H when you arrive."))

    def _on_start_refused(self, trouble: Trouble) -> None:
        if isinstance(trouble, records.Refused):
            self.start.show_refused(trouble.findings)
        self.around.host.show_trouble(trouble)

    @Slot()
    def _on_another_clicked(self) -> None:
        self._wants_another = True
        self.read_again()

    @Slot()
    def _on_end_form_edited(self) -> None:
        self._end_slip.edited()
        self._say_end_hint()

    def _end_draft_id(self, seen: Today) -> str:
        return f"{SCREEN}-end-{seen.shift.id}" if seen.shift is not None else ""

    def _end_said(self) -> dict[str, Json]:
        """What the draft of the end keeps: the answers, and the item that is being written."""
        said = self.end_form.said().values
        item = self.end_form.pass_on.values()
        return {**said, _ITEM: item} if item else said

    def _say_end_hint(self) -> None:
        """What ending will do besides: where the pair is it leaves, at the time given or now."""
        seen = self._seen
        if seen is None or seen.is_over:
            self.end_hint.setText(self.tr("Everybody on the team can see what was changed."))
            return
        words = self.tr("It ends now and is handed in.")
        if self.end_form.values().get("ended_at") is not None:
            words = self.tr("It ends at the time you set and is handed in.")
        if seen.here is not None:
            left = self.tr("You leave %1.").replace("%1", seen.here_name)
            words = f"{words} {left}"
        self.end_hint.setText(words)

    def _end_over(self) -> dict[str, list[str]]:
        return self.end_form.said().over

    @Slot()
    def _on_end_triggered(self) -> None:
        if self._seen is not None and self._seen.shift is not None:
            self._open_end()

    def _open_end(self) -> None:
        seen = self._seen
        assert seen is not None
        assert seen.shift is not None
        draft_id = self._end_draft_id(seen)
        draft = next((one for one in seen.drafts if one.id == draft_id), None)
        if self._end_slip.id != draft_id:
            item = draft.values.pop(_ITEM, None) if draft is not None else None
            self.end_form.open_for(seen, draft)
            self.end_form.pass_on.form.set_setting(self.setting)
            self.end_form.pass_on.set_values(item if isinstance(item, dict) else {})
        self._end_slip.begin(
            draft_id,
            record=seen.shift.id,
            over=self._end_over,
            is_kept=draft is not None or self._end_slip.is_kept,
        )
        words = self.tr("Save and hand in") if seen.is_over else self.tr("End shift")
        self._end_now.setText(words)
        self._say_end_hint()
        self.end_sheet.title.setText(self.tr("Debrief") if seen.is_over else self.tr("End shift"))
        self.end_form.pass_on.setVisible(not seen.is_over)
        self.end_form.pass_title.setVisible(not seen.is_over)
        self.end_sheet.open()
        if draft is not None and draft.place.screen != ASIDE:
            self.end_form.form.go_to(draft.place.field, draft.place.cursor)

    @Slot()
    def _on_end_now_triggered(self) -> None:
        """End it; an item that is half-written is passed on first, or asks for what it lacks."""
        if self.end_form.show_findings(self.end_form.check()):
            return
        half = self.end_form.pass_on
        if not half.is_blank and not half.submit():
            return
        seen = self._seen
        if seen is None or seen.shift is None:
            return
        said, over = self.end_form.said()
        draft = self._end_slip.id if self._end_slip.is_kept else None
        desk = self.around.desk
        if seen.is_over:
            verb = partial(shifts.mend_shift, desk, seen.shift.id, said, over=over, draft=draft)
        else:
            verb = partial(shifts.end_shift, desk, said, over=over, draft=draft)
        self.change(verb, self._on_ended, trouble=self._on_end_refused, button=self.end_button)

    def _on_ended(self, shift: Record) -> None:
        self._end_slip.finish()
        self._say_saved()
        self.end_sheet.close_sheet()
        announce(self, self.tr("The shift has ended and is handed in."))

    def _on_end_refused(self, trouble: Trouble) -> None:
        if isinstance(trouble, records.Refused):
            strangers = self.end_form.form.show_findings(trouble.findings)
            if len(strangers) < len(trouble.findings):
                self.end_form.form.go_to_first(trouble.findings)
                return
        self.end_sheet.close_sheet()
        self.around.host.show_trouble(trouble)

    # ------------------------------------------------------------------------------- sheets put aside

    @Slot()
    def _on_end_sheet_closed(self) -> None:
        self._closing = self._end_slip
        self._aside.start()

    @Slot()
    def _on_pass_sheet_closed(self) -> None:
        self._closing = self._pass_slip
        self._aside.start()

    @Slot()
    def _on_aside_timeout(self) -> None:
        """A person closed the sheet: it does not open by itself again. Locking closes it too, and leaves."""
        slip, self._closing = self._closing, None
        if slip is not None and slip.id and self.isVisible():
            slip.is_open = False
            slip.keep()
            if slip.is_kept:
                self.read_again()

    # ------------------------------------------------------------------------------ shown and left

    @Slot(object, object)
    def _on_bus_changed(self, changes: Changes, initiator: object) -> None:
        super()._on_bus_changed(changes, initiator)
        self.visit.take_changes(changes)

    def be_shown(self) -> None:
        self._take_focus()

    def _take_focus(self) -> None:
        """Where the next key belongs: the people before a shift, the hotspots during it."""
        if self._seen is None or self.end_sheet.is_open or self.pass_sheet.is_open:
            return
        if self.pages.currentWidget() is self.start:
            self.start.take_focus()
        elif self.visit.go_back():
            return
        elif self._seen.is_over:
            self.timeline.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.hotspots.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def be_left(self) -> None:
        self._aside.stop()
        self.start.keep()
        self.visit.keep()
        for slip, sheet in ((self._end_slip, self.end_sheet), (self._pass_slip, self.pass_sheet)):
            if sheet.is_open or self._closing is slip:
                slip.is_open = True
                slip.keep()
        self._closing = None

    def close_top(self) -> bool:
        return self.timeline.stop_voiding() or self.visit.close_panel()

    def _bound_timeline(self) -> None:
        """The shift's card is never taller than the window: its foot acts on the chosen line."""
        taken = 2 * Space.LARGE + Space.MEDIUM + self.head.height()
        self.timeline.setMaximumHeight(max(self.timeline.minimumSizeHint().height(), self.height() - taken))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bound_timeline()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.head and event.type() is QEvent.Type.Resize:
            self._bound_timeline()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_clock_timeout()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()


def _column(*widgets: QWidget) -> QWidget:
    """Widgets one below the other, as tall as they need."""
    place = QWidget()
    column = QVBoxLayout(place)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.MEDIUM)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return place


TODAY = ScreenEntry(
    KEY,
    str(QT_TRANSLATE_NOOP("Screen", "Today")),
    "sun-horizon",
    0,
    TodayScreen,
    frozenset({"worker", "lead", "dsl"}),
)
