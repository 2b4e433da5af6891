"""A screen's columns: side by side where there is room, one below the other where there is not."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from outreach_app.ui.look import Space, worn

_LABEL_ROOM = 44
"""Pixels at 100 % text kept above and below what has the focus: its label, its error."""


class Scroll(QScrollArea):
    """Content that may be taller than its place; it never scrolls sideways and shows what has the focus."""

    def __init__(self, content: QWidget, parent: QWidget | None = None, *, has_bar: bool = True) -> None:
        super().__init__(parent)
        if not has_bar:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setProperty("surface", "bare")
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.installEventFilter(self)
        self._reveal = QTimer(self)  # by then whatever takes the focus has its place
        self._reveal.setSingleShot(True)
        self._reveal.setInterval(0)
        self._reveal.timeout.connect(self._on_reveal_timeout)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_application_focus_changed)

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Qt scrolls for Tab alone; an error or a draft that takes the focus must be seen too.

        Not for a mouse, which is there already, nor for what is taller than the place itself.
        """
        by_mouse = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is not None and not by_mouse and self.isVisible() and self.isAncestorOf(now):
            self._reveal.start()

    @Slot()
    def _on_reveal_timeout(self) -> None:
        now, content = QApplication.focusWidget(), self.widget()
        if now is None or content is None or not content.isAncestorOf(now):
            return
        if now.height() < self.viewport().height():
            self.ensureWidgetVisible(now, 0, worn().scaled(_LABEL_ROOM))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        content = self.widget()
        has_bar = self.verticalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        bar = self.verticalScrollBar().sizeHint().width() if has_bar else 0
        return QSize((content.minimumSizeHint().width() if content else 0) + bar, 120)


class _Column(NamedTuple):
    widget: QWidget
    width: int
    stretch: int
    order: int
    least: int
    does_join: bool


class Columns(QWidget):
    """A page's columns with its margins; it scrolls when they are taller than the window.

    ::

        columns = Columns()
        columns.add(places, width=292, order=1)                 # fixed, second when stacked
        columns.add(timeline, stretch=1, order=0)               # takes what is left, first when stacked
        columns.add(side, width=264, order=2, does_join=True)   # goes below the first column if need be

    Three ways, the widest that fits: all side by side; those that `does_join` below the first column; all
    one below the other in `order`. Widths grow with the text, and a stretching column wants `least` pixels.
    """

    def __init__(self, *, narrow: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._content = QWidget()
        self._row = QHBoxLayout(self._content)
        self._row.setContentsMargins(Space.WIDE - 4, Space.LARGE, Space.WIDE - 4, Space.LARGE)
        self._row.setSpacing(Space.LARGE)
        self._columns: list[_Column] = []
        self._slots: list[QVBoxLayout] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = Scroll(self._content)
        outer.addWidget(self._scroll)
        self._way = -1
        worn().changed.connect(self._on_look_changed)

    def add(
        self,
        widget: QWidget,
        *,
        width: int = 0,
        stretch: int = 0,
        order: int | None = None,
        least: int = 400,
        does_join: bool = False,
    ) -> Columns:
        """Add a column of fixed `width`, or one that stretches but wants at least `least`."""
        place = len(self._columns) if order is None else order
        self._columns.append(_Column(widget, width, stretch, place, least, does_join))
        widget.setParent(self._content)
        self._way = -1
        self._arrange()
        return self

    @property
    def is_stacked(self) -> bool:
        """Whether all columns stand one below the other."""
        return self._way == 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _on_look_changed(self) -> None:
        self._way = -1
        self._arrange()

    def _wide(self, column: _Column) -> int:
        """What a column wants: its width grown with the text, though not as fast."""
        percent = worn().wearing.text_percent
        return round((column.width or column.least) * (1 + (percent - 100) / 100 * 0.6))

    def _needed(self, columns: list[_Column]) -> int:
        margins = self._row.contentsMargins()
        gaps = Space.LARGE * max(0, len(columns) - 1)
        return margins.left() + margins.right() + gaps + sum(self._wide(column) for column in columns)

    def _fitting_way(self) -> int:
        if self.width() < self._narrow:
            return 2
        if self._needed(self._columns) <= self.width():
            return 0
        staying = [column for column in self._columns if not column.does_join]
        if len(staying) not in (0, 1, len(self._columns)) and self._needed(staying) <= self.width():
            return 1
        return 2

    def _arrange(self) -> None:
        way = self._fitting_way()
        if way == self._way:
            return
        self._way = way
        for slot in self._slots:
            for column in self._columns:
                slot.removeWidget(column.widget)  # a taken item lives on and keeps the widget's old height
            self._row.removeItem(slot)
            slot.deleteLater()
        self._slots = []
        columns = sorted(self._columns, key=lambda column: column.order) if way == 2 else self._columns
        for column in columns:
            joins = way == 1 and column.does_join
            if (way == 2 and self._slots) or joins:
                slot = self._slots[0]
            else:
                slot = QVBoxLayout()
                slot.setSpacing(Space.MEDIUM)
                self._slots.append(slot)
                self._row.addLayout(slot, 1 if way == 2 else column.stretch)
            if way == 2 or not column.width:
                column.widget.setMinimumWidth(0)
                column.widget.setMaximumWidth(_UNBOUNDED)
            else:
                column.widget.setFixedWidth(self._wide(column) if not joins else self._wide(self._columns[0]))
            slot.addWidget(column.widget, 0 if way == 2 or (way == 1 and column.width) else 1)
        for slot in self._slots:
            if way == 2 or (way == 1 and slot.count() > 1):
                slot.addStretch(1)


_UNBOUNDED = 16_777_215
