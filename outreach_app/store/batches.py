"""The shelf of sync: what waits, what was sealed, what arrived, and how far each stream was read.

Every reader keeps the sealed bytes of every batch, so that any of them can give a restored server what it
lost. Here they are opaque; a few columns beside them say where each stands. A stream is named as the roster
names it ("team", "config"); a profile belongs to one team. Batch and device ids are the wire's bytes,
operation ids the domain's text.

    op  --sealed-->  batch (is_own)  --receipt-->  on the server  --read back-->  verified  --seen-->  seen
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from outreach_app.domain.ids import OpId
from outreach_app.domain.operation import Held, read
from outreach_app.domain.trouble import Bug
from outreach_app.store import operations, views
from outreach_app.store.database import Database
from outreach_app.store.oplog import Changed

Status = Literal["counts", "late", "before_you"]
"""Merged; kept for a lead to accept (beyond a pin); sealed under an epoch that was not granted."""

Tick = Literal["saved", "on_server", "verified", "seen"]

UNKNOWN_DEVICE = bytes(16)
"""Stands for the device of a batch whose header was damaged; its `seq` is then its place in the stream."""

NOTHING_BEFORE = bytes(32)
"""`prev` of a device's first batch in a stream."""


class SealedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch this laptop sealed. `role` is its author's in the roster that the header names."""

    id: bytes
    stream: str
    device: bytes
    seq: int
    prev: bytes
    role: str
    header: bytes
    body: bytes
    op_ids: tuple[OpId, ...]


class ParkedOp(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a batch that could not be applied, and the code of the reason."""

    id: OpId
    reason: str
    record: str | None = None
    raw: bytes | None = None


class ReceivedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as a page brought it, judged and opened by sync.

    `body` is None where the server holds none that fits. `reason` parks the whole batch (no key, bad
    body): then `ops` is empty. Operations of a `late` batch are kept, and merged once it is accepted.
    `is_own` says that this device sealed it: after a restore from a backup its chain goes on from there.
    """

    id: bytes
    device: bytes
    seq: int
    prev: bytes
    team_seq: int
    history: bytes
    header: bytes
    body: bytes | None
    receipt: bytes
    status: Status = "counts"
    is_own: bool = False
    ops: tuple[Held, ...] = ()
    parked: tuple[ParkedOp, ...] = ()
    reason: str | None = None


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far a stream was read: everything up to `team_seq` of that history, ending in `head`."""

    history: bytes | None = None
    team_seq: int = 0
    head: bytes = bytes(32)


class Own(msgspec.Struct, frozen=True):
    """The place of a device's last batch in its chain."""

    seq: int
    id: bytes


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it stands on the shelf."""

    id: bytes
    stream: str
    device: bytes
    seq: int
    prev: bytes
    is_own: bool
    status: Status
    reason: str | None
    team_seq: int | None
    history: bytes | None
    receipt: bytes | None
    is_verified: bool
    header: bytes
    body: bytes | None


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """Something that arrived and waits: a whole batch (`op` None) or one operation of it."""

    reason: str
    batch: bytes | None = None
    op: OpId | None = None
    record: str | None = None
    stream: str | None = None
    device: bytes | None = None
    raw: bytes | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Two neighbours here of a device's chain that do not join: places `after` and `before`.

    Batches between them never arrived; or nothing is missing between them and `before` does not name
    `after` as the one before it, so the chain was forked.
    """

    stream: str
    device: bytes
    after: int
    before: int

    @property
    def is_fork(self) -> bool:
        """Whether the device has told two stories, rather than one with a piece missing."""
        return self.before <= self.after + 1


class SeenBy(msgspec.Struct, frozen=True, kw_only=True):
    """Another device's word on how far it read. `without` are the batches and operations it could not use."""

    stream: str
    device: bytes
    history: bytes
    team_seq: int
    head: bytes
    is_lead: bool
    raw: bytes
    without: frozenset[bytes] = frozenset()


class Truths(msgspec.Struct, frozen=True, kw_only=True):
    """The four truths, never merged, in records this laptop's people wrote.

    A record counts for a truth when each of their operations on it has reached it. `waiting` is
    `saved - on_server`. `parked` counts what arrived and waits, `conflicts` records with two answers.
    """

    saved: int
    on_server: int
    verified: int
    seen_by_lead: int
    waiting: int
    parked: int
    conflicts: int


# --------------------------------------------------------------------------------------------- going out


def waiting(database: Database, stream: str, most_ops: int, most_bytes: int) -> list[Held]:
    """The oldest operations of the outbox that fit into one batch; always at least one if any waits."""
    found: list[Held] = []
    size = 0
    for raw, role in database.rows(
        "select raw, role from op where batch is null and stream = ? order by at, number limit ?",
        (stream, most_ops),
    ):
        size += len(raw)
        if found and size > most_bytes:
            break
        found.append(read(raw, role))
    return found


def count_waiting(database: Database, stream: str | None = None) -> int:
    """How many operations wait to be sealed."""
    if stream is None:
        return int(database.value("select count(*) from op where batch is null"))
    return int(database.value("select count(*) from op where batch is null and stream = ?", (stream,)))


def last_own(database: Database, stream: str, device: bytes) -> Own | None:
    """Where this device's chain in a stream ends."""
    row = database.row(
        "select seq, id from batch where is_own = 1 and stream = ? and device = ? order by seq desc limit 1",
        (stream, device),
    )
    return None if row is None else Own(*row)


def keep_sealed(database: Database, batch: SealedBatch) -> Changed:
    """Put a sealed batch on the shelf and its operations out of the outbox, before anything is sent.

    The role written in the roster that the batch names is now theirs, as every reader will see it.
    Raises Bug if the batch is not the next of its chain or an operation does not wait.
    """
    with database.atomic():
        last = last_own(database, batch.stream, batch.device)
        if (batch.seq, batch.prev) != ((last.seq + 1, last.id) if last else (1, NOTHING_BEFORE)):
            raise Bug("a sealed batch that does not continue its chain")
        number = database.insert(
            "insert into batch"
            " (id, stream, device, seq, prev, is_own, status, is_verified, is_seen, is_joined)"
            " values (?, ?, ?, ?, ?, 1, 'counts', 0, 0, 1)",
            (batch.id, batch.stream, batch.device, batch.seq, batch.prev),
        )
        database.execute(
            "insert into sealed (batch, header, body) values (?, ?, ?)", (number, batch.header, batch.body)
        )
        ids = [bytes.fromhex(one) for one in batch.op_ids]
        stale: set[str] = set()
        for chunk in operations.chunks(ids):
            stale.update(
                row[0]
                for row in database.rows(
                    f"select record from op where id in ({operations.marks(chunk)}) and role <> ?",
                    (*chunk, batch.role),
                )
            )
        taken = database.executemany(
            "update op set batch = ?, role = ? where id = ? and batch is null and stream = ?",
            [(number, batch.role, one, batch.stream) for one in ids],
        )
        if taken != len(ids):
            raise Bug("a sealed batch with an operation that does not wait")
        views.refresh(database, stale)
        return _changed(database, stale)


def unsent(database: Database, stream: str | None = None, most: int = 100) -> list[Stored]:
    """The first batches of this laptop without a valid receipt, in the order in which they must be sent."""
    return _stored(
        database,
        "b.is_own = 1 and b.receipt is null and (?1 is null or b.stream = ?1) order by b.number limit ?2",
        (stream, most),
    )


def mark_receipt(
    database: Database, batch_id: bytes, receipt: bytes, team_seq: int, history: bytes
) -> Changed:
    """Remember a receipt that sync has verified. The records whose tick moved are returned.

    One of a new history takes back what was read of the old one; where both agree (`forget_receipts`), it
    stays read.
    """
    with database.atomic():
        found = database.execute(
            "update batch set receipt = ?1, team_seq = ?2,"
            " is_verified = is_verified and (history is null or history = ?3), history = ?3 where id = ?4",
            (receipt, team_seq, history, batch_id),
        )
        if not found:
            raise Bug("a receipt for a batch that is not here")
        database.execute(f"update batch as b set is_seen = {_IS_SEEN} where id = ?", (batch_id,))
        return _changed(database, _records_of(database, [batch_id]))


def forget_receipts(database: Database, history: bytes, shared_until: int = 0) -> int:
    """The server was restored and left this history: its receipts lapse until confirmed again.

    Own batches are unsent once more. Up to `shared_until` the new history has the same head, so what was
    verified there stays so; places in the stream stay as a memory of the old order. Returns how many lapsed.
    """
    return database.execute(
        "update batch set receipt = null, history = null, is_seen = 0,"
        " is_verified = is_verified and team_seq <= ? where history = ?",
        (shared_until, history),
    )


# ---------------------------------------------------------------------------------------------- coming in


def cursor(database: Database, stream: str) -> Cursor:
    """How far a stream was read; the beginning if it never was."""
    row = database.row("select history, team_seq, head from cursor where stream = ?", (stream,))
    return Cursor() if row is None else Cursor(history=row[0], team_seq=row[1], head=row[2])


def apply_page(
    database: Database, stream: str, batches: Sequence[ReceivedBatch], cursor: Cursor | None
) -> Changed:
    """Take in a page: sealed bytes, operations, views, search, parked, cursor; all or nothing.

    Applying a page twice, or pages in another order, ends in the same views. `cursor` None leaves the
    cursor where it is.
    """
    with database.atomic():
        fresh: list[Held] = []
        touched: set[str] = set()
        for batch in batches:
            number, is_new = _shelve(database, stream, batch)
            if not is_new:
                touched |= _set_status(database, number, batch.status)
            database.executemany(
                "insert into parked_op (id, batch, record, reason, raw) values (?, ?, ?, ?, ?)"
                " on conflict do nothing",
                [(bytes.fromhex(op.id), number, op.record, op.reason, op.raw) for op in batch.parked],
            )
            ops = list({held.id: held for held in batch.ops}.values())
            if not ops:
                continue
            there = operations.known(database, [held.id for held in ops])
            new = [held for held in ops if held.id not in there]
            counts = batch.status == "counts"
            operations.insert(
                database, new, stream=stream, batch=number, is_own=batch.is_own, is_counted=counts
            )
            touched |= _carry_again(database, number, [held for held in ops if held.id in there])
            if counts:
                fresh.extend(new)
        views.apply(database, fresh)
        views.refresh(database, touched)
        heard = max((held.op.at for held in fresh), default=0)
        if cursor is None:
            database.execute(
                "update cursor set heard_at = max(heard_at, ?) where stream = ?", (heard, stream)
            )
        else:
            database.execute(
                "insert into cursor (stream, history, team_seq, head, heard_at) values (?, ?, ?, ?, ?)"
                " on conflict (stream) do update set history = excluded.history,"
                " team_seq = excluded.team_seq, head = excluded.head,"
                " heard_at = max(heard_at, excluded.heard_at)",
                (stream, cursor.history, cursor.team_seq, cursor.head, heard),
            )
        also = _changed(database, touched)
        return Changed(
            also.kinds | {held.op.kind for held in fresh}, also.ids | {held.op.record for held in fresh}
        )


def unpark(database: Database, stream: str, batches: Sequence[ReceivedBatch]) -> Changed:
    """Take in batches that were parked and can be opened now; what is parked of them is judged anew."""
    return apply_page(database, stream, batches, None)


def rejudge(database: Database, batch_ids: Iterable[bytes], status: Status) -> Changed:
    """Batches that a newer roster calls late, or that a lead accepted: their operations leave or join."""
    with database.atomic():
        touched: set[str] = set()
        for one in batch_ids:
            number = database.value("select number from batch where id = ?", (one,))
            if number is None:
                raise Bug("no such batch")
            touched |= _set_status(database, number, status)
        before = _changed(database, touched)
        views.refresh(database, touched)
        after = _changed(database, touched)
        return Changed(before.kinds | after.kinds, before.ids | after.ids)


def beyond(database: Database, stream: str, device: bytes, seq: int) -> list[Stored]:
    """A device's batches after a place of its chain that are not parked: what a new pin may call late."""
    return _stored(
        database,
        "b.stream = ? and b.device = ? and b.seq > ? and b.reason is null order by b.seq",
        (stream, device, seq),
    )


def parked(database: Database) -> list[Parked]:
    """Everything that arrived and waits for a key, a newer program or a person; late batches are apart."""
    whole = [
        Parked(reason=reason, batch=batch, stream=stream, device=device)
        for reason, batch, stream, device in database.rows(
            "select reason, id, stream, device from batch where reason is not null order by number"
        )
    ]
    single = [
        Parked(
            reason=reason,
            batch=batch,
            op=OpId(op.hex()),
            record=record,
            stream=stream,
            device=device,
            raw=raw,
        )
        for reason, batch, op, record, stream, device, raw in database.rows(
            "select p.reason, b.id, p.id, p.record, b.stream, b.device, p.raw from parked_op p"
            " left join batch b on b.number = p.batch order by p.batch, p.id, p.reason"
        )
    ]
    return whole + single


def late(database: Database) -> list[Stored]:
    """Batches beyond their device's pin, for a lead to accept or leave."""
    return _stored(database, "b.status = 'late' order by b.number")


def ops_in(database: Database, batch_id: bytes) -> list[Held]:
    """The operations that a batch carries, counted or not."""
    rows = database.rows(
        "select op.raw, op.role from op where op.number in ("
        " select o.number from batch b join op o on o.batch = b.number where b.id = ?1"
        " union select c.op from batch b join carrier c on c.batch = b.number where b.id = ?1"
        ") order by op.number",
        (batch_id,),
    )
    return [read(raw, role) for raw, role in rows]


def sealed(database: Database, batch_id: bytes) -> Stored | None:
    """A batch with its sealed bytes."""
    found = _stored(database, "b.id = ?", (batch_id,))
    return found[0] if found else None


def held_ids(database: Database, batch_ids: Iterable[bytes]) -> set[bytes]:
    """Which of these batches stand on the shelf with their body."""
    found: set[bytes] = set()
    for chunk in operations.chunks(list(batch_ids)):
        found.update(
            row[0]
            for row in database.rows(
                "select b.id from batch b join sealed s on s.batch = b.number"
                f" where s.body is not null and b.id in ({operations.marks(chunk)})",
                chunk,
            )
        )
    return found


def batches_after(database: Database, stream: str, team_seq: int, most: int = 100) -> list[Stored]:
    """Batches of anybody that stood after a place of the stream, in its order: what a restored server
    may have lost. Go on from the last one's `team_seq` for more."""
    return _stored(
        database,
        "b.stream = ? and b.team_seq > ? and s.body is not null order by b.team_seq, b.number limit ?",
        (stream, team_seq, most),
    )


def last_of_each(database: Database, device: bytes) -> Mapping[str, Own]:
    """A device's latest batch in each stream: what `elsewhere` says of this one's."""
    return {
        stream: Own(seq, batch_id)
        for stream, seq, batch_id in database.rows(
            "select stream, max(seq), id from batch where device = ? group by stream", (device,)
        )
    }


def gaps(database: Database) -> list[Gap]:
    """Where a device's chain has places missing, or was forked."""
    return [
        Gap(stream=stream, device=device, after=after, before=seq)
        for stream, device, after, seq in database.rows(
            "select b.stream, b.device, coalesce((select max(a.seq) from batch a"
            "  where a.stream = b.stream and a.device = b.device and a.seq <= b.seq"
            "  and a.number <> b.number), 0), b.seq"
            " from batch b where b.is_joined = 0 order by b.stream, b.device, b.seq, b.number"
        )
    ]


# -------------------------------------------------------------------------------------------- four truths


_IS_SEEN = (
    "exists (select 1 from seen s where s.is_lead = 1 and s.stream = b.stream and s.history = b.history"
    " and s.team_seq >= b.team_seq and not exists (select 1 from seen_without w where w.stream = s.stream"
    " and w.device = s.device and (w.id = b.id or w.id in (select o.id from op o where o.batch = b.number))))"
)
"""Whether a lead's laptop has read an own batch `b`, and could use all of it."""


def keep_seen(database: Database, seen: SeenBy) -> None:
    """Remember what another device says it has read, over what it said before."""
    with database.atomic():
        where = (seen.stream, seen.device)
        database.execute("delete from seen where stream = ? and device = ?", where)
        database.execute(
            "insert into seen (stream, device, history, team_seq, head, is_lead, raw)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (*where, seen.history, seen.team_seq, seen.head, int(seen.is_lead), seen.raw),
        )
        without = list(seen.without)
        database.executemany(
            "insert into seen_without (stream, device, id) values (?, ?, ?)",
            [(*where, one) for one in without],
        )
        if not seen.is_lead:
            return
        database.execute(
            f"update batch as b set is_seen = {_IS_SEEN}"
            " where is_own = 1 and is_seen = 0 and stream = ? and team_seq <= ?",
            (seen.stream, seen.team_seq),
        )
        for chunk in operations.chunks(without):
            marks = operations.marks(chunk)
            database.execute(
                f"update batch as b set is_seen = {_IS_SEEN} where is_own = 1 and is_seen = 1 and number in ("
                f" select number from batch where id in ({marks})"
                f" union select batch from op where id in ({marks}))",
                (*chunk, *chunk),
            )


def others_seen(database: Database, stream: str | None = None) -> list[SeenBy]:
    """What each device said last."""
    without: dict[tuple[str, bytes], set[bytes]] = {}
    for name, device, one in database.rows("select stream, device, id from seen_without"):
        without.setdefault((name, device), set()).add(one)
    return [
        SeenBy(
            stream=name,
            device=device,
            history=history,
            team_seq=team_seq,
            head=head,
            is_lead=bool(is_lead),
            raw=raw,
            without=frozenset(without.get((name, device), ())),
        )
        for name, device, history, team_seq, head, is_lead, raw in database.rows(
            "select stream, device, history, team_seq, head, is_lead, raw from seen"
            " where ?1 is null or stream = ?1 order by stream, device",
            (stream,),
        )
    ]


def ticks(database: Database, record_ids: Iterable[str]) -> dict[str, Tick]:
    """How far each record has come: as far as the operation of it that is furthest behind.

    What others wrote is at least verified, having come from the server; `seen` is asked of own work only.
    """
    found: dict[str, Tick] = {}
    order: tuple[Tick, ...] = ("saved", "on_server", "verified", "seen")
    for chunk in operations.chunks(list(record_ids)):
        for record, behind in database.rows(
            "select o.record, min(case when b.receipt is null then 0 when b.is_verified = 0 then 1"
            " when b.is_seen = 0 then 2 else 3 end)"
            " from op o left join batch b on b.number = o.batch"
            f" where o.record in ({operations.marks(chunk)}) and o.is_counted = 1 group by o.record",
            chunk,
        ):
            found[record] = order[behind]
    return found


def tick(database: Database, record_id: str) -> Tick | None:
    """How far one record has come; None if it is not here."""
    return ticks(database, [record_id]).get(record_id)


def truths(database: Database) -> Truths:
    """The status of this laptop's own work, counted in records (see `Truths`)."""

    def behind(*conditions: str) -> int:
        # Cross join: from the few batches that lag to their operations, never the other way round.
        lagging = " ".join(
            "union select o.record from batch b cross join op o on o.batch = b.number"
            f" where b.is_own = 1 and {condition} and o.is_own = 1"
            for condition in conditions
        )
        return int(
            database.value(f"select count(*) from (select record from op where batch is null {lagging})")
        )

    unsent, unread, unseen = "b.receipt is null", "b.is_verified = 0", "b.is_seen = 0"
    saved = int(database.value("select count(distinct record) from op indexed by op_own where is_own = 1"))
    on_server = saved - behind(unsent)
    return Truths(
        saved=saved,
        on_server=on_server,
        verified=saved - behind(unsent, unread),
        seen_by_lead=saved - behind(unsent, unread, unseen),
        waiting=saved - on_server,
        parked=int(
            database.value(
                "select (select count(*) from batch where reason is not null)"
                " + (select count(*) from parked_op)"
            )
        ),
        conflicts=int(database.value("select count(*) from record where conflicts > 0")),
    )


# ------------------------------------------------------------------------------------------------ within


def _shelve(database: Database, stream: str, batch: ReceivedBatch) -> tuple[int, bool]:
    """Write the batch's row and bytes; its number, and whether it was not here before."""
    row = database.row("select number from batch where id = ?", (batch.id,))
    if row is None:
        number = database.insert(
            "insert into batch (id, stream, device, seq, prev, is_own, status, reason, team_seq, history,"
            " receipt, is_verified, is_seen, is_joined) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 1)",
            (
                batch.id,
                stream,
                batch.device,
                batch.seq,
                batch.prev,
                int(batch.is_own),
                batch.status,
                batch.reason,
                batch.team_seq,
                batch.history,
                batch.receipt,
            ),
        )
        database.execute(
            "insert into sealed (batch, header, body) values (?, ?, ?)", (number, batch.header, batch.body)
        )
        _join(database, number, stream, batch)
        return number, True
    number = int(row[0])
    database.execute(
        "update batch set team_seq = ?, history = ?, receipt = ?, is_verified = 1,"
        " reason = case when is_own = 1 then null else ? end where number = ?",
        (batch.team_seq, batch.history, batch.receipt, batch.reason, number),
    )
    if batch.device != UNKNOWN_DEVICE:
        # Its header may have been unreadable when it came first: a good copy says whose it is.
        database.execute(
            "update batch set device = ?, seq = ?, prev = ?, is_own = max(is_own, ?)"
            " where number = ? and device = ?",
            (batch.device, batch.seq, batch.prev, int(batch.is_own), number, UNKNOWN_DEVICE),
        )
        _join(database, number, stream, batch)
        database.execute(
            "update sealed set header = ? where batch = ? and header <> ?",
            (batch.header, number, batch.header),
        )
    database.execute(
        "update sealed set body = ? where batch = ? and body is null and ? is not null",
        (batch.body, number, batch.body),
    )
    database.execute("delete from parked_op where batch = ?", (number,))
    database.execute(f"update batch as b set is_seen = {_IS_SEEN} where number = ? and is_own = 1", (number,))
    return number, False


def _join(database: Database, number: int, stream: str, batch: ReceivedBatch) -> None:
    """Note whether a batch names the one before it, and whether one that waited for it does so now.

    Two batches of one place are never joined both: whichever came second shows as a fork.
    """
    if batch.device == UNKNOWN_DEVICE:
        return
    chain = (stream, batch.device)
    database.execute(
        "update batch set is_joined = (?1 = 1 and ?2 = zeroblob(32) or exists (select 1 from batch"
        "  where stream = ?3 and device = ?4 and seq = ?1 - 1 and id = ?2))"
        " and not exists (select 1 from batch"
        "  where stream = ?3 and device = ?4 and seq = ?1 and number <> ?5)"
        " where number = ?5",
        (batch.seq, batch.prev, *chain, number),
    )
    database.execute(
        "update batch as b set is_joined = 1 where stream = ? and device = ? and seq = ? and prev = ?"
        " and is_joined = 0 and not exists (select 1 from batch"
        "  where stream = b.stream and device = b.device and seq = b.seq and number <> b.number)",
        (*chain, batch.seq + 1, batch.id),
    )


def _set_status(database: Database, number: int, status: Status) -> set[str]:
    """Change whether a batch counts; the records whose operations are touched by it."""
    if not database.execute(
        "update batch set status = ? where number = ? and status <> ?", (status, number, status)
    ):
        return set()
    rows = database.rows(
        "select number, record from op where batch = ?1"
        " union select o.number, o.record from carrier c join op o on o.number = c.op where c.batch = ?1",
        (number,),
    )
    for op, _ in rows:
        _recount(database, op)
    return {record for _, record in rows}


def _carry_again(database: Database, number: int, ops: Sequence[Held]) -> set[str]:
    """Operations that were here already arrive in one more batch; the records whose state may change."""
    touched: set[str] = set()
    for held in ops:
        op, first = database.row("select number, batch from op where id = ?", (bytes.fromhex(held.id),)) or (
            0,
            None,
        )
        if first == number:
            continue
        if first is None:
            # It waited here and is on the server already: another laptop of this person sent it. From
            # now on that batch is looked after as if this one had sealed it.
            database.execute("update op set batch = ?, role = ? where number = ?", (number, held.role, op))
            database.execute("update batch set is_own = 1 where number = ?", (number,))
        else:
            database.execute(
                "insert into carrier (op, batch, role) select number, batch, role from op where number = ?"
                " on conflict do nothing",
                (op,),
            )
            database.execute(
                "insert into carrier (op, batch, role) values (?, ?, ?) on conflict do nothing",
                (op, number, held.role),
            )
        _recount(database, op)
        touched.add(held.op.record)
    return touched


def _recount(database: Database, op: int) -> None:
    """Whether an operation counts and in which role, from all the batches that carry it.

    With several that count, the role that may do most: a function of the batches, not of their order.
    """
    database.execute(
        "update op set is_counted = (select status = 'counts' from batch where number = op.batch)"
        " where number = ?1 and not exists (select 1 from carrier where op = ?1)",
        (op,),
    )
    database.execute(
        "update op set"
        " is_counted = exists (select 1 from carrier c join batch b on b.number = c.batch"
        "  where c.op = ?1 and b.status = 'counts'),"
        " role = (select c.role from carrier c join batch b on b.number = c.batch where c.op = ?1"
        "  order by b.status = 'counts' desc, c.role in ('lead', 'dsl') desc, c.role limit 1)"
        " where number = ?1 and exists (select 1 from carrier where op = ?1)",
        (op,),
    )


def _records_of(database: Database, batch_ids: Sequence[bytes]) -> set[str]:
    return {
        row[0]
        for row in database.rows(
            "select o.record from batch b join op o on o.batch = b.number"
            f" where b.id in ({operations.marks(batch_ids)})",
            batch_ids,
        )
    }


def _changed(database: Database, records: Iterable[str]) -> Changed:
    ids = frozenset(records)
    kinds: set[str] = set()
    for chunk in operations.chunks(list(ids)):
        kinds.update(
            row[0]
            for row in database.rows(
                f"select distinct kind from record where id in ({operations.marks(chunk)})", chunk
            )
        )
    return Changed(frozenset(kinds), ids)


def _stored(database: Database, where: str, values: Sequence[object] = ()) -> list[Stored]:
    return [
        Stored(
            id=row[0],
            stream=row[1],
            device=row[2],
            seq=row[3],
            prev=row[4],
            is_own=bool(row[5]),
            status=row[6],
            reason=row[7],
            team_seq=row[8],
            history=row[9],
            receipt=row[10],
            is_verified=bool(row[11]),
            header=row[12],
            body=row[13],
        )
        for row in database.rows(
            "select b.id, b.stream, b.device, b.seq, b.prev, b.is_own, b.status, b.reason, b.team_seq,"
            " b.history, b.receipt, b.is_verified, s.header, s.body"
            f" from batch b join sealed s on s.batch = b.number where {where}",
            values,
        )
    ]
