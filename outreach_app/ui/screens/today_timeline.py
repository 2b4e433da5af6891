"""The shift as it happened, what it adds up to, and how to put a line right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.domain.counting import RULES
from outreach_app.ui.editors import Setting
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.card import Card, rule
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.text import Elided, Text
from outreach_app.ui.screens.today_words import clock, count
from outreach_app.ui.tables.timeline import TimelineRow, TimelineView
from outreach_app.work.today import Moment, Today, Totals

_LEAST_HEIGHT = 232
_AMENDABLE = ("engagement", "visit")


class TimelineCard(Card):
    """`amend_asked(kind, id)`, `void_asked(id, reason)`, `unvoid_asked(id)`: the screen does them.

    Below the list a foot says what the chosen line is, how far it has come, and what can be done with it.
    A void asks why in the same place, and a void line offers to come back: that is its undo.
    """

    amend_asked = Signal(str, str)
    void_asked = Signal(str, str)
    unvoid_asked = Signal(str)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("This shift"), is_flush=True, parent=parent)
        self._setting = setting
        self._moments: dict[str, Moment] = {}
        self._voiding = ""
        self.totals = Elided("", "small")
        self.totals.setObjectName("today-totals")
        self.set_right(self.totals)
        self.why = IconButton("info", self.tr("How these are counted"), name="today-rules")
        self.why.clicked.connect(self._on_why_clicked)
        self.set_right(self.why)
        self._rules = self._build_rules()
        self.add(self._rules)
        self.list = TimelineView(name="today-timeline", label=self.tr("This shift"))
        self.list.opens_on_click = False
        self.list.setMinimumHeight(_LEAST_HEIGHT)
        self.list.opened.connect(self._on_list_opened)
        self.list.current_changed.connect(self._on_list_current_changed)
        self.add(self.list, 1)
        self.empty = Empty(
            "clock",
            self.tr("Nothing yet"),
            self.tr("Press Ctrl+H when you arrive, and Ctrl+E to log who you meet."),
        )
        self.add(self.empty, 1)
        self._foot = self._build_foot()
        self.add(self._foot)

    # --------------------------------------------------------------------------------------- layout

    def _build_rules(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(Space.LARGE - 2, Space.MEDIUM, Space.LARGE - 2, Space.MEDIUM)
        column.setSpacing(Space.TIGHT)
        for label, rule_name in (
            (self.tr("Conversations"), "conversations"),
            (self.tr("Young people"), "young_people"),
            (self.tr("Walked on"), "declined"),
            (self.tr("Referrals"), "full_referrals"),
            (self.tr("Minutes"), "minutes"),
        ):
            column.addWidget(Text(f"{label}: {RULES[rule_name]}", "small", wraps=True))
        place.hide()
        return place

    def _build_foot(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule())
        row = QHBoxLayout()
        row.setContentsMargins(Space.LARGE - 2, Space.SMALL, Space.SMALL, Space.SMALL)
        row.setSpacing(Space.SMALL)
        self.words = Text("", "small", wraps=True)
        self.words.setObjectName("today-line-words")
        row.addWidget(self.words, 1)
        self.amend = Button("", name="today-amend", kind="quiet", icon="pencil-simple", keys="Return")
        self.amend.clicked.connect(self._on_amend_clicked)
        self.void = Button(self.tr("Void…"), name="today-void", kind="quiet", icon="prohibit", keys="Del")
        self.void.clicked.connect(self._on_void_clicked)
        self.unvoid = Button(
            self.tr("Bring back"), name="today-unvoid", kind="quiet", icon="arrow-counter-clockwise"
        )
        self.unvoid.clicked.connect(self._on_unvoid_clicked)
        self.reason = QLineEdit()
        self.reason.setObjectName("today-void-reason")
        self.reason.setAccessibleName(self.tr("Why it is void"))
        self.reason.setPlaceholderText(self.tr("Why? For example: entered twice"))
        self.reason.returnPressed.connect(self._on_confirm_clicked)
        self.reason.textChanged.connect(self._on_reason_text_changed)
        self.confirm = Button(self.tr("Void it"), name="today-void-confirm", kind="danger")
        self.confirm.clicked.connect(self._on_confirm_clicked)
        self.keep = Button(self.tr("Keep it"), name="today-void-keep", keys="Esc")
        self.keep.clicked.connect(self.stop_voiding)
        for widget in (self.amend, self.void, self.unvoid):
            row.addWidget(widget)
        row.addWidget(self.reason, 1)
        row.addWidget(self.confirm)
        row.addWidget(self.keep)
        column.addLayout(row)
        return place

    # ------------------------------------------------------------------------------------- on screen

    def show_today(self, seen: Today) -> None:
        """Show the shift; the chosen line and the focus stay where they are."""
        self._moments = {f"{moment.part}:{moment.id}": moment for moment in seen.timeline}
        rows = [self._row(key, moment) for key, moment in self._moments.items()]
        self.list.set_rows(rows)
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self._foot.setVisible(bool(rows))
        self._show_totals(seen.totals)
        self.why.setVisible(bool(rows))
        if self._voiding and self._voiding not in self._moments:
            self._voiding = ""
        self._show_foot()

    def _show_totals(self, totals: Totals) -> None:
        if not self._moments:
            self.totals.setText("")
            return
        parts = [
            count(totals.conversations, self.tr("1 conversation"), self.tr("%1 conversations")),
            count(totals.young_people, self.tr("1 young person"), self.tr("%1 young people")),
        ]
        if totals.declined:
            parts.append(count(totals.declined, self.tr("1 walked on"), self.tr("%1 walked on")))
        if totals.referrals:
            parts.append(count(totals.referrals, self.tr("1 referral"), self.tr("%1 referrals")))
        self.totals.setText(" · ".join(parts))

    def _row(self, key: str, moment: Moment) -> TimelineRow:
        mark, words = self._mark(moment)
        detail = moment.detail
        if moment.is_void:
            detail = self.tr("void: %1").replace("%1", moment.void_reason)
        return TimelineRow(
            key,
            clock(self._setting, moment.at),
            self._kind(moment),
            detail,
            is_strong=moment.is_strong and not moment.is_void,
            chip="" if moment.is_void else ", ".join(moment.codes),
            mark=mark,
            mark_words=words,
            is_struck=moment.is_void,
        )

    def _kind(self, moment: Moment) -> str:
        if moment.kind == "engagement":
            return self.tr("Engagement")
        if moment.kind == "referral":
            return self.tr("Referral")
        if moment.is_void:
            return self.tr("Visit")
        return self.tr("Left") if moment.part == "left" else self.tr("Arrived")

    def _mark(self, moment: Moment) -> tuple[str, str]:
        if moment.is_void:
            return "void", self.tr("void, counted nowhere")
        if moment.has_conflict:
            return "danger", self.tr("two answers stand; choose one")
        match moment.tick:
            case "seen":
                return "seen", self.tr("seen by the lead's laptop")
            case "verified":
                return "safe", self.tr("on the server and verified")
            case "on_server":
                return "server", self.tr("on the server")
        return "waiting", self.tr("saved here, waiting to be sent")

    @property
    def _current(self) -> Moment | None:
        return self._moments.get(self.list.current_key() or "")

    def _show_foot(self) -> None:
        moment = self._current
        is_voiding = bool(self._voiding)
        is_void = moment is not None and moment.is_void
        may_amend = moment is not None and not is_void and moment.kind in _AMENDABLE
        self.words.setVisible(not is_voiding)
        self.amend.setVisible(may_amend and not is_voiding)
        self.void.setVisible(moment is not None and not is_void and not is_voiding)
        self.unvoid.setVisible(is_void and not is_voiding)
        for widget in (self.reason, self.confirm, self.keep):
            widget.setVisible(is_voiding)
        if moment is None:
            self.words.setText(self.tr("Choose a line to amend or void it."))
            return
        words = self._mark(moment)[1]
        self.words.setText(words[:1].upper() + words[1:])
        self.amend.setText(self.tr("Put right") if moment.kind == "visit" else self.tr("Amend"))
        self.amend.show_keys("Return")

    # ----------------------------------------------------------------------------------------- hands

    @Slot(str)
    def _on_list_current_changed(self, key: str) -> None:
        if key != self._voiding:
            self._voiding = ""
        self._show_foot()

    @Slot(str)
    def _on_list_opened(self, key: str) -> None:
        moment = self._moments.get(key)
        if moment is not None and not moment.is_void and moment.kind in _AMENDABLE:
            self.amend_asked.emit(moment.kind, moment.id)

    @Slot()
    def _on_amend_clicked(self) -> None:
        self._on_list_opened(self.list.current_key() or "")

    @Slot()
    def _on_void_clicked(self) -> None:
        key = self.list.current_key()
        moment = self._current
        if key is None or moment is None or moment.is_void:
            return
        self._voiding = key
        self.reason.clear()
        self._on_reason_text_changed("")
        self._show_foot()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_reason_text_changed(self, words: str) -> None:
        self.confirm.setEnabled(bool(words.strip()))

    @Slot()
    def _on_confirm_clicked(self) -> None:
        moment = self._moments.get(self._voiding)
        reason = self.reason.text().strip()
        if moment is None or not reason:
            return
        self.stop_voiding()
        self.void_asked.emit(moment.id, reason)

    @Slot()
    def stop_voiding(self) -> bool:
        """Take the question back; False if none was asked."""
        if not self._voiding:
            return False
        had_focus = any(widget.hasFocus() for widget in (self.reason, self.confirm, self.keep))
        self._voiding = ""
        self._show_foot()
        if had_focus:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    @Slot()
    def _on_unvoid_clicked(self) -> None:
        moment = self._current
        if moment is not None:
            self.unvoid_asked.emit(moment.id)

    def go_to(self, record_id: str) -> None:
        """Make the line of a record current, and speak it."""
        key = next((key for key, moment in self._moments.items() if moment.id == record_id), None)
        if key is not None:
            self.list.set_current(key)
            announce(self.list, self._row(key, self._moments[key]).accessible)

    @Slot()
    def _on_why_clicked(self) -> None:
        self._rules.setVisible(self._rules.isHidden())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self._on_void_clicked()
            return
        super().keyPressEvent(event)
