"""What is inside a batch: operations as they were stamped, byte for byte.

The plain text that is sealed is JSON {"ids", "ops", "elsewhere"}: operation ids in order, the
operations' exact bytes, and this device's newest (seq, batch id) in each of its other streams, by
which a reader notices that a batch was withheld.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from outreach_app.domain.operation import Held, op_id
from outreach_app.wire.batch import hash_ops
from outreach_app.wire.problems import Malformed

Elsewhere = Mapping[str, tuple[int, str]]
"""Stream id (hex) to the newest (seq, batch id in hex) that this device sealed there."""


class _Content(msgspec.Struct, frozen=True):
    ids: list[str]
    ops: list[msgspec.Raw]
    elsewhere: dict[str, tuple[int, str]] = {}


class Content(msgspec.Struct, frozen=True):
    """A batch's content, its ids checked against the bytes and the header's hash."""

    raws: tuple[bytes, ...]
    elsewhere: dict[str, tuple[int, str]]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Content)


def write(ops: Sequence[Held], elsewhere: Elsewhere) -> bytes:
    """The plain text of a batch of these operations."""
    return _encoder.encode(
        _Content([held.id for held in ops], [msgspec.Raw(held.raw) for held in ops], dict(elsewhere))
    )


def op_hash(ops: Sequence[Held]) -> bytes:
    """What the header says of the operations: SHA-256 over their ids."""
    return hash_ops(bytes.fromhex(held.id) for held in ops)


def read(plain: bytes, said_hash: bytes) -> Content:
    """Take a content apart; raises `Malformed` when ids, bytes and header do not belong together."""
    try:
        content = _decoder.decode(plain)
    except msgspec.DecodeError:
        raise Malformed("content") from None
    raws = tuple(bytes(raw) for raw in content.ops)
    if [op_id(raw) for raw in raws] != content.ids:
        raise Malformed("content")
    if hash_ops(bytes.fromhex(one) for one in content.ids) != said_hash:
        raise Malformed("content")
    return Content(raws, content.elsewhere)
