"""The line at the top and the line at the foot: who, when, is it safe, how to hide."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, cap_width, draw_box, draw_caps, draw_words, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.button import Button, IconButton
from outreach_app.ui.parts.pill import Meaning, PillButton, Ribbon
from outreach_app.ui.parts.ring import Ring
from outreach_app.ui.parts.text import Elided


class FindButton(Ring, QPushButton):
    """Looks like the search field it opens."""

    def __init__(self, words: str, caps: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setAccessibleDescription(caps)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.caps = caps
        self.is_icon_only = False
        self.wide = 340
        self.setToolTip(f"{words} ({caps})")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        tall = worn().control_height
        return QSize(tall if self.is_icon_only else self.wide, tall)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        fill = look.colour("well" if self.underMouse() else "ground")
        draw_box(painter, box, fill=fill, edge=look.colour("outline"), has_ring=self.has_ring)
        side = look.scaled(16)
        left = (box.width() - side) / 2 if self.is_icon_only else 10
        icon = QRectF(left, (box.height() - side) / 2, side, side)
        draw_icon(painter, icon, "magnifying-glass", look.colour("ink_faint"))
        if self.is_icon_only:
            return
        left += side + Space.SMALL
        caps = cap_width(self.caps)
        room = QRectF(left, 0, box.width() - left - caps - Space.MEDIUM, box.height())
        draw_words(painter, room, self.text(), look.colour("ink_faint"))
        draw_caps(
            painter,
            box.width() - 7,
            box.height() / 2,
            self.caps,
            look.colour("ink_faint"),
            look.colour("outline"),
        )


class TopBar(QFrame):
    """Team and shift, search, next check-in, status light, Hide, Lock. Gives way from the middle outwards."""

    check_in_pressed = Signal()
    light_pressed = Signal()

    def __init__(self, find: QAction, hide: QAction, lock: QAction, parent: QWidget | None = None) -> None:
        self._is_fitting = True
        super().__init__(parent)
        self.setObjectName("top-bar")
        self.setProperty("surface", "top")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, Space.SMALL + 1, Space.LARGE, Space.SMALL + 2)
        row.setSpacing(Space.MEDIUM)
        self.team = Elided("", "strong")
        self.team.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.line = Elided("", "quiet")
        self.line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.team)
        row.addWidget(self.line, 100)
        row.addStretch(1)
        self.finding = FindButton(self.tr("Search records, people, commands"), "Ctrl K", name="find")
        self.finding.clicked.connect(find.trigger)
        row.addWidget(self.finding)
        self.check_in = PillButton("", "waiting", name="check-in")
        self.check_in.clicked.connect(self.check_in_pressed)
        self.check_in.hide()
        row.addWidget(self.check_in)
        self.light = PillButton("", "neutral", name="status-light")
        self.light.clicked.connect(self.light_pressed)
        self.light.hide()
        row.addWidget(self.light)
        self.hide_button = Button(self.tr("Hide"), name="hide", keys="Esc,Esc")
        self.hide_button.clicked.connect(hide.trigger)
        row.addWidget(self.hide_button)
        self.hide_icon = IconButton("eye-slash", self.tr("Hide"), name="hide-small", keys="Esc,Esc")
        self.hide_icon.clicked.connect(hide.trigger)
        self.hide_icon.hide()
        row.addWidget(self.hide_icon)
        self.lock = IconButton("lock", self.tr("Lock"), name="lock", keys=lock.shortcut().toString())
        self.lock.clicked.connect(lock.trigger)
        row.addWidget(self.lock)
        self._is_fitting = False

    def say_shift(self, team: str, line: str) -> None:
        """Team in bold, then date, hours and partner."""
        self.team.setText(team)
        self.line.setText(line)
        self._fit()

    def say_check_in(self, words: str, meaning: Meaning) -> None:
        """The next check-in; "" while there is none."""
        self.check_in.setVisible(bool(words))
        self.check_in.say(words, meaning)
        self._fit()

    def say_light(self, words: str, meaning: Meaning) -> None:
        """What is true about safety, in words."""
        icon = "cloud-slash" if meaning == "neutral" else None
        self.light.setVisible(bool(words))
        self.light.say(words, meaning, icon=icon)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Take things away, the dearest last, until the rest has room: never Hide, never Lock."""
        if self._is_fitting:
            return
        self._is_fitting = True
        for level in range(7):
            self._wear(level)
            if self._needed() <= self.width():
                break
        self._is_fitting = False

    def _wear(self, level: int) -> None:
        self.finding.wide = worn().scaled(340) if level < 1 else worn().scaled(210)
        self.finding.is_icon_only = level >= 2
        self.hide_button.setVisible(level < 3)
        self.hide_icon.setVisible(level >= 3)
        self.check_in.set_icon_only(level >= 4)
        self.light.set_icon_only(level >= 5)
        self.line.setVisible(level < 6)
        self.finding.updateGeometry()
        self.finding.update()

    def _needed(self) -> int:
        every: list[QWidget] = [
            self.team,
            self.finding,
            self.check_in,
            self.light,
            self.hide_button,
            self.hide_icon,
            self.lock,
        ]
        shown = [widget for widget in every if not widget.isHidden()]
        wide = sum(widget.sizeHint().width() + Space.MEDIUM for widget in shown)
        if not self.line.isHidden():
            wide += min(self.line.sizeHint().width(), worn().scaled(240)) + Space.MEDIUM
        return wide + Space.LARGE


class FootBar(QFrame):
    """Fictitious or not, what was kept last, what waits, how to see the keys."""

    def __init__(self, keys: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("foot-bar")
        self.setProperty("surface", "foot")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.LARGE, 1, Space.LARGE, 0)
        row.setSpacing(Space.LARGE)
        self.ribbon = Ribbon()
        self.ribbon.hide()
        row.addWidget(self.ribbon)
        self.saved = Elided("", "small")
        self.saved.setObjectName("saved")
        row.addWidget(self.saved, 1)
        self.waiting = Elided("", "small")
        self.waiting.setObjectName("waiting")
        row.addWidget(self.waiting)
        self.keys = KeysLink(self.tr("? for keys"), name="show-keys")
        self.keys.clicked.connect(keys.trigger)
        row.addWidget(self.keys)


class KeysLink(Ring, QPushButton):
    """Quiet words at the foot that open the overlay of keys."""

    def __init__(self, words: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(words_width(self.text(), Step.SMALL) + 8, max(32, line_height(Step.SMALL) + 12))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        if self.has_ring:
            draw_box(painter, box, has_ring=True)
        ink = look.colour("accent" if self.underMouse() else "ink_faint")
        draw_words(painter, box, self.text(), ink, Step.SMALL, align=Qt.AlignmentFlag.AlignHCenter)
