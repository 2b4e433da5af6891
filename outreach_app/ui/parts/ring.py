"""The focus ring: shown to keyboards, not to mice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent


class Ring:
    """Mixed into painted buttons before their Qt class; `has_ring` says whether to draw one."""

    has_ring = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.has_ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)  # type: ignore[misc]  # the Qt class comes next in line

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.has_ring = False
        super().focusOutEvent(event)  # type: ignore[misc]
