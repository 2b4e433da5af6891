"""Counting: each figure once, whatever was written twice, left open, voided or left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.domain import counting
from outreach_app.domain.ids import to_millis
from outreach_app.domain.kind import Record
from outreach_app.domain.referral import status_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(kind: str, number: int, *, state: str = "final", **values: Any) -> Record:
    """A record as merge leaves it; its id is its number, so that order is in sight."""
    return Record(
        id=f"{number:032x}",
        kind=kind,
        author="a" * 32,
        made_at=to_millis(NOON),
        changed_at=to_millis(NOON),
        state=state,  # type: ignore[arg-type]
        values=values,
    )


def met(number: int, **values: Any) -> Record:
    return record("engagement", number, **({"headcount": 2, "depth": 2} | values))


def clock(hours: float) -> str:
    return (NOON + timedelta(hours=hours)).isoformat()


# ------------------------------------------------------------------------------------------- engagements


def test_a_pair_that_wrote_one_talk_twice_had_one_talk() -> None:
    first = met(1)
    assert [one.record for one in counting.meetings([met(2, same_as=first.id), first])] == [first]


def test_a_chain_of_doubles_is_one_meeting() -> None:
    chain = [met(1), met(2, same_as=f"{1:032x}"), met(3, same_as=f"{2:032x}")]
    for order in permutations(chain):
        assert [one.record.id for one in counting.meetings(order)] == [f"{1:032x}"]


def test_a_circle_of_doubles_settles_on_its_smallest_id() -> None:
    circle = [met(1, same_as=f"{3:032x}"), met(2, same_as=f"{1:032x}"), met(3, same_as=f"{2:032x}")]
    tail = met(4, same_as=f"{2:032x}")
    for order in permutations([*circle, tail]):
        assert [one.record.id for one in counting.meetings(order)] == [f"{1:032x}"]


def test_a_double_of_something_void_or_missing_counts_itself() -> None:
    lone = met(2, same_as=f"{1:032x}")
    assert len(counting.meetings([lone])) == 1
    assert len(counting.meetings([lone, record("engagement", 1, state="voided")])) == 1


def test_a_decline_is_no_conversation_and_an_unknown_depth_is_neither() -> None:
    counted = counting.meetings([met(1, depth=0), met(2, depth=1), met(3, depth=None), met(4, depth=4)])
    assert counting.met(counting.conversations(counted)) == (2, 4)
    assert counting.met(counting.at_depth(counted, 0)) == (1, 2)
    assert counting.met(counting.at_depth(counted, None)) == (1, 2)


def test_a_headcount_that_nobody_gave_adds_nobody() -> None:
    assert counting.met(counting.meetings([met(1, headcount=None), met(2)])) == (2, 2)


def test_a_topic_counts_once_for_a_conversation() -> None:
    counted = counting.meetings([met(1, topics=["money", "money"]), met(2, topics=["money"]), met(3)])
    assert counting.mentions(counted, "topics") == {"money": 2}


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 4), st.integers(0, 25)), max_size=12))
def test_bands_and_not_recorded_cover_the_young_people(talks: list[tuple[int, int, int]]) -> None:
    counted = counting.meetings(
        met(n, headcount=heads, depth=depth, ages={"13_15": banded} if banded else None)
        for n, (heads, depth, banded) in enumerate(talks)
    )
    found = counting.bands(counted, "ages")
    people = counting.met(counting.conversations(counted)).young_people
    assert found.not_recorded == max(0, people - sum(found.counts.values()))


# ------------------------------------------------------------------------------------------------ visits


def test_stays_come_in_the_order_of_the_street() -> None:
    later = record("visit", 1, hotspot="h", arrived_at=clock(2), left_at=clock(3))
    first = record("visit", 2, hotspot="h", arrived_at=clock(0), left_at=clock(0.51))
    assert [(stay.visit, stay.minutes) for stay in counting.stays([later, first])] == [
        (first, 30),
        (later, 60),
    ]


def test_an_open_stay_counts_up_to_the_moment_asked_for() -> None:
    visit = record("visit", 1, hotspot="h", arrived_at=clock(0))
    assert counting.stays([visit])[0].minutes == 0
    (stay,) = counting.stays([visit], until=NOON + timedelta(minutes=25))
    assert (stay.minutes, stay.left_at) == (25, None)


def test_a_stay_that_ends_before_it_begins_lasts_no_time() -> None:
    visit = record("visit", 1, hotspot="h", arrived_at=clock(1), left_at=clock(0))
    assert counting.stays([visit])[0].minutes == 0


def test_void_visits_and_visits_without_a_beginning_are_no_stays() -> None:
    void = record("visit", 1, state="voided", hotspot="h", arrived_at=clock(0), left_at=clock(1))
    assert counting.stays([void, record("visit", 2, hotspot="h")]) == []


# ------------------------------------------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("answers", "spent"),
    [
        (
            {"workers": ["a" * 32, "b" * 32], "ended_at": clock(6), "break_minutes": 30},
            (330, 660, 30, 0, False),
        ),
        ({"workers": ["a" * 32], "ended_at": clock(6)}, (0, 360, 0, 0, False)),
        ({"workers": ["a" * 32, "b" * 32]}, (120, 240, 0, 0, True)),
        (
            {"workers": ["a" * 32, "b" * 32], "ended_at": clock(0.1), "break_minutes": 30},
            (0, 0, 30, 0, False),
        ),
        ({"workers": ["a" * 32] * 3, "ended_at": clock(1)}, (60, 180, 0, 0, False)),
    ],
)
def test_hours_are_those_out_without_breaks(answers: dict[str, Any], spent: tuple[int, ...]) -> None:
    shift = record("shift", 1, started_at=clock(0), **answers)
    assert counting.spent(shift, NOON + timedelta(hours=2)) == spent


def test_a_shift_that_never_started_took_no_time_but_was_planned() -> None:
    shift = record("shift", 1, workers=["a" * 32] * 2, planned_start_at=clock(0), planned_end_at=clock(6))
    assert counting.spent(shift, NOON) == (0, 0, 0, 360, False)


# ---------------------------------------------------------------------------------------------- lateness


def test_an_entry_is_late_after_a_day_and_after_approval() -> None:
    entry = record("engagement", 1)
    assert not counting.is_late_entry(entry, NOON - timedelta(hours=24), None)
    assert counting.is_late_entry(entry, NOON - timedelta(hours=24, seconds=1), None)
    assert not counting.is_late_entry(entry, None, NOON)
    assert counting.is_late_entry(entry, None, NOON - timedelta(seconds=1))


# --------------------------------------------------------------------------------------------- referrals


def referral(number: int = 1, **values: Any) -> Record:
    return record("referral", number, **({"kind_of": "full", "opened_at": clock(-48)} | values))


def step(to: str, hours: float, *, of: int = 1) -> Record:
    return record("referral_event", 100 + int(hours * 10), referral=f"{of:032x}", at=clock(hours), to=to)


@pytest.mark.parametrize(
    ("answers", "wants"),
    [
        ({}, None),
        ({"due_at": clock(-1)}, "overdue"),
        ({"due_at": clock(1)}, "due"),
        ({"due_at": clock(24 * 7)}, "due"),
        ({"due_at": clock(24 * 8)}, None),
        ({"next_chase_on": "2026-11-23"}, "overdue"),
        ({"next_chase_on": "2026-11-24"}, "due"),
        ({"next_chase_on": "2026-12-01"}, "due"),
        ({"next_chase_on": "2026-12-02"}, None),
        ({"due_at": clock(24 * 30), "next_chase_on": "2026-11-25"}, "due"),
        ({"due_at": clock(24 * 30), "next_chase_on": "2026-11-20"}, "overdue"),
    ],
)
def test_an_open_referral_is_due_within_a_week_and_overdue_after_its_day(
    answers: dict[str, Any], wants: str | None
) -> None:
    one = referral(**answers)
    assert counting.chase(one, status_of(one, []), NOON) == wants


def test_a_closed_referral_wants_nothing() -> None:
    one = referral(due_at=clock(-1))
    assert counting.chase(one, status_of(one, [step("cancelled", -2)]), NOON) is None


def test_a_day_to_chase_on_ends_on_the_teams_own_clocks() -> None:
    summer = datetime(2026, 7, 14, 23, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=1)))
    one = referral(next_chase_on=date(2026, 7, 14).isoformat())
    assert counting.chase(one, status_of(one, []), summer) == "overdue"


def test_full_referrals_count_once_they_are_sent() -> None:
    drafted, sent, wrong = referral(1), referral(2), referral(3)
    steps = [
        step("ready", -3, of=2),
        step("sent", -2, of=2),
        step("sent", -2, of=3),
        step("entered_in_error", -1, of=3),
    ]
    assert counting.referred([drafted, sent, wrong], steps) == (1, 0, 0, 0)


def test_signposts_and_supported_referrals_count_once_opened_unless_they_were_called_off() -> None:
    signpost, supported = referral(1, kind_of="signpost"), referral(2, kind_of="supported")
    called_off, void = (
        referral(3, kind_of="signpost"),
        record("referral", 4, state="voided", kind_of="signpost"),
    )
    strange = referral(5, kind_of="something_new")
    steps = [step("cancelled", -1, of=3)]
    assert counting.referred([signpost, supported, called_off, void, strange], steps) == (0, 1, 1, 0)


def test_events_find_their_referral() -> None:
    steps = [step("ready", -3, of=2), step("sent", -2, of=2), step("ready", -1, of=3)]
    sorted_out = counting.by_referral(steps)
    assert {key: len(found) for key, found in sorted_out.items()} == {f"{2:032x}": 2, f"{3:032x}": 1}


def test_every_rule_is_a_sentence() -> None:
    for words in counting.RULES.values():
        assert words[0].isupper()
        assert words.endswith(".")
