"""Who may change what in a roster: pure, one small rule for each sentence of the protocol.

An entry holds the whole state, so a rule compares the state before with the state after and asks who
signed. Signers count by what they were *before* the entry: nobody lends himself a right.

    anything                      the root key, a lead or a safeguarding lead (DSL)
    add, remove, change a lead    the root key, or two leads
    add, remove, change a DSL     the root key, or a DSL
    a lead's or DSL's laptop      the root key, or that member's own laptop; to take it or its streams away
                                  also as above
    a new epoch, a grant          the root key, or a lead or DSL whose laptop reads the stream
    recovery keys                 as leads, or as DSLs for the safeguarding set; lane key: as DSLs
    fewer readers                 demand a new epoch, and pins for whoever lost a right
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from outreach_app.domain.trouble import Trouble
from outreach_app.wire.problems import Forged
from outreach_app.wire.roster import (
    Device,
    Entry,
    Member,
    Pin,
    RecoverySet,
    Role,
    SignedEntry,
    Standing,
    Stream,
    fingerprint,
)

CONFIG = "config"
TEAM = "team"
SAFEGUARDING = "safeguarding"

READERS: Mapping[str, frozenset[Role]] = {
    CONFIG: frozenset(Role),
    TEAM: frozenset((Role.WORKER, Role.LEAD, Role.DSL)),
    "counts": frozenset(Role),
    "private": frozenset((Role.LEAD,)),
    "vault": frozenset((Role.WORKER, Role.LEAD, Role.DSL)),
    SAFEGUARDING: frozenset((Role.DSL,)),
}
"""Which roles may be given a stream's keys. Who holds keys can read; what he may write is up to kinds."""

_NOTHING_LOST = {(Role.WORKER, Role.LEAD)}
"""Changes of role after which everything that was allowed before still is."""


class Past(NamedTuple):
    """What entries before the last one have used up: removed laptops never come back under their old keys."""

    devices: frozenset[bytes]
    keys: frozenset[bytes]


class _Signers(NamedTuple):
    is_root: bool
    devices: frozenset[bytes]
    leads: frozenset[bytes]
    dsls: frozenset[bytes]

    @property
    def may_manage(self) -> bool:
        return self.is_root or bool(self.leads)

    @property
    def may_change_leads(self) -> bool:
        return self.is_root or len(self.leads) > 1

    @property
    def may_change_dsls(self) -> bool:
        return self.is_root or bool(self.dsls)


class _Step(NamedTuple):
    """One entry upon another, and who signed it."""

    before: Entry
    after: Entry
    signers: _Signers
    past: Past


def check_first(signed: SignedEntry) -> None:
    """Pass only a rightful beginning: version 1, signed by its root key, with a lead and no pins.

    Raises Trouble "roster-refused" with the version and the rule.
    """
    entry = signed.entry
    if entry.version != 1:
        raise refusal(signed, "not-the-first")
    _verify_signers(signed, None)  # nobody is in use before, so only the root can have signed
    rules = (_has_lead(entry), _fits_roles(entry), *(_counts_from_one(stream) for stream in entry.streams))
    for broken in (*filter(None, rules), *(["pin-unasked"] if entry.pins else [])):
        raise refusal(signed, broken)


def check_step(before: Entry, signed: SignedEntry, past: Past) -> None:
    """Pass only an entry that may follow `before`, which is believed. Raises Trouble "roster-refused".

    That `prev` and `version` follow is the book's business.
    """
    after = signed.entry
    if (after.team, after.root_public) != (before.team, before.root_public):
        raise refusal(signed, "another-team")
    step = _Step(before, after, _verify_signers(signed, before), past)
    for rule in _RULES:
        for broken in rule(step):
            raise refusal(signed, broken)


def refusal(signed: SignedEntry, rule: str) -> Trouble:
    """Why an entry is not believed."""
    return Trouble("roster-refused", version=signed.entry.version, rule=rule)


def role_of(entry: Entry, member: bytes) -> Role | None:
    """The role of an active member; None for a stranger and for one who was removed."""
    found = entry.member(member)
    return found.role if found is not None and found.standing is Standing.ACTIVE else None


def loses_rights(before: Role | None, after: Role | None) -> bool:
    """Whether somebody with the first role may no longer do all of it with the second."""
    return before is not None and before != after and (before, after) not in _NOTHING_LOST


# --------------------------------------------------------------------------------------------- signers


def _verify_signers(signed: SignedEntry, before: Entry | None) -> _Signers:
    """Every signature that is there must hold and be of the root or of a laptop in use."""
    root_public = signed.entry.root_public
    is_root, devices = False, list[Device]()
    for kid in signed.signers:
        device = before.device(kid) if before is not None else None
        try:
            if kid == fingerprint(root_public):
                signed.verify(kid, root_public)
                is_root = True
            elif device is not None:
                signed.verify(kid, device.sign_public)
                devices.append(device)
            else:
                raise refusal(signed, "signer-unknown")
        except Forged:
            raise refusal(signed, "forged") from None
    members = {device.member: before and role_of(before, device.member) for device in devices}
    return _Signers(
        is_root,
        frozenset(device.id for device in devices),
        frozenset(member for member, role in members.items() if role is Role.LEAD),
        frozenset(member for member, role in members.items() if role is Role.DSL),
    )


def _signer_reads(step: _Step, stream: bytes) -> bool:
    """A lead or DSL who signed reads the stream already, or the root signed."""
    trusted = step.signers.leads | step.signers.dsls
    return step.signers.is_root or any(
        device.id in step.signers.devices
        and device.member in trusted
        and step.before.grant(device.id, stream) is not None
        for device in step.before.devices
    )


# ----------------------------------------------------------------------------------------------- rules


def _somebody_trusted(step: _Step) -> Iterator[str]:
    if not (step.signers.may_manage or step.signers.dsls):
        yield "needs-lead"


def _members(step: _Step) -> Iterator[str]:
    if not {member.id for member in step.before.members} <= {member.id for member in step.after.members}:
        yield "member-vanished"
    for member in step.after.members:
        old, new = role_of(step.before, member.id), role_of(step.after, member.id)
        if old == new:
            continue
        roles = {old, new}
        if Role.LEAD in roles and not step.signers.may_change_leads:
            yield "lead-needs-two"
        if Role.DSL in roles and not step.signers.may_change_dsls:
            yield "dsl-needs-dsl"
        if not roles & {Role.LEAD, Role.DSL} and not step.signers.may_manage:
            yield "needs-lead"
    if broken := _has_lead(step.after):
        yield broken


def _devices(step: _Step) -> Iterator[str]:
    before = {device.id: device for device in step.before.devices}
    after = {device.id: device for device in step.after.devices}
    if any(before[id] != after[id] for id in before.keys() & after.keys()):
        yield "device-changed"
    for id in after.keys() - before.keys():
        if id in step.past.devices or after[id].sign_public in step.past.keys:
            yield "device-returned"
        if not _may_touch_device(step, after[id].member, is_removal=False):
            yield "device-needs-owner"
    for id in before.keys() - after.keys():
        if not _may_touch_device(step, before[id].member, is_removal=True):
            yield "device-needs-owner"


def _may_touch_device(step: _Step, member: bytes, *, is_removal: bool) -> bool:
    role = role_of(step.before, member)
    if role is not role_of(step.after, member):
        return True  # whoever may change the member's role may give or take the laptops
    if role not in (Role.LEAD, Role.DSL):
        return step.signers.may_manage
    owns = any(
        device.member == member and device.id in step.signers.devices for device in step.before.devices
    )
    peers = step.signers.may_change_leads if role is Role.LEAD else step.signers.may_change_dsls
    return owns or step.signers.is_root or (is_removal and peers)


def _streams(step: _Step) -> Iterator[str]:
    after = {stream.id: stream for stream in step.after.streams}
    for old in step.before.streams:
        new = after.pop(old.id, None)
        if new is None or new.name != old.name or new.epochs[: len(old.epochs)] != old.epochs:
            yield "stream-changed"
        elif broken := _counts_from_one(new):
            yield broken
        elif new.epochs != old.epochs and not _signer_reads(step, old.id):
            yield "epoch-needs-reader"
    for new in after.values():
        if broken := _counts_from_one(new):
            yield broken
        if not (step.signers.may_change_dsls if new.name == SAFEGUARDING else step.signers.may_manage):
            yield "stream-needs-lead"


def _grants(step: _Step) -> Iterator[str]:
    staying = {device.id for device in step.after.devices}
    before = {grant for grant in step.before.grants if grant.device in staying}
    known = {stream.id for stream in step.before.streams}
    touched = {grant.stream for grant in before ^ set(step.after.grants)} & known
    if not all(_signer_reads(step, stream) for stream in touched):
        yield "grant-needs-reader"
    now = {(grant.device, grant.stream): grant.from_epoch for grant in step.after.grants}
    for grant in before:
        is_less = grant.from_epoch < now.get((grant.device, grant.stream), math.inf)
        owner = step.before.device(grant.device)
        if is_less and owner and not _may_touch_device(step, owner.member, is_removal=True):
            yield "device-needs-owner"
    if broken := _fits_roles(step.after):
        yield broken


def _fewer_readers(step: _Step) -> Iterator[str]:
    for stream in step.before.streams:
        lost = _readers(step.before, stream.id) - _readers(step.after, stream.id)
        now = step.after.stream(stream.id)
        if lost and now is not None and now.epochs == stream.epochs:
            yield "epoch-missing"


def _pins(step: _Step) -> Iterator[str]:
    before, after = _pins_of(step.before), _pins_of(step.after)
    losing = losing_devices(step.before, step.after)
    if any(after.get(place) != pin for place, pin in before.items() if place[0] not in losing):
        yield "pin-changed"
    for place, pin in after.items():
        if place[0] not in losing and place not in before:
            yield "pin-unasked"
        elif place in before and pin.seq < before[place].seq:
            yield "pin-lowered"
    for grant in step.before.grants:
        if grant.device in losing and (grant.device, grant.stream) not in after:
            yield "pin-missing"


def _other_keys(step: _Step) -> Iterator[str]:
    before, after, signers = step.before, step.after, step.signers
    if before.lane_public != after.lane_public and not signers.may_change_dsls:
        yield "lane-needs-dsl"
    changed = {key.belongs_to for key in set(before.recovery_keys) ^ set(after.recovery_keys)}
    if RecoverySet.TEAM in changed and not signers.may_change_leads:
        yield "recovery-needs-two"
    if RecoverySet.SAFEGUARDING in changed and not signers.may_change_dsls:
        yield "recovery-needs-dsl"
    if before.receipt_keys != after.receipt_keys and not signers.may_manage:
        yield "needs-lead"


_RULES: tuple[Callable[[_Step], Iterator[str]], ...] = (
    _somebody_trusted,
    _members,
    _devices,
    _streams,
    _grants,
    _fewer_readers,
    _pins,
    _other_keys,
)


# ------------------------------------------------------------------------------------- of one state


def losing_devices(before: Entry, after: Entry) -> frozenset[bytes]:
    """Laptops that are gone, whose member may do less, or that read fewer streams."""
    staying = {device.id for device in after.devices}
    granted = {(grant.device, grant.stream) for grant in after.grants}
    return frozenset(
        device.id
        for device in before.devices
        if device.id not in staying
        or loses_rights(role_of(before, device.member), role_of(after, device.member))
        or any(
            (grant.device, grant.stream) not in granted
            for grant in before.grants
            if grant.device == device.id
        )
    )


def _readers(entry: Entry, stream: bytes) -> set[bytes]:
    return {grant.device for grant in entry.grants if grant.stream == stream}


def _pins_of(entry: Entry) -> dict[tuple[bytes, bytes], Pin]:
    return {(pin.device, pin.stream): pin for pin in entry.pins}


def _has_lead(entry: Entry) -> str | None:
    leads = (member for member in entry.members if _is_lead(member))
    return None if any(leads) else "no-lead"


def _is_lead(member: Member) -> bool:
    return (member.role, member.standing) == (Role.LEAD, Standing.ACTIVE)


def _fits_roles(entry: Entry) -> str | None:
    """Nobody is given a stream that his role may not read, and `config` is always given in full."""
    roles = {device.id: role_of(entry, device.member) for device in entry.devices}
    streams = {stream.id: stream for stream in entry.streams}
    for grant in entry.grants:
        stream = streams[grant.stream]
        if roles[grant.device] not in READERS.get(stream.name, frozenset(Role)):
            return "grant-role"
        if stream.name == CONFIG and grant.from_epoch != stream.epochs[0].number:
            return "config-in-full"
    return None


def _counts_from_one(stream: Stream) -> str | None:
    numbers = [epoch.number for epoch in stream.epochs]
    return None if numbers == list(range(1, len(numbers) + 1)) else "epoch-numbers"
