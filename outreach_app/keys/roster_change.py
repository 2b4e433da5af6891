"""Writing the roster: found a team, and extend its chain by one entry with all its wraps.

`extend` works out what a change entails (grants, new epochs where readers become fewer, pins, wraps for
every entitled laptop and for the recovery pairs) and then lets the book judge the signed entry as every
other laptop will, so that nothing is posted that others would refuse. Entry and wraps are one post.
Pure, given keys, time and randomness; posting it and keeping the new keys is up to `sync`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.domain.ids import Randomness
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.identity import Identity
from outreach_app.keys.recovery import RecoverySheet, RootSheet, open_with_two, pair_of, wrap_to_pairs
from outreach_app.keys.roster_book import (
    Anchor,
    Book,
    Opened,
    Unopened,
    accept,
    find_commitment,
    open_book,
)
from outreach_app.keys.roster_rules import (
    CONFIG,
    READERS,
    SAFEGUARDING,
    TEAM,
    losing_devices,
    role_of,
)
from outreach_app.keys.wraps import EpochKey, WrapPlace, commit, make_epoch_key, wrap
from outreach_app.wire import limits
from outreach_app.wire.roster import (
    BEFORE_FIRST,
    NO_BATCH,
    Device,
    Entry,
    Epoch,
    Grant,
    History,
    Member,
    Pin,
    RecoveryKey,
    RecoverySet,
    Role,
    RosterPost,
    SignedEntry,
    Standing,
    Stream,
    Wrap,
    fingerprint,
    read_entry,
    sign_entry,
)
from outreach_app.wire.roster import countersign as add_signature

EPOCH_AGE = timedelta(days=90)
HISTORY_AGE = timedelta(days=90)

EpochKeys = Mapping[tuple[bytes, int], EpochKey]
"""The epoch keys a laptop holds, by stream id and number."""

Ends = Mapping[tuple[bytes, bytes], tuple[int, bytes]]
"""The last (seq, batch id) that this laptop has of a laptop in a stream, by (device, stream)."""


class Signer(NamedTuple):
    """A key and the id under which others look up its public half."""

    kid: bytes
    key: Ed25519PrivateKey

    @classmethod
    def of_device(cls, device: bytes, identity: Identity) -> Signer:
        return cls(device, identity.signer)

    @classmethod
    def of_root(cls, sheet: RootSheet) -> Signer:
        return cls(fingerprint(sheet.public), sheet.signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A laptop to be admitted: of a new member in this role, or a further one of a member who has a role."""

    member: bytes
    role: Role
    device: bytes
    sign_public: bytes
    seal_public: bytes
    history: History = History.ALL

    @property
    def listed(self) -> Device:
        return Device(self.device, self.member, self.sign_public, self.seal_public)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different after the next entry; the rest follows.

    `ends` says, for whoever loses a right, which batches this laptop has seen: the pins. A stream that is
    not named there is pinned at nothing. `renewed` streams begin a new epoch even if nobody leaves;
    `begun_streams` are names of streams that the team did not have, read by whoever's role may.
    """

    admitted: tuple[Newcomer, ...] = ()
    roles: Mapping[bytes, Role] = field(default_factory=dict)
    removed_members: frozenset[bytes] = frozenset()
    removed_devices: frozenset[bytes] = frozenset()
    renewed: frozenset[bytes] = frozenset()
    begun_streams: tuple[str, ...] = ()
    lane_public: bytes | None = None
    ends: Ends = field(default_factory=dict)
    recovery_keys: tuple[RecoveryKey, ...] | None = None
    receipt_keys: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry that may still lack a signature, its wraps, and the new epochs' keys."""

    post: RosterPost
    new_keys: Mapping[tuple[bytes, int], EpochKey] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Extension:
    """An entry ready to be posted, the book with it, and the new epochs' keys, to be kept before posting."""

    post: RosterPost
    book: Book
    new_keys: Mapping[tuple[bytes, int], EpochKey] = field(repr=False)

    @property
    def signed(self) -> SignedEntry:
        return self.book.head


def found(
    *,
    team: bytes,
    founder: Newcomer,
    root: RootSheet,
    recovery: Sequence[RecoverySheet],
    receipt_keys: Sequence[bytes],
    now: datetime,
    names: Sequence[str] = (CONFIG, TEAM),
    randomness: Randomness = os.urandom,
) -> Extension:
    """Entry 1: the founder as lead, the streams with their first epochs, wraps for laptop and holders.

    Raises Trouble "roster-refused" if the founder is no lead.
    """
    keys = {(randomness(limits.ID), 1): make_epoch_key(randomness) for _ in names}
    streams = tuple(
        Stream(stream, name, (Epoch(1, commit(key), now),))
        for name, ((stream, _), key) in zip(names, keys.items(), strict=True)
    )
    entry = Entry(
        version=1,
        prev=BEFORE_FIRST,
        team=team,
        signed_at=now,
        root_public=root.public,
        members=(Member(founder.member, founder.role, Standing.ACTIVE),),
        devices=(founder.listed,),
        streams=streams,
        grants=tuple(
            Grant(founder.device, stream.id, 1, History.ALL)
            for stream in streams
            if founder.role in READERS[stream.name]
        ),
        recovery_keys=tuple(sheet.public for sheet in recovery),
        receipt_keys=tuple(receipt_keys),
    )
    signed = sign_entry(entry, [Signer.of_root(root)])
    book = open_book(Anchor(team, fingerprint(root.public), 1, signed.hash), [signed.raw])
    return Extension(RosterPost(signed.raw, _wrap_all(None, signed, keys)), book, keys)


def extend(
    book: Book,
    change: Change,
    *,
    keys: EpochKeys,
    signers: Sequence[Signer],
    now: datetime,
    randomness: Randomness = os.urandom,
) -> Extension:
    """The next entry with this change, signed by all of `signers`, and all wraps.

    `keys` are the epoch keys this laptop holds: only streams it reads can be given or renewed.
    Raises Trouble: roster-refused (with the rule, such as "lead-needs-two": ask for the root sheet, or
    `propose` it to another lead), key-malformed (a joiner's key is none), member-unknown, device-unknown.
    """
    proposal = propose(book, change, keys=keys, signers=signers, now=now, randomness=randomness)
    return Extension(proposal.post, accept(book, read_entry(proposal.post.entry)), proposal.new_keys)


def propose(
    book: Book,
    change: Change,
    *,
    keys: EpochKeys,
    signers: Sequence[Signer],
    now: datetime,
    randomness: Randomness = os.urandom,
) -> Proposal:
    """As `extend`, without judging who signed: for an entry that still needs another's signature."""
    before = book.entry
    _refuse_strangers(before, change)
    after = _with_people(before, change)
    after = replace(after, version=before.version + 1, prev=book.hash, signed_at=now)
    after, new_keys = _with_streams(before, after, change, keys, now, randomness)
    after = replace(after, pins=_pins(before, after, change.ends))
    signed = sign_entry(after, signers)
    wraps = _wrap_all(before, signed, {**keys, **new_keys})
    # Whoever takes the last reader out of a stream with the root sheet makes its next key, and keeps none.
    own = {place: key for place, key in new_keys.items() if place[1] == 1 or (place[0], place[1] - 1) in keys}
    return Proposal(RosterPost(signed.raw, wraps), own)


def countersign(book: Book, post: RosterPost, signer: Signer) -> Extension:
    """Another's proposal with this signature too; the hash, and so the wraps, stay what they were.

    Raises Trouble: roster-gap if the roster has moved on, roster-refused if it still is not enough.
    """
    signed = add_signature(read_entry(post.entry), *signer)
    return Extension(RosterPost(signed.raw, post.wraps), accept(book, signed), {})


def stale_streams(book: Book, device: bytes, now: datetime) -> frozenset[bytes]:
    """Streams this laptop reads whose newest epoch is 90 days old: time to `extend` with them renewed."""
    return frozenset(
        stream.id
        for stream in book.entry.streams
        if now - stream.epochs[-1].since_at >= EPOCH_AGE and book.entry.grant(device, stream.id) is not None
    )


def recover_keys(
    book: Book, posts: Iterable[tuple[bytes, Sequence[Wrap]]], one: RecoverySheet, other: RecoverySheet
) -> Opened:
    """The epoch keys that two holders open, from (roster hash, wraps) of the chain.

    Raises Trouble: sheets-same, sheets-of-two-sets, sheet-outdated (the roster has other holders now).
    """
    if one.belongs_to is not other.belongs_to:
        raise Trouble("sheets-of-two-sets")
    if one.seed == other.seed:
        raise Trouble("sheets-same")
    if not {one.public, other.public} <= set(book.entry.recovery_keys):
        raise Trouble("sheet-outdated")
    pair = pair_of(one, other)
    opened: dict[tuple[bytes, int], EpochKey] = {}
    unopened: list[Unopened] = []
    for roster, wraps in posts:
        for each in wraps:
            commitment = find_commitment(book, roster, each.stream, each.epoch)
            if each.recipient != pair or commitment is None:
                continue
            place = WrapPlace(
                team=book.anchor.team, stream=each.stream, epoch=each.epoch, roster=roster, recipient=pair
            )
            try:
                opened[each.stream, each.epoch] = open_with_two(one, other, each.sealed, place, commitment)
            except Trouble as trouble:
                unopened.append(Unopened(each.stream, each.epoch, trouble.code))
    return Opened(opened, tuple(unopened))


# --------------------------------------------------------------------------------------- the next state


def _refuse_strangers(before: Entry, change: Change) -> None:
    """A change must name who is there."""
    for member in (*change.roles, *change.removed_members):
        if role_of(before, member) is None:
            raise Trouble("member-unknown", member=member.hex())
    for device in change.removed_devices:
        if before.device(device) is None:
            raise Trouble("device-unknown", device=device.hex())


def _with_people(before: Entry, change: Change) -> Entry:
    """Members, laptops and keys as the change says; grants of laptops that are gone go with them."""
    members = {member.id: member for member in before.members}
    for id, role in change.roles.items():
        members[id] = replace(members[id], role=role)
    for id in change.removed_members:
        members[id] = replace(members[id], standing=Standing.REMOVED)
    for newcomer in change.admitted:
        if role_of(before, newcomer.member) is None:
            members[newcomer.member] = Member(newcomer.member, newcomer.role, Standing.ACTIVE)
    devices = [
        device
        for device in before.devices
        if device.id not in change.removed_devices and device.member not in change.removed_members
    ]
    devices.extend(newcomer.listed for newcomer in change.admitted)
    recovery_keys = before.recovery_keys if change.recovery_keys is None else change.recovery_keys
    receipt_keys = before.receipt_keys if change.receipt_keys is None else change.receipt_keys
    return replace(
        before,
        members=tuple(members.values()),
        devices=tuple(devices),
        recovery_keys=recovery_keys,
        receipt_keys=receipt_keys,
        lane_public=change.lane_public or before.lane_public,
    )


def _with_streams(
    before: Entry, after: Entry, change: Change, keys: EpochKeys, now: datetime, randomness: Randomness
) -> tuple[Entry, dict[tuple[bytes, int], EpochKey]]:
    """Grants by role and history, and new epochs where the change needs them."""
    histories = {newcomer.device: newcomer.history for newcomer in change.admitted}
    streams: list[Stream] = []
    grants: list[Grant] = []
    new_keys: dict[tuple[bytes, int], EpochKey] = {}
    for stream in after.streams:
        given = [
            grant
            for device in after.devices
            if (grant := _grant(before, after, stream, device, histories.get(device.id), keys, now))
        ]
        lost = {grant.device for grant in before.grants if grant.stream == stream.id}
        is_fewer = not lost <= {grant.device for grant in given}
        first, newest = stream.epochs[0].number, stream.epochs[-1].number
        is_partial = any(grant.device in histories and grant.from_epoch > first for grant in given)
        if is_fewer or is_partial or stream.id in change.renewed:
            key = make_epoch_key(randomness)
            new_keys[stream.id, newest + 1] = key
            stream = replace(stream, epochs=(*stream.epochs, Epoch(newest + 1, commit(key), now)))
        streams.append(stream)
        grants.extend(given)
    for name in change.begun_streams:
        id, key = randomness(limits.ID), make_epoch_key(randomness)
        new_keys[id, 1] = key
        streams.append(Stream(id, name, (Epoch(1, commit(key), now),)))
        grants.extend(
            Grant(device.id, id, 1, History.ALL)
            for device in after.devices
            if role_of(after, device.member) in READERS[name]
        )
    return replace(after, streams=tuple(streams), grants=tuple(grants)), new_keys


def _grant(
    before: Entry,
    after: Entry,
    stream: Stream,
    device: Device,
    history: History | None,
    keys: EpochKeys,
    now: datetime,
) -> Grant | None:
    """What a laptop is given of a stream: what it had, or what its role and invite say; None if nothing.

    A stream whose newest key this laptop does not hold is somebody else's to give.
    """
    role = role_of(after, device.member)
    had = before.grant(device.id, stream.id)
    if role not in READERS.get(stream.name, frozenset()):
        return None
    if had is not None or (stream.id, stream.epochs[-1].number) not in keys:
        return had
    given = History.ALL if history is None or stream.name == CONFIG else history
    if given is History.NONE:
        return Grant(device.id, stream.id, stream.epochs[-1].number + 1, given)
    wanted = stream.epochs[0].number
    if given is History.NINETY_DAYS:
        wanted = max(
            [wanted, *(epoch.number for epoch in stream.epochs if epoch.since_at <= now - HISTORY_AGE)]
        )
    return Grant(device.id, stream.id, max(wanted, _held_since(stream, keys)), given)


def _held_since(stream: Stream, keys: EpochKeys) -> int:
    """The earliest epoch from which this laptop holds every key up to the newest."""
    held = takewhile(lambda epoch: (stream.id, epoch.number) in keys, reversed(stream.epochs))
    return min(epoch.number for epoch in held)


def _pins(before: Entry, after: Entry, ends: Ends) -> tuple[Pin, ...]:
    """The pins there were, and new ones for every laptop that loses a right, in each stream it had."""
    pins = {(pin.device, pin.stream): pin for pin in before.pins}
    losing = losing_devices(before, after)
    for grant in before.grants:
        if grant.device in losing:
            place = (grant.device, grant.stream)
            seq, batch = ends.get(place, (0, NO_BATCH))
            if place not in pins or seq > pins[place].seq:
                pins[place] = Pin(*place, seq, batch)
    return tuple(pins.values())


# ----------------------------------------------------------------------------------------------- wraps


def _wrap_all(before: Entry | None, signed: SignedEntry, keys: EpochKeys) -> tuple[Wrap, ...]:
    """Every key that this entry opens to somebody: new epochs to all readers and to the pairs of holders,
    earlier epochs to whoever is new."""
    after = signed.entry
    had = set() if before is None else {(grant.device, grant.stream) for grant in before.grants}
    is_resplit = before is not None and set(before.recovery_keys) != set(after.recovery_keys)
    wraps: list[Wrap] = []
    for stream in after.streams:
        old = None if before is None else before.stream(stream.id)
        begun = len(old.epochs) if old is not None else 0
        belongs_to = RecoverySet.SAFEGUARDING if stream.name == SAFEGUARDING else RecoverySet.TEAM
        readers = [(after.device(grant.device), grant) for grant in after.grants if grant.stream == stream.id]
        for epoch in stream.epochs:
            key = keys.get((stream.id, epoch.number))
            is_new = epoch.number > begun
            if key is None:
                continue
            if is_new or is_resplit:
                wraps += wrap_to_pairs(
                    key,
                    after.recovery_keys,
                    belongs_to,
                    team=after.team,
                    stream=stream.id,
                    epoch=epoch.number,
                    roster=signed.hash,
                )
            for device, grant in readers:
                is_owed = is_new or (grant.device, stream.id) not in had
                if device is not None and is_owed and epoch.number >= grant.from_epoch:
                    wraps.append(_wrap(key, signed, stream.id, epoch.number, device))
    return tuple(wraps)


def _wrap(key: EpochKey, signed: SignedEntry, stream: bytes, epoch: int, device: Device) -> Wrap:
    place = WrapPlace(
        team=signed.entry.team, stream=stream, epoch=epoch, roster=signed.hash, recipient=device.id
    )
    return Wrap(stream, epoch, device.id, wrap(key, device.hpke_public, place))
