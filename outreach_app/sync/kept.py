"""What sync keeps in the encrypted file beside the batches: this device, the roster, keys, invites.

Everything is bytes by room and key in the store's book; here they get their shapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from outreach_app.keys.identity import Identity
from outreach_app.keys.roster_book import Anchor, Book, reopen
from outreach_app.keys.wraps import EpochKey
from outreach_app.store import book as shelf
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.wire import roster
from outreach_app.wire.roster import RosterPost

_IDENTITY, _ROSTER, _EPOCH, _RESTORE = "identity", "roster", "epoch", "restore"
_INVITE, _JOIN, _SENT = "invite", "join", "seen-sent"


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """An invite this laptop gave out. The secret never leaves it but inside the invite itself."""

    id: str
    secret: str
    role: str
    name: str
    history: str
    expires_at: datetime
    roster_version: int
    roster_hash: str
    member: str | None = None
    is_registered: bool = False
    is_used: bool = False
    waiting_join: str | None = None
    words: tuple[str, ...] = ()


class Asked(NamedTuple):
    """The join request this laptop makes until it is admitted."""

    raw: bytes
    words: tuple[str, ...]


def keep_identity(db: Database, identity: Identity) -> None:
    """Once, before anything is sent."""
    shelf.put(db, _IDENTITY, "device", identity.to_bytes())


def identity(db: Database) -> Identity:
    """This device's keys."""
    kept = shelf.get(db, _IDENTITY, "device")
    assert kept is not None, "an enrolled profile has an identity"
    return Identity.from_bytes(kept)


def anchor(member: Membership) -> Anchor:
    """What the chain is held against."""
    return Anchor(
        bytes.fromhex(member.team),
        bytes.fromhex(member.root_fingerprint),
        member.anchor_version,
        bytes.fromhex(member.anchor_hash),
    )


def keep_post(db: Database, version: int, post: RosterPost) -> None:
    """An accepted entry with all its wraps: a restored server may need them back."""
    shelf.put(db, _ROSTER, f"{version:09d}", post.encode())


def posts(db: Database) -> list[RosterPost]:
    """Every accepted entry, oldest first."""
    return [roster.read_post(raw) for _, raw in shelf.all(db, _ROSTER)]


def book(db: Database, member: Membership) -> Book | None:
    """The verified roster, or None before the first was read."""
    entries = [post.entry for post in posts(db)]
    return reopen(anchor(member), entries) if entries else None


def keep_keys(db: Database, keys: Mapping[tuple[bytes, int], EpochKey]) -> None:
    """Epoch keys, each checked against its commitment before it comes here."""
    for (stream, epoch), key in keys.items():
        shelf.put(db, _EPOCH, f"{stream.hex()}:{epoch:09d}", key)


def keys(db: Database) -> dict[tuple[bytes, int], EpochKey]:
    """Every epoch key this laptop holds, by stream and number."""
    found = {}
    for name, key in shelf.all(db, _EPOCH):
        stream, _, epoch = name.partition(":")
        found[bytes.fromhex(stream), int(epoch)] = EpochKey(key)
    return found


def keep_invite(db: Database, issued: Issued) -> None:
    """An invite as it stands."""
    shelf.put(db, _INVITE, issued.id, msgspec.json.encode(issued))


def drop_invite(db: Database, issued: Issued) -> None:
    """Forget an invite that nobody was given."""
    shelf.drop(db, _INVITE, issued.id)


def invites(db: Database) -> list[Issued]:
    """Invites this laptop gave out."""
    return [msgspec.json.decode(raw, type=Issued) for _, raw in shelf.all(db, _INVITE)]


def keep_asked(db: Database, asked: Asked) -> None:
    """The join request and its six words."""
    shelf.put(db, _JOIN, "request", asked.raw)
    shelf.put(db, _JOIN, "words", msgspec.json.encode(asked.words))


def asked(db: Database) -> Asked | None:
    """The join request, if this laptop made one."""
    raw, words = shelf.get(db, _JOIN, "request"), shelf.get(db, _JOIN, "words")
    if raw is None or words is None:
        return None
    return Asked(raw, tuple(msgspec.json.decode(words, type=list[str])))


def last_seen_sent(db: Database, stream: str) -> bytes | None:
    """The statement this laptop sent last."""
    return shelf.get(db, _SENT, stream)


def keep_seen_sent(db: Database, stream: str, statement: bytes) -> None:
    """Remember it, so that an unchanged one is not sent again."""
    shelf.put(db, _SENT, stream, statement)


def keep_restores(db: Database, statements: Iterable[bytes]) -> None:
    """Signed statements of restores this laptop has been through, by what they say."""
    for raw in statements:
        shelf.put(db, _RESTORE, hashlib.sha256(raw).hexdigest(), raw)


def restores(db: Database) -> list[bytes]:
    """The statements, in no order."""
    return [raw for _, raw in shelf.all(db, _RESTORE)]
