"""Two things that belong together: side by side where both fit, one below the other where they do not."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from outreach_app.ui.look import Space


class Beside(QWidget):
    """`Beside(first, second)`: the first as wide as it needs, the second takes what is left."""

    def __init__(
        self, first: QWidget, second: QWidget, *, gap: int = Space.WIDE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._pair = _Pair(self, gap)
        self._pair.addWidget(first)
        self._pair.addWidget(second)

    @property
    def is_stacked(self) -> bool:
        """Whether the second stands below the first."""
        return self._pair.stacks(self.width())


class _Pair(QLayout):
    """Chooses by the width it is given, so that its height never belongs to the arrangement before."""

    def __init__(self, parent: QWidget, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def stacks(self, width: int) -> bool:
        """Whether `width` is too narrow for both."""
        return width < sum(item.sizeHint().width() for item in self._items) + self._gap

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((box.bottom() + 1 for box in self._boxes(width)), default=0)

    def sizeHint(self) -> QSize:
        hints = [item.sizeHint() for item in self._items]
        return QSize(
            sum(hint.width() for hint in hints) + self._gap, max((hint.height() for hint in hints), default=0)
        )

    def minimumSize(self) -> QSize:
        hints = [item.minimumSize() for item in self._items]
        return QSize(
            max((hint.width() for hint in hints), default=0),
            max((hint.height() for hint in hints), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        for item, box in zip(self._items, self._boxes(rect.width()), strict=False):
            item.setGeometry(box.translated(rect.topLeft()))

    def _boxes(self, width: int) -> list[QRect]:
        if len(self._items) < 2:
            return [QRect(0, 0, width, _tall(item, width)) for item in self._items]
        first, second = self._items
        if self.stacks(width):
            upper = _tall(first, width)
            return [
                QRect(0, 0, width, upper),
                QRect(0, upper + Space.MEDIUM, width, _tall(second, width)),
            ]
        left = first.sizeHint().width()
        right = width - left - self._gap
        boxes = [QRect(0, 0, left, _tall(first, left)), QRect(width - right, 0, right, _tall(second, right))]
        parent = self.parentWidget()
        if parent is not None and parent.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            boxes = [QRect(width - box.right() - 1, box.y(), box.width(), box.height()) for box in boxes]
        return boxes


def _tall(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
