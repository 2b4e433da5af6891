"""What is believed of operations that arrive: author, stream and rights, one by one.

Keys keep others out of a stream; here roles decide what may be done inside it. An operation that
does not pass is parked with its reason, kept, and shown; the rest of its batch goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from outreach_app.domain import operation
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.operation import Held


class Refusal(NamedTuple):
    """An operation set aside: its exact bytes and a reason code (`PARKED` has the words)."""

    raw: bytes
    reason: str


class Believed(NamedTuple):
    """A content sorted into what counts and what is set aside."""

    ops: tuple[Held, ...]
    refused: tuple[Refusal, ...]


PARKED = {
    "operation-malformed": "It is not an operation of this program.",
    "needs-update": "A newer version of the program wrote it. Update to read it.",
    "author-forged": "It claims another author than the laptop that signed it.",
    "stream-wrong": "It travelled in a stream where its kind does not belong.",
    "not-entitled": "Its author's role may not do this.",
    "signature-wrong": "The batch was changed on the way, or another key signed it.",
    "body-damaged": "The sealed bytes were changed. Another laptop will send them again.",
    "body-missing": "The server no longer holds the sealed bytes. Another laptop will send them again.",
    "key-missing": "The key has not arrived yet. It opens by itself when it does.",
    "key-wrong": "It was sealed with a key that the roster does not know.",
    "device-unknown": "No laptop of the team's roster signed it.",
    "roster-unknown": "It names a roster that this laptop has not seen.",
    "roster-older": "It names an older roster than the same laptop did before.",
    "team-wrong": "It names another team.",
    "stream-unknown": "It names a stream that the roster does not have.",
    "epoch-wrong": "It was sealed under an older key than its roster allows.",
    "pin-contradicted": "It takes the place of a batch that a lead has confirmed.",
    "two-kinds": "Two laptops gave one record two kinds.",
    "late": "It comes from a laptop that was removed. A lead decides.",
    "before_you": "It was sealed before you joined, and you were not given that time.",
}


def believe(raws: Sequence[bytes], *, member: str, role: str, stream: str) -> Believed:
    """Sort a batch's operations; `member` and `role` are those of the device that signed it.

    The role is the one in the roster that the batch names, so a later promotion or removal changes
    nothing that was rightfully said before.
    """
    ops: list[Held] = []
    refused: list[Refusal] = []
    for raw in raws:
        try:
            held = operation.read(raw, role)
        except msgspec.DecodeError:
            refused.append(Refusal(raw, _why_unread(raw)))
            continue
        reason = _objection(held, member, role, stream)
        if reason:
            refused.append(Refusal(raw, reason))
        else:
            ops.append(held)
    return Believed(tuple(ops), tuple(refused))


def _objection(held: Held, member: str, role: str, stream: str) -> str | None:
    if held.op.author != member:
        return "author-forged"
    kind = KINDS.get(held.op.kind)
    if kind is None:
        return None
    if kind.stream != stream:
        return "stream-wrong"
    if role not in kind.writers:
        return "not-entitled"
    return None


def _why_unread(raw: bytes) -> str:
    """A well-formed operation of a type this version does not know waits for an update."""
    try:
        shape = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return "operation-malformed"
    known = isinstance(shape, dict) and isinstance(shape.get("type"), str) and shape["type"] != "set"
    return "needs-update" if known else "operation-malformed"
