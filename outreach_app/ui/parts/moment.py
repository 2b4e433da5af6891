"""A time of day with its date, or a date alone; perhaps none yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import QDate, QDateTime, QEvent, QSize, Qt, QTime, QTimeZone, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QDateTimeEdit, QHBoxLayout, QSizePolicy, QWidget

from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.button import Button, IconButton

_WIDEST = QDateTime(2026, 9, 23, 20, 58, 0)
"""A Wednesday in September: about the widest there is to write."""


class _Clock(QDateTimeEdit):
    """Digits and arrows on hours, minutes and day; a wheel that scrolls the form leaves it alone."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab moves on; arrows and full sections go from hours to minutes."""
        return QWidget.focusNextPrevChild(self, next)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """By keyboard it always begins at the first section: Qt would begin at the month when one comes
        back to it, where digits do nothing."""
        super().focusInEvent(event)
        if event.reason() is Qt.FocusReason.BacktabFocusReason:
            self.setSelectedSection(self.sectionAt(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right choose a section, where Qt would go from letter to letter."""
        is_left, is_right = event.key() == Qt.Key.Key_Left, event.key() == Qt.Key.Key_Right
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not (is_left or is_right):
            super().keyPressEvent(event)
            return
        there = self.currentSectionIndex() + (1 if is_right else -1)
        self.setSelectedSection(self.sectionAt(min(max(there, 0), self.sectionCount() - 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A styled spin box keeps room for arrows it does not have."""
        self.lineEdit().setGeometry(self.rect().adjusted(8, 1, -8, -1))

    def sizeHint(self) -> QSize:
        shown = self.locale().toString(_WIDEST, self.displayFormat())
        return QSize(self.fontMetrics().horizontalAdvance(shown) + 36, worn().control_height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class MomentEdit(QWidget):
    """`MomentEdit(name=…, label=…)`: wall-clock time first, then the day; `has_time=False` for a day alone.

    Values are naive `datetime`s of the wall clock: whoever uses it knows the time zone. An optional one
    (`is_required=False`) begins empty with a button that sets it to `offer()` and can be emptied again.
    `changed` is emitted for what a person did.
    """

    changed = Signal()

    def __init__(
        self,
        *,
        name: str,
        label: str,
        offer: Callable[[], datetime],
        has_time: bool = True,
        is_required: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._offer = offer
        self._is_required = is_required
        self._is_quiet = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.TIGHT)
        self.clock = _Clock(self)
        self.clock.setObjectName(f"{name}-clock")
        self.clock.setAccessibleName(label)
        self.clock.setTimeZone(QTimeZone.utc())  # a wall clock knows no other: no hour is skipped in spring
        self.clock.setDisplayFormat("HH:mm  ddd d MMM" if has_time else "ddd d MMM yyyy")
        self.clock.setButtonSymbols(QDateTimeEdit.ButtonSymbols.NoButtons)
        self.clock.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clock.dateTimeChanged.connect(self._on_clock_date_time_changed)
        row.addWidget(self.clock)
        self._set = Button(
            self.tr("Set the time") if has_time else self.tr("Set the day"), name=f"{name}-set", kind="plain"
        )
        self._set.clicked.connect(self._on_set_clicked)
        row.addWidget(self._set)
        self._empty = IconButton("x", self.tr("Take it back: %1").replace("%1", label), name=f"{name}-empty")
        self._empty.clicked.connect(self._on_empty_clicked)
        row.addWidget(self._empty)
        row.addStretch(1)
        self.set_value(None)

    def value(self) -> datetime | None:
        """The wall-clock time to the minute: what is shown is what is meant."""
        if self.clock.isHidden():
            return None
        shown = self.clock.dateTime()
        day, time = shown.date(), shown.time()
        return datetime(day.year(), day.month(), day.day(), time.hour(), time.minute())

    def set_value(self, value: datetime | date | None) -> None:
        """Show a time without telling anybody."""
        has_value = value is not None or self._is_required
        if value is None and self._is_required:
            value = self._offer()
        if value is not None:
            moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            self._is_quiet = True
            day, time = QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute)
            shown = QDateTime(day, time, QTimeZone.utc())
            if shown != self.clock.dateTime():  # or somebody's half-typed digits would be lost
                self.clock.setDateTime(shown)
            self._is_quiet = False
        self.clock.setVisible(has_value)
        self._set.setVisible(not has_value)
        self._empty.setVisible(has_value and not self._is_required)
        self.setFocusProxy(self.clock if has_value else self._set)

    @Slot()
    def _on_clock_date_time_changed(self) -> None:
        if not self._is_quiet:
            self.changed.emit()

    @Slot()
    def _on_set_clicked(self) -> None:
        self.set_value(self._offer())
        self.clock.setFocus()
        self.changed.emit()

    @Slot()
    def _on_empty_clicked(self) -> None:
        self.set_value(None)
        self._set.setFocus()
        self.changed.emit()
