"""Log engagement: three answers make one, everything else is optional, nothing is ever lost.

The form is derived from the declaration of `engagement`; this screen only says where its best-known fields
stand. A field it does not know appears under "If it matters" by itself. Place and time fill themselves
(`log_place`); each pause keeps the draft; opening an existing engagement uses the same form and never
overwrites unseen what arrived meanwhile (`log_clash`).

    host.show_screen("log").amend(record_id, back="today")   # from the timeline
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.domain import field as fields
from outreach_app.domain.engagement import ENGAGEMENT
from outreach_app.domain.field import Json
from outreach_app.domain.kind import Finding, Kind, Record
from outreach_app.domain.trouble import Trouble, Words
from outreach_app.store.drafts import Draft, Place
from outreach_app.ui.editors import Setting, choices_of, label_of
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.banner import Banner, Icon
from outreach_app.ui.parts.beside import Beside
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.card import Card, rule
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.sheet import Sheet
from outreach_app.ui.parts.stepper import Stepper
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens.log_clash import Clash, ClashCard
from outreach_app.ui.screens.log_drafts import DraftList
from outreach_app.ui.screens.log_place import FIELDS as PLACE_FIELDS
from outreach_app.ui.screens.log_place import PlaceLine
from outreach_app.ui.tables.row_list import Row
from outreach_app.work import draft as drafts
from outreach_app.work import record as records
from outreach_app.work.changes import Done
from outreach_app.work.log import Log, Opened, Standing, read_log

KEY = "log"
ASIDE = "aside"
"""The `place.screen` of a draft that was put aside: it waits in the list and does not open by itself."""

_PAUSE_MS = 400
_TICK_MS = 5_000
_LEGEND_FITS = 880
_REOPENS_WITHIN_HOURS = 12

_MAIN = ("headcount", "depth", "ages", "genders", "acquaintance", "topics", "note")
_SIDE = (("given",), ("outcome",), ("young_person_view", "view_tag"))
_SHOWN = {"topics": 15, "given": 4, "outcome": 5}
"""Chips before "More…"; letters reach the rest all the same."""

_LATER = ("persons", "same_as")
"""Answered by other means: linking people and joining a pair's double entry."""


class LogScreen(Screen):
    """The form, its draft, and what came of the last save."""

    def __init__(self, around: Surroundings, kind: Kind = ENGAGEMENT) -> None:
        super().__init__(around)
        self.kind = kind
        self._log: Log | None = None
        self._draft_id = ""
        self._spare_id = ""
        self._record: Record | None = None
        self._standing: Mapping[str, Sequence[Standing]] = {}
        self._base: dict[str, Json] = {}
        self._over: dict[str, list[str]] = {}
        self._settled: set[str] = set()
        self._is_kept = False
        self._is_saving = False
        self._is_confirmed = False
        self._opening = ""
        self._back = ""
        self._place: tuple[str, int] | None = None
        self._against: list[Finding] = []
        self._thrown: Draft | None = None
        self._typed_ahead: list[QKeyEvent] = []
        self._checks = 0
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setting = Setting(around.desk.clock)
        self.form = Form(
            kind,
            self.setting,
            self,
            name=KEY,
            without={*PLACE_FIELDS, *_LATER},
            help_below={"headcount", "young_person_view"},
            shown=_SHOWN,
        )
        self.place = PlaceLine(kind, self.setting)
        self.clash = ClashCard()
        self._build()
        self._declare_keys()
        self.form.edited.connect(self._on_form_edited)
        self.place.changed.connect(self._on_place_changed)
        self.clash.taken.connect(self._on_clash_taken)
        self.clash.kept.connect(self._on_clash_kept)
        self._pause = _timer(self, _PAUSE_MS, self._on_pause_timeout)
        self._pause.setSingleShot(True)
        self._clock = _timer(self, _TICK_MS, self._on_clock_timeout)
        self.listen({"shift", "visit", "hotspot", "member", "service", kind.name, drafts.KIND})
        self._begin({})

    # --------------------------------------------------------------------------------------- layout

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        columns = Columns()
        columns.add(self._build_main(), stretch=1, least=600)
        columns.add(self._build_side(), width=310)
        outer.addWidget(columns, 1)
        outer.addWidget(rule(self))
        outer.addWidget(self._build_foot())

    def _build_main(self) -> QWidget:
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title = Text(self.tr("Log engagement"), "title")
        words.addWidget(self.title)
        words.addWidget(self.place)
        head.addLayout(words, 1)
        self.drafts_button = Button(
            self.tr("Drafts"), name="log-drafts-button", kind="quiet", icon="note-pencil"
        )
        self.drafts_button.clicked.connect(self._on_drafts_clicked)
        self.drafts_button.hide()
        head.addWidget(self.drafts_button, 0, Qt.AlignmentFlag.AlignTop)
        self.declined = Button(self.tr("Declined"), name="log-declined", is_large=True)
        self.declined.show_keys("0")
        self.declined.clicked.connect(self._on_declined_clicked)
        head.addWidget(self.declined, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.no_shift = Banner(name="log-no-shift")
        self.no_shift.acted.connect(self._on_no_shift_acted)
        column.addWidget(self.no_shift)
        column.addWidget(self.place.panel)
        column.addWidget(self.clash)
        column.addWidget(Beside(self.form.field("headcount"), self.form.field("depth")))
        column.addWidget(self.form.field("ages"))
        column.addWidget(Beside(self.form.field("genders"), self.form.field("acquaintance")))
        column.addWidget(self.form.field("topics"))
        column.addWidget(self.form.field("note"))
        placed = {*_MAIN, *(name for card in _SIDE for name in card)}
        more = self.form.rest(placed)
        if more:
            column.addSpacing(Space.SMALL)
            column.addWidget(rule())
            for name in more:
                column.addWidget(self.form.field(name))
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
                card.add(self.form.field(name))
            column.addWidget(card)
        column.addStretch(1)
        return side

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(Space.WIDE - 4, Space.SMALL, Space.WIDE - 4, Space.SMALL)
        row.setSpacing(Space.SMALL)
        self._save_action = self.act(
            "log-save", self.tr("Save"), "Ctrl+Return", self.tr("Log"), self._on_save_triggered
        )
        self._save_action.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        self.save = Button.for_action(self._save_action, name="log-save", kind="primary", is_large=True)
        row.addWidget(self.save)
        self.aside = Button(self.tr("Put aside"), name="log-aside", is_large=True)
        self.aside.setToolTip(self.tr("Keep it among the drafts and begin another"))
        self.aside.clicked.connect(self._on_aside_clicked)
        row.addWidget(self.aside)
        self.again = Button(self.tr("Change it"), name="log-amend-last", is_large=True)
        self.again.setToolTip(self.tr("Open the one just saved again"))
        self.again.clicked.connect(self._on_again_clicked)
        self.again.hide()
        row.addWidget(self.again)
        row.addSpacing(Space.TIGHT)
        self._hint_icon = Icon("check-circle", "safe", 18)
        self._hint_icon.hide()
        row.addWidget(self._hint_icon)
        self.hint = Text("", "small", wraps=True)
        self.hint.setObjectName("log-hint")
        row.addWidget(self.hint, 1)
        self._legend = QWidget()
        legend = QHBoxLayout(self._legend)
        legend.setContentsMargins(0, 0, 0, 0)
        legend.setSpacing(Space.SMALL)
        legend.addWidget(Icon("eye", "ink_faint", 14))
        legend.addWidget(Text(self.tr("partners see totals"), "small"))
        legend.addSpacing(Space.SMALL)
        legend.addWidget(Icon("eye-slash", "ink_faint", 14))
        legend.addWidget(Text(self.tr("your team only"), "small"))
        row.addWidget(self._legend)
        self._last_saved = ""
        return foot

    def _declare_keys(self) -> None:
        group = self.tr("Log")
        change = self.act("log-place", self.tr("Change place or time"), "Ctrl+T", group, self.place.turn)
        self.place.change.setToolTip(change.toolTip())
        actions = self.around.actions
        actions.tell(group, self.tr("Declined"), "0")
        actions.tell(group, self.tr("How deep the conversation went"), "0 1 2 3 4")
        actions.tell(group, self.tr("What it was about"), "A … Z")
        headcount = self.form.editor("headcount").part
        if isinstance(headcount, Stepper):
            self._number = headcount.number
            self._number.installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_application_focus_changed)

    # --------------------------------------------------------------------------------------- reading

    def read_again(self) -> None:
        record_id = self._opening or (self._record.id if self._record else None)
        self.ask(partial(read_log, self.around.desk, self.kind, record_id), self._show, trouble=self._refuse)

    def _show(self, log: Log) -> None:
        is_first = self._log is None
        self._log = log
        self._spare_id = log.fresh
        if not self._draft_id:
            self._draft_id = log.fresh
            self._spare_id = ""
            if not self.is_blank:
                self._pause.start()
        self.setting.options = {to: choices_of(offers) for to, offers in log.options.items()}
        self.form.set_setting(self.setting)
        self.place.follow(log)
        if log.opened is not None and log.opened.record.id == self._opening:
            self._open(log.opened)
        elif log.opened is not None and self._record is not None and log.opened.record.id == self._record.id:
            self._take_arrived(log.opened)
        elif is_first:
            self._reopen(log)
        self._show_state()
        self._show_shift()
        self._show_drafts()

    def _reopen(self, log: Log) -> None:
        """After a crash, a lock or a dead battery: the same form, the same field, the same cursor."""
        for draft in log.drafts:
            hours = (log.now - draft.updated_at).total_seconds() / 3600
            if draft.place.screen == KEY and hours < _REOPENS_WITHIN_HOURS:
                self._open_draft(draft)
                return

    def _refuse(self, trouble: Trouble) -> None:
        self._opening = ""
        self.around.host.show_trouble(trouble)

    # --------------------------------------------------------------------------- beginning, opening

    def _begin(self, values: Mapping[str, Json]) -> None:
        """An empty form, or one with a draft's answers, for a new record."""
        self._record = None
        self._standing, self._over, self._base = {}, {}, {}
        self._settled = set()
        self._is_kept = False
        self._is_confirmed = False
        self._against = []
        self._draft_id, self._spare_id = self._spare_id, ""
        self.form.set_values({name: value for name, value in values.items() if name not in PLACE_FIELDS})
        self.place.show_findings(())
        self.clash.show_clashes(())
        self._show_state()

    def _open_draft(self, draft: Draft) -> None:
        if draft.record is not None:
            self.amend(draft.record, back=self._back)
            return
        self._begin(draft.values)
        self._draft_id = draft.id
        self._is_kept = True
        self.place.set_values(draft.values)
        self._place = (draft.place.field, draft.place.cursor)
        self._after_opening()

    def amend(self, record_id: str, *, back: str = "") -> None:
        """Open a record in this form; after the save the window goes `back` to that screen."""
        self._leave_form()
        self._opening = record_id
        self._back = back
        self.read_again()

    def _open(self, opened: Opened) -> None:
        """Show a record as it stands, and over it what its draft had changed."""
        self._opening = ""
        record = opened.record
        log = self._log
        draft = next((one for one in log.drafts if one.record == record.id), None) if log else None
        self._begin(record.values)
        self._record = record
        self._base = dict(record.values)
        self._standing = opened.standing
        self._over = {name: _ops_shown(opened, name) for name in {*self.kind.fields, *opened.standing}}
        self.place.set_values(record.values)
        self._place = None
        if draft is not None:
            self._draft_id = draft.id
            self._is_kept = True
            for name, value in draft.values.items():
                self._set(name, value)
            self._over.update({name: list(ops) for name, ops in draft.over.items()})
            self._place = (draft.place.field, draft.place.cursor)
        self._show_clashes()
        self._after_opening()

    def _after_opening(self) -> None:
        self._check()
        self._show_state()
        if self.isVisible():
            self._take_focus()

    def _set(self, name: str, value: Json) -> None:
        if name in PLACE_FIELDS:
            self.place.set_values({**self.place.values(), name: value})
        else:
            self.form.set_value(name, value)

    def _values(self) -> dict[str, Json]:
        return {**self.form.values(), **self.place.values()}

    # ----------------------------------------------------------------------------- arriving meanwhile

    def _changed_fields(self) -> list[str]:
        """Fields whose answer is not the one that was opened."""
        now = self._values()
        return [name for name in self.kind.fields if now.get(name) != self._base.get(name)]

    def _take_arrived(self, opened: Opened) -> None:
        """The record under the form has changed: untouched fields follow, touched ones show both answers."""
        mine = {*self._changed_fields(), *self._settled}
        told = []
        for name in self.kind.fields:
            if opened.standing.get(name, ()) == self._standing.get(name, ()) or name in mine:
                continue
            value = opened.record.values.get(name)
            if value != self._base.get(name):
                told.append(self.kind.fields[name].label)
                self._set(name, value)
            self._base[name] = value
            self._over[name] = _ops_shown(opened, name)
        self._record = opened.record
        self._standing = opened.standing
        self._show_clashes()
        self._check()
        if told:
            words = self.tr("Changed meanwhile by somebody else: %1.").replace("%1", ", ".join(told))
            self._say(words)

    def _unseen(self, name: str) -> list[Standing]:
        """Standing answers to a field that are neither on screen nor superseded by what was."""
        shown = self._values().get(name)
        seen = set(self._over.get(name, ()))
        return [one for one in self._standing.get(name, ()) if one.op not in seen and one.value != shown]

    def _show_clashes(self) -> None:
        now = self._values()
        found = []
        for name, declared in self.kind.fields.items():
            others = self._unseen(name) if self._record is not None else []
            if others:
                theirs = others[0]
                by = self.tr("you, on another laptop") if theirs.is_mine else theirs.by
                mine = self._in_words(name, now.get(name))
                found.append(Clash(name, declared.label, by, self._in_words(name, theirs.value), mine))
        self.clash.show_clashes(found)

    def _in_words(self, name: str, value: Json) -> str:
        if value is None:
            return self.tr("no answer")
        declared = self.kind.fields[name]
        known = {choice.code: choice.words for offers in self.setting.options.values() for choice in offers}
        targets = [target for _, target in declared.references(value)]
        if targets:
            return ", ".join(known.get(target, "…") for target in targets)
        words = declared.show(value)
        return words if len(words) <= 80 else f"{words[:79].rstrip()}…"

    @Slot(str)
    def _on_clash_taken(self, name: str) -> None:
        others = self._unseen(name)
        if others:
            self._set(name, others[0].value)
        self._settle(name)
        self.form.go_to(name)

    @Slot(str)
    def _on_clash_kept(self, name: str) -> None:
        self._settle(name)
        self.form.go_to(name)

    def _settle(self, name: str) -> None:
        """The person has seen every answer to this field and chosen."""
        self._over[name] = [one.op for one in self._standing.get(name, ())]
        self._settled.add(name)
        self._show_clashes()
        self._after_edit()

    # --------------------------------------------------------------------------------------- editing

    @property
    def is_blank(self) -> bool:
        """Nothing has been said yet that would be missed."""
        if self._record is not None:
            return not self._changed_fields() and not self._settled
        return not self.form.values()

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        self._after_edit()

    @Slot()
    def _on_place_changed(self) -> None:
        self._after_edit()

    def _after_edit(self) -> None:
        self._is_confirmed = False
        if self.is_blank:
            if self._record is None and not self.place.is_by_hand:
                self.place.start_again()
        else:
            self.place.freeze()
        self._last_saved = ""
        self._show_findings()
        self._show_state()
        self._pause.start()

    @Slot()
    def _on_pause_timeout(self) -> None:
        self._check()
        self._keep()

    @Slot()
    def _on_clock_timeout(self) -> None:
        self.place.tick(self.around.desk.clock.now())

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now) and not self._is_saving and not self.is_blank:
            self._pause.start()  # the draft remembers the field one is in

    def _keep(self, screen: str = KEY) -> None:
        """Keep the draft as it is now; a form that was emptied again leaves none behind."""
        self._pause.stop()
        if self._is_saving or not self._draft_id:
            return
        desk = self.around.desk
        if self.is_blank:
            if self._is_kept:
                self._is_kept = False
                self.change(partial(drafts.drop_draft, desk, self._draft_id))
            return
        values, over = self._values(), {}
        if self._record is not None:
            said = {*self._changed_fields(), *self._settled}
            values = {name: values.get(name) for name in said}
            over = {name: self._over.get(name, []) for name in said}
        field, cursor = self.form.place()
        if not field and self._place is not None:
            field, cursor = self._place
        self._is_kept = True
        self.change(
            partial(
                drafts.keep_draft,
                desk,
                self._draft_id,
                self.kind.name,
                values,
                Place(screen=screen, field=field, cursor=cursor),
                record=self._record.id if self._record else None,
                over=over,
            ),
            self._on_kept,
        )

    def _on_kept(self, draft: Draft) -> None:
        shown = self.setting.on_wall(draft.updated_at)
        self.around.host.set_saved(self.tr("Draft kept %1").replace("%1", f"{shown:%H:%M}"))

    # -------------------------------------------------------------------------------------- checking

    def _check(self) -> None:
        """Ask the rules that look at other records, too; the answer shows if nothing changed meanwhile."""
        self._checks += 1
        values = self._values()
        record_id = self._record.id if self._record else None
        self.ask(
            partial(records.check, self.around.desk, self.kind.name, values, record_id),
            partial(self._on_checked, self._checks),
        )

    def _on_checked(self, number: int, findings: list[Finding]) -> None:
        if number == self._checks:
            alone = {(one.field, one.code) for one in self._findings_alone()}
            self._against = [one for one in findings if (one.field, one.code) not in alone]
            self._show_findings()

    def _findings_alone(self) -> list[Finding]:
        return self.kind.check(self._values())[1]

    def _show_findings(self) -> list[Finding]:
        findings = [*self._findings_alone(), *self._against]
        if self.is_blank and not self.form.is_strict:
            findings = [one for one in findings if one.field in PLACE_FIELDS and one.level == "flag"]
        strangers = self.form.show_findings(findings)
        self.place.show_findings([one for one in strangers if one.field in PLACE_FIELDS])
        self._show_shift()
        return findings

    # ---------------------------------------------------------------------------------------- saving

    @Slot()
    def _on_save_triggered(self) -> None:
        if self._is_saving:
            return
        self.form.is_strict = True
        left = [one for one in self._show_findings() if one.level == "refuse"]
        if left:
            self._say_left(left)
            return
        self._pause.stop()
        self._place = self.form.place()
        self._is_saving = True
        self._checks += 1
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        desk, values = self.around.desk, self._values()
        verb: Callable[[], Done[Record]]
        if self._record is None:
            said = records.Said(self.kind.name, values, self._draft_id or None)
            verb = partial(records.save, desk, said, is_confirmed=self._is_confirmed)
        else:
            fields_said = {*self._changed_fields(), *self._settled}
            verb = partial(
                records.amend,
                desk,
                self._record.id,
                {name: values.get(name) for name in fields_said},
                over={name: self._over.get(name, []) for name in fields_said},
                draft=self._draft_id if self._is_kept else None,
                is_confirmed=self._is_confirmed,
            )
        self.change(verb, self._on_saved, trouble=self._on_save_refused)

    def _say_left(self, left: Sequence[Finding]) -> None:
        names = []
        for one in left:
            declared = self.kind.fields.get(one.field)
            if declared is not None and declared.label not in names:
                names.append(declared.label)
        if len(names) == 1:
            words = self.tr("One thing left: %1.").replace("%1", names[0])
        else:
            words = self.tr("%1 things left: %2.").replace("%1", str(len(names)))
            words = words.replace("%2", ", ".join(names))
        self._say(words, "danger")
        if not self.form.go_to_first(left) and any(one.field in PLACE_FIELDS for one in left):
            self.place.hotspots.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save_refused(self, trouble: Trouble) -> None:
        self._is_saving = False
        if self._place is not None:
            self.form.go_to(*self._place)
        self._place = None
        if isinstance(trouble, records.Refused):
            asks = [one for one in trouble.findings if one.level == "ask"]
            self._against = list(trouble.findings)
            self._show_findings()
            if len(asks) == len(trouble.findings):
                self._is_confirmed = True
                self._say(self.tr("Save again to confirm."), "waiting")
            else:
                self._say_left([one for one in trouble.findings if one.level == "refuse"])
        else:
            self.around.host.show_trouble(trouble)
        self._replay()

    def _on_saved(self, record: Record) -> None:
        was_amendment = self._record is not None
        self._is_saving = False
        self._place = None
        shown = self.setting.on_wall(self.around.desk.clock.now())
        self.around.host.set_saved(self.tr("Saved on this device %1").replace("%1", f"{shown:%H:%M}"))
        back, self._back = self._back, ""
        self._begin({})
        if was_amendment:
            self.place.forget_hand()
        self.place.start_again()
        self._last_saved = record.id
        told = self._line_of(record.values)
        words = self.tr("Saved on this device: %1").replace("%1", told)
        self._show_state()
        self._say(words, "safe")
        if was_amendment and back:
            self.around.host.show_success(words)
            self.around.host.show_screen(back)
            return
        if self.isVisible():
            self.form.go_to("headcount")
        self._replay()

    def _replay(self) -> None:
        """Keys that were pressed while the save was on its way go where the focus is now."""
        held, self._typed_ahead = self._typed_ahead, []
        target = self.window().focusWidget()
        for event in held:
            if target is not None:
                QCoreApplication.postEvent(target, event)

    def _line_of(self, values: Mapping[str, Json]) -> str:
        """An engagement in a few words: "4 young people, talked"."""
        count = values.get("headcount")
        if count == 1:
            people = self.tr("one young person")
        elif isinstance(count, int):
            people = self.tr("%1 young people").replace("%1", str(count))
        else:
            people = self.tr("nobody counted yet")
        depth = self.kind.fields["depth"]
        value = values.get("depth")
        if value is None or not isinstance(depth, fields.Choice):
            return people
        return f"{people}, {label_of(depth.codes, value)}"

    # --------------------------------------------------------------------------------------- drafts

    @Slot()
    def _on_aside_clicked(self) -> None:
        was_amendment, back = self._record is not None, self._back
        self._keep(ASIDE)
        self._back = ""
        if was_amendment:
            self.place.forget_hand()
        self._begin({})
        self.place.start_again()
        self.read_again()
        if was_amendment and back:
            self.around.host.show_screen(back)
        elif self.isVisible():
            self._say(self.tr("Put aside. It waits among the drafts."))
            self.form.go_to("headcount")

    def _leave_form(self) -> None:
        """Another form is coming: what is in this one goes to the drafts."""
        self._keep(KEY if self._record is None else ASIDE)
        self._place = None

    @Slot()
    def _on_drafts_clicked(self) -> None:
        self._keep()
        self._thrown = None
        if not hasattr(self, "_sheet"):
            self._draft_list = DraftList()
            self._draft_list.opened.connect(self._on_draft_list_opened)
            self._draft_list.thrown.connect(self._on_draft_list_thrown)
            self._draft_list.restored.connect(self._on_draft_list_restored)
            self._sheet = Sheet(
                self.around.host.sheet_host, self.tr("Drafts"), self._draft_list, name="log-drafts-sheet"
            )
        self._show_drafts()
        self._sheet.open()

    def _waiting(self) -> list[Draft]:
        """Drafts other than the one in the form."""
        return [draft for draft in (self._log.drafts if self._log else ()) if draft.id != self._draft_id]

    def _show_drafts(self) -> None:
        waiting = self._waiting()
        self.drafts_button.setText(self.tr("Drafts (%1)").replace("%1", str(len(waiting))))
        self.drafts_button.updateGeometry()
        is_open = hasattr(self, "_sheet") and self._sheet.is_open
        self.drafts_button.setVisible(bool(waiting) or is_open)
        self.around.host.set_badge(KEY, str(len(waiting)) if waiting else "")
        if hasattr(self, "_sheet"):
            self._draft_list.show_drafts(
                [self._draft_row(draft) for draft in waiting], may_undo=self._thrown is not None
            )

    def _draft_row(self, draft: Draft) -> Row:
        kept = self.setting.on_wall(draft.updated_at)
        today = self.setting.now_on_wall().date()
        when = f"{kept:%H:%M}" if kept.date() == today else f"{kept:%a} {kept.day} {kept:%b}"
        if draft.record is not None:
            title = self.tr("An amendment")
            labels = [self.kind.fields[name].label for name in draft.values if name in self.kind.fields]
            under = ", ".join(labels)
        else:
            title = self._line_of(draft.values)
            title = title[:1].upper() + title[1:]
            place = draft.values.get("hotspot")
            under = self._in_words("hotspot", place) if place else self.tr("Between hotspots")
        return Row(draft.id, title, under, right=when)

    @Slot(str)
    def _on_draft_list_opened(self, draft_id: str) -> None:
        draft = next((one for one in self._waiting() if one.id == draft_id), None)
        self._sheet.close_sheet()
        if draft is not None:
            self._leave_form()
            self._open_draft(draft)
            self.read_again()

    @Slot(str)
    def _on_draft_list_thrown(self, draft_id: str) -> None:
        self.change(partial(drafts.drop_draft, self.around.desk, draft_id), self._on_thrown)

    def _on_thrown(self, draft: Draft | None) -> None:
        self._thrown = draft

    @Slot()
    def _on_draft_list_restored(self) -> None:
        if self._thrown is not None:
            draft, self._thrown = self._thrown, None
            self.change(partial(drafts.restore_draft, self.around.desk, draft))

    # ------------------------------------------------------------------------------------ on screen

    def _show_state(self) -> None:
        """Words and buttons that follow from what is in the form."""
        is_amendment = self._record is not None
        self.title.setText(self.tr("Amend engagement") if is_amendment else self.tr("Log engagement"))
        self._save_action.setText(self.tr("Save change") if is_amendment else self.tr("Save"))
        self._save_action.setEnabled(not (is_amendment and self.is_blank))
        if is_amendment and self.is_blank:
            self.aside.setText(self.tr("Back"))
        else:
            self.aside.setText(self.tr("Put aside"))
        self.aside.setEnabled(is_amendment or not self.is_blank)
        self.again.setVisible(bool(self._last_saved) and not is_amendment)
        self.aside.setVisible(self.again.isHidden())
        self.aside.updateGeometry()
        self.declined.setVisible(not is_amendment)
        self._show_rests()
        if not self._last_saved:
            self._say_needed()

    def _show_shift(self) -> None:
        """Without a shift nothing can be saved; what is typed is kept all the same."""
        if self.place.has_shift or self._record is not None:
            self.no_shift.hide()
        elif self.no_shift.isHidden():
            words = Words(
                self.tr("You have not started a shift."),
                self.tr("What you type here is kept as a draft."),
                self.tr("Start your shift to save it, or choose an earlier one under Change.")
                if self._log is not None and self._log.outings
                else self.tr("Start your shift to save it."),
            )
            self.no_shift.show_words(words, "waiting", action=self.tr("Start shift"))
            self.no_shift.close_button.hide()

    @Slot()
    def _on_no_shift_acted(self) -> None:
        self.around.host.show_screen("today")

    def _show_rests(self) -> None:
        """How many of a count map's people are not in any band, beside its help."""
        headcount = self.form.value("headcount")
        for name, declared in self.kind.fields.items():
            if isinstance(declared, fields.Counts) and self.form.has(name):
                aside = self.form.field(name).aside
                counted = sum((self.form.value(name) or {}).values())
                words = declared.help
                if counted and isinstance(headcount, int) and counted < headcount:
                    rest = self.tr("%1 not recorded").replace("%1", str(headcount - counted))
                    words = f"{words} {rest}." if words else rest
                aside.setText(words)
                aside.setVisible(bool(words))

    def _say_needed(self) -> None:
        if self._record is not None:
            self._say(self.tr("Your team sees what was changed, and by whom."), is_quiet=True)
            return
        needed = [self.kind.fields[name].label for name in self.kind.required if name not in PLACE_FIELDS]
        words = self.tr(" and ").join(label[:1].lower() + label[1:] for label in needed)
        self._say(self.tr("Only %1 are needed.").replace("%1", words), is_quiet=True)

    def _say(self, words: str, kind: str = "small", *, is_quiet: bool = False) -> None:
        if kind in ("small", "safe", "waiting", "danger"):
            self.hint.set_kind(kind)  # type: ignore[arg-type]  # narrowed by the line above
        self.hint.setText(words)
        self._hint_icon.setVisible(kind == "safe")
        if not is_quiet:
            announce(self.hint, words, is_urgent=kind == "danger")

    @Slot()
    def _on_again_clicked(self) -> None:
        if self._last_saved:
            self.amend(self._last_saved)

    # ----------------------------------------------------------------------------------------- keys

    @Slot()
    def _on_declined_clicked(self) -> None:
        """They walked on: one tap. Whoever was more than one types the number straight away."""
        self.form.set_value("depth", 0)
        if self.form.value("headcount") is None:
            self.form.set_value("headcount", 1)
        self._after_edit()
        self.form.go_to("headcount")
        self._say(self.tr("Declined. Save it, or type how many they were."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_saving:
            self._typed_ahead.append(event.clone())
            return
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if plain and event.text() and self._pick(event.text()):
            return
        super().keyPressEvent(event)

    def _pick(self, sign: str) -> bool:
        """A digit says how deep, a letter says what about, wherever no text is being typed."""
        depth = self.form.editor("depth").part
        topics = self.form.editor("topics").part
        if isinstance(depth, Segments) and depth.pick(sign):
            return True
        return isinstance(topics, ChipFlow) and topics.pick(sign)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._number and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not (
                event.modifiers() & Qt.KeyboardModifier.ControlModifier
            ):
                self.form.go_to("depth")
                return True
            if event.text() == "0" and self._number_is_fresh():
                self._on_declined_clicked()
                return True
        return super().eventFilter(watched, event)

    def _number_is_fresh(self) -> bool:
        """A nought cannot begin a headcount, so as the first digit it means "declined"."""
        line = self._number.lineEdit()
        return not line.text() or line.selectedText() == line.text()

    def close_top(self) -> bool:
        if self.place.is_open:
            self.place.turn()
            return True
        return False

    # ------------------------------------------------------------------------------ shown and left

    def be_shown(self) -> None:
        self._take_focus()

    def _take_focus(self) -> None:
        name, cursor = self._place or ("", 0)
        self._place = None
        if not (name and self.form.go_to(name, cursor)):
            self.form.go_to("headcount")

    def be_left(self) -> None:
        self._place = self.form.place()
        self._keep()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_clock_timeout()
        self._clock.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._legend.setVisible(self.width() >= worn().scaled(_LEGEND_FITS))  # the words are tooltips, too

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()


def _ops_shown(opened: Opened, name: str) -> list[str]:
    """The standing operations whose answer is the one on screen; in a conflict the others were not seen."""
    shown = opened.record.values.get(name)
    return [one.op for one in opened.standing.get(name, ()) if one.value == shown]


def _timer(parent: QWidget, every_ms: int, slot: Callable[[], object]) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(every_ms)
    timer.timeout.connect(slot)
    return timer


LOG = ScreenEntry(
    KEY,
    str(QT_TRANSLATE_NOOP("Screen", "Log")),
    "note-pencil",
    0,
    LogScreen,
    frozenset({"worker", "lead", "dsl"}),
    keys="Ctrl+E",
)
