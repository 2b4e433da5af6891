"""Photographs of every door in every look, into `photos/doors/`.

    .venv/bin/python tests/ui/door_photos.py            all
    .venv/bin/python tests/ui/door_photos.py unlock     those whose name contains a word

Look at each one with your own eyes before you say that a door is done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

from exhibits import LOOKS, SIZES
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.look import Look
from outreach_app.ui.progress import Progress
from outreach_app.ui.screens.door_page import DoorPage
from outreach_app.ui.screens.door_work import SheetText, Welcome
from outreach_app.ui.screens.first_run import FirstRun
from outreach_app.ui.screens.unlock import UnlockDoor
from outreach_app.ui.window import Window

FOLDER = Path(__file__).parents[2] / "photos" / "doors"
GROUPS = ("7K2QM", "XW93B", "4TZ0H", "PA8RC", "J5NVY", "E61DG", "SF3MB", "H0TQ9")
CODE = "-".join(GROUPS)
SHEET = "-".join((GROUPS * 3)[:22])
WORDS = ("maple", "river", "otter", "clock", "stone", "lantern")


def press(door: QWidget, name: str) -> None:
    button = door.findChild(QPushButton, name)
    assert button is not None
    button.click()


def unlock() -> QWidget:
    return UnlockDoor(["profile"], "profile")


def unlock_wrong() -> QWidget:
    door = UnlockDoor(["profile", "profile-2"], "profile")
    door.refuse(Trouble("passphrase-wrong", tries=5, seconds=2))
    return door


def unlock_ring() -> QWidget:
    door = UnlockDoor(["profile"], "profile")
    door.refuse(Trouble("ring-locked", ring="Secret Service"))
    return door


def recover() -> QWidget:
    door = UnlockDoor(["profile"], "profile")
    press(door, "unlock-recovery")
    door.refuse(Trouble("recovery-code-typo", group=3))
    return door


def ways() -> QWidget:
    return FirstRun()


def join() -> QWidget:
    door = FirstRun()
    press(door, "way-join")
    door.set_least(14, uses_ring=False)
    return door


def join_wrong() -> QWidget:
    door = join()
    press(door, "join-button")
    return door


def found() -> QWidget:
    door = FirstRun(has_neighbours=True)
    press(door, "way-found")
    return door


def building() -> QWidget:
    door = FirstRun()
    progress = Progress(20)
    progress.done = 7
    door.follow(progress)
    return door


def keep_joined() -> QWidget:
    door = FirstRun()
    door.show_keepsakes(Welcome(None, CODE, WORDS, ()))  # type: ignore[arg-type]
    return door


def keep_founded() -> QWidget:
    door = FirstRun()
    sheets = tuple(SheetText(holder, SHEET, "") for holder in range(4))
    door.show_keepsakes(Welcome(None, CODE, (), sheets))  # type: ignore[arg-type]
    return door


DOORS: list[Callable[[], QWidget]] = [
    unlock,
    unlock_wrong,
    unlock_ring,
    recover,
    ways,
    join,
    join_wrong,
    found,
    building,
    keep_joined,
    keep_founded,
]


def main(wanted: list[str]) -> None:
    """Take them."""
    application = QApplication(sys.argv[:1])
    look = Look(application)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for make in DOORS:
        for look_name, wearing in LOOKS.items():
            for size_name, size in SIZES.items():
                name = f"{make.__name__}-{look_name}-{size_name}"
                if not all(word in name for word in wanted):
                    continue
                look.wear(wearing)
                window = Window()
                window.resize(size)
                window.show_door(DoorPage(make(), name="door-page"))
                window.show()
                QTest.qWait(60)
                window.grab().save(str(FOLDER / f"{name}.png"))
                window.hide()
                window.deleteLater()
                print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
