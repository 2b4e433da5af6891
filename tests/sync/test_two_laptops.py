"""Two laptops and a server that cannot read: one state, nothing lost, nothing overwritten unseen."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from fakes.crew import Server
from fakes.laptop import Outreach

from outreach_app.domain.kind import Record
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, oplog
from outreach_app.sync import admission, kept
from outreach_app.work import late, record
from outreach_app.work.record import settle, void


def exchange(*laptops: Outreach) -> None:
    """Two rounds each: enough for anything to have reached everybody."""
    for one in laptops * 2:
        one.sync()


def same(one: Outreach, other: Outreach) -> bool:
    kinds = ("team", "member", "shift", "visit", "engagement", "person", "referral")
    return all(one.records(kind) == other.records(kind) for kind in kinds)


def test_what_a_worker_saved_before_admission_reaches_the_lead_once(
    server: Server, lead: Outreach, laptop: Callable[[str], Outreach]
) -> None:
    joined = laptop("worker")
    words = joined.join(lead.invite("Sam"), "Sam")
    pair = [joined.me.member, lead.me.member]
    begun = joined.save("shift", {"date": "2026-11-24", "workers": pair})
    joined.meet(begun.id, note="before anybody let me in")
    assert not joined.sync().is_enrolled
    assert lead.sync().admitted == 1
    joined.sync()
    lead.sync()
    assert same(joined, lead)
    assert [one.get("note") for one in lead.records("engagement")] == ["before anybody let me in"]
    lanes = lead.lanes
    (line,) = [one for one in admission.members(lanes) if one.name == "Sam"]
    lanes.post.close()
    assert line.words == words
    assert len(words) == 6


def test_all_four_truths_are_told_apart(
    server: Server, worker: Outreach, lead: Outreach, shift: Record
) -> None:
    worker.meet(shift.id)
    before = worker.truths
    assert before.waiting == 1
    assert before.saved - before.on_server == 1
    worker.sync()
    sent = worker.truths
    assert sent.waiting == 0
    assert sent.on_server == sent.verified == sent.saved
    assert sent.seen_by_lead == sent.saved - 1
    lead.sync()
    worker.sync()
    assert worker.truths.seen_by_lead == worker.truths.saved


def test_two_amendments_of_one_field_both_stand_until_one_settlement_settles_both(
    worker: Outreach, lead: Outreach, shift: Record
) -> None:
    met = worker.meet(shift.id)
    exchange(worker, lead)
    record.amend(worker.desk, met.id, {"headcount": 4})
    record.amend(lead.desk, met.id, {"headcount": 6})
    exchange(worker, lead)
    assert worker.get(met.id) == lead.get(met.id)
    assert worker.get(met.id).conflicts == ("headcount",)
    settle(lead.desk, met.id, "headcount", value=5)
    exchange(lead, worker)
    assert worker.get(met.id) == lead.get(met.id)
    assert worker.get(met.id).conflicts == ()
    assert worker.get(met.id).get("headcount") == 5


def test_amendments_of_different_fields_merge_in_silence(
    worker: Outreach, lead: Outreach, shift: Record
) -> None:
    met = worker.meet(shift.id)
    exchange(worker, lead)
    record.amend(worker.desk, met.id, {"headcount": 4})
    record.amend(lead.desk, met.id, {"depth": 3})
    exchange(worker, lead)
    assert same(worker, lead)
    after = worker.get(met.id)
    assert (after.get("headcount"), after.get("depth"), after.conflicts) == (4, 3, ())


def test_an_edit_while_a_colleague_voids_shows_on_both(
    worker: Outreach, lead: Outreach, shift: Record
) -> None:
    met = worker.meet(shift.id)
    exchange(worker, lead)
    void(lead.desk, met.id, "entered twice")
    record.amend(worker.desk, met.id, {"headcount": 4})
    exchange(worker, lead)
    for one in (worker, lead):
        assert one.get(met.id).state == "voided"
        assert "edited-while-voided" in one.get(met.id).flags
        assert one.get(met.id).get("headcount") == 4


def test_a_form_that_was_open_while_a_change_arrived_does_not_overwrite_it(
    worker: Outreach, lead: Outreach, shift: Record
) -> None:
    met = worker.meet(shift.id)
    exchange(worker, lead)
    opened = oplog.merged(worker.db, met.id)
    assert opened is not None
    on_screen = opened.over(["headcount"])
    record.amend(lead.desk, met.id, {"headcount": 6})
    exchange(lead, worker)
    record.amend(worker.desk, met.id, {"headcount": 4}, over=on_screen)
    assert worker.get(met.id).conflicts == ("headcount",)


@pytest.mark.own_server
def test_ten_deaths_of_the_server_lose_nothing_and_double_nothing(
    server: Server, worker: Outreach, lead: Outreach, shift: Record
) -> None:
    chance = random.Random(7)
    for number in range(10):
        for _ in range(15):
            worker.meet(shift.id, note=f"round {number}")
        killer = threading.Timer(chance.uniform(0.0, 0.12), server.kill)
        killer.start()
        for one in (worker, lead):
            with suppress(Trouble):  # a dead server is no trouble worth a word here
                one.sync(server.url)
        killer.join()
        server.start()
        for one in (worker, lead):
            one.reopen()
            one.url = server.url
    exchange(worker, lead)
    assert same(worker, lead)
    assert len(lead.records("engagement")) == 150
    assert worker.truths.waiting == 0


@pytest.mark.own_server
@pytest.mark.parametrize("column", ["header", "body"])
def test_a_flipped_bit_is_refused_parked_and_healed_while_the_rest_arrives(
    server: Server, worker: Outreach, lead: Outreach, shift: Record, column: str
) -> None:
    for number in range(3):
        worker.meet(shift.id, note=f"batch {number}")
        worker.sync()
    with sqlite3.connect(next(server.data.glob("*.db"))) as there:
        last = there.execute(
            "select max(team_seq) from batch where stream = (select stream from batch"
            " group by stream order by count(*) desc limit 1)"
        ).fetchone()[0]
        place = (last - 1,)
        (row, blob) = there.execute(
            f"select rowid, {column} from batch where team_seq = ? order by received_at desc limit 1", place
        ).fetchone()
        middle = len(blob) // 2
        changed = blob[:middle] + bytes([blob[middle] ^ 1]) + blob[middle + 1 :]
        there.execute(f"update batch set {column} = ? where rowid = ?", (changed, row))
    there.close()

    lead.sync()
    notes = {one.get("note") for one in lead.records("engagement")}
    assert notes == {"batch 0", "batch 2"}
    assert lead.truths.parked == 1

    for one in (worker, lead, worker, lead):
        one.sync()
    assert {one.get("note") for one in lead.records("engagement")} == {"batch 0", "batch 1", "batch 2"}
    assert lead.truths.parked == 0
    assert same(worker, lead)


@pytest.mark.own_server
def test_a_server_restored_from_yesterdays_backup_gets_everything_back(
    server: Server, worker: Outreach, lead: Outreach, shift: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    backup = tmp_path_factory.mktemp("backup") / "backup"
    worker.meet(shift.id, note="before")
    exchange(worker, lead)
    server.verb("backup", "--out", str(backup))
    for number in range(3):
        worker.meet(shift.id, note=f"after {number}")
    lead.meet(shift.id, note="after, by the lead")
    exchange(worker, lead)
    server.stop()
    again = Server(tmp_path_factory.mktemp("again") / "server")
    again.verb("restore", str(backup))
    again.start()
    for one in (worker, lead):
        one.url = again.url
    exchange(worker, lead)
    again.stop()
    assert same(worker, lead)
    assert len(lead.records("engagement")) == 5
    for one in (worker, lead):
        assert one.truths.waiting == 0
        assert one.truths.verified == one.truths.saved


@pytest.mark.own_server
def test_one_old_backup_restored_twice_gets_everything_back_twice(
    server: Server, worker: Outreach, lead: Outreach, shift: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    backup = tmp_path_factory.mktemp("backup") / "backup"
    worker.meet(shift.id, note="before")
    exchange(worker, lead)
    server.verb("backup", "--out", str(backup))
    with ExitStack() as running:
        for turn in ("first", "second"):
            worker.meet(shift.id, note=f"lost by the {turn} restore")
            exchange(worker, lead)
            server.close()
            server = Server(tmp_path_factory.mktemp(turn) / "server")
            running.callback(server.close)
            server.verb("restore", str(backup))
            server.start()
            for one in (worker, lead):
                one.url = server.url
            exchange(worker, lead)
            assert same(worker, lead)
    assert len(lead.records("engagement")) == 3
    for one in (worker, lead):
        assert one.truths.waiting == 0
        assert one.truths.verified == one.truths.saved


def test_a_copied_profile_is_found_out(
    server: Server, worker: Outreach, shift: Record, laptop: Callable
) -> None:

    worker.reopen()
    worker.db.close()
    clone = laptop("clone")
    clone.db.close()
    shutil.copy(worker.path, clone.path)
    clone.key, clone.url = worker.key, worker.url
    for one in (worker, clone):
        one.reopen()
    worker.meet(shift.id, note="on the laptop")
    clone.meet(shift.id, note="on its copy")
    worker.sync()
    with pytest.raises(Trouble) as caught:
        clone.sync()
    assert caught.value.code == "laptop-cloned"


def test_a_removed_member_stops_reading_and_what_they_still_send_waits_for_a_lead(
    server: Server, worker: Outreach, lead: Outreach, shift: Record
) -> None:
    worker.meet(shift.id, note="in time")
    exchange(worker, lead)
    lanes = lead.lanes
    admission.remove(lanes, worker.me.member)
    lanes.post.close()
    lead.meet(shift.id, note="afterwards")
    lead.sync()
    worker.meet(shift.id, note="recorded, not knowing")
    with pytest.raises(Trouble) as caught:
        worker.sync()
    assert caught.value.code == "device-revoked"
    assert "afterwards" not in {one.get("note") for one in worker.records("engagement")}
    lead.sync()
    assert {one.get("note") for one in lead.records("engagement")} == {"in time", "afterwards"}
    (came_late,) = batches.late(lead.db)
    late.accept(lead.desk, came_late.id.hex())
    expected = {"in time", "afterwards", "recorded, not knowing"}
    assert {one.get("note") for one in lead.records("engagement")} == expected
    lead.sync()
    assert {one.get("note") for one in lead.records("engagement")} == expected
    assert batches.late(lead.db) == []


def test_after_ninety_days_a_lead_begins_a_new_key_and_everybody_reads_on(
    worker: Outreach, lead: Outreach, shift: Record
) -> None:
    worker.meet(shift.id, note="under the old key")
    exchange(worker, lead)
    lead.clock.advance(days=91)
    exchange(lead, worker)
    worker.meet(shift.id, note="under the new one")
    exchange(worker, lead)
    assert same(worker, lead)
    book = kept.book(worker.db, worker.me)
    assert book is not None
    assert {len(stream.epochs) for stream in book.entry.streams} == {2}


def test_a_joiner_without_history_reads_from_now_on(
    server: Server, worker: Outreach, lead: Outreach, shift: Record, laptop: Callable[[str], Outreach]
) -> None:
    worker.meet(shift.id, note="before you")
    exchange(worker, lead)
    newcomer = laptop("newcomer")
    newcomer.join(lead.invite("Jo", history="none"), "Jo")
    for one in (newcomer, lead, newcomer):
        one.sync()
    worker.sync()
    worker.meet(shift.id, note="since you came")
    exchange(worker, newcomer)
    assert {one.get("note") for one in newcomer.records("engagement")} == {"since you came"}
    assert newcomer.truths.parked == 0
    assert {one.get("name") for one in newcomer.records("member")} == {"Lee", "Sam", "Jo"}


def test_an_invite_works_once_and_tells_why_it_does_not(
    server: Server, lead: Outreach, laptop: Callable[[str], Outreach], clock: object
) -> None:
    invite = lead.invite("Sam")
    first, second, third = laptop("first"), laptop("second"), laptop("third")
    first.join(invite, "Sam")
    first.sync()
    second.join(invite, "Somebody else")
    with pytest.raises(Trouble) as caught:
        second.sync()
    assert caught.value.code == "invite-used"
    broken = invite[:-20] + ("A" if invite[-20] != "A" else "B") + invite[-19:]
    for text, code in ((broken, "invite-altered"), ("hello", "invite-unreadable")):
        with pytest.raises(Trouble) as caught:
            third.join(text, "Sam")
        assert caught.value.code == code
    lead.clock.advance(days=30)
    with pytest.raises(Trouble) as caught:
        third.join(invite, "Sam")
    assert caught.value.code == "invite-expired"


def test_joining_again_keeps_keys_and_member_id(
    server: Server, lead: Outreach, laptop: Callable[[str], Outreach]
) -> None:
    joined = laptop("worker")
    joined.join(lead.invite("Sam"), "Sam")
    before = joined.me
    joined.join(lead.invite("Sam"), "Sammy")
    assert (joined.me.member, joined.me.device) == (before.member, before.device)
    for one in (joined, lead, joined):
        one.sync()
    assert joined.me.is_enrolled


def test_a_second_lead_needs_the_root_sheet(server: Server, laptop: Callable[[str], Outreach]) -> None:
    lead = laptop("lead")
    founded = lead.found(server.url, server.verb("team-token")["token"])
    other = laptop("other")
    other.join(lead.invite("Kim", role="lead"), "Kim")
    other.sync()
    lead.sync()
    other.sync()
    assert not other.me.is_enrolled
    lanes = lead.lanes
    (waiting,) = [one for one in admission.members(lanes) if one.status == "waiting"]
    with pytest.raises(Trouble) as caught:
        admission.admit(lanes, waiting.invite or "")
    assert caught.value.code == "roster-refused"
    admission.admit(lanes, waiting.invite or "", founded.root.text)
    lanes.post.close()
    exchange(other, lead)
    assert other.me.is_enrolled
    assert other.me.role == "lead"
