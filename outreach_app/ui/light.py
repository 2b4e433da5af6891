"""The status light: four truths in a few words, and never more than is true.

"On server" is said only of records with a signed receipt. Offline is a normal state, grey and calm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from outreach_app.domain.trouble import Words
from outreach_app.ui.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def tell(self, truths: Truths, join_words: Sequence[str], *, is_enrolled: bool) -> Words:
        """The four truths in full, never merged; before admission the six words to compare."""
        if not is_enrolled:
            happened = self.tr("Your team leader has not let this laptop in yet.")
            safe = self.tr("%1 saved here, on this laptop.").replace("%1", self._records(truths.saved))
            compare = self.tr("When you meet, compare: %1.").replace("%1", " · ".join(join_words))
            return Words(happened, safe, compare if join_words else "")
        some = self.tr("%1 of %2 on the server").replace("%1", f"{truths.on_server:,}")
        happened = f"{some.replace('%2', self._records(truths.saved))}."
        rest = self.tr("Order checked by this laptop: %1. Seen by the lead's laptop: %2.")
        safe = rest.replace("%1", f"{truths.verified:,}").replace("%2", f"{truths.seen_by_lead:,}")
        odd = [
            (
                truths.parked,
                self.tr("1 that arrived could not be opened."),
                self.tr("%1 could not be opened."),
            ),
            (truths.conflicts, self.tr("1 has two answers."), self.tr("%1 have two answers.")),
        ]
        return Words(
            happened, safe, " ".join(counted(number, one, many) for number, one, many in odd if number)
        )

    def _records(self, number: int) -> str:
        return counted(number, self.tr("1 record"), self.tr("%1 records"))

    def _foot(self, truths: Truths, *, is_offline: bool) -> str:
        if not truths.waiting:
            return self.tr("Nothing waits to be sent")
        if is_offline:
            return self.tr("%n waiting to send · next try when online", "", truths.waiting)
        return self.tr("%n waiting to send", "", truths.waiting)
