"""The doors: unlock, the recovery code, joining and founding; nothing is on screen that nobody may see."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import PASSPHRASE, make_lightly
from desk import find, settle
from fakes.chance import Randomness
from fakes.clock import Clock
from fakes.crew import Server
from pypdf import PdfReader
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QPdfWriter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from outreach_app.domain.trouble import Trouble
from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing
from outreach_app.store import database, membership
from outreach_app.store.membership import Membership
from outreach_app.store.profile import Profile
from outreach_app.ui.lanes import LaneName
from outreach_app.ui.look import Look
from outreach_app.ui.operation import Operations
from outreach_app.ui.parts.banner import Banner
from outreach_app.ui.screens.door_work import Come, SheetText, Welcome
from outreach_app.ui.screens.doors import Doors
from outreach_app.ui.screens.keepsakes import Keepsakes
from outreach_app.ui.screens.paper import draw_papers
from outreach_app.ui.window import Window
from outreach_app.wire.invite import Invite
from outreach_app.wire.roster import Role

CHOSEN = "four words nobody knows"
ME = Membership(
    server="http://127.0.0.1:9",
    team="d4" * 16,
    member="a1" * 16,
    device="e5" * 16,
    role="worker",
    name="Alex",
    root_fingerprint="00" * 32,
    receipt_key="00" * 32,
    anchor_version=1,
    anchor_hash="00" * 32,
)


class Street:
    """Somebody before the doors of one profile folder: types, presses, looks."""

    def __init__(self, operations: Operations, profile: Path) -> None:
        self.operations = operations
        self.window = Window()
        self.window.resize(1100, 760)
        self.doors = Doors(self.window, operations, profile, Clock(), {"OUTREACH_RING": "none"})
        self.come: list[Come] = []
        self.replaced: list[list[str]] = []
        self.doors.opened.connect(self.come.append)
        self.doors.replaced.connect(self.replaced.append)

    def arrive(self, passphrase: str | None = None) -> None:
        self.doors.stand(passphrase)
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        self.settle()

    def settle(self) -> None:
        settle(self.operations, 60)

    def edit(self, name: str) -> QLineEdit:
        found: QLineEdit = find(self.window, name, QLineEdit)
        return found

    def fill(self, name: str, words: str) -> None:
        edit = find(self.window, name)
        edit.setFocus()
        if isinstance(edit, QPlainTextEdit):
            edit.setPlainText(words)
        else:
            edit.clear()
            QTest.keyClicks(edit, words)

    def press(self, name: str) -> None:
        button = find(self.window, name, QPushButton)
        assert button.isVisible(), f"{name} cannot be seen"
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Return)
        self.settle()

    def error(self, name: str) -> str:
        label: QLabel = find(self.window, f"{name}-error", QLabel)
        return label.text() if label.isVisible() else ""

    def banner(self, name: str) -> str:
        banner: Banner = find(self.window, name, Banner)
        return banner.happened.text() if banner.isVisible() else ""

    def leave(self) -> None:
        for come in self.come:
            self.operations.lanes[LaneName.STORE].submit(come.opened.close).result(30)
        self.doors.shut()
        self.settle()
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, 52)  # QEvent.Type.DeferredDelete
        QApplication.processEvents()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worker's profile, to copy."""
    folder = tmp_path_factory.mktemp("sealed") / "profile"
    db = database.open_(Profile(folder).records, make_lightly(folder))
    membership.keep(db, ME)
    db.close()
    return folder


@pytest.fixture
def profile(sealed: Path, tmp_path: Path) -> Path:
    shutil.copytree(sealed, tmp_path / "profile")
    return tmp_path / "profile"


@pytest.fixture
def street(operations: Operations, profile: Path) -> Iterator[Street]:
    """Before the door of somebody who has enrolled."""
    here = Street(operations, profile)
    yield here
    here.leave()


@pytest.fixture
def new_street(operations: Operations, tmp_path: Path) -> Iterator[Street]:
    """Before the door of a laptop on which nobody has enrolled."""
    here = Street(operations, tmp_path / "new" / "profile")
    yield here
    here.leave()


def wait_until(is_so: Callable[[], bool], seconds: float = 5) -> bool:
    for _ in range(round(seconds * 50)):
        if is_so():
            return True
        QTest.qWait(20)
    return False


# ------------------------------------------------------------------------------------------- unlocking


def test_the_right_passphrase_and_enter_open_the_door(street: Street) -> None:
    street.arrive()
    assert street.window.focusWidget() is street.edit("unlock-passphrase")
    QTest.keyClicks(street.window.focusWidget(), PASSPHRASE)
    QTest.keyClick(street.window.focusWidget(), Qt.Key.Key_Return)
    street.settle()
    (come,) = street.come
    assert come.membership == ME


def test_a_passphrase_that_was_given_opens_by_itself(street: Street) -> None:
    street.arrive(PASSPHRASE)
    assert len(street.come) == 1


def test_a_wrong_passphrase_is_said_below_its_field_and_typed_over(street: Street) -> None:
    street.arrive()
    street.fill("unlock-passphrase", "not this one at all")
    street.press("unlock-button")
    assert "not the right one" in street.error("unlock-passphrase")
    assert street.edit("unlock-passphrase").selectedText()
    QTest.keyClicks(street.window.focusWidget(), PASSPHRASE)
    assert not street.error("unlock-passphrase")
    street.press("unlock-button")
    assert street.come


def test_after_four_wrong_tries_the_button_counts_the_seconds(street: Street) -> None:
    street.arrive()
    for _ in range(4):
        street.fill("unlock-passphrase", "not this one at all")
        street.press("unlock-button")
    button = find(street.window, "unlock-button", QPushButton)
    assert not button.isEnabled()
    assert button.text() == "Try again in 1 second"
    assert wait_until(button.isEnabled)


def test_a_wait_outlives_the_program(street: Street, profile: Path) -> None:
    for minutes in range(6, -1, -1):
        now = Clock().now() - timedelta(minutes=minutes)
        with pytest.raises(Trouble, match="passphrase-wrong"):
            slots.unlock(profile / "vault.json", "wrong", NoRing(), now=now)
    street.arrive()
    button = find(street.window, "unlock-button", QPushButton)
    assert wait_until(lambda: not button.isEnabled()), "the vault remembers its wrong tries"


def test_nothing_typed_is_said_and_not_tried(street: Street) -> None:
    street.arrive()
    street.press("unlock-button")
    assert street.error("unlock-passphrase") == "Type your passphrase."


def test_caps_lock_is_suspected_from_what_is_typed(street: Street) -> None:
    street.arrive()
    edit = street.edit("unlock-passphrase")
    plain = Qt.KeyboardModifier.NoModifier
    for letter, words in (("Q", "Caps Lock seems to be on."), ("q", "")):
        QApplication.sendEvent(edit, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Q, plain, letter))
        assert street.error("unlock-passphrase") == words
    shift = Qt.KeyboardModifier.ShiftModifier
    QApplication.sendEvent(edit, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Q, shift, "Q"))
    assert not street.error("unlock-passphrase")


def test_the_eye_shows_what_is_typed_and_unlocking_covers_it(street: Street) -> None:
    street.arrive()
    street.fill("unlock-passphrase", "not this one at all")
    assert street.edit("unlock-passphrase").displayText() != "not this one at all"
    street.press("unlock-passphrase-eye")
    assert street.edit("unlock-passphrase").displayText() == "not this one at all"
    street.press("unlock-button")
    assert street.edit("unlock-passphrase").displayText() != "not this one at all"


def test_a_profile_that_another_program_has_open_says_so(street: Street, profile: Path) -> None:
    with Profile(profile).acquire():
        street.arrive()
        street.fill("unlock-passphrase", PASSPHRASE)
        street.press("unlock-button")
        assert "Another program" in street.banner("unlock-banner")
    street.press("unlock-button")
    assert street.come


def test_a_damaged_key_file_is_not_called_a_wrong_passphrase(street: Street, profile: Path) -> None:
    (profile / "vault.json").write_bytes(b"{}")
    street.arrive(PASSPHRASE)
    assert "damaged" in street.banner("unlock-banner")
    assert not street.error("unlock-passphrase")


def test_the_recovery_code_opens_and_sets_a_new_passphrase(operations: Operations, tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    Profile(folder).make()
    made = slots.create(folder / "vault.json", PASSPHRASE, NoRing(), cost=slots.FLOOR)
    db = database.create(folder / "records.db", made.dbk)
    membership.keep(db, ME)
    db.close()
    street = Street(operations, folder)
    street.arrive()
    street.press("unlock-recovery")
    street.fill("recover-code", made.recovery_code[:-1] + ("0" if made.recovery_code[-1] != "0" else "1"))
    street.fill("recover-passphrase", CHOSEN)
    street.fill("recover-passphrase-again", CHOSEN)
    street.press("recover-button")
    assert street.error("recover-code").startswith("There is a slip in group 8.")
    street.fill("recover-code", made.recovery_code.lower().replace("-", " "))
    street.press("recover-button")
    assert len(street.come) == 1
    street.leave()
    assert slots.unlock(folder / "vault.json", CHOSEN, NoRing(), now=Clock().now()).dbk == made.dbk


def test_somebody_else_on_the_laptop_gets_a_profile_of_their_own(street: Street, profile: Path) -> None:
    street.arrive()
    street.press("unlock-newcomer")
    assert street.doors.profile == profile.with_name("profile-2")
    street.press("first-run-back")
    assert street.doors.profile == profile
    assert street.edit("unlock-passphrase").isVisible()


def test_profiles_beside_each_other_can_be_chosen(street: Street, profile: Path) -> None:
    shutil.copytree(profile, profile.with_name("sam"))
    street.arrive()
    chooser = find(street.window, "unlock-profile")
    assert chooser.value() == "profile"
    chooser.setFocus()
    QTest.keyClick(chooser, Qt.Key.Key_Down)
    street.settle()
    assert street.doors.profile == profile.with_name("sam")
    street.fill("unlock-passphrase", PASSPHRASE)
    street.press("unlock-button")
    assert street.come[0].opened.profile.folder == profile.with_name("sam")


def test_the_example_tells_its_passphrase_and_that_it_is_fictitious(
    operations: Operations, profile: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "example"
    shutil.copytree(profile, folder / "profiles" / "sam")
    (folder / "example.json").write_text('{"is_example": true, "is_ready": true}')
    (folder / "passphrase.txt").write_text("an example\n")
    street = Street(operations, folder / "profiles" / "sam")
    street.arrive()
    said = [label.text() for label in street.window.findChildren(QLabel) if label.isVisible()]
    assert "Example data – fictitious" in said
    assert any("“an example”" in words for words in said)
    street.leave()


# ------------------------------------------------------------------------------------------ coming in


@pytest.fixture
def invite() -> str:
    chance = Randomness("an invite")
    return Invite(
        server="http://127.0.0.1:9",
        team=chance(16),
        root_fingerprint=chance(32),
        roster_version=1,
        roster_hash=chance(32),
        role=Role.WORKER,
        expires_at=Clock().now() + timedelta(days=3),
        inviter=chance(16),
        secret=chance(16),
    ).encode()


def choose_passphrase(street: Street, form: str, again: str = CHOSEN) -> None:
    street.fill(f"{form}-passphrase", CHOSEN)
    street.fill(f"{form}-passphrase-again", again)


def code_on_screen(street: Street) -> list[str]:
    return str(find(street.window, "recovery-code", QLabel).text()).split()


def test_somebody_joins_without_a_network_and_keeps_the_code(new_street: Street, invite: str) -> None:
    street = new_street
    street.arrive()
    street.press("way-join")
    street.fill("join-invite", invite)
    street.fill("join-name", "Sam")
    choose_passphrase(street, "join")
    street.press("join-button")
    groups = code_on_screen(street)
    assert len(groups) == 8
    assert len(find(street.window, "join-words", QLabel).text().split(" · ")) == 6
    assert not street.come, "the door opens only when the code was kept"
    street.fill("recovery-group-3", groups[2])
    street.fill("recovery-group-6", groups[4])
    street.press("keepsakes-done")
    assert street.error("recovery-group-6")
    assert not street.come
    street.fill("recovery-group-6", groups[5].lower())
    street.press("keepsakes-done")
    (come,) = street.come
    assert (come.membership.name, come.membership.role) == ("Sam", "worker")
    vault = street.doors.profile / "vault.json"
    assert slots.open_with_code(vault, "-".join(groups)).dbk


def test_an_altered_invite_is_said_where_it_was_pasted_and_leaves_no_profile(
    new_street: Street, invite: str
) -> None:
    street = new_street
    street.arrive()
    street.press("way-join")
    street.fill("join-invite", invite[:-9] + invite[-8:])
    street.fill("join-name", "Sam")
    choose_passphrase(street, "join")
    street.press("join-button")
    assert "changed on its way" in street.error("join-invite")
    assert street.window.focusWidget().objectName() == "join-invite"
    assert not Profile(street.doors.profile).exists()


def test_what_is_missing_is_said_at_its_field_and_the_first_has_the_focus(new_street: Street) -> None:
    street = new_street
    street.arrive()
    street.press("way-join")
    street.press("join-button")
    assert street.error("join-invite") == street.error("join-name") == "This is needed."
    assert street.window.focusWidget().objectName() == "join-invite"


def test_two_different_passphrases_and_a_short_one_are_refused(new_street: Street, invite: str) -> None:
    street = new_street
    street.arrive()
    street.press("way-join")
    rule = find(street.window, "join-passphrase-rule", QLabel)
    assert wait_until(lambda: "no safe key ring" in rule.text())
    street.fill("join-invite", invite)
    street.fill("join-name", "Sam")
    choose_passphrase(street, "join", again="four words nobody knew")
    street.press("join-button")
    assert street.error("join-passphrase-again") == "The two are not the same."
    street.fill("join-passphrase", "thirteen long")
    street.fill("join-passphrase-again", "thirteen long")
    street.press("join-button")
    assert street.error("join-passphrase") == "Too short: one more character.", "no ring: fourteen"
    assert not Profile(street.doors.profile).exists()


def test_an_invite_can_be_read_from_a_file(new_street: Street, invite: str, tmp_path: Path) -> None:
    street = new_street
    street.arrive()
    street.press("way-join")
    (tmp_path / "invite.txt").write_text(invite + "\n")
    street.press("join-open")
    dialog = find(street.window, "join-open-dialog")
    find(dialog, "fileNameEdit", QLineEdit).setText(str(tmp_path / "invite.txt"))
    dialog.accept()
    street.settle()
    assert find(street.window, "join-invite", QPlainTextEdit).toPlainText() == invite


def test_a_server_that_is_not_there_is_said_and_leaves_no_profile(new_street: Street) -> None:
    street = new_street
    street.arrive()
    street.press("way-found")
    for field, words in (
        ("server", "http://127.0.0.1:9"),
        ("token", "a token"),
        ("team", "City centre"),
        ("name", "Lee"),
    ):
        street.fill(f"found-{field}", words)
    choose_passphrase(street, "found")
    street.press("found-button")
    assert "cannot be reached" in street.error("found-server")
    assert not Profile(street.doors.profile).exists()
    assert find(street.window, "found-token", QLineEdit).text() == "a token", "nothing is typed twice"


def test_a_team_is_founded_on_a_real_server_and_its_sheets_are_kept(
    new_street: Street, tmp_path: Path
) -> None:
    street = new_street
    (tmp_path / "server").mkdir()
    server = Server(tmp_path / "server").init().start()
    try:
        street.arrive()
        street.press("way-found")
        for field, words in (
            ("server", server.url),
            ("token", server.token()),
            ("team", "City centre"),
            ("name", "Lee"),
        ):
            street.fill(f"found-{field}", words)
        choose_passphrase(street, "found")
        street.press("found-button")
        groups = code_on_screen(street)
        sheets = [find(street.window, f"sheet-{holder}", QLabel).text() for holder in range(4)]
        assert len(set(sheets)) == 4
        street.fill("recovery-group-3", groups[2])
        street.fill("recovery-group-6", groups[5])
        street.press("keepsakes-done")
        assert not street.come
        assert street.window.focusWidget().objectName() == "sheets-kept"
        QTest.keyClick(street.window.focusWidget(), Qt.Key.Key_Space)
        street.press("keepsakes-done")
    finally:
        server.kill()
    (come,) = street.come
    assert (come.membership.role, come.membership.is_enrolled) == ("lead", True)


def test_the_sheets_are_printed_one_to_a_page(look: Look, tmp_path: Path) -> None:
    code = "-".join(["7K2QM"] * 8)
    sheets = tuple(SheetText(holder, "-".join([f"AB{holder}DE"] * 22), "OUTREACH:ABC") for holder in range(4))
    keepsakes = Keepsakes(Welcome(None, code, (), sheets))  # type: ignore[arg-type]
    writer = QPdfWriter(str(tmp_path / "sheets.pdf"))
    draw_papers(writer, keepsakes.papers())
    del writer
    keepsakes.deleteLater()
    pages = PdfReader(tmp_path / "sheets.pdf").pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 5
    assert "7K2QM" in texts[0]
    assert "Recovery sheet 3 of 3" in texts[4]
    assert "AB3DE" in texts[4]


def test_a_profile_without_a_team_goes_on_where_it_stopped(
    operations: Operations, tmp_path: Path, invite: str
) -> None:
    folder = tmp_path / "profile"
    make_lightly(folder)
    street = Street(operations, folder)
    street.arrive(PASSPHRASE)
    assert not street.come
    street.press("way-join")
    assert not street.edit("join-passphrase").isVisible(), "it has one"
    street.fill("join-invite", invite)
    street.fill("join-name", "Sam")
    street.press("join-button")
    street.press("keepsakes-done")
    assert street.come[0].membership.name == "Sam"
    street.leave()


def servers_of(folder: Path) -> list[str]:
    """Server processes that work in a folder."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_bytes()
            except OSError:  # it has ended since
                continue
            if b"outreach_app.server" in words and os.fsencode(folder) in words:
                found.append(process.name)
    return found


def test_the_example_shows_how_far_it_is_and_stopping_leaves_nothing_running(new_street: Street) -> None:
    street = new_street
    street.arrive()
    folder = street.doors.profile.with_name("profile-example")
    find(street.window, "way-example", QPushButton).click()
    line = find(street.window, "example-progress")
    counts = line.findChildren(QLabel)
    assert wait_until(lambda: any(label.text().startswith("3 of 20") for label in counts), 60)
    assert servers_of(folder)
    find(street.window, "example-progress-stop", QPushButton).click()
    street.settle()
    assert find(street.window, "way-example", QPushButton).isVisible()
    assert not street.banner("first-run-banner"), "stopping is no trouble"
    assert not servers_of(folder)
    assert not street.replaced


def test_an_example_that_is_built_is_opened_by_the_program_begun_anew(new_street: Street) -> None:
    street = new_street
    folder = street.doors.profile.with_name("profile-example")
    folder.mkdir(parents=True)
    (folder / "example.json").write_text('{"is_example": true, "is_ready": true, "files": []}')
    street.arrive()
    street.press("way-example")
    assert street.replaced == [["demo", "--dir", str(folder)]]


def test_a_folder_that_is_no_example_is_left_alone_and_told(new_street: Street) -> None:
    street = new_street
    folder = street.doors.profile.with_name("profile-example")
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("not an example")
    street.arrive()
    street.press("way-example")
    assert (
        street.banner("first-run-banner") == Trouble("demo-folder-taken", folder=folder.name).words.happened
    )
    assert (folder / "mine.txt").read_text() == "not an example"
    assert not street.replaced


def test_every_door_can_be_heard_and_pressed(
    street: Street, operations: Operations, tmp_path: Path, complaints: Callable[[QWidget], list[str]]
) -> None:
    street.arrive()
    assert not complaints(street.window)
    street.press("unlock-recovery")
    assert not complaints(street.window)
    street.press("recover-back")
    street.press("unlock-newcomer")
    assert not complaints(street.window)
    for way, back in (("way-join", "join-back"), ("way-found", "found-back")):
        street.press(way)
        assert not complaints(street.window)
        street.press(back)


def test_nothing_heavy_is_loaded_before_the_unlock_door_is_painted(profile: Path) -> None:
    heavy = [
        "keyring",
        "requests",
        "sqlite_utils",
        "sqlcipher3",
        "typst",
        "cryptography",
        "cbor2",
        "segno",
        "outreach_app.report",
        "outreach_app.sync",
        "outreach_app.store.database",
        "outreach_app.work",
        "PySide6.QtPrintSupport",
    ]
    program = f"""
import json, os, sys
from pathlib import Path
from outreach_app.assembly import House
from outreach_app.ui.application import build_application
from PySide6.QtCore import QTimer
application = build_application(["outreach"])
house = House(application, Path({str(profile)!r}), os.environ)
house.begin()
def painted():
    print(json.dumps([name for name in {heavy!r} if name in sys.modules]))
    house.window.close()
QTimer.singleShot(0, painted)
application.exec()
house.lanes.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ,
    )
    loaded: list[Any] = json.loads(done.stdout.splitlines()[-1])
    assert loaded == []
