"""Where and when a conversation was: one quiet line that fills itself, and a panel to put it right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.domain.field import Json, Unfit, read_moment, spell_moment
from outreach_app.domain.kind import Finding, Kind
from outreach_app.ui.editors import Setting
from outreach_app.ui.look import Space
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.moment import MomentEdit
from outreach_app.ui.parts.picker import Picker
from outreach_app.ui.parts.text import Elided, Text
from outreach_app.work.log import Log, Outing, Stay, stay_at

FIELDS = ("shift", "hotspot", "visit", "occurred_at")
"""What this line answers."""

_BETWEEN = "between"
_SAME_EVENING = timedelta(hours=12)
"""How long after its end a shift is still taken for granted."""


class PlaceLine(QWidget):
    """`changed` is emitted when a person put place, time or shift right; the line itself never speaks.
    `panel` is where they do it: the screen puts it below its head, as wide as the page.

    While nobody has touched it it follows the pair: `follow(log)` gives it the open visit, `tick(now)` the
    time. `freeze()` stops the clock when the first answer is given; `start_again()` lets it follow again.
    """

    changed = Signal()

    def __init__(self, kind: Kind, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._log: Log | None = None
        self._shift: str | None = None
        self._hotspot: str | None = None
        self._visit: str | None = None
        self._at: datetime | None = None
        self._offers: tuple[list[Choice], list[Choice]] = ([], [])
        self.is_by_hand = False
        """Somebody chose the place or the time."""
        self._is_frozen = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        line = QHBoxLayout()
        line.setSpacing(Space.SMALL)
        self.words = Elided("", "quiet")
        self.words.setObjectName("log-place-words")
        line.addWidget(self.words)
        self.change = Button(self.tr("Change"), name="log-place-change", kind="link", keys="")
        self.change.setAccessibleDescription(self.tr("Change the place or the time"))
        self.change.clicked.connect(self.turn)
        line.addWidget(self.change)
        self.now = Button(self.tr("Here and now"), name="log-place-now", kind="link")
        self.now.setToolTip(self.tr("Take the place and the time of now again"))
        self.now.clicked.connect(self._on_now_clicked)
        self.now.hide()
        line.addWidget(self.now)
        line.addStretch(1)
        column.addLayout(line)
        self.panel = Card()
        self.panel.setObjectName("log-place-panel")
        flow = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
        fields = kind.fields
        self.hotspots = Picker((), name="log-hotspot")
        self.hotspots.picked.connect(self._on_hotspots_picked)
        self.moment = MomentEdit(
            name="log-occurred-at",
            label=fields["occurred_at"].label,
            offer=setting.now_on_wall,
            is_required=True,
        )
        self.moment.changed.connect(self._on_moment_changed)
        self.outings = Picker((), name="log-shift", nothing=self.tr("No shift"))
        self.outings.picked.connect(self._on_outings_picked)
        self._fields = {
            "hotspot": Field(fields["hotspot"].label, self.hotspots),
            "occurred_at": Field(fields["occurred_at"].label, self.moment),
            "shift": Field(fields["shift"].label, self.outings),
        }
        for shown in self._fields.values():
            flow.addWidget(shown)
        self.panel.add(flow)
        self.panel.hide()
        self.note = Text("", "waiting", wraps=True)
        self.note.setObjectName("log-place-note")
        self.note.hide()
        column.addWidget(self.note)

    # --------------------------------------------------------------------------------------- values

    def values(self) -> dict[str, Json]:
        """Shift, hotspot, visit and moment as the record keeps them."""
        said = {
            "shift": self._shift,
            "hotspot": self._hotspot,
            "visit": self._visit,
            "occurred_at": None if self._at is None else spell_moment(self._at),
        }
        return {name: value for name, value in said.items() if value is not None}

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Show a record's or a draft's place; it follows nobody any more."""
        self._shift = _text(values.get("shift"))
        self._hotspot = _text(values.get("hotspot"))
        self._visit = _text(values.get("visit"))
        try:
            self._at = read_moment(values.get("occurred_at")).replace(microsecond=0)
        except Unfit:
            self._at = None
        self._is_frozen = True
        self._show()

    def start_again(self) -> None:
        """Follow the pair again; a place chosen by hand stays, and the time too if that shift is over."""
        outing = self._outing
        self._is_frozen = False
        if self.is_by_hand and outing is not None and not outing.is_running:
            self._show()
            return
        if self._log is not None:
            hotspot, was_by_hand = self._hotspot, self.is_by_hand
            self.is_by_hand = False
            self.follow(self._log)
            if was_by_hand and hotspot != self._hotspot:
                self._hotspot, self.is_by_hand = hotspot, True
                self._find_visit()
                self._show()

    def freeze(self) -> None:
        """The first answer was given: place and time are those of now."""
        self._is_frozen = True

    def forget_hand(self) -> None:
        """Let the next `follow` decide place and time."""
        self.is_by_hand = False
        self._is_frozen = False

    def follow(self, log: Log) -> None:
        """Take in where the pair is and which shifts there are."""
        is_first = self._log is None  # answers may have been given before anybody knew of the shift
        self._log = log
        self._offer(log)
        if is_first or not (self.is_by_hand or self._is_frozen):
            outing = log.outings[0] if log.outings else None
            if outing is not None and not outing.is_running:
                ended = outing.ended_at or outing.started_at
                outing = outing if log.now - ended < _SAME_EVENING else None
            self._shift = outing.shift if outing else None
            is_here = outing is not None and outing.is_running and log.here is not None
            self._hotspot = log.here.hotspot if is_here and log.here else None
            self._visit = log.here.visit if is_here and log.here else None
            self._at = log.now
        self._show()

    def tick(self, now: datetime) -> None:
        """It is later now."""
        if not (self.is_by_hand or self._is_frozen):
            is_later = self._at is None or _minute(now) != _minute(self._at)
            self._at = now.replace(microsecond=0)
            if is_later:
                self._show()

    @property
    def has_shift(self) -> bool:
        """Whether there is a shift to log into."""
        return self._shift is not None

    @property
    def _outing(self) -> Outing | None:
        outings = self._log.outings if self._log else ()
        return next((one for one in outings if one.shift == self._shift), None)

    def _find_visit(self) -> None:
        """The visit this moment falls into. A minute is all one types: its seconds are those of arriving."""
        outing = self._outing
        if outing is None or self._at is None:
            self._visit = None
            return
        for stay in outing.stays:
            if stay.hotspot == self._hotspot and _minute(stay.arrived_at) == _minute(self._at):
                self._at = max(self._at, stay.arrived_at)
        found: Stay | None = stay_at(outing.stays, self._hotspot, self._at)
        self._visit = found.visit if found else None

    # ------------------------------------------------------------------------------------- on screen

    def _offer(self, log: Log) -> None:
        hotspots = [Choice(one.id, one.words) for one in log.options.get("hotspot", ())]
        if self._hotspot and all(choice.code != self._hotspot for choice in hotspots):
            hotspots.append(Choice(self._hotspot, "…"))
        offers = (
            [Choice(_BETWEEN, self.tr("Between hotspots")), *hotspots],
            [Choice(one.shift, self._outing_words(one)) for one in log.outings],
        )
        if offers != self._offers:  # a list that is open must not close under the hand
            self._offers = offers
            self.hotspots.set_choices(offers[0])
            self.outings.set_choices(offers[1])

    def _outing_words(self, outing: Outing) -> str:
        shown = self._setting.on_wall(outing.started_at)
        when = self.tr("This shift") if outing.is_running else f"{shown:%a} {shown.day} {shown:%b, %H:%M}"
        return " · ".join([when, *([self._with(outing)] if outing.colleagues else [])])

    def _with(self, outing: Outing) -> str:
        return self.tr("with %1").replace("%1", self.tr(" and ").join(outing.colleagues))

    def _show(self) -> None:
        self.hotspots.set_value(self._hotspot or _BETWEEN)
        if self._at is not None:
            self.moment.set_value(self._setting.on_wall(self._at))
        self.outings.set_value(self._shift)
        outing = self._outing
        others = [one for one in (self._log.outings if self._log else ()) if one.shift != self._shift]
        self._fields["shift"].setVisible(bool(others))
        if self._shift is None:
            self.words.setText(self.tr("No shift yet"))
        else:
            parts = [self.hotspots.currentText(), self._when()]
            if outing is not None and outing.colleagues:
                parts.append(self._with(outing))
            self.words.setText(" · ".join(parts))
        self.now.setVisible(self.is_by_hand)

    def _when(self) -> str:
        if self._at is None:
            return "…"
        shown, today = self._setting.on_wall(self._at), self._setting.now_on_wall().date()
        day = "" if shown.date() == today else f"{shown:%a} {shown.day} {shown:%b} "
        return f"{day}{shown:%H:%M}"

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """What the rules say of place and time: faults at the field, oddities below the line."""
        faults = {one.field: one.words for one in findings if one.level == "refuse"}
        for name, shown in self._fields.items():
            shown.set_error(faults.get(name, ""))
        if faults and self.panel.isHidden():
            self.turn()
        odd = " ".join(one.words for one in findings if one.level != "refuse")
        self.note.setText(odd)
        self.note.setVisible(bool(odd))

    @property
    def is_open(self) -> bool:
        """Whether the panel is there."""
        return not self.panel.isHidden()

    @Slot()
    def turn(self) -> None:
        """Open the panel, or close it."""
        is_open = self.is_open
        self.panel.setVisible(not is_open)
        self.change.setText(self.tr("Change") if is_open else self.tr("Done"))
        self.change.updateGeometry()
        self._show()
        (self.change if is_open else self.hotspots).setFocus()

    # ---------------------------------------------------------------------------------------- hands

    def _by_hand(self) -> None:
        self.is_by_hand = True
        self._find_visit()
        self._show()
        self.changed.emit()

    @Slot(str)
    def _on_hotspots_picked(self, code: str) -> None:
        self._hotspot = None if code == _BETWEEN else code
        self._by_hand()

    @Slot()
    def _on_moment_changed(self) -> None:
        shown = self.moment.value()
        if shown is not None:
            self._at = self._setting.off_wall(shown.replace(second=0))
            self._by_hand()

    @Slot(str)
    def _on_outings_picked(self, code: str) -> None:
        self._shift = code
        outing = self._outing
        if outing is not None and not outing.is_running and self._at is not None:
            end = outing.ended_at or outing.started_at
            if not outing.started_at <= self._at <= end:
                self._at = end
        self._by_hand()

    @Slot()
    def _on_now_clicked(self) -> None:
        self.forget_hand()
        if self._log is not None:
            self.follow(self._log)
        self.tick(self._setting.clock.now())
        (self.hotspots if self.is_open else self.change).setFocus()
        self.changed.emit()


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
