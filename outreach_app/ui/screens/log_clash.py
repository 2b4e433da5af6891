"""What arrived from another laptop while somebody was typing: both answers, side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.banner import Icon
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.text import Text


class Clash(NamedTuple):
    """One field on which somebody else has said something I had not seen."""

    field: str
    label: str
    by: str
    theirs: str
    mine: str


class ClashCard(Card):
    """Shown while there are clashes. `taken(field)` takes theirs, `kept(field)` keeps mine knowingly.

    Doing neither is safe too: both answers are saved and stand as a conflict until one is chosen.
    """

    taken = Signal(str)
    kept = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tone="waiting", parent=parent)
        self.setObjectName("log-clash")
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        head.addWidget(Icon("git-merge", "waiting"))
        head.addWidget(Text(self.tr("Another answer has arrived"), "strong"), 1)
        self.add(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.SMALL)
        self.add(self._rows)
        self.add(
            Text(
                self.tr(
                    "Nothing is overwritten. If you save without choosing, both answers stay side by side."
                ),
                "small",
                wraps=True,
            )
        )
        self._shown: list[Clash] = []
        self.setAccessibleName(self.tr("Another answer has arrived"))
        self.hide()

    def show_clashes(self, clashes: Sequence[Clash], after: QWidget | None = None) -> None:
        """Show these, Tab reaching their buttons next after `after`; none takes the card away."""
        if list(clashes) == self._shown:
            return
        is_new = any(clash not in self._shown for clash in clashes)
        self._shown = list(clashes)
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for clash in clashes:
            self._rows.addWidget(self._row(clash))
        stops = self.findChildren(Button)
        for before, stop in zip([after, *stops], stops, strict=False):
            if before is not None:  # or Tab would come to the new buttons after all of the window
                QWidget.setTabOrder(before, stop)
        self.setVisible(bool(clashes))
        if is_new:
            told = [f"{clash.label}: {clash.by}, {clash.theirs}." for clash in clashes]
            announce(self, " ".join([self.accessibleName(), *told]), is_urgent=True)

    def _row(self, clash: Clash) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.SMALL)
        words = self.tr("%1: %2 says “%3”, here it is “%4”.")
        said = {"%1": clash.label, "%2": clash.by, "%3": clash.theirs, "%4": clash.mine}
        words = re.sub(r"%[1-4]", lambda mark: said[mark[0]], words)  # in one go: an answer may hold a "%2"
        line.addWidget(Text(words, wraps=True), 1)
        name = clash.field.replace("_", "-")
        take = Button(self.tr("Take theirs"), name=f"log-take-{name}")
        take.setProperty("field", clash.field)
        take.setAccessibleDescription(words)
        take.clicked.connect(self._on_take_clicked)
        keep = Button(self.tr("Keep mine"), name=f"log-keep-{name}")
        keep.setProperty("field", clash.field)
        keep.setAccessibleDescription(words)
        keep.clicked.connect(self._on_keep_clicked)
        line.addWidget(take)
        line.addWidget(keep)
        return row

    @Slot()
    def _on_take_clicked(self) -> None:
        self.taken.emit(str(self.sender().property("field")))

    @Slot()
    def _on_keep_clicked(self) -> None:
        self.kept.emit(str(self.sender().property("field")))
