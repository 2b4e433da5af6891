"""Builds the house: clock, lanes, window, doors; the only maker of long-lived objects.

`open_window` is the program with a window. The door (unlock, first run) is painted first and the rest is
imported behind it. Locking ends the process's life with the keys: lanes drained, file closed, and the
same program started anew in this process's place, at the door.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from outreach_app.ui.screens.door_work import program

if TYPE_CHECKING:
    from concurrent.futures import Future

    from outreach_app.domain.trouble import Trouble
    from outreach_app.store.batches import Truths
    from outreach_app.store.database import Database
    from outreach_app.sync.round import Report
    from outreach_app.ui.application import Application
    from outreach_app.ui.screens.door_work import Come
    from outreach_app.ui.standing_line import StandingLine
    from outreach_app.ui.tastes import Tastes
    from outreach_app.work.desk import Desk
    from outreach_app.work.door import Opened

T = TypeVar("T")

_IDLE_MINUTES = 5.0
_START = "OUTREACH_START"
"""How the program that replaces a locked one begins: "hidden" leaves only the task bar's entry."""


_SAID_ONCE = ("OUTREACH_PASSPHRASE_FILE", "OUTREACH_PROFILE")
"""What was said about the first start only: a locked program asks, and is told its profile."""


class SystemClock:
    """The machine's clock and time zone (`domain.ids.Clock`)."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def zone_minutes(self, at: datetime) -> int:
        """How far this machine's wall clock is ahead of UTC at that moment."""
        ahead = at.astimezone().utcoffset()
        return 0 if ahead is None else int(ahead.total_seconds() // 60)


def open_window(profile: Path, passphrase: str | None = None) -> int:
    """Open the window on a profile; returns its exit code when it is closed.

    With a passphrase it unlocks by itself (the example team); otherwise it waits at the door.
    """
    from outreach_app.ui.application import build_application

    application = build_application(sys.argv[:1])
    house = House(application, profile, os.environ)
    house.begin(passphrase)
    return application.exec()


class House:
    """Everything that lives as long as the window, and the moments when the door opens and shuts.

    `replace_process` is called last when locking, with the command that starts the program again.
    """

    def __init__(
        self,
        application: Application,
        profile: Path,
        environ: os._Environ[str] | dict[str, str],
        replace_process: Callable[[Sequence[str], dict[str, str]], None] | None = None,
    ) -> None:
        from outreach_app.ui.bus import Bus
        from outreach_app.ui.lanes import Lanes
        from outreach_app.ui.operation import Operations
        from outreach_app.ui.screens.doors import Doors
        from outreach_app.ui.window import Window

        self.application = application
        self.environ = dict(environ)
        self.clock = SystemClock()
        self.lanes = Lanes()
        self.window = Window()
        self.operations = Operations(self.lanes, application.bridge, Bus(self.window), self.window)
        self.doors = Doors(self.window, self.operations, profile, self.clock, self.environ)
        self.doors.opened.connect(self._on_doors_opened)
        self.doors.replaced.connect(self._on_doors_replaced)
        self.opened: Opened | None = None
        self.carrier: Carrier | None = None
        self.tastes: Tastes | None = None
        self.line: StandingLine | None = None
        self._replace_process = replace_process or _replace_process
        self.operations.trouble_met.connect(self.window.show_trouble)
        application.bug_met.connect(self.window.show_bug)
        self.window.hidden_and_locked.connect(self._on_window_hidden)
        self.window.lock_asked.connect(self._on_window_lock_asked)
        self.window.closing.connect(self._on_window_closing)

    # ------------------------------------------------------------------------------------------- the door

    def begin(self, passphrase: str | None = None) -> None:
        """Show the door, or walk through it with a passphrase that was given."""
        self.doors.stand(passphrase)
        if self.environ.get(_START) == "hidden":
            self.window.showMinimized()
        else:
            self.window.show()

    def _on_doors_opened(self, come: Come) -> None:
        """Unlocked: build the frame for this member's role and begin to carry."""
        from outreach_app.ui.finding import Finding
        from outreach_app.ui.screen import Surroundings
        from outreach_app.ui.screens import entries
        from outreach_app.ui.standing_line import StandingLine
        from outreach_app.ui.tastes import Tastes
        from outreach_app.work.desk import Desk

        opened = self.opened = come.opened
        desk = Desk(opened.db, self.clock, os.urandom, come.membership)
        around = Surroundings(desk, self.operations, self.window.actions_list, self.window)
        self.window.set_screens(entries.ENTRIES, desk.role, around)
        self.window.set_example(desk.membership.is_example)
        self.window.set_idle_minutes(_IDLE_MINUTES)
        self.carrier = Carrier(self, desk)
        self.line = StandingLine(self.window, self.operations, desk)
        self.tastes = Tastes(self.window, self.operations, self.application.look, opened.db)
        Finding(self.window, self.operations, desk)
        self.tastes.worn.connect(self._on_tastes_worn)
        self.tastes.begin()

    def _on_tastes_worn(self, screen: str) -> None:
        """The first frame is painted in this person's own look, on the screen where they were."""
        if self.opened is None or self.line is None or self.carrier is None:
            return  # locked again meanwhile
        self.window.show_frame(screen)
        self.line.begin()
        self.carrier.begin()
        self.application.show_icon()

    def _on_doors_replaced(self, words: list[str]) -> None:
        self._shut()
        self._begin_anew([*program(), *words], "")

    # -------------------------------------------------------------------------------------- shutting it

    def _on_window_hidden(self) -> None:
        self._lock("hidden")

    def _on_window_lock_asked(self) -> None:
        from PySide6.QtWidgets import QWidget

        if self.opened is not None:
            self.window.show_door(QWidget())
            self._lock("")

    def _lock(self, start: str) -> None:
        """Drain, close, and start again at the door; the keys end with this process."""
        if self.opened is None:
            return
        self._shut()
        self._begin_anew([*program(), "--profile", str(self.doors.profile)], start)

    def _begin_anew(self, command: Sequence[str], start: str) -> None:
        environ = {name: value for name, value in self.environ.items() if name not in _SAID_ONCE}
        self._replace_process(command, {**environ, _START: start})

    def _on_window_closing(self) -> None:
        self._shut()
        self.application.quit()

    def _shut(self) -> None:
        """Stop carrying, finish what was asked of the file, close it. Drafts were kept at every pause.

        A round that waits for a slow network is not waited for: it holds nothing that could be lost.
        """
        inside = (self.carrier, self.line, self.tastes)
        self.carrier = self.line = self.tastes = None
        for one in inside:
            if one is not None:
                one.end()
        self.doors.shut()
        opened, self.opened = self.opened, None
        if opened is not None:
            from outreach_app.ui.lanes import LaneName

            self.lanes.cancelled.set()
            self.lanes[LaneName.STORE].submit(opened.close).result()


class Carrier:
    """Runs rounds on the net lane while the file is open, and keeps the light true."""

    def __init__(self, house: House, desk: Desk) -> None:
        from PySide6.QtCore import QTimer

        from outreach_app.sync.pace import Pace
        from outreach_app.ui.light import Lamp

        self.house, self.desk = house, desk
        self._lamp = Lamp(house.window)
        self._pace = Pace()
        self._trouble = ""
        self._is_running = False
        self._has_waiting = False
        self._is_enrolled = desk.membership.is_enrolled
        self._timer = QTimer(house.window)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)
        house.operations.bus.changed.connect(self._on_bus_changed)
        house.window.light_asked.connect(self._on_window_light_asked)

    def begin(self) -> None:
        """Show the light as it is, and try a first round at once."""
        self._look()
        self._timer.start(0)

    def end(self) -> None:
        """No further round; one under way is asked to stop."""
        self._timer.stop()
        self.house.operations.bus.changed.disconnect(self._on_bus_changed)
        self.house.window.light_asked.disconnect(self._on_window_light_asked)

    def _on_window_light_asked(self) -> None:
        """Say the four truths, and try a round now."""
        from outreach_app.ui.operation import Question

        verb = partial(_truths_and_words, self.desk)
        self.house.operations.start(Question(self.house.window, verb, success=self._tell))
        self._timer.start(0)

    def _tell(self, seen: tuple[Truths, bool, tuple[str, ...]]) -> None:
        truths, is_enrolled, join_words = seen
        words = self._lamp.tell(truths, join_words, is_enrolled=is_enrolled)
        light = self._lamp.read(truths, self._trouble, is_enrolled=is_enrolled)
        self.house.window.show_words(words, "neutral" if light.meaning == "chosen" else light.meaning)

    def _on_bus_changed(self, changes: object, initiator: object) -> None:
        self._look()
        if initiator is not None and not self._is_running and not self._trouble:
            self._timer.start(1000)

    def _look(self) -> None:
        from outreach_app.ui.operation import Question

        self.house.operations.start(
            Question(self.house.window, partial(_truths, self.desk), success=self._show)
        )

    def _show(self, seen: tuple[Truths, bool]) -> None:
        truths, self._is_enrolled = seen
        self._has_waiting = truths.waiting > 0
        light = self._lamp.read(truths, self._trouble, is_enrolled=self._is_enrolled)
        if self.house.window.is_open:
            self.house.window.say_light(light.words, light.meaning)
            self.house.window.set_waiting(light.foot)

    def _on_timer_timeout(self) -> None:
        from outreach_app.ui.lanes import LaneName
        from outreach_app.ui.operation import Question

        if self._is_running:
            return
        self._is_running = True
        self.house.operations.start(
            Question(
                self.house.window,
                partial(_round, self.house, self.desk),
                success=self._on_round_done,
                trouble=self._on_round_failed,
                lane=LaneName.NET,
            )
        )

    def _on_round_done(self, report: Report) -> None:
        import msgspec

        from outreach_app.sync import pace
        from outreach_app.ui.bus import ROUND

        self._is_running = False
        self._trouble = ""
        self._pace = pace.after_success(self._pace)
        told = msgspec.structs.replace(report.changed, kinds=report.changed.kinds | {ROUND})
        self.house.operations.bus.changed.emit(told, None)
        self._rest()

    def _on_round_failed(self, trouble: Trouble) -> None:
        from outreach_app.sync import pace
        from outreach_app.ui.light import ALARMS

        self._is_running = False
        if trouble.code == "cancelled":
            return
        is_news = trouble.code != self._trouble
        self._trouble = trouble.code
        seconds = trouble.facts.get("seconds")
        self._pace = pace.after_failure(self._pace, float(seconds) if isinstance(seconds, int) else None)
        if is_news and (trouble.code in ALARMS or trouble.code.startswith(("device-", "roster-", "invite-"))):
            self.house.window.show_trouble(trouble)
        self._look()
        self._rest()

    def _rest(self) -> None:
        from outreach_app.sync.pace import wait_seconds

        chance = int.from_bytes(os.urandom(4), "big") / 2**32
        self._timer.start(round(1000 * wait_seconds(self._pace, chance, has_waiting=self._has_waiting)))


def _truths(desk: Desk) -> tuple[Truths, bool]:
    from outreach_app.store import batches, membership

    me = membership.read(desk.db)
    return batches.truths(desk.db), me is not None and me.is_enrolled


def _truths_and_words(desk: Desk) -> tuple[Truths, bool, tuple[str, ...]]:
    from outreach_app.sync import kept

    truths, is_enrolled = _truths(desk)
    asked = None if is_enrolled else kept.asked(desk.db)
    return truths, is_enrolled, asked.words if asked else ()


def _round(house: House, desk: Desk) -> Report:
    """One round, on the net lane; every look at the file goes through the store lane."""
    from outreach_app.sync import round as rounds
    from outreach_app.sync.line import Laptop
    from outreach_app.sync.post import Post
    from outreach_app.ui.lanes import LaneName

    def ask(verb: Callable[[Database], T]) -> T:
        future: Future[T] = house.lanes[LaneName.STORE].submit(partial(verb, desk.db))
        return future.result()

    post = Post(desk.membership.server)
    try:
        return rounds.run(Laptop(ask, post, house.clock, os.urandom, house.lanes.cancelled.is_set))
    finally:
        post.close()


def _replace_process(command: Sequence[str], environ: dict[str, str]) -> None:
    """Become another process: nothing of this one's memory is left to it."""
    if sys.platform == "win32":
        import subprocess

        subprocess.Popen(command, env=environ)
        os._exit(0)
    os.execve(command[0], list(command), environ)
