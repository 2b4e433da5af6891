"""What only the server can say: this batch has this place in this history.

Each statement is signed by the server's receipt key, whose public half stands in the roster. A
status code proves nothing; a receipt does. The head after n batches is
SHA-256(head before || n as 8 bytes, big-endian || batch id), so one head vouches for every batch
up to it, in order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context


@dataclass(frozen=True, slots=True)
class Receipt:
    """The batch is stored as number `team_seq` of the stream, and the head after it is `head`."""

    batch: bytes
    stream: bytes
    history: bytes
    team_seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream: `team_seq` batches, and the head after them."""

    stream: bytes
    history: bytes
    team_seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """A restore: the new history agrees with the old one up to `team_seq`, where the head was `head`."""

    stream: bytes
    old: bytes
    new: bytes
    team_seq: int
    head: bytes


def first_head(stream: bytes) -> bytes:
    """The head of an empty stream."""
    return hashlib.sha256(Context.HEAD.value + stream).digest()


def next_head(head: bytes, team_seq: int, batch: bytes) -> bytes:
    """The head after batch number `team_seq`."""
    return hashlib.sha256(head + team_seq.to_bytes(8, "big") + batch).digest()


def key_id(public: bytes) -> bytes:
    """The key id of a receipt key: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(public).digest()[: limits.ID]


def sign_receipt(key: Ed25519PrivateKey, receipt: Receipt) -> bytes:
    """The signed receipt; the same facts give the same bytes."""
    return _sign(
        Context.RECEIPT,
        key,
        {1: receipt.batch, 2: receipt.stream, 3: receipt.history, 4: receipt.team_seq, 5: receipt.head},
    )


def read_receipt(raw: bytes, public: bytes) -> Receipt:
    """A verified receipt. Raises `Malformed`, or `Forged` if this key did not sign it."""
    fields = _read(Context.RECEIPT, raw, public)
    receipt = Receipt(
        fields.octets(1, limits.HASH),
        fields.octets(2, limits.ID),
        fields.octets(3, limits.ID),
        fields.number(4, least=1),
        fields.octets(5, limits.HASH),
    )
    fields.done()
    return receipt


def sign_head(key: Ed25519PrivateKey, head: Head) -> bytes:
    """The signed end of a stream."""
    return _sign(Context.HEAD, key, {2: head.stream, 3: head.history, 4: head.team_seq, 5: head.head})


def read_head(raw: bytes, public: bytes) -> Head:
    """A verified end of a stream. Raises `Malformed`, or `Forged` if this key did not sign it."""
    fields = _read(Context.HEAD, raw, public)
    head = Head(
        fields.octets(2, limits.ID),
        fields.octets(3, limits.ID),
        fields.number(4),
        fields.octets(5, limits.HASH),
    )
    fields.done()
    return head


def sign_change(key: Ed25519PrivateKey, change: HistoryChange) -> bytes:
    """The signed statement of a restore."""
    return _sign(
        Context.HISTORY,
        key,
        {2: change.stream, 3: change.new, 4: change.team_seq, 5: change.head, 6: change.old},
    )


def read_change(raw: bytes, public: bytes) -> HistoryChange:
    """A verified statement of a restore. Raises `Malformed`, or `Forged` if this key did not sign it."""
    fields = _read(Context.HISTORY, raw, public)
    change = HistoryChange(
        stream=fields.octets(2, limits.ID),
        new=fields.octets(3, limits.ID),
        team_seq=fields.number(4),
        head=fields.octets(5, limits.HASH),
        old=fields.octets(6, limits.ID),
    )
    fields.done()
    return change


def _sign(context: Context, key: Ed25519PrivateKey, fields: dict[int, cbor.Value]) -> bytes:
    return envelope.sign(context, key, key_id(key.public_key().public_bytes_raw()), cbor.encode(fields))


def _read(context: Context, raw: bytes, public: bytes) -> cbor.Fields:
    signed = envelope.read_signed(raw, limits.RECEIPT, "receipt")
    signed.verify(context, public)
    return cbor.Fields(cbor.decode(signed.payload, limits.RECEIPT, "receipt"), "receipt")
