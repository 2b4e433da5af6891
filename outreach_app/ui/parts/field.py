"""A control with its label, its help, who will read it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.look import Space, restyle, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.banner import Icon
from outreach_app.ui.parts.text import Elided, Text


class _Readers(QWidget):
    """Who will read the answer: an icon with words after it, or as its tooltip."""

    def __init__(self, words: str, icon: str, *, is_icon_only: bool, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(Icon(icon, "ink_faint", 14))
        if is_icon_only:
            self.setToolTip(words)
        else:
            row.addWidget(Text(words, "small"), 1)
        self.setVisible(bool(words))


class Field(QWidget):
    """`Field(label, control, help="…", readers="your team reads this; partners never do")`.

    The label is the control's buddy (combo boxes have no other name on Linux) and its accessible name
    unless it has one. `set_error` shows a line under it and speaks it; an empty string takes it back.
    `set_warning` does the same for what is odd but stops nothing. Help stands beside the label unless
    `has_help_below` (a control narrower than its help). Readers stand below the control in words; in a
    dense form (`has_readers_beside`) they are the tooltip of `readers_icon` after the label, and the page
    has one legend for its icons.
    """

    def __init__(
        self,
        label: str,
        control: QWidget,
        *,
        help: str = "",
        readers: str = "",
        readers_icon: str = "eye",
        is_optional: bool = False,
        has_help_below: bool = False,
        has_readers_beside: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self.setObjectName(f"field-{control.objectName()}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        head = QHBoxLayout()
        head.setSpacing(Space.SMALL)
        self.label = Text(label, "strong")
        self.label.setBuddy(control)
        head.addWidget(self.label)
        self.readers = _Readers(readers, readers_icon, is_icon_only=has_readers_beside, parent=self)
        if has_readers_beside:
            head.addWidget(self.readers)
        words = self.tr("optional") if is_optional and not help else help
        self.aside = Text(words, "small", wraps=True) if has_help_below else Elided(words, "small")
        if not words:
            self.aside.hide()  # never shown before it has a parent: it would be a window for a moment
        if not has_help_below:  # the control decides how wide the field is, not its help
            self.aside.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            head.addWidget(self.aside, 1)
        else:
            self.aside.setMinimumWidth(worn().scaled(136))
        head.addStretch(0 if words and not has_help_below else 1)
        column.addLayout(head)
        column.addWidget(control)
        if has_help_below:
            column.addWidget(self.aside)
        if not has_readers_beside:
            column.addWidget(self.readers)
        self.error = Text("", "danger", wraps=True)
        self.error.setObjectName(f"{control.objectName()}-error")
        self.error.hide()
        column.addWidget(self.error)
        self._has_error = False
        if not control.accessibleName():
            control.setAccessibleName(label)
        told = " ".join(part for part in (help, readers) if part)
        if told and not control.accessibleDescription():
            control.setAccessibleDescription(told)

    @property
    def has_error(self) -> bool:
        """Whether something is wrong with it that stops a save."""
        return self._has_error

    def set_error(self, words: str) -> None:
        """Say what is wrong, or with "" that nothing is any more."""
        self._say(words, is_error=bool(words))

    def set_warning(self, words: str) -> None:
        """Say what is odd, or with "" that nothing is any more."""
        self._say(words, is_error=False)

    def _say(self, words: str, *, is_error: bool) -> None:
        if (words, is_error) == (self.error.text(), self._has_error):
            return
        self._has_error = is_error
        self.error.set_kind("danger" if is_error else "waiting")
        self.error.setText(words)
        self.error.setVisible(bool(words))
        self.control.setProperty("tone", "danger" if is_error else "")
        restyle(self.control)
        announce(self.control, words)


def focus_first_error(fields: Iterable[Field]) -> bool:
    """Put the focus on the first field with an error; False if there is none."""
    for field in fields:
        if field.has_error:
            field.control.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
    return False
