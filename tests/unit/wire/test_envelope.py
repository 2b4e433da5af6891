"""Envelopes agree with COSE's published examples, and a changed bit or another purpose is refused."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import cbor, envelope
from outreach_app.wire.envelope import Context
from outreach_app.wire.problems import Forged, Malformed, Refused

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KID = b"k" * 16
CONTENT = b"This is the content."


def test_the_signature_input_is_that_of_the_cose_working_groups_eddsa_example() -> None:
    """cose-wg/Examples eddsa-examples/eddsa-sig-01, key of RFC 8032 section 7.1 test 1."""
    key = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    protected = bytes.fromhex("a201270300")
    to_be_signed = envelope.signature_input(protected, b"", CONTENT)
    assert to_be_signed.hex() == (
        "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e"
    )
    assert key.sign(to_be_signed).hex() == (
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )


def test_the_associated_data_is_that_of_the_cose_working_groups_aes_gcm_example() -> None:
    """cose-wg/Examples aes-gcm-examples/aes-gcm-enc-03: A256GCM in a COSE_Encrypt0."""
    key = bytes.fromhex("0f1e2d3c4b5a69788796a5b4c3d2e1f01f2e3d4c5b6a798897a6b5c4d3e2f100")
    nonce = bytes.fromhex("02d1f7e6f26c43d4868d87ce")
    associated = envelope.encryption_input(bytes.fromhex("a10103"), b"")
    assert associated.hex() == "8368456e63727970743043a1010340"
    assert AESGCM(key).encrypt(nonce, CONTENT, associated).hex() == (
        "9d64a5a59a3b04867dccf6b8ef82f7d1a3b25ef84eca2bc5d7593a96e943859a9cc24ad3"
    )


def test_external_data_stands_where_the_cose_working_group_puts_it() -> None:
    """cose-wg/Examples encrypted-tests/enc-pass-02 binds twelve external bytes."""
    external = bytes.fromhex("0011bbcc22dd4455dd220099")
    assert envelope.encryption_input(bytes.fromhex("a10101"), external).hex() == (
        "8368456e63727970743043a101014c0011bbcc22dd4455dd220099"
    )


def test_a_signature_holds_for_its_context_key_and_payload() -> None:
    raw = envelope.sign(Context.BATCH, KEY, KID, CONTENT)
    signed = envelope.read_signed(raw, 500, "batch")
    assert (signed.kid, signed.payload, signed.raw) == (KID, CONTENT, raw)
    signed.verify(Context.BATCH, PUBLIC)


@pytest.mark.parametrize("other", [context for context in Context if context is not Context.BATCH])
def test_a_signature_for_one_purpose_is_none_for_another(other: Context) -> None:
    signed = envelope.read_signed(envelope.sign(Context.BATCH, KEY, KID, CONTENT), 500, "batch")
    with pytest.raises(Forged):
        signed.verify(other, PUBLIC)


def test_every_purpose_has_its_own_words() -> None:
    assert len({context.value for context in Context}) == len(Context)


def test_another_key_and_a_key_that_is_no_key_are_refused() -> None:
    signed = envelope.read_signed(envelope.sign(Context.BATCH, KEY, KID, CONTENT), 500, "batch")
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    for public in (other, b"", b"short", b"\xff" * 32):
        with pytest.raises(Forged):
            signed.verify(Context.BATCH, public)


@given(st.integers(0, 8 * len(envelope.sign(Context.SEEN, KEY, KID, CONTENT)) - 1))
def test_any_flipped_bit_of_a_signed_message_is_refused(bit: int) -> None:
    raw = bytearray(envelope.sign(Context.SEEN, KEY, KID, CONTENT))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        envelope.read_signed(bytes(raw), 500, "seen").verify(Context.SEEN, PUBLIC)


@pytest.mark.parametrize(
    "parts",
    [
        [b"p", {}, b"x"],
        [b"p", {1: 1}, b"x", bytes(64)],
        ["p", {}, b"x", bytes(64)],
        [envelope.protected_header(KID), {}, None, bytes(64)],
        [envelope.protected_header(KID), {}, b"x", bytes(63)],
        [cbor.encode({1: -7, 4: KID}), {}, b"x", bytes(64)],
        [cbor.encode({1: -8}), {}, b"x", bytes(64)],
        [cbor.encode({1: -8, 4: b"short"}), {}, b"x", bytes(64)],
        [cbor.encode({1: -8, 3: 0, 4: KID}), {}, b"x", bytes(64)],
        "not a list",
    ],
)
def test_a_signed_message_of_another_shape_is_refused(parts: cbor.Value) -> None:
    with pytest.raises(Malformed):
        envelope.read_signed(cbor.encode(parts), 500, "message")


def test_a_tagged_message_is_refused_because_there_is_one_form() -> None:
    raw = envelope.sign(Context.SEEN, KEY, KID, CONTENT)
    with pytest.raises(Malformed):
        envelope.read_signed(b"\xd2" + raw, 500, "seen")


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_what_was_sealed_is_opened_with_the_same_key_and_data(plain: bytes, external: bytes) -> None:
    key = b"k" * 32
    assert envelope.open_sealed(key, envelope.seal(key, plain, external), external, 1000, "body") == plain


def test_another_key_or_other_data_do_not_open() -> None:
    sealed = envelope.seal(b"k" * 32, CONTENT, b"external")
    for key, external in ((b"x" * 32, b"external"), (b"k" * 32, b"other")):
        with pytest.raises(Forged):
            envelope.open_sealed(key, sealed, external, 1000, "body")


@given(st.integers(0, 8 * len(envelope.seal(b"k" * 32, CONTENT, b"")) - 1))
def test_any_flipped_bit_of_a_sealed_message_is_refused(bit: int) -> None:
    raw = bytearray(envelope.seal(b"k" * 32, CONTENT, b""))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        envelope.open_sealed(b"k" * 32, bytes(raw), b"", 1000, "body")


@pytest.mark.parametrize(
    "parts",
    [
        [b"", {}],
        [b"", {}, bytes(20)],
        [cbor.encode({1: 3}), {5: b"iv"}, bytes(20)],
        [cbor.encode({1: 3}), {}, b"short"],
    ],
)
def test_a_sealed_message_of_another_shape_is_refused(parts: cbor.Value) -> None:
    with pytest.raises(Malformed):
        envelope.open_sealed(b"k" * 32, cbor.encode(parts), b"", 1000, "body")
