"""Coming together: found a team, invite, join, admit. Keys are made here and trust is pinned here.

The server sees random ids and public keys. Names are records of the sealed `config` stream; a joiner's
name travels under a key of the invite's secret. Public keys are never taken from the server on trust:
a request must carry the MAC of a secret that this laptop gave out, once, and that has not expired.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import structs

from outreach_app.domain.ids import Clock, MemberId, Randomness, RecordId, to_millis
from outreach_app.domain.operation import Held, stamp
from outreach_app.domain.trouble import Trouble
from outreach_app.keys import roster_change
from outreach_app.keys.identity import Identity
from outreach_app.keys.recovery import RecoverySheet, RootSheet, make_recovery, make_root, read_root_sheet
from outreach_app.keys.roster_book import Anchor, join_words
from outreach_app.keys.roster_change import Change, Extension, Newcomer, Signer
from outreach_app.store import batches, membership, oplog
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.store.views import Records
from outreach_app.sync import kept
from outreach_app.sync.kept import Asked, Issued
from outreach_app.sync.line import Laptop, Line, open_line, post_roster, read_roster
from outreach_app.sync.post import Answered, Post, checked_address, ours
from outreach_app.wire import invite as wire_invite
from outreach_app.wire import limits, paths
from outreach_app.wire.auth import Access
from outreach_app.wire.invite import (
    Invite,
    InviteRegistration,
    JoinRequest,
    JoinState,
    SignedJoin,
    derive_keys,
    open_name,
    read_invite,
    read_join,
    seal_name,
    sign_join,
)
from outreach_app.wire.problems import Altered, Malformed, Refused
from outreach_app.wire.roster import (
    Founding,
    History,
    RecoverySet,
    Role,
    Standing,
    fingerprint,
)

INVITE_AGE = timedelta(days=14)
_ADMITTED_BY_ITSELF = frozenset((Role.WORKER, Role.ANALYST))


@dataclass(frozen=True, slots=True)
class Founded:
    """A new team, and the sheets to print and put away: they are kept nowhere else."""

    membership: Membership
    root: RootSheet = field(repr=False)
    recovery: tuple[RecoverySheet, ...] = field(repr=False)


class Joined(NamedTuple):
    """A join request made; the words are compared with the inviter's."""

    membership: Membership
    words: tuple[str, ...]


class MemberLine(NamedTuple):
    """One member as `members` lists them."""

    id: str
    name: str
    role: str
    status: str
    words: tuple[str, ...]
    invite: str | None = None


# ------------------------------------------------------------------------------------------- founding


def found(
    db: Database,
    post: Post,
    *,
    token: str,
    team_name: str,
    name: str,
    clock: Clock,
    randomness: Randomness,
    is_example: bool = False,
) -> Founded:
    """Found a team on this server with the administrator's one-time token.

    Everything is kept before it is posted, and the post can be repeated: an answer that was lost on the
    way loses nothing. Raises Trouble `team-token-invalid`, `name-unfit`, and those of `post`.
    """
    _check_name(team_name)
    _check_name(name)
    card = post.card()
    if limits.PROTOCOL not in card.protocols or not card.receipt_keys:
        raise Trouble("update-needed")
    identity = Identity.make(randomness)
    team, member, device = (randomness(limits.ID) for _ in range(3))
    root = make_root(team, randomness)
    recovery = make_recovery(team, RecoverySet.TEAM, randomness)
    extension = roster_change.found(
        team=team,
        founder=Newcomer(
            member=member,
            role=Role.LEAD,
            device=device,
            sign_public=identity.sign_public,
            seal_public=identity.seal_public,
        ),
        root=root,
        recovery=recovery,
        receipt_keys=card.receipt_keys[:1],
        now=clock.now().replace(microsecond=0),
        randomness=randomness,
    )
    me = Membership(
        server=post.server,
        team=team.hex(),
        member=member.hex(),
        device=device.hex(),
        role=Role.LEAD.value,
        name=name,
        root_fingerprint=fingerprint(root.public).hex(),
        receipt_key=card.receipt_keys[0].hex(),
        anchor_version=1,
        anchor_hash=extension.book.hash.hex(),
        is_enrolled=True,
        is_example=is_example,
    )
    with db.atomic():
        membership.keep(db, me)
        kept.keep_identity(db, identity)
        kept.keep_post(db, 1, extension.post)
        kept.keep_keys(db, extension.new_keys)
        _say(db, me, "team", team.hex(), {"name": team_name}, clock, randomness)
        _say(db, me, "member", member.hex(), {"name": name}, clock, randomness)
    _post_founding(post, Founding(token.strip(), extension.post))
    return Founded(me, root, recovery)


def _post_founding(post: Post, founding: Founding) -> None:
    """Post it, again where only the answer was lost; the same founding twice is one team."""
    for tries_left in (2, 1, 0):
        try:
            post.send("POST", paths.TEAMS, founding.encode())
            return
        except Trouble as trouble:
            if trouble.code != "offline" or not tries_left:
                raise
        except Answered as answered:
            raise _about_joining(answered) from None


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
        _check_name(name)
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


# -------------------------------------------------------------------------------------------- joining


def join(db: Database, text: str, *, name: str, clock: Clock, randomness: Randomness) -> Joined:
    """Make this laptop's keys and its request under an invite; `round.run` sends it.

    Works without a network. Done again with a waiting profile it keeps keys and member id. Raises
    Trouble `invite-altered`, `invite-unreadable`, `invite-expired`, `name-unfit`, `already-enrolled`.
    """
    _check_name(name)
    offered = open_invite(text, clock.now())
    before = membership.read(db)
    if before is not None and before.is_enrolled:
        raise Trouble("already-enrolled")
    identity = kept.identity(db) if before else Identity.make(randomness)
    member = offered.member or (bytes.fromhex(before.member) if before else randomness(limits.ID))
    device = bytes.fromhex(before.device) if before else randomness(limits.ID)
    keys = derive_keys(offered.secret)
    request = JoinRequest(
        team=offered.team,
        invite=keys.id,
        device=device,
        member=member,
        sign_public=identity.sign_public,
        hpke_public=identity.seal_public,
        sealed_name=seal_name(keys, member, name, randomness(12)),
    )
    words = join_words(Anchor.of_invite(offered), offered.role, request)
    me = Membership(
        server=checked_address(offered.server),
        team=offered.team.hex(),
        member=member.hex(),
        device=device.hex(),
        role=offered.role.value,
        name=name,
        root_fingerprint=offered.root_fingerprint.hex(),
        receipt_key="",
        anchor_version=offered.roster_version,
        anchor_hash=offered.roster_hash.hex(),
        inviter=offered.inviter.hex(),
        invite_secret=offered.secret.hex(),
    )
    with db.atomic():
        membership.keep(db, me)
        kept.keep_identity(db, identity)
        kept.keep_asked(db, Asked(sign_join(request, keys, identity.signer), words))
    return Joined(me, words)


def open_invite(text: str, now: datetime) -> Invite:
    """Read an invite as it was pasted; says whether it was altered, is no invite, or has expired."""
    try:
        offered = read_invite(text)
    except Altered:
        raise Trouble("invite-altered") from None
    except Malformed:
        raise Trouble("invite-unreadable") from None
    if offered.expires_at <= now:
        raise Trouble("invite-expired")
    return offered


def ask_again(line: Line) -> None:
    """Put the join request to the server, once more if need be, and pin its receipt key for now.

    The receipt key that counts comes with the roster; until then it only signs the laptop in.
    """
    asked = line.ask(kept.asked)
    if asked is None:
        raise Trouble("not-enrolled")
    if not line.me.receipt_key:
        card = line.post.card()
        if limits.PROTOCOL not in card.protocols or not card.receipt_keys:
            raise Trouble("update-needed")
        line.me = structs.replace(line.me, receipt_key=card.receipt_keys[0].hex())
        me = line.me
        line.ask(lambda db: membership.keep(db, me))
    request = read_join(asked.raw).request
    try:
        line.post.send("POST", paths.fill(paths.JOINS, team=line.team), asked.raw)
    except Answered as answered:
        raise _about_joining(answered) from None
    access = line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
    if access is Access.JOINING:
        path = paths.fill(paths.JOIN, team=line.team, invite=request.invite)
        state = ours(wire_invite.read_join_state, line.post.get(path, limits.SMALL_BODY))
        if state is JoinState.EXPIRED:
            raise Trouble("invite-expired")


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
                return _say(db, me, "member", request.member.hex(), {"name": name}, clock, randomness)
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


def _say(
    db: Database,
    me: Membership,
    kind: str,
    record: str,
    said: dict[str, str],
    clock: Clock,
    randomness: Randomness,
) -> oplog.Changed:
    """A record of the team's own making: its name, a member's name."""
    now = clock.now()
    operation: Held = stamp(
        kind=kind,
        record=RecordId(record),
        author=MemberId(me.member),
        role=me.role,
        at=max(to_millis(now), oplog.last_at(db, to_millis(now))),
        zone=clock.zone_minutes(now),
        salt=randomness(16),
        set=said,
    )
    return oplog.add_own(db, [operation])


def _check_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= limits.NAME_CHARACTERS or any(
        not letter.isprintable() for letter in name
    ):
        raise Trouble("name-unfit", most=limits.NAME_CHARACTERS)


_JOIN_TROUBLES: Callable[[str], str | None] = {
    "invite-unknown": "invite-unknown",
    "invite-used": "invite-used",
    "invite-expired": "invite-expired",
    "team-token-invalid": "team-token-invalid",
}.get


def _about_joining(answered: Answered) -> Exception:
    code = _JOIN_TROUBLES(answered.report.code)
    return Trouble(code) if code else answered
