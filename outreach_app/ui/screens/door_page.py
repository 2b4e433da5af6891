"""The page on which every door stands: the program's name, one card, nothing about anybody."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.canvas import begin, draw_box
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.columns import Scroll
from outreach_app.ui.parts.text import Text

_WIDE = 452


class _Mark(QWidget):
    """The program's mark: a door's key on the accent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = worn().scaled(36)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = begin(self)
        box = QRectF(self.rect())
        look = worn()
        draw_box(painter, box, fill=look.colour("accent"), radius=9)
        inset = box.width() * 0.22
        draw_icon(
            painter, box.adjusted(inset, inset, -inset, -inset), "handshake", worn().colour("on_accent")
        )


class DoorPage(QWidget):
    """`DoorPage(content)`: the content on a card in the middle; it scrolls where the window is small.

    `is_example` says that what lies behind is fictitious. `foot` is a quiet line below the card.
    """

    def __init__(
        self, content: QWidget, *, name: str, foot: str = "", is_example: bool = False, wide: int = _WIDE
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.content = content
        self._wide = wide
        self.card = QFrame()
        self.card.setProperty("surface", "card")
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        inside.addWidget(content)
        head = QHBoxLayout()
        head.setSpacing(Space.MEDIUM)
        head.addWidget(_Mark())
        head.addWidget(Text(self.tr("Outreach"), "title"))
        head.addStretch(1)
        if is_example:
            from outreach_app.ui.parts.pill import Ribbon

            head.addWidget(Ribbon())
        self.foot = Text(foot, "small", wraps=True)
        self.foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        column.addLayout(head)
        column.addWidget(self.card)
        column.addWidget(self.foot)
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        middle.addStretch(2)
        across = QHBoxLayout()  # an alignment would not ask how tall the column becomes
        across.addStretch(1)
        across.addWidget(self._column)
        across.addStretch(1)
        middle.addLayout(across)
        middle.addStretch(3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Scroll(page))
        self.foot.setVisible(bool(foot))
        self.setFocusProxy(content)
        worn().changed.connect(self._fit)
        self._fit()

    def set_wide(self, wide: int) -> None:
        """How wide the card would like to be at 100 %."""
        self._wide = wide
        self._fit()

    @Slot()
    def _fit(self) -> None:
        percent = worn().wearing.text_percent / 100
        wanted = round(self._wide * (1 + (percent - 1) * 0.6))
        room = self.width() - 2 * Space.LARGE - 12
        self._column.setFixedWidth(max(280, min(wanted, room)))

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._fit()
        return super().event(event)
