"""How one part of the window hears that another changed something."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Signal

ROUND = "round"
"""What the bus calls a round with the server that has ended: nothing need have changed, but records may
have come further (sent, verified, seen). No record kind has this name."""


class Changes(Protocol):
    """What an operation touched; `work.changes.Changes` is one."""

    @property
    def kinds(self) -> frozenset[str]:
        """Record kinds touched."""

    @property
    def ids(self) -> frozenset[str]:
        """Records touched."""


class Bus(QObject):
    """Announces changes to records, wherever they came from: a button, another laptop, an import.

    `changed(changes, initiator)`: a screen that shows one of `changes.kinds` reads it again, unless it
    is itself the `initiator` (None when it came from outside) and has shown it already::

        operations.bus.changed.connect(self._on_bus_changed)

        @Slot(object, object)
        def _on_bus_changed(self, changes: Changes, initiator: object) -> None:
            if changes.kinds & {"visit", "engagement"} and initiator is not self:
                self.read_again()
    """

    changed = Signal(object, object)
