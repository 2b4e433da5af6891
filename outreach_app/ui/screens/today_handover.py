"""What the last shift passed on, ticked when done; and what this one passes on to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.domain.field import Json
from outreach_app.domain.handover import HANDOVER_ITEM
from outreach_app.ui.editors import Setting
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.check_row import CheckRow
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.today_words import day, names
from outreach_app.work.today import Passed, Today

_NEXT_PAIR = "next_pair"
_PLACED = ("text", "about", "owner", "due_on", "hotspot", "person")


class HandoverCard(Card):
    """Open items, each done by one key; ticked ones stay in sight for this shift and can be unticked.

    `finished(id)` and `taken_up(id)` carry what a person did.
    """

    finished = Signal(str)
    taken_up = Signal(str)

    def __init__(self, setting: Setting, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("From last shift"), parent=parent)
        self._setting = setting
        self._name = name
        self._rows: dict[str, CheckRow] = {}
        self._of = Text("", "small")
        self.set_right(self._of)
        self._place = QVBoxLayout()
        self._place.setSpacing(Space.TIGHT)
        beyond = CheckRow.EDGE  # boxes stand where words stand; the rings of rows go beyond
        edge = Space.LARGE - 2 - beyond
        self.body.setContentsMargins(edge, Space.SMALL, edge, Space.MEDIUM)
        self.add(self._place)
        self.next_time = Text("", "quiet", wraps=True)
        self.next_time.setObjectName(f"{name}-next-time")
        self.next_time.setContentsMargins(beyond, Space.TIGHT, beyond, 0)
        self.add(self.next_time)
        self.empty = Text("", "quiet", wraps=True)
        self.empty.setContentsMargins(beyond, Space.TIGHT, beyond, 0)
        self.add(self.empty)

    def show_today(self, seen: Today) -> None:
        """Show the items; rows that stay keep the focus."""
        today = self._setting.on_wall(seen.now).date()
        before = seen.before
        self._of.setText(day(before.on, today) if before is not None and before.on else "")
        self._of.setVisible(bool(self._of.text()))
        wanted = {item.id: item for item in seen.handover}
        for key in [key for key in self._rows if key not in wanted]:
            gone = self._rows.pop(key)
            self._place.removeWidget(gone)
            gone.setParent(None)
            gone.deleteLater()
        for place, item in enumerate(seen.handover):
            under = self._under(item, today)
            row = self._rows.get(item.id)
            if row is None:
                row = CheckRow(item.id, item.text, name=f"{self._name}-{item.id[:8]}", under=under)
                row.clicked.connect(self._on_row_clicked)
                self._rows[item.id] = row
                self._place.insertWidget(place, row)
            row.say(item.text, under, is_done=item.is_done)
        said = before.next_time if before is not None else ""
        who = names(before.pair) if before is not None else ""
        words = self.tr("For next time, %1: %2")
        self.next_time.setText(words.replace("%1", who).replace("%2", said))
        self.next_time.setVisible(bool(said))
        if before is None:
            self.empty.setText(self.tr("What a pair passes on stands here for the next."))
        else:
            self.empty.setText(self.tr("Nothing was left open. What you pass on will stand here."))
        self.empty.setVisible(not wanted and not said)

    def _under(self, item: Passed, today: date) -> str:
        """Who and when, about whom and where, by when: "Jo, yesterday · Maple-14 · due Fri 20 Nov"."""
        when = day(item.passed_on, today) if item.passed_on else ""
        parts = [", ".join(part for part in (item.by, when) if part), item.person_code, item.hotspot]
        if item.due_on:
            parts.append(self.tr("due %1").replace("%1", day(item.due_on, today)))
        return " · ".join(part for part in parts if part)

    @Slot()
    def _on_row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, CheckRow):
            words = self.tr("Done: %1") if row.isChecked() else self.tr("Open again: %1")
            announce(row, words.replace("%1", row.text()))
            (self.finished if row.isChecked() else self.taken_up).emit(row.key)


class PassOn(QWidget):
    """A short form for one item and the list of those written so far.

    `added(values)` when one is complete; the screen saves it and calls `take_saved()`. `dropped(id)` takes
    one back.
    """

    added = Signal(object)
    dropped = Signal(str)
    edited = Signal()

    def __init__(self, setting: Setting, *, name: str, keys: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._name = name
        self._items: Sequence[Passed] = ()
        self.form = Form(
            HANDOVER_ITEM, setting, self, name=name, without={"shift", "status", "done_at"}, is_dense=True
        )
        self.form.edited.connect(self._on_form_edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.TIGHT)
        column.addLayout(self._list)
        column.addWidget(self.form.field("text"))
        column.addWidget(self.form.field("about"))
        flow = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
        for key in ("owner", "due_on", "hotspot", "person"):
            flow.addWidget(self.form.field(key))
        column.addLayout(flow)
        for key in self.form.rest(_PLACED):
            column.addWidget(self.form.field(key))
        foot = QHBoxLayout()
        self.add_button = Button(self.tr("Add"), name=f"{name}-add", icon="plus", keys=keys)
        self.add_button.clicked.connect(self._on_add_clicked)
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column.addLayout(foot)
        column.addStretch(1)
        self.set_values({})

    @property
    def is_blank(self) -> bool:
        """Nothing is half-written here."""
        return not self.values()

    def values(self) -> dict[str, Json]:
        """What is half-written. That the next pair takes it goes without saying."""
        said = self.form.values()
        return said if said.keys() - {"owner"} or said.get("owner") != _NEXT_PAIR else {}

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Show a draft, or an empty form."""
        self.form.set_values({"owner": _NEXT_PAIR, **values})
        self._show_button()

    def submit(self) -> bool:
        """Emit `added` if what is written is complete; else show what is left. False if not complete."""
        self.form.is_strict = True
        findings = HANDOVER_ITEM.check({**self.values(), "shift": "0" * 32})[1]
        self.form.show_findings(findings)
        stops = [one for one in findings if one.level == "refuse"]
        if stops:
            self.form.go_to_first(stops)
            return False
        self.added.emit(self.values())
        return True

    def take_saved(self) -> None:
        """The item is saved: an empty form for the next one."""
        had_focus = self.form.place()[0] != "" or self.add_button.hasFocus()
        self.set_values({})
        if had_focus:
            self.form.go_to("text")

    def show_items(self, items: Sequence[Passed], today: date) -> None:
        """Show what has been written down so far."""
        if items == self._items:
            return
        self._items = items
        while self._list.count():
            taken = self._list.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for item in items:
            self._list.addWidget(self._row(item, today))

    def _row(self, item: Passed, today: date) -> QWidget:
        row = Card()
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Text(item.text, wraps=True))
        parts = [item.about, item.owner, item.person_code, item.hotspot]
        if item.due_on:
            parts.append(self.tr("due %1").replace("%1", day(item.due_on, today)))
        words.addWidget(Text(" · ".join(part for part in parts if part), "small", wraps=True))
        line.addLayout(words, 1)
        if not item.is_done:
            label = self.tr("Take back: %1").replace("%1", item.text[:60])
            drop = IconButton("trash", label, name=f"{self._name}-drop-{item.id[:8]}")
            drop.setProperty("key", item.id)
            drop.clicked.connect(self._on_drop_clicked)
            line.addWidget(drop)
        row.add(line)
        return row

    def _show_button(self) -> None:
        self.add_button.setEnabled(not self.is_blank)

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        if self.form.is_strict:
            self.form.show_findings(HANDOVER_ITEM.check({**self.values(), "shift": "0" * 32})[1])
        self._show_button()
        self.edited.emit()

    @Slot()
    def _on_add_clicked(self) -> None:
        self.submit()

    @Slot()
    def _on_drop_clicked(self) -> None:
        self.form.go_to("text")
        self.dropped.emit(str(self.sender().property("key")))
