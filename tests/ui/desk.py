"""A fictitious team on one real encrypted file, for tests and photographs of screens.

    team = build_team(tmp_path)             # two workers, a lead, seven hotspots, services, a running shift
    with opened_window(team, [LOG]) as open_window: ...

Everything is written through the real verbs. Nothing here is drawn by chance, so photographs repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from fakes.chance import Randomness
from fakes.clock import Clock
from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from outreach_app.ui.bridge import Bridge
from outreach_app.ui.bus import Bus
from outreach_app.ui.lanes import LaneName, Lanes
from outreach_app.ui.operation import Operations
from outreach_app.ui.screen import ScreenEntry, Surroundings
from outreach_app.ui.window import Window

HOTSPOTS = (
    "Clock Tower",
    "Abbey Park",
    "Bus station",
    "Castle Gardens",
    "Market Place",
    "Riverside steps",
    "Station Square",
)
SERVICES = (
    ("Open door drop-in", ["mental_health"]),
    ("Right Track mentoring", ["mentoring", "education"]),
    ("Roof first", ["housing"]),
)
ME, SAM, LEE = ("a1" * 16, "b2" * 16, "c3" * 16)
KEY = bytes(range(32))


@dataclass
class Team:
    """A profile that is open, and who is in it. `lanes` own the file: use `on_lane` from tests."""

    desk: Any
    clock: Clock
    lanes: Lanes
    hotspots: dict[str, str]
    shift: str | None
    path: Path

    def on_lane(self, verb: Callable[[], Any]) -> Any:
        """Run a verb where the file belongs, and wait for it."""
        return self.lanes[LaneName.STORE].submit(verb).result(timeout=30)

    def close(self) -> None:
        """Close the file, then the lanes. Doing it twice does no harm."""
        if not self.lanes[LaneName.STORE]._is_closed:
            self.on_lane(self.desk.db.close)
            self.lanes.close()


def build_team(
    folder: Path, *, role: str = "worker", has_shift: bool = True, is_in_hotspot: bool = True
) -> Team:
    """Alex at the laptop, Sam beside her, Lee who leads; on shift since 14:00, in Clock Tower since 18:02."""
    clock, lanes = Clock(), Lanes()
    path = folder / "records.db"
    team = Team(None, clock, lanes, {}, None, path)
    team.on_lane(lambda: _fill(team, role, has_shift=has_shift, is_in_hotspot=is_in_hotspot))
    return team


def reopen_team(team: Team) -> Team:
    """The same file again, as after a crash: other lanes, another connection."""
    lanes = Lanes()
    again = Team(None, team.clock, lanes, team.hotspots, team.shift, team.path)
    again.on_lane(lambda: _open(again))
    return again


def _open(team: Team) -> None:
    from outreach_app.store import database, membership
    from outreach_app.work.desk import Desk

    db = database.open_(team.path, KEY)
    me = membership.read(db)
    assert me is not None
    team.desk = Desk(db, team.clock, Randomness("reopened"), me)


def _fill(team: Team, role: str, *, has_shift: bool, is_in_hotspot: bool) -> None:
    from outreach_app.store import database, membership, oplog
    from outreach_app.store.membership import Membership
    from outreach_app.work.desk import Desk
    from outreach_app.work.record import Said, save_all
    from outreach_app.work.shift import arrive, start_shift

    db = database.create(team.path, KEY)
    me = Membership(
        server="https://outreach.example",
        team="d4" * 16,
        member=ME,
        device="e5" * 16,
        role=role,
        name="Alex",
        root_fingerprint="00" * 32,
        receipt_key="00" * 32,
        anchor_version=1,
        anchor_hash="00" * 32,
        is_enrolled=True,
        is_example=True,
    )
    membership.keep(db, me)
    chance = Randomness("a fictitious team")
    lead = Desk(db, team.clock, chance, _as_lead(me))
    oplog.add_own(db, [lead.stamp("team", me.team, {"name": "City centre team"})])
    oplog.add_own(
        db,
        [
            lead.stamp("member", who, {"name": name})
            for who, name in ((ME, "Alex"), (SAM, "Sam"), (LEE, "Lee"))
        ],
    )
    ids = save_all(lead, [Said("hotspot", {"name": name}) for name in HOTSPOTS]).result
    team.hotspots = dict(zip(HOTSPOTS, ids, strict=True))
    save_all(lead, [Said("service", {"name": name, "types": types}) for name, types in SERVICES])
    team.desk = Desk(db, team.clock, chance, me)
    if has_shift:
        team.shift = start_shift(team.desk, [SAM]).result.id
        team.clock.advance(hours=4, minutes=2)
        if is_in_hotspot:
            arrive(team.desk, team.hotspots["Clock Tower"])
            team.clock.advance(minutes=6)


def _as_lead(me: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(me, role="lead", member=LEE, name="Lee")


class Opened(NamedTuple):
    """A window on a team's desk."""

    window: Window
    around: Surroundings
    team: Team


@contextmanager
def opened_window(
    team: Team,
    entries: Sequence[ScreenEntry],
    *,
    size: QSize | None = None,
    first: str = "",
) -> Iterator[Opened]:
    """The real window with these screens; leaves nothing behind. The profile stays the caller's to close."""
    bridge, bus = Bridge(), Bus()
    operations = Operations(team.lanes, bridge, bus)
    window = Window()
    around = Surroundings(desk=team.desk, operations=operations, actions=window.actions_list, host=window)
    operations.trouble_met.connect(window.show_trouble)
    window.set_screens(entries, team.desk.role, around)
    window.say_shift("City centre team", "Tue 24 Nov · 14:00–20:00 · with Sam")
    window.say_light("41 of 42 on server", "safe")
    window.say_check_in("Check in by 18:30")
    window.set_waiting("1 waiting to send · next try when online")
    window.set_example(True)
    window.resize(size or QSize(1366, 768))
    window.show()
    window.activateWindow()
    window.show_frame(first)
    try:
        QTest.qWaitForWindowActive(window)
        settle(operations)
        yield Opened(window, around, team)
    finally:
        settle(operations)
        window.close()
        settle(operations)
        window.deleteLater()
        for thing in (operations, bus, bridge):
            thing.deleteLater()
        QApplication.sendPostedEvents(None, 52)  # QEvent.Type.DeferredDelete
        QApplication.processEvents()


def settle(operations: Operations, seconds: float = 20) -> None:
    """Let everything that was started come back and be painted."""
    import time

    until = time.monotonic() + seconds
    quiet = 0
    while quiet < 3:
        QApplication.processEvents()
        quiet = 0 if operations.is_busy else quiet + 1
        assert time.monotonic() < until, "an operation did not come back"


def find(root: QWidget, name: str, kind: type[Any] = QWidget) -> Any:
    """A widget by its objectName; AssertionError if it is not there."""
    found = root.findChild(kind, name)
    assert found is not None, f"there is no {name}"
    return found
