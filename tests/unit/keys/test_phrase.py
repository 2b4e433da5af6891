"""The words that people compare: plain, far apart, and the same for the same bytes."""

from __future__ import annotations

import hashlib
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from outreach_app.keys import phrase


def is_one_slip_apart(one: str, other: str) -> bool:
    """One letter changed, added, left out, or two neighbours exchanged."""
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        exchanged = (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and one[differ[0]] == other[differ[1]]
            and one[differ[1]] == other[differ[0]]
        )
        return len(differ) == 1 or exchanged
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(
        long[:place] + long[place + 1 :] == short for place in range(len(long))
    )


def test_there_are_1024_plain_words_in_order_without_repeats():
    words = phrase.compare_words()
    assert len(words) == 1024
    assert list(words) == sorted(set(words))
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 8 for word in words)


def test_the_first_four_letters_tell_every_word():
    assert len({word[:4] for word in phrase.compare_words()}) == 1024


def test_no_two_words_are_one_slip_apart():
    close = [pair for pair in combinations(phrase.compare_words(), 2) if is_one_slip_apart(*pair)]
    assert close == []


def test_there_are_256_words_for_codes_far_enough_apart():
    words = phrase.code_words()
    assert len(words) == 256
    assert list(words) == sorted(set(words))
    assert all(word.isascii() and word.isalpha() and word == word.capitalize() for word in words)
    lower = [word.lower() for word in words]
    assert [pair for pair in combinations(lower, 2) if is_one_slip_apart(*pair)] == []


@given(st.binary(max_size=64))
def test_a_phrase_is_the_first_sixty_bits_of_the_hash(part: bytes):
    context = "a test"
    digest = hashlib.sha256(
        len(context).to_bytes(4, "big") + context.encode() + len(part).to_bytes(4, "big") + part
    ).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    expected = tuple(phrase.compare_words()[int(bits[at : at + 10], 2)] for at in range(0, 60, 10))
    assert phrase.six_words(context, part) == expected


def test_a_byte_moved_to_the_next_part_changes_the_words():
    assert phrase.six_words("a test", b"ab", b"c") != phrase.six_words("a test", b"a", b"bc")


def test_another_context_gives_other_words():
    assert phrase.six_words("one", b"same") != phrase.six_words("other", b"same")
