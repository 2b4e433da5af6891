"""Buttons: a word that says what will happen, perhaps an icon before it and its keys behind it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from outreach_app.ui.actions import keys_in_words
from outreach_app.ui.canvas import begin, cap_width, draw_box, draw_caps, draw_words, fill, words_width
from outreach_app.ui.icons import draw_icon
from outreach_app.ui.look import Space, worn
from outreach_app.ui.parts.ring import Ring

Kind = Literal["plain", "primary", "quiet", "danger", "link"]

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Button(Ring, QPushButton):
    """`plain`, `primary` (one per screen), `quiet`, `danger` (outlined red), or `link` (words only).

    `keys` is a portable sequence ("Ctrl+E") shown as a key cap; it is shown, not bound: bind it with
    `actions.add` and make the button with `Button.for_action`. Enter and Space press it.
    """

    def __init__(
        self,
        words: str,
        *,
        name: str,
        kind: Kind = "plain",
        icon: str = "",
        keys: str = "",
        is_large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words, parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.kind: Kind = kind
        self.icon_name = icon
        self.caps = ""
        self.is_large = is_large
        self.is_spread = False
        """Words to the left, keys to the right edge: for buttons stacked in a column."""
        self.is_bare = False
        """Without its key cap, for now: room is short."""
        self.show_keys(keys)

    @classmethod
    def for_action(
        cls,
        action: QAction,
        *,
        name: str = "",
        kind: Kind = "plain",
        icon: str = "",
        is_large: bool = False,
        parent: QWidget | None = None,
    ) -> Button:
        """A button that triggers `action` and follows its words, keys and whether it can be used."""
        button = cls(
            action.text(),
            name=name or action.objectName().replace("action-", "button-"),
            kind=kind,
            icon=icon,
            is_large=is_large,
            parent=parent,
        )
        button._action = action
        button.clicked.connect(action.trigger)
        action.changed.connect(button._on_action_changed)
        button._on_action_changed()
        return button

    _action: QAction | None = None

    @Slot()
    def _on_action_changed(self) -> None:
        if self._action is not None:
            self.setText(self._action.text())
            self.setEnabled(self._action.isEnabled())
            self.show_keys(self._action.shortcut().toString())

    def show_keys(self, keys: str) -> None:
        """Show `keys` as a cap and name them in the tooltip."""
        self.caps = keys_in_words(keys) if keys else ""
        self.setToolTip(f"{self.text()} ({self.caps})" if self.caps else "")
        self.setAccessibleDescription(self.caps)
        self.updateGeometry()
        self.update()

    @property
    def caps_room(self) -> int:
        """How much of its width the key cap takes, when shown."""
        return cap_width(self.caps) + (Space.SMALL if self.text() else 0) if self.caps else 0

    def set_bare(self, is_bare: bool) -> None:
        """Leave the key cap out where room is short; the tooltip still names the keys."""
        if is_bare is not self.is_bare:
            self.is_bare = is_bare
            self.updateGeometry()
            self.update()

    def set_kind(self, kind: Kind) -> None:
        """Change how loud the button is."""
        self.kind = kind
        self.update()

    # --------------------------------------------------------------------------------------- paint

    @property
    def _is_bold(self) -> bool:
        return self.kind == "primary"

    @property
    def _pad(self) -> int:
        return 0 if self.kind == "link" else Space.LARGE if self.is_large else 13

    def _icon_side(self) -> int:
        return worn().scaled(18) if self.icon_name else 0

    def sizeHint(self) -> QSize:
        look = worn()
        height = look.control_height + (Space.MEDIUM if self.is_large and not look.wearing.is_touch else 0)
        if self.kind == "link":
            height = max(32, look.control_height - 6)
        width = 2 * self._pad + words_width(self.text(), bold=self._is_bold)
        if self.icon_name:
            width += self._icon_side() + (Space.SMALL if self.text() else 0)
        if not self.is_bare:
            width += self.caps_room
        return QSize(max(width, height if self.kind != "link" else 32), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _colours(self) -> tuple[QColor | None, QColor | None, QColor, QColor]:
        """Fill, edge, ink, edge of the key cap."""
        look = worn()
        is_over = self.underMouse() and self.isEnabled()
        is_down = self.isDown() or self.isChecked()
        match self.kind:
            case "primary":
                loud = look.colour("accent_deep" if is_over or is_down else "accent")
                return loud, loud, look.colour("on_accent"), look.colour("on_accent")
            case "danger":
                red = look.colour("danger_soft" if is_over or is_down else "surface")
                return red, look.colour("danger"), look.colour("danger"), look.colour("outline")
            case "quiet":
                veil = look.colour("chosen" if is_down else "well") if is_over or is_down else None
                return veil, None, look.colour("ink_soft"), look.colour("outline")
            case "link":
                return None, None, look.colour("accent_deep" if is_over else "accent"), look.colour("outline")
        plain = look.colour("chosen" if is_down else "well" if is_over else "surface")
        return plain, look.colour("outline"), look.colour("ink"), look.colour("outline")

    def paintEvent(self, event: QPaintEvent) -> None:
        ground, edge, ink, cap_edge = self._colours()
        painter = begin(self)
        box = QRectF(self.rect())
        draw_box(painter, box, fill=ground, edge=edge, has_ring=self.has_ring)
        words = words_width(self.text(), bold=self._is_bold)
        side, caps = self._icon_side(), 0 if self.is_bare else cap_width(self.caps)
        gap = Space.SMALL
        content = words + (side + gap * bool(self.text()) if side else 0) + (caps + gap if caps else 0)
        left = self._pad if self.is_spread or self.kind == "link" else (self.width() - content) / 2
        left = max(left, float(self._pad))
        if side:
            draw_icon(painter, QRectF(left, (self.height() - side) / 2, side, side), self.icon_name, ink)
            left += side + gap
        room = self.width() - self._pad - left - (caps + gap if caps else 0)
        drawn = draw_words(
            painter, QRectF(left, 0, room + 1, self.height()), self.text(), ink, bold=self._is_bold
        )
        if self.kind == "link" and (self.underMouse() or self.has_ring):
            base = round(self.height() / 2 + self.fontMetrics().ascent() / 2 + 1)
            fill(painter, QRectF(left, base, drawn, 1), ink)
        if caps:
            right = self.width() - self._pad if self.is_spread else left + drawn + gap + caps
            cap_ink = ink if self.kind == "primary" else worn().colour("ink_faint")
            draw_caps(painter, right, self.height() / 2, self.caps, cap_ink, cap_edge)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.click()
            return
        super().keyPressEvent(event)


class IconButton(Ring, QPushButton):
    """A square button with an icon; its words are spoken and shown as a tooltip, never left out."""

    def __init__(
        self, icon: str, words: str, *, name: str, keys: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.icon_name = icon
        self.set_words(words, keys)

    def set_words(self, words: str, keys: str = "") -> None:
        """What pressing it will do."""
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({keys_in_words(keys)})" if keys else words)

    def sizeHint(self) -> QSize:
        side = worn().control_height
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = worn()
        painter = begin(self)
        is_lit = self.isEnabled() and (self.underMouse() or self.isDown())
        ground = look.colour("well") if is_lit else None
        draw_box(painter, QRectF(self.rect()), fill=ground, has_ring=self.has_ring)
        side = look.scaled(18)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        draw_icon(painter, box, self.icon_name, look.colour("ink" if is_lit else "ink_soft"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.click()
            return
        super().keyPressEvent(event)
