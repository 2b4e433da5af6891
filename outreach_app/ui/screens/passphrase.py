"""Choosing a passphrase: typed twice, and told while typing whether it is long enough."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.counted import counted
from outreach_app.ui.look import Space
from outreach_app.ui.parts.field import Field, focus_first_error
from outreach_app.ui.parts.secret_edit import SecretEdit
from outreach_app.ui.parts.text import Text

_LEAST_BEFORE_KNOWN = 10


class PassphrasePair(QWidget):
    """Two fields and the rule. `submitted` follows Enter in the second one."""

    submitted = Signal()

    def __init__(self, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}-passphrases")
        self._least = _LEAST_BEFORE_KNOWN
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        self.first = SecretEdit(name=f"{name}-passphrase")
        self.again = SecretEdit(name=f"{name}-passphrase-again")
        self.first_field = Field(label, self.first)
        self.again_field = Field(self.tr("The same again"), self.again)
        self.rule = Text("", "small", wraps=True)
        self.rule.setObjectName(f"{name}-passphrase-rule")
        column.addWidget(self.first_field)
        column.addWidget(self.rule)
        column.addWidget(self.again_field)
        for edit, field in ((self.first, self.first_field), (self.again, self.again_field)):
            edit.textEdited.connect(self._on_edit_text_edited)
            edit.caps_suspected.connect(
                self._on_first_caps_suspected if field is self.first_field else self._on_again_caps_suspected
            )
        self.again.returnPressed.connect(self.submitted)
        self.set_least(self._least, uses_ring=True)

    def set_least(self, least: int, *, uses_ring: bool) -> None:
        """The rule of this computer: longer where no safe key ring shares the work, and it is said."""
        self._least = least
        self._uses_ring = uses_ring
        self._say()

    def value(self) -> str:
        """What was typed first."""
        return self.first.text()

    def check(self) -> bool:
        """Whether it will do; the focus goes to what will not."""
        missing = self._least - len(self.first.text())
        if missing > 0:
            words = counted(
                missing, self.tr("Too short: one more character."), self.tr("Too short: %1 more characters.")
            )
            self.first_field.set_error(words)
        elif self.first.text() != self.again.text():
            self.again_field.set_error(self.tr("The two are not the same."))
        return not focus_first_error((self.first_field, self.again_field))

    def refuse(self, trouble: Trouble) -> None:
        """The vault did not take it."""
        self.first_field.set_error(f"{trouble.words.happened} {trouble.words.next}")
        self.first.setFocus()

    def _say(self) -> None:
        missing = self._least - len(self.first.text())
        if self.first.text() and missing > 0:
            words = counted(missing, self.tr("One more character."), self.tr("%1 more characters."))
        elif self.first.text():
            words = self.tr("Long enough. Nobody can look it up for you: remember it well.")
        elif self._uses_ring:
            words = self.tr("At least %1 characters; four words that only you would put together are best.")
        else:
            words = self.tr(
                "This computer has no safe key ring, so the passphrase stands alone: at least %1 characters, "
                "best five words that only you would put together."
            )
        self.rule.setText(words.replace("%1", str(self._least)))
        self.rule.set_kind("safe" if self.first.text() and missing <= 0 else "small")

    @Slot(str)
    def _on_edit_text_edited(self, text: str) -> None:
        self.first_field.set_error("")
        self.again_field.set_error("")
        self._say()

    @Slot(bool)
    def _on_first_caps_suspected(self, is_caps: bool) -> None:
        self.first_field.set_warning(self.tr("Caps Lock seems to be on.") if is_caps else "")

    @Slot(bool)
    def _on_again_caps_suspected(self, is_caps: bool) -> None:
        self.again_field.set_warning(self.tr("Caps Lock seems to be on.") if is_caps else "")
