"""Saving and receiving operations."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from outreach_app.domain.ids import to_millis
from outreach_app.domain.operation import op_id, read
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, drafts, oplog, search
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


@pytest.mark.parametrize(
    "harm",
    [
        (b'"at":', b'"at":-'),
        (b'"at":', b'"at":999999999999999999'),
        (b'"zone":0', b'"zone":99999'),
        (b'"note":"x"', b'"note":' + b"[" * 5000 + b"]" * 5000),
        (b'"note":"x"', b'"note":' + b"[" * 20 + b"]" * 20),
        (b'"note":"x"', b'"note":' + b'{"a":' * 20 + b"1" + b"}" * 20),
    ],
)
def test_an_operation_that_no_file_could_hold_is_refused_when_it_is_read(hand, harm) -> None:
    """Else one hostile operation would stop every laptop of the team at its page, for ever."""
    raw = hand.engagement(note="x").raw.replace(*harm)
    with pytest.raises(msgspec.ValidationError):
        read(raw, "worker")


@pytest.mark.parametrize(
    "strange",
    [
        (b'"zone":0', b'"zone":-1440'),
        (b'"note":"x"', b'"note":' + b"[" * 19 + b"]" * 19),
        (b'"note":"x"', b'"note":1180591620717411303424'),
        (b'"note":"x"', b'"voided":["list"]'),
        (b'"note":"x"', b'"\\u0000":"\\u0000"'),
        (b'"kind":"engagement"', b'"kind":""'),
        (b'"set":{', b'"over":{"note":["nobody"]},"set":{'),
    ],
)
def test_any_operation_that_can_be_read_can_be_kept_and_shown(db, hand, server, strange) -> None:
    raw = hand.engagement(note="x").raw.replace(b',"over":{}', b"").replace(*strange)
    held = read(raw, "worker")
    batches.apply_page(db, "team", [server.batch(hand, held)], None)
    assert Records(db).get(held.op.record).id == held.op.record
    assert oplog.ops_of(db, held.op.record) == [held]
    assert search.search(db, "nobody") == []
