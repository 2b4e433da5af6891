"""The head of a page: what it is about at the left, what can be done at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.button import Button


class Head(QWidget):
    """`Head(words, actions)`: the actions keep their width, the words take what is left and may elide.

    Where less than `least` pixels (at 100 % text) would be left for the words, buttons lose their key caps;
    where that is not enough the actions go below the words, caps and all.
    It lays out by hand: a box layout would ask for the height of the arrangement it had before.
    """

    def __init__(
        self, words: QWidget, actions: QWidget, *, least: int = 180, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._actions, self._least = words, actions, least
        for widget in (words, actions):
            widget.setParent(self)
            widget.show()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def is_stacked(self) -> bool:
        """Whether the actions stand below the words."""
        return self._stacks(self.width())

    def _buttons(self) -> list[Button]:
        return [button for button in self._actions.findChildren(Button) if not button.isHidden()]

    def _wide(self, *, with_caps: bool) -> int:
        """How wide the actions are with their key caps, or without."""
        caps = sum(button.caps_room for button in self._buttons())
        has_caps = not any(button.is_bare for button in self._buttons())
        return self._actions.sizeHint().width() + (caps * with_caps - caps * has_caps)

    def _room(self) -> int:
        """What the words want at least."""
        return min(self._words.sizeHint().width(), worn().scaled(self._least)) + Space.SMALL

    def _is_bare(self, width: int) -> bool:
        return width < self._wide(with_caps=True) + self._room() and not self._stacks(width)

    def _stacks(self, width: int) -> bool:
        return width < self._wide(with_caps=False) + self._room()

    def _boxes(self, width: int) -> tuple[QRect, QRect]:
        words, actions = self._words.sizeHint(), self._actions.sizeHint()
        actions.setWidth(self._wide(with_caps=not self._is_bare(width)))
        if self._stacks(width):
            below = words.height() + Space.SMALL
            boxes = (
                QRect(0, 0, width, words.height()),
                QRect(0, below, min(width, actions.width()), actions.height()),
            )
        else:
            left = width - actions.width()
            boxes = (
                QRect(0, 0, left - Space.SMALL, words.height()),
                QRect(left, 0, actions.width(), actions.height()),
            )
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            first, second = boxes
            return _mirrored(first, width), _mirrored(second, width)
        return boxes

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(box.bottom() + 1 for box in self._boxes(width))

    def sizeHint(self) -> QSize:
        words, actions = self._words.sizeHint(), self._actions.sizeHint()
        return QSize(words.width() + Space.SMALL + actions.width(), max(words.height(), actions.height()))

    def minimumSizeHint(self) -> QSize:
        words, actions = self._words.minimumSizeHint(), self._actions.minimumSizeHint()
        return QSize(max(words.width(), actions.width()), max(words.height(), actions.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # other words, other buttons, a bigger font
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        is_bare = self._is_bare(self.width())
        for button in self._buttons():
            button.set_bare(is_bare)
        words, actions = self._boxes(self.width())
        self._words.setGeometry(words)
        self._actions.setGeometry(actions)


def _mirrored(box: QRect, width: int) -> QRect:
    return QRect(width - box.right() - 1, box.y(), box.width(), box.height())
