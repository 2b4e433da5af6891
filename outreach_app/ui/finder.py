"""Ctrl+K: one field that finds records, people, services and commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.ui.actions import Actions, keys_in_words
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.banner import Icon
from outreach_app.ui.parts.card import rule
from outreach_app.ui.parts.key_cap import KeyCap
from outreach_app.ui.parts.text import Text
from outreach_app.ui.tables.row_list import Row, RowList

_COMMAND = "command:"
_MOST_ROWS = 8


class Finder(QWidget):
    """Covers `host` while open. Commands it finds itself; for records it emits `asked(str)` when typing
    pauses, and the answer comes with `set_found(text, rows)`. `found(str)` carries the key that was picked.
    """

    asked = Signal(str)
    found = Signal(str)
    closed = Signal()

    def __init__(self, host: QWidget, actions: Actions) -> None:
        super().__init__(host)
        self.setObjectName("finder")
        self._host = host
        self._actions = actions
        self._records: Sequence[Row] = ()
        self._before: QWidget | None = None
        self._panel = QFrame(self)
        self._panel.setProperty("surface", "popup")
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(Space.LARGE, Space.SMALL, Space.LARGE, Space.SMALL)
        head.setSpacing(Space.SMALL)
        head.addWidget(Icon("magnifying-glass", "ink_faint", 18))
        self.field = QLineEdit()
        self.field.setObjectName("finder-field")
        self.field.setProperty("plain", True)
        self.field.setPlaceholderText(self.tr("Search records, people, commands"))
        self.field.setAccessibleName(self.tr("Search records, people, commands"))
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.installEventFilter(self)
        head.addWidget(self.field, 1)
        head.addWidget(KeyCap("Esc"))
        column.addLayout(head)
        column.addWidget(rule())
        self.list = RowList(name="finder-list", label=self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.opened.connect(self._on_list_opened)
        column.addWidget(self.list)
        self._nothing = Text("", "quiet")
        self._nothing.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.addWidget(self._nothing)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        self._pause.timeout.connect(self._on_pause_timeout)
        host.installEventFilter(self)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it covers the window."""
        return not self.isHidden()

    def open(self) -> None:
        """Show it, empty, with the cursor in the field."""
        self._before = self._host.window().focusWidget()
        self._records = ()
        self.field.clear()
        self._show_rows()
        self.show()
        self.raise_()
        self._fit()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_finder(self) -> None:
        """Go away; the focus returns to where it was."""
        if not self.is_open:
            return
        self._pause.stop()
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def set_found(self, text: str, rows: Sequence[Row]) -> None:
        """Show what was found for `text`; ignored if something else is being looked for by now."""
        if text == self.field.text().strip():
            self._records = rows
            self._show_rows()

    # ------------------------------------------------------------------------------------- inside

    def _commands(self, text: str) -> list[tuple[str, QAction]]:
        wanted = text.casefold().split()
        return [
            (f"{_COMMAND}{action.objectName()}", action)
            for action in self._actions.usable()
            if all(word in action.text().casefold() for word in wanted)
        ]

    def _show_rows(self) -> None:
        text = self.field.text().strip()
        commands = [
            Row(key, action.text(), icon="arrow-right", keys=keys_in_words(action.shortcut().toString()))
            for key, action in self._commands(text)
            if action.objectName() != "action-find"
        ]
        commands.sort(key=lambda row: not row.title.casefold().startswith(text.casefold()))
        rows = [*self._records, *commands][:_MOST_ROWS]
        self.list.set_rows(rows)
        self.list.fit_rows()
        self.list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._nothing.setText(self.tr("Nothing found for “%1”").replace("%1", text))
        if rows:
            self.list.set_current(rows[0].key)
        if self.is_open:
            self._fit()

    def _pick(self, key: str) -> None:
        command = next((action for name, action in self._commands("") if name == key), None)
        self.close_finder()
        if command is not None:
            command.trigger()
        else:
            self.found.emit(key)

    @Slot(str)
    def _on_field_text_changed(self, text: str) -> None:
        if not text.strip():
            self._records = ()
        self._show_rows()
        self._pause.start()

    @Slot()
    def _on_pause_timeout(self) -> None:
        text = self.field.text().strip()
        if text:
            self.asked.emit(text)

    @Slot(str)
    def _on_list_opened(self, key: str) -> None:
        self._pick(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() is QEvent.Type.Resize and self.is_open:
            self._fit()
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        rows = self.list.rows_model.rows()
        keys = [row.key for row in rows]
        here = self.list.current_key()
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up if keys:
                at = keys.index(here) if here in keys else -1
                at = (at + (1 if event.key() == Qt.Key.Key_Down else -1)) % len(keys)
                self.list.set_current(keys[at])
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if here is not None:
                self._pick(here)
            case Qt.Key.Key_Escape:
                self.close_finder()
            case Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                pass  # the field is the only stop while the finder is open
            case _:
                return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.close_finder()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), worn().thinned("shade", 28))

    def _fit(self) -> None:
        self.setGeometry(self._host.rect())
        wide = min(self.width() - 2 * Space.WIDE, worn().scaled(580))
        self._panel.setFixedWidth(wide)
        self._panel.adjustSize()
        tall = min(self._panel.sizeHint().height(), self.height() - 80)
        self._panel.setGeometry((self.width() - wide) // 2, 56, wide, tall)
