"""What window tests share: one look for all, lanes that end, and an eye for what a screen reader meets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from outreach_app.ui.bridge import Bridge
from outreach_app.ui.bus import Bus
from outreach_app.ui.lanes import Lanes
from outreach_app.ui.look import Look, Theme, Wearing
from outreach_app.ui.operation import Operations

sys.path.insert(0, str(Path(__file__).parent))

_looks: list[Look] = []
INTERACTIVE = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox, QAbstractItemView)


@pytest.fixture
def look(qapp: QApplication) -> Look:
    """The application's look: light, 100 %, nothing moves."""
    if not _looks:
        _looks.append(Look(qapp))
    _looks[0].wear(Wearing(Theme.LIGHT, is_still=True))
    return _looks[0]


@pytest.fixture
def operations(look: Look) -> Iterator[Operations]:
    """Real lanes with a bridge into this thread; closed afterwards."""
    lanes = Lanes()
    bridge, bus = Bridge(), Bus()
    yield Operations(lanes, bridge, bus)
    lanes.close()


def complaints(root: QWidget) -> list[str]:
    """What a person with a screen reader or a keyboard would stumble over inside `root`."""
    found = []
    for widget in root.findChildren(QWidget):
        if (
            not isinstance(widget, INTERACTIVE)
            or widget.objectName().startswith("qt_")
            or not widget.isVisible()
        ):
            continue
        who = f"{type(widget).__name__}({widget.objectName()!r})"
        if isinstance(widget.parent(), QAbstractSpinBox | QComboBox):
            continue
        if not widget.objectName():
            found.append(f"{who} has no objectName")
        reader = QAccessible.queryAccessibleInterface(widget)
        if isinstance(widget, QComboBox):
            if not any(label.buddy() is widget for label in root.window().findChildren(QLabel)):
                found.append(f"{who} is not the buddy of any label")
        elif reader is None or not reader.text(QAccessible.Text.Name):
            found.append(f"{who} has no name")
        is_button = isinstance(widget, QAbstractButton)
        if is_button and widget.isEnabled() and min(widget.width(), widget.height()) < 32:
            found.append(f"{who} is only {widget.width()} × {widget.height()}")
    return found


@pytest.fixture(name="complaints")
def complaints_fixture() -> Callable[[QWidget], list[str]]:
    """`assert not complaints(screen)`: names, buddies, object names, hit targets of all that is visible."""
    return complaints
