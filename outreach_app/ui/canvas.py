"""Strokes that several parts share: boxes with a ring, key caps, elided words.

Parts that carry more than a word (a key cap, a second line, a letter) paint themselves; a style sheet
could not. What they paint with comes from `look`.
"""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from outreach_app.ui.look import RADIUS, Step, worn

RING = 3
"""Pixels a focused box gives up for its ring: two of ring, one of gap."""


def begin(widget: QWidget) -> QPainter:
    """A painter on `widget` with smooth edges; thinned when the widget is switched off."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not widget.isEnabled():
        painter.setOpacity(0.45)
    return painter


def placed(painter: QPainter, rect: QRectF) -> QRectF:
    """Where a rectangle goes that was thought of from left to right: mirrored for right-to-left readers.

    Every stroke of this module (and `draw_icon`) goes through it, so parts are painted once, left to
    right. A painter on a widget knows its direction; its device is as wide as what is being painted.
    """
    if painter.layoutDirection() is not Qt.LayoutDirection.RightToLeft:
        return rect
    mirrored = QRectF(rect)
    mirrored.moveLeft(painter.device().width() - rect.right())
    return mirrored


def fill(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """A plain rectangle."""
    painter.fillRect(placed(painter, rect), colour)


def draw_box(
    painter: QPainter,
    rect: QRectF,
    *,
    fill: QColor | None = None,
    edge: QColor | None = None,
    radius: float = RADIUS,
    width: float = 1,
    has_ring: bool = False,
) -> None:
    """A rounded box. With a ring the box shrinks to make room, so that nothing outside has to."""
    rect = placed(painter, rect)
    if has_ring:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(worn().colour("accent"), 2))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)
        rect = rect.adjusted(RING, RING, -RING, -RING)
        radius = max(0.0, radius - 2)
    half = width / 2
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(edge, width) if edge is not None else Qt.PenStyle.NoPen)
    if edge is not None:
        rect = rect.adjusted(half, half, -half, -half)
    painter.drawRoundedRect(rect, radius, radius)


def cap_width(caps: str) -> int:
    """How wide `draw_caps` will be: each word of `caps` is one key."""
    if not caps:
        return 0
    metrics = QFontMetrics(worn().font(Step.SMALL))
    return metrics.horizontalAdvance(caps) + worn().scaled(12)


def cap_height() -> int:
    """How tall a key cap is."""
    return QFontMetrics(worn().font(Step.SMALL)).height() + 4


def draw_caps(painter: QPainter, right: float, middle: float, caps: str, ink: QColor, edge: QColor) -> QRectF:
    """A key cap whose right edge and middle line are given; the box it took."""
    width, height = cap_width(caps), cap_height()
    box = QRectF(round(right - width), round(middle - height / 2), width, height)
    draw_box(painter, box, edge=edge, radius=4)
    painter.setFont(worn().font(Step.SMALL))
    painter.setPen(ink)
    painter.drawText(placed(painter, box), Qt.AlignmentFlag.AlignCenter, caps)
    return box


def draw_words(
    painter: QPainter,
    rect: QRectF | QRect,
    words: str,
    ink: QColor,
    step: Step = Step.BODY,
    *,
    bold: bool = False,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> int:
    """One line of words, elided to `rect`, centred upright; how wide they came out."""
    font = worn().font(step, bold=bold)
    metrics = QFontMetrics(font)
    room = max(0, ceil(rect.width()))
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(
        placed(painter, QRectF(rect)),
        align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
        shown,
    )
    return metrics.horizontalAdvance(shown)


def words_width(words: str, step: Step = Step.BODY, *, bold: bool = False) -> int:
    """How wide one line of words is."""
    return ceil(QFontMetricsF(worn().font(step, bold=bold)).horizontalAdvance(words)) + 1


def line_height(step: Step = Step.BODY) -> int:
    """How tall one line of words is."""
    return QFontMetrics(worn().font(step)).height()
