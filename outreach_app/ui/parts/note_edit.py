"""Plain words, as many as a note needs; suspicious ones underlined, never forbidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from outreach_app.ui.canvas import line_height
from outreach_app.ui.look import worn

LONGEST = 20_000


class Span(NamedTuple):
    """Characters `start` to `end` (Python's counting) and why they are marked."""

    start: int
    end: int
    why: str


Detector = Callable[[str], Sequence[Span]]


class NoteEdit(QPlainTextEdit):
    """A note: plain text only, at most 20,000 characters, Tab moves on.

    `detector` is called when typing pauses and must be quick and pure (`domain.detector`); what it finds
    is underlined and told by `detected`. `edited(str)` follows each change a person made; `paused` after
    half a second without one, which is when a draft is kept.
    """

    edited = Signal(str)
    paused = Signal()
    detected = Signal(list)

    def __init__(
        self, *, name: str, label: str, lines: int = 4, does_grow: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(2)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._lines = lines
        tall = QSizePolicy.Policy.Expanding if does_grow else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, tall)
        self._detector: Detector | None = None
        self._spans: list[Span] = []
        self._is_quiet = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(500)
        self._pause.timeout.connect(self._on_pause_timeout)
        self.textChanged.connect(self._on_self_text_changed)
        worn().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def value(self) -> str:
        """The note."""
        return self.toPlainText()

    def set_value(self, words: str) -> None:
        """Show a note without telling anybody."""
        self._is_quiet = True
        self.setPlainText(words[:LONGEST])
        self._is_quiet = False
        self._look_for_names()

    def set_detector(self, detector: Detector | None) -> None:
        """Have this look at the words from now on."""
        self._detector = detector
        self._look_for_names()

    def spans(self) -> list[Span]:
        """What is underlined now."""
        return list(self._spans)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words only, cut to what fits; pictures and formats stay outside."""
        if source.hasText():
            room = LONGEST - len(self.toPlainText()) + len(self.textCursor().selectedText())
            self.textCursor().insertText(
                source.text().replace("\r\n", "\n").replace("\0", "")[: max(0, room)]
            )

    @Slot()
    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self._underline()

    def sizeHint(self) -> QSize:
        return QSize(240, self._lines * line_height() + 22)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    @Slot()
    def _on_self_text_changed(self) -> None:
        words = self.toPlainText()
        if len(words) > LONGEST:
            at = self.textCursor().position()
            self._is_quiet = True
            self.textCursor().deletePreviousChar() if at == LONGEST + 1 else self.setPlainText(
                words[:LONGEST]
            )
            self._is_quiet = False
            words = self.toPlainText()
        if self._is_quiet:
            return
        self._pause.start()
        self.edited.emit(words)

    @Slot()
    def _on_pause_timeout(self) -> None:
        self._look_for_names()
        self.paused.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._pause.isActive():  # whoever hides the note must not lose the pause
            self._pause.stop()
            self._on_pause_timeout()
        super().hideEvent(event)

    def _look_for_names(self) -> None:
        found = list(self._detector(self.toPlainText())) if self._detector else []
        if found != self._spans:
            self._spans = found
            self._underline()
            self.detected.emit(found)

    def _underline(self) -> None:
        words = self.toPlainText()
        marks = []
        for span in self._spans:
            mark = QTextEdit.ExtraSelection()
            shape = QTextCharFormat()
            shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
            shape.setUnderlineColor(worn().colour("waiting"))
            cursor = QTextCursor(self.document())
            cursor.setPosition(_units(words, span.start))
            cursor.setPosition(_units(words, span.end), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format = shape
            marks.append(mark)
        self.setExtraSelections(marks)


def _units(words: str, place: int) -> int:
    """Qt counts UTF-16 units, Python counts characters."""
    return len(words[:place].encode("utf-16-le")) // 2
