"""What happened, what is safe, what to do next; or that all went well."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.domain.trouble import Trouble, Words
from outreach_app.ui.canvas import begin
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, restyle, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.text import Text

Tone = Literal["danger", "waiting", "safe", "neutral"]
_ICONS = {"danger": "warning-circle", "waiting": "info", "safe": "check-circle", "neutral": "info"}


class Icon(QWidget):
    """An icon beside words. It says nothing by itself, so screen readers pass over it."""

    def __init__(
        self, icon: str, token: str = "ink_soft", side: int = 20, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.icon_name = icon
        self.token = token
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = worn().scaled(self._side)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(begin(self), QRectF(self.rect()), self.icon_name, worn().colour(self.token))


class Banner(QFrame):
    """One message at the top of a screen, spoken when it appears, gone when closed.

    `action` names a button that does what the words advise; `acted` is emitted when it is pressed.
    """

    acted = Signal()
    closed = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("surface", "banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.MEDIUM, 10, Space.SMALL, 10)
        row.setSpacing(Space.MEDIUM)
        self._icon = Icon("info")
        self._row = row
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.happened = Text("", "strong", wraps=True)
        self.rest = Text("", "quiet", wraps=True)
        words.addWidget(self.happened)
        words.addWidget(self.rest)
        row.addLayout(words, 1)
        self.action = Button("", name=f"{name}-action")
        self.action.clicked.connect(self._on_action_clicked)
        row.addWidget(self.action)
        self.close_button = IconButton("x", self.tr("Close this message"), name=f"{name}-close")
        self.close_button.clicked.connect(self._on_close_clicked)
        row.addWidget(self.close_button)
        self.hide()

    def show_trouble(self, trouble: Trouble, *, action: str = "") -> None:
        """The three sentences of a trouble."""
        self.show_words(trouble.words, "danger", action=action)

    def show_words(self, words: Words, tone: Tone, *, action: str = "") -> None:
        """Three sentences; `safe` and `next` may be empty."""
        self.setProperty("tone", tone)
        self._icon.icon_name = _ICONS[tone]
        self._icon.token = "ink_soft" if tone == "neutral" else tone
        self.happened.setText(words.happened)
        rest = " ".join(part for part in (words.safe, words.next) if part)
        self.rest.setText(rest)
        self.rest.setVisible(bool(rest))
        side = Qt.AlignmentFlag.AlignTop if rest else Qt.AlignmentFlag.AlignVCenter
        self._row.setAlignment(self._icon, side)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        restyle(self)
        self.show()
        announce(self, f"{words.happened} {rest}".strip(), is_urgent=tone == "danger")

    def show_success(self, words: str, *, action: str = "") -> None:
        """One calm line."""
        self.show_words(Words(words, "", ""), "safe", action=action)

    @Slot()
    def _on_action_clicked(self) -> None:
        self.acted.emit()

    @Slot()
    def _on_close_clicked(self) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """Take the message away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()
