"""The foot of the Log screen: save, put aside, and one line that says how things stand."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.banner import Icon
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.text import Text

Tone = Literal["small", "safe", "waiting", "danger"]

_LEGEND_FITS = 880


class SaveBar(QWidget):
    """Always in sight, whatever is scrolled. `again_asked` opens the one just saved once more."""

    aside_asked = Signal()
    again_asked = Signal()

    def __init__(self, save: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.WIDE - 4, Space.SMALL, Space.WIDE - 4, Space.SMALL)
        row.setSpacing(Space.SMALL)
        self.save = Button.for_action(save, name="log-save", kind="primary", is_large=True)
        row.addWidget(self.save)
        self.aside = Button("", name="log-aside", is_large=True)
        self.aside.clicked.connect(self.aside_asked)
        row.addWidget(self.aside)
        self.again = Button(self.tr("Change it"), name="log-amend-last", is_large=True)
        self.again.setToolTip(self.tr("Open the one just saved again"))
        self.again.clicked.connect(self.again_asked)
        self.again.hide()
        row.addWidget(self.again)
        row.addSpacing(Space.TIGHT)
        self._icon = Icon("check-circle", "safe", 18)
        self._icon.hide()
        row.addWidget(self._icon)
        self.words = Text("", "small", wraps=True)
        self.words.setObjectName("log-words")
        row.addWidget(self.words, 1)
        self._legend = QWidget()
        legend = QHBoxLayout(self._legend)
        legend.setContentsMargins(0, 0, 0, 0)
        legend.setSpacing(Space.SMALL)
        legend.addWidget(Icon("eye", "ink_faint", 14))
        legend.addWidget(Text(self.tr("partners see totals"), "small"))
        legend.addSpacing(Space.SMALL)
        legend.addWidget(Icon("eye-slash", "ink_faint", 14))
        legend.addWidget(Text(self.tr("your team only"), "small"))
        row.addWidget(self._legend)
        self.say("")

    def show_aside(self, words: str, *, is_usable: bool, tip: str = "") -> None:
        """The second button: put aside, or back."""
        self.aside.setText(words)
        self.aside.setEnabled(is_usable)
        self.aside.setToolTip(tip)
        self.aside.updateGeometry()

    def offer_again(self, is_offered: bool) -> None:
        """After a save, while nothing new has begun, the second button opens it again."""
        self.again.setVisible(is_offered)
        self.aside.setVisible(not is_offered)

    def say(self, words: str, tone: Tone = "small", *, is_spoken: bool = False) -> None:
        """Say how things stand; spoken when it is news."""
        self.words.set_kind(tone)
        self.words.setText(words)
        self._icon.setVisible(tone == "safe")
        if is_spoken:
            announce(self.words, words, is_urgent=tone == "danger")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._legend.setVisible(self.width() >= worn().scaled(_LEGEND_FITS))  # each icon says it, too
