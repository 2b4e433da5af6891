"""A surface with a title, something at its right, and rows below."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.look import Space, restyle, worn
from outreach_app.ui.parts.text import Elided, Text

Tone = Literal["", "accent", "waiting", "danger"]


def rule(parent: QWidget | None = None) -> QFrame:
    """A hair line across."""
    line = QFrame(parent)
    line.setProperty("surface", "line")
    line.setFixedHeight(1)
    return line


class Card(QFrame):
    """`Card(title)`: put a widget at the right of the title with `set_right`, rows with `add`.

    `is_flush=True` lets the content reach the edges (lists); otherwise it keeps a margin.
    """

    def __init__(
        self, title: str = "", *, is_flush: bool = False, tone: Tone = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.setProperty("tone", tone)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        self._head = QWidget(self)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(Space.LARGE - 2, Space.TIGHT, Space.LARGE - 2, Space.TIGHT)
        head.setSpacing(Space.SMALL)
        self.title = Text(title, "strong")
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head.addWidget(self.title)
        head.addStretch(1)
        self._head_row = head
        self._rule = rule(self)
        outer.addWidget(self._head)
        outer.addWidget(self._rule)
        self._head.setVisible(bool(title))
        self._rule.setVisible(bool(title))
        self.body = QVBoxLayout()
        margin = 0 if is_flush else Space.LARGE - 2
        self.body.setContentsMargins(
            margin, 0 if is_flush else Space.MEDIUM, margin, 0 if is_flush else Space.LARGE - 2
        )
        self.body.setSpacing(0 if is_flush else Space.SMALL)
        outer.addLayout(self.body, 1)
        self.setAccessibleName(title)
        worn().changed.connect(self._on_look_changed)
        self._on_look_changed()

    @Slot()
    def _on_look_changed(self) -> None:
        self._head.setMinimumHeight(worn().control_height + 2 * Space.TIGHT)

    def set_right(self, widget: QWidget) -> None:
        """Put `widget` at the end of the title's line; an `Elided` gives way to the title."""
        stretch = 1 if isinstance(widget, Elided) else 0
        if isinstance(widget, Elided):
            widget.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            self._head_row.takeAt(self._head_row.count() - 1)
            self._head_row.addSpacing(Space.MEDIUM)
        self._head_row.addWidget(widget, stretch)

    def set_beside_title(self, widget: QWidget) -> None:
        """Put `widget` right after the title: a count."""
        self._head_row.insertWidget(1, widget)

    def add(self, thing: QWidget | QLayout, stretch: int = 0) -> None:
        """Put a row at the end."""
        if isinstance(thing, QWidget):
            self.body.addWidget(thing, stretch)
        else:
            self.body.addLayout(thing, stretch)

    def set_tone(self, tone: Tone) -> None:
        """Colour the edge: accent asks, danger warns."""
        self.setProperty("tone", tone)
        restyle(self)
