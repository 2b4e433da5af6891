"""The left column: where one can go."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QFrame, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.actions import Actions, keys_in_words
from outreach_app.ui.canvas import begin, draw_box, draw_words, line_height, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, Step, worn
from outreach_app.ui.parts.columns import Scroll
from outreach_app.ui.parts.ring import Ring

_WIDE = 188
_NARROW = 60


class NavItem(Ring, QRadioButton):
    """One destination: icon, word, perhaps a count. A radio button in everything but its looks."""

    def __init__(self, key: str, words: str, icon: str, parent: QWidget) -> None:
        super().__init__(words, parent)
        self.key = key
        self.icon_name = icon
        self.badge = ""
        self.is_icon_only = False
        self.action: QAction | None = None
        self.setObjectName(f"nav-{key}")
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_badge(self, words: str) -> None:
        """Show a count after the word; "" takes it away."""
        if self.badge != words:
            self.badge = words
            self.setAccessibleDescription(words)
            self.update()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def sizeHint(self) -> QSize:
        return QSize(0, max(36, worn().control_height, line_height() + 16))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        box = QRectF(self.rect())
        is_here = self.isChecked()
        is_over = self.underMouse() and self.isEnabled()
        fill = look.colour("chosen") if is_here else look.thinned("ink", 6) if is_over else None
        edge = look.colour("accent") if is_here and look.theme == "high-contrast" else None
        draw_box(painter, box, fill=fill, edge=edge, has_ring=self.has_ring)
        ink = look.colour("accent" if is_here else "ink" if is_over else "ink_soft")
        side = look.scaled(20)
        if self.is_icon_only:
            place = QRectF((box.width() - side) / 2, (box.height() - side) / 2, side, side)
            draw_icon(painter, place, self.icon_name, ink)
            if self.badge:
                dot = QRectF(place.right() - 3, place.top() - 3, 9, 9)
                draw_box(painter, dot, fill=look.colour("waiting"), radius=4.5)
            return
        draw_icon(painter, QRectF(10, (box.height() - side) / 2, side, side), self.icon_name, ink)
        used = side + 20
        badge = words_width(self.badge, Step.SMALL, bold=True) + 14 if self.badge else 0
        words = QRectF(used, 0, box.width() - used - badge - 12, box.height())
        draw_words(painter, words, self.text(), ink, bold=is_here)
        if self.badge:
            tall = line_height(Step.SMALL) + 5
            wide = max(badge, tall)
            at = box.width() - wide - 8
            pill = QRectF(at, round((box.height() - tall) / 2), wide, tall)
            draw_box(painter, pill, fill=look.colour("waiting_soft"), radius=tall / 2)
            middle = Qt.AlignmentFlag.AlignHCenter
            draw_words(painter, pill, self.badge, look.colour("waiting"), Step.SMALL, bold=True, align=middle)


class Navigation(QFrame):
    """All destinations of a role; `picked(str)` when a person goes somewhere. Arrows, Alt+1…9, mouse."""

    picked = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigation")
        self.setProperty("surface", "nav")
        self.setAccessibleName(self.tr("Screens"))
        self._actions = actions
        self._items: list[NavItem] = []
        self._rules: list[QWidget] = []
        self._is_icon_only = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(Space.SMALL, Space.SMALL, Space.SMALL, Space.SMALL)
        self._column.setSpacing(0)
        outer.addWidget(Scroll(self._content, has_bar=False))
        worn().changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_places(self, places: Sequence[tuple[str, str, str, int, str]], group_words: str) -> None:
        """Show these: key, words, icon, group, keys. They are made anew."""
        for widget in (*self._items, *self._rules):
            widget.setParent(None)
            widget.deleteLater()
        self._items, self._rules = [], []
        while self._column.count():
            self._column.takeAt(0)
        group_before: int | None = None
        for number, (key, words, icon, group, keys) in enumerate(places, 1):
            if group_before is not None and group != group_before:
                self._add_rule()
            group_before = group
            item = NavItem(key, words, icon, self._content)
            item.is_icon_only = self._is_icon_only
            item.toggled.connect(self._on_item_toggled)
            shortcut = keys or (f"Alt+{number % 10}" if number <= 10 else "")
            item.action = self._actions.add(item, f"go-{key}", words, shortcut, group_words, item.click)
            item.setToolTip(f"{words} ({keys_in_words(shortcut)})" if shortcut else words)
            self._items.append(item)
            self._column.addWidget(item)
        self._column.addStretch(1)

    def _add_rule(self) -> None:
        holder = QWidget(self._content)
        holder.setFixedHeight(17)
        line = QFrame(holder)
        line.setProperty("surface", "line")
        line.setFixedHeight(1)
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(Space.TIGHT, Space.SMALL, Space.TIGHT, Space.SMALL)
        inside.addWidget(line)
        self._rules.append(holder)
        self._column.addWidget(holder)

    def set_here(self, key: str) -> None:
        """Mark where one is, without going there."""
        for item in self._items:
            if item.key == key:
                item.blockSignals(True)
                item.setChecked(True)
                item.blockSignals(False)
            item.update()

    def set_badge(self, key: str, words: str) -> None:
        """Show a count beside a destination."""
        for item in self._items:
            if item.key == key:
                item.set_badge(words)

    def set_icon_only(self, is_icon_only: bool) -> None:
        """Icons alone on narrow windows; tooltips and spoken names stay."""
        if is_icon_only is not self._is_icon_only:
            self._is_icon_only = is_icon_only
            for item in self._items:
                item.is_icon_only = is_icon_only
                item.update()
            self._on_look_changed()

    @Slot()
    def _on_look_changed(self) -> None:
        percent = worn().wearing.text_percent / 100
        wide = (
            max(_NARROW, worn().scaled(20) + 40)
            if self._is_icon_only
            else round(_WIDE * (1 + (percent - 1) * 0.75))
        )
        self.setFixedWidth(wide)

    @Slot(bool)
    def _on_item_toggled(self, is_checked: bool) -> None:
        sender = self.sender()
        if is_checked and isinstance(sender, NavItem):
            self.picked.emit(sender.key)
