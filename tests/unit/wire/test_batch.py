"""A batch opens for its key and header only, leaks only its bucket, and never explodes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import batch, cbor, envelope, limits
from outreach_app.wire.batch import Batch, Delivery, Header, Preamble
from outreach_app.wire.envelope import Context
from outreach_app.wire.problems import Forged, Malformed, Refused

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
EPOCH_KEY = b"e" * 32
PREAMBLE = Preamble(
    team=b"t" * 16,
    stream=b"s" * 16,
    epoch=3,
    device=b"d" * 16,
    seq=1,
    prev=batch.NOTHING_BEFORE,
    salt=b"z" * 32,
    roster=b"r" * 32,
    ops=batch.hash_ops([b"o" * 32]),
)
SEALED = batch.seal_batch(EPOCH_KEY, KEY, PREAMBLE, b"plain")

ids, hashes = st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32)


@st.composite
def preambles(draw: st.DrawFn) -> Preamble:
    seq = draw(st.integers(1, limits.COUNT))
    prev = batch.NOTHING_BEFORE if seq == 1 else draw(hashes.filter(any))
    return Preamble(
        team=draw(ids),
        stream=draw(ids),
        epoch=draw(st.integers(0, limits.COUNT)),
        device=draw(ids),
        seq=seq,
        prev=prev,
        salt=draw(hashes),
        roster=draw(hashes),
        ops=draw(hashes),
        sealed_lane_key=draw(st.none() | st.binary(min_size=1, max_size=100)),
    )


@given(preambles(), st.binary(max_size=3000), st.integers(1, 5))
def test_a_batch_comes_back_as_it_was_sealed(preamble: Preamble, plain: bytes, level: int) -> None:
    sealed = batch.read_batch(batch.seal_batch(EPOCH_KEY, KEY, preamble, plain, level).encode())
    header = batch.read_header(sealed.header)
    header.verify(PUBLIC)
    assert header.preamble == preamble
    assert header.matches(sealed.body)
    assert batch.open_body(EPOCH_KEY, preamble, sealed.body) == plain


@given(st.integers(0, 8 * len(SEALED.encode()) - 1))
def test_any_flipped_bit_of_a_batch_is_refused(bit: int) -> None:
    raw = bytearray(SEALED.encode())
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Refused):
        read_completely(bytes(raw))


def read_completely(raw: bytes) -> bytes:
    sealed = batch.read_batch(raw)
    header = batch.read_header(sealed.header)
    header.verify(PUBLIC)
    if not header.matches(sealed.body):
        raise Forged("body")
    return batch.open_body(EPOCH_KEY, header.preamble, sealed.body)


def test_the_id_is_the_hash_of_the_signed_header_alone() -> None:
    header = batch.read_header(SEALED.header)
    assert header.batch_id == batch.hash_batch(SEALED.header) == hashlib.sha256(SEALED.header).digest()
    assert not header.matches(SEALED.body + b"\0")


def test_the_key_is_derived_as_the_format_says() -> None:
    external = PREAMBLE.encode()
    info = b"outreach/v1/batch" + hashlib.sha256(external).digest()
    key = HKDF(SHA256(), 32, PREAMBLE.salt, info).derive(EPOCH_KEY)
    packed = envelope.open_sealed(key, SEALED.body, external, 5000, "body")
    assert len(packed) == limits.PAD_FROM
    length = int.from_bytes(packed[:4], "big")
    assert zstandard.ZstdDecompressor().decompress(packed[4 : 4 + length]) == b"plain"


@pytest.mark.parametrize(
    "changed",
    [
        {"epoch": 4},
        {"salt": b"y" * 32},
        {"team": b"x" * 16},
        {"ops": b"x" * 32},
        {"sealed_lane_key": b"lane"},
    ],
)
def test_a_body_opens_under_its_own_header_only(changed: dict) -> None:
    with pytest.raises(Forged):
        batch.open_body(EPOCH_KEY, replace(PREAMBLE, **changed), SEALED.body)


def test_a_body_opens_with_its_own_key_only() -> None:
    with pytest.raises(Forged):
        batch.open_body(b"x" * 32, PREAMBLE, SEALED.body)


def test_the_order_of_op_ids_counts() -> None:
    assert batch.hash_ops([b"a" * 32, b"b" * 32]) != batch.hash_ops([b"b" * 32, b"a" * 32])


def signed(fields: dict[int, cbor.Value], kid: bytes = PREAMBLE.device) -> bytes:
    return envelope.sign(Context.BATCH, KEY, kid, cbor.encode(fields))


FIELDS = cbor.decode(Header(PREAMBLE, b"b" * 32).encode(), 4096, "header")


@pytest.mark.parametrize(
    "changed",
    [
        {1: 2},
        {2: b"short"},
        {6: 0},
        {6: 2},
        {7: b"p" * 32},
        {11: b"short"},
        {12: b""},
        {12: bytes(limits.SEALED_LANE_KEY + 1)},
        {13: 1},
    ],
)
def test_a_header_that_does_not_fit_is_refused(changed: dict[int, cbor.Value]) -> None:
    assert isinstance(FIELDS, dict)
    assert batch.read_header(signed(FIELDS)).header.body == b"b" * 32
    with pytest.raises(Malformed):
        batch.read_header(signed({**FIELDS, **changed}))


def test_a_header_signed_in_another_devices_name_is_refused() -> None:
    assert isinstance(FIELDS, dict)
    with pytest.raises(Malformed):
        batch.read_header(signed(FIELDS, kid=b"x" * 16))


@pytest.mark.parametrize(
    "parts", [[], [b"h"], [b"", b"b"], [b"h", b""], [b"h", b"b", b"c"], ["h", b"b"], b"hb"]
)
def test_a_put_of_another_shape_is_refused(parts: cbor.Value) -> None:
    with pytest.raises(Malformed):
        batch.read_batch(cbor.encode(parts))


def test_a_batch_beyond_the_hard_limit_is_refused() -> None:
    with pytest.raises(Malformed):
        batch.read_batch(Batch(b"h", bytes(limits.BATCH_HARD)).encode())


@given(st.integers(1, 1000), st.lists(st.binary(min_size=1, max_size=30) | st.none(), max_size=5))
def test_a_page_comes_back_as_it_was_sent(first: int, bodies: list[bytes | None]) -> None:
    page = tuple(Delivery(first + n, b"header", body, b"receipt") for n, body in enumerate(bodies))
    assert batch.read_page(batch.encode_page(page)) == page


@pytest.mark.parametrize(
    "page",
    [
        [[1, b"h", b"b"]],
        [[0, b"h", b"b", b"r"]],
        [[True, b"h", b"b", b"r"]],
        [[1, b"", b"b", b"r"]],
        [[1, b"h", b"", b"r"]],
        [[1, b"h", b"b", b""]],
        [[1, b"h", None, b"r"], [3, b"h", None, b"r"]],
        [[2, b"h", None, b"r"], [1, b"h", None, b"r"]],
        [b"x"],
        {1: 1},
    ],
)
def test_a_page_that_skips_or_does_not_fit_is_refused(page: cbor.Value) -> None:
    with pytest.raises(Malformed):
        batch.read_page(cbor.encode(page))


def test_a_page_of_too_many_is_refused() -> None:
    page = [[n, b"h", None, b"r"] for n in range(1, limits.PAGE_BATCHES + 2)]
    with pytest.raises(Malformed):
        batch.read_page(cbor.encode(page))


@given(st.integers(1, 2**40))
def test_a_bucket_holds_its_length_costs_little_and_is_its_own_bucket(length: int) -> None:
    size = batch.bucket(length)
    assert size >= length
    assert size == limits.PAD_FROM or size <= length * 1.12
    assert batch.bucket(size) == size


@pytest.mark.parametrize(
    ("length", "size"),
    [(1, 1024), (1024, 1024), (1025, 1088), (5000, 5120), (100_000, 100_352), (262_145, 270_336)],
)
def test_buckets_are_those_of_the_format(length: int, size: int) -> None:
    assert batch.bucket(length) == size


def padded(frame: bytes, length: int | None = None, filler: bytes = b"\0") -> bytes:
    packed = (len(frame) if length is None else length).to_bytes(4, "big") + frame
    return packed.ljust(batch.bucket(len(packed)), filler)


GOOD = zstandard.ZstdCompressor().compress(b"plain" * 10)


def test_a_packed_text_comes_back() -> None:
    assert batch.unpack(padded(GOOD)) == b"plain" * 10


@pytest.mark.parametrize(
    ("story", "packed"),
    [
        ("too short for a length", b"\0\0"),
        ("padding that is not zero", padded(GOOD, filler=b"\1")),
        ("padding to another size", padded(GOOD) + bytes(64)),
        ("length beyond the end", padded(GOOD, length=5000)),
        ("not a frame", padded(b"no frame at all")),
        ("nothing", padded(b"")),
        ("frame cut off", padded(GOOD[:-4])),
        ("frame damaged", padded(GOOD[:-6] + b"\xff" * 6)),
        (
            "frame that does not say its size",
            padded(zstandard.ZstdCompressor(write_content_size=False).compress(b"plain")),
        ),
        (
            "frame that says more than the cap",
            padded(zstandard.ZstdCompressor().compress(bytes(limits.BATCH_PLAIN + 1))),
        ),
    ],
)
def test_a_packed_text_of_another_shape_is_refused(story: str, packed: bytes) -> None:
    with pytest.raises(Malformed):
        batch.unpack(packed)


def test_a_frame_that_holds_more_than_it_says_gives_no_more_than_it_says() -> None:
    """A frame header may lie: 9 declared, far more inside. The reader stops one byte past the claim."""
    frame = bytearray(zstandard.ZstdCompressor().compress(bytes(200)))
    assert zstandard.frame_content_size(bytes(frame)) == 200
    frame[5] = 9
    with pytest.raises(Malformed):
        batch.unpack(padded(bytes(frame)))


def test_more_than_the_cap_is_not_sealed() -> None:
    with pytest.raises(Malformed):
        batch.seal_body(EPOCH_KEY, PREAMBLE, bytes(limits.BATCH_PLAIN + 1))
