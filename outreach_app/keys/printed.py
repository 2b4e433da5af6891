"""Secrets as people print, read out and type them: groups of five characters, each with its own check.

    payload, a multiple of 5 bytes -> base 32 without I, L, O and U (Crockford's alphabet)
    group i  = four characters of payload, then one check character
    check    = (i + 1) + 2 c1 + 4 c2 + 8 c3 + 16 c4 in the field GF(32), x^5 + x^2 + 1

The weights are powers of the field's generator: any one wrong character in a group and any two
characters exchanged are always found, and so are two groups exchanged; the group is named, so that
nobody types the whole sheet again. Reading forgives case, spaces, dashes and the usual look-alikes.
"""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 5
_DATA_IN_GROUP = GROUP - 1
_BITS = 5
_BYTES_PER_TWO_GROUPS = 5
_LEAST_SUM = 4
_MODULUS = 0b100101
_FORGIVEN = str.maketrans(
    "OIL", "011", " \t\r\n-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{NO-BREAK SPACE}"
)


class Misread(Exception):
    """The text is not what was printed. `group` counts from 1; 0 means the whole: its length or its sum."""

    def __init__(self, group: int) -> None:
        super().__init__(group)
        self.group = group


def write(payload: bytes) -> str:
    """The payload as groups with dashes between them. Its length must be a multiple of five bytes."""
    if not payload or len(payload) % _BYTES_PER_TWO_GROUPS:
        raise ValueError(f"{len(payload)} bytes do not fill whole groups")
    number = int.from_bytes(payload, "big")
    count = len(payload) * 8 // _BITS
    values = [(number >> (_BITS * (count - 1 - place))) & 31 for place in range(count)]
    groups = []
    for index, start in enumerate(range(0, count, _DATA_IN_GROUP)):
        group = values[start : start + _DATA_IN_GROUP]
        groups.append("".join(ALPHABET[value] for value in (*group, _check(index, group))))
    return "-".join(groups)


def read(text: str, size: int) -> bytes:
    """The payload of `size` bytes that `write` printed; Misread names the first group with a slip."""
    characters = text.upper().translate(_FORGIVEN)
    for place, character in enumerate(characters):
        if character not in ALPHABET:
            raise Misread(place // GROUP + 1)
    values = [ALPHABET.index(character) for character in characters]
    number = 0
    for index, start in enumerate(range(0, len(values) - len(values) % GROUP, GROUP)):
        *group, check = values[start : start + GROUP]
        if check != _check(index, group):
            raise Misread(index + 1)
        for value in group:
            number = number << _BITS | value
    if len(values) * _DATA_IN_GROUP * _BITS != size * 8 * GROUP:
        raise Misread(0)
    return number.to_bytes(size, "big")


def is_group(typed: str, printed: str, number: int) -> bool:
    """Whether this is group `number` (counted from 1) of what was printed; forgives as `read` does."""
    start = (number - 1) * GROUP
    wanted = printed.translate(_FORGIVEN)[start : start + GROUP]
    return len(wanted) == GROUP and typed.upper().translate(_FORGIVEN) == wanted


def with_sum(context: str, body: bytes) -> bytes:
    """The body and the beginning of its SHA-256 under the context, filled up to whole groups.

    For sheets: the sum, of four to eight bytes, finds what the groups' checks let through.
    """
    size = _LEAST_SUM + -(len(body) + _LEAST_SUM) % _BYTES_PER_TWO_GROUPS
    return body + hashlib.sha256(context.encode() + b"\0" + body).digest()[:size]


def without_sum(context: str, summed: bytes, size: int) -> bytes:
    """The body of `size` bytes that `with_sum` was given; Misread(0) if the sum is another's."""
    body = summed[:size]
    if not hmac.compare_digest(with_sum(context, body), summed):
        raise Misread(0)
    return body


def summed_size(size: int) -> int:
    """How many bytes `with_sum` makes of a body of that many."""
    return size + _LEAST_SUM + -(size + _LEAST_SUM) % _BYTES_PER_TWO_GROUPS


def _check(index: int, values: list[int]) -> int:
    total = (index + 1) & 31
    weight = 1
    for value in values:
        weight = _times(weight, 2)
        total ^= _times(weight, value)
    return total


def _times(left: int, right: int) -> int:
    """The product of two elements of GF(32)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 32:
            left ^= _MODULUS
        right >>= 1
    return product
