"""A form for one record kind, derived from its declaration.

    form = Form(ENGAGEMENT, setting, name="log", without={"shift", "visit"})
    column.addWidget(form.field("headcount"))           # a screen places the fields it knows ...
    for name in form.rest(PLACED): more.addWidget(form.field(name))  # ... and takes in those it does not

Labels, help and who reads a field are the declaration's. What the rules say appears at the field as one
types; that an answer is missing appears only after a save was tried. The form knows no record and no
draft: it takes values, gives values, and says where the person is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QWidget

from outreach_app.domain.field import Json, Rows
from outreach_app.domain.kind import Finding, Kind
from outreach_app.ui.editors import Editor, Setting, has_editor, make_editor
from outreach_app.ui.look import Space
from outreach_app.ui.parts.field import Field

MISSING = "field-missing"
"""The finding that is not shown before a save was tried: nobody likes a form that begins in red."""

_UNFIT = "field-unfit"


class Form(QObject):
    """The fields of a kind and what is in them. `edited(str)` names the field a person changed."""

    edited = Signal(str)

    def __init__(
        self,
        kind: Kind,
        setting: Setting,
        parent: QWidget,
        *,
        name: str,
        without: Collection[str] = (),
        help_below: Collection[str] = (),
        shown: Mapping[str, int] | None = None,
        is_dense: bool = True,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self._fields: dict[str, Field] = {}
        self._editors: dict[str, Editor] = {}
        self._kept: dict[str, Json] = {}
        self._names: dict[int, str] = {}
        self._last = ""
        self.is_strict = False
        """Whether missing answers are told: since a save was tried."""
        for key, declared in kind.fields.items():
            if key in without or not has_editor(declared):
                continue
            editor = make_editor(
                declared, f"{name}-{key.replace('_', '-')}", setting, shown=(shown or {}).get(key)
            )
            editor.edited.connect(self._on_editor_edited)
            editor.grown.connect(self._on_editor_grown)
            self._names[id(editor)] = key
            self._editors[key] = editor
            self._fields[key] = Field(
                declared.label,
                editor.part,
                help=declared.help,
                readers=self.tr("Who reads it: %1").replace("%1", declared.who_sees),
                readers_icon="eye" if declared.partners else "eye-slash",
                has_help_below=key in help_below,
                has_readers_beside=is_dense,
            )

    def field(self, name: str) -> Field:
        """The field with its label, to be placed on the screen once."""
        return self._fields[name]

    def editor(self, name: str) -> Editor:
        """The control of a field."""
        return self._editors[name]

    def has(self, name: str) -> bool:
        """Whether this form asks for the field."""
        return name in self._fields

    def rest(self, placed: Collection[str]) -> list[str]:
        """Fields that the screen has not placed, in the order of the declaration."""
        return [name for name in self._fields if name not in placed]

    @Slot()
    def _on_editor_edited(self) -> None:
        name = self._names.get(id(self.sender()))
        if name is not None:
            self.edited.emit(name)

    @Slot()
    def _on_editor_grown(self) -> None:
        QTimer.singleShot(0, self._follow_focus)  # once the layout knows the new size

    @Slot()
    def _follow_focus(self) -> None:
        name, _ = self.place()
        if name:
            _bring_into_sight(self._fields[name])

    # --------------------------------------------------------------------------------------- values

    def value(self, name: str) -> Json:
        """One answer, None for none."""
        return self._editors[name].value() if name in self._editors else self._kept.get(name)

    def set_value(self, name: str, value: Json) -> None:
        """Show one answer without telling anybody. A field without an editor is kept all the same."""
        if name in self._editors:
            self._editors[name].set_value(value)
        elif value is None:
            self._kept.pop(name, None)
        else:
            self._kept[name] = value

    def values(self) -> dict[str, Json]:
        """Every answer that was given."""
        shown = {name: editor.value() for name, editor in self._editors.items()}
        return {name: value for name, value in {**self._kept, **shown}.items() if value is not None}

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Show these answers and no others, and forget what was wrong."""
        self._kept = {name: value for name, value in values.items() if name not in self._editors}
        for name, editor in self._editors.items():
            editor.set_value(values.get(name))
        self.is_strict = False
        self._last = ""
        self.show_findings(())

    def set_setting(self, setting: Setting) -> None:
        """Other records can be picked now."""
        for editor in self._editors.values():
            editor.set_setting(setting)

    # ------------------------------------------------------------------------------------- findings

    def check(self) -> list[Finding]:
        """What the kind's own rules say now. Pure and quick: this may run at every key."""
        return self.kind.check(self.values())[1]

    def show_findings(self, findings: Iterable[Finding]) -> list[Finding]:
        """Show each at its field; those this form has no field for come back."""
        by_field: dict[str, list[Finding]] = {}
        strangers = []
        for finding in findings:
            if not self.is_strict and self._is_early(finding):
                continue
            if finding.field in self._fields:
                by_field.setdefault(finding.field, []).append(finding)
            else:
                strangers.append(finding)
        for name, shown in self._fields.items():
            worst = sorted(by_field.get(name, ()), key=_weight)
            if not worst:
                shown.set_error("")
            elif worst[0].level == "refuse":
                shown.set_error(worst[0].words)
            else:
                shown.set_warning(" ".join(finding.words for finding in worst))
        return strangers

    def _is_early(self, finding: Finding) -> bool:
        """Whether it only says that somebody has not finished yet: an answer is missing, a row half full."""
        declared = self.kind.fields.get(finding.field)
        return finding.code == MISSING or (isinstance(declared, Rows) and finding.code == _UNFIT)

    def go_to_first(self, findings: Sequence[Finding]) -> bool:
        """Put the focus where the first thing is left to do; False if none of them is here."""
        wrong = {finding.field for finding in findings}
        for name in self._fields:
            if name in wrong:
                return self.go_to(name)
        return False

    # ---------------------------------------------------------------------------------------- place

    def place(self) -> tuple[str, int]:
        """Which field has the focus or had it last, and where the cursor is in its text; "" for none yet."""
        self.note_place()
        return (self._last, self._editors[self._last].cursor()) if self._last else ("", 0)

    def note_place(self) -> None:
        """Remember the field that has the focus: a click into the navigation must not lose it."""
        parent = self.parent()
        here = parent.window().focusWidget() if isinstance(parent, QWidget) else None
        for name, editor in self._editors.items():
            if here is not None and (here is editor.part or editor.part.isAncestorOf(here)):
                self._last = name

    def go_to(self, name: str, cursor: int | None = None) -> bool:
        """Focus a field, and its text where it was left; False if there is no such field."""
        if name not in self._editors:
            return False
        editor = self._editors[name]
        editor.part.setFocus(Qt.FocusReason.OtherFocusReason)
        if cursor is not None:
            editor.set_cursor(cursor)
        _bring_into_sight(self._fields[name])
        return True


def _bring_into_sight(field: QWidget) -> None:
    """Scroll to a field, and within a tall one to what has the focus. Qt does this for Tab alone."""
    here = field.window().focusWidget()
    parent = field.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(field, 0, Space.MEDIUM)
            if field.isAncestorOf(here):
                parent.ensureWidgetVisible(here, 0, Space.WIDE)
        parent = parent.parentWidget()


def _weight(finding: Finding) -> int:
    return ("refuse", "ask", "flag").index(finding.level)
