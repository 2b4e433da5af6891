"""Pages as they will print, one below the other; as wide as the view, or nearer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.canvas import begin, draw_box
from outreach_app.ui.look import Space, worn

PAPER_RATIO = 297 / 210
_PAPER_INCHES = 210 / 25.4
_ZOOMS = (100, 125, 150, 200)
_STEP_PX = 56
_EDGE = 3


class _Leaf(QWidget):
    """One page: white whatever the theme, since paper is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_width(self, width: int) -> None:
        ratio = self.image.height() / self.image.width() if self.image.width() else PAPER_RATIO
        self.setFixedSize(QSize(width, round(width * ratio)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if not self.image.isNull():
            painter.drawImage(QRectF(self.rect()), self.image)
        painter.setPen(worn().colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class PageView(QScrollArea):
    """`show_pages(images, label)`; `resolution_wanted(ppi)` when they should be drawn again, sharper or less.

    Arrows, Page up and down, Space, Home and End scroll; plus, minus and 0 (or Ctrl and the wheel) zoom.
    """

    resolution_wanted = Signal(float)

    def __init__(self, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWidgetResizable(True)
        self._zoom = 100
        self._leaves: list[_Leaf] = []
        self._content = QWidget()
        self._content.setProperty("surface", "bare")
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(_EDGE, _EDGE, _EDGE, Space.LARGE)
        self._column.setSpacing(Space.LARGE)
        self._column.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._content)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(_STEP_PX)
        self._asked = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        self._pause.timeout.connect(self._on_pause_timeout)

    @property
    def ppi(self) -> float:
        """Dots per inch at which a page is as sharp as this screen can show it."""
        return max(36.0, self._leaf_width() * self.devicePixelRatioF() / _PAPER_INCHES)

    @property
    def page_count(self) -> int:
        """How many pages are shown."""
        return len(self._leaves)

    def show_pages(self, images: Sequence[QImage], label: str) -> None:
        """Show these; the place to which one had scrolled stays if there are as many."""
        place = self.verticalScrollBar().value()
        stays = len(images) == len(self._leaves)
        while len(self._leaves) > len(images):
            leaf = self._leaves.pop()
            self._column.removeWidget(leaf)
            leaf.setParent(None)
            leaf.deleteLater()
        while len(self._leaves) < len(images):
            leaf = _Leaf(self._content)
            self._leaves.append(leaf)
            self._column.addWidget(leaf, 0, Qt.AlignmentFlag.AlignHCenter)
        for number, (leaf, image) in enumerate(zip(self._leaves, images, strict=True), 1):
            leaf.image = image
            leaf.set_width(self._leaf_width())
            words = self.tr("Page %1 of %2").replace("%1", str(number)).replace("%2", str(len(images)))
            leaf.setAccessibleName(words)
            leaf.update()
        self.setAccessibleName(label)
        self.verticalScrollBar().setValue(place if stays else 0)

    def begin_at_top(self) -> None:
        """Another summary is shown: from its first line."""
        self.verticalScrollBar().setValue(0)

    def _leaf_width(self) -> int:
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.width() - bar - 2 * _EDGE - 2
        return max(160, round(min(room, worn().scaled(1000)) * self._zoom / 100))

    def _fit(self) -> None:
        for leaf in self._leaves:
            leaf.set_width(self._leaf_width())
        self._pause.start()

    @Slot()
    def _on_pause_timeout(self) -> None:
        if self._leaves and abs(self.ppi - self._asked) > 1:
            self._asked = self.ppi
            self.resolution_wanted.emit(self._asked)

    def set_zoom(self, percent: int) -> None:
        """How near: 100 is as wide as the view."""
        if percent != self._zoom:
            self._zoom = percent
            self._fit()

    def _zoom_by(self, steps: int) -> None:
        at = _ZOOMS.index(self._zoom) + steps
        self.set_zoom(_ZOOMS[min(len(_ZOOMS) - 1, max(0, at))])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom_by(1)
            case Qt.Key.Key_Minus:
                self._zoom_by(-1)
            case Qt.Key.Key_0:
                self.set_zoom(100)
            case Qt.Key.Key_Home:
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case Qt.Key.Key_Space:
                is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                bar.setValue(bar.value() + (-1 if is_back else 1) * bar.pageStep())
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by(1 if event.angleDelta().y() > 0 else -1)
            return
        super().wheelEvent(event)


class PageFrame(QFrame):
    """A `PageView` with a ring around it while it has the keyboard."""

    def __init__(self, view: PageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(view)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._view.hasFocus():
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            draw_box(begin(self), box, edge=worn().colour("accent"), width=2)
