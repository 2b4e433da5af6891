"""Faults one by one, by their numbers in docs/faults.md: at every commit, every request, in every order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from fakes import promises
from fakes.edges import WEATHER, Answer, Deliver, Fuse
from fakes.world import EXPECTED, MARK, Fault, World

from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, oplog
from outreach_app.sync import admission, kept
from outreach_app.wire import batch as wire_batch
from outreach_app.work import late, record

Copy = Callable[[World], World]

ROSTER = 3
"""The request of a member's round that fetches the roster: challenge and answer come before it."""


@pytest.fixture
def busy(world: World) -> World:
    """Everybody has something to send and something to read; one question is answered twice."""
    sam, kim, lee = (world.people[name] for name in ("sam", "kim", "lee"))
    (met,) = (one.id for one in sam.records())
    for person in (sam, kim, lee):
        world.meet(person)
    world.act(kim, lambda: record.amend(kim.desk, met, {"headcount": 5}))
    world.sync(kim)
    world.sync(lee)
    world.act(sam, lambda: record.amend(sam.desk, met, {"headcount": 6}))
    world.act(lee, lambda: record.void(lee.desk, met, f"{MARK} twice"))
    world.meet(kim)
    return world


def come_to_rest(world: World) -> None:
    promises.hold(world)
    world.come_to_rest()
    promises.rest(world)


def deaths(
    world: World, copy_of: Copy, name: str, sides: tuple[bool, ...] = (False, True)
) -> Iterator[World]:
    """The world once for each commit of somebody's round, the laptop having died before it or right after."""
    rehearsal = copy_of(world)
    rehearsal.sync(rehearsal.people[name])
    commits = rehearsal.commits
    rehearsal.close()
    assert commits, "nothing is written in this round"
    for commit in range(1, commits + 1):
        for is_after in sides:
            one = copy_of(world)
            one.sync(one.people[name], fuse=Fuse(commit, is_after))
            assert one.people[name].lives == 1
            yield one
            one.close()


def mishaps(world: World, copy_of: Copy, name: str, what: str, other: str = "kim") -> Iterator[World]:
    """The world once for each request of somebody's round, this having happened to it."""
    rehearsal = copy_of(world)
    rehearsal.sync(rehearsal.people[name])
    asked = len(rehearsal.asked)
    rehearsal.close()
    for request in range(1, asked + 1):
        one = copy_of(world)
        one.sync(one.people[name], Fault(request, what, other))
        assert {code for _, code in one.troubles} <= EXPECTED
        yield one
        one.close()


# ------------------------------------------------------------------------------------- crashes and power


def test_f1_f2_f4_f5_f10_a_laptop_killed_at_any_commit_of_a_round_goes_on_where_it_was(busy, copy_of):
    for world in deaths(busy, copy_of, "sam"):
        come_to_rest(world)


@pytest.mark.parametrize("is_after", [False, True])
def test_f1_a_save_that_a_kill_cuts_off_is_there_whole_or_not_at_all(world, is_after):
    sam = world.people["sam"]
    before = len(sam.records())
    assert world.meet(sam, Fuse(1, is_after)) == ""
    assert len(sam.records()) - before == is_after
    come_to_rest(world)


def test_f6_a_joiner_killed_at_any_commit_of_the_first_reading_reads_on(busy, copy_of):
    jo = busy.join("jo", busy.invite(busy.people["lee"], "jo"))
    busy.sync(jo)
    busy.sync(busy.people["lee"])
    for world in deaths(busy, copy_of, "jo", sides=(False,)):
        come_to_rest(world)
        assert len(world.people["jo"].records()) == len(world.people["lee"].records())


# ------------------------------------------------------------------------------------------- the network


@pytest.mark.parametrize("what", sorted(WEATHER))
def test_f3_f13_f19_f20_f21_f28_whatever_happens_to_any_request_of_a_round_the_next_one_mends_it(
    busy, copy_of, what
):
    for world in mishaps(busy, copy_of, "sam", what):
        come_to_rest(world)


def test_f3_a_server_that_dies_in_any_request_of_a_round_has_all_or_nothing_of_it(busy, copy_of):
    for world in mishaps(busy, copy_of, "sam", "server dies"):
        come_to_rest(world)


def test_f25_rounds_that_run_into_each_other_end_in_one_state(busy, copy_of):
    for world in mishaps(busy, copy_of, "sam", "meanwhile"):
        assert world.troubles == []
        come_to_rest(world)


def test_f30_a_session_that_ends_in_any_request_is_renewed_and_nobody_hears_of_it(busy, copy_of):
    for world in mishaps(busy, copy_of, "sam", "token expired"):
        assert world.troubles == []
        assert not any(promises.waiting(world.people["sam"]))


def test_f34_a_receipt_that_was_changed_is_none(world):
    sam = world.people["sam"]

    def forge(deliver: Deliver) -> Answer:
        answer = deliver()
        return answer._replace(body=answer.body[:-1] + bytes([answer.body[-1] ^ 1]))

    before = batches.truths(sam.db)
    world.meet(sam)
    world.sync(sam, Fault(ROSTER + 1, forge))
    assert world.asked[-1].startswith("PUT")
    assert world.troubles == [("sam", "receipt-wrong")]
    after = batches.truths(sam.db)
    assert (after.saved, after.on_server) == (before.saved + 1, before.saved)
    come_to_rest(world)


# ------------------------------------------------------------------------------------ the server's disk


def test_f36_a_laptop_killed_while_it_meets_a_restored_server_gives_back_the_rest(busy, copy_of):
    backup = busy.back_up()
    busy.converge()
    busy.meet(busy.people["sam"])
    busy.restore(backup)
    for world in deaths(busy, copy_of, "sam", sides=(False,)):
        come_to_rest(world)


def test_f36_a_chain_that_a_restored_server_holds_out_of_order_still_counts(world):
    sam, backup = world.people["sam"], world.back_up()
    world.meet(sam)
    world.sync(sam)
    world.pass_time(timedelta(days=95))
    world.converge("lee", "sam", times=1)
    world.restore(backup)
    world.meet(sam)
    world.sync(sam)
    come_to_rest(world)


def test_f36_a_lead_with_news_for_the_roster_first_gives_a_restored_server_what_it_lost(world):
    lee, kim, backup = world.people["lee"], world.people["kim"], world.back_up()
    world.remove(lee, kim)
    world.restore(backup)
    world.pass_time(timedelta(days=95))
    world.sync(lee)
    assert world.troubles == []
    world.sync(kim)
    assert world.troubles == [("kim", "device-revoked")]
    come_to_rest(world)


def test_f36_a_damaged_batch_keeps_no_laptop_from_meeting_a_restored_server(world):
    sam, kim = world.people["sam"], world.people["kim"]
    world.meet(sam)
    world.sync(sam)
    world.flip(-1, "body", 4000)
    world.sync(kim)
    assert len(batches.parked(kim.db)) == 1
    world.restore(world.back_up())
    world.sync(kim)
    assert world.troubles == []
    come_to_rest(world)
    assert batches.parked(kim.db) == []


def test_f37_a_server_put_back_in_silence_is_found_out_and_nothing_is_deleted(world):
    sam, kim = world.people["sam"], world.people["kim"]
    old = world.house.imagine("server-of-yesterday")
    world.meet(sam)
    world.converge("sam", "kim", times=1)
    held = promises.table(sam)
    world.house.become(old)
    for person in (kim, sam, kim):
        world.meet(person)
        world.sync(person)
    assert world.troubles == [("sam", "server-forked"), ("kim", "server-forked")]
    assert all(row in promises.table(sam) for row in held)


def test_f38_two_laptops_that_are_shown_two_pasts_find_out_by_what_they_have_seen(world):
    sam, kim = world.people["sam"], world.people["kim"]
    other = world.house.imagine("server-of-two-faces")
    world.meet(sam)
    world.sync(sam)
    with closing(sqlite3.connect(world.house.data / "server.db")) as here:
        said = here.execute("select * from seen").fetchall()
    world.house.become(other)
    world.meet(kim)
    world.sync(kim)
    assert world.troubles == []
    with closing(sqlite3.connect(other / "server.db")) as there, there:
        there.executemany("insert or replace into seen values (?, ?, ?, ?)", said)
    world.sync(kim)
    assert world.troubles == [("kim", "server-forked")]


def test_f39_a_server_that_leaves_a_batch_out_of_a_page_is_found_out_and_nothing_of_it_is_believed(world):
    sam, kim = world.people["sam"], world.people["kim"]
    for _ in range(3):
        world.meet(sam)
        world.sync(sam)

    def withhold(deliver: Deliver) -> Answer:
        whole = deliver()
        body = wire_batch.encode_page(wire_batch.read_page(whole.body)[1:])
        return whole._replace(body=body, headers={**whole.headers, "content-length": str(len(body))})

    before = promises.table(kim)
    world.sync(kim, Fault(ROSTER + 2, withhold))
    assert world.troubles == [("kim", "server-forked")]
    assert promises.table(kim) == before
    come_to_rest(world)


def test_f40_a_server_that_shows_an_old_roster_brings_nobody_back(world):
    sam, kim, lee = (world.people[name] for name in ("sam", "kim", "lee"))
    before = world.house.imagine("server-before-the-removal")
    world.remove(lee, kim)
    world.sync(sam)
    world.house.become(before)
    met = world.meet(sam)
    world.sync(sam)
    world.sync(kim)
    assert met not in {one.id for one in kim.records()}
    assert {one.reason for one in batches.parked(kim.db)} == {"roster-unknown"}
    assert not world.is_listed(kim)


@pytest.mark.parametrize("column", ["header", "body"])
def test_f21_bits_flipped_on_the_servers_disk_are_found_and_mended_by_whoever_has_them_whole(world, column):
    sam, kim = world.people["sam"], world.people["kim"]
    flipped = set()
    for _ in range(3):
        world.meet(sam)
        world.sync(sam)
        flipped.add(world.flip(-1, column, 4000))
    world.meet(sam)
    world.sync(sam)
    world.sync(kim)
    assert {one.batch for one in batches.parked(kim.db)} == flipped
    come_to_rest(world)
    assert batches.parked(kim.db) == []


# ------------------------------------------------------------------------------------- people together


def test_f44_f45_f46_what_three_change_offline_ends_alike_in_any_order_of_arrival(world, copy_of):
    sam, kim, lee = (world.people[name] for name in ("sam", "kim", "lee"))
    (met,) = (one.id for one in sam.records())
    world.act(sam, lambda: record.amend(sam.desk, met, {"headcount": 4, "depth": 3}))
    world.act(kim, lambda: record.amend(kim.desk, met, {"headcount": 5, "topics": ["housing"]}))
    world.act(lee, lambda: record.void(lee.desk, met, f"{MARK} twice"))
    ends = []
    for order in permutations(("sam", "kim", "lee")):
        one = copy_of(world)
        one.converge(*order)
        come_to_rest(one)
        found = one.people["lee"].get(met)
        assert found.conflicts == ("headcount",)
        assert (found.get("depth"), found.get("topics"), found.state) == (3, ["housing"], "voided")
        assert "edited-while-voided" in found.flags
        ends.append(promises.table(one.people["kim"]))
    assert all(end == ends[0] for end in ends)


def test_f46_two_reasons_for_a_void_are_settled_by_whoever_may_void(world):
    sam, kim, lee = (world.people[name] for name in ("sam", "kim", "lee"))
    (met,) = (one.id for one in sam.records())
    for person in (sam, lee):
        world.act(person, lambda desk=person.desk: record.void(desk, met, f"{MARK} by {desk.role}"))
    come_to_rest(world)
    assert kim.get(met).conflicts == ("voided",)
    take = oplog.merged(kim.db, met).leaves["voided"][0].op
    with pytest.raises(Trouble) as caught:
        record.settle(kim.desk, met, "voided", take=take)
    assert caught.value.code == "void-not-yours"
    world.act(sam, lambda: record.settle(sam.desk, met, "voided", take=take))
    come_to_rest(world)
    assert [one.get(met).conflicts for one in world.people.values()] == [(), (), ()]


def test_f45_a_form_that_stood_open_overwrites_nothing_that_came_meanwhile(world):
    sam, kim = world.people["sam"], world.people["kim"]
    (met,) = (one.id for one in sam.records())
    on_screen = oplog.merged(sam.db, met).over(["headcount"])
    world.act(kim, lambda: record.amend(kim.desk, met, {"headcount": 7}))
    world.converge("kim", "sam", times=1)
    world.act(sam, lambda: record.amend(sam.desk, met, {"headcount": 8}, over=on_screen))
    come_to_rest(world)
    assert kim.get(met).conflicts == ("headcount",)
    world.act(kim, lambda: record.settle(kim.desk, met, "headcount", value=9))
    come_to_rest(world)
    assert (sam.get(met).get("headcount"), sam.get(met).conflicts) == (9, ())


def test_f48_chains_of_five_offline_days_end_alike_in_any_order_of_arrival(world, copy_of):
    (met,) = (one.id for one in world.people["sam"].records())
    for day in range(5):
        for person in world.people.values():
            desk, headcount = person.desk, 4 + day
            world.meet(person)
            world.act(person, lambda desk=desk, n=headcount: record.amend(desk, met, {"headcount": n}))
        world.pass_time(timedelta(days=1))
    ends = []
    for order in permutations(("sam", "kim", "lee")):
        one = copy_of(world)
        one.converge(*order)
        come_to_rest(one)
        ends.append(promises.table(one.people["sam"]))
    assert len(ends[0]) > 15
    assert all(end == ends[0] for end in ends)


# ------------------------------------------------------------------------------------------------ clocks


@pytest.mark.parametrize("wrong", [timedelta(days=-9_000), timedelta(days=-400), timedelta(days=365)])
def test_f54_a_clock_that_is_years_out_stops_no_round(busy, wrong):
    for name in ("sam", "lee"):
        busy.people[name].clock.at += wrong
    busy.meet(busy.people["sam"])
    busy.converge()
    promises.rest(busy)
    come_to_rest(busy)


@pytest.mark.parametrize("wrong", [timedelta(days=-400), timedelta(days=365)])
def test_f54_an_invite_by_a_clock_that_is_out_is_refused_in_words_and_stops_no_round(world, wrong):
    lee = world.people["lee"]
    before = kept.invites(lee.db)
    lee.clock.at += wrong
    assert world.invite(lee, "jo") == ""
    assert world.troubles == [("lee", "clock-wrong")]
    assert kept.invites(lee.db) == before
    assert world.invite(lee, "jo", Fault(1, "request lost"))
    assert len(kept.invites(lee.db)) == len(before) + 1
    world.converge("lee", times=1)


def test_f55_an_hour_that_comes_twice_and_a_clock_set_back_leave_times_in_order(world):
    sam = world.people["sam"]
    zones = []
    for minutes in (30, 90, 30, -600):
        sam.clock.at = datetime(2027, 10, 31, tzinfo=UTC) + timedelta(minutes=minutes)
        (held,) = oplog.ops_of(sam.db, world.meet(sam))
        zones.append(held.op.zone)
    assert zones == [60, 0, 60, 60]
    come_to_rest(world)


def test_f56_a_laptop_ten_years_ahead_does_not_win_what_comes_after(world):
    sam, kim = world.people["sam"], world.people["kim"]
    (met,) = (one.id for one in sam.records())
    sam.clock.at += timedelta(days=3650)
    world.act(sam, lambda: record.amend(sam.desk, met, {"headcount": 8}))
    world.converge("sam", "kim", times=1)
    world.act(kim, lambda: record.amend(kim.desk, met, {"headcount": 9}))
    (last,) = (held for held in oplog.ops_of(kim.db, met) if held.op.set == {"headcount": 9})
    assert last.op.at <= kim.clock.now().timestamp() * 1000 + oplog.LONGEST_PUSH_MILLIS
    come_to_rest(world)
    assert [one.get(met).get("headcount") for one in world.people.values()] == [9, 9, 9]


# -------------------------------------------------------------------------------------- keys and members


def test_f70_a_batch_under_a_key_that_has_not_come_yet_waits_and_opens_by_itself(world):
    sam, lee = world.people["sam"], world.people["lee"]
    world.pass_time(timedelta(days=95))
    world.meet(lee)
    world.sync(sam, Fault(ROSTER + 1, "meanwhile", "lee"))
    assert {one.reason for one in batches.parked(sam.db)} == {"roster-unknown"}
    world.sync(sam)
    assert batches.parked(sam.db) == []
    come_to_rest(world)


def test_f71_a_new_key_is_there_whole_or_not_at_all_wherever_the_lead_dies(world, copy_of):
    world.pass_time(timedelta(days=95))
    world.meet(world.people["lee"])
    for one in deaths(world, copy_of, "lee", sides=(False,)):
        come_to_rest(one)
        assert epochs(one) == {2}


@pytest.mark.parametrize("what", ["answer lost", "server dies", "delivered twice", "portal"])
def test_f71_a_new_key_is_there_whole_or_not_at_all_wherever_the_network_fails(world, copy_of, what):
    world.pass_time(timedelta(days=95))
    world.meet(world.people["lee"])
    for one in mishaps(world, copy_of, "lee", what):
        come_to_rest(one)
        assert epochs(one) == {2}


def test_f72_two_leads_renewing_at_once_end_with_one_new_key(world, copy_of):
    lee = world.people["lee"]
    al = world.join("al", world.invite(lee, "al", role="lead"))
    world.converge("al", "lee", times=1)
    (waiting,) = (one.id for one in kept.invites(lee.db) if one.waiting_join)
    world.call(lee, lambda lanes: admission.admit(lanes, waiting, world.founded.root.text))
    world.converge("al", "lee")
    assert al.me.role == "lead"
    world.pass_time(timedelta(days=95))
    asked = 0
    for one in mishaps(world, copy_of, "lee", "meanwhile", "al"):
        asked += 1
        assert one.troubles == []
        come_to_rest(one)
        assert epochs(one) == {2}
    assert asked > ROSTER


def test_f31_f73_forty_unsent_records_of_somebody_removed_wait_for_the_lead_and_count_once(world):
    kim, lee = world.people["kim"], world.people["lee"]
    before = len(lee.records())
    world.remove(lee, kim)
    for _ in range(40):
        world.meet(kim)
    world.sync(kim)
    assert world.troubles == [("kim", "device-revoked")]
    world.sync(lee)
    assert len(lee.records()) == before
    came = batches.late(lee.db)
    for one in came:
        world.act(lee, lambda one=one: late.accept(lee.desk, one.id.hex()))
    come_to_rest(world)
    assert len(lee.records()) == before + 40
    assert len(kim.records()) == before + 40


def epochs(world: World) -> set[int]:
    """How many keys each stream has had, as everybody's roster says."""
    found = set()
    for person in world.people.values():
        book = kept.book(person.db, person.me)
        assert book is not None
        found |= {len(stream.epochs) for stream in book.entry.streams}
    return found
