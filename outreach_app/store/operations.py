"""Rows of `op`: the truth of the whole house, written once and read back as `Held`.

An operation travels in one batch, `op.batch`; null while it waits in the outbox. A laptop that joined again
sends its unsent work a second time, so an operation may have several carriers: then all of them stand in
`carrier`, with the role its author had in each, and whether it counts follows from them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from outreach_app.domain.ids import OpId
from outreach_app.domain.operation import Held, read
from outreach_app.store.database import Database

T = TypeVar("T")

CHUNK = 500
"""Values in one `in (...)` list: few different statements, so each is prepared once."""

_INSERT = (
    "insert into op (id, record, at, stream, role, batch, is_own, is_counted, raw)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (id) do nothing"
)


def insert(
    database: Database,
    ops: Iterable[Held],
    *,
    stream: str,
    batch: int | None,
    is_own: bool,
    is_counted: bool,
) -> int:
    """Append operations; one that is there already stays as it is. Returns how many were new."""
    own, counted = int(is_own), int(is_counted)
    return database.executemany(
        _INSERT,
        [
            (
                bytes.fromhex(held.id),
                held.op.record,
                held.op.at,
                stream,
                held.role,
                batch,
                own,
                counted,
                held.raw,
            )
            for held in ops
        ],
    )


def known(database: Database, ids: Iterable[OpId]) -> set[OpId]:
    """Which of these operations this laptop holds, counted or not."""
    found: set[OpId] = set()
    for chunk in chunks([bytes.fromhex(one) for one in ids]):
        rows = database.rows(f"select id from op where id in ({marks(chunk)})", chunk)
        found.update(OpId(row[0].hex()) for row in rows)
    return found


def of_record(database: Database, record: str) -> list[Held]:
    """The operations of a record that count, in the order in which they arrived here."""
    rows = database.rows(
        "select raw, role from op where record = ? and is_counted = 1 order by number", (record,)
    )
    return [read(raw, role) for raw, role in rows]


def by_record(database: Database) -> Iterator[list[Held]]:
    """Every record's operations that count, one record after another."""
    record: str | None = None
    ops: list[Held] = []
    rows = database.each("select record, raw, role from op where is_counted = 1 order by record, number")
    for name, raw, role in rows:
        if name != record and ops:
            yield ops
            ops = []
        record = name
        ops.append(read(raw, role))
    if ops:
        yield ops


def with_several(database: Database, records: Iterable[str]) -> set[str]:
    """Which of these records rest on more than one operation that counts."""
    found: set[str] = set()
    for chunk in chunks(list(records)):
        found.update(
            row[0]
            for row in database.rows(
                f"select record from op where record in ({marks(chunk)}) and is_counted = 1"
                " group by record having count(*) > 1",
                chunk,
            )
        )
    return found


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Runs of at most `CHUNK` values."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def marks(values: Sequence[object]) -> str:
    """As many question marks as values, for `in (...)`."""
    return ",".join("?" * len(values))
