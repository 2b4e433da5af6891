"""What a person has chosen for their eyes, and where they were: kept inside the encrypted file.

Changed through the command search (Ctrl+K): "Dark", "Larger text". Applied after unlocking; the door
itself follows the desktop, since nobody has said yet who is there.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from outreach_app.ui.lanes import LaneName
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.operation import Operations, Question
from outreach_app.ui.window import Window

if TYPE_CHECKING:
    from outreach_app.store.database import Database

_ROOM, _KEY = "settings", "window"
_LEAST, _MOST, _STEP = 100, 200, 25


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How it is written down. What a newer version wrote and this one does not know is left alone."""

    theme: str = Theme.SYSTEM.value
    text_percent: int = 100
    is_touch: bool = False
    is_roomy: bool = False
    is_still: bool = False
    geometry: bytes = b""
    screen: str = ""


class Tastes(QObject):
    """Applies what was kept, offers the commands, and keeps what is chosen.

    `worn(screen)`: what was kept is on, and this screen was in front when it was last kept ("" before).
    """

    worn = Signal(str)

    def __init__(self, window: Window, operations: Operations, look: Look, database: Database) -> None:
        super().__init__(window)
        self._window = window
        self._operations = operations
        self._look = look
        self._database = database
        self._kept = Kept()

    def begin(self) -> None:
        """Offer the commands; wear what was kept as soon as it has been read, then emit `worn`."""
        add, group = self._window.actions_list.add, self.tr("Look")
        for key, words, slot in (
            ("look-system", self.tr("Colours as on the desktop"), self._on_system),
            ("look-light", self.tr("Light"), self._on_light),
            ("look-dark", self.tr("Dark"), self._on_dark),
            ("look-contrast", self.tr("High contrast"), self._on_contrast),
            ("look-larger", self.tr("Larger text"), self._on_larger),
            ("look-smaller", self.tr("Smaller text"), self._on_smaller),
            ("look-touch", self.tr("Larger targets for fingers"), self._on_touch),
            ("look-roomy", self.tr("More space between letters"), self._on_roomy),
            ("look-still", self.tr("No movement"), self._on_still),
        ):
            keys = {"look-larger": "Ctrl+=", "look-smaller": "Ctrl+-"}.get(key, "")
            also = ("Ctrl++",) if key == "look-larger" else ()
            add(self._window, key, words, keys, group, slot, also=also)
        self._window.screen_shown.connect(self._on_window_screen_shown)
        verb = partial(_read, self._database)
        self._operations.start(Question(self._window, verb, success=self._on_read))

    def end(self) -> None:
        """Keep where the window stood; called before the file closes."""
        self._window.screen_shown.disconnect(self._on_window_screen_shown)
        kept = msgspec.structs.replace(self._kept, geometry=self._window.remembered())
        self._operations.lanes[LaneName.STORE].submit(partial(_write, self._database, kept))

    def _on_read(self, kept: Kept) -> None:
        self._kept = kept
        themes = [one.value for one in Theme]
        wearing = Wearing(
            theme=Theme(kept.theme) if kept.theme in themes else Theme.SYSTEM,
            text_percent=min(_MOST, max(_LEAST, kept.text_percent)),
            is_touch=kept.is_touch,
            is_roomy=kept.is_roomy,
            is_still=kept.is_still,
        )
        if kept.geometry:
            self._window.remember(kept.geometry)
        if wearing != self._look.wearing:
            self._look.wear(wearing)
        self.worn.emit(kept.screen)

    @Slot(str)
    def _on_window_screen_shown(self, screen: str) -> None:
        """Each time, so that a crash leads back to the same screen."""
        if screen != self._kept.screen:
            self._keep(msgspec.structs.replace(self._kept, screen=screen))

    def _keep(self, kept: Kept) -> None:
        self._kept = kept
        self._operations.start(Question(self._window, partial(_write, self._database, kept)))

    def _wear(self, wearing: Wearing) -> None:
        if wearing == self._look.wearing:
            return
        self._look.wear(wearing)
        self._keep(
            msgspec.structs.replace(
                self._kept,
                theme=wearing.theme.value,
                text_percent=wearing.text_percent,
                is_touch=wearing.is_touch,
                is_roomy=wearing.is_roomy,
                is_still=wearing.is_still,
            )
        )

    @Slot()
    def _on_system(self) -> None:
        self._wear(replace(self._look.wearing, theme=Theme.SYSTEM))

    @Slot()
    def _on_light(self) -> None:
        self._wear(replace(self._look.wearing, theme=Theme.LIGHT))

    @Slot()
    def _on_dark(self) -> None:
        self._wear(replace(self._look.wearing, theme=Theme.DARK))

    @Slot()
    def _on_contrast(self) -> None:
        self._wear(replace(self._look.wearing, theme=Theme.CONTRAST))

    @Slot()
    def _on_larger(self) -> None:
        percent = min(_MOST, self._look.wearing.text_percent + _STEP)
        self._wear(replace(self._look.wearing, text_percent=percent))

    @Slot()
    def _on_smaller(self) -> None:
        percent = max(_LEAST, self._look.wearing.text_percent - _STEP)
        self._wear(replace(self._look.wearing, text_percent=percent))

    @Slot()
    def _on_touch(self) -> None:
        self._wear(replace(self._look.wearing, is_touch=not self._look.wearing.is_touch))

    @Slot()
    def _on_roomy(self) -> None:
        self._wear(replace(self._look.wearing, is_roomy=not self._look.wearing.is_roomy))

    @Slot()
    def _on_still(self) -> None:
        self._wear(replace(self._look.wearing, is_still=not self._look.wearing.is_still))


def _read(database: Database) -> Kept:
    from outreach_app.store import book

    kept = book.get(database, _ROOM, _KEY)
    try:
        return msgspec.json.decode(kept, type=Kept) if kept else Kept()
    except msgspec.DecodeError:  # a look is not worth a locked door
        return Kept()


def _write(database: Database, kept: Kept) -> None:
    from outreach_app.store import book

    book.put(database, _ROOM, _KEY, msgspec.json.encode(kept))
