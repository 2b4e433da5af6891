"""Before a shift: what the last one left, then who goes, where, and whether both are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.domain.field import Json
from outreach_app.domain.kind import Finding
from outreach_app.domain.shift import SHIFT
from outreach_app.store.drafts import Draft
from outreach_app.ui.editors import Setting
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card, rule
from outreach_app.ui.parts.check_row import CheckRow
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screen import Screen
from outreach_app.ui.screens.today_slip import Slip, is_fresh
from outreach_app.ui.screens.today_words import long_day, names
from outreach_app.work.shift import PLANNED_END, PLANNED_START
from outreach_app.work.today import SCREEN, Today

DRAFT = f"{SCREEN}-start"

_LATER = frozenset(
    {
        "date",
        "workers",
        "started_at",
        "ended_at",
        "break_minutes",
        "not_reached",
        "drafts_left",
        "went_well",
        "hard",
        "next_time",
        "submitted_at",
        "approved_by",
        "approved_at",
        "cancelled_reason",
    }
)
"""What the program fills, or the end of the shift asks for."""

_ALONE = ("single_reason", "single_allowed_by")
_PLACED = ("hotspots_assigned", "readiness", "risk_level", "weather", "risk_note", "context", *_ALONE)
_RISKY = ("medium", "high")


class StartPage(QWidget):
    """`started(colleagues, said)` when the form is complete; the screen starts the shift.

    `aside` (the handover, what is due) stands before the form: it is read first.
    """

    started = Signal(object, object)

    def __init__(self, screen: Screen, setting: Setting, aside: QWidget) -> None:
        super().__init__()
        self._screen = screen
        self._setting = setting
        self._names: dict[str, str] = {}
        self._is_prepared = False
        self._is_touched = False
        self._goes_alone = False
        self.form = Form(SHIFT, setting, self, name="start", without=_LATER)
        self.form.edited.connect(self._on_form_edited)
        self._slip = Slip(screen, self.form, SHIFT.name, self._said)
        self._people_place = QWidget()
        self._people_place.setObjectName("start-people")
        people = QVBoxLayout(self._people_place)
        people.setContentsMargins(0, 0, 0, 0)
        self._people: ChipFlow | None = None
        self._offered: Sequence[Choice] = ()
        self.nobody = Text(
            self.tr("No colleague has arrived on this laptop yet. Sync first, or say why you go alone."),
            "quiet",
            wraps=True,
        )
        people.addWidget(self.nobody)
        self.people_field = Field(
            self.tr("Who goes with you"),
            self._people_place,
            help=self.tr("You go out in a pair; one alone needs a reason."),
        )
        self._build(aside)

    # --------------------------------------------------------------------------------------- layout

    def _build(self, aside: QWidget) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._aside = aside
        self._columns = Columns()
        self._columns.add(aside, width=330, order=0)
        self._columns.add(self._build_form(), stretch=1, least=520, order=1)
        outer.addWidget(self._columns, 1)
        outer.addWidget(rule(self))
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(Space.WIDE - 4, Space.SMALL, Space.WIDE - 4, Space.SMALL)
        row.setSpacing(Space.MEDIUM)
        action = self._screen.around.actions.add(
            self,
            "today-start",
            self.tr("Start shift"),
            "Ctrl+Return",
            self.tr("Shift"),
            self.submit,
            also=("Ctrl+Enter",),
            is_local=True,
        )
        self.start = Button.for_action(action, name="today-start", kind="primary", is_large=True)
        self._action = action
        row.addWidget(self.start)
        self.hint = Text("", "small", wraps=True)
        self.hint.setObjectName("today-start-hint")
        row.addWidget(self.hint, 1)
        outer.addWidget(foot)

    def _build_form(self) -> QWidget:
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(Text(self.tr("Start shift"), "title"))
        self.day = Text("", "quiet", wraps=True)
        head.addWidget(self.day)
        column.addLayout(head)
        column.addWidget(self.people_field)
        self.alone = Card(tone="waiting")
        words = Text(self.tr("Going alone needs a reason, and somebody who allowed it."), wraps=True)
        self.alone.add(words)
        pair = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
        for name in _ALONE:
            pair.addWidget(self.form.field(name))
        self.alone.add(pair)
        self.alone.hide()
        column.addWidget(self.alone)
        column.addWidget(self.form.field("hotspots_assigned"))
        column.addWidget(self.form.field("readiness"))
        today = Flow(gap=Space.WIDE, line_gap=Space.LARGE)
        today.addWidget(self.form.field("risk_level"))
        today.addWidget(self.form.field("weather"))
        column.addLayout(today)
        self.form.field("risk_note").hide()
        column.addWidget(self.form.field("risk_note"))
        column.addWidget(self.form.field("context"))
        self.more = Button("", name="today-start-more", kind="link")
        self.more.clicked.connect(self._on_more_clicked)
        line = QHBoxLayout()
        line.addWidget(self.more)
        line.addStretch(1)
        column.addLayout(line)
        self._rest = QWidget()
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(Space.LARGE)
        flow = Flow(gap=Space.WIDE, line_gap=Space.LARGE)
        for name in self.form.rest(_PLACED):
            flow.addWidget(self.form.field(name))
        rest.addLayout(flow)
        column.addWidget(self._rest)
        self._show_rest(False)
        column.addStretch(1)
        return main

    # ------------------------------------------------------------------------------------- on screen

    def show_today(self, seen: Today) -> None:
        """Offer who and what there is; the first time with the draft, else with the usual colleagues."""
        self.form.set_setting(self._setting)
        me = self._screen.around.desk.me
        self._offer([choice for choice in self._setting.offers("member") if choice.code != me])
        now = self._setting.on_wall(seen.now)
        hours = f"{PLANNED_START:%H:%M}–{PLANNED_END:%H:%M}"
        self.day.setText(f"{long_day(now.date())} · {hours}")
        if not self._is_prepared:
            self._is_prepared = True
            draft = next((one for one in seen.drafts if one.id == DRAFT), None)
            if draft is not None and is_fresh(draft, seen.now):
                self._take_draft(draft)
            else:
                self._set_people(seen.usual)
            self._slip.begin(DRAFT, is_kept=draft is not None)
        self._show_state()

    def _offer(self, people: Sequence[Choice]) -> None:
        if self._people is not None and people == self._offered:
            return
        chosen = self.colleagues()
        self._offered = people
        self._names = {choice.code: choice.words for choice in people}
        layout = self._people_place.layout()
        assert layout is not None
        if self._people is not None:
            layout.removeWidget(self._people)
            self._people.setParent(None)
            self._people.deleteLater()
        self._people = ChipFlow(
            people, name="start-colleagues", label=self.people_field.label.text(), has_letters=False
        )
        self._people.changed.connect(self._on_people_changed)
        layout.addWidget(self._people)
        self._people.setVisible(bool(people))
        self.nobody.setVisible(not people)
        self._people_place.setFocusProxy(self._people)
        self._people.set_value(chosen)

    def _set_people(self, people: Sequence[str]) -> None:
        if self._people is not None:
            self._people.set_value(people)

    def _take_draft(self, draft: Draft) -> None:
        self._is_touched = True
        values = dict(draft.values)
        people = values.pop("workers", None) or ()
        self._goes_alone = not people and any(values.get(name) for name in _ALONE)
        self._set_people(people)
        self.form.set_values(values)

    def colleagues(self) -> list[str]:
        """Who goes along."""
        return self._people.value() if self._people is not None else []

    def _show_state(self) -> None:
        together = self.colleagues()
        is_alone = not together and (self._goes_alone or not self._offered)
        self.alone.setVisible(is_alone)
        self.form.field("risk_note").setVisible(
            self.form.value("risk_level") in _RISKY or bool(self.form.value("risk_note"))
        )
        people = tuple(self._names.get(one, "…") for one in together)
        words = self.tr("Start shift alone") if is_alone else self.tr("Start shift")
        if people:
            words = self.tr("Start shift with %1").replace("%1", names(people))
        self._action.setText(words)
        if not self.form.value("hotspots_assigned"):
            self.hint.setText(self.tr("No hotspot chosen means all of them. The clock starts when you do."))
        else:
            self.hint.setText(self.tr("The clock starts when you do."))
        self.hint.set_kind("small")

    def _show_rest(self, is_shown: bool) -> None:
        self._rest.setVisible(is_shown)
        self.more.setText(self.tr("Less") if is_shown else self.tr("Other hours, or a name for the pair…"))
        self.more.updateGeometry()

    def take_focus(self) -> None:
        """Where one begins: the people; where the page is one column, what was left open comes first."""
        if self._columns.is_stacked:
            item = next((row for row in self._aside.findChildren(CheckRow) if row.isVisible()), None)
            if item is not None:
                item.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        first = self._people if self._people is not None and self._offered else None
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.form.go_to("single_reason")

    # ----------------------------------------------------------------------------------------- hands

    def _said(self) -> dict[str, Json]:
        """What a draft keeps. Colleagues that were only offered are not an answer yet."""
        values = self.form.values()
        if not self._is_touched:
            return {}
        return {**values, "workers": self.colleagues()}

    def _values(self) -> dict[str, Json]:
        """The shift as the rules see it."""
        me = self._screen.around.desk.me
        today = self._setting.now_on_wall().date().isoformat()
        return {**self.form.values(), "workers": [me, *self.colleagues()], "date": today}

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        self._after_edit()

    @Slot(list)
    def _on_people_changed(self, people: list[str]) -> None:
        self._goes_alone = not people  # asked only of somebody who took the last one away, or tried
        self._after_edit()

    def _after_edit(self) -> None:
        self._is_touched = True
        if self.form.is_strict:
            self._show_findings()
        self._show_state()
        self._slip.edited()

    def _show_findings(self) -> list[Finding]:
        findings = SHIFT.check(self._values())[1]
        shown = [_at_reason(one, self.form.values()) for one in findings]
        strangers = self.form.show_findings(shown)
        self.people_field.set_error(next((one.words for one in strangers if one.field == "workers"), ""))
        return shown

    @Slot()
    def submit(self) -> None:
        """Start, or say what is left to do."""
        self.form.is_strict = True
        self._goes_alone = not self.colleagues()
        self._show_state()
        stops = [one for one in self._show_findings() if one.level == "refuse"]
        if stops:
            self.hint.setText(stops[0].words)
            self.hint.set_kind("danger")
            announce(self.hint, stops[0].words, is_urgent=True)
            if not self.form.go_to_first(stops):
                self.take_focus()
            return
        values = self.form.values()
        if self.colleagues():
            values = {name: said for name, said in values.items() if name not in _ALONE}
        self.started.emit(self.colleagues(), values)

    def show_refused(self, findings: Sequence[Finding]) -> None:
        """What the rules said that look at other records."""
        self.form.show_findings(findings)
        self.form.go_to_first(findings)

    @property
    def draft(self) -> str | None:
        """The draft that the start takes with it."""
        return self._slip.id if self._slip.is_kept else None

    def finish(self) -> None:
        """The shift has started: an empty form for the next one."""
        self._slip.finish()
        self._is_prepared = self._is_touched = self._goes_alone = False
        self.form.set_values({})
        self.people_field.set_error("")
        self._set_people(())

    def keep(self) -> None:
        """The screen is left."""
        if self._is_prepared:
            self._slip.keep()

    @Slot()
    def _on_more_clicked(self) -> None:
        is_shown = self._rest.isHidden()
        self._show_rest(is_shown)
        if is_shown:
            self.form.go_to(self.form.rest(_PLACED)[0])


def _at_reason(finding: Finding, said: Mapping[str, Json]) -> Finding:
    """The rule about one worker alone points at the first of its two answers that is missing."""
    if finding.code == "workers-too-few" and finding.field == "single_reason" and said.get("single_reason"):
        return finding._replace(field="single_allowed_by")
    return finding
