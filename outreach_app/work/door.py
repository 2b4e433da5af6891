"""Coming in and going out: a profile made, unlocked, backed up and locked.

The one place where a vault's key meets the encrypted file. Key derivation takes half a second by
design, so callers run these on the store lane.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from outreach_app.domain.ids import Clock, Randomness
from outreach_app.domain.trouble import Trouble
from outreach_app.keys import slots
from outreach_app.keys.ring import Ring
from outreach_app.keys.slots import Dbk, RecoveryCode, Unlocked
from outreach_app.store import database, membership
from outreach_app.store.database import Database
from outreach_app.store.profile import Lease, Profile
from outreach_app.work.desk import Desk


@dataclass(frozen=True, slots=True)
class Opened:
    """An unlocked profile: this program alone has it until `close`."""

    profile: Profile
    lease: Lease
    db: Database
    uses_ring: bool

    def desk(self, clock: Clock, randomness: Randomness) -> Desk:
        """The desk of whoever enrolled here; raises Trouble `not-enrolled` before found or join."""
        member = membership.read(self.db)
        if member is None:
            raise Trouble("not-enrolled")
        return Desk(self.db, clock, randomness, member)

    def close(self) -> None:
        """Lock: the file closed, its key dropped, the next program let in."""
        self.db.close()
        self.lease.release()


@dataclass(frozen=True, slots=True)
class Made:
    """A new profile, and the code that opens it without passphrase or ring: shown once."""

    opened: Opened
    recovery_code: RecoveryCode


def make_profile(folder: Path, passphrase: str, ring: Ring, randomness: Randomness) -> Made:
    """A new, empty, encrypted profile. Raises Trouble `profile-exists` and those of the vault.

    The vault is written first: a crash between the two leaves a key without a file, which says so,
    and never a file without a key.
    """
    profile = Profile(folder)
    lease = profile.acquire()
    try:
        if profile.exists():
            raise Trouble("profile-exists", folder=folder.name)
        created = slots.create(profile.vault, passphrase, ring, randomness=randomness)
        try:
            db = database.create(profile.records, created.dbk)
        except BaseException:
            with suppress(FileNotFoundError):
                profile.vault.unlink()
            raise
    except BaseException:
        lease.release()
        raise
    return Made(Opened(profile, lease, db, created.uses_ring), created.recovery_code)


def unmake(made: Made) -> None:
    """Take away a profile that was made a moment ago and came to nothing: no records are in it yet."""
    profile = made.opened.profile
    made.opened.db.close()
    records = profile.records
    for path in (profile.vault, *(records.with_name(records.name + end) for end in ("", "-wal", "-shm"))):
        path.unlink(missing_ok=True)
    made.opened.lease.release()


def unlock(folder: Path, passphrase: str, ring: Ring, clock: Clock) -> Opened:
    """Open a profile with its passphrase.

    Raises Trouble `profile-missing`, `profile-in-use`, and those of `slots.unlock` and `database.open_`:
    a wrong passphrase is told apart from a damaged, empty, missing or newer file.
    """
    return _open(folder, lambda vault: slots.unlock(vault, passphrase, ring, now=clock.now()))


def recover(folder: Path, code: str, new_passphrase: str, ring: Ring, randomness: Randomness) -> Opened:
    """Open a profile with its printed recovery code, and seal it to a new passphrase."""
    return _open(
        folder, lambda vault: slots.recover(vault, code, new_passphrase, ring, randomness=randomness)
    )


def change_passphrase(
    folder: Path, passphrase: str, new_passphrase: str, ring: Ring, clock: Clock, randomness: Randomness
) -> None:
    """Seal the key to another passphrase; the data is not touched."""
    profile = Profile(folder)
    if not profile.exists():
        raise Trouble("profile-missing", folder=folder.name)
    with profile.acquire():
        slots.change_passphrase(
            profile.vault, passphrase, new_passphrase, ring, now=clock.now(), randomness=randomness
        )


def _open(folder: Path, key_from: Callable[[Path], Unlocked]) -> Opened:
    profile = Profile(folder)
    if not profile.exists():
        raise Trouble("profile-missing", folder=folder.name)
    lease = profile.acquire()
    try:
        unlocked = key_from(profile.vault)
        return Opened(profile, lease, _open_records(profile, unlocked), unlocked.uses_ring)
    except BaseException:
        lease.release()
        raise


def _open_records(profile: Profile, unlocked: Unlocked) -> Database:
    """The file under its key; during a change of key, under the one of the two that it has reached."""
    candidates: list[Dbk] = [unlocked.dbk, *([unlocked.next_dbk] if unlocked.next_dbk else [])]
    for key in candidates[:-1]:
        with suppress(Trouble):
            return database.open_(profile.records, key)
    return database.open_(profile.records, candidates[-1])
