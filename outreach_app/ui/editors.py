"""From a field's declaration to the control that answers it.

`make_editor(field, name, setting)` looks at `field.editor` and gives an `Editor`: a part on screen
(`editor.part`) that speaks the record's own JSON values. No screen makes an editor by hand; a new kind of
field is one class here. `Setting` is what editors need of the world: other records to pick from, and the
wall clock. A `polygon` has no editor: hotspots are drawn on the map.

    editor = make_editor(kind.fields["headcount"], "headcount", setting)
    editor.edited.connect(self._on_editor_edited)
    layout.addWidget(Field(field.label, editor.part))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.domain import codes, field
from outreach_app.domain.codes import Code
from outreach_app.domain.field import Json, Unfit, read_moment, spell_moment
from outreach_app.domain.ids import Clock
from outreach_app.ui.look import Space
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.chips import ChipFlow
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.count_map import CountMap
from outreach_app.ui.parts.field import Field
from outreach_app.ui.parts.moment import MomentEdit
from outreach_app.ui.parts.note_edit import NoteEdit
from outreach_app.ui.parts.picker import Picker, Tick
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.stepper import Stepper

_MOST_SEGMENTS = 5
_SHORT_NOTE = 2_000
"""Notes that hold no more than this get two lines instead of three."""


class Setting:
    """What editors need of the world: records to pick from, by kind, and the wall clock of this laptop."""

    def __init__(self, clock: Clock, options: Mapping[str, Sequence[Choice]] | None = None) -> None:
        self.clock = clock
        self.options = dict(options or {})

    def offers(self, to: str) -> Sequence[Choice]:
        """Records of a kind that can be picked."""
        return self.options.get(to, ())

    def on_wall(self, moment: datetime) -> datetime:
        """A moment as the clock on the wall shows it: naive."""
        return (moment + timedelta(minutes=self.clock.zone_minutes(moment))).replace(tzinfo=None)

    def off_wall(self, shown: datetime) -> datetime:
        """The moment that a wall clock shows; of an hour that comes twice, the first."""
        as_utc = shown.replace(tzinfo=UTC)
        guess = as_utc - timedelta(minutes=self.clock.zone_minutes(as_utc))
        return as_utc - timedelta(minutes=self.clock.zone_minutes(guess))

    def now_on_wall(self) -> datetime:
        """What the wall clock shows now, to the minute."""
        return self.on_wall(self.clock.now()).replace(second=0, microsecond=0)


class Editor(QObject):
    """One answer. `edited` is emitted for what a person did, never for `set_value`."""

    edited = Signal()
    grown = Signal()
    """The part has become larger under the focus: whoever scrolls it should follow."""

    part: QWidget

    def _own(self, part: QWidget) -> None:
        """Take `part` as mine; I live as long as it does."""
        self.part = part
        self.setParent(part)

    def value(self) -> Json:
        """The answer as the record keeps it, or None for none."""
        raise NotImplementedError

    def set_value(self, value: Json) -> None:
        """Show an answer without telling anybody."""
        raise NotImplementedError

    def set_setting(self, setting: Setting) -> None:
        """Other records can be picked now, or others no longer."""

    def cursor(self) -> int:
        """Where in its text the person is; 0 for what is not text."""
        return 0

    def set_cursor(self, at: int) -> None:
        """Go back to that place in the text."""

    @Slot()
    def _on_part_changed(self) -> None:
        self.edited.emit()


class LineEditor(Editor):
    """One line of text."""

    def __init__(self, declared: field.Text, name: str, setting: Setting) -> None:
        super().__init__()
        self._line = QLineEdit()
        self._line.setObjectName(name)
        self._line.setMaxLength(declared.longest)
        self._line.textEdited.connect(self._on_part_changed)
        self._own(self._line)

    def value(self) -> Json:
        return self._line.text() if self._line.text().strip() else None

    def set_value(self, value: Json) -> None:
        self._line.setText(value if isinstance(value, str) else "")

    def cursor(self) -> int:
        return self._line.cursorPosition()

    def set_cursor(self, at: int) -> None:
        self._line.setCursorPosition(at)


class DecimalEditor(Editor):
    """A number with a fraction, typed. What is not a number stays as it is and is told by the rules."""

    def __init__(self, declared: field.Decimal, name: str, setting: Setting) -> None:
        super().__init__()
        self._line = QLineEdit()
        self._line.setObjectName(name)
        self._line.setPlaceholderText(declared.unit)
        self._line.textEdited.connect(self._on_part_changed)
        self._own(self._line)

    def value(self) -> Json:
        words = self._line.text().strip().replace(",", ".")
        if not words:
            return None
        try:
            return float(words)
        except ValueError:
            return words

    def set_value(self, value: Json) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        self._line.setText(f"{value:g}" if is_number else str(value or ""))

    def cursor(self) -> int:
        return self._line.cursorPosition()

    def set_cursor(self, at: int) -> None:
        self._line.setCursorPosition(at)


class NoteEditor(Editor):
    """Several lines of text."""

    def __init__(self, declared: field.Note, name: str, setting: Setting) -> None:
        super().__init__()
        lines = 2 if declared.longest <= _SHORT_NOTE else 3
        self._note = NoteEdit(name=name, label=declared.label, lines=lines)
        self._note.edited.connect(self._on_part_changed)
        self._own(self._note)

    def value(self) -> Json:
        words = self._note.value()
        return words if words.strip() else None

    def set_value(self, value: Json) -> None:
        words = value if isinstance(value, str) else ""
        if words != self._note.value():
            self._note.set_value(words)

    def cursor(self) -> int:
        return self._note.textCursor().position()

    def set_cursor(self, at: int) -> None:
        place = QTextCursor(self._note.document())
        place.setPosition(max(0, min(at, self._note.document().characterCount() - 1)))
        self._note.setTextCursor(place)
        self._note.ensureCursorVisible()


class NumberEditor(Editor):
    """A whole number. A zero that nobody gave is no answer; the stepper draws it faintly."""

    def __init__(self, declared: field.Number, name: str, setting: Setting) -> None:
        super().__init__()
        self._declared = declared
        self._is_answered = False
        self._stepper = Stepper(
            name=name,
            label=declared.label,
            lowest=min(0, declared.least),
            highest=declared.most,
            is_large=declared.required,
        )
        self._stepper.changed.connect(self._on_stepper_changed)
        self._own(self._stepper)

    @Slot(int)
    def _on_stepper_changed(self, value: int) -> None:
        self._is_answered = value >= self._declared.least
        self.edited.emit()

    def value(self) -> Json:
        return self._stepper.value() if self._is_answered else None

    def set_value(self, value: Json) -> None:
        self._is_answered = isinstance(value, int) and not isinstance(value, bool)
        self._stepper.set_value(value if self._is_answered else 0)


def _picker(choices: Sequence[Choice], name: str, nothing: str) -> Picker:
    """As wide as its longest word: a list across a whole page looks like a text field."""
    picker = Picker(choices, name=name, nothing=nothing)
    picker.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return picker


class ChoiceEditor(Editor):
    """One code: segments for a few that must be answered, else a list with the ways of not knowing."""

    def __init__(self, declared: field.Choice, name: str, setting: Setting) -> None:
        super().__init__()
        self._declared = declared
        self._values: dict[str, Json] = {}
        offered = [*declared.codes.on_offer, *declared.missing]
        choices = [self._choice(code) for code in offered]
        self._segments: Segments | None = None
        if declared.required and len(choices) <= _MOST_SEGMENTS:
            is_numbered = all(code.key.isdigit() for code in offered)
            self._segments = Segments(choices, name=name, label=declared.label, is_numbered=is_numbered)
            self._segments.chosen.connect(self._on_part_changed)
            self._own(self._segments)
            return
        nothing = self.tr("No answer")
        if not declared.required:
            choices = [Choice("", nothing), *choices]
        self._choices = choices
        self._picker = _picker(choices, name, nothing)
        self._picker.picked.connect(self._on_picker_picked)
        self._own(self._picker)

    def _choice(self, code: Code) -> Choice:
        self._values[str(code.value)] = code.value
        return Choice(str(code.value), code.label, code.help, code.key)

    @Slot(str)
    def _on_picker_picked(self, code: str) -> None:
        if not code:
            self._picker.set_value(None)
        self.edited.emit()

    def value(self) -> Json:
        shown = self._picker.value() if self._segments is None else self._segments.value()
        return self._values.get(shown) if shown else None

    def set_value(self, value: Json) -> None:
        if self._segments is not None:
            self._segments.set_value(None if value is None else str(value))
            return
        if value is not None and str(value) not in self._values:  # retired, or of a newer program
            self._values[str(value)] = value
            self._choices = [*self._choices, Choice(str(value), self._declared.show(value))]
            self._picker.set_choices(self._choices)
        self._picker.set_value(None if value is None else str(value))


class ChipsEditor(Editor):
    """Any number of codes. Codes that are no longer on offer stay with the record, unseen."""

    def __init__(
        self, declared: field.Choices, name: str, setting: Setting, shown: int | None = None
    ) -> None:
        super().__init__()
        self._declared = declared
        self._kept: list[Json] = []
        offered = declared.codes.on_offer
        self._chips = ChipFlow(
            [Choice(str(code.value), code.label, code.help, code.key) for code in offered],
            name=name,
            label=declared.label,
            shown=shown,
            has_letters=any(code.key for code in offered),
        )
        self._chips.changed.connect(self._on_part_changed)
        self._own(self._chips)

    def value(self) -> Json:
        shown = [*self._kept, *self._chips.value()]
        return [code for code in self._declared.codes.values if code in shown] or None

    def set_value(self, value: Json) -> None:
        given = value if isinstance(value, list) else []
        on_offer = {code.value for code in self._declared.codes.on_offer}
        self._kept = [code for code in given if code not in on_offer]
        self._chips.set_value(code for code in given if code in on_offer)


class CountsEditor(Editor):
    """How many in each band."""

    def __init__(self, declared: field.Counts, name: str, setting: Setting) -> None:
        super().__init__()
        self._counts = CountMap(
            [Choice(str(code.value), code.label) for code in declared.codes.on_offer],
            name=name,
            label=declared.label,
        )
        self._counts.changed.connect(self._on_part_changed)
        self._own(self._counts)

    def value(self) -> Json:
        return self._counts.value() or None

    def set_value(self, value: Json) -> None:
        self._counts.set_value(value if isinstance(value, Mapping) else {})


class TickEditor(Editor):
    """Yes, or not."""

    def __init__(self, declared: field.Yes, name: str, setting: Setting) -> None:
        super().__init__()
        self._was: Json = None
        self._tick = Tick(self.tr("Yes"), name=name)
        self._tick.clicked.connect(self._on_part_changed)
        self._own(self._tick)

    def value(self) -> Json:
        return True if self._tick.isChecked() else (False if self._was is not None else None)

    def set_value(self, value: Json) -> None:
        self._was = value
        self._tick.setChecked(value is True)


class MomentEditor(Editor):
    """A point in time, typed as the wall clock shows it. Seconds nobody touched stay as they were."""

    def __init__(self, declared: field.Moment, name: str, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self._is_required = declared.required
        self._said: Json = None
        self._moment = MomentEdit(
            name=name, label=declared.label, offer=setting.now_on_wall, is_required=declared.required
        )
        self._moment.changed.connect(self._on_moment_changed)
        self._own(self._moment)

    @Slot()
    def _on_moment_changed(self) -> None:
        shown = self._moment.value()
        exact = None if shown is None else self._setting.off_wall(shown.replace(second=0))
        self._said = None if exact is None else spell_moment(exact)
        self.edited.emit()

    def value(self) -> Json:
        return self._said

    def set_value(self, value: Json) -> None:
        self._said = value
        try:
            self._moment.set_value(None if value is None else self._setting.on_wall(read_moment(value)))
        except Unfit:
            self._moment.set_value(None)

    def set_setting(self, setting: Setting) -> None:
        self._setting = setting


class DayEditor(Editor):
    """A calendar date."""

    def __init__(self, declared: field.Day, name: str, setting: Setting) -> None:
        super().__init__()
        self._said: Json = None
        self._day = MomentEdit(
            name=name,
            label=declared.label,
            offer=setting.now_on_wall,
            has_time=False,
            is_required=declared.required,
        )
        self._day.changed.connect(self._on_day_changed)
        self._own(self._day)

    @Slot()
    def _on_day_changed(self) -> None:
        shown = self._day.value()
        self._said = None if shown is None else shown.date().isoformat()
        self.edited.emit()

    def value(self) -> Json:
        return self._said

    def set_value(self, value: Json) -> None:
        self._said = value
        self._day.set_value(date.fromisoformat(value) if isinstance(value, str) else None)


class RefEditor(Editor):
    """Another record out of a list; or, for a member field that allows it, a word in its place."""

    def __init__(self, declared: field.Ref | field.MemberOr, name: str, setting: Setting) -> None:
        super().__init__()
        self._declared = declared
        self._to = declared.to if isinstance(declared, field.Ref) else "member"
        self._strangers: dict[str, Choice] = {}
        self._known: list[Choice] = []
        self._codes: set[str] = set()
        self._picker = _picker((), name, self.tr("No answer"))
        self._picker.picked.connect(self._on_picker_picked)
        self._own(self._picker)
        self.set_setting(setting)

    def set_setting(self, setting: Setting) -> None:
        words: Sequence[Choice] = ()
        if isinstance(self._declared, field.MemberOr):
            words = [Choice(str(code.value), code.label) for code in self._declared.codes.on_offer]
        nobody = [] if self._declared.required else [Choice("", self.tr("No answer"))]
        known = [*nobody, *words, *setting.offers(self._to)]
        if known == self._known:
            return  # a list that is open must not close under the hand
        self._codes = {choice.code for choice in known}
        strangers = [choice for code, choice in self._strangers.items() if code not in self._codes]
        self._picker.set_choices([*known, *strangers])
        self._known = known

    @Slot(str)
    def _on_picker_picked(self, code: str) -> None:
        if not code:
            self._picker.set_value(None)
        self.edited.emit()

    def value(self) -> Json:
        return self._picker.value() or None

    def set_value(self, value: Json) -> None:
        if isinstance(value, str) and value not in self._codes and value not in self._strangers:
            self._strangers[value] = Choice(value, self.tr("Not on this laptop"))
            self._picker.set_choices([*self._known, *self._strangers.values()])
        self._picker.set_value(value if isinstance(value, str) else None)


class RefsEditor(Editor):
    """Several other records, as chips."""

    def __init__(self, declared: field.Refs, name: str, setting: Setting) -> None:
        super().__init__()
        self._declared = declared
        self._name = name
        self._order: list[Json] = []
        self._place = QWidget()
        self._place.setObjectName(f"{name}-place")
        column = QVBoxLayout(self._place)
        column.setContentsMargins(0, 0, 0, 0)
        self._chips: ChipFlow | None = None
        self._offered: list[Choice] = []
        self._own(self._place)
        self.set_setting(setting)

    def set_setting(self, setting: Setting) -> None:
        offered = [choice._replace(under="") for choice in setting.offers(self._declared.to)]
        if self._chips is not None and offered == self._offered:
            return
        value = self.value()
        self._offered = offered
        old = self._chips
        self._chips = ChipFlow(offered, name=self._name, label=self._declared.label, has_letters=False)
        self._chips.changed.connect(self._on_part_changed)
        column = self._place.layout()
        assert column is not None
        column.addWidget(self._chips)
        self._place.setFocusProxy(self._chips)
        if old is not None:
            column.removeWidget(old)
            old.hide()
            old.setParent(None)
            old.deleteLater()
        self.set_value(value)

    def value(self) -> Json:
        if self._chips is None:
            return None
        codes_known = {choice.code for choice in self._offered}
        chosen = self._chips.value()
        kept = [one for one in self._order if one not in codes_known or one in chosen]
        return [*kept, *(one for one in chosen if one not in kept)] or None

    def set_value(self, value: Json) -> None:
        self._order = list(value) if isinstance(value, list) else []
        if self._chips is not None:
            self._chips.set_value(self._order)


class RowsEditor(Editor):
    """A short list of small rows, each with editors of its own."""

    def __init__(self, declared: field.Rows, name: str, setting: Setting) -> None:
        super().__init__()
        self._declared = declared
        self._name = name
        self._setting = setting
        self._rows: list[_Row] = []
        self._made = 0
        self._place = QWidget()
        self._place.setObjectName(name)
        self._column = QVBoxLayout(self._place)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.SMALL)
        self._add = Button(self.tr("Add one"), name=f"{name}-add", icon="plus")
        self._add.clicked.connect(self._on_add_clicked)
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        self._column.addLayout(foot)
        self._place.setFocusProxy(self._add)
        self._own(self._place)

    def _append(self) -> _Row:
        self._made += 1
        row = _Row(self._declared, f"{self._name}-{self._made}", self._setting)
        row.edited.connect(self._on_part_changed)
        row.removed.connect(self._on_row_removed)
        self._column.insertWidget(len(self._rows), row)
        row.show()  # at once: a layout would do it after the next key
        self._rows.append(row)
        self._place.setFocusProxy(self._rows[0].first)
        last: QWidget = self._add  # or Tab would come to a new row after all of the window
        for stop in row.stops:
            QWidget.setTabOrder(last, stop)
            last = stop
        QWidget.setTabOrder(last, self._add)
        return row

    def _drop(self, row: _Row) -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.hide()  # or a show that is still queued would make it a window
        row.setParent(None)
        row.deleteLater()
        self._place.setFocusProxy(self._rows[0].first if self._rows else self._add)

    @Slot()
    def _on_add_clicked(self) -> None:
        self._append().first.setFocus()
        self.edited.emit()
        self.grown.emit()

    @Slot()
    def _on_row_removed(self) -> None:
        sender = self.sender()
        if isinstance(sender, _Row):
            self._drop(sender)
            self._add.setFocus()
            self.edited.emit()

    def value(self) -> Json:
        return [row.value() for row in self._rows] or None

    def set_value(self, value: Json) -> None:
        given = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        if given == self.value():
            return
        while len(self._rows) > len(given):
            self._drop(self._rows[-1])
        while len(self._rows) < len(given):
            self._append()
        for row, values in zip(self._rows, given, strict=True):
            row.set_value(values)

    def set_setting(self, setting: Setting) -> None:
        self._setting = setting
        for row in self._rows:
            row.set_setting(setting)


class _Row(QFrame):
    """One row of a `RowsEditor`."""

    edited = Signal()
    removed = Signal()

    def __init__(self, declared: field.Rows, name: str, setting: Setting) -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self._editors: dict[str, Editor] = {}
        outer = QHBoxLayout(self)
        outer.setContentsMargins(Space.MEDIUM, Space.SMALL, Space.SMALL, Space.MEDIUM)
        column = QVBoxLayout()
        column.setSpacing(Space.SMALL)
        for key, inner in declared.columns:
            editor = make_editor(inner, f"{name}-{key}", setting)
            editor.edited.connect(self.edited)
            self._editors[key] = editor
            column.addWidget(Field(inner.label, editor.part, help=inner.help))
        outer.addLayout(column, 1)
        self._remove = IconButton("trash", self.tr("Take this one away"), name=f"{name}-remove")
        self._remove.clicked.connect(self.removed)
        side = QVBoxLayout()
        side.addWidget(self._remove)
        side.addStretch(1)
        outer.addLayout(side)

    @property
    def first(self) -> QWidget:
        """Where the focus goes."""
        return self.stops[0]

    @property
    def stops(self) -> list[QWidget]:
        """What Tab comes to, in order."""
        return [*(editor.part for editor in self._editors.values()), self._remove]

    def value(self) -> dict[str, Json]:
        """The row as the record keeps it."""
        return {key: said for key, editor in self._editors.items() if (said := editor.value()) is not None}

    def set_value(self, values: Mapping[str, Json]) -> None:
        """Show a row without telling anybody."""
        for key, editor in self._editors.items():
            editor.set_value(values.get(key))

    def set_setting(self, setting: Setting) -> None:
        """Hand the world on."""
        for editor in self._editors.values():
            editor.set_setting(setting)


_EDITORS: dict[str, Callable[[Any, str, Setting], Editor]] = {
    "line": LineEditor,
    "note": NoteEditor,
    "stepper": NumberEditor,
    "tick": TickEditor,
    "moment": MomentEditor,
    "day": DayEditor,
    "choice": ChoiceEditor,
    "chips": ChipsEditor,
    "counts": CountsEditor,
    "ref": RefEditor,
    "refs": RefsEditor,
    "rows": RowsEditor,
}


def has_editor(declared: field.Field) -> bool:
    """Whether a form can ask for this field."""
    return declared.editor in _EDITORS


def make_editor(declared: field.Field, name: str, setting: Setting, *, shown: int | None = None) -> Editor:
    """The control for a field; its part is called `name`. KeyError for a field no form can ask for.

    `shown` folds a long list of chips away behind "More…" after so many.
    """
    if isinstance(declared, field.Decimal):
        return DecimalEditor(declared, name, setting)
    if isinstance(declared, field.Choices):
        return ChipsEditor(declared, name, setting, shown)
    return _EDITORS[declared.editor](declared, name, setting)


def choices_of(options: Iterable[tuple[str, str, str]]) -> list[Choice]:
    """Options of `work` (id, words, second line) as something to pick."""
    return [Choice(record_id, words, under) for record_id, words, under in options]


def label_of(code_list: codes.CodeList, value: Json) -> str:
    """Words of a code inside a sentence: without its capital."""
    words = code_list.label(value)
    return words[:1].lower() + words[1:]
