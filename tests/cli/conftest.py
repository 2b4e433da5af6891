"""A terminal to say commands into, and a profile of a lead that is enrolled without a server.

Deriving a key costs half a second by design. Most tests here are about what is said, not about the
vault, so one profile is made at the least cost a vault may have, and copied.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakes.clock import Clock

from outreach_app.cli import command
from outreach_app.cli.call import Outside
from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing
from outreach_app.store import database, membership, oplog
from outreach_app.store.membership import Membership
from outreach_app.store.profile import Profile
from outreach_app.work.desk import Desk
from outreach_app.work.door import Opened

PASSPHRASE = "fourteen letters and more"
LEAD, WORKER, TEAM = "a" * 32, "b" * 32, "f" * 32


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: bytes
    err: bytes

    @property
    def document(self) -> Any:
        assert self.code == 0, self.err.decode()
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line of a trouble, once it is sure that nothing else was said."""
        assert self.out == b""
        assert self.err.count(b"\n") == 1
        assert self.err.endswith(b"\n")
        return self.err.decode().rstrip("\n")


class Terminal:
    """Says commands in this process, one a second, to a profile that stands open or has to be unlocked."""

    def __init__(self, profile: Path, passphrase_file: Path, clock: Clock, opened: Opened | None) -> None:
        self.profile, self.passphrase_file, self.clock = profile, passphrase_file, clock
        self.opened = opened
        self.windows: list[Path] = []

    def say(self, *words: str, given: str | bytes = b"") -> Said:
        out, err = io.BytesIO(), io.BytesIO()
        self.clock.advance(seconds=1)
        outside = Outside(
            stdin=io.BytesIO(given.encode() if isinstance(given, str) else given),
            stdout=out,
            stderr=err,
            environ={
                **os.environ,
                "OUTREACH_PROFILE": str(self.profile),
                "OUTREACH_PASSPHRASE_FILE": str(self.passphrase_file),
            },
            clock=self.clock,
            randomness=os.urandom,
            open_window=self._open_window,
            is_stopped=lambda seconds: True,
        )
        code = command.run(words, outside, self.opened)
        return Said(code, out.getvalue(), err.getvalue())

    def _open_window(self, profile: Path, passphrase: str | None = None) -> int:
        self.windows.append(profile)
        return 0

    def ask(self, *words: str, given: str | bytes = b"") -> Any:
        """The JSON document of a command that has to succeed."""
        return self.say(*words, "--json", given=given).document

    def record(self, kind: str, **values: object) -> str:
        """Save one record; its id."""
        return self.ask("record", kind, "--file", "-", given=json.dumps(values))["ids"][0]


def make_lightly(folder: Path) -> bytes:
    """A profile in which nobody is enrolled yet, at the least cost a vault may have; the key of its file."""
    profile = Profile(folder)
    profile.make()
    made = slots.create(profile.vault, PASSPHRASE, NoRing(), cost=slots.FLOOR)
    database.create(profile.records, made.dbk).close()
    return made.dbk


class Enrolled(NamedTuple):
    """A profile to copy, and the key of its file."""

    folder: Path
    dbk: bytes


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    """A lead's profile with the team and two members in it."""
    profile = Profile(tmp_path_factory.mktemp("enrolled") / "profile")
    dbk = make_lightly(profile.folder)
    db = database.open_(profile.records, dbk)
    me = Membership(
        server="http://127.0.0.1:9",
        team=TEAM,
        member=LEAD,
        device="d" * 32,
        role="lead",
        name="Alex (example)",
        root_fingerprint="0" * 64,
        receipt_key="0" * 64,
        anchor_version=1,
        anchor_hash="0" * 64,
        is_enrolled=True,
    )
    membership.keep(db, me)
    desk = Desk(db, Clock(), os.urandom, me)
    oplog.add_own(
        db,
        [
            desk.stamp("team", TEAM, {"name": "Team (example)"}),
            desk.stamp("member", LEAD, {"name": "Alex (example)"}),
            desk.stamp("member", WORKER, {"name": "Sam (example)"}),
        ],
    )
    db.close()
    return Enrolled(profile.folder, dbk)


@pytest.fixture
def locked(enrolled: Enrolled, tmp_path: Path, clock: Clock) -> Terminal:
    """A lead's terminal whose profile every command unlocks for itself, as a script's commands do."""
    shutil.copytree(enrolled.folder, tmp_path / "profile")
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return Terminal(tmp_path / "profile", tmp_path / "passphrase", clock, None)


@pytest.fixture
def terminal(locked: Terminal, enrolled: Enrolled) -> Iterator[Terminal]:
    """A lead's terminal with the profile unlocked once: what is said matters, not the vault."""
    profile = Profile(locked.profile)
    lease = profile.acquire()
    locked.opened = Opened(profile, lease, database.open_(profile.records, enrolled.dbk), uses_ring=False)
    yield locked
    locked.opened.close()


class Day(NamedTuple):
    """Ids of a day that has begun."""

    shift: str
    hotspot: str


@pytest.fixture
def day(terminal: Terminal) -> Day:
    """A hotspot, and a shift of a pair that has started."""
    hotspot = terminal.record("hotspot", name="Clock Tower", code="CT")
    shift = terminal.record(
        "shift", date="2026-11-24", workers=[LEAD, WORKER], started_at="2026-11-24T14:00:00Z"
    )
    return Day(shift, hotspot)
