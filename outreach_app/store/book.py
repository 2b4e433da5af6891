"""Bytes by room and key: identity, roster entries, epoch keys, invites, settings.

Whoever owns a room decides what its keys and bytes mean; nothing here looks inside them.
"""

from __future__ import annotations

from outreach_app.store.database import Database


def put(database: Database, room: str, key: str, value: bytes) -> None:
    """Write a value, over the one there."""
    database.execute(
        "insert into book (room, key, value) values (?, ?, ?)"
        " on conflict (room, key) do update set value = excluded.value",
        (room, key, value),
    )


def get(database: Database, room: str, key: str) -> bytes | None:
    """A value, or None."""
    value: bytes | None = database.value("select value from book where room = ? and key = ?", (room, key))
    return value


def all(database: Database, room: str) -> list[tuple[str, bytes]]:
    """Every key of a room with its value, in the order of the keys' text: pad numbers with zeros."""
    return [
        (key, value)
        for key, value in database.rows("select key, value from book where room = ? order by key", (room,))
    ]


def drop(database: Database, room: str, key: str) -> bool:
    """Forget a value; whether there was one."""
    return database.execute("delete from book where room = ? and key = ?", (room, key)) > 0
