"""Keeps the top bar true: the team, and "Tue 24 Nov · 14:00–20:00 · with Sam"."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from outreach_app.ui.bus import Changes
from outreach_app.ui.operation import Operations, Question
from outreach_app.ui.window import Window
from outreach_app.work.top_line import TopLine, read_top_line

if TYPE_CHECKING:
    from outreach_app.work.desk import Desk

_KINDS = frozenset({"shift", "team", "member"})
_EVERY_MS = 60_000
"""Midnight passes while nobody records anything."""


class StandingLine(QObject):
    """Reads the line on the store lane when a shift changes, and each minute."""

    def __init__(self, window: Window, operations: Operations, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._operations = operations
        self._desk = desk
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.read_again)
        operations.bus.changed.connect(self._on_bus_changed)

    def begin(self) -> None:
        """Show it now and keep it true."""
        self.read_again()
        self._timer.start()

    def end(self) -> None:
        """The file is about to close."""
        self._timer.stop()
        self._operations.bus.changed.disconnect(self._on_bus_changed)

    @Slot()
    def read_again(self) -> None:
        """Read and show."""
        verb = partial(read_top_line, self._desk)
        self._operations.start(Question(self._window, verb, success=self._show))

    @Slot(object, object)
    def _on_bus_changed(self, changes: Changes, initiator: object) -> None:
        if changes.kinds & _KINDS:
            self.read_again()

    def _show(self, line: TopLine) -> None:
        if self._window.is_open:
            self._window.say_shift(line.team, self._words(line))

    def _words(self, line: TopLine) -> str:
        parts = [f"{line.on:%a} {line.on.day} {line.on:%b}"]
        if line.starts_at and line.ends_at:
            parts.append(f"{line.starts_at:%H:%M}–{line.ends_at:%H:%M}")
        if line.colleagues:
            parts.append(self.tr("with %1").replace("%1", ", ".join(line.colleagues)))
        elif not line.is_out:
            parts.append(self.tr("no shift"))
        return " · ".join(parts)
