"""Rules that look at other records, and what they make of records that no rule would have let through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from fakes.chance import Randomness
from fakes.clock import Clock

from outreach_app.domain import codes, operation
from outreach_app.domain.engagement import ENGAGEMENT
from outreach_app.domain.field import Field
from outreach_app.domain.handover import HANDOVER_ITEM
from outreach_app.domain.ids import MemberId, RecordId, from_millis, may_have_begun, new_record_id, to_millis
from outreach_app.domain.kind import Kind, Record
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.merge import merge
from outreach_app.domain.person import CONSENT, PERSON
from outreach_app.domain.place import HOTSPOT
from outreach_app.domain.referral import (
    REFERRAL_EVENT,
    is_overdue,
    may_follow,
    status_of,
)
from outreach_app.domain.shift import SHIFT
from outreach_app.domain.trouble import Trouble
from outreach_app.domain.visit import VISIT
from outreach_app.domain.wall_clock import WallClock

SHIFT_ID, PLACE, OTHER, PERSON_ID = (letter * 32 for letter in "abcd")


def rec(id: str, kind: str, *, state: str = "final", **values: object) -> Record:
    return Record(
        id=id,
        kind=kind,
        author="e" * 32,
        made_at=0,
        changed_at=0,
        state=state,  # type: ignore[arg-type]
        values=values,
    )


class Shelf:
    """A handful of records as a rule sees them."""

    def __init__(self, *records: Record) -> None:
        self.records = records

    def get(self, record_id: str) -> Record | None:
        return next((one for one in self.records if one.id == record_id), None)

    def find(self, kind: str, *, shift: str | None = None, person: str | None = None) -> Iterable[Record]:
        return [one for one in self.records if one.kind == kind and shift in (None, one.get("shift"))]


OUT = rec(
    SHIFT_ID, "shift", started_at="2026-11-24T14:00:00Z", ended_at="2026-11-24T20:00:00Z", workers=[OTHER]
)
TOWER = rec(PLACE, "hotspot", name="Clock Tower")
OPEN = rec(OTHER, "visit", shift=SHIFT_ID, hotspot=PLACE, arrived_at="2026-11-24T18:00:00Z")


def said(kind: Kind, values: dict, *records: Record, id: str | None = None) -> dict[str, str]:
    return {one.code: one.level for one in kind.check_against(values, Shelf(*records), id)}


def test_a_reference_must_be_here_be_of_its_kind_and_not_be_void() -> None:
    values = {"shift": SHIFT_ID, "hotspot": PLACE, "arrived_at": "2026-11-24T18:00:00Z", "left_at": "x"}
    assert said(VISIT, values, OUT, TOWER) == {}
    assert said(VISIT, values, OUT) == {"reference-missing": "refuse"}
    assert said(VISIT, values, OUT, rec(PLACE, "service")) == {"reference-missing": "refuse"}
    gone = rec(PLACE, "hotspot", state="voided")
    assert said(VISIT, values, OUT, gone) == {"reference-voided": "refuse"}
    assert said(VISIT, values, OUT, gone, id=OTHER) == {}


def test_a_pair_is_in_one_hotspot_at_a_time() -> None:
    arriving = {"shift": SHIFT_ID, "hotspot": PLACE, "arrived_at": "2026-11-24T18:30:00Z"}
    assert said(VISIT, arriving, OUT, TOWER, OPEN) == {"visit-open": "refuse"}
    assert said(VISIT, arriving, OUT, TOWER, OPEN, id=OTHER) == {}
    left = rec(OTHER, "visit", shift=SHIFT_ID, left_at="2026-11-24T18:20:00Z")
    assert said(VISIT, arriving, OUT, TOWER, left) == {}
    assert said(VISIT, {}) == {}


def test_a_visit_longer_than_twelve_hours_is_asked_about() -> None:
    long = {
        "shift": SHIFT_ID,
        "hotspot": PLACE,
        "arrived_at": "2026-11-24T06:00:00Z",
        "left_at": "2026-11-24T20:00:00Z",
    }
    assert [(one.level, one.code) for one in VISIT.check(long)[1]] == [("ask", "visit-long")]


def test_times_outside_shift_or_visit_are_flagged_and_never_refused() -> None:
    late = {"shift": SHIFT_ID, "hotspot": PLACE, "arrived_at": "2026-11-24T21:00:00Z", "left_at": "y"}
    assert said(VISIT, late, OUT, TOWER) == {"outside-shift": "flag"}
    met = {"shift": SHIFT_ID, "visit": OTHER, "occurred_at": "2026-11-24T13:00:00Z"}
    assert said(ENGAGEMENT, met, OUT, OPEN) == {"outside-shift": "flag", "outside-visit": "flag"}
    assert said(ENGAGEMENT, {"shift": SHIFT_ID, "visit": OTHER}, OUT, OPEN) == {}
    assert said(ENGAGEMENT, {"same_as": OTHER}, rec(OTHER, "engagement"), id=OTHER) == {
        "same-as-itself": "refuse"
    }


def test_a_shift_that_ends_before_its_last_visit_is_flagged_and_so_is_one_longer_than_a_day() -> None:
    times = {"started_at": "2026-11-24T14:00:00Z", "ended_at": "2026-11-24T17:00:00Z"}
    assert said(SHIFT, times, OPEN, id=SHIFT_ID) == {"visit-after-end": "flag"}
    assert said(SHIFT, times, OPEN) == {}
    assert said(SHIFT, times, id=SHIFT_ID) == {}
    endless = {"date": "2026-11-24", "workers": [PLACE, OTHER], **times, "ended_at": "2026-11-26T14:00:00Z"}
    assert [one.code for one in SHIFT.check(endless)[1]] == ["shift-long"]


def test_cards_consents_places_and_handovers_have_their_small_rules() -> None:
    assert said(PERSON, {"duplicate_of": PERSON_ID}, rec(PERSON_ID, "person"), id=PERSON_ID) == {
        "same-as-itself": "refuse"
    }
    withdrawn = {
        "person": PERSON_ID,
        "purpose": "referral",
        "given_by": "self",
        "method": "verbal",
        "on": "2026-11-24",
        "withdrawn_on": "2026-11-23",
    }
    assert [one.code for one in CONSENT.check(withdrawn)[1]] == ["end-before-start"]
    crossed = {"name": "x", "in_force_from": "2026-11-24", "in_force_to": "2026-11-23"}
    assert [one.code for one in HOTSPOT.check(crossed)[1]] == ["end-before-start"]
    item = {
        "shift": SHIFT_ID,
        "text": "x",
        "about": "place",
        "status": "open",
        "done_at": "2026-11-24T18:00:00Z",
    }
    assert [(one.level, one.code) for one in HANDOVER_ITEM.check(item)[1]] == [("flag", "done-but-open")]


# -------------------------------------------------------------------------------------- referrals


def step(number: int, to: str, **more: object) -> Record:
    return rec(
        f"{number:032x}", "referral_event", referral=OTHER, at=f"2026-11-24T1{number}:00:00Z", to=to, **more
    )


def test_a_referrals_status_follows_from_its_events_in_time() -> None:
    full = rec(OTHER, "referral", kind_of="full")
    steps = [step(4, "accepted"), step(1, "offered"), step(3, "sent"), step(2, "ready")]
    standing = status_of(full, steps)
    assert (standing.status, standing.since, standing.out_of_order) == (
        "accepted",
        "2026-11-24T14:00:00Z",
        (),
    )
    assert standing.sent_at == "2026-11-24T13:00:00Z"
    assert status_of(full, []).status == "draft"


def test_a_step_out_of_order_is_taken_and_named() -> None:
    full = rec(OTHER, "referral", kind_of="full")
    standing = status_of(full, [step(1, "completed")])
    assert standing.status == "completed"
    assert standing.out_of_order == (step(1, "x").id,)
    assert (
        status_of(full, [rec("9" * 32, "referral_event", state="voided", at="x", to="sent")]).status
        == "draft"
    )
    event = {"referral": OTHER, "at": "2026-11-24T19:00:00Z", "to": "completed"}
    assert said(REFERRAL_EVENT, event, full) == {"step-out-of-order": "flag"}
    assert said(REFERRAL_EVENT, {**event, "to": "offered"}, full) == {}
    assert said(REFERRAL_EVENT, event, full, step(1, "sent"), step(2, "accepted")) == {}
    assert said(REFERRAL_EVENT, event, full, id=PLACE) == {}


def test_the_table_of_steps_has_its_three_exceptions() -> None:
    assert may_follow("signpost", "offered", "completed")
    assert not may_follow("full", "offered", "completed")
    assert may_follow("full", "sent", "cancelled")
    assert not may_follow("full", "completed", "cancelled")
    assert may_follow("full", "completed", "entered_in_error")
    assert not may_follow("full", "entered_in_error", "entered_in_error")


def test_an_open_referral_is_overdue_by_its_time_or_its_chase() -> None:
    now = datetime(2026, 11, 24, 18, tzinfo=UTC)
    full = rec(OTHER, "referral", kind_of="full", due_at="2026-11-24T17:00:00Z")
    assert is_overdue(full, status_of(full, []), now)
    assert not is_overdue(full, status_of(full, [step(1, "completed")]), now)
    chased = rec(OTHER, "referral", kind_of="full", next_chase_on="2026-11-24")
    assert not is_overdue(chased, status_of(chased, []), now)
    assert is_overdue(chased, status_of(chased, []), now + timedelta(days=1))


# ------------------------------------------------------------------------- what merge may bring


every_field = [(kind, name, field) for kind in KINDS.values() for name, field in kind.fields.items()]


@pytest.mark.parametrize(
    ("kind", "name", "field"), every_field, ids=[f"{kind.name}-{name}" for kind, name, _ in every_field]
)
def test_whatever_a_hostile_laptop_writes_into_a_field_no_reader_meets_what_it_cannot_read(
    kind: Kind, name: str, field: Field
) -> None:
    chance = Randomness(name)
    for value in (17, -1, 2.5, True, "x", [], [1], ["x"], {}, {"x": "y"}, {"x": [1]}, [{"x": 1}]):
        held = operation.stamp(
            kind=kind.name,
            record=RecordId("f" * 32),
            author=MemberId("e" * 32),
            role="lead",
            at=1,
            zone=0,
            salt=chance(16),
            set={name: value},
        )
        record = merge([held]).record
        if name in record.values:
            field.show(record.values[name])
            field.words(record.values[name])
            field.references(record.values[name])
        else:
            assert "field-unfit" in record.flags
        assert merge([held]).leaves[name][0].value == value


def test_a_code_of_a_newer_list_stays_in_sight() -> None:
    record, flags = ENGAGEMENT.sift({"topics": ["housing", "moonlight"], "depth": 9})
    assert record == {"topics": ["housing", "moonlight"], "depth": 9}
    assert "field-unfit" in flags
    assert ENGAGEMENT.fields["topics"].show(record["topics"]) == "Housing, moonlight"


# ------------------------------------------------------------------------------------- small things


def test_ids_tell_who_began_and_times_go_there_and_back() -> None:
    now = datetime(2026, 11, 24, 18, 8, 1, 250_000, tzinfo=UTC)
    assert from_millis(to_millis(now)) == now
    record = new_record_id(now, Randomness("ids"), "a" * 32)
    assert may_have_begun(record, "a" * 32)
    assert not may_have_begun(record, "b" * 32)


def test_an_operation_too_large_or_too_deep_is_none() -> None:
    def stamp(note: object) -> operation.Held:
        return operation.stamp(
            kind="engagement",
            record=RecordId("f" * 32),
            author=MemberId("e" * 32),
            role="worker",
            at=1,
            zone=0,
            salt=bytes(16),
            set={"note": note},
        )

    with pytest.raises(Trouble) as caught:
        stamp("x" * operation.LARGEST_OPERATION)
    assert caught.value.code == "record-too-large"
    deep: object = 1
    for _ in range(operation.DEEPEST + 1):
        deep = [deep]
    with pytest.raises(msgspec.ValidationError):
        operation.read(stamp(deep).raw, "worker")
    wide = [[[number]] for number in range(operation.DEEPEST)]
    assert operation.read(stamp(wide).raw, "worker").op.set == {"note": wide}
    well = stamp({"a": {"b": "c"}})
    assert operation.read(well.raw, "worker").id == well.id
    with pytest.raises(msgspec.ValidationError):
        operation.read(b"[" * 100_000, "worker")


def test_code_lists_offer_what_is_not_retired_and_name_what_they_do_not_know() -> None:
    kept = codes.CodeList("x", (codes.Code("a", "A"), codes.Code("b", "B", is_retired=True)))
    assert [code.value for code in kept.on_offer] == ["a"]
    assert "b" in kept
    assert kept.label("b") == "B"
    assert kept.label("c") == "c"
    assert [code.label for code in kept] == ["A", "B"]


def test_the_wall_clock_knows_summer_from_winter() -> None:
    wall = WallClock(Clock())
    summer, winter = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert summer.astimezone(wall).hour == 13
    assert winter.astimezone(wall).hour == 12
    assert datetime(2026, 7, 1, 13, tzinfo=wall).astimezone(UTC) == summer
    assert wall.utcoffset(None) == timedelta(0)
    assert wall.dst(None) is None
    assert summer.astimezone(wall).tzname() == "UTC+01:00"
    assert str(wall) == "local time"


def test_a_trouble_names_its_code_and_an_unsaid_fact_does_not_break_its_words() -> None:
    trouble = Trouble("name-twice", kind="member")
    assert str(trouble) == "name-twice"
    assert trouble.line.startswith("name-twice: … member records")


def test_every_answer_reads_as_words() -> None:
    good = {
        "engagement": {"recorded_outcome": [{"start_point": "a", "what_happened": "b", "gain": "c"}]},
        "shift": {"not_reached": [{"hotspot": PLACE, "reason": "no_time"}], "break_minutes": 20},
        "hotspot": {
            "polygon": {"type": "Polygon", "coordinates": [[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0]]]}
        },
        "visit": {"corrected": True, "arrived_at": "2026-11-24T18:00:00Z"},
        "consent": {"on": "2026-11-24"},
        "handover_item": {"owner": "next_pair"},
        "acceptance": {"batches": ["e" * 64]},
    }
    read = {
        (name, field): KINDS[name].fields[field].show(KINDS[name].fields[field].check(value))
        for name, values in good.items()
        for field, value in values.items()
    }
    assert read["engagement", "recorded_outcome"] == "a, b, c"
    assert read["shift", "not_reached"].endswith("No time")
    assert read["shift", "break_minutes"] == "20 minutes"
    assert read["hotspot", "polygon"] == "111 × 111 m"
    assert read["visit", "corrected"] == "Yes"
    assert read["consent", "on"] == "Tue 24 Nov 2026"
    assert read["handover_item", "owner"] == "Next pair"
    assert read["acceptance", "batches"] == "1 late"
    assert KINDS["handover_item"].fields["owner"].references(PLACE) == [("member", PLACE)]
    assert KINDS["shift"].fields["not_reached"].references([{"hotspot": PLACE}]) == [("hotspot", PLACE)]
    assert KINDS["engagement"].free_text == ("young_person_view", "note")
    assert KINDS["person"].masked == ("hint",)
    assert "partners see totals" in ENGAGEMENT.fields["headcount"].who_sees
    assert repr(ENGAGEMENT) == "<kind engagement>"
