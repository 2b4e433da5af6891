"""What happens behind the doors, for the store lane: no Qt, and nothing heavy until a verb is called.

Key derivation takes half a second by design; founding a team waits for its server. Nobody else uses the
lane while a door stands in front.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from outreach_app.domain.ids import Clock
from outreach_app.domain.trouble import WORDS, Trouble
from outreach_app.ui.progress import Progress

if TYPE_CHECKING:
    from outreach_app.store.membership import Membership
    from outreach_app.work.door import Made, Opened

_LOOK_EVERY_SECONDS = 0.25


class Joining(NamedTuple):
    """What the form of a joiner holds."""

    invite: str
    name: str
    passphrase: str


class Founding(NamedTuple):
    """What the form of a founder holds."""

    server: str
    token: str
    team: str
    name: str
    passphrase: str


class SheetText(NamedTuple):
    """A sheet to print and put away. `holder` counts recovery sheets from 1; 0 is the root sheet."""

    holder: int
    text: str
    qr: str


class Come(NamedTuple):
    """An open profile of a team: who unlocked it. It belongs to whoever is given this."""

    opened: Opened
    membership: Membership


class Welcome(NamedTuple):
    """Come in; and what is shown now and never again. `code` is empty for a profile that was there."""

    come: Come
    code: str
    words: tuple[str, ...]
    sheets: tuple[SheetText, ...]


class Standing(NamedTuple):
    """What a closed profile and this computer say before anybody types."""

    least: int
    uses_ring: bool
    wait_seconds: int


def look(profile: Path, clock: Clock, environ: Mapping[str, str]) -> Standing:
    """Load what unlocking needs, while the person types; how long a passphrase must be, how long to wait."""
    from outreach_app.keys import slots
    from outreach_app.keys.ring import RingState, open_ring

    import_module("outreach_app.work.door")  # now, so that the button need not wait for it
    uses_ring = open_ring(environ).state() is RingState.USABLE
    seconds = 0
    with suppress(Trouble):  # a profile that cannot be read says so when it is unlocked
        seconds = round(slots.describe(profile / "vault.json", clock.now()).wait.total_seconds())
    return Standing(slots.least_length(uses_ring=uses_ring), uses_ring, seconds)


def unlock(profile: Path, passphrase: str, clock: Clock, environ: Mapping[str, str]) -> Come | Opened:
    """Open with the passphrase; `Opened` alone where no team was founded or joined yet.

    Raises the troubles of `work.door.unlock`.
    """
    from outreach_app.keys.ring import open_ring
    from outreach_app.work import door

    return _through(door.unlock(profile, passphrase, open_ring(environ), clock))


def recover(profile: Path, code: str, new_passphrase: str, environ: Mapping[str, str]) -> Come | Opened:
    """Open with the recovery code and set a new passphrase; as `unlock`.

    Raises the troubles of `work.door.recover`.
    """
    from outreach_app.keys.ring import open_ring
    from outreach_app.work import door

    return _through(door.recover(profile, code, new_passphrase, open_ring(environ), os.urandom))


def _through(opened: Opened) -> Come | Opened:
    from outreach_app.store import membership

    me = membership.read(opened.db)
    return opened if me is None else Come(opened, me)


def join(
    profile: Path, asked: Joining, opened: Opened | None, clock: Clock, environ: Mapping[str, str]
) -> Welcome:
    """Make the profile (unless it is open already) and a request under the invite; needs no network."""
    from outreach_app.sync import enrol

    enrol.open_invite(asked.invite, clock.now())
    made, opened = _profile(profile, asked.passphrase, opened, environ)
    try:
        joined = enrol.join(
            opened.db, asked.invite, name=asked.name.strip(), clock=clock, randomness=os.urandom
        )
    except BaseException:
        _give_up(made)
        raise
    come = Come(opened, joined.membership)
    return Welcome(come, str(made.recovery_code) if made else "", joined.words, ())


def found(
    profile: Path, asked: Founding, opened: Opened | None, clock: Clock, environ: Mapping[str, str]
) -> Welcome:
    """Make the profile (unless it is open already) and the team on its server."""
    from contextlib import closing

    from outreach_app.sync import enrol
    from outreach_app.sync.post import Answered, Post

    with closing(Post(asked.server.strip())) as post:
        made, opened = _profile(profile, asked.passphrase, opened, environ)
        try:
            founded = enrol.found(
                opened.db,
                post,
                token=asked.token.strip(),
                team_name=asked.team.strip(),
                name=asked.name.strip(),
                clock=clock,
                randomness=os.urandom,
            )
        except Answered as answered:
            _give_up(made)
            report = answered.report
            raise Trouble("server-refused", problem=report.code, status=report.status) from None
        except BaseException:
            _give_up(made)
            raise
    sheets = [SheetText(0, founded.root.text, founded.root.qr)]
    sheets += [SheetText(sheet.holder, sheet.text, sheet.qr) for sheet in founded.recovery]
    come = Come(opened, founded.membership)
    return Welcome(come, str(made.recovery_code) if made else "", (), tuple(sheets))


def _profile(
    profile: Path, passphrase: str, opened: Opened | None, environ: Mapping[str, str]
) -> tuple[Made | None, Opened]:
    from outreach_app.keys.ring import open_ring
    from outreach_app.work import door

    if opened is not None:
        return None, opened
    made = door.make_profile(profile, passphrase, open_ring(environ), os.urandom)
    return made, made.opened


def _give_up(made: Made | None) -> None:
    """A profile that was made a moment ago and came to nothing is no profile."""
    from outreach_app.work import door

    if made is not None:
        door.unmake(made)


def is_code_part(typed: str, group: int, code: str) -> bool:
    """Whether this is group `group` (counted from 1) of the recovery code, look-alikes forgiven."""
    from outreach_app.keys.printed import is_group

    return is_group(typed, code, group)


# ------------------------------------------------------------------------------------------- the example


def build_example(folder: Path, environ: Mapping[str, str], progress: Progress) -> Path:
    """Build the example team by the program's own `demo`, or find it built; follows how far it is.

    Raises Trouble with the demo's own code, and `cancelled` when the person stops it: nothing is left
    running, and the next try begins anew.
    """
    import subprocess

    words = [*program(), "demo", "--dir", str(folder), "--no-window", "--json"]
    process = subprocess.Popen(
        words, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while True:
        try:
            _, said = process.communicate(timeout=_LOOK_EVERY_SECONDS)
            break
        except subprocess.TimeoutExpired:
            progress.done, progress.total = _how_far(folder) or (progress.done, progress.total)
            if progress.is_cancelled:
                process.terminate()
                process.communicate()
                raise Trouble("cancelled") from None
    if process.returncode:
        line = (said.decode(errors="replace").strip().splitlines()[-1:] or ["nothing"])[0][:300]
        code = line.partition(":")[0]
        if code in WORDS and code != "demo-server-refused":
            raise Trouble(code, folder=folder.name, file=folder.name)
        raise Trouble("demo-server-refused", said=line)
    return folder


def _how_far(folder: Path) -> tuple[int, int] | None:
    import msgspec

    class _Mark(msgspec.Struct):
        done: int = 0
        steps: int = 0

    try:
        mark = msgspec.json.decode((folder / "example.json").read_bytes(), type=_Mark)
    except (OSError, msgspec.DecodeError):
        return None
    return (mark.done, mark.steps) if mark.steps else None


def program() -> list[str]:
    """The command that starts this program again."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "outreach_app"]
