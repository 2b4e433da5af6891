"""A process that paints one window and ends: `door.py ours` the program's door, `door.py bare` a label."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def bare() -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication([])
    label = QLabel("Outreach")
    label.show()
    QTimer.singleShot(0, application.quit)
    application.exec()


def ours() -> None:
    from PySide6.QtCore import QTimer

    from outreach_app.assembly import House
    from outreach_app.ui.application import build_application

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "vault.json").touch()  # enough for the door to be that of somebody enrolled
        application = build_application([])
        house = House(application, Path(folder), os.environ)
        house.begin()
        QTimer.singleShot(0, application.quit)
        application.exec()


if __name__ == "__main__":
    {"ours": ours, "bare": bare}[sys.argv[1]]()
