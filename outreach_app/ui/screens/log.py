"""Log engagement: three answers make one, everything else is optional, nothing is ever lost.

The form is derived from the declaration of `engagement`; this screen only says where its best-known fields
stand (`log_page`); one it does not know appears below the line by itself. Place and time fill themselves
(`log_place`); each pause keeps the draft; opening an existing engagement uses the same form and never
overwrites unseen what arrived meanwhile (`log_clash`).

    host.show_screen("log").amend(record_id, back="today")   # from the timeline
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from outreach_app.domain.engagement import ENGAGEMENT
from outreach_app.domain.field import Json
from outreach_app.domain.kind import Finding, Kind, Record
from outreach_app.domain.trouble import Trouble
from outreach_app.store.drafts import Draft, Place
from outreach_app.ui.editors import Setting, choices_of
from outreach_app.ui.forms import Form
from outreach_app.ui.parts.card import rule
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.stepper import Stepper
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens.log_clash import Clash, ClashCard
from outreach_app.ui.screens.log_drafts import DraftsButton
from outreach_app.ui.screens.log_foot import SaveBar
from outreach_app.ui.screens.log_page import HELP_BELOW, SHOWN, LogPage
from outreach_app.ui.screens.log_place import FIELDS as PLACE_FIELDS
from outreach_app.ui.screens.log_place import PlaceLine
from outreach_app.ui.screens.log_words import Wording
from outreach_app.work import draft as drafts
from outreach_app.work import record as records
from outreach_app.work.amendment import Amendment, Opened
from outreach_app.work.changes import Done
from outreach_app.work.log import Log, read_log

KEY = "log"

_PAUSE_MS = 400
_TICK_MS = 5_000

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
        self._amendment: Amendment | None = None
        self._is_kept = False
        self._is_saving = False
        self._saves_when_read = False
        self._is_confirmed = False
        self._opening = ""
        self._back = ""
        self._interrupted = ""
        self._last_saved = ""
        self._place: tuple[str, int] | None = None
        self._against: list[Finding] = []
        self._typed_ahead: list[QKeyEvent] = []
        self._checks = 0
        self._has_news = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setting = Setting(around.desk.clock)
        self.form = Form(
            kind,
            self.setting,
            self,
            name=KEY,
            without={*PLACE_FIELDS, *_LATER},
            help_below=HELP_BELOW,
            shown=SHOWN,
        )
        self.wording = Wording(kind, self.setting, self)
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
        self.listen({"shift", "visit", "hotspot", "member", "service", kind.name})
        self._begin({})

    # --------------------------------------------------------------------------------------- layout

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.drafts_button = DraftsButton(self.around, self.wording)
        self.drafts_button.opened.connect(self._on_drafts_button_opened)
        self.drafts_button.changed.connect(self.read_again)
        self.page = LogPage(self.form, self.place, self.clash, self.drafts_button)
        self.page.declined.clicked.connect(self._on_declined_clicked)
        self.page.no_shift.acted.connect(self._on_no_shift_acted)
        outer.addWidget(self.page, 1)
        outer.addWidget(rule(self))
        self.foot = self._build_foot()
        outer.addWidget(self.foot)

    def _build_foot(self) -> SaveBar:
        self._save_action = self.act(
            "log-save", self.tr("Save"), "Ctrl+Return", self.tr("Log"), self._on_save_triggered
        )
        self._save_action.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        foot = SaveBar(self._save_action)
        foot.aside_asked.connect(self._on_foot_aside_asked)
        foot.again_asked.connect(self._on_foot_again_asked)
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
        record_id = self._opening or (self._amendment.record.id if self._amendment else None)
        verb = partial(read_log, self.around.desk, self.kind, record_id, without=_LATER)
        self.ask(verb, self._show, trouble=self._refuse)

    def _show(self, log: Log) -> None:
        is_first = self._log is None
        self._log = log
        if is_first and self._opening and log.left_open is not None and log.left_open.record is None:
            self._interrupted = log.left_open.id
        self._take_spare(log.fresh)
        self.setting.options = {to: choices_of(offers) for to, offers in log.options.items()}
        self.form.set_setting(self.setting)
        self.place.follow(log)
        opened = log.opened
        if opened is not None and opened.record.id == self._opening:
            self._open(opened)
        elif opened is not None and self._amendment and opened.record.id == self._amendment.record.id:
            self._take_arrived(opened)
        elif self._amendment is None and not self._opening:
            self._reopen(log, is_first=is_first)
        self._show_state()
        self._show_shift()
        self._show_drafts()
        if self._saves_when_read:
            self._saves_when_read = False
            self._on_save_triggered()

    def _take_spare(self, fresh: str) -> None:
        """An id for the draft after this one, so that beginning a form never waits for the store."""
        self._spare_id = fresh
        if not self._draft_id:
            self._draft_id, self._spare_id = fresh, ""
            if not self.is_blank:
                self._pause.start()

    def _reopen(self, log: Log, *, is_first: bool) -> None:
        """What was interrupted: by an amendment, or by a crash, a lock, a dead battery.

        The same form, the same field, the same cursor. An older draft waits in the list instead, and so
        does every draft if somebody has begun to type already.
        """
        interrupted = next((one for one in log.drafts if one.id == self._interrupted), None)
        draft = interrupted or (log.left_open if is_first else None)
        self._interrupted = ""
        if draft is not None and self.is_blank:
            self._open_draft(draft)

    def _refuse(self, trouble: Trouble) -> None:
        self._opening = ""
        self.around.host.show_trouble(trouble)

    # --------------------------------------------------------------------------- beginning, opening

    def _begin(self, values: Mapping[str, Json]) -> None:
        """An empty form, or one with a draft's answers, for a new record."""
        self._amendment = None
        self._is_kept = False
        self._is_confirmed = False
        self._against = []
        self._checks += 1
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
        """Open a record in this form; after the save the window goes `back` to that screen.

        What was half typed is kept and comes back when the amendment is done.
        """
        if self._amendment is None and not self.is_blank:
            self._interrupted = self._draft_id
        self._keep()
        self._place = None
        self._opening = record_id
        self._back = back
        self.read_again()

    def _open(self, opened: Opened) -> None:
        """Show a record as it stands, and over it what its draft had changed."""
        self._opening = ""
        kept = self._log.drafts if self._log else ()
        draft = next((one for one in kept if one.record == opened.record.id), None)
        amendment = Amendment(opened, self.kind.fields, draft)
        self._begin(amendment.begins_with)
        self._amendment = amendment
        self.place.set_values(amendment.begins_with)
        self._place = None
        if draft is not None:
            self._draft_id = draft.id
            self._is_kept = True
            self._place = (draft.place.field, draft.place.cursor)
        self._show_clashes()
        self._after_opening()

    def _end_amendment(self) -> None:
        """Back to logging: what the amendment interrupted, or an empty form."""
        self._begin({})
        self.place.forget_hand()
        self.place.start_again()
        self.read_again()

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

    def _take_arrived(self, opened: Opened) -> None:
        """The record under the form has changed: untouched fields follow, touched ones show both answers."""
        assert self._amendment is not None
        follow = self._amendment.take(opened, self._values())
        for name, value in follow.items():
            self._set(name, value)
        self._show_clashes()
        self._check()
        if opened.record.state == "voided":
            words = self.tr(
                "This engagement was made void meanwhile; it cannot be changed until that is undone."
            )
            self.foot.say(words, "waiting", is_spoken=True)
            self._has_news = True
        elif follow:
            labels = ", ".join(self.kind.fields[name].label for name in follow)
            words = self.tr("Changed meanwhile by somebody else: %1.").replace("%1", labels)
            self.foot.say(words, is_spoken=True)
            self._has_news = True

    def _show_clashes(self) -> None:
        now = self._values()
        found = []
        for name, declared in self.kind.fields.items():
            others = self._amendment.unseen(name, now) if self._amendment else ()
            if others:
                theirs = others[0]
                by = self.tr("you, on another laptop") if theirs.is_mine else theirs.by
                mine = self.wording.answer(name, now.get(name))
                found.append(Clash(name, declared.label, by, self.wording.answer(name, theirs.value), mine))
        self.clash.show_clashes(found, self.drafts_button)

    @Slot(str)
    def _on_clash_taken(self, name: str) -> None:
        others = self._amendment.unseen(name, self._values()) if self._amendment else ()
        if others:
            self._set(name, others[0].value)
        self._settle(name)

    @Slot(str)
    def _on_clash_kept(self, name: str) -> None:
        self._settle(name)

    def _settle(self, name: str) -> None:
        if self._amendment is not None:
            self._amendment.settle(name)
        self._show_clashes()
        self._after_edit()
        self.form.go_to(name)

    # --------------------------------------------------------------------------------------- editing

    @property
    def is_blank(self) -> bool:
        """Nothing has been said yet that would be missed."""
        if self._amendment is not None:
            return not self._amendment.changed(self._values())
        return not self.form.values()

    @Slot(str)
    def _on_form_edited(self, name: str) -> None:
        self._after_edit()

    @Slot()
    def _on_place_changed(self) -> None:
        self._after_edit()

    def _after_edit(self) -> None:
        self._is_confirmed = False
        self._has_news = False
        if self.is_blank:
            if self._amendment is None and not self.place.is_by_hand:
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
        if now is None or not self.isAncestorOf(now) or self._is_saving:
            return
        self.form.note_place()
        if not self.is_blank:
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
        values = self._values()
        over: Mapping[str, Sequence[str]] = {}
        if self._amendment is not None:
            values, over = self._amendment.said(values)
        field, cursor = self._place or self.form.place()
        self._is_kept = True
        self.change(
            partial(
                drafts.keep_draft,
                desk,
                self._draft_id,
                self.kind.name,
                values,
                Place(screen=screen, field=field, cursor=cursor),
                record=self._amendment.record.id if self._amendment else None,
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
        record_id = self._amendment.record.id if self._amendment else None
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
        if self._log is None:  # asked before the shift was read: saved when it has been
            self._saves_when_read = True
            return
        self.form.is_strict = True
        left = [one for one in self._show_findings() if one.level == "refuse"]
        if left:
            self._say_left(left)
            return
        self._pause.stop()
        self._place = self.form.place()
        self._checks += 1
        self._wait(True)
        desk, values = self.around.desk, self._values()
        verb: Callable[[], Done[Record]]
        if self._amendment is None:
            new = records.Said(self.kind.name, values, self._draft_id or None)
            verb = partial(records.save, desk, new, is_confirmed=self._is_confirmed)
        else:
            said = self._amendment.said(values)
            verb = partial(
                records.amend,
                desk,
                self._amendment.record.id,
                said.values,
                over=said.over,
                draft=self._draft_id,
                is_confirmed=self._is_confirmed,
            )
        self.change(verb, self._on_saved, trouble=self._on_save_refused)

    def _wait(self, is_saving: bool) -> None:
        """While a save is on its way the form stands still; keys are held, so that nothing typed is lost."""
        self._is_saving = is_saving
        self.page.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, is_saving)
        if is_saving:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

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
        self.foot.say(words, "danger", is_spoken=True)
        if not self.form.go_to_first(left) and any(one.field in PLACE_FIELDS for one in left):
            self.place.hotspots.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save_refused(self, trouble: Trouble) -> None:
        self._wait(False)
        if self._place is not None:
            self.form.go_to(*self._place)
        self._place = None
        if isinstance(trouble, records.Refused):
            asks = [one for one in trouble.findings if one.level == "ask"]
            self._against = list(trouble.findings)
            self._show_findings()
            if len(asks) == len(trouble.findings):
                self._is_confirmed = True
                self.foot.say(self.tr("Save again to confirm."), "waiting", is_spoken=True)
            else:
                self._say_left([one for one in trouble.findings if one.level == "refuse"])
        else:
            self.around.host.show_trouble(trouble)
        self._pause.start()
        self._replay()

    def _on_saved(self, record: Record) -> None:
        was_amendment = self._amendment is not None
        self._wait(False)
        self._place = None
        shown = self.setting.on_wall(self.around.desk.clock.now())
        self.around.host.set_saved(self.tr("Saved on this device %1").replace("%1", f"{shown:%H:%M}"))
        words = self.tr("Saved on this device: %1").replace("%1", self.wording.engagement(record.values))
        back, self._back = self._back, ""
        self._last_saved = record.id
        if was_amendment:
            self._end_amendment()
        else:
            self._begin({})
            self.place.start_again()
        self.foot.say(words, "safe", is_spoken=True)
        if was_amendment and back:
            self.around.host.show_screen(back)
            self.around.host.show_success(words)
        elif self.isVisible():
            self.form.go_to("headcount")
        self._replay()

    def _replay(self) -> None:
        """Keys that were pressed while the save was on its way go where the focus is now."""
        held, self._typed_ahead = self._typed_ahead, []
        target = self.window().focusWidget()
        for event in held:
            if target is not None:
                QCoreApplication.postEvent(target, event)

    # --------------------------------------------------------------------------------------- drafts

    @Slot()
    def _on_foot_aside_asked(self) -> None:
        was_amendment = self._amendment is not None
        back, self._back = self._back, ""
        self._keep(drafts.ASIDE)
        self._last_saved = ""
        if was_amendment:
            self._end_amendment()
        else:
            self._begin({})
            self.place.start_again()
            self.read_again()
        if was_amendment and back:
            self.around.host.show_screen(back)
        elif self.isVisible():
            if not was_amendment:
                self.foot.say(self.tr("Put aside. It waits among the drafts."), is_spoken=True)
            self.form.go_to("headcount")

    def _waiting(self) -> list[Draft]:
        """Drafts other than the one in the form."""
        return [draft for draft in (self._log.drafts if self._log else ()) if draft.id != self._draft_id]

    def _show_drafts(self) -> None:
        waiting = self._waiting()
        self.drafts_button.show_drafts(waiting)
        self.around.host.set_badge(KEY, str(len(waiting)) if waiting else "")

    @Slot(str)
    def _on_drafts_button_opened(self, draft_id: str) -> None:
        draft = next((one for one in self._waiting() if one.id == draft_id), None)
        if draft is not None:
            self._keep(drafts.ASIDE)
            self._interrupted = ""
            self._place = None
            self._open_draft(draft)
            self.read_again()

    # ------------------------------------------------------------------------------------ on screen

    def _show_state(self) -> None:
        """Words and buttons that follow from what is in the form."""
        is_amendment, is_blank = self._amendment is not None, self.is_blank
        self.page.title.setText(self.tr("Amend engagement") if is_amendment else self.tr("Log engagement"))
        self._save_action.setText(self.tr("Save change") if is_amendment else self.tr("Save"))
        self._save_action.setEnabled(not (is_amendment and is_blank))
        if is_amendment and is_blank:
            self.foot.show_aside(self.tr("Back"), is_usable=True)
        else:
            tip = self.tr("Keep it among the drafts and begin another")
            self.foot.show_aside(self.tr("Put aside"), is_usable=not is_blank, tip=tip)
        was_saved = bool(self._last_saved) and is_blank and not is_amendment
        self.foot.offer_again(was_saved)
        self.page.declined.setVisible(not is_amendment)
        self.page.show_rests()
        if not was_saved and not self._has_news:
            self.foot.say(self._needed())

    def _show_shift(self) -> None:
        is_needed = not self.place.has_shift and self._amendment is None
        has_earlier = self._log is not None and bool(self._log.outings)
        self.page.show_no_shift(is_needed, has_earlier=has_earlier)

    @Slot()
    def _on_no_shift_acted(self) -> None:
        self.around.host.show_screen("today")

    def _needed(self) -> str:
        """What a save takes, in words."""
        if self._amendment is not None:
            return self.tr("Your team sees what was changed, and by whom.")
        needed = [self.kind.fields[name].label for name in self.kind.required if name not in PLACE_FIELDS]
        words = self.tr(" and ").join(label[:1].lower() + label[1:] for label in needed)
        return self.tr("Only %1 are needed.").replace("%1", words)

    @Slot()
    def _on_foot_again_asked(self) -> None:
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
        self.foot.say(self.tr("Declined. Save it, or type how many they were."), is_spoken=True)

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

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()


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
