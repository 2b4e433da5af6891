"""Photographs of Today in every state and look, into `photos/today/`.

    .venv/bin/python tests/ui/today_photos.py            all
    .venv/bin/python tests/ui/today_photos.py typical    those whose name contains a word

Look at each one with your own eyes before you say that the screen is done.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1]))

from desk import Opened, Team, build_team, find, opened_window, settle
from exhibits import LOOKS, SIZES
from PySide6.QtWidgets import QApplication, QScrollBar
from today_team import build_before, build_typical

from outreach_app.ui.look import Look
from outreach_app.ui.screens.log import LOG
from outreach_app.ui.screens.today import TODAY

FOLDER = Path(__file__).parents[2] / "photos" / "today"


def nothing(opened: Opened) -> None:
    """As it opens."""


def forgot(opened: Opened) -> None:
    find(opened.window, "today-forgot-visit").click()
    settle(opened.around.operations)


def forgot_more(opened: Opened) -> None:
    forgot(opened)
    find(opened.window, "today-visit-more").click()


def chosen(opened: Opened) -> None:
    view = find(opened.window, "today-timeline")
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))


def voiding(opened: Opened) -> None:
    chosen(opened)
    find(opened.window, "today-void").click()


def rules(opened: Opened) -> None:
    find(opened.window, "today-rules").click()


def ending(opened: Opened) -> None:
    find(opened.window, "today-end-button").click()
    settle(opened.around.operations)


def ending_low(opened: Opened) -> None:
    ending(opened)
    settle(opened.around.operations)
    for bar in find(opened.window, "today-end-sheet").findChildren(QScrollBar):
        bar.setValue(bar.maximum())


def passing(opened: Opened) -> None:
    find(opened.window, "today-pass-button").click()
    settle(opened.around.operations)


def refused(opened: Opened) -> None:
    for chip in find(opened.window, "start-colleagues").chips:
        chip.setChecked(False)
    find(opened.window, "start-colleagues").changed.emit([])
    find(opened.window, "today-start").click()
    settle(opened.around.operations)


def started(folder: Path) -> Team:
    return build_team(folder, is_in_hotspot=False)


def fresh(folder: Path) -> Team:
    return build_team(folder, has_shift=False)


def between(folder: Path) -> Team:
    from outreach_app.work.shift import leave

    team = build_typical(folder)
    team.clock.advance(minutes=3)
    team.on_lane(lambda: leave(team.desk))
    team.clock.advance(minutes=4)
    return team


def over(folder: Path) -> Team:
    from outreach_app.work.shift import end_shift

    team = build_typical(folder)
    team.clock.advance(hours=1, minutes=51)
    team.on_lane(lambda: end_shift(team.desk, {"went_well": "Good talks by the Clock Tower."}))
    return team


def divided(folder: Path) -> Team:
    from today_team import divide

    team = build_typical(folder)
    team.on_lane(lambda: divide(team))
    return team


STATES: dict[str, tuple[Callable[[Path], Team], Callable[[Opened], None]]] = {
    "first": (fresh, nothing),
    "start": (build_before, nothing),
    "refused": (build_before, refused),
    "started": (started, nothing),
    "typical": (build_typical, nothing),
    "chosen": (build_typical, chosen),
    "between": (between, nothing),
    "forgot": (build_typical, forgot),
    "forgot-more": (build_typical, forgot_more),
    "voiding": (build_typical, voiding),
    "rules": (build_typical, rules),
    "divided": (divided, nothing),
    "ending": (build_typical, ending),
    "ending-low": (build_typical, ending_low),
    "passing": (build_typical, passing),
    "over": (over, nothing),
}


def main(wanted: list[str]) -> None:
    """Take them."""
    application = QApplication(sys.argv[:1])
    look = Look(application)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for state, (build, act) in STATES.items():
        for look_name, wearing in LOOKS.items():
            for size_name, size in SIZES.items():
                name = f"{state}-{look_name}-{size_name}"
                if wanted and not any(word in name for word in wanted):
                    continue
                look.wear(wearing)
                with tempfile.TemporaryDirectory() as folder:
                    team = build(Path(folder))
                    with opened_window(team, [TODAY, LOG], size=size, first="today") as opened:
                        act(opened)
                        settle(opened.around.operations)
                        opened.window.grab().save(str(FOLDER / f"{name}.png"))
                    team.close()
                print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
