"""What is shown once: the recovery code, the six words, a founder's sheets. Printed, checked, then gone."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.field import Field, focus_first_error
from outreach_app.ui.parts.picker import Tick
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screens.door_work import SheetText, Welcome, is_code_part
from outreach_app.ui.screens.paper import Paper, print_papers

CHECKED_GROUPS = (3, 6)
"""The groups of the recovery code that are typed back, counted from 1."""

_GROUPS_IN_A_LINE = 4
_GROUPS_IN_A_FINE_LINE = 6


class Code(QFrame):
    """A code in large letters of one width, read out group by group."""

    def __init__(self, text: str, *, name: str, label: str, is_fine: bool = False) -> None:
        super().__init__()
        self.setProperty("surface", "banner")
        groups = text.split("-")
        wide = _GROUPS_IN_A_FINE_LINE if is_fine else _GROUPS_IN_A_LINE
        lines = ["  ".join(groups[at : at + wide]) for at in range(0, len(groups), wide)]
        self._words = Text("\n".join(lines), "fine-code" if is_fine else "code")
        self._words.setObjectName(name)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._words.setAccessibleName(f"{label}: {', '.join(groups)}")
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.SMALL, Space.MEDIUM, Space.SMALL, Space.MEDIUM)
        column.addWidget(self._words)


class Keepsakes(QWidget):
    """`kept` when the person has shown that what must be kept is kept."""

    kept = Signal()

    def __init__(self, welcome: Welcome) -> None:
        super().__init__()
        self._welcome = welcome
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.MEDIUM)
        self._fields: list[Field] = []
        self._groups: dict[int, QLineEdit] = {}
        self._ticks: list[Tick] = []
        self.print_button = Button(self.tr("Print…"), name="keepsakes-print", icon="printer")
        self.print_button.clicked.connect(self._on_print_clicked)
        if welcome.code:
            self._add_code(welcome.code)
        if welcome.sheets:
            self._add_sheets(welcome.sheets)
        if welcome.words:
            self._add_words(welcome.words)
        self.done = Button(self.tr("Open Outreach"), name="keepsakes-done", kind="primary", is_large=True)
        self.done.clicked.connect(self._on_done_clicked)
        self._column.addWidget(self.done)

    def take_focus(self) -> None:
        """To the first thing to do."""
        first = self.print_button if self._welcome.code or self._welcome.sheets else self.done
        first.setFocus()
        announce(self, self.tr("Keep what is shown here outside this laptop; it is shown once."))

    def _add_code(self, code: str) -> None:
        self._column.addWidget(Text(self.tr("Keep the recovery code"), "title"))
        words = self.tr(
            "It opens your records if you forget the passphrase or the laptop's key ring is lost. It is "
            "shown once. Write it down or print it, and keep it away from the laptop."
        )
        self._column.addWidget(Text(words, "quiet", wraps=True))
        self._column.addWidget(Code(code, name="recovery-code", label=self.tr("Recovery code")))
        self._column.addLayout(self._row(self.print_button))
        pair = QHBoxLayout()
        pair.setSpacing(Space.MEDIUM)
        for group in CHECKED_GROUPS:
            edit = QLineEdit()
            edit.setObjectName(f"recovery-group-{group}")
            edit.setMaxLength(7)
            edit.textEdited.connect(self._on_group_text_edited)
            edit.returnPressed.connect(self._on_group_return_pressed)
            field = Field(self.tr("Group %1, from your copy").replace("%1", str(group)), edit)
            self._groups[group] = edit
            self._fields.append(field)
            pair.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(pair)

    def _add_sheets(self, sheets: tuple[SheetText, ...]) -> None:
        self._column.addWidget(Text(self.tr("Print the team's sheets"), "title"))
        words = self.tr(
            "The root sheet lets the team replace its leaders. Any two of the three recovery sheets open the "
            "records for a new laptop. They are shown once and are kept nowhere else: print them, give "
            "each recovery sheet to another person, and lock the root sheet away."
        )
        self._column.addWidget(Text(words, "quiet", wraps=True))
        for sheet in sheets:
            title = self.title_of(sheet)
            self._column.addWidget(Text(title, "strong"))
            self._column.addWidget(Code(sheet.text, name=f"sheet-{sheet.holder}", label=title, is_fine=True))
        if not self._welcome.code:
            self._column.addLayout(self._row(self.print_button))
        tick = Tick(self.tr("All four sheets are printed or written down"), name="sheets-kept")
        self._ticks.append(tick)
        self._column.addWidget(tick)

    def _add_words(self, words: tuple[str, ...]) -> None:
        self._column.addWidget(Text(self.tr("Compare six words"), "strong"))
        told = self.tr("When you meet your leader, both laptops show the same words:")
        self._column.addWidget(Text(told, "quiet", wraps=True))
        shown = Text(" · ".join(words), "lead", wraps=True)
        shown.setObjectName("join-words")
        self._column.addWidget(shown)

    def _row(self, button: Button) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        return row

    def title_of(self, sheet: SheetText) -> str:
        """What a sheet is called."""
        if not sheet.holder:
            return self.tr("Root sheet")
        return self.tr("Recovery sheet %1 of 3").replace("%1", str(sheet.holder))

    def papers(self) -> list[Paper]:
        """What comes out of the printer, one page each."""
        found = []
        if self._welcome.code:
            words = self.tr(
                "Recovery code of one laptop. It opens the records on that laptop without the passphrase. "
                "Keep it away from the laptop."
            )
            found.append(Paper(self.tr("Recovery code"), words, self._welcome.code, ""))
        for sheet in self._welcome.sheets:
            words = self.tr(
                "Whoever holds this and one other recovery sheet can open the team's records for a new "
                "laptop."
            )
            if not sheet.holder:
                words = self.tr("Whoever holds this can replace the team's leaders. Lock it away.")
            found.append(Paper(self.title_of(sheet), words, sheet.text, sheet.qr))
        return found

    @Slot()
    def _on_print_clicked(self) -> None:
        print_papers(self.window(), self.papers())

    @Slot(str)
    def _on_group_text_edited(self, text: str) -> None:
        for field in self._fields:
            if field.control is self.sender():
                field.set_error("")

    @Slot()
    def _on_group_return_pressed(self) -> None:
        self.focusNextChild()

    @Slot()
    def _on_done_clicked(self) -> None:
        for group, field in zip(self._groups, self._fields, strict=True):
            is_right = is_code_part(self._groups[group].text(), group, self._welcome.code)
            field.set_error("" if is_right else self.tr("That is not what is shown above."))
        if focus_first_error(self._fields):
            return
        for tick in self._ticks:
            if not tick.isChecked():
                tick.setFocus()
                announce(tick, self.tr("Tick this when the sheets are kept."))
                return
        QGuiApplication.clipboard().clear(QGuiApplication.clipboard().Mode.Selection)
        self.kept.emit()
