"""One value, one encoding, and nothing else gets in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import cbor, limits
from outreach_app.wire.problems import Malformed

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-limits.COUNT, limits.COUNT)
    | st.binary(max_size=40)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(1, 200), inner, max_size=4),
    max_leaves=12,
)


def depth(value: object) -> int:
    if isinstance(value, list | dict):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


@given(values)
def test_what_was_encoded_is_decoded(value: cbor.Value) -> None:
    raw = cbor.encode(value)
    if depth(value) <= cbor.DEPTH:
        assert cbor.decode(raw, len(raw), "value") == value
    else:
        with pytest.raises(Malformed):
            cbor.decode(raw, len(raw), "value")


@given(st.binary(max_size=64))
def test_any_bytes_are_refused_or_are_the_only_encoding_of_their_value(raw: bytes) -> None:
    try:
        value = cbor.decode(raw, 64, "bytes")
    except Malformed:
        return
    assert cbor.encode(value) == raw


@pytest.mark.parametrize(
    ("story", "raw"),
    [
        ("longer than needed", "1801"),
        ("trailing byte", "0101"),
        ("indefinite list", "9f01ff"),
        ("indefinite text", "7f6161ff"),
        ("duplicate label", "a201010102"),
        ("labels out of order", "a202010101"),
        ("label zero", "a10001"),
        ("negative label", "a12001"),
        ("text label", "a1616101"),
        ("bytes label", "a1410101"),
        ("boolean label", "a1f501"),
        ("float", "f97e00"),
        ("undefined", "f7"),
        ("simple value", "f0"),
        ("date", "c11a514b67b0"),
        ("big number", "c249010000000000000000"),
        ("list that holds itself", "d81c81d81d00"),
        ("self-described", "d9d9f701"),
        ("unknown tag", "d9ffff01"),
        ("not UTF-8", "62c328"),
        ("cut off", "8201"),
        ("nothing", ""),
        ("tag inside", "8101c100"),
        ("map inside with text label", "81a1616101"),
    ],
)
def test_bytes_that_encode_would_not_write_are_refused(story: str, raw: str) -> None:
    with pytest.raises(Malformed) as refused:
        cbor.decode(bytes.fromhex(raw), 64, story)
    assert refused.value.what == story


def test_more_bytes_than_the_cap_are_refused_before_they_are_read() -> None:
    with pytest.raises(Malformed):
        cbor.decode(cbor.encode(b"1234"), 4, "long")


def test_nesting_beyond_the_depth_is_refused() -> None:
    assert cbor.decode(b"\x81" * cbor.DEPTH + b"\x01", 64, "deep")
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * 50 + b"\x01", 64, "deep")


@given(values)
def test_our_encoding_is_the_deterministic_one_of_cbor2(value: cbor.Value) -> None:
    assert cbor.encode(value) == cbor2.dumps(value, canonical=True)


class Colour(StrEnum):
    RED = "red"


def test_a_map_is_read_label_by_label() -> None:
    at = datetime(2026, 11, 24, 14, 0, 0, 123000, tzinfo=UTC)
    value = {1: 7, 2: b"abc", 3: "text", 4: [1], 5: cbor.milliseconds(at), 6: "red"}
    fields = cbor.Fields(value, "map")
    assert fields.has(2)
    assert not fields.has(9)
    assert fields.number(1) == 7
    assert fields.octets(2, 3) == b"abc"
    assert fields.text(3, 4) == "text"
    assert fields.items(4, 1) == [1]
    assert fields.moment(5) == at
    assert fields.word(6, Colour) is Colour.RED
    fields.done()


def test_a_label_that_nobody_asked_for_is_refused() -> None:
    fields = cbor.Fields({1: 1, 2: 2}, "map")
    fields.number(1)
    with pytest.raises(Malformed):
        fields.done()


@pytest.mark.parametrize("value", [None, 1, [1], "x", b"x"])
def test_only_a_map_has_fields(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map")


@pytest.mark.parametrize("value", [{}, {1: "1"}, {1: True}, {1: -1}, {1: limits.COUNT + 1}])
def test_a_number_is_an_integer_within_its_bounds(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").number(1)


@pytest.mark.parametrize("value", [{}, {1: "ab"}, {1: b"a"}, {1: b"abcd"}])
def test_octets_have_their_length(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").octets(1, 2, 3)
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").octets(1, 2)


@pytest.mark.parametrize("value", [{}, {1: b"ab"}, {1: ""}, {1: "abcd"}])
def test_text_has_its_length(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").text(1, 3)


@pytest.mark.parametrize("value", [{}, {1: "blue"}, {1: 3}, {1: b"red"}])
def test_a_word_is_one_of_its_choices(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").word(1, Colour)


@pytest.mark.parametrize("value", [{}, {1: b"ab"}, {1: [1, 2]}])
def test_a_list_has_its_length(value: cbor.Value) -> None:
    with pytest.raises(Malformed):
        cbor.Fields(value, "map").items(1, 1)


@pytest.mark.parametrize("value", ["ab", b"a", b"abcd", None])
def test_a_byte_string_in_a_list_has_its_length(value: cbor.Value) -> None:
    assert cbor.as_octets(b"ab", 2, 3, "item") == b"ab"
    with pytest.raises(Malformed):
        cbor.as_octets(value, 2, 3, "item")


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Malformed):
        cbor.Fields({1: limits.COUNT}, "map").moment(1)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1)))
def test_a_moment_keeps_its_milliseconds(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    told = cbor.Fields({1: cbor.milliseconds(at)}, "map").moment(1)
    assert timedelta(0) <= at - told < timedelta(milliseconds=1)


def test_absent_parts_are_absent_labels() -> None:
    assert cbor.compact({1: None, 2: 0, 3: b"", 4: False}) == {2: 0, 3: b"", 4: False}
