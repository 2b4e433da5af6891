"""`outreach`: with a verb, one thing done without a window; without one, the window."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType

from outreach_app.cli import command
from outreach_app.cli.call import Outside
from outreach_app.domain.bug_report import BugReport
from outreach_app.domain.trouble import Trouble

_INTERRUPTED, _NOBODY_READS = 130, 141
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
"""Where Linux says that there is a screen, or that a platform was chosen that needs none."""


def main() -> int:
    """Do what the command line says; returns the exit code."""
    from outreach_app.assembly import SystemClock

    sys.excepthook = _tell_bug
    outside = Outside(
        stdin=sys.stdin.buffer,
        stdout=sys.stdout.buffer,
        stderr=sys.stderr.buffer,
        environ=os.environ,
        clock=SystemClock(),
        randomness=os.urandom,
        open_window=_open_window,
        is_stopped=_Stop(),
    )
    try:
        return command.run(sys.argv[1:], outside)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # `outreach list ... | head`; what is left must not be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS


def _tell_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Ours: told without its words, which could quote a record. Python ends with exit code 1 by itself."""
    print("bug: Something in the program went wrong; this is all that needs telling:", file=sys.stderr)
    print(BugReport(kind, trace), file=sys.stderr)


def _open_window(profile: Path, passphrase: str | None = None) -> int:
    """Raises Trouble `display-missing`: Qt would end this process without a word that helps."""
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _DISPLAYS):
        raise Trouble("display-missing")
    from outreach_app.assembly import open_window

    return open_window(profile, passphrase)


class _Stop:
    """Waits until somebody asks the program to end (Ctrl+C, SIGTERM), so that it ends between two steps."""

    def __init__(self) -> None:
        self._asked: threading.Event | None = None

    def __call__(self, seconds: float) -> bool:
        if self._asked is None:
            self._asked = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._on_signal)
        return self._asked.wait(seconds)

    def _on_signal(self, *_: object) -> None:
        assert self._asked is not None
        self._asked.set()


if __name__ == "__main__":
    sys.exit(main())
