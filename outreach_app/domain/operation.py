"""An operation: what one person said about one record at one moment. Operations are the truth.

Its id is the SHA-256 of its exact JSON bytes, salt included. Those bytes are stored and sent as
they are and never encoded again, so an id means the same on every laptop for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from outreach_app.domain.codes import LIST_VERSION
from outreach_app.domain.field import Json
from outreach_app.domain.ids import MemberId, OpId, RecordId
from outreach_app.domain.trouble import Trouble

VOIDED = "voided"
"""The one reserved field: the reason a record was voided, or null after an undo."""

LARGEST_OPERATION = 200 * 1024

LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999: beyond it no calendar and no database can follow."""

DAY_MINUTES = 24 * 60

ANY_ID = "^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
"""A record's id, in either spelling."""

DEEPEST = 20
"""Levels of lists and maps in an operation's answers; a polygon has five."""


class Operation(msgspec.Struct, frozen=True, kw_only=True, rename={"list_version": "list"}):
    """The content of an operation.

    `at` is milliseconds UTC and never decreases on a device; `zone` is the local offset in minutes.
    `over` lists, for each field it sets, the operations whose values were on screen before.
    """

    type: Literal["set"]
    kind: str
    record: Annotated[str, msgspec.Meta(pattern=ANY_ID)]
    at: Annotated[int, msgspec.Meta(ge=0, le=LATEST)]
    zone: Annotated[int, msgspec.Meta(ge=-DAY_MINUTES, le=DAY_MINUTES)]
    author: str
    salt: str
    set: dict[str, Json]
    over: dict[str, list[str]] = {}
    list_version: int = LIST_VERSION


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An operation with its id, its exact bytes, and the role its author had when it was sealed."""

    id: OpId
    raw: bytes
    op: Operation
    role: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Operation)


def stamp(
    *,
    kind: str,
    record: RecordId,
    author: MemberId,
    role: str,
    at: int,
    zone: int,
    salt: bytes,
    set: Mapping[str, Json],
    over: Mapping[str, list[str]] | None = None,
) -> Held:
    """Make an operation out of what was said; raises Trouble `record-too-large` beyond 200 KiB."""
    op = Operation(
        type="set",
        kind=kind,
        record=record,
        at=at,
        zone=zone,
        author=author,
        salt=salt.hex(),
        set=dict(set),
        over={field: list(ids) for field, ids in (over or {}).items() if ids},
    )
    raw = _encoder.encode(op)
    if len(raw) > LARGEST_OPERATION:
        raise Trouble("record-too-large", size=len(raw), most=LARGEST_OPERATION)
    return Held(id=op_id(raw), raw=raw, op=op, role=role)


def op_id(raw: bytes) -> OpId:
    """The id of an operation's exact bytes."""
    return OpId(hashlib.sha256(raw).hexdigest())


def read(raw: bytes, role: str) -> Held:
    """An operation from its exact bytes; raises `msgspec.ValidationError` or `DecodeError` if it is none."""
    try:
        op = _decoder.decode(raw)
    except RecursionError:
        raise msgspec.ValidationError("nested too deeply") from None
    # What decodes here must decode in every place, under whatever stack stands there.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and not _is_shallow(op.set, DEEPEST):
        raise msgspec.ValidationError("nested too deeply")
    stray = [field for field in op.over if field not in op.set]
    if stray:
        raise msgspec.ValidationError("`over` names a field that is not set")
    return Held(id=op_id(raw), raw=raw, op=op, role=role)


def _is_shallow(value: Json, levels: int) -> bool:
    if isinstance(value, dict):
        return levels > 0 and all(_is_shallow(part, levels - 1) for part in value.values())
    if isinstance(value, list):
        return levels > 0 and all(_is_shallow(part, levels - 1) for part in value)
    return True
