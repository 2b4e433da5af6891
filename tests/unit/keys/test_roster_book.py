"""Who is in the team, as a laptop believes it: only rightful entries, and batches judged by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from fakes.chance import Randomness
from fakes.clock import Clock
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_app.domain.trouble import Trouble
from outreach_app.keys import recovery, roster_book, roster_change, wraps
from outreach_app.keys.identity import Identity
from outreach_app.keys.roster_book import Anchor, Counting
from outreach_app.keys.roster_change import Change, Newcomer, Signer
from outreach_app.wire import batch, invite
from outreach_app.wire.batch import NOTHING_BEFORE, Preamble
from outreach_app.wire.roster import (
    NO_BATCH,
    Device,
    Entry,
    Epoch,
    Grant,
    History,
    Member,
    Pin,
    RecoverySet,
    Role,
    RosterPost,
    SignedEntry,
    Standing,
    Stream,
    fingerprint,
    sign_entry,
)


@dataclass
class Laptop:
    """One person's laptop and the keys on it."""

    member: bytes
    device: bytes
    identity: Identity
    role: Role

    @property
    def signer(self) -> Signer:
        return Signer.of_device(self.device, self.identity)

    def asking(self, history: History = History.ALL, member: bytes | None = None) -> Newcomer:
        return Newcomer(
            member=member or self.member,
            role=self.role,
            device=self.device,
            sign_public=self.identity.sign_public,
            seal_public=self.identity.seal_public,
            history=history,
        )


class Team:
    """A founded team whose every step is kept, with all keys in one hand: that of the test."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.chance = Randomness("a team")
        self.id = self.chance(16)
        self.root = recovery.make_root(self.id, self.chance)
        self.sheets = recovery.make_recovery(self.id, RecoverySet.TEAM, self.chance)
        self.lead = self.laptop(Role.LEAD)
        founding = roster_change.found(
            team=self.id,
            founder=self.lead.asking(),
            root=self.root,
            recovery=self.sheets,
            receipt_keys=[b"k" * 32],
            now=clock.now(),
            randomness=self.chance,
        )
        self.book = founding.book
        self.anchor = founding.book.anchor
        self.keys = dict(founding.new_keys)
        self.posts: list[RosterPost] = [founding.post]

    def laptop(self, role: Role) -> Laptop:
        return Laptop(self.chance(16), self.chance(16), Identity.make(self.chance), role)

    @property
    def by_root(self) -> Signer:
        return Signer.of_root(self.root)

    def stream(self, name: str) -> bytes:
        found = self.book.stream(name)
        assert found is not None
        return found.id

    def try_extend(self, change: Change, *signers: Signer) -> roster_change.Extension:
        return roster_change.extend(
            self.book,
            change,
            keys=self.keys,
            signers=signers or [self.lead.signer],
            now=self.clock.now(),
            randomness=self.chance,
        )

    def extend(self, change: Change, *signers: Signer) -> roster_change.Extension:
        extension = self.try_extend(change, *signers)
        self.book = extension.book
        self.keys |= extension.new_keys
        self.posts.append(extension.post)
        return extension

    def join(self, role: Role, *signers: Signer, history: History = History.ALL) -> Laptop:
        laptop = self.laptop(role)
        self.extend(Change(admitted=(laptop.asking(history),)), *signers)
        return laptop

    def forge(self, *signers: Signer, **changes: object) -> SignedEntry:
        """A next entry with these fields, signed by whoever, however wrong."""
        entry = replace(self.book.entry, version=self.book.version + 1, prev=self.book.hash, **changes)
        return sign_entry(entry, signers or [self.lead.signer])

    def rule_against(self, signed: SignedEntry) -> str:
        with pytest.raises(Trouble) as caught:
            roster_book.accept(self.book, signed)
        assert caught.value.code == "roster-refused"
        assert caught.value.facts["version"] == signed.entry.version
        return str(caught.value.facts["rule"])

    def keys_of(self, laptop: Laptop) -> dict[tuple[bytes, int], wraps.EpochKey]:
        """What the laptop opens of everything that was ever posted."""
        opened: dict[tuple[bytes, int], wraps.EpochKey] = {}
        for post, signed in zip(self.posts, self.book.entries, strict=True):
            found = roster_book.open_wraps(self.book, signed.hash, post.wraps, laptop.device, laptop.identity)
            assert found.unopened == ()
            opened |= found.keys
        return opened

    def batch(
        self,
        laptop: Laptop,
        stream: str = "team",
        *,
        book: roster_book.Book | None = None,
        seq: int = 1,
        **changes: object,
    ) -> batch.SignedHeader:
        named = book or self.book
        preamble = Preamble(
            team=self.id,
            stream=self.stream(stream),
            epoch=roster_book.newest_epoch(named, self.stream(stream)),
            device=laptop.device,
            seq=seq,
            prev=NOTHING_BEFORE if seq == 1 else b"p" * 32,
            salt=self.chance(32),
            roster=named.hash,
            ops=b"o" * 32,
        )
        raw = batch.sign_header(laptop.identity.signer, replace(preamble, **changes), b"a body")
        return batch.read_header(raw)


@pytest.fixture
def team(clock) -> Team:
    return Team(clock)


def refused_rule(verb, *args, **named) -> str:
    with pytest.raises(Trouble) as caught:
        verb(*args, **named)
    assert caught.value.code == "roster-refused"
    return caught.value.facts["rule"]


# ---------------------------------------------------------------------------------------- the chain


def test_a_founded_team_has_a_lead_two_streams_and_wraps_for_laptop_and_holders(team):
    assert [stream.name for stream in team.book.entry.streams if stream] == sorted(
        ["config", "team"], key=lambda name: team.stream(name)
    )
    assert team.keys_of(team.lead) == team.keys
    assert len(team.posts[0].wraps) == 2 * (1 + 3)


def test_a_joiner_verifies_the_whole_chain_from_the_invite(team):
    team.join(Role.WORKER)
    anchor = Anchor(team.id, fingerprint(team.root.public), 2, team.book.hash)
    team.join(Role.WORKER)
    book = roster_book.open_book(anchor, team.book.raws)
    assert (book.version, book.hash) == (3, team.book.hash)
    again = roster_book.reopen(anchor, book.raws)
    assert (again.version, again.hash) == (3, book.hash)
    assert roster_book.head_words(again) == roster_book.head_words(team.book)


def test_an_invite_is_an_anchor(team, clock):
    made = invite.Invite(
        server="https://example.org",
        team=team.id,
        root_fingerprint=fingerprint(team.root.public),
        roster_version=1,
        roster_hash=team.book.hash,
        role=Role.WORKER,
        expires_at=clock.now(),
        inviter=team.lead.member,
        secret=bytes(16),
    )
    assert Anchor.of_invite(made) == team.anchor


@pytest.mark.parametrize("field", ["team", "root_fingerprint", "hash"])
def test_a_server_that_shows_another_team_is_found_out(team, field, trouble):
    anchor = team.anchor._replace(**{field: bytes(len(getattr(team.anchor, field)))})
    assert trouble(roster_book.open_book, anchor, team.book.raws) == "roster-anchor"


def test_a_server_that_holds_less_than_the_inviter_saw_is_found_out(team, trouble):
    anchor = team.anchor._replace(version=2)
    assert trouble(roster_book.open_book, anchor, team.book.raws) == "roster-short"
    assert trouble(roster_book.open_book, team.anchor, []) == "roster-short"


def test_entries_already_known_are_passed_over(team):
    team.join(Role.WORKER)
    assert roster_book.read_on(team.book, team.book.raws) is team.book


def test_a_missing_entry_is_a_gap_and_bytes_of_another_format_are_refused(team, trouble):
    book = team.book
    team.join(Role.WORKER)
    team.join(Role.WORKER)
    assert trouble(roster_book.read_on, book, team.book.raws[2:]) == "roster-gap"
    assert refused_rule(roster_book.read_on, book, [b"no roster"]) == "malformed"


def test_an_entry_upon_another_past_is_a_gap(team, trouble):
    entry = replace(team.book.entry, version=2, prev=b"x" * 32)
    signed = sign_entry(entry, [team.lead.signer])
    assert trouble(roster_book.accept, team.book, signed) == "roster-gap"


def test_two_rightful_entries_of_one_version_are_a_fork(team, trouble):
    other = team.try_extend(Change(admitted=(team.laptop(Role.WORKER).asking(),)))
    team.join(Role.WORKER)
    assert trouble(roster_book.accept, team.book, other.signed) == "roster-fork"


def test_a_second_beginning_signed_by_the_root_is_a_fork(team, trouble):
    second = sign_entry(
        replace(team.book.entry, signed_at=team.clock.now() + timedelta(days=1)), [team.by_root]
    )
    assert trouble(roster_book.accept, team.book, second) == "roster-fork"


def test_an_unrightful_second_entry_is_refused_and_no_alarm(team, trouble):
    stranger = Signer.of_device(b"x" * 16, Identity.make(team.chance))
    forged = team.forge(stranger)
    elsewhere = sign_entry(replace(team.book.entry, version=2, prev=b"x" * 32), [team.lead.signer])
    team.join(Role.WORKER)
    assert refused_rule(roster_book.accept, team.book, forged) == "signer-unknown"
    assert trouble(roster_book.accept, team.book, elsewhere) == "roster-gap"


# ------------------------------------------------------------------------------------------- signers


def test_only_the_root_begins_a_team(team):
    entry = team.book.entry
    anchor = team.anchor
    unsigned = sign_entry(entry, [team.lead.signer])
    assert refused_rule(roster_book.open_book, anchor, [unsigned.raw]) == "signer-unknown"
    with_pin = replace(entry, pins=(Pin(team.lead.device, team.stream("team"), 0, NO_BATCH),))
    by_root = sign_entry(with_pin, [team.by_root])
    assert refused_rule(roster_book.open_book, anchor, [by_root.raw]) == "pin-unasked"
    second = team.forge(team.by_root)
    assert refused_rule(roster_book.open_book, anchor, [second.raw]) == "not-the-first"


def test_a_team_begins_with_a_lead(team):
    with pytest.raises(Trouble) as caught:
        roster_change.found(
            team=team.id,
            founder=team.laptop(Role.WORKER).asking(),
            root=team.root,
            recovery=team.sheets,
            receipt_keys=[],
            now=team.clock.now(),
        )
    assert caught.value.facts == {"version": 1, "rule": "no-lead"}


def test_a_beginning_counts_its_epochs_from_one(team):
    streams = tuple(
        replace(stream, epochs=(replace(stream.epochs[0], number=7),)) for stream in team.book.entry.streams
    )
    grants = tuple(replace(grant, from_epoch=7) for grant in team.book.entry.grants)
    signed = sign_entry(replace(team.book.entry, streams=streams, grants=grants), [team.by_root])
    assert refused_rule(roster_book.open_book, team.anchor, [signed.raw]) == "epoch-numbers"


def test_a_first_entry_without_the_roots_own_signature_is_refused(team):
    imposter = recovery.make_root(team.id, team.chance)
    signed = sign_entry(team.book.entry, [Signer(fingerprint(team.root.public), imposter.signer)])
    assert refused_rule(roster_book.open_book, team.anchor, [signed.raw]) == "forged"


def test_a_worker_alone_changes_nothing(team):
    worker = team.join(Role.WORKER)
    assert team.rule_against(team.forge(worker.signer)) == "needs-lead"
    assert team.rule_against(team.forge(worker.signer, receipt_keys=())) == "needs-lead"


def test_a_forged_signature_of_a_lead_is_refused(team):
    imposter = Signer(team.lead.device, Identity.make(team.chance).signer)
    assert team.rule_against(team.forge(imposter)) == "forged"


def test_a_removed_laptop_signs_no_more(team):
    second = team.laptop(Role.LEAD)
    team.extend(Change(admitted=(second.asking(member=team.lead.member),)))
    team.extend(Change(removed_devices=frozenset({second.device})))
    assert team.rule_against(team.forge(second.signer)) == "signer-unknown"


def test_another_team_or_root_is_refused(team):
    assert team.rule_against(team.forge(team=b"x" * 16)) == "another-team"
    assert team.rule_against(team.forge(root_public=b"x" * 32)) == "another-team"


# ------------------------------------------------------------------------------------------- members


def test_one_lead_admits_workers_and_analysts(team):
    for role in (Role.WORKER, Role.ANALYST):
        laptop = team.join(role)
        author = roster_book.rights(team.book, team.book.hash, laptop.device)
        assert author == (laptop.member, role, laptop.identity.sign_public, team.book.version)


def test_an_analyst_is_given_config_and_not_the_teams_records(team):
    analyst = team.join(Role.ANALYST)
    assert roster_book.reads_from(team.book, analyst.device, team.stream("config")) == 1
    assert roster_book.reads_from(team.book, analyst.device, team.stream("team")) is None


@pytest.mark.parametrize("role", [Role.LEAD, Role.DSL])
def test_one_lead_alone_admits_no_lead_and_no_dsl(team, role):
    rule = {Role.LEAD: "lead-needs-two", Role.DSL: "dsl-needs-dsl"}[role]
    change = Change(admitted=(team.laptop(role).asking(),))
    assert refused_rule(team.try_extend, change) == rule
    team.extend(change, team.lead.signer, team.by_root)


def test_two_leads_admit_a_third_and_a_countersignature_can_come_later(team):
    second = team.join(Role.LEAD, team.by_root)
    third = team.laptop(Role.LEAD)
    proposal = roster_change.propose(
        team.book,
        Change(admitted=(third.asking(),)),
        keys=team.keys,
        signers=[team.lead.signer],
        now=team.clock.now(),
        randomness=team.chance,
    )
    extension = roster_change.countersign(team.book, proposal.post, second.signer)
    assert extension.book.entry.member(third.member) == Member(third.member, Role.LEAD, Standing.ACTIVE)
    assert extension.post.wraps == proposal.post.wraps
    wrapped = roster_book.open_wraps(
        extension.book, extension.book.hash, extension.post.wraps, third.device, third.identity
    )
    assert wrapped.keys == team.keys


def test_a_lead_is_removed_by_two_leads_or_the_root(team):
    second = team.join(Role.LEAD, team.by_root)
    change = Change(removed_members=frozenset({second.member}))
    assert refused_rule(team.try_extend, change) == "lead-needs-two"
    team.try_extend(change, team.lead.signer, second.signer)
    team.extend(change, team.lead.signer, team.by_root)
    assert roster_book.rights(team.book, team.book.hash, second.device) is None


def test_a_dsl_is_changed_by_a_dsl(team):
    dsl = team.join(Role.DSL, team.lead.signer, team.by_root)
    second = team.join(Role.DSL, dsl.signer)
    assert refused_rule(team.try_extend, Change(removed_members=frozenset({dsl.member}))) == "dsl-needs-dsl"
    team.extend(Change(removed_members=frozenset({dsl.member})), second.signer)


def test_a_team_always_has_a_lead(team):
    change = Change(removed_members=frozenset({team.lead.member}))
    assert refused_rule(team.try_extend, change, team.by_root) == "no-lead"


def test_a_member_is_removed_and_never_vanishes(team):
    worker = team.join(Role.WORKER)
    without = tuple(m for m in team.book.entry.members if m.id != worker.member)
    signed = team.forge(
        members=without,
        devices=tuple(d for d in team.book.entry.devices if d.member != worker.member),
        grants=tuple(g for g in team.book.entry.grants if g.device != worker.device),
    )
    assert team.rule_against(signed) == "member-vanished"


def test_changes_name_who_is_there(team, trouble):
    for change in (Change(roles={b"x" * 16: Role.LEAD}), Change(removed_members=frozenset({b"x" * 16}))):
        assert trouble(team.try_extend, change) == "member-unknown"
    assert trouble(team.try_extend, Change(removed_devices=frozenset({b"x" * 16}))) == "device-unknown"


def test_a_removed_member_can_come_back_with_new_keys_only(team):
    worker = team.join(Role.WORKER)
    team.extend(Change(removed_members=frozenset({worker.member})))
    assert refused_rule(team.try_extend, Change(admitted=(worker.asking(),))) == "device-returned"
    same_keys = replace(worker.asking(), device=b"n" * 16)
    assert refused_rule(team.try_extend, Change(admitted=(same_keys,))) == "device-returned"
    again = team.laptop(Role.WORKER)
    team.extend(Change(admitted=(again.asking(member=worker.member),)))
    assert team.keys_of(again).keys() == team.keys.keys()


# ------------------------------------------------------------------------------------------- laptops


def test_a_second_laptop_of_a_worker_comes_by_a_lead(team):
    worker = team.join(Role.WORKER)
    second = team.laptop(Role.WORKER)
    team.extend(Change(admitted=(second.asking(member=worker.member),)))
    author = roster_book.rights(team.book, team.book.hash, second.device)
    assert author is not None
    assert (author.member, author.role) == (worker.member, Role.WORKER)


def test_an_invite_of_an_older_role_does_not_change_the_role(team):
    worker = team.join(Role.WORKER)
    team.extend(Change(roles={worker.member: Role.ANALYST}))
    second = team.laptop(Role.WORKER)
    team.extend(Change(admitted=(second.asking(member=worker.member),)))
    author = roster_book.rights(team.book, team.book.hash, second.device)
    assert author is not None
    assert author.role is Role.ANALYST


@pytest.mark.parametrize("role", [Role.LEAD, Role.DSL])
def test_a_trusted_members_further_laptop_needs_his_own_or_the_root(team, role):
    member = team.join(role, team.lead.signer, team.by_root)
    another_lead = team.join(Role.LEAD, team.lead.signer, team.by_root)
    another_dsl = team.join(Role.DSL, team.lead.signer, team.by_root)
    second = team.laptop(role)
    change = Change(admitted=(second.asking(member=member.member),))
    peers = (team.lead.signer, another_lead.signer, another_dsl.signer)
    assert refused_rule(team.try_extend, change, *peers) == "device-needs-owner"
    team.try_extend(change, member.signer)
    team.try_extend(change, team.by_root)


def test_a_stolen_laptop_of_a_lead_is_removed_by_his_own_two_leads_or_the_root(team):
    second = team.join(Role.LEAD, team.by_root)
    change = Change(removed_devices=frozenset({second.device}))
    assert refused_rule(team.try_extend, change, team.lead.signer) == "device-needs-owner"
    third = team.join(Role.LEAD, team.by_root)
    team.try_extend(change, second.signer)
    team.try_extend(change, team.lead.signer, third.signer)
    team.try_extend(change, team.by_root)


def test_a_stolen_laptop_of_a_dsl_is_removed_by_a_dsl(team):
    dsl = team.join(Role.DSL, team.by_root)
    change = Change(removed_devices=frozenset({dsl.device}))
    assert refused_rule(team.try_extend, change) == "device-needs-owner"
    other = team.join(Role.DSL, team.by_root)
    team.try_extend(change, other.signer)


def test_a_laptops_keys_never_change(team):
    worker = team.join(Role.WORKER)
    devices = tuple(
        replace(each, sign_public=b"x" * 32) if each.id == worker.device else each
        for each in team.book.entry.devices
    )
    assert team.rule_against(team.forge(devices=devices)) == "device-changed"


def test_a_dsl_does_not_admit_a_worker(team):
    dsl = team.join(Role.DSL, team.by_root)
    admission = Change(admitted=(team.laptop(Role.WORKER).asking(),))
    assert refused_rule(team.try_extend, admission, dsl.signer) == "needs-lead"
    worker = team.join(Role.WORKER)
    without = Change(removed_devices=frozenset({worker.device}))
    assert refused_rule(team.try_extend, without, dsl.signer) == "device-needs-owner"


def test_a_joiner_whose_key_is_no_key_is_refused(team, trouble):
    bad = replace(team.laptop(Role.WORKER).asking(), seal_public=b"\xff" * 1216)
    assert trouble(team.try_extend, Change(admitted=(bad,))) == "key-malformed"


# -------------------------------------------------------------------------------- epochs and history


def test_a_removal_starts_new_epochs_that_the_removed_cannot_open(team):
    worker = team.join(Role.WORKER)
    stays = team.join(Role.WORKER)
    before = dict(team.keys)
    team.extend(Change(removed_members=frozenset({worker.member})))
    fresh = team.keys.keys() - before.keys()
    assert fresh == {(team.stream("config"), 2), (team.stream("team"), 2)}
    assert team.keys_of(stays) == team.keys
    assert team.keys_of(worker) == before
    assert all(wrap.recipient != worker.device for wrap in team.posts[-1].wraps)


def test_an_entry_that_takes_a_reader_away_without_a_new_epoch_is_refused(team):
    worker = team.join(Role.WORKER)
    devices = tuple(device for device in team.book.entry.devices if device.id != worker.device)
    grants = tuple(grant for grant in team.book.entry.grants if grant.device != worker.device)
    assert team.rule_against(team.forge(devices=devices, grants=grants)) == "epoch-missing"


def test_a_joiner_with_all_history_reads_every_epoch_and_starts_none(team):
    team.extend(Change(renewed=frozenset({team.stream("team")})))
    laptop = team.join(Role.WORKER)
    assert team.keys_of(laptop) == team.keys
    assert roster_book.newest_epoch(team.book, team.stream("team")) == 2


def test_a_joiner_without_history_reads_from_now_on_and_all_of_config(team):
    laptop = team.join(Role.WORKER, history=History.NONE)
    assert team.keys_of(laptop).keys() == {(team.stream("config"), 1), (team.stream("team"), 2)}
    assert roster_book.reads_from(team.book, laptop.device, team.stream("team")) == 2
    grant = team.book.entry.grant(laptop.device, team.stream("team"))
    assert grant is not None
    assert grant.history is History.NONE


def test_a_joiner_with_ninety_days_reads_the_epoch_that_reaches_back_so_far(team):
    stream = team.stream("team")
    for _ in range(4):
        team.clock.advance(days=40)
        team.extend(Change(renewed=frozenset({stream})))
    laptop = team.join(Role.WORKER, history=History.NINETY_DAYS)
    # Epochs began on day 0, 40, 80, 120, 160; ninety days before day 160 is within the one of day 40.
    assert roster_book.reads_from(team.book, laptop.device, stream) == 2
    assert {epoch for of, epoch in team.keys_of(laptop) if of == stream} == {2, 3, 4, 5, 6}


def test_ninety_days_of_a_young_team_are_all_of_it(team):
    laptop = team.join(Role.WORKER, history=History.NINETY_DAYS)
    assert team.keys_of(laptop) == team.keys


def test_a_lead_gives_no_history_that_he_does_not_hold(team):
    stream = team.stream("team")
    team.extend(Change(renewed=frozenset({stream})))
    del team.keys[stream, 1]
    laptop = team.join(Role.WORKER)
    assert roster_book.reads_from(team.book, laptop.device, stream) == 2
    assert (stream, 1) not in team.keys_of(laptop)


def test_epochs_grow_stale_after_ninety_days_for_those_who_read_them(team):
    analyst = team.join(Role.ANALYST)
    team.clock.advance(days=89)
    assert roster_change.stale_streams(team.book, team.lead.device, team.clock.now()) == frozenset()
    team.clock.advance(days=1)
    stale = roster_change.stale_streams(team.book, team.lead.device, team.clock.now())
    assert stale == {team.stream("config"), team.stream("team")}
    assert roster_change.stale_streams(team.book, analyst.device, team.clock.now()) == {team.stream("config")}
    team.extend(Change(renewed=stale))
    assert roster_change.stale_streams(team.book, team.lead.device, team.clock.now()) == frozenset()


def test_an_epoch_is_made_only_by_a_trusted_reader(team):
    worker = team.join(Role.WORKER)
    dsl = team.join(Role.DSL, team.by_root)
    private = Change(begun_streams=("private",))
    team.extend(private)
    stream = team.stream("private")
    assert roster_book.reads_from(team.book, dsl.device, stream) is None
    renewed = Change(renewed=frozenset({stream}))
    assert refused_rule(team.try_extend, renewed, dsl.signer) == "epoch-needs-reader"
    assert refused_rule(team.try_extend, renewed, worker.signer) == "needs-lead"
    team.try_extend(renewed)


def test_a_stream_is_begun_by_whom_it_concerns(team):
    dsl = team.join(Role.DSL, team.by_root)
    assert refused_rule(team.try_extend, Change(begun_streams=("counts",)), dsl.signer) == "stream-needs-lead"
    lane = Change(begun_streams=("safeguarding",), lane_public=b"l" * 1216)
    assert refused_rule(team.try_extend, lane) == "stream-needs-lead"
    team.extend(lane, dsl.signer)
    assert team.book.entry.lane_public == b"l" * 1216
    assert (team.stream("safeguarding"), 1) in team.keys_of(dsl)
    assert (team.stream("safeguarding"), 1) not in team.keys_of(team.lead)
    assert roster_book.reads_from(team.book, dsl.device, team.stream("safeguarding")) == 1


def test_a_lead_with_the_root_sheet_renews_a_lane_without_keeping_its_key(team):
    dsl, stays = team.join(Role.DSL, team.by_root), team.join(Role.DSL, team.by_root)
    team.extend(Change(begun_streams=("safeguarding",), lane_public=b"l" * 1216), dsl.signer)
    lane = team.stream("safeguarding")
    del team.keys[lane, 1]
    team.extend(Change(removed_members=frozenset({dsl.member})), team.lead.signer, team.by_root)
    assert not any(stream == lane for stream, _ in team.keys)
    assert (lane, 2) in team.keys_of(stays)
    assert (lane, 2) not in team.keys_of(dsl)


def test_streams_and_past_epochs_are_never_rewritten(team):
    streams = team.book.entry.streams
    renamed = (replace(streams[0], name="elsewhere"), streams[1])
    assert team.rule_against(team.forge(streams=renamed)) == "stream-changed"
    epochs = (replace(streams[0].epochs[0], commitment=b"x" * 32),)
    assert team.rule_against(team.forge(streams=(replace(streams[0], epochs=epochs), streams[1]))) == (
        "stream-changed"
    )
    gone = team.forge(
        streams=streams[:1],
        grants=tuple(grant for grant in team.book.entry.grants if grant.stream == streams[0].id),
    )
    assert team.rule_against(gone) == "stream-changed"


def test_epochs_are_numbered_without_gaps(team):
    first, second = team.book.entry.streams
    skipped = replace(first, epochs=(*first.epochs, Epoch(3, b"c" * 32, team.clock.now())))
    assert team.rule_against(team.forge(streams=(skipped, second))) == "epoch-numbers"
    begun = Stream(b"n" * 16, "counts", (Epoch(2, b"c" * 32, team.clock.now()),))
    assert team.rule_against(team.forge(streams=(first, second, begun))) == "epoch-numbers"


def test_nobody_is_given_what_his_role_may_not_read(team):
    analyst = team.join(Role.ANALYST)
    grants = (*team.book.entry.grants, Grant(analyst.device, team.stream("team"), 1, History.ALL))
    assert team.rule_against(team.forge(grants=grants)) == "grant-role"


def test_config_is_always_given_in_full(team):
    config = team.stream("config")
    team.extend(Change(renewed=frozenset({config})))
    grants = tuple(
        replace(grant, from_epoch=2) if grant.stream == config else grant for grant in team.book.entry.grants
    )
    assert team.rule_against(team.forge(grants=grants)) == "config-in-full"


def test_a_grant_is_given_by_a_trusted_reader(team):
    second = team.join(Role.LEAD, team.by_root)
    dsl = team.join(Role.DSL, team.by_root)
    team.extend(Change(begun_streams=("private",)))
    without = tuple(
        grant
        for grant in team.book.entry.grants
        if (grant.device, grant.stream) != (second.device, team.stream("private"))
    )
    assert team.rule_against(team.forge(dsl.signer, grants=without)) == "grant-needs-reader"


def test_a_lead_alone_takes_nothing_from_another_lead_or_a_dsl(team):
    second = team.join(Role.LEAD, team.by_root)
    dsl = team.join(Role.DSL, team.by_root)
    stream = team.stream("team")
    team.extend(Change(renewed=frozenset({stream})))
    for laptop in (second, dsl):
        gone = tuple(
            grant
            for grant in team.book.entry.grants
            if (grant.device, grant.stream) != (laptop.device, stream)
        )
        later = tuple(
            replace(grant, from_epoch=2) if (grant.device, grant.stream) == (laptop.device, stream) else grant
            for grant in team.book.entry.grants
        )
        for grants in (gone, later):
            assert team.rule_against(team.forge(grants=grants)) == "device-needs-owner"


def test_more_history_for_a_lead_is_a_gift_and_takes_nothing(team):
    second = team.join(Role.LEAD, team.by_root, history=History.NONE)
    grants = tuple(
        replace(grant, from_epoch=1, history=History.ALL) if grant.device == second.device else grant
        for grant in team.book.entry.grants
    )
    book = roster_book.accept(team.book, team.forge(grants=grants))
    assert roster_book.reads_from(book, second.device, team.stream("team")) == 1


def test_a_stream_whose_key_the_lead_does_not_hold_is_not_his_to_give(team):
    for key in [key for key in team.keys if key[0] == team.stream("team")]:
        del team.keys[key]
    worker = team.join(Role.WORKER)
    assert roster_book.reads_from(team.book, worker.device, team.stream("team")) is None


def test_a_worker_made_lead_is_given_what_leads_read_and_loses_nothing(team):
    worker = team.join(Role.WORKER)
    team.extend(Change(begun_streams=("private",)))
    epochs = roster_book.newest_epoch(team.book, team.stream("team"))
    team.extend(Change(roles={worker.member: Role.LEAD}), team.by_root)
    assert team.keys_of(worker) == team.keys
    assert team.book.entry.pins == ()
    assert roster_book.newest_epoch(team.book, team.stream("team")) == epochs


def test_a_lead_who_gives_one_reader_another_key_is_found_out(team):
    worker = team.laptop(Role.WORKER)
    true = dict(team.keys)
    stream = team.stream("team")
    team.keys[stream, 1] = wraps.make_epoch_key(team.chance)
    extension = team.extend(Change(admitted=(worker.asking(),)))
    opened = roster_book.open_wraps(
        team.book, team.book.hash, extension.post.wraps, worker.device, worker.identity
    )
    assert opened.unopened == ((stream, 1, "epoch-key-wrong"),)
    assert opened.keys == {(team.stream("config"), 1): true[team.stream("config"), 1]}


def test_a_wrap_of_an_epoch_that_the_entry_does_not_know_is_told(team):
    wrap = replace(team.posts[0].wraps[0], epoch=9, recipient=team.lead.device)
    opened = roster_book.open_wraps(team.book, team.book.hash, [wrap], team.lead.device, team.lead.identity)
    assert [each.code for each in opened.unopened] == ["epoch-unknown"]
    stray = roster_book.open_wraps(team.book, bytes(32), [wrap], team.lead.device, team.lead.identity)
    assert [each.code for each in stray.unopened] == ["epoch-unknown"]
    with pytest.raises(KeyError):
        roster_book.newest_epoch(team.book, b"x" * 16)


# ------------------------------------------------------------------------------------ what batches count


def test_a_batch_of_a_member_counts(team):
    worker = team.join(Role.WORKER)
    header = team.batch(worker)
    verdict = roster_book.counts(team.book, header)
    assert verdict.counting is Counting.COUNTS
    assert verdict.author is not None
    header.verify(verdict.author.sign_public)


def test_a_batch_under_a_roster_not_yet_seen_waits(team):
    worker = team.join(Role.WORKER)
    book = team.book
    team.join(Role.WORKER)
    header = team.batch(worker)
    assert roster_book.counts(book, header) == (Counting.WAITS, "roster-unknown", None)


def test_each_fault_of_a_batch_has_its_own_reason(team):
    worker = team.join(Role.WORKER)
    analyst = team.join(Role.ANALYST)
    stranger = team.laptop(Role.WORKER)
    first = team.book
    team.extend(Change(renewed=frozenset({team.stream("team")})))
    expected: Sequence[tuple[str, batch.SignedHeader, bytes | None]] = [
        ("device-unknown", team.batch(stranger), None),
        ("team-wrong", team.batch(worker, team=b"x" * 16), None),
        ("roster-older", team.batch(worker, book=first, seq=2), team.book.hash),
        ("stream-unknown", _in_stream(team, worker), None),
        ("not-entitled", team.batch(analyst), None),
        ("epoch-wrong", team.batch(worker, epoch=1), None),
    ]
    for reason, header, before in expected:
        verdict = roster_book.counts(team.book, header, before)
        assert (verdict.counting, verdict.reason) == (Counting.REFUSED, reason)


def _in_stream(team: Team, laptop: Laptop) -> batch.SignedHeader:
    header = team.batch(laptop).preamble
    raw = batch.sign_header(laptop.identity.signer, replace(header, stream=b"x" * 16), b"a body")
    return batch.read_header(raw)


def test_a_roster_that_goes_forward_or_is_unknown_before_is_no_fault(team):
    worker = team.join(Role.WORKER)
    first = team.book.hash
    team.join(Role.WORKER)
    for before in (first, team.book.hash, b"?" * 32):
        assert roster_book.counts(team.book, team.batch(worker, seq=2), before).counting is Counting.COUNTS


def test_a_concern_for_the_lane_needs_no_grant(team):
    worker = team.join(Role.WORKER)
    dsl = team.join(Role.DSL, team.by_root)
    team.extend(Change(begun_streams=("safeguarding",), lane_public=b"l" * 1216), dsl.signer)
    assert roster_book.counts(team.book, team.batch(worker, "safeguarding")).reason == "not-entitled"
    sealed = team.batch(worker, "safeguarding", sealed_lane_key=b"k" * 1168)
    assert roster_book.counts(team.book, sealed).counting is Counting.COUNTS


def test_work_of_a_removed_laptop_counts_up_to_the_pin_and_is_late_after_it(team):
    worker = team.join(Role.WORKER)
    then = team.book
    seen = [team.batch(worker, seq=1), team.batch(worker, seq=2)]
    late = team.batch(worker, seq=3)
    other = team.batch(worker, seq=2)
    ends = {(worker.device, team.stream("team")): (2, seen[1].batch_id)}
    team.extend(Change(removed_members=frozenset({worker.member}), ends=ends))
    assert [roster_book.counts(team.book, each).counting for each in seen] == [Counting.COUNTS] * 2
    assert roster_book.counts(team.book, late)[:2] == (Counting.LATE, "late")
    assert roster_book.counts(team.book, other)[:2] == (Counting.REFUSED, "pin-contradicted")
    assert roster_book.counts(team.book, team.batch(worker, "config", book=then)).counting is Counting.LATE
    assert roster_book.counts(then, late).counting is Counting.COUNTS


def test_whether_a_batch_counts_does_not_depend_on_when_it_arrived(team):
    worker = team.join(Role.WORKER)
    header = team.batch(worker, seq=5)
    team.extend(Change(removed_devices=frozenset({worker.device})))
    verdict = roster_book.counts(team.book, header)
    team.join(Role.WORKER)
    team.extend(Change(renewed=frozenset({team.stream("team")})))
    assert roster_book.counts(team.book, header) == verdict
    assert verdict.counting is Counting.LATE


def test_a_lesser_role_pins_what_was_said_with_the_greater_and_later_work_counts_again(team):
    lead = team.join(Role.LEAD, team.by_root)
    as_lead = [team.batch(lead, seq=1), team.batch(lead, seq=2)]
    ends = {(lead.device, team.stream("team")): (1, as_lead[0].batch_id)}
    team.extend(Change(roles={lead.member: Role.WORKER}, ends=ends), team.by_root)
    as_worker = team.batch(lead, seq=3)
    verdicts = [roster_book.counts(team.book, each) for each in (*as_lead, as_worker)]
    assert [verdict.counting for verdict in verdicts] == [Counting.COUNTS, Counting.LATE, Counting.COUNTS]
    assert [verdict.author and verdict.author.role for verdict in verdicts] == [
        Role.LEAD,
        Role.LEAD,
        Role.WORKER,
    ]
    again = {(lead.device, team.stream("team")): (3, as_worker.batch_id)}
    team.extend(Change(removed_members=frozenset({lead.member}), ends=again))
    assert [roster_book.counts(team.book, each).counting for each in (*as_lead, as_worker)] == [
        Counting.COUNTS,
        Counting.LATE,
        Counting.COUNTS,
    ]


def test_a_pin_already_higher_is_not_lowered_by_one_who_saw_less(team):
    lead = team.join(Role.LEAD, team.by_root)
    place = (lead.device, team.stream("team"))
    ends = {place: (4, b"b" * 32)}
    team.extend(Change(roles={lead.member: Role.WORKER}, ends=ends), team.by_root)
    team.extend(Change(removed_members=frozenset({lead.member}), ends={place: (2, b"c" * 32)}))
    assert Pin(*place, 4, b"b" * 32) in team.book.entry.pins


def test_pins_are_set_only_for_whoever_loses_a_right_and_never_altered(team):
    worker = team.join(Role.WORKER)
    gone = team.join(Role.WORKER)
    team.extend(Change(removed_members=frozenset({gone.member})))
    pins = team.book.entry.pins
    assert {(pin.device, pin.seq) for pin in pins} == {(gone.device, 0)}
    unasked = (*pins, Pin(worker.device, team.stream("team"), 0, NO_BATCH))
    assert team.rule_against(team.forge(pins=unasked)) == "pin-unasked"
    assert team.rule_against(team.forge(pins=())) == "pin-changed"
    raised = tuple(replace(pin, seq=9, batch=b"b" * 32) for pin in pins)
    assert team.rule_against(team.forge(pins=raised)) == "pin-changed"


def _removal(team: Team, laptop: Laptop) -> Entry:
    return team.try_extend(Change(removed_members=frozenset({laptop.member}))).book.entry


def test_a_removal_without_pins_or_with_a_lowered_one_is_refused(team):
    lead = team.join(Role.LEAD, team.by_root)
    place = (lead.device, team.stream("team"))
    team.extend(Change(roles={lead.member: Role.WORKER}, ends={place: (4, b"b" * 32)}), team.by_root)
    removal = _removal(team, lead)
    unpinned = replace(removal, pins=())
    assert team.rule_against(sign_entry(unpinned, [team.lead.signer])) == "pin-missing"
    lowered = tuple(replace(pin, seq=1) if (pin.device, pin.stream) == place else pin for pin in removal.pins)
    assert team.rule_against(sign_entry(replace(removal, pins=lowered), [team.lead.signer])) == "pin-lowered"


# ----------------------------------------------------------------------------------------- other keys


def test_recovery_keys_are_changed_by_two_leads_or_the_root_and_open_the_past(team):
    sheets = recovery.make_recovery(team.id, RecoverySet.TEAM, team.chance)
    change = Change(recovery_keys=tuple(sheet.public for sheet in sheets))
    assert refused_rule(team.try_extend, change) == "recovery-needs-two"
    team.extend(change, team.lead.signer, team.by_root)
    posts = [(signed.hash, post.wraps) for signed, post in zip(team.book.entries, team.posts, strict=True)]
    opened = roster_change.recover_keys(team.book, posts, sheets[0], sheets[2])
    assert opened.keys == team.keys
    assert opened.unopened == ()


def test_the_safeguarding_holders_are_the_dsls_business(team):
    dsl = team.join(Role.DSL, team.by_root)
    sheets = recovery.make_recovery(team.id, RecoverySet.SAFEGUARDING, team.chance)
    everyone = (*team.book.entry.recovery_keys, *(sheet.public for sheet in sheets))
    change = Change(recovery_keys=everyone)
    assert refused_rule(team.try_extend, change) == "recovery-needs-dsl"
    team.extend(change, dsl.signer)
    team.extend(Change(begun_streams=("safeguarding",)), dsl.signer)
    posts = [(signed.hash, post.wraps) for signed, post in zip(team.book.entries, team.posts, strict=True)]
    opened = roster_change.recover_keys(team.book, posts, sheets[1], sheets[2])
    assert opened.keys.keys() == {(team.stream("safeguarding"), 1)}


def test_a_new_receipt_key_is_pinned_by_a_lead(team):
    team.extend(Change(receipt_keys=(b"k" * 32, b"n" * 32)))
    assert team.book.entry.receipt_keys == (b"k" * 32, b"n" * 32)
    dsl = team.join(Role.DSL, team.by_root)
    assert team.rule_against(team.forge(dsl.signer, receipt_keys=())) == "needs-lead"


def test_the_lane_key_is_changed_by_a_dsl(team):
    assert refused_rule(team.try_extend, Change(lane_public=b"l" * 1216)) == "lane-needs-dsl"


def test_a_lead_who_lost_the_only_laptop_comes_back_with_the_sheets(team):
    worker = team.join(Role.WORKER)
    team.extend(Change(renewed=frozenset({team.stream("team")})))
    posts = [(signed.hash, post.wraps) for signed, post in zip(team.book.entries, team.posts, strict=True)]
    recovered = roster_change.recover_keys(team.book, posts, *team.sheets[:2])
    assert recovered.keys == team.keys
    root = recovery.read_root_sheet(team.root.text, team.id)
    new = team.laptop(Role.LEAD)
    extension = roster_change.extend(
        team.book,
        Change(
            admitted=(new.asking(member=team.lead.member),),
            removed_devices=frozenset({team.lead.device}),
        ),
        keys=recovered.keys,
        signers=[Signer.of_root(root)],
        now=team.clock.now(),
        randomness=team.chance,
    )
    team.book, team.keys = extension.book, {**team.keys, **extension.new_keys}
    team.posts.append(extension.post)
    assert team.keys_of(new) == team.keys_of(worker) == team.keys
    assert roster_book.rights(team.book, team.book.hash, team.lead.device) is None


def test_sheets_that_were_replaced_are_told(team, trouble):
    sheets = recovery.make_recovery(team.id, RecoverySet.TEAM, team.chance)
    team.extend(Change(recovery_keys=tuple(sheet.public for sheet in sheets)), team.by_root)
    assert trouble(roster_change.recover_keys, team.book, [], *team.sheets[:2]) == "sheet-outdated"


def test_sheets_that_do_not_belong_together_are_told(team, trouble):
    lane = recovery.make_recovery(team.id, RecoverySet.SAFEGUARDING, team.chance)
    old = recovery.make_recovery(team.id, RecoverySet.TEAM, team.chance)
    recover = roster_change.recover_keys
    assert trouble(recover, team.book, [], team.sheets[0], lane[0]) == "sheets-of-two-sets"
    assert trouble(recover, team.book, [], team.sheets[0], team.sheets[0]) == "sheets-same"
    assert trouble(recover, team.book, [], team.sheets[0], old[1]) == "sheet-outdated"


def test_a_damaged_recovery_wrap_does_not_keep_the_others_from_opening(team):
    pair = recovery.pair_of(*team.sheets[:2])
    damaged = [
        replace(wrap, sealed=wrap.sealed[:-1] + bytes([wrap.sealed[-1] ^ 1]))
        if (wrap.recipient, wrap.stream) == (pair, team.stream("team"))
        else wrap
        for wrap in team.posts[0].wraps
    ]
    opened = roster_change.recover_keys(team.book, [(team.book.hash, damaged)], *team.sheets[:2])
    assert opened.keys.keys() == {(team.stream("config"), 1)}
    assert opened.unopened == ((team.stream("team"), 1, "wrap-wrong"),)


# ---------------------------------------------------------------------------------------------- words


def test_both_sides_of_a_join_read_the_same_six_words(team):
    worker = team.laptop(Role.WORKER)
    request = invite.JoinRequest(
        team=team.id,
        invite=b"i" * 16,
        device=worker.device,
        member=worker.member,
        sign_public=worker.identity.sign_public,
        hpke_public=worker.identity.seal_public,
        sealed_name=b"n" * 92,
    )
    words = roster_book.join_words(team.anchor, Role.WORKER, request)
    assert len(words) == 6
    assert words == roster_book.join_words(team.anchor, Role.WORKER, replace(request, sealed_name=b"x" * 92))
    exchanged = replace(request, sign_public=b"x" * 32)
    assert words != roster_book.join_words(team.anchor, Role.WORKER, exchanged)
    assert words != roster_book.join_words(team.anchor, Role.LEAD, request)


def test_extensions_and_opened_wraps_do_not_show_their_keys(team):
    extension = team.try_extend(Change(renewed=frozenset({team.stream("team")})))
    (key,) = extension.new_keys.values()
    opened = roster_book.open_wraps(
        extension.book, extension.book.hash, extension.post.wraps, team.lead.device, team.lead.identity
    )
    assert key in opened.keys.values()
    assert repr(key) not in repr(extension) + repr(opened)


def test_devices_listed_are_those_admitted(team):
    worker = team.join(Role.WORKER)
    assert team.book.entry.device(worker.device) == Device(
        worker.device, worker.member, worker.identity.sign_public, worker.identity.seal_public
    )


# ------------------------------------------------------------------------------------ any history at all

STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "join", "remove", "demote", "promote", "renew"]), st.integers(0, 9)),
    max_size=10,
)


@settings(max_examples=25)
@given(STEPS)
def test_after_any_history_each_laptop_opens_what_it_was_granted_and_nothing_later(steps):
    team = Team(Clock())
    laptops = [team.lead]
    for step, choice in steps:
        team.clock.advance(days=30)
        others = [each for each in laptops[1:] if team.book.entry.device(each.device)]
        chosen = others[choice % len(others)] if others else None
        if step == "join":
            role = [Role.WORKER, Role.ANALYST, Role.LEAD][choice % 3]
            laptops.append(team.join(role, team.by_root, history=list(History)[choice % 3]))
        elif step == "renew":
            team.extend(Change(renewed=frozenset({team.stream("team")})))
        elif chosen is not None and step == "remove":
            team.extend(Change(removed_members=frozenset({chosen.member})), team.by_root)
        elif chosen is not None:
            role = Role.ANALYST if step == "demote" else Role.LEAD
            team.extend(Change(roles={chosen.member: role}), team.by_root)
    assert roster_book.open_book(team.anchor, team.book.raws).hash == team.book.hash
    newest = {(stream.id, epoch.number) for stream in team.book.entry.streams for epoch in stream.epochs}
    for laptop in laptops:
        held = team.keys_of(laptop)
        assert held.items() <= team.keys.items()
        for stream in team.book.entry.streams:
            start = roster_book.reads_from(team.book, laptop.device, stream.id)
            last = (stream.id, stream.epochs[-1].number)
            if start is None:
                assert last not in held
            else:
                owed = {(of, number) for of, number in newest if of == stream.id and number >= start}
                assert owed <= held.keys()
