"""Ids, time and chance as the rest of the house is given them.

Nothing below `assembly` calls the clock or the random source of the machine: both arrive as an
argument of one of these shapes, so a test can hold them still.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType, Protocol

RecordId = NewType("RecordId", str)
"""A record's id: a UUID of version 7 in canonical text, made on the laptop that began it."""

MemberId = NewType("MemberId", str)
"""A member's id: 32 hexadecimal digits (16 random bytes on the wire)."""

OpId = NewType("OpId", str)
"""SHA-256 of an operation's exact JSON bytes, in hexadecimal."""

Randomness = Callable[[int], bytes]
"""Gives that many random bytes (`os.urandom` outside tests)."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def zone_minutes(self, at: datetime) -> int:
        """Minutes that local wall clocks are ahead of UTC at that moment (60 in British summer)."""
        ...


def new_record_id(now: datetime, randomness: Randomness, author: str = "") -> RecordId:
    """A UUIDv7 (RFC 9562, section 5.7) whose last four bytes are bound to the author.

    48 bits of milliseconds keep records that begin together together in an index; the time in it is
    never shown or used. The binding lets every reader tell who began the record, whatever times later
    operations claim.
    """
    millis = to_millis(now)
    noise = bytearray(randomness(6))
    noise[0] = 0x70 | (noise[0] & 0x0F)
    noise[2] = 0x80 | (noise[2] & 0x3F)
    begun = millis.to_bytes(6, "big") + bytes(noise)
    digits = (begun + _bound(begun, author)).hex()
    return RecordId(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")


def may_have_begun(record_id: str, author: str) -> bool:
    """Whether this author made this record id; by chance for one author in four thousand million."""
    digits = record_id.replace("-", "")
    return digits[24:] == _bound(bytes.fromhex(digits[:24]), author).hex()


def _bound(begun: bytes, author: str) -> bytes:
    return hashlib.sha256(begun + author.encode()).digest()[:4]


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC, as operations carry their time."""
    return round(moment.timestamp() * 1000)


def from_millis(millis: int) -> datetime:
    """The aware UTC moment of an operation's time."""
    return datetime.fromtimestamp(millis / 1000, UTC)
