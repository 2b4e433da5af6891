"""Who is in the team, by ids and keys only: a chain of complete, signed states.

Each entry carries the whole state, so a reader needs no replay to know it, and the hash of the
one before. Its id is the SHA-256 of the payload; signatures stand beside it, so a countersignature
added later changes nothing that others have named. Who may sign what is decided by `keys`, here
are shapes and signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context
from outreach_app.wire.problems import Forged, Malformed

T = TypeVar("T")

BEFORE_FIRST = bytes(limits.HASH)
NO_BATCH = bytes(limits.HASH)


class Role(StrEnum):
    """What a member may be in one team."""

    WORKER = "worker"
    LEAD = "lead"
    DSL = "dsl"
    ANALYST = "analyst"


class Standing(StrEnum):
    """Whether a member still belongs."""

    ACTIVE = "active"
    REMOVED = "removed"


class History(StrEnum):
    """What a joiner was given of the time before."""

    ALL = "all"
    NINETY_DAYS = "90d"
    NONE = "none"


class RecoverySet(StrEnum):
    """Which recovery keys belong together."""

    TEAM = "team"
    SAFEGUARDING = "safeguarding"


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """A person's random id; the name is a sealed record."""

    id: bytes
    role: Role
    standing: Standing


@dataclass(frozen=True, slots=True, order=True)
class Device:
    """A laptop in use, its Ed25519 and its ML-KEM-768 || X25519 public keys. A removed one is not listed."""

    id: bytes
    member: bytes
    sign_public: bytes
    hpke_public: bytes


@dataclass(frozen=True, slots=True, order=True)
class Epoch:
    """A stream's key by number: its commitment, and since when it is the one to seal under."""

    number: int
    commitment: bytes
    since_at: datetime


@dataclass(frozen=True, slots=True, order=True)
class Stream:
    """A stream's random id, its name (`config`, `team`, ...) and its epochs, oldest first."""

    id: bytes
    name: str
    epochs: tuple[Epoch, ...]


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A device may read a stream from an epoch on; `history` says in a word what that meant when given.

    The server lets a device read exactly the streams that the newest entry grants it.
    """

    device: bytes
    stream: bytes
    from_epoch: int
    history: History


@dataclass(frozen=True, slots=True, order=True)
class RecoveryKey:
    """One holder's public key; any two of a set open what is wrapped to their pair."""

    id: bytes
    belongs_to: RecoverySet
    hpke_public: bytes


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """The last batch of a device in a stream that counts; `seq` 0 and a zero id: none does."""

    device: bytes
    stream: bytes
    seq: int
    batch: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The team's complete state at one version, and the hash of the version before."""

    version: int
    prev: bytes
    team: bytes
    signed_at: datetime
    root_public: bytes
    members: tuple[Member, ...]
    devices: tuple[Device, ...]
    streams: tuple[Stream, ...]
    grants: tuple[Grant, ...] = ()
    recovery_keys: tuple[RecoveryKey, ...] = ()
    receipt_keys: tuple[bytes, ...] = ()
    pins: tuple[Pin, ...] = ()
    lane_public: bytes | None = None

    def encode(self) -> bytes:
        """Deterministic CBOR; lists are sets here and are sorted, so one state has one encoding."""
        fields: dict[int, cbor.Value] = {
            1: limits.PROTOCOL,
            2: self.version,
            3: self.prev,
            4: self.team,
            5: cbor.milliseconds(self.signed_at),
            6: self.root_public,
            7: [[each.id, each.role.value, each.standing.value] for each in sorted(self.members)],
            8: [[each.id, each.member, each.sign_public, each.hpke_public] for each in sorted(self.devices)],
            9: [_stream_value(each) for each in sorted(self.streams)],
            10: [_grant_value(each) for each in sorted(self.grants)],
            11: [[each.id, each.belongs_to.value, each.hpke_public] for each in sorted(self.recovery_keys)],
            12: sorted(self.receipt_keys),
            13: [[each.device, each.stream, each.seq, each.batch] for each in sorted(self.pins)],
            14: self.lane_public,
        }
        return cbor.encode(cbor.compact(fields))

    def device(self, id: bytes) -> Device | None:
        """The device by its id, if it is in use."""
        return next((device for device in self.devices if device.id == id), None)

    def member(self, id: bytes) -> Member | None:
        """The member by id, removed ones too."""
        return next((member for member in self.members if member.id == id), None)

    def stream(self, id: bytes) -> Stream | None:
        """The stream by its id."""
        return next((stream for stream in self.streams if stream.id == id), None)

    def grant(self, device: bytes, stream: bytes) -> Grant | None:
        """What the device may read of the stream."""
        return next((each for each in self.grants if (each.device, each.stream) == (device, stream)), None)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signer's part: `kid` is a device's id, or `fingerprint(root key)`."""

    kid: bytes
    protected: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedEntry:
    """An entry with its signatures, not yet believed: call `verify` for each signer that counts.

    `raw` is what was received, `hash` the SHA-256 of the payload: the entry's id.
    """

    raw: bytes
    payload: bytes
    hash: bytes
    entry: Entry
    signatures: tuple[Signature, ...]

    @property
    def signers(self) -> tuple[bytes, ...]:
        """Key ids that claim to have signed."""
        return tuple(signature.kid for signature in self.signatures)

    def verify(self, kid: bytes, public: bytes) -> None:
        """Pass only if this signer is there and its 32-byte Ed25519 key signed. Raises `Forged`."""
        for each in self.signatures:
            if each.kid == kid:
                envelope.check_signature(public, each.signature, each.protected, Context.ROSTER, self.payload)
                return
        raise Forged("roster")


@dataclass(frozen=True, slots=True, order=True)
class Wrap:
    """An epoch key sealed to one recipient: a device, or a recovery pair (`pair_id`)."""

    stream: bytes
    epoch: int
    recipient: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class RosterPost:
    """An entry and its wraps: posted as one atomic request, read back as an item of a page."""

    entry: bytes
    wraps: tuple[Wrap, ...]

    def encode(self) -> bytes:
        """The body of a POST to the roster."""
        return cbor.encode(self.value())

    def value(self) -> cbor.Value:
        """The CBOR value, wraps in order."""
        wraps: list[cbor.Value] = [
            [wrap.stream, wrap.epoch, wrap.recipient, wrap.sealed] for wrap in sorted(self.wraps)
        ]
        return [self.entry, wraps]


@dataclass(frozen=True, slots=True)
class Founding:
    """The first entry with its wraps, and the administrator's one-time token."""

    token: str
    post: RosterPost

    def encode(self) -> bytes:
        """The body of a POST to teams."""
        return cbor.encode([self.token, self.post.value()])


def fingerprint(public: bytes) -> bytes:
    """SHA-256 of a public key: the root's key id and what an invite carries of it."""
    return hashlib.sha256(public).digest()


def pair_id(one: bytes, other: bytes) -> bytes:
    """The recipient id of a pair of recovery keys, in whichever order they are named."""
    pair = min(one, other) + max(one, other)
    return hashlib.sha256(b"outreach/v1/recovery-pair" + pair).digest()[: limits.ID]


def sign_entry(entry: Entry, signers: Sequence[tuple[bytes, Ed25519PrivateKey]]) -> SignedEntry:
    """The entry signed by one or more (key id, key)."""
    payload = entry.encode()
    return _assemble(payload, [_sign(payload, kid, key) for kid, key in signers])


def countersign(signed: SignedEntry, kid: bytes, key: Ed25519PrivateKey) -> SignedEntry:
    """The same entry, same hash, with one more signature (or this signer's replaced)."""
    others = [each for each in signed.signatures if each.kid != kid]
    return _assemble(signed.payload, [*others, _sign(signed.payload, kid, key)])


def read_entry(raw: bytes) -> SignedEntry:
    """Take a signed entry apart without believing it. Raises `Malformed`."""
    parts = cbor.as_list(cbor.decode(raw, limits.ROSTER_ENTRY, "roster"), 2, "roster")
    if len(parts) != 2:
        raise Malformed("roster")
    payload = cbor.as_octets(parts[0], 1, limits.ROSTER_ENTRY, "roster")
    signatures = tuple(
        _read_signature(item) for item in cbor.as_list(parts[1], limits.ROSTER_SIGNERS, "roster")
    )
    kids = [signature.kid for signature in signatures]
    if not kids or kids != sorted(set(kids)):
        raise Malformed("roster")
    return SignedEntry(raw, payload, hashlib.sha256(payload).digest(), _read_payload(payload), signatures)


def read_post(raw: bytes) -> RosterPost:
    """Take the body of a POST to the roster apart. Raises `Malformed`."""
    return _read_post(cbor.decode(raw, limits.ROSTER_POST, "roster-post"))


def read_founding(raw: bytes) -> Founding:
    """Take the body of a POST to teams apart. Raises `Malformed`."""
    parts = cbor.as_list(cbor.decode(raw, limits.FOUNDING, "founding"), 2, "founding")
    if len(parts) != 2 or not isinstance(parts[0], str) or not 1 <= len(parts[0]) <= limits.TEAM_TOKEN:
        raise Malformed("founding")
    return Founding(parts[0], _read_post(parts[1]))


def encode_posts(posts: Sequence[RosterPost]) -> bytes:
    """A page of the roster, oldest first."""
    return cbor.encode([post.value() for post in posts])


def read_posts(raw: bytes) -> tuple[RosterPost, ...]:
    """Take a page of the roster apart. Raises `Malformed`."""
    page = cbor.decode(raw, limits.ROSTER_PAGE_HARD, "roster-page")
    items = cbor.as_list(page, limits.ROSTER_PAGE_ENTRIES, "roster-page")
    return tuple(_read_post(item) for item in items)


def _sign(payload: bytes, kid: bytes, key: Ed25519PrivateKey) -> Signature:
    protected = envelope.protected_header(kid)
    return Signature(
        kid, protected, key.sign(envelope.signature_input(protected, Context.ROSTER.value, payload))
    )


def _assemble(payload: bytes, signatures: Sequence[Signature]) -> SignedEntry:
    ordered = sorted(signatures, key=lambda each: each.kid)
    raw = cbor.encode([payload, [[each.protected, {}, None, each.signature] for each in ordered]])
    return read_entry(raw)


def _read_signature(item: cbor.Value) -> Signature:
    parts = cbor.as_list(item, 4, "roster")
    if len(parts) != 4 or parts[1] != {} or parts[2] is not None:
        raise Malformed("roster")
    protected = cbor.as_octets(parts[0], 1, 128, "roster")
    signature = cbor.as_octets(parts[3], limits.SIGNATURE, limits.SIGNATURE, "roster")
    return Signature(envelope.read_kid(protected, "roster"), protected, signature)


def _read_payload(payload: bytes) -> Entry:
    fields = cbor.Fields(cbor.decode(payload, limits.ROSTER_ENTRY, "roster"), "roster")
    fields.number(1, limits.PROTOCOL, limits.PROTOCOL)
    entry = Entry(
        version=fields.number(2, least=1),
        prev=fields.octets(3, limits.HASH),
        team=fields.octets(4, limits.ID),
        signed_at=fields.moment(5),
        root_public=fields.octets(6, limits.SIGN_PUBLIC),
        members=_read_all(fields, 7, limits.MEMBERS, _read_member),
        devices=_read_all(fields, 8, limits.DEVICES, _read_device),
        streams=_read_all(fields, 9, limits.STREAMS, _read_stream),
        grants=_read_all(fields, 10, limits.GRANTS, _read_grant),
        recovery_keys=_read_all(fields, 11, limits.RECOVERY_KEYS, _read_recovery_key),
        receipt_keys=_read_all(fields, 12, limits.RECEIPT_KEYS, _read_receipt_key),
        pins=_read_all(fields, 13, limits.PINS, _read_pin),
        lane_public=fields.octets(14, limits.HPKE_PUBLIC) if fields.has(14) else None,
    )
    fields.done()
    if (entry.version == 1) != (entry.prev == BEFORE_FIRST) or not _is_consistent(entry):
        raise Malformed("roster")
    # A set has one order; read in another, the entry would encode to other bytes than were signed.
    if entry.encode() != payload:
        raise Malformed("roster")
    return entry


def _is_consistent(entry: Entry) -> bool:
    """Ids are unique and what is named exists; removed members keep no device, readers have a device."""
    active = {member.id for member in entry.members if member.standing is Standing.ACTIVE}
    devices = {device.id for device in entry.devices}
    epochs = {stream.id: {epoch.number for epoch in stream.epochs} for stream in entry.streams}
    return (
        len({member.id for member in entry.members}) == len(entry.members)
        and len(devices) == len(entry.devices)
        and len({device.sign_public for device in entry.devices}) == len(entry.devices)
        and len(epochs) == len(entry.streams)
        and len({stream.name for stream in entry.streams}) == len(entry.streams)
        and len({key.id for key in entry.recovery_keys}) == len(entry.recovery_keys)
        and len(set(entry.receipt_keys)) == len(entry.receipt_keys)
        and len({(grant.device, grant.stream) for grant in entry.grants}) == len(entry.grants)
        and len({(pin.device, pin.stream) for pin in entry.pins}) == len(entry.pins)
        and all(device.member in active for device in entry.devices)
        and all(grant.device in devices for grant in entry.grants)
        and all(grant.from_epoch in epochs.get(grant.stream, ()) for grant in entry.grants)
        and all(pin.stream in epochs for pin in entry.pins)
        and all((pin.seq == 0) == (pin.batch == NO_BATCH) for pin in entry.pins)
    )


def _read_all(fields: cbor.Fields, label: int, most: int, read: Callable[[cbor.Value], T]) -> tuple[T, ...]:
    return tuple(read(item) for item in fields.items(label, most))


def _stream_value(stream: Stream) -> cbor.Value:
    epochs: list[cbor.Value] = [
        [epoch.number, epoch.commitment, cbor.milliseconds(epoch.since_at)] for epoch in stream.epochs
    ]
    return [stream.id, stream.name, epochs]


def _grant_value(grant: Grant) -> cbor.Value:
    return [grant.device, grant.stream, grant.from_epoch, grant.history.value]


def _row(item: cbor.Value, width: int) -> cbor.Fields:
    """A row of a list, read by its positions from 1."""
    parts = cbor.as_list(item, width, "roster")
    return cbor.Fields(dict(enumerate(parts, start=1)), "roster")


def _read_member(item: cbor.Value) -> Member:
    row = _row(item, 3)
    return Member(row.octets(1, limits.ID), row.word(2, Role), row.word(3, Standing))


def _read_device(item: cbor.Value) -> Device:
    row = _row(item, 4)
    return Device(
        row.octets(1, limits.ID),
        row.octets(2, limits.ID),
        row.octets(3, limits.SIGN_PUBLIC),
        row.octets(4, limits.HPKE_PUBLIC),
    )


def _read_stream(item: cbor.Value) -> Stream:
    row = _row(item, 3)
    id, name = row.octets(1, limits.ID), row.text(2, limits.STREAM_NAME)
    epochs = _read_all(row, 3, limits.EPOCHS, _read_epoch)
    numbers = [epoch.number for epoch in epochs]
    if not numbers or numbers != sorted(set(numbers)):
        raise Malformed("roster")
    return Stream(id, name, epochs)


def _read_epoch(item: cbor.Value) -> Epoch:
    row = _row(item, 3)
    return Epoch(row.number(1), row.octets(2, limits.HASH), row.moment(3))


def _read_grant(item: cbor.Value) -> Grant:
    row = _row(item, 4)
    return Grant(row.octets(1, limits.ID), row.octets(2, limits.ID), row.number(3), row.word(4, History))


def _read_recovery_key(item: cbor.Value) -> RecoveryKey:
    row = _row(item, 3)
    return RecoveryKey(row.octets(1, limits.ID), row.word(2, RecoverySet), row.octets(3, limits.HPKE_PUBLIC))


def _read_receipt_key(item: cbor.Value) -> bytes:
    return cbor.as_octets(item, limits.SIGN_PUBLIC, limits.SIGN_PUBLIC, "roster")


def _read_pin(item: cbor.Value) -> Pin:
    row = _row(item, 4)
    return Pin(row.octets(1, limits.ID), row.octets(2, limits.ID), row.number(3), row.octets(4, limits.HASH))


def _read_wrap(item: cbor.Value) -> Wrap:
    row = _row(item, 4)
    return Wrap(
        row.octets(1, limits.ID), row.number(2), row.octets(3, limits.ID), row.octets(4, 1, limits.SEALED_KEY)
    )


def _read_post(value: cbor.Value) -> RosterPost:
    parts = cbor.as_list(value, 2, "roster-post")
    if len(parts) != 2:
        raise Malformed("roster-post")
    entry = cbor.as_octets(parts[0], 1, limits.ROSTER_ENTRY, "roster-post")
    wraps = tuple(_read_wrap(item) for item in cbor.as_list(parts[1], limits.ROSTER_WRAPS, "roster-post"))
    places = [(wrap.stream, wrap.epoch, wrap.recipient) for wrap in wraps]
    if places != sorted(set(places)):
        raise Malformed("roster-post")
    return RosterPost(entry, wraps)
