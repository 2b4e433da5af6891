"""Where two laptops said different things: the answers side by side, until one is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.text import Text
from outreach_app.work.today import Answer, Divided

_LONGEST = 60


class DividedCard(Card):
    """`chosen(record, field, operation)` when a person has chosen; absent while nothing is divided."""

    chosen = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Two answers stand. Which is right?"), tone="waiting", parent=parent)
        self.setObjectName("today-divided")
        self._shown: Sequence[Divided] = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.MEDIUM)
        self.add(self._rows)
        self.hide()

    def show_divided(self, divided: Sequence[Divided]) -> None:
        """Show these; none takes the card away."""
        if divided == self._shown:
            return
        is_new = any(one not in self._shown for one in divided)
        self._shown = divided
        while self._rows.count():
            taken = self._rows.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for one in divided:
            self._rows.addWidget(self._row(one))
        self.setVisible(bool(divided))
        if is_new:
            announce(self, self.accessibleName(), is_urgent=True)

    def _row(self, one: Divided) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        head.addWidget(Text(one.label, "strong"))
        head.addWidget(Text(one.about, "quiet", wraps=True), 1)
        column.addLayout(head)
        flow = Flow(gap=Space.SMALL)
        for place, answer in enumerate(one.answers):
            button = Button(self._words(answer), name=f"divided-{one.field}-{place}")
            button.setAccessibleName(f"{one.label}: {self._words(answer)}")
            button.setProperty("choice", [one.record, one.field, answer.op])
            button.clicked.connect(self._on_button_clicked)
            flow.addWidget(button)
        column.addLayout(flow)
        return row

    def _words(self, answer: Answer) -> str:
        said = answer.words
        shown = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1].rstrip()}…"
        by = self.tr("you") if answer.is_mine else answer.by
        return self.tr("%1 · %2").replace("%2", by).replace("%1", shown)

    @Slot()
    def _on_button_clicked(self) -> None:
        record, field, op = self.sender().property("choice")
        self.chosen.emit(record, field, op)
