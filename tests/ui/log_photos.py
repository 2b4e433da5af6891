"""Photographs of Log in every state and look, into `photos/log/`.

    .venv/bin/python tests/ui/log_photos.py            all
    .venv/bin/python tests/ui/log_photos.py clash      those whose name contains every word given

Look at each one with your own eyes before you say that the screen is done.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1]))

import msgspec
from desk import SAM, Opened, build_team, opened_window, settle
from exhibits import LOOKS, SIZES
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outreach_app.ui.look import Look
from outreach_app.ui.screens.log import LOG, LogScreen
from outreach_app.ui.screens.today import TODAY
from outreach_app.work import record

FOLDER = Path(__file__).parents[2] / "photos" / "log"
ANSWERS = {
    "headcount": 4,
    "depth": 2,
    "ages": {"13_15": 3, "16_17": 1},
    "genders": {"male": 3, "female": 1},
    "topics": ["school_college", "safety_in_area"],
    "given": ["listening", "advice"],
    "outcome": ["will_come_back"],
    "young_person_view": "Lights in the underpass, and somewhere warm after six.",
    "note": "Talked about the open day at college. They avoid the underpass because the lights are out.",
}


def save(opened: Opened) -> None:
    settle(opened.around.operations)
    QTest.keyClick(opened.window.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(opened.around.operations)


def empty(opened: Opened, log: LogScreen) -> None:
    """As it opens."""


def no_shift(opened: Opened, log: LogScreen) -> None:
    """As it opens, before the shift."""


def typical(opened: Opened, log: LogScreen) -> None:
    for name, value in ANSWERS.items():
        log.form.set_value(name, value)
    log.form.go_to("depth")
    log._after_edit()
    log._on_pause_timeout()


def error(opened: Opened, log: LogScreen) -> None:
    QTest.keyClicks(opened.window.focusWidget(), "2")
    log.form.set_value("ages", {"13_15": 3})
    log._after_edit()
    save(opened)


def saved(opened: Opened, log: LogScreen) -> None:
    typical(opened, log)
    save(opened)


def place(opened: Opened, log: LogScreen) -> None:
    log.place.turn()
    log.place.moment.setFocus()
    QTest.keyClicks(opened.window.focusWidget(), "1730")


def below(opened: Opened, log: LogScreen) -> None:
    typical(opened, log)
    log.form.set_value("recorded_outcome", [{"start_point": "Not in school since May."}])
    settle(opened.around.operations)
    log.form.go_to("recorded_outcome")


def clash(opened: Opened, log: LogScreen) -> None:
    saved(opened, log)
    record_id = log._last_saved
    log.amend(record_id)
    settle(opened.around.operations)
    log.form.set_value("headcount", 5)
    log._after_edit()
    log._on_pause_timeout()
    settle(opened.around.operations)
    desk = opened.team.desk
    sams = replace(desk, membership=msgspec.structs.replace(desk.membership, member=SAM, name="Sam"))
    done = opened.team.on_lane(lambda: record.amend(sams, record_id, {"headcount": 6, "depth": 3}))
    opened.around.operations.bus.changed.emit(done.changes, None)


def drafts(opened: Opened, log: LogScreen) -> None:
    for count, depth in ((3, None), (2, 1)):
        log.form.set_value("headcount", count)
        log.form.set_value("depth", depth)
        log._after_edit()
        log.foot.aside.click()
        settle(opened.around.operations)
    log.drafts_button.click()


STATES: tuple[Callable[[Opened, LogScreen], None], ...] = (
    empty, no_shift, typical, error, saved, place, below, clash, drafts,
)  # fmt: skip


def main(wanted: list[str]) -> None:
    """Take them."""
    application = QApplication(sys.argv[:1])
    look = Look(application)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        for look_name, wearing in LOOKS.items():
            for size_name, size in SIZES.items():
                name = f"{state.__name__.replace('_', '-')}-{look_name}-{size_name}"
                if not all(word in name for word in wanted):
                    continue
                look.wear(wearing)
                with tempfile.TemporaryDirectory() as folder:
                    team = build_team(Path(folder), has_shift=state is not no_shift)
                    with opened_window(team, [TODAY, LOG], first="log", size=size) as opened:
                        log = opened.window.stack.currentWidget()
                        assert isinstance(log, LogScreen)
                        state(opened, log)
                        settle(opened.around.operations)
                        opened.window.grab().save(str(FOLDER / f"{name}.png"))
                    team.close()
                print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
