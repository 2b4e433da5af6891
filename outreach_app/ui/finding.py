"""What Ctrl+K finds among the records, and where picking it leads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from outreach_app.ui.operation import Operations, Question
from outreach_app.ui.tables.row_list import Row
from outreach_app.ui.window import Window
from outreach_app.work.finding import Find, find

if TYPE_CHECKING:
    from outreach_app.work.desk import Desk

_ICONS = {
    "engagement": "chats-circle",
    "hotspot": "map-pin",
    "member": "user",
    "person": "identification-card",
    "referral": "paper-plane-tilt",
    "service": "first-aid-kit",
    "shift": "path",
    "visit": "map-pin",
}


class Finding(QObject):
    """Asks the store lane when typing pauses, and opens what is picked."""

    def __init__(self, window: Window, operations: Operations, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._operations = operations
        self._desk = desk
        self._finds: dict[str, Find] = {}
        window.finder.asked.connect(self._on_finder_asked)
        window.finder.found.connect(self._on_finder_found)

    @Slot(str)
    def _on_finder_asked(self, text: str) -> None:
        self._operations.start(
            Question(self._window, partial(find, self._desk, text), success=partial(self._show, text))
        )

    def _show(self, text: str, finds: list[Find]) -> None:
        self._finds = {one.id: one for one in finds}
        self._window.finder.set_found(text, [self._row(one) for one in finds])

    def _row(self, one: Find) -> Row:
        when = f"{one.at:%a} {one.at.day} {one.at:%b, %H:%M}" if one.at else ""
        under = " · ".join(part for part in (one.kind_words, one.detail, when, one.place) if part)
        state = self.tr("void") if one.is_void else ""
        icon = _ICONS.get(one.kind, "file-text")
        if one.name:
            return Row(one.id, one.name, under, state, icon=icon)
        title = " · ".join(part for part in (one.kind_words, when) if part)
        nowhere = self.tr("between hotspots") if one.kind == "engagement" else ""
        return Row(one.id, title, one.place or nowhere, state, icon=icon)

    @Slot(str)
    def _on_finder_found(self, key: str) -> None:
        one = self._finds.get(key)
        if one is None:
            return
        if one.kind == "engagement" and not one.is_void and self._window.has_screen("log"):
            from outreach_app.ui.screens.log import LogScreen

            screen = self._window.show_screen("log")
            assert isinstance(screen, LogScreen)
            screen.amend(one.id)
        elif one.shift and self._window.has_screen("summaries"):
            from outreach_app.ui.screens.summaries import SummariesScreen

            screen = self._window.show_screen("summaries")
            assert isinstance(screen, SummariesScreen)
            screen.open_shift(one.shift)
        else:
            words = " · ".join(part for part in (one.name, one.kind_words, one.detail) if part)
            self._window.show_success(words)
