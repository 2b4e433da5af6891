"""A field for something nobody may read over a shoulder."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from outreach_app.ui.look import worn
from outreach_app.ui.parts.button import IconButton


class SecretEdit(QLineEdit):
    """Dots instead of letters, and an eye at the end that shows them while it is pressed in.

    `caps_suspected(bool)`: a letter came in the case that Caps Lock gives it. No platform of ours says
    whether the key is on, and what was typed does.
    """

    caps_suspected = Signal(bool)

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.eye = IconButton("eye", self.tr("Show what is typed"), name=f"{name}-eye", parent=self)
        self.eye.clicked.connect(self._on_eye_clicked)
        worn().changed.connect(self._fit)
        self._is_caps = False
        self._fit()

    @property
    def is_shown(self) -> bool:
        """Whether its letters can be read."""
        return self.echoMode() is QLineEdit.EchoMode.Normal

    def cover(self) -> None:
        """Dots again."""
        self._show(is_shown=False)

    def _show(self, *, is_shown: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
        self.eye.icon_name = "eye-slash" if is_shown else "eye"
        self.eye.set_words(self.tr("Cover what is typed") if is_shown else self.tr("Show what is typed"))
        self.eye.update()

    @Slot()
    def _on_eye_clicked(self) -> None:
        self._show(is_shown=not self.is_shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text()
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_CapsLock:
            self._suspect(is_caps=False)
        elif len(letter) == 1 and letter.isalpha() and letter.lower() != letter.upper():
            has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._suspect(is_caps=letter.isupper() is not has_shift)

    def _suspect(self, *, is_caps: bool) -> None:
        if is_caps is not self._is_caps:
            self._is_caps = is_caps
            self.caps_suspected.emit(is_caps)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._suspect(is_caps=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        side = self.eye.sizeHint().width()
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setTextMargins(side if is_mirrored else 0, 0, 0 if is_mirrored else side, 0)
        top = (self.height() - side) // 2
        self.eye.setGeometry(0 if is_mirrored else self.width() - side, top, side, side)
