"""A first and a last day of one's own choosing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.moment import MomentEdit


class OwnDays(QWidget):
    """`chosen` when two days stand there in the right order."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("summaries-days")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        first, last = self.tr("First day"), self.tr("Last day")
        self._last = date.min
        offer = self._offer
        self.since = MomentEdit(name="summaries-since", label=first, offer=offer, has_time=False)
        self.until = MomentEdit(name="summaries-until", label=last, offer=offer, has_time=False)
        self._since_field = Field(first, self.since)
        self._until_field = Field(last, self.until)
        for field in (self._since_field, self._until_field):
            column.addWidget(field)
        for edit in (self.since, self.until):
            edit.changed.connect(self._on_edit_changed)
        self._is_set = False

    def set_last(self, today: date) -> None:
        """Begin with the last four weeks; a person's own choice stays."""
        self._last = today
        if not self._is_set:
            self._is_set = True
            self.since.set_value(datetime.combine(today - timedelta(days=27), time()))
            self.until.set_value(datetime.combine(today, time()))

    def _offer(self) -> datetime:
        return datetime.combine(self._last, time())

    def value(self) -> tuple[date, date] | None:
        """The two days, the first not after the last; None before that."""
        since, until = self.since.value(), self.until.value()
        if since is None or until is None or since.date() > until.date():
            return None
        return since.date(), until.date()

    def take_focus(self) -> None:
        """Into the first day."""
        self.since.setFocus()

    @Slot()
    def _on_edit_changed(self) -> None:
        since, until = self.since.value(), self.until.value()
        is_backwards = since is not None and until is not None and since.date() > until.date()
        words = self.tr("The last day is before the first.") if is_backwards else ""
        self._until_field.set_error(words)
        self.chosen.emit()
