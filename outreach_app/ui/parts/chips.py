"""Any number of many: chips that wrap, each picked by its letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, cap_height, draw_box, draw_words, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.choice import Choice, lettered
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.ring import Ring

_PAD = 12


class Chip(Ring, QCheckBox):
    """One word that is on or off; a check box in everything but its looks."""

    def __init__(self, choice: Choice, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self.setObjectName(name)
        self.setAccessibleName(choice.words)
        self.setAccessibleDescription(choice.letter)
        self.setToolTip(choice.under)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _cap(self) -> int:
        """The little square at the end: a letter, or a tick once chosen."""
        return max(cap_height(), words_width("W", Step.SMALL) + 6)

    def sizeHint(self) -> QSize:
        height = max(32, line_height() + 13, worn().control_height if worn().wearing.is_touch else 0)
        words = words_width(self.choice.words, bold=True)  # so that choosing moves nothing
        return QSize(words + self._cap() + Space.SMALL + 2 * _PAD - 4, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        is_chosen = self.isChecked()
        is_over = self.underMouse() and self.isEnabled()
        fill = look.colour("chosen" if is_chosen else "well" if is_over else "surface")
        edge = look.colour("accent" if is_chosen else "outline")
        box = QRectF(self.rect())
        draw_box(painter, box, fill=fill, edge=edge, radius=box.height() / 2, has_ring=self.has_ring)
        cap = self._cap()
        cap_left = box.width() - _PAD + 4 - cap
        words_left = _PAD
        room = box.width() - cap - Space.SMALL - 2 * _PAD + 4
        ink = look.colour("accent" if is_chosen else "ink")
        align = Qt.AlignmentFlag.AlignHCenter if self.choice.letter else Qt.AlignmentFlag.AlignLeft
        draw_words(
            painter,
            QRectF(words_left, 0, room + 1, box.height()),
            self.choice.words,
            ink,
            bold=is_chosen,
            align=align if is_chosen else Qt.AlignmentFlag.AlignLeft,
        )
        square = QRectF(round(cap_left), round((box.height() - cap) / 2), cap, cap)
        if is_chosen:
            draw_box(painter, square, fill=look.colour("accent"), radius=4)
        elif self.choice.letter:
            draw_box(painter, square, edge=look.thinned("outline", 60), radius=4)
        sign = look.colour("on_accent" if is_chosen else "ink_faint")
        if self.choice.letter:
            draw_words(
                painter,
                square,
                self.choice.letter,
                sign,
                Step.SMALL,
                bold=is_chosen,
                align=Qt.AlignmentFlag.AlignHCenter,
            )
        elif is_chosen:
            draw_icon(painter, square.adjusted(2, 2, -2, -2), "check", sign)
        else:
            draw_icon(painter, square.adjusted(2, 2, -2, -2), "plus", sign)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        parent = self.parentWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        elif not (isinstance(parent, ChipFlow) and parent.take_key(event)):
            super().keyPressEvent(event)


class ChipFlow(QWidget):
    """Choose any of `choices`. One Tab stop, arrows within, a letter toggles its chip.

    `changed(list of codes)` is emitted for what a person did. With `shown` only so many are visible
    until "More…" is pressed; chosen ones always are. `pick(letter)` lets a screen hand on a key.
    """

    changed = Signal(list)

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        name: str,
        label: str,
        shown: int | None = None,
        has_letters: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._shown = shown
        flow = Flow(self)
        given = lettered(choices) if has_letters else list(choices)
        self.chips = [Chip(choice, name=f"{name}-{choice.code}", parent=self) for choice in given]
        for chip in self.chips:
            chip.clicked.connect(self._on_chip_clicked)
            flow.addWidget(chip)
        self._more = Button(self.tr("More…"), name=f"{name}-more", kind="quiet", parent=self)
        self._more.clicked.connect(self._on_more_clicked)
        flow.addWidget(self._more)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if self.chips:
            self.setFocusProxy(self.chips[0])
        self._keep_one_stop(0)
        self._fold()

    def value(self) -> list[str]:
        """Chosen codes, in the order in which they stand."""
        return [chip.choice.code for chip in self.chips if chip.isChecked()]

    def set_value(self, codes: Iterable[str]) -> None:
        """Show a choice without telling anybody."""
        wanted = set(codes)
        for chip in self.chips:
            chip.setChecked(chip.choice.code in wanted)
        self._fold()

    def pick(self, letter: str) -> bool:
        """Toggle the chip with this letter, as if it had been clicked; False if there is none."""
        for chip in self.chips:
            if letter and chip.choice.letter == letter.upper():
                chip.click()
                self._fold()  # a letter also reaches what is folded away
                state = self.tr("%1 chosen") if chip.isChecked() else self.tr("%1 taken back")
                announce(chip, state.replace("%1", chip.choice.words))
                return True
        return False

    def take_key(self, event: QKeyEvent) -> bool:
        """Arrows and letters pressed on one of the chips."""
        visible = [chip for chip in self.chips if not chip.isHidden()]
        here = next((at for at, chip in enumerate(visible) if chip.hasFocus()), None)
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        if step is not None and here is not None:
            if self.layoutDirection() is Qt.LayoutDirection.RightToLeft and event.key() in (
                Qt.Key.Key_Right,
                Qt.Key.Key_Left,
            ):
                step = -step
            there = visible[(here + step) % len(visible)]
            self._keep_one_stop(self.chips.index(there))
            there.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return not event.modifiers() and self.pick(event.text())

    def _keep_one_stop(self, stop: int) -> None:
        for place, chip in enumerate(self.chips):
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if place == stop else Qt.FocusPolicy.ClickFocus)
        if self.chips:
            self.setFocusProxy(self.chips[stop])

    def _fold(self) -> None:
        limit = len(self.chips) if self._shown is None else self._shown
        for place, chip in enumerate(self.chips):
            chip.setVisible(place < limit or chip.isChecked())
        self._more.setVisible(any(chip.isHidden() for chip in self.chips))
        self.updateGeometry()

    @Slot()
    def _on_more_clicked(self) -> None:
        first = next((chip for chip in self.chips if chip.isHidden()), None)
        self._shown = None
        self._fold()
        if first is not None:
            self._keep_one_stop(self.chips.index(first))
            first.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _on_chip_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, Chip):
            self._keep_one_stop(self.chips.index(sender))
        self.changed.emit(self.value())
