"""The unlock door: a passphrase, or the printed recovery code.

It is the first thing on screen, so nothing heavier than buttons is imported here. It says nothing about
anybody: the words of a profile are the name of its folder.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.counted import counted
from outreach_app.ui.look import Space
from outreach_app.ui.parts.banner import Banner
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.field import Field, focus_first_error
from outreach_app.ui.parts.secret_edit import SecretEdit
from outreach_app.ui.parts.text import Text
from outreach_app.ui.parts.turns import Turns


class UnlockDoor(QWidget):
    """Asks; whoever stands behind the door answers with `refuse` or by taking the door away.

    `unlock_asked(passphrase)`, `recover_asked(code, new_passphrase)`, `profile_picked(folder name)`,
    `newcomer_asked()`: somebody else of this laptop wants a profile.
    """

    unlock_asked = Signal(str)
    recover_asked = Signal(str, str)
    profile_picked = Signal(str)
    newcomer_asked = Signal()

    def __init__(self, profiles: Sequence[str], here: str, *, hint: str = "") -> None:
        super().__init__()
        self.setObjectName("unlock")
        self._ways = Turns()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._ways)
        self._by_passphrase = _ByPassphrase(profiles, here, hint)
        self._by_code: _ByCode | None = None  # made when asked for: the first paint does not wait for it
        self._least: tuple[int, bool] | None = None
        self._ways.add(self._by_passphrase)
        self._by_passphrase.asked.connect(self.unlock_asked)
        self._by_passphrase.picked.connect(self.profile_picked)
        self._by_passphrase.newcomer.clicked.connect(self.newcomer_asked)
        self._by_passphrase.recovery.clicked.connect(self._on_recovery_clicked)
        self.setFocusProxy(self._by_passphrase.edit)

    def set_least(self, least: int, *, uses_ring: bool) -> None:
        """How long a new passphrase has to be on this computer."""
        self._least = (least, uses_ring)
        if self._by_code is not None:
            self._by_code.pair.set_least(least, uses_ring=uses_ring)

    def set_busy(self, *, is_busy: bool) -> None:
        """Deriving the key takes half a second by design; nothing can be pressed meanwhile."""
        self._by_passphrase.set_busy(is_busy=is_busy)
        if self._by_code is not None:
            self._by_code.set_busy(is_busy=is_busy)

    def refuse(self, trouble: Trouble) -> None:
        """It did not open: say why, where it belongs."""
        self.set_busy(is_busy=False)
        seconds = trouble.facts.get("seconds")
        if isinstance(seconds, int) and seconds:
            self.wait(seconds)
        if self._by_code is not None and self._ways.current is self._by_code:
            self._by_code.refuse(trouble)
        else:
            self._by_passphrase.refuse(trouble)

    def wait(self, seconds: int) -> None:
        """The next try counts only after so many seconds; the button says how many are left."""
        self._by_passphrase.wait(seconds)

    @Slot()
    def _on_recovery_clicked(self) -> None:
        if self._by_code is None:
            self._by_code = _ByCode()
            self._by_code.asked.connect(self.recover_asked)
            self._by_code.back.clicked.connect(self._on_back_clicked)
            self._ways.add(self._by_code)
            if self._least is not None:
                self._by_code.pair.set_least(self._least[0], uses_ring=self._least[1])
        self._ways.show_page(self._by_code)
        self._by_code.code.setFocus()

    @Slot()
    def _on_back_clicked(self) -> None:
        self._ways.show_page(self._by_passphrase)
        self._by_passphrase.edit.setFocus()


class _ByPassphrase(QWidget):
    asked = Signal(str)
    picked = Signal(str)

    def __init__(self, profiles: Sequence[str], here: str, hint: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        self.banner = Banner(name="unlock-banner")
        column.addWidget(Text(self.tr("Unlock"), "title"))
        column.addWidget(self.banner)
        if len(profiles) > 1:
            column.addWidget(self._choose(profiles, here))
        self.edit = SecretEdit(name="unlock-passphrase")
        self.field = Field(self.tr("Passphrase"), self.edit)
        self.edit.caps_suspected.connect(self._on_edit_caps_suspected)
        self.edit.returnPressed.connect(self._on_edit_return_pressed)
        self.edit.textEdited.connect(self._on_edit_text_edited)
        column.addWidget(self.field)
        if hint:
            column.addWidget(Text(hint, "quiet", wraps=True))
        self.button = Button(self.tr("Unlock"), name="unlock-button", kind="primary", is_large=True)
        self.button.clicked.connect(self._on_edit_return_pressed)
        column.addWidget(self.button)
        foot = QHBoxLayout()
        foot.setSpacing(Space.LARGE)
        self.recovery = Button(self.tr("Use the recovery code"), name="unlock-recovery", kind="link")
        self.newcomer = Button(self.tr("Add another person"), name="unlock-newcomer", kind="link")
        foot.addWidget(self.recovery)
        foot.addStretch(1)
        foot.addWidget(self.newcomer)
        self.newcomer.setVisible(not hint)  # nobody enrols among fictitious people
        column.addLayout(foot)
        self._left = 0
        self._is_busy = False
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._on_second_timeout)
        self._say()

    def _choose(self, profiles: Sequence[str], here: str) -> Field:
        from outreach_app.ui.parts.picker import Picker

        chooser = Picker([Choice(one, one) for one in profiles], name="unlock-profile")
        chooser.set_value(here)
        chooser.picked.connect(self.picked)
        return Field(self.tr("Profile"), chooser)

    def set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self.edit.setReadOnly(is_busy)
        self._say()

    def refuse(self, trouble: Trouble) -> None:
        words = trouble.words
        if trouble.code == "passphrase-wrong":
            self.banner.dismiss()
            self.field.set_error(words.happened)
        elif trouble.code == "passphrase-wait":
            self.banner.dismiss()
            self.field.set_error(f"{words.happened} {words.safe}")
        else:
            self.field.set_error("")
            self.banner.show_trouble(trouble)
        self.edit.selectAll()
        self.edit.setFocus()

    def wait(self, seconds: int) -> None:
        self._left = seconds
        self._second.start()
        self._say()

    def _say(self) -> None:
        if self._is_busy:
            words = self.tr("Unlocking…")
        elif self._left > 0:
            words = counted(self._left, self.tr("Try again in %1 second"), self.tr("Try again in %1 seconds"))
        else:
            words = self.tr("Unlock")
        self.button.setText(words)
        self.button.setEnabled(not self._is_busy and self._left <= 0)
        self.button.updateGeometry()

    @Slot()
    def _on_second_timeout(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._second.stop()
            self.field.set_error("")
        self._say()

    @Slot()
    def _on_edit_return_pressed(self) -> None:
        if not self.button.isEnabled():
            return
        if not self.edit.text():
            self.field.set_error(self.tr("Type your passphrase."))
            self.edit.setFocus()
            return
        self.edit.cover()
        self.asked.emit(self.edit.text())

    @Slot(str)
    def _on_edit_text_edited(self, text: str) -> None:
        if self._left <= 0:
            self.field.set_error("")

    @Slot(bool)
    def _on_edit_caps_suspected(self, is_caps: bool) -> None:
        if not self.field.has_error:
            self.field.set_warning(self.tr("Caps Lock seems to be on.") if is_caps else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.edit.setFocus(event.reason())


class _ByCode(QWidget):
    asked = Signal(str, str)

    def __init__(self) -> None:
        from outreach_app.ui.screens.passphrase import PassphrasePair

        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.LARGE)
        column.addWidget(Text(self.tr("Use the recovery code"), "title"))
        words = self.tr(
            "The code was shown when this profile was made. It opens your records without the old "
            "passphrase; then you choose a new one."
        )
        column.addWidget(Text(words, "quiet", wraps=True))
        self.banner = Banner(name="recover-banner")
        column.addWidget(self.banner)
        self.code = QLineEdit()
        self.code.setObjectName("recover-code")
        self.code.setPlaceholderText("XXXXX-XXXXX-XXXXX-…")
        self.field = Field(
            self.tr("Recovery code"), self.code, help=self.tr("eight groups of five"), has_help_below=True
        )
        self.code.textEdited.connect(self._on_code_text_edited)
        column.addWidget(self.field)
        self.pair = PassphrasePair(name="recover", label=self.tr("New passphrase"))
        column.addWidget(self.pair)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        self.button = Button(self.tr("Open and set passphrase"), name="recover-button", kind="primary")
        self.button.clicked.connect(self._on_button_clicked)
        self.pair.submitted.connect(self._on_button_clicked)
        self.back = Button(self.tr("Back"), name="recover-back")
        row.addWidget(self.button)
        row.addWidget(self.back)
        row.addStretch(1)
        column.addLayout(row)

    def set_busy(self, *, is_busy: bool) -> None:
        self.button.setEnabled(not is_busy)
        self.button.setText(self.tr("Opening…") if is_busy else self.tr("Open and set passphrase"))

    def refuse(self, trouble: Trouble) -> None:
        if trouble.code.startswith("recovery-code"):
            self.banner.dismiss()
            self.field.set_error(self._words(trouble))
            self.code.setFocus()
        elif trouble.code == "passphrase-short":
            self.pair.refuse(trouble)
        else:
            self.banner.show_trouble(trouble)

    def _words(self, trouble: Trouble) -> str:
        if trouble.code != "recovery-code-typo":
            return f"{trouble.words.happened} {trouble.words.next}"
        group = trouble.facts.get("group")
        if not group:
            return self.tr("A code has eight groups of five. Compare it with the printed sheet.")
        words = self.tr("There is a slip in group %1. Compare it with the printed sheet.")
        return words.replace("%1", str(group))

    @Slot()
    def _on_button_clicked(self) -> None:
        if not self.code.text().strip():
            self.field.set_error(self.tr("Type the code."))
        is_fit = self.pair.check()
        if not focus_first_error((self.field,)) and is_fit:
            self.asked.emit(self.code.text(), self.pair.value())

    @Slot(str)
    def _on_code_text_edited(self, text: str) -> None:
        self.field.set_error("")
