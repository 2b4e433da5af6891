"""A device's keys: 129 bytes in, the same device out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_app.domain.trouble import Bug
from outreach_app.keys import wraps
from outreach_app.keys.identity import HYBRID_PUBLIC, HybridKey, Identity, read_hybrid_public


@settings(max_examples=20)
@given(st.binary(min_size=128, max_size=128))
def test_an_identity_is_the_same_after_being_kept(keys: bytes):
    identity = Identity.from_bytes(b"\x01" + keys)
    assert identity.to_bytes() == b"\x01" + keys
    again = Identity.from_bytes(identity.to_bytes())
    assert again == identity
    assert (again.sign_public, again.seal_public) == (identity.sign_public, identity.seal_public)
    assert (len(identity.sign_public), len(identity.seal_public)) == (32, HYBRID_PUBLIC)


def test_what_is_sealed_to_an_identity_is_opened_by_it_after_being_kept(randomness):
    identity = Identity.make(randomness)
    sealed = wraps.seal_to(b"hello", identity.seal_public, b"here")
    kept = Identity.from_bytes(identity.to_bytes())
    assert wraps.open_sealed(sealed, kept.hybrid, b"here") == b"hello"


def test_a_kept_identity_signs_what_its_public_key_verifies(randomness):
    identity = Identity.make(randomness)
    signature = Identity.from_bytes(identity.to_bytes()).signer.sign(b"a batch")
    identity.signer.public_key().verify(signature, b"a batch")


def test_two_devices_have_nothing_in_common():
    one, other = Identity.make(), Identity.make()
    assert one.sign_public != other.sign_public
    assert one.seal_public[:1184] != other.seal_public[:1184]
    assert one.seal_public[1184:] != other.seal_public[1184:]


@pytest.mark.parametrize("kept", [b"", b"\x01" * 128, b"\x02" + bytes(128), bytes(130)])
def test_something_else_in_our_own_file_is_a_bug(kept: bytes):
    with pytest.raises(Bug):
        Identity.from_bytes(kept)


def test_a_private_key_of_another_length_is_a_bug():
    with pytest.raises(Bug):
        HybridKey(bytes(95))


@pytest.mark.parametrize("public", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_a_public_key_that_is_none_is_told(public: bytes, trouble):
    assert trouble(read_hybrid_public, public) == "key-malformed"


def test_an_identity_never_shows_its_keys(randomness):
    identity = Identity.make(randomness)
    assert repr(identity) == "Identity()"
    assert repr(identity.hybrid) == "HybridKey()"
