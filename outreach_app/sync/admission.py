"""Letting in and taking out: what a lead's laptop does to the roster.

Public keys are never taken from the server on trust: a request must carry the MAC of a secret that this
laptop gave out, once, and that has not expired. The secret never leaves it but inside the invite itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from msgspec import structs

from outreach_app.domain.trouble import Trouble
from outreach_app.keys import roster_change
from outreach_app.keys.recovery import read_root_sheet
from outreach_app.keys.roster_book import Anchor, join_words
from outreach_app.keys.roster_change import Change, Extension, Newcomer, Signer
from outreach_app.store import batches, membership, oplog
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.store.views import Records
from outreach_app.sync import kept
from outreach_app.sync.enrol import check_name, say
from outreach_app.sync.kept import Issued
from outreach_app.sync.line import Laptop, Line, open_line, post_roster, read_roster
from outreach_app.sync.post import Answered, ours
from outreach_app.wire import invite as wire_invite
from outreach_app.wire import limits, paths
from outreach_app.wire.invite import (
    Invite,
    InviteRegistration,
    JoinRequest,
    SignedJoin,
    derive_keys,
    open_name,
    read_join,
)
from outreach_app.wire.problems import Refused
from outreach_app.wire.roster import (
    History,
    Role,
    Standing,
)

INVITE_AGE = timedelta(days=14)
_ADMITTED_BY_ITSELF = frozenset((Role.WORKER, Role.ANALYST))


class MemberLine(NamedTuple):
    """One member as `members` lists them."""

    id: str
    name: str
    role: str
    status: str
    words: tuple[str, ...]
    invite: str | None = None


# ------------------------------------------------------------------------------------------- inviting


def invite(
    laptop: Laptop,
    *,
    role: str,
    name: str,
    history: str = History.ALL.value,
    member: str | None = None,
) -> str:
    """An invite's text for a new member, or for a second laptop of `member`.

    Works without a network: it is made known to the server by the next round. Raises Trouble
    `lead-only`, `member-missing`, `name-unfit`.
    """
    line = open_line(laptop, _me(laptop))
    if line.role is not Role.LEAD:
        raise Trouble("lead-only", role=line.me.role)
    wanted = Role(role)
    if member is not None:
        listed = line.roster.entry.member(_id_of(member))
        if listed is None or listed.standing is not Standing.ACTIVE:
            raise Trouble("member-missing")
        wanted = listed.role
    else:
        check_name(name)
    secret = laptop.randomness(limits.SECRET)
    made = Invite(
        server=line.me.server,
        team=line.team,
        root_fingerprint=bytes.fromhex(line.me.root_fingerprint),
        roster_version=line.roster.version,
        roster_hash=line.roster.hash,
        role=wanted,
        expires_at=(laptop.clock.now() + INVITE_AGE).replace(microsecond=0),
        inviter=bytes.fromhex(line.me.member),
        secret=secret,
        member=bytes.fromhex(member) if member else None,
    )
    issued = Issued(
        id=derive_keys(secret).id.hex(),
        secret=secret.hex(),
        role=wanted.value,
        name=name,
        history=history,
        expires_at=made.expires_at,
        roster_version=made.roster_version,
        roster_hash=made.roster_hash.hex(),
        member=member,
    )
    laptop.ask(lambda db: kept.keep_invite(db, issued))
    try:
        line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
        _register(line, issued)
    except Trouble as trouble:
        if trouble.code not in ("offline", "server-busy", "server-failed", "server-strange"):
            raise
    except Answered as answered:
        laptop.ask(lambda db: kept.drop_invite(db, issued))
        if answered.report.facts.get("what") == "expiry":
            raise Trouble("clock-wrong") from None
        raise
    return made.encode()


def _register(line: Line, issued: Issued) -> None:
    """Tell the server that an invite exists: its id and until when, nothing more."""
    body = InviteRegistration(bytes.fromhex(issued.id), issued.expires_at).encode()
    line.post.send("POST", paths.fill(paths.INVITES, team=line.team), body)
    line.ask(lambda db: kept.keep_invite(db, structs.replace(issued, is_registered=True)))


# ------------------------------------------------------------------------------------------- admitting


def serve_joins(line: Line) -> int:
    """Register invites made offline, and admit whoever proved a secret that this laptop gave out.

    A worker or analyst comes in by this round; a lead or safeguarding lead waits for `admit`. Returns
    how many were admitted.
    """
    issued = [one for one in line.ask(kept.invites) if not one.is_used]
    if line.role is not Role.LEAD or not issued:
        return 0
    now = line.laptop.clock.now()
    for unknown in issued:
        if not unknown.is_registered and unknown.expires_at > now:
            try:
                _register(line, unknown)
            except Answered as answered:
                # Made offline while this laptop's clock was far out: it ends when no server lets an invite
                # end. Nobody can use it, and nothing else may wait for it.
                if answered.report.facts.get("what") != "expiry":
                    raise
    by_id = {one.id: one for one in line.ask(kept.invites) if not one.is_used and one.expires_at > now}
    raw = line.post.get(paths.fill(paths.JOINS, team=line.team), limits.JOINS_PAGE)
    admitted = 0
    for signed in ours(wire_invite.read_joins, raw):
        given = by_id.get(signed.request.invite.hex())
        if given is None or not _is_proven(signed, given):
            continue
        if Role(given.role) in _ADMITTED_BY_ITSELF and given.member is None:
            _admit(line, given, signed, [])
            admitted += 1
        else:
            _remember(line, given, signed)
    return admitted


def admit(laptop: Laptop, invite_id: str, root_sheet: str | None = None) -> MemberLine:
    """Admit a lead, a safeguarding lead or a second laptop that waits, after comparing six words.

    A lead needs the root sheet (or a second lead). Raises Trouble `join-missing`, `lead-only`,
    `roster-refused` with the rule that is not met.
    """
    line = open_line(laptop, _me(laptop))
    if line.role is not Role.LEAD:
        raise Trouble("lead-only", role=line.me.role)
    waiting = {one.id: one for one in laptop.ask(kept.invites) if one.waiting_join}
    if invite_id not in waiting:
        raise Trouble("join-missing")
    issued = waiting[invite_id]
    signed = read_join(bytes.fromhex(str(issued.waiting_join)))
    signers = [Signer.of_root(read_root_sheet(root_sheet, line.team))] if root_sheet else []
    line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
    read_roster(line)
    _admit(line, issued, signed, signers)
    return next(one for one in members(laptop) if one.id == signed.request.member.hex())


def _is_proven(signed: SignedJoin, issued: Issued) -> bool:
    try:
        signed.verify_self()
        signed.verify_invited(derive_keys(bytes.fromhex(issued.secret)))
    except Refused:
        return False
    return issued.member is None or signed.request.member.hex() == issued.member


def _words(line: Line, issued: Issued, request: JoinRequest) -> tuple[str, ...]:
    """The joiner computed them from the invite, so the inviter does too."""
    there = Anchor(
        line.team,
        bytes.fromhex(line.me.root_fingerprint),
        issued.roster_version,
        bytes.fromhex(issued.roster_hash),
    )
    return join_words(there, Role(issued.role), request)


def _remember(line: Line, issued: Issued, signed: SignedJoin) -> None:
    words = _words(line, issued, signed.request)
    waiting = structs.replace(issued, waiting_join=signed.raw.hex(), words=words)
    line.ask(lambda db: kept.keep_invite(db, waiting))


def _admit(line: Line, issued: Issued, signed: SignedJoin, signers: list[Signer]) -> None:
    """Extend the roster by the joiner with the history that the invite gave, and record the name."""
    request = signed.request
    newcomer = Newcomer(
        member=request.member,
        role=Role(issued.role),
        device=request.device,
        sign_public=request.sign_public,
        seal_public=request.hpke_public,
        history=History(issued.history),
    )

    def make() -> Extension:
        return roster_change.extend(
            line.roster,
            Change(admitted=(newcomer,)),
            keys=line.keys,
            signers=[Signer.of_device(line.device, line.identity), *signers],
            now=line.laptop.clock.now().replace(microsecond=0),
            randomness=line.laptop.randomness,
        )

    if line.roster.entry.device(request.device) is None:
        post_roster(line, make)
    name = open_name(derive_keys(bytes.fromhex(issued.secret)), request)
    words = _words(line, issued, request)
    clock, randomness, me = line.laptop.clock, line.laptop.randomness, line.me

    def write_down(db: Database) -> oplog.Changed:
        with db.atomic():
            used = structs.replace(issued, is_used=True, is_registered=True, waiting_join=None, words=words)
            kept.keep_invite(db, used)
            if Records(db).get(request.member.hex()) is None:
                return say(db, me, "member", request.member.hex(), {"name": name}, clock, randomness)
            return oplog.Changed()

    line.note(line.ask(write_down))


def remove(laptop: Laptop, member: str, root_sheet: str | None = None) -> None:
    """Take a member out: their laptops stop reading, a new epoch begins, what they sent so far is pinned.

    What they seal from now on counts only if a lead accepts it. Taking out a lead needs the root sheet.
    Raises Trouble `lead-only`, `member-missing`, `roster-refused` with the rule that is not met.
    """
    line = open_line(laptop, _me(laptop))
    if line.role is not Role.LEAD:
        raise Trouble("lead-only", role=line.me.role)
    line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
    read_roster(line)
    wanted = _id_of(member)
    listed = line.roster.entry.member(wanted)
    if listed is None or listed.standing is not Standing.ACTIVE:
        raise Trouble("member-missing")
    signers = [Signer.of_root(read_root_sheet(root_sheet, line.team))] if root_sheet else []

    def make() -> Extension:
        entry = line.roster.entry
        devices = [device.id for device in entry.devices if device.member == wanted]
        ends = {
            (device, stream.id): (own.seq, own.id)
            for device in devices
            for name, own in line.ask(lambda db, device=device: batches.last_of_each(db, device)).items()  # type: ignore[misc]
            if (stream := line.roster.stream(name)) is not None
        }
        return roster_change.extend(
            line.roster,
            Change(removed_members=frozenset((wanted,)), ends=ends),
            keys=line.keys,
            signers=[Signer.of_device(line.device, line.identity), *signers],
            now=laptop.clock.now().replace(microsecond=0),
            randomness=laptop.randomness,
        )

    post_roster(line, make)


def renew_old_keys(line: Line) -> None:
    """Begin a new epoch in each stream whose newest key is 90 days old; any lead's laptop does it."""
    if line.role is not Role.LEAD:
        return
    now = line.laptop.clock.now().replace(microsecond=0)

    def make() -> Extension | None:
        stale = roster_change.stale_streams(line.roster, line.device, now)
        if not stale:
            return None
        return roster_change.extend(
            line.roster,
            Change(renewed=stale),
            keys=line.keys,
            signers=[Signer.of_device(line.device, line.identity)],
            now=now,
            randomness=line.laptop.randomness,
        )

    post_roster(line, make)


# ------------------------------------------------------------------------------------------- looking up


def members(laptop: Laptop) -> list[MemberLine]:
    """Everybody of the roster with their names, and whoever waits to be admitted."""
    line = open_line(laptop, _me(laptop))
    issued = laptop.ask(kept.invites)

    def names(db: Database) -> dict[str, str]:
        return {one.id: str(one.get("name") or "") for one in Records(db).find("member")}

    known = laptop.ask(names)
    words = {
        read_join(bytes.fromhex(one.waiting_join)).request.member.hex(): one
        for one in issued
        if one.waiting_join
    }
    listed = []
    if line.book is not None:
        for member in line.book.entry.members:
            used = [one for one in issued if one.is_used and one.name == known.get(member.id.hex())]
            listed.append(
                MemberLine(
                    member.id.hex(),
                    known.get(member.id.hex(), ""),
                    member.role.value,
                    member.standing.value,
                    used[-1].words if used else (),
                )
            )
    waiting = [
        MemberLine(member, one.name, one.role, "waiting", one.words, one.id) for member, one in words.items()
    ]
    return listed + waiting


def _id_of(member: str) -> bytes:
    try:
        return bytes.fromhex(member)
    except ValueError:
        raise Trouble("member-missing") from None


def _me(laptop: Laptop) -> Membership:
    me = laptop.ask(membership.read)
    if me is None:
        raise Trouble("not-enrolled")
    return me
