"""Every shortcut of the window, declared once: what it does, its keys, where it belongs.

The overlay (`?`), the tooltips, the key caps on buttons and the command search all read this list::

    words = self.tr("Log engagement")
    log = actions.add(self, "log", words, "Ctrl+E", self.tr("Shift"), self._on_log_triggered)
    button = Button.for_action(log)

An action lives as long as its owner. One given by the window works everywhere; one given by a screen
(`is_local=True`) only while the focus is inside that screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid


class Shortcut(NamedTuple):
    """One line of the overlay."""

    group: str
    words: str
    keys: str
    """As this platform writes them; caps are separated by spaces."""


def keys_in_words(keys: str) -> str:
    """`"Ctrl+Shift+P"` as this platform writes it, one cap per key: `"Ctrl ⇧ P"`."""
    caps = []
    for part in filter(None, keys.split(",")):
        written = QKeySequence(part.strip()).toString(QKeySequence.SequenceFormat.NativeText)
        caps.append(" ".join("+" if cap == "" else cap for cap in written.replace("Shift", "⇧").split("+")))
    return " ".join(caps).replace("Return", "Enter").replace("+ +", "+")


class Actions(QObject):
    """The list; one per window."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: list[QAction] = []
        self._groups: list[str] = []
        self._told: list[Shortcut] = []

    def add(
        self,
        owner: QWidget,
        key: str,
        words: str,
        keys: str,
        group: str,
        slot: Callable[[], object],
        *,
        also: Sequence[str] = (),
        is_local: bool = False,
    ) -> QAction:
        """Make an action of `owner`. `keys` is a portable key sequence ("Ctrl+E") or empty.

        `also` are other keys that do the same and are not shown.
        """
        action = QAction(words, owner)
        action.setObjectName(f"action-{key}")
        action.setData(group)
        if keys:
            action.setShortcuts([QKeySequence(keys), *(QKeySequence(other) for other in also)])
            action.setToolTip(f"{words} ({keys_in_words(keys)})")
        context = (
            Qt.ShortcutContext.WidgetWithChildrenShortcut if is_local else Qt.ShortcutContext.WindowShortcut
        )
        action.setShortcutContext(context)
        action.triggered.connect(slot)
        owner.addAction(action)
        self._actions.append(action)
        self._note_group(group)
        self.changed.emit()
        return action

    def tell(self, group: str, words: str, keys: str) -> None:
        """List keys that a part handles itself (Esc Esc, a letter per chip)."""
        self._note_group(group)
        line = Shortcut(group, words, keys)
        if line not in self._told:  # a screen is made anew after each unlock
            self._told.append(line)
            self.changed.emit()

    def _note_group(self, group: str) -> None:
        if group not in self._groups:
            self._groups.append(group)

    def usable(self) -> list[QAction]:
        """Actions that can be triggered now: enabled, and their owner is on screen."""
        self._actions = [action for action in self._actions if isValid(action)]
        return [action for action in self._actions if action.isEnabled() and _is_shown(action)]

    def group_of(self, action: QAction) -> str:
        """The heading under which the overlay lists it."""
        return str(action.data())

    def shortcuts(self) -> list[Shortcut]:
        """What the overlay shows now, in the order in which groups were first named."""
        found = [
            Shortcut(self.group_of(action), action.text(), keys_in_words(action.shortcut().toString()))
            for action in self.usable()
            if not action.shortcut().isEmpty()
        ]
        return sorted((*found, *self._told), key=lambda line: self._groups.index(line.group))


def _is_shown(action: QAction) -> bool:
    owner = action.parent()
    return isinstance(owner, QWidget) and owner.isVisible()
