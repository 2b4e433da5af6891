"""A table that is read cell by cell: columns say how to take their words from a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from outreach_app.ui.look import worn
from outreach_app.ui.tables.row_list import Index


@dataclass(frozen=True)
class Column:
    """One column: its heading, the words of a row, what it sorts by, and whether it is a number."""

    words: str
    text: Callable[[Any], str]
    sort: Callable[[Any], Any] | None = None
    is_number: bool = False
    is_wide: bool = False
    """Takes the room that is left."""


class GridModel(QAbstractTableModel):
    """Rows in, roles out; no database inside."""

    SORT = Qt.ItemDataRole.UserRole
    ROW = Qt.ItemDataRole.UserRole + 1

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = list(columns)
        self._rows: list[Any] = []

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.words}: {column.text(row)}"
            case Qt.ItemDataRole.TextAlignmentRole if column.is_number:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case self.SORT:
                return column.sort(row) if column.sort else column.text(row).casefold()
            case self.ROW:
                return row
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class Grid(QTableView):
    """`Grid(columns, name=…, label=…)`; `set_rows(rows)`; `opened(row)` on Enter or double click.

    Headings sort. Rows are chosen whole, cells are walked and read one by one.
    """

    opened = Signal(object)

    def __init__(
        self, columns: Sequence[Column], *, name: str, label: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.grid_model = GridModel(columns, self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.grid_model)
        self._sorted.setSortRole(GridModel.SORT)
        self.setModel(self._sorted)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setObjectName(f"{name}-header")
        header.setAccessibleName(label)
        header.setHighlightSections(False)
        header.setStretchLastSection(not any(column.is_wide for column in columns))
        for place, column in enumerate(columns):
            mode = (
                QHeaderView.ResizeMode.Stretch if column.is_wide else QHeaderView.ResizeMode.ResizeToContents
            )
            header.setSectionResizeMode(place, mode)
        self.activated.connect(self._on_self_activated)
        worn().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these, in the order the person has chosen."""
        self.grid_model.set_rows(rows)

    @Slot(QModelIndex)
    def _on_self_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(GridModel.ROW))

    @Slot()
    def _on_look_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(worn().row_height)
