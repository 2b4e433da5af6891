"""One of many from a list, one or none from a short column, yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.ring import Ring


class Picker(Ring, QComboBox):
    """Choose one of `choices` from a list that drops down; type to find. Put it into a `Field`.

    `picked(str)` carries the code a person chose. `nothing` is what it says while nothing is chosen.
    """

    picked = Signal(str)

    def __init__(
        self, choices: Sequence[Choice], *, name: str, nothing: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._nothing = nothing
        self.setMaxVisibleItems(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._on_self_activated)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer these instead; what was chosen stays chosen if it is among them."""
        before = self.value()
        self.clear()
        for choice in choices:
            self.addItem(choice.words, choice.code)
        self.set_value(before)

    def value(self) -> str | None:
        """The chosen code."""
        found = self.currentData()
        return found if isinstance(found, str) else None

    def set_value(self, code: str | None) -> None:
        """Show a choice without telling anybody."""
        self.setCurrentIndex(-1 if code is None else self.findData(code))

    @Slot(int)
    def _on_self_activated(self, index: int) -> None:
        self.picked.emit(str(self.itemData(index)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling a form must not change it

    def sizeHint(self) -> QSize:
        widest = max((words_width(self.itemText(at)) for at in range(self.count())), default=0)
        arrow = worn().scaled(16) + 32
        return QSize(max(widest, words_width(self._nothing)) + arrow, worn().control_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, worn().control_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        is_wrong = self.property("tone") == "danger"
        edge = look.colour("danger" if is_wrong else "outline")
        fill = look.colour("well" if self.underMouse() and self.isEnabled() else "surface")
        draw_box(painter, box, fill=fill, edge=edge, has_ring=self.has_ring)
        side = look.scaled(16)
        arrow = QRectF(box.width() - side - 10, (box.height() - side) / 2, side, side)
        draw_icon(painter, arrow, "caret-down", look.colour("ink_soft"))
        has_value = self.currentIndex() >= 0
        words = QRectF(10, 0, box.width() - side - 28, box.height())
        ink = look.colour("ink" if has_value else "ink_faint")
        draw_words(painter, words, self.currentText() if has_value else self._nothing, ink)


class _Marked:
    """What a tick and a radio line share: a mark, words, and a quiet second line."""

    @staticmethod
    def size_for(words: str, under: str) -> QSize:
        look = worn()
        height = max(look.control_height, line_height() + (line_height(Step.SMALL) + 2 if under else 0) + 10)
        return QSize(max(words_width(words), words_width(under, Step.SMALL)) + look.scaled(18) + 22, height)

    @staticmethod
    def draw(widget: QCheckBox | QRadioButton, words: str, under: str, *, has_ring: bool) -> None:
        look = worn()
        painter = begin(widget)
        side = look.scaled(18)
        box = QRectF(widget.rect())
        if has_ring:
            draw_box(painter, box.adjusted(1, 1, -1, -1), edge=look.colour("accent"), width=2)
        is_on = widget.isChecked()
        tall, low = line_height(), line_height(Step.SMALL) if under else 0
        top = (box.height() - tall - low - (2 if under else 0)) / 2
        mark = QRectF(6, round(top + (tall - side) / 2), side, side)
        is_round = isinstance(widget, QRadioButton)
        radius = side / 2 if is_round else 4
        fill = look.colour("accent" if is_on else "surface")
        draw_box(painter, mark, fill=fill, edge=look.colour("accent" if is_on else "outline"), radius=radius)
        if is_on and is_round:
            inset = side * 0.32
            dot = mark.adjusted(inset, inset, -inset, -inset)
            draw_box(painter, dot, fill=look.colour("on_accent"), radius=dot.width() / 2)
        elif is_on:
            draw_icon(painter, mark.adjusted(2, 2, -2, -2), "check", look.colour("on_accent"))
        words_left = side + 6 + Space.SMALL
        room = box.width() - side - 12 - Space.SMALL
        draw_words(painter, QRectF(words_left, top, room, tall), words, look.colour("ink"))
        if under:
            line = QRectF(words_left, top + tall + 2, room, low)
            draw_words(painter, line, under, look.colour("ink_faint"), Step.SMALL)


class Tick(Ring, QCheckBox):
    """Yes or not yet: a check box with words and perhaps a second line. Use `toggled` or `clicked`."""

    def __init__(self, words: str, *, name: str, under: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.under = under
        self.setAccessibleDescription(under)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return _Marked.size_for(self.text(), self.under)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        _Marked.draw(self, self.text(), self.under, has_ring=self.has_ring)


class _Radio(Ring, QRadioButton):
    def __init__(self, choice: Choice, *, name: str, parent: QWidget) -> None:
        super().__init__(choice.words, parent)
        self.choice = choice
        self.setObjectName(name)
        self.setAccessibleDescription(choice.under)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return _Marked.size_for(self.text(), self.choice.under)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        _Marked.draw(self, self.text(), self.choice.under, has_ring=self.has_ring)


class RadioList(QWidget):
    """One of a few, one below the other, each with an explaining line. `chosen(str)` as in `Segments`."""

    chosen = Signal(str)

    def __init__(
        self, choices: Sequence[Choice], *, name: str, label: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._radios = [_Radio(choice, name=f"{name}-{choice.code}", parent=self) for choice in choices]
        for radio in self._radios:
            radio.clicked.connect(self._on_radio_clicked)
            column.addWidget(radio)
        if self._radios:
            self.setFocusProxy(self._radios[0])

    def value(self) -> str | None:
        """The chosen code, or None."""
        return next((radio.choice.code for radio in self._radios if radio.isChecked()), None)

    def set_value(self, code: str | None) -> None:
        """Show a choice without telling anybody."""
        for radio in self._radios:
            radio.setAutoExclusive(False)
            radio.setChecked(radio.choice.code == code)
        for radio in self._radios:
            radio.setAutoExclusive(True)

    @Slot()
    def _on_radio_clicked(self) -> None:
        code = self.value()
        if code is not None:
            self.chosen.emit(code)
