"""Six plain words that two people read to each other to know that they see the same bytes.

Each word carries ten bits of a SHA-256, sixty in all. The list is the project's own: 1,024 words of
three to eight letters, no two within one letter of each other and no two with the same first four,
so that a mishearing or a slip never turns one phrase into another.
"""

from __future__ import annotations

import hashlib
from functools import cache

from outreach_app import resources

WORDS_IN_A_PHRASE = 6
_BITS_PER_WORD = 10


@cache
def compare_words() -> tuple[str, ...]:
    """The 1,024 words of `resources/words/compare.txt`, in the order that gives them their numbers."""
    return tuple(resources.text("words", "compare.txt").split())


@cache
def code_words() -> tuple[str, ...]:
    """The words that begin a person's code ("Maple-14"), of `resources/words/codes.txt`."""
    return tuple(resources.text("words", "codes.txt").split())


def six_words(context: str, *parts: bytes) -> tuple[str, ...]:
    """The phrase of these bytes under this context, such as `"outreach/v1/roster-words"`.

    Each part goes in behind its length (four bytes, big endian), so that moving a byte from one part to
    the next changes the words. The first sixty bits of the hash are read from the left, ten at a time.
    """
    digest = hashlib.sha256()
    for part in (context.encode(), *parts):
        digest.update(len(part).to_bytes(4, "big") + part)
    number = int.from_bytes(digest.digest(), "big")
    words = compare_words()
    return tuple(
        words[(number >> (256 - _BITS_PER_WORD * place)) % len(words)]
        for place in range(1, WORDS_IN_A_PHRASE + 1)
    )
