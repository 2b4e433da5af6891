"""The frame: navigation, top bar, one screen, foot; and the door in front of it.

Two pages. The *door* (`show_door(widget)`) is what stands there while locked: unlock, first run. The
*frame* (`show_frame()`) has the screens of one role, declared by `set_screens(entries, role, make)` and
made when first shown. Assembly owns both moments; the window only shows.

    window = Window()
    window.show_door(unlock)                                # first paint
    window.set_screens(ENTRIES, role="worker", around=around)  # after unlocking
    window.say_shift("City centre team", "Tue 24 Nov · 14:00–20:00 · with Sam")
    window.show_frame()

Esc once closes what is on top, Esc twice within 600 ms, F12 or the button hides every window of the
program, puts the door in front, forgets the screens and emits `hidden_and_locked`. The title is always
"Outreach": task bars are read over shoulders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from outreach_app.ui.actions import Actions
from outreach_app.ui.escape import EscapeWatch
from outreach_app.ui.look import Space, worn

if TYPE_CHECKING:
    from outreach_app.domain.trouble import Trouble, Words
    from outreach_app.ui.parts.banner import Tone
    from outreach_app.ui.parts.pill import Meaning
    from outreach_app.ui.parts.sheet import Sheet
    from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings

SMALLEST = QSize(720, 480)
_FIRST_SIZE = QSize(1280, 740)
_NAV_COLLAPSES_BELOW = 1100
_SUCCESS_STAYS_MS = 8_000


class Window(QWidget):
    """The one window. Satisfies `screen.Host`."""

    hidden_and_locked = Signal()
    """Every window is hidden and the screens are gone; assembly closes the file now."""
    lock_asked = Signal()
    """Ctrl+L, the Lock button, or nobody was there: lock, but stay in sight."""
    screen_shown = Signal(str)
    closing = Signal()
    """The person closes the window: drain the lanes and quit."""
    check_in_asked = Signal()
    light_asked = Signal()

    def __init__(self) -> None:
        self._frame: QWidget | None = None
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Outreach")
        self.setMinimumSize(SMALLEST)
        self.resize(_FIRST_SIZE)
        self.actions_list = Actions(self)
        self.comes_back_minimised = QGuiApplication.platformName() not in ("offscreen", "minimal")
        """Whether hiding leaves an entry in the task bar to come back by."""
        self._escape = EscapeWatch(self)
        self._escape.pressed_twice.connect(self.hide_now)
        self._escape.idled.connect(self.lock_asked)
        self._entries: dict[str, ScreenEntry] = {}
        self._screens: dict[str, Screen] = {}
        self._around: Surroundings | None = None
        self._here = ""
        self._pages = QStackedWidget(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self._door: QWidget = QWidget()
        self._pages.addWidget(self._door)

    # ---------------------------------------------------------------------------------------- frame

    def _build_frame(self) -> QWidget:
        """Made when first needed: the door is painted before any of this exists, or is even imported."""
        from outreach_app.ui.finder import Finder
        from outreach_app.ui.keys_overlay import KeysList
        from outreach_app.ui.navigation import Navigation
        from outreach_app.ui.parts.banner import Banner
        from outreach_app.ui.parts.sheet import Sheet
        from outreach_app.ui.top_bar import FootBar, TopBar

        frame = QWidget()
        frame.setObjectName("frame")
        self._frame = frame
        self._pages.addWidget(frame)
        general = self.tr("Everywhere")
        add = self.actions_list.add
        find = add(frame, "find", self.tr("Find"), "Ctrl+K", general, self._on_find_triggered)
        asked = self._on_keys_triggered
        keys = add(frame, "keys", self.tr("Show all keys"), "?", general, asked, also=("Shift+?", "F1"))
        lock = add(frame, "lock", self.tr("Lock"), "Ctrl+L", general, self._on_lock_triggered)
        hide = add(frame, "hide", self.tr("Hide and lock at once"), "", general, self.hide_now)
        self.actions_list.tell(general, self.tr("Close what is on top"), "Esc")
        self.actions_list.tell(general, self.tr("Hide and lock at once"), "Esc Esc")
        self.top = TopBar(find, hide, lock, frame)
        self.top.check_in_pressed.connect(self.check_in_asked)
        self.top.light_pressed.connect(self.light_asked)
        self.foot = FootBar(keys, frame)
        self.navigation = Navigation(self.actions_list, frame)
        self.navigation.picked.connect(self._on_navigation_picked)
        self.banner = Banner(name="banner")
        self._success = QTimer(self)
        self._success.setSingleShot(True)
        self._success.timeout.connect(self.banner.dismiss)
        self.stack = QStackedWidget()
        self._centre = QWidget()
        centre = QVBoxLayout(self._centre)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(0)
        self._banner_place = QWidget()
        place = QVBoxLayout(self._banner_place)
        place.setContentsMargins(Space.WIDE - 4, Space.LARGE, Space.WIDE - 4, 0)
        place.addWidget(self.banner)
        self._banner_place.hide()
        self.banner.installEventFilter(self)
        centre.addWidget(self._banner_place)
        centre.addWidget(self.stack, 1)
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.navigation)
        middle.addWidget(self._centre, 1)
        column.addLayout(middle, 1)
        column.addWidget(self.foot)
        self._keys_list = KeysList(self.actions_list)
        self._keys_sheet = Sheet(self._centre, self.tr("Keys"), self._keys_list, name="keys-sheet", width=420)
        self.finder = Finder(frame, self.actions_list)
        return frame

    def _need_frame(self) -> QWidget:
        return self._frame or self._build_frame()

    def set_screens(self, entries: Sequence[ScreenEntry], role: str, around: Surroundings) -> None:
        """Offer the screens this role may use; those of before are gone."""
        self._need_frame()
        self._forget_screens()
        self._around = around
        mine = [entry for entry in entries if role in entry.roles]
        self._entries = {entry.key: entry for entry in mine}
        self.navigation.set_places(
            [
                (
                    entry.key,
                    QCoreApplication.translate("Screen", entry.words),
                    entry.icon,
                    entry.group,
                    entry.keys,
                )
                for entry in mine
            ],
            self.tr("Go to"),
        )

    def _forget_screens(self) -> None:
        here = self._screens.get(self._here)
        if here is not None:
            here.be_left()
        for screen in self._screens.values():
            self.stack.removeWidget(screen)
            screen.setParent(None)
            screen.deleteLater()
        for sheet in self._sheets():
            if sheet is not self._keys_sheet:
                sheet.discard()
        self._screens = {}
        self._entries = {}
        self._around = None

    # ------------------------------------------------------------------------------- door and frame

    def show_door(self, door: QWidget) -> None:
        """Put `door` in front of everything and forget the screens. The old door is destroyed."""
        if self._frame is not None:
            self._close_all()
            self._forget_screens()
            self.navigation.set_places([], "")
            self.say_nothing()
        old, self._door = self._door, door
        if old is not door:
            self._pages.insertWidget(0, door)
            self._pages.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        self._pages.setCurrentWidget(door)
        door.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_frame(self, first: str = "") -> None:
        """Open up: the screen `first`, else the one shown before locking, else the first there is."""
        self._pages.setCurrentWidget(self._need_frame())
        self._escape.wake()
        wanted = next((key for key in (first, self._here, *self._entries) if key in self._entries), None)
        if wanted is not None:
            self.show_screen(wanted)

    @property
    def is_open(self) -> bool:
        """Whether the frame is in front, not the door."""
        return self._frame is not None and self._pages.currentWidget() is self._frame

    # --------------------------------------------------------------------------------------- screens

    @property
    def here(self) -> str:
        """The key of the screen in front."""
        return self._here

    def show_screen(self, key: str) -> Screen:
        """Bring a screen to the front, making it if this is its first time."""
        entry = self._entries[key]
        assert self._around is not None
        before = self._screens.get(self._here)
        screen = self._screens.get(key)
        if screen is None:
            screen = entry.make(self._around)
            screen.setObjectName(f"screen-{key}")
            self._screens[key] = screen
            self.stack.addWidget(screen)
        if before is not None and before is not screen:
            before.be_left()
        if before is not screen and self._success.isActive():
            self.banner.dismiss()
        self._here = key
        self._close_all()
        self.stack.setCurrentWidget(screen)
        self.navigation.set_here(key)
        screen.refresh()
        self.screen_shown.emit(key)
        return screen

    def has_screen(self, key: str) -> bool:
        """Whether this role has such a screen."""
        return key in self._entries

    @Slot(str)
    def _on_navigation_picked(self, key: str) -> None:
        if key != self._here or key not in self._screens:
            self.show_screen(key)

    @property
    def sheet_host(self) -> QWidget:
        """What sheets slide over: the screen, not the bars, so Hide stays in reach."""
        return self._centre

    # ------------------------------------------------------------------------------ what it is told

    def say_shift(self, team: str, line: str) -> None:
        """Top left: the team, then date, hours and partner."""
        self._need_frame()
        self.top.say_shift(team, line)

    def say_check_in(self, words: str, meaning: Meaning = "waiting") -> None:
        """The next check-in; "" while there is none."""
        self.top.say_check_in(words, meaning)

    def say_light(self, words: str, meaning: Meaning) -> None:
        """The status light, always in words: "41 of 42 on server", "Offline · 12 waiting"."""
        self.top.say_light(words, meaning)

    def set_saved(self, words: str) -> None:
        """Foot, left."""
        self.foot.saved.setText(words)

    def set_waiting(self, words: str) -> None:
        """Foot, right: what waits, and when it is tried again."""
        self.foot.waiting.setText(words)

    def set_badge(self, key: str, words: str) -> None:
        """A count in the navigation."""
        self.navigation.set_badge(key, words)

    def set_example(self, is_example: bool) -> None:
        """Show the ribbon of fictitious data."""
        self._need_frame()
        self.foot.ribbon.setVisible(is_example)

    def say_nothing(self) -> None:
        """Take every word about people and shifts off the bars."""
        self.top.say_shift("", "")
        self.top.say_check_in("", "waiting")
        self.top.say_light("", "neutral")
        self.set_saved("")
        self.set_waiting("")
        self.banner.dismiss()

    @Slot(object)
    def show_trouble(self, trouble: Trouble) -> None:
        """The banner, in the catalogue's words; it stays until closed."""
        self._success.stop()
        self.banner.show_trouble(trouble)

    def show_words(self, words: Words, tone: Tone) -> None:
        """The banner, for what is neither a trouble nor a success; it stays until closed."""
        self._success.stop()
        self.banner.show_words(words, tone)

    def show_success(self, words: str) -> None:
        """The banner, one calm line; it leaves after eight seconds or with the next screen."""
        self.banner.show_success(words)
        self._success.start(_SUCCESS_STAYS_MS)

    @Slot(object)
    def show_bug(self, report: object) -> None:
        """The calm dialog; `Application.bug_met` is connected here."""
        from outreach_app.ui.bug_dialog import BugDialog

        dialog = BugDialog(str(report), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # ------------------------------------------------------------------------------ hiding, closing

    def set_idle_minutes(self, minutes: float) -> None:
        """Ask for the lock after so long without anybody; 0 never."""
        self._escape.set_idle_minutes(minutes)

    @Slot()
    def hide_now(self) -> None:
        """Out of sight first, everything else after."""
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible():
                widget.hide()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        if self._frame is not None:
            self.show_door(QWidget())
        self.hidden_and_locked.emit()
        if self.comes_back_minimised:
            QTimer.singleShot(0, self._on_hidden)

    @Slot()
    def _on_hidden(self) -> None:
        """Leave a neutral entry in the task bar; by now the door is what it would show."""
        if not self.isVisible():
            self.showMinimized()

    def come_back(self) -> None:
        """In sight again, at the door."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _close_all(self) -> None:
        self.finder.close_finder()
        for sheet in self._sheets():
            sheet.close_sheet()

    def _sheets(self) -> list[Sheet]:
        from outreach_app.ui.parts.sheet import Sheet

        return self._centre.findChildren(Sheet)

    def close_top(self) -> bool:
        """Close what is on top; False if there was nothing."""
        if not self.is_open:
            return False
        if self.finder.is_open:
            self.finder.close_finder()
            return True
        for sheet in reversed(self._sheets()):
            if sheet.is_open:
                sheet.close_sheet()
                return True
        screen = self._screens.get(self._here)
        if screen is not None and screen.close_top():
            return True
        if not self.banner.isHidden():
            self.banner.dismiss()
            return True
        return False

    @Slot()
    def _on_find_triggered(self) -> None:
        self.finder.open()

    @Slot()
    def _on_keys_triggered(self) -> None:
        if self._keys_sheet.is_open:
            self._keys_sheet.close_sheet()
            return
        self._keys_list.fill()
        self._keys_sheet.open()

    @Slot()
    def _on_lock_triggered(self) -> None:
        self.lock_asked.emit()

    # ------------------------------------------------------------------------------------- memory

    def remembered(self) -> bytes:
        """Size and place, to be kept with the settings of this person."""
        return bytes(self.saveGeometry().data())

    def remember(self, kept: bytes) -> None:
        """Take size and place from `remembered`; nonsense is ignored."""
        self.restoreGeometry(QByteArray(kept))

    # ------------------------------------------------------------------------------------- Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.close_top():
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._escape.watch(self.windowHandle())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        if self._frame is not None:
            percent = worn().wearing.text_percent / 100
            self.navigation.set_icon_only(self.width() < _NAV_COLLAPSES_BELOW * (1 + (percent - 1) * 0.5))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.banner and event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._banner_place.setVisible(not self.banner.isHidden())
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        here = self._screens.get(self._here)
        if here is not None:
            here.be_left()
        self.closing.emit()
        event.accept()
