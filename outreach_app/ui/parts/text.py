"""Words on the window."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from outreach_app.ui.look import restyle

Kind = Literal[
    "body",
    "display",
    "title",
    "lead",
    "strong",
    "quiet",
    "small",
    "safe",
    "waiting",
    "danger",
    "code",
    "fine-code",
]


class Text(QLabel):
    """A label of one kind of the type scale: plain text, wraps unless told not to, never rich text."""

    def __init__(
        self, words: str = "", kind: Kind = "body", parent: QWidget | None = None, *, wraps: bool = False
    ) -> None:
        super().__init__(words, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setWordWrap(wraps)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        if self.wordWrap():  # its real height follows from its width; Qt's guess would make pages scroll
            return QSize(40, QFontMetrics(self.font()).height())
        return super().minimumSizeHint()

    def set_kind(self, kind: Kind) -> None:
        """Change what the words mean."""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            restyle(self)


class Elided(Text):
    """One line that gives way: shortened with an ellipsis when there is no room; the tooltip has it all."""

    def __init__(self, words: str = "", kind: Kind = "body", parent: QWidget | None = None) -> None:
        super().__init__(words, kind, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance("mm…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = QFontMetrics(self.font())
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if shown == self.text() else self.text())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
