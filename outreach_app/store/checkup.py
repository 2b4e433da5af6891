"""Is everything still as it was written: pages, operations, batches, views, the audit chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from outreach_app.domain.operation import op_id, read
from outreach_app.domain.trouble import Trouble
from outreach_app.store import audit, views
from outreach_app.store.database import Database, Progress


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not as it was written. `count` things; `mended` when a rebuild has put it right.

    Codes: `pages` (bytes on the disk fail their check), `structure` (SQLite's own check), `operations`
    (bytes that are not their id), `batches` (a header that is not its id), `references` (a row that points
    nowhere), `views` (records that do not follow from the operations), `audit` (the chain of the log).
    """

    code: str
    count: int
    mended: bool = False


def check(database: Database, *, rebuild: bool = False, progress: Progress | None = None) -> list[Damage]:
    """Look at everything; with `rebuild` derive the views anew. An empty list means all is well."""
    found: list[Damage] = []
    try:
        for code, count in _damages(database):
            if count:
                found.append(Damage(code=code, count=count))
        differing = views.differing(database)
        if rebuild:
            views.rebuild(database, progress)
        if differing:
            found.append(Damage(code="views", count=differing, mended=rebuild))
    except Trouble as trouble:
        if trouble.code != "database-damaged":
            raise
        if not any(damage.code in ("pages", "structure") for damage in found):
            found.append(Damage(code="structure", count=1))
    return found


def _damages(database: Database) -> Iterator[tuple[str, int]]:
    # Only what was folded into the main file is looked at by the cipher's check.
    database.rows("pragma wal_checkpoint(full)")
    yield "pages", len(database.rows("pragma cipher_integrity_check"))
    yield "structure", sum(row[0] != "ok" for row in database.rows("pragma quick_check"))
    yield "references", len(database.rows("pragma foreign_key_check"))
    yield (
        "operations",
        sum(not _is_true(*row) for row in database.each("select id, record, at, role, raw from op")),
    )
    yield (
        "batches",
        sum(
            hashlib.sha256(header).digest() != one
            for one, header in database.each(
                # A header that came damaged is parked without one: the server's disk, not this file.
                "select b.id, s.header from batch b join sealed s on s.batch = b.number where s.header <> x''"
            )
        ),
    )
    yield "audit", int(audit.verify(database) is not None)


def _is_true(one: bytes, record: str, at: int, role: str, raw: bytes) -> bool:
    """Whether an operation's bytes are those of its id and say what the columns beside them say."""
    if op_id(raw) != one.hex():
        return False
    op = read(raw, role).op
    return (op.record, op.at) == (record, at)
