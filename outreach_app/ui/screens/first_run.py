"""The first door: join a team, found one, or try with example data.

Nothing is kept before the person has a passphrase, so this door keeps no drafts. What is shown once (the
recovery code, the team's sheets) is printed from here and checked once before the door opens.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.ui.look import Space
from outreach_app.ui.parts.banner import Banner
from outreach_app.ui.parts.bars import ProgressLine
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.field import Field, focus_first_error
from outreach_app.ui.parts.note_edit import NoteEdit
from outreach_app.ui.parts.text import Text
from outreach_app.ui.parts.turns import Turns
from outreach_app.ui.parts.way import Way
from outreach_app.ui.progress import Progress
from outreach_app.ui.screens.door_work import Founding, Joining, Welcome
from outreach_app.ui.screens.keepsakes import Keepsakes
from outreach_app.ui.screens.passphrase import PassphrasePair

_LARGEST_INVITE = 64 * 1024
_ASIDE = {
    "invite": ("invite-altered", "invite-unreadable", "invite-expired", "invite-used", "invite-unknown"),
    "name": ("name-unfit",),
    "token": ("team-token-invalid",),
    "server": ("server-address", "offline", "server-strange", "update-needed"),
}
"""Which troubles are said below which field; all others stand in the banner."""


class FirstRun(QWidget):
    """Asks; whoever stands behind the door answers with `refuse`, `show_keepsakes` or by taking it away."""

    join_asked = Signal(object)
    found_asked = Signal(object)
    example_asked = Signal()
    entered = Signal()
    """What is shown once was kept: come in."""
    back_asked = Signal()

    def __init__(self, *, has_profile: bool = False, has_neighbours: bool = False) -> None:
        super().__init__()
        self.setObjectName("first-run")
        self._pages = Turns()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.ways = _Ways(has_profile=has_profile, has_neighbours=has_neighbours)
        self.join = _JoinForm(has_profile=has_profile)
        self.found = _FoundForm(has_profile=has_profile)
        self.building = _Building()
        for page in (self.ways, self.join, self.found, self.building):
            self._pages.add(page)
        self.ways.join.clicked.connect(self._on_join_clicked)
        self.ways.found.clicked.connect(self._on_found_clicked)
        self.ways.example.clicked.connect(self.example_asked)
        self.ways.back.clicked.connect(self.back_asked)
        self.join.asked.connect(self.join_asked)
        self.found.asked.connect(self.found_asked)
        for form in (self.join, self.found):
            form.back.clicked.connect(self.show_ways)
        self.setFocusProxy(self.ways.join)

    @Slot()
    def show_ways(self) -> None:
        """Back to the three ways in."""
        self._go(self.ways)
        self.ways.join.setFocus()

    @Slot()
    def _on_join_clicked(self) -> None:
        self._go(self.join)
        self.join.invite.setFocus()

    @Slot()
    def _on_found_clicked(self) -> None:
        self._go(self.found)
        self.found.server.setFocus()

    def set_least(self, least: int, *, uses_ring: bool) -> None:
        """How long a new passphrase has to be on this computer."""
        for form in (self.join, self.found):
            form.pair.set_least(least, uses_ring=uses_ring)

    def set_busy(self, *, is_busy: bool) -> None:
        """Keys are being made, a server is being asked."""
        for form in (self.join, self.found):
            form.set_busy(is_busy=is_busy)

    def refuse(self, trouble: Trouble) -> None:
        """It did not work: say why, where it belongs."""
        self.set_busy(is_busy=False)
        here = self._pages.current
        if isinstance(here, _Form):
            here.refuse(trouble)
        else:
            self.show_ways()
            if trouble.code != "cancelled":
                self.ways.banner.show_trouble(trouble)

    def follow(self, progress: Progress) -> None:
        """The example is being built."""
        self.building.line.follow(progress, self.tr("Building the example"))
        self._go(self.building)

    def show_keepsakes(self, welcome: Welcome) -> None:
        """What has to be kept outside this laptop, shown once."""
        keepsakes = Keepsakes(welcome)
        keepsakes.kept.connect(self.entered)
        self._pages.add(keepsakes)
        self._go(keepsakes)
        keepsakes.take_focus()

    def _go(self, page: QWidget) -> None:
        self._pages.show_page(page)


class _Ways(QWidget):
    """Three ways in."""

    def __init__(self, *, has_profile: bool, has_neighbours: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Text(self.tr("Welcome"), "title"))
        words = self.tr("Everything you write here is encrypted on this laptop and works without a network.")
        column.addWidget(Text(words, "quiet", wraps=True))
        self.banner = Banner(name="first-run-banner")
        column.addWidget(self.banner)
        self.join = Way(
            "users-three",
            self.tr("Join a team"),
            self.tr("Your team leader has given you an invite."),
            name="way-join",
        )
        self.found = Way(
            "flag",
            self.tr("Found a team"),
            self.tr("You lead a team; your administrator has given you a server and a token."),
            name="way-found",
        )
        self.example = Way(
            "play-circle",
            self.tr("Try with example data"),
            self.tr("A fictitious team with a week of shifts, on this laptop alone."),
            name="way-example",
        )
        for way in (self.join, self.found, self.example):
            column.addWidget(way)
        self.example.setVisible(not has_profile)
        self.back = Button(self.tr("Back"), name="first-run-back", kind="link", icon="arrow-left")
        self.back.setVisible(has_neighbours)
        column.addWidget(self.back)


class _Form(QWidget):
    """What the forms of joining and founding share."""

    asked = Signal(object)

    def __init__(self, name: str, title: str, words: str, act: str, *, has_profile: bool) -> None:
        super().__init__()
        self._act = act
        self._has_profile = has_profile
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.MEDIUM)
        self._name = name
        self.column.addWidget(Text(title, "title"))
        self.column.addWidget(Text(words, "quiet", wraps=True))
        self.banner = Banner(name=f"{name}-banner")
        self.column.addWidget(self.banner)
        self.pair = PassphrasePair(name=name, label=self.tr("Choose a passphrase"))
        self.button = Button(act, name=f"{name}-button", kind="primary")
        self.back = Button(self.tr("Back"), name=f"{name}-back")
        self.button.clicked.connect(self._on_button_clicked)
        self.pair.submitted.connect(self._on_button_clicked)
        self.fields: dict[str, Field] = {}

    def _add_line(self, key: str, label: str, edit: QLineEdit) -> None:
        edit.setObjectName(f"{self._name}-{key}")
        self.fields[key] = Field(label, edit)
        edit.textEdited.connect(self._on_edit_text_edited)
        self.column.addWidget(self.fields[key])

    def _add_end(self) -> None:
        self.column.addWidget(self.pair)
        self.pair.setVisible(not self._has_profile)
        row = QHBoxLayout()
        row.setSpacing(Space.SMALL)
        row.addWidget(self.button)
        row.addWidget(self.back)
        row.addStretch(1)
        self.column.addLayout(row)

    def set_busy(self, *, is_busy: bool) -> None:
        self.button.setEnabled(not is_busy)
        self.back.setEnabled(not is_busy)
        self.button.setText(self.tr("One moment…") if is_busy else self._act)

    def refuse(self, trouble: Trouble) -> None:
        if trouble.code == "passphrase-short":
            self.pair.refuse(trouble)
            return
        key = next((key for key, codes in _ASIDE.items() if trouble.code in codes), "")
        if key in self.fields:
            self.fields[key].set_error(f"{trouble.words.happened} {trouble.words.next}")
            focus_first_error(self.fields.values())
        else:
            self.banner.show_trouble(trouble)

    def _is_complete(self) -> bool:
        self.banner.dismiss()
        for field in self.fields.values():
            control = field.control
            typed = control.text() if isinstance(control, QLineEdit) else ""
            if isinstance(control, NoteEdit):
                typed = control.toPlainText()
            field.set_error("" if typed.strip() else self.tr("This is needed."))
        is_fit = self._has_profile or self.pair.check()
        return not focus_first_error(self.fields.values()) and is_fit

    def _ask(self) -> object:
        raise NotImplementedError

    @Slot()
    def _on_button_clicked(self) -> None:
        if self.button.isEnabled() and self._is_complete():
            self.asked.emit(self._ask())

    @Slot()
    def _on_edit_text_edited(self) -> None:
        for field in self.fields.values():
            if field.control is self.sender():
                field.set_error("")


class _JoinForm(_Form):
    def __init__(self, *, has_profile: bool) -> None:
        words = self.tr(
            "Paste the invite, or open the file it came in. Afterwards you and your leader compare six words."
        )
        super().__init__("join", self.tr("Join a team"), words, self.tr("Join"), has_profile=has_profile)
        label = self.tr("Invite")
        self.invite = NoteEdit(name="join-invite", label=label, lines=3)
        self.invite.setPlaceholderText("outreach-invite…")
        self.fields["invite"] = Field(label, self.invite)
        self.invite.edited.connect(self._on_invite_edited)
        self.column.addWidget(self.fields["invite"])
        self.open_file = Button(self.tr("Open a file…"), name="join-open", icon="folder-open")
        self.open_file.clicked.connect(self._on_open_clicked)
        row = QHBoxLayout()
        row.addWidget(self.open_file)
        row.addStretch(1)
        self.column.addLayout(row)
        self.name = QLineEdit()
        self._add_line("name", self.tr("Your name, as colleagues know you"), self.name)
        self._add_end()

    def _ask(self) -> object:
        return Joining(self.invite.toPlainText(), self.name.text(), self.pair.value())

    @Slot(str)
    def _on_invite_edited(self, text: str) -> None:
        self.fields["invite"].set_error("")

    @Slot()
    def _on_open_clicked(self) -> None:
        dialog = QFileDialog(self, self.tr("Open an invite"))
        dialog.setObjectName("join-open-dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_dialog_file_selected)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_dialog_file_selected(self, path: str) -> None:
        try:
            with Path(path).open("rb") as file:
                text = file.read(_LARGEST_INVITE).decode()
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text.strip():
            self.fields["invite"].set_error(self.tr("That file cannot be read as an invite."))
            return
        self.invite.setPlainText(text.strip())
        self.fields["invite"].set_error("")
        self.name.setFocus()


class _FoundForm(_Form):
    def __init__(self, *, has_profile: bool) -> None:
        words = self.tr(
            "The server stores your team's records without being able to read them. The administrator who "
            "runs it gives you its address and a token."
        )
        act = self.tr("Found the team")
        super().__init__("found", self.tr("Found a team"), words, act, has_profile=has_profile)
        self.server, self.token, self.team, self.name = (QLineEdit() for _ in range(4))
        self.server.setPlaceholderText("https://")
        for key, label, edit in (
            ("server", self.tr("Server"), self.server),
            ("token", self.tr("Team token"), self.token),
            ("team", self.tr("Name of the team"), self.team),
            ("name", self.tr("Your name, as colleagues know you"), self.name),
        ):
            self._add_line(key, label, edit)
        self._add_end()

    def _ask(self) -> object:
        server, token, team, name = (edit.text() for edit in (self.server, self.token, self.team, self.name))
        return Founding(server, token, team, name, self.pair.value())


class _Building(QWidget):
    """The example is on its way."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Text(self.tr("Building the example"), "title"))
        words = self.tr(
            "Three laptops, a server and a week of shifts are made on this computer, through the same steps "
            "as in real work. It takes about half a minute and needs no network."
        )
        column.addWidget(Text(words, "quiet", wraps=True))
        self.line = ProgressLine(name="example-progress")
        column.addWidget(self.line)
