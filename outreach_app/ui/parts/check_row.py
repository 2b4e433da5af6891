"""Something to be done, in as many lines as it needs, ticked when it is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, draw_box, placed
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.ring import Ring

_WRAPS = int(Qt.TextFlag.TextWordWrap)


class CheckRow(Ring, QCheckBox):
    """A box with wrapping words and a quiet line below; Space or Enter ticks it and takes the tick back.

    Use `clicked`: it follows what a person did. `key` says which row this is.
    """

    EDGE = 6
    """Room around the words for the focus ring."""

    def __init__(
        self, key: str, words: str, *, name: str, under: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(words, parent)
        self.key = key
        self.under = under
        self.setObjectName(name)
        self.setAccessibleDescription(under)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def say(self, words: str, under: str, *, is_done: bool) -> None:
        """Show other words or another state without telling anybody."""
        if (words, under, is_done) != (self.text(), self.under, self.isChecked()):
            self.under = under
            self.setText(words)
            self.setAccessibleDescription(under)
            self.setChecked(is_done)
            self.updateGeometry()
            self.update()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _side(self) -> int:
        return worn().scaled(18)

    def _tall(self, words: str, step: Step, width: int) -> int:
        room = QRect(0, 0, max(1, width), 100_000)
        return QFontMetrics(worn().font(step)).boundingRect(room, _WRAPS, words).height() if words else 0

    def _room(self, width: int) -> int:
        return width - self._side() - Space.SMALL - 2 * self.EDGE

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = self._room(width)
        words = self._tall(self.text(), Step.BODY, room)
        under = self._tall(self.under, Step.SMALL, room)
        return max(32, words + under + (2 if under else 0) + 2 * self.EDGE)

    def sizeHint(self) -> QSize:
        width = worn().scaled(220)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        if self.has_ring:
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            draw_box(painter, box, edge=look.colour("accent"), width=2)
        side, is_done = self._side(), self.isChecked()
        room = self._room(self.width())
        first = QFontMetrics(look.font(Step.BODY)).height()
        mark = QRectF(self.EDGE, self.EDGE + round((first - side) / 2), side, side)
        fill = look.colour("accent" if is_done else "well" if self.underMouse() else "surface")
        draw_box(painter, mark, fill=fill, edge=look.colour("accent" if is_done else "outline"), radius=4)
        if is_done:
            draw_icon(painter, mark.adjusted(2, 2, -2, -2), "check", look.colour("on_accent"))
        left = self.EDGE + side + Space.SMALL
        tall = self._tall(self.text(), Step.BODY, room)
        painter.setFont(look.font(Step.BODY))
        painter.setPen(look.colour("ink_faint" if is_done else "ink"))
        painter.drawText(placed(painter, QRectF(left, self.EDGE, room, tall)), _WRAPS, self.text())
        if self.under:
            low = self.height() - tall - self.EDGE - 2
            painter.setFont(look.font(Step.SMALL))
            painter.setPen(look.colour("ink_faint"))
            painter.drawText(
                placed(painter, QRectF(left, self.EDGE + tall + 2, room, low)), _WRAPS, self.under
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)
