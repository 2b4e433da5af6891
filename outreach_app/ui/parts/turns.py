"""Pages that take turns in one place; the place is as tall as the page in front."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Turns(QWidget):
    """`add(page)`, `show_page(page)`. A `QStackedWidget` is as tall as its tallest page and does not ask
    how tall a page becomes at a given width, so that wrapped words are cut; this one does.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = QVBoxLayout(self)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self.current: QWidget | None = None

    def add(self, page: QWidget) -> None:
        """One more; the first is shown."""
        page.hide()
        self._pages.addWidget(page)
        if self.current is None:
            self.show_page(page)

    def show_page(self, page: QWidget) -> None:
        """This one, in place of the one before."""
        if self.current is not None:
            self.current.hide()
        self.current = page
        page.show()
        self.updateGeometry()
