"""One value, one encoding: the subset of CBOR (RFC 8949) that everything here is written in.

Signed and hashed bytes must have a single form, so encoding is deterministic (RFC 8949 4.2.1)
and decoding refuses whatever encoding would not have produced. Only integers, byte strings, text,
booleans, null, lists and maps with positive integer labels occur; no floats, no tags, no
indefinite lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NoReturn, TypeVar

import cbor2

from outreach_app.wire import limits
from outreach_app.wire.problems import Malformed

Value = int | bytes | str | bool | None | Sequence["Value"] | dict[int, "Value"]

Choice = TypeVar("Choice", bound=StrEnum)

DEPTH = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def encode(value: Value) -> bytes:
    """The only encoding of a value. A map's entry whose value is None is left out by `compact`, not here."""
    return cbor2.dumps(value, canonical=True)


def compact(fields: dict[int, Value]) -> dict[int, Value]:
    """The map without its empty labels: an absent part is a label that is not there."""
    return {label: value for label, value in fields.items() if value is not None}


def decode(raw: bytes, cap: int, what: str) -> Value:
    """Read bytes that `encode` could have written and nothing else.

    cbor2 accepts lengths that are not the shortest, trailing bytes and types we never use, so the
    value is type-checked and encoded again, and must give the same bytes. Raises `Malformed(what)`.
    """
    if len(raw) > cap:
        raise Malformed(what)
    try:
        value = cbor2.loads(
            raw,
            max_depth=DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders=_NO_TAGS,
            tag_hook=_refuse_tag,
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError):
        raise Malformed(what) from None
    if not _is_plain(value) or encode(value) != raw:
        raise Malformed(what)
    checked: Value = value
    return checked


class Fields:
    """Reads a map label by label; `done` refuses labels that nobody asked for.

    Version 1 of every format is pinned: an unknown label is not an extension but a fault.
    """

    def __init__(self, value: Value, what: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(what)
        self._left = dict(value)
        self._what = what

    def number(self, label: int, least: int = 0, most: int = limits.COUNT) -> int:
        """An integer within bounds, both included."""
        value = self._left.pop(label, None)
        if type(value) is not int or not least <= value <= most:
            raise Malformed(self._what)
        return value

    def octets(self, label: int, least: int, most: int | None = None) -> bytes:
        """A byte string of exactly `least` bytes, or of `least` to `most`."""
        value = self._left.pop(label, None)
        if not isinstance(value, bytes) or not least <= len(value) <= (least if most is None else most):
            raise Malformed(self._what)
        return value

    def text(self, label: int, most: int) -> str:
        """A text of one to `most` characters."""
        value = self._left.pop(label, None)
        if not isinstance(value, str) or not 1 <= len(value) <= most:
            raise Malformed(self._what)
        return value

    def word(self, label: int, choices: type[Choice]) -> Choice:
        """A text that is one of an enumeration's."""
        value = self._left.pop(label, None)
        try:
            return choices(str(value))
        except ValueError:
            raise Malformed(self._what) from None

    def items(self, label: int, most: int) -> list[Value]:
        """A list of at most `most` values."""
        value = self._left.pop(label, None)
        return as_list(value, most, self._what)

    def moment(self, label: int) -> datetime:
        """An aware UTC time, from milliseconds since 1970."""
        milliseconds = self.number(label, most=_LAST_MOMENT)
        return _EPOCH + milliseconds * _MILLISECOND

    def has(self, label: int) -> bool:
        """Whether an optional label is there."""
        return label in self._left

    def done(self) -> None:
        """Refuse what was not read."""
        if self._left:
            raise Malformed(self._what)


def as_list(value: Value, most: int, what: str) -> list[Value]:
    """The value as a list of at most `most` items."""
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(what)
    return value


def as_octets(value: Value, least: int, most: int, what: str) -> bytes:
    """The value as a byte string of `least` to `most` bytes."""
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise Malformed(what)
    return value


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970 of an aware time; the rest of the second's fraction is dropped."""
    return (at - _EPOCH) // _MILLISECOND


_LAST_MOMENT = milliseconds(datetime(9999, 1, 1, tzinfo=UTC))


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("tag")


# cbor2 turns these tags into dates, big numbers, references and patterns before anybody can look
# (tag 29 even into a list that contains itself), so each is refused by name, the rest by the hook.
_KNOWN_TAGS = (*range(0, 6), 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)
_NO_TAGS: dict[int, Callable[..., NoReturn]] = dict.fromkeys(_KNOWN_TAGS, _refuse_tag)


def _is_plain(value: object) -> bool:
    if value is None or type(value) in (int, bytes, str, bool):
        return True
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(type(label) is int and label > 0 and _is_plain(item) for label, item in value.items())
    return False
