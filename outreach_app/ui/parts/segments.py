"""One of a few: segments side by side, each with a line that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QRadioButton, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, placed, words_width
from outreach_app.ui.look import RADIUS, Step, worn
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.ring import Ring

_PAD = 11


class Segment(Ring, QRadioButton):
    """One of the segments; a radio button in everything but its looks."""

    def __init__(self, choice: Choice, digit: str, parent: Segments) -> None:
        super().__init__(parent)
        self.segments = parent
        self.choice = choice
        self.digit = digit
        self.setObjectName(f"{parent.objectName()}-{choice.code}")
        spoken = " ".join(part for part in (digit, choice.words) if part)
        self.setAccessibleName(f"{spoken}: {choice.under}" if choice.under else spoken)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        words = words_width(self.choice.words, bold=True)
        if self.digit:
            words += words_width(f"{self.digit} ", bold=True)
        under = words_width(self.choice.under, Step.SMALL)
        height = worn().control_height
        if self.choice.under:
            height = max(height + 8, line_height() + line_height(Step.SMALL) + 16)
        return QSize(max(words, under) + 2 * _PAD + 2, height)

    @property
    def tight_width(self) -> int:
        """How wide it must be when its second line may break in two."""
        words = words_width(f"{self.digit} {self.choice.words}".strip(), bold=True)
        under = max(words_width(line, Step.SMALL) for line in _halves(self.choice.under))
        return max(words, under) + 2 * _PAD + 2

    @property
    def is_tight(self) -> bool:
        """Whether its second line is broken in two."""
        return self.width() < self.sizeHint().width()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        is_chosen = self.isChecked()
        box = QRectF(self.rect())
        whole = QRectF(self.segments.rect()).translated(-self.x(), -self.y())
        inside = QPainterPath()
        inside.addRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setClipPath(inside)
        if is_chosen:
            painter.fillRect(box, look.colour("chosen"))
        elif self.underMouse() and self.isEnabled():
            painter.fillRect(box, look.colour("well"))
        painter.setClipping(False)
        self._draw_edges(painter, whole, box)
        ink = look.colour("ink")
        quiet = look.colour("ink_soft" if is_chosen else "ink_faint")
        tall = line_height()
        lines = _halves(self.choice.under) if self.is_tight else [self.choice.under]
        low = line_height(Step.SMALL)
        under_lines = self.segments.under_lines
        top = (box.height() - tall - low * under_lines - (2 if under_lines else 0)) / 2
        left = float(_PAD)
        room = box.width() - 2 * _PAD + 2
        if self.digit:
            line = QRectF(left, top, room, tall)
            left += draw_words(painter, line, f"{self.digit} ", ink, bold=True)
        line = QRectF(left, top, box.width() - left - _PAD + 4, tall)
        draw_words(painter, line, self.choice.words, ink, bold=is_chosen)
        for place, under in enumerate(lines):
            line = QRectF(_PAD, top + tall + 2 + place * low, room + 2, low)
            draw_words(painter, line, under, quiet, Step.SMALL)

    def _draw_edges(self, painter: QPainter, whole: QRectF, box: QRectF) -> None:
        """This segment's share of the outline, the line before it, and its own marks."""
        look = worn()
        draw_box(painter, placed(painter, whole), edge=look.colour("outline"))  # mirrored twice: in place
        if self.x() > 0:
            painter.fillRect(QRectF(0, 1, 1, box.height() - 2), look.colour("line"))
        if self.y() > 0:
            painter.fillRect(QRectF(1, 0, box.width() - 2, 1), look.colour("line"))
        if self.isChecked():
            draw_box(painter, box, edge=look.colour("accent"), width=2)
        if self.has_ring:
            draw_box(painter, box.adjusted(4, 4, -4, -4), edge=look.colour("accent"), radius=3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.segments.pick(event.text()):
            return
        super().keyPressEvent(event)


class Segments(QWidget):
    """Exactly one of `choices`, or none yet.

    With `is_numbered` each shows the digit that picks it (its code if that is a digit, else its place
    counted from 1). `chosen(str)` carries the code a person picked; `pick` lets a screen hand on a digit
    typed elsewhere. Side by side while there is room, one below the other when there is not.
    """

    chosen = Signal(str)

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        name: str,
        label: str,
        is_numbered: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.segments = [
            Segment(choice, _digit(choice, place) if is_numbered else "", self)
            for place, choice in enumerate(choices, 1)
        ]
        for segment in self.segments:
            segment.toggled.connect(self._on_segment_toggled)
            segment.clicked.connect(self._on_segment_clicked)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusProxy(self.segments[0])
        self._said: str | None = None

    def value(self) -> str | None:
        """The chosen code, or None."""
        return next((segment.choice.code for segment in self.segments if segment.isChecked()), None)

    def set_value(self, code: str | None) -> None:
        """Show a choice without telling anybody; None takes it back."""
        self._said = code
        self.setFocusProxy(self.segments[0])  # a choice that is shown takes the focus to itself
        for segment in self.segments:
            segment.setAutoExclusive(False)
            segment.setChecked(False)
            segment.setChecked(segment.choice.code == code)
        for segment in self.segments:
            segment.setAutoExclusive(True)

    def pick(self, digit: str) -> bool:
        """Choose by digit, as if it had been pressed here; False if no segment has it."""
        for segment in self.segments:
            if digit and segment.digit == digit:
                segment.setFocus(Qt.FocusReason.ShortcutFocusReason)
                segment.click()
                return True
        return False

    @Slot(bool)
    def _on_segment_toggled(self, is_checked: bool) -> None:
        sender = self.sender()
        if is_checked and isinstance(sender, Segment):
            self.setFocusProxy(sender)
        self.update()

    @Slot()
    def _on_segment_clicked(self) -> None:
        code = self.value()
        if code is not None and code != self._said:
            self._said = code
            self.chosen.emit(code)

    # ---------------------------------------------------------------------------------------- size

    @property
    def under_lines(self) -> int:
        """How many lines the explanations take now: the words above them stand on one height."""
        if not any(segment.choice.under for segment in self.segments):
            return 0
        return 2 if any(segment.is_tight for segment in self.segments) else 1

    def _widths(self, width: int) -> list[int] | None:
        """How wide each segment is: all alike if their words allow it, else each what it needs and its
        share of the rest, at last with explanations in two lines. None when they must stand one below
        the other."""
        count = len(self.segments)
        full = [segment.sizeHint().width() for segment in self.segments]
        if max(full) * count <= width:
            return [width * (place + 1) // count - width * place // count for place in range(count)]
        for needs in (full, [segment.tight_width for segment in self.segments]):
            rest = width - sum(needs)
            if rest >= 0:
                return [
                    need + rest * (place + 1) // count - rest * place // count
                    for place, need in enumerate(needs)
                ]
        return None

    def sizeHint(self) -> QSize:
        return QSize(sum(segment.tight_width for segment in self.segments), self._tall(is_tight=False))

    def _tall(self, *, is_tight: bool) -> int:
        extra = line_height(Step.SMALL) if is_tight else 0
        return max(segment.sizeHint().height() for segment in self.segments) + extra

    def minimumSizeHint(self) -> QSize:
        hints = [segment.sizeHint() for segment in self.segments]
        return QSize(max(h.width() for h in hints), max(h.height() for h in hints))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        widths = self._widths(width)
        if widths is None:
            return self._tall(is_tight=False) * len(self.segments)
        full = [segment.sizeHint().width() for segment in self.segments]
        return self._tall(is_tight=any(has < need for has, need in zip(widths, full, strict=True)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        count = len(self.segments)
        widths = self._widths(self.width())
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = 0
        for place, segment in enumerate(self.segments):
            if widths is None:
                top = self.height() * place // count
                segment.setGeometry(0, top, self.width(), self.height() * (place + 1) // count - top)
            else:
                at = self.width() - left - widths[place] if is_mirrored else left
                segment.setGeometry(at, 0, widths[place], self.height())
                left += widths[place]

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_box(begin(self), QRectF(self.rect()), fill=worn().colour("surface"))


def _digit(choice: Choice, place: int) -> str:
    return choice.code if choice.code.isdigit() and len(choice.code) == 1 else str(place)


def _halves(words: str) -> list[str]:
    """Words broken where both lines come out about as long; one word stays whole."""
    parts = words.split()
    breaks = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(len(parts) - 1, 0, -1)]
    if not breaks:
        return [words]
    return list(min(breaks, key=lambda lines: max(len(line) for line in lines)))
