"""The application object: style, look, bugs caught in one place, garbage collected in one thread.

`build_application(argv)` is called by `assembly` before anything else of Qt. It opens nothing and
imports nothing heavy: the unlock screen has to be on screen soon after.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Sequence
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from outreach_app.domain.bug_report import BugReport
from outreach_app.ui.bridge import Bridge
from outreach_app.ui.icons import window_icon
from outreach_app.ui.look import Look, Wearing

_COLLECT_EVERY_MS = 1000


class Collector(QObject):
    """Cyclic garbage, collected in the GUI thread only.

    Python collects in whichever thread happens to allocate, and there it would destroy QObjects that
    belong to another. So it is switched off, and this timer looks at the same counters instead.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_COLLECT_EVERY_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()

    @Slot()
    def _on_timer_timeout(self) -> None:
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
                gc.collect(generation)
                return

    def retire(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        gc.enable()


class Application(QApplication):
    """QApplication with a look, a bridge, and one place where bugs arrive."""

    bug_met = Signal(object)
    """A `BugReport`, in the GUI thread. `window` shows it calmly; the program goes on."""

    def __init__(self, argv: Sequence[str], wearing: Wearing | None = None) -> None:
        super().__init__(list(argv))
        self.setApplicationName("Outreach")
        self.setApplicationDisplayName("Outreach")
        self.setDesktopFileName("outreach")
        self.setQuitOnLastWindowClosed(False)  # hiding is not quitting; `window` says when it closes
        self.look = Look(self, wearing)
        self.bridge = Bridge(self)
        self._collector = Collector(self)
        self._hooks = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._meet_bug
        threading.excepthook = self._meet_bug_elsewhere
        self.aboutToQuit.connect(self._on_self_about_to_quit)

    def show_icon(self) -> None:
        """Set the window icon; not before the first paint."""
        self.setWindowIcon(window_icon())

    def _meet_bug(self, kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.quit()
            return
        report = BugReport(kind, trace, f"qt {PySide6.__version__}")
        print(report, file=sys.stderr)
        self.bridge.post(lambda: self.bug_met.emit(report))

    def _meet_bug_elsewhere(self, bug: threading.ExceptHookArgs) -> None:
        if bug.exc_value is not None:
            self._meet_bug(bug.exc_type, bug.exc_value, bug.exc_traceback)

    @Slot()
    def _on_self_about_to_quit(self) -> None:
        self._collector.retire()
        sys.excepthook, threading.excepthook = self._hooks


def build_application(argv: Sequence[str], wearing: Wearing | None = None) -> Application:
    """The one application of this process."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    return Application(argv, wearing)
