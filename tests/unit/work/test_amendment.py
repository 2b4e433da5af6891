"""An amendment never overwrites what its author has not seen."""

from __future__ import annotations

from datetime import UTC, datetime

from outreach_app.domain.kind import Record
from outreach_app.store.drafts import Draft, Place
from outreach_app.work.amendment import Amendment, Opened, Standing

FIELDS = ("headcount", "depth", "note")


def opened(**answers: object) -> Opened:
    """A record in which each field has one answer, or a list of (operation, value), the shown one first."""
    standing = {}
    for field, said in answers.items():
        leaves = said if isinstance(said, list) else [(f"{field}-1", said)]
        standing[field] = tuple(Standing(op, value, "Sam", False) for op, value in leaves)
    values = {field: leaves[0].value for field, leaves in standing.items() if leaves[0].value is not None}
    record = Record(
        id="r", kind="engagement", author="a", made_at=1, changed_at=1, state="final", values=values
    )
    return Opened(record, standing)


def now(amendment: Amendment, **changed: object) -> dict[str, object]:
    return {**amendment.begins_with, **changed}


def test_only_what_was_changed_is_said_and_over_what_was_on_screen():
    amendment = Amendment(opened(headcount=4, depth=2), FIELDS)
    said = amendment.said(now(amendment, headcount=5))
    assert said.values == {"headcount": 5}
    assert said.over == {"headcount": ["headcount-1"]}


def test_a_field_that_is_emptied_is_said_as_nothing():
    amendment = Amendment(opened(headcount=4, note="Words"), FIELDS)
    assert amendment.said({"headcount": 4}).values == {"note": None}


def test_a_field_answered_for_the_first_time_goes_over_nothing():
    amendment = Amendment(opened(headcount=4), FIELDS)
    assert amendment.said(now(amendment, depth=1)).over == {"depth": []}


def test_an_untouched_field_follows_what_arrives():
    amendment = Amendment(opened(headcount=4, depth=2), FIELDS)
    here = now(amendment, headcount=5)
    assert amendment.take(opened(headcount=4, depth=[("depth-2", 3)]), here) == {"depth": 3}
    here["depth"] = 3
    assert amendment.changed(here) == ["headcount"]


def test_what_arrives_on_a_touched_field_stays_unseen_until_somebody_chooses():
    amendment = Amendment(opened(headcount=4), FIELDS)
    here = now(amendment, headcount=5)
    assert amendment.take(opened(headcount=[("headcount-2", 6)]), here) == {}
    assert [one.value for one in amendment.unseen("headcount", here)] == [6]
    assert amendment.said(here).over == {"headcount": ["headcount-1"]}
    amendment.settle("headcount")
    assert not amendment.unseen("headcount", here)
    assert amendment.said(here).over == {"headcount": ["headcount-2"]}


def test_the_same_answer_given_elsewhere_is_no_clash():
    amendment = Amendment(opened(headcount=4), FIELDS)
    here = now(amendment, headcount=5)
    amendment.take(opened(headcount=[("headcount-2", 5)]), here)
    assert not amendment.unseen("headcount", here)


def test_of_two_standing_answers_only_the_shown_one_counts_as_seen():
    amendment = Amendment(opened(headcount=[("two", 6), ("one", 4)]), FIELDS)
    here = now(amendment)
    assert [one.value for one in amendment.unseen("headcount", here)] == [4]
    assert amendment.changed(here) == []
    amendment.settle("headcount")
    said = amendment.said(here)
    assert said.values == {"headcount": 6}
    assert said.over == {"headcount": ["two", "one"]}


def test_a_draft_remembers_what_its_author_had_seen_before_the_crash():
    draft = Draft(
        id="d",
        kind="engagement",
        values={"headcount": 5, "note": None},
        place=Place(screen="log"),
        updated_at=datetime(2026, 11, 24, tzinfo=UTC),
        record="r",
        over={"headcount": ["headcount-1"], "note": ["note-1"]},
    )
    meanwhile = opened(headcount=[("headcount-2", 6)], note="Words", depth=3)
    amendment = Amendment(meanwhile, FIELDS, draft)
    here = amendment.begins_with
    assert here["headcount"] == 5
    assert here["depth"] == 3
    assert [one.value for one in amendment.unseen("headcount", here)] == [6]
    assert amendment.said(here).over == {"headcount": ["headcount-1"], "note": ["note-1"]}


def test_an_answer_kept_knowingly_is_still_kept_after_a_crash():
    draft = Draft(
        id="d",
        kind="engagement",
        values={"headcount": 6},
        place=Place(screen="log"),
        updated_at=datetime(2026, 11, 24, tzinfo=UTC),
        record="r",
        over={"headcount": ["two", "one"]},
    )
    amendment = Amendment(opened(headcount=[("two", 6), ("one", 4)]), FIELDS, draft)
    assert amendment.said(amendment.begins_with).over == {"headcount": ["two", "one"]}
