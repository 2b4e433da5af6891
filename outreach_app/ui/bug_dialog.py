"""A bug of ours, told calmly: nothing saved is lost, and here is what may be sent on."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.text import Text


class BugDialog(QDialog):
    """Opened, never executed: the program goes on behind it."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bug")
        self.setWindowTitle(self.tr("Outreach"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.LARGE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Text(self.tr("Something in this program went wrong"), "lead", wraps=True))
        column.addWidget(
            Text(
                self.tr(
                    "Everything you saved is safe on this device, and what you were typing is kept as a "
                    "draft. You can go on. The lines below say where it happened; they name nobody."
                ),
                "quiet",
                wraps=True,
            )
        )
        self.report = QPlainTextEdit(report)
        self.report.setObjectName("bug-report")
        self.report.setAccessibleName(self.tr("Report without personal details"))
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setMinimumHeight(140)
        column.addWidget(self.report)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self.go_on = Button(self.tr("Go on"), name="bug-go-on", kind="primary")
        self.go_on.clicked.connect(self.accept)
        self.copy = Button(self.tr("Copy the report"), name="bug-copy", icon="copy")
        self.copy.clicked.connect(self._on_copy_clicked)
        row.addWidget(self.go_on)
        row.addWidget(self.copy)
        row.addStretch(1)
        column.addLayout(row)
        self.go_on.setFocus()

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy.setText(self.tr("Copied"))
