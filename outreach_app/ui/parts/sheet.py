"""A panel that slides over the screen instead of a dialog."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from outreach_app.ui.canvas import begin
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import IconButton
from outreach_app.ui.parts.card import rule
from outreach_app.ui.parts.columns import Scroll
from outreach_app.ui.parts.text import Text


class _Veil(QWidget):
    """What the sheet stands on: dims the screen, and a click on it closes."""

    pressed = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        begin(self).fillRect(QRectF(self.rect()), worn().thinned("shade", 28))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()


class Sheet(QFrame):
    """`Sheet(host, title, content).open()`; Esc, the cross or a click beside it closes; `closed` follows.

    The content keeps its state while closed, so half-typed words survive. The focus moves into the sheet
    and goes back to where it was. `host` is the widget that is covered (the window gives `sheet_host`).
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, host: QWidget, title: str, content: QWidget, *, name: str, width: int = 440) -> None:
        veil = _Veil(host)
        super().__init__(veil)
        self._veil = veil
        self._host = host
        self._width = width
        self.setObjectName(name)
        self.setProperty("surface", "sheet")
        self.setAccessibleName(title)
        self.setAutoFillBackground(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(Space.WIDE - 4, Space.MEDIUM, Space.SMALL, Space.MEDIUM)
        self.title = Text(title, "lead")
        head.addWidget(self.title, 1)
        self._cross = IconButton("x", self.tr("Close"), name=f"{name}-close", keys="Esc")
        self._cross.clicked.connect(self.close_sheet)
        head.addWidget(self._cross)
        column.addLayout(head)
        column.addWidget(rule(self))
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(Space.WIDE - 4, Space.LARGE, Space.WIDE - 4, Space.LARGE)
        inside.addWidget(content, 1)
        column.addWidget(Scroll(inner), 1)
        self._foot = QHBoxLayout()
        self._foot.setContentsMargins(Space.WIDE - 4, Space.MEDIUM, Space.WIDE - 4, Space.MEDIUM)
        self._foot.setSpacing(Space.SMALL)
        self._foot_rule = rule(self)
        self._foot_rule.hide()
        column.addWidget(self._foot_rule)
        column.addLayout(self._foot)
        self._content = content
        self._before: QWidget | None = None
        self._motion = QPropertyAnimation(self, b"pos", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._veil.pressed.connect(self.close_sheet)
        self._veil.hide()
        host.installEventFilter(self)

    def add_foot(self, *buttons: QWidget) -> None:
        """Buttons that stay in sight below the content; the first is the one that acts."""
        self._foot_rule.show()
        for button in buttons:
            self._foot.addWidget(button)
        self._foot.addStretch(1)

    @property
    def is_open(self) -> bool:
        """Whether it covers the screen."""
        return not self._veil.isHidden()

    def open(self) -> None:
        """Slide in and take the focus."""
        if self.is_open:
            return
        self._before = self._host.window().focusWidget()
        self._veil.show()
        self._veil.raise_()
        self._fit()
        place = self.pos()
        if worn().motion_ms:
            self._motion.setDuration(worn().motion_ms)
            self._motion.setStartValue(place + QPoint(48, 0))
            self._motion.setEndValue(place)
            self._motion.start()
        self._focus_first()
        announce(self, self.title.text())
        self.opened.emit()

    @Slot()
    def close_sheet(self) -> None:
        """Go away; nothing that was typed is lost."""
        if not self.is_open:
            return
        self._motion.stop()
        self._veil.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def discard(self) -> None:
        """Be destroyed with all that is in it: the screen it belonged to is gone."""
        self._motion.stop()
        self._veil.hide()
        self._veil.deleteLater()

    def _focus_first(self) -> None:
        for widget in (self._content, *self._content.findChildren(QWidget)):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and widget.isVisible():
                widget.setFocus(Qt.FocusReason.PopupFocusReason)
                return
        self._cross.setFocus(Qt.FocusReason.PopupFocusReason)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab stays inside while the sheet is open."""
        here = self.window().focusWidget()
        stops = [
            widget
            for widget in _in_tab_order(self)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisible()
            and widget.focusProxy() is None
        ]
        if not stops:
            return False
        at = stops.index(here) if here in stops else -1
        stops[(at + (1 if next else -1)) % len(stops)].setFocus(
            Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_open:
            self.close_sheet()
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and watched is self._host and self.is_open:
            self._motion.stop()
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        self._veil.setGeometry(self._host.rect())
        percent = worn().wearing.text_percent / 100
        wide = min(self._host.width(), round(self._width * (1 + (percent - 1) * 0.6)))
        is_mirrored = self._host.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setGeometry(0 if is_mirrored else self._host.width() - wide, 0, wide, self._host.height())


def _in_tab_order(root: QWidget) -> list[QWidget]:
    """Everything inside `root`, in the order of the window's focus chain."""
    found: list[QWidget] = []
    widget = root.nextInFocusChain()
    while widget is not None and widget is not root:
        if root.isAncestorOf(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
