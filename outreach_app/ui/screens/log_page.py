"""Where everything stands on the Log screen: the conversation on the left, what came of it on the right.

The common part fits a 1366×768 laptop without scrolling. Fields this page does not name follow below the
line by themselves, in the order of the declaration.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.domain import field as fields
from outreach_app.domain.words import Words
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space
from outreach_app.ui.parts.banner import Banner
from outreach_app.ui.parts.beside import Beside
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card, rule
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.log_clash import ClashCard
from outreach_app.ui.screens.log_place import PlaceLine

SHOWN = {"topics": 14, "given": 4, "outcome": 5}
"""Chips before "More…"; letters reach the rest all the same."""

HELP_BELOW = ("headcount", "young_person_view")
"""Fields narrower than their help."""

_COMMON = ("headcount", "depth", "ages", "genders", "acquaintance", "topics", "note")
_SIDE = (("given",), ("outcome",), ("young_person_view", "view_tag"))
_FIRST_BELOW = "concern_reason"


class LogPage(QWidget):
    """The scrolling part of the screen. It only places; `LogScreen` says what happens."""

    def __init__(self, form: Form, place: PlaceLine, clash: ClashCard, drafts: Button) -> None:
        super().__init__()
        self._form = form
        self.title = Text("", "title")
        self.declined = Button(self.tr("Declined"), name="log-declined", is_large=True)
        self.declined.show_keys("0")
        self.no_shift = Banner(name="log-no-shift")
        self.no_shift.close_button.hide()
        columns = Columns()
        columns.add(self._build_main(place, clash, drafts), stretch=1, least=600)
        columns.add(self._build_side(), width=310)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(columns)

    def _build_main(self, place: PlaceLine, clash: ClashCard, drafts: Button) -> QWidget:
        field = self._form.field
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(place)
        head.addLayout(words, 1)
        head.addWidget(drafts, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.declined, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        for above in (self.no_shift, place.panel, clash):
            column.addWidget(above)
        column.addWidget(Beside(field("headcount"), field("depth")))
        column.addWidget(field("ages"))
        column.addWidget(Beside(field("genders"), field("acquaintance")))
        column.addWidget(field("topics"))
        column.addWidget(field("note"))
        column.addSpacing(Space.SMALL)
        column.addWidget(rule())
        placed = {*_COMMON, *(name for card in _SIDE for name in card)}
        below = sorted(self._form.rest(placed), key=lambda name: name != _FIRST_BELOW)
        for name in below:
            column.addWidget(field(name))
        column.addStretch(1)
        return main

    def _build_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        for names in _SIDE:
            card = Card()
            for name in names:
                card.add(self._form.field(name))
            column.addWidget(card)
        column.addStretch(1)
        return side

    def show_no_shift(self, is_needed: bool, *, has_earlier: bool) -> None:
        """Without a shift nothing can be saved; what is typed is kept all the same."""
        if not is_needed:
            self.no_shift.hide()
        elif self.no_shift.isHidden():
            words = Words(
                self.tr("You have not started a shift."),
                self.tr("What you type here is kept as a draft."),
                self.tr("Start your shift to save it, or choose an earlier one under Change.")
                if has_earlier
                else self.tr("Start your shift to save it."),
            )
            self.no_shift.show_words(words, "waiting", action=self.tr("Start shift"))

    def show_rests(self) -> None:
        """How many of a count map's people are in none of its bands, beside its help."""
        headcount = self._form.value("headcount")
        for name, declared in self._form.kind.fields.items():
            if isinstance(declared, fields.Counts) and self._form.has(name):
                counted = sum((self._form.value(name) or {}).values())
                words = declared.help
                if counted and isinstance(headcount, int) and counted < headcount:
                    rest = self.tr("%1 not recorded").replace("%1", str(headcount - counted))
                    words = f"{words} {rest}." if words else rest
                aside = self._form.field(name).aside
                aside.setText(words)
                aside.setVisible(bool(words))
