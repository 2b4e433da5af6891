"""A small number: − n +."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QSpinBox, QWidget

from outreach_app.ui.canvas import RING, begin, draw_box
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import RADIUS, restyle, worn


class _Number(QSpinBox):
    """The middle: digits, arrows, + and −; a wheel only when it has the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("plain", True)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFrame(False)
        self.highest = self.maximum()

    def set_bounds(self, lowest: int, highest: int) -> None:
        """Steps end at the highest; digits may pass it. Qt would swallow the last digit of 250 and leave
        a 25 that nobody meant; so it stays as typed, and the field's rule says what is wrong."""
        self.highest = highest
        self.setRange(lowest, 10 ** len(str(highest)) - 1)

    def stepBy(self, steps: int) -> None:
        super().stepBy(min(steps, max(0, self.highest - self.value())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lineEdit().setGeometry(self.rect())  # a styled spin box keeps room for arrows it does not have

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.lineEdit().setGeometry(self.rect())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.lineEdit().setGeometry(self.rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in ("+", "=", "-", "−"):
            self.stepBy(1 if event.text() in ("+", "=") else -1)
            return
        if event.text().isalpha():
            event.ignore()  # a letter is for a chip, or for nobody
            return
        if event.text().isdigit() and self.value() == 0:
            self.selectAll()  # a faint nought is not the beginning of a number, wherever the cursor is
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()
        self._tell_parent()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell_parent()

    def _tell_parent(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            parent.update()


class _End(QAbstractButton):
    """One end: a press, or a press held."""

    def __init__(self, icon: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon_name = icon
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setAutoRepeat(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        side = look.scaled(14)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        is_lit = self.isEnabled() and (self.underMouse() or self.isDown())
        draw_icon(painter, box, self.icon_name, look.colour("accent" if is_lit else "ink_soft"))


class Stepper(QWidget):
    """A count with a lowest and highest value; digits typed above it are kept, for a rule to judge.

    `changed(int)` is emitted for what a person did, not for `set_value`. Type digits, press arrows or
    + and −, or click the ends. A zero is drawn faintly: nobody has said it, it is only not more.
    """

    changed = Signal(int)

    def __init__(
        self,
        *,
        name: str,
        label: str,
        lowest: int = 0,
        highest: int = 200,
        is_large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.is_large = is_large
        self.number = _Number(self)
        self.number.setObjectName(f"{name}-number")
        self.number.setAccessibleName(label)
        self.number.set_bounds(lowest, highest)
        self.number.valueChanged.connect(self._on_number_value_changed)
        self.fewer = _End("minus", self.tr("One fewer: %1").replace("%1", label), self)
        self.fewer.setObjectName(f"{name}-fewer")
        self.fewer.clicked.connect(self.number.stepDown)
        self.more = _End("plus", self.tr("One more: %1").replace("%1", label), self)
        self.more.setObjectName(f"{name}-more")
        self.more.clicked.connect(self.number.stepUp)
        self.setFocusProxy(self.number)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._is_quiet = False
        self._show_state()

    def value(self) -> int:
        """The count."""
        return self.number.value()

    def set_value(self, value: int) -> None:
        """Show a count without telling anybody."""
        self._is_quiet = True
        self.number.setValue(value)
        self._is_quiet = False

    @Slot(int)
    def _on_number_value_changed(self, value: int) -> None:
        self._show_state()
        if not self._is_quiet:
            self.changed.emit(value)

    def _show_state(self) -> None:
        value = self.number.value()
        self.fewer.setEnabled(value > self.number.minimum())
        self.more.setEnabled(value < self.number.highest)
        if self.number.property("zero") is not (value == 0):
            self.number.setProperty("zero", value == 0)
            restyle(self.number)

    def sizeHint(self) -> QSize:
        look = worn()
        height = look.control_height + (6 if self.is_large else 0)
        digits = self.fontMetrics().horizontalAdvance("000")
        return QSize(max(100, digits + 2 * height + 4), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        end = min(self.height(), self.width() // 3)
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left, right = (self.more, self.fewer) if is_mirrored else (self.fewer, self.more)
        left.setGeometry(0, 0, end, self.height())
        right.setGeometry(self.width() - end, 0, end, self.height())
        self.number.setGeometry(end, RING, self.width() - 2 * end, self.height() - 2 * RING)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        end = min(self.height(), self.width() // 3)
        draw_box(painter, box, fill=look.colour("surface"))
        inside = QPainterPath()
        inside.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(inside)
        well = look.colour("well")
        painter.fillRect(QRectF(0, 0, end, box.height()), well)
        painter.fillRect(QRectF(box.width() - end, 0, end, box.height()), well)
        painter.setClipping(False)
        has_focus = self.number.hasFocus()
        edge = look.colour("accent" if has_focus else "outline")
        draw_box(painter, box, edge=edge, width=2 if has_focus else 1)
