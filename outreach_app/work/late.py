"""The late lane: what a removed laptop still sent, and a lead's decision about it."""

from __future__ import annotations

from outreach_app.domain.kind import Record
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches
from outreach_app.work.changes import Changes, Done
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, save


def accept(desk: Desk, batch_id: str) -> Done[Record]:
    """Let a late batch count, here at once and everywhere after the next sync.

    `batch_id` is its hexadecimal id or the beginning of it. Raises Trouble `lead-only`, `late-missing`.
    """
    if desk.role != "lead":
        raise Trouble("lead-only", role=desk.role)
    found = [one.id for one in batches.late(desk.db) if one.id.hex().startswith(batch_id.lower())]
    if len(found) != 1:
        raise Trouble("late-missing")
    with desk.db.atomic():
        saved = save(desk, Said("acceptance", {"batches": [found[0].hex()]}))
        counted = batches.rejudge(desk.db, found, "counts")
    changes = Changes(saved.changes.kinds | counted.kinds, saved.changes.ids | counted.ids)
    return Done(saved.result, changes)
