"""Icons by name: Phosphor, regular weight, drawn as text in any colour at any size.

The font and its table of names are the ones QtAwesome ships; they are read straight from its folder.
Importing the package itself would load a second set of Qt bindings' names and cost 140 ms before the
first paint, ten times what the font costs (measured; decision 0031).

    draw_icon(painter, rect, "map-pin", worn().colour("ink_soft"))

Names: https://phosphoricons.com, version 1.3 (as `qta-browser` shows them under `ph`).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPixmap

from outreach_app.domain.trouble import Bug
from outreach_app.ui.canvas import placed
from outreach_app.ui.look import RADIUS, worn


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = json.loads(_kept("phosphor-charmap-*.json").read_bytes())
    return found


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFontFromData(_kept("phosphor-*.ttf").read_bytes())
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        raise Bug("the icon font cannot be read")
    return families[0]


def _kept(pattern: str) -> Path:
    spec = find_spec("qtawesome")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(place, "fonts").glob(pattern)):
            return path
    raise Bug(f"QtAwesome's {pattern} was not shipped with this program")


def draw_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """Draw the icon as large as fits into `rect`, centred; KeyError for an unknown name is a bug."""
    font = QFont(_family())
    font.setPixelSize(max(1, round(min(rect.width(), rect.height()))))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    painter.save()
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(placed(painter, rect), Qt.AlignmentFlag.AlignCenter, chr(int(_names()[name], 16)))
    painter.restore()


def is_icon(name: str) -> bool:
    """Whether the font has such an icon; tests ask it of every screen entry."""
    return name in _names()


def window_icon() -> QIcon:
    """The program's mark for title and task bar: a pin on a plain tile, saying nothing about the work."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        picture = QPixmap(QSize(side, side))
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(worn().colour("accent"))
        corner = RADIUS * side / 32
        painter.drawRoundedRect(QRectF(0, 0, side, side), corner, corner)
        inset = side * 0.16
        draw_icon(
            painter,
            QRectF(inset, inset, side - 2 * inset, side - 2 * inset),
            "map-pin",
            worn().colour("on_accent"),
        )
        painter.end()
        icon.addPixmap(picture)
    return icon
