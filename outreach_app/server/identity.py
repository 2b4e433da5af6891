"""The server's one secret: the receipt key, a file in the data folder.

Its public half stands in every roster, so it must survive with the data: it is part of a backup,
and several processes over one database share it. The secret for session tokens is derived from it.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_app.server.refusal import Trouble
from outreach_app.wire import limits
from outreach_app.wire.roster import fingerprint

FILE = "receipt.key"
_LENGTH = 32


class Identity:
    """The receipt key and what follows from it."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.receipt_key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = self.receipt_key.public_key().public_bytes_raw()
        self.fingerprint = fingerprint(self.public)
        self.token_secret = HKDF(SHA256(), limits.HASH, None, b"outreach/v1/server/token").derive(secret)


def read_identity(data: Path) -> Identity:
    """The identity of a data folder; an absent or odd file is the administrator's trouble."""
    try:
        secret = (data / FILE).read_bytes()
    except FileNotFoundError:
        raise Trouble(
            "not-initialised",
            f"There is no {FILE} in {data}.",
            "Run `outreach-server init --data DIR`, or restore a backup.",
        ) from None
    if len(secret) != _LENGTH:
        raise Trouble(
            "receipt-key-damaged",
            f"{data / FILE} is not {_LENGTH} bytes long.",
            "Put back the file from a backup; without it no laptop believes a receipt.",
        )
    return Identity(secret)


def write_identity(data: Path, secret: bytes) -> Identity:
    """Keep the secret, readable by its owner only, on disk before anything is signed with it."""
    path = data / FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    flush_folder(data)
    return Identity(secret)


def flush_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut (POSIX; elsewhere the file system does it)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
