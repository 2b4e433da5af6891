"""A screen's columns: side by side where there is room, one below the other where there is not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from outreach_app.ui.look import Space, worn


class Scroll(QScrollArea):
    """Content that may be taller than its place; it never scrolls sideways and shows what has the focus."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setProperty("surface", "bare")
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and watched is self.widget():
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        content = self.widget()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize((content.minimumSizeHint().width() if content else 0) + bar, 120)


class Columns(QWidget):
    """`Columns().add(list, width=300).add(detail, stretch=1).add(side, width=272)` with the page's margins.

    Below `narrow` pixels (scaled with the text) the columns stand one below the other, in the order in
    which they were added unless given an `order`, and the whole scrolls.
    """

    def __init__(self, *, narrow: int = 900, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = narrow
        self._content = QWidget()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._content)
        self._row.setContentsMargins(Space.WIDE - 4, Space.LARGE, Space.WIDE - 4, Space.LARGE)
        self._row.setSpacing(Space.LARGE)
        self._columns: list[tuple[QWidget, int, int, int]] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = Scroll(self._content)
        outer.addWidget(self._scroll)
        self._is_stacked: bool | None = None

    def add(self, widget: QWidget, *, width: int = 0, stretch: int = 0, order: int | None = None) -> Columns:
        """Add a column of fixed `width` (scaled with the text), or one that takes what is left."""
        place = len(self._columns) if order is None else order
        self._columns.append((widget, width, stretch, place))
        self._is_stacked = None
        self._arrange()
        return self

    @property
    def is_stacked(self) -> bool:
        """Whether the columns stand one below the other."""
        return bool(self._is_stacked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        percent = worn().wearing.text_percent / 100
        is_stacked = self.width() < self._narrow * (1 + (percent - 1) * 0.6)
        if is_stacked is self._is_stacked:
            return
        self._is_stacked = is_stacked
        while self._row.count():
            self._row.takeAt(0)
        direction = QBoxLayout.Direction.TopToBottom if is_stacked else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(direction)
        columns = sorted(self._columns, key=lambda column: column[3]) if is_stacked else self._columns
        for widget, width, stretch, _ in columns:
            if is_stacked or not width:
                widget.setMinimumWidth(0)
                widget.setMaximumWidth(16_777_215)
            else:
                widget.setFixedWidth(round(width * (1 + (percent - 1) * 0.6)))
            self._row.addWidget(widget, 0 if is_stacked else stretch)
        if is_stacked:
            self._row.addStretch(1)
