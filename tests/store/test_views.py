"""Records as they are derived: the same from any order of arrival, found by what they point at."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_app.domain.kinds import KINDS
from outreach_app.store import batches, checkup, database, oplog, views
from outreach_app.store.batches import Cursor
from outreach_app.store.views import Records

# ----------------------------------------------------------------------------------------- any order


@st.composite
def stories(draw: Callable, hands: Callable, servers: type) -> list:
    """What three people said about three records, cut into batches: amended, voided, contradicted, called
    by two kinds, sent twice under another role."""
    people = [hands(f"person {number}", role) for number, role in enumerate(("worker", "worker", "lead"))]
    server = servers()
    by_record: dict[str, list] = {}
    said = []
    for _ in range(draw(st.integers(1, 14))):
        hand = draw(st.sampled_from(people))
        record = f"{draw(st.integers(0, 3)):032x}"
        kind = draw(st.sampled_from(["engagement"] * 8 + ["person"]))
        earlier = by_record.setdefault(record, [])
        field, value = draw(
            st.sampled_from(
                [
                    ("headcount", 1),
                    ("headcount", 2),
                    ("note", "one word"),
                    ("note", "another sentence"),
                    ("note", None),
                    ("shift", f"{9:032x}"),
                    ("persons", [f"{7:032x}", f"{8:032x}"]),
                    ("persons", [f"{8:032x}"]),
                    ("voided", "twice"),
                    ("voided", None),
                    ("occurred_at", "2026-11-24T18:00:00Z"),
                    ("unheard_of", {"deep": [1]}),
                ]
            )
        )
        seen = [one.id for one in earlier if draw(st.booleans())]
        begun = hand.begins(kind, record)
        held = hand.amends(begun, over={field: seen}, **{field: value})
        earlier.append(held)
        said.append((hand, held))
    carried = []
    for hand, held in said:
        status = draw(st.sampled_from(["counts"] * 5 + ["late"]))
        carried.append(server.batch(hand, held, status=status))
        if draw(st.integers(0, 5)) == 0:
            role = draw(st.sampled_from(["worker", "lead"]))
            again = msgspec.structs.replace(held, role=role)
            status = draw(st.sampled_from(["counts", "counts", "late"]))
            carried.append(server.batch(hand, again, status=status))
    return carried


@settings(max_examples=60)
@given(chance=st.data())
def test_any_order_of_arrival_ends_in_the_same_views(
    chance, hands, servers, empty_file: Path, key: bytes, derived
) -> None:
    carried = chance.draw(stories(hands, servers))
    orders = [carried, chance.draw(st.permutations(carried))]
    results = []
    for order in orders:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.db"
            shutil.copy(empty_file, path)
            db = database.open_(path, key)
            while order:
                size = chance.draw(st.integers(1, 5))
                page, order = order[:size], order[size:]
                batches.apply_page(db, "team", page, Cursor(history=b"h" * 16, team_seq=1))
                if chance.draw(st.booleans()):
                    batches.apply_page(db, "team", page, None)
            results.append(derived(db))
            assert checkup.check(db) == [checkup.Damage(code="batches", count=len(carried))]
            views.rebuild(db)
            assert derived(db) == results[-1]
            db.close()
    assert results[0] == results[1]


@settings(max_examples=30)
@given(chance=st.data())
def test_a_roster_that_comes_late_ends_in_the_same_views(
    chance, hands, servers, empty_file: Path, key: bytes, derived
) -> None:
    """Batches judged on arrival, and the same ones judged anew afterwards, leave the same records."""
    carried = chance.draw(stories(hands, servers))
    verdicts = [chance.draw(st.sampled_from(["counts", "late"])) for _ in carried]
    results = []
    for judged_first in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.db"
            shutil.copy(empty_file, path)
            db = database.open_(path, key)
            page = [
                msgspec.structs.replace(batch, status=verdict) if judged_first else batch
                for batch, verdict in zip(carried, verdicts, strict=True)
            ]
            batches.apply_page(db, "team", page, None)
            if not judged_first:
                for batch, verdict in zip(carried, verdicts, strict=True):
                    batches.rejudge(db, [batch.id], verdict)
            results.append(derived(db))
            db.close()
    assert results[0] == results[1]


def test_children_may_come_before_their_parents(db, hand, server) -> None:
    shift = hand.begins("shift", date="2026-11-24", workers=["a" * 32, "b" * 32])
    visit = hand.begins("visit", shift=shift.op.record, arrived_at="2026-11-24T15:00:00Z")
    batches.apply_page(db, "team", [server.batch(hand, visit)], None)
    records = Records(db)
    assert [one.id for one in records.find("visit", shift=shift.op.record)] == [visit.op.record]
    assert records.get(shift.op.record) is None
    batches.apply_page(db, "team", [server.batch(hand, shift)], None)
    assert records.get(shift.op.record).values["date"] == "2026-11-24"


def test_one_id_with_two_kinds_is_parked_whole_and_mends_itself(db, hand, hands, server) -> None:
    met = hand.engagement(note="talked")
    oplog.add_own(db, [met])
    other = hands("other")
    page = [server.batch(other, other.begins("person", met.op.record, code="Maple-14"))]
    batches.apply_page(db, "team", page, None)
    assert Records(db).get(met.op.record) is None
    assert oplog.merged(db, met.op.record) is None
    assert [(one.reason, one.record) for one in batches.parked(db)] == [("two-kinds", met.op.record)] * 2
    assert batches.truths(db).parked == 2
    batches.rejudge(db, [page[0].id], "late")
    assert Records(db).get(met.op.record).values["note"] == "talked"
    assert batches.parked(db) == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("engagement", {"persons": "not a list", "note": ["not text"], "occurred_at": 7, "shift": {"a": 1}}),
        ("engagement", {"recorded_outcome": [1, {"x": "y"}], "ages": [], "headcount": "many"}),
        ("engagement", {"occurred_at": "9" * 5000, "from_a_newer_program": {"deep": [None, 1.5]}}),
        ("hotspot", {"name": 5, "polygon": "round"}),
        ("kind_of_a_newer_program", {"anything": [1, 2]}),
        ("handover_item", {"owner": ["list"], "text": None}),
        ("person", {}),
    ],
)
def test_whatever_another_program_wrote_is_kept_and_nobody_stumbles_over_it(
    db, hand, server, kind, values
) -> None:
    """Unknown kinds and fields stand as they are; what no reader could read stays in the operation alone."""
    said = hand.begins(kind, **values)
    batches.apply_page(db, "team", [server.batch(hand, said)], None)
    found = Records(db).get(said.op.record)
    fields = KINDS[kind].fields if kind in KINDS else {}
    readable = {
        name: value
        for name, value in values.items()
        if value is not None and (name not in fields or fields[name].is_readable(value))
    }
    assert found.values == readable
    assert ("field-unfit" in found.flags) == (len(readable) < sum(one is not None for one in values.values()))
    assert Records(db).find(kind) == [found]
    assert oplog.ops_of(db, said.op.record)[0].op.set == said.op.set


# ------------------------------------------------------------------------------------------ looking up


@pytest.fixture
def week(db, hand):
    """Five engagements on three days, in two shifts; the fourth is void."""
    first, second = "1" * 32, "2" * 32
    said = [
        hand.engagement(
            shift=shift, hotspot="7" * 32, occurred_at=at, persons=persons, visit=None, note=f"day {at[:10]}"
        )
        for shift, at, persons in (
            (second, "2026-11-25T18:00:00Z", ["c" * 32]),
            (first, "2026-11-24T23:59:59.500Z", []),
            (first, "2026-11-24T14:00:00Z", ["c" * 32, "d" * 32]),
            (second, "2026-11-25T15:00:00Z", []),
            (second, "2026-11-26T00:00:00Z", ["d" * 32]),
        )
    ]
    oplog.add_own(db, said)
    oplog.add_own(db, [hand.amends(said[3], over={}, voided="typed twice")])
    return said


def times(records) -> list[str]:
    return [record.values["occurred_at"][8:13] for record in records]


def test_records_come_in_the_order_in_which_things_happened(db, week) -> None:
    records = Records(db)
    assert times(records.find("engagement")) == ["24T14", "24T23", "25T18", "26T00"]
    assert times(records.find("engagement", newest_first=True, limit=2)) == ["26T00", "25T18"]
    assert times(records.find("engagement", include_voided=True))[2] == "25T15"


def test_records_are_found_by_what_they_point_at_in_whichever_field(db, week) -> None:
    records = Records(db)
    assert times(records.find("engagement", shift="1" * 32)) == ["24T14", "24T23"]
    assert times(records.find("engagement", person="d" * 32)) == ["24T14", "26T00"]
    assert times(records.find("engagement", person="d" * 32, shift="2" * 32)) == ["26T00"]
    assert records.find("visit", shift="1" * 32) == []


def test_a_period_takes_in_its_first_and_its_last_day(db, week) -> None:
    records = Records(db)
    assert times(records.find("engagement", since="2026-11-24", until="2026-11-24")) == ["24T14", "24T23"]
    assert times(records.find("engagement", since="2026-11-25")) == ["25T18", "26T00"]
    assert records.count("engagement", until="2026-11-25", hotspot="7" * 32) == 3
    assert records.count("engagement", until="2026-11-25", include_voided=True) == 4
    assert records.count("engagement", since="2026-11-24T23:59", until="2026-11-24T23:59:59.500Z") == 1


def test_a_reference_that_is_taken_back_is_not_found_any_more(db, hand, week) -> None:
    oplog.add_own(db, [hand.amends(week[2], persons=["c" * 32], shift=None)])
    records = Records(db)
    assert times(records.find("engagement", person="d" * 32)) == ["26T00"]
    assert times(records.find("engagement", shift="1" * 32)) == ["24T23"]
    assert times(records.find("engagement", person="c" * 32)) == ["24T14", "25T18"]


def test_two_answers_are_a_conflict_until_somebody_chooses(db, hand, hands, server, week) -> None:
    other = hands("other")
    mine = hand.amends(week[0], headcount=4)
    theirs = other.amends(week[0], headcount=5)
    oplog.add_own(db, [mine])
    batches.apply_page(db, "team", [server.batch(other, theirs)], None)
    records = Records(db)
    (found,) = records.conflicts()
    assert (found.id, found.conflicts) == (week[0].op.record, ("headcount",))
    assert batches.truths(db).conflicts == 1
    oplog.add_own(db, [hand.amends(week[0], over={"headcount": [mine.id, theirs.id]}, headcount=5)])
    assert records.conflicts() == []


def test_what_a_rule_would_have_refused_is_kept_and_flagged(db, hand, server) -> None:
    """Each laptop may have been right alone: together the bands exceed the headcount."""
    said = hand.engagement(shift="1" * 32, headcount=3, ages={"13_15": 2})
    page = [server.batch(hand, said), server.batch(hand, hand.amends(said, ages={"13_15": 9}))]
    batches.apply_page(db, "team", page, None)
    (found,) = Records(db).flagged()
    assert (found.id, found.values["ages"]) == (said.op.record, {"13_15": 9})
    oplog.add_own(db, [hand.amends(page[1].ops[0], ages={"13_15": 3})])
    assert Records(db).flagged() == []


@pytest.mark.parametrize("targets", [(), ("1" * 32,), ("7" * 32, "2" * 32)])
@pytest.mark.parametrize("bounds", [(None, None), ("2026-11-24", None), (None, "2026-11-25")])
@pytest.mark.parametrize("include_voided", [True, False])
def test_every_look_up_walks_a_stretch_of_an_index(db, week, targets, bounds, include_voided) -> None:
    asked = views._Asked("engagement", targets, *bounds, include_voided)
    listed, counted = (
        [row[3] for row in db.rows(f"explain query plan {sql}", values)]
        for sql, values in (asked.bodies(newest_first=True, limit=1), asked.number())
    )
    assert not [step for step in listed + counted if step.startswith("SCAN")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in listed
    assert not [step for step in counted if "record USING INDEX" in step or "r USING INDEX" in step]
