"""Sheets of paper: a title, what it is for, a code in large letters, and the same as a QR code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QPagedPaintDevice

_GROUPS_IN_A_LINE = 4
_INK = QColor(Qt.GlobalColor.black)


class Paper(NamedTuple):
    """One page. `qr` may be empty."""

    title: str
    words: str
    code: str
    qr: str


def print_papers(parent: QWidget, papers: Sequence[Paper]) -> None:
    """Ask for a printer and print; the system's own dialog can also save a PDF."""
    _ask_printer(parent, _layout(22), partial(draw_papers, papers=papers))


def print_images(parent: QWidget, images: Sequence[QImage], done: Callable[[], object]) -> None:
    """Ask for a printer and print whole pages; `done` follows when they are with the printer."""

    def begin(device: QPagedPaintDevice) -> None:
        draw_images(device, images)
        done()

    _ask_printer(parent, _layout(0), begin)


def _ask_printer(parent: QWidget, layout: QPageLayout, begin: Callable[[QPagedPaintDevice], object]) -> None:
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageLayout(layout)
    printer.setFullPage(not layout.margins().top())
    dialog = QPrintDialog(printer, parent)
    dialog.setObjectName("print-dialog")
    dialog.accepted.connect(partial(begin, printer))
    dialog.finished.connect(dialog.deleteLater)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()  # `open` of this class insists on a slot by its name


def _layout(margin: float) -> QPageLayout:
    margins = QMarginsF(margin, margin, margin, margin)
    portrait = QPageLayout.Orientation.Portrait
    return QPageLayout(QPageSize(QPageSize.PageSizeId.A4), portrait, margins, QPageLayout.Unit.Millimeter)


def draw_images(device: QPagedPaintDevice, images: Sequence[QImage]) -> None:
    """Draw each on a page of its own, as large as the page."""
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number, image in enumerate(images):
        if number:
            device.newPage()
        painter.drawImage(QRectF(painter.viewport()), image)
    painter.end()


def draw_papers(device: QPagedPaintDevice, papers: Sequence[Paper]) -> None:
    """Draw each on a page of its own, black on white."""
    painter = QPainter(device)
    for number, paper in enumerate(papers):
        if number:
            device.newPage()
        _draw(painter, paper)
    painter.end()


def _draw(painter: QPainter, paper: Paper) -> None:
    dots = painter.device().logicalDpiY() / 72  # dots in a point
    wide = float(painter.viewport().width())
    painter.setPen(_INK)
    top = 0.0
    top = _write(painter, QRectF(0, top, wide, 0), "Outreach", _points(11), dots) + 14 * dots
    top = _write(painter, QRectF(0, top, wide, 0), paper.title, _points(24, is_bold=True), dots) + 10 * dots
    top = _write(painter, QRectF(0, top, wide, 0), paper.words, _points(12), dots) + 26 * dots
    groups = paper.code.split("-")
    lines = [
        "   ".join(groups[at : at + _GROUPS_IN_A_LINE]) for at in range(0, len(groups), _GROUPS_IN_A_LINE)
    ]
    fixed = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    fixed.setPointSizeF(18)
    top = _write(painter, QRectF(0, top, wide, 0), "\n".join(lines), fixed, dots) + 26 * dots
    if paper.qr:
        import segno  # pure Python, and only a printer needs it

        matrix = segno.make_qr(paper.qr, error="m").matrix
        side = 150 * dots / len(matrix)
        for row, cells in enumerate(matrix):
            for at, cell in enumerate(cells):
                if cell:
                    painter.fillRect(QRectF(at * side, top + row * side, side + 0.5, side + 0.5), _INK)


def _points(size: float, *, is_bold: bool = False) -> QFont:
    font = QFont()
    font.setPointSizeF(size)
    font.setBold(is_bold)
    return font


def _write(painter: QPainter, box: QRectF, words: str, font: QFont, dots: float) -> float:
    """Write from the top of the box; where the next may begin."""
    painter.setFont(font)
    room = QRectF(box.left(), box.top(), box.width(), 800 * dots)
    painter.drawText(room, int(Qt.TextFlag.TextWordWrap), words)
    taken = painter.boundingRect(room, int(Qt.TextFlag.TextWordWrap), words)
    return taken.bottom()
