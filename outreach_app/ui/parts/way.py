"""A way to go: a large button with an icon, what it is, and for whom."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, placed
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.ring import Ring

_WRAPS = int(Qt.TextFlag.TextWordWrap)


class Way(Ring, QPushButton):
    """`Way("users-three", "Join a team", "You have an invite.", name="join")`; Enter and Space press it."""

    def __init__(
        self, icon: str, words: str, under: str, *, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setAccessibleDescription(under)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.icon_name = icon
        self.under = under
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _left(self) -> int:
        return Space.LARGE + worn().scaled(24) + Space.LARGE

    def _low(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - self._left() - Space.LARGE - worn().scaled(20)), 100_000)
        return QFontMetrics(worn().font(Step.SMALL)).boundingRect(room, _WRAPS, self.under).height()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return line_height() + 3 + self._low(width) + 2 * (Space.MEDIUM + 1)

    def sizeHint(self) -> QSize:
        width = worn().scaled(320)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        is_over = self.isEnabled() and (self.underMouse() or self.isDown())
        ground = look.colour("chosen" if self.isDown() else "well" if is_over else "surface")
        draw_box(painter, box, fill=ground, edge=look.colour("outline"), has_ring=self.has_ring)
        side, tall, low = look.scaled(24), line_height(), self._low(self.width())
        top = (box.height() - tall - 3 - low) / 2
        icon = QRectF(Space.LARGE, (box.height() - side) / 2, side, side)
        draw_icon(painter, icon, self.icon_name, look.colour("accent"))
        left, arrow = self._left(), look.scaled(16)
        room = box.width() - left - Space.LARGE - look.scaled(20)
        draw_words(painter, QRectF(left, top, room, tall), self.text(), look.colour("ink"), bold=True)
        painter.setFont(look.font(Step.SMALL))
        painter.setPen(look.colour("ink_soft"))
        painter.drawText(placed(painter, QRectF(left, top + tall + 3, room, low)), _WRAPS, self.under)
        at = QRectF(box.width() - arrow - Space.MEDIUM, (box.height() - arrow) / 2, arrow, arrow)
        draw_icon(painter, at, "caret-right", look.colour("ink_faint"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)
