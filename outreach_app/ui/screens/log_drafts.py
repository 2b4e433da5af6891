"""The drafts that wait: a button that counts them, and a sheet to open one or throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.store.drafts import Draft
from outreach_app.ui.look import Space
from outreach_app.ui.operation import Operation
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.sheet import Sheet
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screen import Surroundings
from outreach_app.ui.screens.log_words import Wording
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.work import draft as drafts


class DraftsButton(Button):
    """Shown while drafts wait; opens their sheet. `opened(id)` when one was picked, `changed` when one was
    thrown away or brought back. Nothing is asked: what was thrown away can be had back at once."""

    opened = Signal(str)
    changed = Signal()

    def __init__(self, around: Surroundings, wording: Wording) -> None:
        super().__init__("", name="log-drafts-button", kind="quiet", icon="note-pencil")
        self._around = around
        self._wording = wording
        self._drafts: Sequence[Draft] = ()
        self._thrown: Draft | None = None
        self._sheet: Sheet | None = None
        self._list = DraftList()
        self._list.opened.connect(self._on_list_opened)
        self._list.thrown.connect(self._on_list_thrown)
        self._list.restored.connect(self._on_list_restored)
        self.clicked.connect(self._on_self_clicked)
        self.hide()

    def show_drafts(self, waiting: Sequence[Draft]) -> None:
        """These wait."""
        self._drafts = waiting
        self.setText(self.tr("Drafts (%1)").replace("%1", str(len(waiting))))
        self.updateGeometry()
        self.setVisible(bool(waiting) or (self._sheet is not None and self._sheet.is_open))
        self._list.show_drafts(
            [self._wording.draft(draft) for draft in waiting], may_undo=self._thrown is not None
        )

    @Slot()
    def _on_self_clicked(self) -> None:
        if self._sheet is None:
            self._sheet = Sheet(
                self._around.host.sheet_host, self.tr("Drafts"), self._list, name="log-drafts-sheet"
            )
        self._thrown = None
        self.show_drafts(self._drafts)
        self._sheet.open()

    @Slot(str)
    def _on_list_opened(self, draft_id: str) -> None:
        if self._sheet is not None:
            self._sheet.close_sheet()
        self.opened.emit(draft_id)

    @Slot(str)
    def _on_list_thrown(self, draft_id: str) -> None:
        verb = partial(drafts.drop_draft, self._around.desk, draft_id)
        self._around.operations.start(Operation(self, verb, success=self._on_thrown))

    def _on_thrown(self, draft: Draft | None) -> None:
        self._thrown = draft
        self.changed.emit()

    @Slot()
    def _on_list_restored(self) -> None:
        if self._thrown is not None:
            verb = partial(drafts.restore_draft, self._around.desk, self._thrown)
            self._thrown = None
            self._around.operations.start(Operation(self, verb, success=self._on_restored))

    def _on_restored(self, draft: Draft) -> None:
        self.changed.emit()


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
