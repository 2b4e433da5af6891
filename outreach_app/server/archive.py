"""Backup, restore, and the proof that what is kept is what was receipted.

A backup is one SQLite file with the server's own tables and the receipt key, whichever engine it
came from; it restores into either. Everything in it but ids is ciphertext, but whoever holds it
can sign receipts: keep it like the server itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from outreach_app.server import admin, identity, ladder, schema
from outreach_app.server.engine import Database
from outreach_app.server.identity import Identity
from outreach_app.server.refusal import Trouble
from outreach_app.wire import limits, receipt, roster
from outreach_app.wire.batch import hash_batch, read_header
from outreach_app.wire.problems import Refused
from outreach_app.wire.receipt import HistoryChange

_KEY_TABLE = "create table receipt_key (secret blob not null) strict"
_ROWS = 64


def back_up(data: Path, database: Database, out: Path) -> admin.Document:
    """`backup`: one consistent moment in one file, complete or not there at all."""
    me = admin.open_house(data, database)
    if out.exists():
        raise Trouble("file-exists", f"{out} is there already.", "Name another file; nothing was changed.")
    if not out.parent.is_dir():
        raise Trouble("folder-missing", f"There is no folder {out.parent}.", "Make it, or name another file.")
    part = out.with_name(out.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    copy = Database(f"sqlite:///{part}")
    try:
        with copy.writing() as target:
            ladder.upgrade(target)
            with database.reading() as source:
                copied = {table.name: _copy(source, target, table) for table in schema.tables.sorted_tables}
            target.exec_driver_sql(_KEY_TABLE)
            target.exec_driver_sql("insert into receipt_key values (?)", (me.secret,))
        _leave_wal(copy)
    except BaseException:
        copy.close()
        part.unlink(missing_ok=True)
        raise
    copy.close()
    _flush(part)
    part.replace(out)
    identity.flush_folder(out.parent)
    return {
        "file": str(out),
        "teams": copied["team"],
        "batches": copied["batch"],
        "bytes": out.stat().st_size,
    }


def restore(
    data: Path, database: Database, source: Path, at: datetime, randomness: Callable[[int], bytes]
) -> admin.Document:
    """`restore`: fill an empty server from a backup; every stream starts a new history that it signs for.

    Refuses a database that holds anything, so that newer batches are never overwritten by older ones.
    """
    secret = _read_secret(source)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file = data / identity.FILE
    if key_file.exists() and key_file.read_bytes() != secret:
        raise Trouble(
            "receipt-key-other",
            f"{key_file} is another server's key.",
            "Restore into an empty data folder; nothing was changed.",
        )
    work = data / "restore.part"
    shutil.copyfile(source, work)
    copy = Database(f"sqlite:///{work}")
    try:
        with copy.writing() as older:
            ladder.upgrade(older)
        with database.writing() as target:
            if ladder.current(target) is not None and target.execute(select(schema.team.c.id)).first():
                raise Trouble(
                    "not-empty",
                    "The database already holds a team.",
                    "Restore into an empty one; nothing was changed.",
                )
            ladder.upgrade(target)
            me = Identity(secret)
            with copy.reading() as older:
                for table in reversed(schema.tables.sorted_tables):
                    target.execute(delete(table))
                copied = {table.name: _copy(older, target, table) for table in schema.tables.sorted_tables}
            changed = _start_new_histories(target, me, at, randomness)
            if not key_file.exists():
                identity.write_identity(data, secret)
    finally:
        copy.close()
        for leftover in (work, *(work.with_name(work.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
    return {"teams": copied["team"], "batches": copied["batch"], "streams_with_new_history": changed}


def verify(data: Path, database: Database) -> admin.Document:
    """`verify`: replay every roster, chain of heads, signature and hash; say what does not hold."""
    me = admin.open_house(data, database)
    damaged: list[admin.Document] = []
    counts = {"teams": 0, "roster_entries": 0, "streams": 0, "batches": 0}
    with database.reading() as db:
        for team in db.execute(select(schema.team)).all():
            counts["teams"] += 1
            counts["roster_entries"] += _verify_rosters(db, team, damaged)
        for stream in db.execute(select(schema.stream)).all():
            counts["streams"] += 1
            counts["batches"] += _verify_stream(db, stream, damaged)
    return {"sound": not damaged, "receipt_key": me.public.hex(), **counts, "damaged": damaged}


def _verify_rosters(db: Connection, team: Row[Any], damaged: list[admin.Document]) -> int:
    entry = schema.roster_entry.c
    expected, prev = 1, roster.BEFORE_FIRST
    for row in db.execute(
        select(schema.roster_entry).where(entry.team == team.id).order_by(entry.version)
    ).all():
        place = {"team": team.id.hex(), "roster_version": row.version}
        try:
            signed = roster.read_entry(row.entry)
        except Refused:
            damaged.append({**place, "what": "entry"})
        else:
            if signed.hash != row.hash or signed.entry.prev != prev or row.version != expected:
                damaged.append({**place, "what": "chain"})
        expected, prev = row.version + 1, row.hash
    if expected != team.version + 1:
        damaged.append({"team": team.id.hex(), "roster_version": expected, "what": "missing"})
    return expected - 1


def _verify_stream(db: Connection, stream: Row[Any], damaged: list[admin.Document]) -> int:
    device, batch = schema.device.c, schema.batch.c
    devices = db.execute(select(device.id, device.sign_public).where(device.team == stream.team))
    keys = {row.id: row.sign_public for row in devices}
    head, last = receipt.first_head(stream.id), 0
    for row in _slices(db, schema.batch, batch.stream == stream.id):
        place = {"stream": stream.id.hex(), "team_seq": row.team_seq, "batch": row.id.hex()}
        head = receipt.next_head(head, row.team_seq, row.id)
        if row.team_seq != last + 1 or row.head != head:
            damaged.append({**place, "what": "head"})
            head = row.head
        last = row.team_seq
        what = _find_fault(row, keys)
        if what is not None:
            damaged.append({**place, "what": what})
    if (stream.team_seq, stream.head) != (last, head):
        damaged.append({"stream": stream.id.hex(), "team_seq": last, "batch": None, "what": "end"})
    return last


def _find_fault(row: Row[Any], keys: dict[bytes, bytes]) -> str | None:
    if hash_batch(row.header) != row.id:
        return "header"
    header = read_header(row.header)
    if not header.matches(row.body):
        return "body"
    preamble = header.preamble
    if (preamble.stream, preamble.device, preamble.seq) != (row.stream, row.device, row.seq):
        return "place"
    try:
        header.verify(keys.get(preamble.device, b""))
    except Refused:
        return "signature"
    return None


def _start_new_histories(
    target: Connection, me: Identity, at: datetime, randomness: Callable[[int], bytes]
) -> int:
    streams = target.execute(select(schema.stream)).all()
    for row in streams:
        new = randomness(limits.ID)
        change = HistoryChange(row.id, row.history, new, row.team_seq, row.head)
        target.execute(
            insert(schema.history_change).values(
                stream=row.id,
                old=row.history,
                new=new,
                made_at=at,
                statement=receipt.sign_change(me.receipt_key, change),
            )
        )
        target.execute(update(schema.stream).where(schema.stream.c.id == row.id).values(history=new))
    return len(streams)


def _copy(source: Connection, target: Connection, table: Table) -> int:
    """Every row of a table, a few at a time so that memory stays small."""
    total = 0
    rows: list[dict[str, Any]] = []
    for row in _slices(source, table):
        rows.append(dict(row._mapping))
        total += 1
        if len(rows) == _ROWS:
            target.execute(insert(table), rows)
            rows.clear()
    if rows:
        target.execute(insert(table), rows)
    return total


def _slices(db: Connection, table: Table, *where: Any) -> Iterator[Row[Any]]:
    """Rows in key order through a cursor that fetches a few at a time, on both engines."""
    query = select(table).where(*where).order_by(*table.primary_key.columns)
    with db.execution_options(stream_results=True, max_row_buffer=_ROWS).execute(query) as result:
        yield from result


def _read_secret(source: Path) -> bytes:
    trouble = Trouble(
        "backup-unreadable", f"{source} is not a backup of this server.", "Name a file made by `backup`."
    )
    if not source.is_file():
        raise trouble
    try:
        connection = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            ((verdict,),) = connection.execute("pragma quick_check").fetchall()
            ((secret,),) = connection.execute("select secret from receipt_key").fetchall()
        finally:
            connection.close()
    except (sqlite3.DatabaseError, ValueError):
        raise trouble from None
    if verdict != "ok" or not isinstance(secret, bytes) or len(secret) != limits.HASH:
        raise trouble
    return secret


def _leave_wal(copy: Database) -> None:
    """Fold the log into the file, so that the backup is one file."""
    connection = copy.engine.raw_connection()
    try:
        connection.cursor().execute("pragma journal_mode = delete")
    finally:
        connection.close()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
