"""Small coloured words: a state, a count, the mark of fictitious data. Colour never speaks alone."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.ring import Ring

Meaning = Literal["safe", "waiting", "danger", "neutral", "chosen"]

ICONS: dict[str, str] = {
    "safe": "check-circle",
    "waiting": "clock",
    "danger": "warning",
    "neutral": "circle-dashed",
    "chosen": "check",
}
"""The icon each meaning has unless another is given."""


def _colours(meaning: str) -> tuple[str, str]:
    """Tokens of ink and ground."""
    if meaning == "neutral":
        return "ink_soft", "well"
    if meaning == "chosen":
        return "accent", "chosen"
    return meaning, f"{meaning}_soft"


class _PillPaint:
    """How a pill looks, whether it can be pressed or not."""

    @staticmethod
    def size_for(words: str, has_icon: bool) -> QSize:
        height = max(28, line_height(Step.SMALL) + 12)
        icon = worn().scaled(15) + 5 if has_icon else 0
        return QSize(words_width(words, Step.SMALL, bold=True) + icon + 22, height)

    @staticmethod
    def draw(widget: QWidget, words: str, meaning: Meaning, icon: str, has_ring: bool = False) -> None:
        look = worn()
        ink, ground = (look.colour(token) for token in _colours(meaning))
        painter = begin(widget)
        box = QRectF(widget.rect())
        edge = ink if look.theme == "high-contrast" else None
        draw_box(painter, box, fill=ground, edge=edge, radius=box.height() / 2, has_ring=has_ring)
        left = 11.0
        if icon:
            side = look.scaled(15)
            left = left if words else (box.width() - side) / 2
            draw_icon(painter, QRectF(left, (box.height() - side) / 2, side, side), icon, ink)
            left += side + 5
        draw_words(
            painter, QRectF(left, 0, box.width() - left - 8, box.height()), words, ink, Step.SMALL, bold=True
        )


class Pill(QLabel):
    """A state in words, with the icon of its meaning. `say` changes it and has it spoken."""

    def __init__(
        self,
        words: str = "",
        meaning: Meaning = "neutral",
        *,
        icon: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self.meaning: Meaning = meaning
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, words: str, meaning: Meaning, *, icon: str | None = None, is_spoken: bool = True) -> None:
        """Show another state."""
        if (words, meaning) == (self.text(), self.meaning):
            return
        self.meaning = meaning
        self._icon = icon
        self.setText(words)
        self.updateGeometry()
        self.update()
        if is_spoken and self.isVisible():
            announce(self, words, is_urgent=meaning == "danger")

    @property
    def icon_name(self) -> str:
        """The icon before the words."""
        return ICONS[self.meaning] if self._icon is None else self._icon

    def sizeHint(self) -> QSize:
        return _PillPaint.size_for(self.text(), bool(self.icon_name))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        _PillPaint.draw(self, self.text(), self.meaning, self.icon_name)


class PillButton(Ring, QPushButton):
    """A pill that can be pressed: the status light, the next check-in, a linked person."""

    def __init__(
        self,
        words: str,
        meaning: Meaning = "neutral",
        *,
        name: str,
        icon: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self._is_icon_only = False
        self.meaning: Meaning = meaning
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, words: str, meaning: Meaning, *, icon: str | None = None, is_spoken: bool = True) -> None:
        """Show another state."""
        if (words, meaning) == (self.text(), self.meaning):
            return
        self.meaning = meaning
        self._icon = icon
        self.setText(words)
        self.updateGeometry()
        self.update()
        if is_spoken and self.isVisible():
            announce(self, words, is_urgent=meaning == "danger")

    @property
    def icon_name(self) -> str:
        """The icon before the words."""
        return ICONS[self.meaning] if self._icon is None else self._icon

    def sizeHint(self) -> QSize:
        size = _PillPaint.size_for(self.text(), bool(self.icon_name))
        tall = max(32, size.height())
        return QSize(tall if self._is_icon_only else size.width(), tall)

    def set_icon_only(self, is_icon_only: bool) -> None:
        """Keep only the icon where there is no room; the words stay as name and tooltip."""
        if is_icon_only is not self._is_icon_only:
            self._is_icon_only = is_icon_only
            self.setToolTip(self.text() if is_icon_only else "")
            self.updateGeometry()
            self.update()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        words = "" if self._is_icon_only else self.text()
        _PillPaint.draw(self, words, self.meaning, self.icon_name, self.has_ring)


class Badge(QLabel):
    """A count beside a word."""

    def __init__(self, words: str = "", meaning: Meaning = "waiting", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.meaning: Meaning = meaning
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def say(self, words: str, meaning: Meaning = "waiting") -> None:
        """Show another count; "" shows nothing."""
        self.meaning = meaning
        self.setText(words)
        self.setVisible(bool(words))

    def sizeHint(self) -> QSize:
        tall = line_height(Step.SMALL) + 6
        return QSize(max(tall, words_width(self.text(), Step.SMALL, bold=True) + 12), tall)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, ground = (worn().colour(token) for token in _colours(self.meaning))
        painter = begin(self)
        box = QRectF(self.rect())
        draw_box(painter, box, fill=ground, radius=box.height() / 2)
        draw_words(painter, box, self.text(), ink, Step.SMALL, bold=True, align=Qt.AlignmentFlag.AlignHCenter)


class Ribbon(QLabel):
    """The mark that fictitious data always carries."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(self.tr("Example data – fictitious"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(
            words_width(self.text(), Step.SMALL, bold=True) + Space.LARGE, line_height(Step.SMALL) + 6
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        edge = look.colour("waiting") if look.theme == "high-contrast" else None
        draw_box(painter, box, fill=look.colour("waiting_soft"), edge=edge, radius=4)
        draw_words(
            painter, box.adjusted(8, 0, -4, 0), self.text(), look.colour("waiting"), Step.SMALL, bold=True
        )
