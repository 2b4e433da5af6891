"""Receipts, heads, histories, seen and sessions: each signed for one purpose, each refused otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import auth, cbor, envelope, limits, paths, receipt, seen
from outreach_app.wire.auth import Access, Answer, Session
from outreach_app.wire.envelope import Context
from outreach_app.wire.problems import Forged, Malformed, Refused
from outreach_app.wire.receipt import Head, HistoryChange, Receipt
from outreach_app.wire.seen import Seen

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32).public_key().public_bytes_raw()
RECEIPT = Receipt(b"b" * 32, b"s" * 16, b"h" * 16, 7, b"H" * 32)
HEAD = Head(b"s" * 16, b"h" * 16, 7, b"H" * 32)
CHANGE = HistoryChange(b"s" * 16, b"o" * 16, b"n" * 16, 7, b"H" * 32)
SEEN = Seen(
    team=b"t" * 16,
    stream=b"s" * 16,
    device=b"d" * 16,
    history=b"h" * 16,
    team_seq=7,
    head=b"H" * 32,
    damaged=(b"1" * 32, b"2" * 32),
    sealed_parked=b"sealed",
)
ANSWER = Answer(b"f" * 32, b"t" * 16, b"d" * 16, b"c" * 40)

SIGNED: list[tuple[str, bytes, Callable[[bytes], object]]] = [
    ("receipt", receipt.sign_receipt(KEY, RECEIPT), lambda raw: receipt.read_receipt(raw, PUBLIC)),
    ("head", receipt.sign_head(KEY, HEAD), lambda raw: receipt.read_head(raw, PUBLIC)),
    ("change", receipt.sign_change(KEY, CHANGE), lambda raw: receipt.read_change(raw, PUBLIC)),
    ("seen", seen.sign_seen(SEEN, KEY), lambda raw: seen.read_seen(raw).verify(PUBLIC)),
    ("answer", auth.sign_answer(ANSWER, KEY), lambda raw: auth.read_answer(raw).verify(PUBLIC)),
]


def test_what_was_signed_comes_back() -> None:
    assert receipt.read_receipt(receipt.sign_receipt(KEY, RECEIPT), PUBLIC) == RECEIPT
    assert receipt.read_head(receipt.sign_head(KEY, HEAD), PUBLIC) == HEAD
    assert receipt.read_change(receipt.sign_change(KEY, CHANGE), PUBLIC) == CHANGE
    assert seen.read_seen(seen.sign_seen(SEEN, KEY)).seen == SEEN
    assert auth.read_answer(auth.sign_answer(ANSWER, KEY)).answer == ANSWER


@pytest.mark.parametrize(("kind", "raw", "read"), SIGNED)
def test_no_flipped_bit_passes(kind: str, raw: bytes, read: Callable[[bytes], object]) -> None:
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refused):
            read(bytes(changed))


@pytest.mark.parametrize(("kind", "raw", "read"), SIGNED)
def test_no_statement_passes_for_another(kind: str, raw: bytes, read: Callable[[bytes], object]) -> None:
    read(raw)
    for other, other_raw, _ in SIGNED:
        if other != kind:
            with pytest.raises(Refused):
                read(other_raw)


def test_another_servers_receipt_is_refused() -> None:
    with pytest.raises(Forged):
        receipt.read_receipt(receipt.sign_receipt(KEY, RECEIPT), OTHER)


def test_the_same_facts_give_the_same_receipt() -> None:
    assert receipt.sign_receipt(KEY, RECEIPT) == receipt.sign_receipt(KEY, RECEIPT)
    assert envelope.read_signed(receipt.sign_receipt(KEY, RECEIPT), 500, "r").kid == receipt.key_id(PUBLIC)


def test_a_receipt_for_number_zero_is_refused() -> None:
    with pytest.raises(Malformed):
        receipt.read_receipt(receipt.sign_receipt(KEY, replace(RECEIPT, team_seq=0)), PUBLIC)
    assert receipt.read_head(receipt.sign_head(KEY, replace(HEAD, team_seq=0)), PUBLIC).team_seq == 0


def test_heads_chain_as_the_format_says() -> None:
    first = receipt.first_head(b"s" * 16)
    assert first == hashlib.sha256(b"outreach/v1/head" + b"s" * 16).digest()
    batch = b"b" * 32
    assert receipt.next_head(first, 1, batch) == hashlib.sha256(first + bytes(7) + b"\1" + batch).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=6, unique=True))
def test_a_head_vouches_for_every_batch_and_their_order(batches: list[bytes]) -> None:
    def chain(ids: list[bytes]) -> bytes:
        head = receipt.first_head(b"s" * 16)
        for number, batch in enumerate(ids, start=1):
            head = receipt.next_head(head, number, batch)
        return head

    assert chain(batches) != chain(batches[::-1])
    assert chain(batches) != chain(batches[:-1])


def test_damaged_batches_are_named_once_and_in_order() -> None:
    shuffled = seen.sign_seen(replace(SEEN, damaged=SEEN.damaged[::-1]), KEY)
    assert seen.read_seen(shuffled).seen == SEEN
    with pytest.raises(Malformed):
        seen.read_seen(seen.sign_seen(replace(SEEN, damaged=(b"1" * 32, b"1" * 32)), KEY))


@pytest.mark.parametrize(
    "changed",
    [{"team_seq": -1}, {"damaged": (b"short",)}, {"sealed_parked": bytes(limits.SEALED_PARKED + 1)}],
)
def test_a_seen_that_does_not_fit_is_refused(changed: dict) -> None:
    with pytest.raises(Malformed):
        seen.read_seen(seen.sign_seen(replace(SEEN, **changed), KEY))


def test_a_seen_or_answer_in_another_devices_name_is_refused() -> None:
    for context, raw, read in (
        (Context.SEEN, seen.sign_seen(SEEN, KEY), seen.read_seen),
        (Context.AUTH, auth.sign_answer(ANSWER, KEY), auth.read_answer),
    ):
        payload = envelope.read_signed(raw, 5000, "x").payload
        with pytest.raises(Malformed):
            read(envelope.sign(context, KEY, b"x" * 16, payload))


def test_all_seen_come_back() -> None:
    raw = seen.sign_seen(SEEN, KEY)
    (one,) = seen.read_all_seen(seen.encode_all_seen((raw,)))
    assert one.raw == raw
    with pytest.raises(Malformed):
        seen.read_all_seen(cbor.encode([1]))


def test_challenge_and_session_come_back() -> None:
    session = Session("token", datetime(2026, 11, 24, 14, 10, tzinfo=UTC), Access.MEMBER)
    assert auth.read_session(auth.encode_session(session)) == session
    assert auth.read_challenge(auth.encode_challenge(b"c" * 40)) == b"c" * 40
    for raw in (cbor.encode({1: b"short"}), cbor.encode({1: b"c" * 40, 2: 1}), b""):
        with pytest.raises(Malformed):
            auth.read_challenge(raw)


def test_an_address_spells_its_ids_in_lower_case_hexadecimal() -> None:
    filled = paths.fill(paths.BATCH, stream=b"\xab" * 16, batch=b"\xcd" * 32)
    assert filled == f"/v1/streams/{'ab' * 16}/batches/{'cd' * 32}"
