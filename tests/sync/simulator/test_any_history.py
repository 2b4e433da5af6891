"""Everything that can go wrong, in any order: a state machine drives whole worlds until a promise breaks.

`make test` runs a fixed set of histories. `OUTREACH_SIMULATOR=500` runs that many longer ones, other ones
each time; `OUTREACH_SIMULATOR_SEED=7` chooses them. What fails is shrunk and printed as a program.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import promises
from fakes.edges import WEATHER, Fuse
from fakes.world import MARK, Fault, Person, World
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from outreach_app.store import batches, oplog
from outreach_app.work import late, record

TEAM = ("sam", "kim", "lee")
JOINERS = ("jo", "al")
WORKERS = ("sam", "kim", "jo", "al")

anybody = st.sampled_from(TEAM + JOINERS)
which = st.integers(0, 30)
faults = st.lists(
    st.builds(
        Fault,
        st.integers(1, 14),
        st.sampled_from([*WEATHER, "token expired", "server dies", "meanwhile"]),
        anybody,
    ),
    max_size=3,
)
fuses = st.none() | st.builds(Fuse, st.integers(1, 8), st.booleans())
answers = st.one_of(
    st.tuples(st.just("headcount"), st.integers(1, 4)),
    st.tuples(st.just("depth"), st.integers(0, 2)),
    st.tuples(st.just("note"), st.sampled_from([f"{MARK} again", None])),
    st.tuples(st.just("topics"), st.sampled_from([["housing"], ["housing", "money"]])),
)


class Team(RuleBasedStateMachine):
    """People write, laptops carry, and the world does not care."""

    make: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).make()
        self.backups: list[Path] = []
        self.had_busy_evening = False

    def person(self, name: str) -> Person:
        return self.world.people.get(name) or self.world.people["sam"]

    # --------------------------------------------------------------------------------------- at a laptop

    @rule(name=anybody, fuse=fuses)
    def save(self, name, fuse):
        """One more engagement, perhaps the last thing this process does."""
        self.world.meet(self.person(name), fuse)

    @precondition(lambda self: not self.had_busy_evening)
    @rule(name=anybody)
    def save_more_than_a_batch(self, name):
        """A busy evening written down at once."""
        self.had_busy_evening = True
        self.world.meet_many(self.person(name), 110)

    @rule(name=anybody, number=which)
    def open_form(self, name, number):
        """What is on screen now is what an amendment will have seen, whenever it is saved."""
        person = self.person(name)
        if one := self.pick(person, number):
            merged = oplog.merged(person.db, one)
            assert merged is not None
            person.forms[one] = merged.over(("headcount", "depth", "note", "topics"))

    @rule(name=anybody, number=which, answer=answers, is_stale=st.booleans(), fuse=fuses)
    def amend(self, name, number, answer, is_stale, fuse):
        """Change a field, from a form that may have stood open for long."""
        person = self.person(name)
        if is_stale and not person.forms:
            return self.open_form(name, number)
        one = self.pick(person, number, among=person.forms if is_stale else None)
        if one is None or person.get(one).state == "voided":
            return
        seen = person.forms.pop(one) if is_stale else None
        before = set(person.own())
        field, value = answer
        self.world.act(person, lambda: record.amend(person.desk, one, {field: value}, over=seen), fuse)
        for op_id in set(person.own()) - before:
            over = person.saved[op_id].op.over
            assert seen is None or set(over.get(field, ())) <= set(seen.get(field, ()))

    @rule(name=anybody, number=which, fuse=fuses)
    def void_or_undo(self, name, number, fuse):
        """Take an engagement out of the counts, or bring it back."""
        person = self.person(name)
        one = self.pick(person, number)
        if one is None or not self.may_void(person, one):
            return
        if person.get(one).state == "voided":
            self.world.act(person, lambda: record.undo_void(person.desk, one), fuse)
        else:
            self.world.act(person, lambda: record.void(person.desk, one, f"{MARK}, says {name}"), fuse)

    @rule(name=anybody, number=which, fuse=fuses)
    def settle(self, name, number, fuse):
        """Settle an open question with one of its answers."""
        person = self.person(name)
        open_questions = promises.conflicts(person)
        if not open_questions:
            return
        one = sorted(open_questions)[number % len(open_questions)]
        field = open_questions[one][number % len(open_questions[one])]
        if field == "voided" and not self.may_void(person, one):
            return
        merged = oplog.merged(person.db, one)
        assert merged is not None
        leaves = merged.leaves[field]
        take = leaves[number % len(leaves)].op
        self.world.act(person, lambda: record.settle(person.desk, one, field, take=take), fuse)

    @rule(name=anybody)
    def crash(self, name):
        """The program is killed while nobody touches it."""
        self.world.crash(self.person(name))

    @rule(
        name=anybody,
        jump=st.sampled_from(
            [timedelta(hours=-1), timedelta(days=-400), timedelta(days=1), timedelta(days=365)]
        ),
    )
    def clock_jumps(self, name, jump):
        """A flat battery, a wrong year, somebody's hand."""
        self.person(name).clock.at += jump

    @rule(name=anybody, minutes=st.integers(-90, 90))
    def summer_time_ends(self, name, minutes):
        """Around the hour that comes twice."""
        at = datetime.fromisoformat("2027-10-31T01:00:00+00:00")
        self.person(name).clock.at = at + timedelta(minutes=minutes)

    @rule(time=st.sampled_from([timedelta(minutes=15), timedelta(days=1), timedelta(days=95)]))
    def time_passes(self, time):
        """For everybody."""
        self.world.pass_time(time)

    # ------------------------------------------------------------------------------------- over the wire

    @rule(name=anybody, faults=faults, fuse=fuses)
    def sync(self, name, faults, fuse):
        """A round in this weather, perhaps to the death."""
        self.world.sync(self.person(name), *faults, fuse=fuse)

    @rule(name=anybody)
    def sync_in_fair_weather(self, name):
        """A round that must not complain."""
        self.world.converge(self.person(name).name, times=1)

    @rule(name=st.sampled_from(JOINERS), faults=faults)
    def invite_and_join(self, name, faults):
        """Somebody new, in the middle of everything."""
        if name in self.world.people:
            return
        invite = self.world.invite(self.world.people["lee"], name, *faults)
        if invite:
            self.world.join(name, invite)

    @rule(name=st.sampled_from(WORKERS), faults=faults)
    def remove(self, name, faults):
        """Somebody leaves, with whatever they have not sent."""
        if name in self.world.people and self.world.is_listed(self.world.people[name]):
            self.world.remove(self.world.people["lee"], self.world.people[name], *faults)

    @rule()
    def accept_what_came_late(self):
        """The lead lets late batches count."""
        self.accept()

    # ---------------------------------------------------------------------------------------- the server

    @rule()
    def server_crashes(self):
        self.world.crash_server()

    @rule()
    def server_is_backed_up(self):
        self.backups.append(self.world.back_up())

    @rule(number=which)
    def server_is_restored(self, number):
        """From any copy that was made since the last time."""
        if self.backups:
            self.world.restore(self.backups[number % len(self.backups)])
            self.backups.clear()

    @rule(number=st.integers(0, 60), column=st.sampled_from(["header", "body"]), bit=st.integers(0, 40_000))
    def server_disk_flips_a_bit(self, number, column, bit):
        self.world.flip(number, column, bit)

    # -------------------------------------------------------------------------------------- what must hold

    @invariant()
    def promises_hold(self):
        promises.hold(self.world)

    def teardown(self):
        """Fair weather, right clocks, everybody syncs: then all must agree."""
        try:
            if sys.exc_info()[0] is None:  # else the promise is broken already
                self.world.come_to_rest()
                if self.accept():
                    self.world.come_to_rest()
                promises.rest(self.world)
        finally:
            self.world.close()
            shutil.rmtree(self.world.folder)

    # ---------------------------------------------------------------------------------------------- choosing

    def pick(self, person, number, among=None):
        """One of a laptop's engagements, or none."""
        ids = sorted(among if among is not None else (one.id for one in person.records()))
        return ids[number % len(ids)] if ids else None

    def may_void(self, person, one):
        """Authors and leads may."""
        return person.me.role == "lead" or person.get(one).author == person.me.member

    def accept(self):
        """How many late batches the lead has let in."""
        lee = self.world.people["lee"]
        came = batches.late(lee.db)
        for one in came:
            self.world.act(lee, lambda one=one: late.accept(lee.desk, one.id.hex()))
        return len(came)


def histories() -> settings:
    """How many worlds, and for how long."""
    many = os.environ.get("OUTREACH_SIMULATOR")
    quiet = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    if many is None:
        return settings(
            max_examples=30,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=quiet,
        )
    return settings(
        max_examples=int(many), stateful_step_count=60, deadline=None, suppress_health_check=quiet
    )


@pytest.mark.timeout(0)
def test_whatever_goes_wrong_nothing_is_lost_doubled_overwritten_or_told_untruly(begun, copy_of):
    Team.make = staticmethod(lambda: copy_of(begun))
    chosen = os.environ.get("OUTREACH_SIMULATOR_SEED")
    run_state_machine_as_test(seed(int(chosen))(Team) if chosen else Team, settings=histories())
    assert begun.people.keys() == set(TEAM), "the founded team itself is never touched"
