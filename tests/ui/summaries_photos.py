"""Photographs of Summaries in every state and look, into `photos/summaries/`.

    .venv/bin/python tests/ui/summaries_photos.py            all
    .venv/bin/python tests/ui/summaries_photos.py approve    those whose name contains a word

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

import msgspec
from desk import LEE, ME, SAM, Opened, Team, build_team, find, opened_window, settle
from exhibits import LOOKS, SIZES
from fakes.chance import Randomness
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from outreach_app.store import oplog
from outreach_app.ui.look import Look
from outreach_app.ui.screens.log import LOG
from outreach_app.ui.screens.summaries import OWN, SUMMARIES
from outreach_app.ui.screens.today import TODAY
from outreach_app.work import shift as shifts
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, save

FOLDER = Path(__file__).parents[2] / "photos" / "summaries"
KIM = "f6" * 16


def build_month(folder: Path) -> Team:
    """A lead's laptop with twelve shifts of two pairs; the last is to be approved."""
    team = build_team(folder, role="lead", has_shift=False)

    def desk_of(member: str, role: str = "worker") -> Desk:
        me = msgspec.structs.replace(team.desk.membership, member=member, role=role)
        return Desk(team.desk.db, team.clock, Randomness(f"{member}{team.clock.at}"), me)

    def fill() -> None:
        lead = desk_of(LEE, "lead")
        oplog.add_own(team.desk.db, [lead.stamp("member", KIM, {"name": "Kim"})])
        places = list(team.hotspots.values())
        for day in range(12):
            desk = desk_of(SAM)
            pair = {"pair_label": "A"} if day % 3 else None
            shift = shifts.start_shift(desk, [KIM], pair).result.id
            for at in range(4):
                shifts.move(desk, places[(day + at) % 7])
                team.clock.advance(minutes=18 + 3 * ((day + at) % 4))
                moment = desk.now().isoformat()
                said = {"shift": shift, "hotspot": places[(day + at) % 7], "occurred_at": moment}
                more = {"headcount": 1 + (day + at) % 5, "depth": (day + at) % 5}
                save(desk, Said("engagement", {**said, **more}))
                team.clock.advance(minutes=12)
            shifts.end_shift(desk)
            if day < 10:
                shifts.approve(desk_of(ME, "lead"), shift)
            team.clock.advance(hours=22)

    team.on_lane(fill)
    return team


def rest(opened: Opened) -> None:
    QTest.qWait(200)
    settle(opened.around.operations, 60)


def shift(opened: Opened) -> None:
    rest(opened)


def approved(opened: Opened) -> None:
    view = find(opened.window, "summaries-list")
    view.setCurrentIndex(view.model().index(4, 0))


def period(opened: Opened) -> None:
    find(opened.window, "summaries-about-periods").click()


def own(opened: Opened) -> None:
    period(opened)
    rest(opened)
    find(opened.window, "summaries-list").set_current(OWN)


def nearer(opened: Opened) -> None:
    rest(opened)
    find(opened.window, "summaries-page").set_zoom(150)
    find(opened.window, "summaries-page").setFocus()


def empty(opened: Opened) -> None:
    rest(opened)


def build_empty(folder: Path) -> Team:
    return build_team(folder, has_shift=False)


STATES: list[tuple[Callable[[Path], Team], Callable[[Opened], None]]] = [
    (build_month, shift),
    (build_month, approved),
    (build_month, period),
    (build_month, own),
    (build_month, nearer),
    (build_empty, empty),
]


def main(wanted: list[str]) -> None:
    """Take them."""
    application = QApplication(sys.argv[:1])
    look = Look(application)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for build, prepare in STATES:
        names = {
            (look_name, size_name): f"{prepare.__name__}-{look_name}-{size_name}"
            for look_name in LOOKS
            for size_name in SIZES
        }
        names = {key: name for key, name in names.items() if all(word in name for word in wanted)}
        if not names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            team = build(Path(folder))
            for (look_name, size_name), name in names.items():
                look.wear(LOOKS[look_name])
                with opened_window(team, [TODAY, LOG, SUMMARIES], size=SIZES[size_name]) as opened:
                    opened.window.show_screen("summaries")
                    rest(opened)
                    prepare(opened)
                    rest(opened)
                    opened.window.grab().save(str(FOLDER / f"{name}.png"))
                print(name)
            team.close()


if __name__ == "__main__":
    main(sys.argv[1:])
