"""A roster entry has one encoding, stands by its signatures, and contradicts itself nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import cbor, envelope, limits, roster
from outreach_app.wire.envelope import Context
from outreach_app.wire.problems import Forged, Malformed, Refused
from outreach_app.wire.roster import (
    Device,
    Entry,
    Epoch,
    Founding,
    Grant,
    History,
    Member,
    Pin,
    RecoveryKey,
    RecoverySet,
    Role,
    RosterPost,
    Standing,
    Stream,
    Wrap,
)

ROOT = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
LEAD = Ed25519PrivateKey.from_private_bytes(b"l" * 32)
ROOT_PUBLIC, LEAD_PUBLIC = (key.public_key().public_bytes_raw() for key in (ROOT, LEAD))
ROOT_KID = roster.fingerprint(ROOT_PUBLIC)
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
A, B, C, D = (bytes([number]) * 16 for number in range(1, 5))
CONFIG, TEAM_STREAM = b"c" * 16, b"t" * 16
HPKE = bytes(limits.HPKE_PUBLIC)
EPOCHS = (Epoch(0, b"0" * 32, AT), Epoch(1, b"1" * 32, AT))

ENTRY = Entry(
    version=1,
    prev=roster.BEFORE_FIRST,
    team=b"T" * 16,
    signed_at=AT,
    root_public=ROOT_PUBLIC,
    members=(Member(A, Role.LEAD, Standing.ACTIVE), Member(B, Role.WORKER, Standing.REMOVED)),
    devices=(Device(C, A, LEAD_PUBLIC, HPKE),),
    streams=(Stream(CONFIG, "config", EPOCHS), Stream(TEAM_STREAM, "team", EPOCHS)),
    grants=(Grant(C, CONFIG, 0, History.ALL), Grant(C, TEAM_STREAM, 1, History.NONE)),
    recovery_keys=(RecoveryKey(A, RecoverySet.TEAM, HPKE), RecoveryKey(B, RecoverySet.TEAM, HPKE)),
    receipt_keys=(b"k" * 32,),
    pins=(Pin(D, TEAM_STREAM, 0, roster.NO_BATCH), Pin(D, CONFIG, 4, b"b" * 32)),
    lane_public=HPKE,
)
SAFEGUARDING_KEY = RecoveryKey(A, RecoverySet.SAFEGUARDING, HPKE)
SIGNED = roster.sign_entry(ENTRY, [(ROOT_KID, ROOT)])


def test_an_entry_comes_back_as_it_was_signed() -> None:
    signed = roster.read_entry(SIGNED.raw)
    assert signed == SIGNED
    assert set(signed.entry.pins) == set(ENTRY.pins)
    assert replace(signed.entry, pins=ENTRY.pins) == ENTRY
    signed.verify(ROOT_KID, ROOT_PUBLIC)


def test_the_order_in_which_a_state_was_written_down_does_not_change_its_hash() -> None:
    other = replace(
        ENTRY,
        members=ENTRY.members[::-1],
        streams=ENTRY.streams[::-1],
        pins=ENTRY.pins[::-1],
        grants=ENTRY.grants[::-1],
    )
    assert roster.sign_entry(other, [(ROOT_KID, ROOT)]).hash == SIGNED.hash


def test_a_countersignature_changes_neither_hash_nor_the_first_signature() -> None:
    both = roster.countersign(SIGNED, C, LEAD)
    assert both.hash == SIGNED.hash
    assert set(both.signers) == {C, ROOT_KID}
    both.verify(ROOT_KID, ROOT_PUBLIC)
    both.verify(C, LEAD_PUBLIC)
    assert roster.countersign(both, C, LEAD) == both
    assert roster.sign_entry(ENTRY, [(C, LEAD), (ROOT_KID, ROOT)]) == both


def test_a_signer_who_did_not_sign_is_refused() -> None:
    for kid, public in ((C, LEAD_PUBLIC), (ROOT_KID, LEAD_PUBLIC)):
        with pytest.raises(Forged):
            SIGNED.verify(kid, public)


@given(st.integers(0, 8 * len(SIGNED.raw) - 1))
def test_any_flipped_bit_of_an_entry_is_refused(bit: int) -> None:
    raw = bytearray(SIGNED.raw)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        roster.read_entry(bytes(raw)).verify(ROOT_KID, ROOT_PUBLIC)


def test_parts_of_an_entry_are_found_by_id() -> None:
    assert ENTRY.device(C) == ENTRY.devices[0]
    assert ENTRY.device(A) is None
    assert ENTRY.member(B) == ENTRY.members[1]
    assert ENTRY.member(C) is None
    assert ENTRY.stream(CONFIG) == ENTRY.streams[0]
    assert ENTRY.stream(A) is None
    assert ENTRY.grant(C, TEAM_STREAM) == ENTRY.grants[1]
    assert ENTRY.grant(A, TEAM_STREAM) is None


@pytest.mark.parametrize(
    ("story", "changed"),
    [
        ("version 1 with something before", {"prev": b"p" * 32}),
        ("version 2 with nothing before", {"version": 2}),
        ("version 0", {"version": 0}),
        ("member twice", {"members": (*ENTRY.members, Member(A, Role.WORKER, Standing.ACTIVE))}),
        ("device twice", {"devices": (*ENTRY.devices, Device(C, A, b"o" * 32, HPKE))}),
        ("one key, two devices", {"devices": (*ENTRY.devices, Device(D, A, LEAD_PUBLIC, HPKE))}),
        ("device of a removed member", {"devices": (*ENTRY.devices, Device(D, B, b"o" * 32, HPKE))}),
        ("device of nobody", {"devices": (*ENTRY.devices, Device(D, D, b"o" * 32, HPKE))}),
        ("stream twice", {"streams": (*ENTRY.streams, Stream(CONFIG, "other", EPOCHS))}),
        ("stream name twice", {"streams": (*ENTRY.streams, Stream(A, "team", EPOCHS))}),
        ("stream without epoch", {"streams": (*ENTRY.streams, Stream(A, "vault", ()))}),
        ("epochs out of order", {"streams": (*ENTRY.streams, Stream(A, "vault", EPOCHS[::-1]))}),
        ("stream without name", {"streams": (*ENTRY.streams, Stream(A, "", EPOCHS))}),
        ("grant to nobody", {"grants": (Grant(D, CONFIG, 0, History.ALL),)}),
        ("grant of no stream", {"grants": (Grant(C, A, 0, History.ALL),)}),
        ("grant from no epoch", {"grants": (Grant(C, CONFIG, 7, History.ALL),)}),
        ("two grants of one stream", {"grants": (*ENTRY.grants, Grant(C, CONFIG, 1, History.NONE))}),
        ("recovery key twice", {"recovery_keys": (*ENTRY.recovery_keys, SAFEGUARDING_KEY)}),
        ("receipt key twice", {"receipt_keys": (b"k" * 32, b"k" * 32)}),
        ("short receipt key", {"receipt_keys": (b"k",)}),
        ("pin twice", {"pins": (*ENTRY.pins, Pin(D, CONFIG, 5, b"b" * 32))}),
        ("pin of no stream", {"pins": (Pin(D, A, 1, b"b" * 32),)}),
        ("pin 0 with a batch", {"pins": (Pin(D, CONFIG, 0, b"b" * 32),)}),
        ("pin 1 without a batch", {"pins": (Pin(D, CONFIG, 1, roster.NO_BATCH),)}),
        ("short team", {"team": b"T"}),
        ("short lane key", {"lane_public": b"l"}),
    ],
)  # fmt: skip
def test_an_entry_that_contradicts_itself_is_refused(story: str, changed: dict) -> None:
    with pytest.raises(Malformed):
        roster.sign_entry(replace(ENTRY, **changed), [(ROOT_KID, ROOT)])


def signed_raw(payload: bytes, kids: list[bytes]) -> bytes:
    signatures: list[cbor.Value] = [
        [envelope.protected_header(kid), {}, None, ROOT.sign(payload)] for kid in kids
    ]
    return cbor.encode([payload, signatures])


def test_a_state_written_in_another_order_is_refused() -> None:
    fields = cbor.decode(SIGNED.payload, 10_000, "roster")
    assert isinstance(fields, dict)
    members = fields[7]
    assert isinstance(members, list)
    shuffled = cbor.encode({**fields, 7: members[::-1]})
    assert roster.read_entry(signed_raw(SIGNED.payload, [ROOT_KID]))
    with pytest.raises(Malformed):
        roster.read_entry(signed_raw(shuffled, [ROOT_KID]))


def test_an_unknown_label_is_refused() -> None:
    fields = cbor.decode(SIGNED.payload, 10_000, "roster")
    assert isinstance(fields, dict)
    with pytest.raises(Malformed):
        roster.read_entry(signed_raw(cbor.encode({**fields, 15: 1}), [ROOT_KID]))


@pytest.mark.parametrize("kids", [[], [ROOT_KID, ROOT_KID], [ROOT_KID, C]])
def test_signers_are_there_once_and_in_order(kids: list[bytes]) -> None:
    if kids == [ROOT_KID, C]:
        kids = sorted(kids, reverse=True)
    with pytest.raises(Malformed):
        roster.read_entry(signed_raw(SIGNED.payload, kids))


@pytest.mark.parametrize(
    "parts",
    [
        [SIGNED.payload],
        [SIGNED.payload, [[b"p", {}, None]]],
        [SIGNED.payload, [[envelope.protected_header(C), {1: 1}, None, bytes(64)]]],
        [SIGNED.payload, [[envelope.protected_header(C), {}, b"payload", bytes(64)]]],
    ],
)
def test_a_signed_entry_of_another_shape_is_refused(parts: cbor.Value) -> None:
    with pytest.raises(Malformed):
        roster.read_entry(cbor.encode(parts))


def test_a_batchs_signature_is_none_for_a_roster() -> None:
    payload = SIGNED.payload
    signature = ROOT.sign(
        envelope.signature_input(envelope.protected_header(ROOT_KID), Context.BATCH.value, payload)
    )
    raw = cbor.encode([payload, [[envelope.protected_header(ROOT_KID), {}, None, signature]]])
    with pytest.raises(Forged):
        roster.read_entry(raw).verify(ROOT_KID, ROOT_PUBLIC)


WRAPS = (Wrap(CONFIG, 0, C, b"sealed"), Wrap(TEAM_STREAM, 1, C, b"sealed"))
POST = RosterPost(SIGNED.raw, WRAPS)


def test_a_post_comes_back_as_it_was_sent() -> None:
    assert roster.read_post(POST.encode()) == POST
    assert roster.read_post(RosterPost(SIGNED.raw, WRAPS[::-1]).encode()) == POST
    assert roster.read_founding(Founding("token", POST).encode()) == Founding("token", POST)
    assert roster.read_posts(roster.encode_posts([POST, POST])) == (POST, POST)


@pytest.mark.parametrize(
    "value",
    [
        [SIGNED.raw],
        [b"", []],
        [SIGNED.raw, [[CONFIG, 0, C]]],
        [SIGNED.raw, [[CONFIG, 0, C, b""]]],
        [SIGNED.raw, [[CONFIG, 0, C, b"a"], [CONFIG, 0, C, b"b"]]],
        [SIGNED.raw, [[TEAM_STREAM, 0, C, b"a"], [CONFIG, 0, C, b"b"]]],
        b"post",
    ],
)
def test_a_post_of_another_shape_is_refused(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        roster.read_post(cbor.encode(value))


@pytest.mark.parametrize(
    "value", [[POST.value()], [1, POST.value()], ["", POST.value()], ["t" * 129, POST.value()]]
)
def test_a_founding_of_another_shape_is_refused(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        roster.read_founding(cbor.encode(value))


def test_a_pair_of_recovery_keys_has_one_id() -> None:
    assert roster.pair_id(A, B) == roster.pair_id(B, A)
    assert roster.pair_id(A, B) != roster.pair_id(A, C)
    assert len(roster.pair_id(A, B)) == limits.ID
