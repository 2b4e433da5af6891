"""The shelf of sync: outbox, sealed bytes, receipts, pages, what is parked, and the four truths."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from outreach_app.domain.trouble import Bug
from outreach_app.store import batches, database, oplog
from outreach_app.store.batches import (
    Cursor,
    Gap,
    Own,
    ParkedOp,
    SealedBatch,
    SeenBy,
    Truths,
)
from outreach_app.store.views import Records

LEAD = b"L" * 16


def seal(db, hand, *ops, stream="team", role="worker", number=None) -> SealedBatch:
    """Seal the next batch of this hand's device, as sync does."""
    last = batches.last_own(db, stream, hand.device)
    batch = SealedBatch(
        id=hand.randomness(32),
        stream=stream,
        device=hand.device,
        seq=number or (last.seq + 1 if last else 1),
        prev=last.id if last else bytes(32),
        role=role,
        header=hand.randomness(40),
        body=hand.randomness(90),
        op_ids=tuple(op.id for op in ops),
    )
    batches.keep_sealed(db, batch)
    return batch


def returned(batch: SealedBatch, server, team_seq: int, *ops) -> batches.ReceivedBatch:
    """An own batch as a page brings it back."""
    return batches.ReceivedBatch(
        id=batch.id,
        device=batch.device,
        seq=batch.seq,
        prev=batch.prev,
        team_seq=team_seq,
        history=server.history,
        header=batch.header,
        body=batch.body,
        receipt=b"receipt",
        ops=ops,
        is_own=True,
    )


def seen_by_lead(db, server, team_seq: int, without: frozenset[bytes] = frozenset()) -> None:
    batches.keep_seen(
        db,
        SeenBy(
            stream="team",
            device=LEAD,
            history=server.history,
            team_seq=team_seq,
            head=bytes(32),
            is_lead=True,
            raw=b"signed",
            without=without,
        ),
    )


# --------------------------------------------------------------------------------------------- going out


def test_what_waits_comes_oldest_first_and_fits(db, hand) -> None:
    said = [hand.engagement(note="x" * 1000) for _ in range(5)]
    oplog.add_own(db, said)
    assert batches.waiting(db, "team", 3, 10**6) == said[:3]
    assert batches.waiting(db, "team", 100, 3000) == said[:2]
    assert batches.waiting(db, "team", 100, 10) == said[:1]


def test_sealing_empties_the_outbox_and_continues_the_chain(db, hand) -> None:
    said = [hand.engagement() for _ in range(3)]
    oplog.add_own(db, said)
    first = seal(db, hand, *said[:2])
    second = seal(db, hand, said[2])
    assert batches.count_waiting(db) == 0
    assert [(one.seq, one.prev, one.header, one.body) for one in batches.unsent(db)] == [
        (1, bytes(32), first.header, first.body),
        (2, first.id, second.header, second.body),
    ]
    assert batches.ops_in(db, first.id) == said[:2]
    assert batches.last_of_each(db, hand.device) == {"team": Own(2, second.id)}


def test_a_batch_that_does_not_continue_the_chain_is_our_bug_and_changes_nothing(db, hand) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    with pytest.raises(Bug):
        seal(db, hand, said, number=2)
    assert batches.count_waiting(db) == 1
    assert batches.unsent(db) == []


def test_an_operation_is_sealed_once(db, hand) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    seal(db, hand, said)
    with pytest.raises(Bug):
        seal(db, hand, said)
    assert len(batches.unsent(db)) == 1


def test_the_role_of_the_roster_that_a_batch_names_is_the_operations_role(db, hand, hands, server) -> None:
    """Whoever was made a lead, or is one no more, before sealing: every reader must see the same."""
    met = hands("other").engagement()
    batches.apply_page(db, "team", [server.batch(hands("other"), met)], None)
    hand.at += timedelta(hours=1)
    void = hand.amends(met, over={}, voided="not ours")
    oplog.add_own(db, [void])
    records = Records(db)
    assert records.get(met.op.record).state == "final"
    seal(db, hand, void, role="lead")
    assert records.get(met.op.record).state == "voided"


def test_only_a_receipt_makes_on_the_server_true(db, hand, server) -> None:
    said = [hand.engagement() for _ in range(2)]
    oplog.add_own(db, said)
    batch = seal(db, hand, said[0])
    assert batches.truths(db) == Truths(
        saved=2, on_server=0, verified=0, seen_by_lead=0, waiting=2, parked=0, conflicts=0
    )
    changed = batches.mark_receipt(db, batch.id, b"receipt", 1, server.history)
    assert changed.ids == {said[0].op.record}
    assert batches.ticks(db, [one.op.record for one in said]) == {
        said[0].op.record: "on_server",
        said[1].op.record: "saved",
    }
    assert batches.unsent(db) == []
    with pytest.raises(Bug):
        batches.mark_receipt(db, b"?" * 32, b"receipt", 1, server.history)


def test_the_four_truths_follow_one_another_and_a_restore_takes_them_back(db, hand, server) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    batch = seal(db, hand, said)
    batches.mark_receipt(db, batch.id, b"receipt", 1, server.history)
    page = [returned(batch, server, 1, said)]
    batches.apply_page(db, "team", page, Cursor(history=server.history, team_seq=1))
    assert batches.tick(db, said.op.record) == "verified"
    seen_by_lead(db, server, 0)
    assert batches.tick(db, said.op.record) == "verified"
    seen_by_lead(db, server, 1)
    assert batches.tick(db, said.op.record) == "seen"
    assert batches.truths(db) == Truths(
        saved=1, on_server=1, verified=1, seen_by_lead=1, waiting=0, parked=0, conflicts=0
    )
    assert batches.forget_receipts(db, server.history) == 1
    assert batches.tick(db, said.op.record) == "saved"
    assert batches.truths(db) == Truths(
        saved=1, on_server=0, verified=0, seen_by_lead=0, waiting=1, parked=0, conflicts=0
    )
    assert [one.id for one in batches.unsent(db)] == [batch.id]
    batches.mark_receipt(db, batch.id, b"again", 4, b"n" * 16)
    assert batches.tick(db, said.op.record) == "on_server"


def test_what_both_histories_share_stays_verified_once_it_is_receipted_again(db, hand, server) -> None:
    said = [hand.engagement(), hand.engagement()]
    oplog.add_own(db, said)
    page = [returned(seal(db, hand, one), server, place, one) for place, one in enumerate(said, 1)]
    batches.apply_page(db, "team", page, Cursor(history=server.history, team_seq=2))
    assert batches.forget_receipts(db, server.history, 1) == 2
    assert batches.truths(db).verified == batches.truths(db).on_server == 0
    for place, batch in enumerate(page, 1):
        batches.mark_receipt(db, batch.id, b"again", place, b"n" * 16)
    assert [batches.tick(db, one.op.record) for one in said] == ["verified", "on_server"]
    assert (batches.truths(db).on_server, batches.truths(db).verified) == (2, 1)


@pytest.mark.parametrize("what", ["batch", "operation"])
def test_what_the_lead_parked_the_lead_has_not_seen(db, hand, server, what: str) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    batch = seal(db, hand, said)
    batches.apply_page(db, "team", [returned(batch, server, 1, said)], None)
    parked = batch.id if what == "batch" else bytes.fromhex(said.id)
    seen_by_lead(db, server, 1, without=frozenset({parked}))
    assert batches.tick(db, said.op.record) == "verified"
    assert batches.truths(db).seen_by_lead == 0
    assert batches.others_seen(db, "team")[0].without == {parked}
    seen_by_lead(db, server, 1)
    assert batches.truths(db).seen_by_lead == 1
    assert batches.others_seen(db)[0].without == frozenset()


def test_a_record_has_come_only_as_far_as_its_slowest_change(db, hand, server) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    batch = seal(db, hand, said)
    batches.mark_receipt(db, batch.id, b"receipt", 1, server.history)
    oplog.add_own(db, [hand.amends(said, headcount=9)])
    assert batches.tick(db, said.op.record) == "saved"
    assert batches.truths(db).saved == batches.truths(db).waiting == 1
    assert batches.tick(db, "no such record") is None


# ---------------------------------------------------------------------------------------------- coming in


def test_a_page_is_taken_in_whole_with_its_cursor_or_not_at_all(db, hand, hands, server) -> None:
    other = hands("other")
    said = other.engagement()
    cursor = Cursor(history=server.history, team_seq=2, head=b"x" * 32)
    good, bad = server.batch(other, said), server.batch(other, other.engagement())
    with pytest.raises(Bug):
        batches.apply_page(db, "team", [good, msgspec.structs.replace(bad, device=b"short")], cursor)
    assert batches.cursor(db, "team") == Cursor()
    assert Records(db).get(said.op.record) is None
    changed = batches.apply_page(db, "team", [good, bad], cursor)
    assert said.op.record in changed.ids
    assert changed.kinds == {"engagement"}
    assert batches.cursor(db, "team") == cursor
    assert batches.cursor(db, "config") == Cursor()
    assert batches.sealed(db, good.id).body == good.body
    assert batches.tick(db, said.op.record) == "verified"
    assert batches.truths(db).saved == 0


def test_a_page_twice_is_a_page_once(db, hands, server, derived) -> None:
    other = hands("other")
    first = other.engagement()
    page = [server.batch(other, first), server.batch(other, other.amends(first, headcount=2))]
    batches.apply_page(db, "team", page, None)
    before = derived(db)
    batches.apply_page(db, "team", page, None)
    assert derived(db) == before
    assert batches.gaps(db) == []


def test_a_parked_batch_is_kept_said_and_mended_later(db, hands, server) -> None:
    other = hands("other")
    said = other.engagement()
    whole = server.batch(other, said)
    unreadable = msgspec.structs.replace(whole, ops=(), body=None, reason="body-damaged")
    after = server.batch(other, other.engagement())
    batches.apply_page(db, "team", [unreadable, after], Cursor(history=server.history, team_seq=2))
    (parked,) = batches.parked(db)
    assert (parked.reason, parked.batch, parked.device) == ("body-damaged", whole.id, other.device)
    assert Records(db).count("engagement") == 1
    assert batches.held_ids(db, [whole.id, after.id]) == {after.id}
    batches.unpark(db, "team", [whole])
    assert batches.parked(db) == []
    assert Records(db).get(said.op.record) is not None
    assert batches.held_ids(db, [whole.id]) == {whole.id}
    assert batches.cursor(db, "team").team_seq == 2


def test_one_bad_operation_is_parked_and_the_others_count(db, hands, server) -> None:
    other = hands("other")
    good, strange = other.engagement(), other.engagement()
    park = ParkedOp(id=strange.id, reason="not-your-role", record=strange.op.record, raw=strange.raw)
    batch = server.batch(other, good, parked=(park,))
    batches.apply_page(db, "team", [batch], None)
    (parked,) = batches.parked(db)
    assert (parked.op, parked.batch, parked.raw) == (strange.id, batch.id, strange.raw)
    assert [one.id for one in Records(db).find("engagement")] == [good.op.record]
    batches.unpark(db, "team", [msgspec.structs.replace(batch, ops=(good, strange), parked=())])
    assert batches.parked(db) == []
    assert Records(db).count("engagement") == 2


def test_a_late_batch_waits_until_a_lead_accepts_it(db, hands, server) -> None:
    other = hands("other")
    first = other.engagement()
    late = server.batch(other, other.amends(first, headcount=7), status="late")
    batches.apply_page(db, "team", [server.batch(other, first), late], None)
    records = Records(db)
    assert records.get(first.op.record).values["headcount"] == 3
    assert [one.id for one in batches.late(db)] == [late.id]
    assert len(batches.ops_in(db, late.id)) == 1
    assert batches.parked(db) == []
    changed = batches.rejudge(db, [late.id], "counts")
    assert (changed.ids, changed.kinds) == ({first.op.record}, {"engagement"})
    assert records.get(first.op.record).values["headcount"] == 7
    with pytest.raises(Bug):
        batches.rejudge(db, [b"?" * 32], "counts")


def test_a_pin_that_comes_afterwards_takes_records_away_again(db, hands, server) -> None:
    other = hands("other")
    said = other.engagement(note="findable")
    batch = server.batch(other, said)
    batches.apply_page(db, "team", [batch], None)
    changed = batches.rejudge(db, [batch.id], "late")
    assert (changed.ids, changed.kinds) == ({said.op.record}, {"engagement"})
    assert Records(db).get(said.op.record) is None
    assert db.value("select count(*) from search_docsize") == db.value("select count(*) from link") == 0
    assert oplog.known(db, [said.id]) == {said.id}


def test_an_operation_in_a_late_and_in_a_counting_batch_counts(db, hands, server) -> None:
    """A removed laptop's unsent work, sent again by the laptop that its member joined with afterwards."""
    old, new = hands("old"), hands("new")
    said = old.engagement()
    late = server.batch(old, said, status="late")
    batches.apply_page(db, "team", [late], None)
    assert Records(db).get(said.op.record) is None
    again = server.batch(new, said)
    batches.apply_page(db, "team", [again], None)
    assert Records(db).get(said.op.record) is not None
    assert batches.ops_in(db, late.id) == batches.ops_in(db, again.id) == [said]
    batches.rejudge(db, [again.id], "late")
    assert Records(db).get(said.op.record) is None


def test_work_that_another_laptop_sent_for_us_waits_no_more(db, hand, hands, server) -> None:
    said = hand.engagement()
    oplog.add_own(db, [said])
    batches.apply_page(db, "team", [server.batch(hands("my other laptop"), said)], None)
    assert batches.count_waiting(db) == 0
    assert batches.tick(db, said.op.record) == "verified"
    assert Records(db).count("engagement") == 1


def test_batches_before_our_time_are_kept_and_not_called_parked(db, hands, server) -> None:
    batch = server.batch(hands("other"), status="before_you")
    batches.apply_page(db, "team", [batch], None)
    assert batches.parked(db) == []
    assert batches.sealed(db, batch.id).status == "before_you"
    assert batches.truths(db).parked == 0


def test_a_laptop_restored_from_a_backup_goes_on_where_its_chain_ended(db, hand, server) -> None:
    """Its own batches come back from the server, and the next one it seals follows them."""
    forgotten = hand.engagement()
    batch = server.batch(hand, forgotten, is_own=True)
    batches.apply_page(db, "team", [batch], None)
    assert batches.last_own(db, "team", hand.device) == Own(1, batch.id)
    said = hand.engagement()
    oplog.add_own(db, [said])
    assert seal(db, hand, said).seq == 2
    assert batches.truths(db).saved == 2


def test_every_reader_can_give_a_restored_server_what_it_lost(db, hand, hands, server) -> None:
    mine = hand.engagement()
    oplog.add_own(db, [mine])
    own = seal(db, hand, mine)
    page = [server.batch(hands("a"), hands("a").engagement()), server.batch(hands("b"))]
    batches.apply_page(db, "team", [*page, returned(own, server, 3, mine)], None)
    batches.forget_receipts(db, server.history)
    lost = batches.batches_after(db, "team", 1)
    assert [(one.id, one.team_seq, one.header, one.body) for one in lost] == [
        (page[1].id, 2, page[1].header, page[1].body),
        (own.id, 3, own.header, own.body),
    ]
    assert [one.id for one in batches.batches_after(db, "team", 0, most=1)] == [page[0].id]


def test_a_missing_piece_and_a_fork_are_told_apart(db, hands, server) -> None:
    a, b = hands("a"), hands("b")
    page = [server.batch(hand) for hand in (a, a, a, a, b, b)]
    forked = msgspec.structs.replace(page[5], prev=b"?" * 32)
    twice = msgspec.structs.replace(page[5], id=b"!" * 32, prev=page[4].id)
    batches.apply_page(db, "team", [page[0], page[3], page[4], forked], None)
    gaps = {gap.device: gap for gap in batches.gaps(db)}
    assert gaps[a.device] == Gap(stream="team", device=a.device, after=1, before=4)
    assert not gaps[a.device].is_fork
    assert gaps[b.device].is_fork
    batches.apply_page(db, "team", [page[1], page[2]], None)
    assert [gap.device for gap in batches.gaps(db)] == [b.device]
    batches.apply_page(db, "team", [twice], None)
    assert all(gap.is_fork for gap in batches.gaps(db))


def test_all_of_it_is_still_there_after_closing(db, profile, key, hand, hands, server) -> None:
    said = [hand.engagement(), hand.engagement()]
    oplog.add_own(db, said)
    batch = seal(db, hand, said[0])
    batches.mark_receipt(db, batch.id, b"receipt", 1, server.history)
    batches.apply_page(db, "team", [server.batch(hands("other"), hands("other").engagement())], None)
    seen_by_lead(db, server, 1)
    before = batches.truths(db), batches.waiting(db, "team", 9, 9999), batches.others_seen(db)
    db.close()
    again = database.open_(profile.records, key)
    assert (batches.truths(again), batches.waiting(again, "team", 9, 9999), batches.others_seen(again)) == (
        before
    )
    again.close()
