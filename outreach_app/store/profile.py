"""A person's folder on this laptop: where each file is, and the lock that lets one program in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from outreach_app.domain.trouble import Trouble

if TYPE_CHECKING:
    from filelock import FileLock


@dataclass(frozen=True, slots=True)
class Profile:
    """One person's folder. A shared laptop has one for each person; none looks into another's.

    Everything in it is ciphertext except `vault.json`, which holds no secret.
    """

    folder: Path

    @property
    def vault(self) -> Path:
        """Headers of the key slots."""
        return self.folder / "vault.json"

    @property
    def records(self) -> Path:
        """The encrypted database."""
        return self.folder / "records.db"

    @property
    def backups(self) -> Path:
        """Encrypted copies made before a migration, a change of key or a restore."""
        return self.folder / "backups"

    @property
    def lock(self) -> Path:
        """Held by the program that has the profile open; a crash lets go of it."""
        return self.folder / "lock"

    def exists(self) -> bool:
        """Whether somebody enrolled here: a vault or a database is present."""
        return self.vault.exists() or self.records.exists()

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # mkdir's mode is cut by the umask, and the folder may be an old one

    def acquire(self) -> Lease:
        """The right to be the one program in this folder.

        Raises Trouble `profile-in-use`, and `profile-refused` for a folder that may not be written.
        """
        # Ten milliseconds that the unlock screen, which only asks whether a profile exists, need not wait.
        from filelock import FileLock, Timeout

        lock = FileLock(self.lock, mode=0o600, thread_local=False)
        try:
            self.make()
            lock.acquire(blocking=False)
        except Timeout:
            raise Trouble("profile-in-use", folder=self.folder.name) from None
        except OSError as refusal:
            reason = refusal.strerror or "it is refused"
            raise Trouble("profile-refused", folder=self.folder.name, reason=reason) from None
        return Lease(self, lock)


class Lease:
    """Holds a profile until it is released or the process ends. A context manager."""

    def __init__(self, profile: Profile, lock: FileLock) -> None:
        self.profile = profile
        self._lock = lock

    def release(self) -> None:
        """Let the next program in. Doing it twice does no harm."""
        self._lock.release()

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut (where the platform lets a folder be synced)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
