"""The end of a shift: what went well, what was not reached, what is passed on, what it adds up to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from outreach_app.domain import field as fields
from outreach_app.domain.counting import RULES
from outreach_app.domain.field import Json, read_moment
from outreach_app.domain.kind import Finding
from outreach_app.domain.shift import SHIFT
from outreach_app.store.drafts import Draft
from outreach_app.ui.editors import Editor, Setting, make_editor
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space
from outreach_app.ui.parts.card import rule
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.today_handover import PassOn
from outreach_app.ui.screens.today_words import count, span
from outreach_app.work.amendment import Amendment, Said
from outreach_app.work.today import HotspotToday, Today, Totals

_ROWS = "not_reached"
_ASKED = ("went_well", "hard", "next_time", "break_minutes", "ended_at")
_WITHOUT = frozenset(SHIFT.fields) - {*_ASKED}


class EndForm(QWidget):
    """What the sheet at the end holds. It knows two uses: ending a shift, and mending one that has ended."""

    edited = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._amendment: Amendment | None = None
        self._reasons: dict[str, Editor] = {}
        self._kept_reached: dict[str, str] = {}
        self.form = Form(SHIFT, setting, self, name="end", without=_WITHOUT, is_dense=True)
        self.form.edited.connect(self._on_form_edited)
        self.pass_on = PassOn(setting, name="end-pass")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        for name in ("went_well", "hard", "next_time"):
            column.addWidget(self.form.field(name))
        self._reached = QWidget()
        reached = QVBoxLayout(self._reached)
        reached.setContentsMargins(0, 0, 0, 0)
        reached.setSpacing(Space.SMALL)
        reached.addWidget(rule())
        reached.addSpacing(Space.SMALL)
        reached.addWidget(Text(self.tr("Not reached today"), "lead"))
        self._reached_list = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
        reached.addLayout(self._reached_list)
        column.addWidget(self._reached)
        column.addWidget(rule())
        self.pass_title = Text(self.tr("Pass on to the next pair"), "lead")
        column.addWidget(self.pass_title)
        column.addWidget(self.pass_on)
        column.addWidget(rule())
        column.addWidget(Text(self.tr("What the summary will say"), "lead"))
        self.figures = Figures()
        column.addWidget(self.figures)
        times = Flow(gap=Space.WIDE, line_gap=Space.MEDIUM)
        times.addWidget(self.form.field("ended_at"))
        times.addWidget(self.form.field("break_minutes"))
        column.addLayout(times)
        self.left = Text("", "waiting", wraps=True)
        self.left.setObjectName("end-drafts-left")
        column.addWidget(self.left)
        column.addStretch(1)

    # --------------------------------------------------------------------------------------- values

    def open_for(self, seen: Today, draft: Draft | None) -> None:
        """Begin with a shift as it stands, and over it what its draft had changed."""
        if seen.opened is None:
            return
        self._amendment = Amendment(seen.opened, (*_ASKED, _ROWS), draft)
        values = self._amendment.begins_with
        self.form.set_setting(self._setting)
        self.form.set_values({name: values[name] for name in _ASKED if values.get(name) is not None})
        self._set_reasons(values.get(_ROWS))
        self.show_today(seen)

    def _set_reasons(self, rows: Json) -> None:
        self._kept_reached = {str(row.get("hotspot")): str(row.get("reason")) for row in rows or ()}
        for spot, editor in self._reasons.items():
            editor.set_value(self._kept_reached.get(spot))

    def show_today(self, seen: Today) -> None:
        """Figures, hotspots and handover as they are now; what is being typed stays."""
        if seen.shift is None or seen.opened is None:
            return
        amendment = self._amendment
        if amendment is not None and amendment.record.id == seen.shift.id:
            for name, value in amendment.take(seen.opened, self.values()).items():
                if name == _ROWS:
                    self._set_reasons(value)
                else:
                    self.form.set_value(name, value)
        self._show_not_reached([spot for spot in seen.hotspots if _is_missed(spot)])
        self.pass_on.show_items(seen.passing, self._setting.on_wall(seen.now).date())
        self.figures.show_totals(seen.totals, counted_hotspots(seen.hotspots))
        drafts = seen.totals.drafts_left
        words = count(
            drafts,
            self.tr("1 half-written form is left; the summary says so. Save it first if you can."),
            self.tr("%1 half-written forms are left; the summary says so. Save them first if you can."),
        )
        self.left.setText(words)
        self.left.setVisible(bool(drafts))

    def _show_not_reached(self, missed: Sequence[HotspotToday]) -> None:
        wanted = {spot.id: spot.name for spot in missed}
        self._reached.setVisible(bool(wanted))
        if list(wanted) == list(self._reasons):
            return
        said = {spot: editor.value() for spot, editor in self._reasons.items()}
        while self._reached_list.count():
            taken = self._reached_list.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        self._reasons = {}
        declared = SHIFT.fields[_ROWS]
        assert isinstance(declared, fields.Rows)
        asked = dict(declared.columns)["reason"]
        for spot, name in wanted.items():
            editor = make_editor(asked, f"end-missed-{spot[:8]}", self._setting)
            editor.set_value(said.get(spot) or self._kept_reached.get(spot))
            editor.edited.connect(self._on_reason_edited)
            self._reasons[spot] = editor
            self._reached_list.addWidget(Field(name, editor.part))

    def values(self) -> dict[str, Json]:
        """The answers of this sheet as the shift keeps them, None for those taken away."""
        shown = self.form.values()
        missed = [
            {"hotspot": spot, "reason": editor.value()}
            for spot, editor in self._reasons.items()
            if editor.value() is not None
        ]
        return {**{name: shown.get(name) for name in _ASKED}, _ROWS: missed or None}

    def said(self) -> Said:
        """What differs from the shift as it was opened: what a draft keeps, and what a save says."""
        if self._amendment is None:
            return Said({}, {})
        return self._amendment.said(self.values())

    # ------------------------------------------------------------------------------------- findings

    def check(self) -> list[Finding]:
        """What the rules say; and nobody ends a shift tomorrow."""
        before = self._amendment.record.values if self._amendment is not None else {}
        findings = [
            one
            for one in SHIFT.check({**before, **self.values()})[1]
            if one.field in _ASKED or one.field == _ROWS
        ]
        ended = self.values().get("ended_at")
        if isinstance(ended, str) and read_moment(ended) > self._setting.clock.now():
            findings.append(
                Finding("refuse", "ended_at", "time-ahead", self.tr("That time has not come yet."))
            )
        return findings

    def show_findings(self, findings: Sequence[Finding]) -> list[Finding]:
        """Show each at its field and go to the first that stops; those that stop."""
        self.form.show_findings(findings)
        stops = [one for one in findings if one.level == "refuse"]
        self.form.go_to_first(stops)
        return stops

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        self.form.show_findings(self.check())
        self.edited.emit()

    @Slot()
    def _on_reason_edited(self) -> None:
        self.edited.emit()


def _is_reached(spot: HotspotToday) -> bool:
    return bool(spot.is_here or spot.minutes or spot.last_left_at is not None)


def _is_missed(spot: HotspotToday) -> bool:
    """In the plan of the day, and nobody of this pair was there."""
    return spot.is_assigned and not _is_reached(spot)


def counted_hotspots(spots: Sequence[HotspotToday]) -> int:
    """What the summary counts the visited ones against: the plan of the day, and where one went besides."""
    return sum(spot.is_assigned or _is_reached(spot) for spot in spots)


class Figures(QWidget):
    """What the shift adds up to, each number beside its counting rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("end-figures")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.LARGE)
        self._grid.setVerticalSpacing(Space.SMALL)
        self._grid.setColumnStretch(1, 1)
        self.numbers: dict[str, Text] = {}
        for row, (key, words, told) in enumerate(
            (
                ("conversations", self.tr("Conversations"), RULES["conversations"]),
                ("young_people", self.tr("Young people"), RULES["young_people"]),
                ("declined", self.tr("Walked on"), RULES["declined"]),
                ("referrals", self.tr("Full referrals"), RULES["full_referrals"]),
                ("minutes", self.tr("In hotspots"), RULES["minutes"]),
                ("hotspots", self.tr("Hotspots visited"), RULES["hotspots_visited"]),
            )
        ):
            number = Text("", "lead")
            number.setObjectName(f"end-figure-{key}")
            self.numbers[key] = number
            self._grid.addWidget(number, row, 0)
            side = QVBoxLayout()
            side.setSpacing(0)
            side.addWidget(Text(words, "strong"))
            side.addWidget(Text(told, "small", wraps=True))
            self._grid.addLayout(side, row, 1)

    def show_totals(self, totals: Totals, hotspots: int) -> None:
        """Show these figures."""
        shown = {
            "conversations": f"{totals.conversations:,}",
            "young_people": f"{totals.young_people:,}",
            "declined": f"{totals.declined:,}",
            "referrals": f"{totals.referrals:,}",
            "minutes": span(totals.minutes),
            "hotspots": self.tr("%1 of %2")
            .replace("%1", str(totals.hotspots_visited))
            .replace("%2", str(hotspots)),
        }
        for key, words in shown.items():
            self.numbers[key].setText(words)
