"""Epoch keys reach the reader they were sealed for, in the place they were sealed for, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outreach_app.keys import wraps
from outreach_app.keys.identity import Identity
from outreach_app.keys.wraps import WrapPlace

PLACE = WrapPlace(team=b"t" * 16, stream=b"s" * 16, epoch=3, roster=b"r" * 32, recipient=b"d" * 16)
ELSEWHERE = [
    replace(PLACE, team=b"x" * 16),
    replace(PLACE, stream=b"x" * 16),
    replace(PLACE, epoch=4),
    replace(PLACE, roster=b"x" * 32),
    replace(PLACE, recipient=b"x" * 16),
]


@pytest.fixture
def reader(randomness) -> Identity:
    return Identity.make(randomness)


@pytest.fixture
def key(randomness) -> wraps.EpochKey:
    return wraps.make_epoch_key(randomness)


def test_the_reader_opens_what_was_wrapped_for_it(reader, key):
    sealed = wraps.wrap(key, reader.seal_public, PLACE)
    assert len(sealed) == 1168
    assert wraps.unwrap(sealed, reader.hybrid, PLACE, wraps.commit(key)) == key


def test_nobody_else_opens_it(reader, key, trouble):
    sealed = wraps.wrap(key, reader.seal_public, PLACE)
    other = Identity.make().hybrid
    assert trouble(wraps.unwrap, sealed, other, PLACE, wraps.commit(key)) == "wrap-wrong"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_wrap_shown_in_another_place_does_not_open(reader, key, place, trouble):
    sealed = wraps.wrap(key, reader.seal_public, PLACE)
    assert trouble(wraps.unwrap, sealed, reader.hybrid, place, wraps.commit(key)) == "wrap-wrong"


@pytest.mark.parametrize("at", [0, 1087, 1088, 1119, 1120, -1])
def test_a_flipped_bit_does_not_open(reader, key, at, trouble):
    sealed = bytearray(wraps.wrap(key, reader.seal_public, PLACE))
    sealed[at] ^= 1
    assert trouble(wraps.unwrap, bytes(sealed), reader.hybrid, PLACE, wraps.commit(key)) == "wrap-wrong"


def test_a_lead_who_gives_readers_different_keys_is_found_out(reader, key, randomness, trouble):
    another = wraps.make_epoch_key(randomness)
    sealed = wraps.wrap(another, reader.seal_public, PLACE)
    assert trouble(wraps.unwrap, sealed, reader.hybrid, PLACE, wraps.commit(key)) == "epoch-key-wrong"


def test_a_public_key_of_small_order_is_refused(reader, key, trouble):
    weak = reader.seal_public[:1184] + bytes(32)
    assert trouble(wraps.wrap, key, weak, PLACE) == "key-malformed"


def test_a_commitment_does_not_show_the_key(key):
    assert wraps.commit(key) != key
    assert wraps.commit(key) == wraps.commit(key)
