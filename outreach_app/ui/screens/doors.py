"""The doors before the window: unlock where somebody enrolled, the first run where nobody has.

The door is painted before anything heavy is imported; what unlocking needs is loaded on the store lane
while the person types. When a profile is open and belongs to a team, `opened` carries it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from outreach_app.domain.ids import Clock
from outreach_app.domain.trouble import Trouble
from outreach_app.ui.lanes import LaneName
from outreach_app.ui.operation import Operations, Question
from outreach_app.ui.progress import Progress
from outreach_app.ui.screens import door_work
from outreach_app.ui.screens.door_page import DoorPage
from outreach_app.ui.screens.door_work import Come, Founding, Joining, Standing, Welcome
from outreach_app.ui.screens.unlock import UnlockDoor
from outreach_app.ui.window import Window

if TYPE_CHECKING:
    from outreach_app.ui.screens.first_run import FirstRun
    from outreach_app.work.door import Opened

R = TypeVar("R")

_LOAD_AFTER_MS = 60
"""Long enough for the first paint; short enough that nobody has typed a passphrase by then."""


class Doors(QObject):
    """Puts the right door before the window, and walks through it. `profile` is where it leads.

    `opened(door_work.Come)`: a profile of a team is open; it belongs to whoever listens.
    `replaced(list of words)`: the program is to begin anew with these words (the example team's own).
    """

    opened = Signal(object)
    replaced = Signal(list)

    def __init__(
        self,
        window: Window,
        operations: Operations,
        profile: Path,
        clock: Clock,
        environ: Mapping[str, str],
    ) -> None:
        super().__init__(window)
        self.profile = profile
        self._window = window
        self._operations = operations
        self._clock = clock
        self._environ = environ
        self._half: Opened | None = None
        """Open, and not yet handed on: no team yet, or what is shown once is still on screen."""
        self._come_in: Come | None = None
        self._unlock: UnlockDoor | None = None
        self._first_run: FirstRun | None = None
        self._standing: Standing | None = None
        self._progress: Progress | None = None
        self._before: Path | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LOAD_AFTER_MS)
        self._soon.timeout.connect(self._look)

    def stand(self, passphrase: str | None = None) -> None:
        """Show the door that belongs here, and open it with a passphrase that was given."""
        if _is_profile(self.profile):
            self._stand_unlock()
            if passphrase is not None:
                self._on_unlock_asked(passphrase)
        else:
            self._stand_first_run()
        self._soon.start()

    def shut(self) -> None:
        """The window closes while a door stands: nothing half open may stay, and no building goes on."""
        self._soon.stop()
        if self._progress is not None:
            self._progress.is_cancelled = True
        half, self._half = self._half, None
        if half is not None:
            self._operations.lanes[LaneName.STORE].submit(half.close).result()

    def _ask(
        self,
        verb: Callable[[], R],
        success: Callable[[R], object],
        trouble: Callable[[Trouble], object] | None = None,
    ) -> None:
        self._operations.start(Question(self._window, verb, success=success, trouble=trouble))

    # --------------------------------------------------------------------------------------- unlocking

    def _stand_unlock(self) -> None:
        self._first_run = None
        passphrase = _example_passphrase(self.profile)
        hint = self.tr("The passphrase of the example is “%1”.").replace("%1", passphrase or "")
        door = UnlockDoor(
            _neighbours(self.profile), self.profile.name, hint=hint if passphrase is not None else ""
        )
        door.unlock_asked.connect(self._on_unlock_asked)
        door.recover_asked.connect(self._on_recover_asked)
        door.profile_picked.connect(self._on_profile_picked)
        door.newcomer_asked.connect(self._on_newcomer_asked)
        self._unlock = door
        foot = self.tr("Nothing can be read here until it is unlocked, and nothing is sent.")
        page = DoorPage(door, name="unlock-page", foot=foot, is_example=passphrase is not None)
        self._window.show_door(page)
        self._tell_standing()

    @Slot()
    def _look(self) -> None:
        self._ask(partial(door_work.look, self.profile, self._clock, self._environ), self._on_looked)

    def _on_looked(self, standing: Standing) -> None:
        self._standing = standing
        self._tell_standing()
        if self._unlock is not None and standing.wait_seconds:
            self._unlock.wait(standing.wait_seconds)

    def _tell_standing(self) -> None:
        if self._standing is not None:
            for door in (self._unlock, self._first_run):
                if door is not None:
                    door.set_least(self._standing.least, uses_ring=self._standing.uses_ring)

    @Slot(str)
    def _on_unlock_asked(self, passphrase: str) -> None:
        if self._unlock is not None:
            self._unlock.set_busy(is_busy=True)
        verb = partial(door_work.unlock, self.profile, passphrase, self._clock, self._environ)
        self._ask(verb, self._on_through, self._on_refused)

    @Slot(str, str)
    def _on_recover_asked(self, code: str, new_passphrase: str) -> None:
        if self._unlock is not None:
            self._unlock.set_busy(is_busy=True)
        verb = partial(door_work.recover, self.profile, code, new_passphrase, self._environ)
        self._ask(verb, self._on_through, self._on_refused)

    def _on_through(self, through: Come | Opened) -> None:
        if isinstance(through, Come):
            self._unlock = None
            self.opened.emit(through)
            return
        self._half = through
        self._stand_first_run()

    def _on_refused(self, trouble: Trouble) -> None:
        for door in (self._unlock, self._first_run):
            if door is not None:
                door.refuse(trouble)

    @Slot(str)
    def _on_profile_picked(self, name: str) -> None:
        if name != self.profile.name:
            self.profile = self.profile.with_name(name)
            self._stand_unlock()
            self._look()

    # --------------------------------------------------------------------------------------- first run

    @Slot()
    def _on_newcomer_asked(self) -> None:
        self._before = self.profile
        number = 2
        while self.profile.with_name(f"profile-{number}").exists():
            number += 1
        self.profile = self.profile.with_name(f"profile-{number}")
        self._stand_first_run()

    def _stand_first_run(self) -> None:
        from outreach_app.ui.screens.first_run import FirstRun

        self._unlock = None
        door = FirstRun(has_profile=self._half is not None, has_neighbours=self._before is not None)
        door.join_asked.connect(self._on_join_asked)
        door.found_asked.connect(self._on_found_asked)
        door.example_asked.connect(self._on_example_asked)
        door.entered.connect(self._on_entered)
        door.back_asked.connect(self._on_back_asked)
        self._first_run = door
        self._window.show_door(DoorPage(door, name="first-run-page"))
        self._tell_standing()

    @Slot()
    def _on_back_asked(self) -> None:
        if self._before is not None:
            self.profile, self._before = self._before, None
            self._stand_unlock()

    @Slot(object)
    def _on_join_asked(self, asked: Joining) -> None:
        self._come(partial(door_work.join, self.profile, asked, self._half, self._clock, self._environ))

    @Slot(object)
    def _on_found_asked(self, asked: Founding) -> None:
        self._come(partial(door_work.found, self.profile, asked, self._half, self._clock, self._environ))

    def _come(self, verb: partial[Welcome]) -> None:
        if self._first_run is not None:
            self._first_run.set_busy(is_busy=True)
        self._ask(verb, self._on_welcomed, self._on_refused)

    def _on_welcomed(self, welcome: Welcome) -> None:
        self._half, self._come_in = welcome.come.opened, welcome.come
        if self._first_run is not None:
            self._first_run.show_keepsakes(welcome)

    @Slot()
    def _on_entered(self) -> None:
        come, self._come_in = self._come_in, None
        self._half = self._first_run = None
        if come is not None:
            self.opened.emit(come)

    # ------------------------------------------------------------------------------------- the example

    @Slot()
    def _on_example_asked(self) -> None:
        self._progress = Progress()
        if self._first_run is not None:
            self._first_run.follow(self._progress)
        folder = self.profile.with_name(f"{self.profile.name}-example")
        self._operations.start(
            Question(
                self._window,
                partial(door_work.build_example, folder, self._environ, self._progress),
                success=self._on_example_built,
                trouble=self._on_refused,
                lane=LaneName.NET,
            )
        )

    def _on_example_built(self, folder: Path) -> None:
        self._progress = None
        self.replaced.emit(["demo", "--dir", str(folder)])


def _is_profile(folder: Path) -> bool:
    from outreach_app.store.profile import Profile

    return Profile(folder).exists()


def _neighbours(profile: Path) -> list[str]:
    """The profiles beside this one and itself, by the names of their folders."""
    found = {profile.name}
    with os.scandir(profile.parent) as beside:
        found.update(one.name for one in beside if os.path.exists(os.path.join(one.path, "vault.json")))
    return sorted(found)


def _example_passphrase(profile: Path) -> str | None:
    """The passphrase of the example team that this profile belongs to; None for a real profile.

    It lies in a file beside the fictitious profiles, where the command line reads it as well.
    """
    folder = profile.parent.parent
    if not (folder / "example.json").exists():
        return None
    try:
        return (folder / "passphrase.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return None
