"""Beside the page: who it is for and what that reader is not shown, files, the lead's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from outreach_app.report.editions import EDITIONS, TEAM
from outreach_app.ui.look import Space
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.picker import RadioList
from outreach_app.ui.parts.text import Text
from outreach_app.work.shift_list import ShiftLine

if TYPE_CHECKING:
    from outreach_app.report.summary import Summary


class SummarySide(QWidget):
    """`save_asked(form)`: pdf, xlsx, csv or json; `print_asked`; `edition_chosen(name)`."""

    save_asked = Signal(str)
    print_asked = Signal()
    edition_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("summaries-side")
        self._line: ShiftLine | None = None
        self._doubts: list[str] = []
        self._is_lead = self._has_page = self._is_saving = False
        self._asked: Button | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        column.addWidget(self._build_decision())
        column.addWidget(self._build_files())
        column.addWidget(self._build_reader())
        column.addStretch(1)

    # --------------------------------------------------------------------------------------- layout

    def _build_decision(self) -> QWidget:
        self.decision = QWidget()
        self._decision = QVBoxLayout(self.decision)
        self._decision.setContentsMargins(0, 0, 0, 0)
        self._decision.setSpacing(Space.SMALL)
        self.standing = Text("", "strong", wraps=True)
        self.standing.setObjectName("summary-standing")
        self.why = Text("", "quiet", wraps=True)
        self.why.setObjectName("summary-why")
        self._decision.addWidget(self.standing)
        self._decision.addWidget(self.why)
        return self.decision

    def set_actions(self, approve: QAction, reopen: QAction) -> None:
        """The lead's two decisions, as the screen has bound them."""
        self.approve = Button.for_action(approve, name="summary-approve", kind="primary", is_large=True)
        self.reopen = Button.for_action(reopen, name="summary-reopen", kind="link")
        for button in (self.approve, self.reopen):
            button.hide()
            self._decision.addWidget(button)

    def _build_reader(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addWidget(Text(self.tr("Who is it for"), "strong"))
        choices = [Choice(one.name, one.reader, one.label) for one in EDITIONS.values()]
        self.editions = RadioList(choices, name="summary-edition", label=self.tr("Who is it for"))
        self.editions.set_value(TEAM.name)
        self.editions.chosen.connect(self.edition_chosen)
        column.addWidget(self.editions)
        column.addSpacing(Space.SMALL)
        column.addWidget(Text(self.tr("Left out of this edition"), "strong"))
        self._left_out = QVBoxLayout()
        self._left_out.setSpacing(Space.SMALL)
        column.addLayout(self._left_out)
        return place

    def _build_files(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.SMALL)
        column.addWidget(Text(self.tr("Save as"), "strong"))
        grid = QGridLayout()
        grid.setSpacing(Space.SMALL)
        self.pdf = Button(self.tr("PDF"), name="save-pdf")
        self.xlsx = Button(self.tr("Excel"), name="save-xlsx")
        self.csv = Button(self.tr("CSV"), name="save-csv")
        self.json = Button(self.tr("JSON"), name="save-json")
        self.printing = Button(self.tr("Print…"), name="save-print", icon="printer")
        self.pdf.clicked.connect(self._on_pdf_clicked)
        self.xlsx.clicked.connect(self._on_xlsx_clicked)
        self.csv.clicked.connect(self._on_csv_clicked)
        self.json.clicked.connect(self._on_json_clicked)
        self.printing.clicked.connect(self.print_asked)
        for number, button in enumerate((self.pdf, self.xlsx, self.csv, self.json)):
            button.setAccessibleName(self.tr("Save as %1").replace("%1", button.text()))
            grid.addWidget(button, number // 2, number % 2)
        grid.addWidget(self.printing, 2, 0, 1, 2)
        column.addLayout(grid)
        noted = self.tr("Each file and print is written down with who it is for.")
        column.addWidget(Text(noted, "small", wraps=True))
        return place

    # --------------------------------------------------------------------------------------- showing

    def edition(self) -> str | None:
        """The name of the chosen edition."""
        return self.editions.value()

    def show_summary(self, summary: Summary, doubts: list[str]) -> None:
        """What this edition leaves out; what may still change the figures."""
        while self._left_out.count():
            item = self._left_out.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for line in summary.left_out:
            self._left_out.addWidget(Text(f"{line.what}. {line.why}", "small", wraps=True))
        self._doubts = doubts
        self._say_why()

    def show_nothing(self) -> None:
        """There is no page."""
        self._doubts = []
        self.show_standing(None, is_lead=False, has_page=False)

    def show_standing(self, line: ShiftLine | None, *, is_lead: bool, has_page: bool) -> None:
        """Where the shift stands; None for a period."""
        self._line, self._is_lead, self._has_page = line, is_lead, has_page
        self.decision.setVisible(line is not None)
        if line is not None:
            self.approve.setVisible(line.may_approve)
            self.reopen.setVisible(line.may_reopen)
            self.standing.setText(self._standing_words(line))
            self._say_why()
        self._enable()

    def _standing_words(self, line: ShiftLine) -> str:
        if line.standing == "approved":
            return self.tr("Approved by %1").replace("%1", line.approved_by)
        return {
            "planned": self.tr("Not started yet"),
            "out": self.tr("The pair is out now"),
            "with_pair": self.tr("With the pair, not handed in"),
            "to_approve": self.tr("Handed in, to be approved"),
            "cancelled": self.tr("Cancelled"),
        }.get(line.standing, "")

    def _say_why(self) -> None:
        line, words = self._line, ""
        if line is not None and line.standing in ("to_approve", "with_pair"):
            if self._is_lead and line.is_mine:
                words = self.tr("You were out on this shift yourself: another lead approves it.")
            elif not self._is_lead:
                words = self.tr("A team leader outside the pair approves it.")
        doubts = " ".join(f"{doubt.rstrip('.')}." for doubt in self._doubts)
        if line is not None and line.may_approve and doubts:
            words = self.tr("Before you approve: %1").replace("%1", doubts)
        self.why.setText(words)
        self.why.setVisible(bool(words))

    def set_saving(self, *, is_saving: bool) -> None:
        """A file is being made; one at a time. Whoever asked for it by keyboard stands there again after,
        unless they went elsewhere: a button that is off would hand the focus on to the choice of reader."""
        files = (self.pdf, self.xlsx, self.csv, self.json)
        if is_saving:
            self._asked = next((button for button in files if button is self._stands()), None)
            if self._asked is not None:
                self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._is_saving = is_saving
        self._enable()
        if not is_saving and self._asked is not None and self._stands() is self:
            self._asked.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stands(self) -> QWidget | None:
        """Where the focus is in this window, even while a file dialog still has the keyboard."""
        return self.window().focusWidget()

    def _enable(self) -> None:
        for button in (self.pdf, self.xlsx, self.csv, self.json, self.printing):
            button.setEnabled(self._has_page and not self._is_saving)

    @Slot()
    def _on_pdf_clicked(self) -> None:
        self.save_asked.emit("pdf")

    @Slot()
    def _on_xlsx_clicked(self) -> None:
        self.save_asked.emit("xlsx")

    @Slot()
    def _on_csv_clicked(self) -> None:
        self.save_asked.emit("csv")

    @Slot()
    def _on_json_clicked(self) -> None:
        self.save_asked.emit("json")
