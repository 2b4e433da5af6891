"""The overlay behind `?`: every key that works now."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.actions import Actions
from outreach_app.ui.look import Space
from outreach_app.ui.parts.key_cap import KeyCap
from outreach_app.ui.parts.text import Text


class KeysList(QWidget):
    """Groups with their keys, filled anew each time it is opened."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.TIGHT)
        self._content: QWidget | None = None

    def fill(self) -> None:
        """Read the list of actions."""
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.setParent(None)
            self._content.deleteLater()
        self._content = QWidget(self)
        self._column.addWidget(self._content)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        group = ""
        for line in self._actions.shortcuts():
            if line.group != group:
                if group:
                    column.addSpacing(Space.MEDIUM)
                group = line.group
                column.addWidget(Text(group, "small"))
            row = QHBoxLayout()
            row.addWidget(Text(line.words), 1)
            row.addWidget(KeyCap.written(line.keys))
            column.addLayout(row)
        column.addStretch(1)
