"""The shift as it happened: time, what, in a few words, who, and whether the server has it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from outreach_app.ui.canvas import draw_box, draw_words, fill, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.tables.row_list import Index, ListView, _shows_focus, draw_ground, row_of


@dataclass(frozen=True)
class TimelineRow:
    """One happening. `mark` says how far it has come, and is never colour alone:

    `waiting` (here only), `server` (the server has it), `safe` (verified there), `seen` (by the lead's
    laptop), `danger` (somebody must look), or empty.
    """

    key: str
    time: str
    kind: str
    words: str = ""
    is_strong: bool = False
    """Bold: what counts (engagements, referrals), against coming and going."""
    chip: str = ""
    """A person's code or the like."""
    mark: str = ""
    mark_words: str = ""
    """What the mark means, spoken and as tooltip: "on the server", "waiting to be sent"."""
    is_struck: bool = False
    """Void: still there to be seen, counted nowhere."""

    @property
    def accessible(self) -> str:
        """The whole row in words."""
        parts = (self.time, self.kind, self.words, self.chip, self.mark_words)
        return ", ".join(part for part in parts if part)

    @property
    def tip(self) -> str:
        """The tooltip: what a narrow row leaves out, and what its mark means."""
        return "\n".join(part for part in (self.words, self.mark_words) if part)


_MARKS = {
    "waiting": ("clock", "waiting"),
    "server": ("cloud-check", "safe"),
    "safe": ("check", "safe"),
    "seen": ("checks", "safe"),
    "danger": ("warning", "danger"),
    "void": ("prohibit", "ink_faint"),
}
"""Icon and colour of each mark."""


class TimelineDelegate(QStyledItemDelegate):
    """Draws a `TimelineRow` in columns; narrow lists put the words below."""

    def __init__(self, parent: TimelineView) -> None:
        super().__init__(parent)
        self.kind_width = 0

    def _is_narrow(self, width: int) -> bool:
        return width < worn().scaled(420)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        look = worn()
        view = self.parent()
        width = view.viewport().width() if isinstance(view, ListView) else 600
        row: TimelineRow = row_of(index)
        if self._is_narrow(width) and row.words:
            return QSize(120, 2 * line_height() + 18)
        return QSize(120, max(look.control_height + 6, line_height() + 20))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = worn()
        row: TimelineRow = row_of(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = draw_ground(painter, option, is_last=False, has_focus=_shows_focus(option))
        is_narrow = self._is_narrow(option.rect.width())
        first = QRectF(box)
        if is_narrow and row.words:
            first = QRectF(box.left(), box.top() + 8, box.width(), line_height())
        right = self._draw_mark(painter, first, row)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        right = self._draw_chip(painter, first, right, row, "surface" if is_chosen else "chosen")
        left = first.left()
        wide = words_width("00:00")
        cell = QRectF(left, first.top(), wide, first.height())
        draw_words(painter, cell, row.time, look.colour("ink_faint"))
        left += wide + Space.LARGE
        ink = look.colour("ink_faint" if row.is_struck else "ink" if row.is_strong else "ink_soft")
        kind = QRectF(
            left,
            first.top(),
            right - left if is_narrow else min(self.kind_width, right - left),
            first.height(),
        )
        wide = draw_words(painter, kind, row.kind, ink, bold=row.is_strong)
        if row.is_struck:
            fill(painter, QRectF(kind.left(), round(kind.center().y()), wide, 1), ink)
        if is_narrow:
            words = QRectF(left, first.bottom() + 2, box.right() - left, line_height())
        else:
            left += self.kind_width + Space.LARGE
            words = QRectF(left, first.top(), max(0.0, right - left), first.height())
        if row.words:
            draw_words(painter, words, row.words, look.colour("ink_faint" if row.is_struck else "ink_soft"))
        painter.restore()

    def _draw_mark(self, painter: QPainter, line: QRectF, row: TimelineRow) -> float:
        side = worn().scaled(16)
        if row.mark:
            box = QRectF(line.right() - side, line.center().y() - side / 2, side, side)
            icon, token = _MARKS[row.mark]
            draw_icon(painter, box, icon, worn().colour(token))
        return line.right() - side - Space.MEDIUM

    def _draw_chip(
        self, painter: QPainter, line: QRectF, right: float, row: TimelineRow, ground: str
    ) -> float:
        if not row.chip:
            return right
        look = worn()
        wide = words_width(row.chip, Step.SMALL) + 16
        tall = line_height(Step.SMALL) + 5
        box = QRectF(right - wide, round(line.center().y() - tall / 2), wide, tall)
        draw_box(painter, box, fill=look.colour(ground), radius=tall / 2)
        draw_words(
            painter, box, row.chip, look.colour("accent"), Step.SMALL, align=Qt.AlignmentFlag.AlignHCenter
        )
        return right - wide - Space.SMALL


class TimelineView(ListView):
    """A `ListView` of `TimelineRow`, newest first as given."""

    def __init__(self, *, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(name=name, label=label, parent=parent)
        self._delegate = TimelineDelegate(self)
        self.setItemDelegate(self._delegate)

    def _on_rows_reset(self) -> None:
        kinds = [row.kind for row in self.rows_model.rows()]
        widest = max((words_width(kind, bold=True) for kind in kinds), default=0)
        self._delegate.kind_width = max(worn().scaled(96), min(widest, worn().scaled(180)))
        super()._on_rows_reset()
