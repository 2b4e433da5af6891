"""The one door from other threads into the GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class Bridge(QObject):
    """Carries calls into the thread it was made in, in the order in which they were posted.

    It is the only QObject that other threads may touch, and they may only call `post`. Each call
    travels by its own queued signal, so one that raises (a bug: the excepthook shows it) holds up none
    of those behind it.
    """

    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls: deque[Callable[[], None]] = deque()  # append and popleft are atomic
        self._posted.connect(self._on_self_posted, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` run in the GUI thread soon; from any thread, never blocking."""
        self._calls.append(call)
        self._posted.emit()

    @Slot()
    def _on_self_posted(self) -> None:
        self._calls.popleft()()
