"""The drafts that wait: open one, or throw it away and take that back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.text import Text
from outreach_app.ui.tables.row_list import Row, RowList


class DraftList(QWidget):
    """What the sheet of drafts holds. It changes nothing itself: `opened`, `thrown` carry a draft's id."""

    opened = Signal(str)
    thrown = Signal(str)
    restored = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(
            Text(self.tr("Half-written forms of this laptop. Nobody else sees them."), "quiet", wraps=True)
        )
        self.list = RowList(name="log-drafts", label=self.tr("Drafts"), is_bold=True)
        self.list.fit_rows()
        self.list.opened.connect(self.opened)
        column.addWidget(self.list)
        self.empty = Empty(
            "note-pencil",
            self.tr("No drafts wait"),
            self.tr("What you put aside stays here until you save it."),
        )
        column.addWidget(self.empty)
        foot = QHBoxLayout()
        foot.setSpacing(Space.SMALL)
        self.throw = Button(self.tr("Throw away"), name="log-draft-throw", kind="danger", keys="Del")
        self.throw.clicked.connect(self._on_throw_clicked)
        foot.addWidget(self.throw)
        self.undo = Button(self.tr("Undo"), name="log-draft-undo", icon="arrow-counter-clockwise")
        self.undo.clicked.connect(self.restored)
        self.undo.hide()
        foot.addWidget(self.undo)
        foot.addStretch(1)
        column.addLayout(foot)
        column.addStretch(1)

    def show_drafts(self, rows: Sequence[Row], *, may_undo: bool) -> None:
        """Show these, and whether the last one thrown away can still be had back."""
        had_focus = self.list.hasFocus() or self.throw.hasFocus() or self.undo.hasFocus()
        before = self.list.current_key()
        place = next((at for at, row in enumerate(self.list.rows_model.rows()) if row.key == before), 0)
        self.list.set_rows(rows)
        if rows and self.list.current_key() is None:
            self.list.set_current(rows[min(place, len(rows) - 1)].key)
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.throw.setVisible(bool(rows))
        if may_undo and self.undo.isHidden():
            announce(self, self.tr("Thrown away. Undo brings it back."))
        self.undo.setVisible(may_undo)
        if had_focus and not (self.list.hasFocus() or self.throw.hasFocus()):
            (self.list if rows else self.undo).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_throw_clicked(self) -> None:
        key = self.list.current_key()
        if key is not None:
            self.thrown.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self._on_throw_clicked()
            return
        super().keyPressEvent(event)
