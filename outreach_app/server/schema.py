"""The tables as they are now; `migrations` holds how they came to be.

Nothing is shared between teams but the server's own row. Ids are raw bytes, times are
milliseconds since 1970 UTC, so a row means the same in SQLite and in PostgreSQL.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

from outreach_app.wire import cbor

tables = MetaData()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Count = Integer().with_variant(BigInteger(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole milliseconds."""

    impl = Count
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To milliseconds."""
        return None if value is None else cbor.milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From milliseconds."""
        return None if value is None else _EPOCH + timedelta(milliseconds=value)


server = Table(
    "server",
    tables,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("receipt_public", LargeBinary, nullable=False),
    Column("founded_at", Moment, nullable=False),
    sqlite_strict=True,
)

team_token = Table(
    "team_token",
    tables,
    Column("hash", LargeBinary, CheckConstraint("length(hash) = 32"), primary_key=True),
    Column("label", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("team", LargeBinary),
    sqlite_strict=True,
)

team = Table(
    "team",
    tables,
    Column("id", LargeBinary, CheckConstraint("length(id) = 16"), primary_key=True),
    Column("label", Text, nullable=False),
    Column("root_public", LargeBinary, nullable=False),
    Column("version", Count, CheckConstraint("version >= 1"), nullable=False),
    Column("founded_at", Moment, nullable=False),
    sqlite_strict=True,
)

roster_entry = Table(
    "roster_entry",
    tables,
    Column("team", LargeBinary, primary_key=True),
    Column("version", Count, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, CheckConstraint("length(hash) = 32"), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("posted_at", Moment, nullable=False),
    ForeignKeyConstraint(["team"], ["team.id"]),
    sqlite_strict=True,
)

wrap = Table(
    "wrap",
    tables,
    Column("team", LargeBinary, primary_key=True),
    Column("version", Count, primary_key=True, autoincrement=False),
    Column("recipient", LargeBinary, primary_key=True),
    Column("stream", LargeBinary, primary_key=True),
    Column("epoch", Count, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["team", "version"], ["roster_entry.team", "roster_entry.version"]),
    sqlite_strict=True,
)

device = Table(
    "device",
    tables,
    Column("team", LargeBinary, primary_key=True),
    Column("id", LargeBinary, CheckConstraint("length(id) = 16"), primary_key=True),
    Column("member", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("sign_public", LargeBinary, nullable=False),
    Column("removed_by", Count, comment="roster version that no longer lists it"),
    Column("blocked_at", Moment, comment="by the administrator"),
    Column("late_bytes", Count, nullable=False, server_default="0"),
    Column("last_seen_at", Moment),
    ForeignKeyConstraint(["team"], ["team.id"]),
    sqlite_strict=True,
)

stream = Table(
    "stream",
    tables,
    Column("id", LargeBinary, CheckConstraint("length(id) = 16"), primary_key=True),
    Column("team", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("history", LargeBinary, nullable=False),
    Column("team_seq", Count, CheckConstraint("team_seq >= 0"), nullable=False),
    Column("head", LargeBinary, CheckConstraint("length(head) = 32"), nullable=False),
    ForeignKeyConstraint(["team"], ["team.id"]),
    sqlite_strict=True,
)

reader = Table(
    "reader",
    tables,
    Column("stream", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    ForeignKeyConstraint(["stream"], ["stream.id"]),
    sqlite_strict=True,
)

batch = Table(
    "batch",
    tables,
    Column("stream", LargeBinary, primary_key=True),
    Column("team_seq", Count, CheckConstraint("team_seq >= 1"), primary_key=True, autoincrement=False),
    Column("id", LargeBinary, CheckConstraint("length(id) = 32"), nullable=False),
    Column("device", LargeBinary, nullable=False),
    Column("seq", Count, CheckConstraint("seq >= 1"), nullable=False),
    Column("head", LargeBinary, CheckConstraint("length(head) = 32"), nullable=False),
    Column("is_late", Integer, CheckConstraint("is_late in (0, 1)"), nullable=False),
    Column("size", Count, nullable=False, comment="of header and body"),
    Column("received_at", Moment, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("id", name="batch_id_once"),
    UniqueConstraint("stream", "device", "seq", name="batch_place_once"),
    ForeignKeyConstraint(["stream"], ["stream.id"]),
    sqlite_strict=True,
)

history_change = Table(
    "history_change",
    tables,
    Column("stream", LargeBinary, primary_key=True),
    Column("old", LargeBinary, primary_key=True),
    Column("new", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("statement", LargeBinary, nullable=False),
    ForeignKeyConstraint(["stream"], ["stream.id"]),
    sqlite_strict=True,
)

invite = Table(
    "invite",
    tables,
    Column("id", LargeBinary, CheckConstraint("length(id) = 16"), primary_key=True),
    Column("team", LargeBinary, nullable=False),
    Column("registered_by", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
    ForeignKeyConstraint(["team"], ["team.id"]),
    sqlite_strict=True,
)

join_request = Table(
    "join_request",
    tables,
    Column("invite", LargeBinary, primary_key=True),
    Column("team", LargeBinary, nullable=False),
    Column("device", LargeBinary, nullable=False),
    Column("sign_public", LargeBinary, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Index("join_request_device", "team", "device", unique=True),
    ForeignKeyConstraint(["invite"], ["invite.id"]),
    sqlite_strict=True,
)

seen = Table(
    "seen",
    tables,
    Column("stream", LargeBinary, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("statement", LargeBinary, nullable=False),
    Column("said_at", Moment, nullable=False),
    ForeignKeyConstraint(["stream"], ["stream.id"]),
    sqlite_strict=True,
)

Index("reader_device", reader.c.device)
Index("stream_team", stream.c.team)
Index("invite_team", invite.c.team)
