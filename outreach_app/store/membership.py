"""Who this laptop is enrolled as, kept inside the encrypted file.

Ids and keys are hexadecimal text. The roster decides the role; this is the laptop's verified copy.
"""

from __future__ import annotations

import msgspec

from outreach_app.store import book
from outreach_app.store.database import Database

_ROOM = "membership"
_KEY = "me"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One member at one laptop.

    `root_fingerprint`, `anchor_version` and `anchor_hash` come from the invite (or the founding)
    and are what the roster's chain is held against. `invite_secret` is kept until admission.
    """

    server: str
    team: str
    member: str
    device: str
    role: str
    name: str
    root_fingerprint: str
    receipt_key: str
    anchor_version: int
    anchor_hash: str
    inviter: str | None = None
    invite_secret: str | None = None
    is_enrolled: bool = False
    is_example: bool = False


def read(db: Database) -> Membership | None:
    """The membership, or None before found and join."""
    kept = book.get(db, _ROOM, _KEY)
    return None if kept is None else msgspec.json.decode(kept, type=Membership)


def keep(db: Database, membership: Membership) -> None:
    """Write it down."""
    book.put(db, _ROOM, _KEY, msgspec.json.encode(membership))
