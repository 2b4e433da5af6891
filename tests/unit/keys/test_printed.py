"""Secrets on paper: what was typed is either what was printed, or the slip is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.keys import printed

payloads = st.integers(1, 12).flatmap(lambda fives: st.binary(min_size=5 * fives, max_size=5 * fives))


@given(payloads)
def test_what_is_printed_reads_back(payload: bytes):
    assert printed.read(printed.write(payload), len(payload)) == payload


@given(payloads, st.randoms(use_true_random=False))
def test_case_blanks_dashes_and_look_alikes_are_forgiven(payload: bytes, chance):
    loosely = {"0": "0Oo", "1": "1IiLl", "-": ["-", " ", "", "\n", "--", "\N{EN DASH}"]}
    typed = "".join(
        chance.choice(loosely.get(character, character + character.lower()))
        for character in printed.write(payload)
    )
    assert printed.read(f"  {typed}\n", len(payload)) == payload


@given(payloads, st.data())
def test_one_wrong_character_names_its_group(payload: bytes, data):
    text = printed.write(payload)
    places = [place for place, character in enumerate(text) if character != "-"]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from([c for c in printed.ALPHABET if c != text[place]]))
    with pytest.raises(printed.Misread) as slip:
        printed.read(text[:place] + wrong + text[place + 1 :], len(payload))
    assert slip.value.group == places.index(place) // printed.GROUP + 1


@given(payloads, st.data())
def test_two_characters_exchanged_in_a_group_name_it(payload: bytes, data):
    groups = printed.write(payload).split("-")
    index = data.draw(st.integers(0, len(groups) - 1))
    one, other = data.draw(st.lists(st.integers(0, 4), min_size=2, max_size=2, unique=True))
    group = list(groups[index])
    group[one], group[other] = group[other], group[one]
    if "".join(group) == groups[index]:
        return
    groups[index] = "".join(group)
    with pytest.raises(printed.Misread) as slip:
        printed.read("-".join(groups), len(payload))
    assert slip.value.group == index + 1


def test_two_groups_exchanged_are_noticed():
    one, other, *rest = printed.write(bytes(range(20))).split("-")
    with pytest.raises(printed.Misread) as slip:
        printed.read("-".join([other, one, *rest]), 20)
    assert slip.value.group == 1


def test_a_character_that_is_never_printed_names_its_group():
    text = printed.write(bytes(20))
    with pytest.raises(printed.Misread) as slip:
        printed.read(text[:7] + "U" + text[8:], 20)
    assert slip.value.group == 2


@pytest.mark.parametrize("size", [15, 25])
def test_a_sheet_of_another_length_is_a_slip_of_the_whole(size: int):
    with pytest.raises(printed.Misread) as slip:
        printed.read(printed.write(bytes(size)), 20)
    assert slip.value.group == 0


def test_a_last_character_left_out_is_a_slip():
    text = printed.write(bytes(range(20)))
    with pytest.raises(printed.Misread):
        printed.read(text[:-1], 20)


def test_only_whole_groups_can_be_printed():
    for payload in (b"", b"four"):
        with pytest.raises(ValueError, match="whole groups"):
            printed.write(payload)


@given(st.binary(min_size=1, max_size=80))
def test_a_sum_fills_whole_groups_and_finds_another_body(body: bytes):
    summed = printed.with_sum("a test", body)
    assert len(summed) == printed.summed_size(len(body)) == 5 * (len(summed) // 5)
    assert printed.without_sum("a test", summed, len(body)) == body
    changed = bytes([summed[0] ^ 1]) + summed[1:]
    with pytest.raises(printed.Misread):
        printed.without_sum("a test", changed, len(body))
    with pytest.raises(printed.Misread):
        printed.without_sum("another", summed, len(body))
