"""The status light: four truths in a few words, and never more than is true.

"On server" is said only of records with a signed receipt. Offline is a normal state, grey and calm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from outreach_app.store.batches import Truths
    from outreach_app.ui.parts.pill import Meaning

ALARMS = frozenset(
    ("server-forked", "roster-fork", "laptop-cloned", "epoch-key-wrong", "server-changed", "receipt-wrong")
)
"""Troubles of a round that a person must look at before anything else is sent."""

_REMOVED = frozenset(("device-revoked", "device-blocked"))


class Light(NamedTuple):
    """What the pill says, what it means, and the line at the foot."""

    words: str
    meaning: Meaning
    foot: str


class Lamp(QObject):
    """Turns truths into words; a QObject only because translators' words hang on one."""

    def read(self, truths: Truths, trouble: str, *, is_enrolled: bool) -> Light:
        """The light for these truths; `trouble` is the code that ended the last round, or ""."""
        foot = self._foot(truths, is_offline=bool(trouble))
        if trouble in ALARMS:
            return Light(self.tr("Stopped: look at this"), "danger", foot)
        if trouble in _REMOVED:
            return Light(self.tr("Laptop removed"), "danger", foot)
        if not is_enrolled:
            return Light(self.tr("Waiting to be let in"), "waiting", foot)
        if truths.parked or truths.conflicts:
            return Light(self.tr("%n to look at", "", truths.parked + truths.conflicts), "waiting", foot)
        if truths.waiting and trouble:
            return Light(self.tr("Offline · %n waiting", "", truths.waiting), "neutral", foot)
        if truths.waiting:
            some = self.tr("%1 of %2 on server")
            words = some.replace("%1", str(truths.on_server)).replace("%2", str(truths.saved))
            return Light(words, "waiting", foot)
        if not truths.saved:
            return Light(self.tr("Ready"), "neutral", foot)
        return Light(self.tr("All %n on server", "", truths.saved), "safe", foot)

    def _foot(self, truths: Truths, *, is_offline: bool) -> str:
        if not truths.waiting:
            return self.tr("Nothing waits to be sent")
        if is_offline:
            return self.tr("%n waiting to send · next try when online", "", truths.waiting)
        return self.tr("%n waiting to send", "", truths.waiting)
