"""One command on its way: what was asked, what it was given, and the desk it works on.

The demo opens three laptops and says hundreds of things to them; a script says one thing and ends.
Both make a `Call` for each thing said, so the verbs cannot tell them apart.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from outreach_app.cli import reading
from outreach_app.domain.field import Json
from outreach_app.domain.ids import Clock, Randomness
from outreach_app.domain.trouble import Trouble

if TYPE_CHECKING:
    from outreach_app.keys.ring import Ring
    from outreach_app.work.desk import Desk
    from outreach_app.work.door import Opened

PROFILE = "OUTREACH_PROFILE"
PASSPHRASE_FILE = "OUTREACH_PASSPHRASE_FILE"


class Misused(Exception):
    """The command was not said as the manual has it: exit code 2, one line."""


class Answer(NamedTuple):
    """What a verb has to say: one JSON document, and the same in lines for a person."""

    document: Json
    lines: Sequence[str]


class WindowOpener(Protocol):
    """Opens the window on a profile and returns its exit code when it closes."""

    def __call__(self, profile: Path, passphrase: str | None = None) -> int: ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What the world gives a command: streams, surroundings, time, chance, and a way to a window.

    `is_stopped` waits that many seconds and is True as soon as somebody asks the program to end.
    """

    stdin: BinaryIO
    stdout: BinaryIO
    stderr: BinaryIO
    environ: Mapping[str, str]
    clock: Clock
    randomness: Randomness
    open_window: WindowOpener
    is_stopped: Callable[[float], bool]


@dataclass(slots=True)
class Call:
    """What was asked, and the one place where a verb gets its desk. Close it when the verb is done.

    `opened` given from the start belongs to whoever gave it, who closes it.
    """

    asked: Namespace
    outside: Outside
    opened: Opened | None = None
    _own: Opened | None = field(default=None, init=False)

    @property
    def profile(self) -> Path:
        """The folder of the person who works here."""
        return profile_of(self.asked, self.outside.environ)

    @property
    def ring(self) -> Ring:
        """The key ring of this machine."""
        from outreach_app.keys.ring import open_ring

        return open_ring(self.outside.environ)

    @property
    def unlocked(self) -> Opened:
        """The open profile, unlocked when a verb first asks; raises the troubles of `work.door.unlock`."""
        if self.opened is None:
            from outreach_app.work import door

            passphrase = self.passphrase()
            self.opened = self._own = door.unlock(self.profile, passphrase, self.ring, self.outside.clock)
        return self.opened

    @property
    def desk(self) -> Desk:
        """The desk of whoever enrolled here."""
        return self.unlocked.desk(self.outside.clock, self.outside.randomness)

    def adopt(self, opened: Opened) -> None:
        """Close this one with the call: a profile that the verb has made."""
        self.opened = self._own = opened

    def passphrase(self) -> str:
        """The passphrase, from the file that was named; the command line never asks for it."""
        passphrase = passphrase_of(self.asked, self.outside.environ)
        if passphrase is None:
            raise Misused(f"the passphrase is needed: --passphrase-file FILE, or {PASSPHRASE_FILE}")
        return passphrase

    def close(self) -> None:
        """Lock what this call unlocked."""
        if self._own is not None:
            self._own.close()
            self.opened = self._own = None


def profile_of(asked: Namespace, environ: Mapping[str, str]) -> Path:
    """The profile that was named, or else this person's own place on this machine."""
    named = getattr(asked, "profile", None) or environ.get(PROFILE)
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("outreach", appauthor=False) / "profile"


def passphrase_of(asked: Namespace, environ: Mapping[str, str]) -> str | None:
    """The passphrase in the file that was named; None where none was."""
    source = getattr(asked, "passphrase_file", None) or environ.get(PASSPHRASE_FILE)
    return first_line(source) if source else None


def first_line(source: str) -> str:
    """The first line of a small file, without its end; raises Trouble `file-empty` when it is bare."""
    whole = reading.text(reading.content(source, None), source)
    line = whole.split("\n", 1)[0].removesuffix("\r")
    if not line:
        raise Trouble("file-empty", file=source)
    return line
