"""The first tables: teams and rosters, streams and batches, invites and joins, seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Count = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
Bytes = sa.LargeBinary


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "server",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
        sa.Column("receipt_public", Bytes, nullable=False),
        sa.Column("founded_at", Count, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "team_token",
        sa.Column("hash", Bytes, sa.CheckConstraint("length(hash) = 32"), primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("made_at", Count, nullable=False),
        sa.Column("expires_at", Count, nullable=False),
        sa.Column("team", Bytes),
        sqlite_strict=True,
    )
    op.create_table(
        "team",
        sa.Column("id", Bytes, sa.CheckConstraint("length(id) = 16"), primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("root_public", Bytes, nullable=False),
        sa.Column("version", Count, sa.CheckConstraint("version >= 1"), nullable=False),
        sa.Column("founded_at", Count, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "roster_entry",
        sa.Column("team", Bytes, primary_key=True),
        sa.Column("version", Count, primary_key=True, autoincrement=False),
        sa.Column("hash", Bytes, sa.CheckConstraint("length(hash) = 32"), nullable=False),
        sa.Column("entry", Bytes, nullable=False),
        sa.Column("posted_at", Count, nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "wrap",
        sa.Column("team", Bytes, primary_key=True),
        sa.Column("version", Count, primary_key=True, autoincrement=False),
        sa.Column("recipient", Bytes, primary_key=True),
        sa.Column("stream", Bytes, primary_key=True),
        sa.Column("epoch", Count, primary_key=True, autoincrement=False),
        sa.Column("sealed", Bytes, nullable=False),
        sa.ForeignKeyConstraint(["team", "version"], ["roster_entry.team", "roster_entry.version"]),
        sqlite_strict=True,
    )
    op.create_table(
        "device",
        sa.Column("team", Bytes, primary_key=True),
        sa.Column("id", Bytes, sa.CheckConstraint("length(id) = 16"), primary_key=True),
        sa.Column("member", Bytes, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("sign_public", Bytes, nullable=False),
        sa.Column("removed_by", Count, comment="roster version that no longer lists it"),
        sa.Column("blocked_at", Count, comment="by the administrator"),
        sa.Column("late_bytes", Count, nullable=False, server_default="0"),
        sa.Column("last_seen_at", Count),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "stream",
        sa.Column("id", Bytes, sa.CheckConstraint("length(id) = 16"), primary_key=True),
        sa.Column("team", Bytes, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("history", Bytes, nullable=False),
        sa.Column("team_seq", Count, sa.CheckConstraint("team_seq >= 0"), nullable=False),
        sa.Column("head", Bytes, sa.CheckConstraint("length(head) = 32"), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "reader",
        sa.Column("stream", Bytes, primary_key=True),
        sa.Column("device", Bytes, primary_key=True),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "batch",
        sa.Column("stream", Bytes, primary_key=True),
        sa.Column(
            "team_seq", Count, sa.CheckConstraint("team_seq >= 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("id", Bytes, sa.CheckConstraint("length(id) = 32"), nullable=False),
        sa.Column("device", Bytes, nullable=False),
        sa.Column("seq", Count, sa.CheckConstraint("seq >= 1"), nullable=False),
        sa.Column("head", Bytes, sa.CheckConstraint("length(head) = 32"), nullable=False),
        sa.Column("is_late", sa.Integer, sa.CheckConstraint("is_late in (0, 1)"), nullable=False),
        sa.Column("size", Count, nullable=False, comment="of header and body"),
        sa.Column("received_at", Count, nullable=False),
        sa.Column("header", Bytes, nullable=False),
        sa.Column("body", Bytes, nullable=False),
        sa.UniqueConstraint("id", name="batch_id_once"),
        sa.UniqueConstraint("stream", "device", "seq", name="batch_place_once"),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "history_change",
        sa.Column("stream", Bytes, primary_key=True),
        sa.Column("old", Bytes, primary_key=True),
        sa.Column("new", Bytes, nullable=False),
        sa.Column("made_at", Count, nullable=False),
        sa.Column("statement", Bytes, nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "invite",
        sa.Column("id", Bytes, sa.CheckConstraint("length(id) = 16"), primary_key=True),
        sa.Column("team", Bytes, nullable=False),
        sa.Column("registered_by", Bytes, nullable=False),
        sa.Column("expires_at", Count, nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "join_request",
        sa.Column("invite", Bytes, primary_key=True),
        sa.Column("team", Bytes, nullable=False),
        sa.Column("device", Bytes, nullable=False),
        sa.Column("sign_public", Bytes, nullable=False),
        sa.Column("request", Bytes, nullable=False),
        sa.Column("made_at", Count, nullable=False),
        sa.ForeignKeyConstraint(["invite"], ["invite.id"]),
        sqlite_strict=True,
    )
    op.create_table(
        "seen",
        sa.Column("stream", Bytes, primary_key=True),
        sa.Column("device", Bytes, primary_key=True),
        sa.Column("statement", Bytes, nullable=False),
        sa.Column("said_at", Count, nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"]),
        sqlite_strict=True,
    )
    op.create_index("join_request_device", "join_request", ["team", "device"], unique=True)
    op.create_index("reader_device", "reader", ["device"])
    op.create_index("stream_team", "stream", ["team"])
    op.create_index("invite_team", "invite", ["team"])
