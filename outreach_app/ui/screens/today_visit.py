"""A visit put right, or written down afterwards: "I forgot". And what the pair saw there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outreach_app.domain.field import Json, read_moment, spell_moment
from outreach_app.domain.kind import Finding
from outreach_app.domain.trouble import Trouble
from outreach_app.domain.visit import VISIT
from outreach_app.store.drafts import Draft
from outreach_app.ui.bus import Changes
from outreach_app.ui.editors import Setting
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screen import Screen
from outreach_app.ui.screens.today_slip import ASIDE, Slip, is_fresh
from outreach_app.work import shift as shifts
from outreach_app.work.amendment import Amendment, Opened
from outreach_app.work.log import read_opened
from outreach_app.work.record import Refused
from outreach_app.work.today import SCREEN

_TIMES = ("hotspot", "arrived_at", "left_at")
_SMALL = frozenset({"choice", "stepper", "tick", "moment", "day", "ref"})
_NEW = f"{SCREEN}-visit-new"


class VisitPanel(Card):
    """Inline, below the head: `open_new(hotspot)` or `open_visit(id)`; Esc closes it and keeps the draft.

    `saved(id)` follows a save, `closed` any end of it.
    """

    saved = Signal(str)
    closed = Signal()

    def __init__(self, screen: Screen, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("today-visit")
        self._screen = screen
        self._setting = setting
        self._amendment: Amendment | None = None
        self.ended_shift: str | None = None
        """The shift a forgotten visit belongs to, once it has ended; None for the running one."""
        self._drafts: dict[str, Draft] = {}
        self._is_confirmed = False
        self._is_saving = False
        self._offered: Json = None
        self.form = Form(
            VISIT, setting, self, name="visit", without={"shift", "corrected", "workers"}, is_dense=True
        )
        self.form.edited.connect(self._on_form_edited)
        self._slip = Slip(screen, self.form, VISIT.name, self._said)
        self.title = Text("", "strong")
        self.add(self.title)
        times = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
        for name in _TIMES:
            times.addWidget(self.form.field(name))
        self.add(times)
        self.more = Button("", name="today-visit-more", kind="link")
        self.more.clicked.connect(self._on_more_clicked)
        self.add(self.more)
        self._rest = QWidget()
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(Space.MEDIUM)
        for names in _together(self.form.rest(_TIMES)):
            if len(names) == 1:
                rest.addWidget(self.form.field(names[0]))
                continue
            line = Flow(gap=Space.LARGE, line_gap=Space.MEDIUM)
            for name in names:
                line.addWidget(self.form.field(name))
            rest.addLayout(line)
        self.add(self._rest)
        foot = Flow(gap=Space.SMALL)
        group = self.tr("Shift")
        save = screen.around.actions.add(
            self,
            "today-visit-save",
            self.tr("Save visit"),
            "Ctrl+Return",
            group,
            self.save,
            also=("Ctrl+Enter",),
            is_local=True,
        )
        self.save_button = Button.for_action(save, name="today-visit-save", kind="plain")
        foot.addWidget(self.save_button)
        self.back = Button(self.tr("Not now"), name="today-visit-back", kind="quiet", keys="Esc")
        self.back.clicked.connect(self.close_panel)
        foot.addWidget(self.back)
        self.add(foot)
        self.hide()

    # -------------------------------------------------------------------------------------- opening

    @property
    def is_open(self) -> bool:
        """Whether it is in sight."""
        return not self.isHidden()

    def open_new(self, hotspot: str | None) -> None:
        """A visit that was forgotten; its hotspot and the present time are offered."""
        self._put_away()
        self._amendment = None
        draft = self._drafts.get(_NEW)
        values = dict(draft.values) if draft else {}
        self._offered = spell_moment(self._screen.around.desk.clock.now().replace(second=0, microsecond=0))
        if draft is None:
            values = {"hotspot": hotspot, "arrived_at": self._offered}
        self._begin(self.tr("A visit you forgot to write down"), values)
        self._slip.begin(_NEW, is_kept=draft is not None)
        self._take_focus(draft, "arrived_at" if hotspot is not None else "hotspot")

    def open_visit(self, visit_id: str) -> None:
        """A visit that is written down already."""
        self._put_away()
        screen = self._screen
        screen.ask(partial(read_opened, screen.around.desk, visit_id), self._open)

    def _open(self, opened: Opened) -> None:
        record = opened.record
        if record.state == "voided":
            return
        draft_id = f"{SCREEN}-visit-{record.id}"
        draft = self._drafts.get(draft_id)
        asked = [name for name in VISIT.fields if self.form.has(name)]
        self._amendment = Amendment(opened, asked, draft)
        self._begin(self.tr("Put this visit right"), self._amendment.begins_with)
        self._slip.begin(draft_id, record=record.id, over=self._over_said, is_kept=draft is not None)
        self._take_focus(draft, "left_at" if record.get("left_at") else "arrived_at")

    def _begin(self, title: str, values: Mapping[str, Json]) -> None:
        self.form.set_setting(self._setting)
        self.form.set_values(values)
        self._is_confirmed = False
        self.title.setText(title)
        self.setAccessibleName(title)
        self._show_rest(any(values.get(name) for name in self.form.rest(_TIMES)))
        self.show()
        announce(self, title)

    def _take_focus(self, draft: Draft | None, first: str) -> None:
        place = draft.place if draft is not None else None
        if place is not None and place.field in self.form.rest(_TIMES):
            self._show_rest(True)
        if place is None or not self.form.go_to(place.field, place.cursor):
            self.form.go_to(first)

    def take_drafts(self, waiting: Sequence[Draft], *, may_open: bool) -> None:
        """Know the half-written visits; the one that was in sight when the program stopped opens again."""
        self._drafts = {draft.id: draft for draft in waiting if draft.kind == VISIT.name}
        if not may_open or self.is_open:
            return
        now = self._screen.around.desk.clock.now()
        for draft in self._drafts.values():
            if draft.place.screen != ASIDE and is_fresh(draft, now):
                if draft.record is None:
                    self.open_new(None)
                else:
                    self.open_visit(draft.record)
                return

    def take_changes(self, changes: Changes) -> None:
        """The visit in sight may have changed under the form: what was not touched follows."""
        if self._amendment is not None and self.is_open and self._amendment.record.id in changes.ids:
            screen = self._screen
            verb = partial(read_opened, screen.around.desk, self._amendment.record.id)
            screen.ask(verb, self._follow)

    def _follow(self, opened: Opened) -> None:
        amendment = self._amendment
        if amendment is None or opened.record.id != amendment.record.id or self._is_saving:
            return
        if opened.record.state == "voided":
            self.close_panel()
            return
        for name, value in amendment.take(opened, self.form.values()).items():
            self.form.set_value(name, value)

    # ---------------------------------------------------------------------------------------- values

    def _said(self) -> dict[str, Json]:
        """What differs from the visit as it was opened; for a new one, everything that was given."""
        now = self.form.values()
        if self._amendment is not None:
            return self._amendment.said(now).values
        return now if now.keys() - {"hotspot", "arrived_at"} or now.get("arrived_at") != self._offered else {}

    def _over_said(self) -> dict[str, list[str]]:
        return self._amendment.said(self.form.values()).over if self._amendment is not None else {}

    def _check(self) -> list[Finding]:
        """The visit's own rules, and one that needs a clock: nobody was anywhere tomorrow."""
        values = {**self.form.values(), "shift": "0" * 32}
        findings = [one for one in VISIT.check(values)[1] if not (one.level == "ask" and self._is_confirmed)]
        if self._amendment is None and self.ended_shift is not None and not values.get("left_at"):
            words = self.tr("The shift is over: say when you left.")
            findings.append(Finding("refuse", "left_at", "field-missing", words))
        now = self._screen.around.desk.clock.now()
        for name in ("arrived_at", "left_at"):
            said = values.get(name)
            if isinstance(said, str) and read_moment(said) > now:
                words = self.tr("That time has not come yet.")
                findings.append(Finding("refuse", name, "time-ahead", words))
        return findings

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        self._is_confirmed = False
        self.form.show_findings(self._check())
        self._slip.edited()

    # ----------------------------------------------------------------------------------------- hands

    def _show_rest(self, is_shown: bool) -> None:
        self._rest.setVisible(is_shown)
        self.more.setText(self.tr("Less") if is_shown else self.tr("Who else was there, mood, what you saw…"))
        self.more.updateGeometry()

    @Slot()
    def _on_more_clicked(self) -> None:
        is_shown = self._rest.isHidden()
        self._show_rest(is_shown)
        if is_shown:
            self.form.go_to(self.form.rest(_TIMES)[0])

    @Slot()
    def save(self) -> None:
        """Save it; what is left to do is shown at its field."""
        if self._is_saving or not self.is_open:
            return
        self.form.is_strict = True
        findings = self._check()
        self.form.show_findings(findings)
        stops = [one for one in findings if one.level != "flag"]
        if stops:
            self.form.go_to_first(stops)
            self._is_confirmed = all(one.level == "ask" for one in stops)
            return
        said = self._said()
        if self._amendment is not None and not said:
            self.close_panel()
            return
        self._is_saving = True
        desk, draft = self._screen.around.desk, self._slip.id if self._slip.is_kept else None
        if self._amendment is not None:
            verb = partial(
                shifts.correct_visit,
                desk,
                self._amendment.record.id,
                said,
                over=self._over_said(),
                draft=draft,
                is_confirmed=self._is_confirmed,
            )
        else:
            now = self.form.values()
            arrived, left = read_moment(now["arrived_at"]), now.get("left_at")
            rest = {name: value for name, value in now.items() if name not in _TIMES}
            verb = partial(
                shifts.visited,
                desk,
                now["hotspot"],
                arrived,
                read_moment(left) if left else None,
                rest,
                shift=self.ended_shift,
                draft=draft,
                is_confirmed=self._is_confirmed,
            )
        self._screen.change(verb, self._on_saved, trouble=self._on_refused, button=self.save_button)

    def _on_saved(self, record: object) -> None:
        self._is_saving = False
        self._slip.finish()
        self._drafts = {}
        self._amendment = None
        self.hide()
        self.saved.emit(getattr(record, "id", ""))
        self.closed.emit()

    def _on_refused(self, trouble: Trouble) -> None:
        self._is_saving = False
        if isinstance(trouble, Refused):
            self._is_confirmed = all(one.level == "ask" for one in trouble.findings)
            strangers = self.form.show_findings(trouble.findings)
            if len(strangers) < len(trouble.findings):
                self.form.go_to_first(trouble.findings)
                return
        self._screen.around.host.show_trouble(trouble)

    @Slot()
    def close_panel(self) -> bool:
        """Away with it; what was typed waits as a draft. False if it was not open."""
        if not self.is_open:
            return False
        self._put_away()
        self.closed.emit()
        return True

    def _put_away(self) -> None:
        if not self.is_open:
            return
        self._slip.is_open = False
        self._slip.keep()
        if self._slip.is_kept:
            self._remember()
        self._slip.finish()
        self._amendment = None
        self.hide()

    def _remember(self) -> None:
        """The draft as it was just kept, until the next reading brings it from the file."""
        known = self._drafts.get(self._slip.id)
        if known is None:
            self._screen.read_again()

    def keep(self) -> None:
        """The screen is left: keep what is typed now, and open again with it."""
        if self.is_open:
            self._slip.keep()

    def go_back(self) -> bool:
        """Put the focus into the panel if it is open."""
        if self.is_open:
            self.form.editor("arrived_at").part.setFocus(Qt.FocusReason.OtherFocusReason)
        return self.is_open


def _together(names: Sequence[str]) -> list[list[str]]:
    """Small answers that follow each other share a line."""
    lines: list[list[str]] = []
    was_small = False
    for name in names:
        is_small = VISIT.fields[name].editor in _SMALL
        if is_small and was_small:
            lines[-1].append(name)
        else:
            lines.append([name])
        was_small = is_small
    return lines
