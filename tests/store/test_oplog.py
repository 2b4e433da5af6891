"""Saving and receiving operations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach_app.domain.ids import to_millis
from outreach_app.domain.operation import op_id
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, drafts, oplog
from outreach_app.store.batches import Cursor
from outreach_app.store.drafts import Draft, Place
from outreach_app.store.views import Records


def draft_of(hand, draft_id: str = "a draft", **values) -> Draft:
    return Draft(
        id=draft_id,
        kind="engagement",
        values=values,
        place=Place(screen="log", field="note", cursor=4),
        updated_at=hand.at,
    )


def test_a_save_is_operation_outbox_view_and_index_at_once_and_drops_its_draft(db, hand) -> None:
    drafts.keep(db, draft_of(hand))
    said = hand.engagement(note="About school")
    changed = oplog.add_own(db, [said], drop_draft="a draft")
    assert changed.ids == {said.op.record}
    assert changed.kinds == {"engagement"}
    assert oplog.ops_of(db, said.op.record) == [said]
    assert batches.waiting(db, "team", 100, 10**6) == [said]
    assert Records(db).get(said.op.record).values["headcount"] == 3
    assert drafts.all(db) == []


def test_the_exact_bytes_come_back(db, hand) -> None:
    said = hand.engagement(note="ünïcode “quotes” \u0000-free 🙂")
    oplog.add_own(db, [said])
    (again,) = oplog.ops_of(db, said.op.record)
    assert again.raw == said.raw
    assert op_id(again.raw) == said.id


def test_saving_the_same_twice_is_saving_once(db, hand) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    oplog.add_own(db, [said])
    assert batches.count_waiting(db) == 1
    assert Records(db).count("engagement") == 1


def test_several_operations_are_saved_together_or_not_at_all(db, hand) -> None:
    good, strange = hand.engagement(), hand.begins("no_such_kind", code=1)
    drafts.keep(db, draft_of(hand))
    with pytest.raises(Trouble, match="kind-unknown"):
        oplog.add_own(db, [good, strange], drop_draft="a draft")
    assert oplog.known(db, [good.id, strange.id]) == set()
    assert Records(db).get(good.op.record) is None
    assert len(drafts.all(db)) == 1


def test_each_stream_has_an_outbox_of_its_own(db, hand) -> None:
    place, met = hand.begins("hotspot", name="Clock Tower"), hand.engagement()
    oplog.add_own(db, [place, met])
    assert batches.waiting(db, "config", 9, 9999) == [place]
    assert batches.waiting(db, "team", 9, 9999) == [met]
    assert (batches.count_waiting(db), batches.count_waiting(db, "config")) == (2, 1)


def test_an_amendment_knows_what_it_answers(db, hand) -> None:
    first = hand.engagement()
    oplog.add_own(db, [first])
    merged = oplog.merged(db, first.op.record)
    assert merged.over(["headcount", "note"]) == {"headcount": [first.id]}
    oplog.add_own(db, [hand.amends(first, headcount=5)])
    assert Records(db).get(first.op.record).state == "amended"
    assert oplog.merged(db, "no such record") is None


def test_more_operations_than_one_statement_holds_are_known(db, hand) -> None:
    said = [hand.engagement() for _ in range(1200)]
    oplog.add_own(db, said)
    assert oplog.known(db, [one.id for one in said]) == {one.id for one in said}
    assert Records(db).count("engagement") == 1200


class TestTheClockOfThisDevice:
    NOW = 1_800_000_000_000
    DAY = 24 * 3600 * 1000

    def test_begins_at_nothing(self, db) -> None:
        assert oplog.last_at(db, self.NOW) == 0

    def test_never_goes_back_before_what_was_said_here(self, db, hand) -> None:
        hand.at += timedelta(days=3650)
        said = hand.engagement()
        oplog.add_own(db, [said])
        assert oplog.last_at(db, self.NOW) == said.op.at

    def test_remembers_it_when_the_outbox_is_empty(self, db, hand) -> None:
        said = hand.engagement()
        oplog.add_own(db, [said])
        batches.keep_sealed(
            db,
            batches.SealedBatch(
                id=b"1" * 32,
                stream="team",
                device=hand.device,
                seq=1,
                prev=bytes(32),
                role="worker",
                header=b"h",
                body=b"b",
                op_ids=(said.id,),
            ),
        )
        assert batches.count_waiting(db) == 0
        assert oplog.last_at(db, self.NOW) == said.op.at

    def test_is_pushed_by_others_but_never_more_than_a_day(self, db, hand, server) -> None:
        hand.at += timedelta(days=3650)
        page = [server.batch(hand, hand.engagement())]
        batches.apply_page(db, "team", page, Cursor(history=server.history, team_seq=1))
        assert oplog.last_at(db, self.NOW) == self.NOW + self.DAY
        late = to_millis(hand.at) + self.DAY
        assert oplog.last_at(db, late) == to_millis(hand.at)
