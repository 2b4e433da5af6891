"""What an administrator does: set up, hand out team tokens, look, block a device.

The server knows ids and counts, so that is all these can show. Labels of teams are the
administrator's own words.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from outreach_app import __version__
from outreach_app.server import identity, ladder, schema
from outreach_app.server.engine import Database
from outreach_app.server.identity import Identity
from outreach_app.server.refusal import Trouble

Document = dict[str, Any]

_TOKEN_BYTES = 20
_TOKEN_GROUP = 4


def prepare(data: Path, database: Database, at: datetime, randomness: Callable[[int], bytes]) -> Document:
    """`init`: make the receipt key and the tables, or bring old tables up to date; twice does no harm."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database.writing() as db:
        before = ladder.current(db)
        is_key_there = (data / identity.FILE).exists()
        if before is not None and not is_key_there:
            raise Trouble(
                "receipt-key-missing",
                f"The database is in use and {data / identity.FILE} is not there.",
                "Put back the file from a backup; a new key would be refused by every laptop.",
            )
        me = identity.read_identity(data) if is_key_there else identity.write_identity(data, randomness(32))
        ladder.upgrade(db)
        if before is None:
            db.execute(insert(schema.server).values(one=1, receipt_public=me.public, founded_at=at))
        _require_own(db, me)
    return {
        "data": str(data),
        "receipt_key": me.public.hex(),
        "schema": ladder.newest(),
        "created": before is None,
        "upgraded": before not in (None, ladder.newest()),
    }


def open_house(data: Path, database: Database) -> Identity:
    """The identity, after making sure that tables, key and program belong together."""
    me = identity.read_identity(data)
    with database.reading() as db:
        ladder.require_newest(db)
        _require_own(db, me)
    return me


def make_token(
    database: Database, label: str, days: int, at: datetime, randomness: Callable[[int], bytes]
) -> Document:
    """`team-token`: a secret that founds one team, once; only its hash is kept."""
    text = base64.b32encode(randomness(_TOKEN_BYTES)).decode().lower()
    token = "-".join(text[start : start + _TOKEN_GROUP] for start in range(0, len(text), _TOKEN_GROUP))
    expires_at = at + timedelta(days=days)
    with database.writing() as db:
        db.execute(
            insert(schema.team_token).values(
                hash=hashlib.sha256(token.encode()).digest(), label=label, made_at=at, expires_at=expires_at
            )
        )
    return {"token": token, "label": label, "expires_at": expires_at.isoformat(timespec="seconds")}


def describe(data: Path, database: Database) -> Document:
    """`status`: teams, streams, devices and when they were last heard of, by id."""
    with database.reading() as db:
        stream, device, batch = schema.stream.c, schema.device.c, schema.batch.c
        held = {
            row.stream: row
            for row in db.execute(
                select(
                    batch.stream,
                    func.count().label("batches"),
                    func.sum(batch.size).label("bytes"),
                    func.sum(batch.is_late).label("late"),
                ).group_by(batch.stream)
            )
        }
        teams = []
        for team in db.execute(select(schema.team).order_by(schema.team.c.founded_at)):
            streams = db.execute(select(schema.stream).where(stream.team == team.id).order_by(stream.name))
            devices = db.execute(select(schema.device).where(device.team == team.id).order_by(device.id))
            teams.append(
                {
                    "id": team.id.hex(),
                    "label": team.label,
                    "founded_at": _iso(team.founded_at),
                    "roster_version": team.version,
                    "streams": [
                        {
                            "id": row.id.hex(),
                            "name": row.name,
                            "batches": held[row.id].batches if row.id in held else 0,
                            "bytes": int(held[row.id].bytes) if row.id in held else 0,
                            "late": int(held[row.id].late) if row.id in held else 0,
                        }
                        for row in streams
                    ],
                    "devices": [
                        {
                            "id": row.id.hex(),
                            "member": row.member.hex(),
                            "role": row.role,
                            "standing": _standing(row.removed_by, row.blocked_at),
                            "last_seen_at": _iso(row.last_seen_at),
                        }
                        for row in devices
                    ],
                }
            )
        tokens = db.execute(
            select(func.count()).select_from(schema.team_token).where(schema.team_token.c.team.is_(None))
        ).scalar_one()
        return {
            "version": __version__,
            "schema": ladder.current(db),
            "database": database.engine.dialect.name,
            "data": str(data),
            "free_bytes": _free_bytes(data),
            "unused_tokens": tokens,
            "teams": teams,
        }


def block(database: Database, device_hex: str, at: datetime | None) -> Document:
    """`revoke`: this device reads nothing any more; what it had not sent may still come in, marked late.

    It is the administrator's emergency stop. The team should also remove the device, which changes
    the keys; this does not. `at` None lifts the block.
    """
    device = schema.device
    try:
        id = bytes.fromhex(device_hex)
    except ValueError:
        id = b""
    with database.writing() as db:
        rows = db.execute(select(device.c.team, device.c.blocked_at).where(device.c.id == id)).all()
        if not rows:
            raise Trouble(
                "device-unknown", "No team lists a device with this id.", "`status` shows the ids of devices."
            )
        changes = any((row.blocked_at is None) == (at is not None) for row in rows)
        if changes:
            db.execute(update(device).where(device.c.id == id).values(blocked_at=at))
        return {
            "device": id.hex(),
            "teams": [row.team.hex() for row in rows],
            "blocked": at is not None,
            "changed": changes,
        }


def _require_own(db: Connection, me: Identity) -> None:
    public = db.execute(select(schema.server.c.receipt_public)).scalar()
    if public != me.public:
        raise Trouble(
            "receipt-key-other",
            "The receipt key in the data folder is not the one this database was made with.",
            "Check --data and --database; they belong together.",
        )


def _standing(removed_by: int | None, blocked_at: datetime | None) -> str:
    if blocked_at is not None:
        return "blocked"
    return "active" if removed_by is None else "removed"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _free_bytes(data: Path) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    volume = os.statvfs(data)
    return volume.f_bavail * volume.f_frsize
