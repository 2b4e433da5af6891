"""What a screen is to the window, and the window to a screen.

A screen is one file in `ui/screens/`::

    class TodayScreen(Screen):
        def __init__(self, around: Surroundings) -> None:
            super().__init__(around)
            ...                                   # parts in layouts; names on everything
            self.listen({"shift", "visit", "engagement"})

        def read_again(self) -> None:             # when shown, and when one of those kinds changed
            self.ask(partial(today.read, self.around.desk), self._show)

        def _show(self, seen: Today) -> None: ...

    TODAY = ScreenEntry("today", "Today", "sun-horizon", 1, TodayScreen)

The entry's words are looked up in the context "Screen" by the translators' tool; write them with
`QT_TRANSLATE_NOOP("Screen", "Today")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.actions import Actions
from outreach_app.ui.bus import Changes
from outreach_app.ui.lanes import LaneName
from outreach_app.ui.operation import Done, Operation, Operations, Question

if TYPE_CHECKING:
    from outreach_app.work.desk import Desk

R = TypeVar("R")

EVERYBODY = frozenset({"worker", "lead", "dsl", "analyst"})


class Host(Protocol):
    """What a screen may ask of the window."""

    @property
    def sheet_host(self) -> QWidget:
        """What a `parts.sheet.Sheet` slides over."""

    def show_screen(self, key: str) -> Screen:
        """Go there; KeyError if this role has no such screen."""

    def has_screen(self, key: str) -> bool:
        """Whether this role has such a screen, in this version of the program."""

    def show_trouble(self, trouble: Trouble) -> None:
        """The banner at the top, in the catalogue's words."""

    def show_success(self, words: str) -> None:
        """The banner at the top, calm; it leaves by itself."""

    def set_saved(self, words: str) -> None:
        """The foot, at the left: "Draft kept 18:12", "Saved on this device 18:11"."""

    def set_badge(self, key: str, words: str) -> None:
        """A count beside a screen's name in the navigation; "" takes it away."""


@dataclass(frozen=True)
class Surroundings:
    """What a screen is given: the open desk (store lane only), where to start work, where to show it."""

    desk: Desk
    operations: Operations
    actions: Actions
    host: Host


class Screen(QWidget):
    """The common part of all screens: reading again, listening, being shown and left."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self.around = around
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that its keys work before anything is touched
        self._kinds: frozenset[str] = frozenset()
        self._is_stale = True

    # ---------------------------------------------------------------- what a screen says for itself

    def read_again(self) -> None:
        """Ask for what is shown. Called when shown for the first time or after a change."""

    def be_shown(self) -> None:
        """Called each time the screen comes to the front, after `read_again`: move the focus, if wanted."""

    def be_left(self) -> None:
        """Called when another screen comes to the front, or the door closes: keep drafts now."""

    def close_top(self) -> bool:
        """Close what this screen has on top (a sheet, a menu of its own); False if there is nothing."""
        return False

    # ----------------------------------------------------------------------------- what it is given

    def listen(self, kinds: set[str]) -> None:
        """Read again whenever a record of one of these kinds changes: at once if shown, else when shown."""
        self._kinds = frozenset(kinds)
        self.around.operations.bus.changed.connect(self._on_bus_changed)

    def change(
        self,
        verb: Callable[[], Done[R]],
        success: Callable[[R], object] | None = None,
        *,
        trouble: Callable[[Trouble], object] | None = None,
        button: QWidget | None = None,
    ) -> None:
        """Start an `Operation` of mine on the store lane."""
        self.around.operations.start(Operation(self, verb, success=success, trouble=trouble, button=button))

    def ask(
        self,
        verb: Callable[[], R],
        success: Callable[[R], object],
        *,
        trouble: Callable[[Trouble], object] | None = None,
        lane: LaneName = LaneName.STORE,
        button: QWidget | None = None,
    ) -> None:
        """Start a `Question` of mine."""
        question: Question[R] = Question(
            self, verb, success=success, trouble=trouble, lane=lane, button=button
        )
        self.around.operations.start(question)

    def act(self, key: str, words: str, keys: str, group: str, slot: Callable[[], Any]) -> QAction:
        """An action with a shortcut that works while the focus is on this screen."""
        return self.around.actions.add(self, key, words, keys, group, slot, is_local=True)

    def refresh(self) -> None:
        """The window calls this when the screen comes to the front."""
        if self._is_stale:
            self._is_stale = False
            self.read_again()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.be_shown()

    @Slot(object, object)
    def _on_bus_changed(self, changes: Changes, initiator: object) -> None:
        if not changes.kinds & self._kinds:
            return
        if self.isVisible():
            self.read_again()
        else:
            self._is_stale = True


@dataclass(frozen=True)
class ScreenEntry:
    """How a screen is known to the window before it is made (which happens when it is first shown)."""

    key: str
    words: str
    icon: str
    group: int
    """Entries of one group stand together in the navigation; groups are separated by a line."""
    make: Callable[[Surroundings], Screen]
    roles: frozenset[str] = EVERYBODY
    """Roles that see it; for others it is absent."""
    keys: str = ""
    """A shortcut beside Alt+1, Alt+2, …, which every entry has by its place."""
