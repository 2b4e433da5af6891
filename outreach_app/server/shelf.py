"""What is kept, and in which order: one method is one transaction.

A batch's number is given under its stream's row lock in the transaction that inserts it, so
numbers are gapless and are commit order; the head moves with it. Everything a caller may do is
checked again inside the transaction, so a removal counts from its commit on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from outreach_app.server import intake, schema, settings
from outreach_app.server.engine import Database
from outreach_app.server.intake import Arrival, Known, Posting
from outreach_app.server.refusal import Refusal
from outreach_app.wire import limits, receipt, roster
from outreach_app.wire.auth import Access
from outreach_app.wire.batch import hash_batch, read_header
from outreach_app.wire.invite import InviteRegistration, JoinState, SignedJoin
from outreach_app.wire.receipt import Head, Receipt
from outreach_app.wire.roster import Role, RosterPost, Wrap
from outreach_app.wire.seen import SignedSeen

_INVITERS = (Role.LEAD, Role.DSL)

Randomness = Callable[[int], bytes]


class Caller(NamedTuple):
    """Who a session speaks for."""

    team: bytes
    device: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What the shelf knows of a device."""

    caller: Caller
    role: Role
    sign_public: bytes
    access: Access
    is_blocked: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a batch stands; `is_new` is False when it was here before."""

    receipt: Receipt
    is_new: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A batch on the shelf; `body` is None if what is kept no longer fits the header."""

    receipt: Receipt
    header: bytes
    body: bytes | None


class Shelf:
    """The tables of one database, behind verbs."""

    def __init__(self, database: Database, randomness: Randomness) -> None:
        self._database = database
        self._randomness = randomness
        self._author_keys: dict[Caller, bytes] = {}

    # ------------------------------------------------------------------------------- teams and rosters

    def found(self, token_hash: bytes, posting: Posting, at: datetime) -> bool:
        """A new team under a one-time token; False if this very team was founded with it before."""
        entry = posting.entry
        with self._database.writing() as db:
            token = db.execute(
                select(schema.team_token).where(schema.team_token.c.hash == token_hash).with_for_update()
            ).first()
            if token is None or (token.team is None and token.expires_at <= at):
                raise Refusal("team-token-invalid")
            first = db.execute(_entry_at(entry.team, 1)).first()
            if first is not None:
                if first.hash == posting.signed.hash and token.team == entry.team:
                    return False
                raise Refusal("team-exists")
            if token.team is not None:
                raise Refusal("team-token-invalid")
            db.execute(
                update(schema.team_token)
                .where(schema.team_token.c.hash == token_hash)
                .values(team=entry.team)
            )
            db.execute(
                insert(schema.team).values(
                    id=entry.team,
                    label=token.label,
                    root_public=entry.root_public,
                    version=1,
                    founded_at=at,
                )
            )
            self._keep_entry(db, posting, at)
            return True

    def extend(self, team: bytes, caller: Caller | None, posting: Posting, at: datetime) -> bool:
        """The next entry with all its wraps, or nothing; False if it is here already.

        Without a session (`caller` None) only the root's signature opens the door. An entry that is
        here already takes up no further wraps: they came with it, from whoever it let post them.
        """
        entry = posting.entry
        if entry.team != team:
            raise Refusal("roster-invalid")
        with self._database.writing() as db:
            row = db.execute(select(schema.team).where(schema.team.c.id == team).with_for_update()).first()
            if row is None:
                raise Refusal("not-found")
            if caller is not None:
                self._require_member(db, caller)
            elif not intake.is_signed_by_root(posting):
                raise Refusal("token-invalid")
            present = db.execute(_entry_at(team, entry.version)).first()
            if present is not None and present.hash == posting.signed.hash:
                return False
            newest = roster.read_entry(db.execute(_entry_at(team, row.version)).one().entry)
            listed = {device.id: device.sign_public for device in newest.entry.devices}
            intake.check_signers(posting, row.root_public, listed)
            intake.check_succession(posting, newest, self._devices(db, team))
            db.execute(update(schema.team).where(schema.team.c.id == team).values(version=entry.version))
            self._keep_entry(db, posting, at)
            return True

    def roster_after(self, caller: Caller, version: int, *, is_whole: bool) -> tuple[RosterPost, ...]:
        """Entries after a version, oldest first, up to a page; with this device's wraps, or with all."""
        with self._database.reading() as db:
            self._require_member(db, caller)
            versions = db.execute(
                select(schema.roster_entry.c.version)
                .where(schema.roster_entry.c.team == caller.team, schema.roster_entry.c.version > version)
                .order_by(schema.roster_entry.c.version)
                .limit(limits.ROSTER_PAGE_ENTRIES)
            ).scalars()
            posts: list[RosterPost] = []
            room = limits.ROSTER_PAGE
            for each in versions.all():
                entry = db.execute(_entry_at(caller.team, each)).one().entry
                post = RosterPost(entry, self._wraps(db, caller, each, is_whole=is_whole))
                room -= len(post.encode())
                if posts and room < 0:
                    break
                posts.append(post)
            return tuple(posts)

    def _wraps(self, db: Connection, caller: Caller, version: int, *, is_whole: bool) -> tuple[Wrap, ...]:
        wrap = schema.wrap.c
        query = select(wrap.stream, wrap.epoch, wrap.recipient, wrap.sealed).where(
            wrap.team == caller.team, wrap.version == version
        )
        if not is_whole:
            query = query.where(wrap.recipient == caller.device)
        return tuple(sorted(Wrap(*row) for row in db.execute(query)))

    def _keep_entry(self, db: Connection, posting: Posting, at: datetime) -> None:
        entry = posting.entry
        db.execute(
            insert(schema.roster_entry).values(
                team=entry.team,
                version=entry.version,
                hash=posting.signed.hash,
                entry=posting.signed.raw,
                posted_at=at,
            )
        )
        self._keep_wraps(db, posting)
        self._keep_streams(db, posting)
        self._keep_devices(db, posting)

    def _keep_wraps(self, db: Connection, posting: Posting) -> None:
        rows = [
            {
                "team": posting.entry.team,
                "version": posting.entry.version,
                "recipient": each.recipient,
                "stream": each.stream,
                "epoch": each.epoch,
                "sealed": each.sealed,
            }
            for each in posting.wraps
        ]
        if rows:
            db.execute(insert(schema.wrap), rows)

    def _keep_streams(self, db: Connection, posting: Posting) -> None:
        entry, stream = posting.entry, schema.stream.c
        ids = [each.id for each in entry.streams]
        rows = db.execute(select(stream.id, stream.team).where(stream.id.in_(ids)))
        owners = {row.id: row.team for row in rows}
        if any(owner != entry.team for owner in owners.values()):
            raise Refusal("roster-invalid")
        for each in entry.streams:
            if each.id not in owners:
                db.execute(
                    insert(schema.stream).values(
                        id=each.id,
                        team=entry.team,
                        name=each.name,
                        history=self._randomness(limits.ID),
                        team_seq=0,
                        head=receipt.first_head(each.id),
                    )
                )
        readers = [{"stream": grant.stream, "device": grant.device} for grant in entry.grants]
        db.execute(delete(schema.reader).where(schema.reader.c.stream.in_(ids)))
        if readers:
            db.execute(insert(schema.reader), readers)

    def _keep_devices(self, db: Connection, posting: Posting) -> None:
        entry, device = posting.entry, schema.device
        rows = db.execute(
            select(device.c.id, device.c.role, device.c.removed_by).where(device.c.team == entry.team)
        )
        known = {row.id: (row.role, row.removed_by) for row in rows}
        roles = {member.id: member.role.value for member in entry.members}
        for each in entry.devices:
            if known.get(each.id) == (roles[each.member], None):
                continue
            if each.id in known:
                db.execute(
                    update(device)
                    .where(device.c.team == entry.team, device.c.id == each.id)
                    .values(role=roles[each.member], removed_by=None)
                )
            else:
                db.execute(
                    insert(device).values(
                        team=entry.team,
                        id=each.id,
                        member=each.member,
                        role=roles[each.member],
                        sign_public=each.sign_public,
                        late_bytes=0,
                    )
                )
        listed = [each.id for each in entry.devices]
        db.execute(
            update(device)
            .where(device.c.team == entry.team, device.c.id.not_in(listed), device.c.removed_by.is_(None))
            .values(removed_by=entry.version)
        )

    def _devices(self, db: Connection, team: bytes) -> dict[bytes, Known]:
        device = schema.device.c
        rows = db.execute(select(device.id, device.member, device.sign_public).where(device.team == team))
        return {row.id: Known(row.member, row.sign_public) for row in rows}

    # -------------------------------------------------------------------------------- invites and joins

    def register_invite(self, caller: Caller, registration: InviteRegistration, at: datetime) -> None:
        """Make an invite id known until it expires; the same again changes nothing."""
        invite = schema.invite
        with self._database.writing() as db:
            if self._require_member(db, caller).role not in _INVITERS:
                raise Refusal("not-entitled")
            row = db.execute(select(invite).where(invite.c.id == registration.id)).first()
            if row is not None:
                if row.team != caller.team:
                    raise Refusal("not-entitled")
                return
            is_open = and_(invite.c.team == caller.team, invite.c.expires_at > at)
            count = db.execute(select(func.count()).select_from(invite).where(is_open)).scalar_one()
            if count >= settings.OPEN_INVITES:
                raise Refusal("too-many-requests", retry_after=3600)
            db.execute(
                insert(invite).values(
                    id=registration.id,
                    team=caller.team,
                    registered_by=caller.device,
                    expires_at=registration.expires_at,
                )
            )

    def join(self, signed: SignedJoin, at: datetime) -> bool:
        """One request under one invite; the same laptop may correct its own, False if nothing is new.

        Nothing is new either for a laptop that the roster lists: a restored server may have lost the
        invite and got the roster back. One that was removed comes back with new keys or not at all.
        """
        request, joins = signed.request, schema.join_request
        with self._database.writing() as db:
            listed = self._device_row(db, Caller(request.team, request.device))
            if listed is not None and listed.sign_public == request.sign_public:
                if listed.removed_by is not None:
                    raise Refusal("device-revoked")
                return False
            row = db.execute(
                select(schema.invite).where(schema.invite.c.id == request.invite).with_for_update()
            ).first()
            if row is None or row.team != request.team:
                raise Refusal("invite-unknown")
            before = db.execute(select(joins).where(joins.c.invite == request.invite)).first()
            if before is not None and before.request == signed.raw:
                return False
            if row.expires_at <= at:
                raise Refusal("invite-expired")
            if before is not None and (before.device, before.sign_public) != (
                request.device,
                request.sign_public,
            ):
                raise Refusal("invite-used")
            # A laptop that waits and is given another invite (the first ran out) asks under that one now.
            db.execute(
                delete(joins).where(
                    joins.c.team == request.team,
                    joins.c.device == request.device,
                    joins.c.sign_public == request.sign_public,
                    joins.c.invite != request.invite,
                )
            )
            if before is None and self._is_device_taken(db, request.team, request.device):
                raise Refusal("invite-used")
            if before is not None:
                db.execute(delete(joins).where(joins.c.invite == request.invite))
            db.execute(
                insert(joins).values(
                    invite=request.invite,
                    team=request.team,
                    device=request.device,
                    sign_public=request.sign_public,
                    request=signed.raw,
                    made_at=at,
                )
            )
            return True

    def waiting_joins(self, caller: Caller) -> tuple[bytes, ...]:
        """Requests of laptops that no roster entry has listed yet, newest first: old ones cannot crowd it."""
        joins, device = schema.join_request.c, schema.device.c
        with self._database.reading() as db:
            if self._require_member(db, caller).role not in _INVITERS:
                raise Refusal("not-entitled")
            listed = select(device.id).where(device.team == caller.team)
            rows = db.execute(
                select(joins.request)
                .where(joins.team == caller.team, joins.device.not_in(listed))
                .order_by(joins.made_at.desc(), joins.invite)
            )
            room, requests = limits.JOINS_PAGE // 2, list[bytes]()
            for request in rows.scalars():
                room -= len(request)
                if room < 0:
                    break
                requests.append(request)
            return tuple(requests)

    def join_state(self, caller: Caller, invite: bytes, at: datetime) -> JoinState:
        """How a request stands, for the laptop that made it."""
        joins = schema.join_request
        with self._database.reading() as db:
            row = db.execute(
                select(joins.c.device, schema.invite.c.expires_at)
                .join(schema.invite, schema.invite.c.id == joins.c.invite)
                .where(joins.c.invite == invite, joins.c.team == caller.team)
            ).first()
            if row is None or row.device != caller.device:
                raise Refusal("not-found")
            if self._devices(db, caller.team).get(caller.device) is not None:
                return JoinState.ADMITTED
            return JoinState.EXPIRED if row.expires_at <= at else JoinState.WAITING

    def _is_device_taken(self, db: Connection, team: bytes, device: bytes) -> bool:
        joins = schema.join_request.c
        return (
            self._device_row(db, Caller(team, device)) is not None
            or db.execute(select(joins.invite).where(joins.team == team, joins.device == device)).first()
            is not None
        )

    # ------------------------------------------------------------------------------------------ devices

    def standing(self, caller: Caller) -> Standing | None:
        """What is known of a device: listed, removed, or only asking to join; None for a stranger."""
        with self._database.reading() as db:
            row = self._device_row(db, caller)
            if row is not None:
                return _standing(caller, row)
            joins = schema.join_request.c
            public = db.execute(
                select(joins.sign_public).where(joins.team == caller.team, joins.device == caller.device)
            ).scalar()
            if public is None:
                return None
            return Standing(caller, Role.WORKER, public, Access.JOINING, is_blocked=False)

    def note_visit(self, caller: Caller, at: datetime) -> None:
        """Remember when a device last opened a session, for the administrator's status."""
        device = schema.device
        with self._database.writing() as db:
            db.execute(update(device).where(*_is_device(caller)).values(last_seen_at=at))

    def _device_row(self, db: Connection, caller: Caller) -> Row[Any] | None:
        return db.execute(select(schema.device).where(*_is_device(caller))).first()

    def _require_member(self, db: Connection, caller: Caller) -> Standing:
        """The caller's standing, if it is listed in the newest entry and not blocked."""
        row = self._device_row(db, caller)
        if row is None:
            raise Refusal("device-unknown")
        standing = _standing(caller, row)
        if standing.is_blocked:
            raise Refusal("device-blocked")
        if standing.access is Access.REMOVED:
            raise Refusal("device-revoked")
        return standing

    def _require_reader(self, db: Connection, caller: Caller, stream: bytes) -> Row[Any]:
        """The stream's row, if the newest entry grants it to the caller."""
        self._require_member(db, caller)
        row = db.execute(
            select(schema.stream)
            .join(schema.reader, schema.reader.c.stream == schema.stream.c.id)
            .where(
                schema.stream.c.id == stream,
                schema.stream.c.team == caller.team,
                schema.reader.c.device == caller.device,
            )
        ).first()
        if row is None:
            raise Refusal("not-entitled")
        return row

    # ------------------------------------------------------------------------------------------ batches

    def author_key(self, caller: Caller, arrival: Arrival) -> bytes:
        """The public key of the batch's device, which some entry of the caller's team has listed."""
        preamble = arrival.header.preamble
        if preamble.team != caller.team:
            raise Refusal("not-entitled")
        author = Caller(preamble.team, preamble.device)
        public = self._author_keys.get(author)
        if public is None:
            with self._database.reading() as db:
                row = self._device_row(db, author)
            if row is None:
                raise Refusal("device-unknown")
            # A device's key never changes (`intake.check_succession`), so it need not be asked for again.
            public = self._author_keys[author] = row.sign_public
        return public

    def store(self, caller: Caller, arrival: Arrival, at: datetime) -> Stored:
        """Give a verified batch its number, or find the one it has.

        The same batch again gives the same receipt and heals stored bytes that no longer fit.
        Another batch at the same place of a device's chain is refused with the stored header.
        """
        header, preamble = arrival.header, arrival.header.preamble
        place = {"stream": preamble.stream, "device": preamble.device, "seq": preamble.seq}
        with self._database.writing() as db:
            row = db.execute(_PLACE, {"stream": preamble.stream, **caller._asdict()}).first()
            if row is None:
                raise Refusal("not-found")
            is_late = row.removed_by is not None or row.blocked_at is not None
            if preamble.device != caller.device:
                self._require_reader(db, caller, preamble.stream)
            present = db.execute(_PRESENT, {"id": header.batch_id, **place}).first()
            if present is not None:
                if present.id != header.batch_id:
                    raise Refusal("batch-conflict", attached={"header": (present.header,)})
                self._heal(db, present, arrival)
                return Stored(_receipt(row.history, present), is_new=False)
            size = len(arrival.batch.header) + len(arrival.batch.body)
            if is_late:
                self._take_late_room(db, caller, row.late_bytes + size)
            team_seq = row.team_seq + 1
            head = receipt.next_head(row.head, team_seq, header.batch_id)
            db.execute(
                _INSERT,
                {
                    **place,
                    "team_seq": team_seq,
                    "id": header.batch_id,
                    "head": head,
                    "is_late": int(is_late),
                    "size": size,
                    "received_at": at,
                    "header": arrival.batch.header,
                    "body": arrival.batch.body,
                },
            )
            db.execute(_ADVANCE, {"at": preamble.stream, "to": team_seq, "new_head": head})
            receipted = Receipt(header.batch_id, preamble.stream, row.history, team_seq, head)
            return Stored(receipted, is_new=True)

    def _heal(self, db: Connection, present: Row[Any], arrival: Arrival) -> None:
        if (present.header, present.body) != (arrival.batch.header, arrival.batch.body):
            db.execute(
                update(schema.batch)
                .where(schema.batch.c.id == present.id)
                .values(header=arrival.batch.header, body=arrival.batch.body)
            )

    def _take_late_room(self, db: Connection, caller: Caller, late_bytes: int) -> None:
        if late_bytes > settings.LATE_BYTES:
            raise Refusal("quota-exceeded", facts={"cap": settings.LATE_BYTES})
        db.execute(update(schema.device).where(*_is_device(caller)).values(late_bytes=late_bytes))

    def page(
        self, caller: Caller, stream: bytes, after: int, limit: int, history: bytes | None
    ) -> tuple[Item, ...]:
        """Batches after a cursor, in order, up to `limit` and a page's bytes, and one at least if any."""
        batch = schema.batch.c
        with self._database.reading() as db:
            row = self._require_reader(db, caller, stream)
            self._check_cursor(db, row, after, history)
            sizes = db.execute(
                select(batch.team_seq, batch.size)
                .where(batch.stream == stream, batch.team_seq > after)
                .order_by(batch.team_seq)
                .limit(limit)
            ).all()
            last, room = after, limits.PAGE
            for team_seq, size in sizes:
                room -= size + limits.RECEIPT
                if last > after and room < 0:
                    break
                last = team_seq
            rows = db.execute(
                select(schema.batch)
                .where(batch.stream == stream, batch.team_seq > after, batch.team_seq <= last)
                .order_by(batch.team_seq)
            )
            return tuple(_item(row.history, each) for each in rows)

    def ends(self, streams: tuple[bytes, ...]) -> dict[bytes, int]:
        """The last number of each of these streams."""
        stream = schema.stream.c
        with self._database.reading() as db:
            rows = db.execute(select(stream.id, stream.team_seq).where(stream.id.in_(streams)))
            return {row.id: row.team_seq for row in rows}

    def head(self, caller: Caller, stream: bytes) -> Head:
        """The end of a stream."""
        with self._database.reading() as db:
            return _head(self._require_reader(db, caller, stream))

    def _check_cursor(self, db: Connection, row: Row[Any], after: int, history: bytes | None) -> None:
        if history is not None and history != row.history:
            raise Refusal("history-changed", attached={"changes": self._changes(db, row, history)})
        if after > row.team_seq:
            raise Refusal("cursor-ahead", facts={"team_seq": row.team_seq})

    def _changes(self, db: Connection, row: Row[Any], history: bytes) -> tuple[bytes, ...]:
        """Signed statements from an old history to the present one; empty if it was never ours."""
        change = schema.history_change.c
        rows = db.execute(select(change.old, change.new, change.statement).where(change.stream == row.id))
        steps = {each.old: each for each in rows}
        chain: list[bytes] = []
        while history != row.history and history in steps:
            step = steps.pop(history)
            chain.append(step.statement)
            history = step.new
        return tuple(chain[-limits.HISTORY_CHANGES :]) if history == row.history else ()

    # --------------------------------------------------------------------------------------------- seen

    def keep_seen(self, caller: Caller, signed: SignedSeen, at: datetime) -> None:
        """Replace what the device said before about this stream."""
        statement, seen = signed.seen, schema.seen
        if (statement.team, statement.device) != caller:
            raise Refusal("not-entitled")
        with self._database.writing() as db:
            self._require_reader(db, caller, statement.stream)
            here = and_(seen.c.stream == statement.stream, seen.c.device == statement.device)
            changed = db.execute(update(seen).where(here).values(statement=signed.raw, said_at=at))
            if changed.rowcount == 0:
                db.execute(
                    insert(seen).values(
                        stream=statement.stream, device=statement.device, statement=signed.raw, said_at=at
                    )
                )

    def all_seen(self, caller: Caller, stream: bytes) -> tuple[bytes, ...]:
        """What every device said last about this stream."""
        seen = schema.seen.c
        with self._database.reading() as db:
            self._require_reader(db, caller, stream)
            rows = db.execute(
                select(seen.statement).where(seen.stream == stream).order_by(seen.said_at.desc(), seen.device)
            )
            room, statements = limits.SEEN_PAGE // 2, list[bytes]()
            for statement in rows.scalars():
                room -= len(statement)
                if room < 0:
                    break
                statements.append(statement)
            return tuple(statements)

    # -------------------------------------------------------------------------------------------- probe

    def is_ready(self) -> bool:
        """Whether the database answers and holds the server's row."""
        with self._database.reading() as db:
            return db.execute(select(schema.server.c.one)).first() is not None


# Built once: putting these together anew for each batch costs as much as running them.
_PLACE = (
    select(
        schema.stream.c.history,
        schema.stream.c.team_seq,
        schema.stream.c.head,
        schema.device.c.removed_by,
        schema.device.c.blocked_at,
        schema.device.c.late_bytes,
    )
    .select_from(schema.stream)
    .join(schema.device, schema.device.c.team == schema.stream.c.team)
    .where(
        schema.stream.c.id == bindparam("stream"),
        schema.device.c.team == bindparam("team"),
        schema.device.c.id == bindparam("device"),
    )
    .with_for_update(of=schema.stream)
)
_PRESENT = select(schema.batch).where(
    or_(
        schema.batch.c.id == bindparam("id"),
        and_(
            schema.batch.c.stream == bindparam("stream"),
            schema.batch.c.device == bindparam("device"),
            schema.batch.c.seq == bindparam("seq"),
        ),
    )
)
_INSERT = insert(schema.batch)
_ADVANCE = (
    update(schema.stream)
    .where(schema.stream.c.id == bindparam("at"))
    .values(team_seq=bindparam("to"), head=bindparam("new_head"))
)


def _entry_at(team: bytes, version: int) -> Select[Any]:
    entry = schema.roster_entry
    return select(entry).where(entry.c.team == team, entry.c.version == version)


def _is_device(caller: Caller) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return schema.device.c.team == caller.team, schema.device.c.id == caller.device


def _standing(caller: Caller, row: Row[Any]) -> Standing:
    access = Access.MEMBER if row.removed_by is None and row.blocked_at is None else Access.REMOVED
    return Standing(caller, Role(row.role), row.sign_public, access, is_blocked=row.blocked_at is not None)


def _receipt(history: bytes, row: Row[Any]) -> Receipt:
    return Receipt(row.id, row.stream, history, row.team_seq, row.head)


def _head(row: Row[Any]) -> Head:
    return Head(row.id, row.history, row.team_seq, row.head)


def _item(history: bytes, row: Row[Any]) -> Item:
    """The batch as it is kept; bytes that rotted on disk are withheld, and re-uploaded by a holder."""
    is_whole = False
    if hash_batch(row.header) == row.id:
        is_whole = read_header(row.header).matches(row.body)
    return Item(_receipt(history, row), row.header, row.body if is_whole else None)
