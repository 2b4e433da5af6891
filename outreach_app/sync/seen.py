"""Who has read how far: this device's own statement, and what the others' statements mean.

From them come the fourth truth ("seen by the lead's laptop"), the healing of batches that the server
holds damaged, and the alarm when the server shows two laptops two histories.
"""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_app.domain.trouble import Trouble
from outreach_app.keys.roster_book import newest_epoch
from outreach_app.store import batches
from outreach_app.store.batches import Cursor, Parked, SeenBy
from outreach_app.store.database import Database
from outreach_app.sync import kept, outgoing
from outreach_app.sync.line import STREAMS, Line
from outreach_app.sync.post import ours
from outreach_app.wire import envelope, limits, paths
from outreach_app.wire import seen as wire_seen
from outreach_app.wire.problems import Refused
from outreach_app.wire.roster import Role, Stream
from outreach_app.wire.seen import Seen, SignedSeen, sign_seen

_DAMAGED = frozenset(("body-missing", "body-damaged", "signature-wrong"))
_INFO = b"outreach/v1/seen"
_MOST_PARKED = 150


def tell_and_hear(line: Line) -> None:
    """Say how far this laptop has read each stream, and take in what the others say."""
    for name in STREAMS:
        stream = line.stream(name)
        if stream is not None:
            _tell(line, name, stream)
            _hear(line, name, stream)


def _tell(line: Line, name: str, stream: Stream) -> None:
    line.laptop.go_on()

    def look(db: Database) -> tuple[Cursor, list[Parked], bytes | None]:
        return batches.cursor(db, name), batches.parked(db), kept.last_seen_sent(db, name)

    cursor, parked, last = line.ask(look)
    if cursor.history is None:
        return
    mine = [one for one in parked if one.stream == name]
    damaged = {one.batch for one in mine if one.op is None and one.batch and one.reason in _DAMAGED}
    without = sorted({one.op or (one.batch or b"").hex() for one in mine})[:_MOST_PARKED]
    gist = msgspec.json.encode([cursor, sorted(one.hex() for one in damaged), without])
    if gist == last:
        return
    statement = Seen(
        team=line.team,
        stream=stream.id,
        device=line.device,
        history=cursor.history,
        team_seq=cursor.team_seq,
        head=cursor.head,
        damaged=tuple(sorted(damaged)[: limits.DAMAGED]),
        sealed_parked=_seal(line, stream, msgspec.json.encode(without)) if without else b"",
    )
    raw = sign_seen(statement, line.identity.signer)
    line.post.send("PUT", paths.fill(paths.SEEN, stream=stream.id), raw)
    told = _told(line, name, statement, raw, frozenset(bytes.fromhex(one) for one in without))

    def keep(db: Database) -> None:
        with db.atomic():
            kept.keep_seen_sent(db, name, gist)
            batches.keep_seen(db, told)

    line.ask(keep)


def _hear(line: Line, name: str, stream: Stream) -> None:
    line.laptop.go_on()
    raw = line.post.get(paths.fill(paths.SEEN, stream=stream.id), limits.SEEN_PAGE)
    known = {one.device: one.raw for one in line.ask(lambda db: batches.others_seen(db, name))}
    damaged: set[bytes] = set()
    for signed in ours(wire_seen.read_all_seen, raw):
        if signed.seen.device == line.device or known.get(signed.seen.device) == signed.raw:
            continue
        told = _checked(line, name, stream, signed)
        if told is not None:
            _compare(line, name, told)
            line.ask(lambda db, told=told: batches.keep_seen(db, told))  # type: ignore[misc]
            damaged |= set(signed.seen.damaged)
    _give_again(line, damaged)


def _checked(line: Line, name: str, stream: Stream, signed: SignedSeen) -> SeenBy | None:
    """A statement by a laptop of the roster about this stream; None for any other."""
    entry = line.roster.entry
    device = entry.device(signed.seen.device)
    if device is None or (signed.seen.team, signed.seen.stream) != (line.team, stream.id):
        return None
    try:
        signed.verify(device.sign_public)
    except Refused:
        return None
    without = _open(line, stream, device.id, signed.seen.sealed_parked)
    return _told(line, name, signed.seen, signed.raw, without)


def _told(line: Line, name: str, said: Seen, raw: bytes, without: frozenset[bytes]) -> SeenBy:
    """A statement as the shelf keeps it; a lead's own laptop counts as a lead's like any other."""
    entry = line.roster.entry
    device = entry.device(said.device)
    role = next((one.role for one in entry.members if device and one.id == device.member), None)
    return SeenBy(
        stream=name,
        device=said.device,
        history=said.history,
        team_seq=said.team_seq,
        head=said.head,
        is_lead=role is Role.LEAD,
        raw=raw,
        without=without | frozenset(said.damaged),
    )


def _compare(line: Line, name: str, told: SeenBy) -> None:
    """Two laptops at one number of one history must have seen one head; further than mine is deferred."""

    def mine(db: Database) -> bytes | None:
        here = batches.cursor(db, name)
        if here.history != told.history or told.team_seq > here.team_seq or not told.team_seq:
            return None
        if here.team_seq == told.team_seq:
            return here.head
        found = batches.batches_after(db, name, told.team_seq - 1, 1)
        if not found or found[0].team_seq != told.team_seq or found[0].receipt is None:
            return None
        return outgoing.checked_receipt(line, found[0].receipt).head

    head = line.ask(mine)
    if head is not None and head != told.head:
        raise Trouble("server-forked", stream=name, number=told.team_seq)


def _give_again(line: Line, damaged: set[bytes]) -> None:
    """Whoever still holds a batch that the server damaged sends it again."""
    for batch_id in sorted(line.ask(lambda db: batches.held_ids(db, damaged))):
        stored = line.ask(lambda db, batch_id=batch_id: batches.sealed(db, batch_id))  # type: ignore[misc]
        if stored is not None and stored.reason is None:
            outgoing.offer(line, stored)


def _seal(line: Line, stream: Stream, plain: bytes) -> bytes:
    """What this laptop parked, for the stream's readers: epoch number, salt, sealed text."""
    epoch = newest_epoch(line.roster, stream.id)
    key = line.keys.get((stream.id, epoch))
    if key is None:
        return b""
    salt = line.laptop.randomness(limits.SALT)
    mark = epoch.to_bytes(4, "big") + salt
    return mark + envelope.seal(_key(key, salt), plain, mark + line.device)


def _open(line: Line, stream: Stream, device: bytes, sealed: bytes) -> frozenset[bytes]:
    """What another laptop parked; nothing where it said nothing or this laptop lacks the key."""
    mark, box = sealed[: 4 + limits.SALT], sealed[4 + limits.SALT :]
    key = line.keys.get((stream.id, int.from_bytes(mark[:4], "big")))
    if key is None or not box:
        return frozenset()
    try:
        plain = envelope.open_sealed(_key(key, mark[4:]), box, mark + device, limits.SEALED_PARKED, "seen")
        return frozenset(bytes.fromhex(one) for one in msgspec.json.decode(plain, type=list[str]))
    except (Refused, msgspec.DecodeError, ValueError):
        return frozenset()


def _key(epoch_key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, _INFO).derive(epoch_key)
