"""Thin bars: minutes against the longest, and how far long work has come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, words_width
from outreach_app.ui.counted import counted
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.text import Text
from outreach_app.ui.progress import Progress


def draw_bar(painter: QPainter, rect: QRectF, share: float) -> None:
    """A track with its filled part, six pixels tall, centred in `rect`."""
    look = worn()
    thick = 6.0
    track = QRectF(rect.left(), round(rect.center().y() - thick / 2), rect.width(), thick)
    draw_box(painter, track, fill=look.colour("line"), radius=thick / 2)
    filled = max(0.0, min(1.0, share)) * track.width()
    if filled > 0:
        filled = max(filled, thick)
        draw_box(
            painter,
            QRectF(track.left(), track.top(), filled, thick),
            fill=look.colour("accent"),
            radius=thick / 2,
        )


class MinutesBar(QWidget):
    """A number of minutes and its share of `longest`."""

    def __init__(self, minutes: int = 0, longest: int = 60, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_minutes(minutes, longest)

    def set_minutes(self, minutes: int, longest: int) -> None:
        """Show `minutes` of at most `longest`."""
        self.minutes = minutes
        self.share = minutes / longest if longest else 0.0
        self.setAccessibleName(counted(minutes, self.tr("%1 minute"), self.tr("%1 minutes")))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64 + Space.MEDIUM + words_width("000"), line_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = begin(self)
        number = words_width("000")
        draw_bar(painter, QRectF(0, 0, self.width() - number - Space.MEDIUM, self.height()), self.share)
        ink = worn().colour("ink" if self.minutes else "ink_faint")
        draw_words(
            painter,
            QRectF(self.width() - number, 0, number, self.height()),
            str(self.minutes),
            ink,
            align=Qt.AlignmentFlag.AlignRight,
        )


class ProgressLine(QWidget):
    """A bar, a count and "Stop", fed by looking at a `Progress` while it is shown."""

    cancelled = Signal()

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.MEDIUM)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._count = Text("", "small")
        self._stop = Button(self.tr("Stop"), name=f"{name}-stop")
        self._stop.clicked.connect(self._on_stop_clicked)
        row.addWidget(self._bar, 1)
        row.addWidget(self._count)
        row.addWidget(self._stop)
        self._progress: Progress | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(150)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.hide()

    def follow(self, progress: Progress, label: str) -> None:
        """Show this work until `finish`."""
        self._progress = progress
        self._bar.setAccessibleName(label)
        self.show()
        self._on_timer_timeout()
        self._timer.start()

    def finish(self) -> None:
        """The work is done, or has stopped."""
        self._timer.stop()
        self._progress = None
        self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self._progress is None:
            return
        self._bar.setRange(0, self._progress.total)
        self._bar.setValue(min(self._progress.done, self._progress.total))
        if self._progress.total:
            words = self.tr("%1 of %2")
            words = words.replace("%1", f"{self._progress.done:,}").replace("%2", f"{self._progress.total:,}")
            self._count.setText(words)

    @Slot()
    def _on_stop_clicked(self) -> None:
        if self._progress is not None:
            self._progress.is_cancelled = True
            self.cancelled.emit()
