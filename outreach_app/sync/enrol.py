"""Coming in: found a team, or join one. Keys are made here and trust is pinned here.

The server sees random ids and public keys. Names are records of the sealed `config` stream; a joiner's
name travels under a key of the invite's secret. Inviting and admitting is `admission`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from msgspec import structs

from outreach_app.domain.ids import Clock, MemberId, Randomness, RecordId, to_millis
from outreach_app.domain.operation import Held, stamp
from outreach_app.domain.trouble import Trouble
from outreach_app.keys import roster_change
from outreach_app.keys.identity import Identity
from outreach_app.keys.recovery import RecoverySheet, RootSheet, make_recovery, make_root
from outreach_app.keys.roster_book import Anchor, join_words
from outreach_app.keys.roster_change import Newcomer
from outreach_app.store import membership, oplog
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.sync import kept
from outreach_app.sync.kept import Asked
from outreach_app.sync.line import Line
from outreach_app.sync.post import Answered, Post, checked_address, ours
from outreach_app.wire import invite as wire_invite
from outreach_app.wire import limits, paths
from outreach_app.wire.auth import Access
from outreach_app.wire.invite import (
    Invite,
    JoinRequest,
    JoinState,
    derive_keys,
    read_invite,
    read_join,
    seal_name,
    sign_join,
)
from outreach_app.wire.problems import Altered, Malformed
from outreach_app.wire.roster import (
    Founding,
    RecoverySet,
    Role,
    fingerprint,
)


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
    check_name(team_name)
    check_name(name)
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
        say(db, me, "team", team.hex(), {"name": team_name}, clock, randomness)
        say(db, me, "member", member.hex(), {"name": name}, clock, randomness)
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


# -------------------------------------------------------------------------------------------- joining


def join(db: Database, text: str, *, name: str, clock: Clock, randomness: Randomness) -> Joined:
    """Make this laptop's keys and its request under an invite; `round.run` sends it.

    Works without a network. Done again with a waiting profile it keeps keys and member id. Raises
    Trouble `invite-altered`, `invite-unreadable`, `invite-expired`, `name-unfit`, `already-enrolled`.
    """
    check_name(name)
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


# ------------------------------------------------------------------------------------- what both share


def say(
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


def check_name(name: str) -> None:
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
