"""One file that brings a profile back: the vault and the encrypted database, in a zip without compression.

It holds nothing in clear: the database is ciphertext under the same key, and the vault's slots open with
the passphrase or the recovery code. Restoring never overwrites: what was there is moved aside first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO

import msgspec

from outreach_app.domain.trouble import Trouble
from outreach_app.store.database import Database, settle
from outreach_app.store.profile import Profile, sync_folder

VERSION = 1

_CONTENTS = "contents.json"
_LONGEST_CONTENTS = 64 * 1024
_BLOCK = 1024 * 1024
_NO_DATE = (1980, 1, 1, 0, 0, 0)


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says about itself: SHA-256 of each file, in hexadecimal."""

    version: int
    files: dict[str, str]


def backup(database: Database, profile: Profile, out: Path) -> None:
    """Write everything of a profile into one file, whole or not at all, over an older one.

    Raises Trouble `disk-full`, `folder-missing`, `file-refused`.
    """
    copy = profile.backups / "outgoing.db"
    profile.backups.mkdir(mode=0o700, exist_ok=True)
    part = out.with_name(out.name + ".part")
    try:
        database.copy_to(copy)
        sources = {profile.vault.name: profile.vault, profile.records.name: copy}
        contents = Contents(version=VERSION, files={name: _digest(path) for name, path in sources.items()})
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as file:
            file.writestr(zipfile.ZipInfo(_CONTENTS, _NO_DATE), msgspec.json.encode(contents))
            for name, path in sources.items():
                entry = zipfile.ZipInfo(name, _NO_DATE)
                entry.external_attr = 0o600 << 16
                with path.open("rb") as source, file.open(entry, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, _BLOCK)
        settle(part, out)
    except OSError as error:
        raise _trouble(error, out) from error
    finally:
        copy.unlink(missing_ok=True)
        part.unlink(missing_ok=True)


def restore(file: Path, profile: Profile) -> Path | None:
    """Put a backup in a profile's place; the caller holds its lease and has its database closed.

    Everything is unpacked and checked before anything moves. What stood there before goes to
    `backups/replaced-N`, which is returned. At no moment do an old vault and a new database stand
    together. Raises Trouble `backup-missing`, `backup-damaged`, `backup-newer`, `disk-full`.
    """
    profile.make()
    parts = {path: path.with_name(path.name + ".part") for path in (profile.vault, profile.records)}
    try:
        with zipfile.ZipFile(file) as archive:
            contents = _contents(archive)
            for path, part in parts.items():
                with archive.open(path.name) as source, part.open("wb") as target:
                    part.chmod(0o600)
                    if _copy(source, target) != contents.files[path.name]:
                        raise Trouble("backup-damaged", file=file.name)
        aside = _move_aside(profile)
        # The vault last: a profile is whole once it has one.
        for path in (profile.records, profile.vault):
            settle(parts[path], path)
    except FileNotFoundError:
        raise Trouble("backup-missing", file=file.name) from None
    except (
        zipfile.BadZipFile,
        KeyError,
        NotImplementedError,
        EOFError,
        ValueError,
        RuntimeError,
        zlib.error,
    ):
        raise Trouble("backup-damaged", file=file.name) from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # the archive's own index points to where no file can be
            raise Trouble("backup-damaged", file=file.name) from None
        raise _trouble(error, profile.folder) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return aside


def _contents(archive: zipfile.ZipFile) -> Contents:
    if archive.getinfo(_CONTENTS).file_size > _LONGEST_CONTENTS:
        raise KeyError(_CONTENTS)
    try:
        contents = msgspec.json.decode(archive.read(_CONTENTS), type=Contents)
    except msgspec.DecodeError:
        raise KeyError(_CONTENTS) from None
    if contents.version > VERSION:
        raise Trouble("backup-newer", found=contents.version, known=VERSION)
    return contents


def _move_aside(profile: Profile) -> Path | None:
    """Move what is there into a folder of its own; None when there was nothing."""
    records = profile.records
    there = [
        path
        for path in (
            profile.vault,
            records,
            *(records.with_name(records.name + end) for end in ("-wal", "-shm", "-journal")),
        )
        if path.exists()
    ]
    if not there:
        return None
    profile.backups.mkdir(mode=0o700, exist_ok=True)
    number = 1
    while (aside := profile.backups / f"replaced-{number}").exists():
        number += 1
    aside.mkdir(mode=0o700)
    for path in there:
        os.replace(path, aside / path.name)
    sync_folder(aside)
    sync_folder(profile.folder)
    return aside


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _trouble(error: OSError, path: Path) -> Trouble:
    """A file system's refusal in our words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Trouble("disk-full", reason="backup")
    if isinstance(error, FileNotFoundError):
        return Trouble("folder-missing", folder=path.parent.name)
    return Trouble("file-refused", file=path.name)
