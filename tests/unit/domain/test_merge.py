"""Merge: the same state on every laptop, whatever the order; nothing overwritten unseen."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from fakes.chance import Randomness
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.domain.ids import MemberId, RecordId, new_record_id
from outreach_app.domain.merge import merge
from outreach_app.domain.operation import VOIDED, Held, stamp
from outreach_app.domain.trouble import Bug

RECORD = RecordId("01a1f886-c622-7536-b025-58db813ee0e1")
SAM, JO, LEE = (MemberId(digit * 32) for digit in "abc")
chance = Randomness("merge")


def said(
    values: dict,
    over: dict | None = None,
    *,
    at: int = 1,
    author: MemberId = SAM,
    role: str = "worker",
    kind: str = "engagement",
) -> Held:
    return stamp(
        kind=kind,
        record=RECORD,
        author=author,
        role=role,
        at=at,
        zone=0,
        salt=chance(16),
        set=values,
        over=over,
    )


PLACED = {"shift": "d" * 32, "occurred_at": "2026-11-24T18:08:00Z"}
FIRST = said({**PLACED, "headcount": 4, "depth": 2, "note": "the underpass is dark"})


def test_one_operation_is_the_record() -> None:
    record = merge([FIRST]).record
    assert (record.state, record.author, record.conflicts) == ("final", SAM, ())
    assert record.values == {**PLACED, "headcount": 4, "depth": 2, "note": "the underpass is dark"}


def test_different_fields_merge_without_a_conflict() -> None:
    one = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=2)
    other = said({"depth": 3}, {"depth": [FIRST.id]}, at=3, author=JO)
    record = merge([FIRST, one, other]).record
    assert record.values["headcount"] == 5
    assert record.values["depth"] == 3
    assert record.conflicts == ()
    assert record.state == "amended"


def test_one_field_amended_twice_offline_keeps_both_values_until_somebody_settles_it() -> None:
    one = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=2)
    other = said({"headcount": 6}, {"headcount": [FIRST.id]}, at=3, author=JO)
    merged = merge([FIRST, one, other])
    assert merged.record.conflicts == ("headcount",)
    assert merged.record.values["headcount"] == 6
    assert {leaf.value for leaf in merged.leaves["headcount"]} == {5, 6}

    settled = said({"headcount": 5}, merged.over(["headcount"]), at=4)
    after = merge([FIRST, one, other, settled]).record
    assert after.conflicts == ()
    assert after.values["headcount"] == 5


def test_equal_answers_from_two_laptops_are_no_conflict() -> None:
    one = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=2)
    other = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=3, author=JO)
    assert merge([FIRST, one, other]).record.conflicts == ()


def test_clearing_a_field_is_an_answer_and_can_conflict() -> None:
    cleared = said({"note": None}, {"note": [FIRST.id]}, at=2)
    assert "note" not in merge([FIRST, cleared]).record.values
    amended = said({"note": "the lights are out"}, {"note": [FIRST.id]}, at=3, author=JO)
    assert merge([FIRST, cleared, amended]).record.conflicts == ("note",)


def test_an_edit_made_while_somebody_voids_shows_and_is_not_lost() -> None:
    void = said({VOIDED: "entered twice"}, {VOIDED: merge([FIRST]).over_everything()}, at=2)
    assert merge([FIRST, void]).record.flags == ()
    edit = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=3, author=JO)
    record = merge([FIRST, void, edit]).record
    assert record.state == "voided"
    assert record.voided == "entered twice"
    assert "edited-while-voided" in record.flags
    assert record.values["headcount"] == 5


def test_undoing_a_void_brings_the_record_back() -> None:
    void = said({VOIDED: "entered twice"}, {VOIDED: [FIRST.id]}, at=2)
    undo = said({VOIDED: None}, {VOIDED: merge([FIRST, void]).over_everything()}, at=3)
    record = merge([FIRST, void, undo]).record
    assert record.state == "final"
    assert record.conflicts == ()


def test_a_colleague_cannot_void_what_is_not_theirs_but_a_lead_can() -> None:
    by_colleague = said({VOIDED: "no"}, {VOIDED: [FIRST.id]}, at=2, author=JO)
    record = merge([FIRST, by_colleague]).record
    assert record.state == "final"
    assert "void-without-right" in record.flags
    by_lead = said({VOIDED: "no"}, {VOIDED: [FIRST.id]}, at=2, author=LEE, role="lead")
    assert merge([FIRST, by_lead]).record.state == "voided"


def test_the_author_is_whoever_spoke_first_however_late_it_arrives() -> None:
    later = said({"headcount": 5}, at=9, author=JO)
    assert merge([later, FIRST]).record.author == SAM


def test_nobody_becomes_the_author_by_claiming_an_earlier_time() -> None:
    record = new_record_id(datetime(2026, 11, 24, tzinfo=UTC), chance, SAM)

    def about(values: dict, at: int, author: MemberId) -> Held:
        return stamp(
            kind="engagement",
            record=record,
            author=author,
            role="worker",
            at=at,
            zone=0,
            salt=chance(16),
            set=values,
        )

    began = about({**PLACED, "headcount": 1, "depth": 1}, 5, SAM)
    backdated = about({"note": "mine now"}, 1, JO)
    void = about({VOIDED: "gone"}, 9, JO)
    merged = merge([began, backdated, void]).record
    assert merged.author == SAM
    assert merged.state != "voided"
    assert "void-without-right" in merged.flags


def test_an_over_counts_only_for_its_own_field() -> None:
    one = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=2)
    assert merge([FIRST, one]).record.values["depth"] == 2


def test_unknown_kinds_and_fields_are_kept_and_flagged() -> None:
    strange = said({"glow": 3}, kind="lantern")
    record = merge([strange]).record
    assert record.values == {"glow": 3}
    assert record.flags == ("kind-unknown",)
    newer = said({**PLACED, "headcount": 1, "depth": 1, "sparkle": "x"})
    assert "field-unknown" in merge([newer]).record.flags


def test_merge_never_refuses_what_two_laptops_made_impossible_together() -> None:
    fewer = said({"headcount": 1}, {"headcount": [FIRST.id]}, at=2)
    banded = said({"ages": {"13_15": 4}}, at=3, author=JO)
    record = merge([FIRST, fewer, banded]).record
    assert record.values["ages"] == {"13_15": 4}
    assert "bands-above-headcount" in record.flags


def test_two_kinds_on_one_id_are_flagged() -> None:
    assert "two-kinds" in merge([FIRST, said({"name": "x"}, at=2, kind="visit")]).record.flags


def test_merging_nothing_or_two_records_is_a_bug_of_ours() -> None:
    with pytest.raises(Bug):
        merge([])
    foreign = stamp(
        kind="engagement",
        record=RecordId("0" * 32),
        author=SAM,
        role="worker",
        at=1,
        zone=0,
        salt=b"s" * 16,
        set={"depth": 1},
    )
    with pytest.raises(Bug):
        merge([FIRST, foreign])


def test_every_order_of_a_busy_history_gives_one_state() -> None:
    a = said({"headcount": 5}, {"headcount": [FIRST.id]}, at=2)
    b = said({"headcount": 6, "note": None}, {"headcount": [FIRST.id], "note": [FIRST.id]}, at=2, author=JO)
    c = said({"headcount": 7}, {"headcount": [a.id]}, at=4)
    d = said({VOIDED: "twice"}, {VOIDED: [FIRST.id, a.id]}, at=5)
    ops = [FIRST, a, b, c, d]
    states = {repr(merge(list(order))) for order in permutations(ops)}
    assert len(states) == 1


@st.composite
def histories(draw: st.DrawFn) -> list[Held]:
    """Three people amending three fields, each having seen some earlier part of the others' work."""
    ops: list[Held] = [FIRST]
    for number in range(draw(st.integers(0, 7))):
        seen = merge([FIRST, *draw(st.lists(st.sampled_from(ops), max_size=4))])
        fields = draw(
            st.sets(st.sampled_from(["headcount", "depth", "note", VOIDED]), min_size=1, max_size=2)
        )
        values = {field: draw(st.sampled_from([None, 1, 2, "words"])) for field in sorted(fields)}
        over = seen.over(fields)
        author = draw(st.sampled_from([SAM, JO, LEE]))
        ops.append(said(values, over, at=number + draw(st.integers(0, 3)), author=author))
    return ops


@given(histories(), st.randoms())
def test_any_order_and_any_repetition_give_the_same_state(ops: list[Held], chance: object) -> None:
    expected = merge(ops)
    shuffled = ops * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(shuffled) == expected


@given(histories())
def test_a_settlement_over_all_leaves_leaves_one(ops: list[Held]) -> None:
    merged = merge(ops)
    for field in merged.record.conflicts:
        if field != VOIDED:
            answer = said({field: 3}, merged.over([field]), at=99, author=LEE, role="lead")
            assert field not in merge([*ops, answer]).record.conflicts


@given(histories())
def test_no_value_that_nobody_superseded_is_ever_missing(ops: list[Held]) -> None:
    merged = merge(ops)
    for held in {one.id: one for one in ops}.values():
        for field, value in held.op.set.items():
            superseded = any(held.id in other.op.over.get(field, ()) for other in ops)
            voids_foreign = field == VOIDED or any(VOIDED in other.op.set for other in ops)
            if not superseded and not voids_foreign:
                assert any(leaf.op == held.id and leaf.value == value for leaf in merged.leaves[field])
