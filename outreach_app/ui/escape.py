"""Watching for Esc Esc, F12 and for nobody being there, whichever window or popup has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

TWICE_WITHIN_MS = 600
_LIFE = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel)


class EscapeWatch(QObject):
    """Listens on the native windows, where every key arrives once, before popups and dialogs take it.

    The first Esc goes on to whatever is on top and closes it. A second within 600 ms emits `pressed_twice`
    and goes nowhere. An event filter on the application would see the same keys but also every paint.
    """

    pressed_twice = Signal()
    idled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows: list[QWindow] = []
        self._since_escape = QElapsedTimer()
        self._since_life = QElapsedTimer()
        self._since_life.start()
        self._idle_ms = 0
        self._idle = QTimer(self)
        self._idle.setInterval(5_000)
        self._idle.timeout.connect(self._on_idle_timeout)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_application_focus_window_changed)

    def set_idle_minutes(self, minutes: float) -> None:
        """Emit `idled` once after so long without a key or a mouse; 0 never."""
        self._idle_ms = round(minutes * 60_000)
        self._since_life.restart()
        if self._idle_ms:
            self._idle.start()
        else:
            self._idle.stop()

    def wake(self) -> None:
        """Somebody is there again: count from now."""
        self._since_life.restart()
        if self._idle_ms:
            self._idle.start()

    def watch(self, window: QWindow | None) -> None:
        """Listen on this window too."""
        if window is not None and window not in self._windows:
            self._windows.append(window)
            window.installEventFilter(self)
            window.destroyed.connect(self._on_window_destroyed)

    @Slot(QWindow)
    def _on_application_focus_window_changed(self, window: QWindow | None) -> None:
        self.watch(window)

    @Slot(QObject)
    def _on_window_destroyed(self, window: QObject) -> None:
        self._windows = [known for known in self._windows if known is not window]

    @Slot()
    def _on_idle_timeout(self) -> None:
        if self._since_life.hasExpired(self._idle_ms):
            self._idle.stop()
            self.idled.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _LIFE:
            self._since_life.restart()
        if kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            return self._take(event)
        return False

    def _take(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_F12:
            self.pressed_twice.emit()
            return True
        if event.key() != Qt.Key.Key_Escape:
            self._since_escape.invalidate()
            return False
        if self._since_escape.isValid() and not self._since_escape.hasExpired(TWICE_WITHIN_MS):
            self._since_escape.invalidate()
            self.pressed_twice.emit()
            return True
        self._since_escape.start()
        return False
