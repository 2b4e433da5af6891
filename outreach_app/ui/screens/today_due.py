"""What is due: whom to chase, whom to tell."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QWidget

from outreach_app.ui.editors import Setting
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.pill import Badge, Meaning
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.today_words import count, day
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.work.today import Due, Today


class DueCard(Card):
    """A short list with a count beside its title; late things are said in words, not in red alone."""

    def __init__(self, setting: Setting, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Due"), is_flush=True, parent=parent)
        self._setting = setting
        self.badge = Badge("")
        self.set_beside_title(self.badge)
        self.list = RowList(name=name, label=self.tr("Due"))
        self.list.opens_on_click = False
        self.list.fit_rows()
        self.add(self.list)
        self.empty = Text(self.tr("Nobody waits for a call or an answer."), "quiet", wraps=True)
        self.empty.setContentsMargins(14, 12, 14, 14)
        self.add(self.empty)

    def show_today(self, seen: Today) -> None:
        """Show what is due."""
        today = self._setting.on_wall(seen.now).date()
        self.list.set_rows([self._row(place, due, today) for place, due in enumerate(seen.due)])
        self.list.setVisible(bool(seen.due))
        self.empty.setVisible(not seen.due)
        is_late = any(due.is_overdue for due in seen.due)
        self.badge.say(str(len(seen.due)) if seen.due else "", "danger" if is_late else "waiting")

    def _row(self, place: int, due: Due, today: date) -> Row:
        words = self.tr("Chase %1") if due.verb == "Chase" else self.tr("Tell %1")
        right, meaning = self._when(due, today)
        under = self.tr("%1 · referral").replace("%1", due.detail) if due.verb == "Chase" else due.detail
        return Row(f"{due.verb}:{due.id}:{place}", words.replace("%1", due.text), under, right, meaning)

    def _when(self, due: Due, today: date) -> tuple[str, Meaning]:
        if due.on is None or due.verb == "Tell":
            return "", "neutral"
        late = (today - due.on).days
        if due.is_overdue and late > 0:
            return count(late, self.tr("1 day late"), self.tr("%1 days late")), "danger"
        return day(due.on, today), "waiting"
