"""The unit of transfer: a signed header over a sealed, padded, compressed body.

The header says which place of which device's chain this is; the body is detached and named by its
hash, so that it can be redacted while the chain still verifies. What the body holds is opaque
here. Sealed once, stored, sent as it is; a batch is never sealed twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context, Signed
from outreach_app.wire.problems import Malformed

NOTHING_BEFORE = bytes(limits.HASH)
BODY_INFO = b"outreach/v1/batch"
_LENGTH = 4
_WINDOW = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Preamble:
    """The header before its body is known: what key derivation and associated data are bound to.

    `epoch` names the stream's key. `seq` starts at 1 and is gapless per device and stream; `prev`
    is the id of that device's batch before, `NOTHING_BEFORE` for the first. `roster` is the hash of
    the entry whose roles the author acts under. `ops` is `hash_ops` of the op ids inside.
    `sealed_lane_key` is the HPKE wrap of a one-off key for a stream its author cannot read.
    """

    team: bytes
    stream: bytes
    epoch: int
    device: bytes
    seq: int
    prev: bytes
    salt: bytes
    roster: bytes
    ops: bytes
    sealed_lane_key: bytes | None = None

    def encode(self) -> bytes:
        """Deterministic CBOR: HKDF's info, through its hash, and the body's associated data."""
        return cbor.encode(self._fields())

    def _fields(self) -> dict[int, cbor.Value]:
        return cbor.compact(
            {
                1: limits.PROTOCOL,
                2: self.team,
                3: self.stream,
                4: self.epoch,
                5: self.device,
                6: self.seq,
                7: self.prev,
                8: self.salt,
                9: self.roster,
                10: self.ops,
                12: self.sealed_lane_key,
            }
        )


@dataclass(frozen=True, slots=True)
class Header:
    """A preamble and the SHA-256 of the body it was sealed with."""

    preamble: Preamble
    body: bytes

    def encode(self) -> bytes:
        """Deterministic CBOR: the payload that is signed."""
        return cbor.encode({**self.preamble._fields(), 11: self.body})


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """A header taken apart and not yet believed: call `verify` with its device's key.

    `batch_id` is the SHA-256 of the signed bytes.
    """

    raw: bytes
    header: Header
    batch_id: bytes
    signed: Signed

    @property
    def preamble(self) -> Preamble:
        """The header without the body's hash."""
        return self.header.preamble

    def verify(self, public: bytes) -> None:
        """Pass only if the device's 32-byte Ed25519 key signed this header. Raises `Forged`."""
        self.signed.verify(Context.BATCH, public)

    def matches(self, body: bytes) -> bool:
        """Whether these are the bytes that the header names as its body."""
        return hashlib.sha256(body).digest() == self.header.body


@dataclass(frozen=True, slots=True)
class Batch:
    """What travels: signed header and sealed body."""

    header: bytes
    body: bytes

    def encode(self) -> bytes:
        """The body of a PUT."""
        return cbor.encode([self.header, self.body])


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch of a page: its place in the stream, and its receipt as signed by the server.

    `body` is None where the server holds no body that fits the header (damaged or redacted).
    """

    team_seq: int
    header: bytes
    body: bytes | None
    receipt: bytes


def hash_ops(op_ids: Iterable[bytes]) -> bytes:
    """SHA-256 of the CBOR list of op ids, in the order of the body."""
    return hashlib.sha256(cbor.encode(list(op_ids))).digest()


def hash_batch(signed_header: bytes) -> bytes:
    """The batch id: SHA-256 of the signed header."""
    return hashlib.sha256(signed_header).digest()


def seal_batch(
    epoch_key: bytes, signing: Ed25519PrivateKey, preamble: Preamble, plain: bytes, level: int = 3
) -> Batch:
    """Seal the body and sign the header over it."""
    body = seal_body(epoch_key, preamble, plain, level)
    return Batch(sign_header(signing, preamble, body), body)


def sign_header(signing: Ed25519PrivateKey, preamble: Preamble, body: bytes) -> bytes:
    """The signed header of a body; its key id is the preamble's device."""
    header = Header(preamble, hashlib.sha256(body).digest())
    return envelope.sign(Context.BATCH, signing, preamble.device, header.encode())


def read_header(raw: bytes) -> SignedHeader:
    """Take a signed header apart without believing it. Raises `Malformed`."""
    signed = envelope.read_signed(raw, limits.HEADER, "header")
    fields = cbor.Fields(cbor.decode(signed.payload, limits.HEADER, "header"), "header")
    fields.number(1, limits.PROTOCOL, limits.PROTOCOL)
    preamble = Preamble(
        team=fields.octets(2, limits.ID),
        stream=fields.octets(3, limits.ID),
        epoch=fields.number(4),
        device=fields.octets(5, limits.ID),
        seq=fields.number(6, least=1),
        prev=fields.octets(7, limits.HASH),
        salt=fields.octets(8, limits.SALT),
        roster=fields.octets(9, limits.HASH),
        ops=fields.octets(10, limits.HASH),
        sealed_lane_key=fields.octets(12, 1, limits.SEALED_LANE_KEY) if fields.has(12) else None,
    )
    header = Header(preamble, fields.octets(11, limits.HASH))
    fields.done()
    if signed.kid != preamble.device or (preamble.seq == 1) != (preamble.prev == NOTHING_BEFORE):
        raise Malformed("header")
    return SignedHeader(raw, header, hash_batch(raw), signed)


def read_batch(raw: bytes) -> Batch:
    """Take the body of a PUT apart. Raises `Malformed`."""
    parts = cbor.as_list(cbor.decode(raw, limits.BATCH_HARD, "batch"), 2, "batch")
    if len(parts) != 2:
        raise Malformed("batch")
    header = cbor.as_octets(parts[0], 1, limits.HEADER, "batch")
    return Batch(header, cbor.as_octets(parts[1], 1, limits.BATCH_HARD, "batch"))


def encode_page(deliveries: Sequence[Delivery]) -> bytes:
    """A page of a stream, in the stream's order."""
    return cbor.encode([[item.team_seq, item.header, item.body, item.receipt] for item in deliveries])


def read_page(raw: bytes) -> tuple[Delivery, ...]:
    """Take a page apart; places must ascend. Raises `Malformed`."""
    page = cbor.as_list(cbor.decode(raw, limits.PAGE_HARD, "page"), limits.PAGE_BATCHES, "page")
    deliveries = tuple(_read_delivery(item) for item in page)
    if any(after.team_seq != before.team_seq + 1 for before, after in pairwise(deliveries)):
        raise Malformed("page")
    return deliveries


def _read_delivery(item: cbor.Value) -> Delivery:
    parts = cbor.as_list(item, 4, "page")
    if len(parts) != 4:
        raise Malformed("page")
    team_seq, header, body, receipt = parts
    if type(team_seq) is not int or not 1 <= team_seq <= limits.COUNT:
        raise Malformed("page")
    return Delivery(
        team_seq,
        cbor.as_octets(header, 1, limits.HEADER, "page"),
        None if body is None else cbor.as_octets(body, 1, limits.BATCH_HARD, "page"),
        cbor.as_octets(receipt, 1, limits.RECEIPT, "page"),
    )


def seal_body(epoch_key: bytes, preamble: Preamble, plain: bytes, level: int = 3) -> bytes:
    """Compress, pad, seal. The salt in the preamble must be fresh: it makes the key single-use."""
    if len(plain) > limits.BATCH_PLAIN:
        raise Malformed("body")
    external = preamble.encode()
    return envelope.seal(_body_key(epoch_key, preamble.salt, external), pack(plain, level), external)


def open_body(epoch_key: bytes, preamble: Preamble, body: bytes) -> bytes:
    """What `seal_body` was given. `Forged` for another key or header, `Malformed` for another shape."""
    external = preamble.encode()
    key = _body_key(epoch_key, preamble.salt, external)
    return unpack(envelope.open_sealed(key, body, external, limits.BATCH_HARD, "body"))


def _body_key(epoch_key: bytes, salt: bytes, external: bytes) -> bytes:
    info = BODY_INFO + hashlib.sha256(external).digest()
    return HKDF(SHA256(), 32, salt, info).derive(epoch_key)


def pack(plain: bytes, level: int = 3) -> bytes:
    """Length (4 bytes, big-endian) of the zstd frame, the frame, zeros up to the bucket."""
    frame = zstandard.ZstdCompressor(level=level).compress(plain)
    packed = len(frame).to_bytes(_LENGTH, "big") + frame
    return packed.ljust(bucket(len(packed)), b"\0")


def unpack(packed: bytes) -> bytes:
    """What `pack` was given. Raises `Malformed`, and never lets more than the cap out of the frame.

    The frame's own claim of its size is read first and held to, because zstandard's
    `max_output_size` does not bind a frame that declares a larger size.
    """
    end = _LENGTH + int.from_bytes(packed[:_LENGTH], "big")
    frame, padding = packed[_LENGTH:end], packed[end:]
    if len(packed) != bucket(end) or padding.strip(b"\0"):
        raise Malformed("body")
    try:
        size = zstandard.frame_content_size(frame)
        if not 0 <= size <= limits.BATCH_PLAIN:
            raise Malformed("body")
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(frame) as reader:
            plain = reader.read(size + 1)
    except zstandard.ZstdError:
        raise Malformed("body") from None
    if len(plain) != size:
        raise Malformed("body")
    return plain


def bucket(length: int) -> int:
    """The padded size: 1 KiB at least, then Padmé, which leaks O(log log n) bits and adds at most 12 %.

    Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: "Reducing Metadata Leakage from Encrypted Files
    and Communication with PURBs", PoPETs 2019(4), section 4.
    """
    if length <= limits.PAD_FROM:
        return limits.PAD_FROM
    exponent = length.bit_length() - 1
    step = (1 << (exponent - exponent.bit_length())) - 1
    return (length + step) & ~step
