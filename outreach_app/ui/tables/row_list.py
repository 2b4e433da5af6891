"""A list of two-line rows: places with their minutes, shifts with their state, results of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from outreach_app.ui.canvas import draw_box, draw_words, fill, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.bars import draw_bar
from outreach_app.ui.parts.pill import Meaning

Index = QModelIndex | QPersistentModelIndex
_MEANING_INK = {
    "safe": "safe",
    "waiting": "waiting",
    "danger": "danger",
    "neutral": "ink_faint",
    "chosen": "accent",
}


@dataclass(frozen=True)
class Row:
    """One row. `key` says which; the rest is what is seen and spoken."""

    key: str
    title: str
    under: str = ""
    right: str = ""
    """A number or a word at the right edge."""
    meaning: Meaning = "neutral"
    """Of the word at the right."""
    share: float | None = None
    """A thin bar before the number, 0 to 1."""
    icon: str = ""
    keys: str = ""
    """Keys in words, shown at the right in place of `right`."""
    spoken: str = ""
    """What a screen reader says, when title, second line and right word do not say it."""

    @property
    def accessible(self) -> str:
        """The whole row in words."""
        return self.spoken or ", ".join(
            part for part in (self.title, self.under, self.right, self.keys) if part
        )


class RowModel(QAbstractListModel):
    """Rows in, roles out. Setting rows again keeps those that stayed in their place."""

    KEY = Qt.ItemDataRole.UserRole
    ROW = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Any] = []

    def rows(self) -> list[Any]:
        """What is shown."""
        return list(self._rows)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these. The same keys in the same order change in place, so focus and scroll stay."""
        if [row.key for row in rows] == [row.key for row in self._rows]:
            for place, (old, new) in enumerate(zip(self._rows, rows, strict=True)):
                if old != new:
                    self._rows[place] = new
                    self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return row.accessible
            case Qt.ItemDataRole.ToolTipRole:
                return getattr(row, "tip", None)
            case self.KEY:
                return row.key
            case self.ROW:
                return row
        return None


def row_of(index: Index) -> Any:
    """The row an index stands for."""
    return index.data(RowModel.ROW)


def draw_ground(painter: QPainter, option: QStyleOptionViewItem, *, is_last: bool, has_focus: bool) -> QRectF:
    """A row's ground, its line below and its focus ring; the rectangle for what goes on it."""
    look = worn()
    box = QRectF(option.rect)
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    if is_chosen:
        fill(painter, box, look.colour("chosen"))
        fill(painter, QRectF(box.left(), box.top(), 3, box.height() - 1), look.colour("accent"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        fill(painter, box, look.colour("well"))
    if not is_last:
        fill(painter, QRectF(box.left(), box.bottom() - 1, box.width(), 1), look.colour("line"))
    if has_focus:
        draw_box(painter, box.adjusted(1, 1, -1, -2), edge=look.colour("accent"), width=2, radius=4)
    return box.adjusted(Space.LARGE - 2, 0, -(Space.LARGE - 2), -1)


class RowDelegate(QStyledItemDelegate):
    """Draws a `Row`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row = row_of(index)
        text = line_height() + (line_height(Step.SMALL) + 2 if row.under else 0)
        return QSize(120, max(worn().control_height, text + 17 if row.under else text + 14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = worn()
        row: Row = row_of(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self.parent()
        fits = isinstance(view, ListView) and view.fits_rows
        is_last = fits and index.row() == index.model().rowCount() - 1
        box = draw_ground(painter, option, is_last=is_last, has_focus=_shows_focus(option))
        right = box.right()
        if row.keys:
            right -= words_width(row.keys, Step.SMALL)
            cell = QRectF(right, box.top(), box.right() - right, box.height())
            draw_words(painter, cell, row.keys, look.colour("ink_faint"), Step.SMALL)
            right -= Space.MEDIUM
        elif row.right:
            right = self._draw_right(painter, box, row)
        if row.share is not None:
            wide = look.scaled(64)
            right -= wide
            draw_bar(painter, QRectF(right, box.top(), wide, box.height()), row.share)
            right -= Space.MEDIUM
        left = box.left()
        if row.icon:
            side = look.scaled(18)
            place = QRectF(left, box.center().y() - side / 2, side, side)
            draw_icon(painter, place, row.icon, look.colour("ink_soft"))
            left += side + Space.MEDIUM
        tall = line_height()
        low = line_height(Step.SMALL) if row.under else 0
        top = box.top() + (box.height() - tall - low - (2 if low else 0)) / 2
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        draw_words(
            painter,
            QRectF(left, top, right - left, tall),
            row.title,
            look.colour("ink"),
            bold=is_chosen or self.is_bold,
        )
        if row.under:
            line = QRectF(left, top + tall + 2, right - left, low)
            draw_words(painter, line, row.under, look.colour("ink_faint"), Step.SMALL)
        painter.restore()

    is_bold = False

    def _draw_right(self, painter: QPainter, box: QRectF, row: Row) -> float:
        look = worn()
        align = Qt.AlignmentFlag.AlignRight
        if row.share is not None or row.right.isdigit():
            wide = max(words_width("000"), words_width(row.right))
            ink = look.colour("ink_faint" if row.right == "0" else "ink")
            draw_words(
                painter,
                QRectF(box.right() - wide, box.top(), wide, box.height()),
                row.right,
                ink,
                align=align,
            )
        else:
            wide = words_width(row.right, Step.SMALL, bold=True)
            ink = look.colour(_MEANING_INK[row.meaning])
            cell = QRectF(box.right() - wide, box.top(), wide + 1, box.height())
            draw_words(painter, cell, row.right, ink, Step.SMALL, bold=True, align=align)
        return box.right() - wide - Space.MEDIUM


def _shows_focus(option: QStyleOptionViewItem) -> bool:
    view = option.widget
    has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
    return has_focus and isinstance(view, ListView) and view.is_by_keyboard


class ListView(QListView):
    """A list that is walked with arrows and opened with Enter or a click; `opened(str)` carries the key."""

    opened = Signal(str)
    current_changed = Signal(str)
    opens_on_click = True
    """False where opening does something that one click must not: then it takes two, or Enter."""

    def __init__(self, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.is_by_keyboard = False
        self.fits_rows = False
        self.rows_model = RowModel(self)
        self.setModel(self.rows_model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.clicked.connect(self._on_self_clicked)
        self.rows_model.modelReset.connect(self._on_rows_reset)
        worn().changed.connect(self._on_look_changed)

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these; the row that was current stays current if it is among them."""
        before = self.current_key()
        self.rows_model.set_rows(rows)
        if before is not None:
            self.set_current(before)

    def current_key(self) -> str | None:
        """The key of the current row."""
        index = self.currentIndex()
        return str(index.data(RowModel.KEY)) if index.isValid() else None

    def set_current(self, key: str | None) -> None:
        """Make this row current and chosen, without opening it."""
        for place, row in enumerate(self.rows_model.rows()):
            if row.key == key:
                self.setCurrentIndex(self.rows_model.index(place))
                return
        self.clearSelection()
        self.setCurrentIndex(QModelIndex())

    def fit_rows(self) -> None:
        """Be exactly as tall as the rows: for short lists inside a card."""
        self.fits_rows = True
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._on_rows_reset()

    @Slot()
    def _on_rows_reset(self) -> None:
        if self.fits_rows:
            option = QStyleOptionViewItem()
            count = self.rows_model.rowCount()
            delegate = self.itemDelegate()
            tall = sum(delegate.sizeHint(option, self.rows_model.index(at)).height() for at in range(count))
            self.setFixedHeight(tall)

    @Slot()
    def _on_look_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self._on_rows_reset()

    @Slot(QModelIndex)
    def _on_self_clicked(self, index: QModelIndex) -> None:
        if self.opens_on_click:
            self.opened.emit(str(index.data(RowModel.KEY)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not self.opens_on_click and index.isValid():
            self.opened.emit(str(index.data(RowModel.KEY)))

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self.current_changed.emit(str(current.data(RowModel.KEY)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and index.isValid():
            self.opened.emit(str(index.data(RowModel.KEY)))
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            self.is_by_keyboard = event.type() is QEvent.Type.KeyPress
        elif event.type() is QEvent.Type.FocusIn:
            reason = getattr(event, "reason", lambda: None)()
            self.is_by_keyboard = reason is not Qt.FocusReason.MouseFocusReason
            if not self.currentIndex().isValid() and self.rows_model.rowCount() and self.is_by_keyboard:
                self.setCurrentIndex(self.rows_model.index(0))
        return super().event(event)


class RowList(ListView):
    """A `ListView` of `Row`."""

    def __init__(
        self, *, name: str, label: str, is_bold: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(name=name, label=label, parent=parent)
        delegate = RowDelegate(self)
        delegate.is_bold = is_bold
        self.setItemDelegate(delegate)
