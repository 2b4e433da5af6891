"""An empty place that says how to fill it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.banner import Icon
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.text import Text


class Empty(QWidget):
    """`Empty("map-pin", "No visits yet", "Press Ctrl+H when you arrive.", button)`."""

    def __init__(
        self, icon: str, title: str, words: str, button: Button | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.TIGHT)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Icon(icon, "ink_faint", 28), 0, middle)
        column.addSpacing(Space.SMALL)
        self.title = Text(title, "strong", wraps=True)
        self.title.setAlignment(middle)
        column.addWidget(self.title)
        self.words = Text(words, "quiet", wraps=True)
        self.words.setAlignment(middle)
        column.addWidget(self.words)
        if button is not None:
            column.addSpacing(Space.MEDIUM)
            column.addWidget(button, 0, middle)
        column.addStretch(2)
