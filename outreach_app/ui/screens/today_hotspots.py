"""The hotspots of the day: minutes there, how long ago, and where to go next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outreach_app.ui.canvas import words_width
from outreach_app.ui.editors import Setting
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card, rule
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.today_words import ago, clock, count, day, minutes_between
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.work.today import HotspotToday, Today


class HotspotCard(Card):
    """The list, and below it what Enter will do on the chosen row, and how to put a forgotten visit right.

    `chosen(str)` carries the hotspot of Enter, a double click or the button; `looked_at(str)` the one
    that is current.
    """

    chosen = Signal(str)
    looked_at = Signal(str)
    forgot_asked = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Hotspots"), is_flush=True, parent=parent)
        self._setting = setting
        self._seen: Today | None = None
        self.set_right(Text(self.tr("minutes today"), "small"))
        self.list = RowList(name="today-hotspots", label=self.tr("Hotspots, minutes today"))
        self.list.opens_on_click = False
        self.list.fit_rows()
        self.list.opened.connect(self.chosen)
        self.list.current_changed.connect(self._on_list_current_changed)
        self.add(self.list)
        self.empty = Empty(
            "map-pin",
            self.tr("No hotspots yet"),
            self.tr("They come with the first sync, once a lead has drawn them."),
        )
        self.add(self.empty)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(0)
        foot.addWidget(rule())
        inner = QVBoxLayout()
        inner.setContentsMargins(1, Space.TIGHT, 1, Space.TIGHT)  # words stand below the words of the list
        inner.setSpacing(0)
        self.go = Button("", name="today-go", kind="quiet", keys="Return")
        self.go.clicked.connect(self._on_go_clicked)
        self.forgot = Button("", name="today-forgot-visit", kind="quiet", keys="Ctrl+T")
        self.forgot.clicked.connect(self.forgot_asked)
        for button in (self.go, self.forgot):
            button.is_spread = True
            inner.addWidget(button)
        foot.addLayout(inner)
        self.add(self._foot)

    @property
    def current(self) -> str | None:
        """The hotspot that is chosen in the list."""
        return self.list.current_key()

    def show_today(self, seen: Today, now: datetime) -> None:
        """Show the list as it is now; at first the one where the pair is, or should go next, is current."""
        is_first = self._seen is None or self.list.current_key() is None
        self._seen = seen
        self._show_rows(now)
        if is_first and seen.hotspots and not seen.is_over:
            self.list.set_current(_next(seen.hotspots).id)
        self.empty.setVisible(not seen.hotspots)
        self.list.setVisible(bool(seen.hotspots))
        self._foot.setVisible(bool(seen.hotspots))
        self.go.setVisible(not seen.is_over)
        self._say_go()

    def tick(self, now: datetime) -> None:
        """It is later now: minutes run where the pair is."""
        if self._seen is not None:
            self._show_rows(now)

    def _show_rows(self, now: datetime) -> None:
        assert self._seen is not None
        spots = self._seen.hotspots
        minutes = {spot.id: minutes_at(spot, self._seen.now, now) for spot in spots}
        longest = max([*minutes.values(), 1])
        self.list.set_rows([self._row(spot, minutes[spot.id], longest, now) for spot in spots])

    def _row(self, spot: HotspotToday, minutes: int, longest: int, now: datetime) -> Row:
        under = self._under(spot, now)
        spoken = count(minutes, self.tr("1 minute today"), self.tr("%1 minutes today"))
        return Row(
            spot.id,
            spot.name,
            under,
            str(minutes),
            share=minutes / longest,
            spoken=f"{spot.name}, {under}, {spoken}",
        )

    def _under(self, spot: HotspotToday, now: datetime) -> str:
        is_over = self._seen is not None and self._seen.is_over
        if spot.is_here:
            return self.tr("you are here")
        if spot.last_left_at is not None:
            left = clock(self._setting, spot.last_left_at)
            if is_over:
                return self.tr("left %1").replace("%1", left)
            shortly = ago(minutes_between(spot.last_left_at, now))
            words = self.tr("left %1 · %2").replace("%1", left).replace("%2", shortly)
            return words if self._fits(words) else shortly
        if not spot.is_assigned:
            return self.tr("not in today's plan")
        if is_over:
            return self.tr("not reached")
        if spot.before_at is None:
            return self.tr("not yet today")
        before, today = (
            self._setting.on_wall(spot.before_at).date(),
            self._setting.on_wall(now).date(),
        )
        if before == today:
            words = self.tr("others left %1 · %2").replace("%1", clock(self._setting, spot.before_at))
            return words.replace("%2", ago(minutes_between(spot.before_at, now)))
        return self.tr("not yet today · %1").replace("%1", day(before, today))

    def _fits(self, words: str) -> bool:
        """Whether the second line of a row has room for this, beside bar and number."""
        taken = worn().scaled(64) + words_width("000") + 2 * Space.MEDIUM + 2 * Space.LARGE
        return words_width(words, Step.SMALL) <= self.width() - taken

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._seen is not None:
            self._show_rows(self._setting.clock.now())

    @Slot(str)
    def _on_list_current_changed(self, key: str) -> None:
        self._say_go()
        self.looked_at.emit(key)

    def _say_go(self) -> None:
        seen = self._seen
        spot = next((one for one in seen.hotspots if one.id == self.current), None) if seen else None
        self.forgot.setText(self.tr("Add a forgotten visit…"))
        self.forgot.show_keys("Ctrl+T")
        if seen is None or spot is None:
            self.go.setText(self.tr("Choose where you are"))
            self.go.setEnabled(False)
            return
        if spot.is_here:
            words = self.tr("Leave %1")
        elif seen.here is not None:
            words = self.tr("Move to %1")
        else:
            words = self.tr("Arrive at %1")
        self.go.setText(words.replace("%1", spot.name))
        self.go.setEnabled(True)
        self.go.show_keys("Return")
        if spot.is_here:
            self.forgot.setText(self.tr("Put the times right…"))

    @Slot()
    def _on_go_clicked(self) -> None:
        key = self.current
        if key is not None:
            self.chosen.emit(key)


def minutes_at(spot: HotspotToday, read_at: datetime, now: datetime) -> int:
    """Minutes in a hotspot by `now`, when they were read at `read_at`."""
    if spot.since is None:
        return spot.minutes
    return spot.minutes - minutes_between(spot.since, read_at) + minutes_between(spot.since, now)


def _next(spots: Sequence[HotspotToday]) -> HotspotToday:
    """Where the pair is, else the first one of the plan that has had no visit, else the one left longest."""
    here = next((spot for spot in spots if spot.is_here), None)
    if here is not None:
        return here
    planned = [spot for spot in spots if spot.is_assigned] or list(spots)
    fresh = next((spot for spot in planned if spot.last_left_at is None), None)
    return fresh or min(planned, key=lambda spot: str(spot.last_left_at))
