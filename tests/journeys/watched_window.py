"""The program with a window, and somebody who looks on: what is on screen, told line by line as JSON.

    watched_window.py PROFILE

Each line on standard output is the whole state, written when it changed. A line on standard input that
says `photo PATH` photographs the window; `kill` lines are not needed, since whoever drives it can kill it.
Keys come from outside, through the X server; nothing here presses anything.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QPlainTextEdit

from outreach_app.assembly import House
from outreach_app.ui.application import build_application


class Watcher:
    """Looks twenty times a second."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._said: dict[str, Any] = {}
        self._timer = QTimer(house.window)
        self._timer.timeout.connect(self._look)
        self._timer.start(50)
        self._commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, house.window)
        self._commands.activated.connect(self._obey)

    def _state(self) -> dict[str, Any]:
        window = self.house.window
        focus = QApplication.focusWidget()
        dialogs = [one.objectName() for one in window.findChildren(QFileDialog) if one.isVisible()]
        texts = {
            edit.objectName(): edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()
            for edit in (*window.findChildren(QLineEdit), *window.findChildren(QPlainTextEdit))
            if edit.isVisible() and edit.objectName()
        }
        return {
            "visible": window.isVisible() and not window.isMinimized(),
            "active": window.isActiveWindow() or bool(dialogs),
            "open": window.is_open,
            "here": window.here if window.is_open else "",
            "focus": focus.objectName() if focus else "",
            "busy": self.house.operations.is_busy or self._is_pausing(),
            "dialogs": dialogs,
            "texts": texts,
            "labels": sorted(
                {one.text() for one in window.findChildren(QLabel) if one.isVisible() and one.text()}
            ),
            "title": window.windowTitle(),
        }

    def _is_pausing(self) -> bool:
        """Whether a screen waits for the hand to rest, to keep what was typed."""
        window = self.house.window
        timers = window.findChildren(QTimer) if window.is_open else []
        return any(timer.isActive() and timer.isSingleShot() and timer.interval() < 1000 for timer in timers)

    def _look(self) -> None:
        state = self._state()
        if state != self._said:
            self._said = state
            print(json.dumps(state), flush=True)

    def _obey(self) -> None:
        line = os.read(sys.stdin.fileno(), 4096).decode().strip()
        if not line:
            self._commands.setEnabled(False)
            return
        verb, _, path = line.partition(" ")
        assert verb == "photo", line
        self.house.window.grab().save(path)
        print(json.dumps({**self._said, "photographed": path}), flush=True)
        self._said = {}


def main(profile: Path) -> int:
    application = build_application(sys.argv[:1])
    house = House(application, profile, os.environ)
    house.begin()
    watcher = Watcher(house)
    code = application.exec()
    del watcher
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
