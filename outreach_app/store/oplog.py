"""Appending operations: what this laptop's people said, and what arrived from others.

Each call is one transaction: operation, outbox, views, search index, draft. When it returns, a power cut
cannot take the operation away any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from outreach_app.domain.ids import OpId
from outreach_app.domain.kinds import kind_named
from outreach_app.domain.merge import Merged, merge
from outreach_app.domain.operation import Held
from outreach_app.store import drafts, operations, views
from outreach_app.store.database import Database

LONGEST_PUSH_MILLIS = 24 * 60 * 60 * 1000
"""How far a clock that was received may push this device's own."""


class Changed(msgspec.Struct, frozen=True):
    """Which records a write touched: what screens listen for."""

    kinds: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()


def add_own(database: Database, ops: Sequence[Held], *, drop_draft: str | None = None) -> Changed:
    """Save operations made on this laptop and put them in the outbox; drop the draft they came from.

    Saving the same ones again changes nothing. Raises Trouble `disk-full` and its like with nothing
    written, the draft included.
    """
    with database.atomic():
        by_stream: dict[str, list[Held]] = {}
        for held in ops:
            by_stream.setdefault(kind_named(held.op.kind).stream, []).append(held)
        new = sum(
            operations.insert(database, some, stream=stream, batch=None, is_own=True, is_counted=True)
            for stream, some in by_stream.items()
        )
        if new == len(ops):
            views.apply(database, ops)
        else:
            views.refresh(database, {held.op.record for held in ops})
        if drop_draft is not None:
            drafts.drop(database, drop_draft)
    return changed(ops)


def ops_of(database: Database, record_id: str) -> list[Held]:
    """The operations of a record that count, by their time."""
    return sorted(operations.of_record(database, record_id), key=lambda held: (held.op.at, held.id))


def merged(database: Database, record_id: str) -> Merged | None:
    """A record with the standing answers of each field: what a form must know to amend it.

    None for a record that is not here, or that two laptops call by two kinds.
    """
    ops = operations.of_record(database, record_id)
    if not ops or len({held.op.kind for held in ops}) > 1:
        return None
    return merge(ops)


def last_at(database: Database, now: int) -> int:
    """Milliseconds UTC below which no new operation may be stamped; 0 in an empty file.

    The device's own clock never goes back. What others' clocks said pushes it, but never further than
    24 hours beyond `now` (milliseconds UTC), so one wrong clock does not carry a team into next year.
    """
    own = database.value("select max(at) from op where is_own = 1")
    heard = database.value("select max(heard_at) from cursor")
    return max(own or 0, min(heard or 0, now + LONGEST_PUSH_MILLIS))


def known(database: Database, ids: Iterable[OpId]) -> set[OpId]:
    """Which of these operations this laptop holds, those of late batches included."""
    return operations.known(database, ids)


def changed(ops: Iterable[Held]) -> Changed:
    """The kinds and ids that operations touch."""
    held = list(ops)
    return Changed(frozenset(one.op.kind for one in held), frozenset(one.op.record for one in held))
