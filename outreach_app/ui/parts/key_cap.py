"""A key, drawn as a key."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from outreach_app.ui.actions import keys_in_words
from outreach_app.ui.canvas import begin, cap_height, cap_width, draw_caps
from outreach_app.ui.look import worn


class KeyCap(QWidget):
    """`KeyCap("Ctrl+K")`. It only shows; it cannot be pressed."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caps = keys_in_words(keys)
        self.setAccessibleName(self.caps)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @classmethod
    def written(cls, caps: str) -> KeyCap:
        """A cap whose words are written for this platform already."""
        cap = cls("")
        cap.caps = caps
        cap.setAccessibleName(caps)
        return cap

    def sizeHint(self) -> QSize:
        return QSize(cap_width(self.caps), cap_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        draw_caps(
            painter,
            self.width(),
            self.height() / 2,
            self.caps,
            look.colour("ink_faint"),
            look.colour("outline"),
        )
