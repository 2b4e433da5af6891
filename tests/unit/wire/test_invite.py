"""An invite survives the post, tells altered from wrong, and proves the joiner to the inviter alone."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import cbor, envelope, invite, limits
from outreach_app.wire.envelope import Context
from outreach_app.wire.invite import Invite, InviteRegistration, JoinRequest, JoinState
from outreach_app.wire.problems import Altered, Forged, Malformed, Refused
from outreach_app.wire.roster import Role

KEY = Ed25519PrivateKey.from_private_bytes(b"j" * 32)
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
INVITE = Invite(
    server="https://outreach.example.org",
    team=b"t" * 16,
    root_fingerprint=b"f" * 32,
    roster_version=3,
    roster_hash=b"h" * 32,
    role=Role.WORKER,
    expires_at=AT,
    inviter=b"i" * 16,
    secret=b"s" * 16,
)
KEYS = invite.derive_keys(INVITE.secret)
REQUEST = JoinRequest(
    team=INVITE.team,
    invite=KEYS.id,
    device=b"d" * 16,
    member=b"m" * 16,
    sign_public=KEY.public_key().public_bytes_raw(),
    hpke_public=bytes(limits.HPKE_PUBLIC),
    sealed_name=invite.seal_name(KEYS, b"m" * 16, "Amina Žižek", b"n" * 12),
)
SIGNED = invite.sign_join(REQUEST, KEYS, KEY)
TEXT = INVITE.encode()


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    st.sampled_from(Role),
    st.none() | st.binary(min_size=16, max_size=16),
)
def test_an_invite_comes_back_as_it_was_written(server: str, role: Role, member: bytes | None) -> None:
    written = replace(INVITE, server=server, role=role, member=member)
    assert invite.read_invite(written.encode()) == written


def test_blanks_and_line_breaks_of_a_mail_program_do_no_harm() -> None:
    broken = "\n".join(f"  {TEXT[start : start + 40]} " for start in range(0, len(TEXT), 40))
    assert invite.read_invite(broken) == INVITE


@given(st.integers(len(invite.PREFIX) + 2, len(TEXT) - 1), st.sampled_from("Ab9_-:x"))
def test_a_changed_character_is_altered_not_wrong(place: int, character: str) -> None:
    changed = TEXT[:place] + character + TEXT[place + 1 :]
    if changed == TEXT:
        assert invite.read_invite(changed) == INVITE
    else:
        with pytest.raises(Altered):
            invite.read_invite(changed)


@pytest.mark.parametrize("text", [TEXT[:-1], TEXT[:60], TEXT + "x", invite.PREFIX, invite.PREFIX + "1:é:é"])
def test_a_lost_or_added_end_is_altered_not_wrong(text: str) -> None:
    with pytest.raises(Altered):
        invite.read_invite(text)


@pytest.mark.parametrize(
    "text", ["", "hello", "https://example.org", "x" * 5000, TEXT + "x" * limits.INVITE_TEXT]
)
def test_what_never_was_an_invite_is_wrong_not_altered(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        invite.read_invite(text)
    assert not isinstance(refused.value, Altered)


def with_checksum(version: str, body: str) -> str:
    checksum = base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).decode()[:6]
    return f"{invite.PREFIX}{version}:{body}:{checksum}"


def test_a_later_programs_invite_says_so() -> None:
    with pytest.raises(Malformed) as refused:
        invite.read_invite(with_checksum("2", "AAAA"))
    assert refused.value.what == "invite-version"


@pytest.mark.parametrize(
    "body", ["!!!!", "A", "AAAA", base64.urlsafe_b64encode(cbor.encode({1: "x"})).decode()]
)
def test_a_sound_checksum_over_rubbish_is_wrong(body: str) -> None:
    with pytest.raises(Malformed) as refused:
        invite.read_invite(with_checksum("1", body.rstrip("=")))
    assert refused.value.what == "invite"


def test_the_server_cannot_get_from_the_id_to_the_other_keys() -> None:
    assert len({KEYS.id, KEYS.mac[:16], KEYS.name[:16]}) == 3
    assert invite.derive_keys(b"x" * 16).id != KEYS.id


def test_a_join_request_comes_back_and_proves_itself() -> None:
    signed = invite.read_join(SIGNED)
    assert signed.request == REQUEST
    signed.verify_self()
    signed.verify_invited(KEYS)
    assert invite.open_name(KEYS, signed.request) == "Amina Žižek"


@given(st.integers(0, 8 * len(SIGNED) - 1))
def test_any_flipped_bit_of_a_join_request_is_refused(bit: int) -> None:
    raw = bytearray(SIGNED)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        invite.read_join(bytes(raw)).verify_self()


def test_who_did_not_hold_the_secret_is_refused() -> None:
    """A server that swaps in its own keys signs them itself, but has no MAC key."""
    thief = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    stolen = replace(REQUEST, sign_public=thief.public_key().public_bytes_raw())
    guessed = invite.sign_join(stolen, replace(KEYS, mac=b"?" * 32), thief)
    signed = invite.read_join(guessed)
    signed.verify_self()
    with pytest.raises(Forged):
        signed.verify_invited(KEYS)


def test_a_request_under_another_invite_is_refused() -> None:
    with pytest.raises(Forged):
        invite.read_join(SIGNED).verify_invited(invite.derive_keys(b"x" * 16))


def test_a_request_signed_under_another_devices_id_is_refused() -> None:
    signed = invite.read_join(SIGNED)
    raw = envelope.sign(Context.JOIN, KEY, b"x" * 16, signed.signed.payload)
    with pytest.raises(Malformed):
        invite.read_join(raw)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=limits.NAME_CHARACTERS))
def test_a_name_comes_back_and_shows_only_its_step_of_length(name: str) -> None:
    sealed = invite.seal_name(KEYS, REQUEST.member, name, b"n" * 12)
    assert (len(sealed) - 12 - 16) % 64 == 0
    assert len(sealed) <= limits.SEALED_NAME
    assert invite.open_name(KEYS, replace(REQUEST, sealed_name=sealed)) == name


def test_a_name_opens_for_its_own_member_and_secret_only() -> None:
    for keys, request in (
        (KEYS, replace(REQUEST, member=b"x" * 16)),
        (invite.derive_keys(b"x" * 16), REQUEST),
    ):
        with pytest.raises(Forged):
            invite.open_name(keys, request)


@pytest.mark.parametrize(("name", "nonce"), [("", b"n" * 12), ("x" * 101, b"n" * 12), ("Amina", b"n" * 11)])
def test_a_name_or_nonce_of_another_length_is_not_sealed(name: str, nonce: bytes) -> None:
    with pytest.raises(Malformed):
        invite.seal_name(KEYS, REQUEST.member, name, nonce)


@pytest.mark.parametrize("padded", [b"\0\1A" + b"x" * 61, bytes(64), b"\0\2\xc3\x28" + bytes(60)])
def test_a_name_of_another_shape_is_refused(padded: bytes) -> None:
    binding = b"outreach/v1/invite/name" + KEYS.id + REQUEST.member
    sealed = b"n" * 12 + AESGCM(KEYS.name).encrypt(b"n" * 12, padded, binding)
    with pytest.raises(Refused):
        invite.open_name(KEYS, replace(REQUEST, sealed_name=sealed))


def test_registration_joins_and_state_come_back() -> None:
    registration = InviteRegistration(KEYS.id, AT)
    assert invite.read_registration(registration.encode()) == registration
    (read,) = invite.read_joins(invite.encode_joins((SIGNED,)))
    assert read.raw == SIGNED
    for state in JoinState:
        assert invite.read_join_state(invite.encode_join_state(state)) is state
    with pytest.raises(Malformed):
        invite.read_joins(cbor.encode([b""]))


def test_both_sides_compare_the_same_words_and_any_difference_shows() -> None:
    same = invite.comparison(INVITE.root_fingerprint, INVITE.roster_hash, Role.WORKER, REQUEST)
    assert len(same) == 32
    others = {
        invite.comparison(b"x" * 32, INVITE.roster_hash, Role.WORKER, REQUEST),
        invite.comparison(INVITE.root_fingerprint, b"x" * 32, Role.WORKER, REQUEST),
        invite.comparison(INVITE.root_fingerprint, INVITE.roster_hash, Role.LEAD, REQUEST),
        invite.comparison(
            INVITE.root_fingerprint, INVITE.roster_hash, Role.WORKER, replace(REQUEST, sign_public=b"x" * 32)
        ),
    }
    assert same not in others
    assert len(others) == 4
